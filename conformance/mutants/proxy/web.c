/* SPDX-License-Identifier: MIT */
/* web.c: see web.h. */
#include "conformance/mutants/proxy/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHUNK = 65536,
    WHOLE_MAX = 64 * 1024 * 1024,
    HEAD_MAX = 1024 * 1024,
    SEEN = 4096
};

struct site {
    struct site *next;
    const char *endpoint;
    bool in_front; /* the target listens, the suite connects */
    int listener;
    struct sockaddr_in where;
    unsigned long requests;
    unsigned long responses;
    unsigned long connections;
    unsigned long ended; /* by whoever connected */
};

/* Bytes from one socket to another. */
struct stream {
    int from;
    int to;
    bool request;
    bool raw;  /* no HTTP that one could cut */
    bool done; /* no more comes */
    bool shut; /* and all is out */
    bool stay; /* its end is not passed on */
    char *data;
    size_t size;
    size_t room;
    size_t whole; /* bytes of data that may go out */
    size_t total; /* that have come */
    char seen[SEEN + 1];
};

struct link {
    struct link *next;
    struct site *site;
    struct stream streams[2];
    bool broken;
};

static struct site *sites;
static struct link *links;

static void
unblock(int fd)
{
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* --- opening -------------------------------------------------------------- */

static bool
resolve(const char *host, const char *port, struct sockaddr_in *where)
{
    struct addrinfo hints;
    struct addrinfo *found = NULL;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return false;
    }
    memcpy(where, found->ai_addr, sizeof *where);
    freeaddrinfo(found);
    return true;
}

static unsigned
listen_for(struct site *site)
{
    struct sockaddr_in where;
    socklen_t size = sizeof where;

    memset(&where, 0, sizeof where);
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    site->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (site->listener < 0
        || bind(site->listener, (struct sockaddr *)&where, sizeof where) != 0
        || listen(site->listener, 128) != 0
        || getsockname(site->listener, (struct sockaddr *)&where, &size) != 0) {
        mutant_broken("one cannot listen: %s", strerror(errno));
    }
    unblock(site->listener);
    return ntohs(where.sin_port);
}

const char *
web_between(const char *endpoint, bool in_front, const char *address)
{
    bool is_http = strncmp(address, "http://", 7) == 0;
    const char *host = address + (is_http ? 7 : 6);
    struct site *site = memory_of(sizeof *site);
    size_t host_size;
    size_t port_size;

    if (!is_http && strncmp(address, "tcp://", 6) != 0) {
        return NULL;
    }
    host_size = strcspn(host, ":/");
    port_size = host[host_size] == ':' ? strcspn(host + host_size, "/") : 0;
    if (port_size < 2
        || !resolve(
            memory_text("%.*s", (int)host_size, host),
            memory_text("%.*s", (int)port_size - 1, host + host_size + 1),
            &site->where)) {
        return NULL;
    }
    site->endpoint = endpoint;
    site->in_front = in_front;
    site->next = sites;
    sites = site;
    return memory_text("%s://127.0.0.1:%u%s", is_http ? "http" : "tcp",
                       listen_for(site), host + host_size + port_size);
}

static void
stream_open(struct stream *stream, int from, int to, bool request)
{
    stream->from = from;
    stream->to = to;
    stream->request = request;
    stream->raw = mutant.fault->http == NULL;
}

static bool
accept_one(struct site *site)
{
    int guest = accept(site->listener, NULL, NULL);
    struct link *link;
    int host;

    if (guest < 0) {
        return false;
    }
    host = socket(AF_INET, SOCK_STREAM, 0);
    if (host < 0
        || connect(host, (struct sockaddr *)&site->where, sizeof site->where)
               != 0) {
        (void)close(guest); /* as if nobody listened */
        if (host >= 0) {
            (void)close(host);
        }
        return true;
    }
    unblock(guest);
    unblock(host);
    link = memory_of(sizeof *link);
    link->site = site;
    site->connections++;
    stream_open(&link->streams[0], guest, host, true);
    stream_open(&link->streams[1], host, guest, false);
    link->next = links;
    links = link;
    return true;
}

/* --- whole requests and responses ------------------------------------------*/

static const char *
header(const char *head, const char *end, const char *name)
{
    size_t size = strlen(name);

    while (head < end) {
        const char *line_end = strstr(head, "\r\n");

        if (strncasecmp(head, name, size) == 0 && head[size] == ':') {
            return head + size + 1;
        }
        head = line_end == NULL ? end : line_end + 2;
    }
    return NULL;
}

/* The size of the first message of a stream; 0: not whole yet. */
static size_t
message_size(struct stream *stream)
{
    const char *data = stream->data;
    const char *end = strstr(data, "\r\n\r\n");
    const char *length;
    unsigned long long size;

    if (end == NULL) {
        /* NUL or too much: no HTTP. */
        stream->raw = strlen(data) < stream->size || stream->size > HEAD_MAX;
        return 0;
    }
    length = header(data, end, "Content-Length");
    size = length == NULL ? 0 : strtoull(length, NULL, 10);
    if (size > WHOLE_MAX || header(data, end, "Transfer-Encoding") != NULL
        || (length == NULL && !stream->request)) {
        stream->raw = true;
        return 0;
    }
    size += (unsigned long long)(end - data) + 4;
    return size <= stream->size ? (size_t)size : 0;
}

/* Puts a text in the place of the first bytes that are not out yet. */
static void
put_text(struct stream *stream, size_t size, struct bytes text)
{
    size_t rest = stream->size - size;

    if (stream->room < text.size + rest) {
        stream->room = text.size + rest;
        stream->data = realloc(stream->data, stream->room + 1);
        if (stream->data == NULL) {
            mutant_broken("out of memory");
        }
    }
    memmove(stream->data + text.size, stream->data + size, rest);
    if (text.size > 0) {
        memcpy(stream->data, text.data, text.size);
    }
    stream->size = text.size + rest;
    stream->data[stream->size] = '\0';
    stream->whole = text.size;
}

/* Only while nothing of an earlier one is left to send. */
static void
cut(struct link *link, struct stream *stream)
{
    struct site *site = link->site;
    struct http_crossing crossing;
    size_t size;

    if (stream->whole > 0 || stream->size == 0) {
        return;
    }
    size = stream->raw ? 0 : message_size(stream);
    if (stream->raw || (size == 0 && stream->done)) {
        stream->whole = stream->size;
        return;
    }
    if (size == 0) {
        return;
    }
    memset(&crossing, 0, sizeof crossing);
    memory_rotate(size);
    crossing.test = &mutant.test;
    crossing.endpoint = site->endpoint;
    crossing.request = stream->request;
    crossing.to_target = stream->request == site->in_front;
    crossing.number = stream->request ? site->requests++ : site->responses++;
    crossing.text = bytes_copy(&mutant.test, stream->data, size);
    mutant.fault->http(&crossing);
    put_text(stream, size, crossing.text);
    stream->stay = stream->stay || crossing.stay;
    if (crossing.close) {
        stream->size = stream->whole;
        stream->done = true;
    }
}

/* --- bytes ---------------------------------------------------------------- */

void
raw_die(int status)
{
    mutant_die(status);
}

/* Shows a fault what has just come. */
static void
look(struct link *link, struct stream *stream, const char *data, size_t size)
{
    struct site *site = link->site;
    struct raw_crossing crossing;
    size_t room;

    if (mutant.raw == NULL) {
        return;
    }
    if (size > 0 && stream->total < SEEN) {
        room = SEEN - stream->total;
        memcpy(stream->seen + stream->total, data, size < room ? size : room);
    }
    stream->total += size;
    crossing.endpoint = site->endpoint;
    crossing.to_target = stream->request == site->in_front;
    crossing.over = stream->done || link->broken;
    site->ended += crossing.over && stream->request;
    crossing.connections = site->connections;
    crossing.ended = site->ended;
    crossing.size = stream->total;
    crossing.head =
        bytes_of(stream->seen, stream->total < SEEN ? stream->total : SEEN);
    mutant.raw->look(&crossing);
}

static bool
take(struct link *link, struct stream *stream)
{
    ssize_t got;

    if (stream->done || stream->whole > 0) {
        return false;
    }
    if (stream->room < stream->size + CHUNK) {
        stream->room = 2 * stream->size + CHUNK;
        stream->data = realloc(stream->data, stream->room + 1);
        if (stream->data == NULL) {
            mutant_broken("out of memory");
        }
    }
    got = recv(stream->from, stream->data + stream->size, CHUNK, 0);
    if (got < 0) {
        link->broken =
            errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
        if (link->broken) {
            look(link, stream, NULL, 0);
        }
        return link->broken;
    }
    stream->done = got == 0;
    look(link, stream, stream->data + stream->size, (size_t)got);
    stream->size += (size_t)got;
    stream->data[stream->size] = '\0';
    return true;
}

static bool
give(struct link *link, struct stream *stream)
{
    ssize_t sent;

    if (stream->whole == 0) {
        if (!stream->done || stream->shut || stream->stay || stream->size > 0) {
            return false;
        }
        stream->shut = true;
        (void)shutdown(stream->to, SHUT_WR);
        return true;
    }
    sent = send(stream->to, stream->data, stream->whole, MSG_NOSIGNAL);
    if (sent < 0) {
        link->broken =
            errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
        return link->broken;
    }
    stream->whole -= (size_t)sent;
    stream->size -= (size_t)sent;
    memmove(stream->data, stream->data + sent, stream->size);
    stream->data[stream->size] = '\0';
    return sent > 0;
}

/* True if the link is over. */
static bool
link_work(struct link *link, bool *worked)
{
    size_t i;

    for (i = 0; i < 2 && !link->broken; i++) {
        struct stream *stream = &link->streams[i];

        *worked = take(link, stream) || *worked;
        if (!link->broken) {
            cut(link, stream);
            *worked = give(link, stream) || *worked;
        }
    }
    /* A server that has answered and closes ends it, whoever still talks. */
    return link->broken || link->streams[1].shut
           || (link->streams[1].stay && link->streams[0].done);
}

static void
link_free(struct link *link)
{
    (void)close(link->streams[0].from);
    (void)close(link->streams[1].from);
    free(link->streams[0].data);
    free(link->streams[1].data);
    free(link);
}

bool
web_work(void)
{
    struct link **at = &links;
    struct site *site;
    bool worked = false;

    for (site = sites; site != NULL; site = site->next) {
        worked = accept_one(site) || worked;
    }
    while (*at != NULL) {
        struct link *link = *at;

        if (link_work(link, &worked)) {
            *at = link->next;
            link_free(link);
            worked = true;
        } else {
            at = &link->next;
        }
    }
    return worked;
}

size_t
web_poll(zmq_pollitem_t *items, size_t most)
{
    struct site *site;
    struct link *link;
    size_t count = 0;
    size_t i;

    memset(items, 0, most * sizeof *items);
    for (site = sites; site != NULL && count < most; site = site->next) {
        items[count].fd = site->listener;
        items[count++].events = ZMQ_POLLIN;
    }
    for (link = links; link != NULL && count + 2 <= most; link = link->next) {
        for (i = 0; i < 2; i++) {
            struct stream *stream = &link->streams[i];
            bool out = stream->whole > 0;

            items[count].fd = out ? stream->to : stream->from;
            items[count++].events = out            ? ZMQ_POLLOUT
                                    : stream->done ? 0
                                                   : ZMQ_POLLIN;
        }
    }
    return count;
}
