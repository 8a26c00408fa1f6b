/* SPDX-License-Identifier: MIT */
/* mutant.c: the one mutant of a process, its end and its memory. */
#include "conformance/mutants/proxy/mutant.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY_MAX = 64 * 1024 * 1024 };

struct mutant mutant;

/* --- the end -------------------------------------------------------------- */

void
mutant_die(int status)
{
    static const struct rlimit no_core = {0, 0};

    if (mutant.child > 0 && !mutant.reaped) {
        (void)kill(mutant.child, SIGKILL);
        (void)waitpid(mutant.child, NULL, 0);
    }
    if (status >= 128) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(status - 128, SIG_DFL);
        (void)raise(status - 128);
    }
    _exit(status);
}

void
mutant_broken(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("palm-mutant: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    mutant_die(1);
}

/* --- memory --------------------------------------------------------------- */

void *
memory_of(size_t size)
{
    void *memory = calloc(1, size + 1);

    if (memory == NULL) {
        mutant_broken("out of memory");
    }
    return memory;
}

char *
memory_text(const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *text;
    int size;

    va_start(arguments, format);
    va_copy(again, arguments);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = memory_of(size < 0 ? 1 : (size_t)size + 1);
    if (size >= 0) {
        (void)vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text;
}

void
memory_rotate(size_t size)
{
    static struct memory *old;
    static size_t used;

    used += 8 * size + 2048; /* what decoding and encoding may take */
    if (used > MEMORY_MAX) {
        test_memory_free(old);
        old = mutant.test.memories;
        mutant.test.memories = NULL;
        used = 0;
    }
}
