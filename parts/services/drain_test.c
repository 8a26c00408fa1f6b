/* SPDX-License-Identifier: MIT */
/* Peers that go on while a server drains: what its intake has taken is passed
 * on and answered, the rest is refused, and nothing is left. */
#include "config.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#if HAVE_MICROHTTPD
#include "harness/support/http_peer.h"
#endif

enum { CLIENTS = 4, BEFORE = 100 /* answers, or messages, before the stop */ };

/* In -> Out; a worker at Out, and a thread that stops the server. */
struct bench {
    struct rig rig;
    void *work;
    int taken; /* messages at the worker */
    pthread_t thread;
    palm_error_t err;
    bool is_over; /* the stop has returned */
};

static void
start(struct bench *bench, const char *class_name)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    memset(bench, 0, sizeof *bench);
    rig_init(&bench->rig, NULL);
    if (!strcmp(class_name, "HttpService")) {
        options.address = "http://127.0.0.1:*";
    }
    rig_add(&bench->rig, class_name, "In", "Out", &options);
    rig_add(&bench->rig, "PushService", "Out", NULL, NULL);
    rig_start(&bench->rig);
    bench->work = rig_connect(&bench->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Out");
}

static void *
stop(void *arg)
{
    struct bench *bench = arg;
    (void)palm_server_stop(bench->rig.server, &bench->err);
    __atomic_store_n(&bench->is_over, true, __ATOMIC_SEQ_CST);
    return NULL;
}

static bool
is_over(struct bench *bench)
{
    return __atomic_load_n(&bench->is_over, __ATOMIC_SEQ_CST);
}

/* Takes what has come; waits so many ms for it. */
static void
work(struct bench *bench, long wait)
{
    zmq_pollitem_t item = {bench->work, 0, ZMQ_POLLIN, 0};
    for (; zmq_poll(&item, 1, wait) > 0; wait = 0) {
        zmq_msg_t frame;
        recv_frame(bench->work, &frame);
        (void)zmq_msg_close(&frame);
        bench->taken++;
    }
}

static int
taken(struct bench *bench)
{
    work(bench, 1);
    return bench->taken;
}

/* Lets the peers go on until the stop has returned. */
static void
stop_under_load(struct bench *bench, void (*go_on)(void *peers), void *peers)
{
    int64_t until = tap_now() + tap_deadline();
    while (bench->taken < BEFORE) {
        MUST(tap_now() < until);
        go_on(peers);
        work(bench, 1);
    }
    MUST(!pthread_create(&bench->thread, NULL, stop, bench));
    until = tap_now() + tap_deadline();
    while (!is_over(bench)) {
        MUST(tap_now() < until);
        go_on(peers);
        work(bench, 1);
    }
    MUST(!pthread_join(bench->thread, NULL));
    EQUAL_TEXT("", bench->err.text);
}

/* --- PullService ---------------------------------------------------------- */

static void
push(void *peers)
{
    palm_message_t message = wire_message("client", "tag", "payload");
    zmq_msg_t frame;
    for (int i = 0; i < 100; i++) {
        MUST(!palm_message_encode(&message, &frame));
        (void)zmq_msg_send(&frame, peers, ZMQ_DONTWAIT);
        (void)zmq_msg_close(&frame);
    }
}

static void
what_a_pull_service_takes_is_passed_on(void)
{
    struct bench bench;
    start(&bench, "PullService");
    void *peer = rig_connect(&bench.rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "In");
    stop_under_load(&bench, push, peer);
    palm_part_stats_t in = rig_stats(&bench.rig, PALM_SIDE_INBOUND, "In");
    AWAIT_INT(in.received, taken(&bench));
    rig_drop(&bench.rig);
}

/* --- RepService ----------------------------------------------------------- */

struct askers {
    void *sockets[CLIENTS];
    bool waits[CLIENTS];
    int answers;
};

/* Takes the answers that have come; asks anew if there is nothing to wait for.
 */
static void
ask(void *peers)
{
    struct askers *self = peers;
    palm_message_t message = wire_message("client", "tag", "payload");
    char answer[2];
    for (int i = 0; i < CLIENTS; i++) {
        if (self->waits[i]
            && zmq_recv(self->sockets[i], answer, sizeof answer, ZMQ_DONTWAIT)
                   != -1) {
            EQUAL_BYTES("1", 1, answer, 1);
            self->answers++;
            self->waits[i] = false;
        }
        if (!self->waits[i]) {
            send_message(self->sockets[i], &message, 0);
            self->waits[i] = true;
        }
    }
}

static int
answers(struct askers *self)
{
    ask(self);
    return self->answers;
}

static void
what_a_rep_service_takes_is_answered(void)
{
    struct bench bench;
    struct askers askers = {.answers = 0};
    start(&bench, "RepService");
    for (int i = 0; i < CLIENTS; i++) {
        askers.sockets[i] =
            rig_connect(&bench.rig, ZMQ_REQ, PALM_SIDE_INBOUND, "In");
    }
    stop_under_load(&bench, ask, &askers);
    palm_part_stats_t in = rig_stats(&bench.rig, PALM_SIDE_INBOUND, "In");
    AWAIT_INT(in.received, taken(&bench));
    AWAIT_INT(in.received, answers(&askers));
    rig_drop(&bench.rig);
}

/* --- HttpService ---------------------------------------------------------- */

#if HAVE_MICROHTTPD

struct posters {
    const char *endpoint;
    struct http_peer peers[CLIENTS];
    bool is_over[CLIENTS];
    char request[512];
    size_t size; /* of the request */
    int answers;
};

static void
post(struct posters *self, int i)
{
    self->is_over[i] = !http_try(&self->peers[i], self->request, self->size);
}

/* Takes an answer, if it is there, and asks anew unless it was the last on the
 * connection.  One that is closed without an answer was idle when the server
 * closed it, and has asked meanwhile. */
static void
go_on(struct posters *self, int i)
{
    struct http_peer *peer = &self->peers[i];
    if (http_has_ended(peer)) {
        self->is_over[i] = true;
        return;
    }
    http_read(peer);
    if (peer->status == 200) {
        self->answers++;
    } else {
        EQUAL_INT(503, peer->status);
        MUST(http_has_line(peer, "Connection: close"));
    }
    if (http_has_line(peer, "Connection: close")) {
        http_expect_end(peer);
        self->is_over[i] = true;
    } else {
        post(self, i);
    }
}

static void
post_all(void *peers)
{
    struct posters *self = peers;
    for (int i = 0; i < CLIENTS; i++) {
        if (!self->is_over[i] && http_has_come(&self->peers[i])) {
            go_on(self, i);
        }
    }
}

static int
posted(struct posters *self)
{
    post_all(self);
    return self->answers;
}

static void
start_posters(struct posters *self, struct bench *bench)
{
    palm_message_t message = wire_message("client", "tag", "payload");
    zmq_msg_t frame;
    MUST(!palm_message_encode(&message, &frame));
    size_t body = zmq_msg_size(&frame);
    self->size = (size_t)snprintf(self->request, sizeof self->request,
                                  "POST / HTTP/1.1\r\nHost: a\r\n"
                                  "Content-Length: %zu\r\n\r\n",
                                  body);
    MUST(self->size + body <= sizeof self->request);
    memcpy(self->request + self->size, zmq_msg_data(&frame), body);
    self->size += body;
    (void)zmq_msg_close(&frame);
    self->endpoint =
        palm_server_endpoint(bench->rig.server, PALM_SIDE_INBOUND, "In");
    for (int i = 0; i < CLIENTS; i++) {
        http_open(&self->peers[i], self->endpoint);
        post(self, i);
    }
}

static void
what_an_http_service_takes_is_answered(void)
{
    struct bench bench;
    struct posters posters = {.answers = 0};
    start(&bench, "HttpService");
    start_posters(&posters, &bench);
    stop_under_load(&bench, post_all, &posters);
    palm_part_stats_t in = rig_stats(&bench.rig, PALM_SIDE_INBOUND, "In");
    AWAIT_INT(in.received, taken(&bench));
    AWAIT_INT(in.received, posted(&posters));
    for (int i = 0; i < CLIENTS; i++) {
        http_close(&posters.peers[i]);
    }
    rig_drop(&bench.rig);
}

#endif

static const struct tap_test tests[] = {
    {"what a PullService takes is passed on",
     what_a_pull_service_takes_is_passed_on},
    {"what a RepService takes is answered",
     what_a_rep_service_takes_is_answered},
#if HAVE_MICROHTTPD
    {"what an HttpService takes is answered, and the rest is refused",
     what_an_http_service_takes_is_answered},
#endif
};

TAP_MAIN("drain", tests)
