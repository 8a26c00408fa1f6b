/* SPDX-License-Identifier: MIT */
/* Tests of palm-target, and of the sample adapters: they keep the contract. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "conformance/targets/started.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/palm.h"

static const char palm_target[] = "conformance/targets/palm-target";

/* Where nobody listens; what connects there only waits. */
#define NOBODY "tcp://127.0.0.1:9"

#define MASTER "pub_address worker_push_address worker_pull_address db_address "

/* --- all profiles --------------------------------------------------------- */

static const struct promise {
    const char *program;
    const char *profile;
    const char *settings[6];
    const char *endpoints; /* with a blank behind each */
    const char *needs;     /* a profile that must be claimed */
} promises[] = {
    {palm_target, "describe", {NULL}, "", "master"},
    {palm_target, "master", {NULL}, MASTER "pull_address ", "master"},
    {palm_target, "cache", {NULL}, "db_address preset.db_address ", "cache"},
    {palm_target, "rep", {NULL}, "rep_address push_address ", "rep"},
    {palm_target,
     "rep",
     {"outbound=work", "block=no", NULL},
     "rep_address work_push_address work_pull_address ",
     "rep"},
    {palm_target, "rep", {"outbound=none", NULL}, "rep_address ", "rep"},
    {palm_target, "hub", {"sub_address=" NOBODY, NULL}, MASTER, "hub"},
    {palm_target,
     "server",
     {"pipelined=yes", NULL},
     "pull_address pub_address db_address ",
     "server"},
    {palm_target,
     "pipeline",
     {"sub_address=" NOBODY, "to_client=no", NULL},
     "pub_address db_address ",
     "pipeline"},
    {palm_target,
     "sink",
     {"sub_addresses=" NOBODY " " NOBODY, "previous=a b", NULL},
     "pub_address db_address ",
     "sink"},
    {palm_target,
     "gateway",
     {NULL},
     "http_address router_address worker_push_address worker_pull_address ",
     "gateway"},
    {palm_target, "worker", {"db_address=" NOBODY, NULL}, "", "worker"},
    {palm_target,
     "mux-worker",
     {"worker_push_address=" NOBODY, "worker_pull_address=" NOBODY, NULL},
     "",
     "mux-worker"},
    {palm_target, "web-worker", {NULL}, "http_address ", "web-worker"},
    {palm_target, "client", {NULL}, "", "client"},
    {palm_target,
     "custom",
     {"part.a=inbound RepService route=a block=yes scatter=echo",
      "part.a=outbound PushPullService isolated=yes reply_timeout=100",
      "part.b=bypass CacheService",
      "part.c=inbound SubConnection address=" NOBODY " previous=t route=d",
      "part.d=outbound PubService pipelined=no gather=echo stream=echo", NULL},
     "part.a.address part.a.push_address part.a.pull_address part.b.address "
     "part.d.address ",
     "custom"},
    {palm_target,
     "custom",
     {"part.a=inbound HttpService route=b reply_timeout=50 max_body=10",
      "part.b=outbound HttpConnection address=http://127.0.0.1:9 max_workers=2",
      NULL},
     "part.a.address ",
     "http"},
    {"conformance/samples/adapter", "describe", {NULL}, "", "cache"},
    {"conformance/samples/adapter.py", "describe", {NULL}, "", "cache"},
    {"conformance/samples/adapter", "cache", {NULL}, "db_address ", "cache"},
    {"conformance/samples/adapter.py", "cache", {NULL}, "db_address ", "cache"},
};

enum { PROMISE_COUNT = sizeof promises / sizeof *promises };

static void
check_endpoints(const struct started *target, const char *keys)
{
    char key[64], address[STARTED_TEXT];
    int read;
    for (; sscanf(keys, "%63s%n", key, &read) == 1; keys += read) {
        started_fact(target, key, address);
        int fd = started_connect(address);
        if (fd < 0) {
            printf("# %s: nobody at %s\n", key, address);
        }
        MUST(fd >= 0);
        (void)close(fd);
    }
}

/* Whether READY claims the profile. */
static bool
claims(const struct started *target, const char *profile)
{
    char all[STARTED_TEXT + 2], word[64];
    started_fact(target, "profiles", all + 1);
    all[0] = ' ';
    (void)strcat(all, " ");
    (void)snprintf(word, sizeof word, " %s ", profile);
    return strstr(all, word) != NULL;
}

static bool
is_of_http(const struct promise *promise)
{
    const char *needs = promise->needs;
    return !strcmp(needs, "gateway") || !strcmp(needs, "web-worker")
           || !strcmp(needs, "http");
}

static void
keep(const struct promise *promise)
{
    struct started target;
    char text[STARTED_TEXT];
    if (!started_ready(&target, promise->program, promise->profile,
                       promise->settings)) {
        return;
    }
    printf("# %s is a %s\n", promise->program, promise->profile);
    started_fact(&target, "name", text);
    started_fact(&target, "version", text);
    started_fact(&target, "spec", text);
    EQUAL_TEXT("1", text);
    MUST(claims(&target, promise->needs));
    check_endpoints(&target, promise->endpoints);
    started_stop(&target);
}

static void
each_profile_is_served_and_stops(void)
{
    for (size_t i = 0; i < PROMISE_COUNT; i++) {
        if (promises[i].program == palm_target
            && (started_has_http() || !is_of_http(&promises[i]))) {
            keep(&promises[i]);
        }
    }
}

static void
the_sample_in_c_keeps_its_promise(void)
{
    keep(&promises[PROMISE_COUNT - 4]);
    keep(&promises[PROMISE_COUNT - 2]);
}

static void
the_sample_in_python_keeps_its_promise(void)
{
    keep(&promises[PROMISE_COUNT - 3]);
    keep(&promises[PROMISE_COUNT - 1]);
}

/* --- what is refused ------------------------------------------------------ */

static void
expect_end(const char *program, const char *profile,
           const char *const *settings, const char *verb, int status)
{
    struct started target;
    if (!started_begin(&target, program, profile, settings)) {
        return;
    }
    if (*verb) {
        started_hear(&target);
        EQUAL_TEXT(verb, target.verb);
        MUST(*target.text);
    }
    EQUAL_INT(status, started_end(&target));
}

static void
what_is_unknown_is_unimplemented(void)
{
    static const char *const unknown[][3] = {
        {"cache", "size=1", NULL},
        {"master", "scatter=sleep", NULL},
        {"master", "stream=count", NULL},
        {"rep", "outbound=pub", NULL},
        {"custom", "part.a=inbound FaxService", NULL},
        {"custom", "part.a=inbound PullService colour=red", NULL},
        {"custom", "part.a=inbound PullService address=" NOBODY, NULL},
        {"custom", "part.a=beside PullService", NULL},
        {"custom", "part.a=", NULL},
        {"http", NULL, NULL},
        {"postman", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        printf("# %s %s\n", unknown[i][0], unknown[i][1] ? unknown[i][1] : "");
        expect_end(palm_target, unknown[i][0], unknown[i] + 1, "UNIMPLEMENTED",
                   89);
    }
}

static void
wrong_settings_are_refused(void)
{
    static const char *const wrong[][4] = {
        {"master", "name=", NULL},
        {"master", "pipelined=perhaps", NULL},
        {"hub", NULL},
        {"worker", NULL},
        {"client", "timeout=soon", NULL},
        {"custom", "part.a=inbound PullConnection", NULL},
        {"custom", "part.a=inbound PushService", NULL},
        {"custom", "part.=inbound PullService", NULL},
        {"custom", "part.a=inbound PullService", "part.a=inbound RepService",
         NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        printf("# %s %s\n", wrong[i][0], wrong[i][1] ? wrong[i][1] : "");
        expect_end(palm_target, wrong[i][0], wrong[i] + 1, "REFUSED", 1);
    }
}

static void
a_route_to_nowhere_is_refused_with_both_names(void)
{
    static const char *const settings[] = {
        "part.in=inbound PullService route=nowhere", NULL};
    struct started target;
    MUST(started_begin(&target, palm_target, "custom", settings));
    started_hear(&target);
    EQUAL_TEXT("REFUSED", target.verb);
    CONTAINS("inbound in:", target.text);
    CONTAINS("nowhere", target.text);
    EQUAL_INT(1, started_end(&target));
}

static void
a_sample_does_not_guess(void)
{
    static const char *const setting[] = {"pipelined=yes", NULL};
    expect_end("conformance/samples/adapter", "gateway", NULL, "", 89);
    expect_end("conformance/samples/adapter", "cache", setting, "", 89);
}

static void
the_sample_in_python_does_not_guess(void)
{
    expect_end("conformance/samples/adapter.py", "master", NULL, "", 89);
}

static void
expect_stores(const char *sample)
{
    struct started target;
    if (!started_ready(&target, sample, "cache", NULL)) {
        return;
    }
    void *req = started_peer_of(&target, ZMQ_REQ, "db_address");
    expect_reply(req, "_.get", NULL, "key", "");
    expect_reply(req, "_.set", "key", "value", "key");
    expect_reply(req, "_.get", NULL, "key", "value");
    expect_reply(req, "_.delete", NULL, "key", "key");
    expect_reply(req, "_.get", NULL, "key", "");
    send_text(req, "\xff\xff\xff\xff", 0);
    expect_text(req, "", false);
    expect_reply(req, "nonsense", "key", "value", "");
    started_stop(&target);
}

static void
the_sample_in_c_stores(void)
{
    expect_stores("conformance/samples/adapter");
}

static void
the_sample_in_python_stores(void)
{
    expect_stores("conformance/samples/adapter.py");
}

static const struct tap_test tests[] = {
    {"each profile is served, and stops", each_profile_is_served_and_stops},
    {"what is unknown is unimplemented", what_is_unknown_is_unimplemented},
    {"wrong settings are refused", wrong_settings_are_refused},
    {"a route to nowhere is refused with both names",
     a_route_to_nowhere_is_refused_with_both_names},
    {"the sample in C keeps its promise", the_sample_in_c_keeps_its_promise},
    {"the sample in C stores", the_sample_in_c_stores},
    {"the sample in C does not guess", a_sample_does_not_guess},
    {"the sample in Python keeps its promise",
     the_sample_in_python_keeps_its_promise},
    {"the sample in Python does not guess",
     the_sample_in_python_does_not_guess},
    {"the sample in Python stores", the_sample_in_python_stores},
};

TAP_MAIN("target", tests)
