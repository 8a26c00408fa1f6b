/* SPDX-License-Identifier: MIT */
/* profile.c: what the target can be, and which settings it then knows. */
#include "config.h"
#include "conformance/targets/palm_target/profile.h"

#include <string.h>

#include "conformance/targets/palm_target/control.h"

static const struct profile {
    const char *name;
    int (*run)(struct target *target); /* NULL: an ability, never started */
    const char *keys;                  /* settings */
    const char *needs; /* classes that libpalm must have been built with */
} profiles[] = {
    {"describe", target_describe, "", ""}, /* asked first, never claimed */
    {"master", target_serve,
     "name pipelined scatter gather stream max_message_size advertise "
     "stop_timeout",
     ""},
    {"cache", target_serve, "", ""},
    {"rep", target_serve, "block outbound reply_timeout scatter", ""},
    {"hub", target_serve, "name sub_address previous", ""},
    {"server", target_serve, "name pipelined", ""},
    {"pipeline", target_serve, "name sub_address previous to_client", ""},
    {"sink", target_serve, "name sub_addresses previous to_client", ""},
    {"gateway", target_serve, "reply_timeout max_body", "HttpGateway"},
    {"worker", target_work,
     "db_address worker_push_address worker_pull_address", ""},
    {"mux-worker", target_work,
     "db_address worker_push_address worker_pull_address", ""},
    {"web-worker", target_work_for_web, "", "HttpService"},
    {"client", target_ask,
     "server db_address pull_address pub_address session timeout", ""},
    {"custom", target_serve, "name messages part.", ""},
    {"http", NULL, "", "HttpService HttpConnection"},
    {"bypass", NULL, "", ""},
    {"api", NULL, "", ""},
    {"error-field", NULL, "", ""},
    {"cache-verbs", NULL, "", ""},
    {"limits", NULL, "", ""},
    {"counters", NULL, "", ""},
};

enum { PROFILE_COUNT = sizeof profiles / sizeof *profiles };

static const struct target_setting defaults[] = {
    {"name", "palm"}, {"pipelined", "no"},  {"to_client", "yes"},
    {"block", "yes"}, {"outbound", "push"}, {"previous", ""},
};

/* --- settings ------------------------------------------------------------- */

const char *
target_setting(const struct target *target, const char *key)
{
    for (size_t i = target->setting_count; i-- > 0;) {
        if (!strcmp(target->settings[i].key, key)) {
            return target->settings[i].value;
        }
    }
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        if (!strcmp(defaults[i].key, key)) {
            return defaults[i].value;
        }
    }
    return NULL;
}

bool
target_next_word(const char **list, char *word, size_t size)
{
    const char *start = *list + strspn(*list, " ");
    size_t length = strcspn(start, " ");
    *list = start + length;
    if (length >= size) {
        length = size - 1;
    }
    memcpy(word, start, length);
    word[length] = '\0';
    return length > 0;
}

bool
target_has_word(const char *list, const char *word)
{
    char found[64];
    while (target_next_word(&list, found, sizeof found)) {
        if (!strcmp(found, word)) {
            return true;
        }
    }
    return false;
}

/* --- profiles ------------------------------------------------------------- */

static bool
can_be(const struct profile *profile)
{
    const char *needs = profile->needs;
    char name[64];
    while (target_next_word(&needs, name, sizeof name)) {
        if (!palm_library_find(name)) {
            return false;
        }
    }
    return true;
}

void
target_write_facts(FILE *facts)
{
    fputs("name=libpalm\nversion=" PACKAGE_VERSION "\nspec=1\nprofiles=",
          facts);
    for (size_t i = 1; i < PROFILE_COUNT; i++) {
        if (can_be(&profiles[i])) {
            fprintf(facts, "%s%s", i > 1 ? " " : "", profiles[i].name);
        }
    }
    fputs("\nsettings=idle_timeout advertise stop_timeout\n", facts);
}

/* A key "part.NAME" is known by its beginning. */
static bool
knows(const struct profile *profile, const char *key)
{
    return target_has_word(profile->keys, key)
           || (!strncmp(key, "part.", 5)
               && target_has_word(profile->keys, "part."));
}

static int
check(const struct profile *profile, const struct target *target,
      palm_error_t *err)
{
    if (!profile || !profile->run) {
        return palm_error_set(err, TARGET_UNKNOWN, "there is no profile %s",
                              target->profile);
    }
    if (!can_be(profile)) {
        return palm_error_set(err, TARGET_UNKNOWN,
                              "profile %s: libpalm was built without HTTP",
                              profile->name);
    }
    for (size_t i = 0; i < target->setting_count; i++) {
        if (!knows(profile, target->settings[i].key)) {
            return palm_error_set(err, TARGET_UNKNOWN,
                                  "profile %s has no setting \"%s\"",
                                  profile->name, target->settings[i].key);
        }
    }
    return 0;
}

int
profile_run(struct target *target)
{
    const struct profile *profile = NULL;
    palm_error_t err = {0, ""};
    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        if (!strcmp(profiles[i].name, target->profile)) {
            profile = &profiles[i];
        }
    }
    return check(profile, target, &err) ? control_fail(target, &err)
                                        : profile->run(target);
}
