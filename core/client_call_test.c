/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/client.h"

#include <pthread.h>

#include "harness/support/fake_client.h"

enum { SHORT = 100 }; /* ms in which something is expected not to happen */

/* What a thread answers: so many messages, each with its own payload, in this
 * order of their numbers, which ends with -1. */
struct answers {
    int count;
    int order[5];
};

static int
take_all(zmq_msg_t *frames, palm_message_t *messages, int count)
{
    for (int i = 0; i < count; i++) {
        (void)zmq_msg_init(&frames[i]);
        if (zmq_msg_recv(&frames[i], fake.pull, 0) < 0
            || palm_message_scan(&messages[i], zmq_msg_data(&frames[i]),
                                 zmq_msg_size(&frames[i]), NULL)) {
            return -1;
        }
    }
    return 0;
}

/* A thread; it may not assert.  Returns NULL if something failed. */
static void *
answer(void *arg)
{
    struct answers *self = arg;
    zmq_msg_t frames[4];
    palm_message_t messages[4];
    if (take_all(frames, messages, self->count)) {
        return NULL;
    }
    for (const int *i = self->order; *i >= 0; i++) {
        const palm_slice_t *topic = &messages[*i].client;
        zmq_msg_t out;
        if (palm_message_encode(&messages[*i], &out)) {
            return NULL;
        }
        (void)zmq_send(fake.pub, topic->data, topic->size, ZMQ_SNDMORE);
        (void)zmq_msg_send(&out, fake.pub, 0);
    }
    for (int i = 0; i < self->count; i++) {
        (void)zmq_msg_close(&frames[i]);
    }
    return arg;
}

/* Makes a call, which the thread answers; its result is its payload. */
static void
call_works(palm_client_t *client, const char *payload, struct answers answers)
{
    pthread_t thread;
    palm_result_t result;
    palm_error_t err = {0, ""};
    void *answered = NULL;
    MUST(!pthread_create(&thread, NULL, answer, &answers));
    int status = palm_client_call(client, "up", palm_slice(payload), &result,
                                  tap_deadline(), &err);
    (void)pthread_join(thread, &answered);
    MUST(answered != NULL);
    EQUAL_INT(0, status);
    EQUAL_BYTES(payload, strlen(payload), result.message.payload.data,
                result.message.payload.size);
    EQUAL_INT(36, result.message.cache.size);
    palm_result_fini(&result);
}

static void
call_is_matched_while_results_of_a_job_come(void)
{
    static const struct answers answers = {4, {0, 3, 1, 2, -1}};
    palm_client_t *client = start(0);
    send_ok(client, "up", "1");
    send_ok(client, "up", "2");
    send_ok(client, "up", "3");
    call_works(client, "call", answers);
    next_result_is(client, "1");
    next_result_is(client, "2");
    next_result_is(client, "3");
    EQUAL_INT(0, palm_client_outstanding(client));
    stop(client);
}

static void
late_result_of_a_call_is_not_the_next_ones(void)
{
    static const struct answers answers = {2, {0, 1, -1}};
    palm_result_t result;
    palm_error_t err = {0, ""};
    palm_client_t *client = start(0);
    FAILS(ETIMEDOUT, palm_client_call(client, "up", palm_slice("first"),
                                      &result, SHORT, &err));
    call_works(client, "second", answers);
    EQUAL_INT(0, palm_client_outstanding(client));
    stop(client);
}

static void
further_results_of_a_call_are_dropped(void)
{
    static const struct answers answers = {1, {0, 0, 0, -1}};
    palm_client_t *client = start(0);
    call_works(client, "call", answers);
    send_ok(client, "up", "x");
    serve_one("job");
    next_result_is(client, "job");
    EQUAL_INT(0, palm_client_outstanding(client));
    stop(client);
}

static void
late_result_of_a_call_is_not_the_jobs(void)
{
    palm_result_t result;
    palm_error_t err = {0, ""};
    palm_client_t *client = start(0);
    FAILS(ETIMEDOUT, palm_client_call(client, "up", palm_slice("x"), &result,
                                      SHORT, &err));
    CONTAINS("'up'", err.text);
    EQUAL_INT(0, palm_client_outstanding(client));
    FAILS(ETIMEDOUT, palm_client_call(client, "up", palm_slice("x"), &result,
                                      SHORT, &err));
    send_ok(client, "up", "y");
    serve_one("late");
    serve_one("late too");
    serve_one("good");
    EQUAL_INT(1, palm_client_outstanding(client));
    next_result_is(client, "good");
    EQUAL_INT(0, palm_client_outstanding(client));
    FAILS(EAGAIN, palm_client_recv(client, &result, 0));
    stop(client);
}

static void
call_without_room_is_not_sent(void)
{
    palm_result_t result;
    palm_error_t err = {0, ""};
    palm_client_t *client = start(1);
    send_ok(client, "up", "x");
    FAILS(EAGAIN, palm_client_call(client, "up", palm_slice("call"), &result,
                                   SHORT, &err));
    CONTAINS("not sent", err.text);
    EQUAL_INT(1, palm_client_outstanding(client));
    stop(client);
}

static const struct tap_test tests[] = {
    {"call is matched while results of a job come",
     call_is_matched_while_results_of_a_job_come},
    {"late result of a call is not the job's",
     late_result_of_a_call_is_not_the_jobs},
    {"call without room is not sent", call_without_room_is_not_sent},
    {"late result of a call is not the next one's",
     late_result_of_a_call_is_not_the_next_ones},
    {"further results of a call are dropped",
     further_results_of_a_call_are_dropped},
};

TAP_MAIN("client_call", tests)
