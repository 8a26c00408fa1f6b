/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "conformance/targets/palm_target/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int wake_pipe[2] = {-1, -1};
static volatile sig_atomic_t has_come;

/* What is chosen; is changed only while the signals are blocked. */
static void (*chosen)(void *arg);
static void *chosen_arg;

static void
on_signal(int number)
{
    int saved = errno;
    ssize_t ignored = write(wake_pipe[1], "", 1);
    (void)ignored; /* a full pipe wakes as well */
    (void)number;
    has_come = 1;
    if (chosen) {
        chosen(chosen_arg);
    }
    errno = saved;
}

static void
fill_set(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
}

int
signals_init(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    if (pipe(wake_pipe) || fcntl(wake_pipe[0], F_SETFD, FD_CLOEXEC)
        || fcntl(wake_pipe[1], F_SETFD, FD_CLOEXEC)
        || fcntl(wake_pipe[1], F_SETFL, O_NONBLOCK)) {
        return -1;
    }
    fill_set(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
    return 0;
}

int
signals_fd(void)
{
    return wake_pipe[0];
}

static void
leave(void *arg)
{
    (void)arg;
    _exit(0);
}

void
signals_call(void (*stop)(void *arg), void *arg)
{
    sigset_t signals, old;
    fill_set(&signals);
    (void)sigprocmask(SIG_BLOCK, &signals, &old);
    chosen = stop;
    chosen_arg = arg;
    if (has_come && stop) {
        stop(arg);
    }
    (void)sigprocmask(SIG_SETMASK, &old, NULL);
}

void
signals_leave_at_once(void)
{
    signals_call(leave, NULL);
}

void
signals_only_wake(void)
{
    signals_call(NULL, NULL);
}
