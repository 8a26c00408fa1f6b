/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/worker/builtin.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/program/program.h"

const char builtin_help[] =
    "Functions:\n"
    "  echo      the payload as it is\n"
    "  upper     the payload with its ASCII letters in upper case\n"
    "  reverse   the bytes of the payload in reverse order\n"
    "  fail      an error result; the payload is its text\n"
    "  sleep     waits so long as the payload says (\"250\", \"2s\")\n"
    "  count     how many messages this worker has received\n";

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

/* Replies with a copy of the payload, changed byte by byte. */
static int
reply_changed(const palm_message_t *message, palm_reply_t *reply,
              char (*change)(palm_slice_t payload, size_t index))
{
    palm_slice_t payload = message->payload;
    char *changed = malloc(payload.size ? payload.size : 1);
    if (!changed) {
        return -1;
    }
    for (size_t i = 0; i < payload.size; i++) {
        changed[i] = change(payload, i);
    }
    int rc = palm_reply(reply, (palm_slice_t){changed, payload.size});
    free(changed);
    return rc;
}

/* Not toupper(): the result must not depend on a locale. */
static char
upper_byte(palm_slice_t payload, size_t index)
{
    char byte = payload.data[index];
    return (char)(byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte);
}

static char
reverse_byte(palm_slice_t payload, size_t index)
{
    return payload.data[payload.size - 1 - index];
}

static int
upper(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return reply_changed(message, reply, upper_byte);
}

static int
reverse(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return reply_changed(message, reply, reverse_byte);
}

static int
fail(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    palm_slice_t text = message->payload;
    (void)arg;
    if (!text.size || text.size > PALM_ERROR_TEXT
        || !palm_slice_is_utf8(text)) {
        text = palm_slice("failed as asked");
    }
    return palm_reply_error(reply, EIO, "%.*s", (int)text.size, text.data);
}

/* Waits; returns -1 with errno ECANCELED if the worker should stop. */
static int
wait_for(int wake, int64_t duration)
{
    int64_t end = program_now() + duration;
    struct pollfd signal = {wake, POLLIN, 0};
    for (;;) {
        int64_t left = duration < 0 ? 60000 : end - program_now();
        if (left <= 0) {
            return 0;
        }
        int ready = poll(&signal, 1, (int)(left < 60000 ? left : 60000));
        if (ready > 0) {
            errno = ECANCELED;
            return -1;
        }
        if (ready < 0 && errno != EINTR) {
            return -1;
        }
    }
}

static int
sleep_for(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    const struct builtin_context *context = arg;
    char text[32] = "";
    palm_error_t err = {0};
    int64_t duration;
    size_t size = message->payload.size;
    if (size >= sizeof text) {
        return palm_reply_error(reply, EINVAL, "expected a duration");
    }
    if (size) {
        memcpy(text, message->payload.data, size);
    }
    if (palm_value_duration(text, &duration, &err)) {
        return palm_reply_error(reply, err.code, "%s", err.text);
    }
    palm_log(context->log, PALM_LOG_DEBUG, "PALM-WORKER-SLEEPS", "for %s",
             text);
    int64_t most = context->timeout;
    bool is_cut = most >= 0 && (duration < 0 || duration > most);
    if (wait_for(context->wake, is_cut ? most : duration)) {
        return palm_reply_error(reply, errno, "%s",
                                errno == ECANCELED ? "the worker stops"
                                                   : palm_strerror(errno));
    }
    if (is_cut) {
        return palm_reply_error(reply, ETIMEDOUT, "it took too long");
    }
    return palm_reply(reply, message->payload);
}

static int
count(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    const struct builtin_context *context = arg;
    palm_worker_stats_t stats;
    char text[32];
    (void)message;
    worker_stats(context->worker, &stats);
    (void)snprintf(text, sizeof text, "%" PRIu64, stats.received);
    return palm_reply(reply, palm_slice(text));
}

static const struct {
    const char *name;
    palm_function_f *function;
    bool needs_worker; /* and its context */
} functions[] = {
    {"echo", echo, false},       {"upper", upper, false},
    {"reverse", reverse, false}, {"fail", fail, false},
    {"sleep", sleep_for, true},  {"count", count, true},
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

int
builtin_register(struct builtin_context *context)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (worker_register(context->worker, functions[i].name, PALM_YIELDS_ONE,
                            functions[i].function, context)) {
            return -1;
        }
    }
    return 0;
}

int
builtin_register_server(palm_server_t *server)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (!functions[i].needs_worker
            && palm_server_register(server, functions[i].name, PALM_YIELDS_ONE,
                                    functions[i].function, NULL)) {
            return -1;
        }
    }
    return 0;
}
