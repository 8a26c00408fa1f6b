/* SPDX-License-Identifier: MIT */
/* outbound_impl.h: the inside of the outbound base, for its two files. */
#ifndef PALM_OUTBOUND_IMPL_H
#define PALM_OUTBOUND_IMPL_H

#include "core/part_impl.h"

/* Sends messages up as a train; if that cannot be done, returns their credit
 * instead.  The messages are taken. */
void palm__outbound_send_up(palm_part_t *part, palm__note_t note,
                            palm__kind_t kind, zmq_msg_t *messages,
                            uint32_t count);

/* Whether as many messages are with the peer as there may be. */
bool palm__feedback_is_full(const palm_part_t *part);

/* Notes that the next message of a train waits for its feedback; without `sent`
 * it failed, and its feedback is "0". */
void palm__feedback_await(palm_part_t *part, const palm__train_t *train,
                          bool sent);

/* Passes on the feedback that is there.  Whether there was any. */
bool palm__feedback_pass(palm_part_t *part);

/* When the message that is sent now has waited too long, INT64_MAX = never. */
int64_t palm__feedback_deadline(const palm_part_t *part);

/* Whether a deadline has passed; then counts and logs it. */
bool palm__feedback_is_overdue(palm_part_t *part, int64_t deadline);

/* Milliseconds until the first message has waited too long, for its answer or
 * for somebody to take it; -1 = never. */
int64_t palm__feedback_left(const palm_part_t *part);

#endif
