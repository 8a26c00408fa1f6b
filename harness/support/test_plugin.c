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

/* What a class may be set to that is derived from none. */
struct own_pull {
    int64_t pause;
    const char *word;
};

static const palm_option_t own_pull_options[] = {
    PALM_OPTION(struct own_pull, DURATION, pause, 0, "3ms", "a time"),
    PALM_OPTION(struct own_pull, TEXT, word, 1, "none", "a text"),
    PALM_OPTION_END,
};

PALM_EXPORT const palm_part_class_t OwnPull = {
    .abi = PALM_PART_ABI,
    .name = "OwnPull",
    .direction = PALM_INBOUND,
    .binds = true,
    .socket_type = ZMQ_PULL,
    .operations = {.tick = no_tick},
    .options = own_pull_options,
    .options_size = sizeof(struct own_pull),
};

/* And one that is. */
struct own_pub {
    int64_t modulus;
};

static const palm_option_t own_pub_options[] = {
    PALM_OPTION(struct own_pub, COUNT, modulus, 1, "2", "a number"),
    PALM_OPTION_END,
};

PALM_EXPORT const palm_part_class_t OwnPub = {
    .abi = PALM_PART_ABI,
    .name = "OwnPub",
    .base = "PubService",
    .options = own_pub_options,
    .options_size = sizeof(struct own_pub),
};

PALM_EXPORT const palm_part_class_t StuckPush = {
    .abi = PALM_PART_ABI,
    .name = "StuckPush",
    .base = "PushService",
    .hooks = {.from_router = never},
};

/* As an older header would have it, with fewer hooks and operations, and
 * nothing behind the base. */
typedef int scatter_f(palm_part_t *part, const palm_message_t *message,
                      void *arg);
struct older_class {
    palm_part_abi_t abi;
    const char *name;
    palm_direction_t direction;
    bool bypass, binds, waits;
    int socket_type;
    unsigned traits;
    struct {
        int (*to_router)(palm_part_t *part, zmq_msg_t *frame, void *arg);
        scatter_f *scatter;
    } hooks;
    struct {
        int (*open)(palm_part_t *part, palm_error_t *err);
    } operations;
    size_t state_size;
    const char *base;
};

PALM_EXPORT const struct older_class OlderPull = {
    .abi = {PALM_PART_VERSION, sizeof(struct older_class),
            2 * sizeof(scatter_f *), sizeof(scatter_f *),
            sizeof(palm_option_t)},
    .name = "OlderPull",
    .hooks = {.scatter = twice},
    .state_size = 5,
    .base = "PullService",
};

/* And as a later one would. */
PALM_EXPORT const struct later_class {
    palm_part_class_t class_;
    void *more;
} LaterPull = {
    .class_ = {.abi = {PALM_PART_VERSION, sizeof(struct later_class),
                       sizeof(palm_hooks_t), sizeof(palm_operations_t),
                       sizeof(palm_option_t)},
               .name = "LaterPull",
               .base = "PullService"},
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
