/* SPDX-License-Identifier: MIT */
/* parcel.c: see parcel.h. */
#include "conformance/mutants/proxy/parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "conformance/mutants/proxy/mutant.h"

struct parcel *
parcel_make(void)
{
    return memory_of(sizeof(struct parcel));
}

void
parcel_free(struct parcel *parcel)
{
    size_t i;

    for (i = 0; parcel != NULL && i < parcel->count; i++) {
        (void)zmq_msg_close(&parcel->frames[i]);
    }
    if (parcel != NULL) {
        free(parcel->frames);
    }
    free(parcel);
}

static struct zmq_msg_t *
grow(struct parcel *parcel)
{
    parcel->frames =
        realloc(parcel->frames, (parcel->count + 1) * sizeof *parcel->frames);
    if (parcel->frames == NULL) {
        mutant_broken("out of memory");
    }
    return &parcel->frames[parcel->count++];
}

void
parcel_add(struct parcel *parcel, struct bytes frame)
{
    struct zmq_msg_t *last = grow(parcel);

    if (zmq_msg_init_size(last, frame.size) != 0) {
        mutant_broken("out of memory");
    }
    if (frame.size > 0) {
        memcpy(zmq_msg_data(last), frame.data, frame.size);
    }
}

void
parcel_shift(struct parcel *parcel)
{
    (void)zmq_msg_close(&parcel->frames[0]);
    parcel->count--;
    memmove(parcel->frames, parcel->frames + 1,
            parcel->count * sizeof *parcel->frames);
}

struct bytes
parcel_frame(const struct parcel *parcel, size_t index)
{
    struct zmq_msg_t *frame = &parcel->frames[index];

    return bytes_of(zmq_msg_data(frame), zmq_msg_size(frame));
}

struct parcel *
parcel_receive(void *socket)
{
    struct parcel *parcel = parcel_make();
    bool more = true;

    while (more) {
        struct zmq_msg_t *frame = grow(parcel);

        (void)zmq_msg_init(frame);
        if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
            if (errno == EINTR) {
                parcel->count--;
                continue;
            }
            parcel_free(parcel);
            return NULL;
        }
        more = zmq_msg_more(frame);
    }
    return parcel;
}

bool
parcel_send(struct parcel *parcel, void *socket)
{
    size_t i = 0;

    while (i < parcel->count) {
        int flags = i + 1 < parcel->count ? ZMQ_SNDMORE : 0;

        if (zmq_msg_send(&parcel->frames[i], socket, flags | ZMQ_DONTWAIT)
            >= 0) {
            i++;
        } else if (errno == EAGAIN && i == 0) {
            return false;
        } else if (errno != EINTR && errno != EAGAIN) {
            break; /* the peer is gone: as ZeroMQ, drop it */
        }
    }
    parcel_free(parcel);
    return true;
}
