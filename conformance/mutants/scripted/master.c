/* SPDX-License-Identifier: MIT */
/* master.c: messages to workers, results to clients. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/engine/test.h"
#include "conformance/mutants/scripted/scripted.h"

enum { WAITING_MAX = 64 * 1024 * 1024, SMALL_HOLD = 64 * 1024 };

/* --- queues --------------------------------------------------------------- */

static void
put(struct queue *queue, const char *topic, struct bytes frame)
{
    struct held *held = calloc(1, sizeof *held);
    uint8_t *copy = malloc(frame.size + 1);

    if (held == NULL || copy == NULL) {
        server_die(1);
        return;
    }
    if (frame.size > 0) {
        memcpy(copy, frame.data, frame.size);
    }
    held->frame = bytes_of(copy, frame.size);
    held->topic = topic == NULL ? NULL : strdup(topic);
    if (queue->last == NULL) {
        queue->first = held;
    } else {
        queue->last->next = held;
    }
    queue->last = held;
    queue->count++;
    queue->size += frame.size;
}

static struct held *
take_first(struct queue *queue)
{
    struct held *held = queue->first;

    if (held != NULL) {
        queue->first = held->next;
        queue->last = queue->first == NULL ? NULL : queue->last;
        queue->count--;
        queue->size -= held->frame.size;
    }
    return held;
}

static void
held_free(struct held *held)
{
    if (held != NULL) {
        free((void *)(uintptr_t)held->frame.data);
        free(held->topic);
    }
    free(held);
}

/* --- messages ------------------------------------------------------------- */

static void
fill_cache(struct server *server, struct message *message)
{
    static char first[37];
    char uuid[37];

    if (message->cache.size > 0 && !has(server, "M-MASTER-002as")) {
        return;
    }
    fill_uuid(uuid);
    if (first[0] == '\0') {
        memcpy(first, uuid, sizeof first);
    }
    message->cache = bytes_text(test_text(
        server->test, "%s", has(server, "M-MASTER-001as") ? first : uuid));
    if (has(server, "M-MASTER-001bs")) {
        message->cache = bytes_text("tag");
    }
}

static void
spoil_message(struct server *server, struct message *message)
{
    if (has(server, "M-WIRE-005as")) {
        message->stage = (int32_t)message->stage;
    }
    if (has(server, "M-WIRE-006as")) {
        message->function =
            bytes_text(bytes_string(server->test, message->function));
    }
    if (has(server, "M-WIRE-008as")) {
        message->unknown = bytes_of("", 0);
    }
    if (has(server, "M-MASTER-003as")) {
        message->pipeline = bytes_text(server->name);
    }
}

/* Names another server, or no function at all. */
static bool
is_foreign(struct server *server, const struct message *message)
{
    return strchr(bytes_string(server->test, message->function), '.') == NULL;
}

static void
bad_message(struct server *server)
{
    if (has(server, "M-HOSTILE-001as")) {
        server_die(139);
    }
    if (has(server, "M-HOSTILE-001bs")) {
        (void)zmq_close(server->pull);
        server->pull = NULL;
    }
}

void
take_message(struct server *server)
{
    struct message message;
    struct bytes frame;
    static unsigned long count;

    if (!take_frame(server, server->pull, &frame)) {
        return;
    }
    if (message_decode(server->test, frame, &message) != NULL) {
        bad_message(server);
        return;
    }
    fill_cache(server, &message);
    spoil_message(server, &message);
    if ((has(server, "M-MASTER-004as") && is_foreign(server, &message))
        || (has(server, "M-FLOW-006as") && ++count % 1000 == 0)
        || (has(server, "M-WIRE-002as") && frame.size == 0)) {
        return;
    }
    if (has(server, "M-FLOW-002as") && server->waiting.count >= 10) {
        return;
    }
    put(&server->waiting, NULL, message_encode(server->test, &message));
    if (has(server, "M-MASTER-015as")) {
        put(&server->waiting, NULL, message_encode(server->test, &message));
    }
}

bool
wants_messages(const struct server *server)
{
    return server->pull != NULL && !server->stopping
           && (server->waiting.size < WAITING_MAX
               || has(server, "M-FLOW-003as"));
}

bool
wants_results(const struct server *server)
{
    /* Somebody who does all in turn waits for workers first. */
    return !((has(server, "M-FLOW-001as") || has(server, "M-FLOW-004as"))
             && server->waiting.count > 0);
}

/* The first two change places. */
static void
swap_first(struct queue *queue)
{
    struct held *first = queue->first;
    struct held *second = first->next;

    first->next = second->next;
    second->next = first;
    queue->first = second;
    queue->last = queue->last == second ? first : queue->last;
}

void
send_work(struct server *server)
{
    struct queue *queue = &server->waiting;
    static bool swapped;
    bool swaps = has(server, "M-MASTER-006as");

    while (queue->count > 0) {
        if (swaps && queue->count > 1 && !swapped) {
            swap_first(queue);
            swapped = true;
        }
        if (zmq_send(server->work, queue->first->frame.data,
                     queue->first->frame.size, ZMQ_DONTWAIT)
            < 0) {
            return;
        }
        held_free(take_first(queue));
        server->under_way++;
        swapped = false;
    }
}

/* --- results -------------------------------------------------------------- */

struct topics {
    struct topics *next;
    char *topic;
};

static struct topics *subscribed; /* the last one first */

static bool
is_wanted(const char *topic)
{
    const struct topics *one;

    for (one = subscribed; one != NULL; one = one->next) {
        if (strncmp(one->topic, topic, strlen(one->topic)) == 0) {
            return true;
        }
    }
    return false;
}

static void
publish(struct server *server, const char *topic, struct bytes frame)
{
    if (has(server, "M-MASTER-007as")) {
        frame = bytes_joined(server->test, bytes_text(topic), frame);
        (void)zmq_send(server->pub, frame.data, frame.size, 0);
        return;
    }
    (void)zmq_send(server->pub, topic, strlen(topic), ZMQ_SNDMORE);
    (void)zmq_send(server->pub, frame.data, frame.size, 0);
}

static const char *
topic_of(struct server *server, const struct message *message)
{
    const char *client = bytes_string(server->test, message->client);

    if (server->pipelined && !has(server, "M-MASTER-010bs")) {
        return server->name;
    }
    if (has(server, "M-MASTER-008as")) {
        return bytes_string(server->test, message->pipeline);
    }
    if (has(server, "M-MASTER-013as") && subscribed != NULL) {
        return subscribed->topic;
    }
    return client;
}

/* True if a result is lost by the fault. */
static bool
is_lost(struct server *server, const struct message *message,
        struct bytes frame)
{
    static struct held last;
    bool again = last.frame.data != NULL && bytes_equal(frame, last.frame);
    uint8_t *copy = malloc(frame.size + 1);

    if (copy != NULL && frame.size > 0) {
        memcpy(copy, frame.data, frame.size);
    }
    free((void *)(uintptr_t)last.frame.data);
    last.frame = bytes_of(copy, copy == NULL ? 0 : frame.size);
    return (again && has(server, "M-MASTER-012as"))
           || (has(server, "M-MASTER-012bs") && server->under_way == 0)
           || (has(server, "M-MASTER-011as") && message->client.size == 0)
           || (has(server, "M-FLOW-005as") && server->results % 5000 == 0);
}

void
take_result(struct server *server)
{
    struct message message;
    struct bytes frame;
    const char *topic;

    if (!take_frame(server, server->done, &frame)) {
        return;
    }
    if (message_decode(server->test, frame, &message) != NULL) {
        if (has(server, "M-HOSTILE-002as")) {
            server_die(139);
        }
        return;
    }
    server->results++;
    if (is_lost(server, &message, frame)) {
        return;
    }
    server->under_way -= server->under_way > 0;
    if (server->pipelined && !has(server, "M-MASTER-010as")) {
        message.stage++;
    }
    if (has(server, "M-MASTER-009as")) {
        fill_cache(server, &message);
    }
    frame = message_encode(server->test, &message);
    topic = topic_of(server, &message);
    if (is_wanted(topic) || has(server, "M-FLOW-008as")) {
        publish(server, topic, frame);
    } else if (!has(server, "M-FLOW-009as")
               || server->absent.size < SMALL_HOLD) {
        put(&server->absent, topic, frame);
    }
}

static void
publish_held(struct server *server, const char *topic)
{
    struct queue again = {NULL, NULL, 0, 0};
    struct held *held;

    while ((held = take_first(&server->absent)) != NULL) {
        if (strncmp(held->topic, topic, strlen(topic)) != 0) {
            put(&again, held->topic, held->frame);
        } else if (!has(server, "M-FLOW-008bs") || server->absent.count == 0
                   || strcmp(server->absent.first->topic, held->topic) != 0) {
            publish(server, held->topic, held->frame);
        } else { /* two change places */
            struct held *second = take_first(&server->absent);

            publish(server, second->topic, second->frame);
            publish(server, held->topic, held->frame);
            held_free(second);
        }
        held_free(held);
    }
    server->absent = again;
}

void
take_subscription(struct server *server)
{
    struct bytes frame;
    const char *topic;
    struct topics **at = &subscribed;

    if (!take_frame(server, server->pub, &frame) || frame.size == 0
        || frame.data[0] > 1) {
        return;
    }
    topic = bytes_string(server->test, bytes_cut(frame, 1, frame.size));
    if (frame.data[0] == 1) {
        struct topics *one = calloc(1, sizeof *one);

        if (one != NULL) {
            one->topic = strdup(topic);
            one->next = subscribed;
            subscribed = one;
        }
        publish_held(server, topic);
        return;
    }
    while (*at != NULL && strcmp((*at)->topic, topic) != 0) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        struct topics *gone = *at;

        *at = gone->next;
        free(gone->topic);
        free(gone);
    }
}
