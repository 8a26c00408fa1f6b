/* SPDX-License-Identifier: MIT */
/* address.c: which address is whose.  See mutant.h. */
#include <stdlib.h>
#include <string.h>

#include "conformance/mutants/proxy/mutant.h"

/* One address as the two sides know it. */
struct pair {
    struct pair *next;
    const char *suite;
    const char *target;
};

static struct pair *pairs;

static void
note(const char *suite, const char *target)
{
    struct pair *pair = memory_of(sizeof *pair);

    pair->suite = memory_text("%s", suite);
    pair->target = memory_text("%s", target);
    pair->next = pairs;
    pairs = pair;
}

const char *
address_for_suite(const char *text)
{
    const struct pair *pair;

    for (pair = pairs; pair != NULL; pair = pair->next) {
        if (strcmp(pair->target, text) == 0) {
            return pair->suite;
        }
    }
    return NULL;
}

char *
address_in_text(const char *text)
{
    char *changed = memory_text("%s", text);
    const struct pair *pair;

    for (pair = pairs; pair != NULL; pair = pair->next) {
        char *at = strstr(changed, pair->target);

        if (at != NULL) {
            changed = memory_text("%.*s%s%s", (int)(at - changed), changed,
                                  pair->suite, at + strlen(pair->target));
        }
    }
    return changed;
}

/* --- kinds ---------------------------------------------------------------- */

struct named {
    const char *name;
    enum kind kind;
};

static enum kind
find(const struct named *all, const char *name)
{
    for (; all->name != NULL; all++) {
        if (strcmp(all->name, name) == 0) {
            return all->kind;
        }
    }
    return KIND_NONE;
}

/* What the target binds, by the key of the fact. */
static const struct named facts[] = {
    {"pull_address", KIND_PULL},        {"pub_address", KIND_PUB},
    {"worker_push_address", KIND_PUSH}, {"worker_pull_address", KIND_PULL},
    {"db_address", KIND_CACHE},         {"rep_address", KIND_REP},
    {"push_address", KIND_PUSH},        {"work_push_address", KIND_PUSH},
    {"work_pull_address", KIND_PULL},   {"router_address", KIND_ROUTER},
    {"http_address", KIND_HTTP},        {NULL, KIND_NONE}};

/* What the target connects to, by the key of the setting, or of a cache. */
static const struct named peers[] = {
    {"pull_address", KIND_PUSH},        {"pub_address", KIND_SUB},
    {"worker_push_address", KIND_PULL}, {"worker_pull_address", KIND_PUSH},
    {"db_address", KIND_CACHE},         {"sub_address", KIND_SUB},
    {"sub_addresses", KIND_SUB},        {NULL, KIND_NONE}};

/* Parts of profile custom whose fact is "address". */
static const struct named services[] = {
    {"RepService", KIND_REP},   {"RepBypassService", KIND_REP},
    {"PullService", KIND_PULL}, {"WorkerPullService", KIND_PULL},
    {"PushService", KIND_PUSH}, {"WorkerPushService", KIND_PUSH},
    {"PubService", KIND_PUB},   {"CacheService", KIND_CACHE},
    {"HttpService", KIND_HTTP}, {NULL, KIND_NONE}};

static const struct named connections[] = {
    {"RepConnection", KIND_REP},         {"PullConnection", KIND_PULL},
    {"PushConnection", KIND_PUSH},       {"SubConnection", KIND_SUB},
    {"PullBypassConnection", KIND_PULL}, {"PushBypassConnection", KIND_PUSH},
    {"HttpConnection", KIND_HTTP},       {NULL, KIND_NONE}};

static const char *
class_of(const struct setting *setting)
{
    const char *class = strchr(setting->value, ' ');

    return class == NULL
               ? ""
               : memory_text("%.*s", (int)strcspn(class + 1, " "), class + 1);
}

/* --- settings ------------------------------------------------------------- */

static const char *
put_behind(const char *endpoint, enum kind kind, const char *address)
{
    const char *ours = kind == KIND_HTTP ? web_between(endpoint, false, address)
                                         : relay_back(endpoint, kind, address);

    if (ours == NULL) {
        return address;
    }
    note(address, ours);
    return ours;
}

/* A list of addresses with blanks between. */
static char *
put_all_behind(const char *endpoint, enum kind kind, char *list)
{
    char *changed = memory_text("%s", "");
    char *rest = NULL;
    char *next;

    for (next = strtok_r(list, " ", &rest); next != NULL;
         next = strtok_r(NULL, " ", &rest)) {
        changed = memory_text("%s%s%s", changed, *changed ? " " : "",
                              put_behind(endpoint, kind, next));
    }
    return changed;
}

/* "outbound HttpConnection address=…": the address of a part. */
static char *
put_part_behind(const struct setting *setting)
{
    enum kind kind = find(connections, class_of(setting));
    char *at = strstr(setting->value, " address=");
    size_t before;
    size_t size;

    if (kind == KIND_NONE || at == NULL) {
        return setting->value;
    }
    at += strlen(" address=");
    before = (size_t)(at - setting->value);
    size = strcspn(at, " ");
    return memory_text("%.*s%s%s", (int)before, setting->value,
                       put_behind(memory_text("%s.address", setting->key), kind,
                                  memory_text("%.*s", (int)size, at)),
                       at + size);
}

void
address_settings(void)
{
    size_t i;

    for (i = 0; i < mutant.setting_count; i++) {
        struct setting *setting = &mutant.settings[i];
        enum kind kind = find(peers, setting->key);

        if (strncmp(setting->key, "part.", 5) == 0) {
            setting->value = put_part_behind(setting);
        } else if (kind != KIND_NONE) {
            setting->value = put_all_behind(setting->key, kind, setting->value);
        }
    }
}

const char *
address_for_target(const char *key, const char *text)
{
    enum kind kind = find(peers, key);
    const struct pair *pair;

    if (kind == KIND_NONE || strncmp(text, "tcp://", 6) != 0) {
        return NULL;
    }
    for (pair = pairs; pair != NULL; pair = pair->next) {
        if (strcmp(pair->suite, text) == 0) {
            return pair->target;
        }
    }
    return put_behind(memory_text("%s", key), kind, memory_text("%s", text));
}

/* --- facts ---------------------------------------------------------------- */

/* The nth part with this key whose address is a fact. */
static enum kind
part_kind(const char *part, unsigned n)
{
    size_t i;

    for (i = 0; i < mutant.setting_count; i++) {
        enum kind kind = find(services, class_of(&mutant.settings[i]));

        if (strcmp(mutant.settings[i].key, part) == 0 && kind != KIND_NONE
            && n-- == 0) {
            return kind;
        }
    }
    return KIND_NONE;
}

/* How often the key stands before this line. */
static unsigned
seen_before(const char *all, const char *line, const char *key)
{
    size_t size = strlen(key);
    unsigned count = 0;

    while (all < line) {
        count += strncmp(all, key, size) == 0 && all[size] == '=';
        all += strcspn(all, "\n") + 1;
    }
    return count;
}

static enum kind
fact_kind(const char *all, const char *line, const char *key)
{
    const char *end = strrchr(key, '.');

    if (strncmp(key, "part.", 5) != 0) {
        return find(facts, key);
    }
    if (strcmp(end, ".address") != 0) {
        return find(facts, end + 1); /* push_address, pull_address */
    }
    return part_kind(memory_text("%.*s", (int)(end - key), key),
                     seen_before(all, line, key));
}

static const struct fault_fact *
fault_of(const char *key)
{
    const struct fault_fact *fact;

    for (fact = mutant.fault->facts; fact != NULL && fact->key != NULL;
         fact++) {
        if (strcmp(fact->key, key) == 0) {
            return fact;
        }
    }
    return NULL;
}

/* A proxy for the line, if it is an address. */
static void
put_before(const char *all, const char *line, const char *key,
           const char *value)
{
    enum kind kind = fact_kind(all, line, key);

    if (kind != KIND_NONE) {
        note(kind == KIND_HTTP || mutant.raw != NULL
                 ? web_between(memory_text("%s", key), true, value)
                 : relay_front(memory_text("%s", key), kind, value),
             value);
    }
}

static char *
facts_line(char *text, const char *line, size_t size)
{
    size_t key_size = strcspn(line, "=");
    const char *key = memory_text("%.*s", (int)key_size, line);
    const char *value = key_size < size
                            ? memory_text("%.*s", (int)(size - key_size - 1),
                                          line + key_size + 1)
                            : "";
    const struct fault_fact *fault = fault_of(key);
    const char *ours = address_for_suite(value);

    if (fault != NULL && fault->value == NULL) {
        return text;
    }
    if (fault != NULL) {
        ours = fault->value;
    }
    return memory_text("%s%s=%s\n", text, key, ours == NULL ? value : ours);
}

char *
address_facts(const char *all)
{
    char *text = memory_text("%s", "");
    const char *line;

    /* Presets may stand before the addresses that they repeat. */
    for (line = all; *line != '\0'; line += strspn(line, "\n")) {
        size_t size = strcspn(line, "\n");
        size_t key_size = strcspn(line, "=");

        if (key_size < size) {
            put_before(all, line, memory_text("%.*s", (int)key_size, line),
                       memory_text("%.*s", (int)(size - key_size - 1),
                                   line + key_size + 1));
        }
        line += size;
    }
    for (line = all; *line != '\0'; line += strspn(line, "\n")) {
        size_t size = strcspn(line, "\n");

        text = facts_line(text, line, size);
        line += size;
    }
    return text;
}
