/* SPDX-License-Identifier: MIT */
/* wired.c: see wired.h. */
#include "conformance/suite/wired.h"

struct peer *
wired_peer(struct target *target, const char *label, int type, const char *part)
{
    const char *fact = test_text(target->test, "part.%s.address", part);

    return peer_connect(target->test, label, type,
                        target_address(target, fact));
}

struct message
wired_take(struct peer *peer)
{
    return check_message(peer->test, peer->label, peer_receive_one(peer));
}

const char *
free_address(struct test *test)
{
    struct peer *peer = peer_bind(test, "a port", ZMQ_PAIR);
    const char *address = peer->address;

    peer_close(peer);
    return address;
}
