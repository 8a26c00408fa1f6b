/* SPDX-License-Identifier: MIT */
/* envelope.c: whom a part answers whose world is REP.
 *
 * Design notes
 *
 * - libzmq's REP loses replies: after a request without the empty delimiter
 *   frame from a peer that has gone (or that does not read) it takes the next
 *   request's envelope for the rest of the wrong one, and drops the reply.
 *   Bytes of no meaning do that, sent over plain TCP.  It cannot be seen, nor
 *   mended from outside (docs/rationale.md).
 * - So the socket is a ROUTER, which REP is inside, and the envelope is kept
 *   here: the peer's identity, what ROUTERs on the way have put there, and the
 *   delimiter.  All of it goes back before the reply.  Peers see no difference.
 * - A reply to a peer that has gone, or does not read, is dropped by ROUTER as
 *   by REP.
 * - A class with its own receive() or reply() gets a plain REP socket. */
#include "config.h"
#include "core/part_impl.h"

#include <errno.h>

int
palm__world_type(palm_part_t *part)
{
    const palm_part_class_t *class_ = part->class_;
    part->envelope.used =
        class_->socket_type == ZMQ_REP && class_->direction == PALM_INBOUND
        && !class_->operations.receive && !class_->operations.reply;
    return part->envelope.used ? ZMQ_ROUTER : class_->socket_type;
}

void
palm__envelope_clear(struct palm__envelope *envelope)
{
    while (envelope->count > 0) {
        (void)zmq_msg_close(&envelope->frames[--envelope->count]);
    }
}

/* A signal must not cut a message in two. */
static bool
receive_frame(palm_part_t *part, zmq_msg_t *frame)
{
    int size;
    do {
        size = zmq_msg_recv(frame, part->world, ZMQ_DONTWAIT);
    } while (size == -1 && errno == EINTR);
    return size != -1;
}

static bool
send_frame(palm_part_t *part, zmq_msg_t *frame, int flags)
{
    int size;
    do {
        size = zmq_msg_send(frame, part->world, flags);
    } while (size == -1 && errno == EINTR);
    return size != -1;
}

/* Keeps a frame of the envelope, which is then empty.  Returns whether it was
 * the delimiter, which the peer's identity is not: that is never empty. */
static bool
keep(struct palm__envelope *envelope, zmq_msg_t *frame)
{
    bool last = zmq_msg_size(frame) == 0;
    zmq_msg_t *kept = &envelope->frames[envelope->count++];
    (void)zmq_msg_init(kept);
    (void)zmq_msg_move(kept, frame);
    return last;
}

static int
drop(palm_part_t *part, zmq_msg_t *frame, const char *why)
{
    (void)palm__part_skip_frames(part, frame);
    palm__envelope_clear(&part->envelope);
    palm_part_refuse(part, "request", why);
    return -1;
}

int
palm__world_receive(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__envelope *envelope = &part->envelope;
    bool delimited = false;
    palm__envelope_clear(envelope);
    if (!receive_frame(part, frame)) {
        return 0;
    }
    while (envelope->used && !delimited) {
        if (!zmq_msg_more(frame)) {
            return drop(part, frame, "no empty frame before it");
        }
        if (envelope->count == PALM__ENVELOPE_MAX) {
            return drop(part, frame, "too many frames before it");
        }
        delimited = keep(envelope, frame);
        if (!receive_frame(part, frame)) { /* only if the context ends */
            palm__envelope_clear(envelope);
            return 0;
        }
    }
    return 1;
}

int
palm__world_reply(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__envelope *envelope = &part->envelope;
    for (uint32_t i = 0; i < envelope->count; i++) {
        if (!send_frame(part, &envelope->frames[i], ZMQ_SNDMORE)) {
            return -1;
        }
    }
    if (!send_frame(part, frame, 0)) {
        return -1;
    }
    palm__envelope_clear(envelope);
    return 0;
}
