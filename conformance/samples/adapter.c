/* SPDX-License-Identifier: MIT */
/* adapter.c: a small target for palm-conform, see ADAPTER.md.
 *
 * It claims one profile, a master, and makes it of libpalm: put yours in place
 * of serve().  Build it as any program of libpalm, with
 * `cc adapter.c $(pkg-config --cflags --libs libpalm)`, and let the suite
 * loose:
 *
 *     palm-conform --target './adapter' */
#include <palm.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

/* The keys of READY for the addresses that this profile must tell, which are
 * those under which a master's cache has them. */
static const char *const addresses[] = {"pull_address", "pub_address",
                                        "worker_push_address",
                                        "worker_pull_address", "db_address"};

enum { ADDRESS_COUNT = sizeof addresses / sizeof *addresses };

/* Says a verb and one frame: both go to the suite in one message. */
static void
say(void *control, const char *verb, const char *text)
{
    (void)zmq_send(control, verb, strlen(verb), ZMQ_SNDMORE);
    (void)zmq_send(control, text, strlen(text), 0);
}

/* Tells the suite who is there, and where the sockets really are. */
static void
say_ready(void *control, palm_server_t *server)
{
    char facts[2048] = "name=sample in C\nversion=1\nspec=1\nprofiles=master\n";
    for (int i = 0; i < ADDRESS_COUNT; i++) {
        zmq_msg_t value;
        size_t size = strlen(facts);
        if (!palm_cache_get(palm_server_cache(server), palm_slice(addresses[i]),
                            &value)) {
            (void)snprintf(facts + size, sizeof facts - size, "%s=%.*s\n",
                           addresses[i], (int)zmq_msg_size(&value),
                           (const char *)zmq_msg_data(&value));
            (void)zmq_msg_close(&value);
        }
    }
    say(control, "READY", facts);
}

/* Runs the master until SIGTERM.  Ports are free ones, never fixed. */
static int
serve(void *control, const sigset_t *signals)
{
    palm_error_t err = {0, ""};
    palm_kind_options_t options;
    palm_server_t *server;
    int number;
    palm_kind_options_init(&options);
    options.name = "palm"; /* the default of the contract */
    for (int i = 0; i < ADDRESS_COUNT; i++) {
        (void)palm_kind_option_set(&options, addresses[i], "tcp://127.0.0.1:*",
                                   &err);
    }
    server = palm_kind_new(PALM_MASTER, &options, &err);
    if (!server || palm_server_start(server, &err)) {
        say(control, "REFUSED", err.text);
        palm_server_destroy(&server);
        return 1;
    }
    say_ready(control, server);
    (void)sigwait(signals, &number);
    palm_server_destroy(&server); /* also stops it */
    return 0;
}

int
main(int argc, char **argv)
{
    void *context = zmq_ctx_new(), *control = zmq_socket(context, ZMQ_DEALER);
    sigset_t signals;
    int status = 89; /* what is not known here is not guessed */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL); /* before any thread */
    /* adapter --palm-conform 1 --profile NAME --control ENDPOINT; with more
     * there are settings, of which this one has none. */
    if (argc == 7 && !strcmp(argv[4], "master")
        && !zmq_connect(control, argv[6])) {
        status = serve(control, &signals);
    }
    (void)zmq_close(control);
    (void)zmq_ctx_term(context); /* after READY or REFUSED has left */
    return status;
}
