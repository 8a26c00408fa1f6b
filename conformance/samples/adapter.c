/* SPDX-License-Identifier: MIT */
/* adapter.c: a small target for palm-conform, see ADAPTER.md: a cache, made of
 * libpalm.  Put your own implementation in place of the palm_ calls.
 *
 *     cc -o adapter adapter.c $(pkg-config --cflags --libs libpalm)
 *     palm-conform --target ./adapter */
#define _POSIX_C_SOURCE 200809L /* for signals */

#include <palm.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

static void
say(void *control, const char *verb, const char *text)
{
    (void)zmq_send(control, verb, strlen(verb), ZMQ_SNDMORE);
    (void)zmq_send(control, text, strlen(text), 0);
}

/* adapter --palm-conform 1 --profile NAME --control ENDPOINT; a cache has no
 * settings, so nothing follows. */
int
main(int argc, char **argv)
{
    const char *profile = argc == 7 ? argv[4] : "";
    char facts[256] = "name=sample in C\nversion=1\nspec=1\nprofiles=cache\n";
    palm_error_t err = {0, "out of memory"};
    sigset_t sigterm;
    int number;
    if (strcmp(profile, "cache") != 0 && strcmp(profile, "describe") != 0) {
        return 89; /* what is not known here is not guessed */
    }
    (void)sigemptyset(&sigterm);
    (void)sigaddset(&sigterm, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &sigterm, NULL); /* of all threads */
    void *context = zmq_ctx_new(), *control = zmq_socket(context, ZMQ_DEALER);
    (void)zmq_connect(control, argv[6]);

    palm_server_t *server = palm_server_new("palm", NULL);
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = "Cache";
    options.address = "tcp://127.0.0.1:*"; /* a free port, never a fixed one */
    int rc = palm_server_add(server, palm_library_find("CacheService"),
                             &options, &err);
    if (!rc && !(rc = palm_server_start(server, &err))) {
        (void)snprintf(
            facts + strlen(facts), sizeof facts - strlen(facts),
            "db_address=%s\n",
            palm_server_endpoint(server, PALM_SIDE_BYPASS, options.name));
        say(control, "READY", facts);
        (void)sigwait(&sigterm, &number);
        rc = palm_server_stop(server, &err);
    }
    if (rc) {
        say(control, "ERROR", err.text);
    }
    palm_server_destroy(&server);
    (void)zmq_close(control);
    (void)zmq_ctx_term(context);
    return rc ? 1 : 0;
}
