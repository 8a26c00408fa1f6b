/* SPDX-License-Identifier: MIT */
/* target.h: the implementation under test, started by its command as
 * ADAPTER.md says. */
#ifndef CONFORMANCE_ENGINE_TARGET_H
#define CONFORMANCE_ENGINE_TARGET_H

#include <sys/types.h>

#include "conformance/engine/peer.h"

struct target {
    struct test *test;
    struct target *next;
    const char *profile;
    pid_t pid;            /* of its process group; 0 if it runs by itself */
    struct peer *control; /* a ROUTER; its one peer is the target */
    struct bytes identity;
    const char *facts; /* the frame of READY */
    const char *log;   /* the file of its stderr */
    const char *out;   /* that of its stdout, which must stay empty */
    int status;        /* as waitpid() gives it */
    bool reaped;       /* it is no process any more, status is known */
    bool ended;        /* as the test wanted */
};

/* Starts a target with settings (key, value, …, NULL) and waits for READY.
 * UNIMPLEMENTED ends the test so; anything else but READY is ERROR. */
struct target *target_start(struct test *test, const char *profile,
                            ...) CONFORM_SENTINEL;

/* The same with what tests compute: settings is key, value, …, NULL. */
struct target *target_start_list(struct test *test, const char *profile,
                                 const char *const *settings);

/* A server that runs already, see --attach; NOT-RUN if it cannot serve here. */
struct target *target_attach(struct test *test, const char *profile,
                             const char *const *settings);

/* The same where the rule is that these settings are right: REFUSED is FAIL. */
struct target *target_accepted(struct test *test, const char *profile,
                               ...) CONFORM_SENTINEL;

/* Starts a target that must say REFUSED and exit with a status other than 0;
 * returns the reason. */
const char *target_refused(struct test *test, const char *profile,
                           ...) CONFORM_SENTINEL;

/* A fact of READY; NULL if it is not there. */
const char *target_fact(const struct target *target, const char *key);
/* The same; without it the test is ERROR. */
const char *target_address(const struct target *target, const char *key);

/* True if the implementation claims the profile. */
bool target_claims(const struct target *target, const char *profile);

/* Ends the test as UNIMPLEMENTED if the target says that it lacks a function of
 * the contract. */
void target_needs(struct target *target, const char *function);

/* True if the implementation knows a setting that it may leave out. */
bool target_knows(const struct target *target, const char *setting);

/* Runs a command (verb, then frames) and returns the answer, RESULT or ERROR
 * in frame 0. */
struct frames target_command(struct target *target, const char *verb,
                             const struct bytes *frames, size_t count);
/* In two steps, for what happens in between. */
void target_send(struct target *target, const char *verb,
                 const struct bytes *frames, size_t count);
struct frames target_receive(struct target *target);
bool target_poll(struct target *target, int milliseconds,
                 struct frames *frames);

/* FAIL if the target has ended. */
void target_must_live(struct target *target);
bool target_lives(struct target *target);

/* Sends a signal to its group. */
void target_signal(struct target *target, int signal_number);
/* Waits for its end; false if that takes longer. */
bool target_ended(struct target *target, int milliseconds);
/* SIGTERM, then it must exit with 0 within its bound; else FAIL. */
void target_stop(struct target *target);
/* SIGKILL, at once. */
void target_kill(struct target *target);

/* True if it wrote something to stdout. */
bool target_is_noisy(const struct target *target);

/* What the target wrote to stderr so far, the last 4 kB. */
const char *target_log(const struct target *target);

#endif
