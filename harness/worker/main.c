/* SPDX-License-Identifier: MIT */
/* palm-worker: runs functions for a master, or for whoever asks over HTTP: its
 * own or shell commands.
 *
 * The first SIGTERM, SIGINT or SIGHUP ends it after the message it is at; a
 * second one at once. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/program/program.h"
#include "harness/program/world.h"
#include "harness/worker/builtin.h"
#include "harness/worker/command.h"
#include "harness/worker/either.h"

struct arguments {
    palm_worker_options_t worker;
    const char *http;              /* --http */
    const char *exec;              /* --exec */
    struct program_list functions; /* --function */
    struct command_settings command;
    bool no_builtins;
    int level;
};

#define IN_WORKER(field)                                                       \
    (offsetof(struct arguments, worker)                                        \
     + offsetof(palm_worker_options_t, field))

static const struct program_option options[] = {
    {"db", "ADDRESS", "the server's cache service", PROGRAM_TEXT,
     IN_WORKER(db_address)},
    {"name", "NAME", "what to be called in the log", PROGRAM_TEXT,
     IN_WORKER(name)},
    {"pull", "ADDRESS", "where messages come from; else ask the cache",
     PROGRAM_TEXT, IN_WORKER(pull_address)},
    {"push", "ADDRESS", "where results go; else ask the cache", PROGRAM_TEXT,
     IN_WORKER(push_address)},
    {"http", "ADDRESS", "listen there as a web worker", PROGRAM_TEXT,
     offsetof(struct arguments, http)},
    {"exec", "COMMAND", "run it as the function exec", PROGRAM_TEXT,
     offsetof(struct arguments, exec)},
    {"function", "NAME=COMMAND", "run it as that function; may be repeated",
     PROGRAM_LIST, offsetof(struct arguments, functions)},
    {"persistent", NULL, "commands live on and speak frames", PROGRAM_FLAG,
     offsetof(struct arguments, command.persistent)},
    {"yield", NULL, "each line that a command prints is a result", PROGRAM_FLAG,
     offsetof(struct arguments, command.yields)},
    {"exec-timeout", "TIME", "kill a command that takes longer (never)",
     PROGRAM_DURATION, offsetof(struct arguments, command.timeout)},
    {"exec-output", "SIZE", "kill a command that writes more (64MiB)",
     PROGRAM_SIZE, offsetof(struct arguments, command.output)},
    {"no-builtins", NULL, "have none of the functions below", PROGRAM_FLAG,
     offsetof(struct arguments, no_builtins)},
    {"timeout", "TIME", "how long to wait for the cache (5s)", PROGRAM_DURATION,
     IN_WORKER(timeout)},
    {"prefetch", "N", "messages in the receive queue", PROGRAM_COUNT,
     IN_WORKER(prefetch)},
    {"linger", "TIME", "how long results may take to leave at the end",
     PROGRAM_DURATION, IN_WORKER(linger)},
    {"messages", "N", "end after so many messages", PROGRAM_COUNT,
     IN_WORKER(messages)},
    {"log-level", "LEVEL", "error, warning, info (default) or debug",
     PROGRAM_LEVEL, offsetof(struct arguments, level)},
};

static const struct program program = {
    "palm-worker",
    "--db ADDRESS [OPTION]...\n"
    "--pull ADDRESS --push ADDRESS [OPTION]...\n"
    "--http ADDRESS [OPTION]...\n",
    "Takes messages from a master, runs their functions, hands results in; or\n"
    "is a web worker, which a HttpConnection asks.\n"
    "A command gets the payload on stdin; its stdout is the result.\n"
    "Prints READY when it is connected or listens; a web worker then prints\n"
    "its address.\n",
    options,
    sizeof options / sizeof *options,
    builtin_help,
};

/* --- signals ----------------------------------------------------------- */

/* What the handler needs; set before it is installed. */
static struct worker *volatile running_worker;
static volatile sig_atomic_t was_signalled;
static int64_t first; /* when; the handler's, which is never entered twice */
static int wake_pipe[2] = {-1, -1};

static void
on_signal(int number)
{
    int saved = errno;
    (void)number;
    if (was_signalled && program_is_same_signal(first)) {
        return;
    }
    if (was_signalled) {
        command_kill_running();
        _exit(PROGRAM_FAILED);
    }
    was_signalled = 1;
    first = program_now();
    if (running_worker) {
        worker_stop(running_worker);
    }
    ssize_t ignored = write(wake_pipe[1], "", 1);
    (void)ignored;
    errno = saved;
}

static int
handle_signals(struct worker *worker)
{
    struct sigaction action = {.sa_handler = on_signal};
    running_worker = worker;
    if (pipe(wake_pipe)) {
        return -1;
    }
    (void)fcntl(wake_pipe[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(wake_pipe[1], F_SETFD, FD_CLOEXEC);
    (void)sigaddset(&action.sa_mask, SIGTERM);
    (void)sigaddset(&action.sa_mask, SIGINT);
    (void)sigaddset(&action.sa_mask, SIGHUP);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)world_hears_hangup(&action);
    return 0;
}

/* --- commands ---------------------------------------------------------- */

struct commands {
    struct command *list;
    size_t count;
};

static int
register_command(struct worker *worker, struct commands *commands,
                 const char *name, const char *text,
                 const struct arguments *arguments)
{
    struct command *command = &commands->list[commands->count++];
    command_init(command, text, &arguments->command);
    if (!worker_register(worker, name, command_yields(command),
                         command_function, command)) {
        return PROGRAM_OK;
    }
    if (errno == EINVAL) {
        return program_misuse("\"%s\" cannot be a function's name", name);
    }
    return program_error("%s", palm_strerror(errno));
}

/* One --function NAME=COMMAND. */
static int
register_definition(struct worker *worker, struct commands *commands,
                    const char *text, const struct arguments *arguments)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1]) {
        return program_misuse("--function: expected NAME=COMMAND, got \"%s\"",
                              text);
    }
    char *name = strndup(text, (size_t)(equals - text));
    if (!name) {
        return program_error("out of memory");
    }
    int status =
        register_command(worker, commands, name, equals + 1, arguments);
    free(name);
    return status;
}

static int
register_commands(struct worker *worker, struct commands *commands,
                  const struct arguments *arguments)
{
    const struct program_list *functions = &arguments->functions;
    int status = PROGRAM_OK;
    commands->list = calloc(functions->count + 1, sizeof *commands->list);
    if (!commands->list) {
        return program_error("out of memory");
    }
    if (arguments->exec) {
        status = register_command(worker, commands, "exec", arguments->exec,
                                  arguments);
    }
    for (size_t i = 0; !status && i < functions->count; i++) {
        status = register_definition(worker, commands, functions->texts[i],
                                     arguments);
    }
    return status;
}

static void
end_commands(struct commands *commands)
{
    for (size_t i = 0; i < commands->count; i++) {
        command_fini(&commands->list[i]);
    }
    free(commands->list);
}

/* --- running ----------------------------------------------------------- */

static void
log_summary(const struct worker *worker, const palm_worker_options_t *chosen)
{
    palm_worker_stats_t stats;
    worker_stats(worker, &stats);
    palm_log(&chosen->log, PALM_LOG_INFO, "PALM-WORKER-COUNTED",
             "%s: received=%" PRIu64 " results=%" PRIu64 " errors=%" PRIu64
             " undecodable=%" PRIu64,
             chosen->name ? chosen->name : "worker", stats.received,
             stats.results, stats.errors, stats.undecodable);
}

static int
run(struct worker *worker, const struct arguments *arguments)
{
    if (handle_signals(worker)) {
        return program_error("%s", strerror(errno));
    }
    struct builtin_context context = {worker, &arguments->worker.log,
                                      wake_pipe[0], arguments->command.timeout};
    struct commands commands = {NULL, 0};
    int status = !arguments->no_builtins && builtin_register(&context)
                     ? program_error("%s", palm_strerror(errno))
                     : register_commands(worker, &commands, arguments);
    if (!status) {
        puts("READY");
        if (worker->web) {
            puts(palm_web_worker_endpoint(worker->web));
        }
        status = program_flush_ready() ? PROGRAM_FAILED : PROGRAM_OK;
    }
    if (!status) {
        if (worker_run(worker)) {
            status = program_error("%s", palm_strerror(errno));
        }
        log_summary(worker, &arguments->worker);
    }
    end_commands(&commands);
    running_worker = NULL; /* what is left is to be flushed */
    return status;
}

/* Sets errno and *err if there is none. */
static struct worker
make_worker(const struct arguments *arguments, palm_error_t *err)
{
    const palm_worker_options_t *chosen = &arguments->worker;
    struct worker worker = {NULL, NULL};
    palm_web_worker_options_t web;
    if (!arguments->http) {
        worker.master = palm_worker_new(chosen, err);
        return worker;
    }
    palm_web_worker_options_init(&web);
    web.address = arguments->http;
    web.name = chosen->name;
    web.linger = chosen->linger;
    web.messages = chosen->messages;
    web.log = chosen->log;
    worker.web = palm_web_worker_new(&web, err);
    return worker;
}

static int
work(const struct arguments *arguments)
{
    const palm_worker_options_t *chosen = &arguments->worker;
    bool has_master =
        chosen->db_address || chosen->pull_address || chosen->push_address;
    palm_error_t err = {0};
    if (arguments->command.yields
        && (arguments->command.persistent || arguments->http)) {
        return program_misuse("--yield: not with --persistent or --http, where "
                              "a message has one answer");
    }
    if (arguments->http && has_master) {
        return program_misuse("--http is for a web worker, which has no --db, "
                              "--pull or --push");
    }
    if (!arguments->http && !chosen->db_address
        && !(chosen->pull_address && chosen->push_address)) {
        return program_misuse("--db is needed, or --pull and --push, or "
                              "--http");
    }
    (void)signal(SIGPIPE, SIG_IGN);
    struct worker worker = make_worker(arguments, &err);
    if (!worker.master && !worker.web) {
        (void)program_error("%s", err.text);
        return err.code == EINVAL ? PROGRAM_MISUSED : PROGRAM_FAILED;
    }
    int status = run(&worker, arguments);
    worker_destroy(&worker);
    return status;
}

int
main(int argc, char **argv)
{
    struct arguments arguments = {.command = {false, false, -1, COMMAND_OUTPUT},
                                  .level = PALM_LOG_INFO};
    int status, count;
    palm_worker_options_init(&arguments.worker);
    if (program_parse(&program, argc, argv, &arguments, &count, &status)) {
        arguments.worker.log = (palm_log_t){
            palm_log_stderr, (void *)(uintptr_t)program.name, arguments.level};
        status = count ? program_misuse("%s: unexpected", argv[0])
                       : work(&arguments);
    }
    program_list_fini(&arguments.functions);
    return status;
}
