/* SPDX-License-Identifier: MIT */
/* mutant.h: palm-mutant, a target that stands between the suite and a target.
 *
 * It starts the command that it is given, in its own process group, so that
 * whoever ends the one ends both.  Each endpoint of the target has a proxy
 * (relay.h, web.h); so has each address that the suite gives the target.  One
 * thread, one loop. */
#ifndef CONFORMANCE_MUTANTS_PROXY_MUTANT_H
#define CONFORMANCE_MUTANTS_PROXY_MUTANT_H

#include <sys/types.h>
#include <zmq.h>

#include "conformance/engine/test.h"
#include "conformance/mutants/fault.h"

struct setting {
    char *key;
    char *value; /* as the target gets it */
};

struct mutant {
    struct test test; /* memory of faults, see memory_rotate() */
    const struct fault *fault;
    const struct raw_fault *raw; /* NULL: it is none of bytes */
    char *command;
    const char *profile;
    const char *endpoint; /* of the suite's control channel */
    struct setting *settings;
    size_t setting_count;
    void *context;
    pid_t child;
    int status; /* of the child, once it is reaped */
    bool reaped;
    bool lasts; /* it outlives the child */
};

/* There is one in a process. */
extern struct mutant mutant;

/* Says why on stderr, and ends it all. */
void mutant_broken(const char *format, ...) CONFORM_NORETURN
    CONFORM_FORMAT(1, 2);

/* Ends it all: 128 + n dies of signal n. */
void mutant_die(int status) CONFORM_NORETURN;

/* Zeroed, and never NULL; for what must live on. */
void *memory_of(size_t size);
char *memory_text(const char *format, ...) CONFORM_FORMAT(1, 2);

/* Of each message, before it is looked at: what faults keep lives for as long
 * as 64 MB more have passed. */
void memory_rotate(size_t size);

/* --- main.c, spawn.c ------------------------------------------------------ */

/* Reads what the suite appends; false if it is not that. */
bool arguments_read(int argc, char **argv, int at);

/* Starts the target, with this control endpoint. */
void spawn_target(const char *control);

/* SIGTERM and SIGCHLD make this descriptor readable. */
int signals_open(void);
/* True if SIGTERM was among them. */
bool signals_take(int descriptor);

/* A copy of this process that keeps its sockets, and does nothing. */
void spawn_idler(void);

/* --- settings.c: what a fault changes before anything starts ---------------
 */
void settings_change(void);

/* A setting is given to the target: NULL key if there is none such. */
const char *setting_value(const char *key);

/* --- address.c: who stands where -------------------------------------------
 */

/* What the target's socket is. */
enum kind {
    KIND_NONE,
    KIND_PULL,
    KIND_PUSH,
    KIND_PUB,
    KIND_SUB,
    KIND_REP,
    KIND_CACHE, /* REP, or the REQ that asks one: addresses are told there */
    KIND_ROUTER,
    KIND_HTTP
};

/* Puts proxies between all that settings name, and changes them. */
void address_settings(void);

/* The facts of READY as the suite shall see them; new text. */
char *address_facts(const char *facts);

/* What a cache says: an address of the target's in the suite's terms; NULL if
 * it is none. */
const char *address_for_suite(const char *text);

/* The text with all addresses in the suite's terms; new. */
char *address_in_text(const char *text);

/* The other way round: the value of a key that the target has asked for. */
const char *address_for_target(const char *key, const char *text);

/* --- relay.c, lane.c, web.c ------------------------------------------------
 */

/* The target has bound this address: returns the one for the suite. */
const char *relay_front(const char *endpoint, enum kind kind,
                        const char *address);
/* The suite has bound it: returns the one for the target.  NULL if one cannot
 * connect to it. */
const char *relay_back(const char *endpoint, enum kind kind,
                       const char *address);

/* The same for "http://host:port…", either way; with a fault of bytes for
 * "tcp://host:port", too. */
const char *web_between(const char *endpoint, bool in_front,
                        const char *address);

/* --- control.c -------------------------------------------------------------*/

/* Connects to the suite; returns the endpoint for the target. */
const char *control_open(void);

#endif
