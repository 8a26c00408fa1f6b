/* SPDX-License-Identifier: MIT */
/* bypass.c: the base of bypass parts, which never meet the router.
 *
 * Inbound: reads the world and lets the class answer; a part that waits (REP)
 * sends one reply for each request, whatever it was.  Outbound: lets the class
 * do what is due.  Both hear only PALM__STOP, from the server's handle. */
#include "config.h"
#include "core/part_impl.h"

#include <errno.h>

#include "core/wait.h"

static void
send_reply(palm_part_t *part, zmq_msg_t *reply)
{
    if (part->class_->waits && zmq_msg_send(reply, part->world, 0) != -1) {
        palm__count(&part->stats.sent, 1);
        return;
    }
    (void)zmq_msg_close(reply);
}

/* Serves one request.  Returns false if there is none. */
static bool
serve(palm_part_t *part)
{
    zmq_msg_t request, reply;
    (void)zmq_msg_init(&request);
    if (zmq_msg_recv(&request, part->world, ZMQ_DONTWAIT) == -1) {
        (void)zmq_msg_close(&request);
        return false;
    }
    palm__count(&part->stats.received, 1);
    bool single = !palm__part_skip_frames(part, &request);
    (void)zmq_msg_init(&reply);
    if (part->class_->operations.answer
        && part->class_->operations.answer(part, single ? &request : NULL,
                                           &reply)) {
        palm__count(&part->stats.failed, 1);
        palm_part_warn(part, "PALM-PART-FAILED", "request failed: %s",
                       palm_strerror(errno));
    }
    (void)zmq_msg_close(&request);
    send_reply(part, &reply);
    return true;
}

void
palm__bypass_run(palm_part_t *part)
{
    const palm_operations_t *operations = &part->class_->operations;
    bool inbound = part->class_->direction == PALM_INBOUND;
    const int fds[] = {part->inner_fd, part->world_fd};
    while (!part->stopping) {
        bool ended =
            part->options.messages
            && part->stats.received >= (uint64_t)part->options.messages;
        bool listens = inbound && !ended;
        int burst = PALM__TRAIN_MAX; /* between two looks at the orders */
        while (listens && burst > 0 && serve(part)) {
            burst--;
        }
        (void)palm__part_notes(part, ZMQ_DONTWAIT, NULL);
        int64_t timeout = operations->tick ? operations->tick(part) : -1;
        if (burst > 0 && !part->stopping) {
            palm__wait(fds, listens ? 2 : 1, timeout);
        }
    }
}
