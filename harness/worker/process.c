/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/worker/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/program/program.h"
#include "harness/program/world.h"

extern char **environ;

/* The exit status of a command whose own nobody knows; it is no success. */
enum { LOST = 255 };

enum {
    WORDS = 64, /* of a command that needs no shell */
    PATH_SIZE = 4096
};

static const char usual_folders[] = "/bin:/usr/bin"; /* without PATH */

static void
close_pair(const int ends[2])
{
    int saved = errno;
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            (void)close(ends[i]);
        }
    }
    errno = saved;
}

/* Makes a pipe whose ends no other command inherits, and which leaves 0, 1 and
 * 2 alone even if our own are closed.  `ours` becomes non-blocking: that is a
 * property of this end only. */
static int
make_pipe(int ends[2], int ours)
{
    int low[2];
    if (pipe(low)) {
        return -1;
    }
    ends[0] = fcntl(low[0], F_DUPFD_CLOEXEC, 3);
    ends[1] = fcntl(low[1], F_DUPFD_CLOEXEC, 3);
    close_pair(low);
    if (ends[0] < 0 || ends[1] < 0
        || fcntl(ends[ours], F_SETFL, O_NONBLOCK) < 0) {
        close_pair(ends);
        return -1;
    }
    return 0;
}

/* Signals as a program expects them, and a process group of its own. */
static int
set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    short flags =
        POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    (void)sigemptyset(&none);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    (void)sigaddset(&usual, SIGTERM);
    (void)sigaddset(&usual, SIGINT);
#ifdef SIGXFSZ
    (void)sigaddset(&usual, SIGXFSZ);
#endif
    int code = posix_spawnattr_setflags(attributes, flags);
    code = code ? code : posix_spawnattr_setpgroup(attributes, 0);
    code = code ? code : posix_spawnattr_setsigmask(attributes, &none);
    return code ? code : posix_spawnattr_setsigdefault(attributes, &usual);
}

/* What a shell would start with these words and no more: then there is no need
 * of one, which costs as much as a small command itself. */
static const char plain[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    "0123456789_./,:@%+- ";

/* These are in a shell what they are not outside. */
static const char *const builtins[] = {"echo", "kill", "printf", "pwd",
                                       "test", "time", NULL};

/* Cuts a copy of the text into words; false if a shell must do that. */
static bool
cut_words(char *text, char *argv[WORDS + 1])
{
    int count = 0;
    char *rest = NULL;
    if (text[strspn(text, plain)] != '\0') {
        return false;
    }
    for (char *word = strtok_r(text, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        if (count == WORDS) {
            return false;
        }
        argv[count++] = word;
    }
    argv[count] = NULL;
    for (int i = 0; count > 0 && builtins[i]; i++) {
        if (!strcmp(argv[0], builtins[i])) {
            return false;
        }
    }
    return count > 0;
}

static bool
is_program(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISREG(status.st_mode)
           && !access(path, X_OK);
}

/* Finds a program as a shell does.  posix_spawnp() may not: where it starts a
 * child first, that has no way to tell that there is no such program. */
static bool
find_program(const char *name, char path[PATH_SIZE])
{
    const char *folders = getenv("PATH");
    if (strchr(name, '/')) {
        return snprintf(path, PATH_SIZE, "%s", name) < PATH_SIZE
               && is_program(path);
    }
    for (const char *at = folders ? folders : usual_folders; at;) {
        const char *end = strchr(at, ':');
        int size = end ? (int)(end - at) : (int)strlen(at);
        if (snprintf(path, PATH_SIZE, "%.*s/%s", size ? size : 1,
                     size ? at : ".", name)
                < PATH_SIZE
            && is_program(path)) {
            return true;
        }
        at = end ? end + 1 : NULL;
    }
    return false;
}

static int
spawn_shell(const char *text, char **environment,
            const posix_spawn_file_actions_t *actions,
            const posix_spawnattr_t *attributes, pid_t *pid)
{
    const char *first = world_lower_descriptors();
    size_t size = strlen(first) + strlen(text) + 1;
    char *whole = malloc(size);
    char *argv[] = {(char *)"sh", (char *)"-c", whole, NULL};
    if (!whole) {
        return ENOMEM;
    }
    (void)snprintf(whole, size, "%s%s", first, text);
    int code =
        posix_spawn(pid, "/bin/sh", actions, attributes, argv, environment);
    free(whole);
    return code;
}

/* Returns 0 or an errno value, as posix_spawn() does.  What cannot be started
 * by its words is left to a shell, which says why, or has a command of that
 * name. */
static int
spawn(const char *text, char **environment,
      const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, pid_t *pid)
{
    char *words[WORDS + 1];
    char *copy = strdup(text);
    char path[PATH_SIZE];
    bool started =
        copy && cut_words(copy, words) && find_program(words[0], path)
        && !posix_spawn(pid, path, actions, attributes, words, environment);
    free(copy);
    if (started) {
        world_lower_descriptors_of(*pid);
        return 0;
    }
    return spawn_shell(text, environment, actions, attributes, pid);
}

/* With both ends of its pipes.  Returns 0 or an errno value. */
static int
spawn_between(const char *text, char **environment, int in, int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code) {
        return code;
    }
    code = posix_spawnattr_init(&attributes);
    if (!code) {
        code = set_attributes(&attributes);
        code = code ? code : posix_spawn_file_actions_adddup2(&actions, in, 0);
        code = code ? code : posix_spawn_file_actions_adddup2(&actions, out, 1);
        code = code ? code
                    : spawn(text, environment ? environment : environ, &actions,
                            &attributes, pid);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

int
process_start(const char *text, char **environment, pid_t *pid, int *to,
              int *from)
{
    int in[2], out[2];
    if (make_pipe(in, 1)) {
        return -1;
    }
    if (make_pipe(out, 0)) {
        close_pair(in);
        return -1;
    }
    int code = spawn_between(text, environment, in[0], out[1], pid);
    if (code) {
        close_pair(in);
        close_pair(out);
        errno = code;
        return -1;
    }
    (void)close(in[0]);
    (void)close(out[1]);
    *to = in[1];
    *from = out[0];
    return 0;
}

void
process_kill(pid_t pid)
{
    (void)kill(-pid, SIGKILL);
}

bool
process_has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT)
           || info.si_pid;
}

int
process_reap(pid_t pid, int64_t deadline)
{
    int status = LOST << 8;
    for (;;) {
        pid_t ended = waitpid(pid, &status, deadline < 0 ? 0 : WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR)) {
            return status;
        }
        if (ended == 0 && program_now() >= deadline) {
            process_kill(pid);
            deadline = -1;
        } else if (ended == 0) {
            /* waitpid() has no deadline of its own. */
            (void)poll(NULL, 0, 5);
        }
    }
}

void
process_describe(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status)) {
        (void)snprintf(text, size, "signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    } else {
        (void)snprintf(text, size, "exit status %d", WEXITSTATUS(status));
    }
}
