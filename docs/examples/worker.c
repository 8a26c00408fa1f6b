/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* for signals */

/* worker: runs the functions "upper" and "words" for a master.
 *
 * Usage: worker CACHE-ADDRESS.  Stops on SIGTERM. */
#include <ctype.h>
#include <errno.h>
#include <palm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static palm_worker_t *worker;

/* One message, one result: the payload in capitals. */
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

/* One message, a result for each of its words: 0, 1 or many. */
static int
words(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    palm_slice_t rest = message->payload;
    (void)arg;
    while (rest.size > 0) {
        const char *blank = memchr(rest.data, ' ', rest.size);
        size_t size = blank ? (size_t)(blank - rest.data) : rest.size;
        if (size > 0 && palm_reply(reply, (palm_slice_t){rest.data, size})) {
            return -1;
        }
        size += blank ? 1 : 0;
        rest = (palm_slice_t){rest.data + size, rest.size - size};
    }
    return 0;
}

static void
on_signal(int number)
{
    (void)number;
    palm_worker_stop(worker);
}

int
main(int argc, char **argv)
{
    palm_error_t err = {0, ""};
    palm_worker_options_t options;
    struct sigaction action = {.sa_handler = on_signal};
    palm_worker_options_init(&options);
    options.db_address = argc > 1 ? argv[1] : NULL;
    worker = palm_worker_new(&options, &err);
    if (!worker) {
        fprintf(stderr, "worker: %s\n", err.text);
        return 1;
    }
    (void)sigaction(SIGTERM, &action, NULL);
    int status =
        palm_worker_register(worker, "upper", PALM_YIELDS_ONE, upper, NULL)
        || palm_worker_register(worker, "words", PALM_YIELDS_MANY, words, NULL)
        || palm_worker_run(worker);
    palm_worker_destroy(&worker);
    return status;
}
