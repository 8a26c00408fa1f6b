/* SPDX-License-Identifier: MIT */
/* no_memory.h: makes allocations fail.
 *
 * A test that uses it is linked with $(no_memory_ldflags): the linker puts the
 * functions of no_memory.c in front of the C library's, and of
 * zmq_msg_init_size(), whose own allocation is out of its reach. */
#ifndef HARNESS_NO_MEMORY_H
#define HARNESS_NO_MEMORY_H

extern int no_memory_at;     /* the one that fails, counted down; 0 = none */
extern int no_memory_failed; /* those that have failed */

#endif
