/* SPDX-License-Identifier: MIT */
/* How a client sends messages and receives results.
 *
 * Design notes.  While there is no room for a message its client receives: a
 * client that only waited could never get room, since the server may be unable
 * to take a message before it has handed over results.  What comes meanwhile
 * is kept, at most a window full; then it is the caller's turn to receive.
 *
 * A call's message carries a uuid as its cache field, of which all calls of a
 * client share the beginning.  So a result that comes when its call has been
 * given up is known for what it is and dropped; a job never sees it. */
#include "config.h"
#include "core/client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/client_state.h"
#include "core/connect.h"

/* What came on the SUB socket. */
enum { DROPPED, OF_JOB, OF_CALL };

/* --- receiving ------------------------------------------------------------ */

static int
classify(const palm_client_t *self, const palm_message_t *message)
{
    const palm_slice_t *tag = &message->cache;
    if (self->calls == 0 || tag->size != PALM_ID_SIZE
        || memcmp(tag->data, self->tag, PALM__CALL_PREFIX_SIZE)) {
        return OF_JOB;
    }
    return memcmp(tag->data, self->tag, PALM_ID_SIZE) ? DROPPED : OF_CALL;
}

static bool
is_own_topic(const palm_client_t *self, zmq_msg_t *frame)
{
    return zmq_msg_size(frame) == PALM_ID_SIZE
           && !memcmp(zmq_msg_data(frame), self->id, PALM_ID_SIZE);
}

/* Receives [topic, message] if it is there, the message into *frame, which is
 * initialized.  Returns what it is, or -1 with errno (EAGAIN: nothing). */
static int
receive_one(palm_client_t *self, zmq_msg_t *frame, palm_message_t *message)
{
    bool is_own;
    if (zmq_msg_recv(frame, self->sub, ZMQ_DONTWAIT) < 0) {
        return errno == EINTR ? DROPPED : -1;
    }
    if (!zmq_msg_more(frame)) {
        return DROPPED;
    }
    is_own = is_own_topic(self, frame);
    while (zmq_msg_recv(frame, self->sub, ZMQ_DONTWAIT) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    if (zmq_msg_more(frame)) {
        palm__drop_rest(self->sub);
        return DROPPED;
    }
    if (!is_own
        || palm_message_scan(message, zmq_msg_data(frame), zmq_msg_size(frame),
                             NULL)) {
        return DROPPED;
    }
    return classify(self, message);
}

/* Waits for something to receive; -1 with errno code if nothing comes. */
static int
await_some(palm_client_t *self, int64_t deadline, int code)
{
    zmq_pollitem_t item = {self->sub, 0, ZMQ_POLLIN, 0};
    int ready = palm__poll(&item, 1, deadline);
    if (ready == 0) {
        errno = code;
    }
    return ready > 0 ? 0 : -1;
}

void
palm_client_forget(palm_client_t *self, int64_t n)
{
    if (n > 0) {
        self->outstanding = n < self->outstanding ? self->outstanding - n : 0;
    }
}

int64_t
palm_client_outstanding(const palm_client_t *self)
{
    return self->outstanding;
}

/* Receives one if it is there.  A job's result is kept; the result of the
 * latest call goes to *call, an initialized frame, if that is not NULL.
 * Returns what it was, or -1 with errno. */
static int
keep_one(palm_client_t *self, zmq_msg_t *call)
{
    palm_message_t message;
    struct palm__kept *kept = calloc(1, sizeof *kept);
    int kind;
    if (!kept) {
        return -1;
    }
    (void)zmq_msg_init(&kept->frame);
    kind = receive_one(self, &kept->frame, &message);
    if (kind == OF_JOB) {
        *self->kept_end = kept;
        self->kept_end = &kept->next;
        self->kept_count++;
        palm_client_forget(self, 1);
        return kind;
    }
    if (kind == OF_CALL && call) {
        (void)zmq_msg_move(call, &kept->frame);
    }
    (void)zmq_msg_close(&kept->frame);
    free(kept);
    return kind;
}

/* The oldest result that was kept, into *frame, which is initialized. */
static void
take_kept(palm_client_t *self, zmq_msg_t *frame)
{
    struct palm__kept *kept = self->kept;
    self->kept = kept->next;
    if (!self->kept) {
        self->kept_end = &self->kept;
    }
    self->kept_count--;
    (void)zmq_msg_move(frame, &kept->frame);
    (void)zmq_msg_close(&kept->frame);
    free(kept);
}

/* Fills in what depends on where the frame lies: small ones are inside it. */
static int
fill_result(palm_result_t *result)
{
    if (palm_message_scan(&result->message, zmq_msg_data(&result->frame),
                          zmq_msg_size(&result->frame), NULL)) {
        return -1;
    }
    if (!palm_message_error(&result->message, &result->error)) {
        result->error = palm_slice(NULL);
    }
    return 0;
}

static int
await_job_result(palm_client_t *self, palm_result_t *result, int64_t deadline)
{
    int kind;
    while ((kind = receive_one(self, &result->frame, &result->message))
           != OF_JOB) {
        if (kind < 0
            && (errno != EAGAIN || await_some(self, deadline, EAGAIN))) {
            return -1;
        }
    }
    palm_client_forget(self, 1);
    return 0;
}

int
palm_client_recv(palm_client_t *self, palm_result_t *result, int64_t timeout)
{
    if (!self->sub) {
        errno = ENOTCONN; /* cache_only */
        return -1;
    }
    (void)zmq_msg_init(&result->frame);
    if (self->kept) {
        take_kept(self, &result->frame);
    } else if (await_job_result(self, result, palm__deadline(timeout))) {
        palm_result_fini(result);
        return -1;
    }
    return fill_result(result);
}

void
palm_result_fini(palm_result_t *result)
{
    int saved = errno;
    (void)zmq_msg_close(&result->frame);
    errno = saved;
}

/* --- sending -------------------------------------------------------------- */

/* Memory for a function field of size bytes. */
static int
require_room(palm_client_t *self, size_t size)
{
    char *text;
    if (size <= self->function_room) {
        return 0;
    }
    text = realloc(self->function, size);
    if (!text) {
        return -1;
    }
    self->function = text;
    self->function_room = size;
    return 0;
}

/* Appends one element, with the server's name before it if it has no dot. */
static char *
put_element(char *to, const char *element, size_t size, const char *server)
{
    if (server && !memchr(element, '.', size)) {
        size_t server_size = strlen(server);
        memcpy(to, server, server_size);
        to[server_size] = '.';
        to += server_size + 1;
    }
    memcpy(to, element, size);
    return to + size;
}

/* The function field: the elements with single blanks between them, and the
 * server's name before each that has no dot. */
static int
build_function(palm_client_t *self, const char *function, palm_slice_t *field)
{
    size_t blanks = 0;
    char *to;
    size_t server_size = self->server ? strlen(self->server) + 1 : 0;
    *field = palm_slice(function);
    for (size_t i = 0; i < field->size; i++) {
        blanks += function[i] == ' ';
    }
    if (require_room(self, field->size + (blanks + 1) * server_size + 1)) {
        return -1;
    }
    to = self->function;
    while (*(function += strspn(function, " "))) {
        size_t size = strcspn(function, " ");
        if (to > self->function) {
            *to++ = ' ';
        }
        to = put_element(to, function, size, self->server);
        function += size;
    }
    field->data = self->function;
    field->size = (size_t)(to - self->function);
    return 0;
}

static int
build_frame(palm_client_t *self, const char *function, palm_slice_t payload,
            const char *cache, zmq_msg_t *frame)
{
    palm_message_t message = palm__client_message(self);
    if (build_function(self, function ? function : "", &message.function)) {
        return -1;
    }
    message.cache = palm_slice(cache);
    message.payload = payload;
    if (!palm_slice_is_utf8(message.function)
        || !palm_slice_is_utf8(message.cache)) {
        errno = EINVAL;
        return -1;
    }
    return palm_message_encode(&message, frame);
}

/* Waits until there may be room, and keeps results that come meanwhile.
 * Returns -1 with errno EAGAIN if waiting is of no use. */
static int
make_room(palm_client_t *self, int64_t deadline)
{
    zmq_pollitem_t items[2] = {{self->sub, 0, ZMQ_POLLIN, 0},
                               {self->push, 0, ZMQ_POLLOUT, 0}};
    int count = self->outstanding < self->window ? 2 : 1;
    int ready;
    if (self->kept_count >= self->window) {
        errno = EAGAIN;
        return -1;
    }
    ready = palm__poll(items, count, deadline);
    if (ready == 0) {
        errno = EAGAIN;
    }
    if (ready > 0 && items[0].revents && keep_one(self, NULL) < 0) {
        return errno == EAGAIN ? 0 : -1;
    }
    return ready > 0 ? 0 : -1;
}

static int
send_frame(palm_client_t *self, zmq_msg_t *frame, int64_t deadline)
{
    for (;;) {
        if (self->outstanding < self->window) {
            if (zmq_msg_send(frame, self->push, ZMQ_DONTWAIT) >= 0) {
                self->outstanding++;
                return 0;
            }
            if (errno != EAGAIN && errno != EINTR) {
                return -1;
            }
        }
        if (make_room(self, deadline)) {
            return -1;
        }
    }
}

static int
send_message(palm_client_t *self, const char *function, palm_slice_t payload,
             const char *cache, int64_t deadline)
{
    zmq_msg_t frame;
    int saved;
    if (!self->push) {
        errno = ENOTCONN; /* cache_only */
        return -1;
    }
    if (build_frame(self, function, payload, cache, &frame)) {
        return -1;
    }
    if (self->largest >= 0 && zmq_msg_size(&frame) > (uint64_t)self->largest) {
        errno = EMSGSIZE;
    } else if (!send_frame(self, &frame, deadline)) {
        return 0;
    }
    saved = errno;
    (void)zmq_msg_close(&frame);
    errno = saved;
    return -1;
}

int
palm_client_send(palm_client_t *self, const char *function,
                 palm_slice_t payload, const char *cache, int64_t timeout)
{
    return send_message(self, function, payload, cache,
                        palm__deadline(timeout));
}

/* --- calling -------------------------------------------------------------- */

static void
next_tag(palm_client_t *self)
{
    const uint64_t twelve_digits = UINT64_C(0xffffffffffff);
    self->calls++;
    (void)snprintf(self->tag + PALM__CALL_PREFIX_SIZE,
                   sizeof self->tag - PALM__CALL_PREFIX_SIZE, "%012" PRIx64,
                   self->calls & twelve_digits);
}

static int
await_call_result(palm_client_t *self, zmq_msg_t *frame, int64_t deadline)
{
    int kind;
    while ((kind = keep_one(self, frame)) != OF_CALL) {
        if (kind < 0
            && (errno != EAGAIN || await_some(self, deadline, ETIMEDOUT))) {
            return -1;
        }
    }
    return 0;
}

int
palm_client_call(palm_client_t *self, const char *function,
                 palm_slice_t payload, palm_result_t *result, int64_t timeout,
                 palm_error_t *err)
{
    int64_t deadline = palm__deadline(timeout);
    int status;
    function = function ? function : "";
    next_tag(self);
    if (send_message(self, function, payload, self->tag, deadline)) {
        if (errno == EMSGSIZE) {
            return palm_error_set(
                err, EMSGSIZE,
                "call of '%s': not sent: its payload has %zu bytes, the server "
                "takes messages of %" PRId64 " at most",
                function, payload.size, self->largest);
        }
        return palm_error_set(err, errno, "call of '%s': not sent: %s",
                              function, palm_strerror(errno));
    }
    (void)zmq_msg_init(&result->frame);
    status = await_call_result(self, &result->frame, deadline);
    palm_client_forget(self, 1); /* come, or given up */
    if (!status && !fill_result(result)) {
        return 0;
    }
    palm_result_fini(result);
    return palm_error_set(err, errno, "call of '%s': no result: %s", function,
                          palm_strerror(errno));
}
