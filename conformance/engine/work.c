/* SPDX-License-Identifier: MIT */
/* work.c: the folder of a run, with a folder for each test. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/engine/run.h"

enum { PATH_SIZE = 4096, RUNS_MAX = 100000 };

/* Targets run elsewhere, so the path must be absolute; a new string. */
static char *
absolute(const char *path)
{
    char whole[2 * PATH_SIZE];
    size_t size = 0;

    if (*path != '/') {
        if (getcwd(whole, PATH_SIZE) == NULL) {
            return NULL;
        }
        size = strlen(whole);
        whole[size++] = '/';
    }
    (void)snprintf(whole + size, sizeof whole - size, "%s", path);
    return strdup(whole);
}

/* A new folder run-1, run-2 … there: what an earlier run left stays. */
static char *
make_in(const char *parent)
{
    char path[PATH_SIZE];
    unsigned number;

    if (mkdir(parent, 0755) != 0 && errno != EEXIST) {
        return NULL;
    }
    for (number = 1; number < RUNS_MAX; number++) {
        int length = snprintf(path, sizeof path, "%s/run-%u", parent, number);

        if (length < 0 || (size_t)length >= sizeof path) {
            errno = ENAMETOOLONG;
            return NULL;
        }
        if (mkdir(path, 0755) == 0) {
            return absolute(path);
        }
        if (errno != EEXIST) {
            return NULL;
        }
    }
    return NULL;
}

static char *
make_temporary(void)
{
    const char *parent = getenv("TMPDIR");
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof path, "%s/palm-conform.XXXXXX",
                   parent == NULL || *parent == '\0' ? "/tmp" : parent);
    return mkdtemp(path) == NULL ? NULL : absolute(path);
}

int
work_make(struct options *options)
{
    options->settings.work =
        options->work == NULL ? make_temporary() : make_in(options->work);
    if (options->settings.work == NULL) {
        fprintf(stderr, "palm-conform: no folder for the traces%s%s: %s\n",
                options->work == NULL ? "" : " in ",
                options->work == NULL ? "" : options->work, strerror(errno));
        return -1;
    }
    return 0;
}

/* --- the clean-up ----------------------------------------------------------*/

/* The path of an entry into path; false for those that are no entry, and where
 * it does not fit. */
static bool
path_of(const char *folder, const char *name, char *path)
{
    int length = snprintf(path, PATH_SIZE, "%s/%s", folder, name);

    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && length > 0
           && length < PATH_SIZE;
}

/* Removes a folder with all that is in it, as well as that is possible. */
static void
remove_tree(const char *folder)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    char path[PATH_SIZE];

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        struct stat about;

        if (!path_of(folder, entry->d_name, path) || lstat(path, &about) != 0) {
            continue;
        }
        if (S_ISDIR(about.st_mode)) {
            remove_tree(path);
        } else {
            (void)unlink(path);
        }
    }
    if (directory != NULL) {
        (void)closedir(directory);
    }
    (void)rmdir(folder);
}

void
work_clean(const struct run *run)
{
    const char *work = run->options->settings.work;
    char path[PATH_SIZE];
    size_t i;

    for (i = 0; i < run->count && !run->options->keep; i++) {
        const struct result *result = &run->results[i];
        enum verdict verdict = result->outcome.verdict;

        if (result->folder != NULL
            && (verdict == VERDICT_PASS || verdict == VERDICT_FIXED
                || verdict == VERDICT_SKIP)) {
            remove_tree(result->folder);
        }
    }
    if (!run->options->keep && path_of(work, "describe", path)) {
        remove_tree(path);
    }
    (void)rmdir(work); /* if it is empty */
}
