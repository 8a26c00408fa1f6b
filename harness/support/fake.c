/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/fake.h"

#include <stdio.h>
#include <string.h>

#include "harness/support/tap.h"

/* One request: the identity and the message. */
struct asked {
    zmq_msg_t identity;
    zmq_msg_t frame;
};

/* --- the cache's thread; it may not assert -------------------------------- */

static void
copy(char to[FAKE_TEXT], const void *data, size_t size)
{
    size_t n = size < FAKE_TEXT ? size : FAKE_TEXT - 1;
    if (n) {
        memcpy(to, data, n);
    }
    to[n] = '\0';
}

static void
put_locked(struct fake *self, const char *key, const char *value)
{
    int found = -1;
    for (int i = FAKE_KEYS - 1; i >= 0; i--) {
        if (!strcmp(self->entries[i].key, key)) {
            found = i;
            break;
        }
        if (!self->entries[i].key[0]) {
            found = i;
        }
    }
    if (found >= 0) {
        copy(self->entries[found].key, value ? key : "",
             value ? strlen(key) : 0);
        copy(self->entries[found].value, value ? value : "",
             value ? strlen(value) : 0);
    }
}

/* The reply to a request, as text. */
static void
reply_to(struct fake *self, const palm_message_t *request,
         char reply[FAKE_TEXT])
{
    char key[FAKE_TEXT];
    const char *verb = strchr(self->last.function, '.');
    copy(reply, "", 0);
    copy(key, request->payload.data, request->payload.size);
    if (verb && !strcmp(verb, ".get")) {
        for (int i = 0; i < FAKE_KEYS; i++) {
            if (!strcmp(self->entries[i].key, key)) {
                copy(reply, self->entries[i].value,
                     strlen(self->entries[i].value));
            }
        }
    } else if (verb && !strcmp(verb, ".set") && strcmp(key, "refuse me")) {
        copy(reply, request->cache.data, request->cache.size);
        put_locked(self, reply[0] ? reply : "chosen", key);
        copy(reply, reply[0] ? reply : "chosen", reply[0] ? strlen(reply) : 6);
    } else if (verb && !strcmp(verb, ".delete")) {
        put_locked(self, key, NULL);
        copy(reply, key, strlen(key));
    }
}

static void
note(struct fake *self, struct asked *asked, const palm_message_t *request)
{
    const char *identity = zmq_msg_data(&asked->identity);
    bool is_chosen = identity[0] != '\0'; /* libzmq's own begin with NUL */
    self->requests++;
    copy(self->last.identity, identity,
         is_chosen ? zmq_msg_size(&asked->identity) : 0);
    copy(self->last.function, request->function.data, request->function.size);
    copy(self->last.pipeline, request->pipeline.data, request->pipeline.size);
    copy(self->last.client, request->client.data, request->client.size);
    copy(self->last.cache, request->cache.data, request->cache.size);
}

static void
send_reply(struct fake *self, zmq_msg_t *to, const void *bytes, size_t size,
           bool is_split)
{
    zmq_msg_t identity;
    (void)zmq_msg_init(&identity);
    (void)zmq_msg_copy(&identity, to);
    (void)zmq_msg_send(&identity, self->cache, ZMQ_SNDMORE);
    (void)zmq_send(self->cache, "", 0, ZMQ_SNDMORE);
    (void)zmq_send(self->cache, bytes, size, is_split ? ZMQ_SNDMORE : 0);
    if (is_split) {
        (void)zmq_send(self->cache, "more", 4, 0);
    }
}

static void
answer(struct fake *self, struct asked *asked)
{
    palm_message_t request = PALM_MESSAGE_INIT;
    char reply[FAKE_TEXT];
    const void *bytes;
    size_t size;
    bool is_silent, is_split;
    int more;
    (void)pthread_mutex_lock(&self->lock);
    if (palm_message_scan(&request, zmq_msg_data(&asked->frame),
                          zmq_msg_size(&asked->frame), NULL)) {
        request.function = palm_slice("undecodable");
    }
    note(self, asked, &request);
    reply_to(self, &request, reply);
    is_silent = self->silent > 0;
    self->silent -= is_silent;
    is_split = self->is_split;
    more = self->more;
    self->more = 0;
    bytes = self->answer ? self->answer : reply;
    size = self->answer ? self->answer_size : strlen(reply);
    (void)pthread_mutex_unlock(&self->lock);
    for (int i = is_silent; i <= more; i++) {
        send_reply(self, &asked->identity, bytes, size, is_split);
    }
    (void)zmq_msg_close(&asked->identity);
    (void)zmq_msg_close(&asked->frame);
}

static void
serve_one(struct fake *self, struct asked *late, bool *has_late)
{
    struct asked asked;
    bool is_late;
    (void)zmq_msg_init(&asked.identity);
    (void)zmq_msg_init(&asked.frame);
    (void)zmq_msg_recv(&asked.identity, self->cache, 0);
    (void)zmq_msg_recv(&asked.frame, self->cache, 0); /* the delimiter */
    (void)zmq_msg_recv(&asked.frame, self->cache, 0);
    (void)pthread_mutex_lock(&self->lock);
    is_late = self->is_late;
    self->is_late = false;
    (void)pthread_mutex_unlock(&self->lock);
    if (is_late) {
        (void)zmq_msg_init(&late->identity);
        (void)zmq_msg_init(&late->frame);
        (void)zmq_msg_move(&late->identity, &asked.identity);
        (void)zmq_msg_move(&late->frame, &asked.frame);
        *has_late = true;
        return;
    }
    if (*has_late) {
        answer(self, late);
        *has_late = false;
    }
    answer(self, &asked);
}

static void *
serve(void *arg)
{
    struct fake *self = arg;
    struct asked late;
    bool has_late = false;
    zmq_pollitem_t items[2] = {{self->cache, 0, ZMQ_POLLIN, 0},
                               {self->control_end, 0, ZMQ_POLLIN, 0}};
    while (zmq_poll(items, 2, -1) > 0 && !items[1].revents) {
        serve_one(self, &late, &has_late);
    }
    if (has_late) {
        (void)zmq_msg_close(&late.identity);
        (void)zmq_msg_close(&late.frame);
    }
    (void)zmq_close(self->cache);
    (void)zmq_close(self->control_end);
    return NULL;
}

/* --- the test's thread ---------------------------------------------------- */

static void *
bind_socket(struct fake *self, int type, char address[FAKE_TEXT])
{
    int wait = tap_deadline();
    int linger = 0;
    size_t size = FAKE_TEXT;
    void *socket = zmq_socket(self->zmq, type);
    MUST(socket != NULL);
    MUST(!zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger));
    MUST(!zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof wait));
    MUST(!zmq_setsockopt(socket, ZMQ_SNDTIMEO, &wait, sizeof wait));
    MUST(!zmq_bind(socket, "tcp://127.0.0.1:*"));
    MUST(!zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &size));
    return socket;
}

static void
start_thread(struct fake *self)
{
    MUST((self->control = zmq_socket(self->zmq, ZMQ_PAIR)) != NULL);
    MUST((self->control_end = zmq_socket(self->zmq, ZMQ_PAIR)) != NULL);
    MUST(!zmq_bind(self->control, "inproc://control"));
    MUST(!zmq_connect(self->control_end, "inproc://control"));
    MUST(!pthread_mutex_init(&self->lock, NULL));
    MUST(!pthread_create(&self->thread, NULL, serve, self));
}

void
fake_start(struct fake *self, const char *name)
{
    memset(self, 0, sizeof *self);
    MUST((self->zmq = zmq_ctx_new()) != NULL);
    self->cache = bind_socket(self, ZMQ_ROUTER, self->db);
    self->pull = bind_socket(self, ZMQ_PULL, self->pull_address);
    self->pub = bind_socket(self, ZMQ_XPUB, self->pub_address);
    self->worker_push = bind_socket(self, ZMQ_PUSH, self->worker_push_address);
    self->worker_pull = bind_socket(self, ZMQ_PULL, self->worker_pull_address);
    put_locked(self, "name", name);
    put_locked(self, "pull_address", self->pull_address);
    put_locked(self, "pub_address", self->pub_address);
    put_locked(self, "worker_push_address", self->worker_push_address);
    put_locked(self, "worker_pull_address", self->worker_pull_address);
    start_thread(self);
}

void
fake_stop(struct fake *self)
{
    MUST(zmq_send(self->control, "", 0, 0) == 0);
    MUST(!pthread_join(self->thread, NULL));
    (void)zmq_close(self->control);
    (void)zmq_close(self->pull);
    (void)zmq_close(self->pub);
    (void)zmq_close(self->worker_push);
    (void)zmq_close(self->worker_pull);
    (void)zmq_ctx_term(self->zmq);
    (void)pthread_mutex_destroy(&self->lock);
}

void
fake_put(struct fake *self, const char *key, const char *value)
{
    (void)pthread_mutex_lock(&self->lock);
    put_locked(self, key, value);
    (void)pthread_mutex_unlock(&self->lock);
}

void
fake_be_silent(struct fake *self, int requests)
{
    (void)pthread_mutex_lock(&self->lock);
    self->silent = requests;
    (void)pthread_mutex_unlock(&self->lock);
}

void
fake_be_late(struct fake *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->is_late = true;
    (void)pthread_mutex_unlock(&self->lock);
}

void
fake_be_split(struct fake *self)
{
    (void)pthread_mutex_lock(&self->lock);
    self->is_split = true;
    (void)pthread_mutex_unlock(&self->lock);
}

void
fake_be_ahead(struct fake *self, int requests)
{
    (void)pthread_mutex_lock(&self->lock);
    self->more = requests;
    (void)pthread_mutex_unlock(&self->lock);
}

void
fake_answer(struct fake *self, const void *bytes, size_t size)
{
    (void)pthread_mutex_lock(&self->lock);
    self->answer = bytes;
    self->answer_size = size;
    (void)pthread_mutex_unlock(&self->lock);
}

int
fake_requests(struct fake *self)
{
    int requests;
    (void)pthread_mutex_lock(&self->lock);
    requests = self->requests;
    (void)pthread_mutex_unlock(&self->lock);
    return requests;
}

struct fake_request
fake_last(struct fake *self)
{
    struct fake_request last;
    (void)pthread_mutex_lock(&self->lock);
    last = self->last;
    (void)pthread_mutex_unlock(&self->lock);
    return last;
}

void
fake_await_subscription(struct fake *self, const char *topic)
{
    char frame[FAKE_TEXT];
    int size = zmq_recv(self->pub, frame, sizeof frame, 0);
    MUST(size > 0);
    EQUAL_INT(1, frame[0]);
    EQUAL_BYTES(topic, strlen(topic), frame + 1, (size_t)size - 1);
}

palm_message_t
fake_take(void *socket, zmq_msg_t *frame)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    (void)zmq_msg_init(frame);
    MUST(zmq_msg_recv(frame, socket, 0) >= 0);
    MUST(!zmq_msg_more(frame));
    MUST(!palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                            NULL));
    return message;
}

bool
fake_has(void *socket)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    return zmq_poll(&item, 1, 50) > 0;
}

void
fake_publish(struct fake *self, palm_message_t message, const char *payload)
{
    zmq_msg_t frame;
    message.payload = palm_slice(payload);
    MUST(!palm_message_encode(&message, &frame));
    MUST(zmq_send(self->pub, message.client.data, message.client.size,
                  ZMQ_SNDMORE)
         >= 0);
    MUST(zmq_msg_send(&frame, self->pub, 0) >= 0);
}

void
fake_push(struct fake *self, const palm_message_t *message)
{
    zmq_msg_t frame;
    MUST(!palm_message_encode(message, &frame));
    MUST(zmq_msg_send(&frame, self->worker_push, 0) >= 0);
}
