/* SPDX-License-Identifier: MIT */
/* http_gateway.c: HttpGateway, functions called by HTTP (palm-1.md,
 * 17.3).
 *
 * Design notes
 *
 * - A request becomes a message whose `client` is a new uuid, and goes to the
 *   GatewayRouter through one DEALER; the answer comes back the same way and is
 *   matched by that uuid.  One thread and one socket serve all clients.
 * - A call ends once: by its answer, by 504 after reply_timeout, by the
 *   client's leaving, or with 503 at the end.  An answer that matches no call,
 *   because it is late, double or somebody else's, is dropped and counted.
 * - What the GatewayRouter does not take now is refused with 503: it is not
 *   held here, where nobody would bound it.
 * - The descriptor of the DEALER tells of changes only.  So it is read until
 *   EAGAIN, and that is always the last thing done before a wait. */
#include "config.h"
#include "core/compat.h"
#include "parts/bypass/http_gateway.h"

/* An allocation that fails is an error like any other, not the end. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "core/connect.h"
#include "core/wait.h"
#include "core/hash.h"
#include "core/server.h"
#include "parts/http/glue.h"
#include "parts/http/target.h"

enum {
    BURST = 256,       /* answers between two looks at the clients */
    ROUNDS = 16,       /* of both between two looks at the orders */
    LAST = 1000,       /* ms at most for answers on their way at the end */
    ERROR_HEADER = 200 /* bytes of Palm-Error */
};

/* A request that waits for its answer. */
struct palm__gateway_call {
    char client[PALM_ID_SIZE + 1];
    palm__http_request_t *request;
    UT_hash_handle hh;
};

const palm_option_t palm__http_gateway_options[] = {
    PALM__HTTP_ROWS,
    PALM_OPTION_NEEDED(struct palm__http_gateway_options, CONNECTS,
                       router_address, "where the GatewayRouter is"),
    PALM_OPTION_END,
};

static struct palm__http_gateway *
state_of(palm_part_t *part)
{
    return palm_part_state(part);
}

/* --- calls ---------------------------------------------------------------- */

static void
end_call(struct palm__http_gateway *self, struct palm__gateway_call *call)
{
    HASH_DELETE(hh, self->calls, call);
    free(call);
}

/* A call with a new client.  NULL with errno ENOMEM or EIO. */
static struct palm__gateway_call *
begin_call(palm_part_t *part, palm__http_request_t *request)
{
    struct palm__http_gateway *self = state_of(part);
    struct palm__gateway_call *call = calloc(1, sizeof *call);
    if (!call || palm_id_next(palm_part_ids(part), call->client)) {
        free(call);
        return NULL;
    }
    HASH_ADD(hh, self->calls, client, PALM_ID_SIZE, call);
    if (!call->hh.tbl) {
        free(call);
        errno = ENOMEM;
        return NULL;
    }
    call->request = request;
    palm__http_set_mark(request, call);
    return call;
}

static void
forget(palm__http_request_t *request, palm__http_loss_t why, void *arg)
{
    palm_part_t *part = arg;
    end_call(state_of(part), palm__http_mark(request));
    if (why == PALM__HTTP_EXPIRED) {
        palm_part_count(&palm_part_stats(part)->expired, 1);
        palm_part_warn(part, "PALM-HTTP-EXPIRED",
                       "request answered with 504: no result in time");
    }
}

/* --- requests ------------------------------------------------------------- */

/* A request without a body has this payload, as in existing gateways; one of
 * Content-Length: 0 has an empty one. */
static palm_slice_t
payload_of(const palm__http_request_t *request)
{
    return palm__http_has_body(request) ? palm__http_body(request)
                                        : palm_slice("No Payload");
}

/* Sends ["", message]; -1 with errno EAGAIN if there is no room. */
static int
send_message(void *dealer, const palm_message_t *message)
{
    zmq_msg_t frame;
    if (palm_message_encode(message, &frame)) {
        return -1;
    }
    if (zmq_send(dealer, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1
        || zmq_msg_send(&frame, dealer, ZMQ_DONTWAIT) == -1) {
        int saved = errno;
        (void)zmq_msg_close(&frame);
        errno = saved;
        return -1;
    }
    return 0;
}

/* Asks for the function; the call waits.  -1 with errno. */
static int
ask(palm_part_t *part, palm__http_request_t *request, const char *function)
{
    struct palm__http_gateway *self = state_of(part);
    palm_message_t message = PALM_MESSAGE_INIT;
    char pipeline[PALM_ID_SIZE + 1], cache[PALM_ID_SIZE + 1];
    if (palm_id_next(palm_part_ids(part), pipeline)
        || palm_id_next(palm_part_ids(part), cache)) {
        return -1;
    }
    struct palm__gateway_call *call = begin_call(part, request);
    if (!call) {
        return -1;
    }
    message.pipeline = palm_slice(pipeline);
    message.client = palm_slice(call->client);
    message.function = palm_slice(function);
    message.cache = palm_slice(cache);
    message.payload = payload_of(request);
    if (send_message(self->dealer, &message)) {
        int saved = errno;
        end_call(self, call);
        errno = saved;
        return -1;
    }
    return 0;
}

/* Answers what cannot be asked for. */
static void
refuse(palm_part_t *part, palm__http_request_t *request, unsigned status,
       const char *text, const char *const *headers)
{
    palm_part_stats_t *stats = palm_part_stats(part);
    palm_part_count(
        status < PALM__HTTP_FAILED ? &stats->undecodable : &stats->failed, 1);
    palm_part_warn(part, "PALM-HTTP-REFUSED", "request answered with %u: %.*s",
                   status, (int)strcspn(text, "\n"), text);
    palm__http_answer(request, status, "text/plain", palm_slice(text), headers);
}

static bool
has_ended(palm_part_t *part)
{
    int64_t messages = palm_part_options(part)->messages;
    return messages && palm_part_stats(part)->received > (uint64_t)messages;
}

static void
serve(palm__http_request_t *request, void *arg)
{
    static const char *const close[] = {"Connection", "close", NULL};
    palm_part_t *part = arg;
    char *function = palm__http_function(palm__http_path(request));
    palm_part_count(&palm_part_stats(part)->received, 1);
    if (has_ended(part)) {
        refuse(part, request, PALM__HTTP_UNAVAILABLE, "the gateway has ended\n",
               close);
    } else if (!function && errno == ENOENT) {
        refuse(part, request, PALM__HTTP_NOT_FOUND,
               "ask for /FUNCTION or /SERVER.FUNCTION\n", NULL);
    } else if (!function && errno == EINVAL) {
        refuse(part, request, PALM__HTTP_BAD_REQUEST,
               "the path is not valid: a wrong escape, NUL, or no UTF-8\n",
               NULL);
    } else if (!function || ask(part, request, function)) {
        refuse(part, request, PALM__HTTP_UNAVAILABLE,
               errno == EAGAIN ? "too many requests wait\n"
                               : "no memory for the request\n",
               NULL);
    }
    free(function);
}

/* --- answers -------------------------------------------------------------- */

/* Copies an error text so that a header can carry it. */
static void
clean(char *to, palm_slice_t text)
{
    size_t size = text.size < ERROR_HEADER ? text.size : ERROR_HEADER - 1;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        to[i] = byte < 32 || byte == 127 ? '?' : (char)byte;
    }
    while (size > 0 && size < text.size
           && ((unsigned char)text.data[size] & 0xc0) == 0x80) {
        size--; /* not half a character */
    }
    to[size] = '\0';
}

static void
answer(palm_part_t *part, struct palm__gateway_call *call,
       const palm_message_t *message)
{
    char text[ERROR_HEADER];
    const char *const headers[] = {"Palm-Error", text, NULL};
    palm_slice_t error = {NULL, 0};
    bool is_error = palm_message_error(message, &error);
    if (is_error) {
        clean(text, error);
    }
    palm__http_answer(call->request, PALM__HTTP_OK, "text/plain",
                      message->payload, is_error ? headers : NULL);
    end_call(state_of(part), call);
    palm_part_count(&palm_part_stats(part)->sent, 1);
}

static void
take_answer(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__http_gateway *self = state_of(part);
    struct palm__gateway_call *call = NULL;
    palm_message_t message;
    palm_error_t why;
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          &why)) {
        palm_part_refuse(part, "result", why.text);
        return;
    }
    if (message.client.size == PALM_ID_SIZE) {
        HASH_FIND(hh, self->calls, message.client.data, PALM_ID_SIZE, call);
    }
    if (call) {
        answer(part, call, &message);
    } else {
        palm_part_count(&palm_part_stats(part)->absent, 1);
        palm_part_warn(part, "PALM-HTTP-ABSENT",
                       "result dropped: nobody waits for it");
    }
}

/* Receives ["", message] into *frame, which is initialized.  1, 0 if there is
 * none, -1 if it had other frames. */
static int
receive(void *dealer, zmq_msg_t *frame)
{
    bool is_empty;
    int frames = 1;
    if (zmq_msg_recv(frame, dealer, ZMQ_DONTWAIT) == -1) {
        return 0;
    }
    is_empty = zmq_msg_size(frame) == 0;
    while (zmq_msg_more(frame) && zmq_msg_recv(frame, dealer, 0) != -1) {
        frames++; /* the frames of a message arrive together */
    }
    return is_empty && frames == 2 ? 1 : -1;
}

/* Takes the answers that are there.  Whether there were any. */
static bool
take_answers(palm_part_t *part)
{
    struct palm__http_gateway *self = state_of(part);
    zmq_msg_t frame;
    int got, count = 0;
    (void)zmq_msg_init(&frame);
    while (count < BURST && (got = receive(self->dealer, &frame)) != 0) {
        count++;
        if (got > 0) {
            take_answer(part, &frame);
        } else {
            palm_part_refuse(part, "result",
                             "its frames are not \"\", message");
        }
    }
    (void)zmq_msg_close(&frame);
    self->is_busy = count == BURST;
    return count > 0;
}

/* --- operations ----------------------------------------------------------- */

/* The mark of the DEALER's queues.  libzmq makes room in steps of half the
 * mark: where hwm lets each client wait, only twice as much does so always. */
static int64_t
mark_of(const palm_part_t *part)
{
    int64_t hwm = palm_part_options(part)->hwm;
    int64_t clients = palm__http_max_clients(part);
    return hwm < clients ? hwm : hwm + clients;
}

static int
connect_dealer(palm_part_t *part, struct palm__http_gateway *self,
               palm_error_t *err)
{
    const struct palm__http_gateway_options *options =
        palm_part_class_options(part);
    char identity[PALM_ID_SIZE + 1];
    const palm_part_socket_t how = {
        .type = ZMQ_DEALER,
        .address = options->router_address,
        .hwm = mark_of(part),
        .routing_id = identity,
    };
    if (palm_id_next(palm_part_ids(part), identity)) {
        return palm_error_set(err, errno, "bypass %s: no identity: %s",
                              palm_part_name(part), palm_strerror(errno));
    }
    self->dealer = palm_part_socket_new(part, &how, err);
    self->dealer_fd = self->dealer ? palm__wait_fd(self->dealer) : -1;
    return self->dealer ? 0 : -1;
}

int
palm__http_gateway_open(palm_part_t *part, palm_error_t *err)
{
    static const palm__http_class_t class_ = {"bypass", "GET, POST", serve,
                                              forget};
    struct palm__http_gateway *self = state_of(part);
    if (connect_dealer(part, self, err)) {
        return -1;
    }
    self->http = palm__http_open(part, &class_, err);
    return self->http ? 0 : -1;
}

void
palm__http_gateway_readable(palm_part_t *part)
{
    struct palm__http_gateway *self = state_of(part);
    int rounds = 0;
    if (!self->http) {
        return;
    }
    do {
        palm__http_serve(part, self->http);
    } while (take_answers(part) && ++rounds < ROUNDS);
}

void
palm__http_gateway_wait(palm_part_t *part, const int *fds, int count,
                        int64_t timeout)
{
    struct palm__http_gateway *self = state_of(part);
    int all[PALM__HTTP_FDS];
    int used = 0;
    while (used < count && used < PALM__HTTP_FDS - 1) {
        all[used] = fds[used];
        used++;
    }
    if (self->dealer) {
        all[used++] = self->dealer_fd;
    }
    palm__http_wait(self->http, all, used, self->is_busy ? 0 : timeout);
}

/* Answers may be on their way from the GatewayRouter, which ends while this
 * part does. */
static void
take_last_answers(palm_part_t *part)
{
    struct palm__http_gateway *self = state_of(part);
    int64_t linger = palm_part_options(part)->linger;
    int64_t now = palm__now_ms();
    int64_t end = now + (linger < 0 || linger > LAST ? LAST : linger);
    palm__http_gateway_readable(part);
    while (self->calls && (now = palm__now_ms()) < end) {
        palm__http_gateway_wait(part, NULL, 0, end - now);
        palm__http_gateway_readable(part);
    }
}

void
palm__http_gateway_close(palm_part_t *part)
{
    struct palm__http_gateway *self = state_of(part);
    take_last_answers(part);
    palm__http_close(part, &self->http); /* forgets the calls */
    palm__close(&self->dealer);
}
