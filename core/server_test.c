/* SPDX-License-Identifier: MIT */
/* What a server refuses, and how it starts and stops. */
#include "config.h"

#include <dirent.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

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

static int
add(palm_server_t *server, const char *class_name,
    const palm_part_options_t *options, palm_error_t *err)
{
    return palm_server_add(server, palm_library_find(class_name), options, err);
}

/* --- refusals ------------------------------------------------------------- */

static void
a_server_needs_a_name(void)
{
    FAILS(EINVAL, palm_server_new("", NULL) ? 0 : -1);
    FAILS(EINVAL, palm_server_new(NULL, NULL) ? 0 : -1);
}

static void
a_part_needs_a_name_and_an_address(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("");
    FAILS(EINVAL, add(server, "PullService", &options, &err));
    CONTAINS("PullService", err.text);
    options = named("Pull");
    options.address = NULL;
    FAILS(EINVAL, add(server, "PullService", &options, &err));
    CONTAINS("inbound Pull: no address", err.text);
    options = named("Sub");
    FAILS(EINVAL, add(server, "SubConnection", &options, &err));
    CONTAINS("inbound Sub: no previous", err.text);
    palm_server_destroy(&server);
}

static void
a_name_is_taken_once_a_side(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Twin");
    MUST(!add(server, "PullService", &options, &err));
    MUST(!add(server, "PushService", &options, &err));
    MUST(!add(server, "CacheService", &options, &err));
    FAILS(EEXIST, add(server, "RepService", &options, &err));
    CONTAINS("inbound Twin", err.text);
    palm_server_destroy(&server);
}

static void
a_class_of_another_interface_is_refused(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_class_t strange = *palm_library_find("PullService");
    palm_part_options_t options = named("Pull");
    strange.abi = PALM_PART_ABI + 1;
    FAILS(EINVAL, palm_server_add(server, &strange, &options, &err));
    CONTAINS("PullService", err.text);
    palm_server_destroy(&server);
}

static void
a_route_to_nowhere_is_refused_at_start(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Pull");
    options.route = "Nobody";
    MUST(!add(server, "PullService", &options, &err));
    FAILS(EHOSTUNREACH, palm_server_start(server, &err));
    CONTAINS("inbound Pull: route to Nobody", err.text);
    FAILS(EBUSY, palm_server_start(server, &err));
    palm_server_destroy(&server);
}

/* Whether somebody could bind the endpoint now. */
static bool
is_free(void *endpoint)
{
    void *zmq = zmq_ctx_new();
    void *socket = zmq_socket(zmq, ZMQ_PULL);
    bool bound = !zmq_bind(socket, endpoint);
    (void)zmq_close(socket);
    (void)zmq_ctx_term(zmq);
    return bound;
}

static void
a_taken_port_is_named_and_nothing_runs(void)
{
    struct rig rig;
    palm_error_t err;
    char taken[256], other[256];
    rig_init(&rig, NULL);
    (void)rig_bind(&rig, ZMQ_PULL, taken);
    void *free_later = rig_bind(&rig, ZMQ_PULL, other);
    MUST(!zmq_unbind(free_later, other));
    MUST(tap_await(is_free, other));
    palm_part_options_t options = named("Second");
    options.address = other;
    MUST(!add(rig.server, "PullService", &options, &err));
    options = named("First");
    options.address = taken;
    MUST(!add(rig.server, "PushService", &options, &err));
    FAILS(EADDRINUSE, palm_server_start(rig.server, &err));
    CONTAINS("outbound First", err.text);
    CONTAINS(taken, err.text);
    MUST(tap_await(is_free, other));
    FAILS(EINVAL, palm_server_endpoint(rig.server, PALM_SIDE_INBOUND, "Second")
                      ? 0
                      : -1);
    rig_drop(&rig);
}

static void
an_ipc_path_of_a_living_server_is_not_stolen(void)
{
    struct rig rig;
    palm_error_t err;
    char address[128];
    palm_part_options_t options = named("Pull");
    (void)snprintf(address, sizeof address, "ipc:///tmp/palm-test-%ld",
                   (long)getpid());
    options.address = address;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, &options);
    rig_start(&rig);
    palm_server_t *second = palm_server_new("second", NULL);
    MUST(!add(second, "PullService", &options, &err));
    FAILS(EADDRINUSE, palm_server_start(second, &err));
    CONTAINS(address, err.text);
    palm_server_destroy(&second);
    rig_fini(&rig);
}

static void
a_bad_address_is_named(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Pull");
    options.address = "carrier-pigeon://loft";
    MUST(!add(server, "PullService", &options, &err));
    FAILS(EPROTONOSUPPORT, palm_server_start(server, &err));
    CONTAINS("inbound Pull: cannot bind carrier-pigeon://loft", err.text);
    palm_server_destroy(&server);
}

static void
a_running_server_takes_no_parts(void)
{
    struct rig rig;
    palm_error_t err;
    palm_part_options_t options = named("Late");
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, NULL);
    rig_start(&rig);
    FAILS(EBUSY, add(rig.server, "PullService", &options, &err));
    FAILS(EBUSY, palm_server_start(rig.server, &err));
    rig_fini(&rig);
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
    {"a server needs a name", a_server_needs_a_name},
    {"a part needs a name and an address", a_part_needs_a_name_and_an_address},
    {"a name is taken once a side", a_name_is_taken_once_a_side},
    {"a class of another interface is refused",
     a_class_of_another_interface_is_refused},
    {"a route to nowhere is refused at start",
     a_route_to_nowhere_is_refused_at_start},
    {"a taken port is named, and nothing runs",
     a_taken_port_is_named_and_nothing_runs},
    {"an ipc path of a living server is not stolen",
     an_ipc_path_of_a_living_server_is_not_stolen},
    {"a bad address is named", a_bad_address_is_named},
    {"a running server takes no parts", a_running_server_takes_no_parts},
    {"what it bound is advertised", what_it_bound_is_advertised},
    {"unknown parts have no endpoint and no stats",
     unknown_parts_have_no_endpoint_and_no_stats},
    {"waiting has a timeout", waiting_has_a_timeout},
    {"another thread may stop it", another_thread_may_stop_it},
    {"destroy stops a running server", destroy_stops_a_running_server},
    {"a server may end after n messages", a_server_may_end_after_n_messages},
    {"a part may end after n messages", a_part_may_end_after_n_messages},
    {"nothing leaks", nothing_leaks},
};

TAP_MAIN("server", tests)
