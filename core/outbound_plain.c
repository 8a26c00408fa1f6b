/* SPDX-License-Identifier: MIT */
/* outbound_plain.c: outbound parts that do not wait for their peer.
 *
 * One that has a route passes each message on along it, as it came: the copy is
 * made before the message is prepared, kept if that one was sent, and goes up
 * with the copies of its train.  Once only: what came along such a route (leg
 * 1) goes no further. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "core/outbound_impl.h"

static int
init(palm_part_t *part)
{
    struct palm__onward *onward = &part->out.onward;
    onward->messages =
        part->route ? calloc(PALM__TRAIN_MAX, sizeof *onward->messages) : NULL;
    if (part->route && !onward->messages) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

/* Makes the next copy. */
static void
begin(palm_part_t *part, palm__train_t *train)
{
    struct palm__onward *onward = &part->out.onward;
    if (onward->messages && train->note.leg == 0) {
        zmq_msg_t *copy = &onward->messages[onward->count];
        (void)zmq_msg_init(copy);
        (void)zmq_msg_copy(copy, &train->messages[train->next]);
        onward->is_open = true;
    }
}

/* Keeps the copy that was made, or drops it. */
static void
end(palm_part_t *part, const palm__train_t *train, bool sent)
{
    struct palm__onward *onward = &part->out.onward;
    (void)train;
    if (onward->is_open && sent) {
        onward->count++;
    } else if (onward->is_open) {
        (void)zmq_msg_close(&onward->messages[onward->count]);
    }
    onward->is_open = false;
}

static void
fini(palm_part_t *part)
{
    struct palm__onward *onward = &part->out.onward;
    end(part, NULL, false);
    for (uint32_t i = 0; i < onward->count; i++) {
        (void)zmq_msg_close(&onward->messages[i]);
    }
    free(onward->messages);
    onward->messages = NULL;
    onward->count = 0;
}

static bool
is_full(const palm_part_t *part)
{
    (void)part;
    return false;
}

static void
send_copies(palm_part_t *part, const palm__note_t *note)
{
    struct palm__onward *onward = &part->out.onward;
    palm__outbound_send_up(part, *note, PALM__ONWARD, onward->messages,
                           onward->count);
    onward->count = 0;
}

static void
finish(palm_part_t *part, const palm__note_t *note)
{
    palm__latency(part, note->since, note->count);
    if (part->out.onward.messages && note->leg == 0) {
        send_copies(part, note);
    } else {
        palm__outbound_owe(part, note);
    }
}

/* The bytes stay with the rest. */
static void
cut(palm_part_t *part, palm__note_t *note, uint32_t left)
{
    palm__note_t sent = *note;
    (void)left;
    sent.count = part->out.onward.count;
    sent.bytes = 0;
    if (sent.count > 0) {
        send_copies(part, &sent);
        note->count -= sent.count;
    }
}

const palm__delivery_t palm__plain_delivery = {init, fini,   is_full, begin,
                                               end,  finish, cut};
