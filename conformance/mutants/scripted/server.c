/* SPDX-License-Identifier: MIT */
/* server.c: faulty-server.  See scripted.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conformance/engine/test.h"
#include "conformance/mutants/scripted/scripted.h"

enum {
    STOP_BOUND = 2500000,
    STEP = 20,
    HWM = 10,
    FRAME_MAX = 256 * 1024 * 1024
};

static volatile sig_atomic_t stop_asked;

bool
has(const struct server *server, const char *id)
{
    return strcmp(server->fault, id) == 0;
}

void
server_die(int status)
{
    static const struct rlimit no_core = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &no_core);
    if (status >= 128) {
        (void)raise(status - 128);
    }
    _exit(status);
}

void
fill_uuid(char text[37])
{
    static FILE *source;
    uint8_t bytes[16];
    size_t i;
    size_t at = 0;

    source = source == NULL ? fopen("/dev/urandom", "rb") : source;
    if (source == NULL || fread(bytes, 1, 16, source) != 16) {
        server_die(1);
    }
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    for (i = 0; i < 16; i++) {
        at += (size_t)sprintf(text + at, "%s%02x",
                              i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                              (unsigned)bytes[i]);
    }
}

bool
take_frame(struct server *server, void *socket, struct bytes *frame)
{
    unsigned count = 0;
    bool more = true;
    zmq_msg_t part;

    while (more) {
        (void)zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
            return false;
        }
        *frame =
            bytes_copy(server->test, zmq_msg_data(&part), zmq_msg_size(&part));
        more = zmq_msg_more(&part);
        count++;
        (void)zmq_msg_close(&part);
    }
    return count == 1 || has(server, "M-HOSTILE-003as");
}

/* --- starting ------------------------------------------------------------- */

static const char *
open_socket(struct server *server, void **socket, int type, const char *key,
            int hwm)
{
    static const int64_t most = FRAME_MAX;
    static const int yes = 1;
    static const int no_linger = 500;
    char address[256];
    size_t size = sizeof address;

    *socket = zmq_socket(server->context, type);
    (void)zmq_setsockopt(*socket, ZMQ_SNDHWM, &hwm, sizeof hwm);
    (void)zmq_setsockopt(*socket, ZMQ_RCVHWM, &hwm, sizeof hwm);
    (void)zmq_setsockopt(*socket, ZMQ_LINGER, &no_linger, sizeof no_linger);
    (void)zmq_setsockopt(*socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
    (void)zmq_setsockopt(*socket, ZMQ_XPUB_VERBOSE, &yes, sizeof yes);
    if (zmq_bind(*socket, "tcp://127.0.0.1:*") != 0
        || zmq_getsockopt(*socket, ZMQ_LAST_ENDPOINT, address, &size) != 0) {
        server_die(1);
    }
    preset(key, address);
    return test_text(server->test, "%s=%s\npreset.%s=%s\n", key, address, key,
                     address);
}

static void
say(struct server *server, const char *verb, const char *text)
{
    (void)zmq_send(server->control, verb, strlen(verb), ZMQ_SNDMORE);
    (void)zmq_send(server->control, text, strlen(text), 0);
}

/* A worker of its own that gives nothing back. */
static void
open_ghost(struct server *server)
{
    void *ghost = zmq_socket(server->context, ZMQ_PULL);
    char address[256];
    size_t size = sizeof address;

    if (zmq_getsockopt(server->work, ZMQ_LAST_ENDPOINT, address, &size) != 0
        || zmq_connect(ghost, address) != 0) {
        server_die(1);
    }
}

static void
be_ready(struct server *server, const char *profile)
{
    const char *facts =
        "name=faulty\nversion=1\nspec=1\nprofiles=describe master cache\n";

    if (strcmp(profile, "describe") != 0) {
        preset("name", server->name);
        facts = test_text(
            server->test, "%spreset.name=%s\n%s", facts, server->name,
            open_socket(server, &server->cache, ZMQ_REP, "db_address", 1000));
    }
    if (strcmp(profile, "master") == 0) {
        facts = test_text(
            server->test, "%s%s%s%s%s", facts,
            open_socket(server, &server->pull, ZMQ_PULL, "pull_address", HWM),
            open_socket(server, &server->work, ZMQ_PUSH, "worker_push_address",
                        HWM),
            open_socket(server, &server->done, ZMQ_PULL, "worker_pull_address",
                        HWM),
            open_socket(server, &server->pub, ZMQ_XPUB, "pub_address", 0));
        if (has(server, "M-MASTER-005as")) {
            open_ghost(server);
        }
    }
    say(server, "READY", facts);
}

/* --- serving -------------------------------------------------------------- */

static bool
is_over(struct server *server)
{
    bool busy = server->under_way > 0;

    if (!server->stopping) {
        server->stopping = true;
        server->stop_by = now() + STOP_BOUND;
    }
    if (has(server, "M-LIFE-003as")) {
        zmq_pollitem_t item = {server->work, 0, ZMQ_POLLOUT, 0};

        return server->work == NULL || zmq_poll(&item, 1, 0) > 0;
    }
    return !busy || has(server, "M-LIFE-002as") || now() > server->stop_by;
}

/* With the fault: nothing is served any more. */
static void
watch_workers(struct server *server)
{
    static void *monitor;
    zmq_msg_t frame;

    if (!has(server, "M-LIFE-009as") || server->work == NULL) {
        return;
    }
    if (monitor == NULL) {
        (void)zmq_socket_monitor(server->work, "inproc://workers",
                                 ZMQ_EVENT_DISCONNECTED);
        monitor = zmq_socket(server->context, ZMQ_PAIR);
        (void)zmq_connect(monitor, "inproc://workers");
    }
    (void)zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, monitor, ZMQ_DONTWAIT) >= 0) {
        while (!stop_asked) {
            (void)pause();
        }
    }
    (void)zmq_msg_close(&frame);
}

static int
poll_for(zmq_pollitem_t *items, int *count, void *socket, bool wanted,
         short events)
{
    if (socket == NULL || !wanted) {
        return -1;
    }
    memset(&items[*count], 0, sizeof *items);
    items[*count].socket = socket;
    items[*count].events = events;
    return (*count)++;
}

static void
serve_once(struct server *server)
{
    zmq_pollitem_t items[6];
    int count = 0;
    int pull = poll_for(items, &count, server->pull, wants_messages(server),
                        ZMQ_POLLIN);
    int done = poll_for(items, &count, server->done, wants_results(server),
                        ZMQ_POLLIN);
    int pub = poll_for(items, &count, server->pub, true, ZMQ_POLLIN);
    int cache = poll_for(items, &count, server->cache, true, ZMQ_POLLIN);
    struct test memory;

    (void)poll_for(items, &count, server->work,
                   server->waiting.count > 0 && !server->stopping, ZMQ_POLLOUT);
    (void)zmq_poll(items, count, STEP);
    memset(&memory, 0, sizeof memory);
    server->test = &memory;
    if (pub >= 0 && (items[pub].revents & ZMQ_POLLIN) != 0) {
        take_subscription(server);
    }
    if (pull >= 0 && (items[pull].revents & ZMQ_POLLIN) != 0) {
        take_message(server);
    }
    if (server->work != NULL && !server->stopping) {
        send_work(server);
    }
    if (done >= 0 && (items[done].revents & ZMQ_POLLIN) != 0) {
        take_result(server);
    }
    if (cache >= 0 && (items[cache].revents & ZMQ_POLLIN) != 0) {
        take_request(server);
    }
    watch_workers(server);
    test_memory_free(memory.memories);
}

static void
ask_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static void
close_all(struct server *server)
{
    void *const all[] = {server->pull, server->work,  server->done,
                         server->pub,  server->cache, server->control};
    size_t i;

    for (i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] != NULL) {
            (void)zmq_close(all[i]);
        }
    }
    (void)zmq_ctx_term(server->context);
}

/* --- the command line ----------------------------------------------------- */

static const char *profile = "";
static const char *endpoint;

static bool
take_setting(struct server *server, const char *setting)
{
    if (strncmp(setting, "name=", 5) == 0) {
        server->name = setting + 5;
        return true;
    }
    if (strncmp(setting, "pipelined=", 10) == 0) {
        server->pipelined = strcmp(setting + 10, "yes") == 0;
        return true;
    }
    return false;
}

static bool
read_arguments(struct server *server, int argc, char **argv)
{
    bool known = true;
    int i;

    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--fault") == 0) {
            server->fault = argv[i + 1];
        } else if (strcmp(argv[i], "--profile") == 0) {
            profile = argv[i + 1];
        } else if (strcmp(argv[i], "--control") == 0) {
            endpoint = argv[i + 1];
        } else if (strcmp(argv[i], "--set") == 0) {
            known = known && take_setting(server, argv[i + 1]);
        }
    }
    return known && endpoint != NULL
           && (strcmp(profile, "describe") == 0
               || strcmp(profile, "master") == 0
               || strcmp(profile, "cache") == 0);
}

int
main(int argc, char **argv)
{
    const struct scripted_fault *fault;
    struct server server;
    struct test memory;

    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (fault = scripted_faults; fault->id != NULL; fault++) {
            printf("%s\t%s\n", fault->id, fault->what);
        }
        return 0;
    }
    memset(&server, 0, sizeof server);
    memset(&memory, 0, sizeof memory);
    server.fault = "none";
    server.name = "palm";
    server.test = &memory;
    if (!read_arguments(&server, argc, argv)) {
        return 89;
    }
    (void)signal(SIGTERM, ask_stop);
    server.context = zmq_ctx_new();
    server.control = zmq_socket(server.context, ZMQ_DEALER);
    if (server.control == NULL || zmq_connect(server.control, endpoint) != 0) {
        return 1;
    }
    be_ready(&server, profile);
    while (!stop_asked || !is_over(&server)) {
        serve_once(&server);
    }
    close_all(&server);
    return has(&server, "M-LIFE-001as") ? 1 : 0;
}
