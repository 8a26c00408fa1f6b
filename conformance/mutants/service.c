/* SPDX-License-Identifier: MIT */
/* service.c: implementations that break PALM-SERVICE. */
#include "conformance/mutants/common.h"

static const struct fault_setting pull_is_worker_pull[] = {
    {"part.in PullService", "WorkerPullService"}, {NULL, NULL}};
static const struct fault_setting worker_pull_is_pull[] = {
    {"part.in WorkerPullService", "PullService"}, {NULL, NULL}};
static const struct fault_setting second_goes_to_first[] = {
    {"part.two route", "first"}, {NULL, NULL}};

static void
gives_one_uuid(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.out.address", &message)
        && message.cache.size == 36) {
        message.cache = bytes_text("0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e00");
        crossing_replace(crossing, &message);
    }
}

static void
doubles(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.address")) {
        crossing_pass(crossing);
    }
}

static void
loses_what_waits(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.address") && crossing->number < 3) {
        crossing_drop(crossing);
    }
}

static void
publishes_under_its_name(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.address")
        && crossing->message->count == 2) {
        crossing_replace_frame(crossing, 0, "palm");
    }
}

static void
publishes_another_stage(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.out.address", &message)) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

/* --- PushPullService ------------------------------------------------------ */

static struct message asked; /* the last question */

static bool
is_question(struct crossing *crossing)
{
    struct message message;

    if (!message_comes_from(crossing, "part.out.push_address", &message)) {
        return false;
    }
    asked = message;
    return true;
}

static void
feedback_is_1(struct crossing *crossing)
{
    if (comes_from(crossing, "part.in.address")) {
        crossing_replace_frame(crossing, 0, "1");
    }
}

static void
question_has_no_cache(struct crossing *crossing)
{
    if (is_question(crossing)) {
        asked.cache = bytes_of("", 0);
        crossing_replace(crossing, &asked);
    }
}

static void
sends_before_the_answer(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.push_address")) {
        crossing_pass(crossing);
    }
}

static void
stops_after_expiry(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.push_address") && crossing->number > 0) {
        crossing_drop(crossing);
    }
}

/* The answer is made to fit the question. */
static void
takes_any_answer(struct crossing *crossing)
{
    struct message answer;

    if (!is_question(crossing)
        && message_goes_to(crossing, "part.out.pull_address", &answer)) {
        struct bytes payload = answer.payload;

        answer = asked;
        answer.payload = payload;
        crossing_replace(crossing, &answer);
    }
}

static void
looks_at_cache_only(struct crossing *crossing)
{
    struct message answer;

    if (!is_question(crossing)
        && message_goes_to(crossing, "part.out.pull_address", &answer)
        && bytes_equal(answer.cache, asked.cache)) {
        takes_any_answer(crossing);
    }
}

static void
looks_at_all_but_cache(struct crossing *crossing)
{
    struct message answer;

    if (!is_question(crossing)
        && message_goes_to(crossing, "part.out.pull_address", &answer)) {
        answer.cache = asked.cache;
        crossing_replace(crossing, &answer);
    }
}

static void
gives_late_answer(struct crossing *crossing)
{
    static struct bytes late;

    if (goes_to(crossing, "part.out.pull_address") && crossing->number == 0) {
        late = crossing->message->frame[0];
    }
    if (comes_from(crossing, "part.in.address") && crossing->number == 1) {
        crossing->message->frame[0] = late;
    }
}

const struct fault service_faults[] = {
    WRONG_SETTING("M-SERVICE-001a", "PullService leaves cache empty",
                  pull_is_worker_pull),
    FAULT("M-SERVICE-001b", "PullService gives one uuid", gives_one_uuid),
    WRONG_SETTING("M-SERVICE-002a", "WorkerPullService fills cache",
                  worker_pull_is_pull),
    FAULT("M-SERVICE-003a", "PushService sends twice", doubles),
    FAULT("M-SERVICE-004a", "PushService loses what waits", loses_what_waits),
    FAULT("M-SERVICE-005a", "PubService publishes under its name",
          publishes_under_its_name),
    FAULT("M-SERVICE-005b", "PubService raises the stage",
          publishes_another_stage),
    FAULT("M-SERVICE-006a", "PushPullService has feedback of its own",
          feedback_is_1),
    FAULT("M-SERVICE-006b", "PushPullService changes the question",
          question_has_no_cache),
    FAULT("M-SERVICE-007a", "PushPullService sends before the answer",
          sends_before_the_answer),
    FAULT("M-SERVICE-007b", "PushPullService stops after an expiry",
          stops_after_expiry),
    FAULT("M-SERVICE-008a", "PushPullService takes any answer",
          takes_any_answer),
    FAULT("M-SERVICE-008b", "PushPullService looks at cache only",
          looks_at_cache_only),
    FAULT("M-SERVICE-008c", "PushPullService looks at all but cache",
          looks_at_all_but_cache),
    FAULT("M-SERVICE-009a", "PushPullService gives a late answer to the next",
          gives_late_answer),
    WRONG_SETTING("M-SERVICE-010a", "two parts of one class share a route",
                  second_goes_to_first),
    END_OF_FAULTS,
};
