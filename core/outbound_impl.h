/* SPDX-License-Identifier: MIT */
/* outbound_impl.h: the inside of the outbound base, for its files:
 *
 *   outbound.c          the queue of trains, and the loop
 *   outbound_plain.c    parts that do not wait for their peer
 *   outbound_waiting.c  parts that do
 *   outbound_credit.c   what goes up to the router */
#ifndef PALM_OUTBOUND_IMPL_H
#define PALM_OUTBOUND_IMPL_H

#include "core/part_impl.h"

/* --- waiting or not --------------------------------------------------------
 */

/* What differs between parts that wait for their peer and parts that do not. */
typedef struct palm__delivery {
    int (*init)(palm_part_t *part); /* -1 with errno ENOMEM */
    void (*fini)(palm_part_t *part);

    /* Whether it takes no more messages at the moment. */
    bool (*is_full)(const palm_part_t *part);

    /* A message is about to be prepared; it is as it came. */
    void (*begin)(palm_part_t *part, palm__train_t *train);

    /* That message, the next of its train, is done with: sent, or lost. */
    void (*end)(palm_part_t *part, const palm__train_t *train, bool sent);

    /* All messages of a train are. */
    void (*finish)(palm_part_t *part, const palm__note_t *note);

    /* The part has ended with so many of the train's messages left: passes on
     * what it owes for the others, and makes of the note what is left to be
     * returned. */
    void (*cut)(palm_part_t *part, palm__note_t *note, uint32_t left);
} palm__delivery_t;

extern const palm__delivery_t palm__plain_delivery, palm__waiting_delivery;

/* --- credit ----------------------------------------------------------------
 */

/* Notes that the credit of messages is to be returned; at once if their part is
 * short of it. */
void palm__outbound_owe(palm_part_t *part, const palm__note_t *note);

/* Returns all that is owed; from now on at once. */
void palm__outbound_flush(palm_part_t *part);

/* Returns the credit of messages that go nowhere. */
void palm__outbound_turn_away(palm_part_t *part, uint32_t messages,
                              const palm__note_t *note);

/* Sends messages up as a train; if that cannot be done, returns their credit
 * instead.  The messages are taken. */
void palm__outbound_send_up(palm_part_t *part, palm__note_t note,
                            palm__kind_t kind, zmq_msg_t *messages,
                            uint32_t count);

/* Closes a message and leaves an empty one. */
void palm__outbound_discard(zmq_msg_t *message);

/* --- feedback; of a part that does not wait there is none -------------------
 */

/* Passes on the feedback that is there.  Whether there was any. */
bool palm__feedback_pass(palm_part_t *part);

/* When the message that is sent now has waited too long, INT64_MAX = never. */
int64_t palm__feedback_deadline(const palm_part_t *part);

/* Whether a deadline has passed; then counts and logs it. */
bool palm__feedback_is_overdue(palm_part_t *part, int64_t deadline);

/* Milliseconds until the oldest request times out, in sending or in waiting for
 * its reply; -1 = never. */
int64_t palm__feedback_left(const palm_part_t *part);

#endif
