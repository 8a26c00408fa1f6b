/* SPDX-License-Identifier: MIT */
/* compat.h: what POSIX 2008 does not have, or has in several ways.
 * Any thread. */
#ifndef PALM_COMPAT_H
#define PALM_COMPAT_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* Fills a buffer with randomness of the system.  Returns -1 with errno EIO if
 * there is none. */
int palm__random(void *buffer, size_t size);

/* Names the calling thread for debuggers and top, cut at 15 bytes, without
 * leaving half a UTF-8 character.  Does nothing where it cannot. */
void palm__thread_name(const char *name);

/* Tells the scheduler that the calling thread serves throughput: when it wakes
 * it does not push another thread off its processor, so the work that it wakes
 * for grows meanwhile.  Does nothing where that is unknown. */
void palm__thread_batch(void);

/* Gives memory that is free back to the system.  Does nothing where it cannot.
 */
void palm__memory_trim(void);

/* A condition variable that can be waited for until a time of palm__now_ms(),
 * whatever is done to the wall clock meanwhile. */
void palm__cond_init(pthread_cond_t *cond);

/* Waits as pthread_cond_timedwait() does, and may return 0 without reason.
 * ETIMEDOUT: it is deadline, ms of palm__now_ms(). */
int palm__cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
                          int64_t deadline);

/* Milliseconds on a clock that only goes forward. */
int64_t palm__now_ms(void);
int64_t palm__now_us(void);

/* The sooner of two times in ms, of which -1 is never. */
static inline int64_t
palm__sooner(int64_t one, int64_t other)
{
    return one < 0 || (other >= 0 && other < one) ? other : one;
}

#endif
