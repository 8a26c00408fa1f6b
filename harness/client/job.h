/* SPDX-License-Identifier: MIT */
/* job.h: a stream of messages out, their results in.  One thread. */
#ifndef HARNESS_CLIENT_JOB_H
#define HARNESS_CLIENT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "parts/palm.h"

struct job_options {
    const char *function;
    int64_t count;   /* messages to make up, -1 = lines of stdin */
    int64_t size;    /* bytes of each */
    int64_t window;  /* messages without a printed result, at most */
    int64_t timeout; /* ms without any result, -1 = for ever */
    int64_t results; /* that each message has */
    int64_t idle;    /* ms without any after which there are no more; then a
                        message may have any number; -1 = results counts */
    bool ordered;    /* results in the order of the messages; idle is -1 */
};

/* Runs a job; returns the exit status. */
int job_run(palm_client_t *client, const struct job_options *options);

#endif
