/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "conformance/targets/palm_target/hooks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/functions.h"

/* --- scatter and gather --------------------------------------------------- */

static int
yield_echo(palm_part_t *part, const palm_message_t *message, void *arg)
{
    (void)arg;
    return palm_part_yield(part, message);
}

static int
yield_count(palm_part_t *part, const palm_message_t *message, void *arg)
{
    palm_message_t copy = *message;
    int64_t number;
    bool fails;
    (void)arg;
    if (target_number(message->payload, &number, &fails)) {
        return -1;
    }
    for (int64_t i = 0; i < number; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "%" PRId64, i);
        copy.payload = palm_slice(text);
        if (palm_part_yield(part, &copy)) {
            return -1;
        }
    }
    errno = EIO;
    return fails ? -1 : 0;
}

static int
yield_reverse(palm_part_t *part, const palm_message_t *message, void *arg)
{
    palm_message_t copy = *message;
    char *reversed = target_reversed(message->payload);
    (void)arg;
    if (!reversed) {
        return -1;
    }
    copy.payload.data = reversed;
    int rc = palm_part_yield(part, &copy);
    free(reversed);
    return rc;
}

static int
yield_nothing(palm_part_t *part, const palm_message_t *message, void *arg)
{
    (void)part;
    (void)message;
    (void)arg;
    errno = EIO;
    return -1;
}

/* --- stream --------------------------------------------------------------- */

static int
stream_echo(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
            void *arg)
{
    (void)part;
    (void)message;
    (void)topic;
    (void)arg;
    return 0;
}

/* Lends the payload, for a topic, and behind it its reverse. */
static int
stream_reverse(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
               void *arg)
{
    struct hooks *self = arg;
    palm_slice_t payload = message->payload;
    char *both;
    (void)part;
    if (payload.size && payload.data[0] == '!') {
        errno = EIO;
        return -1;
    }
    both = malloc(2 * payload.size + 1);
    if (!both) {
        return -1;
    }
    free(self->stream);
    self->stream = both;
    for (size_t i = 0; i < payload.size; i++) {
        both[i] = payload.data[i];
        both[2 * payload.size - 1 - i] = payload.data[i];
    }
    *topic = (palm_slice_t){both, payload.size};
    message->payload = (palm_slice_t){both + payload.size, payload.size};
    return 0;
}

static int
stream_nothing(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
               void *arg)
{
    (void)part;
    (void)message;
    (void)topic;
    (void)arg;
    errno = EIO;
    return -1;
}

/* --- answer --------------------------------------------------------------- */

static int
answer_reverse(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply,
               void *arg)
{
    palm_slice_t bytes = {zmq_msg_data(request), zmq_msg_size(request)};
    char *reversed = target_reversed(bytes);
    zmq_msg_t made;
    (void)part;
    (void)arg;
    if (!reversed || zmq_msg_init_size(&made, bytes.size)) {
        free(reversed);
        return -1;
    }
    memcpy(zmq_msg_data(&made), reversed, bytes.size);
    free(reversed);
    return zmq_msg_move(reply, &made);
}

/* The control channel is the main thread's, so it goes through a socket. */
static int
hand_in(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply, void *arg)
{
    struct hooks *self = arg;
    (void)part;
    (void)reply;
    if (!self->results
        && (!(self->results = zmq_socket(self->zmq, ZMQ_PUSH))
            || zmq_connect(self->results, HOOKS_RESULTS))) {
        return -1;
    }
    return zmq_msg_send(request, self->results, 0) == -1 ? -1 : 0;
}

/* --- choosing ------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*yield)(palm_part_t *part, const palm_message_t *message, void *arg);
    int (*stream)(palm_part_t *part, palm_message_t *message,
                  palm_slice_t *topic, void *arg);
} choices[] = {
    {"echo", yield_echo, stream_echo},
    {"count", yield_count, NULL},
    {"reverse", yield_reverse, stream_reverse},
    {"fail", yield_nothing, stream_nothing},
};

enum { CHOICE_COUNT = sizeof choices / sizeof *choices };

bool
hooks_has(const char *key)
{
    return target_has_word("scatter gather stream", key);
}

int
hooks_choose(struct hooks *self, const char *key, const char *name,
             palm_error_t *err)
{
    bool is_stream = !strcmp(key, "stream");
    size_t i = 0;
    while (i < CHOICE_COUNT && strcmp(choices[i].name, name) != 0) {
        i++;
    }
    if (i == CHOICE_COUNT || (is_stream && !choices[i].stream)) {
        return palm_error_set(err, TARGET_UNKNOWN, "no %s is called \"%s\"",
                              key, name);
    }
    if (is_stream) {
        self->table.handle_stream = choices[i].stream;
    } else if (!strcmp(key, "scatter")) {
        self->table.scatter = choices[i].yield;
    } else {
        self->table.gather = choices[i].yield;
    }
    return 0;
}

void
hooks_choose_answer(struct hooks *self, const char *class_name)
{
    if (!strcmp(class_name, "RepBypassService")) {
        self->table.answer = answer_reverse;
    } else if (!strcmp(class_name, "PullBypassConnection")) {
        self->table.answer = hand_in;
    }
}

void
hooks_fini(struct hooks *self)
{
    const int none = 0;
    free(self->stream);
    if (self->results) { /* its thread has been joined */
        (void)zmq_setsockopt(self->results, ZMQ_LINGER, &none, sizeof none);
        (void)zmq_close(self->results);
    }
}
