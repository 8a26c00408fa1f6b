/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/fits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/server/refuse.h"

static const char blanks[] = " \t";

/* --- which option is for which part ------------------------------------ */

static bool
has_own(const palm_part_class_t *class_, const char *key)
{
    for (const palm_option_t *row = class_->options; row && row->name; row++) {
        if (!strcmp(row->name, key)) {
            return true;
        }
    }
    return false;
}

static bool
is_key(const char *key)
{
    const palm_option_t *row;
    for (size_t i = 0; (row = palm_part_option_at(NULL, i)); i++) {
        if (!strcmp(row->name, key)) {
            return true;
        }
    }
    return false;
}

bool
server_fits_owners(const char *key, char *text, size_t size)
{
    const palm_part_class_t *row;
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; (row = palm_library_at(i)); i++) {
        if (has_own(row, key) && used < size) {
            (void)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                           row->name);
            used = strlen(text);
        }
    }
    return used > 0;
}

/* Refuses with a reason of several texts. */
static int
refuse(palm_error_t *err, const struct server_section *section,
       const struct server_setting *setting, const char *const parts[4])
{
    char reason[256];
    (void)snprintf(reason, sizeof reason, "%s%.99s%s%.99s", parts[0], parts[1],
                   parts[2], parts[3]);
    return server_refuse(err, section, setting, reason);
}

int
server_fits_unknown(const struct server_section *section,
                    const struct server_setting *setting,
                    const palm_part_class_t *class_, const palm_error_t *reason,
                    palm_error_t *err)
{
    char owners[256];
    if (is_key(setting->key)) {
        return server_refuse_as(err, section, setting, reason);
    }
    if (server_fits_owners(setting->key, owners, sizeof owners)) {
        const char *const parts[] = {"is for ", owners, ", not for ",
                                     class_->name};
        return refuse(err, section, setting, parts);
    }
    const char *const parts[] = {"no such key: ", setting->key, "", ""};
    return refuse(err, section, setting, parts);
}

/* --- what the values of a part say together ---------------------------- */

static int
check_value(const struct server_section *section,
            const struct server_setting *setting,
            const palm_part_options_t *options, palm_error_t *err)
{
    const char *key = setting->key, *value = setting->value;
    const struct {
        const char *key;
        bool is_wrong;
        const char *why;
    } rules[] = {
        {"route",
         !strcmp(section->kind, "outbound") && !strcmp(value, section->name),
         "a part cannot be its own route"},
        {"previous", !*value, "expected a text, got nothing"},
        {"previous", strpbrk(value, ", \t") != NULL,
         "is one server's name: each further one needs a SubConnection of its "
         "own"},
        {"keepalive", options->keepalive % 1000 != 0, "is in whole seconds"},
        {"advertise", !options->advertise_as,
         "needs advertise_as, the key that the address is stored under"},
        {"advertise_as", !strcmp(value, "name"),
         "the key \"name\" holds the server's name"},
        {"advertise_pull_as", !strcmp(value, "name"),
         "the key \"name\" holds the server's name"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!strcmp(rules[i].key, key) && rules[i].is_wrong) {
            return server_refuse(err, section, setting, rules[i].why);
        }
    }
    return 0;
}

int
server_fits_part(const struct server_section *section,
                 const palm_part_options_t *options, palm_error_t *err)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (check_value(section, setting, options, err)) {
            return -1;
        }
    }
    return 0;
}

/* --- addresses --------------------------------------------------------- */

/* What is wrong with the address of a part; 0 = nothing is, or nobody can know:
 * a class may have a world of its own. */
static int
check_address(const palm_part_class_t *class_, const char *text,
              palm_error_t *err)
{
    if (class_->traits & PALM_HTTP) {
        return palm_address_check_http(text, class_->binds, err);
    }
    return class_->socket_type == PALM_NO_SOCKET
               ? 0
               : palm_address_check(text, class_->binds, err);
}

/* Refuses the setting with the reason of a check that has failed. */
static int
judge(int code, const struct server_section *section,
      const struct server_setting *setting, const palm_error_t *reason,
      palm_error_t *err)
{
    return code ? server_refuse_as(err, section, setting, reason) : 0;
}

int
server_fits_needs(const struct server_section *section,
                  const palm_part_class_t *class_, palm_error_t *err)
{
    palm_error_t reason = {0, ""};
    const palm_option_t *row;
    const struct server_setting *address =
        server_section_find(section, "address");
    if (!address || !*address->value) {
        return server_refuse(err, section, NULL, "address = … is missing");
    }
    if (judge(check_address(class_, address->value, &reason), section, address,
              &reason, err)) {
        return -1;
    }
    for (size_t i = 0; (row = palm_part_option_at(class_, i)); i++) {
        if (row->is_needed && !server_section_find(section, row->name)) {
            const char *const parts[] = {row->name, " = … is missing", "", ""};
            return refuse(err, section, NULL, parts);
        }
    }
    return 0;
}

/* --- the other sections ------------------------------------------------ */

/* Whether it is a key of a kind for addresses. */
static bool
is_address(const char *key)
{
    static const char end[] = "_address";
    size_t length = strlen(key);
    return length >= sizeof end
           && !strcmp(key + length - (sizeof end - 1), end);
}

static const char no_commas[] =
    "several are separated by blanks, not by commas";

/* One word of a list of addresses, which ends with a blank. */
static int
check_word(const struct server_section *section,
           const struct server_setting *setting, const char *word, size_t size,
           palm_error_t *err)
{
    bool binds = strcmp(setting->key, "sub_address") != 0; /* the only one */
    palm_error_t reason = {0, ""};
    char text[512];
    (void)snprintf(text, sizeof text, "%.*s", (int)size, word);
    if (text[strlen(text) - 1] == ',') {
        return server_refuse(err, section, setting, no_commas);
    }
    return judge(palm_address_check(text, binds, &reason), section, setting,
                 &reason, err);
}

int
server_fits_kind(const struct server_section *section, palm_error_t *err)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        const char *word = setting->value;
        if (!strcmp(setting->key, "previous") && strchr(word, ',')) {
            return server_refuse(err, section, setting, no_commas);
        }
        while (is_address(setting->key) && *(word += strspn(word, blanks))) {
            size_t size = strcspn(word, blanks);
            if (check_word(section, setting, word, size, err)) {
                return -1;
            }
            word += size;
        }
    }
    return 0;
}

int
server_fits_preset(const struct server_section *section, palm_error_t *err)
{
    const struct server_setting *name = server_section_find(section, "name");
    return name ? server_refuse(err, section, name,
                                "that key holds the server's name, see "
                                "[server]")
                : 0;
}

/* Keys of [cache] that one back end alone understands, and that have a default:
 * what the others are is palm_cache_options_check()'s to know. */
static const struct {
    const char *key;
    const char *backend;
} cache_keys[] = {
    {"map_size", "lmdb"}, {"sync", "lmdb"},     {"address", "redis"},
    {"prefix", "redis"},  {"timeout", "redis"},
};

int
server_fits_cache(const struct server_section *section, const char *backend,
                  palm_error_t *err)
{
    for (size_t i = 0; i < sizeof cache_keys / sizeof *cache_keys; i++) {
        const struct server_setting *setting =
            server_section_find(section, cache_keys[i].key);
        if (setting && strcmp(cache_keys[i].backend, backend) != 0) {
            const char *const parts[] = {"is for ", cache_keys[i].backend,
                                         ", not for ", backend};
            return refuse(err, section, setting, parts);
        }
    }
    return 0;
}

static bool
has_word(const char *text, const char *word)
{
    static const char ends[] = " ,;:";
    size_t size = strlen(word);
    while (*(text += strspn(text, ends))) {
        size_t length = strcspn(text, ends);
        if (length == size && !strncmp(text, word, size)) {
            return true;
        }
        text += length;
    }
    return false;
}

const struct server_setting *
server_fits_culprit(const struct server_section *section, const char *reason)
{
    const struct server_setting *found = NULL;
    for (size_t i = 0; i < section->count; i++) {
        if (has_word(reason, section->settings[i].key)) {
            found = &section->settings[i];
        }
    }
    return found;
}
