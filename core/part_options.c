/* SPDX-License-Identifier: MIT */
/* part_options.c: what a part is set to: the options that every class may have,
 * and those of its class. */
#include "config.h"
#include "core/part.h"
#include "core/part_impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/option_impl.h"

/* --- which parts have which option ---------------------------------------- */

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
is_parallel(const palm_part_class_t *class_)
{
    return (class_->traits & PALM_PARALLEL) != 0;
}

static bool
has_window(const palm_part_class_t *class_)
{
    return is_inbound(class_)
           || (class_->bypass && class_->direction == PALM_OUTBOUND);
}

static bool
has_socket(const palm_part_class_t *class_)
{
    return class_->socket_type != PALM_NO_SOCKET;
}

/* clang-format off */
#define ROW(kind, name, least, initial, scope, help) \
    {#name, PALM_OPTION_##kind, offsetof(palm_part_options_t, name), \
     least, INT64_MAX, initial, false, scope, help}
#define ALL NULL

/* `name` is missing: in a server file it is the section's. */
static const palm_option_t rows[] = {
    {"address", PALM_OPTION_TEXT, offsetof(palm_part_options_t, address), 1, 0,
     NULL, true, ALL, "where it binds or connects"},
    ROW(TEXT, route, 1, NULL, "inbound and outbound parts",
        "outbound part that gets the messages, or a copy of them"),
    ROW(TEXT, advertise_as, 1, NULL, ALL,
        "key of the cache that the bound address is put under"),
    ROW(TEXT, advertise, 1, NULL, ALL,
        "text that is put there in place of the address"),
    ROW(BOOL, block, 0, "no", "blocking inbound parts",
        "whether the reply waits for the feedback"),
    ROW(BOOL, isolated, 0, "no", "blocking outbound parts",
        "whether only those wait for it that route to it"),
    ROW(COUNT, window, 1, "1024", "inbound parts and PushBypassConnection",
        "messages of it inside the server"),
    ROW(SIZE, window_size, 1, "16MiB", "inbound parts",
        "bytes of these messages; one always fits"),
    ROW(COUNT, hwm, 1, "1000", ALL, "messages in the socket's own queues"),
    ROW(SIZE, max_message_size, 1, "128MiB", ALL,
        "bytes of a message; a longer one is dropped"),
    ROW(DURATION, linger, 0, "1s", ALL,
        "time at a stop for what the socket has not sent"),
    ROW(DURATION, keepalive, 0, "30s", "parts with a ZeroMQ socket",
        "silence after which tcp asks for the peer; 0 = never"),
    ROW(DURATION, reply_timeout, -1, "1min", "blocking outbound parts",
        "time that it waits for its peer's answer"),
    ROW(COUNT, max_workers, 1, "4", "HttpConnection",
        "messages that may wait for their answers at once"),
    ROW(CHOICE, fill_cache, 0, NULL, "inbound parts",
        "whether an empty cache field gets an id; else by its class"),
    ROW(COUNT, messages, 0, "0", ALL,
        "messages after which it ends; 0 = never"),
    PALM_OPTION_END,
};
/* clang-format on */

/* Of rows that not every part has; NULL = every one has. */
static const struct {
    const char *scope;
    bool (*is_for)(const palm_part_class_t *class_);
} scopes[] = {
    {"inbound and outbound parts", is_standard},
    {"inbound parts", is_inbound},
    {"blocking inbound parts", is_blocking_inbound},
    {"blocking outbound parts", is_blocking_outbound},
    {"HttpConnection", is_parallel},
    {"inbound parts and PushBypassConnection", has_window},
    {"parts with a ZeroMQ socket", has_socket},
};

static bool
is_for(const palm_option_t *row, const palm_part_class_t *class_)
{
    for (size_t i = 0; row->scope && i < sizeof scopes / sizeof *scopes; i++) {
        if (!strcmp(scopes[i].scope, row->scope)) {
            return scopes[i].is_for(class_);
        }
    }
    return true;
}

/* --- options of a class --------------------------------------------------- */

/* A class's row, and where the structure begins that it means. */
struct place {
    const palm_option_t *row; /* NULL = there is none */
    size_t start;
};

static struct place
find_own(const palm_part_class_t *class_, const char *key)
{
    struct place place = {palm__option_find(class_->options, key),
                          class_->own_options};
    if (!place.row) {
        place.row = palm__option_find(class_->base_options, key);
        place.start = 0;
    }
    return place;
}

/* Bytes for both structures; never 0. */
static size_t
size_of(const palm_part_class_t *class_)
{
    return class_->own_options + class_->options_size + 1;
}

static int
refuse(palm_error_t *err, const palm_part_class_t *class_, const char *key)
{
    const palm_option_t *row = palm__option_find(rows, key);
    return row && row->scope
               ? palm_error_set(err, ENOENT, "%s: is for %s, not for %s", key,
                                row->scope, class_->name)
               : palm_error_set(err, ENOENT, "%s: %s has no such option", key,
                                class_->name);
}

static int
set_own(palm_part_options_t *options, const palm_option_t *row,
        const char *text, palm_error_t *err)
{
    for (size_t i = 0; i < PALM_PART_SETTINGS; i++) {
        palm_part_setting_t *setting = &options->own[i];
        if (!setting->name || !strcmp(setting->name, row->name)) {
            setting->name = row->name;
            setting->text = text;
            return 0;
        }
    }
    return palm_error_set(err, E2BIG, "%s: more than %d options of a class",
                          row->name, PALM_PART_SETTINGS);
}

/* Whether the text is a value for the row. */
static int
try_own(const palm_part_class_t *class_, const struct place *place,
        const char *text, palm_error_t *err)
{
    void *scratch = calloc(1, size_of(class_));
    if (!scratch) {
        return palm_error_set(err, ENOMEM, "%s: out of memory",
                              place->row->name);
    }
    int result = palm__option_set_row(
        place->row, (char *)scratch + place->start, text, err);
    int saved = errno;
    free(scratch);
    errno = saved;
    return result;
}

/* Reads `own` into the structures. */
static int
read_own(const palm_part_class_t *class_, const palm_part_options_t *options,
         char *made, palm_error_t *err)
{
    palm__option_init(class_->base_options, made);
    palm__option_init(class_->options, made + class_->own_options);
    for (size_t i = 0; i < PALM_PART_SETTINGS && options->own[i].name; i++) {
        const palm_part_setting_t *setting = &options->own[i];
        struct place place = find_own(class_, setting->name);
        if (!place.row) {
            return refuse(err, class_, setting->name);
        }
        if (palm__option_set_row(place.row, made + place.start, setting->text,
                                 err)) {
            return -1;
        }
    }
    return 0;
}

static int
check_needed(const palm_option_t *row, const char *made, palm_error_t *err)
{
    for (; row && row->name; row++) {
        if (row->is_needed && !palm__option_text(row, made)) {
            return palm_error_set(err, EINVAL, "%s = … is missing", row->name);
        }
    }
    return 0;
}

/* Whether a member was set that only other parts have. */
static int
check_members(const palm_part_class_t *class_,
              const palm_part_options_t *options, palm_error_t *err)
{
    palm_part_options_t defaults;
    palm_part_options_init(&defaults);
    for (const palm_option_t *row = rows; row->name; row++) {
        if (!is_for(row, class_)
            && !palm__option_is_equal(row, options, &defaults)) {
            return find_own(class_, row->name).row
                       ? palm_error_set(err, ENOENT,
                                        "%s: is an option of %s, which "
                                        "palm_part_option_set() sets",
                                        row->name, class_->name)
                       : refuse(err, class_, row->name);
        }
    }
    return 0;
}

static int
fill_own(const palm_part_class_t *class_, const palm_part_options_t *options,
         char *made, palm_error_t *err)
{
    char *own = made + class_->own_options;
    if (read_own(class_, options, made, err)
        || check_needed(class_->base_options, made, err)
        || check_needed(class_->options, own, err)) {
        return -1;
    }
    palm__option_bound(class_->base_options, made);
    palm__option_bound(class_->options, own);
    return 0;
}

static int
copy_own(const palm_part_class_t *class_, char *made)
{
    if (palm__option_copy_texts(class_->base_options, made)) {
        return -1;
    }
    if (palm__option_copy_texts(class_->options, made + class_->own_options)) {
        palm__option_free_texts(class_->base_options, made);
        return -1;
    }
    return 0;
}

void *
palm__class_options_new(const palm_part_class_t *class_,
                        const palm_part_options_t *options, palm_error_t *err)
{
    char *made;
    if (check_members(class_, options, err)) {
        return NULL;
    }
    if (!(made = calloc(1, size_of(class_)))) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    if (fill_own(class_, options, made, err)) {
        int saved = errno;
        free(made); /* the texts are still those of the options */
        errno = saved;
        return NULL;
    }
    if (copy_own(class_, made)) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
        free(made);
        return NULL;
    }
    return made;
}

void
palm__class_options_free(const palm_part_class_t *class_, void *made)
{
    if (made) {
        palm__option_free_texts(class_->base_options, made);
        palm__option_free_texts(class_->options,
                                (char *)made + class_->own_options);
        free(made);
    }
}

const char *
palm__class_option_text(const palm_part_class_t *class_, const void *made,
                        const char *key)
{
    struct place place = find_own(class_, key);
    return place.row && made
               ? palm__option_text(place.row, (const char *)made + place.start)
               : NULL;
}

/* --- options of every class ----------------------------------------------- */

void
palm_part_options_init(palm_part_options_t *options)
{
    memset(options, 0, sizeof *options);
    palm__option_init(rows, options);
}

int
palm_part_option_set(palm_part_options_t *options,
                     const palm_part_class_t *class_, const char *key,
                     const char *text, palm_error_t *err)
{
    if (!class_) {
        return palm_error_set(err, EINVAL, "%s: there is no class to have it",
                              key);
    }
    struct place own = find_own(class_, key);
    if (own.row) {
        return try_own(class_, &own, text, err)
                   ? -1
                   : set_own(options, own.row, text, err);
    }
    const palm_option_t *row = palm__option_find(rows, key);
    return row && is_for(row, class_)
               ? palm__option_set_row(row, options, text, err)
               : refuse(err, class_, key);
}

/* The row number *index of a table; counts *index down. */
static const palm_option_t *
row_at(const palm_option_t *row, size_t *index)
{
    for (; row && row->name; row++) {
        if ((*index)-- == 0) {
            return row;
        }
    }
    return NULL;
}

const palm_option_t *
palm_part_option_at(const palm_part_class_t *class_, size_t index)
{
    const palm_option_t *found;
    if (!class_) {
        return row_at(rows, &index);
    }
    for (const palm_option_t *row = rows; row->name; row++) {
        if (is_for(row, class_) && !find_own(class_, row->name).row
            && index-- == 0) {
            return row;
        }
    }
    found = row_at(class_->base_options, &index);
    return found ? found : row_at(class_->options, &index);
}

int
palm__options_copy(palm_part_options_t *to, const palm_part_options_t *from)
{
    char *name = strdup(from->name);
    *to = *from;
    to->name = name;
    memset(to->own, 0, sizeof to->own); /* they have been read */
    palm__option_bound(rows, to);
    if (!name || palm__option_copy_texts(rows, to)) {
        free(name);
        memset(to, 0, sizeof *to);
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void
palm__options_fini(palm_part_options_t *options)
{
    palm__option_free_texts(rows, options);
    free((char *)(uintptr_t)options->name);
    options->name = NULL;
}
