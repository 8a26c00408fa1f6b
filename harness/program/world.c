/* SPDX-License-Identifier: MIT */
/* prlimit() is not POSIX; configure looks for it. */
#undef _POSIX_C_SOURCE
#define _GNU_SOURCE 1
#include "config.h"
#include "harness/program/world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool has_no_stdout; /* set before any thread starts */

/* The lowest descriptor that is free is the one that is missing, if those below
 * it are there. */
static int
open_missing(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) != -1) {
            continue;
        }
        has_no_stdout = has_no_stdout || fd == 1;
        if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) {
            return -1;
        }
    }
    return 0;
}

/* The flag belongs to all who have the same file open; a terminal or a pipe may
 * have got it from another program. */
static void
let_block(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags != -1 && (flags & O_NONBLOCK)) {
            (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
        }
    }
}

static void
set_signals(void)
{
    static const int usual[] = {SIGALRM, SIGCHLD, SIGPIPE,
                                SIGTERM, SIGUSR1, SIGUSR2};
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&none);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        (void)sigaction(usual[i], &action, NULL);
    }
#ifdef SIGXFSZ
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGXFSZ, &action, NULL);
#endif
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
let_owner_use(void)
{
    mode_t mask = umask(0077);
    (void)umask(mask & 0077);
}

/* --- process 1 ------------------------------------------------------------ */

/* Reaps all that have ended.  Whether the child is among them. */
static bool
reap(pid_t child, int *status)
{
    int other;
    pid_t ended;
    bool over = false;
    while ((ended = waitpid(-1, &other, WNOHANG)) > 0) {
        if (ended == child) {
            *status = other;
            over = true;
        }
    }
    return over;
}

/* Ends as the child has; a signal is told as shells tell it. */
static void
keep_house(pid_t child, const sigset_t *all)
{
    int number, status = 0;
    for (;;) {
        if (sigwait(all, &number)) {
            continue;
        }
        if (number != SIGCHLD) {
            (void)kill(child, number);
        } else if (reap(child, &status)) {
            break;
        }
    }
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static int
leave_process_1(void)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    pid_t child = fork();
    if (child > 0) {
        keep_house(child, &all);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return child < 0 ? -1 : 0;
}

/* -------------------------------------------------------------------------- */

int
world_enter(void)
{
    if (open_missing()) {
        return -1;
    }
    let_block();
    set_signals();
    let_owner_use();
    return getpid() == 1 ? leave_process_1() : 0;
}

/* --- descriptors ---------------------------------------------------------- */

static struct rlimit given; /* rlim_max 0: not raised */
static char lowering[64];   /* for a shell */

int64_t
world_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) {
        return -1;
    }
    struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && !setrlimit(RLIMIT_NOFILE, &raised)) {
        given = limit;
        (void)snprintf(lowering, sizeof lowering,
                       "ulimit -Sn %lld 2>/dev/null;",
                       (long long)limit.rlim_cur);
        limit = raised;
    }
    return limit.rlim_cur == RLIM_INFINITY ? -1 : (int64_t)limit.rlim_cur;
}

const char *
world_lower_descriptors(void)
{
    return lowering;
}

void
world_lower_descriptors_of(pid_t pid)
{
#if HAVE_PRLIMIT
    if (given.rlim_max) {
        (void)prlimit(pid, RLIMIT_NOFILE, &given, NULL);
    }
#else
    (void)pid;
#endif
}

/* -------------------------------------------------------------------------- */

bool
world_hears_hangup(const struct sigaction *action)
{
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) || before.sa_handler == SIG_IGN) {
        return false;
    }
    return !sigaction(SIGHUP, action, NULL);
}

bool
world_has_no_stdout(void)
{
    return has_no_stdout;
}
