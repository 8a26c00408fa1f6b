/* SPDX-License-Identifier: MIT */
/* listener_impl.h: the inside of a listener, for listener.c and request.c. */
#ifndef PALM_HTTP_LISTENER_IMPL_H
#define PALM_HTTP_LISTENER_IMPL_H

#include <microhttpd.h>

#include "parts/http/bind.h"
#include "parts/http/listener.h"

/* A TCP connection. */
typedef struct palm__http_client {
    int fd;            /* libmicrohttpd's; open as long as this lives */
    bool listed;       /* in both lists of http */
    int64_t deadline;  /* ms, for a whole request */
    int64_t look;      /* ms, when to look whether it has left */
    uint64_t progress; /* bytes of body since the deadline was set */
    struct palm__http_client *prev, *next;           /* by deadline */
    struct palm__http_client *look_prev, *look_next; /* by look */
} palm__http_client_t;

typedef enum palm__http_state {
    PALM__HTTP_READING,
    PALM__HTTP_SERVED,  /* it is the owner's, and in http->waiting */
    PALM__HTTP_ANSWERED /* it leaves */
} palm__http_state_t;

struct palm__http_request {
    palm__http_t *http;          /* outlives the request */
    struct MHD_Connection *mhd;  /* outlives the request */
    palm__http_client_t *client; /* outlives the request */
    palm__http_state_t state;
    bool suspended;                /* libmicrohttpd does not look at it */
    const char *method, *path;     /* of libmicrohttpd */
    char *body;                    /* what has come of it */
    size_t size, room;             /* bytes in it, bytes it may hold */
    size_t declared;               /* bytes that shall come */
    bool has_length;               /* it says so, also if there are none */
    unsigned status;               /* of the answer */
    struct MHD_Response *response; /* until it is queued */
    int64_t deadline;              /* ms, for the owner's answer */
    void *mark;                    /* the owner's */
    struct palm__http_request *prev, *next;
};

struct palm__http {
    palm__http_settings_t settings;
    char endpoint[PALM__HTTP_ENDPOINT];
    struct MHD_Daemon *daemon;
    int epoll_fd;   /* -1: without epoll */
    bool closing;   /* new requests are refused, connections end */
    bool again;     /* to be run again, which libmicrohttpd would not say */
    size_t leaving; /* requests that are answered and not yet sent */
    size_t bodies;  /* bytes of memory for bodies of requests */
    /* Each list is in the order of its times, as each time is the same while
     * after its entry. */
    palm__http_client_t *reading;  /* that have no whole request */
    palm__http_client_t *looks;    /* the same clients */
    palm__http_request_t *waiting; /* that are the owner's */
};

/* Starts and ends the time in which a client must send a whole request. */
void palm__http_expect(palm__http_t *self, palm__http_client_t *client);
void palm__http_expect_nothing(palm__http_t *self, palm__http_client_t *client);

/* Sets when to look again whether a client has left, and puts it last. */
void palm__http_set_look(palm__http_t *self, palm__http_client_t *client);

/* Takes the request back from its owner and answers it. */
void palm__http_forget(palm__http_request_t *request, palm__http_loss_t why,
                       unsigned status, const char *text);

/* Callbacks of libmicrohttpd; closure is the listener. */
enum MHD_Result palm__http_handle(void *closure, struct MHD_Connection *mhd,
                                  const char *path, const char *method,
                                  const char *version, const char *data,
                                  size_t *size, void **context);
void palm__http_completed(void *closure, struct MHD_Connection *mhd,
                          void **context, enum MHD_RequestTerminationCode why);

#endif
