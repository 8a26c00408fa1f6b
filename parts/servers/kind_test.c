/* SPDX-License-Identifier: MIT */
/* The kinds at work, with raw peers around them. */
#include "config.h"
#include "parts/servers/kind.h"

#include <stddef.h>
#include <stdio.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* A server of a kind, named "server", what is before it and what hears it. */
struct bench {
    struct rig rig;
    palm_kind_options_t options;
    char endpoint[2][256]; /* of the servers before: "first" and "second" */
    char both[520];        /* the two, as a sink has them */
    void *before[2];       /* XPUB: these servers; or PUSH: a client */
    void *sub;             /* hears Pub */
};

/* Binds what a kind that subscribes connects to. */
static void
make_before(struct bench *bench, palm_kind_t kind)
{
    palm_kind_options_t *options = &bench->options;
    for (int i = 0; i < (kind == PALM_SINK ? 2 : 1); i++) {
        bench->before[i] = rig_bind(&bench->rig, ZMQ_XPUB, bench->endpoint[i]);
    }
    options->sub_address = bench->endpoint[0];
    options->previous = "first";
    if (kind == PALM_SINK) {
        (void)snprintf(bench->both, sizeof bench->both, "%s  %s",
                       bench->endpoint[0], bench->endpoint[1]);
        options->sub_address = bench->both;
        options->previous = "first second";
    }
}

static void
make(struct bench *bench, palm_kind_t kind)
{
    palm_error_t err = {0, ""};
    palm_kind_options_t *options = &bench->options;
    bool to_client = options->to_client;
    const char *key;
    memset(&bench->rig, 0, sizeof bench->rig);
    MUST(bench->rig.zmq = zmq_ctx_new());
    for (size_t i = 0; (key = palm_kind_option_name(i)); i++) {
        if (palm_kind_has(kind, key) && strstr(key, "_address")) {
            MUST(!palm_kind_option_set(options, key, ANY_PORT, NULL));
        }
    }
    if (palm_kind_has(kind, "previous")) {
        make_before(bench, kind);
    }
    options->name = "server";
    options->to_client = to_client;
    bench->rig.server = palm_kind_new(kind, options, &err);
    EQUAL_TEXT("", err.text);
}

/* Starts it, and connects a subscriber, and a client if the kind has Pull. */
static void
start(struct bench *bench, palm_kind_t kind, const char *topic)
{
    static const char *const subscriptions[] = {"\1first", "\1second"};
    rig_start(&bench->rig);
    bench->sub = rig_connect(&bench->rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(bench->sub, topic);
    if (palm_kind_has(kind, "pull_address")) {
        bench->before[0] =
            rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
        return;
    }
    for (int i = 0; i < (kind == PALM_SINK ? 2 : 1); i++) {
        expect_text(bench->before[i], subscriptions[i], false);
    }
}

static void
begin(struct bench *bench, palm_kind_t kind, bool to_client)
{
    palm_kind_options_init(&bench->options);
    bench->options.to_client = to_client;
    make(bench, kind);
}

/* Makes and starts it. */
static void
run(struct bench *bench, palm_kind_t kind, bool to_client)
{
    begin(bench, kind, to_client);
    start(bench, kind, to_client ? "client" : "server");
}

/* Sends a message that calls a function, at stage 3. */
static void
call(void *before, const char *topic, const char *function, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    message.function = palm_slice(function);
    message.stage = 3;
    if (topic) {
        send_text(before, topic, ZMQ_SNDMORE);
    }
    send_message(before, &message, 0);
}

static void
expect_result(struct bench *bench, const char *topic, int64_t stage,
              const char *payload)
{
    zmq_msg_t frame;
    palm_slice_t error;
    expect_text(bench->sub, topic, true);
    palm_message_t message = recv_message(bench->sub, &frame);
    EQUAL_BYTES(payload, strlen(payload), message.payload.data,
                message.payload.size);
    EQUAL_BYTES("tag", 3, message.cache.data, message.cache.size);
    EQUAL_INT(stage, message.stage);
    MUST(!palm_message_error(&message, &error));
    (void)zmq_msg_close(&frame);
}

static void
expect_error(struct bench *bench, const char *topic, int64_t stage,
             const char *text)
{
    zmq_msg_t frame;
    palm_slice_t error = {NULL, 0};
    expect_text(bench->sub, topic, true);
    palm_message_t message = recv_message(bench->sub, &frame);
    EQUAL_BYTES("0", 1, message.payload.data, message.payload.size);
    EQUAL_INT(stage, message.stage);
    MUST(palm_message_error(&message, &error));
    EQUAL_BYTES(text, strlen(text), error.data, error.size);
    (void)zmq_msg_close(&frame);
}

/* --- functions; they may not assert --------------------------------------- */

static int
say_nothing(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)reply;
    (void)arg;
    return 0;
}

static int
fail(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)palm_reply(reply, message->payload);
    (void)arg;
    return palm_reply_error(reply, ERANGE, "as asked");
}

/* Yields the bytes of the payload one by one. */
static int
split(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < message->payload.size; i++) {
        palm_slice_t byte = {message->payload.data + i, 1};
        if (palm_reply(reply, byte)) {
            return -1;
        }
    }
    return 0;
}

/* What flood() has done; atomic. */
struct flood {
    uint64_t replies;
    uint64_t most; /* ends after so many */
    int told;      /* errno of the reply that failed */
};

enum { BLOCK = 16384 };

/* Yields blocks. */
static int
flood(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    static char block[BLOCK];
    struct flood *self = arg;
    (void)message;
    for (uint64_t i = 0; i < self->most; i++) {
        if (palm_reply(reply, (palm_slice_t){block, sizeof block})) {
            __atomic_store_n(&self->told, errno, __ATOMIC_RELAXED);
            return -1;
        }
        (void)__atomic_add_fetch(&self->replies, 1, __ATOMIC_RELAXED);
    }
    return 0;
}

static int
say(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    return palm_reply(reply, palm_slice(arg));
}

/* The same, with functions: silent, mute, fail, split. */
static void
run_with_functions(struct bench *bench, palm_kind_t kind, bool to_client)
{
    begin(bench, kind, to_client);
    palm_server_t *server = bench->rig.server;
    MUST(!palm_server_register(server, "silent", PALM_YIELDS_ONE, say_nothing,
                               NULL));
    MUST(!palm_server_register(server, "mute", PALM_YIELDS_MANY, say_nothing,
                               NULL));
    MUST(!palm_server_register(server, "fail", PALM_YIELDS_ONE, fail, NULL));
    MUST(!palm_server_register(server, "split", PALM_YIELDS_MANY, split, NULL));
    start(bench, kind, to_client ? "client" : "server");
}

/* --- keys of the cache ---------------------------------------------------- */

static void
expect_key(struct rig *rig, const char *key, const char *value)
{
    zmq_msg_t got;
    MUST(
        !palm_cache_get(palm_server_cache(rig->server), palm_slice(key), &got));
    EQUAL_BYTES(value, strlen(value), zmq_msg_data(&got), zmq_msg_size(&got));
    (void)zmq_msg_close(&got);
}

struct key {
    const char *name;
    palm_side_t side;
    const char *part; /* whose endpoint it is */
};

#define PULL                                                                   \
    {                                                                          \
        "pull_address", PALM_SIDE_INBOUND, "Pull"                              \
    }
#define SUB                                                                    \
    {                                                                          \
        "sub_address", PALM_SIDE_INBOUND, "Sub"                                \
    }
#define PUB                                                                    \
    {                                                                          \
        "pub_address", PALM_SIDE_OUTBOUND, "Pub"                               \
    }
#define WORKER_PUSH                                                            \
    {                                                                          \
        "worker_push_address", PALM_SIDE_OUTBOUND, "WorkerPush"                \
    }
#define WORKER_PULL                                                            \
    {                                                                          \
        "worker_pull_address", PALM_SIDE_INBOUND, "WorkerPull"                 \
    }
#define CACHE                                                                  \
    {                                                                          \
        "db_address", PALM_SIDE_BYPASS, "Cache"                                \
    }

/* Clients and workers send to these. */
static bool
has_limit(const struct key *key)
{
    return !strcmp(key->name, "pull_address")
           || !strcmp(key->name, "worker_pull_address");
}

/* The cache has these keys, `name`, how large a message may be, and no other.
 */
static void
expect_keys(palm_kind_t kind, const struct key *keys, size_t count)
{
    struct bench bench;
    size_t limits = 0;
    run(&bench, kind, true);
    for (size_t i = 0; i < count; i++) {
        const char *endpoint =
            palm_server_endpoint(bench.rig.server, keys[i].side, keys[i].part);
        MUST(endpoint);
        expect_key(&bench.rig, keys[i].name, endpoint);
        if (has_limit(&keys[i])) {
            char name[64];
            (void)snprintf(name, sizeof name, "%s.max_message_size",
                           keys[i].name);
            expect_key(&bench.rig, name, "134217728");
            limits++;
        }
    }
    expect_key(&bench.rig, "name", "server");
    EQUAL_INT(count + limits + 1,
              palm_cache_count(palm_server_cache(bench.rig.server)));
    rig_fini(&bench.rig);
}

static void
each_kind_has_its_keys(void)
{
    static const struct key master[] = {PULL, PUB, WORKER_PUSH, WORKER_PULL,
                                        CACHE};
    static const struct key hub[] = {SUB, PUB, WORKER_PUSH, WORKER_PULL, CACHE};
    static const struct key server[] = {PULL, PUB};
    static const struct key pipeline[] = {SUB, PUB};
    static const struct key sink[] = {
        {"sub_address_0", PALM_SIDE_INBOUND, "Sub0"},
        {"sub_address_1", PALM_SIDE_INBOUND, "Sub1"},
        PUB,
    };
    expect_keys(PALM_MASTER, master, 5);
    expect_keys(PALM_HUB, hub, 5);
    expect_keys(PALM_SERVER, server, 2);
    expect_keys(PALM_PIPELINE, pipeline, 2);
    expect_keys(PALM_SINK, sink, 3);
}

static void
the_sub_address_is_what_it_connects_to(void)
{
    struct bench bench;
    run(&bench, PALM_SINK, true);
    expect_key(&bench.rig, "sub_address_0", bench.endpoint[0]);
    expect_key(&bench.rig, "sub_address_1", bench.endpoint[1]);
    rig_fini(&bench.rig);
}

static void
the_cache_answers(void)
{
    struct bench bench;
    run(&bench, PALM_SERVER, true);
    void *req = rig_connect(&bench.rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    expect_reply(req, "server.get", NULL, "name", "server");
    rig_fini(&bench.rig);
}

/* --- master and hub ------------------------------------------------------- */

/* Lets a worker of the test answer one message; returns the size of the cache
 * field that it came with. */
static size_t
work(struct bench *bench)
{
    zmq_msg_t frame;
    void *pull =
        rig_connect(&bench->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    void *push =
        rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    palm_message_t message = recv_message(pull, &frame);
    size_t size = message.cache.size;
    message.cache = palm_slice("tag");
    message.payload = palm_slice("result");
    send_message(push, &message, 0);
    (void)zmq_msg_close(&frame);
    return size;
}

static void
master_passes_work_on_and_results_back(void)
{
    struct bench bench;
    run(&bench, PALM_MASTER, true);
    call(bench.before[0], NULL, "any.echo", "work");
    EQUAL_INT(3, work(&bench));
    expect_result(&bench, "client", 3, "result");
    rig_fini(&bench.rig);
}

static void
master_may_publish_to_the_next_server(void)
{
    struct bench bench;
    run(&bench, PALM_MASTER, false);
    call(bench.before[0], NULL, "any.echo", "work");
    (void)work(&bench);
    expect_result(&bench, "server", 4, "result");
    rig_fini(&bench.rig);
}

static void
hub_is_a_master_behind_a_server(void)
{
    struct bench bench;
    palm_message_t message = wire_message("client", NULL, "work");
    run(&bench, PALM_HUB, true);
    call(bench.before[0], "first-or-not", "any.echo", "foreign");
    send_text(bench.before[0], "first", ZMQ_SNDMORE);
    send_message(bench.before[0], &message, 0);
    EQUAL_INT(36, work(&bench)); /* it has filled an empty cache field */
    expect_result(&bench, "client", 0, "result");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Sub").foreign);
    rig_fini(&bench.rig);
}

static void
hub_may_publish_to_the_next_server(void)
{
    struct bench bench;
    run(&bench, PALM_HUB, false);
    call(bench.before[0], "first", "any.echo", "work");
    EQUAL_INT(3, work(&bench));
    expect_result(&bench, "server", 4, "result");
    rig_fini(&bench.rig);
}

/* --- server --------------------------------------------------------------- */

static void
server_answers_its_client(void)
{
    struct bench bench;
    run(&bench, PALM_SERVER, true);
    call(bench.before[0], NULL, "server.echo", "hello");
    expect_result(&bench, "client", 3, "hello");
    call(bench.before[0], NULL, "a.x b.x c.x server.echo", "by stage");
    expect_result(&bench, "client", 3, "by stage");
    rig_fini(&bench.rig);
}

static void
server_leaves_the_cache_field_alone(void)
{
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", NULL, "x");
    run(&bench, PALM_SERVER, true);
    send_message(bench.before[0], &message, 0);
    expect_text(bench.sub, "client", true);
    EQUAL_INT(0, recv_message(bench.sub, &frame).cache.size);
    (void)zmq_msg_close(&frame);
    rig_fini(&bench.rig);
}

static void
server_keeps_unknown_fields(void)
{
    static const char unknown[] = "\x3a\x02hi"; /* field 7 */
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", "tag", "x");
    run(&bench, PALM_SERVER, false);
    message.extra = palm_slice(unknown);
    send_message(bench.before[0], &message, 0);
    expect_text(bench.sub, "server", true);
    EQUAL_INT(4, recv_message(bench.sub, &frame).unknown_size);
    (void)zmq_msg_close(&frame);
    rig_fini(&bench.rig);
}

static void
server_refuses_what_is_not_for_it(void)
{
    struct bench bench;
    run(&bench, PALM_SERVER, true);
    call(bench.before[0], NULL, "other.echo", "x");
    expect_error(&bench, "client", 3,
                 "ENOENT no server 'other', this is 'server'");
    call(bench.before[0], NULL, ".echo", "x");
    expect_error(&bench, "client", 3, "ENOENT no server '', this is 'server'");
    call(bench.before[0], NULL, "server.gone", "x");
    expect_error(&bench, "client", 3, "ENOENT no function 'gone'");
    call(bench.before[0], NULL, "echo", "x");
    expect_error(&bench, "client", 3, "ENOENT no function is named, stage 3");
    call(bench.before[0], NULL, "server.echo server.echo", "x");
    expect_error(&bench, "client", 3, "ERANGE no function for stage 3");
    rig_fini(&bench.rig);
}

static void
server_in_a_pipeline_counts_the_stage_once(void)
{
    struct bench bench;
    run_with_functions(&bench, PALM_SERVER, false);
    call(bench.before[0], NULL, "server.echo", "x");
    expect_result(&bench, "server", 4, "x");
    call(bench.before[0], NULL, "server.split", "ab");
    expect_result(&bench, "server", 4, "a");
    expect_result(&bench, "server", 4, "b");
    call(bench.before[0], NULL, "server.fail", "x");
    expect_error(&bench, "server", 4, "ERANGE as asked");
    call(bench.before[0], NULL, "other.echo", "x");
    expect_error(&bench, "server", 4,
                 "ENOENT no server 'other', this is 'server'");
    rig_fini(&bench.rig);
}

static void
server_gives_an_empty_result_for_silence(void)
{
    struct bench bench;
    run_with_functions(&bench, PALM_SERVER, true);
    call(bench.before[0], NULL, "server.silent", "x");
    expect_result(&bench, "client", 3, "");
    call(bench.before[0], NULL, "server.mute", "x");
    call(bench.before[0], NULL, "server.echo", "fence");
    expect_result(&bench, "client", 3, "fence");
    rig_fini(&bench.rig);
}

static void
server_drops_what_is_undecodable_and_goes_on(void)
{
    struct bench bench;
    run(&bench, PALM_SERVER, true);
    send_bytes(bench.before[0], "\xff\xff\xff\xff", 4, 0);
    call(bench.before[0], NULL, "server.echo", "x");
    expect_result(&bench, "client", 3, "x");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").undecodable);
    rig_fini(&bench.rig);
}

/* --- pipeline and sink ---------------------------------------------------- */

static void
pipeline_works_on_what_is_published_before(void)
{
    struct bench bench;
    run_with_functions(&bench, PALM_PIPELINE, true);
    call(bench.before[0], "first", "a.x a.x a.x server.split", "ab");
    expect_result(&bench, "client", 3, "a");
    expect_result(&bench, "client", 3, "b");
    call(bench.before[0], "first", "server.fail", "x");
    expect_error(&bench, "client", 3, "ERANGE as asked");
    call(bench.before[0], "first", "server.gone", "x");
    expect_error(&bench, "client", 3, "ENOENT no function 'gone'");
    rig_fini(&bench.rig);
}

static void
pipeline_publishes_to_the_next_server(void)
{
    struct bench bench;
    run_with_functions(&bench, PALM_PIPELINE, false);
    call(bench.before[0], "first", "server.split", "ab");
    expect_result(&bench, "server", 4, "a");
    expect_result(&bench, "server", 4, "b");
    call(bench.before[0], "first", "server.fail", "x");
    expect_error(&bench, "server", 4, "ERANGE as asked");
    rig_fini(&bench.rig);
}

static void
pipeline_sends_nothing_for_silence(void)
{
    struct bench bench;
    run_with_functions(&bench, PALM_PIPELINE, true);
    call(bench.before[0], "first", "server.silent", "x");
    call(bench.before[0], "first", "server.mute", "x");
    call(bench.before[0], "first", "server.echo", "fence");
    expect_result(&bench, "client", 3, "fence");
    rig_fini(&bench.rig);
}

static void
pipeline_passes_over_what_is_for_others(void)
{
    struct bench bench;
    run(&bench, PALM_PIPELINE, true);
    call(bench.before[0], "first", "other.echo", "foreign");
    call(bench.before[0], "first", "server2.echo", "foreign");
    call(bench.before[0], "first", "server.echo", "fence");
    expect_result(&bench, "client", 3, "fence");
    AWAIT_INT(2, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Pub").foreign);
    EQUAL_INT(0, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Pub").failed);
    rig_fini(&bench.rig);
}

static void
pipeline_answers_what_names_nobody(void)
{
    struct bench bench;
    run(&bench, PALM_PIPELINE, true);
    call(bench.before[0], "first", "a.echo server.echo", "x");
    expect_error(&bench, "client", 3, "ERANGE no function for stage 3");
    rig_fini(&bench.rig);
}

static void
pipeline_leaves_the_cache_field_alone(void)
{
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", NULL, "x");
    run(&bench, PALM_PIPELINE, true);
    send_text(bench.before[0], "first", ZMQ_SNDMORE);
    send_message(bench.before[0], &message, 0);
    expect_text(bench.sub, "client", true);
    EQUAL_INT(0, recv_message(bench.sub, &frame).cache.size);
    (void)zmq_msg_close(&frame);
    rig_fini(&bench.rig);
}

static void
sink_hears_several_servers(void)
{
    struct bench bench;
    run(&bench, PALM_SINK, true);
    call(bench.before[0], "first", "server.echo", "from first");
    expect_result(&bench, "client", 3, "from first");
    call(bench.before[1], "second", "server.echo", "from second");
    expect_result(&bench, "client", 3, "from second");
    rig_fini(&bench.rig);
}

static void
sink_passes_over_what_is_for_others(void)
{
    struct bench bench;
    run_with_functions(&bench, PALM_SINK, false);
    call(bench.before[1], "second", "other.echo", "foreign");
    call(bench.before[1], "second", "server.silent", "x");
    call(bench.before[1], "second", "server.echo", "fence");
    expect_result(&bench, "server", 4, "fence");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Pub").foreign);
    rig_fini(&bench.rig);
}

/* --- functions ------------------------------------------------------------ */

static void
functions_are_for_kinds_that_run_them(void)
{
    struct bench bench;
    char text[] = "mine";
    begin(&bench, PALM_HUB, true);
    FAILS(ENOTSUP, palm_server_register(bench.rig.server, "f", PALM_YIELDS_ONE,
                                        say_nothing, NULL));
    rig_drop(&bench.rig);
    begin(&bench, PALM_SERVER, true);
    palm_server_t *server = bench.rig.server;
    FAILS(EINVAL,
          palm_server_register(server, "a.b", PALM_YIELDS_ONE, say, text));
    MUST(!palm_server_register(server, "echo", PALM_YIELDS_ONE, say, text));
    start(&bench, PALM_SERVER, "client");
    FAILS(EBUSY, palm_server_register(server, "f", PALM_YIELDS_ONE, say, text));
    call(bench.before[0], NULL, "server.echo", "x");
    expect_result(&bench, "client", 3, "mine");
    call(bench.before[0], NULL, "server.f", "x");
    expect_error(&bench, "client", 3, "ENOENT no function 'f'");
    rig_fini(&bench.rig);
}

static void
a_drain_lets_the_functions_run(void)
{
    struct bench bench;
    palm_error_t err = {0, ""};
    run_with_functions(&bench, PALM_SERVER, true);
    for (int i = 0; i < 100; i++) {
        call(bench.before[0], NULL, "server.split", "ab");
    }
    rig_await_count(&bench.rig, PALM_SIDE_INBOUND, "Pull",
                    offsetof(palm_part_stats_t, received), 1);
    MUST(!palm_server_stop(bench.rig.server, &err));
    uint64_t taken = rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").sent;
    for (uint64_t i = 0; i < taken; i++) {
        expect_result(&bench, "client", 3, "a");
        expect_result(&bench, "client", 3, "b");
    }
    rig_fini(&bench.rig);
}

/* Whether flood() has stood still since the last call. */
static bool
has_stalled(void *arg)
{
    static uint64_t before;
    struct flood *self = arg;
    uint64_t now = __atomic_load_n(&self->replies, __ATOMIC_RELAXED);
    bool same = now > 0 && now == before;
    before = now;
    return same;
}

/* A palm_adjust_f: little room. */
static int
be_small(const palm_part_info_t *part, palm_part_options_t *options, void *arg,
         palm_error_t *err)
{
    (void)arg;
    options->hwm = 10;
    return part->class_->traits & PALM_TOPIC && part->side == PALM_SIDE_OUTBOUND
               ? palm_part_option_set(options, part->class_, "hold_size",
                                      "1MiB", err)
               : 0;
}

/* An error result is a result.  What a flood yields before the subscription is
 * there is more than hold_size has room for. */
static void
await_subscription(struct bench *bench)
{
    call(bench->before[0], NULL, "server.nothing", "");
    expect_published(bench->sub, "client", "0");
}

static void
run_flood(struct bench *bench, struct flood *arg)
{
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.stop_timeout = 50;
    palm_kind_options_init(&bench->options);
    bench->options.server = &options;
    bench->options.adjust = be_small;
    make(bench, PALM_SERVER);
    MUST(!palm_server_register(bench->rig.server, "flood", PALM_YIELDS_MANY,
                               flood, arg));
    start(bench, PALM_SERVER, "client");
    await_subscription(bench);
    call(bench->before[0], NULL, "server.flood", "");
    MUST(tap_await(has_stalled, arg));
}

/* So many blocks are more than the sockets and hold_size have room for. */
static void
a_function_is_held_back_with_its_client(void)
{
    struct bench bench;
    struct flood arg = {0, 4000, 0};
    zmq_msg_t frame;
    run_flood(&bench, &arg);
    MUST(__atomic_load_n(&arg.replies, __ATOMIC_RELAXED) < arg.most);
    for (uint64_t i = 0; i < arg.most; i++) {
        expect_text(bench.sub, "client", true);
        EQUAL_INT(BLOCK, recv_message(bench.sub, &frame).payload.size);
        (void)zmq_msg_close(&frame);
    }
    rig_fini(&bench.rig);
    EQUAL_INT(0, arg.told);
}

static void
a_stop_ends_a_function_that_yields_for_ever(void)
{
    struct bench bench;
    struct flood arg = {0, UINT64_MAX, 0};
    palm_error_t err = {0, ""};
    run_flood(&bench, &arg);
    (void)palm_server_stop(bench.rig.server, &err);
    EQUAL_INT(ECANCELED, arg.told);
    rig_drop(&bench.rig);
}

static const struct tap_test tests[] = {
    {"each kind has its keys in the cache, and no other",
     each_kind_has_its_keys},
    {"the sub_address is what it connects to",
     the_sub_address_is_what_it_connects_to},
    {"the cache answers", the_cache_answers},
    {"a master passes work on and results back",
     master_passes_work_on_and_results_back},
    {"a master may publish to the next server",
     master_may_publish_to_the_next_server},
    {"a hub is a master behind a server, and fills an empty cache field",
     hub_is_a_master_behind_a_server},
    {"a hub may publish to the next server",
     hub_may_publish_to_the_next_server},
    {"a server answers its client", server_answers_its_client},
    {"a server leaves the cache field alone",
     server_leaves_the_cache_field_alone},
    {"a server keeps unknown fields", server_keeps_unknown_fields},
    {"a server answers what is not for it with an error result",
     server_refuses_what_is_not_for_it},
    {"a server in a pipeline counts the stage once, for errors too",
     server_in_a_pipeline_counts_the_stage_once},
    {"a server's silent function gives an empty result, unless it yields many",
     server_gives_an_empty_result_for_silence},
    {"a server drops what is undecodable and goes on",
     server_drops_what_is_undecodable_and_goes_on},
    {"a pipeline works on what the server before publishes",
     pipeline_works_on_what_is_published_before},
    {"a pipeline may publish to the next server",
     pipeline_publishes_to_the_next_server},
    {"a pipeline sends nothing for a silent function",
     pipeline_sends_nothing_for_silence},
    {"a pipeline passes over what is for others, and counts it",
     pipeline_passes_over_what_is_for_others},
    {"a pipeline answers what names nobody with an error result",
     pipeline_answers_what_names_nobody},
    {"a pipeline leaves the cache field alone",
     pipeline_leaves_the_cache_field_alone},
    {"a sink hears several servers", sink_hears_several_servers},
    {"a sink passes over what is for others, and sends nothing for silence",
     sink_passes_over_what_is_for_others},
    {"functions are for kinds that run them, before the start",
     functions_are_for_kinds_that_run_them},
    {"a drain lets the functions run", a_drain_lets_the_functions_run},
    {"a function is held back while its client does not read",
     a_function_is_held_back_with_its_client},
    {"a stop ends a function that yields for ever",
     a_stop_ends_a_function_that_yields_for_ever},
};

TAP_MAIN("kind", tests)
