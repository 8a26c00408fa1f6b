/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/http_peer.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/support/tap.h"

/* Waits until the socket can be used so; whether it can. */
static bool
wait_for(struct http_peer *peer, short events)
{
    struct pollfd item = {peer->fd, events, 0};
    return poll(&item, 1, tap_deadline()) == 1;
}

static bool
take_address(int fd, const char *host)
{
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    return inet_pton(AF_INET, host, &address.sin_addr) == 1
           && !bind(fd, (struct sockaddr *)&address, sizeof address);
}

/* from: the host whose address it has, or NULL. */
static bool
try_open(struct http_peer *peer, const char *endpoint, const char *from)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char host[256] = "";
    const char *start = endpoint + strlen("http://");
    const char *colon = strrchr(start, ':');
    bool brackets = *start == '[';
    memset(peer, 0, sizeof *peer);
    MUST(!strncmp(endpoint, "http://", strlen("http://")) && colon);
    memcpy(host, start + brackets, (size_t)(colon - start) - 2 * brackets);
    EQUAL_INT(0, getaddrinfo(host, colon + 1, &hints, &found));
    peer->fd = socket(found->ai_family, found->ai_socktype, 0);
    MUST(peer->fd != -1);
    if (from && !take_address(peer->fd, from)) {
        tap_skip("this system has only one address of its own");
    }
    bool open = !connect(peer->fd, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return open;
}

bool
http_try_open(struct http_peer *peer, const char *endpoint)
{
    return try_open(peer, endpoint, NULL);
}

void
http_open_from(struct http_peer *peer, const char *endpoint, const char *from)
{
    MUST(try_open(peer, endpoint, from));
}

void
http_open(struct http_peer *peer, const char *endpoint)
{
    MUST(http_try_open(peer, endpoint));
}

void
http_close(struct http_peer *peer)
{
    (void)close(peer->fd);
    free(peer->data);
    memset(peer, 0, sizeof *peer);
    peer->fd = -1;
}

bool
http_try(struct http_peer *peer, const void *data, size_t size)
{
    const char *from = data;
    while (size > 0) {
        ssize_t sent = wait_for(peer, POLLOUT)
                           ? send(peer->fd, from, size, MSG_NOSIGNAL)
                           : -1;
        if (sent <= 0) {
            return false;
        }
        from += sent;
        size -= (size_t)sent;
    }
    return true;
}

void
http_say_bytes(struct http_peer *peer, const void *data, size_t size)
{
    MUST(http_try(peer, data, size));
}

void
http_say(struct http_peer *peer, const char *text)
{
    http_say_bytes(peer, text, strlen(text));
}

static void
say_head(struct http_peer *peer, const char *method, const char *target)
{
    char head[8192];
    int size = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: test\r\n",
                        method, target);
    MUST(size > 0 && (size_t)size < sizeof head);
    peer->is_head = !strcmp(method, "HEAD");
    http_say(peer, head);
}

void
http_ask_bytes(struct http_peer *peer, const char *method, const char *target,
               const void *body, size_t size)
{
    char length[64];
    say_head(peer, method, target);
    (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n", size);
    http_say(peer, length);
    http_say_bytes(peer, body, size);
}

void
http_ask(struct http_peer *peer, const char *method, const char *target,
         const char *body)
{
    if (body) {
        http_ask_bytes(peer, method, target, body, strlen(body));
    } else {
        say_head(peer, method, target);
        http_say(peer, "\r\n");
    }
}

/* Reads what is there, waiting for it; the bytes read, 0 at the end. */
static size_t
receive(struct http_peer *peer)
{
    if (peer->room - peer->size < 65536) {
        peer->room = peer->room * 2 + 131072;
        MUST((peer->data = realloc(peer->data, peer->room)) != NULL);
    }
    MUST(wait_for(peer, POLLIN));
    ssize_t size =
        recv(peer->fd, peer->data + peer->size, peer->room - peer->size - 1, 0);
    size = size < 0 ? 0 : size; /* a reset is an end as well */
    peer->size += (size_t)size;
    peer->data[peer->size] = '\0';
    return (size_t)size;
}

/* The value of a header in the last answer's head, NULL without it. */
static const char *
find_header(const struct http_peer *peer, const char *name)
{
    size_t size = strlen(name);
    for (const char *line = strstr(peer->data, "\r\n"); line;
         line = strstr(line + 2, "\r\n")) {
        if (!strncasecmp(line + 2, name, size) && line[2 + size] == ':') {
            return line + 2 + size + 1;
        }
    }
    return NULL;
}

static void
drop_last_answer(struct http_peer *peer)
{
    if (peer->taken) {
        peer->size -= peer->taken;
        memmove(peer->data, peer->data + peer->taken, peer->size);
        peer->data[peer->size] = '\0';
        peer->taken = 0;
    }
}

void
http_read(struct http_peer *peer)
{
    char *end;
    size_t head;
    drop_last_answer(peer);
    while (!peer->data || !(end = strstr(peer->data, "\r\n\r\n"))) {
        MUST(receive(peer) > 0);
    }
    end[2] = '\0';
    head = (size_t)(end - peer->data) + 4;
    MUST(sscanf(peer->data, "HTTP/1.%*1[01] %u ", &peer->status) == 1);
    const char *length = find_header(peer, "Content-Length");
    if (peer->status == 100) {
        peer->body_size = 0;
    } else {
        MUST(length != NULL);
        peer->body_size =
            peer->is_head || !length ? 0 : strtoul(length, NULL, 10);
    }
    while (peer->size < head + peer->body_size) {
        MUST(receive(peer) > 0);
    }
    peer->body = peer->data + head;
    peer->taken = head + peer->body_size;
}

static bool
has_text(const char *data, size_t size, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= size; i++) {
        if (!memcmp(data + i, part, length)) {
            return true;
        }
    }
    return false;
}

void
http_expect(struct http_peer *peer, unsigned status, const char *part)
{
    http_read(peer);
    EQUAL_INT(status, peer->status);
    if (!has_text(peer->body, peer->body_size, part)) {
        EQUAL_BYTES(part, strlen(part), peer->body, peer->body_size);
    }
}

bool
http_has_line(const struct http_peer *peer, const char *line)
{
    size_t size = strlen(line);
    for (const char *at = peer->data; (at = strstr(at, "\r\n")); at += 2) {
        if (!strncasecmp(at + 2, line, size)
            && !strncmp(at + 2 + size, "\r\n", 2)) {
            return true;
        }
    }
    return false;
}

bool
http_expect_refusal(struct http_peer *peer)
{
    drop_last_answer(peer);
    if (peer->size == 0 && receive(peer) == 0) {
        return false;
    }
    http_expect(peer, 400, "");
    return true;
}

const char *
http_read_all(struct http_peer *peer)
{
    drop_last_answer(peer);
    while (receive(peer) > 0) {
    }
    return peer->data;
}

void
http_expect_end(struct http_peer *peer)
{
    drop_last_answer(peer);
    EQUAL_INT(0, peer->size);
    EQUAL_INT(0, receive(peer));
}

bool
http_has_come(struct http_peer *peer)
{
    struct pollfd item = {peer->fd, POLLIN, 0};
    return peer->size > peer->taken || poll(&item, 1, 0) == 1;
}

bool
http_has_ended(struct http_peer *peer)
{
    char byte;
    ssize_t size = recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peer->size == peer->taken
           && (size == 0 || (size == -1 && errno == ECONNRESET));
}

void
http_once(const char *endpoint, const char *method, const char *target,
          const char *body, unsigned status, const char *part)
{
    struct http_peer peer;
    http_open(&peer, endpoint);
    http_ask(&peer, method, target, body);
    http_expect(&peer, status, part);
    http_close(&peer);
}
