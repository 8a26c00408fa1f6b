/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* for signals */

/* master: the server that spreads messages over workers.
 *
 *     client -> Pull -> WorkerPush -> worker -> WorkerPull -> Pub -> client
 *
 * Usage: master [CACHE-ADDRESS].  Prints where its cache is; stops on SIGTERM
 * or SIGINT. */
#include <palm.h>
#include <signal.h>
#include <stdio.h>

static const struct {
    const char *part, *name, *route, *advertise_as;
} parts[] = {
    {"PullService", "Pull", "WorkerPush", "pull_address"},
    {"WorkerPushService", "WorkerPush", NULL, "worker_push_address"},
    {"WorkerPullService", "WorkerPull", "Pub", "worker_pull_address"},
    {"PubService", "Pub", NULL, "pub_address"},
    {"CacheService", "Cache", NULL, "db_address"},
};

static int
add_parts(palm_server_t *server, const char *cache, palm_error_t *err)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        bool is_cache = parts[i].name[0] == 'C';
        palm_part_options_t options;
        palm_part_options_init(&options);
        options.name = parts[i].name;
        options.address = is_cache ? cache : "tcp://127.0.0.1:*";
        options.route = parts[i].route;
        options.advertise_as = parts[i].advertise_as;
        if (palm_server_add(server, palm_library_find(parts[i].part), &options,
                            err)) {
            return -1;
        }
    }
    return 0;
}

int
main(int argc, char **argv)
{
    palm_error_t err = {0, "out of memory"};
    palm_server_t *server = palm_server_new("master", NULL);
    sigset_t signals;
    int number, status = 1;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    if (server
        && !add_parts(server, argc > 1 ? argv[1] : "tcp://127.0.0.1:*", &err)
        && !palm_server_start(server, &err)) {
        puts(palm_server_endpoint(server, PALM_SIDE_BYPASS, "Cache"));
        (void)fflush(stdout);
        (void)sigwait(&signals, &number);
        status = palm_server_stop(server, &err) ? 1 : 0;
    }
    if (status) {
        fprintf(stderr, "master: %s\n", err.text);
    }
    palm_server_destroy(&server);
    return status;
}
