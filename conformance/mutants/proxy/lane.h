/* SPDX-License-Identifier: MIT */
/* lane.h: one way through a proxy, from a socket to another.
 *
 * It takes a message only when it can be handed over, so that the one behind
 * waits for the one in front as if nobody stood between them. */
#ifndef CONFORMANCE_MUTANTS_PROXY_LANE_H
#define CONFORMANCE_MUTANTS_PROXY_LANE_H

#include "conformance/mutants/proxy/mutant.h"
#include "conformance/mutants/proxy/parcel.h"

struct lane;

/* Looks at a message before its fault does: may change it; false: it is not
 * for anybody. */
typedef bool lane_look(struct lane *lane, struct frames *message);

struct lane {
    struct lane *next;
    const char *endpoint;
    bool to_target;
    unsigned long number;
    void *from;
    void *to;              /* NULL: see route */
    void *favoured;        /* gets three of four instead, if not NULL */
    bool takes_identity;   /* frame 0 says who sent it, and ends here */
    bool has_delimiter;    /* the envelope ends with an empty frame */
    struct bytes identity; /* goes ahead of all, if data is not NULL */
    struct lane *(*route)(struct lane *lane, struct bytes identity);
    lane_look *look;
    lane_look *look_back;              /* of the ways that route opens */
    bool ready;                        /* it can be handed over */
    struct parcel *waiting;            /* what cannot go out yet */
    struct parcel *swapped;            /* what goes behind the next */
    struct bytes key;                  /* of the last get, malloc() */
    void (*opened)(struct lane *lane); /* once, when it is ready first */
};

struct lane *lane_add(const char *endpoint, bool to_target, void *from,
                      void *to);

/* All of them, the last one first. */
extern struct lane *lanes;

/* What to wait for. */
void lane_poll(const struct lane *lane, zmq_pollitem_t *item);

/* Does what can be done; false if that is nothing. */
bool lane_work(struct lane *lane);

/* Closes every socket; what waits in them is still sent. */
void lanes_close(void);

#endif
