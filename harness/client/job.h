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
    bool ordered;    /* results in the order of the messages */
};

/* Runs a job; returns the exit status. */
int job_run(palm_client_t *client, const struct job_options *options);

#endif
