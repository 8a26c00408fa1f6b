/* SPDX-License-Identifier: MIT */
/* http.c: HttpService, messages in by HTTP (palm-1.md, 17.1).
 *
 * Requests that have come whole wait in the listener, in their order; one at a
 * time is inside.  Its answer belongs to it and to no other: when its time is
 * over it is forgotten, and what the router says of it later is dropped. */
#include "config.h"
#include "parts/services/http.h"

#include <stdio.h>
#include <string.h>

#include "parts/http/glue.h"

static struct palm__http_service *
state_of(palm_part_t *part)
{
    return palm_part_state(part);
}

/* A request waits in the listener until the part receives it. */
static void
serve(palm__http_request_t *request, void *arg)
{
    (void)request;
    (void)arg;
}

static void
forget(palm__http_request_t *request, palm__http_loss_t why, void *arg)
{
    palm_part_t *part = arg;
    struct palm__http_service *self = state_of(part);
    if (self->inside == request) {
        self->inside = NULL;
    }
    if (why == PALM__HTTP_EXPIRED) {
        palm_part_count(&palm_part_stats(part)->expired, 1);
        palm_part_warn(part, "PALM-HTTP-EXPIRED",
                       "request answered with 504: no feedback in time");
    }
}

int
palm__http_service_open(palm_part_t *part, palm_error_t *err)
{
    static const palm__http_class_t class_ = {"inbound", "POST", serve, forget};
    state_of(part)->http = palm__http_open(part, &class_, err);
    return state_of(part)->http ? 0 : -1;
}

void
palm__http_service_close(palm_part_t *part)
{
    palm__http_close(part, &state_of(part)->http);
}

void
palm__http_service_readable(palm_part_t *part)
{
    palm__http_serve(part, state_of(part)->http);
}

void
palm__http_service_wait(palm_part_t *part, const int *fds, int count,
                        int64_t timeout)
{
    palm__http_wait(state_of(part)->http, fds, count, timeout);
}

/* Whether the body is a message; a hook may still make one of it. */
static bool
is_message(palm_part_t *part, palm__http_request_t *request, palm_error_t *why)
{
    palm_message_t message;
    palm_slice_t body = palm__http_body(request);
    why->text[0] = '\0';
    return palm_part_hooks(part)->to_router
           || !palm_message_scan(&message, body.data, body.size, why);
}

int
palm__http_service_receive(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__http_service *self = state_of(part);
    zmq_msg_t body;
    if (!self->http) {
        return 0;
    }
    palm__http_serve(part, self->http);
    self->inside = palm__http_oldest(self->http);
    if (!self->inside) {
        return 0;
    }
    if (!is_message(part, self->inside, &self->why)) {
        palm_part_refuse(part, "message", self->why.text);
        return -1; /* the base then asks for the reply */
    }
    if (palm__http_take_body(self->inside, &body)) {
        palm_part_count(&palm_part_stats(part)->failed, 1);
        palm__http_answer(self->inside, PALM__HTTP_UNAVAILABLE, "text/plain",
                          palm_slice("no memory\n"), NULL);
        self->inside = NULL;
        return -1;
    }
    (void)zmq_msg_move(frame, &body);
    (void)zmq_msg_close(&body);
    return 1;
}

/* Says why it is no message; the base has dropped it. */
static void
refuse(struct palm__http_service *self)
{
    char text[PALM_ERROR_TEXT + 32];
    (void)snprintf(text, sizeof text, "not a PalmMessage%s%s\n",
                   *self->why.text ? ": " : "", self->why.text);
    palm__http_answer(self->inside, PALM__HTTP_BAD_REQUEST, "text/plain",
                      palm_slice(text), NULL);
}

int
palm__http_service_reply(palm_part_t *part, zmq_msg_t *frame,
                         palm_outcome_t outcome)
{
    struct palm__http_service *self = state_of(part);
    const palm_slice_t body = {zmq_msg_data(frame), zmq_msg_size(frame)};
    if (self->inside && outcome == PALM_REFUSED) {
        refuse(self);
    } else if (self->inside) {
        palm__http_answer(self->inside,
                          outcome == PALM_ACCEPTED ? PALM__HTTP_OK
                                                   : PALM__HTTP_FAILED,
                          "application/octet-stream", body, NULL);
    } /* else its time is over, and the client has been told */
    self->inside = NULL;
    (void)zmq_msg_close(frame);
    return 0;
}
