/* SPDX-License-Identifier: MIT */
/* push_pull.c: sends a message to a worker and waits for its answer, which is
 * the feedback.
 *
 * Nothing ties an answer to its message but what is in them: a worker's answer
 * is the message with another payload.  So an answer that comes after its time
 * is passed over, and never taken for that of the next message. */
#include "config.h"
#include "parts/services/push_pull.h"

#include <errno.h>
#include <string.h>

#include "core/connect.h"
#include "core/wait.h"
#include "parts/answer.h"

const palm_option_t palm__push_pull_options[] = {
    PALM_OPTION_NEEDED(struct palm__push_pull_options, BINDS, pull_address,
                       "where its PULL takes the workers' answers"),
    PALM_OPTION(struct palm__push_pull_options, TEXT, advertise_pull_as, 1,
                NULL, "key of the cache for the address of that PULL"),
    PALM_OPTION_END,
};

static struct palm__push_pull *
state_of(palm_part_t *part)
{
    return palm_part_state(part);
}

/* --- the second socket ---------------------------------------------------- */

static int
bind_pull(palm_part_t *part, struct palm__push_pull *self, palm_error_t *err)
{
    const struct palm__push_pull_options *options =
        palm_part_class_options(part);
    const palm_part_socket_t how = {
        .type = ZMQ_PULL,
        .address = options->pull_address,
        .binds = true,
        .advertise_as = options->advertise_pull_as,
    };
    self->pull = palm_part_socket_new(part, &how, err);
    self->fd = self->pull ? palm__wait_fd(self->pull) : -1;
    return self->pull ? 0 : -1;
}

int
palm__push_pull_open(palm_part_t *part, palm_error_t *err)
{
    struct palm__push_pull *self = state_of(part);
    (void)zmq_msg_init(&self->asked);
    (void)zmq_msg_init(&self->answer);
    return bind_pull(part, self, err);
}

void
palm__push_pull_close(palm_part_t *part)
{
    struct palm__push_pull *self = state_of(part);
    palm__close(&self->pull);
    (void)zmq_msg_close(&self->asked);
    (void)zmq_msg_close(&self->answer);
}

/* --- one message ---------------------------------------------------------- */

int
palm__push_pull_send(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__push_pull *self = state_of(part);
    zmq_msg_t copy;
    (void)zmq_msg_init(&copy);
    (void)zmq_msg_copy(&copy, frame);
    bool sent = zmq_msg_send(frame, palm_part_socket(part), ZMQ_DONTWAIT) != -1;
    if (sent) {
        (void)zmq_msg_move(&self->asked, &copy);
        self->asking = true;
        self->answered = false;
    }
    int saved = errno;
    (void)zmq_msg_close(&copy);
    errno = saved;
    return sent ? 0 : -1;
}

static bool
scan(palm_message_t *message, zmq_msg_t *frame)
{
    return !palm_message_scan(message, zmq_msg_data(frame), zmq_msg_size(frame),
                              NULL);
}

/* What is no PalmMessage can be answered by anything. */
static bool
is_answer(struct palm__push_pull *self, zmq_msg_t *frame)
{
    palm_message_t asked, answer;
    if (!self->asking) {
        return false;
    }
    return !scan(&asked, &self->asked)
           || (scan(&answer, frame) && palm__answers(&asked, &answer));
}

/* Takes one frame that came, or passes it over. */
static void
take(palm_part_t *part, zmq_msg_t *frame, bool single)
{
    struct palm__push_pull *self = state_of(part);
    if (!single) {
        palm_part_count(&palm_part_stats(part)->undecodable, 1);
        palm_part_warn(part, "PALM-PART-UNDECODABLE",
                       "answer of several frames dropped");
    } else if (is_answer(self, frame)) {
        (void)zmq_msg_move(&self->answer, frame);
        self->answered = true;
        self->asking = false;
    } else {
        palm_part_count(&palm_part_stats(part)->foreign, 1);
        palm_part_warn(part, "PALM-PART-FOREIGN",
                       "answer to no message that waits for one passed over");
    }
}

/* ZMQ_FD stays readable until ZMQ_EVENTS is read.  While there is nothing to
 * send nothing else reads it, and the loop would spin.  A part that is blocked
 * looks once more before it waits. */
static void
hear_of_workers(palm_part_t *part)
{
    int events;
    size_t size = sizeof events;
    (void)zmq_getsockopt(palm_part_socket(part), ZMQ_EVENTS, &events, &size);
}

void
palm__push_pull_readable(palm_part_t *part)
{
    struct palm__push_pull *self = state_of(part);
    zmq_msg_t frame, rest;
    hear_of_workers(part);
    (void)zmq_msg_init(&frame);
    (void)zmq_msg_init(&rest);
    while (zmq_msg_recv(&frame, self->pull, ZMQ_DONTWAIT) != -1) {
        bool single = !zmq_msg_more(&frame);
        bool more = !single;
        while (more && zmq_msg_recv(&rest, self->pull, 0) != -1) {
            more = zmq_msg_more(&rest);
        }
        take(part, &frame, single);
    }
    (void)zmq_msg_close(&rest);
    (void)zmq_msg_close(&frame);
}

int
palm__push_pull_receive(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__push_pull *self = state_of(part);
    palm__push_pull_readable(part);
    if (!self->answered) {
        return 0;
    }
    self->answered = false;
    (void)zmq_msg_move(frame, &self->answer);
    return 1;
}

void
palm__push_pull_wait(palm_part_t *part, const int *fds, int count,
                     int64_t timeout)
{
    int all[3] = {state_of(part)->fd};
    int used = 1;
    for (; used <= count && used < 3; used++) {
        all[used] = fds[used - 1];
    }
    palm__wait(all, used, timeout);
}
