/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/no_memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <zmq.h>

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
int __real_zmq_msg_init_size(zmq_msg_t *frame, size_t size);
int __wrap_zmq_msg_init_size(zmq_msg_t *frame, size_t size);

int no_memory_at;
int no_memory_failed;

static bool
fails_now(void)
{
    if (no_memory_at == 0 || --no_memory_at > 0) {
        return false;
    }
    no_memory_failed++;
    errno = ENOMEM;
    return true;
}

void *
__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}

char *
__wrap_strdup(const char *text)
{
    return fails_now() ? NULL : __real_strdup(text);
}

int
__wrap_zmq_msg_init_size(zmq_msg_t *frame, size_t size)
{
    return fails_now() ? -1 : __real_zmq_msg_init_size(frame, size);
}
