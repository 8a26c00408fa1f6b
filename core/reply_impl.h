/* SPDX-License-Identifier: MIT */
/* reply_impl.h: the inside of a reply, for functions.c and reply.c. */
#ifndef PALM_REPLY_IMPL_H
#define PALM_REPLY_IMPL_H

#include <stdarg.h>

#include "core/functions.h"

/* How a function answers the message it was given. */
struct palm_reply {
    const palm_results_t *results; /* where its results go */
    const palm_message_t *message; /* what is answered */
    palm_yields_t yields;
    bool has_result;    /* PALM_YIELDS_ONE: result is to be handed in */
    zmq_msg_t result;   /* if has_result */
    palm_error_t error; /* code 0 = none was set */
};

/* Begins to answer a message. */
void palm__reply_init(palm_reply_t *self, const palm_message_t *message,
                      const palm_results_t *results, palm_yields_t yields);

/* palm_reply_error() with the arguments as a list. */
int palm__reply_verror(palm_reply_t *self, int code, const char *format,
                       va_list args) PALM_PRINTF(3, 0);

/* Lets a function answer; without one (NULL) the answer is the error that is
 * set.  Returns -1 with errno if a result could not be handed in. */
int palm__reply_run(palm_reply_t *self, palm_function_f *function, void *arg);

#endif
