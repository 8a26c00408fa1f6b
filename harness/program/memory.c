/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/program/memory.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/program/program.h"

static char farewell[160]; /* what the handler says; made before */

/* C++ ends by abort() what it has no memory for.  glibc 2.41 does not call this
 * in threads that block the signal, as those of ZeroMQ do: then there is the
 * word of ZeroMQ, and status 134. */
static void
on_abort(int number)
{
    ssize_t ignored = write(STDERR_FILENO, farewell, strlen(farewell));
    (void)ignored;
    (void)number;
    _exit(PROGRAM_FAILED);
}

int
memory_limit(int64_t bytes)
{
    struct sigaction action = {.sa_handler = on_abort};
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit)) {
        return -1;
    }
    limit.rlim_cur = (rlim_t)bytes;
    if (setrlimit(RLIMIT_AS, &limit)) {
        return -1;
    }
    (void)snprintf(farewell, sizeof farewell,
                   "PALM-SERVER-MEMORY: aborted: the memory_limit of %" PRId64
                   " bytes is used up, or there is an error before\n",
                   bytes);
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGABRT, &action, NULL);
    return 0;
}
