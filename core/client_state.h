/* SPDX-License-Identifier: MIT */
/* client_state.h: what a client is, for client.c and its other files. */
#ifndef PALM_CLIENT_STATE_H
#define PALM_CLIENT_STATE_H

#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "core/client.h"
#include "core/id.h"
#include "core/lookup.h"

/* Characters of a call's tag that all calls of a client share. */
enum { PALM__CALL_PREFIX_SIZE = 24 };

/* A result that came while something else was waited for. */
struct palm__kept {
    zmq_msg_t frame;
    struct palm__kept *next;
};

struct palm_client {
    void *zmq;
    void *push;
    void *sub;
    palm__lookup_t lookup;
    char *db_address;                /* NULL = there is no cache */
    char *server;                    /* NULL = any */
    char *session;                   /* NULL = none */
    char id[PALM_ID_SIZE + 1];       /* topic, and identity at the cache */
    char pipeline[PALM_ID_SIZE + 1]; /* used if there is no session */
    char tag[PALM_ID_SIZE + 1];      /* cache field of the latest call */
    uint64_t calls;                  /* number in that tag */
    int64_t window;                  /* messages outstanding at most */
    int64_t timeout;                 /* ms to connect, per cache request */
    int64_t largest;                 /* bytes the server takes, -1 = any */
    int64_t outstanding;             /* sent, result not come */
    char *function;                  /* the function field of a message */
    size_t function_room;            /* bytes allocated for it */
    struct palm__kept *kept;         /* oldest first */
    struct palm__kept **kept_end;    /* where the next one is linked */
    int64_t kept_count;
};

/* A message that has this client's identity and pipeline. */
palm_message_t palm__client_message(const palm_client_t *self);

/* One cache request: the verb, the key in the cache or the payload field. */
int palm__client_ask(palm_client_t *self, const char *verb,
                     palm_message_t *request, zmq_msg_t *reply,
                     palm_error_t *err);

#endif
