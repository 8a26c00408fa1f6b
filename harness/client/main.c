/* SPDX-License-Identifier: MIT */
/* palm-client: sends messages to a server, and asks its cache. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/client/job.h"
#include "harness/client/source.h"
#include "harness/program/program.h"

struct arguments {
    palm_client_options_t client;
    struct job_options job;
};

#define IN_CLIENT(field)                                                       \
    (offsetof(struct arguments, client)                                        \
     + offsetof(palm_client_options_t, field))
#define IN_JOB(field)                                                          \
    (offsetof(struct arguments, job) + offsetof(struct job_options, field))

static const struct program_option options[] = {
    {"db", "ADDRESS", "the server's cache service", PROGRAM_TEXT,
     IN_CLIENT(db_address)},
    {"server", "NAME", "the name the server must have", PROGRAM_TEXT,
     IN_CLIENT(server)},
    {"push", "ADDRESS", "where messages go; else ask the cache", PROGRAM_TEXT,
     IN_CLIENT(push_address)},
    {"sub", "ADDRESS", "where results come from; else ask the cache",
     PROGRAM_TEXT, IN_CLIENT(sub_address)},
    {"session", "TEXT", "name of the stream; set puts it before the key",
     PROGRAM_TEXT, IN_CLIENT(session)},
    {"connect-timeout", "TIME", "for connecting and for the cache (5s)",
     PROGRAM_DURATION, IN_CLIENT(timeout)},
    {"timeout", "TIME", "how long to wait for a result (30s)", PROGRAM_DURATION,
     IN_JOB(timeout)},
    {"window", "N", "messages without a result at most (512)", PROGRAM_COUNT,
     IN_JOB(window)},
    {"ordered", NULL, "job: results in the order of the messages", PROGRAM_FLAG,
     IN_JOB(ordered)},
    {"results", "N", "job: results that each message has (1)", PROGRAM_COUNT,
     IN_JOB(results)},
    {"until-idle", "TIME", "job: any number, until none comes for so long",
     PROGRAM_DURATION, IN_JOB(idle)},
    {"count", "N", "job: make up N messages, do not read stdin", PROGRAM_COUNT,
     IN_JOB(count)},
    {"size", "BYTES", "job: size of each of them (100)", PROGRAM_SIZE,
     IN_JOB(size)},
};

static const struct program program = {
    "palm-client",
    "--db ADDRESS [OPTION]... call FUNCTION [PAYLOAD|-]\n"
    "--db ADDRESS [OPTION]... job FUNCTION <LINES\n"
    "--db ADDRESS [OPTION]... get KEY\n"
    "--db ADDRESS [OPTION]... set KEY VALUE|-\n"
    "--db ADDRESS [OPTION]... delete KEY\n"
    "--db ADDRESS [OPTION]... cas KEY VALUE|- [OLD]\n"
    "--db ADDRESS [OPTION]... ttl KEY TIME\n"
    "--db ADDRESS [OPTION]... list [PREFIX]\n"
    "--db ADDRESS [OPTION]... stats\n",
    "call sends one message and prints its result; job sends one for each "
    "line\n"
    "of stdin and prints a line for each result; the others speak to the "
    "cache\n"
    "only.  - stands for what is on stdin.\n",
    options,
    sizeof options / sizeof *options,
    "Exit status: 0 all is well, 1 an error, an error result or none in time,\n"
    "2 wrong use.\n",
};

/* --- the commands ------------------------------------------------------ */

/* Prints bytes as they are; on a terminal a newline follows. */
static int
print_bytes(const void *data, size_t size)
{
    if (size) {
        (void)fwrite(data, 1, size, stdout);
    }
    if (isatty(STDOUT_FILENO)) {
        (void)putchar('\n');
    }
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

/* An operand, or stdin if it is "-".  *owned is to be freed. */
static int
read_operand(const char *text, palm_slice_t *value, char **owned)
{
    size_t size;
    *owned = NULL;
    if (!text || strcmp(text, "-")) {
        *value = palm_slice(text);
        return 0;
    }
    if (source_read_all(owned, &size)) {
        return program_error("stdin: %s", strerror(errno));
    }
    *value = (palm_slice_t){*owned, size};
    return 0;
}

static int
print_call(const char *function, const palm_result_t *result)
{
    if (!result->error.size) {
        return print_bytes(result->message.payload.data,
                           result->message.payload.size);
    }
    (void)fprintf(stderr, "palm-client: call %s: ", function);
    program_print_foreign(result->error);
    (void)putc('\n', stderr);
    return PROGRAM_FAILED;
}

static int
run_call(palm_client_t *client, char **operands, struct arguments *arguments)
{
    palm_slice_t payload;
    palm_result_t result;
    palm_error_t err = {0};
    char *owned;
    if (read_operand(operands[1], &payload, &owned)) {
        return PROGRAM_FAILED;
    }
    int rc = palm_client_call(client, operands[0], payload, &result,
                              arguments->job.timeout, &err);
    free(owned);
    if (rc) {
        return program_error("%s", err.text);
    }
    int status = print_call(operands[0], &result);
    palm_result_fini(&result);
    return status;
}

static int
run_job(palm_client_t *client, char **operands, struct arguments *arguments)
{
    arguments->job.function = operands[0];
    return job_run(client, &arguments->job);
}

static int
run_get(palm_client_t *client, char **operands, struct arguments *arguments)
{
    zmq_msg_t value;
    palm_error_t err = {0};
    (void)arguments;
    if (palm_client_get(client, palm_slice(operands[0]), &value, &err)) {
        return program_error("get %s: %s", operands[0], err.text);
    }
    size_t size = zmq_msg_size(&value);
    int status =
        size ? print_bytes(zmq_msg_data(&value), size)
             : program_error("get %s: no value, or an empty one", operands[0]);
    (void)zmq_msg_close(&value);
    return status;
}

static int
run_set(palm_client_t *client, char **operands, struct arguments *arguments)
{
    palm_slice_t value;
    palm_error_t err = {0};
    char *full_key = NULL, *owned;
    (void)arguments;
    if (read_operand(operands[1], &value, &owned)) {
        return PROGRAM_FAILED;
    }
    int rc = palm_client_set(client, palm_slice(operands[0]), value, &full_key,
                             &err);
    free(owned);
    if (rc) {
        return program_error("set %s: %s", operands[0], err.text);
    }
    (void)puts(full_key);
    free(full_key);
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

static int
run_delete(palm_client_t *client, char **operands, struct arguments *arguments)
{
    palm_error_t err = {0};
    (void)arguments;
    if (palm_client_delete(client, palm_slice(operands[0]), &err)) {
        return program_error("delete %s: %s", operands[0], err.text);
    }
    return PROGRAM_OK;
}

static int
run_cas(palm_client_t *client, char **operands, struct arguments *arguments)
{
    palm_slice_t value, old = palm_slice(operands[2]);
    palm_error_t err = {0};
    char *owned;
    (void)arguments;
    if (read_operand(operands[1], &value, &owned)) {
        return PROGRAM_FAILED;
    }
    int rc = palm_client_cas(client, palm_slice(operands[0]),
                             operands[2] ? &old : NULL, value, &err);
    free(owned);
    return rc ? program_error("cas %s: %s", operands[0], err.text) : PROGRAM_OK;
}

static int
run_ttl(palm_client_t *client, char **operands, struct arguments *arguments)
{
    palm_error_t err = {0};
    int64_t ttl;
    (void)arguments;
    if (palm_value_duration(operands[1], &ttl, &err)) {
        return program_misuse("ttl: %s", err.text);
    }
    ttl = ttl < 0 ? 0 : ttl; /* "never" */
    return palm_client_ttl(client, palm_slice(operands[0]), ttl, &err)
               ? program_error("ttl %s: %s", operands[0], err.text)
               : PROGRAM_OK;
}

/* A palm_cache_list_f.  A key is anybody's: it must not steer a terminal. */
static int
print_key(palm_slice_t key, void *arg)
{
    const bool *to_terminal = arg;
    unsigned char before = 0;
    for (size_t i = 0; *to_terminal && i < key.size; i++) {
        unsigned char byte = (unsigned char)key.data[i];
        bool escapes = program_steers(before, byte) || byte == '\\';
        (void)printf(escapes ? "\\%03o" : "%c", byte);
        before = byte;
    }
    if (!*to_terminal) {
        (void)fwrite(key.data, 1, key.size, stdout);
    }
    (void)putchar('\n');
    return 0;
}

static int
run_list(palm_client_t *client, char **operands, struct arguments *arguments)
{
    palm_error_t err = {0};
    (void)arguments;
    bool to_terminal = isatty(STDOUT_FILENO);
    int rc = palm_client_list(client, palm_slice(operands[0]), print_key,
                              &to_terminal, &err);
    if (program_flush()) {
        return PROGRAM_FAILED;
    }
    return rc ? program_error("%s", err.text) : PROGRAM_OK;
}

static int
run_stats(palm_client_t *client, char **operands, struct arguments *arguments)
{
    zmq_msg_t json;
    palm_error_t err = {0};
    (void)operands;
    (void)arguments;
    if (palm_client_stats(client, &json, &err)) {
        return program_error("%s", err.text);
    }
    int status = print_bytes(zmq_msg_data(&json), zmq_msg_size(&json));
    (void)zmq_msg_close(&json);
    return status;
}

static const struct command {
    const char *name;
    int least;       /* operands behind the name */
    int most;        /* of them, at most 3 */
    bool cache_only; /* needs nothing of the server but its cache */
    int (*run)(palm_client_t *client, char **operands,
               struct arguments *arguments);
} commands[] = {
    {"call", 1, 2, false, run_call},    {"job", 1, 1, false, run_job},
    {"get", 1, 1, true, run_get},       {"set", 2, 2, true, run_set},
    {"delete", 1, 1, true, run_delete}, {"cas", 2, 3, true, run_cas},
    {"ttl", 2, 2, true, run_ttl},       {"list", 0, 1, true, run_list},
    {"stats", 0, 0, true, run_stats},
};

/* --- the rest ---------------------------------------------------------- */

static const struct command *
find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (!strcmp(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

static int
connect_and_run(const struct command *command, char **operands,
                struct arguments *arguments)
{
    palm_error_t err = {0};
    palm_client_t *client = palm_client_new(&arguments->client, &err);
    if (!client) {
        (void)program_error("%s", err.text);
        return err.code == EINVAL ? PROGRAM_MISUSED : PROGRAM_FAILED;
    }
    int status = command->run(client, operands, arguments);
    palm_client_destroy(&client);
    return status;
}

/* Says which option must be there, too; whether there was one. */
static bool
misses_option(const struct command *command, const char *function,
              const palm_client_options_t *chosen)
{
    if (command->cache_only) {
        return !chosen->db_address && program_misuse("--db is needed");
    }
    bool has_both = chosen->push_address && chosen->sub_address;
    if (!chosen->db_address && !has_both) {
        return program_misuse("--db is needed, or --push and --sub") != 0;
    }
    /* Who is given both may speak to a server without functions. */
    return !has_both && !chosen->server && !strchr(function, '.')
           && program_misuse("%s %s: --server is needed, or SERVER.%s",
                             command->name, function, function);
}

/* operands has count elements and room for one more. */
static int
act(struct arguments *arguments, char **operands, int count)
{
    const struct command *command = count ? find_command(operands[0]) : NULL;
    if (!command) {
        return count ? program_misuse("%s: no such command", operands[0])
                     : program_misuse("a command is missing");
    }
    if (count - 1 < command->least || count - 1 > command->most) {
        return program_misuse("%s: wrong number of operands", command->name);
    }
    if (arguments->job.window < 1) {
        return program_misuse("--window: at least 1");
    }
    if (arguments->job.ordered && arguments->job.idle >= 0) {
        return program_misuse("--ordered: not with --until-idle, where nobody "
                              "knows when a message has its results");
    }
    if (misses_option(command, operands[1], &arguments->client)) {
        return PROGRAM_MISUSED;
    }
    operands[count] = NULL;
    arguments->client.window = arguments->job.window;
    arguments->client.cache_only = command->cache_only;
    return connect_and_run(command, operands + 1, arguments);
}

int
main(int argc, char **argv)
{
    struct arguments arguments = {.job = {.count = -1,
                                          .size = 100,
                                          .window = 512,
                                          .timeout = 30000,
                                          .results = 1,
                                          .idle = -1}};
    int status, count;
    palm_client_options_init(&arguments.client);
    if (program_parse(&program, argc, argv, &arguments, &count, &status)) {
        status = act(&arguments, argv, count);
    }
    return status;
}
