/* SPDX-License-Identifier: MIT */
/* asker.c: see asker.h. */
#include "conformance/suite/asker.h"

#include <string.h>

enum { SETTINGS_MAX = 24, WORDS_MAX = 16 };

void
asker_bind(struct asker *asker, struct test *test)
{
    static const int yes = 1;

    memset(asker, 0, sizeof *asker);
    asker->test = test;
    asker->cache = peer_bind(test, "cache", ZMQ_ROUTER);
    asker->pull = peer_bind(test, "server in", ZMQ_PULL);
    asker->pub = peer_bind(test, "server out", ZMQ_XPUB);
    /* Of each peer, also if another has the topic. */
    (void)zmq_setsockopt(asker->pub->socket, ZMQ_XPUB_VERBOSE, &yes,
                         sizeof yes);
    asker->presets[0] = "name";
    asker->presets[1] = "palm";
    asker->presets[2] = "pull_address";
    asker->presets[3] = asker->pull->address;
    asker->presets[4] = "pub_address";
    asker->presets[5] = asker->pub->address;
}

void
asker_start(struct asker *asker, ...)
{
    const char *settings[SETTINGS_MAX + 7] = {"server", "palm",       "timeout",
                                              "3000",   "db_address", NULL};
    size_t count = 6;
    const char *text;
    va_list arguments;

    settings[5] = asker->cache->address;
    va_start(arguments, asker);
    while ((text = va_arg(arguments, const char *)) != NULL
           && count < SETTINGS_MAX) {
        settings[count++] = text;
    }
    va_end(arguments);
    settings[count] = NULL;
    asker->target = target_start_list(asker->test, "client", settings);
}

void
asker_open(struct asker *asker, struct test *test)
{
    struct frames answer;

    asker_bind(asker, test);
    asker_start(asker, NULL);
    answer = asker_command(asker, "open", NULL);
    check_text(test, "the answer to open", answer.frame[0], "RESULT");
}

/* get by the presets; set and delete give the key back. */
void
asker_answer_cache(struct asker *asker)
{
    struct test *test = asker->test;
    struct frames frames = peer_receive(asker->cache);
    struct message request;
    const char *const *preset;

    check_frames(test, "a request of the client", &frames, 3);
    request = check_message(test, "a request of the client", frames.frame[2]);
    if (asker->requests < REQUESTS_MAX) {
        asker->identity[asker->requests] = frames.frame[0];
        asker->request[asker->requests++] = request;
    }
    frames.frame[2] = bytes_text("");
    for (preset = asker->presets; *preset != NULL; preset += 2) {
        if (bytes_are(request.payload, preset[0])) {
            frames.frame[2] = bytes_text(preset[1]);
        }
    }
    if (strstr(bytes_string(test, request.function), ".set") != NULL) {
        frames.frame[2] = request.cache;
    } else if (strstr(bytes_string(test, request.function), ".delete")
               != NULL) {
        frames.frame[2] = request.payload;
    }
    frames.frame[3] = bytes_text("more");
    peer_send_frames(asker->cache, frames.frame, asker->splits ? 4 : 3);
}

/* Whoever subscribes only now gets what it has missed. */
static void
publish_again(struct asker *asker)
{
    struct frames frames = peer_receive(asker->pub);
    size_t i;

    if (frames.frame[0].size > 0 && frames.frame[0].data[0] == 1) {
        for (i = 0; i < asker->held_count; i += 2) {
            peer_send_frames(asker->pub, asker->held + i, 2);
        }
    }
}

struct frames
asker_await(struct asker *asker, int milliseconds)
{
    struct peer *const peers[] = {asker->target->control, asker->cache,
                                  asker->pub};
    int count = asker->held_count > 0 ? 3 : 2;
    int64_t until = now() + (int64_t)bound_of(asker->test, milliseconds) * 1000;
    struct frames answer;

    while (!target_poll(asker->target, 0, &answer)) {
        int64_t left = (until - now()) / 1000;

        if (left <= 0) {
            target_must_live(asker->target);
            fail(asker->test, "the client does not answer within %d ms",
                 bound_of(asker->test, milliseconds));
        }
        switch (peer_any(peers, count, (int)left)) {
        case 1:
            asker_answer_cache(asker);
            break;
        case 2:
            publish_again(asker);
            break;
        default:
            break;
        }
    }
    asker->held_count = 0;
    return answer;
}

static size_t
collect(struct bytes *frames, va_list arguments)
{
    size_t count = 0;
    const char *text;

    while ((text = va_arg(arguments, const char *)) != NULL
           && count < WORDS_MAX) {
        frames[count++] = bytes_text(text);
    }
    return count;
}

void
asker_send(struct asker *asker, const char *verb, ...)
{
    struct bytes frames[WORDS_MAX];
    size_t count;
    va_list arguments;

    va_start(arguments, verb);
    count = collect(frames, arguments);
    va_end(arguments);
    target_send(asker->target, verb, frames, count);
}

struct frames
asker_command(struct asker *asker, const char *verb, ...)
{
    struct bytes frames[WORDS_MAX];
    size_t count;
    va_list arguments;

    va_start(arguments, verb);
    count = collect(frames, arguments);
    va_end(arguments);
    target_send(asker->target, verb, frames, count);
    return asker_await(asker, 10000);
}

struct message
asker_take(struct asker *asker)
{
    return check_message(asker->test, "what the client pushes",
                         peer_receive_one(asker->pull));
}

void
asker_publish(struct asker *asker, const struct message *message,
              const char *payload)
{
    struct message result = *message;
    struct bytes frames[2];

    result.payload = bytes_text(payload);
    frames[0] = message->client;
    frames[1] = message_encode(asker->test, &result);
    peer_send_frames(asker->pub, frames, 2);
    if (asker->held_count < 2 * REQUESTS_MAX) {
        asker->held[asker->held_count++] = frames[0];
        asker->held[asker->held_count++] = frames[1];
    }
}

/* Until the subscription is there, what we publish would be lost: the client
 * may have sent it behind its message only by a little. */
static void
await_subscriber(struct asker *asker)
{
    struct frames frames;

    if (!asker->subscribed) {
        frames = peer_receive(asker->pub);
        check_that(asker->test,
                   frames.frame[0].size > 0 && frames.frame[0].data[0] == 1,
                   "the client sends what is no subscription");
        asker->subscribed = true;
    }
}

struct message
asker_eval(struct asker *asker, const char *payload)
{
    struct message message;
    struct frames answer;

    asker_send(asker, "eval", "palm.echo", payload, NULL);
    message = asker_take(asker);
    await_subscriber(asker);
    asker_publish(asker, &message, payload);
    answer = asker_await(asker, 10000);
    check_answer_is(asker, &answer, payload);
    return message;
}

void
check_answer_is(struct asker *asker, const struct frames *answer,
                const char *text)
{
    check_text(asker->test, "the client's answer", answer->frame[0], "RESULT");
    check_frames(asker->test, "the client's answer", answer, 2);
    check_text(asker->test, "the client's answer", answer->frame[1], text);
}

void
check_answer_is_error(struct asker *asker, const struct frames *answer)
{
    check_text(asker->test, "the client's answer", answer->frame[0], "ERROR");
    check_that(asker->test, answer->count > 1 && answer->frame[1].size > 0,
               "the client's error has no text");
}
