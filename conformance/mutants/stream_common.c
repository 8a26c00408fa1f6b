/* SPDX-License-Identifier: MIT */
/* stream_common.c: see stream.h. */
#include "conformance/mutants/stream.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 256 };

/* A message for the target: pushed, or published by the server before. */
bool
stream_is_given(struct crossing *crossing, struct message *message)
{
    return (goes_to(crossing, "pull_address")
            || goes_to(crossing, "sub_address")
            || goes_to(crossing, "sub_addresses"))
           && crossing_message(crossing, message);
}

/* A result, and its topic in frame 0. */
bool
stream_is_published(struct crossing *crossing, struct message *message)
{
    return comes_from(crossing, "pub_address") && crossing->message->count == 2
           && crossing_message(crossing, message);
}

bool
stream_is_error(const struct message *message)
{
    return bytes_are(message->payload, "0");
}

bool
stream_names(struct crossing *crossing, const struct message *message,
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
void
stream_run_as(struct crossing *crossing, struct message *message,
              const char *function, int64_t stage)
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
void
stream_undisguise(struct crossing *crossing)
{
    struct message message;

    if (disguised.used && stream_is_published(crossing, &message)) {
        message.function = bytes_text(disguised.function);
        message.stage += disguised.stage - disguised.shown;
        disguised.used = false;
        crossing_replace(crossing, &message);
    }
}

void
stream_raises_stage(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

void
stream_lowers_stage(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        message.stage--;
        crossing_replace(crossing, &message);
    }
}

void
stream_publishes_under_its_name(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message)) {
        crossing_replace_frame(crossing, 0, "palm");
    }
}

void
stream_fills_cache(struct crossing *crossing)
{
    struct message message;

    if (stream_is_published(crossing, &message) && message.cache.size == 0) {
        message.cache = bytes_text("7d8f6a10-52c4-4b7e-8a3b-e1f0c9d2b422");
        crossing_replace(crossing, &message);
    }
}

bool
stream_failed_by(struct crossing *crossing, const char *word)
{
    struct message message;

    return stream_is_published(crossing, &message) && stream_is_error(&message)
           && stream_names(crossing, &message, word);
}

void
stream_failure_has_no_result(struct crossing *crossing)
{
    if (stream_failed_by(crossing, ".fail")) {
        crossing_drop(crossing);
    }
}

void
stream_runs_first_element(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message) && message.stage == 1
        && stream_names(crossing, &message, " ")) {
        stream_run_as(crossing, &message, "palm.echo", 1);
    }
}

void
stream_runs_for_others(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message)
        && stream_names(crossing, &message, "other.")) {
        stream_run_as(crossing, &message, "palm.echo", message.stage);
    }
}

void
stream_answers_others_with_errors(struct crossing *crossing)
{
    struct message message;

    stream_undisguise(crossing);
    if (stream_is_given(crossing, &message)
        && stream_names(crossing, &message, "other.")) {
        stream_run_as(crossing, &message, "palm.fail", message.stage);
    }
}
