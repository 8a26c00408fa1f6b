/* SPDX-License-Identifier: MIT */
/* part_options.c: the settings of a part as one table. */
#include "config.h"
#include "core/part.h"
#include "core/part_impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/setting.h"
#include "core/sockopt.h"

/* clang-format off */
#define ROW(kind, name, least) \
    {#name, PALM__SETTING_##kind, offsetof(palm_part_options_t, name), \
     least, INT64_MAX}
/* clang-format on */

/* `name` is missing: in a server file it is the section's. */
static const palm__setting_t settings[] = {
    ROW(TEXT, address, 0),
    ROW(TEXT, route, 0),
    ROW(TEXT, previous, 0),
    ROW(TEXT, advertise_as, 0),
    ROW(TEXT, advertise, 0),
    ROW(TEXT, pull_address, 0),
    ROW(TEXT, advertise_pull_as, 0),
    ROW(TEXT, router_address, 0),
    ROW(BOOL, block, 0),
    ROW(BOOL, isolated, 0),
    ROW(BOOL, pipelined, 0),
    ROW(COUNT, window, 1),
    ROW(SIZE, window_size, 1),
    ROW(COUNT, hwm, 1),
    ROW(SIZE, max_message_size, 1),
    ROW(DURATION, linger, 0),
    ROW(DURATION, keepalive, 0),
    ROW(DURATION, reply_timeout, -1),
    ROW(SIZE, hold_size, 0),
    ROW(DURATION, hold_time, 0),
    ROW(DURATION, slow_timeout, 0),
    ROW(SIZE, slow_size, -1),
    ROW(COUNT, max_workers, 1),
    ROW(COUNT, max_clients, 1),
    ROW(COUNT, max_clients_per_address, 0),
    ROW(DURATION, idle_timeout, 1),
    ROW(DURATION, interval, 0),
    ROW(CHOICE, fill_cache, 0),
    ROW(COUNT, messages, 0),
};

enum { SETTING_COUNT = sizeof settings / sizeof *settings };

void
palm_part_options_init(palm_part_options_t *options)
{
    const palm_part_options_t defaults = {
        .window = 1024,
        .window_size = 16 << 20,
        .hwm = 1000,
        .max_message_size = 128 << 20,
        .linger = 1000,
        .keepalive = PALM__KEEPALIVE,
        .reply_timeout = 60000,
        .hold_size = 16 << 20,
        .hold_time = 10000,
        .slow_timeout = 10000,
        .slow_size = -1,
        .max_workers = 4,
        .max_clients = 1000,
        .idle_timeout = 30000,
        .fill_cache = PALM_BY_CLASS,
    };
    *options = defaults;
}

int
palm_part_option_set(palm_part_options_t *options, const char *key,
                     const char *text, palm_error_t *err)
{
    return palm__setting_set(settings, SETTING_COUNT, options, key, text, err);
}

const char *
palm_part_option_name(size_t index)
{
    return index < SETTING_COUNT ? settings[index].name : NULL;
}

static const size_t strings[] = {
    offsetof(palm_part_options_t, name),
    offsetof(palm_part_options_t, address),
    offsetof(palm_part_options_t, route),
    offsetof(palm_part_options_t, previous),
    offsetof(palm_part_options_t, advertise_as),
    offsetof(palm_part_options_t, advertise),
    offsetof(palm_part_options_t, pull_address),
    offsetof(palm_part_options_t, advertise_pull_as),
    offsetof(palm_part_options_t, router_address),
};

enum { STRING_COUNT = sizeof strings / sizeof *strings };

static char **
string_at(palm_part_options_t *options, int index)
{
    return (char **)((char *)options + strings[index]);
}

int
palm__options_copy(palm_part_options_t *to, const palm_part_options_t *from)
{
    *to = *from;
    palm__setting_bound(settings, SETTING_COUNT, to);
    for (int i = 0; i < STRING_COUNT; i++) {
        char **text = string_at(to, i);
        if (*text && !(*text = strdup(*text))) {
            for (int k = i; k < STRING_COUNT; k++) {
                *string_at(to, k) = NULL;
            }
            palm__options_fini(to);
            errno = ENOMEM;
            return -1;
        }
    }
    return 0;
}

void
palm__options_fini(palm_part_options_t *options)
{
    for (int i = 0; i < STRING_COUNT; i++) {
        free(*string_at(options, i));
        *string_at(options, i) = NULL;
    }
}
