/* SPDX-License-Identifier: MIT */
/* Parts of a kind that are of a class of one's own. */
#include "config.h"
#include "parts/servers/kind.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

/* What a class of one's own keeps, behind what PubService does. */
struct counter {
    int published;
    char topic[16];
};

/* Publishes to the topics "1", "2" and so on. */
static int
number(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
       void *arg)
{
    struct counter *own = palm_part_own_state(part);
    (void)message;
    (void)arg;
    (void)snprintf(own->topic, sizeof own->topic, "%d", ++own->published);
    *topic = palm_slice(own->topic);
    return 0;
}

/* Yields the payload "gathered", whatever came. */
static int
gather(palm_part_t *part, const palm_message_t *message, void *arg)
{
    palm_message_t own = *message;
    (void)arg;
    own.payload = palm_slice("gathered");
    return palm_part_yield(part, &own);
}

/* The class that a test wants for the part of that name. */
struct wish {
    const char *part;
    palm_part_class_t class_;
};

static const palm_part_class_t *
choose(const palm_part_info_t *part, void *arg, palm_error_t *err)
{
    struct wish *wish = arg;
    (void)err;
    return strcmp(part->name, wish->part) ? part->class_ : &wish->class_;
}

static const palm_part_class_t *
choose_nothing(const palm_part_info_t *part, void *arg, palm_error_t *err)
{
    (void)arg;
    (void)palm_error_set(err, EPERM, "no class for %s", part->name);
    return NULL;
}

static void
derive(struct wish *wish, const palm_part_class_t *own)
{
    palm_error_t err = {0, ""};
    MUST(!palm_library_derive(own, &wish->class_, &err));
}

static palm_kind_options_t
options_with(struct wish *wish)
{
    palm_kind_options_t options;
    palm_kind_options_init(&options);
    options.name = "server";
    options.db_address = ANY_PORT;
    options.pull_address = ANY_PORT;
    options.pub_address = ANY_PORT;
    options.choose = choose;
    options.choose_arg = wish;
    return options;
}

/* A server of that kind, whose choice is gone once it is made. */
static void
make(struct rig *rig, palm_kind_t kind, struct wish *wish)
{
    palm_error_t err = {0, ""};
    palm_kind_options_t options = options_with(wish);
    memset(rig, 0, sizeof *rig);
    MUST(rig->zmq = zmq_ctx_new());
    if (kind == PALM_MASTER) {
        options.worker_push_address = ANY_PORT;
        options.worker_pull_address = ANY_PORT;
    }
    rig->server = palm_kind_new(kind, &options, &err);
    EQUAL_TEXT("", err.text);
    memset(&wish->class_, 0, sizeof wish->class_);
    rig_start(rig);
}

static void
call(void *push, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    message.function = palm_slice("server.echo");
    send_message(push, &message, 0);
}

static const palm_part_class_t numbering = {
    .abi = PALM_PART_ABI,
    .name = "NumberingPub",
    .base = "PubService",
    .hooks = {.handle_stream = number},
    .state_size = sizeof(struct counter),
};

static void
a_masters_pub_may_choose_topics(void)
{
    struct wish wish = {.part = "Pub"};
    struct rig rig;
    zmq_msg_t frame;
    derive(&wish, &numbering);
    make(&rig, PALM_MASTER, &wish);
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "1");
    rig_subscribe(sub, "2");
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *tasks = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    void *done = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    call(push, "first");
    call(push, "second");
    for (int i = 0; i < 2; i++) {
        recv_frame(tasks, &frame);
        MUST(zmq_msg_send(&frame, done, 0) != -1);
    }
    expect_published(sub, "1", "first");
    expect_published(sub, "2", "second");
    rig_fini(&rig);
}

/* The class of a server's Pub is not the library's: it runs functions. */
static void
a_servers_pub_still_runs_functions(void)
{
    struct wish wish = {.part = "Pub"};
    struct rig rig;
    derive(&wish, &numbering);
    make(&rig, PALM_SERVER, &wish);
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "1");
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    call(push, "echoed");
    expect_published(sub, "1", "echoed");
    rig_fini(&rig);
}

static void
a_gather_hook_takes_the_place_of_functions(void)
{
    const palm_part_class_t own = {
        .abi = PALM_PART_ABI,
        .name = "GatheringPub",
        .base = "PubService",
        .hooks = {.gather = gather},
    };
    struct wish wish = {.part = "Pub"};
    struct rig rig;
    derive(&wish, &own);
    make(&rig, PALM_SERVER, &wish);
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "client");
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    call(push, "echoed");
    expect_published(sub, "client", "gathered");
    rig_fini(&rig);
}

static void
new_fails(const palm_kind_options_t *options, int code, const char *text)
{
    palm_error_t err = {0, ""};
    FAILS(code, palm_kind_new(PALM_SERVER, options, &err) ? 0 : -1);
    EQUAL_TEXT(text, err.text);
}

static void
an_unlike_class_is_refused(void)
{
    struct wish wish = {"Pub", *palm_library_find("PushService")};
    palm_kind_options_t options = options_with(&wish);
    const char *text = "the class of Pub is not derived from PubService";
    new_fails(&options, EINVAL, text);
    wish.class_ = numbering; /* not made whole */
    new_fails(&options, EINVAL, text);
    wish.class_ = *palm_library_find("PubService");
    wish.class_.abi.version++;
    new_fails(&options, EINVAL,
              "the class of Pub: made for part interface 6, this is 5");
    options.choose = choose_nothing;
    new_fails(&options, EPERM, "no class for Pull");
}

static const struct tap_test tests[] = {
    {"a master's Pub may choose topics, with a state of its own",
     a_masters_pub_may_choose_topics},
    {"a server's Pub of another class still runs functions",
     a_servers_pub_still_runs_functions},
    {"a gather hook takes the place of functions",
     a_gather_hook_takes_the_place_of_functions},
    {"an unlike class is refused", an_unlike_class_is_refused},
};

TAP_MAIN("kind_choose", tests)
