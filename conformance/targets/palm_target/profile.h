/* SPDX-License-Identifier: MIT */
/* profile.h: the profiles that the target claims. */
#ifndef CONFORMANCE_PALM_TARGET_PROFILE_H
#define CONFORMANCE_PALM_TARGET_PROFILE_H

#include "conformance/targets/palm_target/target.h"

/* Serves the target's profile; returns the exit status. */
int profile_run(struct target *target);

#endif
