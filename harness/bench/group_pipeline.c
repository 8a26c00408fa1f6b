/* SPDX-License-Identifier: MIT */
/* group_pipeline.c: three servers in a row, against zmq_proxy in a row. */
#include "config.h"
#include "harness/bench/work.h"

/* The floor: three processes with one thread each.  On PALM's wire the first
 * one receives and publishes [topic, message], as there is a topic to be put
 * before; bare, all three are zmq_proxy and there is no topic. */
static const struct bench_work wire = {
    .run = bench_run_chain, .size = 100, .window = 1000, .topic = true};
static const struct bench_work bare = {
    .run = bench_run_chain, .size = 100, .window = 1000};
static const struct bench_work large = {
    .run = bench_run_chain, .size = 100000, .window = 64, .topic = true};
static const struct bench_work round_trip = {
    .run = bench_run_chain, .size = 100, .window = 1, .topic = true};

const struct bench_row bench_pipeline_rows[] = {
    {"pipeline-100B", "three servers, against the same wire", &wire, BENCH_RATE,
     "msg/s", false, 0.8, 1.0},
    {"pipeline-cpu", "CPU of the three for a message", &wire, BENCH_CPU,
     "us/msg", true, 0, 0},
    {"pipeline-bare", "three servers, against a wire without topics", &bare,
     BENCH_RATE, "msg/s", false, 0, 0},
    {"pipeline-100kB", "100 kB, against the same wire", &large, BENCH_RATE,
     "msg/s", false, 0.8, 1.0},
    {"pipeline-p50", "one message under way", &round_trip, BENCH_P50, "us",
     true, 0, 0},
};

const size_t bench_pipeline_row_count =
    sizeof bench_pipeline_rows / sizeof *bench_pipeline_rows;
