/* SPDX-License-Identifier: MIT */
/* fault.h: what a wrong implementation would do.
 *
 * palm-mutant is a target that starts a right one and stands between it and the
 * suite.  What crosses is looked at by one fault, which changes, drops, doubles
 * or answers it.  So each fault is a wrong implementation; the suite must find
 * it by a test of the very rule that it breaks. */
#ifndef CONFORMANCE_MUTANTS_FAULT_H
#define CONFORMANCE_MUTANTS_FAULT_H

#include "conformance/engine/codec.h"
#include "conformance/engine/peer.h"

/* A message on its way.  Endpoints are named by the fact or setting that tells
 * them; those that the target finds by a cache by their key.  Subscriptions
 * cross as messages, too: a byte 1 (or 0: no more) and the topic.
 *
 * What a fault keeps of a message lives until 64 MB more have passed.  A fault
 * of frames is not shown messages of more than FRAMES_MAX frames. */
struct crossing {
    struct test *test;    /* for memory */
    const char *endpoint; /* "db_address", "part.in.address", "control" */
    bool to_target;       /* from the suite to the target */
    unsigned long number; /* of those in this direction at this endpoint, 0… */
    struct frames *message; /* without an envelope; a fault may change it */
    void *state;            /* of the proxy */
};

/* For the fault to call, any number of times. */
void crossing_drop(struct crossing *crossing);
/* Sends it on now (again); what is in *message when the fault returns is sent
 * unless it was dropped. */
void crossing_pass(struct crossing *crossing);
/* Sends this to where the message came from, as an answer. */
void crossing_answer(struct crossing *crossing, struct bytes frame);
/* Keeps the message until the next one at this endpoint and direction has
 * passed: two change places. */
void crossing_swap(struct crossing *crossing);
/* Ends palm-mutant (and the target) at once with this status; 128 + n: dies of
 * signal n. */
void crossing_die(struct crossing *crossing, int status);

/* The PalmMessage in the last frame; false if it is none. */
bool crossing_message(struct crossing *crossing, struct message *message);
/* Puts it there, encoded. */
void crossing_replace(struct crossing *crossing, const struct message *message);
/* Puts a frame there that is no PalmMessage, or a reply. */
void crossing_replace_frame(struct crossing *crossing, size_t index,
                            const char *text);

/* An HTTP message on its way, whole: head and body.  May be replaced. */
struct http_crossing {
    struct test *test;
    const char *endpoint;
    bool request;
    bool to_target;
    unsigned long number;
    struct bytes text; /* empty: nothing goes on */
    bool close;        /* set it: the connection ends behind this */
    bool stay;         /* set it: and this does not, before the other side */
};

/* A setting that the target does not get as the suite gave it: value NULL: not
 * at all; key not given by the suite: in addition.  Key "GLOB WORD", such as
 * "part.* isolated": in the settings that match, WORD=… gets this value, or a
 * WORD by itself (a class) becomes this one; where it is not, nothing is
 * added.  "PROFILE/KEY" is for targets of that profile only.  Profile
 * "describe" is left alone. */
struct fault_setting {
    const char *key; /* NULL: end */
    const char *value;
};

/* A line of READY that is changed; value NULL: left out. */
struct fault_fact {
    const char *key; /* NULL: end */
    const char *value;
};

/* What happens to the process. */
enum fault_life {
    LIFE_NORMAL,
    LIFE_IGNORES_SIGTERM,
    LIFE_EXITS_1_ON_SIGTERM,
    LIFE_DIES_ON_SIGTERM,  /* by a signal */
    LIFE_STARTS_ANYWAY,    /* says READY where the target says REFUSED */
    LIFE_REFUSES_SILENTLY, /* REFUSED with an empty reason */
    LIFE_EXITS_0,          /* whatever its target's exit status */
    LIFE_ENDS_AT_ONCE,     /* at SIGTERM, with what is inside */
    LIFE_LEAVES_ENDPOINTS, /* a process stays behind that has them */
    LIFE_FAVOURS_A_WORKER, /* the first of two gets three of four messages */
    LIFE_TAKES_OLD_PEERS   /* its sockets speak ZMTP 1.0 and 2.0, too */
};

struct fault {
    const char *id;   /* "M-CACHE-007a": breaks PALM-CACHE-007 */
    const char *what; /* "replies to set with the value" */
    void (*frames)(struct crossing *crossing); /* NULL: lets all pass */
    void (*http)(struct http_crossing *crossing);
    const struct fault_setting *settings;
    const struct fault_fact *facts;
    enum fault_life life;
};
/* A row that needs nothing but what crosses. */
#define FAULT(id, what, frames)                                                \
    {                                                                          \
        id, what, frames, NULL, NULL, NULL, LIFE_NORMAL                        \
    }
#define END_OF_FAULTS                                                          \
    {                                                                          \
        NULL, NULL, NULL, NULL, NULL, NULL, LIFE_NORMAL                        \
    }

/* Bytes on a connection, HTTP or not, as they come.  A fault of them is asked
 * whenever more have come, and at the end; palm-mutant then passes bytes where
 * the target has bound, and does not speak ZMTP itself. */
struct raw_crossing {
    const char *endpoint;
    bool to_target;
    bool over;                 /* no more will come */
    unsigned long connections; /* at this endpoint so far, this one included */
    unsigned long ended;       /* by the suite, this one included */
    struct bytes head;         /* the first 4 kB; a NUL stands behind them */
    size_t size;               /* of all that has come */
};

/* As crossing_die(). */
void raw_die(int status);

/* A fault that needs nothing but those. */
struct raw_fault {
    const char *id; /* NULL: end */
    const char *what;
    void (*look)(const struct raw_crossing *crossing);
};

#endif
