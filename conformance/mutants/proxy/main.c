/* SPDX-License-Identifier: MIT */
/* main.c: palm-mutant.  See mutant.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/mutants/faults.h"
#include "conformance/mutants/proxy/lane.h"
#include "conformance/mutants/proxy/web.h"

enum {
    ITEMS_MAX = 4096,
    QUIET = 50 /* ms without a message: what the dead have sent is through */
};

static const struct settings no_settings = {NULL, NULL, "", 1, 0};
static const struct fault no_fault = {
    "none", "breaks nothing", NULL, NULL, NULL, NULL, LIFE_NORMAL};

/* --- the loop ------------------------------------------------------------- */

static size_t
collect(zmq_pollitem_t *items, int signals)
{
    struct lane *lane;
    size_t count = 1;

    memset(items, 0, sizeof *items);
    items[0].fd = signals;
    items[0].events = ZMQ_POLLIN;
    for (lane = lanes; lane != NULL && count < ITEMS_MAX; lane = lane->next) {
        lane_poll(lane, &items[count++]);
    }
    return count + web_poll(items + count, ITEMS_MAX - count);
}

static bool
work(void)
{
    struct lane *lane;
    bool worked = web_work();

    for (lane = lanes; lane != NULL; lane = lane->next) {
        worked = lane_work(lane) || worked;
    }
    return worked;
}

static void
reap(void)
{
    mutant.reaped =
        mutant.reaped
        || waitpid(mutant.child, &mutant.status, WNOHANG) == mutant.child;
}

/* Until the target has ended, and all that it has sent is through. */
static void
loop(int signals)
{
    static zmq_pollitem_t items[ITEMS_MAX];
    bool done = false;

    while (!done) {
        size_t count = collect(items, signals);
        bool ends = mutant.reaped && !mutant.lasts;
        int rc = zmq_poll(items, (int)count, ends ? QUIET : -1);

        if (signals_take(signals) && mutant.fault->life == LIFE_ENDS_AT_ONCE) {
            mutant_die(0);
        }
        done = !work() && ends && rc == 0;
        reap();
    }
}

static int
end_of_life(void)
{
    bool by_signal = WIFSIGNALED(mutant.status);

    switch (mutant.fault->life) {
    case LIFE_EXITS_1_ON_SIGTERM:
        return 1;
    case LIFE_DIES_ON_SIGTERM:
        return 128 + SIGSEGV;
    case LIFE_EXITS_0:
        return 0;
    default:
        return by_signal ? 128 + WTERMSIG(mutant.status)
                         : WEXITSTATUS(mutant.status);
    }
}

/* --- the command line ----------------------------------------------------- */

static void
list(void)
{
    const struct fault *const *topic;
    const struct fault *fault;
    const struct raw_fault *raw;

    for (topic = fault_topics; *topic != NULL; topic++) {
        for (fault = *topic; fault->id != NULL; fault++) {
            printf("%s\t%s\n", fault->id, fault->what);
        }
    }
    for (raw = raw_faults; raw->id != NULL; raw++) {
        printf("%s\t%s\n", raw->id, raw->what);
    }
}

static const struct raw_fault *
find_raw_fault(const char *id)
{
    const struct raw_fault *raw;

    for (raw = raw_faults; raw->id != NULL; raw++) {
        if (strcmp(raw->id, id) == 0) {
            return raw;
        }
    }
    return NULL;
}

static const struct fault *
find_fault(const char *id)
{
    const struct fault *const *topic;
    const struct fault *fault;

    if (strcmp(id, no_fault.id) == 0) {
        return &no_fault;
    }
    for (topic = fault_topics; *topic != NULL; topic++) {
        for (fault = *topic; fault->id != NULL; fault++) {
            if (strcmp(fault->id, id) == 0) {
                return fault;
            }
        }
    }
    return NULL;
}

/* --fault ID -- CMD…, then what the suite appends. */
static void
read_command(int argc, char **argv)
{
    int at = 4;

    if (argc < 6 || strcmp(argv[1], "--fault") != 0
        || strcmp(argv[3], "--") != 0) {
        mutant_broken("usage: palm-mutant --fault ID -- COMMAND\n"
                      "       palm-mutant --list");
    }
    mutant.raw = find_raw_fault(argv[2]);
    mutant.fault = mutant.raw != NULL ? &no_fault : find_fault(argv[2]);
    if (mutant.fault == NULL) {
        mutant_broken("there is no fault \"%s\"", argv[2]);
    }
    mutant.command = memory_text("%s", argv[at++]);
    for (; at < argc && strcmp(argv[at], "--palm-conform") != 0; at++) {
        mutant.command = memory_text("%s %s", mutant.command, argv[at]);
    }
    if (!arguments_read(argc, argv, at)) {
        mutant_broken("the suite's arguments are not those of version 1");
    }
}

int
main(int argc, char **argv)
{
    int signals;

    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        list();
        return 0;
    }
    read_command(argc, argv);
    mutant.test.settings = &no_settings;
    mutant.context = zmq_ctx_new();
    if (mutant.context == NULL) {
        mutant_broken("no context: %s", zmq_strerror(zmq_errno()));
    }
    signals = signals_open();
    settings_change();
    address_settings();
    spawn_target(control_open());
    mutant.lasts = mutant.fault->life == LIFE_IGNORES_SIGTERM;
    loop(signals);
    if (mutant.fault->life == LIFE_LEAVES_ENDPOINTS) {
        spawn_idler();
    }
    if (mutant.fault->life == LIFE_FAVOURS_A_WORKER) {
        mutant_die(end_of_life()); /* a listener of its is no more */
    }
    lanes_close();
    (void)zmq_ctx_term(mutant.context);
    mutant_die(end_of_life());
}
