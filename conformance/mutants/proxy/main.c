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
    QUIET = 50, /* ms without a message: what the dead have sent is through */
    MEMORY_MAX = 64 * 1024 * 1024
};

struct mutant mutant;

static const struct settings no_settings = {NULL, NULL, "", 1, 0};
static const struct fault no_fault = {
    "none", "breaks nothing", NULL, NULL, NULL, NULL, LIFE_NORMAL};

/* --- the end -------------------------------------------------------------- */

void
mutant_die(int status)
{
    static const struct rlimit no_core = {0, 0};

    if (mutant.child > 0 && !mutant.reaped) {
        (void)kill(mutant.child, SIGKILL);
        (void)waitpid(mutant.child, NULL, 0);
    }
    if (status >= 128) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(status - 128, SIG_DFL);
        (void)raise(status - 128);
    }
    _exit(status);
}

void
mutant_broken(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("palm-mutant: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    mutant_die(1);
}

/* --- memory --------------------------------------------------------------- */

void *
memory_of(size_t size)
{
    void *memory = calloc(1, size + 1);

    if (memory == NULL) {
        mutant_broken("out of memory");
    }
    return memory;
}

char *
memory_text(const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *text;
    int size;

    va_start(arguments, format);
    va_copy(again, arguments);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = memory_of(size < 0 ? 1 : (size_t)size + 1);
    if (size >= 0) {
        (void)vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text;
}

void
memory_rotate(size_t size)
{
    static struct memory *old;
    static size_t used;

    used += 8 * size + 2048; /* what decoding and encoding may take */
    if (used > MEMORY_MAX) {
        test_memory_free(old);
        old = mutant.test.memories;
        mutant.test.memories = NULL;
        used = 0;
    }
}

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
