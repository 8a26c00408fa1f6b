/* SPDX-License-Identifier: MIT */
/* wire.c: implementations that break PALM-WIRE. */
#include <string.h>

#include "conformance/mutants/broken.h"
#include "conformance/mutants/common.h"

/* Work on its way to a worker. */
static bool
is_work(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "worker_push_address", message);
}

/* What clients push and workers give back. */
static bool
is_input(struct crossing *crossing)
{
    return goes_to(crossing, "pull_address")
           || goes_to(crossing, "worker_pull_address");
}

static struct bytes
last_frame(struct crossing *crossing)
{
    return crossing->message->frame[crossing->message->count - 1];
}

static void
sends_two_frames(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        crossing->message->frame[1] = crossing->message->frame[0];
        crossing->message->count = 2;
    }
}

static void
drops_empty_frames(struct crossing *crossing)
{
    if (is_input(crossing) && last_frame(crossing).size == 0) {
        crossing_drop(crossing);
    }
}

static void
leaves_empty_frames_empty(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.client.size == 0
        && message.function.size == 0) {
        message.cache = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

/* Takes only what it would have written itself. */
static void
wants_field_order(struct crossing *crossing)
{
    struct message message;

    if (is_input(crossing) && crossing_message(crossing, &message)
        && message.unknown.size == 0
        && !bytes_equal(message_encode(crossing->test, &message),
                        last_frame(crossing))) {
        crossing_drop(crossing);
    }
}

/* As the tests repeat it: "first", then "last". */
static void
takes_first_occurrence(struct crossing *crossing)
{
    struct message message;

    if (is_input(crossing) && crossing_message(crossing, &message)
        && bytes_are(message.payload, "last")) {
        message.payload = bytes_text("first");
        crossing_replace(crossing, &message);
    }
}

static void
ignores_empty_last(struct crossing *crossing)
{
    struct message message;

    if (is_input(crossing) && crossing_message(crossing, &message)
        && message.stage == 3 && message.payload.size == 0) {
        message.payload = bytes_text("first");
        crossing_replace(crossing, &message);
    }
}

static void
cuts_stage_to_32_bits(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.stage = (int32_t)(uint32_t)message.stage;
        crossing_replace(crossing, &message);
    }
}

static void
forgets_the_sign(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage < 0) {
        message.stage = message.stage & 0x7fffffff;
        crossing_replace(crossing, &message);
    }
}

static void
cuts_texts_at_nul(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.function =
            bytes_text(bytes_string(crossing->test, message.function));
        crossing_replace(crossing, &message);
    }
}

static void
drops_high_characters(struct crossing *crossing)
{
    struct message message;

    if (is_input(crossing) && crossing_message(crossing, &message)
        && message.function.size > 0
        && memchr(message.function.data, 0xf0, message.function.size) != NULL) {
        crossing_drop(crossing);
    }
}

static void
cuts_payload_at_nul(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.payload =
            bytes_text(bytes_string(crossing->test, message.payload));
        crossing_replace(crossing, &message);
    }
}

static void
drops_large_payloads(struct crossing *crossing)
{
    if (is_input(crossing) && last_frame(crossing).size > 1000000) {
        crossing_drop(crossing);
    }
}

static void
loses_unknown_fields(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message)) {
        message.unknown = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

static void
puts_unknown_fields_first(struct crossing *crossing)
{
    struct message message;
    struct bytes unknown;

    if (is_work(crossing, &message) && message.unknown.size > 0) {
        unknown = message.unknown;
        message.unknown = bytes_of("", 0);
        crossing->message->frame[0] = bytes_joined(
            crossing->test, unknown, message_encode(crossing->test, &message));
    }
}

static void
writes_defaults(struct crossing *crossing)
{
    struct message message;

    if (is_work(crossing, &message) && message.stage == 0) {
        crossing->message->frame[0] =
            bytes_joined(crossing->test, field_varint(crossing->test, 3, 0),
                         last_frame(crossing));
    }
}

/* Passes something on for what is undecodable for this reason. */
static void
takes_broken(struct crossing *crossing, enum broken kind)
{
    struct message message;

    if (is_input(crossing) && crossing->message->count == 1
        && broken_kind(last_frame(crossing)) == kind) {
        memset(&message, 0, sizeof message);
        message.payload = bytes_text("spoiled");
        crossing_replace(crossing, &message);
    }
}

static void
takes_cut_frames(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_CUT);
}

static void
takes_long_varints(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_VARINT);
}

static void
takes_other_types(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_TYPE);
}

static void
takes_open_groups(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_GROUP);
}

static void
takes_number_0(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_NUMBER);
}

static void
takes_ends_alone(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_END);
}

static void
takes_other_texts(struct crossing *crossing)
{
    takes_broken(crossing, BROKEN_TEXT);
}

static void
wants_utf8_payload(struct crossing *crossing)
{
    struct message message;

    if (is_input(crossing) && crossing_message(crossing, &message)
        && message.payload.size > 0 && message.payload.data[0] >= 0x80) {
        crossing_drop(crossing);
    }
}

const struct fault wire_faults[] = {
    FAULT("M-WIRE-001a", "passes a message on as two frames", sends_two_frames),
    FAULT("M-WIRE-002a", "drops the empty frame", drops_empty_frames),
    FAULT("M-WIRE-002b", "leaves the cache of the empty frame empty",
          leaves_empty_frames_empty),
    FAULT("M-WIRE-003a", "wants the fields in their order", wants_field_order),
    FAULT("M-WIRE-004a", "takes the first occurrence", takes_first_occurrence),
    FAULT("M-WIRE-004b", "ignores an empty last one", ignores_empty_last),
    FAULT("M-WIRE-005a", "cuts stage to 32 bits", cuts_stage_to_32_bits),
    FAULT("M-WIRE-005b", "forgets the sign", forgets_the_sign),
    FAULT("M-WIRE-006a", "cuts texts at a NUL", cuts_texts_at_nul),
    FAULT("M-WIRE-006b", "drops characters above U+FFFF",
          drops_high_characters),
    FAULT("M-WIRE-007a", "cuts the payload at a NUL", cuts_payload_at_nul),
    FAULT("M-WIRE-007b", "drops payloads over 1 MB", drops_large_payloads),
    FAULT("M-WIRE-008a", "loses unknown fields", loses_unknown_fields),
    FAULT("M-WIRE-009a", "loses known numbers of another type",
          loses_unknown_fields),
    FAULT("M-WIRE-010a", "puts unknown fields first",
          puts_unknown_fields_first),
    FAULT("M-WIRE-010b", "writes stage 0", writes_defaults),
    FAULT("M-WIRE-011a", "passes cut frames on", takes_cut_frames),
    FAULT("M-WIRE-012a", "passes long varints on", takes_long_varints),
    FAULT("M-WIRE-013a", "passes other wire types on", takes_other_types),
    FAULT("M-WIRE-014a", "passes open groups on", takes_open_groups),
    FAULT("M-WIRE-015a", "passes invalid UTF-8 on", takes_other_texts),
    FAULT("M-WIRE-016a", "wants UTF-8 in the payload", wants_utf8_payload),
    FAULT("M-WIRE-017a", "loses unknown fields", loses_unknown_fields),
    FAULT("M-WIRE-018a", "passes number 0 on", takes_number_0),
    FAULT("M-WIRE-019a", "passes ends of groups on", takes_ends_alone),
    END_OF_FAULTS,
};
