/* SPDX-License-Identifier: MIT */
/* scatter.c: implementations that break PALM-SCATTER. */
#include "conformance/mutants/common.h"

static const struct fault_setting no_scatter[] = {{"scatter", "echo"},
                                                  {NULL, NULL}};
static const struct fault_setting no_gather[] = {{"gather", "echo"},
                                                 {NULL, NULL}};
static const struct fault_setting no_stream[] = {{"stream", "echo"},
                                                 {NULL, NULL}};
static const struct fault_setting plain[] = {{"pipelined", "no"}, {NULL, NULL}};

static void
stops_publishing(struct crossing *crossing)
{
    static bool stopped;
    struct message message;

    stopped = stopped
              || (message_goes_to(crossing, "worker_pull_address", &message)
                  && bytes_are(message.payload, "!gone"));
    if (stopped && comes_from(crossing, "pub_address")) {
        crossing_drop(crossing);
    }
}

const struct fault scatter_faults[] = {
    WRONG_SETTING("M-SCATTER-001a", "routes one of n", no_scatter),
    WRONG_SETTING("M-SCATTER-002a", "routes one of none", no_scatter),
    WRONG_SETTING("M-SCATTER-003a", "makes no copies", no_scatter),
    WRONG_SETTING("M-SCATTER-004a", "does not fail", no_scatter),
    WRONG_SETTING("M-SCATTER-005a", "publishes one of n", no_gather),
    WRONG_SETTING("M-SCATTER-006a", "publishes one of none", no_gather),
    WRONG_SETTING("M-SCATTER-007a", "loses what gather did", no_gather),
    WRONG_SETTING("M-SCATTER-008a", "does not raise stage", plain),
    WRONG_SETTING("M-SCATTER-009a", "does not fail", no_gather),
    WRONG_SETTING("M-SCATTER-011a", "takes the usual topic", no_stream),
    WRONG_SETTING("M-SCATTER-012a", "loses what the hook did", no_stream),
    WRONG_SETTING("M-SCATTER-013a", "publishes it all the same", no_stream),
    FAULT("M-SCATTER-013b", "publishes no more", stops_publishing),
    END_OF_FAULTS,
};
