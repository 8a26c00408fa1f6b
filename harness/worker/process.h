/* SPDX-License-Identifier: MIT */
/* process.h: starts and ends the process of a command.  One thread. */
#ifndef HARNESS_WORKER_PROCESS_H
#define HARNESS_WORKER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Starts `sh -c text` with an environment, or ours if it is NULL.  *to and
 * *from are our ends of its stdin and stdout, not blocking.  Returns -1 with
 * errno; then nothing runs. */
int process_start(const char *text, char **environment, pid_t *pid, int *to,
                  int *from);

/* Whether the process has ended; it remains to be reaped. */
bool process_has_ended(pid_t pid);

/* Waits until the process has ended, at most until the deadline (as
 * program_now(), -1 = for ever), then kills its group.  Returns its status, as
 * waitpid() gives it. */
int process_reap(pid_t pid, int64_t deadline);

/* Kills the group of the process at once.  For signal handlers too. */
void process_kill(pid_t pid);

/* Writes "exit status 3" or "signal 9 (Killed)" to text. */
void process_describe(int status, char *text, size_t size);

#endif
