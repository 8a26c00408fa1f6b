/* SPDX-License-Identifier: MIT */
/* palm-server: runs the server that a file describes.  What signals do is
 * in stopper.c. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/program/memory.h"
#include "harness/program/program.h"
#include "harness/program/world.h"
#include "harness/server/build.h"
#include "harness/server/dot.h"
#include "harness/server/list.h"
#include "harness/server/part.h"
#include "harness/server/plugin.h"
#include "harness/server/reader.h"
#include "harness/server/stopper.h"

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

/* --- running ----------------------------------------------------------- */

static int
print_endpoints(palm_server_t *server)
{
    palm_part_info_t part;
    puts("READY");
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        const char *endpoint;
        for (size_t k = 0; part.class_->binds
                           && (endpoint = palm_server_endpoint_at(
                                   server, part.side, part.name, k));
             k++) {
            printf("%s %s %s\n", server_side_name(part.side), part.name,
                   endpoint);
        }
    }
    puts("");
    return program_flush_ready();
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
                 " undecodable=%" PRIu64 " foreign=%" PRIu64 " failed=%" PRIu64
                 " unrouted=%" PRIu64 " absent=%" PRIu64 " slow=%" PRIu64
                 " expired=%" PRIu64 " left=%" PRIu64 " oversize=%" PRIu64
                 " refused=%" PRIu64,
                 server_side_name(part.side), part.name, stats.received,
                 stats.sent, stats.undecodable, stats.foreign, stats.failed,
                 stats.unrouted, stats.absent, stats.slow, stats.expired,
                 stats.left, stats.oversize, stats.refused);
    }
}

/* Says why the server did not start, with the place of the part's section. */
static int
tell_failure(const struct server_file *file, const palm_error_t *err)
{
    palm_side_t side;
    for (size_t i = 0; i < file->count; i++) {
        const struct server_section *section = &file->sections[i];
        size_t kind = strlen(section->kind), name = strlen(section->name);
        const char *text = err->text;
        if (server_section_side(section, &side)
            && !strncmp(text, section->kind, kind) && text[kind] == ' '
            && !strncmp(text + kind + 1, section->name, name)
            && text[kind + 1 + name] == ':') {
            return program_error("%s: %s", section->place, text);
        }
    }
    return program_error("%s", err->text);
}

/* Before there are threads.  Says so at once: in the end it may be ZeroMQ alone
 * that has a word. */
static int
bound_memory(const struct server_file *file, const palm_log_t *log)
{
    const struct server_section *section = server_file_find(file, "server", "");
    int64_t bytes;
    if (server_memory_limit(section, &bytes, NULL) || bytes < 0) {
        return 0;
    }
    if (memory_limit(bytes)) {
        return program_error("memory_limit: %s", strerror(errno));
    }
    palm_log(log, PALM_LOG_INFO, "PALM-SERVER-MEMORY",
             "the process ends if memory_limit, %" PRId64
             " bytes, does not do for it",
             bytes);
    return 0;
}

static int
run(palm_server_t *server, const struct server_file *file,
    struct server_functions *functions, const palm_log_t *log)
{
    struct stopper stopper;
    palm_error_t err = {0};
    int status = PROGRAM_FAILED;
    if (bound_memory(file, log)) {
        return PROGRAM_FAILED;
    }
    if (stopper_start(&stopper, server, functions, log)) {
        return program_error("cannot make a thread: %s", strerror(errno));
    }
    palm_log(log, PALM_LOG_INFO, "PALM-SERVER-STARTING",
             "server %s starts; it may have %" PRId64 " descriptors",
             palm_server_name(server), world_raise_descriptors());
    if (palm_server_start(server, &err)) {
        (void)tell_failure(file, &err);
    } else if (print_endpoints(server)) {
        (void)palm_server_stop(server, NULL);
    } else {
        status = stopper_wait(&stopper) ? program_error("%s", stopper.err.text)
                                        : PROGRAM_OK;
        log_stats(server, log);
    }
    stopper_end(&stopper);
    return status;
}

static int
serve(struct server_file *file, const char *path,
      const struct arguments *arguments)
{
    palm_log_t log = {palm_log_stderr, (void *)(uintptr_t)program.name,
                      PALM_LOG_INFO};
    palm_error_t err = {0};
    struct server_functions functions = {.stop_timeout = -1};
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
        status =
            arguments->check ? PROGRAM_OK : run(server, file, &functions, &log);
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
            server_list();
            status = program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
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
