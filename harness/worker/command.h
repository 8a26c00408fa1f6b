/* SPDX-License-Identifier: MIT */
/* command.h: a shell command as a worker's function.
 *
 * A command runs through `sh -c`, in a process group of its own (so that a
 * Ctrl-C meant for the worker does not end the message it is at), with our
 * stderr.  A plain one runs once a message: payload in, result out; it sees
 * the other fields in its environment; what it leaves behind, with its stdout
 * open, is not waited for.  A
 * persistent one lives on and speaks frames both ways: 4 bytes of length, the
 * highest first, then so many bytes.  One thread. */
#ifndef HARNESS_WORKER_COMMAND_H
#define HARNESS_WORKER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "parts/palm.h"

/* Bytes of output that a command may write for a message, unless set. */
#define COMMAND_OUTPUT (64 << 20)

struct command_settings {
    bool persistent;
    bool yields;     /* each line of its output is a result; not persistent */
    int64_t timeout; /* ms for one message, -1 = as long as it takes */
    int64_t output;  /* bytes of output for one message, at most */
};

struct command {
    const char *text; /* for sh -c; borrowed */
    struct command_settings settings;
    pid_t pid;    /* of the running command, 0 = none */
    int to;       /* its stdin; -1 = closed */
    int from;     /* its stdout; -1 = closed */
    char *output; /* what it wrote for this message */
    size_t size;  /* bytes of output */
    size_t room;  /* bytes that fit */
};

/* Prepares a command; nothing runs yet. */
void command_init(struct command *self, const char *text,
                  const struct command_settings *settings);

/* Ends a persistent command: closes its stdin, and kills it if it then does not
 * end in time.  Frees the rest. */
void command_fini(struct command *self);

/* How often its function answers. */
palm_yields_t command_yields(const struct command *self);

/* A palm_function_f whose arg is the struct command. */
int command_function(const palm_message_t *message, palm_reply_t *reply,
                     void *arg);

/* From now on no command may take longer than until the deadline (as
 * program_now()), also one that runs already.  Any thread. */
void command_limit(int64_t deadline);

/* Has f called whenever a message is at a command, about every 20 ms: it may
 * set the limit.  Set it before there are messages.  NULL = nobody looks. */
void command_watch(void (*f)(void *arg), void *arg);

/* Kills the command that runs for a message now.  For signal handlers. */
void command_kill_running(void);

#endif
