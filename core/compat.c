/* SPDX-License-Identifier: MIT */
/* The one file of the library that may see more than POSIX. */
#undef _POSIX_C_SOURCE
#define _GNU_SOURCE 1
#include "config.h"
#include "core/compat.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
/* Of another library's headers (harness/porting/musl-headers.sh) it is not. */
#if defined HAVE_MALLOC_TRIM && defined __GLIBC__
#define TRIMS 1
#include <malloc.h>
#else
#define TRIMS 0
#endif
#ifdef HAVE_SYS_RANDOM_H
#include <sys/random.h>
#endif

enum { NAME_SIZE = 16 }; /* Linux takes 15 bytes and a NUL */

/* Reads some randomness; the bytes read, or -1. */
static ssize_t
read_random(void *buffer, size_t size)
{
#if defined HAVE_GETRANDOM
    return getrandom(buffer, size, 0);
#elif defined HAVE_GETENTROPY
    size_t some = size < 256 ? size : 256; /* more than that it refuses */
    return getentropy(buffer, some) ? -1 : (ssize_t)some;
#else
    (void)buffer;
    (void)size;
    errno = ENOSYS;
    return -1;
#endif
}

static ssize_t
read_device(int device, void *buffer, size_t size)
{
    if (device < 0) {
        return read_random(buffer, size);
    }
    return read(device, buffer, size);
}

static int
fill(int device, char *to, size_t size)
{
    while (size > 0) {
        ssize_t got = read_device(device, to, size);
        if (got > 0) {
            to += got;
            size -= (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

int
palm__random(void *buffer, size_t size)
{
    if (fill(-1, buffer, size) == 0) {
        return 0;
    }
    /* An old kernel, or a sandbox that forbids the call. */
    int device = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    int result = device < 0 ? -1 : fill(device, buffer, size);
    if (device >= 0) {
        (void)close(device);
    }
    if (result) {
        errno = EIO;
    }
    return result;
}

void
palm__thread_name(const char *name)
{
#ifdef HAVE_PTHREAD_SETNAME_NP
    char text[NAME_SIZE];
    size_t size = strlen(name);
    if (size >= NAME_SIZE) {
        size = NAME_SIZE - 1;
        while (size > 0 && ((unsigned char)name[size] & 0xc0) == 0x80) {
            size--;
        }
    }
    memcpy(text, name, size);
    text[size] = '\0';
    (void)pthread_setname_np(pthread_self(), text);
#else
    (void)name;
#endif
}

void
palm__thread_batch(void)
{
#ifdef SCHED_BATCH
    const struct sched_param param = {.sched_priority = 0};
    (void)sched_setscheduler(0, SCHED_BATCH, &param); /* 0 = this thread */
#endif
}

void
palm__memory_trim(void)
{
#if TRIMS
    (void)malloc_trim(0);
#endif
}

int64_t
palm__now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
palm__now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#ifdef HAVE_PTHREAD_CONDATTR_SETCLOCK
#define COND_CLOCK CLOCK_MONOTONIC
#else
#define COND_CLOCK CLOCK_REALTIME
#endif

/* ms; where only the wall clock can be had it is looked at so often, since it
 * may have been set. */
enum { COND_SLICE = 1000 };

void
palm__cond_init(pthread_cond_t *cond)
{
#ifdef HAVE_PTHREAD_CONDATTR_SETCLOCK
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, COND_CLOCK);
    (void)pthread_cond_init(cond, &attributes);
    (void)pthread_condattr_destroy(&attributes);
#else
    (void)pthread_cond_init(cond, NULL);
#endif
}

int
palm__cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
                      int64_t deadline)
{
    struct timespec when;
    int64_t left = deadline - palm__now_ms();
    if (left <= 0) {
        return ETIMEDOUT;
    }
    if (left > COND_SLICE) {
        left = COND_SLICE;
    }
    (void)clock_gettime(COND_CLOCK, &when);
    when.tv_sec += (time_t)(left / 1000);
    when.tv_nsec += (long)(left % 1000) * 1000000;
    if (when.tv_nsec >= 1000000000) {
        when.tv_sec++;
        when.tv_nsec -= 1000000000;
    }
    int code = pthread_cond_timedwait(cond, mutex, &when);
    return code == ETIMEDOUT && palm__now_ms() < deadline ? 0 : code;
}
