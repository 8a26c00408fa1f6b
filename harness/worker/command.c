/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/worker/command.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/program/program.h"
#include "harness/worker/environment.h"
#include "harness/worker/process.h"

enum {
    HEADER_SIZE = 4,     /* of a frame of a persistent command */
    READ_SIZE = 1 << 16, /* bytes made room for at a time, at least */
    KEPT = 1 << 20,      /* bytes of room that stay after a message */
    LOOK = 20,           /* ms between two looks at the limit */
    NAP_MAX = 5000000,   /* ns between two looks whether a command has ended */
    FAREWELL = 2000      /* ms that a persistent command may take to end */
};

/* Process group of the command that runs for a message; 0 = none. */
static volatile sig_atomic_t running_group;

static int64_t limit = -1; /* see command_limit(); atomic, -1 = none */

/* See command_watch(); constant once there are messages. */
static struct {
    void (*look)(void *arg);
    void *arg;
} watcher;

/* What still has to be written for one message: a header and the payload. */
struct feed {
    palm_slice_t pieces[2];
    unsigned char header[HEADER_SIZE];
};

void
command_init(struct command *self, const char *text,
             const struct command_settings *settings)
{
    *self = (struct command){
        .text = text, .settings = *settings, .to = -1, .from = -1};
}

void
command_kill_running(void)
{
    if (running_group) {
        process_kill((pid_t)running_group);
    }
}

void
command_limit(int64_t deadline)
{
    __atomic_store_n(&limit, deadline, __ATOMIC_RELAXED);
}

void
command_watch(void (*f)(void *arg), void *arg)
{
    watcher.look = f;
    watcher.arg = arg;
}

/* The deadline of a message that runs, as it is now. */
static int64_t
limited(int64_t deadline)
{
    if (watcher.look) {
        watcher.look(watcher.arg);
    }
    int64_t most = __atomic_load_n(&limit, __ATOMIC_RELAXED);
    return most >= 0 && (deadline < 0 || most < deadline) ? most : deadline;
}

static void
close_end(int *end)
{
    if (*end >= 0) {
        (void)close(*end);
        *end = -1;
    }
}

/* Ends the process; returns its status. */
static int
end_process(struct command *self, int64_t deadline)
{
    close_end(&self->to);
    int status = process_reap(self->pid, deadline);
    close_end(&self->from);
    self->pid = 0;
    return status;
}

/* A persistent command lives longer than a message. */
static int
start(struct command *self, const palm_message_t *message, palm_error_t *err)
{
    char **environment = NULL;
    if (!self->settings.persistent
        && !(environment = environment_make(message))) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    int code = process_start(self->text, environment, &self->pid, &self->to,
                             &self->from)
                   ? errno
                   : 0;
    free(environment);
    if (code) {
        self->pid = 0;
        return palm_error_set(err, code, "cannot run the command: %s",
                              palm_strerror(code));
    }
    return 0;
}

/* --- one message through the pipes ------------------------------------- */

static size_t
frame_size(const struct command *self)
{
    size_t size = 0;
    for (int i = 0; i < HEADER_SIZE; i++) {
        size = size << 8 | (unsigned char)self->output[i];
    }
    return size;
}

/* Bytes that may be read before more is known: never into a next frame. */
static size_t
wanted(const struct command *self)
{
    if (!self->settings.persistent) {
        return READ_SIZE;
    }
    if (self->size < HEADER_SIZE) {
        return HEADER_SIZE - self->size;
    }
    return HEADER_SIZE + frame_size(self) - self->size;
}

/* Makes room for what comes, not for what a header promises. */
static int
reserve(struct command *self, size_t size)
{
    if (self->room - self->size >= size) {
        return 0;
    }
    size_t room = self->room + (self->room > size ? self->room : size);
    char *output = realloc(self->output, room);
    if (!output) {
        return -1;
    }
    self->output = output;
    self->room = room;
    return 0;
}

/* Whether it writes, or is about to, more than it may. */
static bool
is_too_much(const struct command *self)
{
    uint64_t most = (uint64_t)self->settings.output;
    if (!self->settings.persistent) {
        return self->size > most;
    }
    return self->size >= HEADER_SIZE && frame_size(self) > most;
}

/* Returns 1 at the end of the output, 0 while there may be more, or -1. */
static int
read_some(struct command *self)
{
    size_t size = wanted(self);
    size = size < READ_SIZE ? size : READ_SIZE;
    if (reserve(self, size)) {
        return -1;
    }
    ssize_t got = read(self->from, self->output + self->size, size);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    self->size += (size_t)got;
    if (is_too_much(self)) {
        errno = EMSGSIZE;
        return -1;
    }
    return got == 0 ? 1 : 0;
}

/* The first piece that is not written yet, or NULL. */
static palm_slice_t *
next_piece(struct feed *feed)
{
    for (int i = 0; i < 2; i++) {
        if (feed->pieces[i].size) {
            return &feed->pieces[i];
        }
    }
    return NULL;
}

/* A command need not read what it is given: EPIPE ends the feeding only. */
static int
write_some(struct command *self, struct feed *feed)
{
    palm_slice_t *piece = next_piece(feed);
    ssize_t put = write(self->to, piece->data, piece->size);
    if (put < 0) {
        if (errno == EPIPE) {
            close_end(&self->to);
            return 0;
        }
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    piece->data += put;
    piece->size -= (size_t)put;
    return 0;
}

/* Ms to wait at a time: a limit may come meanwhile. */
static int
remaining(int64_t deadline)
{
    int64_t left = deadline < 0 ? LOOK : deadline - program_now();
    return left <= 0 ? 0 : (int)(left < LOOK ? left : LOOK);
}

static bool
is_fed(const struct command *self, struct feed *feed)
{
    return self->to < 0 || !next_piece(feed);
}

static bool
is_answered(const struct command *self)
{
    return self->settings.persistent && self->size >= HEADER_SIZE
           && wanted(self) == 0;
}

/* Whether the command has ended, and others have its pipes. */
static bool
is_left(const struct command *self)
{
    return !self->settings.persistent && process_has_ended(self->pid);
}

/* Waits for either pipe, so that neither can block the other.
 * Returns 1 at the end of the output, 0 to go on, or -1. */
static int
exchange(struct command *self, struct feed *feed, int64_t deadline)
{
    struct pollfd ends[2] = {{is_fed(self, feed) ? -1 : self->to, POLLOUT, 0},
                             {is_answered(self) ? -1 : self->from, POLLIN, 0}};
    int ready = poll(ends, 2, remaining(deadline));
    if (ready == 0 && is_left(self)) {
        /* What it has written before its end may have come since. */
        ready = poll(ends, 2, 0);
        if (ready == 0) {
            return 1;
        }
    }
    if (ready < 0) {
        return errno == EINTR ? 0 : -1;
    }
    if (ready == 0 && deadline >= 0 && program_now() >= deadline) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (ends[0].revents && write_some(self, feed)) {
        return -1;
    }
    return ends[1].revents ? read_some(self) : 0;
}

/* Feeds the command and gathers its output.  Returns 0 when it has read all and
 * answered, 1 if its output ended, or -1 with errno. */
static int
pump(struct command *self, struct feed *feed, int64_t deadline)
{
    int ended = 0;
    self->size = 0;
    while (!ended && !(is_answered(self) && is_fed(self, feed))) {
        if (!self->settings.persistent && !next_piece(feed)) {
            close_end(&self->to);
        }
        ended = exchange(self, feed, limited(deadline));
    }
    return ended;
}

/* --- both kinds of commands -------------------------------------------- */

static int
fail(palm_error_t *err, int code, const char *what, int status)
{
    char text[128];
    process_describe(status, text, sizeof text);
    return palm_error_set(err, code, "the command %s%s", what, text);
}

/* Kills a command that did not do its work, and says why. */
static int
give_up(struct command *self, int code, palm_error_t *err)
{
    process_kill(self->pid);
    (void)end_process(self, -1);
    if (code == ETIMEDOUT) {
        return palm_error_set(err, code, "the command took too long");
    }
    if (code == EMSGSIZE) {
        return palm_error_set(err, code,
                              "the command wrote more than %" PRId64 " bytes",
                              self->settings.output);
    }
    return palm_error_set(err, code, "the command's pipes: %s",
                          palm_strerror(code));
}

/* Waits until the command has ended, or its time is over: a limit may come
 * meanwhile.  It remains to be reaped.  Whether it has ended. */
static bool
await_end(const struct command *self, int64_t deadline)
{
    struct timespec nap = {0, 50000};
    int64_t until;
    while (!process_has_ended(self->pid)) {
        until = limited(deadline);
        if (until >= 0 && program_now() >= until) {
            return false;
        }
        (void)nanosleep(&nap, NULL);
        nap.tv_nsec = nap.tv_nsec < NAP_MAX / 2 ? 2 * nap.tv_nsec : NAP_MAX;
    }
    return true;
}

static int
run_once(struct command *self, struct feed *feed, int64_t deadline,
         palm_error_t *err)
{
    if (pump(self, feed, deadline) < 0) {
        return give_up(self, errno, err);
    }
    close_end(&self->to);
    if (!await_end(self, deadline)) {
        return give_up(self, ETIMEDOUT, err);
    }
    int status = end_process(self, -1);
    return status ? fail(err, EIO, "ended with ", status) : 0;
}

static int
run_frame(struct command *self, struct feed *feed, int64_t deadline,
          palm_error_t *err)
{
    int ended = pump(self, feed, deadline);
    if (ended < 0) {
        return give_up(self, errno, err);
    }
    if (ended) {
        /* Without stdout it is of no use, even if it still runs. */
        int status = end_process(self, program_now() + FAREWELL);
        return fail(err, EIO, "ended without an answer: ", status);
    }
    return 0;
}

/* A persistent command that ended, or spoke without being asked, cannot be
 * given a message: what it says next would be taken for the answer. */
static void
drop_stale(struct command *self)
{
    struct pollfd end = {self->from, POLLIN, 0};
    if (self->pid && (self->to < 0 || poll(&end, 1, 0) != 0)) {
        process_kill(self->pid);
        (void)end_process(self, -1);
    }
}

static int
prepare_feed(struct command *self, palm_slice_t payload, struct feed *feed,
             palm_error_t *err)
{
    feed->pieces[0] = (palm_slice_t){NULL, 0};
    feed->pieces[1] = payload;
    if (!self->settings.persistent) {
        return 0;
    }
    if ((uint64_t)payload.size > UINT32_MAX) {
        return palm_error_set(err, EMSGSIZE, "the payload is over 4 GiB");
    }
    for (int i = 0; i < HEADER_SIZE; i++) {
        feed->header[i] = (unsigned char)(payload.size >> (24 - 8 * i));
    }
    feed->pieces[0] = (palm_slice_t){(const char *)feed->header, HEADER_SIZE};
    return 0;
}

static int
run(struct command *self, const palm_message_t *message, palm_error_t *err)
{
    struct feed feed;
    int64_t deadline = self->settings.timeout < 0
                           ? -1
                           : program_now() + self->settings.timeout;
    if (prepare_feed(self, message->payload, &feed, err)) {
        return -1;
    }
    drop_stale(self);
    if (!self->pid && start(self, message, err)) {
        return -1;
    }
    running_group = (sig_atomic_t)self->pid;
    int rc = self->settings.persistent ? run_frame(self, &feed, deadline, err)
                                       : run_once(self, &feed, deadline, err);
    running_group = 0;
    return rc;
}

/* Gives back what a large output has needed. */
static void
shrink(struct command *self)
{
    if (self->room > KEPT) {
        free(self->output);
        self->output = NULL;
        self->room = self->size = 0;
    }
}

palm_yields_t
command_yields(const struct command *self)
{
    return self->settings.yields ? PALM_YIELDS_MANY : PALM_YIELDS_ONE;
}

/* A result for each line; the last one needs no newline. */
static int
yield_lines(const struct command *self, palm_reply_t *reply)
{
    palm_slice_t rest = {self->output, self->size};
    while (rest.data && rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end ? (size_t)(end - rest.data) : rest.size;
        if (palm_reply(reply, (palm_slice_t){rest.data, size})) {
            return -1;
        }
        size += end ? 1 : 0;
        rest.data += size;
        rest.size -= size;
    }
    return 0;
}

static int
answer(const struct command *self, palm_reply_t *reply)
{
    size_t header = self->settings.persistent ? HEADER_SIZE : 0;
    palm_slice_t result = {self->output ? self->output + header : NULL,
                           self->size - header};
    return self->settings.yields ? yield_lines(self, reply)
                                 : palm_reply(reply, result);
}

int
command_function(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    struct command *self = arg;
    palm_error_t err = {0};
    int code = run(self, message, &err)
                   ? palm_reply_error(reply, err.code, "%s", err.text)
                   : answer(self, reply);
    shrink(self);
    return code;
}

void
command_fini(struct command *self)
{
    if (self->pid) {
        (void)end_process(self, program_now() + FAREWELL);
    }
    free(self->output);
    self->output = NULL;
}
