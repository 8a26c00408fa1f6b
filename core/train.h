/* SPDX-License-Identifier: MIT */
/* train.h: what travels between the parts and the router.
 *
 * Everything is one frame that begins with a note.  A train is a note with
 * messages behind it: a part hands over all that it has at the moment in one
 * frame, so the router and the next part wake once per train, not once per
 * message, and the router never touches the messages.  The frame frees what is
 * still in it when it is closed, also when a socket closes it.  Whoever holds
 * the frame is the only one who uses what is in it. */
#ifndef PALM_TRAIN_H
#define PALM_TRAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#define PALM__TRAIN_MAX 256 /* messages in one train */

typedef enum palm__kind {
    PALM__GO,       /* down: everybody is ready, begin */
    PALM__DRAIN,    /* down: close the intake, hand over what is there */
    PALM__FLUSH,    /* down: from now on answer each train at once */
    PALM__STOP,     /* down: leave */
    PALM__TRAIN,    /* up from inbound, down to outbound: messages */
    PALM__ONWARD,   /* up from outbound: messages for its own route */
    PALM__CREDIT,   /* up from outbound, down to inbound: handed over */
    PALM__UNROUTED, /* down to inbound: dropped, but the credit is back */
    PALM__FEEDBACK, /* up from outbound, down to inbound: a peer's answer */
    PALM__DONE,     /* up: this part has ended */
    PALM__KINDS
} palm__kind_t;

typedef struct palm__note {
    uint8_t kind;   /* palm__kind_t */
    uint8_t leg;    /* 0, or 1 behind an outbound part that has a route */
    uint8_t eager;  /* the sender is short of credit: return it at once */
    uint16_t from;  /* index of the inbound part whose credit this is */
    uint32_t count; /* messages */
    uint64_t bytes; /* of them */
    int64_t since;  /* when the first of them came in, us; 0 = unknown */
} palm__note_t;

typedef struct palm__train {
    palm__note_t note;
    uint32_t next;        /* first message that is not taken */
    uint32_t size;        /* messages that were put in */
    zmq_msg_t messages[]; /* [next, size) hold one each */
} palm__train_t;

/* Makes a frame with a note and up to `count` messages, which are moved out of
 * `messages`.  Returns -1 with errno ENOMEM, and then takes nothing. */
int palm__train_frame(zmq_msg_t *frame, const palm__note_t *note,
                      zmq_msg_t *messages, uint32_t count);

/* The train in a frame. */
palm__train_t *palm__train_of(zmq_msg_t *frame);

/* Reads the note of any frame. */
palm__note_t palm__note_of(zmq_msg_t *frame);

/* Sends a note without messages.  Never waits: inner sockets have no high-water
 * mark.  -1 with errno EAGAIN if nobody is there any more. */
int palm__note_send(void *socket, const palm__note_t *note);

#endif
