/* SPDX-License-Identifier: MIT */
/* work.c: the profiles that are workers, and the one that only tells of us. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conformance/targets/palm_target/control.h"
#include "conformance/targets/palm_target/functions.h"
#include "conformance/targets/palm_target/signals.h"
#include "harness/program/program.h"

static int
say_ready(struct target *target, const char *http_address)
{
    FILE *facts = control_ready_begin(target);
    if (facts && http_address) {
        fprintf(facts, "http_address=%s\n", http_address);
    }
    return control_ready_end(target, facts) ? program_error("out of memory")
                                            : PROGRAM_OK;
}

/* Until a signal, which ends the process. */
static void
wait_for_the_end(void)
{
    signals_leave_at_once();
    for (;;) {
        (void)pause();
    }
}

/* A worker that cannot work says it; the suite stops it. */
static void
give_up(struct target *target, const char *text)
{
    control_error(target, text);
    wait_for_the_end();
}

int
target_describe(struct target *target)
{
    if (say_ready(target, NULL)) {
        return PROGRAM_FAILED;
    }
    wait_for_the_end();
    return PROGRAM_OK;
}

/* --- of a master ---------------------------------------------------------- */

static void
stop_worker(void *arg)
{
    palm_worker_stop(arg);
}

static int
register_functions(palm_worker_t *worker, bool is_mux)
{
    for (const struct target_function *i = target_functions; i->name; i++) {
        if ((is_mux || !i->is_many)
            && palm_worker_register(worker, i->name,
                                    i->is_many ? PALM_YIELDS_MANY
                                               : PALM_YIELDS_ONE,
                                    i->function, NULL)) {
            return -1;
        }
    }
    return 0;
}

int
target_work(struct target *target)
{
    palm_worker_options_t options;
    palm_worker_t *worker;
    palm_error_t err = {0, ""};
    palm_worker_options_init(&options);
    options.db_address = target_setting(target, "db_address");
    options.pull_address = target_setting(target, "worker_push_address");
    options.push_address = target_setting(target, "worker_pull_address");
    options.log = target->log;
    if (!options.db_address
        && !(options.pull_address && options.push_address)) {
        (void)palm_error_set(&err, EINVAL,
                             "a worker needs db_address, or both addresses");
        return control_fail(target, &err);
    }
    signals_leave_at_once(); /* the lookup may take longer than a stop */
    int status = say_ready(target, NULL);
    if (!(worker = palm_worker_new(&options, &err))) {
        give_up(target, err.text);
    }
    if (register_functions(worker, !strcmp(target->profile, "mux-worker"))) {
        give_up(target, palm_strerror(errno));
    }
    signals_call(stop_worker, worker);
    if (palm_worker_run(worker)) {
        give_up(target, palm_strerror(errno));
    }
    signals_only_wake();
    palm_worker_destroy(&worker);
    return status;
}

/* --- of the web ----------------------------------------------------------- */

static void
stop_web_worker(void *arg)
{
    palm_web_worker_stop(arg);
}

int
target_work_for_web(struct target *target)
{
    palm_web_worker_options_t options;
    palm_web_worker_t *worker;
    palm_error_t err = {0, ""};
    palm_web_worker_options_init(&options);
    options.address = "http://127.0.0.1:*";
    options.log = target->log;
    if (!(worker = palm_web_worker_new(&options, &err))) {
        return control_fail(target, &err);
    }
    int status = PROGRAM_OK;
    for (const struct target_function *i = target_functions; i->name; i++) {
        if (!i->is_many
            && palm_web_worker_register(worker, i->name, i->function, NULL)) {
            status = program_error("%s: %s", i->name, palm_strerror(errno));
        }
    }
    if (!status) {
        status = say_ready(target, palm_web_worker_endpoint(worker));
        signals_call(stop_web_worker, worker);
        palm_web_worker_run(worker);
        signals_only_wake();
    }
    palm_web_worker_destroy(&worker);
    return status;
}
