/* SPDX-License-Identifier: MIT */
/* http_work.c: PALM-HTTP: the web worker. */
#include <string.h>

#include "conformance/suite/malformed.h"
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

static const char *
start(struct test *test)
{
    return target_address(target_start(test, "web-worker", NULL),
                          "http_address");
}

static struct http_message
post(struct test *test, const char *address, struct bytes body)
{
    return http_ask(http_connect(test, "client", address), "POST", "/", NULL,
                    body);
}

/* The response is the message with this payload. */
static void
check_result(struct test *test, const char *address, struct message message,
             const char *payload)
{
    struct http_message response =
        post(test, address, message_encode(test, &message));

    check_number(test, "the status", response.status, 200);
    message.payload = bytes_text(payload);
    check_same(test, "the result", response.body, &message);
}

/* "… status 200, `application/octet-stream`, and the message with only
 * `payload` replaced, unknown fields kept." */
static void
http_034_result_has_only_payload_replaced(struct test *test)
{
    const char *address = start(test);
    struct message message = message_of("palm.reverse", "abc");
    struct http_message response;
    const char *type;

    message.cache = bytes_text("key");
    message.unknown = field_bytes(test, 99, bytes_text("kept"));
    check_result(test, address, message, "cba");
    response = post(test, address, message_encode(test, &message));
    type = http_header(test, &response, "Content-Type");
    check_text(test, "Content-Type", bytes_text(type == NULL ? "" : type),
               "application/octet-stream");
}

/* "… answer 500 when its function fails or is unknown." */
static void
http_035_failure_is_500(struct test *test)
{
    const char *address = start(test);
    struct http_message response;

    response = post(test, address, frame_of(test, "palm.fail", "payload"));
    check_number(test, "the status of fail", response.status, 500);
    response = post(test, address, frame_of(test, "palm.nobody", "payload"));
    check_number(test, "the status of an unknown one", response.status, 500);
}

/* "… answer 405 to other methods than POST." */
static void
http_036_other_methods_are_405(struct test *test)
{
    static const char *const methods[] = {"GET", "PUT", "DELETE", "PALM"};
    const char *address = start(test);
    size_t i;

    for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct http_message response =
            http_ask(http_connect(test, "client", address), methods[i], "/",
                     NULL, frame_of(test, "palm.echo", "payload"));

        check_number(test, methods[i], response.status, 405);
    }
}

/* "… a body that cannot be decoded with an error status, and go on." */
static void
http_037_undecodable_is_an_error(struct test *test)
{
    const char *address = start(test);
    struct http_message response = post(test, address, bytes_of("\x0a\xff", 2));

    check_range(test, "the status", response.status, 400, 599);
    check_result(test, address, message_of("palm.echo", "on"), "on");
}

/* "… choose the function by `stage`, as a worker does." */
static void
http_038_stage_chooses_function(struct test *test)
{
    const char *address = start(test);
    struct message message = message_of("palm.echo palm.reverse", "abc");

    check_result(test, address, message, "abc");
    message.stage = 1;
    check_result(test, address, message, "cba");
}

/* "… no other byte than the blank, hex 20, for a separator." */
static void
http_042_only_blanks_separate(struct test *test)
{
    const char *const *function;
    const char *address = start(test);

    for (function = one_element; *function != NULL; function++) {
        struct message message = message_of(*function, "abc");
        struct http_message response;

        message.stage = 1;
        response = post(test, address, message_encode(test, &message));
        check_number(test, "the status of an odd name", response.status, 500);
    }
}

/* "… 400 to a request with a blank or a tab before the colon of a field,
 * without Host or with two, or with a Content-Length that is no number or is
 * there twice with two values …" */
static void
http_041_malformed_is_400(struct test *test)
{
    const char *address = start(test);

    check_malformed(test, address, "/");
    check_result(test, address, message_of("palm.echo", "on"), "on");
}

const struct test_entry http_work_tests[] = {
    TEST("PALM-HTTP-034", http_034_result_has_only_payload_replaced),
    TEST("PALM-HTTP-035", http_035_failure_is_500),
    TEST("PALM-HTTP-036", http_036_other_methods_are_405),
    TEST("PALM-HTTP-037", http_037_undecodable_is_an_error),
    TEST("PALM-HTTP-038", http_038_stage_chooses_function),
    TEST("PALM-HTTP-042", http_042_only_blanks_separate),
    TEST("PALM-HTTP-041", http_041_malformed_is_400),
    END_OF_TESTS,
};
