/* SPDX-License-Identifier: MIT */
/* role_attack.c: a peer that does what it should not, as long as it may live.
 * All of it is bounded, or as fast as one connection can be. */
#include "config.h"
#include "harness/bench/role.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "harness/bench/peer.h"

enum {
    ABSENT = 420000, /* clients that never come */
    SUBSCRIPTIONS = 1000000,
    BEGINNING = 8,         /* bytes of a client's name */
    LONG_TOPIC = 256,      /* bytes */
    LONG_NAME = 1 << 20,   /* bytes of a client's name */
    HUGE_TOPIC = 60 << 20, /* bytes */
    KEYS = 200000
};

enum { SHORT = 100 }; /* times less, where less than a second is measured */

struct scene {
    void *context;
    const struct bench_arguments *arguments;
    int less; /* times, that it does less */
};

static void
sleep_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

/* Until the process is ended. */
static void
wait_for_the_end(void)
{
    for (;;) {
        sleep_ms(1000);
    }
}

static void *
connect_to(const struct scene *scene, int type, const char *what)
{
    return bench_connect(scene->context, type,
                         bench_text(scene->arguments, what, ""));
}

/* Unlike the other peers it has a queue with an end, as anybody's. */
static void *
subscriber(const struct scene *scene, const void *topic, size_t size)
{
    void *sub = zmq_socket(scene->context, ZMQ_SUB);
    if (!sub || zmq_connect(sub, bench_text(scene->arguments, "pub", ""))
        || zmq_setsockopt(sub, ZMQ_SUBSCRIBE, topic, size)) {
        bench_die("subscribe");
    }
    return sub;
}

/* A text of one byte many times; it lives as long as the process. */
static const char *
filled(size_t size, char byte)
{
    char *text = malloc(size + 1);
    if (text) {
        memset(text, byte, size);
        text[size] = '\0';
    } else {
        bench_die("memory");
    }
    return text;
}

static void
say_ready(void)
{
    printf("attacks\n");
    (void)fflush(stdout);
}

/* Sends bytes as one frame, whatever has become of the peer. */
static void
send_frame(void *socket, const void *data, size_t size)
{
    if (zmq_send(socket, data, size, 0) == -1 && errno != EAGAIN) {
        bench_die("send");
    }
}

/* --- subscribers who do not read ------------------------------------------ */

static void
monitor(const struct scene *scene)
{
    (void)subscriber(scene, "", 0);
    wait_for_the_end();
}

static void
beginning(const struct scene *scene)
{
    (void)subscriber(scene, BENCH_CLIENT, BEGINNING);
    wait_for_the_end();
}

/* Reads one message a second. */
static void
trickle(const struct scene *scene)
{
    void *sub = subscriber(scene, "", 0);
    char buffer[256];
    for (;;) {
        for (int i = 0; i < 2; i++) {
            (void)zmq_recv(sub, buffer, sizeof buffer, 0);
        }
        sleep_ms(1000);
    }
}

static void
twin(const struct scene *scene)
{
    (void)subscriber(scene, BENCH_CLIENT, strlen(BENCH_CLIENT));
    wait_for_the_end();
}

/* --- topics and subscriptions --------------------------------------------- */

/* Messages of a payload of 12 bytes, each for another client. */
static void
absent(const struct scene *scene)
{
    void *push = connect_to(scene, ZMQ_PUSH, "pull");
    char client[32];
    for (int i = 0; i < ABSENT / scene->less; i++) {
        struct bench_frame frame;
        (void)snprintf(client, sizeof client, "absent %d", i);
        if (bench_frame_init(&frame, "p", client, "master.echo", "tag", 12)) {
            bench_die("frame");
        }
        send_frame(push, frame.data, frame.size);
        bench_frame_fini(&frame);
    }
    wait_for_the_end();
}

/* A long subscription that a longer name begins with. */
static void
long_names(const struct scene *scene)
{
    const char *name = filled(LONG_NAME, 'x');
    struct bench_frame frame;
    (void)subscriber(scene, name, LONG_TOPIC);
    void *push = connect_to(scene, ZMQ_PUSH, "pull");
    if (bench_frame_init(&frame, "p", name, "master.echo", "tag", 12)) {
        bench_die("frame");
    }
    for (;;) {
        send_frame(push, frame.data, frame.size);
        sleep_ms(1000);
    }
}

/* So many frames in a millisecond: the attack shall not win by its processor.
 */
static void
pace(int number)
{
    if (number % 100 == 0) {
        sleep_ms(1);
    }
}

static void
no_subscriptions(const struct scene *scene)
{
    static const char frame[100] = {2};
    void *peer = connect_to(scene, ZMQ_XSUB, "pub");
    for (int i = 0;; i = (i + 1) % 1000) {
        send_frame(peer, frame, sizeof frame);
        pace(i);
    }
}

static void
subscribe_by_hand(void *peer, char what, int number)
{
    char frame[64];
    int size =
        snprintf(frame, sizeof frame, "%c%s %d", what, BENCH_CLIENT, number);
    frame[0] = what;
    send_frame(peer, frame, (size_t)size);
}

static void
subscriptions(const struct scene *scene)
{
    void *peer = connect_to(scene, ZMQ_XSUB, "pub");
    for (int i = 0; i < SUBSCRIPTIONS / scene->less; i++) {
        subscribe_by_hand(peer, 1, i);
        pace(i);
    }
    wait_for_the_end();
}

static void
churn(const struct scene *scene)
{
    void *peer = connect_to(scene, ZMQ_XSUB, "pub");
    for (int i = 0;; i = (i + 1) % 1000) {
        subscribe_by_hand(peer, 1, i);
        subscribe_by_hand(peer, 0, i);
        pace(2 * i);
    }
}

static void
huge_topic(const struct scene *scene)
{
    const char *frame = filled(HUGE_TOPIC, 1);
    void *peer = connect_to(scene, ZMQ_XSUB, "pub");
    for (;;) {
        send_frame(peer, frame, HUGE_TOPIC);
        sleep_ms(1000);
    }
}

/* --- the cache ------------------------------------------------------------ */

static void
ask(void *req, const struct bench_frame *frame)
{
    zmq_msg_t reply;
    (void)zmq_msg_init(&reply);
    send_frame(req, frame->data, frame->size);
    if (zmq_msg_recv(&reply, req, 0) == -1) {
        bench_die("reply");
    }
    (void)zmq_msg_close(&reply);
}

static void
list_keys(const struct scene *scene)
{
    void *req = connect_to(scene, ZMQ_REQ, "db");
    struct bench_frame frame;
    char key[32];
    for (int i = 0; i < KEYS / scene->less; i++) {
        (void)snprintf(key, sizeof key, "list key %d", i);
        if (bench_frame_init(&frame, "p", "c", "master.set", key, 5)) {
            bench_die("frame");
        }
        ask(req, &frame);
        bench_frame_fini(&frame);
    }
    say_ready();
    if (bench_frame_init_text(&frame, "p", "c", "master.list", "list")) {
        bench_die("frame");
    }
    for (;;) {
        ask(req, &frame);
    }
}

/* -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(const struct scene *scene);
    bool prepares; /* and says itself when it is ready */
} attacks[] = {
    {"monitor", monitor, false},
    {"beginning", beginning, false},
    {"trickle", trickle, false},
    {"twin", twin, false},
    {"absent", absent, false},
    {"long-names", long_names, false},
    {"no-subscriptions", no_subscriptions, false},
    {"subscriptions", subscriptions, false},
    {"churn", churn, false},
    {"huge-topic", huge_topic, false},
    {"list", list_keys, true},
};

int
bench_role_attack(const struct bench_arguments *arguments)
{
    const char *name = bench_text(arguments, "attack", "");
    struct scene scene = {zmq_ctx_new(), arguments, 1};
    if (!scene.context) {
        bench_die("context");
    }
    if (bench_number(arguments, "seconds", 1) < 1) {
        scene.less = SHORT;
    }
    bench_watch_stdin();
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        if (!strcmp(attacks[i].name, name)) {
            if (!attacks[i].prepares) {
                say_ready();
            }
            attacks[i].run(&scene);
            return 0;
        }
    }
    fprintf(stderr, "palm-bench: no attack %s\n", name);
    return 2;
}
