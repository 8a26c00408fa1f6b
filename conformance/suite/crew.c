/* SPDX-License-Identifier: MIT */
/* crew.c: see crew.h. */
#include "conformance/suite/crew.h"

void
crew_bind(struct crew *crew, struct test *test)
{
    crew->test = test;
    crew->push = peer_bind(test, "master out", ZMQ_PUSH);
    crew->pull = peer_bind(test, "master in", ZMQ_PULL);
}

void
crew_start(struct crew *crew, struct test *test, const char *profile)
{
    crew_bind(crew, test);
    crew->target =
        target_start(test, profile, "worker_push_address", crew->push->address,
                     "worker_pull_address", crew->pull->address, NULL);
    peer_await(crew->push, 1);
    peer_await(crew->pull, 1);
}

struct message
crew_call(struct crew *crew, const struct message *message)
{
    peer_send(crew->push, message_encode(crew->test, message));
    return check_message(crew->test, "the result",
                         peer_receive_one(crew->pull));
}

void
check_error_result(struct test *test, struct bytes frame,
                   const struct message *message)
{
    struct message expected = *message;
    struct message actual = check_message(test, "the error result", frame);
    struct bytes error = message_extra(&actual, FIELD_ERROR);

    expected.payload = bytes_text("0");
    if (error.data != NULL) {
        expected.unknown = bytes_joined(test, expected.unknown,
                                        field_bytes(test, FIELD_ERROR, error));
    }
    check_same(test, "the error result", frame, &expected);
}

struct message
answer_lookup(struct peer *cache, const char *const *presets)
{
    struct test *test = cache->test;
    struct message request =
        check_message(test, "the request", peer_receive_one(cache));
    const char *reply = "";

    for (; *presets != NULL; presets += 2) {
        if (bytes_are(request.payload, presets[0])) {
            reply = presets[1];
        }
    }
    peer_send(cache, bytes_text(reply));
    return request;
}
