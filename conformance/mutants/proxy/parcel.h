/* SPDX-License-Identifier: MIT */
/* parcel.h: a whole message as ZeroMQ has it, however many frames. */
#ifndef CONFORMANCE_MUTANTS_PROXY_PARCEL_H
#define CONFORMANCE_MUTANTS_PROXY_PARCEL_H

#include "conformance/engine/bytes.h"

struct parcel {
    struct parcel *next; /* of those that wait */
    size_t count;
    struct zmq_msg_t *frames;
};

/* Takes what is there; NULL if nothing is. */
struct parcel *parcel_receive(void *socket);

struct parcel *parcel_make(void);
void parcel_free(struct parcel *parcel);

/* A copy of the bytes becomes the last frame. */
void parcel_add(struct parcel *parcel, struct bytes frame);

/* Takes the first frame off. */
void parcel_shift(struct parcel *parcel);

/* A view. */
struct bytes parcel_frame(const struct parcel *parcel, size_t index);

/* Sends it and frees it; false if it does not go out now: it is still there. */
bool parcel_send(struct parcel *parcel, void *socket);

#endif
