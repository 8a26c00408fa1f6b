/* SPDX-License-Identifier: MIT */
/* odd_even: a part of one's own for a server file.  OddEvenPub is a PubService
 * that does not publish to the client who asked but to the topics "odd" and
 * "even", by the last digit of the payload; what ends with no digit keeps its
 * topic.
 *
 *     cc -shared -fPIC $(pkg-config --cflags --libs libpalm) \
 *         -o odd_even.so odd_even.c
 *
 * and in the server file
 *
 *     [outbound Pub]
 *     plugin = ./odd_even.so
 *     part = OddEvenPub
 *     address = tcp://127.0.0.1:*
 *
 * or, in that of a master ("kind = master"), without the address. */
#include <palm.h>

/* Runs in the part's thread, once for each message before it is published. */
static int
odd_or_even(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
            void *arg)
{
    palm_slice_t payload = message->payload;
    char last = payload.size > 0 ? payload.data[payload.size - 1] : '\0';
    (void)part;
    (void)arg;
    if (last >= '0' && last <= '9') {
        *topic = palm_slice((last - '0') % 2 == 1 ? "odd" : "even");
    }
    return 0;
}

/* The symbol that the file names.  What is not said here is as in PubService:
 * that it is outbound and binds, its socket, how it holds results. */
PALM_EXPORT const palm_part_class_t OddEvenPub = {
    .abi = PALM_PART_ABI,
    .name = "OddEvenPub",
    .base = "PubService",
    .hooks = {.handle_stream = odd_or_even},
};
