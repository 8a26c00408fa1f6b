/* SPDX-License-Identifier: MIT */
/* part.h: what a part is.
 *
 * A part is described by four answers (who makes the endpoint, does it meet
 * the router, which way goes the first message, does it wait for its peer) and
 * a socket type.  That is a palm_part_class_t: a row of constants, plus hooks
 * and operations where a part really differs.  The engine has one loop for
 * each of the four bases and runs every class on it, in a thread of its own.
 *
 * Hooks and operations run in the part's thread and in no other.  A palm_part_t
 * belongs to that thread: use it only inside a hook or an operation. */
#ifndef PALM_PART_H
#define PALM_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/cache.h"
#include "core/error.h"
#include "core/export.h"
#include "core/functions.h"
#include "core/id.h"
#include "core/log.h"
#include "core/message.h"
#include "core/option.h"

/* What a class was compiled with; its first member.  The version changes when
 * something that a class knows is taken away or means something else; what is
 * appended shows in the sizes, so an older class goes on as it is. */
typedef struct palm_part_abi {
    int version;
    unsigned short class_size, hooks_size, operations_size, option_size;
} palm_part_abi_t;

#define PALM_PART_VERSION 5
#define PALM_PART_ABI                                                          \
    {                                                                          \
        PALM_PART_VERSION, sizeof(palm_part_class_t), sizeof(palm_hooks_t),    \
            sizeof(palm_operations_t), sizeof(palm_option_t)                   \
    }

#define PALM_NO_SOCKET (-1) /* the class makes its world itself, in open() */

typedef struct palm_part palm_part_t;

typedef enum palm_direction {
    PALM_INBOUND, /* the first message comes from the world */
    PALM_OUTBOUND /* the first message goes to the world */
} palm_direction_t;

/* What a class does beside its four answers.  Bits of traits. */
enum palm_trait {
    PALM_FILLS_CACHE = 1,  /* inbound: an empty cache field gets a new uuid4 */
    PALM_TO_WORKERS = 2,   /* outbound: what it sends comes back as results */
    PALM_FROM_WORKERS = 4, /* inbound: brings results back; drains last */
    PALM_TOPIC = 8,        /* frames are [topic, message] */
    PALM_RAW = 16,         /* outbound: the frame need not be a PalmMessage */
    PALM_STAYS_OPEN = 64,  /* inbound: its world is served until the stop, also
                              when a drain has closed the intake */
    PALM_PARALLEL = 32,    /* outbound that waits: for up to max_workers answers
                              at once, in the order of the messages */
    PALM_RUNS = 128,       /* runs the server's functions */
    PALM_HTTP = 256        /* its address is one of HTTP */
};

/* What became of a request at a blocking inbound part. */
typedef enum palm_outcome {
    PALM_ACCEPTED,
    PALM_REFUSED, /* it is no PalmMessage */
    PALM_FAILED   /* a hook failed, or there was no memory */
} palm_outcome_t;

/* Word of an option that a class decides unless it is set. */
enum { PALM_BY_CLASS = -1 };

/* The user's code in a part.  Each may be NULL.  A hook returns 0, or -1 with
 * errno: then that one message is lost (not what was already yielded), logged
 * and counted, and the part goes on.  arg is hook_arg of the part's options.
 *
 * Ownership.  A frame is the part's before and after the hook, which may look
 * at it, or replace it: make another and zmq_msg_move() it there; a frame that
 * was closed must be initialized again.  A message is the part's, too: its
 * slices point into a frame that lives until the hook returns.  What is yielded
 * is copied. */
typedef struct palm_hooks {
    /* Inbound: makes a PalmMessage of what came from the world, in place.  The
     * first to see it. */
    int (*to_router)(palm_part_t *part, zmq_msg_t *frame, void *arg);

    /* Inbound: yields 0, 1 or n messages for each one received, by
     * palm_part_yield().  Its empty cache field has been filled before, so all
     * copies carry the same.  An error costs what was not yet yielded. */
    int (*scatter)(palm_part_t *part, const palm_message_t *message, void *arg);

    /* Blocking inbound: sees, and may replace, the feedback of the outbound
     * part: raw bytes.  Once for each message that was yielded. */
    int (*handle_feedback)(palm_part_t *part, zmq_msg_t *feedback, void *arg);

    /* Blocking inbound: sees, and may replace, the reply to the peer, whatever
     * it was made from.  Once for each request; the last to see it, and after
     * an error the reply is sent as it was. */
    int (*reply_feedback)(palm_part_t *part, zmq_msg_t *reply, void *arg);

    /* Outbound: makes of a PalmMessage what goes out to the world, in place.
     * Once for each message, however often it takes to send it. */
    int (*from_router)(palm_part_t *part, zmq_msg_t *frame, void *arg);

    /* PubService: scatter on the way out, by palm_part_yield().  What it yields
     * is published, whether it is the message, a changed one or a new one; each
     * copy of a pipelined message gets stage + 1 once. */
    int (*gather)(palm_part_t *part, const palm_message_t *message, void *arg);

    /* PubService: may change the message and the topic, which are set to what
     * would be published; all changes are sent.  Called for each message that
     * is published, behind gather.  Slices put there are borrowed until the
     * part's next call of this hook. */
    int (*handle_stream)(palm_part_t *part, palm_message_t *message,
                         palm_slice_t *topic, void *arg);

    /* Bypass inbound: answers a request, or takes a message where nobody waits
     * for an answer.  request has one frame; reply is initialized and empty.
     * After an error the reply is sent as it is. */
    int (*answer)(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply,
                  void *arg);
} palm_hooks_t;

/* A class's own code.  Each may be NULL: then the base does the usual thing.
 * Frames are owned as written; errors are -1 with errno. */
typedef struct palm_operations {
    /* After the socket is made and set, before it binds or connects. */
    int (*open)(palm_part_t *part, palm_error_t *err);

    /* Before the socket is closed.  Also after a failed open. */
    void (*close)(palm_part_t *part);

    /* Outbound: sends one message.  Takes it on success; on EAGAIN keeps
     * nothing and is called again; another error costs the message. */
    int (*send)(palm_part_t *part, zmq_msg_t *frame);

    /* Serves the world until there is nothing to do (a socket: until EAGAIN),
     * or for a while: a class that has a tick, too, is called again at once if
     * something lies in its socket.  Called before each wait, also while an
     * inbound part has no credit or waits for its answer. */
    void (*readable)(palm_part_t *part);

    /* Does what is due.  Returns the milliseconds until the next call, -1 for
     * never.  Called before each wait, behind readable. */
    int64_t (*tick)(palm_part_t *part);

    /* Outbound: how many messages send() took and still holds.  A class that
     * has this counts those that it sends (sent, sent_bytes) itself. */
    uint64_t (*held)(palm_part_t *part);

    /* Outbound: takes what a gather hook yields.  On EAGAIN it keeps nothing
     * and is called again. */
    int (*yield)(palm_part_t *part, const palm_message_t *message);

    /* Bypass inbound: answers a request.  request has one frame or, if
     * several came, is NULL.  reply is initialized and empty. */
    int (*answer)(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply);

    /* Inbound, and outbound that waits: receives one message.  *frame is
     * initialized and empty.  Returns 1, 0 if there is none, or -1 if one was
     * dropped, which the operation has counted and logged; of an outbound part
     * the feedback is then "0". */
    int (*receive)(palm_part_t *part, zmq_msg_t *frame);

    /* Blocking inbound: answers the request received last.  Takes *frame in
     * any case. */
    int (*reply)(palm_part_t *part, zmq_msg_t *frame, palm_outcome_t outcome);

    /* Waits until one of the descriptors can be read, the world has something
     * to do, or timeout ms have passed (-1 = for ever).  For a world that is
     * not one socket. */
    void (*wait)(palm_part_t *part, const int *fds, int count, int64_t timeout);
} palm_operations_t;

typedef struct palm_part_class {
    palm_part_abi_t abi;        /* PALM_PART_ABI */
    const char *name;           /* "PullService" */
    palm_direction_t direction; /* which way the first message goes */
    bool bypass;                /* does not meet the router */
    bool binds;                 /* a service; otherwise a connection */
    bool waits;                 /* for its peer: a blocking part */
    int socket_type;            /* ZMQ_PULL …, or PALM_NO_SOCKET */
    unsigned traits;            /* bits of enum palm_trait */
    palm_hooks_t hooks;         /* used where the part's options have none */
    palm_operations_t operations;
    size_t state_size; /* bytes of zeroed state, see palm_part_state() and, of
                          a derived class, palm_part_own_state() */
    const char *base;  /* name of the library class to inherit from: members
                          that are 0 are inherited, see palm_library_derive();
                          NULL = whole */
    size_t own_state;  /* set by palm_library_derive(): where in its state the
                          base's ends and palm_part_own_state() begins */
    const palm_option_t *options; /* of the class, see option.h; offsets are in
                                     palm_part_class_options(); NULL = none */
    size_t options_size;          /* bytes of that structure */
    const palm_option_t *base_options; /* set by palm_library_derive(): those
                                          of the base */
    size_t own_options; /* the same: where palm_part_own_options() begins */
} palm_part_class_t;

/* An option by its name, in words as in a server file. */
typedef struct palm_part_setting {
    const char *name, *text;
} palm_part_setting_t;

enum { PALM_PART_SETTINGS = 24 };

/* What a part is set to: the options that any class may have.  Those of its
 * class are in `own`.  Strings are copied by palm_server_add(), which refuses
 * what the class does not have. */
typedef struct palm_part_options {
    const char *name;         /* unique among its side of the server */
    const char *address;      /* where to bind or connect */
    const char *route;        /* outbound part that gets the messages */
    const char *advertise_as; /* cache key for the address it really bound */
    const char *advertise;    /* preset this text instead */
    bool block;               /* blocking inbound: the reply is the feedback */
    bool isolated;            /* blocking outbound: not the whole server waits,
                                 only the parts that route to it */
    int64_t window;           /* messages of this part inside the server */
    int64_t window_size;      /* bytes of them; one message always fits */
    int64_t hwm;              /* messages in the socket's own queues */
    int64_t max_message_size; /* bytes of a message, -1 any; a longer one is
                                 dropped */
    int64_t linger;           /* ms to flush the socket on stop */
    int64_t keepalive;        /* ms of silence before tcp asks, 0 = never */
    int64_t reply_timeout;    /* ms a blocking outbound part waits, -1 for
                                 ever */
    int64_t max_workers;      /* such a part with PALM_PARALLEL: messages that
                                 wait for answers */
    int fill_cache;           /* inbound: an empty cache field gets an id: true,
                                false or PALM_BY_CLASS */
    int64_t messages;         /* end after so many messages, 0 = never */
    const palm_hooks_t *hooks; /* borrowed; outlives the server */
    void *hook_arg;            /* handed to the hooks; borrowed */
    palm_part_setting_t own[PALM_PART_SETTINGS]; /* by
                                 palm_part_option_set(); ends with one that has
                                 no name, or with the array */
} palm_part_options_t;

#define PALM_LATENCIES 20 /* steps of the histogram */

/* What a part has counted since it started. */
typedef struct palm_part_stats {
    uint64_t received;    /* messages: from the world or from the router */
    uint64_t sent;        /* messages: to the router or to the world */
    uint64_t undecodable; /* dropped: no PalmMessage, or a wrong frame count */
    uint64_t oversize;    /* dropped: over max_message_size */
    uint64_t foreign;     /* passed over: another topic, an answer to no message
                             that waits for one, another server's name (parts
                             that run functions), or a change of what the cache
                             presets */
    uint64_t failed;      /* lost by an error of a hook or of the socket */
    uint64_t unrouted;    /* dropped: no route, or its part has ended */
    uint64_t absent;      /* dropped: the client never subscribed */
    uint64_t slow;        /* dropped: the client did not read in time */
    uint64_t expired;     /* waits for a peer that ended without answer */
    uint64_t left;        /* still inside when the stop deadline passed */
    uint64_t refused;     /* connections over max_connections or
                             max_connections_per_address; not of HTTP */
    uint64_t received_bytes;
    uint64_t sent_bytes;
    /* Outbound: messages by the time from their train's first message coming in
     * to their going out (a waiting part: to their feedback); see
     * palm_latency_bound(). */
    uint64_t latency[PALM_LATENCIES];
    uint64_t latency_sum; /* us, of all of them */
    /* At the moment; these do not only grow. */
    uint64_t credit;      /* inbound: messages it may still send */
    uint64_t inside;      /* inbound: its messages inside the server */
    uint64_t queued;      /* outbound: messages it has and has not sent */
    uint64_t oldest;      /* outbound: us since the oldest of them came in */
    uint64_t connections; /* of peers that connected to it; not of HTTP */
} palm_part_stats_t;

PALM_BEGIN_DECLS

/* Sets every option to its default. */
PALM_EXPORT
void palm_part_options_init(palm_part_options_t *options);

/* Sets an option of parts of that class by its name, as in a server file: of
 * every class, a member of *options; of the class, an entry of own.  The class
 * is whole, see palm_library_derive().  Strings are kept as pointers to text.
 * Returns -1 with the reason in *err and errno
 *   ENOENT          the class has no such option;
 *   EINVAL, ERANGE  the text is no such value, see value.h; class_ is NULL;
 *   E2BIG           own is full. */
PALM_EXPORT
int palm_part_option_set(palm_part_options_t *options,
                         const palm_part_class_t *class_, const char *key,
                         const char *text, palm_error_t *err);

/* The option number index of parts of that class: first those that any class
 * may have and this one has, then its own; NULL after the last.  class_ may be
 * NULL: then all that any class may have. */
PALM_EXPORT
const palm_option_t *palm_part_option_at(const palm_part_class_t *class_,
                                         size_t index);

/* Yields one message from a scatter or gather hook.  Waits while the part has
 * no credit, or PubService no room (hold_size).  Returns -1 with errno ENOMEM,
 * or ECANCELED (the server stops). */
PALM_EXPORT
int palm_part_yield(palm_part_t *part, const palm_message_t *message);

/* Logs trouble that a peer caused, with the part's side and name before it; at
 * most once a second a part, and the next line says how many were left out. */
PALM_EXPORT
void palm_part_warn(palm_part_t *part, const char *id, const char *format, ...)
    PALM_PRINTF(3, 4);

/* Counts and logs that a peer's message ("message", "result" …) is dropped for
 * what it is: no PalmMessage, or a wrong number of frames. */
PALM_EXPORT
void palm_part_refuse(palm_part_t *part, const char *what, const char *why);

/* Whether a message of so many bytes is over max_message_size; if so, counts
 * and logs it.  The bases ask this of what the operation `receive` gives; the
 * sockets themselves allow far more, so that who sends one loses nothing else.
 */
PALM_EXPORT
bool palm_part_is_oversize(palm_part_t *part, size_t size);

/* The longest latency of a step of the histogram, us; -1: no limit. */
PALM_EXPORT
int64_t palm_latency_bound(size_t step);

/* Adds to a counter of palm_part_stats(); others may read it meanwhile. */
PALM_EXPORT
void palm_part_count(uint64_t *counter, uint64_t n);

PALM_EXPORT
const char *palm_part_name(const palm_part_t *part);
PALM_EXPORT
const char *palm_part_server_name(const palm_part_t *part);
PALM_EXPORT
const palm_part_options_t *palm_part_options(const palm_part_t *p);
/* The hooks in force: of the options, where these have none of the class. */
PALM_EXPORT
const palm_hooks_t *palm_part_hooks(const palm_part_t *part);
PALM_EXPORT
const palm_log_t *palm_part_log(const palm_part_t *part);
PALM_EXPORT
struct palm_server *palm_part_server(palm_part_t *part); /* to look at only */
PALM_EXPORT
palm_cache_t *palm_part_cache(palm_part_t *part);
PALM_EXPORT
const palm_functions_t *palm_part_functions(const palm_part_t *part);
PALM_EXPORT
palm_id_source_t *palm_part_ids(palm_part_t *part);
PALM_EXPORT
palm_part_stats_t *palm_part_stats(palm_part_t *part);
/* The world's, or NULL.  It is a ROUTER where the class says ZMQ_REP and
 * neither receives nor replies for itself: the core keeps the envelopes. */
PALM_EXPORT
void *palm_part_socket(palm_part_t *part);
PALM_EXPORT
void *palm_part_context(palm_part_t *part); /* ZeroMQ's, of the server */

/* A further socket of a part. */
typedef struct palm_part_socket {
    int type; /* ZMQ_PULL … */
    const char *address;
    bool binds;               /* else it connects */
    int64_t hwm;              /* messages in its queues, 0 = as in the part's */
    int64_t linger;           /* ms to flush when the class closes it */
    const char *routing_id;   /* NULL = none */
    const char *advertise_as; /* it binds: key of the cache for the address that
                                 was bound, NULL = none */
} palm_part_socket_t;

/* In open(): makes such a socket, with what protects each one that peers reach:
 * max_message_size, keepalive, no peers before ZMTP 3.0.  It is the class's,
 * which closes it in close().  What it has bound is one more endpoint of the
 * part, see palm_server_endpoint_at().  Returns NULL with side, part, address
 * and reason in *err and errno
 *   EINVAL      the address is not understood, see palm_address_check();
 *   EADDRINUSE  another process serves there;
 *   EEXIST      a file that is no socket is at the path of ipc://;
 *   and as zmq_socket(), zmq_bind() and zmq_connect(). */
PALM_EXPORT
void *palm_part_socket_new(palm_part_t *part, const palm_part_socket_t *wanted,
                           palm_error_t *err);

/* The class's state_size bytes, of a derived class those of its base. */
PALM_EXPORT
void *palm_part_state(palm_part_t *part);

/* The state_size bytes of a derived class; of another, palm_part_state(). */
PALM_EXPORT
void *palm_part_own_state(palm_part_t *part);

/* The structure that the class's options describe, of a derived class that of
 * its base.  NULL = it has none. */
PALM_EXPORT
const void *palm_part_class_options(const palm_part_t *part);

/* The structure of a derived class's own options; of another,
 * palm_part_class_options(). */
PALM_EXPORT
const void *palm_part_own_options(const palm_part_t *part);

/* In open(): says what palm_server_endpoint() tells, cut at 511 bytes. */
PALM_EXPORT
void palm_part_set_endpoint(palm_part_t *part, const char *text);

/* How many clients a part may have that binds without a socket of ZeroMQ: its
 * share of the process's descriptors; -1 = any number. */
PALM_EXPORT
int64_t palm_part_descriptors(const palm_part_t *part);

PALM_END_DECLS
#endif
