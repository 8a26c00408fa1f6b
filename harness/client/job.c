/* SPDX-License-Identifier: MIT */
/* Design notes.  Each message's cache field is its line number: it travels with
 * the message, so each result tells which line it belongs to.  A table keeps
 * the lines whose results have not been printed, the oldest first; it never
 * holds more than the window, which also bounds what --ordered has to keep.
 * With --until-idle nobody knows how many results a line has, and no line is
 * kept.
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

/* A line whose results have not all been printed. */
struct line {
    int64_t number;      /* from 1; the key */
    int64_t left;        /* results that have not come */
    palm_result_t *kept; /* --ordered keeps them until their turn */
    size_t kept_count;
    UT_hash_handle hh;
};

struct job {
    palm_client_t *client;
    const struct job_options *options;
    struct source source;
    struct progress progress;
    struct line *lines;   /* a hash table; its head is the oldest line */
    int64_t waiting;      /* results that these lines wait for */
    palm_slice_t payload; /* to be sent next */
    bool has_payload;
    bool is_read;    /* the input has ended */
    bool is_over;    /* given up; an error was printed */
    int64_t since;   /* when something came last, as program_now() */
    int64_t came;    /* results since lines were given up last */
    int64_t results; /* results that came, errors included */
    int64_t errors;  /* error results */
    int64_t missing; /* results given up */
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
print_result(struct job *self, int64_t number, palm_result_t *result)
{
    palm_slice_t payload = result->message.payload;
    if (result->error.size) {
        self->errors++;
        progress_hide(&self->progress);
        (void)fprintf(stderr, "palm-client: line %" PRId64 ": ", number);
        program_print_foreign(result->error);
        (void)putc('\n', stderr);
    } else {
        (void)fwrite(payload.data ? payload.data : "", 1, payload.size, stdout);
        (void)putchar('\n');
    }
    palm_result_fini(result);
}

/* The bytes of a short frame lie in the result itself, which has moved since
 * its slices were made.  It was read before, so it can be read. */
static void
find_slices(palm_result_t *result)
{
    palm_message_t *message = &result->message;
    if (palm_message_scan(message, zmq_msg_data(&result->frame),
                          zmq_msg_size(&result->frame), NULL)
        || !palm_message_error(message, &result->error)) {
        result->error = palm_slice(NULL);
    }
}

static void
print_kept(struct job *self, struct line *line)
{
    for (size_t i = 0; i < line->kept_count; i++) {
        find_slices(&line->kept[i]);
        print_result(self, line->number, &line->kept[i]);
    }
    line->kept_count = 0;
}

static void
remove_line(struct job *self, struct line *line)
{
    HASH_DEL(self->lines, line);
    for (size_t i = 0; i < line->kept_count; i++) {
        palm_result_fini(&line->kept[i]);
    }
    self->waiting -= line->left;
    free(line->kept);
    free(line);
}

/* Prints the results whose turn it is: all before the first missing one. */
static void
print_in_turn(struct job *self)
{
    while (self->lines) {
        print_kept(self, self->lines);
        if (self->lines->left > 0) {
            return;
        }
        remove_line(self, self->lines);
    }
}

/* The number of the line in a cache field, 0 if there is none. */
static int64_t
line_number(palm_slice_t cache)
{
    char text[24];
    if (cache.size == 0 || cache.size >= sizeof text) {
        return 0;
    }
    memcpy(text, cache.data, cache.size);
    text[cache.size] = '\0';
    return strtoll(text, NULL, 10);
}

/* Keeps a result until its turn.  -1: no memory; it is the caller's still. */
static int
keep_result(struct line *line, const palm_result_t *result)
{
    size_t count = line->kept_count;
    if ((count & (count + 1)) == 0) { /* 0, 1, 3, 7 …: it is full */
        palm_result_t *kept =
            realloc(line->kept, (2 * count + 1) * sizeof *kept);
        if (!kept) {
            return -1;
        }
        line->kept = kept;
    }
    line->kept[line->kept_count++] = *result;
    return 0;
}

static void
take_of_line(struct job *self, struct line *line, palm_result_t *result)
{
    line->left--;
    self->waiting--;
    if (!self->options->ordered || keep_result(line, result)) {
        print_result(self, line->number, result);
    }
    if (self->options->ordered) {
        print_in_turn(self);
    } else if (line->left == 0) {
        remove_line(self, line);
    }
}

static void
take_result(struct job *self, palm_result_t *result)
{
    struct line *line;
    int64_t number = line_number(result->message.cache);
    HASH_FIND(hh, self->lines, &number, sizeof number, line);
    self->since = program_now();
    if (self->options->idle >= 0 && number > 0
        && number <= self->source.taken) {
        self->results++;
        print_result(self, number, result);
    } else if (line && line->left > 0) {
        self->results++;
        self->came++;
        take_of_line(self, line, result);
    } else {
        self->strange++;
        palm_result_fini(result);
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
    line->left = self->options->results;
    HASH_ADD(hh, self->lines, number, sizeof line->number, line);
    if (!line->hh.tbl) {
        free(line);
        return -1;
    }
    self->waiting += line->left;
    return 0;
}

/* Notes what the line that was sent waits for.  -1: no memory. */
static int
expect_results(struct job *self, int64_t number)
{
    if (self->options->idle >= 0) {
        self->since = program_now();
        return 0;
    }
    if (self->options->results == 0) {
        palm_client_forget(self->client, 1);
        return 0;
    }
    return add_line(self, number);
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
    if (expect_results(self, number)) {
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
    self->missing += line->left;
    if (line->left == self->options->results) {
        palm_client_forget(self->client, 1);
    }
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
        print_kept(self, line);
        if (line->left == 0) {
            remove_line(self, line);
        } else {
            give_up_line(self, line, told++);
        }
    }
    if (told > TOLD) {
        (void)program_error("… and %" PRId64 " more lines", told - TOLD);
    }
}

/* With any number of results: when nothing has come for so long, there are no
 * more of what was sent. */
static bool
is_idle(const struct job *self)
{
    return self->options->idle >= 0
           && program_now() - self->since >= self->options->idle;
}

/* When nothing has come for too long, what is outstanding is lost; when nothing
 * at all came since the last time, the rest would be lost too. */
static void
check_time(struct job *self)
{
    int64_t timeout = self->options->timeout;
    if (is_idle(self)) {
        palm_client_forget(self->client, palm_client_outstanding(self->client));
    }
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
    double all = (double)self->source.taken * (double)self->options->results;
    bool counts = self->options->idle < 0 && all > 0;
    return taken < 0 || !counts ? taken : taken * (double)self->results / all;
}

static bool
is_done(const struct job *self)
{
    return self->is_read && !self->lines
           && (self->options->idle < 0 || is_idle(self));
}

/* Whether nothing can come before there is more input. */
static bool
needs_input(const struct job *self)
{
    return !self->lines && !self->has_payload && !self->is_read
           && self->options->idle < 0;
}

static void
run(struct job *self)
{
    self->since = program_now();
    while (!self->is_over && !is_interrupted && !is_done(self)) {
        int64_t slice = send_some(self);
        if (needs_input(self)) {
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
                            (self->source.taken - (self->has_payload ? 1 : 0))
                                * self->options->results);
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
