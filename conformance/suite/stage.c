/* SPDX-License-Identifier: MIT */
/* stage.c: see stage.h. */
#include "conformance/suite/stage.h"

#include <string.h>

enum { SETTINGS_MAX = 32 };

struct list {
    const char *text[SETTINGS_MAX + 1];
    size_t count;
};

static void
add(struct list *list, const char *key, const char *value)
{
    if (list->count + 2 <= SETTINGS_MAX) {
        list->text[list->count++] = key;
        list->text[list->count++] = value;
    }
}

static void
add_all(struct list *list, va_list arguments)
{
    const char *key;

    while ((key = va_arg(arguments, const char *)) != NULL) {
        add(list, key, va_arg(arguments, const char *));
    }
}

/* Hears all that is published; the server is asked until something is. */
static void
open_results(struct stage *stage, const char *ahead)
{
    stage->results =
        peer_subscribe(stage->test, "results",
                       target_address(stage->target, "pub_address"), "");
    await_stream(stage->push != NULL ? stage->push : stage->source[0], ahead,
                 message_of("palm.echo", ""), stage->results);
}

void
stage_server(struct stage *stage, struct test *test, ...)
{
    struct list list;
    va_list arguments;

    memset(stage, 0, sizeof *stage);
    memset(&list, 0, sizeof list);
    stage->test = test;
    va_start(arguments, test);
    add_all(&list, arguments);
    va_end(arguments);
    stage->target = target_start_list(test, "server", list.text);
    stage->push = peer_connect(test, "client", ZMQ_PUSH,
                               target_address(stage->target, "pull_address"));
    open_results(stage, NULL);
}

void
stage_behind(struct stage *stage, struct test *test, const char *profile, ...)
{
    struct list list;
    va_list arguments;

    memset(stage, 0, sizeof *stage);
    memset(&list, 0, sizeof list);
    stage->test = test;
    stage->source[0] = source_open(test, "server before");
    add(&list, "sub_address", stage->source[0]->address);
    add(&list, "previous", BEFORE);
    va_start(arguments, profile);
    add_all(&list, arguments);
    va_end(arguments);
    stage->target = target_start_list(test, profile, list.text);
    source_await(stage->source[0], BEFORE);
    if (strcmp(profile, "hub") != 0) {
        open_results(stage, BEFORE);
    }
}

void
stage_sink(struct stage *stage, struct test *test, const char *first,
           const char *second, ...)
{
    struct list list;
    va_list arguments;

    memset(stage, 0, sizeof *stage);
    memset(&list, 0, sizeof list);
    stage->test = test;
    stage->source[0] = source_open(test, "first source");
    stage->source[1] = source_open(test, "second source");
    add(&list, "sub_addresses",
        test_text(test, "%s %s", stage->source[0]->address,
                  stage->source[1]->address));
    add(&list, "previous", test_text(test, "%s %s", first, second));
    va_start(arguments, second);
    add_all(&list, arguments);
    va_end(arguments);
    stage->target = target_start_list(test, "sink", list.text);
    source_await(stage->source[0], first);
    source_await(stage->source[1], second);
    open_results(stage, first);
}

struct peer *
source_open(struct test *test, const char *label)
{
    static const int on = 1;
    struct peer *source = peer_make(test, label, ZMQ_XPUB);

    (void)zmq_setsockopt(source->socket, ZMQ_XPUB_VERBOSE, &on, sizeof on);
    peer_listen(source);
    return source;
}

void
source_await(struct peer *source, const char *topic)
{
    check_bytes(source->test,
                test_text(source->test, "what the %s hears", source->label),
                peer_receive_one(source),
                bytes_text(test_text(source->test, "\x01%s", topic)));
}

void
source_publish(struct peer *source, const char *topic,
               const struct message *message)
{
    struct bytes frames[2];

    frames[0] = bytes_text(topic);
    frames[1] = message_encode(source->test, message);
    peer_send_frames(source, frames, 2);
}

void
stage_give(struct stage *stage, const struct message *message)
{
    if (stage->push != NULL) {
        peer_send(stage->push, message_encode(stage->test, message));
    } else {
        source_publish(stage->source[0], BEFORE, message);
    }
}

static struct bytes
next_result(struct stage *stage, const char *topic)
{
    struct frames frames = peer_receive(stage->results);

    check_frames(stage->test, "what is published", &frames, 2);
    check_text(stage->test, "the topic", frames.frame[0], topic);
    return frames.frame[1];
}

void
check_result(struct stage *stage, const char *topic,
             const struct message *expected)
{
    check_same(stage->test, "the result", next_result(stage, topic), expected);
}

void
check_error(struct stage *stage, const char *topic,
            const struct message *message)
{
    check_error_result(stage->test, next_result(stage, topic), message);
}

void
check_nothing(struct stage *stage)
{
    struct message fence = message_of("palm.echo", "fence");

    stage_give(stage, &fence);
    check_text(stage->test, "the next result",
               receive_result(stage->results, NULL).payload, "fence");
}

void
check_stage_calls(struct stage *stage, const struct stage_call *calls)
{
    for (; calls->function != NULL; calls++) {
        struct message message = message_of(calls->function, "abc");

        message.stage = calls->stage;
        stage_give(stage, &message);
        if (strcmp(calls->result, "0") == 0) {
            check_error(stage, CLIENT, &message);
        } else {
            message.payload = bytes_text(calls->result);
            check_result(stage, CLIENT, &message);
        }
    }
}
