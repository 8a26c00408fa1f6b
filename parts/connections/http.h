/* SPDX-License-Identifier: MIT */
/* http.h: what HttpConnection does beside its row.  Needs libcurl. */
#ifndef PALM_CONNECTIONS_HTTP_H
#define PALM_CONNECTIONS_HTTP_H

#include <curl/curl.h>

#include "core/part.h"

struct palm__web_slot;

/* The requests stand in a ring of slots, in the order of the sends. */
struct palm__web {
    char *url;                  /* for people: without user and password */
    CURLM *multi;               /* drives all transfers of the part */
    struct curl_slist *headers; /* of every request */
    struct palm__web_slot *slots;
    size_t room; /* slots: max_workers */
    size_t head; /* the oldest request */
    size_t count;
};

int palm__web_open(palm_part_t *part, palm_error_t *err);
void palm__web_close(palm_part_t *part);
int palm__web_send(palm_part_t *part, zmq_msg_t *frame);
void palm__web_readable(palm_part_t *part);
int palm__web_receive(palm_part_t *part, zmq_msg_t *frame);
void palm__web_wait(palm_part_t *part, const int *fds, int count,
                    int64_t timeout);

/* clang-format off */
#define PALM__WEB_OPERATIONS                                                  \
    {                                                                          \
        .open = palm__web_open, .close = palm__web_close,                    \
        .send = palm__web_send, .readable = palm__web_readable,              \
        .receive = palm__web_receive, .wait = palm__web_wait,                \
    }
/* clang-format on */
#define PALM__WEB_STATE_SIZE sizeof(struct palm__web)

#endif
