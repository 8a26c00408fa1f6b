/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/http_owner.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/support/tap.h"

static void
add(struct http_owner *owner, unsigned *counter)
{
    (void)pthread_mutex_lock(&owner->lock);
    (*counter)++;
    (void)pthread_mutex_unlock(&owner->lock);
}

unsigned
owner_get(struct http_owner *owner, const unsigned *counter)
{
    (void)pthread_mutex_lock(&owner->lock);
    unsigned n = *counter;
    (void)pthread_mutex_unlock(&owner->lock);
    return n;
}

/* --- what the owner does -------------------------------------------------- */

static void
echo(palm__http_request_t *request)
{
    static const char *const headers[] = {"X-Test", "yes", NULL};
    zmq_msg_t body;
    if (palm__http_take_body(request, &body)) {
        return;
    }
    const palm_slice_t text = {zmq_msg_data(&body), zmq_msg_size(&body)};
    palm__http_answer(request, PALM__HTTP_OK, "text/plain", text, headers);
    (void)zmq_msg_close(&body);
}

static void
release(struct http_owner *owner)
{
    for (size_t i = 0; i < owner->kept_count; i++) {
        palm__http_answer(owner->kept[i], PALM__HTTP_OK, NULL,
                          palm_slice("released"), NULL);
    }
    owner->kept_count = 0;
}

static void
serve(palm__http_request_t *request, void *arg)
{
    struct http_owner *owner = arg;
    const char *path = palm__http_path(request);
    add(owner, &owner->served);
    palm__http_set_mark(request, owner);
    if (!strcmp(path, "/keep")) {
        owner->kept[owner->kept_count++] = request;
    } else if (!strcmp(path, "/release")) {
        release(owner);
        echo(request);
    } else if (!strcmp(path, "/path%20here")) {
        palm__http_answer(request, PALM__HTTP_OK, NULL, palm_slice(path), NULL);
    } else if (!strcmp(path, "/echo")) {
        echo(request);
    }
}

static void
forget(palm__http_request_t *request, palm__http_loss_t why, void *arg)
{
    struct http_owner *owner = palm__http_mark(request);
    size_t left = 0;
    for (size_t i = 0; i < owner->kept_count; i++) {
        if (owner->kept[i] != request) {
            owner->kept[left++] = owner->kept[i];
        }
    }
    owner->kept_count = left;
    add(arg, why == PALM__HTTP_EXPIRED ? &owner->expired : &owner->gone);
}

static void
refused(unsigned status, const char *why, void *arg)
{
    struct http_owner *owner = arg;
    (void)why;
    (void)pthread_mutex_lock(&owner->lock);
    owner->refused = status;
    (void)pthread_mutex_unlock(&owner->lock);
}

static void
warn(const char *text, void *arg)
{
    struct http_owner *owner = arg;
    (void)text;
    add(owner, &owner->warned);
}

static void *
run(void *arg)
{
    struct http_owner *owner = arg;
    char byte;
    while (recv(owner->stop[1], &byte, 1, MSG_DONTWAIT) != 1) {
        palm__http_run(owner->http);
        palm__http_wait(owner->http, &owner->stop[1], 1, -1);
    }
    palm__http_destroy(&owner->http, owner->flush);
    return NULL;
}

/* --- start and end -------------------------------------------------------- */

void
owner_prepare(struct http_owner *owner)
{
    const palm__http_settings_t settings = {
        .address = "http://127.0.0.1:*",
        .allow = "GET, POST",
        .max_clients = HTTP_KEPT,
        .max_body = 1 << 20,
        .idle_timeout = 60000,
        .reply_timeout = 60000,
        .serve = serve,
        .forget = forget,
        .refused = refused,
        .warn = warn,
        .arg = owner,
    };
    memset(owner, 0, sizeof *owner);
    owner->settings = settings;
    owner->flush = tap_deadline();
}

void
owner_start(struct http_owner *owner)
{
    palm_error_t err = {0, ""};
    owner->http = palm__http_new(&owner->settings, &err);
    EQUAL_TEXT("", err.text);
    (void)snprintf(owner->endpoint, sizeof owner->endpoint, "%s",
                   palm__http_endpoint(owner->http));
    MUST(!pthread_mutex_init(&owner->lock, NULL));
    MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, owner->stop));
    MUST(!pthread_create(&owner->thread, NULL, run, owner));
}

void
owner_stop(struct http_owner *owner)
{
    EQUAL_INT(1, send(owner->stop[0], "", 1, MSG_NOSIGNAL));
    MUST(!pthread_join(owner->thread, NULL));
    (void)close(owner->stop[0]);
    (void)close(owner->stop[1]);
    (void)pthread_mutex_destroy(&owner->lock);
}

/* --- facts to wait for ---------------------------------------------------- */

struct count {
    struct http_owner *owner;
    const unsigned *counter;
    unsigned n;
};

static bool
has_counted(void *arg)
{
    const struct count *count = arg;
    return owner_get(count->owner, count->counter) >= count->n;
}

void
owner_await(struct http_owner *owner, const unsigned *counter, unsigned n)
{
    struct count count = {owner, counter, n};
    MUST(tap_await(has_counted, &count));
}
