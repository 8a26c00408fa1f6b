/* SPDX-License-Identifier: MIT */
/* environment.h: what a command sees of its message besides the payload. */
#ifndef HARNESS_WORKER_ENVIRONMENT_H
#define HARNESS_WORKER_ENVIRONMENT_H

#include "parts/palm.h"

/* Our environment with PALM_FUNCTION, PALM_CLIENT, PALM_CACHE, PALM_PIPELINE
 * and PALM_STAGE of the message in place of any that we have been given.  A
 * field with a NUL, or of over 4 KiB, is not there.  One block, which the
 * caller frees; it lives no longer than the environment.  NULL = no memory. */
char **environment_make(const palm_message_t *message);

#endif
