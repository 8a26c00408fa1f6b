/* SPDX-License-Identifier: MIT */
/* worker.c: implementations that break PALM-WORKER. */
#include <string.h>

#include "conformance/mutants/common.h"

/* A message on its way to the worker, a result on its way from it, a request to
 * the cache: decoded. */
static bool
is_work(struct crossing *crossing, struct message *message)
{
    return message_goes_to(crossing, "worker_push_address", message);
}

static bool
is_result(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "worker_pull_address", message);
}

static bool
is_request(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "db_address", message);
}

static const char *
function_of(struct crossing *crossing, const struct message *message)
{
    return bytes_string(crossing->test, message->function);
}

static void
set_function(struct crossing *crossing, struct message *message,
             const char *function)
{
    message->function = bytes_text(function);
    crossing_replace(crossing, message);
}

/* --- its start ------------------------------------------------------------ */

static void
asks_for_pull_only(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request)) {
        request.payload = bytes_text("worker_pull_address");
        crossing_replace(crossing, &request);
    }
}

static void
names_the_server(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request)) {
        set_function(crossing, &request, "palm.get");
    }
}

static void
has_no_pipeline(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request)) {
        request.pipeline = bytes_text("");
        crossing_replace(crossing, &request);
    }
}

static void
gives_no_result(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result)) {
        crossing_drop(crossing);
    }
}

static bool
is_complaint(struct crossing *crossing)
{
    return comes_from(crossing, "control")
           && bytes_are(crossing->message->frame[0], "ERROR");
}

static void
never_complains(struct crossing *crossing)
{
    if (is_complaint(crossing)) {
        crossing_drop(crossing);
    }
}

static void
complains_without_address(struct crossing *crossing)
{
    if (is_complaint(crossing)) {
        crossing_replace_frame(crossing, 1, "no answer");
    }
}

/* --- its results ---------------------------------------------------------- */

static void
loses_unknown_fields(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result)) {
        result.unknown = bytes_of("", 0);
        crossing_replace(crossing, &result);
    }
}

static void
raises_stage(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result)) {
        result.stage++;
        crossing_replace(crossing, &result);
    }
}

static void
answers_twice(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result)) {
        crossing_pass(crossing);
    }
}

static void
cuts_payload_at_nul(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result)) {
        result.payload =
            bytes_text(bytes_string(crossing->test, result.payload));
        crossing_replace(crossing, &result);
    }
}

/* --- which function ------------------------------------------------------- */

static void
takes_last_name(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        const char *dot = strrchr(function_of(crossing, &message), '.');

        if (dot != NULL
            && strchr(function_of(crossing, &message), ' ') == NULL) {
            set_function(crossing, &message,
                         test_text(crossing->test, "palm%s", dot));
        }
    }
}

static void
takes_all_behind_the_dot(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        const char *dot = strchr(function_of(crossing, &message), '.');

        if (dot != NULL && strchr(dot + 1, '.') != NULL) {
            set_function(crossing, &message, "palm.unknown");
        }
    }
}

static void
wants_its_server(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && strncmp(function_of(crossing, &message), "palm.", 5) != 0) {
        set_function(crossing, &message, "palm.unknown");
    }
}

/* The elements from the wanted one on, whatever the stage is then. */
static void
set_stage(struct crossing *crossing, struct message *message, int64_t stage)
{
    message->stage = stage;
    crossing_replace(crossing, message);
}

static void
runs_first_element(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && strchr(function_of(crossing, &message), ' ') != NULL) {
        set_stage(crossing, &message, 0);
    }
}

static void
counts_stages_from_1(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && strchr(function_of(crossing, &message), ' ') != NULL) {
        set_stage(crossing, &message, message.stage - 1);
    }
}

static void
wants_stage_0(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage > 0
        && strchr(function_of(crossing, &message), ' ') == NULL) {
        set_function(crossing, &message, "palm.unknown");
    }
}

static void
refuses_negative_stage(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage < 0
        && strchr(function_of(crossing, &message), ' ') == NULL) {
        set_function(crossing, &message, "palm.unknown");
    }
}

static void
counts_each_blank(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && strstr(function_of(crossing, &message), "  ") != NULL) {
        set_stage(crossing, &message, message.stage - 1);
    }
}

static void
splits_at_white_space(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && blank_white_space(crossing->test, &message)) {
        crossing_replace(crossing, &message);
    }
}

/* The first result comes behind the second. */
static void
swaps_first_results(struct crossing *crossing)
{
    struct message message;

    if (is_result(crossing, &message) && crossing->number == 0) {
        crossing_swap(crossing);
    }
}

/* --- errors --------------------------------------------------------------- */

static bool
is_error(const struct message *result)
{
    return bytes_are(result->payload, "0");
}

static bool
failed_by(struct crossing *crossing, const char *word)
{
    struct message result;

    return is_result(crossing, &result) && is_error(&result)
           && strstr(function_of(crossing, &result), word) != NULL;
}

static void
answer_error(struct crossing *crossing, const char *payload)
{
    struct message result;

    (void)crossing_message(crossing, &result);
    result.payload = bytes_text(payload);
    crossing_replace(crossing, &result);
}

static void
failure_is_empty(struct crossing *crossing)
{
    if (failed_by(crossing, ".fail")) {
        answer_error(crossing, "");
    }
}

static void
dies_of_failure(struct crossing *crossing)
{
    if (failed_by(crossing, ".fail")) {
        crossing_pass(crossing);
        crossing_die(crossing, 1);
    }
}

static void
failure_has_no_result(struct crossing *crossing)
{
    if (failed_by(crossing, ".fail")) {
        crossing_drop(crossing);
    }
}

static void
unknown_gives_message_back(struct crossing *crossing)
{
    if (failed_by(crossing, "no_such_function")) {
        answer_error(crossing, "abc");
    }
}

static void
finds_names_without_case(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && bytes_are(message.function, "palm.Echo")) {
        set_function(crossing, &message, "palm.echo");
    }
}

static void
needs_no_dot(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && bytes_are(message.function, "echo")) {
        set_function(crossing, &message, "palm.echo");
    }
}

static void
no_dot_has_no_result(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result) && result.function.size == 0) {
        crossing_drop(crossing);
    }
}

static void
takes_last_beyond_the_end(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage > 1
        && strchr(function_of(crossing, &message), ' ') != NULL) {
        set_stage(crossing, &message, 1);
    }
}

static void
counts_back_from_the_end(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage == -1
        && strchr(function_of(crossing, &message), ' ') != NULL) {
        set_stage(crossing, &message, 1);
    }
}

/* --- mux ------------------------------------------------------------------ */

static void
mux_sends_the_first_only(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result)
        && strstr(function_of(crossing, &result), ".count") != NULL
        && crossing->number > 0) {
        crossing_drop(crossing);
    }
}

static void
mux_swaps_results(struct crossing *crossing)
{
    if (comes_from(crossing, "worker_pull_address") && crossing->number == 0) {
        crossing_swap(crossing);
    }
}

static void
mux_sends_empty_for_nothing(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)
        && bytes_are(message.function, "palm.count")) {
        message.payload = bytes_text("");
        set_function(crossing, &message, "palm.echo");
    }
}

static void
mux_failure_has_no_result(struct crossing *crossing)
{
    failure_has_no_result(crossing);
}

static void
mux_failure_has_two_results(struct crossing *crossing)
{
    if (failed_by(crossing, ".fail")) {
        crossing_pass(crossing);
    }
}

/* Results of a function that fails behind them: by their number. */
static void
drop_results(struct crossing *crossing, unsigned long first, unsigned long last)
{
    if (comes_from(crossing, "worker_pull_address") && crossing->number >= first
        && crossing->number <= last) {
        crossing_drop(crossing);
    }
}

static void
mux_forgets_what_it_yielded(struct crossing *crossing)
{
    drop_results(crossing, 0, 1);
}

static void
mux_does_not_tell_its_failure(struct crossing *crossing)
{
    drop_results(crossing, 2, 2);
}

const struct fault worker_faults[] = {
    FAULT("M-WORKER-001a", "asks for one of its addresses only",
          asks_for_pull_only),
    FAULT("M-WORKER-002a", "names a server in its lookups", names_the_server),
    FAULT("M-WORKER-002b", "looks up without a pipeline", has_no_pipeline),
    FAULT("M-WORKER-003a", "does not work with given addresses",
          gives_no_result),
    FAULT("M-WORKER-004a", "does not complain of a missing key",
          never_complains),
    FAULT("M-WORKER-004b", "complains without the address",
          complains_without_address),
    FAULT("M-WORKER-005a", "does not complain of a silent cache",
          never_complains),
    FAULT("M-WORKER-006a", "does not work when it starts first",
          gives_no_result),
    FAULT("M-WORKER-007a", "does not work again", gives_no_result),
    FAULT("M-WORKER-008a", "loses unknown fields", loses_unknown_fields),
    FAULT("M-WORKER-008b", "raises the stage", raises_stage),
    FAULT("M-WORKER-008c", "answers twice", answers_twice),
    FAULT("M-WORKER-008d", "cuts the payload at a NUL", cuts_payload_at_nul),
    FAULT("M-WORKER-009a", "takes the name behind the last dot",
          takes_last_name),
    FAULT("M-WORKER-009b", "takes all behind the first dot",
          takes_all_behind_the_dot),
    FAULT("M-WORKER-010a", "wants its server's name", wants_its_server),
    FAULT("M-WORKER-011a", "runs the first element", runs_first_element),
    FAULT("M-WORKER-011b", "counts stages from 1", counts_stages_from_1),
    FAULT("M-WORKER-012a", "wants stage 0 without a blank", wants_stage_0),
    FAULT("M-WORKER-012b", "refuses a negative stage", refuses_negative_stage),
    FAULT("M-WORKER-013a", "counts each blank", counts_each_blank),
    FAULT("M-WORKER-014a", "answers a failure with nothing", failure_is_empty),
    FAULT("M-WORKER-014b", "dies of a failure", dies_of_failure),
    FAULT("M-WORKER-014c", "has no result for a failure",
          failure_has_no_result),
    FAULT("M-WORKER-015a", "gives a message with an unknown function back",
          unknown_gives_message_back),
    FAULT("M-WORKER-015b", "ignores the case of names",
          finds_names_without_case),
    FAULT("M-WORKER-016a", "needs no dot", needs_no_dot),
    FAULT("M-WORKER-016b", "has no result for an empty function",
          no_dot_has_no_result),
    FAULT("M-WORKER-017a", "takes the last element beyond the end",
          takes_last_beyond_the_end),
    FAULT("M-WORKER-017b", "counts negative stages from the end",
          counts_back_from_the_end),
    FAULT("M-WORKER-019a", "sends the first payload only",
          mux_sends_the_first_only),
    FAULT("M-WORKER-019b", "sends payloads in another order",
          mux_swaps_results),
    FAULT("M-WORKER-020a", "sends an empty result for none",
          mux_sends_empty_for_nothing),
    FAULT("M-WORKER-021a", "has no result for a failure",
          mux_failure_has_no_result),
    FAULT("M-WORKER-021b", "has two results for a failure",
          mux_failure_has_two_results),
    FAULT("M-WORKER-022a", "splits at white space", splits_at_white_space),
    FAULT("M-WORKER-023a", "splits at white space", splits_at_white_space),
    FAULT("M-WORKER-024a", "hands results in in another order",
          swaps_first_results),
    FAULT("M-WORKER-025a", "sends no results before a failure",
          mux_forgets_what_it_yielded),
    FAULT("M-WORKER-025b", "does not tell a failure behind results",
          mux_does_not_tell_its_failure),
    END_OF_FAULTS,
};
