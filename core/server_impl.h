/* SPDX-License-Identifier: MIT */
/* server_impl.h: the inside of a server, for the engine only. */
#ifndef PALM_SERVER_IMPL_H
#define PALM_SERVER_IMPL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/part_impl.h"
#include "core/router.h"
#include "core/server.h"
#include "core/watch.h"

/* Inner addresses; each server has a context of its own. */
#define PALM__INBOUND_ADDRESS  "inproc://inbound"
#define PALM__OUTBOUND_ADDRESS "inproc://outbound"
#define PALM__BYPASS_ADDRESS   "inproc://bypass-%u"

typedef enum palm__server_state {
    PALM__NEW,
    PALM__RUNNING,
    PALM__ROUTER_ENDED, /* the router and its parts have ended */
    PALM__STOPPED       /* all threads are joined */
} palm__server_state_t;

/* What a starting thread says of itself. */
typedef struct palm__report {
    size_t arrived;     /* threads that are ready or have failed */
    palm_error_t error; /* of the first that failed */
} palm__report_t;

struct palm_server {
    char *name;                    /* fixed */
    palm_server_options_t options; /* fixed */
    palm_cache_t *cache;           /* locks itself */
    palm_functions_t *functions;   /* fixed once started */
    palm_part_t **parts;           /* fixed once started */
    size_t part_count;
    void *zmq;               /* made by start, ended by stop */
    void *control;           /* DEALER to the router; guarded by mutex */
    void **bypass;           /* PAIR to each bypass part, by index */
    palm__watch_t watch;     /* guarded by mutex until it is started */
    palm__router_t *router;  /* NULL before the start */
    pthread_t router_thread; /* joined by stop */
    pthread_mutex_t mutex;   /* guards what follows, and control */
    pthread_cond_t changed;  /* state, report or alive has changed */
    palm__server_state_t state;
    int shown;     /* palm_server_state_t for others to read; atomic */
    bool started;  /* has run, or runs */
    bool stopping; /* somebody is in palm_server_stop() */
    palm__report_t report;
    size_t alive;          /* threads that run; guarded by mutex */
    size_t joinable;       /* parts whose thread was made */
    uint64_t left;         /* set by the router: messages inside at its end */
    uint64_t with_workers; /* set by the router: work that did not come back */
};

/* Called by each thread once when it is ready, or could not be (then err). */
void palm__server_report(palm_server_t *self, const palm_error_t *err);

/* Called by each thread as the last thing it does. */
void palm__server_ended(palm_server_t *self, bool is_router);

/* The part of that name.  NULL with errno ENOENT. */
palm_part_t *palm__server_find(palm_server_t *self, palm_side_t side,
                               const char *name);

/* Sends an order to the router, or to every bypass part.  Does nothing if they
 * are not there. */
void palm__server_order_router(palm_server_t *self, palm__kind_t kind,
                               int64_t timeout);
void palm__server_order_bypass(palm_server_t *self, palm__kind_t kind);

/* Before the start: sets how many peers and clients there may be. */
void palm__server_divide_descriptors(palm_server_t *self);

void palm__server_set_state(palm_server_t *self, palm__server_state_t state);

/* Shows the state to palm_server_state(). */
void palm__server_show(palm_server_t *self, palm_server_state_t state);

/* Stops without draining, joins every thread, frees what start has made. */
void palm__server_end(palm_server_t *self);

#endif
