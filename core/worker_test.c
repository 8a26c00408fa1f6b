/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/worker.h"

#include <signal.h>
#include <string.h>

#include "harness/support/fake_worker.h"

enum { SHORT = 100 }; /* ms in which something is expected not to happen */

/* Yields until it is told to stop; stores the errno that told it. */
static int
flood(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    static char block[65536];
    palm_slice_t payload = {block, sizeof block};
    (void)message;
    while (!palm_reply(reply, payload)) {
    }
    *(int *)arg = errno;
    return -1;
}

/* palm_worker_new() fails with this code, and its text names this. */
static void
new_fails(int code, const char *names, const palm_worker_options_t *options)
{
    palm_error_t err = {0, ""};
    palm_worker_t *worker = palm_worker_new(options, &err);
    int got = errno;
    MUST(worker == NULL);
    EQUAL_INT(code, got);
    CONTAINS(names, err.text);
}

static void
worker_without_addresses_fails_with_their_names(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    options.timeout = SHORT;
    fake_be_silent(&fake, 1);
    new_fails(ETIMEDOUT, fake.db, &options);
    options.timeout = tap_deadline();
    fake_put(&fake, "worker_push_address", NULL);
    new_fails(ENOENT, "worker_push_address", &options);
    fake_put(&fake, "worker_push_address", "nonsense");
    new_fails(EINVAL, "nonsense", &options);
    EQUAL_TEXT("_.get", fake_last(&fake).function);
    EQUAL_INT(36, strlen(fake_last(&fake).pipeline));
    options.prefetch = 0;
    new_fails(EINVAL, "prefetch", &options);
    fake_stop(&fake);
}

static void
worker_with_both_addresses_needs_no_cache(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    options.db_address = NULL;
    options.pull_address = fake.worker_push_address;
    options.push_address = fake.worker_pull_address;
    make_worker(&options);
    give("echo", PALM_YIELDS_ONE, echo, NULL);
    start_worker();
    push("srv.echo", 0, "x");
    result_is("x");
    EQUAL_INT(0, fake_requests(&fake));
    stop();
}

/* The master would drop it. */
static void
a_result_over_the_masters_limit_is_an_error(void)
{
    fake_start(&fake, "srv");
    fake_put(&fake, "worker_pull_address.max_message_size", "1000");
    palm_worker_options_t options = default_options();
    char large[1001];
    make_worker(&options);
    give("echo", PALM_YIELDS_ONE, echo, NULL);
    start_worker();
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    push("srv.echo", 0, large);
    error_is("EMSGSIZE the result has 1036 bytes, the server takes 1000 at "
             "most");
    push("srv.echo", 0, "small");
    result_is("small");
    AWAIT_INT(1, stats().errors);
    AWAIT_INT(2, stats().results);
    stop();
}

static void
a_limit_that_is_no_number_is_refused(void)
{
    static const char *const limits[] = {"1 kB", "-5", "0",
                                         "99999999999999999999", " 7"};
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        fake_put(&fake, "worker_pull_address.max_message_size", limits[i]);
        new_fails(EBADMSG, "worker_pull_address.max_message_size", &options);
    }
    fake_stop(&fake);
}

static void
wrong_function_names_are_refused(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    make_worker(&options);
    static const char *const names[] = {"", "a.b", "a b", NULL};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        FAILS(EINVAL, palm_worker_register(runner.worker, names[i],
                                           PALM_YIELDS_ONE, echo, NULL));
    }
    finish();
}

static void
worker_ends_after_so_many_messages(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    options.messages = 2;
    make_worker(&options);
    give("echo", PALM_YIELDS_ONE, echo, NULL);
    start_worker();
    for (int i = 0; i < 3; i++) {
        push("srv.echo", 0, "x");
    }
    MUST(!pthread_join(runner.thread, NULL));
    EQUAL_INT(0, runner.result);
    AWAIT_INT(2, stats().received);
    palm_worker_destroy(&runner.worker);
    result_is("x");
    result_is("x");
    MUST(!fake_has(fake.worker_pull));
    fake_stop(&fake);
}

static void
stop_ends_an_idle_worker_and_one_not_begun(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    make_worker(&options);
    palm_worker_stop(runner.worker);
    EQUAL_INT(0, palm_worker_run(runner.worker));
    finish();
    start_with("echo", PALM_YIELDS_ONE, echo, NULL);
    push("srv.echo", 0, "x");
    result_is("x");
    stop();
}

static bool
has_stalled(void *arg)
{
    uint64_t *before = arg;
    uint64_t now = stats().results;
    bool same = now > 0 && now == *before;
    *before = now;
    return same;
}

/* Nobody reads the results, so the worker waits for room in the middle of a
 * function; the stop ends that wait, and the function. */
static void
stop_ends_a_worker_whose_results_are_not_taken(void)
{
    int told = 0;
    uint64_t before = 0;
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    options.linger = 0;
    make_worker(&options);
    give("flood", PALM_YIELDS_MANY, flood, &told);
    start_worker();
    push("srv.flood", 0, "");
    MUST(tap_await(has_stalled, &before));
    stop_worker();
    EQUAL_INT(ECANCELED, told);
    EQUAL_TEXT("PALM-WORKER-UNSENT", runner.log_id);
    finish();
}

static palm_worker_t *worker_of_signal;

static void
on_signal(int number)
{
    (void)number;
    palm_worker_stop(worker_of_signal);
}

static void
stop_may_be_called_by_a_signal_handler(void)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    start_with("echo", PALM_YIELDS_ONE, echo, NULL);
    worker_of_signal = runner.worker;
    MUST(!sigaction(SIGUSR1, &action, &old));
    MUST(!pthread_kill(runner.thread, SIGUSR1));
    MUST(!pthread_join(runner.thread, NULL));
    MUST(!sigaction(SIGUSR1, &old, NULL));
    EQUAL_INT(0, runner.result);
    finish();
}

static const struct tap_test tests[] = {
    {"worker without addresses fails with their names",
     worker_without_addresses_fails_with_their_names},
    {"worker with both addresses needs no cache",
     worker_with_both_addresses_needs_no_cache},
    {"a result over the master's limit is an error",
     a_result_over_the_masters_limit_is_an_error},
    {"a limit that is no number is refused",
     a_limit_that_is_no_number_is_refused},
    {"wrong function names are refused", wrong_function_names_are_refused},
    {"worker ends after so many messages", worker_ends_after_so_many_messages},
    {"stop ends an idle worker, and one not begun",
     stop_ends_an_idle_worker_and_one_not_begun},
    {"stop ends a worker whose results are not taken",
     stop_ends_a_worker_whose_results_are_not_taken},
    {"stop may be called by a signal handler",
     stop_may_be_called_by_a_signal_handler},
};

TAP_MAIN("worker", tests)
