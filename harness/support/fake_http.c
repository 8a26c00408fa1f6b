/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/fake_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/message.h"
#include "harness/support/tap.h"

enum { CONNECTIONS = 64, READ_SIZE = 1 << 16, WORD = 64 };

/* A connection and the request that it brings. */
struct conn {
    int fd;
    char *data; /* head, and body as far as it has come */
    size_t size, room;
    bool waits; /* the request is complete, its answer is not */
    bool holds; /* the answer comes with the release */
};

/* A request that is complete. */
struct asked {
    struct conn *conn;
    palm_message_t message;
    bool is_message;
    palm_slice_t body;
    char word[WORD]; /* what is to be done */
};

/* --- writing ---------------------------------------------------------------
 */

/* Returns -1 if the peer does not want it. */
static int
put(struct conn *conn, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(conn->fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return -1;
        }
        data += sent;
        size -= (size_t)sent;
    }
    return 0;
}

/* The head of a response; more are lines of it, each with its end. */
static void
put_head(struct conn *conn, int status, const char *type, size_t length,
         const char *more)
{
    char head[512];
    int size = snprintf(head, sizeof head,
                        "HTTP/1.1 %d Said\r\nContent-Type: %s\r\n"
                        "Content-Length: %zu\r\n%s\r\n",
                        status, type, length, more);
    (void)put(conn, head, (size_t)size);
}

#define BINARY "application/octet-stream"

static void
put_body(struct conn *conn, const char *data, size_t size)
{
    put_head(conn, 200, BINARY, size, "");
    (void)put(conn, data, size);
}

/* The answer, which the caller frees. */
static char *
answer_to(const struct asked *asked, size_t *size)
{
    char payload[WORD + 1];
    palm_message_t message = asked->message;
    if (!asked->is_message) {
        *size = asked->body.size + 1;
        char *text = malloc(*size);
        memcpy(text, asked->body.data, asked->body.size);
        text[*size - 1] = '!';
        return text;
    }
    (void)snprintf(payload, sizeof payload, "%s!", asked->word);
    message.payload = palm_slice(payload);
    char *encoded = malloc(palm_message_size(&message));
    *size = palm_message_write(&message, encoded);
    return encoded;
}

/* --- what can be done with a request ---------------------------------------
 */

/* Each returns false if the connection is to be closed. */
typedef bool act_f(const struct asked *asked);

static bool
answer(const struct asked *asked)
{
    size_t size;
    char *data = answer_to(asked, &size);
    put_body(asked->conn, data, size);
    free(data);
    return true;
}

static bool
hold(const struct asked *asked)
{
    asked->conn->waits = true;
    asked->conn->holds = true;
    return true;
}

static bool
hang(const struct asked *asked)
{
    asked->conn->waits = true;
    return true;
}

static bool
half(const struct asked *asked)
{
    size_t size;
    char *data = answer_to(asked, &size);
    put_head(asked->conn, 200, BINARY, size, "");
    (void)put(asked->conn, data, size / 2);
    free(data);
    return hang(asked);
}

static bool
hang_up(const struct asked *asked)
{
    (void)asked;
    return false;
}

static bool
leave(const struct asked *asked)
{
    (void)answer(asked);
    return false;
}

static bool
cut(const struct asked *asked)
{
    put_head(asked->conn, 200, BINARY, 100, "");
    (void)put(asked->conn, "0123456789", 10);
    return false;
}

static bool
garbage(const struct asked *asked)
{
    static const char text[] = "this is no HTTP\r\n\r\n";
    (void)put(asked->conn, text, strlen(text));
    return false;
}

static bool
page(const struct asked *asked)
{
    static const char text[] = "<html><p>sorry</p></html>\n";
    put_head(asked->conn, 500, "text/html", strlen(text), "");
    (void)put(asked->conn, text, strlen(text));
    return true;
}

static bool
other(const struct asked *asked)
{
    struct asked another = *asked;
    another.message.client = palm_slice("another");
    return answer(&another);
}

static bool
undecodable(const struct asked *asked)
{
    put_body(asked->conn, "\xff\xff\xff\xff", 4);
    return true;
}

static bool
empty(const struct asked *asked)
{
    put_body(asked->conn, "", 0);
    return true;
}

static bool
big(const struct asked *asked)
{
    char *data = calloc(1, FAKE_BIG);
    put_body(asked->conn, data, FAKE_BIG);
    free(data);
    return true;
}

#define CHUNKS                                                                 \
    "HTTP/1.1 200 OK\r\nContent-Type: " BINARY                                 \
    "\r\nTransfer-Encoding: chunked\r\n\r\n"

static int
put_chunk(struct conn *conn, const char *data, size_t size)
{
    char head[32];
    int length = snprintf(head, sizeof head, "%zx\r\n", size);
    return put(conn, head, (size_t)length) || put(conn, data, size)
           || put(conn, "\r\n", 2);
}

static bool
endless(const struct asked *asked)
{
    static const char zeroes[READ_SIZE];
    (void)put(asked->conn, CHUNKS, strlen(CHUNKS));
    while (!put_chunk(asked->conn, zeroes, sizeof zeroes)) {
    }
    return false;
}

static bool
headers(const struct asked *asked)
{
    static const char start[] = "HTTP/1.1 200 OK\r\n";
    static const char line[] = "X-Nothing: to say\r\n";
    int failed = put(asked->conn, start, strlen(start));
    while (!failed) {
        failed = put(asked->conn, line, strlen(line));
    }
    return false;
}

static bool
chunked(const struct asked *asked)
{
    size_t size;
    char *data = answer_to(asked, &size);
    (void)put(asked->conn, CHUNKS, strlen(CHUNKS));
    for (size_t i = 0; i < size; i++) {
        (void)put_chunk(asked->conn, data + i, 1);
    }
    (void)put(asked->conn, "0\r\n\r\n", 5);
    free(data);
    return true;
}

static bool
status(const struct asked *asked)
{
    char text[WORD + 32];
    int code = atoi(asked->word);
    int size =
        snprintf(text, sizeof text, "as \x1b%s was asked\nfor\n", asked->word);
    put_head(asked->conn, code, "text/plain; charset=utf-8",
             code == 204 ? 0 : (size_t)size, "Location: /elsewhere\r\n");
    (void)put(asked->conn, text, code == 204 ? 0 : (size_t)size);
    return true;
}

static const struct {
    const char *word;
    act_f *act;
} acts[] = {
    {"leave", leave},
    {"hold", hold},
    {"hang", hang},
    {"half", half},
    {"close", hang_up},
    {"cut", cut},
    {"garbage", garbage},
    {"page", page},
    {"other", other},
    {"empty", empty},
    {"undecodable", undecodable},
    {"big", big},
    {"endless", endless},
    {"headers", headers},
    {"chunked", chunked},
};

static act_f *
act_for(const char *word)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (!strcmp(acts[i].word, word)) {
            return acts[i].act;
        }
    }
    return strlen(word) == 3 && strspn(word, "0123456789") == 3 ? status
                                                                : answer;
}

/* --- requests --------------------------------------------------------------
 */

/* Bytes of the head with its empty line, 0 if it is not complete. */
static size_t
head_size(const struct conn *conn)
{
    for (size_t i = 3; i < conn->size; i++) {
        if (!memcmp(conn->data + i - 3, "\r\n\r\n", 4)) {
            return i + 1;
        }
    }
    return 0;
}

/* Of a request whose head is complete. */
static size_t
body_size(const struct conn *conn, size_t head)
{
    static const char name[] = "\r\nContent-Length: ";
    char text[1024];
    const char *at;
    size_t size = head < sizeof text ? head : sizeof text - 1;
    memcpy(text, conn->data, size);
    text[size] = '\0';
    at = strstr(text, name);
    return at ? (size_t)strtoul(at + strlen(name), NULL, 10) : 0;
}

static void
read_request(struct asked *asked, struct conn *conn, size_t head, size_t body)
{
    palm_slice_t word;
    asked->conn = conn;
    asked->body.data = conn->data + head;
    asked->body.size = body;
    asked->is_message =
        !palm_message_scan(&asked->message, conn->data + head, body, NULL);
    word = asked->is_message ? asked->message.payload : asked->body;
    (void)snprintf(asked->word, sizeof asked->word, "%.*s",
                   (int)(word.size < WORD ? word.size : WORD - 1),
                   word.size ? word.data : "");
}

/* Changes what was seen: a request has come, and so many more wait. */
static void
note(struct fake_http *self, const struct conn *conn, int requests, int waiting)
{
    struct fake_http_seen *seen = &self->seen;
    size_t room = sizeof seen->head - 1;
    (void)pthread_mutex_lock(&self->lock);
    seen->requests += requests;
    seen->waiting += waiting;
    seen->most = seen->most > seen->waiting ? seen->most : seen->waiting;
    if (requests) {
        size_t size = head_size(conn) < room ? head_size(conn) : room;
        memcpy(seen->head, conn->data, size);
        seen->head[size] = '\0';
    }
    (void)pthread_mutex_unlock(&self->lock);
}

static void
shut(struct fake_http *self, struct conn *conn)
{
    if (conn->waits) {
        note(self, conn, 0, -1);
    }
    (void)close(conn->fd);
    free(conn->data);
    memset(conn, 0, sizeof *conn);
    conn->fd = -1;
}

/* Does what the request asks for, if it is complete. */
static void
look_at(struct fake_http *self, struct conn *conn)
{
    struct asked asked;
    size_t head = head_size(conn);
    size_t body = head ? body_size(conn, head) : 0;
    if (!head || conn->size < head + body) {
        return;
    }
    read_request(&asked, conn, head, body);
    act_f *act = act_for(asked.word);
    note(self, conn, 1, 0);
    if (!act(&asked)) {
        shut(self, conn);
    } else if (conn->waits) {
        note(self, conn, 0, 1);
    } else {
        conn->size = 0;
    }
}

static void
let_go(struct fake_http *self, struct conn *conn)
{
    struct asked asked;
    size_t head = head_size(conn);
    read_request(&asked, conn, head, body_size(conn, head));
    conn->waits = conn->holds = false;
    (void)answer(&asked);
    conn->size = 0;
    note(self, conn, 0, -1);
}

static void
listen_to(struct fake_http *self, struct conn *conn)
{
    if (conn->room - conn->size < READ_SIZE) {
        conn->room = 2 * conn->room + READ_SIZE;
        conn->data = realloc(conn->data, conn->room);
    }
    ssize_t got = recv(conn->fd, conn->data + conn->size, READ_SIZE, 0);
    if (got <= 0) {
        shut(self, conn);
        return;
    }
    conn->size += (size_t)got;
    if (!conn->waits) {
        look_at(self, conn);
    }
}

/* --- the thread ------------------------------------------------------------
 */

/* Head and body are sent one by one: that must not wait for the peer's ACK. */
static void
take_connection(struct fake_http *self, struct conn *conns)
{
    const int on = 1;
    int fd = accept(self->listener, NULL, NULL);
    int i = 0;
    while (i < CONNECTIONS && conns[i].fd >= 0) {
        i++;
    }
    if (fd >= 0 && i < CONNECTIONS) {
        conns[i].fd = fd;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)pthread_mutex_lock(&self->lock);
        self->seen.connections++;
        (void)pthread_mutex_unlock(&self->lock);
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

/* What the test's thread wants.  Returns false at the end. */
static bool
obey(struct fake_http *self, struct conn *conns)
{
    char byte;
    ssize_t got = read(self->wake[0], &byte, 1);
    (void)pthread_mutex_lock(&self->lock);
    bool stopping = self->stopping || got <= 0;
    bool releasing = self->releasing;
    self->releasing = false;
    (void)pthread_mutex_unlock(&self->lock);
    for (int i = 0; releasing && i < CONNECTIONS; i++) {
        if (conns[i].fd >= 0 && conns[i].holds) {
            let_go(self, &conns[i]);
        }
    }
    return !stopping;
}

static void *
run(void *arg)
{
    struct fake_http *self = arg;
    struct conn conns[CONNECTIONS];
    struct pollfd items[CONNECTIONS + 2];
    bool going = true;
    for (int i = 0; i < CONNECTIONS; i++) {
        conns[i] = (struct conn){.fd = -1};
    }
    while (going) {
        items[0] = (struct pollfd){self->wake[0], POLLIN, 0};
        items[1] = (struct pollfd){self->listener, POLLIN, 0};
        for (int i = 0; i < CONNECTIONS; i++) {
            items[i + 2] = (struct pollfd){conns[i].fd, POLLIN, 0};
        }
        (void)poll(items, CONNECTIONS + 2, -1);
        for (int i = 0; i < CONNECTIONS; i++) {
            if (conns[i].fd >= 0 && items[i + 2].revents) {
                listen_to(self, &conns[i]);
            }
        }
        if (items[1].revents) {
            take_connection(self, conns);
        }
        going = !items[0].revents || obey(self, conns);
    }
    for (int i = 0; i < CONNECTIONS; i++) {
        if (conns[i].fd >= 0) {
            shut(self, &conns[i]);
        }
    }
    return NULL;
}

/* --- the test's thread -----------------------------------------------------
 */

void
fake_http_reserve(struct fake_http *self)
{
    struct sockaddr_in name;
    socklen_t size = sizeof name;
    memset(self, 0, sizeof *self);
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self->listener = socket(AF_INET, SOCK_STREAM, 0);
    MUST(self->listener >= 0);
    MUST(!bind(self->listener, (struct sockaddr *)&name, size));
    MUST(!getsockname(self->listener, (struct sockaddr *)&name, &size));
    (void)snprintf(self->url, sizeof self->url, "http://127.0.0.1:%d/work",
                   (int)ntohs(name.sin_port));
    MUST(!pthread_mutex_init(&self->lock, NULL));
    MUST(!pipe(self->wake));
}

void
fake_http_listen(struct fake_http *self)
{
    MUST(!listen(self->listener, CONNECTIONS));
    MUST(!pthread_create(&self->thread, NULL, run, self));
    self->runs = true;
}

static void
order(struct fake_http *self, bool *what)
{
    (void)pthread_mutex_lock(&self->lock);
    *what = true;
    (void)pthread_mutex_unlock(&self->lock);
    MUST(write(self->wake[1], "", 1) == 1);
}

void
fake_http_stop(struct fake_http *self)
{
    order(self, &self->stopping);
    if (self->runs) {
        (void)pthread_join(self->thread, NULL);
    }
    (void)close(self->listener);
    (void)close(self->wake[0]);
    (void)close(self->wake[1]);
    (void)pthread_mutex_destroy(&self->lock);
}

void
fake_http_release(struct fake_http *self)
{
    order(self, &self->releasing);
}

struct fake_http_seen
fake_http_seen(struct fake_http *self)
{
    (void)pthread_mutex_lock(&self->lock);
    struct fake_http_seen seen = self->seen;
    (void)pthread_mutex_unlock(&self->lock);
    return seen;
}

struct awaited {
    struct fake_http *fake;
    size_t counter;
    int n;
};

static bool
is_seen(void *arg)
{
    const struct awaited *what = arg;
    struct fake_http_seen seen = fake_http_seen(what->fake);
    int value;
    memcpy(&value, (const char *)&seen + what->counter, sizeof value);
    return value >= what->n;
}

void
fake_http_await(struct fake_http *self, size_t counter, int n)
{
    struct awaited what = {self, counter, n};
    MUST(tap_await(is_seen, &what));
}
