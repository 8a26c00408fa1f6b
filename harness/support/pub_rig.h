/* SPDX-License-Identifier: MIT */
/* pub_rig.h: a server that publishes what a test pushes, as a master does with
 * its workers' results. */
#ifndef HARNESS_PUB_RIG_H
#define HARNESS_PUB_RIG_H

#include "harness/support/wire.h"

struct pub_rig {
    struct rig rig;
    void *push;
};

/* options are PubService's; NULL: the defaults. */
void pub_rig_start(struct pub_rig *self, const palm_part_options_t *options);

/* A SUB socket that has subscribed to a topic. */
void *pub_rig_subscriber(struct pub_rig *self, const char *topic);

/* The same, of a peer that reads nothing and has little room: it keeps one
 * message, and what the system keeps for its connection. */
void *pub_rig_mute(struct pub_rig *self, const char *topic);

/* One that does not come back when its connection is closed. */
void *pub_rig_mute_once(struct pub_rig *self, const char *topic);

/* Pushes a result for a client. */
void pub_rig_push(struct pub_rig *self, const char *client,
                  const char *payload);

palm_part_stats_t pub_rig_stats(struct pub_rig *self);

/* Waits until a counter of the PubService, by its offset in palm_part_stats_t,
 * is at least n. */
void pub_rig_await(struct pub_rig *self, size_t counter, uint64_t n);

#endif
