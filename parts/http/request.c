/* SPDX-License-Identifier: MIT */
/* request.c: one request, from its headers to its answer.
 *
 * libmicrohttpd calls palm__http_handle() when the headers have come, then for
 * each piece of the body, then when the request is whole, and once more after
 * each resumption until a response is queued. */
#include "config.h"
#include "parts/http/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "core/compat.h"
#include "parts/http/listener_impl.h"
#include "parts/http/syntax.h"

/* --- answers -------------------------------------------------------------- */

static struct MHD_Response *
make_response(const char *type, palm_slice_t body, const char *const *headers)
{
    /* libmicrohttpd copies it; the parameter only lacks a const. */
    union {
        const char *data;
        void *buffer;
    } bytes = {.data = body.size ? body.data : ""};
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.size, bytes.buffer, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return NULL;
    }
    if (type) {
        (void)MHD_add_response_header(response, "Content-Type", type);
    }
    for (; headers && headers[0]; headers += 2) {
        (void)MHD_add_response_header(response, headers[0], headers[1]);
    }
    return response;
}

/* The request's answer is fixed; without memory for it the connection ends. */
static void
set_answer(palm__http_request_t *request, unsigned status,
           struct MHD_Response *response)
{
    request->state = PALM__HTTP_ANSWERED;
    request->status = status;
    request->response = response;
    request->http->leaving++;
}

static void
end_connection(struct MHD_Response *response)
{
    if (!MHD_get_response_header(response, "Connection")) {
        (void)MHD_add_response_header(response, "Connection", "close");
    }
}

static enum MHD_Result
queue(palm__http_request_t *request)
{
    struct MHD_Response *response = request->response;
    enum MHD_Result result;
    if (!response) {
        return MHD_NO;
    }
    if (request->http->closing) {
        end_connection(response);
    }
    result = MHD_queue_response(request->mhd, request->status, response);
    MHD_destroy_response(response); /* it has counted its own use */
    request->response = NULL;
    return result;
}

void
palm__http_answer(palm__http_request_t *request, unsigned status,
                  const char *type, palm_slice_t body,
                  const char *const *headers)
{
    DL_DELETE(request->http->waiting, request);
    set_answer(request, status, make_response(type, body, headers));
    if (request->suspended) {
        request->suspended = false;
        MHD_resume_connection(request->mhd);
        request->http->again = true;
    }
}

/* The listener's own answer to what is no request for the owner. */
static void
refuse(palm__http_request_t *request, unsigned status, const char *why)
{
    const palm__http_settings_t *settings = &request->http->settings;
    const char *const allow[] = {"Allow", settings->allow, NULL};
    /* Where what is no request ends, and the next begins, nobody can say. */
    static const char *const close[] = {"Connection", "close", NULL};
    set_answer(request, status,
               make_response("text/plain", palm_slice(why),
                             status == PALM__HTTP_NO_METHOD     ? allow
                             : status == PALM__HTTP_BAD_REQUEST ? close
                                                                : NULL));
    settings->refused(status, why, settings->arg);
}

/* --- the headers ---------------------------------------------------------- */

/* What matters of them. */
struct headers {
    int lengths, hosts, encodings; /* how many there are */
    palm_slice_t length, host;     /* the last of them */
    const char *wrong;             /* the first that is none: why */
};

static bool
is_named(palm_slice_t name, const char *expected)
{
    return name.size == strlen(expected)
           && !strncasecmp(name.data, expected, name.size);
}

static enum MHD_Result
look_at(void *closure, enum MHD_ValueKind kind, const char *key,
        size_t key_size, const char *text, size_t size)
{
    struct headers *headers = closure;
    const palm_slice_t name = {key, key_size};
    const palm_slice_t value = {text ? text : "", text ? size : 0};
    (void)kind;
    if (!headers->wrong) {
        headers->wrong = palm__http_wrong_field(name, value);
    }
    if (is_named(name, "Content-Length")) {
        headers->lengths++;
        headers->length = value;
    }
    if (is_named(name, "Host")) {
        headers->hosts++;
        headers->host = value;
    }
    headers->encodings += is_named(name, "Transfer-Encoding");
    return MHD_YES;
}

/* Reads a Content-Length; -1 if it is none, or larger than anything. */
static int
read_length(palm_slice_t text, size_t *length)
{
    size_t value = 0;
    if (text.size == 0) {
        return -1;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || value > SIZE_MAX / 20) {
            return -1;
        }
        value = 10 * value + (size_t)(text.data[i] - '0');
    }
    *length = value;
    return 0;
}

/* What is wrong with the head as such; NULL = nothing.  What says its length
 * twice, or in two ways, is a trick to hide one request in another. */
static const char *
wrong_head(const struct headers *headers, const char *version, size_t *length)
{
    if (headers->wrong) {
        return headers->wrong;
    }
    if (headers->lengths > 1 || (headers->lengths && headers->encodings)) {
        return "more than one length\n";
    }
    if (headers->lengths && read_length(headers->length, length)) {
        return "Content-Length is no number\n";
    }
    if (headers->encodings && !strcmp(version, "HTTP/1.0")) {
        return "HTTP/1.0 has no Transfer-Encoding\n";
    }
    if (headers->hosts != 1 && !strcmp(version, "HTTP/1.1")) {
        return "expected one Host\n";
    }
    return headers->hosts ? palm__http_wrong_host(headers->host) : NULL;
}

/* Whether the list "GET, POST" has the method. */
static bool
is_allowed(const char *list, const char *method)
{
    size_t size = strlen(method);
    while (*list) {
        size_t length = strcspn(list, ", ");
        if (length == size && !memcmp(list, method, size)) {
            return true;
        }
        list += length;
        list += strspn(list, ", ");
    }
    return false;
}

static bool
is_too_large(const palm__http_request_t *request)
{
    int64_t most = request->http->settings.max_body;
    return most >= 0 && (uint64_t)request->declared > (uint64_t)most;
}

/* Refuses what is not to be served. */
static void
check(palm__http_request_t *request, const struct headers *headers,
      const char *version)
{
    const palm__http_settings_t *settings = &request->http->settings;
    const char *wrong =
        palm__http_wrong_start(request->method, request->path, version);
    if (!wrong) {
        wrong = wrong_head(headers, version, &request->declared);
    }
    if (wrong) {
        refuse(request, PALM__HTTP_BAD_REQUEST, wrong);
    } else if (!is_allowed(settings->allow, request->method)) {
        refuse(request, PALM__HTTP_NO_METHOD, "no such method here\n");
    } else if (headers->encodings
               || (!headers->lengths && !strcmp(request->method, "POST"))) {
        refuse(request, PALM__HTTP_NO_LENGTH, "a body needs Content-Length\n");
    } else if (is_too_large(request)) {
        refuse(request, PALM__HTTP_TOO_LARGE, "the body is too large\n");
    } else if (request->http->closing) {
        refuse(request, PALM__HTTP_UNAVAILABLE, "the server stops\n");
    } else {
        request->path = palm__http_target_path(request->path);
    }
}

static enum MHD_Result
begin(palm__http_t *http, struct MHD_Connection *mhd, const char *path,
      const char *method, const char *version, void **context)
{
    struct headers headers = {0};
    palm__http_client_t *client =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
            ->socket_context;
    palm__http_request_t *request = client ? calloc(1, sizeof *request) : NULL;
    if (!request) {
        return MHD_NO;
    }
    *context = request;
    request->http = http;
    request->mhd = mhd;
    request->client = client;
    request->path = path;
    request->method = method;
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, look_at, &headers);
    request->has_length = headers.lengths > 0;
    check(request, &headers, version);
    /* Queued now, an answer ends the connection and the body is not read; one
     * that has no body to come can wait, and the connection lives. */
    bool has_body = request->declared > 0 || headers.encodings;
    bool is_clear = request->status != PALM__HTTP_BAD_REQUEST;
    return request->response && (has_body || !is_clear) ? queue(request)
                                                        : MHD_YES;
}

/* --- the body and the end ------------------------------------------------- */

/* Whether a body may have so many bytes more of memory: others' bodies, too,
 * are here. */
static bool
has_room(const palm__http_request_t *request, size_t more)
{
    const palm__http_t *http = request->http;
    int64_t most = http->settings.max_bodies;
    return most < 0 || http->bodies == request->room
           || http->bodies + more <= (uint64_t)most;
}

static void
drop_body(palm__http_request_t *request)
{
    request->http->bodies -= request->room;
    request->body = NULL;
    request->size = request->room = 0;
}

/* Room for more bytes, not much sooner than they come.  -1 with errno EAGAIN or
 * ENOMEM. */
static int
grow(palm__http_request_t *request, size_t more)
{
    size_t needed = request->size + more;
    size_t room = request->room * 2 > needed ? request->room * 2 : needed;
    char *body;
    if (needed <= request->room) {
        return 0;
    }
    room = room > request->declared ? request->declared : room;
    if (!has_room(request, room - request->room)) {
        errno = EAGAIN;
        return -1;
    }
    if (needed > room || !(body = realloc(request->body, room))) {
        errno = ENOMEM;
        return -1;
    }
    request->http->bodies += room - request->room;
    request->body = body;
    request->room = room;
    return 0;
}

static void
take_data(palm__http_request_t *request, const char *data, size_t size)
{
    request->client->progress += size;
    if (request->state != PALM__HTTP_READING) {
        return; /* it is refused; the rest does not matter */
    }
    if (grow(request, size)) {
        bool full = errno == EAGAIN;
        free(request->body);
        drop_body(request);
        refuse(request, PALM__HTTP_UNAVAILABLE,
               full ? "too many bytes wait\n" : "no memory\n");
        return;
    }
    memcpy(request->body + request->size, data, size);
    request->size += size;
}

/* Hands the request to its owner. */
static void
serve(palm__http_request_t *request)
{
    palm__http_t *http = request->http;
    int64_t timeout = http->settings.reply_timeout;
    request->state = PALM__HTTP_SERVED;
    request->deadline = timeout < 0 ? INT64_MAX : palm__now_ms() + timeout;
    DL_APPEND(http->waiting, request);
    http->settings.serve(request, http->settings.arg);
}

enum MHD_Result
palm__http_handle(void *closure, struct MHD_Connection *mhd, const char *path,
                  const char *method, const char *version, const char *data,
                  size_t *size, void **context)
{
    palm__http_request_t *request = *context;
    if (!request) {
        return begin(closure, mhd, path, method, version, context);
    }
    if (*size > 0) {
        take_data(request, data, *size);
        *size = 0;
        return MHD_YES;
    }
    palm__http_expect_nothing(request->http, request->client);
    if (request->state == PALM__HTTP_READING) {
        serve(request);
    }
    if (request->state == PALM__HTTP_ANSWERED) {
        return queue(request);
    }
    request->suspended = true;
    MHD_suspend_connection(mhd);
    return MHD_YES;
}

void
palm__http_completed(void *closure, struct MHD_Connection *mhd, void **context,
                     enum MHD_RequestTerminationCode why)
{
    palm__http_t *http = closure;
    palm__http_request_t *request = *context;
    (void)mhd;
    (void)why;
    if (!request) {
        return;
    }
    if (request->state == PALM__HTTP_SERVED) {
        DL_DELETE(http->waiting, request);
        http->settings.forget(request, PALM__HTTP_GONE, http->settings.arg);
    }
    http->leaving -= request->state == PALM__HTTP_ANSWERED;
    if (request->response) {
        MHD_destroy_response(request->response);
    }
    palm__http_expect(http, request->client);
    free(request->body);
    drop_body(request);
    free(request);
    *context = NULL;
}

/* --- what the owner sees -------------------------------------------------- */

const char *
palm__http_method(const palm__http_request_t *request)
{
    return request->method;
}

const char *
palm__http_path(const palm__http_request_t *request)
{
    return request->path;
}

palm_slice_t
palm__http_body(const palm__http_request_t *request)
{
    const palm_slice_t body = {request->body, request->size};
    return body;
}

bool
palm__http_has_body(const palm__http_request_t *request)
{
    return request->has_length;
}

static void
free_body(void *data, void *hint)
{
    (void)hint;
    free(data);
}

int
palm__http_take_body(palm__http_request_t *request, zmq_msg_t *frame)
{
    if (!request->size) {
        return zmq_msg_init(frame);
    }
    if (zmq_msg_init_data(frame, request->body, request->size, free_body,
                          NULL)) {
        errno = ENOMEM;
        return -1;
    }
    drop_body(request);
    return 0;
}

void
palm__http_set_mark(palm__http_request_t *request, void *mark)
{
    request->mark = mark;
}

void *
palm__http_mark(const palm__http_request_t *request)
{
    return request->mark;
}
