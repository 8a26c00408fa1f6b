/* SPDX-License-Identifier: MIT */
/* block.c: implementations that break PALM-BLOCK. */
#include "conformance/mutants/common.h"

static const struct fault_setting unblocked[] = {{"block", "no"}, {NULL, NULL}};
static const struct fault_setting blocked[] = {{"block", "yes"}, {NULL, NULL}};
static const struct fault_setting shared[] = {{"part.* isolated", "no"},
                                              {NULL, NULL}};

static const struct fault_setting alone[] = {{"part.* isolated", "yes"},
                                             {NULL, NULL}};

const struct fault block_faults[] = {
    WRONG_SETTING("M-BLOCK-001a", "answers 1 for an empty frame", unblocked),
    WRONG_SETTING("M-BLOCK-002a", "answers 1, not the feedback", unblocked),
    WRONG_SETTING("M-BLOCK-003a", "answers an empty frame for 1", blocked),
    WRONG_SETTING("M-BLOCK-004a", "answers the feedback, not 1", blocked),
    WRONG_SETTING("M-BLOCK-011a", "answers 1 to a scattered one", unblocked),
    WRONG_SETTING("M-BLOCK-013a", "routes others meanwhile", alone),
    WRONG_SETTING("M-BLOCK-015a", "holds up all routes", shared),
    END_OF_FAULTS,
};
