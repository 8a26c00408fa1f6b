/* SPDX-License-Identifier: MIT */
/* bypass.c: implementations that break PALM-BYPASS. */
#include "conformance/mutants/common.h"

static const struct fault_setting rep_is_routed[] = {
    {"part.ask", "inbound RepService block=yes route=out"}, {NULL, NULL}};

static void
answers_nothing(struct crossing *crossing)
{
    if (comes_from(crossing, "part.back.address")) {
        crossing_replace_frame(crossing, 0, "");
    }
}

static void
wants_a_message(struct crossing *crossing)
{
    struct message message;

    if (goes_to(crossing, "part.back.address")
        && !crossing_message(crossing, &message)) {
        crossing_drop(crossing);
        crossing_answer(crossing, bytes_text("0"));
    }
}

static bool
is_handed_in(struct crossing *crossing)
{
    return comes_from(crossing, "control")
           && bytes_are(crossing->message->frame[0], "RESULT");
}

static void
hands_in_another_order(struct crossing *crossing)
{
    if (is_handed_in(crossing) && crossing->number % 2 == 1) {
        crossing_swap(crossing);
    }
}

static void
hands_in_half(struct crossing *crossing)
{
    if (is_handed_in(crossing) && crossing->number % 2 == 1) {
        crossing_drop(crossing);
    }
}

static void
emits_in_another_order(struct crossing *crossing)
{
    if (comes_from(crossing, "part.back.address")
        && crossing->number % 2 == 1) {
        crossing_swap(crossing);
    }
}

static void
emits_half(struct crossing *crossing)
{
    if (comes_from(crossing, "part.back.address")
        && crossing->number % 2 == 1) {
        crossing_drop(crossing);
    }
}

static void
stops_while_nobody_takes(struct crossing *crossing)
{
    if (goes_to(crossing, "part.in.address")) {
        crossing_drop(crossing);
    }
}

const struct fault bypass_faults[] = {
    FAULT("M-BYPASS-001a", "answers nothing", answers_nothing),
    FAULT("M-BYPASS-001b", "wants a PalmMessage", wants_a_message),
    FAULT("M-BYPASS-002a", "hands frames in in another order",
          hands_in_another_order),
    FAULT("M-BYPASS-002b", "hands half of the frames in", hands_in_half),
    FAULT("M-BYPASS-003a", "emits in another order", emits_in_another_order),
    FAULT("M-BYPASS-003b", "emits half of the frames", emits_half),
    FAULT("M-BYPASS-004a", "stops its server while nobody takes",
          stops_while_nobody_takes),
    WRONG_SETTING("M-BYPASS-005a", "routes requests of a bypass part",
                  rep_is_routed),
    END_OF_FAULTS,
};
