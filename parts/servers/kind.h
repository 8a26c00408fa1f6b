/* SPDX-License-Identifier: MIT */
/* kind.h: servers that are ready made: master, hub, server, pipeline, sink.
 *
 *     palm_kind_options_init(&options);
 *     options.name = "master";
 *     options.db_address = "tcp://127.0.0.1:5555";
 *     options.pull_address = "tcp://127.0.0.1:5556";
 *     …
 *     server = palm_kind_new(PALM_MASTER, &options, &err);
 *     palm_server_start(server, &err);
 *
 * What comes out is a palm_server_t like any other: parts, presets and, if the
 * kind runs functions, functions can be added before it is started.  One
 * thread. */
#ifndef PALM_KIND_H
#define PALM_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/export.h"
#include "core/server.h"

typedef enum palm_kind {
    PALM_MASTER,   /* Pull, WorkerPush, WorkerPull, Pub, Cache: clients'
                      messages to workers, results back */
    PALM_HUB,      /* the same with Sub for Pull: a master within a pipeline */
    PALM_SERVER,   /* Pull, Pub, Cache: runs functions itself */
    PALM_PIPELINE, /* Sub, Pub, Cache: runs functions on what the server before
                      it publishes */
    PALM_SINK /* Sub0, Sub1 …, Pub, Cache: the same, of several servers */
} palm_kind_t;

/* Sees, and may change, what a part of the kind is set to, before it is added.
 * Returns 0, or -1 with errno and the reason in *err: then palm_kind_new()
 * fails with them. */
typedef int palm_adjust_f(const palm_part_info_t *part,
                          palm_part_options_t *options, void *arg,
                          palm_error_t *err);

/* The class of which a part of the kind is to be: part->class_, or one that is
 * derived from a class of that name (palm_library_derive()) and is copied.
 * NULL with errno and the reason in *err: then palm_kind_new() fails with
 * them. */
typedef const palm_part_class_t *palm_choose_f(const palm_part_info_t *part,
                                               void *arg, palm_error_t *err);

/* Everything that any kind has; what a kind does not have stays NULL.  A sink's
 * sub_address and previous may be several, with blanks between them. */
typedef struct palm_kind_options {
    const char *name;                    /* of the server; needed */
    const palm_server_options_t *server; /* NULL = the defaults */
    const char *db_address;              /* where Cache binds */
    const char *pull_address;            /* where Pull binds */
    const char *sub_address; /* what Sub connects to: the Pub of the server
                                before */
    const char *pub_address; /* where Pub binds */
    const char *worker_push_address; /* where WorkerPush binds */
    const char *worker_pull_address; /* where WorkerPull binds */
    const char *previous;  /* topic of Sub: the name of the server before */
    bool to_client;        /* publishes to the client; otherwise to the next
                              server: topic = name, stage + 1 */
    palm_adjust_f *adjust; /* NULL = every part has the defaults */
    void *adjust_arg;      /* handed to adjust */
    palm_choose_f *choose; /* NULL = every part is of its usual class */
    void *choose_arg;      /* handed to choose */
} palm_kind_options_t;

PALM_BEGIN_DECLS

PALM_EXPORT
void palm_kind_options_init(palm_kind_options_t *options);

/* Sets an option by its name, as in a server file: an address, previous,
 * to_client.  Texts are kept as pointers.  Returns -1 with errno ENOENT (no
 * such option) or EINVAL, and the reason in *err. */
PALM_EXPORT
int palm_kind_option_set(palm_kind_options_t *options, const char *key,
                         const char *text, palm_error_t *err);

/* Name of the option number index, NULL after the last. */
PALM_EXPORT
const char *palm_kind_option_name(size_t index);

/* "master", "hub", "server", "pipeline", "sink"; NULL after the last. */
PALM_EXPORT
const char *palm_kind_name(size_t kind);

/* The kind of that name.  Returns -1 with errno ENOENT. */
PALM_EXPORT
int palm_kind_find(const char *name, palm_kind_t *kind);

/* Whether the kind has that option: a hub has no pull_address. */
PALM_EXPORT
bool palm_kind_has(palm_kind_t kind, const char *key);

/* Makes a server with the parts of the kind, to be started by
 * palm_server_start().  Texts are copied.  Returns NULL with the reason in
 * *err and errno
 *   EINVAL  no name; an address (or previous) that the kind needs is missing,
 *           or one is given that it does not have; a sink's addresses and
 * topics are not as many; a chosen class is unlike the usual one; ENOMEM; and
 * what palm_server_add(), choose and adjust say. */
PALM_EXPORT
palm_server_t *palm_kind_new(palm_kind_t kind,
                             const palm_kind_options_t *options,
                             palm_error_t *err);

PALM_END_DECLS
#endif
