/* SPDX-License-Identifier: MIT */
/* control.c: the control channel, between the suite and the target. */
#include <string.h>

#include "conformance/mutants/proxy/lane.h"

static struct lane *to_child; /* its identity is the target's */

static struct lane *
find_child(struct lane *lane, struct bytes identity)
{
    if (to_child->identity.data == NULL) {
        char *copy = memory_of(identity.size + 1);

        memcpy(copy, identity.data, identity.size);
        to_child->identity = bytes_of(copy, identity.size);
    }
    return lane;
}

static void
become_ready(struct frames *message, const char *facts)
{
    message->count = 2;
    message->frame[0] = bytes_text("READY");
    message->frame[1] = bytes_text(facts);
}

static bool
look_at_words(struct lane *lane, struct frames *message)
{
    struct bytes verb = message->frame[0];

    (void)lane;
    if (message->count > 1 && bytes_are(verb, "READY")) {
        become_ready(message, address_facts(bytes_string(&mutant.test,
                                                         message->frame[1])));
        return true;
    }
    if (message->count > 1
        && (bytes_are(verb, "ERROR") || bytes_are(verb, "REFUSED"))) {
        message->frame[1] = bytes_text(
            address_in_text(bytes_string(&mutant.test, message->frame[1])));
    }
    if (message->count > 0 && bytes_are(verb, "REFUSED")) {
        if (mutant.fault->life == LIFE_STARTS_ANYWAY) {
            mutant.lasts = true;
            become_ready(message, "name=mutant\nversion=0\nspec=1\n");
        } else if (mutant.fault->life == LIFE_REFUSES_SILENTLY
                   && message->count > 1) {
            message->frame[1] = bytes_text("");
        }
    }
    return true;
}

const char *
control_open(void)
{
    void *suite = zmq_socket(mutant.context, ZMQ_DEALER);
    void *child = zmq_socket(mutant.context, ZMQ_ROUTER);
    static char address[256];
    size_t size = sizeof address;
    const int linger = 1000;
    struct lane *lane;

    if (suite == NULL || child == NULL
        || zmq_setsockopt(suite, ZMQ_LINGER, &linger, sizeof linger) != 0
        || zmq_connect(suite, mutant.endpoint) != 0
        || zmq_bind(child, "tcp://127.0.0.1:*") != 0
        || zmq_getsockopt(child, ZMQ_LAST_ENDPOINT, address, &size) != 0) {
        mutant_broken("no control channel: %s", zmq_strerror(zmq_errno()));
    }
    to_child = lane_add("control", true, suite, child);
    lane = lane_add("control", false, child, suite);
    lane->takes_identity = true;
    lane->route = find_child;
    lane->look = look_at_words;
    return address;
}
