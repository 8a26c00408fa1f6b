/* SPDX-License-Identifier: MIT */
/* main.c: runs the tests of self.h.
 *
 *   self_test TARGET      the path of self_target */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/engine/verdict.h"
#include "conformance/self/self.h"

enum { CASES_MAX = 200, PATH_SIZE = 512 };

struct running {
    const struct self_case *self;
    char folder[PATH_SIZE];
    struct test_entry entry;
    pid_t pid;
};

static unsigned number;
static unsigned failed;

void
self_ok(bool holds, const char *format, ...)
{
    va_list arguments;

    failed += !holds;
    printf("%s %u - ", holds ? "ok" : "not ok", ++number);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    (void)fflush(stdout);
}

static bool
says(const char *text, const char *part)
{
    return part == NULL || (text != NULL && strstr(text, part) != NULL);
}

static void
judge(struct running *running)
{
    const struct self_case *self = running->self;
    struct outcome outcome;
    int status = 0;
    bool there;

    (void)waitpid(running->pid, &status, 0);
    there = outcome_read(running->folder, &outcome) == 0;
    self_ok(there && outcome.verdict == self->verdict
                && says(outcome.reason, self->reason)
                && says(outcome.expected, self->expected)
                && says(outcome.actual, self->actual),
            "%s", self->name);
    if (!there) {
        printf("# no outcome, status %d\n", status);
    } else if (failed > 0) {
        printf("# %s: reason \"%s\", expected \"%s\", actual \"%s\"\n",
               verdict_name(outcome.verdict), outcome.reason, outcome.expected,
               outcome.actual);
    }
    outcome_fini(&outcome);
}

static void
start(struct running *running, const struct settings *settings, size_t serial)
{
    (void)snprintf(running->folder, PATH_SIZE, "%s/%zu", settings->work,
                   serial);
    running->entry.id = "";
    running->entry.name = running->self->name;
    running->entry.run = running->self->run;
    (void)fflush(NULL);
    if (mkdir(running->folder, 0755) != 0 || (running->pid = fork()) < 0) {
        perror("self_test");
        exit(1);
    }
    if (running->pid == 0) {
        test_run(&running->entry, settings, running->folder);
    }
}

static void
run_cases(const struct self_case *cases, const struct settings *settings)
{
    static struct running running[CASES_MAX];
    static size_t serial;
    size_t count;
    size_t i;

    /* Many of them wait for a timeout: so all at once. */
    for (count = 0; cases[count].name != NULL && count < CASES_MAX; count++) {
        running[count].self = &cases[count];
        start(&running[count], settings, serial++);
    }
    for (i = 0; i < count; i++) {
        judge(&running[i]);
    }
}

static void
remove_all(const char *folder)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)execlp("rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
    const char *factor = getenv("PALM_TEST_TIMEOUT_FACTOR");
    const char *parent = getenv("TMPDIR");
    struct settings settings = {NULL, NULL, NULL, 0.4, 0};
    struct test codec;
    char work[PATH_SIZE / 2];

    (void)snprintf(work, sizeof work, "%.200s/palm-self.XXXXXX",
                   parent == NULL ? "/tmp" : parent);
    if (argc != 2 || mkdtemp(work) == NULL) {
        fputs("usage: self_test TARGET\n", stderr);
        return 2;
    }
    settings.target = argv[1];
    settings.work = work;
    settings.timeout_factor *= factor == NULL ? 1 : strtod(factor, NULL);
    memset(&codec, 0, sizeof codec);
    codec_vectors(&codec);
    test_memory_free(codec.memories);
    run_cases(check_cases, &settings);
    run_cases(peer_cases, &settings);
    run_cases(target_cases, &settings);
    remove_all(work);
    printf("1..%u\n", number);
    return failed > 0 || number == 0;
}
