/* SPDX-License-Identifier: MIT */
/* palm-server: runs the server that a file describes.
 *
 * SIGTERM and SIGINT are blocked in every thread; one thread waits for the
 * first of them and drains the server.  While it does so it lets a second one
 * through, whose handler ends the process.  If the server ends by itself,
 * main() wakes that thread by a SIGUSR1, which stays blocked otherwise. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/program/program.h"
#include "harness/server/build.h"
#include "harness/server/cache.h"
#include "harness/server/dot.h"
#include "harness/server/plugin.h"
#include "harness/server/reader.h"

struct arguments {
    bool check;
    bool dot;
    bool list;
    struct program_list overrides; /* --set */
};

static const struct program_option options[] = {
    {"check", NULL, "only say whether the file is valid", PROGRAM_FLAG,
     offsetof(struct arguments, check)},
    {"dot", NULL, "print how the server is wired, for Graphviz", PROGRAM_FLAG,
     offsetof(struct arguments, dot)},
    {"list", NULL, "print parts, kinds and the keys of a server file",
     PROGRAM_FLAG, offsetof(struct arguments, list)},
    {"set", "SECTION.KEY=VALUE", "override a setting; may be repeated",
     PROGRAM_LIST, offsetof(struct arguments, overrides)},
};

static const struct program program = {
    "palm-server",
    "[OPTION]... FILE\n--dot FILE\n--list\n",
    "Runs the server that FILE describes; with FILE - it is read from stdin.\n"
    "Prints READY, one line for each endpoint that was bound and an empty\n"
    "line, once every part has started.  SIGTERM and SIGINT drain it.\n",
    options,
    sizeof options / sizeof *options,
    "Exit status: 0 stopped, 1 failed or messages were left, 2 wrong use or\n"
    "a file that is refused.\n",
};

/* --- --list ------------------------------------------------------------ */

static int
print_list(void)
{
    const palm_part_class_t *found;
    const char *key;
    puts("Parts:");
    for (size_t i = 0; (found = palm_library_at(i)); i++) {
        printf("  %-8s %s\n", server_side_name(server_class_side(found)),
               found->name);
    }
    server_cache_print_backends();
    puts("Kinds of servers:");
    for (size_t i = 0; (key = palm_kind_name(i)); i++) {
        printf("  %s\n", key);
    }
    puts("Keys of [server]:\n  name");
    for (size_t i = 0; (key = palm_server_option_name(i)); i++) {
        printf("  %s\n", key);
    }
    puts("Keys of [server] with a kind:\n  kind\n  " SERVER_EXEC_TIMEOUT);
    for (size_t i = 0; (key = palm_kind_option_name(i)); i++) {
        printf("  %s\n", key);
    }
    puts("Keys of a part:\n  part\n  plugin");
    for (size_t i = 0; (key = palm_part_option_name(i)); i++) {
        if (strcmp(key, "name")) {
            printf("  %s\n", key);
        }
    }
    server_cache_print_keys();
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

/* --- the file ---------------------------------------------------------- */

static int
read_file(struct server_file *file, const char *path, palm_error_t *err)
{
    bool is_stdin = !strcmp(path, "-");
    file->name = is_stdin ? "stdin" : path;
    FILE *stream = is_stdin ? stdin : fopen(path, "r");
    if (!stream) {
        return palm_error_set(err, errno, "%s: %s", path, strerror(errno));
    }
    int rc = server_file_read(file, stream, err);
    if (!is_stdin) {
        (void)fclose(stream);
    }
    return rc;
}

static int
override(struct server_file *file, const struct program_list *overrides,
         palm_error_t *err)
{
    for (size_t i = 0; i < overrides->count; i++) {
        if (server_file_override(file, overrides->texts[i], err)) {
            return -1;
        }
    }
    return 0;
}

/* --- signals ----------------------------------------------------------- */

/* What the thread that waits for signals is given, and gives back. */
struct stopper {
    palm_server_t *server; /* outlives the thread */
    const struct server_functions *functions;
    const palm_log_t *log;
    pthread_t thread;
    sigset_t signals; /* SIGTERM and SIGINT */
    bool has_ended;   /* set, atomically, before the SIGUSR1 */
    int stop_code;    /* errno of palm_server_stop(), 0 = all is drained */
    palm_error_t err; /* what it said */
};

static void
on_second_signal(int number)
{
    static const char text[] = "palm-server: second signal: not drained\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    (void)number;
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
    (void)pthread_sigmask(SIG_UNBLOCK, &self->signals, NULL);
    palm_log(self->log, PALM_LOG_INFO, "PALM-SERVER-STOPPING",
             "signal %d: drains; a second one leaves at once", number);
    server_functions_stop(self->functions);
    if (palm_server_stop(self->server, &self->err)) {
        self->stop_code = errno;
    }
    return NULL;
}

/* --- running ----------------------------------------------------------- */

static int
print_endpoints(palm_server_t *server)
{
    palm_part_info_t part;
    puts("READY");
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        const char *endpoint =
            palm_server_endpoint(server, part.side, part.name);
        if (endpoint && part.class_->binds) {
            printf("%s %s %s\n", server_side_name(part.side), part.name,
                   endpoint);
        }
    }
    puts("");
    return program_flush();
}

static void
log_stats(palm_server_t *server, const palm_log_t *log)
{
    palm_part_info_t part;
    palm_part_stats_t stats;
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        (void)palm_server_stats(server, part.side, part.name, &stats);
        palm_log(log, PALM_LOG_INFO, "PALM-SERVER-COUNTED",
                 "%s %s: received=%" PRIu64 " sent=%" PRIu64
                 " undecodable=%" PRIu64 " failed=%" PRIu64 " unrouted=%" PRIu64
                 " absent=%" PRIu64 " slow=%" PRIu64 " expired=%" PRIu64
                 " left=%" PRIu64,
                 server_side_name(part.side), part.name, stats.received,
                 stats.sent, stats.undecodable, stats.failed, stats.unrouted,
                 stats.absent, stats.slow, stats.expired, stats.left);
    }
}

/* Runs a started server until it has ended; returns the exit status. */
static int
await_end(struct stopper *stopper)
{
    int code = pthread_create(&stopper->thread, NULL, stop_on_signal, stopper);
    if (code) {
        return program_error("cannot make a thread: %s", strerror(code));
    }
    int status = PROGRAM_OK;
    if (palm_server_wait(stopper->server, -1)) {
        status = program_error("%s", palm_strerror(errno));
    }
    __atomic_store_n(&stopper->has_ended, true, __ATOMIC_RELEASE);
    (void)pthread_kill(stopper->thread, SIGUSR1);
    (void)pthread_join(stopper->thread, NULL);
    if (!stopper->stop_code
        && palm_server_stop(stopper->server, &stopper->err)) {
        stopper->stop_code = errno;
    }
    return stopper->stop_code ? program_error("%s", stopper->err.text) : status;
}

static int
run(palm_server_t *server, const struct server_functions *functions,
    const palm_log_t *log)
{
    struct stopper stopper = {
        .server = server, .functions = functions, .log = log};
    palm_error_t err = {0};
    block_signals(&stopper.signals);
    if (palm_server_start(server, &err)) {
        return program_error("%s", err.text);
    }
    if (print_endpoints(server)) {
        return PROGRAM_FAILED;
    }
    int status = await_end(&stopper);
    log_stats(server, log);
    return status;
}

static int
serve(struct server_file *file, const char *path,
      const struct arguments *arguments)
{
    palm_log_t log = {palm_log_stderr, (void *)(uintptr_t)program.name,
                      PALM_LOG_INFO};
    palm_error_t err = {0};
    struct server_functions functions = {NULL, 0, -1};
    palm_server_t *server = NULL;
    struct server_plugins plugins = {0};
    int status = PROGRAM_MISUSED;
    if (read_file(file, path, &err)
        || override(file, &arguments->overrides, &err)
        || server_plugins_load(&plugins, file, &err)
        || !(server = server_build(file, &log, &functions, &err))) {
        (void)program_error("%s", err.text);
    } else if (arguments->dot) {
        server_dot(server, file);
        status = program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
    } else {
        status = arguments->check ? PROGRAM_OK : run(server, &functions, &log);
    }
    palm_server_destroy(&server);
    server_functions_fini(&functions);
    server_plugins_fini(&plugins);
    return status;
}

int
main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct server_file file = {0};
    int status, count;
    if (program_parse(&program, argc, argv, &arguments, &count, &status)) {
        if (arguments.list) {
            status = print_list();
        } else if (count != 1) {
            status = program_misuse("expected one FILE");
        } else {
            status = serve(&file, argv[0], &arguments);
        }
    }
    server_file_fini(&file);
    program_list_fini(&arguments.overrides);
    return status;
}
