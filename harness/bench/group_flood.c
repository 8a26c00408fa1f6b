/* SPDX-License-Identifier: MIT */
/* group_flood.c: what one client gets while another peer does what it should
 * not, against what it gets without.  Here the floor is the same master,
 * undisturbed. */
#include "config.h"
#include "harness/bench/work.h"

#define FLOOD(name)                                                            \
    .run = bench_run_flood, .size = 100, .workers = 2, .window = 512,          \
    .attack = (name)

#define CACHE(name)                                                            \
    .run = bench_run_flood, .size = 100, .clients = 1, .attack = (name)

static const struct bench_work monitor = {FLOOD("monitor")};
static const struct bench_work beginning = {FLOOD("beginning")};
static const struct bench_work trickle = {FLOOD("trickle")};
static const struct bench_work twin = {FLOOD("twin"),
                                       .setting = "Pub.slow_timeout=1s"};
static const struct bench_work absent = {FLOOD("absent")};
static const struct bench_work names = {FLOOD("long-names")};
static const struct bench_work frames = {FLOOD("no-subscriptions")};
static const struct bench_work subscriptions = {FLOOD("subscriptions")};
static const struct bench_work churn = {FLOOD("churn")};
static const struct bench_work huge = {FLOOD("huge-topic")};
static const struct bench_work list = {CACHE("list")};
static const struct bench_work frames_alone = {FLOOD("no-subscriptions"),
                                               .no_floor = true};
static const struct bench_work subscriptions_alone = {FLOOD("subscriptions"),
                                                      .no_floor = true};

#define RATE BENCH_RATE, "msg/s", false

const struct bench_row bench_flood_rows[] = {
    {"flood-monitor", "a SUB of \"\" that does not read", &monitor, RATE, 0.9,
     1},
    {"flood-beginning", "a SUB of a beginning that does not read", &beginning,
     RATE, 0.9, 1},
    {"flood-trickle", "a SUB of \"\" that reads one a second", &trickle, RATE,
     0.9, 1},
    {"flood-twin", "a SUB of the same topic that does not read", &twin, RATE,
     0.8, 0.9},
    {"flood-absent", "420,000 messages of clients that never come", &absent,
     RATE, 0.5, 0.7},
    {"flood-names", "a client's name of 1 MiB, and a SUB of 256 bytes", &names,
     RATE, 0.9, 1},
    {"flood-frames", "frames that are no subscriptions", &frames, RATE, 0.8, 1},
    {"flood-frames-memory", "what they cost", &frames_alone, BENCH_PEAK, "MiB",
     true, 64, 16},
    {"flood-subs", "1,000,000 subscriptions", &subscriptions, RATE, 0.8, 1},
    {"flood-subs-memory", "what they cost", &subscriptions_alone, BENCH_PEAK,
     "MiB", true, 64, 16},
    {"flood-churn", "subscriptions that come and go", &churn, RATE, 0.8, 1},
    {"flood-topic", "a subscription of 60 MiB each second", &huge, RATE, 0.8,
     1},
    {"flood-list", "cache: list of 200,000 keys, all the time", &list,
     BENCH_RATE, "op/s", false, 0.5, 0.7},
};

const size_t bench_flood_row_count =
    sizeof bench_flood_rows / sizeof *bench_flood_rows;
