/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/attach.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "core/address.h"
#include "core/socket.h"
#include "harness/support/tap.h"

enum { TRIES = 2000, TEXT = 128, PORT = 32 };

static void *zmq;

static void *
socket_of(int type)
{
    void *socket = zmq_socket(zmq, type);
    const int deadline = tap_deadline();
    MUST(socket);
    EQUAL_INT(0, palm__socket_set(socket, ZMQ_LINGER, 0));
    EQUAL_INT(0, palm__socket_set(socket, ZMQ_RCVTIMEO, deadline));
    return socket;
}

static void
endpoint_of(void *socket, char text[TEXT])
{
    size_t size = TEXT;
    EQUAL_INT(0, zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, text, &size));
}

/* One message, from a socket that connects to what another has bound. */
static void
meets(const char *address, const char *expected)
{
    void *pull = socket_of(ZMQ_PULL), *push = socket_of(ZMQ_PUSH);
    char endpoint[TEXT], got[4];
    palm_error_t err = {0, ""};
    if (palm__attach(pull, address, true, &err)) {
        EQUAL_TEXT("", err.text);
    }
    endpoint_of(pull, endpoint);
    CONTAINS(expected, endpoint);
    if (palm__attach(push, endpoint, false, &err)) {
        EQUAL_TEXT("", err.text);
    }
    EQUAL_INT(2, zmq_send(push, "hi", 2, 0));
    EQUAL_INT(2, zmq_recv(pull, got, sizeof got, 0));
    (void)zmq_close(push);
    (void)zmq_close(pull);
}

/* Some machines have no IPv6. */
static bool
has_ipv6(void)
{
    void *socket = socket_of(ZMQ_PULL);
    bool has = !palm__socket_set(socket, ZMQ_IPV6, 1)
               && !zmq_bind(socket, "tcp://[::1]:*");
    (void)zmq_close(socket);
    return has;
}

static void
ipv4(void)
{
    meets("tcp://127.0.0.1:*", "tcp://127.0.0.1:");
    meets("tcp://*:*", "tcp://0.0.0.0:");
}

static void
ipv6(void)
{
    if (!has_ipv6()) {
        tap_skip("no IPv6");
        return;
    }
    meets("tcp://[::1]:*", "tcp://[::1]:");
    meets("tcp://[::]:*", "tcp://[::]:");
}

static void
a_name_is_looked_up(void)
{
    meets("tcp://localhost:*", "tcp://127.0.0.1:");
}

static void
a_name_that_nobody_has_is_an_error(void)
{
    void *socket = socket_of(ZMQ_PULL);
    palm_error_t err = {0, ""};
    FAILS(EINVAL,
          palm__attach(socket, "tcp://no-such-host.invalid:*", true, &err));
    MUST(*err.text != '\0');
    (void)zmq_close(socket);
}

/* --- ipc ------------------------------------------------------------------ */

static void
path_in(char text[TEXT], const char *name)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(text, TEXT, "ipc://%s/%s", folder ? folder : "/tmp", name);
}

/* A file, a folder and a link are somebody's; what a socket has left is not. */
static void
files_stay(void)
{
    char address[TEXT];
    const char *path = address + 6;
    struct stat file;
    path_in(address, "palm-attach");
    for (int kind = 0; kind < 3; kind++) {
        void *socket = socket_of(ZMQ_PULL);
        FILE *made = kind == 0 ? fopen(path, "w") : NULL;
        EQUAL_INT(0, kind == 0   ? (made ? fclose(made) : -1)
                     : kind == 1 ? mkdir(path, 0700)
                                 : symlink("/nowhere", path));
        FAILS(EEXIST, palm__attach(socket, address, true, NULL));
        EQUAL_INT(0, lstat(path, &file));
        MUST(!S_ISSOCK(file.st_mode));
        EQUAL_INT(0, kind == 1 ? rmdir(path) : unlink(path));
        (void)zmq_close(socket);
    }
}

static void
a_path_that_is_served_stays(void)
{
    char address[TEXT];
    void *first = socket_of(ZMQ_PULL), *second = socket_of(ZMQ_PULL);
    path_in(address, "palm-served");
    EQUAL_INT(0, palm__attach(first, address, true, NULL));
    FAILS(EADDRINUSE, palm__attach(second, address, true, NULL));
    (void)zmq_close(second);
    (void)zmq_close(first);
    (void)unlink(address + 6);
}

/* --- what is accepted is what is bound ------------------------------------ */

static uint32_t state = 1;

static uint32_t
draw(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* Ports as people mistype them. */
static void
draw_port(char text[PORT])
{
    static const char letters[] = "0123456789*-+, x/.";
    size_t size = draw(4) ? 1 + draw(6) : draw(20);
    for (size_t i = 0; i < size; i++) {
        text[i] = draw(8) ? (char)('0' + draw(10))
                          : letters[draw(sizeof letters - 1)];
    }
    text[size] = '\0';
}

static void
a_port_is_the_one_that_is_written(void)
{
    int bound = 0, refused = 0;
    for (int i = 0; i < TRIES; i++) {
        char port[PORT], address[TEXT], endpoint[TEXT];
        draw_port(port);
        (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%s", port);
        if (palm_address_check(address, true, NULL)) {
            refused++;
            continue;
        }
        void *socket = socket_of(ZMQ_PULL);
        if (!palm__attach(socket, address, true, NULL)) {
            endpoint_of(socket, endpoint);
            long wanted = strtol(port, NULL, 10);
            MUST(wanted == 0
                 || wanted == strtol(strrchr(endpoint, ':') + 1, NULL, 10));
            bound++;
        } else {
            MUST(errno == EADDRINUSE || errno == EACCES);
        }
        (void)zmq_close(socket);
    }
    MUST(bound > TRIES / 20 && refused > TRIES / 20);
}

/* -------------------------------------------------------------------------- */

static const struct tap_test tests[] = {
    {"IPv4", ipv4},
    {"IPv6", ipv6},
    {"a name is looked up", a_name_is_looked_up},
    {"a name that nobody has is an error", a_name_that_nobody_has_is_an_error},
    {"files at a path of ipc stay", files_stay},
    {"a path that is served stays", a_path_that_is_served_stays},
    {"a port is the one that is written", a_port_is_the_one_that_is_written},
};

int
main(int argc, char **argv)
{
    zmq = zmq_ctx_new();
    int code = tap_main("attach_test", tests, sizeof tests / sizeof *tests,
                        argc, argv);
    if (code == 0) { /* a test that fails leaves sockets */
        (void)zmq_ctx_term(zmq);
    }
    return code;
}
