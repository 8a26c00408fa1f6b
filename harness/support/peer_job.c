/* SPDX-License-Identifier: MIT */
/* peer_job: our client, our worker or both at a master of any kind.
 *
 *   peer_job DB SERVER worker N    works on N messages
 *   peer_job DB SERVER client N    N messages, some calls, the cache
 *   peer_job DB SERVER both N      the same, with a worker of its own
 *
 * Says in one line what happened; the status is 0 if all was as expected. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/client.h"
#include "core/worker.h"
#include "harness/support/tap.h"

enum { CALLS = 100, PAYLOAD = 100 };

/* What was counted. */
struct tally {
    int64_t results;
    int64_t calls;
    int64_t wrong;
};

/* --- the worker ----------------------------------------------------------- */

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static int
upper(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    char text[PAYLOAD];
    palm_slice_t answer = {text, message->payload.size};
    (void)arg;
    if (answer.size > sizeof text) {
        return palm_reply_error(reply, EMSGSIZE, "over %d bytes", PAYLOAD);
    }
    for (size_t i = 0; i < answer.size; i++) {
        text[i] = (char)toupper((unsigned char)message->payload.data[i]);
    }
    return palm_reply(reply, answer);
}

static palm_worker_t *
make_worker(const char *db, int64_t messages)
{
    palm_error_t err = {0, ""};
    palm_worker_options_t options;
    palm_worker_t *worker;
    palm_worker_options_init(&options);
    options.db_address = db;
    options.messages = messages;
    options.timeout = tap_deadline();
    options.log.write = palm_log_stderr;
    options.log.level = PALM_LOG_WARNING;
    worker = palm_worker_new(&options, &err);
    if (!worker) {
        (void)fprintf(stderr, "peer_job: %s\n", err.text);
    } else if (palm_worker_register(worker, "echo", PALM_YIELDS_ONE, echo, NULL)
               || palm_worker_register(worker, "upper", PALM_YIELDS_ONE, upper,
                                       NULL)) {
        palm_worker_destroy(&worker);
    }
    return worker;
}

static int
run_worker(palm_worker_t *worker)
{
    palm_worker_stats_t stats;
    int result = palm_worker_run(worker);
    palm_worker_stats(worker, &stats);
    printf("peer_job: worker: %" PRIu64 " received, %" PRIu64
           " results, %" PRIu64 " errors\n",
           stats.received, stats.results, stats.errors);
    return result;
}

static void *
work(void *arg)
{
    return run_worker(arg) ? arg : NULL;
}

/* --- the client ----------------------------------------------------------- */

static void
write_payload(char text[PAYLOAD + 1], int64_t number)
{
    (void)snprintf(text, PAYLOAD + 1, "message %0*" PRId64, PAYLOAD - 8,
                   number);
}

/* Receives a result; in a job with one worker they come in their order. */
static int
take_result(palm_client_t *client, struct tally *tally, int timeout)
{
    char expected[PAYLOAD + 1];
    palm_result_t result;
    const palm_slice_t *payload = &result.message.payload;
    if (palm_client_recv(client, &result, timeout)) {
        return -1;
    }
    write_payload(expected, tally->results++);
    memcpy(expected, "MESSAGE", 7);
    tally->wrong += payload->size != PAYLOAD || result.error.size > 0
                    || memcmp(payload->data, expected, PAYLOAD);
    palm_result_fini(&result);
    return 0;
}

static int
run_job(palm_client_t *client, int64_t count, struct tally *tally)
{
    char text[PAYLOAD + 1];
    int64_t sent = 0;
    while (tally->results < count) {
        write_payload(text, sent);
        if (sent < count
            && !palm_client_send(client, "upper", palm_slice(text), NULL, 0)) {
            sent++;
        } else if (take_result(client, tally, tap_deadline())) {
            perror("peer_job: no result");
            return -1;
        }
    }
    return 0;
}

static int
run_calls(palm_client_t *client, struct tally *tally)
{
    palm_error_t err = {0, ""};
    palm_result_t result;
    for (int i = 0; i < CALLS; i++) {
        /* the last one names a function that no worker has */
        bool is_last = i == CALLS - 1;
        const char *expected = is_last ? "0" : "payload";
        if (palm_client_call(client, is_last ? "nothing" : "echo",
                             palm_slice("payload"), &result, tap_deadline(),
                             &err)) {
            (void)fprintf(stderr, "peer_job: %s\n", err.text);
            return -1;
        }
        tally->calls++;
        tally->wrong +=
            !palm_slice_is_equal(result.message.payload, palm_slice(expected));
        palm_result_fini(&result);
    }
    return 0;
}

static int
use_cache(palm_client_t *client, struct tally *tally)
{
    palm_error_t err = {0, ""};
    zmq_msg_t value;
    char *key = NULL;
    palm_slice_t got;
    if (palm_client_set(client, palm_slice(""), palm_slice("value"), &key, &err)
        || palm_client_get(client, palm_slice(key), &value, &err)) {
        (void)fprintf(stderr, "peer_job: %s\n", err.text);
        free(key);
        return -1;
    }
    got.data = zmq_msg_data(&value);
    got.size = zmq_msg_size(&value);
    tally->wrong += !palm_slice_is_equal(got, palm_slice("value"));
    (void)zmq_msg_close(&value);
    tally->wrong += palm_client_delete(client, palm_slice(key), &err) != 0;
    free(key);
    return 0;
}

static int
run_client(const char *db, const char *server, int64_t count)
{
    palm_error_t err = {0, ""};
    palm_client_options_t options;
    palm_client_t *client;
    struct tally tally = {0, 0, 0};
    int result;
    palm_client_options_init(&options);
    options.db_address = db;
    options.server = server;
    options.timeout = tap_deadline();
    client = palm_client_new(&options, &err);
    if (!client) {
        (void)fprintf(stderr, "peer_job: %s\n", err.text);
        return -1;
    }
    result = run_job(client, count, &tally) || run_calls(client, &tally)
             || use_cache(client, &tally);
    printf("peer_job: client: %" PRId64 " results, %" PRId64 " calls, %" PRId64
           " wrong\n",
           tally.results, tally.calls, tally.wrong);
    palm_client_destroy(&client);
    return result || tally.wrong ? -1 : 0;
}

static int
run_both(const char *db, const char *server, int64_t count)
{
    pthread_t thread;
    void *failed = NULL;
    int result;
    palm_worker_t *worker = make_worker(db, 0);
    if (!worker || pthread_create(&thread, NULL, work, worker)) {
        palm_worker_destroy(&worker);
        return -1;
    }
    result = run_client(db, server, count);
    palm_worker_stop(worker);
    (void)pthread_join(thread, &failed);
    palm_worker_destroy(&worker);
    return result || failed ? -1 : 0;
}

int
main(int argc, char **argv)
{
    int64_t count = argc == 5 ? atoll(argv[4]) : 0;
    int result = -1;
    if (count < 1) {
        (void)fprintf(stderr,
                      "usage: peer_job DB SERVER worker|client|both N\n");
        return 2;
    }
    if (!strcmp(argv[3], "worker")) {
        palm_worker_t *worker = make_worker(argv[1], count);
        result = worker ? run_worker(worker) : -1;
        palm_worker_destroy(&worker);
    } else if (!strcmp(argv[3], "client")) {
        result = run_client(argv[1], argv[2], count);
    } else if (!strcmp(argv[3], "both")) {
        result = run_both(argv[1], argv[2], count);
    }
    return result ? 1 : 0;
}
