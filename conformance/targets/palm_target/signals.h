/* SPDX-License-Identifier: MIT */
/* signals.h: what SIGTERM and SIGINT do.  They always write a byte to a pipe,
 * which wakes whoever polls it; one of two things more, once it was chosen.
 * A signal that came before counts. */
#ifndef CONFORMANCE_PALM_TARGET_SIGNALS_H
#define CONFORMANCE_PALM_TARGET_SIGNALS_H

/* Installs the handler.  -1 with errno. */
int signals_init(void);

/* Can be read once a signal has come; never read it empty. */
int signals_fd(void);

/* From now on a signal ends the process, with status 0: for what waits, as a
 * lookup does, and has nothing that must be put in order. */
void signals_leave_at_once(void);

/* From now on a signal calls stop(arg), which must be fit for a handler. */
void signals_call(void (*stop)(void *arg), void *arg);

/* From now on it does nothing but wake. */
void signals_only_wake(void);

#endif
