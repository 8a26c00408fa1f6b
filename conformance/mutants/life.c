/* SPDX-License-Identifier: MIT */
/* life.c: implementations that break PALM-LIFE. */
#include "conformance/engine/test.h"
#include "conformance/mutants/common.h"

/* --- while it ends -------------------------------------------------------- */

/* The suite's workers take so many before they answer. */
static void
loses_late_results(struct crossing *crossing)
{
    enum { TAKEN = 20 };
    static int taken;
    struct message message;

    taken += message_comes_from(crossing, "worker_push_address", &message);
    if (taken >= TAKEN && goes_to(crossing, "worker_pull_address")) {
        crossing_drop(crossing);
    }
}

/* It ends a second after its workers have taken what there was. */
static void
waits_a_second(struct crossing *crossing)
{
    static int64_t taken;
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        taken = now();
    }
    if (goes_to(crossing, "worker_pull_address") && taken != 0
        && now() - taken > 1000000) {
        crossing_drop(crossing);
    }
}

static void
hands_in_an_error(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_pull_address", &message)
        && bytes_are(message.function, "palm.sleep")) {
        message.payload = bytes_text("0");
        crossing_replace(crossing, &message);
    }
}

/* --- who comes first ------------------------------------------------------ */

static bool
is_subscription(struct crossing *crossing)
{
    return goes_to(crossing, "pub_address")
           && crossing->message->frame[0].size > 0
           && crossing->message->frame[0].data[0] == 1;
}

static void
drops_before_subscription(struct crossing *crossing)
{
    static bool subscribed;

    subscribed = subscribed || is_subscription(crossing);
    if (!subscribed && goes_to(crossing, "pull_address")) {
        crossing_drop(crossing);
    }
}

static void
forgets_early_subscribers(struct crossing *crossing)
{
    static bool pushed;

    pushed = pushed || goes_to(crossing, "pull_address");
    if (!pushed && is_subscription(crossing)) {
        crossing_drop(crossing);
    }
}

/* --- who comes next ------------------------------------------------------- */

/* True once a subscription has ended. */
static bool
one_has_left(struct crossing *crossing)
{
    static bool left;

    left = left
           || (goes_to(crossing, "pub_address")
               && crossing->message->frame[0].size > 0
               && crossing->message->frame[0].data[0] == 0);
    return left;
}

static void
serves_its_first_client(struct crossing *crossing)
{
    if (one_has_left(crossing) && goes_to(crossing, "pull_address")) {
        crossing_drop(crossing);
    }
}

static void
takes_its_first_worker(struct crossing *crossing)
{
    if (one_has_left(crossing) && goes_to(crossing, "worker_pull_address")) {
        crossing_drop(crossing);
    }
}

static void
ends_with_its_peers(struct crossing *crossing)
{
    if (one_has_left(crossing)) {
        crossing_die(crossing, 0);
    }
}

const struct fault life_faults[] = {
    WRONG_LIFE("M-LIFE-001a", "ignores SIGTERM", LIFE_IGNORES_SIGTERM),
    WRONG_LIFE("M-LIFE-001b", "ends with status 1", LIFE_EXITS_1_ON_SIGTERM),
    WRONG_LIFE("M-LIFE-001c", "dies of SIGTERM", LIFE_DIES_ON_SIGTERM),
    FAULT("M-LIFE-002a", "loses results after SIGTERM", loses_late_results),
    WRONG_LIFE("M-LIFE-002b", "ends at once", LIFE_ENDS_AT_ONCE),
    FAULT("M-LIFE-002c", "waits a second for its workers", waits_a_second),
    WRONG_LIFE("M-LIFE-003a", "waits for a worker", LIFE_IGNORES_SIGTERM),
    WRONG_LIFE("M-LIFE-004a", "leaves its endpoints taken",
               LIFE_LEAVES_ENDPOINTS),
    WRONG_LIFE("M-LIFE-005a", "ignores SIGTERM", LIFE_IGNORES_SIGTERM),
    WRONG_LIFE("M-LIFE-005b", "ends with status 1", LIFE_EXITS_1_ON_SIGTERM),
    WRONG_LIFE("M-LIFE-005c", "dies of SIGTERM", LIFE_DIES_ON_SIGTERM),
    WRONG_LIFE("M-LIFE-006a", "ends at once", LIFE_ENDS_AT_ONCE),
    FAULT("M-LIFE-006b", "hands in an error result", hands_in_an_error),
    WRONG_LIFE("M-LIFE-007a", "ignores SIGTERM", LIFE_IGNORES_SIGTERM),
    WRONG_LIFE("M-LIFE-007b", "ends with status 1", LIFE_EXITS_1_ON_SIGTERM),
    WRONG_LIFE("M-LIFE-007c", "dies of SIGTERM", LIFE_DIES_ON_SIGTERM),
    FAULT("M-LIFE-008a", "wants subscribers before clients",
          drops_before_subscription),
    FAULT("M-LIFE-008b", "wants clients before subscribers",
          forgets_early_subscribers),
    FAULT("M-LIFE-009a", "serves its first client only",
          serves_its_first_client),
    FAULT("M-LIFE-009b", "serves its first worker only",
          takes_its_first_worker),
    FAULT("M-LIFE-009c", "ends with its peers", ends_with_its_peers),
    WRONG_LIFE("M-LIFE-010a", "refuses with exit status 0", LIFE_EXITS_0),
    WRONG_LIFE("M-LIFE-010b", "starts anyway", LIFE_STARTS_ANYWAY),
    END_OF_FAULTS,
};
