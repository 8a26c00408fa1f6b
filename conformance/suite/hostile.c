/* SPDX-License-Identifier: MIT */
/* hostile.c: PALM-HOSTILE: what comes in messages, at a master, a cache and a
 * RepService.  Peers that misbehave are in hostile_peers.c, other targets in
 * hostile_parts.c, hostile_servers.c, hostile_gate.c and hostile_web.c. */
#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

static struct message
numbered(struct test *test, size_t number)
{
    struct message message =
        message_of("palm.echo", test_text(test, "good %zu", number));

    message.cache = bytes_text("tag");
    return message;
}

/* What came of a bad frame may be before the good one if that does not matter:
 * whether it is dropped is asked by PALM-WIRE. */
enum before { NOTHING_BEFORE, ANYTHING_BEFORE };

static bool
is_other(struct test *test, struct bytes frame, const struct message *good)
{
    struct message message;

    return message_decode(test, frame, &message) != NULL
           || !bytes_equal(message.payload, good->payload);
}

static void
check_work_goes_on(struct master *master, const char *behind, size_t number,
                   enum before before)
{
    struct message good = numbered(master->test, number);
    struct bytes frame;

    peer_send(master_client(master), message_encode(master->test, &good));
    do {
        frame = peer_receive_one(master_work(master));
    } while (before == ANYTHING_BEFORE && is_other(master->test, frame, &good));
    check_same(master->test,
               test_text(master->test, "the work behind \"%s\"", behind), frame,
               &good);
}

static void
check_results_go_on(struct master *master, const char *behind, size_t number,
                    enum before before)
{
    struct message good = numbered(master->test, number);
    struct frames frames;

    peer_send(master_done(master), message_encode(master->test, &good));
    do {
        frames = peer_receive(master_results(master, ""));
        check_frames(master->test, behind, &frames, 2);
    } while (before == ANYTHING_BEFORE
             && is_other(master->test, frames.frame[1], &good));
    check_same(master->test,
               test_text(master->test, "the result behind \"%s\"", behind),
               frames.frame[1], &good);
}

/* --- a master ------------------------------------------------------------- */

/* "… go on after each kind of undecodable frame at `pull_address` …" */
static void
hostile_001_work_goes_on(struct test *test)
{
    struct master master;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    master_start(&master, test, NULL);
    (void)master_work(&master);
    for (i = 0; i < count; i++) {
        peer_send(master_client(&master), spoiled[i].frame);
        check_work_goes_on(&master, spoiled[i].name, i, ANYTHING_BEFORE);
    }
}

/* "… at `worker_pull_address`: the next good result is published …" */
static void
hostile_002_results_go_on(struct test *test)
{
    struct master master;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    master_start(&master, test, NULL);
    (void)master_results(&master, "");
    for (i = 0; i < count; i++) {
        peer_send(master_done(&master), spoiled[i].frame);
        check_results_go_on(&master, spoiled[i].name, i, ANYTHING_BEFORE);
    }
}

/* "… drop a message of several frames at `pull_address` and at
 * `worker_pull_address`, whole, and go on." */
static void
check_several_frames(struct test *test, size_t count, bool empty_first)
{
    struct master master;
    struct bytes *frames = test_memory(test, count * sizeof *frames);
    const char *what = test_text(test, "%zu frames", count);
    size_t i;

    for (i = 0; i < count; i++) {
        frames[i] = frame_of(test, "palm.echo", test_text(test, "part %zu", i));
    }
    if (empty_first) {
        frames[0] = bytes_text("");
    }
    master_start(&master, test, NULL);
    (void)master_work(&master);
    (void)master_results(&master, "");
    for (i = 0; i < 3; i++) {
        peer_send_frames(master_client(&master), frames, count);
        check_work_goes_on(&master, what, i, NOTHING_BEFORE);
        peer_send_frames(master_done(&master), frames, count);
        check_results_go_on(&master, what, i, NOTHING_BEFORE);
    }
}

static void
hostile_003_two_frames_are_dropped(struct test *test)
{
    check_several_frames(test, 2, false);
}

static void
hostile_003_envelope_is_dropped(struct test *test)
{
    check_several_frames(test, 2, true);
}

static void
hostile_003_three_frames_are_dropped(struct test *test)
{
    check_several_frames(test, 3, false);
}

static void
hostile_003_thousand_frames_are_dropped(struct test *test)
{
    check_several_frames(test, 1000, false);
}

/* --- a cache -------------------------------------------------------------- */

static struct peer *
cache_with_key(struct test *test, int type)
{
    struct target *target = target_start(test, "cache", NULL);
    struct peer *cache = peer_connect(test, "cache client", type,
                                      target_address(target, "db_address"));

    check_text(
        test, "the reply to set",
        peer_ask(cache, cache_request(test, "set", "key", bytes_text("value"))),
        "key");
    return cache;
}

static void
check_cache_goes_on(struct peer *cache, const char *behind)
{
    struct bytes reply = peer_ask(
        cache, cache_request(cache->test, "get", "", bytes_text("key")));

    check_text(cache->test,
               test_text(cache->test, "the reply behind \"%s\"", behind), reply,
               "value");
}

/* "… answer an undecodable request with an empty frame, and the next good one
 * right." */
static void
hostile_009_undecodable_request(struct test *test)
{
    struct peer *cache = cache_with_key(test, ZMQ_REQ);
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    for (i = 0; i < count; i++) {
        check_text(test, spoiled[i].name, peer_ask(cache, spoiled[i].frame),
                   "");
        check_cache_goes_on(cache, spoiled[i].name);
    }
}

/* "… a request of several frames … with one empty frame …" */
static void
hostile_010_several_frames(struct test *test)
{
    static const size_t counts[] = {2, 3, 1000};
    struct peer *cache = cache_with_key(test, ZMQ_REQ);
    struct bytes *frames = test_memory(test, 1000 * sizeof *frames);
    size_t i;

    for (i = 0; i < 1000; i++) {
        frames[i] = cache_request(test, "get", "", bytes_text("key"));
    }
    for (i = 0; i < COUNT_OF(counts); i++) {
        const char *what = test_text(test, "%zu frames", counts[i]);

        peer_send_frames(cache, frames, counts[i]);
        check_text(test, what, peer_receive_one(cache), "");
        check_cache_goes_on(cache, what);
    }
}

/* "… and the empty frame, with one empty frame …" */
static void
hostile_010_empty_frame(struct test *test)
{
    struct peer *cache = cache_with_key(test, ZMQ_REQ);

    check_text(test, "the reply", peer_ask(cache, bytes_text("")), "");
    check_cache_goes_on(cache, "the empty frame");
}

/* "… a `get` and a `delete` with an empty key, with an empty frame …" */
static void
hostile_011_empty_keys(struct test *test)
{
    static const char *const verbs[] = {"get", "delete"};
    struct peer *cache = cache_with_key(test, ZMQ_REQ);
    size_t i;

    for (i = 0; i < COUNT_OF(verbs); i++) {
        check_text(
            test, verbs[i],
            peer_ask(cache, cache_request(test, verbs[i], "", bytes_text(""))),
            "");
        check_cache_goes_on(cache, verbs[i]);
    }
}

/* "… go on when a DEALER sends a request without the empty delimiter frame." */
static void
hostile_012_no_delimiter(struct test *test)
{
    struct peer *cache = cache_with_key(test, ZMQ_DEALER);
    struct peer *other;
    struct bytes request = cache_request(test, "get", "", bytes_text("key"));
    struct bytes many[FRAMES_MAX];
    size_t i;

    for (i = 0; i < FRAMES_MAX; i++) {
        many[i] = request;
    }
    other = peer_connect(test, "other client", ZMQ_REQ, cache->address);
    peer_send(cache, request);
    check_cache_goes_on(other, "one frame");
    peer_send_frames(cache, many, 2);
    check_cache_goes_on(other, "two frames");
    peer_send_frames(cache, many, FRAMES_MAX);
    check_cache_goes_on(other, "many frames");
    many[FRAMES_MAX - 1] = bytes_text(""); /* a delimiter, and no request */
    peer_send_frames(cache, many, FRAMES_MAX);
    check_cache_goes_on(other, "a delimiter at the end");
    check_cache_goes_on(cache, "both");
}

/* Requests of one peer are answered in order: when its last one has been, all
 * have. */
static void
await_marker(struct peer *cache, struct peer *deaf)
{
    struct test *test = cache->test;
    struct bytes get = cache_request(test, "get", "", bytes_text("marker"));
    int64_t until = now() + (int64_t)bound(test) * 1000;
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};

    frames[1] = cache_request(test, "set", "marker", bytes_text("set"));
    peer_send_frames(deaf, frames, 2);
    while (!bytes_are(peer_ask(cache, get), "set")) {
        check_that(test, now() < until,
                   "the requests of the deaf client are not served in %d ms",
                   bound(test));
    }
}

/* "… a peer sends 1,000 requests and reads no answer …" */
static void
hostile_013_answers_are_not_read(struct test *test)
{
    struct peer *cache = cache_with_key(test, ZMQ_REQ);
    struct peer *deaf =
        peer_connect(test, "deaf client", ZMQ_DEALER, cache->address);
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    int i;

    frames[1] = cache_request(test, "get", "", bytes_text("key"));
    for (i = 0; i < 1000; i++) {
        peer_send_frames(deaf, frames, 2);
    }
    check_cache_goes_on(cache, "1,000 requests");
    await_marker(cache, deaf);
    peer_close(deaf);
    check_cache_goes_on(cache, "a client that has left");
}

/* "… or leaves with a request under way." */
static void
hostile_013_client_leaves(struct test *test)
{
    struct peer *cache = cache_with_key(test, ZMQ_REQ);
    int i;

    for (i = 0; i < 50; i++) {
        struct peer *brief =
            peer_connect(test, "leaving client", ZMQ_REQ, cache->address);

        peer_send(brief, cache_request(test, "get", "", bytes_text("key")));
        peer_close(brief);
        check_cache_goes_on(cache, "a client that leaves");
    }
}

/* "… a `function` of only dots, only blanks, or 1 MiB with one frame …" */
static void
hostile_014_odd_functions(struct test *test)
{
    static const char *const functions[] = {".",     "..",  "....", " ",
                                            "     ", ". .", " . "};
    struct peer *cache = cache_with_key(test, ZMQ_REQ);
    struct message large = message_of("", "key");
    size_t i;

    for (i = 0; i < COUNT_OF(functions); i++) {
        (void)peer_ask(cache, frame_of(test, functions[i], "key"));
        check_cache_goes_on(cache, functions[i]);
    }
    large.function = bytes_filled(test, 'x', 1024 * 1024);
    (void)peer_ask(cache, message_encode(test, &large));
    check_cache_goes_on(cache, "1 MiB");
    large.function = bytes_filled(test, '.', 1024 * 1024);
    (void)peer_ask(cache, message_encode(test, &large));
    check_cache_goes_on(cache, "1 MiB of dots");
}

/* --- a RepService --------------------------------------------------------- */

/* With block = no, an outbound part and its peer: a good one is answered 1. */
static void
check_rep_goes_on(struct peer *rep, struct peer *out, const char *behind)
{
    struct test *test = rep->test;
    struct message good = numbered(test, 1);

    check_text(test, test_text(test, "the reply behind \"%s\"", behind),
               peer_ask(rep, message_encode(test, &good)), "1");
    check_same(test, "what the part behind gets", peer_receive_one(out), &good);
}

static void
open_rep(struct test *test, int type, struct peer **rep, struct peer **out)
{
    struct target *target =
        target_start(test, "rep", "block", "no", "outbound", "push", NULL);

    *out = peer_connect(test, "worker", ZMQ_PULL,
                        target_address(target, "push_address"));
    *rep = peer_connect(test, "asker", type,
                        target_address(target, "rep_address"));
}

/* "… answer each kind of undecodable request with `0`, and the next good one
 * right." */
static void
hostile_015_undecodable_request(struct test *test)
{
    struct peer *rep;
    struct peer *out;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    open_rep(test, ZMQ_REQ, &rep, &out);
    for (i = 0; i < count; i++) {
        (void)peer_ask(rep, spoiled[i].frame);
        check_rep_goes_on(rep, out, spoiled[i].name);
    }
}

/* "… a DEALER sends several requests before it reads an answer, and answer
 * each." */
static void
hostile_016_requests_ahead(struct test *test)
{
    enum { REQUESTS = 50 };
    struct peer *rep;
    struct peer *out;
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    size_t i;

    open_rep(test, ZMQ_DEALER, &rep, &out);
    for (i = 0; i < REQUESTS; i++) {
        struct message message = numbered(test, i);

        frames[1] = message_encode(test, &message);
        peer_send_frames(rep, frames, 2);
    }
    for (i = 0; i < REQUESTS; i++) {
        struct frames reply = peer_receive(rep);
        struct message message = numbered(test, i);

        check_frames(test, "the reply", &reply, 2);
        check_text(test, "the reply", reply.frame[1], "1");
        check_same(test, "what the part behind gets", peer_receive_one(out),
                   &message);
    }
    check_rep_goes_on(rep, out, "requests ahead");
}

const struct test_entry hostile_tests[] = {
    TEST("PALM-HOSTILE-001", hostile_001_work_goes_on),
    TEST("PALM-HOSTILE-002", hostile_002_results_go_on),
    TEST("PALM-HOSTILE-003", hostile_003_two_frames_are_dropped),
    TEST("PALM-HOSTILE-003", hostile_003_envelope_is_dropped),
    TEST("PALM-HOSTILE-003", hostile_003_three_frames_are_dropped),
    TEST("PALM-HOSTILE-003", hostile_003_thousand_frames_are_dropped),
    TEST("PALM-HOSTILE-009", hostile_009_undecodable_request),
    TEST("PALM-HOSTILE-010", hostile_010_several_frames),
    TEST("PALM-HOSTILE-010", hostile_010_empty_frame),
    TEST("PALM-HOSTILE-011", hostile_011_empty_keys),
    TEST("PALM-HOSTILE-012", hostile_012_no_delimiter),
    TEST("PALM-HOSTILE-013", hostile_013_answers_are_not_read),
    TEST("PALM-HOSTILE-013", hostile_013_client_leaves),
    TEST("PALM-HOSTILE-014", hostile_014_odd_functions),
    TEST("PALM-HOSTILE-015", hostile_015_undecodable_request),
    TEST("PALM-HOSTILE-016", hostile_016_requests_ahead),
    END_OF_TESTS,
};
