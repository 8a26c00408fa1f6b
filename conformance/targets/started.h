/* SPDX-License-Identifier: MIT */
/* started.h: a target as a process, started as ADAPTER.md says, for tests of
 * targets.  Asserts as tap.h does; every wait has tap_deadline(). */
#ifndef CONFORMANCE_STARTED_H
#define CONFORMANCE_STARTED_H

#include <stdbool.h>
#include <sys/types.h>
#include <zmq.h>

enum { STARTED_TEXT = 4096 };

struct started {
    pid_t pid;
    int out;        /* its stdout */
    void *zmq;      /* of the control channel and of peers */
    void *control;  /* ROUTER */
    void *peers[8]; /* of this test, closed at the end */
    size_t peer_count;
    char identity[256];      /* of the target there */
    size_t identity_size;    /* bytes of it */
    char verb[32];           /* the last that it said … */
    char text[STARTED_TEXT]; /* … and the frame behind, as text */
};

/* Starts a program (a path below the build folder; with ".py" at its end a
 * script below the source folder) with settings, KEY=VALUE …, NULL.  Skips the
 * test and returns false if there is no Python for it. */
bool started_begin(struct started *self, const char *program,
                   const char *profile, const char *const *settings);

/* Takes the next words of the target: verb and text. */
void started_hear(struct started *self);

/* Whether words have come. */
bool started_has_words(struct started *self);

/* Begins, and hears READY. */
bool started_ready(struct started *self, const char *program,
                   const char *profile, const char *const *settings);

/* Copies a fact of READY, which must be there; text has STARTED_TEXT bytes. */
void started_fact(const struct started *self, const char *key, char *text);

/* Whether READY has the fact. */
bool started_has_fact(const struct started *self, const char *key);

/* Sends a command of up to three frames; NULL ends it. */
void started_say(struct started *self, const char *verb, const char *first,
                 const char *second);

/* The same, and hears the answer. */
void started_ask(struct started *self, const char *verb, const char *first,
                 const char *second);

/* A socket connected to that address; receives wait for the deadline, and it
 * lives until the target has ended. */
void *started_peer(struct started *self, int type, const char *address);

/* The same, at the address of that fact. */
void *started_peer_of(struct started *self, int type, const char *key);

/* Connects to tcp://HOST:PORT or http://HOST:PORT, whose host is a number.
 * Returns the descriptor, or -1 if nobody is there. */
int started_connect(const char *address);

/* Whether libpalm was built with HTTP. */
bool started_has_http(void);

/* Waits for the end; returns the exit status.  Nothing stands on stdout. */
int started_end(struct started *self);

/* SIGTERM, and it must exit with 0. */
void started_stop(struct started *self);

#endif
