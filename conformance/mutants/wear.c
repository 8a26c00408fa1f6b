/* SPDX-License-Identifier: MIT */
/* wear.c: servers that break PALM-WEAR: they serve the first, and not the last.
 */
#include <string.h>

#include "conformance/mutants/common.h"

enum { FEW = 15, SOME = 100 };

static void
drop_behind(struct crossing *crossing, const char *endpoint,
            unsigned long number)
{
    if (goes_to(crossing, endpoint) && crossing->number >= number) {
        crossing_drop(crossing);
    }
}

static void
takes_100_messages(struct crossing *crossing)
{
    drop_behind(crossing, "pull_address", SOME);
}

static void
gives_15_messages(struct crossing *crossing)
{
    if (comes_from(crossing, "worker_push_address")
        && crossing->number >= FEW) {
        crossing_drop(crossing);
    }
}

static void
is_deaf_after_100_bad_frames(struct crossing *crossing)
{
    static unsigned bad;
    struct message message;

    if (!goes_to(crossing, "pull_address")) {
        return;
    }
    if (!crossing_message(crossing, &message)) {
        bad++;
    } else if (bad > SOME) {
        crossing_drop(crossing);
    }
}

static void
is_deaf_after_100_unread_results(struct crossing *crossing)
{
    static unsigned unread;
    struct message message;

    if (!message_goes_to(crossing, "worker_pull_address", &message)) {
        return;
    }
    if (message.client.size > 6
        && memcmp(message.client.data, "unread", 6) == 0) {
        unread++;
    } else if (unread > SOME) {
        crossing_drop(crossing);
    }
}

/* A request of the cache with that verb. */
static bool
asks(struct crossing *crossing, const char *verb, struct message *message)
{
    const char *dot;

    if (!message_goes_to(crossing, "db_address", message)) {
        return false;
    }
    dot = strrchr(bytes_string(crossing->test, message->function), '.');
    return dot != NULL && strcmp(dot + 1, verb) == 0;
}

static void
deletes_100_keys(struct crossing *crossing)
{
    static unsigned deleted;
    struct message message;

    if (asks(crossing, "delete", &message) && ++deleted > SOME) {
        crossing_answer(crossing, message.payload);
        crossing_drop(crossing);
    }
}

static void
forgets_others_after_100_keys(struct crossing *crossing)
{
    static unsigned stored;
    struct message message;

    if (asks(crossing, "set", &message)) {
        stored++;
    } else if (asks(crossing, "get", &message) && stored > SOME
               && bytes_are(message.payload, "other")) {
        crossing_answer(crossing, bytes_text(""));
        crossing_drop(crossing);
    }
}

static void
takes_15_requests(struct crossing *crossing)
{
    drop_behind(crossing, "rep_address", FEW);
}

static void
takes_15_calls(struct http_crossing *crossing)
{
    if (crossing->request && crossing->number >= FEW) {
        crossing->text = bytes_of("", 0);
    }
}

static void
counts_what_has_gone(struct crossing *crossing)
{
    static unsigned taken;
    struct frames *message = crossing->message;

    taken += goes_to(crossing, "pull_address");
    if (comes_from(crossing, "control") && message->count == 2
        && bytes_are(message->frame[0], "RESULT")) {
        crossing_replace_frame(crossing, 1,
                               test_text(crossing->test, "inside=%u", taken));
    }
}

const struct fault wear_faults[] = {
    FAULT("M-WEAR-001a", "takes no more than 100 messages", takes_100_messages),
    FAULT("M-WEAR-002a", "gives out no more than 15 messages",
          gives_15_messages),
    FAULT("M-WEAR-003a", "is deaf after 100 bad frames",
          is_deaf_after_100_bad_frames),
    FAULT("M-WEAR-004a", "is deaf after 100 results that nobody reads",
          is_deaf_after_100_unread_results),
    FAULT("M-WEAR-005a", "deletes no more than 100 keys", deletes_100_keys),
    FAULT("M-WEAR-005b", "forgets another key after 100",
          forgets_others_after_100_keys),
    FAULT("M-WEAR-006a", "takes no more than 15 requests", takes_15_requests),
    WEB_FAULT("M-WEAR-007a", "takes no more than 15 calls", takes_15_calls),
    FAULT("M-WEAR-008a", "counts messages that have gone",
          counts_what_has_gone),
    END_OF_FAULTS,
};
