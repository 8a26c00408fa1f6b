/* SPDX-License-Identifier: MIT */
/* test.c: one test, from its begin to its verdict. */
#include "conformance/engine/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "conformance/engine/target.h"
#include "conformance/engine/trace.h"
#include "conformance/engine/verdict.h"

enum { BOUND = 5000 };

struct memory {
    struct memory *next;
    union {
        long long integer;
        long double number;
        void *pointer;
    } data[];
};

void *
test_memory(struct test *test, size_t size)
{
    struct memory *memory = calloc(1, sizeof *memory + size + 1);

    if (memory == NULL) {
        fputs("palm-conform: out of memory\n", stderr);
        abort();
    }
    memory->next = test->memories;
    test->memories = memory;
    return memory->data;
}

void
test_memory_free(struct memory *memories)
{
    while (memories != NULL) {
        struct memory *next = memories->next;

        free(memories);
        memories = next;
    }
}

bool
test_goes_on(struct test *test, unsigned least)
{
    int64_t until = test->began + (int64_t)(test->settings->soak * 1e6);

    if (test->rounds == 0) {
        test->kept = test->memories;
        test->quiet = true;
    }
    while (test->memories != test->kept) {
        struct memory *made = test->memories;

        test->memories = made->next;
        free(made);
    }
    if (test->rounds >= least && now() >= until) {
        return false;
    }
    test->rounds++;
    return true;
}

int64_t
now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int
bound_of(const struct test *test, int milliseconds)
{
    return (int)(milliseconds * test->settings->timeout_factor);
}

int
bound(const struct test *test)
{
    return bound_of(test, BOUND);
}

/* A verdict stands before a crash of the target is looked at: a target that
 * has died without being asked has spoilt a test that would have passed. */
static void
note_crash(struct test *test, struct outcome *outcome)
{
    struct target *target;

    for (target = test->targets; target != NULL; target = target->next) {
        if (target->pid == 0 || target->ended || target_lives(target)) {
            continue;
        }
        outcome->crash = target_end_text(target);
        outcome->log = target_log(target);
        if (outcome->verdict == VERDICT_PASS) {
            outcome->verdict = VERDICT_ERROR;
            outcome->reason = "the target ended before the test did";
        }
    }
}

/* The contract wants stdout empty.  A failure says more. */
static void
note_noise(struct test *test, struct outcome *outcome)
{
    struct target *target;

    for (target = test->targets; target != NULL; target = target->next) {
        if (outcome->verdict == VERDICT_PASS && target_is_noisy(target)) {
            outcome->verdict = VERDICT_ERROR;
            outcome->reason = "the target wrote to stdout";
        }
    }
}

void
test_end(struct test *test, enum verdict verdict, const char *expected,
         const char *actual, const char *format, ...)
{
    struct outcome outcome = {VERDICT_PASS, "", "", "", "", "", 0};
    struct target *target;
    va_list arguments;

    va_start(arguments, format);
    outcome.reason = test_text_list(test, format, arguments);
    va_end(arguments);
    outcome.verdict = verdict;
    outcome.expected = expected == NULL ? "" : expected;
    outcome.actual = actual == NULL ? "" : actual;
    note_crash(test, &outcome);
    for (target = test->targets; target != NULL; target = target->next) {
        target_kill(target);
    }
    note_noise(test, &outcome);
    if (outcome.verdict != VERDICT_PASS && *outcome.log == '\0'
        && test->targets != NULL) {
        outcome.log = target_log(test->targets);
    }
    outcome.elapsed = now() - test->began;
    trace_end(test);
    trace_event(test, "verdict", "%s %s", verdict_name(outcome.verdict),
                outcome.reason);
    if (test->trace != NULL) {
        (void)fclose(test->trace);
    }
    if (outcome_write(test, &outcome) != 0) {
        perror("palm-conform: verdict");
    }
    _exit(0);
}

void
test_run(const struct test_entry *entry, const struct settings *settings,
         const char *folder)
{
    struct test test;

    memset(&test, 0, sizeof test);
    test.entry = entry;
    test.rule = catalogue_find(entry->id);
    test.settings = settings;
    test.folder = folder;
    test.began = now();
    test.trace = fopen(test_text(&test, "%s/trace.tsv", folder), "w");
    test.context = zmq_ctx_new();
    if (test.trace == NULL || test.context == NULL) {
        perror("palm-conform: a test cannot begin");
        _exit(1);
    }
    entry->run(&test);
    if (test.rounds > 0) {
        test_end(&test, VERDICT_PASS, NULL, NULL, "%u rounds", test.rounds);
    }
    test_end(&test, VERDICT_PASS, NULL, NULL, "%s", "");
}
