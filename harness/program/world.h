/* SPDX-License-Identifier: MIT */
/* world.h: makes sane what a program inherits from whoever started it. */
#ifndef HARNESS_WORLD_H
#define HARNESS_WORLD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Called first in main(), by program_parse(), while there is one thread:
 *
 * - Of descriptors 0, 1 and 2 those that are closed become /dev/null, so that
 *   none of them is ever a socket or a file of a cache.
 * - What is not to block does not stay so: 0, 1 and 2 block.
 * - No signal is blocked, and those that a program counts on do what they
 *   usually do.  SIGHUP, SIGINT and those of job control stay ignored if they
 *   are: that is what nohup and shells mean.  A file that is too large is an
 *   error of write(), no death.
 * - The owner may use the files that he makes, whatever the umask.
 * - As process 1 of a container, which has to reap what others leave behind,
 *   the program goes on in a child; process 1 hands signals on to it and ends
 *   as it does.
 *
 * Returns 0, or -1 with errno if that cannot be done. */
int world_enter(void);

/* Lets the process have as many descriptors as it ever may: each connection is
 * one.  Returns how many, -1 = any number.  While there is one thread. */
int64_t world_raise_descriptors(void);

/* What a shell has to do before a command, so that this has as many as we were
 * given: some programs use select(), or close all that there may be.  It ends
 * with ";", or is empty. */
const char *world_lower_descriptors(void);

/* The same for a command without a shell, as soon as may be; nothing where the
 * system has no way. */
void world_lower_descriptors_of(pid_t pid);

/* Sets what SIGHUP does, unless it is ignored, as under nohup.  Whether it was
 * not. */
bool world_hears_hangup(const struct sigaction *action);

/* Whether stdout was closed: what is printed reaches nobody. */
bool world_has_no_stdout(void);

#endif
