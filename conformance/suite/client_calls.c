/* SPDX-License-Identifier: MIT */
/* client_calls.c: PALM-CLIENT: what a client pushes, and how it takes results.
 */
#include <string.h>

#include "conformance/suite/asker.h"
#include "conformance/suite/topics.h"

enum { CLIENTS = 20, PAYLOADS = 5, FLOOD = 10000, PUBLISH_AFTER = 100 };

/* "… subscribe to its uuid at `pub_address` with a SUB socket." */
static void
client_006_subscribes_to_its_uuid(struct test *test)
{
    struct asker asker;
    struct frames frames;
    struct message message;

    asker_open(&asker, test);
    asker_send(&asker, "eval", "palm.echo", "payload", NULL);
    message = asker_take(&asker);
    frames = peer_receive(asker.pub);
    check_frames(test, "the subscription", &frames, 1);
    check_bytes(test, "the subscription", frames.frame[0],
                bytes_joined(test, bytes_of("\x01", 1), message.client));
}

/* Publishes a while after the message came, whatever has subscribed. */
static void
publish_after(struct asker *asker, const struct message *message,
              int milliseconds)
{
    int64_t until = now() + (int64_t)milliseconds * 1000;
    int64_t left;

    while ((left = (until - now()) / 1000) > 0) {
        (void)peer_any(&asker->pull, 1, (int)left);
    }
    asker_publish(asker, message, "result");
}

/* "… its subscription on its way before it pushes its first message: a server
 * that publishes a result 100 ms after each message came loses none of 20 new
 * clients' results." */
static void
client_007_subscription_is_there_in_time(struct test *test)
{
    struct asker asker;
    int i;

    asker_bind(&asker, test);
    for (i = 0; i < CLIENTS; i++) {
        struct message message;
        struct frames answer;

        asker_start(&asker, NULL);
        asker_send(&asker, "eval", "palm.echo", "payload", NULL);
        while (peer_any(&asker.pull, 1, 0) != 0) {
            struct peer *const peers[] = {asker.pull, asker.cache};
            int who = peer_any(peers, 2, bound(test));

            check_that(test, who >= 0, "client %d pushes nothing", i);
            if (who == 1) {
                asker_answer_cache(&asker);
            }
        }
        message = asker_take(&asker);
        publish_after(&asker, &message, PUBLISH_AFTER);
        asker.held_count = 0; /* who subscribes later has lost it */
        answer = asker_await(&asker, 10000);
        check_answer_is(&asker, &answer, "result");
        target_kill(asker.target);
    }
}

/* How many peers have shaken hands with it since the last look. */
static unsigned
handshakes(struct peer *peer)
{
    zmq_pollitem_t item = {NULL, 0, ZMQ_POLLIN, 0};
    unsigned frames = 0;

    item.socket = peer->monitor;
    while (zmq_poll(&item, 1, 0) > 0) {
        char event[512];

        (void)zmq_recv(peer->monitor, event, sizeof event, 0);
        frames++;
    }
    return frames / 2;
}

/* "… one subscription and one PUSH connection for all its calls." */
static void
client_008_one_connection_for_all_calls(struct test *test)
{
    struct asker asker;
    struct frames frames;
    int i;

    asker_open(&asker, test);
    for (i = 0; i < PAYLOADS; i++) {
        (void)asker_eval(&asker, test_text(test, "payload-%d", i));
    }
    check_number(test, "connections to pull_address", handshakes(asker.pull),
                 1);
    check_number(test, "connections to pub_address", handshakes(asker.pub), 1);
    check_that(test, !peer_poll(asker.pub, 0, &frames),
               "the client subscribes or unsubscribes again");
}

/* "… its uuid4 text of 36 characters as `client`, the same in all its messages
 * and another one than any other client's." */
static void
client_009_client_is_its_uuid(struct test *test)
{
    struct asker asker;
    struct asker other;
    struct message first;

    asker_open(&asker, test);
    first = asker_eval(&asker, "one");
    check_uuid(test, "client of a message", first.client);
    check_bytes(test, "client of the next message",
                asker_eval(&asker, "two").client, first.client);
    asker_open(&other, test);
    check_that(test,
               !bytes_equal(asker_eval(&other, "three").client, first.client),
               "two clients have one uuid");
}

/* "… the session as `pipeline` …" */
static void
client_010_session_is_the_pipeline(struct test *test)
{
    struct asker asker;

    asker_bind(&asker, test);
    asker_start(&asker, "session", "my session", NULL);
    (void)asker_command(&asker, "open", NULL);
    check_text(test, "pipeline of a message",
               asker_eval(&asker, "one").pipeline, "my session");
}

/* "… or, without one, one uuid4 in all its messages." */
static void
client_010_pipeline_is_one_uuid(struct test *test)
{
    struct asker asker;
    struct message first;

    asker_open(&asker, test);
    first = asker_eval(&asker, "one");
    check_uuid(test, "pipeline of a message", first.pipeline);
    check_bytes(test, "pipeline of the next message",
                asker_eval(&asker, "two").pipeline, first.pipeline);
}

/* "… `stage` 0 and the payload unchanged." */
static void
client_011_stage_is_0_and_payload_unchanged(struct test *test)
{
    struct asker asker;
    struct bytes frames[2];
    uint8_t all[256];
    struct message message;
    unsigned i;

    for (i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)i;
    }
    asker_open(&asker, test);
    frames[0] = bytes_text("palm.echo");
    frames[1] = bytes_of(all, sizeof all);
    target_send(asker.target, "eval", frames, 2);
    message = asker_take(&asker);
    check_number(test, "stage", message.stage, 0);
    check_bytes(test, "payload", message.payload, frames[1]);
}

/* "… the elements that its user gave, in their order, with single blanks
 * between them, however many he gave." */
static void
client_012_function_is_a_list(struct test *test)
{
    struct asker asker;

    asker_open(&asker, test);
    asker_send(&asker, "eval", "palm.echo", "payload", NULL);
    check_text(test, "function", asker_take(&asker).function, "palm.echo");
    asker_open(&asker, test);
    asker_send(&asker, "eval", "palm.reverse palm.echo other.echo", "payload",
               NULL);
    check_text(test, "function", asker_take(&asker).function,
               "palm.reverse palm.echo other.echo");
    asker_open(&asker, test);
    asker_send(&asker, "eval", "palm.reverse  palm.echo   other.echo",
               "payload", NULL);
    check_text(test, "function", asker_take(&asker).function,
               "palm.reverse palm.echo other.echo");
}

/* "… its server's name and a dot before an element that has no dot, and leave
 * one with a dot as it is." */
static void
client_021_name_of_the_server_comes_first(struct test *test)
{
    struct asker asker;

    asker_open(&asker, test);
    asker_send(&asker, "eval", "echo", "payload", NULL);
    check_text(test, "function", asker_take(&asker).function, "palm.echo");
    asker_open(&asker, test);
    asker_send(&asker, "eval", "reverse other.echo echo", "payload", NULL);
    check_text(test, "function", asker_take(&asker).function,
               "palm.reverse other.echo palm.echo");
}

/* "An `eval` MUST return the payload of the result that belongs to its
 * message." */
static void
client_013_eval_returns_its_result(struct test *test)
{
    struct asker asker;
    int i;

    asker_open(&asker, test);
    for (i = 0; i < PAYLOADS; i++) {
        (void)asker_eval(&asker, test_text(test, "payload-%d", i));
    }
}

/* "… as many results as it has sent payloads, in the order in which they came."
 */
static void
client_014_job_returns_results_as_they_come(struct test *test)
{
    struct asker asker;
    struct message message[PAYLOADS];
    struct frames answer;
    int i;

    asker_open(&asker, test);
    (void)asker_eval(&asker, "first");
    asker_send(&asker, "job", "palm.echo", "0", "1", "2", "3", "4", NULL);
    for (i = 0; i < PAYLOADS; i++) {
        message[i] = asker_take(&asker);
        check_text(test, "payload", message[i].payload,
                   test_text(test, "%d", i));
    }
    for (i = PAYLOADS - 1; i >= 0; i--) {
        asker_publish(&asker, &message[i], test_text(test, "result-%d", i));
    }
    answer = asker_await(&asker, 10000);
    check_text(test, "the answer to job", answer.frame[0], "RESULT");
    check_frames(test, "the answer to job", &answer, PAYLOADS + 1);
    for (i = 0; i < PAYLOADS; i++) {
        check_text(test, "a result", answer.frame[1 + i],
                   test_text(test, "result-%d", PAYLOADS - 1 - i));
    }
}

/* "… no result within its `timeout`, at most 5 s later, with an error." */
static void
client_015_eval_without_result_ends(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker_start(&asker, "timeout", "500", NULL);
    (void)asker_command(&asker, "open", NULL);
    asker_send(&asker, "eval", "palm.echo", "payload", NULL);
    (void)asker_take(&asker);
    answer = asker_await(&asker, 5500);
    check_answer_is_error(&asker, &answer);
}

/* "… a late result of an `eval` for the result of the next one." */
static void
client_016_late_result_is_not_taken(struct test *test)
{
    struct asker asker;
    struct message late;
    struct message next;
    struct frames answer;

    asker_bind(&asker, test);
    asker_start(&asker, "timeout", "500", NULL);
    (void)asker_command(&asker, "open", NULL);
    (void)asker_eval(&asker, "first");
    asker_send(&asker, "eval", "palm.echo", "payload", NULL);
    late = asker_take(&asker);
    answer = asker_await(&asker, 5500);
    check_answer_is_error(&asker, &answer);
    asker_send(&asker, "eval", "palm.echo", "payload", NULL);
    next = asker_take(&asker);
    asker_publish(&asker, &late, "late");
    asker_publish(&asker, &next, "next");
    answer = asker_await(&asker, 5500);
    check_answer_is(&asker, &answer, "next");
}

/* "… with 10,000 payloads in a job and no result, it pushes fewer." */
static void
client_017_messages_outstanding_are_bounded(struct test *test)
{
    static struct bytes frames[FLOOD + 1];
    struct asker asker;
    struct frames message;
    size_t count = 0;
    size_t i;

    asker_bind(&asker, test);
    asker_start(&asker, "timeout", "30000", NULL);
    (void)asker_command(&asker, "open", NULL);
    frames[0] = bytes_text("palm.echo");
    for (i = 1; i <= FLOOD; i++) {
        frames[i] = bytes_text("payload");
    }
    target_send(asker.target, "job", frames, FLOOD + 1);
    (void)asker_take(&asker);
    while (count <= FLOOD
           && peer_poll(asker.pull, bound_of(test, 1000), &message)) {
        count++;
    }
    check_range(test, "messages outstanding", (int64_t)count + 1, 1, FLOOD - 1);
}

const struct test_entry client_calls_tests[] = {
    TEST("PALM-CLIENT-006", client_006_subscribes_to_its_uuid),
    TEST("PALM-CLIENT-007", client_007_subscription_is_there_in_time),
    TEST("PALM-CLIENT-008", client_008_one_connection_for_all_calls),
    TEST("PALM-CLIENT-009", client_009_client_is_its_uuid),
    TEST("PALM-CLIENT-010", client_010_session_is_the_pipeline),
    TEST("PALM-CLIENT-010", client_010_pipeline_is_one_uuid),
    TEST("PALM-CLIENT-011", client_011_stage_is_0_and_payload_unchanged),
    TEST("PALM-CLIENT-012", client_012_function_is_a_list),
    TEST("PALM-CLIENT-021", client_021_name_of_the_server_comes_first),
    TEST("PALM-CLIENT-013", client_013_eval_returns_its_result),
    TEST("PALM-CLIENT-014", client_014_job_returns_results_as_they_come),
    TEST("PALM-CLIENT-015", client_015_eval_without_result_ends),
    TEST("PALM-CLIENT-016", client_016_late_result_is_not_taken),
    TEST("PALM-CLIENT-017", client_017_messages_outstanding_are_bounded),
    END_OF_TESTS,
};
