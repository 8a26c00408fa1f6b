/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "conformance/targets/palm_target/functions.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/signals.h"
#include "harness/program/program.h"

enum {
    NUMBER_SIZE = 24, /* bytes of a number, with its NUL */
    STOP_MS = 2000    /* what is left of a sleep when the target stops */
};

int
target_number(palm_slice_t text, int64_t *number, bool *fails)
{
    char copy[NUMBER_SIZE];
    size_t size = text.size;
    if (fails) {
        *fails = size > 1 && text.data[size - 1] == '!';
        size -= *fails;
    }
    if (size == 0 || size >= sizeof copy) {
        errno = EINVAL;
        return -1;
    }
    memcpy(copy, text.data, size);
    copy[size] = '\0';
    if (strspn(copy, "0123456789") != size) {
        errno = EINVAL;
        return -1;
    }
    return palm_value_count(copy, number, NULL);
}

char *
target_reversed(palm_slice_t bytes)
{
    char *reversed = malloc(bytes.size + 1);
    for (size_t i = 0; reversed && i < bytes.size; i++) {
        reversed[i] = bytes.data[bytes.size - 1 - i];
    }
    return reversed;
}

/* --- the functions -------------------------------------------------------- */

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static int
reverse(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    char *reversed = target_reversed(message->payload);
    (void)arg;
    if (!reversed) {
        return -1;
    }
    int rc = palm_reply(reply, (palm_slice_t){reversed, message->payload.size});
    free(reversed);
    return rc;
}

static int
fail(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)arg;
    return palm_reply_error(reply, EIO, "failed as asked");
}

/* Waits; less, if the target is told to stop. */
static void
pause_for(int64_t duration)
{
    struct pollfd stop = {signals_fd(), POLLIN, 0};
    int64_t end = program_now() + duration, left;
    nfds_t count = 1;
    while ((left = end - program_now()) > 0) {
        if (poll(&stop, count, left < 1000 ? (int)left : 1000) > 0) {
            count = 0; /* it stays readable */
            end = end < program_now() + STOP_MS ? end : program_now() + STOP_MS;
        }
    }
}

static int
sleep_for(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    int64_t duration;
    (void)arg;
    if (target_number(message->payload, &duration, NULL)) {
        return palm_reply_error(reply, EINVAL, "expected milliseconds");
    }
    pause_for(duration);
    return palm_reply(reply, message->payload);
}

static int
count(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    int64_t number;
    bool fails;
    (void)arg;
    if (target_number(message->payload, &number, &fails)) {
        return palm_reply_error(reply, EINVAL, "expected a number");
    }
    for (int64_t i = 0; i < number; i++) {
        char text[NUMBER_SIZE];
        (void)snprintf(text, sizeof text, "%" PRId64, i);
        if (palm_reply(reply, palm_slice(text))) {
            return -1;
        }
    }
    return fails ? palm_reply_error(reply, EIO, "failed as asked") : 0;
}

const struct target_function target_functions[] = {
    {"echo", echo, false},  {"reverse", reverse, false},
    {"fail", fail, false},  {"sleep", sleep_for, false},
    {"count", count, true}, {NULL, NULL, false},
};
