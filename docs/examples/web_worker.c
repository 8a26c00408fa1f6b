/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* for signals */

/* web_worker: runs the function "upper" for servers that ask over HTTP.
 *
 * Usage: web_worker [ADDRESS].  Prints the address at which it listens.  Stops
 * on SIGTERM. */
#include <ctype.h>
#include <errno.h>
#include <palm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static palm_web_worker_t *worker;

static int
upper(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    palm_slice_t in = message->payload;
    char *out = malloc(in.size + 1);
    (void)arg;
    if (!out) {
        return palm_reply_error(reply, ENOMEM, "no memory");
    }
    for (size_t i = 0; i < in.size; i++) {
        out[i] = (char)toupper((unsigned char)in.data[i]);
    }
    int result = palm_reply(reply, (palm_slice_t){out, in.size});
    free(out);
    return result;
}

static void
on_signal(int number)
{
    (void)number;
    palm_web_worker_stop(worker);
}

int
main(int argc, char **argv)
{
    palm_error_t err = {0, ""};
    palm_web_worker_options_t options;
    struct sigaction action = {.sa_handler = on_signal};
    palm_web_worker_options_init(&options);
    options.address = argc > 1 ? argv[1] : "http://127.0.0.1:*";
    worker = palm_web_worker_new(&options, &err);
    if (!worker) {
        fprintf(stderr, "web_worker: %s\n", err.text);
        return 1;
    }
    (void)sigaction(SIGTERM, &action, NULL);
    int status = palm_web_worker_register(worker, "upper", upper, NULL);
    if (!status) {
        puts(palm_web_worker_endpoint(worker));
        (void)fflush(stdout);
        palm_web_worker_run(worker);
    }
    palm_web_worker_destroy(&worker);
    return status ? 1 : 0;
}
