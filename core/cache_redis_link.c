/* SPDX-License-Identifier: MIT */
/* cache_redis_link.c: connections to a Redis.
 *
 * Whoever calls takes an idle connection or makes one, and puts it back.  One
 * that broke is not mended: the call fails, since nobody knows whether Redis
 * has done it, and the next one connects.  While Redis is down one thread asks
 * every BACKOFF ms; the others fail at once with the same reason. */
#include "config.h"
#include "core/cache_redis.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "core/compat.h"

enum {
    BACKOFF = 100, /* ms */
    IDLE_MAX = 8   /* connections that are kept */
};

struct palm__redis {
    char *address; /* as the user has written it */
    char *host;    /* or the path */
    int port;      /* 0 = host is a path */
    char *prefix;
    char *password; /* NULL = none */
    int64_t timeout;
    pthread_mutex_t lock;
    redisContext *idle[IDLE_MAX]; /* guarded by lock */
    size_t idle_count;            /* guarded by lock */
    bool is_down;                 /* guarded by lock */
    int64_t retry_at;             /* palm__now_ms(); guarded by lock */
    palm_error_t reason;          /* why it is down; guarded by lock */
};

int
palm__redis_fail(const palm__redis_t *self, int code, const char *text,
                 palm_error_t *err)
{
    return palm_error_set(err, code, "redis %s: %s", self->address, text);
}

palm_slice_t
palm__redis_prefix(const palm__redis_t *self)
{
    return palm_slice(self->prefix);
}

/* --- what went wrong ------------------------------------------------------ */

/* A connection that failed; code is errno as hiredis left it. */
static int
fail_link(const palm__redis_t *self, const redisContext *link, int code,
          palm_error_t *err)
{
    if (!link) {
        return palm__redis_fail(self, ENOMEM, "out of memory", err);
    }
    if (link->err == REDIS_ERR_IO) {
        code = code == EAGAIN || code == EWOULDBLOCK || code == EINPROGRESS
                   ? ETIMEDOUT
                   : code;
        return palm__redis_fail(self, code ? code : EIO,
                                code ? palm_strerror(code) : link->errstr, err);
    }
    if (link->err == REDIS_ERR_EOF) {
        return palm__redis_fail(self, ECONNRESET, "it has hung up", err);
    }
    return palm__redis_fail(
        self, link->err == REDIS_ERR_OTHER ? EHOSTUNREACH : EPROTO,
        *link->errstr ? link->errstr : "the connection failed", err);
}

/* The first word of an error of Redis. */
static const struct {
    const char *word;
    int code;
} refusals[] = {
    {"OOM", ENOSPC},        {"NOAUTH", EACCES},   {"WRONGPASS", EACCES},
    {"NOPERM", EACCES},     {"LOADING", EAGAIN},  {"BUSY", EAGAIN},
    {"MASTERDOWN", EAGAIN}, {"TRYAGAIN", EAGAIN}, {"READONLY", EROFS},
    {"MISCONF", EROFS},
};

static int
fail_refused(const palm__redis_t *self, const redisReply *reply,
             palm_error_t *err)
{
    int code = EIO;
    size_t size = strcspn(reply->str, " ");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (strlen(refusals[i].word) == size
            && !memcmp(refusals[i].word, reply->str, size)) {
            code = refusals[i].code;
        }
    }
    return palm__redis_fail(self, code, reply->str, err);
}

/* --- SIGPIPE -------------------------------------------------------------- */

/* hiredis writes to sockets that may be closed.  Its signal must not end a
 * program whose thread uses a cache. */
struct guard {
    sigset_t pipe;
    sigset_t before; /* the thread's mask */
    bool was_pending;
};

static void
guard_begin(struct guard *guard)
{
    sigset_t pending;
    (void)sigemptyset(&guard->pipe);
    (void)sigaddset(&guard->pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &guard->pipe, &guard->before);
    guard->was_pending =
        sigismember(&guard->before, SIGPIPE) == 1
        || (!sigpending(&pending) && sigismember(&pending, SIGPIPE) == 1);
}

/* Takes the signal that a write has made, if it has, and lets later ones
 * through as before. */
static void
guard_end(struct guard *guard, bool may_have_come)
{
    int saved = errno, number;
    sigset_t pending;
    if (may_have_come && !guard->was_pending && !sigpending(&pending)
        && sigismember(&pending, SIGPIPE) == 1) {
        (void)sigwait(&guard->pipe, &number);
    }
    (void)pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
    errno = saved;
}

/* --- one connection ------------------------------------------------------- */

/* Sends a command.  NULL: the connection is of no use any more. */
static redisReply *
ask(const palm__redis_t *self, redisContext *link, size_t count,
    const palm_slice_t *words, palm_error_t *err)
{
    const char **data = calloc(count, sizeof *data);
    size_t *sizes = calloc(count, sizeof *sizes);
    redisReply *reply = NULL;
    if (!data || !sizes) {
        free(data);
        free(sizes);
        (void)palm__redis_fail(self, ENOMEM, "out of memory", err);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        data[i] = words[i].size ? words[i].data : "";
        sizes[i] = words[i].size;
    }
    errno = 0;
    reply = redisCommandArgv(link, (int)count, data, sizes);
    int code = errno;
    free(data);
    free(sizes);
    if (!reply) {
        (void)fail_link(self, link, code, err);
    }
    return reply;
}

static int
log_in(const palm__redis_t *self, redisContext *link, palm_error_t *err)
{
    const palm_slice_t words[] = {palm_slice("AUTH"),
                                  palm_slice(self->password)};
    redisReply *reply = ask(self, link, 2, words, err);
    int result = -1;
    if (reply) {
        result = reply->type == REDIS_REPLY_ERROR
                     ? palm__redis_fail(self, EACCES, reply->str, err)
                     : 0;
        freeReplyObject(reply);
    }
    return result;
}

static redisContext *
make_link(const palm__redis_t *self, palm_error_t *err)
{
    struct timeval timeout;
    timeout.tv_sec = (time_t)(self->timeout / 1000);
    timeout.tv_usec = (suseconds_t)(self->timeout % 1000 * 1000);
    errno = 0;
    redisContext *link =
        self->port ? redisConnectWithTimeout(self->host, self->port, timeout)
                   : redisConnectUnixWithTimeout(self->host, timeout);
    int result = 0;
    if (!link || link->err || redisSetTimeout(link, timeout) != REDIS_OK) {
        result = fail_link(self, link, errno, err);
    } else if (self->password) {
        result = log_in(self, link, err);
    }
    if (result && link) {
        int saved = errno;
        redisFree(link);
        errno = saved;
    }
    if (!result && link) {
        (void)fcntl(link->fd, F_SETFD, FD_CLOEXEC); /* not for children */
    }
    return result ? NULL : link;
}

/* Whether an idle connection still stands: Redis says nothing unasked, so one
 * that can be read has been closed. */
static bool
stands(const redisContext *link)
{
    struct pollfd entry = {link->fd, POLLIN, 0};
    return poll(&entry, 1, 0) == 0;
}

/* --- all of them ---------------------------------------------------------- */

/* Redis does not answer: nobody connects for a while. */
static void
note_down(palm__redis_t *self, const palm_error_t *reason)
{
    (void)pthread_mutex_lock(&self->lock);
    self->is_down = true;
    self->retry_at = palm__now_ms() + BACKOFF;
    self->reason = *reason;
    (void)pthread_mutex_unlock(&self->lock);
}

/* Whether this thread may try to connect. */
static int
may_connect(palm__redis_t *self, palm_error_t *err)
{
    int result = 0;
    int64_t now = palm__now_ms();
    (void)pthread_mutex_lock(&self->lock);
    if (self->is_down && now < self->retry_at) {
        result =
            palm_error_set(err, self->reason.code, "%s", self->reason.text);
    } else if (self->is_down) {
        self->retry_at = now + self->timeout + BACKOFF; /* not two at once */
    }
    (void)pthread_mutex_unlock(&self->lock);
    return result;
}

static redisContext *
take_idle(palm__redis_t *self)
{
    redisContext *link = NULL;
    (void)pthread_mutex_lock(&self->lock);
    if (self->idle_count > 0) {
        link = self->idle[--self->idle_count];
    }
    (void)pthread_mutex_unlock(&self->lock);
    return link;
}

static redisContext *
take_link(palm__redis_t *self, palm_error_t *err)
{
    redisContext *link;
    while ((link = take_idle(self))) {
        if (stands(link)) {
            return link;
        }
        redisFree(link);
    }
    if (may_connect(self, err)) {
        return NULL;
    }
    if (!(link = make_link(self, err))) {
        int saved = errno;
        note_down(self, err);
        errno = saved;
        return NULL;
    }
    (void)pthread_mutex_lock(&self->lock);
    self->is_down = false;
    (void)pthread_mutex_unlock(&self->lock);
    return link;
}

static void
put_back(palm__redis_t *self, redisContext *link)
{
    (void)pthread_mutex_lock(&self->lock);
    if (self->idle_count < IDLE_MAX) {
        self->idle[self->idle_count++] = link;
        link = NULL;
    }
    (void)pthread_mutex_unlock(&self->lock);
    if (link) {
        redisFree(link);
    }
}

/* The same without the guard; NULL also if Redis refuses. */
static redisReply *
call(palm__redis_t *self, size_t count, const palm_slice_t *words,
     palm_error_t *err)
{
    redisContext *link = take_link(self, err);
    if (!link) {
        return NULL;
    }
    redisReply *reply = ask(self, link, count, words, err);
    if (!reply) {
        int saved = errno;
        redisFree(link);
        if (saved != ENOMEM) {
            note_down(self, err);
        }
        errno = saved;
        return NULL;
    }
    put_back(self, link);
    if (reply->type == REDIS_REPLY_ERROR) {
        (void)fail_refused(self, reply, err);
        int saved = errno;
        freeReplyObject(reply);
        errno = saved;
        return NULL;
    }
    return reply;
}

redisReply *
palm__redis_call(palm__redis_t *self, size_t count, const palm_slice_t *words,
                 palm_error_t *err)
{
    struct guard guard;
    guard_begin(&guard);
    redisReply *reply = call(self, count, words, err);
    guard_end(&guard, !reply);
    return reply;
}

/* --- open and close ------------------------------------------------------- */

/* tcp://HOST:PORT, tcp://[HOST]:PORT, ipc://PATH. */
static int
read_address(palm__redis_t *self, palm_error_t *err)
{
    static const char tcp[] = "tcp://", ipc[] = "ipc://";
    const char *text = self->address, *colon = strrchr(text, ':');
    bool is_tcp = !strncmp(text, tcp, sizeof tcp - 1);
    char *end;
    if (!is_tcp && !strncmp(text, ipc, sizeof ipc - 1)
        && text[sizeof ipc - 1]) {
        self->host = strdup(text + sizeof ipc - 1);
        return self->host
                   ? 0
                   : palm__redis_fail(self, ENOMEM, "out of memory", err);
    }
    long port = is_tcp ? strtol(colon + 1, &end, 10) : 0;
    const char *host = text + sizeof tcp - 1;
    if (!is_tcp || colon <= host || *end || port < 1 || port > 65535) {
        return palm__redis_fail(self, EINVAL,
                                "expected tcp://HOST:PORT or ipc://PATH", err);
    }
    bool in_brackets = *host == '[' && colon[-1] == ']';
    host += in_brackets;
    size_t size = (size_t)(colon - host) - in_brackets;
    if (!(self->host = calloc(1, size + 1))) {
        return palm__redis_fail(self, ENOMEM, "out of memory", err);
    }
    memcpy(self->host, host, size);
    self->port = (int)port;
    return 0;
}

static int
greet(palm__redis_t *self, palm_error_t *err)
{
    const palm_slice_t word = palm_slice("PING");
    redisReply *reply = palm__redis_call(self, 1, &word, err);
    if (!reply) {
        return -1;
    }
    freeReplyObject(reply);
    return 0;
}

void *
palm__redis_open(const palm_cache_options_t *options, palm_error_t *err)
{
    palm__redis_t *self = calloc(1, sizeof *self);
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    (void)pthread_mutex_init(&self->lock, NULL);
    self->timeout = options->timeout > INT_MAX ? INT_MAX : options->timeout;
    if (!(self->address = strdup(options->address ? options->address : ""))
        || !(self->prefix = strdup(options->prefix ? options->prefix : ""))
        || (options->password
            && !(self->password = strdup(options->password)))) {
        palm__redis_close(self);
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    if (read_address(self, err) || greet(self, err)) {
        palm__redis_close(self);
        return NULL;
    }
    return self;
}

void
palm__redis_close(void *store)
{
    palm__redis_t *self = store;
    int saved = errno;
    for (size_t i = 0; i < self->idle_count; i++) {
        redisFree(self->idle[i]);
    }
    (void)pthread_mutex_destroy(&self->lock);
    free(self->address);
    free(self->host);
    free(self->prefix);
    free(self->password);
    free(self);
    errno = saved;
}
