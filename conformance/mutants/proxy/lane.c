/* SPDX-License-Identifier: MIT */
/* lane.c: see lane.h.  What faults may call is here, too. */
#include "conformance/mutants/proxy/lane.h"

#include <stdlib.h>
#include <string.h>

/* A message with its envelope: what crossing->state is. */
struct passage {
    struct lane *lane;
    struct lane *out;      /* who sends it */
    struct bytes identity; /* who sent it; data NULL: nobody says */
    struct parcel *whole;  /* as it came */
    size_t envelope;       /* frames of it */
    bool dropped;
    bool swap;
};

struct lane *lanes;

struct lane *
lane_add(const char *endpoint, bool to_target, void *from, void *to)
{
    struct lane *lane = memory_of(sizeof *lane);

    lane->endpoint = endpoint;
    lane->to_target = to_target;
    lane->from = from;
    lane->to = to;
    lane->next = lanes;
    lanes = lane;
    return lane;
}

/* --- sending -------------------------------------------------------------- */

static void *
outlet(const struct lane *lane)
{
    return lane->favoured != NULL && lane->number % 4 != 0 ? lane->favoured
                                                           : lane->to;
}

/* A topic of more than 1 KiB need not be served.  A server may end the
 * connection that brings it, and ours brings everybody's. */
static bool
is_long_topic(const struct lane *lane, const struct parcel *parcel)
{
    return lane->to_target && strcmp(lane->endpoint, "pub_address") == 0
           && parcel_frame(parcel, 0).size > 1 + 1024;
}

static void
post(struct lane *lane, struct parcel *parcel)
{
    struct parcel **last = &lane->waiting;

    if (is_long_topic(lane, parcel)) {
        parcel_free(parcel);
        return;
    }
    if (*last == NULL && parcel_send(parcel, outlet(lane))) {
        return;
    }
    while (*last != NULL) {
        last = &(*last)->next;
    }
    parcel->next = NULL;
    *last = parcel;
}

static struct parcel *
wrap(const struct passage *passage, struct bytes ahead,
     const struct frames *message)
{
    struct parcel *parcel = parcel_make();
    size_t i;

    if (ahead.data != NULL) {
        parcel_add(parcel, ahead);
    }
    for (i = 0; i < passage->envelope; i++) {
        parcel_add(parcel, parcel_frame(passage->whole, i));
    }
    for (i = 0; i < message->count; i++) {
        parcel_add(parcel, message->frame[i]);
    }
    return parcel;
}

static void
pass(struct passage *passage, const struct frames *message)
{
    post(passage->out, wrap(passage, passage->out->identity, message));
}

/* --- what faults call ----------------------------------------------------- */

void
crossing_drop(struct crossing *crossing)
{
    ((struct passage *)crossing->state)->dropped = true;
}

void
crossing_pass(struct crossing *crossing)
{
    pass(crossing->state, crossing->message);
}

void
crossing_answer(struct crossing *crossing, struct bytes frame)
{
    struct passage *passage = crossing->state;
    struct frames message;
    struct parcel *parcel;

    message.count = 1;
    message.frame[0] = frame;
    parcel = wrap(passage, passage->identity, &message);
    if (!parcel_send(parcel, passage->lane->from)) {
        parcel_free(parcel); /* nobody is there to hear it */
    }
}

void
crossing_swap(struct crossing *crossing)
{
    ((struct passage *)crossing->state)->swap = true;
}

void
crossing_die(struct crossing *crossing, int status)
{
    (void)crossing;
    mutant_die(status);
}

bool
crossing_message(struct crossing *crossing, struct message *message)
{
    const struct frames *frames = crossing->message;

    return frames->count > 0
           && message_decode(crossing->test, frames->frame[frames->count - 1],
                             message)
                  == NULL;
}

void
crossing_replace(struct crossing *crossing, const struct message *message)
{
    struct frames *frames = crossing->message;

    if (frames->count > 0) {
        frames->frame[frames->count - 1] =
            message_encode(crossing->test, message);
    }
}

void
crossing_replace_frame(struct crossing *crossing, size_t index,
                       const char *text)
{
    if (index < crossing->message->count) {
        crossing->message->frame[index] = bytes_text(text);
    }
}

/* --- receiving ------------------------------------------------------------ */

/* The frames of the envelope that go on. */
static size_t
envelope_of(const struct lane *lane, const struct parcel *parcel)
{
    size_t i;

    if (!lane->has_delimiter) {
        return 0;
    }
    for (i = 0; i < parcel->count; i++) {
        if (parcel_frame(parcel, i).size == 0) {
            return i + 1;
        }
    }
    /* None: then only the identity of a peer is not the message. */
    return parcel->count > 1 ? 1 : 0;
}

static void
look_at(struct passage *passage)
{
    struct lane *lane = passage->lane;
    struct crossing crossing;
    struct frames message;
    size_t i;

    message.count = passage->whole->count - passage->envelope;
    for (i = 0; i < message.count; i++) {
        struct bytes frame =
            parcel_frame(passage->whole, passage->envelope + i);

        message.frame[i] = bytes_copy(&mutant.test, frame.data, frame.size);
    }
    crossing.test = &mutant.test;
    crossing.endpoint = lane->endpoint;
    crossing.to_target = lane->to_target;
    crossing.number = lane->number++;
    crossing.message = &message;
    crossing.state = passage;
    if (lane->look != NULL && !lane->look(lane, &message)) {
        return;
    }
    if (mutant.fault->frames != NULL) {
        mutant.fault->frames(&crossing);
    }
    if (passage->dropped) {
        return;
    }
    if (passage->swap && lane->swapped == NULL) {
        lane->swapped = wrap(passage, passage->out->identity, &message);
        return;
    }
    pass(passage, &message);
    if (lane->swapped != NULL) {
        struct parcel *parcel = lane->swapped;

        lane->swapped = NULL;
        post(passage->out, parcel);
    }
}

static size_t
size_of(const struct parcel *parcel)
{
    size_t size = 0;
    size_t i;

    for (i = 0; i < parcel->count; i++) {
        size += parcel_frame(parcel, i).size;
    }
    return size;
}

static void
carry(struct lane *lane, struct parcel *parcel)
{
    struct passage passage;

    memset(&passage, 0, sizeof passage);
    passage.lane = lane;
    passage.out = lane;
    memory_rotate(size_of(parcel));
    if (lane->takes_identity) {
        struct bytes identity = parcel_frame(parcel, 0);

        passage.identity =
            bytes_copy(&mutant.test, identity.data, identity.size);
        parcel_shift(parcel);
        if (lane->route != NULL) {
            passage.out = lane->route(lane, passage.identity);
        }
    }
    passage.whole = parcel;
    passage.envelope = envelope_of(lane, parcel);
    if (parcel->count - passage.envelope <= FRAMES_MAX
        && (mutant.fault->frames != NULL || lane->look != NULL)) {
        look_at(&passage);
        parcel_free(parcel);
        return;
    }
    lane->number++;
    if (passage.out->identity.data != NULL) {
        struct frames rest;

        rest.count = 0;
        passage.envelope = parcel->count; /* all of it, as it is */
        pass(&passage, &rest);
        parcel_free(parcel);
        return;
    }
    post(passage.out, parcel);
}

/* --- the loop's ----------------------------------------------------------- */

static bool
can(void *socket, int what)
{
    int events = 0;
    size_t size = sizeof events;

    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0
           && (events & what) != 0;
}

void
lane_poll(const struct lane *lane, zmq_pollitem_t *item)
{
    bool out = lane->to != NULL && (!lane->ready || lane->waiting != NULL);

    memset(item, 0, sizeof *item);
    item->socket = out || lane->from == NULL ? lane->to : lane->from;
    if (out) {
        item->events = ZMQ_POLLOUT;
    } else if (lane->from != NULL) {
        item->events = ZMQ_POLLIN;
    }
}

static bool
send_waiting(struct lane *lane)
{
    bool sent = false;

    while (lane->waiting != NULL) {
        struct parcel *first = lane->waiting;
        struct parcel *rest = first->next;

        if (!parcel_send(first, outlet(lane))) {
            break;
        }
        lane->waiting = rest;
        sent = true;
    }
    return sent;
}

bool
lane_work(struct lane *lane)
{
    bool worked = send_waiting(lane);
    struct parcel *parcel;

    lane->ready = lane->waiting == NULL
                  && (lane->to == NULL || can(lane->to, ZMQ_POLLOUT));
    if (!lane->ready) {
        return worked;
    }
    if (lane->opened != NULL) {
        void (*opened)(struct lane *) = lane->opened;

        lane->opened = NULL;
        opened(lane);
        lane->ready = false; /* who it hands over to may be another now */
        return true;
    }
    if (lane->from == NULL || !can(lane->from, ZMQ_POLLIN)) {
        return worked;
    }
    parcel = parcel_receive(lane->from);
    if (parcel == NULL) {
        return worked;
    }
    carry(lane, parcel);
    return true;
}

/* Lanes share sockets: each is closed once. */
void
lanes_close(void)
{
    struct lane *lane;
    struct lane *other;

    for (lane = lanes; lane != NULL; lane = lane->next) {
        void *from = lane->from;
        void *to = lane->to;

        for (other = lane; other != NULL; other = other->next) {
            other->from =
                other->from == from || other->from == to ? NULL : other->from;
            other->to = other->to == from || other->to == to ? NULL : other->to;
        }
        if (from != NULL) {
            (void)zmq_close(from);
        }
        if (to != NULL) {
            (void)zmq_close(to);
        }
    }
}
