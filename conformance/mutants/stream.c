/* SPDX-License-Identifier: MIT */
/* stream.c: servers that break PALM-STREAM by themselves. */
#include "conformance/mutants/stream.h"

/* --- what is published ---------------------------------------------------- */

static void
lowers_stage_of_errors(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message) && stream_is_error(&message)) {
        message.stage--;
        crossing_replace(crossing, &message);
    }
}

static void
lowers_stage_of_later_results(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)
        && stream_names(crossing, &message, ".count")
        && !stream_is_error(&message)) {
        message.stage--;
        crossing_replace(crossing, &message);
    }
}

static void
publishes_errors_for_client(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message) && stream_is_error(&message)) {
        crossing->message->frame[0] = message.client;
    }
}

static void
loses_unknown_fields(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        message.unknown = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

static void
empties_cache(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        message.cache = bytes_text("");
        crossing_replace(crossing, &message);
    }
}

static void
loses_later_results(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)
        && stream_names(crossing, &message, ".count")
        && !stream_is_error(&message)) {
        crossing_drop(crossing);
    }
}

static void
swaps_results(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)
        && stream_names(crossing, &message, ".count")
        && stream_is_error(&message)) {
        crossing_swap(crossing);
    }
}

/* --- errors --------------------------------------------------------------- */

static void
failure_is_empty(struct crossing *crossing)
{
    struct message message;

    if (stream_failed_by(crossing, ".fail")) {
        (void)crossing_message(crossing, &message);
        message.payload = bytes_text("");
        crossing_replace(crossing, &message);
    }
}

static void
unknown_has_no_result(struct crossing *crossing)
{
    if (stream_failed_by(crossing, "no_such_function")) {
        crossing_drop(crossing);
    }
}

static void
unknown_gives_message_back(struct crossing *crossing)
{
    struct message message;

    if (stream_failed_by(crossing, "no_such_function")) {
        (void)crossing_message(crossing, &message);
        message.payload = bytes_text("abc");
        crossing_replace(crossing, &message);
    }
}

static void
no_function_has_no_result(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message) && stream_is_error(&message)
        && (message.function.size == 0
            || !stream_names(crossing, &message, "."))) {
        crossing_drop(crossing);
    }
}

static void
beyond_the_end_has_no_result(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message) && stream_is_error(&message)
        && message.stage == 2) {
        crossing_drop(crossing);
    }
}

/* --- which function ------------------------------------------------------- */

static void
has_no_echo(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message)
        && bytes_are(message.function, "palm.echo")
        && bytes_are(message.payload, "abc")) {
        stream_run_as(crossing, &message, "palm.fail", message.stage);
    }
}

static void
compares_beginning_of_name(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message)
        && stream_names(crossing, &message, "palm2.")) {
        stream_run_as(crossing, &message, "palm.echo", message.stage);
    }
}

static void
passes_over_others(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)
        && stream_names(crossing, &message, "other.")) {
        crossing_drop(crossing);
    }
}

static void
publishes_something_for_nothing(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message) && bytes_are(message.payload, "0")
        && stream_names(crossing, &message, ".count")) {
        message.payload = bytes_text("");
        stream_run_as(crossing, &message, "palm.echo", message.stage);
    }
}

static void
answers_nothing_with_error(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message) && bytes_are(message.payload, "0")
        && stream_names(crossing, &message, ".count")) {
        stream_run_as(crossing, &message, "palm.fail", message.stage);
    }
}

/* --- streams -------------------------------------------------------------- */

static const struct fault_setting pipelined[] = {{"pipelined", "yes"},
                                                 {NULL, NULL}};

static const struct fault_setting not_pipelined[] = {{"pipelined", "no"},
                                                     {NULL, NULL}};

static void
splits_at_white_space(struct crossing *crossing)
{
    struct message message;

    if (stream_is_given(crossing, &message)
        && blank_white_space(crossing->test, &message)) {
        crossing_replace(crossing, &message);
    }
}

/* A result that takes long comes behind the next. */
static void
publishes_as_they_end(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)
        && bytes_are(message.function, "palm.sleep")) {
        crossing_swap(crossing);
    }
}

const struct fault stream_faults[] = {
    FAULT("M-STREAM-001a", "has no echo", has_no_echo),
    FAULT("M-STREAM-001b", "runs another element", stream_runs_first_element),
    WRONG_SETTING("M-STREAM-002a", "is pipelined", pipelined),
    FAULT("M-STREAM-002b", "raises the stage", stream_raises_stage),
    FAULT("M-STREAM-002c", "has its name as topic",
          stream_publishes_under_its_name),
    WRONG_SETTING("M-STREAM-003a", "is not pipelined", not_pipelined),
    FAULT("M-STREAM-003b", "does not raise the stage", stream_lowers_stage),
    FAULT("M-STREAM-003c", "does not raise the stage of errors",
          lowers_stage_of_errors),
    FAULT("M-STREAM-003d", "gives errors to the client",
          publishes_errors_for_client),
    FAULT("M-STREAM-004a", "runs functions of others", stream_runs_for_others),
    FAULT("M-STREAM-004b", "passes over others", passes_over_others),
    FAULT("M-STREAM-004c", "compares the beginning of its name",
          compares_beginning_of_name),
    FAULT("M-STREAM-005a", "has no result for a failure",
          stream_failure_has_no_result),
    FAULT("M-STREAM-005b", "answers a failure with nothing", failure_is_empty),
    FAULT("M-STREAM-005c", "gives a message with an unknown function back",
          unknown_gives_message_back),
    FAULT("M-STREAM-006a", "loses unknown fields", loses_unknown_fields),
    FAULT("M-STREAM-006b", "fills an empty cache", stream_fills_cache),
    FAULT("M-STREAM-006c", "empties the cache", empties_cache),
    FAULT("M-STREAM-011a", "publishes an empty result for none",
          publishes_something_for_nothing),
    FAULT("M-STREAM-011b", "publishes an error result for none",
          answers_nothing_with_error),
    FAULT("M-STREAM-012a", "answers others with errors",
          stream_answers_others_with_errors),
    FAULT("M-STREAM-012b", "runs functions of others", stream_runs_for_others),
    FAULT("M-STREAM-013a", "has no result for a failure",
          stream_failure_has_no_result),
    FAULT("M-STREAM-035a", "has no result for an unknown function",
          unknown_has_no_result),
    FAULT("M-STREAM-036a", "has no result without a function",
          no_function_has_no_result),
    FAULT("M-STREAM-036b", "has no result beyond the last element",
          beyond_the_end_has_no_result),
    FAULT("M-STREAM-014a", "publishes the first result only",
          loses_later_results),
    FAULT("M-STREAM-014b", "publishes results in another order", swaps_results),
    FAULT("M-STREAM-014c", "raises the stage of the first result only",
          lowers_stage_of_later_results),
    FAULT("M-STREAM-030a", "fills an empty cache", stream_fills_cache),
    FAULT("M-STREAM-031a", "fills an empty cache", stream_fills_cache),
    FAULT("M-STREAM-032a", "splits at white space", splits_at_white_space),
    FAULT("M-STREAM-033a", "splits at white space", splits_at_white_space),
    FAULT("M-STREAM-034a", "publishes results as functions end",
          publishes_as_they_end),
    END_OF_FAULTS,
};
