/* SPDX-License-Identifier: MIT */
/* odd_even: a part of one's own for a server file.  OddEvenPub is a PubService
 * that does not publish to the client who asked but, by the last digit of the
 * payload, to the topics "even" and "odd"; with "modulus = 3" to "0", "1" and
 * "2".  What ends with no digit keeps its topic.
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
#include <stdint.h>

/* What the class may be set to, beside what its base has. */
struct odd_even {
    int64_t modulus;
};

static const palm_option_t options[] = {
    PALM_OPTION(struct odd_even, COUNT, modulus, 1, "2",
                "number of topics that the digits are divided among"),
    PALM_OPTION_END,
};

/* Runs in the part's thread, once for each message before it is published. */
static int
odd_or_even(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
            void *arg)
{
    static const char *const words[] = {"even", "odd"};
    static const char *const digits[] = {"0", "1", "2", "3", "4",
                                         "5", "6", "7", "8", "9"};
    const struct odd_even *own = palm_part_own_options(part);
    palm_slice_t payload = message->payload;
    char last = payload.size > 0 ? payload.data[payload.size - 1] : '\0';
    (void)arg;
    if (last >= '0' && last <= '9') {
        int64_t left = (last - '0') % own->modulus;
        *topic = palm_slice(own->modulus == 2 ? words[left] : digits[left]);
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
    .options = options,
    .options_size = sizeof(struct odd_even),
};
