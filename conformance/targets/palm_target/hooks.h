/* SPDX-License-Identifier: MIT */
/* hooks.h: the user's code in a part, as ADAPTER.md names it.  Chosen by the
 * main thread before the server starts; they run in their part's thread. */
#ifndef CONFORMANCE_PALM_TARGET_HOOKS_H
#define CONFORMANCE_PALM_TARGET_HOOKS_H

#include "conformance/targets/palm_target/target.h"

/* Where PullBypassConnection hands in what it gets; the main thread binds a
 * PULL there. */
#define HOOKS_RESULTS "inproc://results"

/* The hooks of one part; outlives the server. */
struct hooks {
    palm_hooks_t table;
    char *stream;  /* what handle_stream has lent */
    void *zmq;     /* context of the sockets; borrowed */
    void *results; /* PUSH, made by the part's thread */
};

/* Chooses a hook by its key (scatter, gather, stream) and name.  Returns 0; -1
 * with TARGET_UNKNOWN in *err if there is no such hook. */
int hooks_choose(struct hooks *self, const char *key, const char *name,
                 palm_error_t *err);

/* Whether the key is a hook's. */
bool hooks_has(const char *key);

/* Chooses what parts of that class answer, if they answer by a hook. */
void hooks_choose_answer(struct hooks *self, const char *class_name);

/* After the server has stopped. */
void hooks_fini(struct hooks *self);

#endif
