/* SPDX-License-Identifier: MIT */
/* stream_chain.c: pipelines, sinks and hubs that break PALM-STREAM. */
#include "conformance/mutants/stream.h"

#include <stdio.h>

/* A subscription of the target: frame 0 is 1 and the topic. */
static bool
is_subscription(const struct crossing *crossing)
{
    return (comes_from(crossing, "sub_address")
            || comes_from(crossing, "sub_addresses"))
           && crossing->message->frame[0].size > 0;
}

/* --- what is published ---------------------------------------------------- */

static void
publishes_for_client(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        crossing->message->frame[0] = message.client;
    }
}

static void
publishes_twice(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        crossing_pass(crossing);
    }
}

static void
publishes_nothing(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        crossing_drop(crossing);
    }
}

/* --- which function ------------------------------------------------------- */

static void
wants_stage_0(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message) && message.stage != 0
        && !stream_names(crossing, &message, " ")) {
        stream_run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
counts_each_blank(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message)
        && stream_names(crossing, &message, "  ")) {
        stream_run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
is_deaf(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)) {
        crossing_drop(crossing);
    }
}

/* --- topics --------------------------------------------------------------- */

static void
subscribes_to_all(struct crossing *crossing)
{
    if (is_subscription(crossing)) {
        crossing_replace_frame(crossing, 0, "\x01");
    }
}

static void
hears_first_address_only(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)
        && bytes_are(crossing->message->frame[0], "two")) {
        crossing_drop(crossing);
    }
}

/* Each address has both subscriptions, and both topics are one. */
static void
mixes_topics(struct crossing *crossing)
{
    struct message message;
    struct bytes *first = &crossing->message->frame[0];
    bool is_one = bytes_are(*first, "\x01one");

    if (is_subscription(crossing) && (is_one || bytes_are(*first, "\x01two"))) {
        crossing_pass(crossing);
        crossing_replace_frame(crossing, 0, is_one ? "\x01two" : "\x01one");
    } else if (stream_is_given(crossing, &message)
               && (bytes_are(*first, "one") || bytes_are(*first, "two"))) {
        crossing_pass(crossing);
        crossing_replace_frame(crossing, 0,
                               bytes_are(*first, "one") ? "two" : "one");
    }
}

static void
compares_beginning_of_topic(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)
        && bytes_are(crossing->message->frame[0], "one-more")) {
        crossing_pass(crossing);
        crossing_replace_frame(crossing, 0, "one");
    }
}

static void
takes_longer_topics(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)
        && bytes_are(crossing->message->frame[0], "before2")) {
        crossing_replace_frame(crossing, 0, "before");
    }
}

/* --- hub ------------------------------------------------------------------ */

static bool
is_work(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "worker_push_address", message);
}

static void
hub_gives_no_work(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        crossing_drop(crossing);
    }
}

static void
hub_leaves_cache_empty(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.cache = bytes_text("");
        crossing_replace(crossing, &message);
    }
}

static void
hub_gives_one_cache_to_all(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && !bytes_are(message.cache, "tag")) {
        message.cache = bytes_text("7d8f6a10-52c4-4b7e-8a3b-e1f0c9d2b422");
        crossing_replace(crossing, &message);
    }
}

static void
hub_raises_stage(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage < INT64_MAX) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

static void
hub_loses_unknown_fields(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.unknown = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

/* --- streams -------------------------------------------------------------- */

static void
loses_a_message_of_tee(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)
        && bytes_are(message.payload, "message-2")) {
        crossing_drop(crossing);
    }
}

/* Whoever is not named answers, too: the message is changed to name it. */
static void
answers_messages_of_tee(struct crossing *crossing)
{
    static char own[256]; /* the function of the first result */
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_published(crossing, &message) && own[0] == '\0') {
        (void)snprintf(own, sizeof own, "%s",
                       bytes_string(crossing->test, message.function));
    } else if (own[0] != '\0' && stream_is_given(crossing, &message)
               && bytes_are(message.payload, "message-3")) {
        stream_run_as(crossing, &message, own, message.stage);
    }
}

static void
reverses_before_it_counts(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (goes_to(crossing, "pull_address") && stream_is_given(crossing, &message)
        && stream_names(crossing, &message, "first.reverse")) {
        stream_run_as(crossing, &message, "first.echo", message.stage);
    }
}

static const struct fault_setting to_client[] = {{"to_client", "yes"},
                                                 {NULL, NULL}};

static const struct fault_setting not_to_client[] = {{"to_client", "no"},
                                                     {NULL, NULL}};

static const struct fault_setting pipeline_not_to_client[] = {
    {"pipeline/to_client", "no"}, {NULL, NULL}};

const struct fault stream_chain_faults[] = {
    FAULT("M-STREAM-007a", "subscribes to all", subscribes_to_all),
    FAULT("M-STREAM-007b", "runs nothing", is_deaf),
    FAULT("M-STREAM-008a", "runs another element", stream_runs_first_element),
    FAULT("M-STREAM-008b", "wants stage 0 without a blank", wants_stage_0),
    FAULT("M-STREAM-008c", "counts each blank", counts_each_blank),
    WRONG_SETTING("M-STREAM-009a", "publishes for the next server",
                  not_to_client),
    FAULT("M-STREAM-009b", "raises the stage", stream_raises_stage),
    FAULT("M-STREAM-009c", "has its name as topic",
          stream_publishes_under_its_name),
    WRONG_SETTING("M-STREAM-010a", "publishes for the client", to_client),
    FAULT("M-STREAM-010b", "does not raise the stage", stream_lowers_stage),
    FAULT("M-STREAM-010c", "has the client as topic", publishes_for_client),
    FAULT("M-STREAM-015a", "hears its first address only",
          hears_first_address_only),
    WRONG_SETTING("M-STREAM-015b", "publishes for the client", to_client),
    FAULT("M-STREAM-015c", "has no result for a failure",
          stream_failure_has_no_result),
    FAULT("M-STREAM-016a", "takes each topic at each address", mixes_topics),
    FAULT("M-STREAM-016b", "compares the beginning of a topic",
          compares_beginning_of_topic),
    FAULT("M-STREAM-017a", "answers others with errors",
          stream_answers_others_with_errors),
    FAULT("M-STREAM-017b", "runs functions of others", stream_runs_for_others),
    WRONG_LIFE("M-STREAM-018a", "starts with lists that do not fit",
               LIFE_STARTS_ANYWAY),
    FAULT("M-STREAM-019a", "gives its workers nothing", hub_gives_no_work),
    FAULT("M-STREAM-019b", "subscribes to all", subscribes_to_all),
    FAULT("M-STREAM-020a", "leaves an empty cache empty",
          hub_leaves_cache_empty),
    FAULT("M-STREAM-020b", "gives each message the same cache",
          hub_gives_one_cache_to_all),
    FAULT("M-STREAM-020c", "raises the stage", hub_raises_stage),
    FAULT("M-STREAM-020d", "loses unknown fields", hub_loses_unknown_fields),
    FAULT("M-STREAM-021a", "publishes nothing", publishes_nothing),
    FAULT("M-STREAM-021b", "has its name as topic",
          stream_publishes_under_its_name),
    FAULT("M-STREAM-021c", "raises the stage", stream_raises_stage),
    FAULT("M-STREAM-021d", "fills an empty cache", stream_fills_cache),
    FAULT("M-STREAM-022a", "loses a message", loses_a_message_of_tee),
    FAULT("M-STREAM-022b", "answers what names nobody here",
          answers_messages_of_tee),
    FAULT("M-STREAM-022c", "publishes twice", publishes_twice),
    WRONG_SETTING("M-STREAM-023a", "does not end at the client",
                  pipeline_not_to_client),
    FAULT("M-STREAM-023b", "raises each stage once more", stream_raises_stage),
    FAULT("M-STREAM-023c", "leaves the first function out",
          reverses_before_it_counts),
    FAULT("M-STREAM-024a", "takes longer topics", takes_longer_topics),
    FAULT("M-STREAM-025a", "takes longer topics", takes_longer_topics),
    END_OF_FAULTS,
};
