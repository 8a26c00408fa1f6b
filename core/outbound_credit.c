/* SPDX-License-Identifier: MIT */
/* outbound_credit.c: what an outbound part sends up to the router: credit, and
 * messages.
 *
 * Credit of a train is owed when its last message has been handed over.  It is
 * returned at once for an eager train, otherwise kept until the inbound part is
 * short of it, or the server drains. */
#include "config.h"

#include <errno.h>

#include "core/outbound_impl.h"
#include "core/server_impl.h"

static void
return_credit(palm_part_t *part, uint16_t from, palm__kind_t kind)
{
    struct palm__debt *debt = &part->out.debts[from];
    const palm__note_t note = {
        .kind = (uint8_t)kind,
        .leg = debt->leg,
        .from = from,
        .count = debt->count,
        .bytes = debt->bytes,
    };
    if (debt->count == 0) {
        return;
    }
    debt->count = 0;
    debt->bytes = 0;
    part->touched = true;
    if (palm__note_send(part->inner, &note)) {
        palm_log(palm_part_log(part), PALM_LOG_ERROR, "PALM-PART-INNER",
                 "outbound %s: cannot reach the router: %s", part->options.name,
                 palm_strerror(errno));
    }
}

static void
add_debt(palm_part_t *part, const palm__note_t *note)
{
    struct palm__debt *debt = &part->out.debts[note->from];
    debt->leg = note->leg; /* always the same from one part */
    debt->count += note->count;
    debt->bytes += note->bytes;
}

void
palm__outbound_owe(palm_part_t *part, const palm__note_t *note)
{
    add_debt(part, note);
    if (note->eager || part->phase >= PALM__PART_FLUSHES) {
        return_credit(part, note->from, PALM__CREDIT);
    }
}

void
palm__outbound_flush(palm_part_t *part)
{
    palm__part_reach(part, PALM__PART_FLUSHES);
    for (size_t i = 0; i < part->server->part_count; i++) {
        return_credit(part, (uint16_t)i, PALM__CREDIT);
    }
}

void
palm__outbound_turn_away(palm_part_t *part, uint32_t messages,
                         const palm__note_t *note)
{
    palm__count(&part->stats.unrouted, messages);
    add_debt(part, note);
    return_credit(part, note->from, PALM__UNROUTED);
}

void
palm__outbound_discard(zmq_msg_t *message)
{
    (void)zmq_msg_close(message);
    (void)zmq_msg_init(message);
}

void
palm__outbound_send_up(palm_part_t *part, palm__note_t note, palm__kind_t kind,
                       zmq_msg_t *messages, uint32_t count)
{
    zmq_msg_t frame;
    palm__note_t up = note;
    up.kind = (uint8_t)kind;
    part->touched = true;
    if (count > 0 && !palm__train_frame(&frame, &up, messages, count)) {
        if (zmq_msg_send(&frame, part->inner, ZMQ_DONTWAIT) != -1) {
            return;
        }
        (void)zmq_msg_close(&frame);
    }
    for (uint32_t i = 0; i < count; i++) {
        palm__outbound_discard(&messages[i]);
    }
    note.eager = 1;
    palm__outbound_owe(part, &note);
}
