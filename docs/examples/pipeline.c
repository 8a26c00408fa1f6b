/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* for signals */

/* pipeline: two ready-made servers, one behind the other, in one process.
 *
 *     client -> first (words) -> second (upper) -> client
 *
 * Usage: pipeline.  Prints where the cache of the first is, and where results
 * come from; stops on SIGTERM or SIGINT.  Then:
 *
 *     echo some words | palm-client --db CACHE --server first --sub RESULTS \
 *         job 'first.words second.upper' */
#include <ctype.h>
#include <errno.h>
#include <palm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY_PORT "tcp://127.0.0.1:*"

/* One message, 0 to n results: each word of the payload. */
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

/* What the first publishes has its name as the topic. */
static palm_server_t *
start_first(palm_error_t *err)
{
    palm_kind_options_t options;
    palm_kind_options_init(&options);
    options.name = "first";
    options.db_address = options.pull_address = options.pub_address = ANY_PORT;
    options.to_client = false;
    palm_server_t *server = palm_kind_new(PALM_SERVER, &options, err);
    if (server
        && (palm_server_register(server, "words", PALM_YIELDS_MANY, words, NULL)
            || palm_server_start(server, err))) {
        palm_server_destroy(&server);
    }
    return server;
}

static palm_server_t *
start_second(palm_server_t *first, palm_error_t *err)
{
    palm_kind_options_t options;
    palm_kind_options_init(&options);
    options.name = "second";
    options.sub_address =
        palm_server_endpoint(first, PALM_SIDE_OUTBOUND, "Pub");
    options.previous = "first";
    options.db_address = options.pub_address = ANY_PORT;
    palm_server_t *server = palm_kind_new(PALM_PIPELINE, &options, err);
    if (server
        && (palm_server_register(server, "upper", PALM_YIELDS_ONE, upper, NULL)
            || palm_server_start(server, err))) {
        palm_server_destroy(&server);
    }
    return server;
}

int
main(void)
{
    palm_error_t err = {0, "out of memory"};
    sigset_t signals;
    int number, status = 1;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    palm_server_t *first = start_first(&err);
    palm_server_t *second = first ? start_second(first, &err) : NULL;
    if (second) {
        puts(palm_server_endpoint(first, PALM_SIDE_BYPASS, "Cache"));
        puts(palm_server_endpoint(second, PALM_SIDE_OUTBOUND, "Pub"));
        (void)fflush(stdout);
        (void)sigwait(&signals, &number);
        status =
            palm_server_stop(first, &err) || palm_server_stop(second, &err);
    }
    if (status) {
        fprintf(stderr, "pipeline: %s\n", err.text);
    }
    palm_server_destroy(&second);
    palm_server_destroy(&first);
    return status;
}
