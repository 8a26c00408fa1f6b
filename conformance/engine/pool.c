/* SPDX-License-Identifier: MIT */
/* pool.c: runs tests, several at once, each in a process and a folder of its
 * own.  Whatever becomes of a test, the run goes on. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/engine/run.h"

/* A test that ran for so long will not end any more: milliseconds. */
enum { TEST_LIMIT = 90000, JOBS_MAX = 256 };

struct job {
    pid_t pid; /* 0: free */
    struct result *result;
    int64_t until;
};

static volatile sig_atomic_t stop_asked;

static void
ask_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static void
child_ended(int number)
{
    (void)number; /* it ends the wait */
}

static char *
folder_of(const struct run *run, const struct test_entry *entry)
{
    const char *work = run->options->settings.work;
    size_t size = strlen(work) + strlen(entry->name) + 2;
    char *folder = malloc(size);

    if (folder != NULL) {
        (void)snprintf(folder, size, "%s/%s", work, entry->name);
    }
    return folder;
}

/* Targets whose test is gone: their process groups stand in a file. */
static void
kill_targets(const char *folder)
{
    char path[4096];
    long group;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/groups", folder);
    file = fopen(path, "r");
    while (file != NULL && fscanf(file, "%ld", &group) == 1) {
        if (group > 1) {
            (void)kill((pid_t)-group, SIGKILL);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static char *
text_copy(const char *text)
{
    char *copy = strdup(text);

    return copy == NULL ? calloc(1, 1) : copy;
}

/* What no test has written itself. */
static void
set_outcome(struct result *result, enum verdict verdict, const char *reason)
{
    result->outcome.verdict = verdict;
    result->outcome.reason = text_copy(reason);
    result->outcome.expected = text_copy("");
    result->outcome.actual = text_copy("");
    result->outcome.crash = text_copy("");
    result->outcome.log = text_copy("");
}

static void
read_outcome(struct run *run, struct job *job, int status, bool late)
{
    struct result *result = job->result;
    char reason[80];

    kill_targets(result->folder);
    if (outcome_read(result->folder, &result->outcome) == 0) {
        return;
    }
    outcome_fini(&result->outcome);
    if (run->interrupted) {
        set_outcome(result, VERDICT_NOT_RUN, "interrupted");
        return;
    }
    if (late) {
        (void)snprintf(reason, sizeof reason,
                       "the test did not end within %d s",
                       TEST_LIMIT / 1000 + (int)run->options->settings.soak);
    } else {
        (void)snprintf(reason, sizeof reason, "the test broke: %s %d",
                       WIFSIGNALED(status) ? "signal" : "exit status",
                       WIFSIGNALED(status) ? WTERMSIG(status)
                                           : WEXITSTATUS(status));
    }
    set_outcome(result, VERDICT_ERROR, reason);
}

/* As if the test had been started by a shell. */
static void
reset_signals(void)
{
    sigset_t set;

    (void)signal(SIGINT, SIG_IGN); /* the run decides */
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGQUIT, SIG_IGN);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&set);
    (void)sigprocmask(SIG_SETMASK, &set, NULL);
}

static int
start(struct run *run, struct job *job, struct result *result)
{
    char *folder = folder_of(run, result->entry);
    double limit = run->options->settings.soak * 1e6
                   + TEST_LIMIT * 1000.0
                         * (run->options->settings.timeout_factor < 1
                                ? 1
                                : run->options->settings.timeout_factor);

    if (folder == NULL || mkdir(folder, 0755) != 0) {
        free(folder);
        return -1;
    }
    result->folder = folder;
    job->result = result;
    job->until = now() + (int64_t)limit;
    (void)fflush(NULL);
    job->pid = fork();
    if (job->pid == 0) {
        reset_signals();
        test_run(result->entry, &run->options->settings, folder);
    }
    if (job->pid < 0) {
        job->pid = 0;
        return -1;
    }
    return 0;
}

/* Takes back a job that is over; false if it is not. */
static bool
finish(struct run *run, struct job *job)
{
    bool late = now() > job->until || run->interrupted;
    int status = 0;

    if (late) {
        (void)kill(job->pid, SIGKILL);
    }
    if (waitpid(job->pid, &status, late ? 0 : WNOHANG) != job->pid) {
        return false;
    }
    read_outcome(run, job, status, late);
    job->result->done = true;
    job->pid = 0;
    return true;
}

static void
tell(struct run *run, struct result *result, run_told *told, size_t number)
{
    if (told != NULL) {
        told(run, result, number);
    }
}

/* Of a server that runs already: whether a test has ended it.  It is asked once
 * after each failure; the tests behind that would only repeat it. */
static bool
is_gone(struct run *run)
{
    if (run->suspect != NULL && run_target_listens(run)) {
        run->suspect = NULL;
    }
    return run->suspect != NULL;
}

static void
suspect(struct run *run, const struct result *result)
{
    if (run->options->settings.attach != NULL
        && result->outcome.verdict == VERDICT_FAIL) {
        run->suspect = result->entry->name;
    }
}

/* Why it is not started, or NULL. */
static const char *
reason_against(struct run *run, char *text, size_t size)
{
    if (run->interrupted) {
        return "interrupted";
    }
    if (!is_gone(run)) {
        return NULL;
    }
    (void)snprintf(text, size, "the server does not listen any more, since %s",
                   run->suspect);
    return text;
}

/* Until a child ends, at most 100 ms. */
static void
wait_for_change(void)
{
    static const struct timespec most = {0, 100000000};
    sigset_t none;

    /* Blocked outside, so an end between two looks is not missed. */
    (void)sigemptyset(&none);
    (void)pselect(0, NULL, NULL, NULL, &most, &none);
}

static void
take_signals(void)
{
    struct sigaction action;
    sigset_t set;

    memset(&action, 0, sizeof action);
    action.sa_handler = ask_stop;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)sigaction(SIGQUIT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* the targets are to be ended first */
    action.sa_handler = child_ended;
    (void)sigaction(SIGCHLD, &action, NULL);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int
run_all(struct run *run, run_told *told)
{
    struct job jobs[JOBS_MAX];
    unsigned count =
        run->options->jobs < JOBS_MAX ? run->options->jobs : JOBS_MAX;
    size_t next = 0;
    size_t number = 0;
    int64_t began = now();

    memset(jobs, 0, sizeof jobs);
    take_signals();
    while (number < run->count) {
        bool changed = false;
        unsigned i;

        run->interrupted = run->interrupted || stop_asked;
        for (i = 0; i < count; i++) {
            if (jobs[i].pid != 0 && finish(run, &jobs[i])) {
                suspect(run, jobs[i].result);
                tell(run, jobs[i].result, told, ++number);
                changed = true;
            }
            while (jobs[i].pid == 0 && next < run->count) {
                struct result *result = &run->results[next++];
                char text[200];
                const char *against =
                    result->done ? NULL
                                 : reason_against(run, text, sizeof text);

                changed = true;
                if (result->done) {
                    tell(run, result, told, ++number);
                } else if (against != NULL) {
                    set_outcome(result, VERDICT_NOT_RUN, against);
                    result->done = true;
                    tell(run, result, told, ++number);
                } else if (start(run, &jobs[i], result) != 0) {
                    /* The others go on. */
                    set_outcome(result, VERDICT_ERROR, strerror(errno));
                    result->done = true;
                    tell(run, result, told, ++number);
                }
            }
        }
        if (!changed) {
            wait_for_change();
        }
    }
    run->elapsed = now() - began;
    return 0;
}
