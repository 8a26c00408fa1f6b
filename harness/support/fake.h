/* SPDX-License-Identifier: MIT */
/* fake.h: a master made of raw sockets, for tests of clients and workers.
 *
 * The cache answers on a thread of its own; everything else happens on the
 * test's thread, one step at a time.  Every wait has tap_deadline(). */
#ifndef HARNESS_FAKE_H
#define HARNESS_FAKE_H

#include <pthread.h>
#include <stdbool.h>
#include <zmq.h>

#include "core/message.h"

enum { FAKE_KEYS = 16, FAKE_TEXT = 256 };

/* A cache request as it came. */
struct fake_request {
    char identity[FAKE_TEXT]; /* as text; "" if the peer chose none */
    char function[FAKE_TEXT];
    char pipeline[FAKE_TEXT];
    char client[FAKE_TEXT];
    char cache[FAKE_TEXT];
};

struct fake {
    void *zmq;
    void *pull;        /* messages of clients */
    void *pub;         /* XPUB: results to clients */
    void *worker_push; /* messages to workers */
    void *worker_pull; /* results of workers */
    void *cache;       /* ROUTER; the thread's */
    void *control;     /* ends the thread */
    void *control_end; /* the thread's end of it */
    char db[FAKE_TEXT];
    char pull_address[FAKE_TEXT];
    char pub_address[FAKE_TEXT];
    char worker_push_address[FAKE_TEXT];
    char worker_pull_address[FAKE_TEXT];
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    struct {
        char key[FAKE_TEXT];
        char value[FAKE_TEXT];
    } entries[FAKE_KEYS];
    int silent;         /* so many requests are not answered */
    int more;           /* so often the next answer is sent again */
    bool is_late;       /* the next answer waits for the request after it */
    bool is_split;      /* replies have two frames */
    const void *answer; /* to every request; NULL = what it asks for */
    size_t answer_size; /* bytes */
    int requests;
    struct fake_request last;
};

/* Binds everything; the cache has the keys of a master of that name. */
void fake_start(struct fake *self, const char *name);
void fake_stop(struct fake *self);

/* Stores a value in the cache; NULL removes the key. */
void fake_put(struct fake *self, const char *key, const char *value);

void fake_be_silent(struct fake *self, int requests);
void fake_be_late(struct fake *self);
void fake_be_split(struct fake *self);
/* Answers the next request, and so many after it before they are asked. */
void fake_be_ahead(struct fake *self, int requests);
/* Gives these bytes, which stay the caller's, to every further request. */
void fake_answer(struct fake *self, const void *bytes, size_t size);

int fake_requests(struct fake *self);
struct fake_request fake_last(struct fake *self);

/* Waits until a client has subscribed to the topic. */
void fake_await_subscription(struct fake *self, const char *topic);

/* Receives one message from a socket of the fake; the frame is the caller's to
 * close, and holds the message. */
palm_message_t fake_take(void *socket, zmq_msg_t *frame);

/* Whether a message comes from the socket within a short while. */
bool fake_has(void *socket);

/* Publishes a result: the message with another payload. */
void fake_publish(struct fake *self, palm_message_t message,
                  const char *payload);

/* Sends a message to the workers. */
void fake_push(struct fake *self, const palm_message_t *message);

#endif
