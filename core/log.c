/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

void
palm_log_stderr(int level, const char *id, const char *text, void *arg)
{
    const char *program = arg ? arg : "palm";
    const char *name = "notice";
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (levels[i].level == level) {
            name = levels[i].name;
        }
    }
    (void)fprintf(stderr, "%s: %s: %s: %s\n", program, name, id, text);
}

int
palm_log_level(const char *name)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (!strcmp(levels[i].name, name)) {
            return levels[i].level;
        }
    }
    errno = EINVAL;
    return -1;
}
