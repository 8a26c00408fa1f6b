/* SPDX-License-Identifier: MIT */
/* flow.c: implementations that break PALM-FLOW. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/test.h"
#include "conformance/mutants/stream.h"

/* scene.h's CLIENT: it has no subscriber, or one that does not read. */
#define CLIENT "0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11"

enum {
    TOPICS_MAX = 256,
    HALF_MIB = 512 * 1024,
    MANY = 8 * 1024 * 1024,
    HELD_BESIDE = 100 /* results */
};

static bool
is_published(const struct crossing *crossing)
{
    return comes_from(crossing, "pub_address");
}

static bool
is_result(struct crossing *crossing, struct message *message)
{
    return message_goes_to(crossing, "worker_pull_address", message);
}

/* Messages that clients have pushed and no worker has got. */
static unsigned long pushed;
static unsigned long taken;

static void
count(const struct crossing *crossing)
{
    pushed += goes_to(crossing, "pull_address") ? 1 : 0;
    taken += comes_from(crossing, "worker_push_address") ? 1 : 0;
}

/* --- workers -------------------------------------------------------------- */

static void
publishes_nothing_without_worker(struct crossing *crossing)
{
    count(crossing);
    if (is_published(crossing) && pushed > 0 && taken == 0) {
        crossing_drop(crossing);
    }
}

static void
publishes_nothing_while_workers_wait(struct crossing *crossing)
{
    count(crossing);
    if (is_published(crossing) && pushed > taken + 4) {
        crossing_drop(crossing);
    }
}

static void
drops_without_worker(struct crossing *crossing)
{
    count(crossing);
    if (goes_to(crossing, "pull_address") && taken == 0) {
        crossing_drop(crossing);
    }
}

static void
keeps_1000_messages(struct crossing *crossing)
{
    if (goes_to(crossing, "pull_address") && crossing->number >= 1000) {
        crossing_drop(crossing);
    }
}

/* What it takes is lost, as if it had no end of room. */
static void
takes_without_end(struct crossing *crossing)
{
    if (goes_to(crossing, "pull_address")) {
        crossing_drop(crossing);
    }
}

static void
loses_one_of_20(struct crossing *crossing)
{
    if (goes_to(crossing, "worker_pull_address")
        && crossing->number % 20 == 19) {
        crossing_drop(crossing);
    }
}

static void
loses_result_15000(struct crossing *crossing)
{
    if (goes_to(crossing, "worker_pull_address") && crossing->number == 15000) {
        crossing_drop(crossing);
    }
}

static void
loses_message_7777(struct crossing *crossing)
{
    if (goes_to(crossing, "pull_address") && crossing->number == 7777) {
        crossing_drop(crossing);
    }
}

static void
loses_result_9000(struct crossing *crossing)
{
    if (is_published(crossing) && crossing->number == 9000) {
        crossing_drop(crossing);
    }
}

static void
doubles_message_5000(struct crossing *crossing)
{
    if (goes_to(crossing, "pull_address") && crossing->number == 5000) {
        crossing_pass(crossing);
    }
}

static void
gives_no_more_work(struct crossing *crossing)
{
    if (comes_from(crossing, "worker_push_address") && crossing->number >= 10) {
        crossing_drop(crossing);
    }
}

/* --- subscribers ---------------------------------------------------------- */

static char *topics[TOPICS_MAX]; /* that somebody has subscribed to */
static size_t topic_count;

/* True if this is a subscription, or the end of one. */
static bool
note_topic(struct crossing *crossing)
{
    struct bytes first = crossing->message->frame[0];
    const char *topic;
    size_t i;

    if (!goes_to(crossing, "pub_address") || first.size == 0) {
        return false;
    }
    topic = bytes_string(crossing->test, bytes_cut(first, 1, first.size - 1));
    for (i = 0; i < topic_count && strcmp(topics[i], topic) != 0; i++) {
    }
    if (first.data[0] == 1 && i == topic_count && i < TOPICS_MAX) {
        topics[topic_count++] = strdup(topic);
    } else if (first.data[0] == 0 && i < topic_count) {
        free(topics[i]);
        topics[i] = topics[--topic_count];
    }
    return true;
}

static bool
is_subscribed(struct crossing *crossing, const struct message *message)
{
    const char *client = bytes_string(crossing->test, message->client);
    size_t i;

    for (i = 0; i < topic_count; i++) {
        if (strncmp(client, topics[i], strlen(topics[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* A result that nobody waits for yet. */
static bool
is_early(struct crossing *crossing, struct message *message)
{
    return !note_topic(crossing) && is_result(crossing, message)
           && !is_subscribed(crossing, message);
}

static void
holds_nothing(struct crossing *crossing)
{
    struct message message;

    if (is_early(crossing, &message)) {
        crossing_drop(crossing);
    }
}

static void
holds_short_topics(struct crossing *crossing)
{
    struct message message;

    if (is_early(crossing, &message) && message.client.size > UINT8_MAX) {
        crossing_drop(crossing);
    }
}

/* Whoever has published much has no room for what waits. */
static void
holds_nothing_when_it_is_busy(struct crossing *crossing)
{
    static unsigned published;
    struct message message;

    published += is_published(crossing);
    if (is_early(crossing, &message) && published > HELD_BESIDE) {
        crossing_drop(crossing);
    }
}

/* The same of a server that runs functions itself: nothing comes of them. */
static void
runs_nothing_early(struct crossing *crossing)
{
    struct message message;

    if (!note_topic(crossing) && stream_is_given(crossing, &message)
        && !is_subscribed(crossing, &message)) {
        crossing_drop(crossing);
    }
}

static void
holds_another_order(struct crossing *crossing)
{
    struct message message;

    if (is_early(crossing, &message) && bytes_are(message.payload, "held-3")) {
        crossing_swap(crossing);
    }
}

static void
loses_first_that_it_held(struct crossing *crossing)
{
    struct message message;

    if (is_early(crossing, &message) && bytes_are(message.payload, "held-0")) {
        crossing_drop(crossing);
    }
}

/* Time that passes with nothing held back counts from the first one. */
static void
holds_for_half_a_second(struct crossing *crossing)
{
    static int64_t since;
    static bool late;
    struct message message;

    if (is_early(crossing, &message) && since == 0) {
        since = now();
    }
    if (goes_to(crossing, "pub_address") && since != 0) {
        late = now() - since > 500000;
    }
    if (late && is_published(crossing)) {
        crossing_drop(crossing);
    }
}

static void
holds_half_a_mib(struct crossing *crossing)
{
    static size_t held;
    struct message message;

    if (is_early(crossing, &message)) {
        held += message.payload.size;
        if (held > HALF_MIB) {
            crossing_drop(crossing);
        }
    }
}

static void
holds_1000_results(struct crossing *crossing)
{
    static size_t held;
    struct message message;

    if (is_early(crossing, &message) && ++held > 1000) {
        crossing_drop(crossing);
    }
}

/* What was delivered counts for ever. */
static void
gives_no_room_back(struct crossing *crossing)
{
    enum { ROOM = 16 * 1024 * 1024 };
    static size_t held;
    struct message message;

    if (is_early(crossing, &message)) {
        held += message.payload.size;
        if (held > ROOM) {
            crossing_drop(crossing);
        }
    }
}

static void
forgets_topic_for_ever(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing) && crossing_message(crossing, &message)
        && bytes_are(message.payload, "new")) {
        crossing_drop(crossing);
    }
}

/* True when so much has been given for CLIENT. */
static bool
has_much(struct crossing *crossing, size_t much)
{
    static size_t waiting;
    struct message message;

    if (is_result(crossing, &message) && bytes_are(message.client, CLIENT)) {
        waiting += message.payload.size;
    }
    return waiting >= much;
}

static void
stops_with_1_mib(struct crossing *crossing)
{
    if (has_much(crossing, HALF_MIB * 2) && is_published(crossing)) {
        crossing_drop(crossing);
    }
}

static void
stops_with_8_mib(struct crossing *crossing)
{
    if (has_much(crossing, MANY) && is_published(crossing)) {
        crossing_drop(crossing);
    }
}

static void
gives_only_once(struct crossing *crossing)
{
    static unsigned given;
    struct message message;

    if (is_published(crossing) && crossing_message(crossing, &message)
        && bytes_are(message.client, CLIENT) && ++given > 20) {
        crossing_drop(crossing);
    }
}

static void
loses_client_50(struct crossing *crossing)
{
    if (is_published(crossing) && crossing->number == 50) {
        crossing_drop(crossing);
    }
}

const struct fault flow_faults[] = {
    FAULT("M-FLOW-001a", "publishes nothing without a worker",
          publishes_nothing_without_worker),
    FAULT("M-FLOW-002a", "drops messages without a worker",
          drops_without_worker),
    FAULT("M-FLOW-002b", "keeps 1,000 messages", keeps_1000_messages),
    FAULT("M-FLOW-003a", "takes messages without end", takes_without_end),
    FAULT("M-FLOW-004a", "publishes nothing while workers do not read",
          publishes_nothing_while_workers_wait),
    FAULT("M-FLOW-005a", "loses one result of 20", loses_one_of_20),
    FAULT("M-FLOW-005b", "loses one result of 20,000", loses_result_15000),
    FAULT("M-FLOW-006a", "loses one message of 10,000", loses_message_7777),
    FAULT("M-FLOW-006b", "loses one result of 10,000", loses_result_9000),
    FAULT("M-FLOW-006c", "doubles a message", doubles_message_5000),
    FAULT("M-FLOW-007a", "gives no more work", gives_no_more_work),
    FAULT("M-FLOW-008a", "holds nothing", holds_nothing),
    FAULT("M-FLOW-008b", "holds results in another order", holds_another_order),
    FAULT("M-FLOW-008c", "loses the first result that it held",
          loses_first_that_it_held),
    FAULT("M-FLOW-008e", "holds short topics only", holds_short_topics),
    FAULT("M-FLOW-008f", "holds nothing when it is busy",
          holds_nothing_when_it_is_busy),
    FAULT("M-FLOW-008d", "holds results for half a second",
          holds_for_half_a_second),
    FAULT("M-FLOW-009a", "holds half a MiB", holds_half_a_mib),
    FAULT("M-FLOW-009b", "holds 1,000 results", holds_1000_results),
    FAULT("M-FLOW-010a", "forgets a topic for ever", forgets_topic_for_ever),
    FAULT("M-FLOW-011a", "stops when 1 MiB waits", stops_with_1_mib),
    FAULT("M-FLOW-012a", "stops when 8 MiB wait", stops_with_8_mib),
    FAULT("M-FLOW-013a", "holds nothing", holds_nothing),
    FAULT("M-FLOW-013b", "loses the result of one client", loses_client_50),
    FAULT("M-FLOW-015a", "gives no room back", gives_no_room_back),
    FAULT("M-FLOW-016a", "stops when 8 MiB are not read", stops_with_8_mib),
    FAULT("M-FLOW-017a", "drops for all when one is slow", stops_with_8_mib),
    FAULT("M-FLOW-018a", "gives a result only once", gives_only_once),
    FAULT("M-STREAM-026a", "holds nothing", runs_nothing_early),
    FAULT("M-STREAM-027a", "holds nothing", runs_nothing_early),
    FAULT("M-STREAM-028a", "holds nothing", runs_nothing_early),
    FAULT("M-STREAM-029a", "holds nothing", holds_nothing),
    END_OF_FAULTS,
};
