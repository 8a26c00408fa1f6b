/* SPDX-License-Identifier: MIT */
/* tool.c: see tool.h. */
#include "config.h"
#include "harness/bench/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
bench_tool_is_there(const char *name)
{
    char path[BENCH_PATH];
    const char *folders = getenv("PATH");
    while (folders && *folders) {
        size_t size = strcspn(folders, ":");
        int length =
            snprintf(path, sizeof path, "%.*s/%s", (int)size, folders, name);
        if (length > 0 && (size_t)length < sizeof path && !access(path, X_OK)) {
            return true;
        }
        folders += size;
        folders += *folders == ':';
    }
    return false;
}

/* A pattern for mkstemp() and the like. */
static int
name_it(char path[BENCH_PATH])
{
    const char *folder = getenv("TMPDIR");
    int length = snprintf(path, BENCH_PATH, "%s/palm-bench-XXXXXX",
                          folder && *folder ? folder : "/tmp");
    if (length < 0 || length >= BENCH_PATH) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

int
bench_tool_file(char path[BENCH_PATH], const char *text)
{
    int fd = name_it(path) ? -1 : mkstemp(path);
    if (fd == -1) {
        return -1;
    }
    ssize_t size = (ssize_t)strlen(text);
    int result = write(fd, text, (size_t)size) == size ? 0 : -1;
    if (close(fd) || result) {
        (void)unlink(path);
        return -1;
    }
    return 0;
}

int
bench_tool_folder(char path[BENCH_PATH])
{
    return !name_it(path) && mkdtemp(path) ? 0 : -1;
}
