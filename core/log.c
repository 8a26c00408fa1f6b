/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    int level;
    const char *name;
} levels[] = {
    {PALM_LOG_ERROR, "error"},
    {PALM_LOG_WARNING, "warning"},
    {PALM_LOG_INFO, "info"},
    {PALM_LOG_DEBUG, "debug"},
};

enum { LEVEL_COUNT = sizeof levels / sizeof *levels };

void
palm_log(const palm_log_t *log, int level, const char *id, const char *format,
         ...)
{
    char text[1024];
    int saved = errno;
    va_list args;
    if (!log || !log->write || level > log->level) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log->write(level, id, text, log->arg);
    errno = saved;
}

/* --- to stderr ------------------------------------------------------------ */

/* One thread writes at a time: then a pipe that has room for a line when it is
 * asked has it when the line comes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t lost; /* lines that nobody has read, nor been told of */

static const char *
name_of(int level)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (levels[i].level == level) {
            return levels[i].name;
        }
    }
    return "notice";
}

static bool
has_room(void)
{
    struct pollfd item = {fileno(stderr), POLLOUT, 0};
    return poll(&item, 1, 0) != 0;
}

/* A line is one write, and shorter than what a pipe takes at once. */
static void
print(const char *program, int level, const char *id, const char *text)
{
    char line[1400];
    (void)snprintf(line, sizeof line, "%.100s: %s: %.100s: %s\n", program,
                   name_of(level), id, text);
    (void)fputs(line, stderr);
}

void
palm_log_stderr(int level, const char *id, const char *text, void *arg)
{
    const char *program = arg ? arg : "palm";
    char told[64];
    (void)pthread_mutex_lock(&lock);
    if (lost > 0 && has_room()) {
        (void)snprintf(told, sizeof told,
                       "%" PRIu64 " lines were not written: nobody read", lost);
        print(program, PALM_LOG_WARNING, "PALM-LOG-LOST", told);
        lost = 0;
    }
    if (has_room()) {
        print(program, level, id, text);
    } else {
        lost++;
    }
    (void)pthread_mutex_unlock(&lock);
}

/* --- levels --------------------------------------------------------------- */

int
palm_log_level(const char *name)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (!strcasecmp(levels[i].name, name)) {
            return levels[i].level;
        }
    }
    errno = EINVAL;
    return -1;
}
