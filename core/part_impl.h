/* SPDX-License-Identifier: MIT */
/* part_impl.h: the inside of a part, for the engine only.
 *
 * A part's fields belong to its thread, except what is set before the thread
 * starts and stays as it is ("fixed"), and the counters, which others read. */
#ifndef PALM_PART_IMPL_H
#define PALM_PART_IMPL_H

#include <pthread.h>
#include <stdbool.h>

#include "core/part.h"
#include "core/queue.h"
#include "core/server.h"
#include "core/train.h"

#define PALM__ENDPOINT     512 /* bytes of an endpoint's text */
#define PALM__ENVELOPE_MAX 32  /* frames before a request */

/* How far a part is.  It only goes on, never back; a stop may skip the rest. */
typedef enum palm__part_phase {
    PALM__PART_RUNS,
    PALM__PART_FLUSHES, /* outbound: credit is returned at once */
    PALM__PART_DRAINS,  /* takes what has arrived, and then ends */
    PALM__PART_CLOSED,  /* inbound: the same, and nobody can come any more */
    PALM__PART_ENDED,   /* has told the router, or is about to, that nothing
                           more comes from it */
    PALM__PART_STOPS    /* leaves */
} palm__part_phase_t;

/* What an inbound part knows of the messages it has sent. */
struct palm__inbound {
    int64_t window;      /* messages that may be inside at once */
    int64_t credit;      /* messages it may still send */
    int64_t credit_size; /* bytes of them; may fall below 0 by one message */
    uint32_t train_max;  /* messages in one train of this part */
    uint32_t count;      /* messages in batch */
    uint64_t bytes;      /* of them */
    uint8_t answer;      /* waiting part: kind of the last answer, or none */
    uint32_t early;      /* feedbacks that came before their credit */
    bool yield_failed;   /* a yield was refused: the scatter failed */
    bool tired;          /* the last train was long */
    unsigned rounds;     /* of the loop; notes are looked at now and then */
    int64_t since;       /* when the first message of batch came in, us */
    int64_t drain_left;  /* messages that a drain may still read */
    zmq_msg_t feedback;  /* waiting part: of the last answer */
    zmq_msg_t batch[PALM__TRAIN_MAX];
};

/* Credit that an outbound part has not returned yet. */
struct palm__debt {
    uint8_t leg; /* of its messages */
    uint32_t count;
    uint64_t bytes;
};

/* A message for which a waiting part has no feedback yet. */
struct palm__asked {
    palm__note_t note; /* for the feedback: count 1 */
    bool sent;         /* else it failed: the feedback is "0" */
    int64_t deadline;  /* ms, INT64_MAX = none */
};

/* Ring of messages that have no feedback yet. */
struct palm__waiting {
    struct palm__asked *asked;
    size_t head, count, most;
};

/* Copies of messages for the part's own route. */
struct palm__onward {
    zmq_msg_t *messages; /* NULL: it has no route */
    uint32_t count;      /* that were sent */
    bool is_open; /* behind them is one more, of the message that is tried */
};

/* What an outbound part has been given. */
struct palm__outbound {
    palm__queue_t queue;      /* trains; bypass part: messages */
    uint64_t queued;          /* messages in all trains of the queue */
    uint64_t taken;           /* messages that the class has taken */
    struct palm__debt *debts; /* per inbound part, by index */
    bool started;             /* the first message of the queue is prepared */
    int64_t due;              /* when that one has waited too long, ms */
    const struct palm__delivery *delivery; /* fixed; waits or not */
    struct palm__waiting waiting;          /* of a part that does */
    struct palm__onward onward;            /* of one that does not */
};

/* What went along a part's route. */
struct palm__routed {
    uint64_t messages, bytes;
    uint64_t dropped; /* messages: there was nobody */
};

/* How a part is at the moment. */
struct palm__gauges {
    uint64_t credit, inside, queued;
    uint64_t since; /* when the oldest queued message came in, us; 0 = none */
    uint64_t connections; /* of peers; written by the watch's thread */
    uint64_t refused;     /* of them, in all; the same */
};

/* Whom a part whose world is REP has to answer, and how. */
struct palm__envelope {
    bool used;      /* the part reads and writes envelopes, see envelope.c */
    uint32_t count; /* frames: the peer, hops behind it, the delimiter */
    zmq_msg_t frames[PALM__ENVELOPE_MAX];
};

/* What a part of a side is run by. */
typedef struct palm__base {
    int (*init)(palm_part_t *part); /* -1 with errno; NULL = nothing to do */
    void (*run)(palm_part_t *part); /* returns at the stop */
    void (*fini)(palm_part_t *part);
    /* What palm_part_yield() does; NULL = it cannot. */
    int (*yield)(palm_part_t *part, const palm_message_t *message);
} palm__base_t;

/* A list of endpoints. */
struct palm__endpoint {
    char *text;
    char *advertise_as; /* NULL = not in the cache */
    struct palm__endpoint *next;
};

struct palm_part {
    const palm_part_class_t *class_; /* fixed: kept */
    palm_part_class_t kept;          /* a copy of what was given */
    palm_part_options_t options;     /* fixed; the strings are ours */
    palm_hooks_t hooks;              /* fixed; of the options, else the class */
    palm_side_t side;                /* fixed */
    const palm__base_t *base;        /* fixed once started; of its side */
    uint16_t index;                  /* fixed; place among the server's parts */
    palm_part_t *route;              /* fixed; NULL = none */
    palm_server_t *server;           /* fixed; outlives the part */
    pthread_t thread;                /* fixed; of the server's handle */
    char endpoint[PALM__ENDPOINT];   /* set before the part reports */
    struct palm__endpoint *more;     /* the same: of the class's sockets */
    void *class_options; /* fixed; of the class's rows, see class_->options */
    int64_t descriptors; /* fixed once started; see palm_part_descriptors() */

    void *world;  /* the socket that meets the world */
    void *inner;  /* to the router; of a bypass part, to the server */
    bool opened;  /* the class's open() was called, its close() was not */
    int world_fd; /* see wait.h; -1 = no socket */
    int inner_fd;
    bool touched; /* the inner socket was used since it said EAGAIN */
    palm__part_phase_t phase;
    int given;         /* bypass outbound: messages that wait; atomic */
    int64_t warned;    /* when the last warning was logged, ms */
    uint64_t unwarned; /* warnings that were not */
    palm_id_source_t ids;
    palm_part_stats_t stats;    /* written by the part's thread */
    struct palm__routed routed; /* written by the router's thread */
    struct palm__gauges gauges; /* written by the part's thread */
    void *state;                /* of the class, zeroed */
    struct palm__envelope envelope;
    struct palm__inbound in;
    struct palm__outbound out;
};

/* Adds to a counter that one thread writes and others read. */
static inline void
palm__count(uint64_t *counter, uint64_t n)
{
    __atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/* Sets a gauge that others read. */
static inline void
palm__gauge(uint64_t *gauge, uint64_t value)
{
    __atomic_store_n(gauge, value, __ATOMIC_RELAXED);
}

static inline uint64_t
palm__counted(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* "inbound", "outbound" or "bypass". */
const char *palm__side_name(palm_side_t side);

/* Opens both sockets; on failure closes them and says in *err what failed,
 * with the part's name and address. */
int palm__part_open(palm_part_t *part, palm_error_t *err);
void palm__part_close(palm_part_t *part);

/* Closes the world only; does nothing if that was done. */
void palm__part_close_world(palm_part_t *part);

/* Binds or connects part->world as the class and the options say. */
int palm__part_socket_open(palm_part_t *part, palm_error_t *err);

/* The type of that socket, for zmq_socket(): envelope.c says why it is not
 * always that of the class. */
int palm__world_type(palm_part_t *part);

/* Receives a message without waiting; of several frames the first.  Returns 1,
 * 0 if there is none, or -1: one was dropped and counted, and no reply is
 * possible.  *frame stays the caller's. */
int palm__world_receive(palm_part_t *part, zmq_msg_t *frame);

/* Answers what was received last.  Takes *frame on success only. */
int palm__world_reply(palm_part_t *part, zmq_msg_t *frame);

/* Forgets whom to answer. */
void palm__envelope_clear(struct palm__envelope *envelope);

/* Goes on to a phase, unless it is further already. */
static inline void
palm__part_reach(palm_part_t *part, palm__part_phase_t phase)
{
    part->phase = part->phase < phase ? phase : part->phase;
}

static inline bool
palm__part_stops(const palm_part_t *part)
{
    return part->phase == PALM__PART_STOPS;
}

/* What a base does with a frame from the router, by the kind of its note, which
 * has been read; it need not empty the frame. */
typedef void palm__note_f(palm_part_t *part, const palm__note_t *note,
                          zmq_msg_t *frame);

/* What all bases do: nothing; DRAIN; STOP. */
palm__note_f palm__part_ignore, palm__part_drain, palm__part_stop;

/* Hands each note that is there to its handler; without ZMQ_DONTWAIT in flags,
 * waits for one first.  Then the inner socket has said EAGAIN.  Whether there
 * were any. */
bool palm__part_notes(palm_part_t *part, int flags,
                      palm__note_f *const handlers[PALM__KINDS]);

/* Does what the class has to do with the world and what is due; returns the
 * milliseconds until it must be called again, -1 for never. */
int64_t palm__part_serve(palm_part_t *part);

/* Waits for a note, for the world if asked so or the class serves it, at most
 * timeout ms (-1 = for ever).  The sockets have said EAGAIN. */
void palm__part_sleep(palm_part_t *part, bool world, int64_t timeout);

/* Both, one after the other. */
void palm__part_wait(palm_part_t *part, bool world);

/* Reads and drops the frames behind *frame, of the world's socket.  Whether
 * there were any. */
bool palm__part_skip_frames(palm_part_t *part, zmq_msg_t *frame);

/* Puts one character into a frame that is initialized; it is PALM's answer "0"
 * or "1".  So small a frame needs no memory of its own. */
void palm__frame_set(zmq_msg_t *frame, char character);

/* The bases.  Each returns when the part has been told to stop. */
void palm__inbound_run(palm_part_t *part);
void palm__outbound_run(palm_part_t *part);
void palm__bypass_run(palm_part_t *part);

/* Sets up and tears down what a base keeps in the part. */
int palm__inbound_init(palm_part_t *part);
void palm__inbound_fini(palm_part_t *part);
int palm__outbound_init(palm_part_t *part);
void palm__outbound_fini(palm_part_t *part);

/* What palm_part_yield() does in an inbound part, and in an outbound part whose
 * class has the operation. */
int palm__inbound_yield(palm_part_t *part, const palm_message_t *message);
int palm__outbound_yield(palm_part_t *part, const palm_message_t *message);

/* Counts messages that came in at `since` (us; 0 = unknown) and are done with
 * now. */
void palm__latency(palm_part_t *part, int64_t since, uint32_t count);

/* Adds to the part's endpoints, and the key of the cache (NULL = none) that it
 * is advertised as; both are copied.  -1 with errno ENOMEM. */
int palm__part_add_endpoint(palm_part_t *part, const char *text,
                            const char *advertise_as);
void palm__endpoints_free(struct palm__endpoint *first);

/* Copies a class, which may be one of an older header: what that did not know
 * is 0.  -1 with errno EINVAL: it is of another part interface. */
int palm__class_copy(palm_part_class_t *to, const palm_part_class_t *from,
                     palm_error_t *err);

/* Makes the structures that the options of a part's class describe; refuses
 * what it does not have.  NULL with errno ENOENT, EINVAL, ERANGE or ENOMEM. */
void *palm__class_options_new(const palm_part_class_t *class_,
                              const palm_part_options_t *options,
                              palm_error_t *err);
void palm__class_options_free(const palm_part_class_t *class_, void *made);

/* The text of an option of the class; NULL: it was not given, or is none. */
const char *palm__class_option_text(const palm_part_class_t *class_,
                                    const void *made, const char *key);

/* Copies options, and the strings in them, but not `own`; fini frees these. */
int palm__options_copy(palm_part_options_t *to,
                       const palm_part_options_t *from);
void palm__options_fini(palm_part_options_t *options);

#endif
