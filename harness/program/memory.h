/* SPDX-License-Identifier: MIT */
/* memory.h: bounds the memory of a program. */
#ifndef HARNESS_MEMORY_H
#define HARNESS_MEMORY_H

#include <stdint.h>

/* Lets the process have so many bytes of address space, with what libraries and
 * threads take of it before there is one message.  Allocations over it fail:
 * our own are errors with ENOMEM; libzmq's end a connection, or the process.
 * Then the limit is named on stderr, and the exit status is PROGRAM_FAILED.
 * While there is one thread.  Returns -1 with errno EINVAL or EPERM (more than
 * the hard limit). */
int memory_limit(int64_t bytes);

#endif
