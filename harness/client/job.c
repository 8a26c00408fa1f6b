/* SPDX-License-Identifier: MIT */
/* Design notes.  Each message's cache field is its line number: it travels with
 * the message, so each result tells which line it belongs to.  A table keeps
 * the lines whose results have not been printed, the oldest first; it never
 * holds more than the window, which also bounds what --ordered has to keep.
 * Nothing here waits longer than a slice, so that a signal is seen and stdin is
 * read in time. */
#include "config.h"
#include "harness/client/job.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "harness/client/progress.h"
#include "harness/client/source.h"
#include "harness/program/program.h"
#include "harness/program/world.h"

enum {
    SLICE = 50,      /* ms to wait for a result when nothing else is to do */
    SHORT_SLICE = 5, /* ms, when stdin or the socket may be ready soon */
    BURST = 64,      /* messages sent before results are looked at */
    TOLD = 10        /* lines without a result that are named one by one */
};

/* A line without a printed result. */
struct line {
    int64_t number;       /* from 1; the key */
    bool is_done;         /* result has come */
    palm_result_t result; /* --ordered keeps it until its turn */
    UT_hash_handle hh;
};

struct job {
    palm_client_t *client;
    const struct job_options *options;
    struct source source;
    struct progress progress;
    struct line *lines;   /* a hash table; its head is the oldest line */
    int64_t waiting;      /* lines that are not done */
    palm_slice_t payload; /* to be sent next */
    bool has_payload;
    bool is_read;    /* the input has ended */
    bool is_over;    /* given up; an error was printed */
    int64_t since;   /* when something came last, as program_now() */
    int64_t came;    /* results since lines were given up last */
    int64_t results; /* results that came, errors included */
    int64_t errors;  /* error results */
    int64_t missing; /* lines given up */
    int64_t strange; /* results that belong to no waiting line */
};

static volatile sig_atomic_t is_interrupted;
static int64_t first; /* when; the handler's, which is never entered twice */

/* A second one ends us at once. */
static void
on_signal(int number)
{
    if (!is_interrupted) {
        is_interrupted = 1;
        first = program_now();
    } else if (!program_is_same_signal(first)) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
}

static void
catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaddset(&action.sa_mask, SIGINT);
    (void)sigaddset(&action.sa_mask, SIGTERM);
    (void)sigaddset(&action.sa_mask, SIGHUP);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)world_hears_hangup(&action);
}

static void
abandon(struct job *self, const char *what, const char *why)
{
    progress_hide(&self->progress);
    (void)program_error("%s: %s", what, why);
    self->is_over = true;
}

/* --- results ----------------------------------------------------------- */

static void
print_result(struct job *self, const struct line *line)
{
    palm_slice_t payload = line->result.message.payload;
    if (line->result.error.size) {
        self->errors++;
        progress_hide(&self->progress);
        (void)fprintf(stderr, "palm-client: line %" PRId64 ": ", line->number);
        program_print_foreign(line->result.error);
        (void)putc('\n', stderr);
        return;
    }
    (void)fwrite(payload.data ? payload.data : "", 1, payload.size, stdout);
    (void)putchar('\n');
}

static void
remove_line(struct job *self, struct line *line)
{
    HASH_DEL(self->lines, line);
    if (line->is_done) {
        palm_result_fini(&line->result);
    } else {
        self->waiting--;
    }
    free(line);
}

/* Prints the results whose turn it is: all before the first missing one. */
static void
print_in_turn(struct job *self)
{
    while (self->lines && self->lines->is_done) {
        print_result(self, self->lines);
        remove_line(self, self->lines);
    }
}

static struct line *
find_line(struct job *self, palm_slice_t cache)
{
    struct line *line = NULL;
    char text[24];
    if (cache.size == 0 || cache.size >= sizeof text) {
        return NULL;
    }
    memcpy(text, cache.data, cache.size);
    text[cache.size] = '\0';
    int64_t number = strtoll(text, NULL, 10);
    HASH_FIND(hh, self->lines, &number, sizeof number, line);
    return line;
}

static void
take_result(struct job *self, palm_result_t *result)
{
    struct line *line = find_line(self, result->message.cache);
    self->since = program_now();
    if (!line || line->is_done) {
        self->strange++;
        palm_result_fini(result);
        return;
    }
    self->results++;
    self->came++;
    self->waiting--;
    line->is_done = true;
    line->result = *result;
    if (self->options->ordered) {
        print_in_turn(self);
    } else {
        print_result(self, line);
        remove_line(self, line);
    }
}

/* Takes what has come, and waits at most so long for the first. */
static void
receive(struct job *self, int64_t timeout)
{
    palm_result_t result;
    int rc = palm_client_recv(self->client, &result, 0);
    if (rc && errno == EAGAIN && timeout > 0) {
        if (program_flush()) {
            self->is_over = true;
            return;
        }
        rc = palm_client_recv(self->client, &result, timeout);
    }
    for (int i = 0; !rc && i < 2 * BURST; i++) {
        take_result(self, &result);
        rc = palm_client_recv(self->client, &result, 0);
    }
    if (!rc) {
        take_result(self, &result);
    } else if (errno != EAGAIN && errno != EINTR) {
        abandon(self, "receiving", palm_strerror(errno));
    }
}

/* --- messages ---------------------------------------------------------- */

static int
add_line(struct job *self, int64_t number)
{
    struct line *line = calloc(1, sizeof *line);
    if (!line) {
        return -1;
    }
    line->number = number;
    HASH_ADD(hh, self->lines, number, sizeof line->number, line);
    if (!line->hh.tbl) {
        free(line);
        return -1;
    }
    self->waiting++;
    return 0;
}

/* Only this line has no result then. */
static void
refuse_line(struct job *self)
{
    progress_hide(&self->progress);
    (void)program_error("line %" PRId64 ": not sent: it has %zu bytes, the "
                        "server takes messages of %" PRId64 " at most",
                        self->source.taken, self->payload.size,
                        palm_client_max_message_size(self->client));
    self->errors++;
    self->has_payload = false;
}

/* Sends the payload, if the server can take it.  Returns 0, or -1 with errno.
 */
static int
send_line(struct job *self)
{
    char cache[24];
    int64_t number = self->source.taken;
    (void)snprintf(cache, sizeof cache, "%" PRId64, number);
    if (palm_client_send(self->client, self->options->function, self->payload,
                         cache, 0)) {
        if (errno != EMSGSIZE) {
            return -1;
        }
        refuse_line(self);
        return 0;
    }
    self->has_payload = false;
    if (add_line(self, number)) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

/* Gets the next payload.  Returns false if there is none now. */
static bool
fetch(struct job *self)
{
    enum source_state state = self->has_payload || self->is_read
                                  ? SOURCE_READY
                                  : source_next(&self->source, &self->payload);
    if (state == SOURCE_FAILED) {
        abandon(self, "stdin", strerror(errno));
    }
    if (state == SOURCE_END) {
        self->is_read = true;
    }
    if (state != SOURCE_READY || self->is_read) {
        return self->has_payload;
    }
    if (!self->has_payload && !self->lines) {
        self->since = program_now();
    }
    self->has_payload = true;
    return true;
}

static bool
has_room(const struct job *self)
{
    return (int64_t)HASH_COUNT(self->lines) < self->options->window;
}

/* Sends what can be sent now.  Returns how long to wait for a result then. */
static int64_t
send_some(struct job *self)
{
    for (int i = 0; i < BURST; i++) {
        if (!has_room(self)) {
            return SLICE;
        }
        if (!fetch(self)) {
            return self->is_read ? SLICE : SHORT_SLICE;
        }
        if (send_line(self)) {
            if (errno != EAGAIN) {
                abandon(self, "sending", palm_strerror(errno));
            }
            return SHORT_SLICE;
        }
    }
    return 0;
}

/* --- what does not come ------------------------------------------------ */

static void
give_up_line(struct job *self, struct line *line, int64_t told)
{
    if (told < TOLD) {
        (void)program_error("line %" PRId64 ": no result in time",
                            line->number);
    }
    self->missing++;
    palm_client_forget(self->client, 1);
    remove_line(self, line);
}

/* Gives up every line that has been sent and not answered. */
static void
give_up(struct job *self)
{
    struct line *line, *next;
    int64_t told = 0;
    progress_hide(&self->progress);
    HASH_ITER (hh, self->lines, line, next) {
        if (line->is_done) {
            print_result(self, line);
            remove_line(self, line);
        } else {
            give_up_line(self, line, told++);
        }
    }
    if (told > TOLD) {
        (void)program_error("… and %" PRId64 " more lines", told - TOLD);
    }
}

/* When nothing has come for too long, what is outstanding is lost; when nothing
 * at all came since the last time, the rest would be lost too. */
static void
check_time(struct job *self)
{
    int64_t timeout = self->options->timeout;
    bool is_stuck = self->waiting || self->has_payload;
    if (timeout < 0 || !is_stuck || program_now() - self->since < timeout) {
        return;
    }
    if (!self->waiting) {
        abandon(self, "sending", "the server takes no message in time");
    }
    give_up(self);
    self->is_over = self->is_over || self->came == 0;
    self->came = 0;
    self->since = program_now();
}

/* --- the job ----------------------------------------------------------- */

static double
fraction_done(const struct job *self)
{
    double taken = source_fraction(&self->source);
    return taken < 0 || !self->source.taken
               ? taken
               : taken * (double)self->results / (double)self->source.taken;
}

static void
run(struct job *self)
{
    while (!self->is_over && !is_interrupted
           && !(self->is_read && !self->lines)) {
        int64_t slice = send_some(self);
        if (!self->lines && !self->has_payload && !self->is_read) {
            if (!self->is_over && program_flush() == 0 && slice) {
                source_await();
            }
            continue;
        }
        receive(self, slice);
        check_time(self);
        progress_draw(&self->progress, self->results, fraction_done(self));
    }
    progress_hide(&self->progress);
}

/* Says what is missing; returns the exit status. */
static int
conclude(struct job *self)
{
    int64_t missing = self->missing + self->waiting;
    if (is_interrupted) {
        (void)program_error("interrupted");
    }
    if (missing) {
        (void)program_error("%" PRId64 " of %" PRId64 " results are missing",
                            missing,
                            self->source.taken - (self->has_payload ? 1 : 0));
    }
    if (self->strange) {
        (void)program_error("%" PRId64 " results belong to no message, or came "
                            "twice or too late",
                            self->strange);
    }
    bool ok = !self->is_over && !is_interrupted && !missing && !self->errors
              && !self->strange;
    return program_flush() == 0 && ok ? PROGRAM_OK : PROGRAM_FAILED;
}

int
job_run(palm_client_t *client, const struct job_options *options)
{
    struct job job = {.client = client, .options = options};
    struct line *line, *next;
    if (source_init(&job.source, options->count, options->size)) {
        return program_error("out of memory");
    }
    catch_signals();
    progress_init(&job.progress);
    run(&job);
    int status = conclude(&job);
    HASH_ITER (hh, job.lines, line, next) {
        remove_line(&job, line);
    }
    source_fini(&job.source);
    return status;
}
