/* SPDX-License-Identifier: MIT */
/* Tests of what parts whose socket is REP do with envelopes: whom a reply goes
 * to, and what becomes of requests that have no way back. */
#include "config.h"

#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "harness/support/zmtp.h"

enum { LEAVERS = 20 };

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* --- the parts ------------------------------------------------------------ */

/* A gate at which the hook of RepBypassService stands. */
struct gate {
    int standing[2]; /* pipe: the hook says that it is there */
    int pass[2];     /* pipe: the test lets it go on */
};

/* Answers with the request; "hold" waits at the gate first. */
static int
echo(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply, void *arg)
{
    const struct gate *gate = arg;
    char byte = 'x';
    (void)part;
    if (zmq_msg_size(request) == 4
        && !memcmp(zmq_msg_data(request), "hold", 4)) {
        if (write(gate->standing[1], &byte, 1) != 1
            || read(gate->pass[0], &byte, 1) != 1) {
            return -1;
        }
    }
    return zmq_msg_move(reply, request);
}

static const palm_hooks_t echoing = {.answer = echo};

static void
gate_init(struct gate *gate)
{
    EQUAL_INT(0, pipe(gate->standing));
    EQUAL_INT(0, pipe(gate->pass));
}

static void
gate_fini(struct gate *gate)
{
    for (int i = 0; i < 2; i++) {
        (void)close(gate->standing[i]);
        (void)close(gate->pass[i]);
    }
}

/* Waits until the other side has written a byte, and takes it. */
static void
take_byte(int fd)
{
    struct pollfd item = {fd, POLLIN, 0};
    char byte;
    EQUAL_INT(1, poll(&item, 1, tap_deadline()));
    EQUAL_INT(1, read(fd, &byte, 1));
}

static void
start_echo(struct rig *rig, struct gate *gate)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.hooks = &echoing;
    options.hook_arg = gate;
    gate_init(gate);
    rig_init(rig, NULL);
    rig_add(rig, "RepBypassService", "Rep", NULL, &options);
    rig_start(rig);
}

/* --- a peer that has gone ------------------------------------------------- */

/* In ZMTP 3.0: a message of one frame, where a REQ's begins with an empty one.
 */
static const char no_delimiter[] = {0, 5, 'h', 'e', 'l', 'l', 'o'};

/* Sends bytes behind the handshake and leaves; libzmq's thread has then seen
 * both, and the part's socket need only look. */
static void
send_and_leave(const char *endpoint, const char *bytes, size_t size)
{
    char reply[64];
    ssize_t got = 1;
    int fd = zmtp_connect(endpoint, "DEALER");
    EQUAL_INT(size, send(fd, bytes, size, MSG_NOSIGNAL));
    EQUAL_INT(0, shutdown(fd, SHUT_WR));
    struct pollfd item = {fd, POLLIN, 0};
    while (got > 0) { /* libzmq closes its end, too */
        EQUAL_INT(1, poll(&item, 1, tap_deadline()));
        got = recv(fd, reply, sizeof reply, 0);
    }
    (void)close(fd);
}

/* So many that the socket reads some of the messages after it knows that the
 * peer has gone, and not before. */
static void
leave_without_delimiter(struct rig *rig, palm_side_t side)
{
    for (int n = 0; n < LEAVERS; n++) {
        send_and_leave(palm_server_endpoint(rig->server, side, "Rep"),
                       no_delimiter, sizeof no_delimiter);
    }
}

static void
a_bypass_part_answers_the_next(void)
{
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Rep");
    send_text(req, "hold", 0);
    take_byte(gate.standing[0]);
    leave_without_delimiter(&rig, PALM_SIDE_BYPASS);
    EQUAL_INT(1, write(gate.pass[1], "x", 1));
    expect_text(req, "hold", false);
    for (int n = 0; n < 3; n++) {
        send_text(req, "next", 0);
        expect_text(req, "next", false);
    }
    rig_await_count(&rig, PALM_SIDE_BYPASS, "Rep", COUNTER(undecodable),
                    LEAVERS);
    rig_fini(&rig);
    gate_fini(&gate);
}

static void
an_inbound_part_answers_the_next(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PushService", "Out", NULL, NULL);
    rig_add(&rig, "RepService", "Rep", "Out", NULL);
    rig_start(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    palm_message_t message = wire_message("client", "tag", "one");
    send_message(req, &message, 0); /* it waits inside for a worker */
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "Out", COUNTER(received), 1);
    leave_without_delimiter(&rig, PALM_SIDE_INBOUND);
    void *worker = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Out");
    expect_payload(worker, "one");
    expect_text(req, "1", false);
    message.payload = palm_slice("next");
    for (int n = 0; n < 3; n++) {
        send_message(req, &message, 0);
        expect_payload(worker, "next");
        expect_text(req, "1", false);
    }
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Rep", COUNTER(undecodable),
                    LEAVERS);
    rig_fini(&rig);
}

static void
a_reply_to_nobody_is_nobodys(void)
{
    static const char request[] = {1, 0, 0, 4, 'h', 'o', 'l', 'd'};
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    send_and_leave(palm_server_endpoint(rig.server, PALM_SIDE_BYPASS, "Rep"),
                   request, sizeof request);
    take_byte(gate.standing[0]);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Rep");
    send_text(req, "next", 0);
    EQUAL_INT(1, write(gate.pass[1], "x", 1));
    expect_text(req, "next", false);
    rig_fini(&rig);
    gate_fini(&gate);
}

/* --- envelopes ------------------------------------------------------------ */

static void
a_request_without_delimiter_is_dropped(void)
{
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    void *dealer = rig_connect(&rig, ZMQ_DEALER, PALM_SIDE_BYPASS, "Rep");
    send_text(dealer, "alone", 0);
    send_text(dealer, "two", ZMQ_SNDMORE);
    send_text(dealer, "frames", 0);
    send_text(dealer, "", 0);
    send_text(dealer, "", ZMQ_SNDMORE);
    send_text(dealer, "right", 0);
    expect_text(dealer, "", true);
    expect_text(dealer, "right", false);
    /* The part counts a reply behind its sending. */
    rig_await_count(&rig, PALM_SIDE_BYPASS, "Rep", COUNTER(sent), 1);
    AWAIT_INT(4, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").received);
    AWAIT_INT(3, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").undecodable);
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").sent);
    rig_fini(&rig);
    gate_fini(&gate);
}

static void
requests_ahead_are_answered_in_order(void)
{
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    void *dealer = rig_connect(&rig, ZMQ_DEALER, PALM_SIDE_BYPASS, "Rep");
    for (int n = 0; n < 100; n++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", n);
        send_text(dealer, "", ZMQ_SNDMORE);
        send_text(dealer, text, 0);
    }
    for (int n = 0; n < 100; n++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", n);
        expect_text(dealer, "", true);
        expect_text(dealer, text, false);
    }
    rig_fini(&rig);
    gate_fini(&gate);
}

/* Sends a request with so many frames before the delimiter. */
static void
send_deep(void *dealer, int hops, const char *text)
{
    for (int n = 0; n < hops; n++) {
        send_text(dealer, "hop", ZMQ_SNDMORE);
    }
    send_text(dealer, "", ZMQ_SNDMORE);
    send_text(dealer, text, 0);
}

static void
an_envelope_goes_back_whole(void)
{
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    void *dealer = rig_connect(&rig, ZMQ_DEALER, PALM_SIDE_BYPASS, "Rep");
    send_text(dealer, "first hop", ZMQ_SNDMORE);
    send_text(dealer, "second", ZMQ_SNDMORE);
    send_text(dealer, "", ZMQ_SNDMORE);
    send_text(dealer, "request", 0);
    expect_text(dealer, "first hop", true);
    expect_text(dealer, "second", true);
    expect_text(dealer, "", true);
    expect_text(dealer, "request", false);
    send_deep(dealer, 30, "deep");
    for (int n = 0; n < 30; n++) {
        expect_text(dealer, "hop", true);
    }
    expect_text(dealer, "", true);
    expect_text(dealer, "deep", false);
    rig_fini(&rig);
    gate_fini(&gate);
}

static void
an_endless_envelope_is_dropped(void)
{
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    void *dealer = rig_connect(&rig, ZMQ_DEALER, PALM_SIDE_BYPASS, "Rep");
    send_deep(dealer, 500, "too deep");
    send_deep(dealer, 31, "too deep, too");
    send_deep(dealer, 0, "next");
    expect_text(dealer, "", true);
    expect_text(dealer, "next", false);
    AWAIT_INT(2, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").undecodable);
    rig_fini(&rig);
    gate_fini(&gate);
}

static void *
connect_as(struct rig *rig, const char *identity)
{
    const char *endpoint =
        palm_server_endpoint(rig->server, PALM_SIDE_BYPASS, "Rep");
    void *req = rig_connect(rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Rep");
    MUST(!zmq_disconnect(req, endpoint)); /* that was without its name */
    MUST(!zmq_setsockopt(req, ZMQ_ROUTING_ID, identity, strlen(identity)));
    MUST(!zmq_connect(req, endpoint));
    return req;
}

/* As after a crash: nobody has told us that the old connection is dead. */
static void
a_peer_that_comes_back_under_its_name_is_answered(void)
{
    struct rig rig;
    struct gate gate;
    start_echo(&rig, &gate);
    void *old = connect_as(&rig, "name");
    send_text(old, "before", 0);
    expect_text(old, "before", false);
    void *back = connect_as(&rig, "name");
    send_text(back, "again", 0);
    expect_text(back, "again", false);
    rig_fini(&rig);
    gate_fini(&gate);
}

static const struct tap_test tests[] = {
    {"a bypass part answers the next after one that left without delimiter",
     a_bypass_part_answers_the_next},
    {"an inbound part answers the next after one that left without delimiter",
     an_inbound_part_answers_the_next},
    {"a reply to one that left goes to nobody else",
     a_reply_to_nobody_is_nobodys},
    {"a request without delimiter is dropped and counted",
     a_request_without_delimiter_is_dropped},
    {"requests sent ahead are answered in order",
     requests_ahead_are_answered_in_order},
    {"an envelope of several frames goes back whole",
     an_envelope_goes_back_whole},
    {"an endless envelope is dropped and counted",
     an_endless_envelope_is_dropped},
    {"a peer that comes back under its name is answered",
     a_peer_that_comes_back_under_its_name_is_answered},
};

TAP_MAIN("envelope", tests)
