/* SPDX-License-Identifier: MIT */
/* Tests of RepBypassService, PullBypassConnection and PushBypassConnection. */
#include "config.h"

#include <stddef.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* --- RepBypassService ----------------------------------------------------- */

/* Answers "fail" with an error, anything else with the request, doubled. */
static int
double_it(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply, void *arg)
{
    size_t size = zmq_msg_size(request);
    char *data = zmq_msg_data(request);
    (void)part;
    *(int *)arg += 1;
    if (size == 4 && !memcmp(data, "fail", 4)) {
        errno = EIO;
        return -1;
    }
    (void)zmq_msg_close(reply);
    if (zmq_msg_init_size(reply, 2 * size)) {
        return -1;
    }
    memcpy(zmq_msg_data(reply), data, size);
    memcpy((char *)zmq_msg_data(reply) + size, data, size);
    return 0;
}

static void
a_handler_answers_requests(void)
{
    static const palm_hooks_t hooks = {.answer = double_it};
    struct rig rig;
    int calls = 0;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.hooks = &hooks;
    options.hook_arg = &calls;
    rig_init(&rig, NULL);
    rig_add(&rig, "RepBypassService", "Rep", NULL, &options);
    rig_start(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Rep");
    send_text(req, "ab", 0);
    expect_text(req, "abab", false);
    send_text(req, "fail", 0);
    expect_text(req, "", false);
    send_text(req, "two", ZMQ_SNDMORE);
    send_text(req, "frames", 0);
    expect_text(req, "", false);
    send_text(req, "c", 0);
    expect_text(req, "cc", false);
    AWAIT_INT(4, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").received);
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").failed);
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_BYPASS, "Rep").undecodable);
    rig_fini(&rig);
    EQUAL_INT(3, calls);
}

static void
without_a_handler_it_does_not_start(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    rig_init(&rig, NULL);
    rig_add(&rig, "RepBypassService", "Rep", NULL, NULL);
    FAILS(EINVAL, palm_server_start(rig.server, &err));
    CONTAINS("bypass Rep: there is no hook `answer`", err.text);
    rig_drop(&rig);
}

/* --- PullBypassConnection ------------------------------------------------- */

/* Starts a server whose part In takes what the PUSH socket sends. */
static void *
start_in(struct rig *rig, palm_part_options_t *options, char *endpoint)
{
    rig_init(rig, NULL);
    void *push = rig_bind(rig, ZMQ_PUSH, endpoint);
    options->address = endpoint;
    rig_add(rig, "PullBypassConnection", "In", NULL, options);
    rig_start(rig);
    return push;
}

static void
what_is_pulled_goes_into_the_cache(void)
{
    struct rig rig;
    char endpoint[256];
    zmq_msg_t value;
    palm_part_options_t options;
    palm_part_options_init(&options);
    void *push = start_in(&rig, &options, endpoint);
    palm_message_t message = wire_message("client", "load", "0.42");
    send_bytes(push, "\xff\xff\xff\xff", 4, 0);
    send_text(push, "two", ZMQ_SNDMORE);
    send_text(push, "frames", 0);
    send_message(push, &message, 0);
    message.cache = palm_slice(NULL);
    send_message(push, &message, 0);
    rig_await_count(&rig, PALM_SIDE_BYPASS, "In", COUNTER(undecodable), 3);
    MUST(!palm_cache_get(palm_server_cache(rig.server), palm_slice("load"),
                         &value));
    EQUAL_BYTES("0.42", 4, zmq_msg_data(&value), zmq_msg_size(&value));
    (void)zmq_msg_close(&value);
    AWAIT_INT(4, rig_stats(&rig, PALM_SIDE_BYPASS, "In").received);
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_BYPASS, "In").failed);
    rig_fini(&rig);
}

/* Answers, too, though nobody waits for it: the part frees that. */
static int
take_it(palm_part_t *part, zmq_msg_t *message, zmq_msg_t *reply, void *arg)
{
    (void)zmq_msg_close(reply);
    if (zmq_msg_init_size(reply, 1000)) {
        return -1;
    }
    palm_slice_t text = {zmq_msg_data(message), zmq_msg_size(message)};
    return palm_cache_set(palm_part_cache(part), palm_slice(arg), text);
}

static bool
has_last_line(void *server)
{
    zmq_msg_t value;
    if (palm_cache_get(palm_server_cache(server), palm_slice("last line"),
                       &value)) {
        return false;
    }
    (void)zmq_msg_close(&value);
    return true;
}

static void
a_hook_takes_what_is_pulled(void)
{
    static const palm_hooks_t hooks = {.answer = take_it};
    static char key[] = "last line";
    struct rig rig;
    char endpoint[256];
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.hooks = &hooks;
    options.hook_arg = key;
    options.messages = 1;
    void *push = start_in(&rig, &options, endpoint);
    send_text(push, "a line of log", 0);
    send_text(push, "not read: messages = 1", 0);
    MUST(tap_await(has_last_line, rig.server));
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_BYPASS, "In").received);
    rig_fini(&rig);
}

/* --- PushBypassConnection ------------------------------------------------- */

static void *
start_out(struct rig *rig, palm_part_options_t *options, char *endpoint)
{
    rig_init(rig, NULL);
    void *pull = rig_bind(rig, ZMQ_PULL, endpoint);
    options->address = endpoint;
    rig_add(rig, "PushBypassConnection", "Out", NULL, options);
    rig_start(rig);
    return pull;
}

/* Returns what palm_server_emit() does. */
static int
emit(struct rig *rig, const char *name, const char *text)
{
    zmq_msg_t message;
    MUST(!zmq_msg_init_size(&message, strlen(text)));
    memcpy(zmq_msg_data(&message), text, strlen(text));
    int result = palm_server_emit(rig->server, name, &message);
    int saved = errno;
    EQUAL_INT(result ? strlen(text) : 0, zmq_msg_size(&message));
    (void)zmq_msg_close(&message);
    errno = saved;
    return result;
}

static void
what_is_emitted_is_pushed_in_order(void)
{
    struct rig rig;
    char endpoint[256];
    palm_part_options_t options;
    palm_part_options_init(&options);
    void *pull = start_out(&rig, &options, endpoint);
    MUST(!emit(&rig, "Out", "one"));
    MUST(!emit(&rig, "Out", "two"));
    MUST(!emit(&rig, "Out", "three"));
    expect_text(pull, "one", false);
    expect_text(pull, "two", false);
    expect_text(pull, "three", false);
    FAILS(ENOENT, emit(&rig, "Nobody", "four"));
    rig_await_count(&rig, PALM_SIDE_BYPASS, "Out", COUNTER(sent), 3);
    AWAIT_INT(3, rig_stats(&rig, PALM_SIDE_BYPASS, "Out").received);
    rig_fini(&rig);
}

static void
what_nobody_takes_is_bounded_and_counted(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.address = "tcp://127.0.0.1:9"; /* where nobody listens */
    options.window = 10;
    rig_init(&rig, NULL);
    rig_add(&rig, "CacheService", "Cache", NULL, NULL); /* leaves nothing */
    rig_add(&rig, "PushBypassConnection", "Out", NULL, &options);
    rig_start(&rig);
    for (int i = 0; i < 10; i++) {
        MUST(!emit(&rig, "Out", "kept"));
    }
    FAILS(EAGAIN, emit(&rig, "Out", "refused"));
    FAILS(ETIMEDOUT, palm_server_stop(rig.server, &err));
    CONTAINS("stopped with 10 messages inside: bypass Out 10;", err.text);
    FAILS(EINVAL, emit(&rig, "Out", "stopped"));
    rig_drop(&rig);
}

static const struct tap_test tests[] = {
    {"a handler answers requests, and its errors cost one each",
     a_handler_answers_requests},
    {"RepBypassService without a handler does not start",
     without_a_handler_it_does_not_start},
    {"what is pulled goes into the cache", what_is_pulled_goes_into_the_cache},
    {"a hook takes what is pulled", a_hook_takes_what_is_pulled},
    {"what is emitted is pushed in order", what_is_emitted_is_pushed_in_order},
    {"what nobody takes is bounded and counted",
     what_nobody_takes_is_bounded_and_counted},
};

TAP_MAIN("bypass", tests)
