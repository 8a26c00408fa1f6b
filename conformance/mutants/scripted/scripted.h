/* SPDX-License-Identifier: MIT */
/* scripted.h: a small PALM master with a cache, over libzmq and the suite's
 * codec, for faults that nobody between two sockets could have: a target by
 * itself.  Without a fault it keeps the rules that its faults break.
 *
 *   faulty-server --fault ID --palm-conform 1 …      faulty-server --list */
#ifndef CONFORMANCE_MUTANTS_SCRIPTED_H
#define CONFORMANCE_MUTANTS_SCRIPTED_H

#include <zmq.h>

#include "conformance/engine/codec.h"

/* A message that waits, malloc(). */
struct held {
    struct held *next;
    char *topic; /* of a result */
    struct bytes frame;
};

struct queue {
    struct held *first;
    struct held *last;
    size_t count;
    size_t size; /* bytes */
};

struct server {
    const char *fault;
    const char *name;
    bool pipelined;
    bool stopping;
    int64_t stop_by; /* microseconds */
    void *context;
    void *control;
    void *pull;
    void *work; /* PUSH to the workers */
    void *done; /* PULL from them */
    void *pub;  /* XPUB */
    void *cache;
    struct queue waiting;    /* for workers */
    struct queue absent;     /* results without a subscriber */
    unsigned long under_way; /* with workers */
    unsigned long results;
    struct test *test; /* memory of one message */
};

/* Is this the fault that it has? */
bool has(const struct server *server, const char *id);

/* --- server.c ------------------------------------------------------------- */
void server_die(int status);

/* One message of one frame; false if nothing is there, or it has several. */
bool take_frame(struct server *server, void *socket, struct bytes *frame);
void fill_uuid(char text[37]);

/* --- master.c ------------------------------------------------------------- */
void take_message(struct server *server);
void send_work(struct server *server);
void take_result(struct server *server);
void take_subscription(struct server *server);
bool wants_messages(const struct server *server);
bool wants_results(const struct server *server);

/* --- cache.c -------------------------------------------------------------- */
void preset(const char *key, const char *value);
void take_request(struct server *server);

/* --- table.c -------------------------------------------------------------- */
struct scripted_fault {
    const char *id;
    const char *what;
};
extern const struct scripted_fault scripted_faults[];

#endif
