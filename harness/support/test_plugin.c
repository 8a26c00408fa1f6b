/* SPDX-License-Identifier: MIT */
/* test_plugin: a shared object with part classes, good ones and such as are to
 * be refused. */
#include <unistd.h>

#include <parts/palm.h>

static int
twice(palm_part_t *part, const palm_message_t *message, void *arg)
{
    (void)arg;
    return palm_part_yield(part, message) || palm_part_yield(part, message) ? -1
                                                                            : 0;
}

PALM_EXPORT const palm_part_class_t TwicePull = {
    .abi = PALM_PART_ABI,
    .name = "TwicePull",
    .direction = PALM_INBOUND,
    .binds = true,
    .socket_type = ZMQ_PULL,
    .hooks = {.scatter = twice},
};

PALM_EXPORT const palm_part_class_t DerivedPull = {
    .abi = PALM_PART_ABI,
    .name = "DerivedPull",
    .base = "PullService",
    .hooks = {.scatter = twice},
};

/* Of the name of a part of a kind. */
PALM_EXPORT const palm_part_class_t Pull = {
    .abi = PALM_PART_ABI,
    .name = "Pull",
    .base = "PullService",
    .hooks = {.scatter = twice},
};

PALM_EXPORT const palm_part_class_t Rep = {
    .abi = PALM_PART_ABI,
    .name = "Rep",
    .base = "RepService",
};

PALM_EXPORT const palm_part_class_t GatheringPub = {
    .abi = PALM_PART_ABI,
    .name = "GatheringPub",
    .base = "PubService",
    .hooks = {.gather = twice},
};

/* Waits for ever: signals are blocked here. */
static int
never(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    (void)part;
    (void)frame;
    (void)arg;
    return pause();
}

static int64_t
no_tick(palm_part_t *part)
{
    (void)part;
    return -1;
}

/* What it does with its options nobody else can know. */
PALM_EXPORT const palm_part_class_t OwnPull = {
    .abi = PALM_PART_ABI,
    .name = "OwnPull",
    .direction = PALM_INBOUND,
    .binds = true,
    .socket_type = ZMQ_PULL,
    .operations = {.tick = no_tick},
};

PALM_EXPORT const palm_part_class_t StuckPush = {
    .abi = PALM_PART_ABI,
    .name = "StuckPush",
    .base = "PushService",
    .hooks = {.from_router = never},
};

/* Of another interface, and nothing but its number: who reads a second member
 * reads beyond it. */
PALM_EXPORT const int Ancient = 77;

PALM_EXPORT const palm_part_class_t Orphan = {
    .abi = PALM_PART_ABI,
    .name = "Orphan",
    .base = "PoolService",
};

PALM_EXPORT const palm_part_class_t Contrary = {
    .abi = PALM_PART_ABI,
    .name = "Contrary",
    .base = "PubService",
    .waits = true,
};

PALM_EXPORT const palm_part_class_t Nameless = {
    .abi = PALM_PART_ABI,
    .base = "PubService",
};
