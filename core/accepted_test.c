/* SPDX-License-Identifier: MIT */
/* How many connections a server has, of whom, and who gets none. */
#include "config.h"
#include "core/accepted.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/part_impl.h"
#include "core/watch.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* --- sockets -------------------------------------------------------------- */

/* Both ends of a connection from a host. */
struct pair {
    int near, far; /* near: what the listener has accepted */
};

struct door {
    palm__listener_t listener;
    uint64_t count;
    int fd;
};

static struct sockaddr_in
local(const char *host, in_port_t port)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = port;
    MUST(inet_pton(AF_INET, host, &address.sin_addr) == 1);
    return address;
}

static void
open_door(struct door *door)
{
    struct sockaddr_in address = local("127.0.0.1", 0);
    door->fd = socket(AF_INET, SOCK_STREAM, 0);
    MUST(door->fd != -1);
    MUST(!bind(door->fd, (struct sockaddr *)&address, sizeof address));
    MUST(!listen(door->fd, 16));
    door->count = 0;
    palm__listener_set(&door->listener, door->fd);
    door->listener.count = &door->count;
    MUST(door->listener.fd == door->fd);
}

/* A plain socket, connected from a host to a port of this one. */
static int
reach(const char *host, in_port_t port)
{
    struct sockaddr_in from = local(host, 0), to = local("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    MUST(fd != -1);
    if (bind(fd, (struct sockaddr *)&from, sizeof from)) {
        tap_skip("this system has only one address of its own");
    }
    MUST(!connect(fd, (struct sockaddr *)&to, sizeof to));
    tap_limit(fd);
    return fd;
}

static in_port_t
port_of(const struct door *door)
{
    return ((const struct sockaddr_in *)&door->listener.address)->sin_port;
}

static struct pair
come(struct door *door, const char *host)
{
    struct pair pair;
    pair.far = reach(host, port_of(door));
    pair.near = accept(door->fd, NULL, NULL);
    MUST(pair.near != -1);
    return pair;
}

static void
go(struct pair *pair)
{
    MUST(!close(pair->far));
    MUST(!close(pair->near));
}

/* Whether the other side has ended it. */
static bool
has_ended(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* --- who is counted ------------------------------------------------------- */

static void
one_over_the_limit_of_all_is_ended(void)
{
    palm__accepted_t all = {.most = 1, .most_of_host = -1};
    struct door door;
    open_door(&door);
    struct pair in = come(&door, "127.0.0.1"), out = come(&door, "127.0.0.1");
    EQUAL_INT(PALM__ADMITTED,
              palm__accepted_admit(&all, in.near, &door.listener));
    EQUAL_INT(PALM__OVER_ALL,
              palm__accepted_admit(&all, out.near, &door.listener));
    MUST(has_ended(out.far) && !has_ended(in.far));
    EQUAL_INT(1, door.count);
    palm__accepted_remove(&all, out.near, &door.listener); /* never counted */
    EQUAL_INT(1, all.count);
    palm__accepted_remove(&all, in.near, &door.listener);
    EQUAL_INT(0, door.count);
    EQUAL_INT(0, all.count);
    MUST(!all.hosts);
    go(&in);
    go(&out);
    MUST(!close(door.fd));
    palm__accepted_fini(&all);
}

static void
an_address_leaves_places_to_others(void)
{
    palm__accepted_t all = {.most = 3, .most_of_host = 1};
    struct door door;
    open_door(&door);
    struct pair one = come(&door, "127.0.0.1"), two = come(&door, "127.0.0.1"),
                other = come(&door, "127.0.0.2");
    EQUAL_INT(PALM__ADMITTED,
              palm__accepted_admit(&all, one.near, &door.listener));
    EQUAL_INT(PALM__OVER_HOST,
              palm__accepted_admit(&all, two.near, &door.listener));
    EQUAL_INT(PALM__ADMITTED,
              palm__accepted_admit(&all, other.near, &door.listener));
    MUST(has_ended(two.far) && !has_ended(one.far) && !has_ended(other.far));
    palm__accepted_remove_all(&all, &door.listener);
    EQUAL_INT(0, all.count);
    EQUAL_INT(0, door.count);
    MUST(!all.hosts);
    go(&one);
    go(&two);
    go(&other);
    MUST(!close(door.fd));
    palm__accepted_fini(&all);
}

/* The event comes when the number is a file's, or another listener's. */
static void
a_descriptor_that_is_anothers_is_left_alone(void)
{
    palm__accepted_t all = {.most = 0, .most_of_host = -1};
    struct door door, other;
    int pipes[2], ends[2];
    char byte = 'x';
    open_door(&door);
    open_door(&other);
    struct pair pair = come(&other, "127.0.0.1");
    palm__listener_t none;
    palm__listener_set(&none, pair.near); /* it does not listen */
    EQUAL_INT(-1, none.fd);
    MUST(!pipe(pipes) && !socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    EQUAL_INT(PALM__NOT_THERE,
              palm__accepted_admit(&all, pair.near, &door.listener));
    EQUAL_INT(PALM__NOT_THERE,
              palm__accepted_admit(&all, pipes[0], &door.listener));
    EQUAL_INT(PALM__NOT_THERE,
              palm__accepted_admit(&all, ends[0], &door.listener));
    EQUAL_INT(PALM__NOT_THERE, palm__accepted_admit(&all, -1, &door.listener));
    MUST(write(pipes[1], &byte, 1) == 1 && read(pipes[0], &byte, 1) == 1);
    MUST(write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1);
    MUST(!has_ended(pair.far));
    EQUAL_INT(0, all.count);
    go(&pair);
    MUST(!close(pipes[0]) && !close(pipes[1]));
    MUST(!close(ends[0]) && !close(ends[1]));
    MUST(!close(door.fd) && !close(other.fd));
    palm__accepted_fini(&all);
}

/* No event of libzmq came. */
static void
one_whose_end_was_not_told_gives_its_place_up(void)
{
    palm__accepted_t all = {.most = 1, .most_of_host = -1};
    struct door door;
    open_door(&door);
    struct pair silent = come(&door, "127.0.0.1");
    EQUAL_INT(PALM__ADMITTED,
              palm__accepted_admit(&all, silent.near, &door.listener));
    struct pair first = come(&door, "127.0.0.1");
    go(&silent);
    EQUAL_INT(PALM__ADMITTED,
              palm__accepted_admit(&all, first.near, &door.listener));
    struct pair second = come(&door, "127.0.0.1");
    EQUAL_INT(PALM__OVER_ALL,
              palm__accepted_admit(&all, second.near, &door.listener));
    EQUAL_INT(1, all.count);
    palm__accepted_fini(&all);
    EQUAL_INT(0, door.count);
    go(&first);
    go(&second);
    MUST(!close(door.fd));
}

/* --- a server ------------------------------------------------------------- */

/* What was logged of refusals, by the watch's thread. */
static struct {
    pthread_mutex_t mutex;
    int lines;
    char id[32], text[256];
} book = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void
note(int level, const char *id, const char *text, void *arg)
{
    (void)arg;
    if (level == PALM_LOG_WARNING) {
        (void)pthread_mutex_lock(&book.mutex);
        book.lines++;
        (void)snprintf(book.id, sizeof book.id, "%s", id);
        (void)snprintf(book.text, sizeof book.text, "%s", text);
        (void)pthread_mutex_unlock(&book.mutex);
    }
}

static int
count_lines(void)
{
    (void)pthread_mutex_lock(&book.mutex);
    int lines = book.lines;
    (void)pthread_mutex_unlock(&book.mutex);
    return lines;
}

static bool
has_told(const char *id, const char *part)
{
    (void)pthread_mutex_lock(&book.mutex);
    bool has = !strcmp(book.id, id) && strstr(book.text, part);
    (void)pthread_mutex_unlock(&book.mutex);
    return has;
}

static void
start(struct rig *rig, int64_t all, int64_t host)
{
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.log.write = note;
    options.max_connections = all;
    options.max_connections_per_address = host;
    book.lines = 0;
    book.id[0] = book.text[0] = '\0';
    rig_init(rig, &options);
    rig_add(rig, "PullService", "Pull", "Pub", NULL);
    rig_add(rig, "PubService", "Pub", NULL, NULL);
    rig_add(rig, "CacheService", "Cache", NULL, NULL);
    rig_start(rig);
}

static in_port_t
rig_port(struct rig *rig, palm_side_t side, const char *part)
{
    const char *endpoint = palm_server_endpoint(rig->server, side, part);
    return htons((in_port_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10));
}

/* A message of a new client goes through, and its result comes back. */
static void
expect_served(struct rig *rig)
{
    static char client[24];
    static int clients;
    (void)snprintf(client, sizeof client, "client %d", ++clients);
    palm_message_t message = wire_message(client, "", "served");
    zmq_msg_t frame;
    void *sub = rig_connect(rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    void *push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    rig_subscribe(sub, client);
    MUST(!palm_message_encode(&message, &frame));
    MUST(zmq_msg_send(&frame, push, 0) != -1);
    expect_text(sub, client, true);
    recv_frame(sub, &frame);
    MUST(!zmq_msg_close(&frame));
}

static palm_part_stats_t
pull(struct rig *rig)
{
    return rig_stats(rig, PALM_SIDE_INBOUND, "Pull");
}

static void
idle_peers_leave_places_to_others(void)
{
    enum { IDLE = 20, ROOM = 8 };
    struct rig rig;
    int idle[IDLE];
    start(&rig, 3 * ROOM, ROOM);
    int64_t began = tap_now();
    for (int i = 0; i < IDLE; i++) {
        idle[i] = reach("127.0.0.2", rig_port(&rig, PALM_SIDE_INBOUND, "Pull"));
    }
    AWAIT_INT(IDLE - ROOM, pull(&rig).refused);
    EQUAL_INT(ROOM, pull(&rig).connections);
    AWAIT_INT(true, has_told("PALM-PART-REFUSED",
                             "inbound Pull: connections refused: "));
    MUST(has_told("PALM-PART-REFUSED", "max_connections_per_address"));
    MUST(count_lines() <= 1 + (tap_now() - began) / 1000); /* one a second */
    expect_served(&rig);
    for (int i = 0; i < IDLE; i++) {
        MUST(!close(idle[i]));
    }
    AWAIT_INT(1, pull(&rig).connections); /* who was served */
    rig_fini(&rig);
}

/* --- without a descriptor ------------------------------------------------- */

static bool
is_over(void *fd)
{
    return has_ended(*(int *)fd);
}

/* Those that wait are turned away, so that nobody has to try for ever. */
static void
one_for_whom_there_is_no_descriptor_is_turned_away(void)
{
    struct rig rig;
    struct rlimit limit, low;
    if (getenv("PALM_VALGRIND")) {
        tap_skip("valgrind takes and closes such connections by itself");
    }
    start(&rig, 100, 100);
    expect_served(&rig);
    in_port_t port = rig_port(&rig, PALM_SIDE_INBOUND, "Pull");
    struct sockaddr_in to = local("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    MUST(fd != -1);
    MUST(!getrlimit(RLIMIT_NOFILE, &limit));
    low = limit;
    low.rlim_cur = (rlim_t)fd + 1; /* the lowest that was free */
    MUST(!setrlimit(RLIMIT_NOFILE, &low));
    MUST(!connect(fd, (struct sockaddr *)&to, sizeof to));
    bool ended = tap_await(is_over, &fd);
    MUST(!setrlimit(RLIMIT_NOFILE, &limit));
    MUST(ended);
    AWAIT_INT(1, pull(&rig).refused);
    AWAIT_INT(true, has_told("PALM-PART-ACCEPT", "no descriptor is left"));
    MUST(!close(fd));
    expect_served(&rig);
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"one over the limit of all is ended", one_over_the_limit_of_all_is_ended},
    {"an address leaves places to others", an_address_leaves_places_to_others},
    {"a descriptor that is another's is left alone",
     a_descriptor_that_is_anothers_is_left_alone},
    {"one whose end was not told gives its place up",
     one_whose_end_was_not_told_gives_its_place_up},
    {"idle peers leave places to others", idle_peers_leave_places_to_others},
    {"one for whom there is no descriptor is turned away",
     one_for_whom_there_is_no_descriptor_is_turned_away},
};

TAP_MAIN("accepted", tests)
