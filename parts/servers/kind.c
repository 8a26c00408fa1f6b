/* SPDX-License-Identifier: MIT */
/* kind.c: the kinds as a table.
 *
 * A kind is a list of parts; each row says which class it is, which of the
 * addresses it gets, under which key of the cache others find it (palm-1.md,
 * 8.3) and where its messages go.  One function builds any kind. */
#include "config.h"
#include "parts/servers/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/part_impl.h"
#include "parts/library.h"
#include "parts/servers/kind_impl.h"

enum { PARTS_MAX = 5, NAME_SIZE = 32 };

static const char blanks[] = " \t";

/* A part of a kind. */
struct row {
    const char *name;             /* of the part; NULL ends the list */
    const char *class_name;       /* in the library … */
    const palm_part_class_t *own; /* … or this one */
    const char *address;          /* option that has its address */
    bool is_advertised;           /* in the cache, under that option's name */
    const char *route;
    int fill_cache; /* as in the part's options */
    bool is_many;   /* one part for each word of the address, each numbered */
};

struct kind {
    const char *name;
    bool is_published_to; /* has a part that subscribes: previous */
    struct row parts[PARTS_MAX + 1];
};

/* clang-format off */
#define PULL(route, fill_cache) \
    {"Pull", "PullService", NULL, "pull_address", true, route, fill_cache, \
     false}
#define SUB(route, fill_cache) \
    {"Sub", "SubConnection", NULL, "sub_address", true, route, fill_cache, \
     false}
#define SUBS(route, fill_cache) \
    {"Sub", "SubConnection", NULL, "sub_address", true, route, fill_cache, true}
#define WORKERS \
    {"WorkerPush", "WorkerPushService", NULL, "worker_push_address", true, \
     NULL, PALM_BY_CLASS, false}, \
    {"WorkerPull", "WorkerPullService", NULL, "worker_pull_address", true, \
     "Pub", PALM_BY_CLASS, false}
#define PUB(own) \
    {"Pub", "PubService", own, "pub_address", true, NULL, PALM_BY_CLASS, false}
#define CACHE(advertised) \
    {"Cache", "CacheService", NULL, "db_address", advertised, NULL, \
     PALM_BY_CLASS, false}
#define LAST_PART \
    {NULL, NULL, NULL, NULL, false, NULL, PALM_BY_CLASS, false}

static const struct kind kinds[] = {
    [PALM_MASTER] = {"master", false,
        {PULL("WorkerPush", true), WORKERS, PUB(NULL), CACHE(true),
         LAST_PART}},
    [PALM_HUB] = {"hub", true,
        {SUB("WorkerPush", true), WORKERS, PUB(NULL),
         CACHE(true), LAST_PART}},
    [PALM_SERVER] = {"server", false,
        {PULL("Pub", false), PUB(&palm__kind_server_pub),
         CACHE(false), LAST_PART}},
    [PALM_PIPELINE] = {"pipeline", true,
        {SUB("Pub", false), PUB(&palm__kind_pipeline_pub), CACHE(false),
         LAST_PART}},
    [PALM_SINK] = {"sink", true,
        {SUBS("Pub", false), PUB(&palm__kind_pipeline_pub), CACHE(false),
         LAST_PART}},
};
/* clang-format on */

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

const char *
palm_kind_name(size_t kind)
{
    return kind < KIND_COUNT ? kinds[kind].name : NULL;
}

int
palm_kind_find(const char *name, palm_kind_t *kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!strcmp(kinds[i].name, name)) {
            *kind = (palm_kind_t)i;
            return 0;
        }
    }
    errno = ENOENT;
    return -1;
}

bool
palm_kind_has(palm_kind_t kind, const char *key)
{
    if (!strcmp(key, "to_client")) {
        return true;
    }
    if (!strcmp(key, "previous")) {
        return kinds[kind].is_published_to;
    }
    for (const struct row *row = kinds[kind].parts; row->name; row++) {
        if (!strcmp(row->address, key)) {
            return true;
        }
    }
    return false;
}

/* --- what was given ------------------------------------------------------- */

/* Everything that the kind has is there, and nothing else. */
static int
check_options(palm_kind_t kind, const palm_kind_options_t *options,
              palm_error_t *err)
{
    const char *name = kinds[kind].name, *key;
    palm_error_t why = {0, ""};
    if (!options->name || !*options->name) {
        return palm_error_set(err, EINVAL, "a %s needs a name", name);
    }
    if (palm_name_check_server(options->name, &why)) {
        return palm_error_set(err, EINVAL, "the name of a %s: %s", name,
                              why.text);
    }
    for (size_t i = 0; (key = palm_kind_option_name(i)); i++) {
        const char *text = palm__kind_text(options, key);
        bool is_given = text && *text;
        if (!strcmp(key, "to_client") || is_given == palm_kind_has(kind, key)) {
            continue;
        }
        return palm_error_set(err, EINVAL,
                              is_given ? "a %s has no %s" : "a %s needs %s",
                              name, key);
    }
    return 0;
}

static size_t
count_words(const char *text)
{
    size_t count = 0;
    while (*(text += strspn(text, blanks))) {
        text += strcspn(text, blanks);
        count++;
    }
    return count;
}

/* Copies the next word of the list and moves behind it; NULL with ENOMEM. */
static char *
take_word(const char **list)
{
    const char *word = *list + strspn(*list, blanks);
    *list = word + strcspn(word, blanks);
    return strndup(word, (size_t)(*list - word));
}

/* --- building ------------------------------------------------------------- */

/* What is built, and of what. */
struct build {
    palm_server_t *server;
    const palm_kind_options_t *options;
    palm_error_t *err;
};

/* Whether a part may be of that class: it meets the same peers, and the same
 * side of the router. */
static bool
is_alike(const palm_part_class_t *class_, const palm_part_class_t *usual)
{
    return class_->direction == usual->direction
           && class_->bypass == usual->bypass && class_->binds == usual->binds
           && class_->waits == usual->waits
           && class_->socket_type == usual->socket_type;
}

/* Asks which class the part is to be of; *made is it.  Who has a gather hook of
 * his own runs no functions. */
static int
choose_class(const struct build *self, const palm_part_info_t *info,
             palm_part_class_t *made)
{
    const palm_kind_options_t *options = self->options;
    const palm_part_class_t *usual = info->class_, *class_ = usual;
    if (options->choose
        && !(class_ = options->choose(info, options->choose_arg, self->err))) {
        return -1;
    }
    palm_error_t why = {0, ""};
    if (palm__class_copy(made, class_, &why)) {
        return palm_error_set(self->err, why.code, "the class of %s: %s",
                              info->name, why.text);
    }
    if (made->base || !is_alike(made, usual)) {
        return palm_error_set(self->err, EINVAL,
                              "the class of %s is not derived from %s",
                              info->name, usual->name);
    }
    if (!made->hooks.gather && usual->hooks.gather) {
        made->hooks.gather = usual->hooks.gather;
        made->traits |= usual->traits & PALM_RUNS;
    }
    return 0;
}

/* Where the messages come from, or whom the results are for. */
static int
set_topic(const struct build *self, const palm_part_class_t *class_,
          palm_part_options_t *part, const char *previous)
{
    if (!(class_->traits & PALM_TOPIC)) {
        return 0;
    }
    return palm_part_class_side(class_) == PALM_SIDE_INBOUND
               ? palm_part_option_set(part, class_, "previous", previous,
                                      self->err)
               : palm_part_option_set(part, class_, "pipelined",
                                      self->options->to_client ? "no" : "yes",
                                      self->err);
}

/* part has name, address and the cache's key. */
static int
add_part(const struct build *self, const struct row *row,
         palm_part_options_t *part, const char *previous)
{
    const palm_kind_options_t *options = self->options;
    const palm_part_class_t *usual =
        row->own ? row->own : palm_library_find(row->class_name);
    palm_part_class_t class_;
    palm_part_info_t info = {palm_part_class_side(usual), part->name, usual,
                             part, NULL};
    if (choose_class(self, &info, &class_)) {
        return -1;
    }
    info.class_ = &class_;
    part->route = row->route;
    part->fill_cache = row->fill_cache;
    if (set_topic(self, &class_, part, previous)) {
        return -1;
    }
    if (options->adjust
        && options->adjust(&info, part, options->adjust_arg, self->err)) {
        return -1;
    }
    return palm_server_add(self->server, &class_, part, self->err);
}

static int
add_one(const struct build *self, const struct row *row)
{
    palm_part_options_t part;
    palm_part_options_init(&part);
    part.name = row->name;
    part.address = palm__kind_text(self->options, row->address);
    part.advertise_as = row->is_advertised ? row->address : NULL;
    return add_part(self, row, &part, self->options->previous);
}

/* Takes the next address and topic of the lists for the part of that number. */
static int
add_numbered(const struct build *self, const struct row *row, unsigned number,
             const char **addresses, const char **topics)
{
    char name[NAME_SIZE], key[NAME_SIZE];
    char *address = take_word(addresses), *previous = take_word(topics);
    palm_part_options_t part;
    palm_part_options_init(&part);
    (void)snprintf(name, sizeof name, "%s%u", row->name, number);
    (void)snprintf(key, sizeof key, "%s_%u", row->address, number);
    part.name = name;
    part.address = address;
    part.advertise_as = row->is_advertised ? key : NULL;
    int result = address && previous
                     ? add_part(self, row, &part, previous)
                     : palm_error_set(self->err, ENOMEM, "out of memory");
    int saved = errno;
    free(address);
    free(previous);
    errno = saved;
    return result;
}

static int
add_many(const struct build *self, const struct row *row)
{
    const char *addresses = palm__kind_text(self->options, row->address);
    const char *topics = self->options->previous;
    size_t count = count_words(addresses);
    if (count == 0 || count != count_words(topics)) {
        return palm_error_set(self->err, EINVAL,
                              "%zu of %s, but %zu of previous: each server "
                              "before has one of both",
                              count, row->address, count_words(topics));
    }
    for (unsigned i = 0; i < count; i++) {
        if (add_numbered(self, row, i, &addresses, &topics)) {
            return -1;
        }
    }
    return 0;
}

static int
add_parts(const struct build *self, palm_kind_t kind)
{
    for (const struct row *row = kinds[kind].parts; row->name; row++) {
        if (row->is_many ? add_many(self, row) : add_one(self, row)) {
            return -1;
        }
    }
    if (palm_server_register(self->server, "echo", PALM_YIELDS_ONE,
                             palm__kind_echo, NULL)
        && errno != ENOTSUP) {
        return palm_error_set(self->err, errno, "echo: %s",
                              palm_strerror(errno));
    }
    return 0;
}

palm_server_t *
palm_kind_new(palm_kind_t kind, const palm_kind_options_t *options,
              palm_error_t *err)
{
    struct build build = {NULL, options, err};
    if ((unsigned)kind >= KIND_COUNT) {
        (void)palm_error_set(err, EINVAL, "there is no such kind of server");
        return NULL;
    }
    if (check_options(kind, options, err)) {
        return NULL;
    }
    build.server = palm_server_new(options->name, options->server);
    if (!build.server) {
        (void)palm_error_set(err, errno, "a %s: %s", kinds[kind].name,
                             palm_strerror(errno));
        return NULL;
    }
    if (add_parts(&build, kind)) {
        palm_server_destroy(&build.server);
    }
    return build.server;
}
