/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/fits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/server/build.h"

static const char blanks[] = " \t";

/* --- which option is for which part ------------------------------------ */

static bool
is_standard(const palm_part_class_t *class_)
{
    return !class_->bypass;
}

static bool
is_inbound(const palm_part_class_t *class_)
{
    return !class_->bypass && class_->direction == PALM_INBOUND;
}

static bool
is_blocking_inbound(const palm_part_class_t *class_)
{
    return is_inbound(class_) && class_->waits;
}

static bool
is_blocking_outbound(const palm_part_class_t *class_)
{
    return class_->direction == PALM_OUTBOUND && class_->waits;
}

static bool
is_bypass_sender(const palm_part_class_t *class_)
{
    return class_->bypass && class_->direction == PALM_OUTBOUND;
}

static bool
has_window(const palm_part_class_t *class_)
{
    return is_inbound(class_) || is_bypass_sender(class_);
}

static bool
has_socket(const palm_part_class_t *class_)
{
    return class_->socket_type != PALM_NO_SOCKET;
}

static bool
is_http_service(const palm_part_class_t *class_)
{
    return !has_socket(class_) && class_->binds;
}

static bool
waits_in_time(const palm_part_class_t *class_)
{
    return is_blocking_outbound(class_) || is_http_service(class_)
           || (class_->traits & PALM_STAYS_OPEN) != 0;
}

static bool
is_parallel(const palm_part_class_t *class_)
{
    return (class_->traits & PALM_PARALLEL) != 0;
}

/* Options that are not for every part. */
static const struct use {
    const char *key;
    bool (*is_for)(const palm_part_class_t *class_); /* NULL = see words */
    const char *words; /* for messages, or the one class's name */
} uses[] = {
    {"route", is_standard, "inbound and outbound parts"},
    {"previous", NULL, "SubConnection"},
    {"pull_address", NULL, "PushPullService"},
    {"advertise_pull_as", NULL, "PushPullService"},
    {"router_address", NULL, "HttpGateway"},
    {"block", is_blocking_inbound, "blocking inbound parts"},
    {"isolated", is_blocking_outbound, "blocking outbound parts"},
    {"pipelined", NULL, "PubService"},
    {"window", has_window, "inbound parts and PushBypassConnection"},
    {"window_size", is_inbound, "inbound parts"},
    {"keepalive", has_socket, "parts with a ZeroMQ socket"},
    {"reply_timeout", waits_in_time,
     "blocking outbound parts, HTTP services and GatewayRouter"},
    {"hold_size", NULL, "PubService"},
    {"hold_time", NULL, "PubService"},
    {"slow_timeout", NULL, "PubService"},
    {"slow_size", NULL, "PubService"},
    {"max_workers", is_parallel, "HttpConnection"},
    {"max_clients", is_http_service, "HTTP services"},
    {"max_clients_per_address", is_http_service, "HTTP services"},
    {"idle_timeout", is_http_service, "HTTP services"},
    {"interval", is_bypass_sender, "PushBypassConnection"},
    {"fill_cache", is_inbound, "inbound parts"},
};

enum { USE_COUNT = sizeof uses / sizeof *uses };

static const struct use *
find_use(const char *key)
{
    for (size_t i = 0; i < USE_COUNT; i++) {
        if (!strcmp(uses[i].key, key)) {
            return &uses[i];
        }
    }
    return NULL;
}

const char *
server_fits_words(const char *key)
{
    const struct use *use = find_use(key);
    return use ? use->words : "every part";
}

/* Whether the class does what that one of the library does: a user's class with
 * operations of its own may do something else with any option. */
static bool
is_like(const palm_part_class_t *class_, const palm_part_class_t *row)
{
    return class_->direction == row->direction && class_->bypass == row->bypass
           && class_->binds == row->binds && class_->waits == row->waits
           && class_->socket_type == row->socket_type
           && (class_->traits & row->traits) == row->traits
           && !memcmp(&class_->operations, &row->operations,
                      sizeof row->operations);
}

/* The library's class that it is, or is derived from; NULL = none. */
static const palm_part_class_t *
library_class(const palm_part_class_t *class_)
{
    const palm_part_class_t *row = palm_library_find(class_->name);
    if (row && is_like(class_, row)) {
        return row;
    }
    for (size_t i = 0; (row = palm_library_at(i)); i++) {
        if (is_like(class_, row)) {
            return row;
        }
    }
    return NULL;
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

static int
check_use(const struct server_section *section,
          const struct server_setting *setting, const palm_part_class_t *class_,
          palm_error_t *err)
{
    const palm_part_class_t *row = library_class(class_);
    const struct use *use = find_use(setting->key);
    if (!use || !row
        || (use->is_for ? use->is_for(row) : !strcmp(use->words, row->name))) {
        return 0;
    }
    const char *const parts[] = {"is for ", use->words, ", not for ",
                                 class_->name};
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
                 const palm_part_class_t *class_,
                 const palm_part_options_t *options, palm_error_t *err)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (check_use(section, setting, class_, err)
            || check_value(section, setting, options, err)) {
            return -1;
        }
    }
    return 0;
}

/* --- addresses --------------------------------------------------------- */

/* What is wrong with the address of a part; 0 = nothing is. */
static int
check_address(const palm_part_class_t *row, const char *text, palm_error_t *err)
{
    return has_socket(row) ? palm_address_check(text, row->binds, err)
                           : palm_address_check_http(text, row->binds, err);
}

/* Refuses the setting with the reason of a check that has failed. */
static int
judge(int code, const struct server_section *section,
      const struct server_setting *setting, const palm_error_t *reason,
      palm_error_t *err)
{
    return code ? server_refuse_as(err, section, setting, reason) : 0;
}

static int
check_needed(const struct server_section *section, const char *key, bool binds,
             palm_error_t *err)
{
    const struct server_setting *setting = server_section_find(section, key);
    if (!setting) {
        const char *const parts[] = {key, " = … is missing", "", ""};
        return refuse(err, section, NULL, parts);
    }
    palm_error_t reason = {0, ""};
    return judge(palm_address_check(setting->value, binds, &reason), section,
                 setting, &reason, err);
}

int
server_fits_needs(const struct server_section *section,
                  const palm_part_class_t *class_, palm_error_t *err)
{
    static const struct {
        const char *key;
        bool binds;
    } needed[] = {{"pull_address", true}, {"router_address", false}};
    palm_error_t reason = {0, ""};
    const palm_part_class_t *row = library_class(class_);
    const struct server_setting *address =
        server_section_find(section, "address");
    if (!address || !*address->value) {
        return server_refuse(err, section, NULL, "address = … is missing");
    }
    if (row
        && judge(check_address(row, address->value, &reason), section, address,
                 &reason, err)) {
        return -1;
    }
    for (size_t i = 0; row && i < sizeof needed / sizeof *needed; i++) {
        if (!strcmp(find_use(needed[i].key)->words, row->name)
            && check_needed(section, needed[i].key, needed[i].binds, err)) {
            return -1;
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
