/* SPDX-License-Identifier: MIT */
/* glue.h: what all parts that are HTTP servers have in common. */
#ifndef PALM_HTTP_GLUE_H
#define PALM_HTTP_GLUE_H

#include "core/part.h"
#include "parts/http/listener.h"

/* What every such part is set to.  First in the structure of a class that has
 * more. */
struct palm__http_options {
    int64_t max_clients;             /* connections at once */
    int64_t max_clients_per_address; /* of them, 0 = three quarters */
    int64_t idle_timeout;            /* ms until a silent client is left */
    int64_t reply_timeout;           /* ms for an answer, -1 = for ever */
};

/* Their rows, for the table of a class. */
#define PALM__HTTP_ROW(kind, name, least, initial, help)                       \
    PALM_OPTION(struct palm__http_options, kind, name, least, initial, help)
#define PALM__HTTP_ROWS                                                        \
    PALM__HTTP_ROW(COUNT, max_clients, 1, "1000",                              \
                   "connections of HTTP clients at once"),                     \
        PALM__HTTP_ROW(COUNT, max_clients_per_address, 0, "0",                 \
                       "of them, from one address; 0 = three quarters"),       \
        PALM__HTTP_ROW(DURATION, idle_timeout, 1, "30s",                       \
                       "how long a client may be silent"),                     \
        PALM__HTTP_ROW(DURATION, reply_timeout, -1, "1min",                    \
                       "how long a request waits for its answer")

extern const palm_option_t palm__http_options[];

/* What a class says of its listener. */
typedef struct palm__http_class {
    const char *side;  /* "inbound", for what is said of the part */
    const char *allow; /* methods: "GET, POST" */
    /* See listener.h; arg is the part. */
    void (*serve)(palm__http_request_t *request, void *arg);
    void (*forget)(palm__http_request_t *request, palm__http_loss_t why,
                   void *arg);
} palm__http_class_t;

/* Starts a listener as the part's options say and tells the part where it
 * listens.  NULL with errno, and the part and its address in *err. */
palm__http_t *palm__http_open(palm_part_t *part,
                              const palm__http_class_t *class_,
                              palm_error_t *err);

/* max_clients, or what the process's descriptors leave. */
int64_t palm__http_max_clients(const palm_part_t *part);

/* palm__http_run(), and a drain as soon as the server drains. */
void palm__http_serve(palm_part_t *part, palm__http_t *http);

/* Closes it; what is answered has the part's linger to leave. */
void palm__http_close(palm_part_t *part, palm__http_t **http_p);

#endif
