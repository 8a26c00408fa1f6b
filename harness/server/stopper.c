/* SPDX-License-Identifier: MIT */
/* Design notes.  SIGTERM, SIGINT and SIGHUP are blocked in every thread; one
 * thread waits for the first of them, from before the server starts until it
 * has stopped.  From then on it lets a second one through, whose handler ends
 * the process.  The end of a server that ends by itself is no other: meanwhile
 * that thread still waits.  main() wakes it by a SIGUSR1 at last. */
#include "config.h"
#include "harness/server/stopper.h"

#include <errno.h>
#include <unistd.h>

#include "harness/program/program.h"
#include "harness/program/world.h"

static int64_t first; /* when the first signal came; set before a second can */

static void
on_second_signal(int number)
{
    static const char text[] = "palm-server: second signal: not drained\n";
    (void)number;
    if (program_is_same_signal(first)) {
        return;
    }
    if (program_can_print()) {
        ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
        (void)ignored;
    }
    command_kill_running();
    _exit(PROGRAM_FAILED);
}

static void
block_signals(sigset_t *signals)
{
    struct sigaction action = {.sa_handler = on_second_signal};
    sigset_t wake;
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    if (world_hears_hangup(&action)) {
        (void)sigaddset(signals, SIGHUP);
    }
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)sigemptyset(&wake);
    (void)sigaddset(&wake, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &wake, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    /* A reader of READY that went away is an error of write(), no death. */
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

/* Waits for one of the signals.  Returns 0 if the server ended before. */
static int
await_signal(struct stopper *self)
{
    sigset_t all = self->signals;
    int number = 0;
    (void)sigaddset(&all, SIGUSR1);
    while (!__atomic_load_n(&self->has_ended, __ATOMIC_ACQUIRE)) {
        if (!sigwait(&all, &number) && number != SIGUSR1) {
            return number;
        }
    }
    return 0;
}

static void *
stop_on_signal(void *arg)
{
    struct stopper *self = arg;
    int number = await_signal(self);
    if (!number) {
        return NULL;
    }
    self->number = number;
    first = program_now();
    if (palm_server_state(self->server) == PALM_SERVER_STARTING) {
        /* Nobody was told that it runs, and nothing can be inside; what it
         * waits for, perhaps the network, may never come. */
        (void)program_error("signal %d: ends before the server runs", number);
        _exit(PROGRAM_FAILED);
    }
    (void)pthread_sigmask(SIG_UNBLOCK, &self->signals, NULL);
    palm_log(self->log, PALM_LOG_INFO, "PALM-SERVER-STOPPING",
             "signal %d: drains; a second one leaves at once", number);
    server_functions_stop(self->functions);
    if (palm_server_stop(self->server, &self->err)) {
        self->stop_code = errno;
    }
    return NULL;
}

int
stopper_start(struct stopper *self, palm_server_t *server,
              struct server_functions *functions, const palm_log_t *log)
{
    *self =
        (struct stopper){.server = server, .functions = functions, .log = log};
    block_signals(&self->signals);
    int code = pthread_create(&self->thread, NULL, stop_on_signal, self);
    errno = code;
    return code ? -1 : 0;
}

int
stopper_wait(struct stopper *self)
{
    palm_error_t err = {0};
    int code = 0;
    (void)palm_server_wait(self->server, -1);
    /* Does nothing but wait if the other thread is at it, or was. */
    if (palm_server_stop(self->server, &err)) {
        code = errno;
    }
    stopper_end(self);
    if (code) {
        self->stop_code = code;
        self->err = err;
    }
    return self->stop_code ? -1 : 0;
}

void
stopper_end(struct stopper *self)
{
    if (self->has_ended) {
        return;
    }
    __atomic_store_n(&self->has_ended, true, __ATOMIC_RELEASE);
    (void)pthread_kill(self->thread, SIGUSR1);
    (void)pthread_join(self->thread, NULL);
    if (self->number) {
        /* What is left to do may hang, too: in the code of a plugin. */
        (void)pthread_sigmask(SIG_UNBLOCK, &self->signals, NULL);
    }
}
