/* SPDX-License-Identifier: MIT */
/* What a server tells, and how it stops. */
#include "config.h"

#include <dirent.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

static palm_part_options_t
named(const char *name)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = name;
    options.address = ANY_PORT;
    return options;
}

/* --- what it tells -------------------------------------------------------- */

static void
expect_preset(struct rig *rig, const char *key, const char *value)
{
    zmq_msg_t got;
    MUST(
        !palm_cache_get(palm_server_cache(rig->server), palm_slice(key), &got));
    EQUAL_BYTES(value, strlen(value), zmq_msg_data(&got), zmq_msg_size(&got));
    (void)zmq_msg_close(&got);
}

static void
what_it_bound_is_advertised(void)
{
    struct rig rig;
    palm_part_options_t options = named(NULL);
    rig_init(&rig, NULL);
    options.advertise_as = "pull_address";
    rig_add(&rig, "PullService", "Pull", NULL, &options);
    options.advertise_as = "pub_address";
    options.advertise = "tcp://example.org:5556";
    rig_add(&rig, "PubService", "Pub", NULL, &options);
    MUST(!palm_server_preset(rig.server, "color", palm_slice("blue")));
    rig_start(&rig);
    const char *bound =
        palm_server_endpoint(rig.server, PALM_SIDE_INBOUND, "Pull");
    expect_preset(&rig, "name", "server");
    expect_preset(&rig, "color", "blue");
    expect_preset(&rig, "pull_address", bound);
    expect_preset(&rig, "pub_address", "tcp://example.org:5556");
    MUST(strcmp(bound, ANY_PORT) != 0);
    rig_fini(&rig);
}

static void
it_tells_its_parts_in_their_order(void)
{
    struct rig rig;
    palm_part_info_t part;
    rig_init(&rig, NULL);
    FAILS(ENOENT, palm_server_part_at(rig.server, 0, &part));
    rig_add(&rig, "PubService", "Out", NULL, NULL);
    rig_add(&rig, "PullService", "In", "Out", NULL);
    MUST(!palm_server_part_at(rig.server, 1, &part));
    EQUAL_INT(PALM_SIDE_INBOUND, part.side);
    EQUAL_TEXT("In", part.name);
    EQUAL_TEXT("PullService", part.class_->name);
    EQUAL_TEXT("Out", part.options->route);
    MUST(!palm_server_part_at(rig.server, 0, &part));
    EQUAL_INT(PALM_SIDE_OUTBOUND, part.side);
    FAILS(ENOENT, palm_server_part_at(rig.server, 2, &part));
    rig_drop(&rig);
}

static void
unknown_parts_have_no_endpoint_and_no_stats(void)
{
    struct rig rig;
    palm_part_stats_t stats;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, NULL);
    FAILS(EINVAL,
          palm_server_endpoint(rig.server, PALM_SIDE_INBOUND, "Pull") ? 0 : -1);
    rig_start(&rig);
    FAILS(ENOENT, palm_server_endpoint(rig.server, PALM_SIDE_OUTBOUND, "Pull")
                      ? 0
                      : -1);
    FAILS(ENOENT,
          palm_server_stats(rig.server, PALM_SIDE_BYPASS, "Pull", &stats));
    rig_fini(&rig);
}

/* --- stop ----------------------------------------------------------------- */

static void
waiting_has_a_timeout(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, NULL);
    FAILS(EINVAL, palm_server_wait(rig.server, 0));
    rig_start(&rig);
    FAILS(ETIMEDOUT, palm_server_wait(rig.server, 20));
    rig_fini(&rig);
}

static void *
stop(void *server)
{
    (void)palm_server_stop(server, NULL);
    return NULL;
}

static void
another_thread_may_stop_it(void)
{
    struct rig rig;
    pthread_t stopper, second;
    rig_init(&rig, NULL);
    rig_add_master(&rig, NULL);
    rig_start(&rig);
    MUST(!pthread_create(&stopper, NULL, stop, rig.server));
    MUST(!pthread_create(&second, NULL, stop, rig.server));
    MUST(!palm_server_wait(rig.server, tap_deadline()));
    MUST(!pthread_join(stopper, NULL));
    MUST(!pthread_join(second, NULL));
    MUST(!palm_server_stop(rig.server, NULL)); /* once more does no harm */
    rig_fini(&rig);
}

static void
a_stop_awaits_the_results_of_the_workers(void)
{
    struct rig rig;
    pthread_t stopper;
    palm_server_options_t options;
    palm_message_t message = wire_message("client", "tag", "work");
    palm_server_options_init(&options);
    options.quiet_time = 0;
    rig_init(&rig, &options);
    rig_add_master(&rig, NULL);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *work = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    void *done = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "client");
    send_message(done, &message, 0); /* all connections stand */
    expect_published(sub, "client", "work");
    send_message(push, &message, 0);
    send_message(push, &message, 0);
    expect_payload(work, "work");
    expect_payload(work, "work");
    MUST(!pthread_create(&stopper, NULL, stop, rig.server));
    MUST(tap_await(wire_is_free, (void *)palm_server_endpoint(
                                     rig.server, PALM_SIDE_INBOUND, "Pull")));
    send_message(done, &message, 0); /* the intake is closed by now */
    expect_published(sub, "client", "work");
    MUST(!pthread_join(stopper, NULL));
    rig_fini(&rig);
}

static void
destroy_stops_a_running_server(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add_master(&rig, NULL);
    rig_start(&rig);
    palm_server_destroy(&rig.server);
    MUST(!rig.server);
    palm_server_destroy(&rig.server);
    rig_drop(&rig);
}

static void
a_server_may_end_after_n_messages(void)
{
    struct rig rig;
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.messages = 3;
    rig_init(&rig, &options);
    rig_add(&rig, "PullService", "Pull", NULL, NULL);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    palm_message_t message = wire_message("client", "tag", "counts");
    for (int i = 0; i < 3; i++) {
        send_message(push, &message, 0);
    }
    MUST(!palm_server_wait(rig.server, tap_deadline()));
    MUST(!palm_server_stop(rig.server, NULL));
    rig_fini(&rig);
}

static void
a_part_may_end_after_n_messages(void)
{
    struct rig rig;
    palm_part_options_t options = named(NULL);
    options.messages = 2;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, &options);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    palm_message_t message = wire_message("client", "tag", "counts");
    for (int i = 0; i < 5; i++) {
        send_message(push, &message, 0);
    }
    expect_payload(pull, "counts");
    expect_payload(pull, "counts");
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "Push", COUNTER(unrouted), 3);
    rig_fini(&rig);
}

/* Entries of a directory of /proc, 0 where there is none. */
static int
count_entries(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    while (dir && readdir(dir)) {
        n++;
    }
    if (dir) {
        (void)closedir(dir);
    }
    return n;
}

struct resources {
    int threads, files;
};

/* A peer that reads nothing holds the end up no longer than `linger`: without a
 * limit the destruction of the context would wait for it for ever. */
static void
linger_bounds_the_flush(void)
{
    enum { COUNT = 40, SIZE = 1 << 20 };
    struct rig rig;
    const int one = 1;
    palm_part_options_t options = named(NULL);
    options.linger = 0;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, &options);
    rig_start(&rig);
    void *pull = zmq_socket(rig.zmq, ZMQ_PULL);
    MUST(!zmq_setsockopt(pull, ZMQ_RCVHWM, &one, sizeof one));
    MUST(!zmq_connect(
        pull, palm_server_endpoint(rig.server, PALM_SIDE_OUTBOUND, "Push")));
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    char *large = calloc(1, SIZE);
    MUST(large);
    palm_message_t message = wire_message("client", "tag", NULL);
    message.payload.data = large;
    message.payload.size = SIZE;
    for (int i = 0; i < COUNT; i++) {
        send_message(push, &message, 0);
    }
    free(large);
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "Push", COUNTER(sent), COUNT);
    int64_t begin = tap_now();
    MUST(!palm_server_stop(rig.server, NULL));
    palm_server_destroy(&rig.server);
    MUST(tap_now() - begin < tap_deadline() / 2);
    MUST(!zmq_close(pull));
    rig_drop(&rig);
}

static bool
are_released(void *arg)
{
    const struct resources *before = arg;
    return count_entries("/proc/self/task") <= before->threads
           && count_entries("/proc/self/fd") <= before->files;
}

static void
nothing_leaks(void)
{
    struct resources before = {count_entries("/proc/self/task"),
                               count_entries("/proc/self/fd")};
    for (int i = 0; i < 30; i++) {
        struct rig rig;
        rig_init(&rig, NULL);
        rig_add_master(&rig, NULL);
        rig_start(&rig);
        rig_fini(&rig);
    }
    MUST(tap_await(are_released, &before));
}

static const struct tap_test tests[] = {
    {"what it bound is advertised", what_it_bound_is_advertised},
    {"it tells its parts in their order", it_tells_its_parts_in_their_order},
    {"unknown parts have no endpoint and no stats",
     unknown_parts_have_no_endpoint_and_no_stats},
    {"waiting has a timeout", waiting_has_a_timeout},
    {"another thread may stop it", another_thread_may_stop_it},
    {"a stop awaits the results of the workers",
     a_stop_awaits_the_results_of_the_workers},
    {"destroy stops a running server", destroy_stops_a_running_server},
    {"a server may end after n messages", a_server_may_end_after_n_messages},
    {"a part may end after n messages", a_part_may_end_after_n_messages},
    {"linger bounds the flush at the end", linger_bounds_the_flush},
    {"nothing leaks", nothing_leaks},
};

TAP_MAIN("server", tests)
