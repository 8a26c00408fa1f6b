/* SPDX-License-Identifier: MIT */
/* functions.h: the functions that messages call, and how these are answered.
 *
 * A worker has a table of functions, and so has a server whose parts run them;
 * palm_worker_register() and palm_server_register() fill it.  Whoever writes a
 * part that runs functions uses the rest: palm_functions_run() finds the
 * function that a message names for its stage, and hands in what it replies as
 * result messages: the message that was received, with another payload.
 *
 * Only functions that were registered can be called.  Whatever is wrong with a
 * message or in a function gives an error result: payload "0" for peers of
 * old, and the reason in field 8 for those that look.
 *
 * A table may be used by several threads once it is filled.  A reply belongs to
 * the thread that runs its function, until the function returns. */
#ifndef PALM_FUNCTIONS_H
#define PALM_FUNCTIONS_H

#include <stdbool.h>
#include <zmq.h>

#include "core/error.h"
#include "core/export.h"
#include "core/message.h"

typedef struct palm_functions palm_functions_t;
typedef struct palm_reply palm_reply_t;

/* A function.  message is the whole message, message->payload its input.
 * Answers by palm_reply(); returns 0, or -1 for an error result, with the
 * reason set by palm_reply_error() (or errno). */
typedef int palm_function_f(const palm_message_t *message, palm_reply_t *reply,
                            void *arg);

/* How often a function answers a message. */
typedef enum palm_yields {
    PALM_YIELDS_ONE, /* exactly once; without a reply the payload is empty,
                        a second reply is an error (EALREADY) */
    PALM_YIELDS_MANY /* 0 to n times, one result message each (MuxWorker) */
} palm_yields_t;

/* Where results go. */
typedef struct palm_results {
    /* Takes an encoded result in any case.  Returns 0, or -1 with errno. */
    int (*hand_in)(void *arg, zmq_msg_t *frame);

    /* Learns the text of an error result before it is handed in; may be NULL.
     * The text is fit for a log. */
    void (*on_error)(void *arg, const char *text);

    void *arg;         /* handed to both; borrowed */
    bool may_be_empty; /* a PALM_YIELDS_ONE function that does not reply has no
                          result, instead of an empty payload */
} palm_results_t;

PALM_BEGIN_DECLS

/* Makes an empty table.  Returns NULL with errno ENOMEM. */
PALM_EXPORT
palm_functions_t *palm_functions_new(void);

PALM_EXPORT
void palm_functions_destroy(palm_functions_t **self_p);

/* Registers a function under a method name, in place of an older one.  Returns
 * -1 with errno EINVAL (empty, over 1024 bytes, or with a dot or a blank; no
 * function) or ENOMEM. */
PALM_EXPORT
int palm_functions_register(palm_functions_t *self, const char *name,
                            palm_yields_t yields, palm_function_f *function,
                            void *arg) PALM_MUST_USE;

/* Runs the function that the message names for its stage, whatever server it
 * names; hands in each result, or an error result if there is no such function
 * or it fails.  Returns -1 with errno ENOMEM, or hand_in()'s, if a result could
 * not be handed in. */
PALM_EXPORT
int palm_functions_run(const palm_functions_t *self,
                       const palm_message_t *message,
                       const palm_results_t *results);

/* Hands in an error result for the message, as if a function had failed.
 * Returns as palm_functions_run(). */
PALM_EXPORT
int palm_functions_refuse(const palm_message_t *message,
                          const palm_results_t *results, int code,
                          const char *format, ...) PALM_PRINTF(4, 5);

/* Answers with a copy of payload.  Returns -1 with errno EALREADY (see
 * palm_yields_t), ENOMEM or ECANCELED: the server stops; or the worker does,
 * and nobody took the result within `linger`. */
PALM_EXPORT
int palm_reply(palm_reply_t *reply, palm_slice_t payload);

/* Sets the reason of an error result; returns -1 for `return`. */
PALM_EXPORT
int palm_reply_error(palm_reply_t *reply, int code, const char *format, ...)
    PALM_PRINTF(3, 4);

PALM_END_DECLS
#endif
