/* SPDX-License-Identifier: MIT */
/* master.c: implementations that break PALM-MASTER. */

#include "conformance/mutants/common.h"

#define NO_UUID "00000000-0000-4000-8000-000000000000"

static bool
is_work(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "worker_push_address", message);
}

static bool
is_published(struct crossing *crossing, struct message *message)
{
    return comes_from(crossing, "pub_address") && crossing->message->count == 2
           && crossing_message(crossing, message);
}

static void
fills_with_one_uuid(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.cache = bytes_text(NO_UUID);
        crossing_replace(crossing, &message);
    }
}

static void
leaves_cache_empty(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.cache = bytes_text("");
        crossing_replace(crossing, &message);
    }
}

static void
raises_stage_of_work(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

static void
sends_work_twice(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        crossing_pass(crossing);
    }
}

static void
drops_empty_functions(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.function.size == 0) {
        crossing_drop(crossing);
    }
}

static void
drops_other_servers(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && bytes_are(message.function, "other.echo")) {
        crossing_drop(crossing);
    }
}

static void
swaps_work(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && crossing->number % 3 == 0) {
        crossing_swap(crossing);
    }
}

static void
swaps_results(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && message.stage % 3 == 1) {
        crossing_swap(crossing);
    }
}

static void
publishes_three_frames(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing->message->frame[2] = crossing->message->frame[1];
        crossing->message->count = 3;
    }
}

static void
topic_is_its_name(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing_replace_frame(crossing, 0, "palm");
    }
}

static void
topic_is_the_pipeline(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing->message->frame[0] = message.pipeline;
    }
}

static void
raises_stage_of_results(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

static void
fills_cache_of_results(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && message.cache.size == 0) {
        message.cache = bytes_text(NO_UUID);
        crossing_replace(crossing, &message);
    }
}

static void
drops_results_without_client(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && message.client.size == 0) {
        crossing_drop(crossing);
    }
}

static void
publishes_twice(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing_pass(crossing);
    }
}

static void
wants_equal_topics(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && bytes_are(message.client, "abcd")) {
        crossing_drop(crossing);
    }
}

static void
takes_one_cache_client(struct crossing *crossing)
{
    if (goes_to(crossing, "db_address") && crossing->number > 0) {
        crossing_drop(crossing);
    }
}

static const struct fault_setting not_pipelined[] = {{"pipelined", "no"},
                                                     {NULL, NULL}};

const struct fault master_faults[] = {
    FAULT("M-MASTER-001a", "fills with one uuid", fills_with_one_uuid),
    FAULT("M-MASTER-001b", "leaves the cache empty", leaves_cache_empty),
    FAULT("M-MASTER-002a", "replaces the cache", fills_with_one_uuid),
    FAULT("M-MASTER-003a", "raises the stage of work", raises_stage_of_work),
    FAULT("M-MASTER-015a", "sends work twice", sends_work_twice),
    FAULT("M-MASTER-004a", "drops an empty function", drops_empty_functions),
    FAULT("M-MASTER-004b", "drops another server's work", drops_other_servers),
    WRONG_LIFE("M-MASTER-005a", "gives one worker three of four",
               LIFE_FAVOURS_A_WORKER),
    FAULT("M-MASTER-006a", "changes the order of work", swaps_work),
    FAULT("M-MASTER-006b", "changes the order of results", swaps_results),
    FAULT("M-MASTER-007a", "publishes three frames", publishes_three_frames),
    FAULT("M-MASTER-008a", "publishes under its name", topic_is_its_name),
    FAULT("M-MASTER-008b", "publishes under the pipeline",
          topic_is_the_pipeline),
    FAULT("M-MASTER-009a", "raises the stage of results",
          raises_stage_of_results),
    FAULT("M-MASTER-009b", "fills the cache of results",
          fills_cache_of_results),
    {"M-MASTER-010a", "is never pipelined", NULL, NULL, not_pipelined, NULL,
     LIFE_NORMAL},
    FAULT("M-MASTER-010b", "raises the stage by two", raises_stage_of_results),
    FAULT("M-MASTER-011a", "drops a result without a client",
          drops_results_without_client),
    FAULT("M-MASTER-012a", "publishes twice", publishes_twice),
    FAULT("M-MASTER-013a", "wants equal topics", wants_equal_topics),
    FAULT("M-MASTER-014a", "answers one cache client", takes_one_cache_client),
    END_OF_FAULTS,
};
