/* SPDX-License-Identifier: MIT */
/* stream.c: implementations that break PALM-STREAM. */
#include <stdio.h>
#include <string.h>

#include "conformance/mutants/faults.h"

enum { TEXT_MAX = 256 };

static bool
is_at(const struct crossing *crossing, bool to_target, const char *endpoint)
{
    return crossing->to_target == to_target
           && strncmp(crossing->endpoint, endpoint, strlen(endpoint)) == 0;
}

/* A message for the target: pushed, or published by the server before. */
static bool
is_given(struct crossing *crossing, struct message *message)
{
    return (is_at(crossing, true, "pull_address")
            || is_at(crossing, true, "sub_address"))
           && crossing_message(crossing, message);
}

/* A result, and its topic in frame 0. */
static bool
is_published(struct crossing *crossing, struct message *message)
{
    return is_at(crossing, false, "pub_address")
           && crossing->message->count == 2
           && crossing_message(crossing, message);
}

/* A subscription of the target: frame 0 is 1 and the topic. */
static bool
is_subscription(const struct crossing *crossing)
{
    return is_at(crossing, false, "sub_address")
           && crossing->message->frame[0].size > 0;
}

static bool
is_error(const struct message *message)
{
    return bytes_are(message->payload, "0");
}

static bool
names(struct crossing *crossing, const struct message *message,
      const char *word)
{
    return strstr(bytes_string(crossing->test, message->function), word)
           != NULL;
}

/* What the message was before the target was made to take it for another; one
 * is under way at a time. */
static struct {
    bool used;
    char function[TEXT_MAX];
    int64_t stage;
    int64_t shown; /* the stage that the target sees */
} disguised;

/* The target takes the message for one of this function. */
static void
run_as(struct crossing *crossing, struct message *message, const char *function,
       int64_t stage)
{
    disguised.used = true;
    (void)snprintf(disguised.function, sizeof disguised.function, "%s",
                   bytes_string(crossing->test, message->function));
    disguised.stage = message->stage;
    disguised.shown = stage;
    message->function = bytes_text(function);
    message->stage = stage;
    crossing_replace(crossing, message);
}

/* The result of such a message looks as if it had been what it was. */
static void
undisguise(struct crossing *crossing)
{
    struct message message;

    if (disguised.used && is_published(crossing, &message)) {
        message.function = bytes_text(disguised.function);
        message.stage += disguised.stage - disguised.shown;
        disguised.used = false;
        crossing_replace(crossing, &message);
    }
}

/* --- what is published ---------------------------------------------------- */

static void
raises_stage(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

static void
lowers_stage(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        message.stage--;
        crossing_replace(crossing, &message);
    }
}

static void
lowers_stage_of_errors(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && is_error(&message)) {
        message.stage--;
        crossing_replace(crossing, &message);
    }
}

static void
lowers_stage_of_later_results(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && names(crossing, &message, ".count")
        && !is_error(&message)) {
        message.stage--;
        crossing_replace(crossing, &message);
    }
}

static void
publishes_under_its_name(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing_replace_frame(crossing, 0, "palm");
    }
}

static void
publishes_for_client(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing->message->frame[0] = message.client;
    }
}

static void
publishes_errors_for_client(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && is_error(&message)) {
        crossing->message->frame[0] = message.client;
    }
}

static void
loses_unknown_fields(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        message.unknown = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

static void
fills_cache(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && message.cache.size == 0) {
        message.cache = bytes_text("7d8f6a10-52c4-4b7e-8a3b-e1f0c9d2b422");
        crossing_replace(crossing, &message);
    }
}

static void
empties_cache(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        message.cache = bytes_text("");
        crossing_replace(crossing, &message);
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
publishes_nothing(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message)) {
        crossing_drop(crossing);
    }
}

static void
loses_later_results(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && names(crossing, &message, ".count")
        && !is_error(&message)) {
        crossing_drop(crossing);
    }
}

static void
swaps_results(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && names(crossing, &message, ".count")
        && is_error(&message)) {
        crossing_swap(crossing);
    }
}

/* --- errors --------------------------------------------------------------- */

static bool
failed_by(struct crossing *crossing, const char *word)
{
    struct message message;

    return is_published(crossing, &message) && is_error(&message)
           && names(crossing, &message, word);
}

static void
failure_has_no_result(struct crossing *crossing)
{
    if (failed_by(crossing, ".fail")) {
        crossing_drop(crossing);
    }
}

static void
failure_is_empty(struct crossing *crossing)
{
    struct message message;

    if (failed_by(crossing, ".fail")) {
        (void)crossing_message(crossing, &message);
        message.payload = bytes_text("");
        crossing_replace(crossing, &message);
    }
}

static void
unknown_has_no_result(struct crossing *crossing)
{
    if (failed_by(crossing, "no_such_function")) {
        crossing_drop(crossing);
    }
}

static void
unknown_gives_message_back(struct crossing *crossing)
{
    struct message message;

    if (failed_by(crossing, "no_such_function")) {
        (void)crossing_message(crossing, &message);
        message.payload = bytes_text("abc");
        crossing_replace(crossing, &message);
    }
}

static void
no_function_has_no_result(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && is_error(&message)
        && (message.function.size == 0 || !names(crossing, &message, "."))) {
        crossing_drop(crossing);
    }
}

static void
beyond_the_end_has_no_result(struct crossing *crossing)
{
    struct message message;

    if (is_published(crossing, &message) && is_error(&message)
        && message.stage == 2) {
        crossing_drop(crossing);
    }
}

/* --- which function ------------------------------------------------------- */

static void
has_no_echo(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && bytes_are(message.function, "palm.echo")
        && bytes_are(message.payload, "abc")) {
        run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
runs_first_element(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && message.stage == 1
        && names(crossing, &message, " ")) {
        run_as(crossing, &message, "palm.echo", 1);
    }
}

static void
wants_stage_0(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && message.stage != 0
        && !names(crossing, &message, " ")) {
        run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
counts_each_blank(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && names(crossing, &message, "  ")) {
        run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
is_deaf(struct crossing *crossing)
{
    struct message message;

    if (is_given(crossing, &message)) {
        crossing_drop(crossing);
    }
}

static void
runs_for_others(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && names(crossing, &message, "other.")) {
        run_as(crossing, &message, "palm.echo", message.stage);
    }
}

static void
compares_beginning_of_name(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && names(crossing, &message, "palm2.")) {
        run_as(crossing, &message, "palm.echo", message.stage);
    }
}

static void
answers_others_with_errors(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && names(crossing, &message, "other.")) {
        run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
passes_over_others(struct crossing *crossing)
{
    struct message message;

    if (is_given(crossing, &message) && names(crossing, &message, "other.")) {
        crossing_drop(crossing);
    }
}

static void
publishes_something_for_nothing(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && bytes_are(message.payload, "0")
        && names(crossing, &message, ".count")) {
        message.payload = bytes_text("");
        run_as(crossing, &message, "palm.echo", message.stage);
    }
}

static void
answers_nothing_with_error(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_given(crossing, &message) && bytes_are(message.payload, "0")
        && names(crossing, &message, ".count")) {
        run_as(crossing, &message, "palm.fail", message.stage);
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

    if (is_given(crossing, &message)
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
    } else if (is_given(crossing, &message)
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

    if (is_given(crossing, &message)
        && bytes_are(crossing->message->frame[0], "one-more")) {
        crossing_pass(crossing);
        crossing_replace_frame(crossing, 0, "one");
    }
}

/* --- hub ------------------------------------------------------------------ */

static bool
is_work(struct crossing *crossing, struct message *message)
{
    return is_at(crossing, false, "worker_push_address")
           && crossing_message(crossing, message);
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

    if (is_given(crossing, &message)
        && bytes_are(message.payload, "message-2")) {
        crossing_drop(crossing);
    }
}

/* Whoever is not named answers, too: the message is changed to name it. */
static void
answers_messages_of_tee(struct crossing *crossing)
{
    static char own[TEXT_MAX]; /* the function of the first result */
    struct message message;

    undisguise(crossing);
    if (is_published(crossing, &message) && own[0] == '\0') {
        (void)snprintf(own, sizeof own, "%s",
                       bytes_string(crossing->test, message.function));
    } else if (own[0] != '\0' && is_given(crossing, &message)
               && bytes_are(message.payload, "message-3")) {
        run_as(crossing, &message, own, message.stage);
    }
}

static void
reverses_before_it_counts(struct crossing *crossing)
{
    struct message message;

    undisguise(crossing);
    if (is_at(crossing, true, "pull_address") && is_given(crossing, &message)
        && names(crossing, &message, "first.reverse")) {
        run_as(crossing, &message, "first.echo", message.stage);
    }
}

static const struct fault_setting pipelined[] = {{"pipelined", "yes"},
                                                 {NULL, NULL}};
static const struct fault_setting not_pipelined[] = {{"pipelined", "no"},
                                                     {NULL, NULL}};
static const struct fault_setting to_client[] = {{"to_client", "yes"},
                                                 {NULL, NULL}};
static const struct fault_setting not_to_client[] = {{"to_client", "no"},
                                                     {NULL, NULL}};
static const struct fault_setting pipeline_not_to_client[] = {
    {"pipeline/to_client", "no"}, {NULL, NULL}};

#define SETTING(id, what, settings)                                            \
    {                                                                          \
        id, what, NULL, NULL, settings, NULL, LIFE_NORMAL                      \
    }

const struct fault stream_faults[] = {
    FAULT("M-STREAM-001a", "has no echo", has_no_echo),
    FAULT("M-STREAM-001b", "runs another element", runs_first_element),
    SETTING("M-STREAM-002a", "is pipelined", pipelined),
    FAULT("M-STREAM-002b", "raises the stage", raises_stage),
    FAULT("M-STREAM-002c", "has its name as topic", publishes_under_its_name),
    SETTING("M-STREAM-003a", "is not pipelined", not_pipelined),
    FAULT("M-STREAM-003b", "does not raise the stage", lowers_stage),
    FAULT("M-STREAM-003c", "does not raise the stage of errors",
          lowers_stage_of_errors),
    FAULT("M-STREAM-003d", "gives errors to the client",
          publishes_errors_for_client),
    FAULT("M-STREAM-004a", "runs functions of others", runs_for_others),
    FAULT("M-STREAM-004b", "passes over others", passes_over_others),
    FAULT("M-STREAM-004c", "compares the beginning of its name",
          compares_beginning_of_name),
    FAULT("M-STREAM-005a", "has no result for a failure",
          failure_has_no_result),
    FAULT("M-STREAM-005b", "answers a failure with nothing", failure_is_empty),
    FAULT("M-STREAM-005c", "gives a message with an unknown function back",
          unknown_gives_message_back),
    FAULT("M-STREAM-006a", "loses unknown fields", loses_unknown_fields),
    FAULT("M-STREAM-006b", "fills an empty cache", fills_cache),
    FAULT("M-STREAM-006c", "empties the cache", empties_cache),
    FAULT("M-STREAM-007a", "subscribes to all", subscribes_to_all),
    FAULT("M-STREAM-007b", "runs nothing", is_deaf),
    FAULT("M-STREAM-008a", "runs another element", runs_first_element),
    FAULT("M-STREAM-008b", "wants stage 0 without a blank", wants_stage_0),
    FAULT("M-STREAM-008c", "counts each blank", counts_each_blank),
    SETTING("M-STREAM-009a", "publishes for the next server", not_to_client),
    FAULT("M-STREAM-009b", "raises the stage", raises_stage),
    FAULT("M-STREAM-009c", "has its name as topic", publishes_under_its_name),
    SETTING("M-STREAM-010a", "publishes for the client", to_client),
    FAULT("M-STREAM-010b", "does not raise the stage", lowers_stage),
    FAULT("M-STREAM-010c", "has the client as topic", publishes_for_client),
    FAULT("M-STREAM-011a", "publishes an empty result for none",
          publishes_something_for_nothing),
    FAULT("M-STREAM-011b", "publishes an error result for none",
          answers_nothing_with_error),
    FAULT("M-STREAM-012a", "answers others with errors",
          answers_others_with_errors),
    FAULT("M-STREAM-012b", "runs functions of others", runs_for_others),
    FAULT("M-STREAM-013a", "has no result for a failure",
          failure_has_no_result),
    FAULT("M-STREAM-013b", "has no result for an unknown function",
          unknown_has_no_result),
    FAULT("M-STREAM-013c", "has no result without a function",
          no_function_has_no_result),
    FAULT("M-STREAM-013d", "has no result beyond the last element",
          beyond_the_end_has_no_result),
    FAULT("M-STREAM-014a", "publishes the first result only",
          loses_later_results),
    FAULT("M-STREAM-014b", "publishes results in another order", swaps_results),
    FAULT("M-STREAM-014c", "raises the stage of the first result only",
          lowers_stage_of_later_results),
    FAULT("M-STREAM-015a", "hears its first address only",
          hears_first_address_only),
    SETTING("M-STREAM-015b", "publishes for the client", to_client),
    FAULT("M-STREAM-015c", "has no result for a failure",
          failure_has_no_result),
    FAULT("M-STREAM-016a", "takes each topic at each address", mixes_topics),
    FAULT("M-STREAM-016b", "compares the beginning of a topic",
          compares_beginning_of_topic),
    FAULT("M-STREAM-017a", "answers others with errors",
          answers_others_with_errors),
    FAULT("M-STREAM-017b", "runs functions of others", runs_for_others),
    {"M-STREAM-018a", "starts with lists that do not fit", NULL, NULL, NULL,
     NULL, LIFE_STARTS_ANYWAY},
    FAULT("M-STREAM-019a", "gives its workers nothing", hub_gives_no_work),
    FAULT("M-STREAM-019b", "subscribes to all", subscribes_to_all),
    FAULT("M-STREAM-020a", "leaves an empty cache empty",
          hub_leaves_cache_empty),
    FAULT("M-STREAM-020b", "gives each message the same cache",
          hub_gives_one_cache_to_all),
    FAULT("M-STREAM-020c", "raises the stage", hub_raises_stage),
    FAULT("M-STREAM-020d", "loses unknown fields", hub_loses_unknown_fields),
    FAULT("M-STREAM-021a", "publishes nothing", publishes_nothing),
    FAULT("M-STREAM-021b", "has its name as topic", publishes_under_its_name),
    FAULT("M-STREAM-021c", "raises the stage", raises_stage),
    FAULT("M-STREAM-021d", "fills an empty cache", fills_cache),
    FAULT("M-STREAM-022a", "loses a message", loses_a_message_of_tee),
    FAULT("M-STREAM-022b", "answers what names nobody here",
          answers_messages_of_tee),
    FAULT("M-STREAM-022c", "publishes twice", publishes_twice),
    SETTING("M-STREAM-023a", "does not end at the client",
            pipeline_not_to_client),
    FAULT("M-STREAM-023b", "raises each stage once more", raises_stage),
    FAULT("M-STREAM-023c", "leaves the first function out",
          reverses_before_it_counts),
    END_OF_FAULTS,
};
#undef SETTING
