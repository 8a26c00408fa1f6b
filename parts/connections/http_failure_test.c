/* SPDX-License-Identifier: MIT */
/* HttpConnection and web workers that fail: each failure costs the message that
 * it happened to, which gets an error result. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>

#include "harness/support/web_scene.h"

/* Counters of messages that were not answered. */
static uint64_t
failures(const palm_part_stats_t *stats)
{
    return stats->failed + stats->expired + stats->undecodable;
}

/* Sends a message that the fake does something bad with.  The error result must
 * name the address and the reason and be counted once; the next message must be
 * answered. */
static void
expect_failure(const char *payload, const char *reason, size_t counter)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT], expected[PALM_ERROR_TEXT];
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.max_message_size = 1 << 20;
    web_scene_set(&scene, &options);
    web_scene_send(&scene, payload);
    web_scene_take_error(&scene, text);
    char *blank = strchr(text, ' ');
    MUST(blank);
    (void)snprintf(expected, sizeof expected, "%s: %s", scene.fake.url, reason);
    MUST(!strncmp(blank + 1, expected, strlen(expected))
         || (EQUAL_TEXT(expected, blank + 1), false));
    palm_part_stats_t stats = web_scene_stats(&scene);
    uint64_t counted;
    memcpy(&counted, (char *)&stats + counter, sizeof counted);
    EQUAL_INT(1, counted);
    EQUAL_INT(1, failures(&stats));
    web_scene_send(&scene, "next");
    expect_payload(scene.pull, "next!");
    web_scene_end(&scene);
}

static void
status_500(void)
{
    expect_failure("500", "status 500: as ?500 was asked", COUNTER(failed));
}

static void
status_404(void)
{
    expect_failure("404", "status 404: as ?404 was asked", COUNTER(failed));
}

static void
a_page(void)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT], expected[PALM_ERROR_TEXT];
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "page");
    web_scene_take_error(&scene, text);
    (void)snprintf(expected, sizeof expected, "EPROTO %s: status 500",
                   scene.fake.url);
    EQUAL_TEXT(expected, text);
    web_scene_end(&scene);
}

static void
a_redirect(void)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT];
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "302");
    web_scene_take_error(&scene, text);
    CONTAINS(": status 302", text);
    EQUAL_INT(1, fake_http_seen(&scene.fake).requests);
    web_scene_end(&scene);
}

static void
closed(void)
{
    expect_failure("close", "Empty reply from server", COUNTER(failed));
}

static void
cut(void)
{
    expect_failure("cut", "", COUNTER(failed));
}

static void
no_http(void)
{
    expect_failure("garbage", "", COUNTER(failed));
}

static void
another_message(void)
{
    expect_failure("other", "the answer is another message",
                   COUNTER(undecodable));
}

static void
no_message(void)
{
    expect_failure("undecodable", "no PalmMessage: ", COUNTER(undecodable));
}

static void
nothing(void)
{
    expect_failure("empty", "the answer is another message",
                   COUNTER(undecodable));
}

static void
too_big(void)
{
    expect_failure("big", "the answer is over 1048576 bytes", COUNTER(failed));
}

static void
endless(void)
{
    expect_failure("endless", "the answer is over 1048576 bytes",
                   COUNTER(failed));
}

static void
endless_headers(void)
{
    expect_failure("headers", "the headers of the answer are over 65536 bytes",
                   COUNTER(failed));
}

/* The fake stays silent, from the start or in the middle of its answer. */
static void
expect_expiry(const char *payload)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT];
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.reply_timeout = 100;
    web_scene_set(&scene, &options);
    web_scene_send(&scene, payload);
    web_scene_take_error(&scene, text);
    MUST(!strncmp(text, "ETIMEDOUT http://127.0.0.1:", 27));
    EQUAL_INT(1, web_scene_stats(&scene).expired);
    web_scene_end(&scene);
}

static void
silent(void)
{
    expect_expiry("hang");
}

static void
silent_in_the_middle(void)
{
    expect_expiry("half");
}

static void
a_silent_one_holds_up_what_is_behind_it_until_then(void)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT];
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.reply_timeout = 1000;
    web_scene_set(&scene, &options);
    web_scene_send(&scene, "hang");
    web_scene_send(&scene, "500");
    web_scene_send(&scene, "other");
    web_scene_take_error(&scene, text);
    CONTAINS("ETIMEDOUT", text);
    web_scene_take_error(&scene, text);
    CONTAINS("status 500", text);
    web_scene_take_error(&scene, text);
    CONTAINS("another message", text);
    web_scene_end(&scene);
}

static void
refused_and_there_later(void)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT];
    web_scene_reserve(&scene);
    web_scene_start(&scene, NULL);
    web_scene_send(&scene, "early");
    web_scene_take_error(&scene, text);
    CONTAINS("ECONNREFUSED", text);
    CONTAINS(scene.fake.url, text);
    EQUAL_INT(1, web_scene_stats(&scene).failed);
    fake_http_listen(&scene.fake);
    web_scene_send(&scene, "late");
    expect_payload(scene.pull, "late!");
    web_scene_end(&scene);
}

static void
a_password_is_not_told(void)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT], address[128];
    palm_part_options_t options;
    palm_part_options_init(&options);
    web_scene_reserve(&scene);
    (void)snprintf(address, sizeof address, "http://me:secret@%.56s",
                   scene.fake.url + strlen("http://"));
    options.address = address;
    web_scene_start(&scene, &options);
    fake_http_listen(&scene.fake);
    web_scene_send(&scene, "500");
    web_scene_take_error(&scene, text);
    CONTAINS(scene.fake.url, text);
    MUST(!strstr(text, "secret"));
    CONTAINS("\r\nAuthorization: Basic bWU6c2VjcmV0\r\n",
             fake_http_seen(&scene.fake).head);
    web_scene_end(&scene);
}

static char logged[PALM_ERROR_TEXT];

static void
keep_line(int level, const char *id, const char *text, void *arg)
{
    (void)level;
    (void)arg;
    if (!strcmp(id, "PALM-PART-FAILED")) {
        (void)snprintf(logged, sizeof logged, "%s", text);
    }
}

static void
a_failure_is_logged(void)
{
    struct web_scene scene;
    char text[PALM_ERROR_TEXT], expected[2 * PALM_ERROR_TEXT];
    palm_server_options_t server;
    palm_server_options_init(&server);
    server.log = (palm_log_t){keep_line, NULL, PALM_LOG_WARNING};
    web_scene_reserve(&scene);
    scene.server = &server;
    fake_http_listen(&scene.fake);
    web_scene_start(&scene, NULL);
    web_scene_send(&scene, "500");
    web_scene_take_error(&scene, text);
    (void)snprintf(expected, sizeof expected, "outbound Http: %s", text);
    web_scene_end(&scene); /* then nobody else writes to logged */
    EQUAL_TEXT(expected, logged);
}

static void
what_is_no_address_is_refused_at_start(void)
{
    static const char *const addresses[] = {
        "nonsense",          "127.0.0.1:80", "tcp://127.0.0.1:80",
        "ftp://127.0.0.1/x", "http://",      "http://127.0.0.1:99999/",
        "file:///etc/hosts",
    };
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct rig rig;
        palm_error_t err = {0, ""};
        palm_part_options_t options;
        palm_part_options_init(&options);
        options.address = addresses[i];
        rig_init(&rig, NULL);
        rig_add(&rig, "HttpConnection", "Http", NULL, &options);
        FAILS(EINVAL, palm_server_start(rig.server, &err));
        CONTAINS("outbound Http: ", err.text);
        CONTAINS(addresses[i], err.text);
        rig_drop(&rig);
    }
}

static const struct tap_test tests[] = {
    {"status 500: an error result with the reason of the web worker",
     status_500},
    {"status 404: the same", status_404},
    {"a page of HTML is not quoted", a_page},
    {"a redirect is not followed", a_redirect},
    {"a connection closed without an answer: an error result", closed},
    {"a connection closed in the middle of an answer: the same", cut},
    {"what is no HTTP: the same", no_http},
    {"another message: the same, counted as undecodable", another_message},
    {"what is no PalmMessage: the same", no_message},
    {"an empty answer is another message", nothing},
    {"an answer over max_message_size: an error result", too_big},
    {"an answer without an end: the same", endless},
    {"headers without an end: the same", endless_headers},
    {"a silent web worker: an error result, counted as expired", silent},
    {"one that is silent in the middle of its answer: the same",
     silent_in_the_middle},
    {"results stay in order when the first one expires",
     a_silent_one_holds_up_what_is_behind_it_until_then},
    {"a web worker that is not there yet: an error result, later an answer",
     refused_and_there_later},
    {"a password in the address is sent, but not told", a_password_is_not_told},
    {"a failure is logged in the same words", a_failure_is_logged},
    {"what is no address to post to is refused at the start",
     what_is_no_address_is_refused_at_start},
};

TAP_MAIN("http_failure", tests)
