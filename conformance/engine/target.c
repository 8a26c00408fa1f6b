/* SPDX-License-Identifier: MIT */
/* target.c: see target.h. */
#include "conformance/engine/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/engine/check.h"
#include "conformance/engine/facts.h"
#include "conformance/engine/test.h"
#include "conformance/engine/trace.h"
#include "conformance/engine/verdict.h"

enum {
    EXIT_UNIMPLEMENTED = 89,
    SETTINGS_MAX = 64,
    START_BOUND = 10000,
    START_LEAST = 5000,
    STOP_BOUND = 5000,
    LAST_WORDS = 500,
    LOG_SHOWN = 4096,
    POLL_STEP = 5
};

/* --- starting --------------------------------------------------------------*/

/* 'text' as a word of the shell. */
static const char *
quoted(struct test *test, const char *text)
{
    char *word = test_memory(test, strlen(text) * 4 + 3);
    char *out = word;

    *out++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            memcpy(out, "'\\''", 4);
            out += 4;
        } else {
            *out++ = *text;
        }
    }
    *out = '\'';
    return word;
}

static const char *
command_line(struct target *target, const char *const *settings)
{
    struct test *test = target->test;
    const char *command = test->settings->target;
    /* `exec` fits one command only; a line of the shell keeps its shell, unless
     * the user writes it himself. */
    bool is_line = strpbrk(command, ";&|<>()$`\n=") != NULL;
    bool says_exec = strncmp(command, "exec ", strlen("exec ")) == 0;
    const char *line =
        test_text(test, "%s%s --palm-conform 1 --profile %s --control %s",
                  says_exec ? ""
                  : is_line ? "trap : TERM; "
                            : "exec ",
                  command, target->profile, target->control->address);

    for (; settings[0] != NULL; settings += 2) {
        line = test_text(
            test, "%s --set %s", line,
            quoted(test, test_text(test, "%s=%s", settings[0], settings[1])));
    }
    return line;
}

static int
open_file(const char *path, int flags, int wanted)
{
    int fd = open(path, flags, 0644);

    return fd < 0 || dup2(fd, wanted) < 0 ? -1 : 0;
}

/* In the child: a process group of its own.  It stays in the suite's folder, so
 * that relative paths in CMD mean what they say. */
static void
run_command(const char *log, const char *out, const char *line)
{
    (void)setpgid(0, 0);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
    (void)signal(SIGQUIT, SIG_DFL);
    if (open_file("/dev/null", O_RDONLY, 0) != 0
        || open_file(out, O_WRONLY | O_CREAT | O_APPEND, 1) != 0
        || open_file(log, O_WRONLY | O_CREAT | O_APPEND, 2) != 0) {
        _exit(127);
    }
    (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

/* Whoever runs the test finds its targets, also if the test has died. */
static void
note_group(struct target *target)
{
    struct test *test = target->test;
    FILE *file = fopen(test_text(test, "%s/groups", test->folder), "a");

    if (file == NULL) {
        broken(test, "%s: %s", test->folder, strerror(errno));
    }
    fprintf(file, "%ld\n", (long)target->pid);
    if (fclose(file) != 0) {
        broken(test, "%s: %s", test->folder, strerror(errno));
    }
}

static void
spawn(struct target *target, const char *const *settings)
{
    struct test *test = target->test;
    static unsigned serial;
    const char *folder =
        test_text(test, "%s/target-%u", test->folder, serial++);
    const char *line = command_line(target, settings);

    target->out = test_text(test, "%s.out", folder);
    target->log = test_text(test, "%s.err", folder);
    if (mkdir(folder, 0755) != 0) {
        broken(test, "%s: %s", folder, strerror(errno));
    }
    trace_event(test, "target", "%s", line);
    /* Of this test's process, which is there for nothing else. */
    (void)setenv("TMPDIR", folder, 1);
    target->pid = fork();
    if (target->pid == 0) {
        run_command(target->log, target->out, line);
    }
    if (target->pid < 0) {
        broken(test, "no process for the target: %s", strerror(errno));
    }
    (void)setpgid(target->pid, target->pid);
    target->next = test->targets;
    test->targets = target;
    note_group(target);
}

static struct target *
target_make(struct test *test, const char *profile, const char *const *settings)
{
    struct target *target = test_memory(test, sizeof *target);
    bool quiet = test->quiet;

    target->test = test;
    target->profile = profile;
    if (test->settings->target == NULL) {
        test_end(test, VERDICT_NOT_RUN, NULL, NULL,
                 "needs a target of its own: a server that runs has no start");
    }
    test->quiet = true;
    target->control = peer_bind(test, "control", ZMQ_ROUTER);
    test->quiet = quiet;
    spawn(target, settings);
    return target;
}

static void CONFORM_NORETURN
ended_without_ready(struct target *target)
{
    target->ended = true;
    if (WIFEXITED(target->status)
        && WEXITSTATUS(target->status) == EXIT_UNIMPLEMENTED) {
        test_end(target->test, VERDICT_UNIMPLEMENTED, NULL, NULL,
                 "the target ended with status %d", EXIT_UNIMPLEMENTED);
    }
    broken(target->test, "the target ended without READY: %s",
           target_end_text(target));
}

/* A process needs its time to start, however short the others are. */
static int
start_bound(const struct test *test)
{
    int scaled = bound_of(test, START_BOUND);

    return scaled < START_LEAST ? START_LEAST : scaled;
}

/* What the target says first; its verb is frame 0. */
static struct frames
first_words(struct target *target)
{
    struct test *test = target->test;
    int64_t until = now() + (int64_t)start_bound(test) * 1000;
    struct frames frames;

    while (!target_poll(target, POLL_STEP, &frames)) {
        if (!target_lives(target)) {
            /* What it said last may still be on its way. */
            if (target_poll(target, LAST_WORDS, &frames)) {
                break;
            }
            ended_without_ready(target);
        }
        if (now() > until) {
            broken(test, "no READY within %d ms", start_bound(test));
        }
    }
    if (bytes_are(frames.frame[0], "UNIMPLEMENTED")) {
        target->ended = true;
        test_end(test, VERDICT_UNIMPLEMENTED, NULL, NULL, "%s",
                 frames.count > 1 ? bytes_string(test, frames.frame[1]) : "");
    }
    return frames;
}

static struct target *
start(struct test *test, const char *profile, const char *const *settings,
      bool must_accept)
{
    struct target *target = target_make(test, profile, settings);
    struct frames frames = first_words(target);

    if (must_accept) {
        target->ended = true; /* it may: that is no crash */
        check_that(test, !bytes_are(frames.frame[0], "REFUSED"),
                   "the target refuses what it must accept: %s",
                   frames.count > 1 ? bytes_string(test, frames.frame[1]) : "");
        target->ended = false;
    }
    if (frames.count != 2 || !bytes_are(frames.frame[0], "READY")) {
        broken(test, "the target says \"%s\"%s%s instead of READY",
               bytes_shown(test, frames.frame[0], 80),
               frames.count > 1 ? ": " : "",
               frames.count > 1 ? bytes_string(test, frames.frame[1]) : "");
    }
    target->facts = bytes_string(test, frames.frame[1]);
    return target;
}

struct target *
target_start_list(struct test *test, const char *profile,
                  const char *const *settings)
{
    return test->settings->attach != NULL
               ? target_attach(test, profile, settings)
               : start(test, profile, settings, false);
}

static const char *const *
collect(struct test *test, va_list arguments)
{
    const char **settings = test_memory(test, SETTINGS_MAX * sizeof *settings);
    size_t count = 0;
    const char *text;

    while ((text = va_arg(arguments, const char *)) != NULL) {
        if (count + 2 >= SETTINGS_MAX) {
            broken(test, "more than %d settings", SETTINGS_MAX / 2);
        }
        settings[count++] = text;
    }
    return settings;
}

struct target *
target_start(struct test *test, const char *profile, ...)
{
    const char *const *settings;
    va_list arguments;

    va_start(arguments, profile);
    settings = collect(test, arguments);
    va_end(arguments);
    return target_start_list(test, profile, settings);
}

struct target *
target_accepted(struct test *test, const char *profile, ...)
{
    const char *const *settings;
    va_list arguments;

    va_start(arguments, profile);
    settings = collect(test, arguments);
    va_end(arguments);
    return start(test, profile, settings, true);
}

const char *
target_refused(struct test *test, const char *profile, ...)
{
    const char *const *settings;
    struct target *target;
    struct frames frames;
    va_list arguments;

    va_start(arguments, profile);
    settings = collect(test, arguments);
    va_end(arguments);
    target = target_make(test, profile, settings);
    frames = first_words(target);
    check_that(test, bytes_are(frames.frame[0], "REFUSED"),
               "the target says %s, but must refuse its settings",
               bytes_shown(test, frames.frame[0], 80));
    check_that(test, target_ended(target, bound_of(test, STOP_BOUND)),
               "the target says REFUSED and goes on");
    check_that(
        test, WIFEXITED(target->status) && WEXITSTATUS(target->status) != 0,
        "the target says REFUSED and ends with %s", target_end_text(target));
    return frames.count > 1 ? bytes_string(test, frames.frame[1]) : "";
}

/* --- its facts -------------------------------------------------------------*/

const char *
target_fact(const struct target *target, const char *key)
{
    struct bytes value = facts_find(target->facts, key);

    return value.data == NULL ? NULL : bytes_string(target->test, value);
}

const char *
target_address(const struct target *target, const char *key)
{
    const char *address = target_fact(target, key);

    if (address == NULL) {
        broken(target->test, "READY of profile %s has no \"%s\"",
               target->profile, key);
    }
    return address;
}

bool
target_claims(const struct target *target, const char *profile)
{
    return facts_claim(target->facts, profile);
}

void
target_needs(struct target *target, const char *function)
{
    static const char *const key = "functions";

    if (target_fact(target, key) != NULL
        && !facts_list(target->facts, key, function)) {
        test_end(target->test, VERDICT_UNIMPLEMENTED, NULL, NULL,
                 "the target has no function %s", function);
    }
}

bool
target_knows(const struct target *target, const char *setting)
{
    return facts_list(target->facts, "settings", setting);
}

/* --- commands --------------------------------------------------------------*/

bool
target_poll(struct target *target, int milliseconds, struct frames *frames)
{
    if (!peer_poll(target->control, milliseconds, frames)) {
        return false;
    }
    if (frames->count < 2) {
        broken(target->test, "an empty message on the control channel");
    }
    target->identity = frames->frame[0];
    frames->count--;
    memmove(frames->frame, frames->frame + 1,
            (FRAMES_MAX - 1) * sizeof frames->frame[0]);
    return true;
}

struct frames
target_receive(struct target *target)
{
    struct frames frames;

    if (!target_poll(target, bound(target->test), &frames)) {
        target_must_live(target);
        fail(target->test, "the target says nothing within %d ms",
             bound(target->test));
    }
    return frames;
}

void
target_send(struct target *target, const char *verb, const struct bytes *frames,
            size_t count)
{
    struct bytes *all = test_memory(target->test, (count + 2) * sizeof *all);

    all[0] = target->identity;
    all[1] = bytes_text(verb);
    if (count > 0) {
        memcpy(all + 2, frames, count * sizeof *all);
    }
    peer_send_frames(target->control, all, count + 2);
}

struct frames
target_command(struct target *target, const char *verb,
               const struct bytes *frames, size_t count)
{
    target_send(target, verb, frames, count);
    return target_receive(target);
}

/* --- its life --------------------------------------------------------------*/

bool
target_lives(struct target *target)
{
    pid_t pid;

    if (target->pid == 0) {
        return true; /* not ours */
    }
    if (target->reaped) {
        return false;
    }
    do {
        pid = waitpid(target->pid, &target->status, WNOHANG);
    } while (pid < 0 && errno == EINTR);
    target->reaped = pid == target->pid;
    if (target->reaped) {
        trace_event(target->test, "target", "ended: %s",
                    target_end_text(target));
    }
    return !target->reaped;
}

const char *
target_end_text(const struct target *target)
{
    return WIFSIGNALED(target->status)
               ? test_text(target->test, "signal %d", WTERMSIG(target->status))
               : test_text(target->test, "exit status %d",
                           WEXITSTATUS(target->status));
}

void
target_must_live(struct target *target)
{
    if (!target_lives(target)) {
        target->ended = true;
        fail(target->test, "the target died: %s", target_end_text(target));
    }
}

/* A server that runs already is not ours to end. */
static void
must_be_ours(const struct target *target)
{
    if (target->pid == 0) {
        test_end(target->test, VERDICT_NOT_RUN, NULL, NULL,
                 "needs a target of its own, to end it");
    }
}

/* An adapter that ended for it would earn verdicts of its own. */
static void
must_have_a_stop(struct target *target)
{
    const char *stop = target_fact(target, "stop");

    if (stop != NULL && strcmp(stop, "no") == 0) {
        test_end(target->test, VERDICT_UNIMPLEMENTED, NULL, NULL,
                 "the implementation has no stop");
    }
}

void
target_signal(struct target *target, int signal_number)
{
    must_be_ours(target);
    if (signal_number == SIGTERM) {
        must_have_a_stop(target);
    }
    if (target->pid != 0 && !target->reaped) {
        trace_event(target->test, "target", "%s is sent",
                    signal_number == SIGTERM
                        ? "SIGTERM"
                        : test_text(target->test, "signal %d", signal_number));
        (void)kill(-target->pid, signal_number);
    }
}

bool
target_ended(struct target *target, int milliseconds)
{
    int64_t until = now() + (int64_t)milliseconds * 1000;
    zmq_pollitem_t item = {NULL, -1, 0, 0};

    must_be_ours(target);
    target->ended = true; /* whoever asks expects it */
    while (target_lives(target)) {
        if (now() > until) {
            return false;
        }
        /* There is no descriptor to wait for a child with in POSIX. */
        (void)zmq_poll(&item, 0, POLL_STEP);
    }
    return true;
}

void
target_stop(struct target *target)
{
    struct test *test = target->test;

    target_signal(target, SIGTERM);
    check_that(test, target_ended(target, bound_of(test, STOP_BOUND)),
               "the target does not stop within %d ms of SIGTERM",
               bound_of(test, STOP_BOUND));
    check_that(test, WIFEXITED(target->status) && target->status == 0,
               "the target ends with %s after SIGTERM",
               target_end_text(target));
}

void
target_kill(struct target *target)
{
    must_be_ours(target);
    /* Also what the target left behind in its group. */
    target->ended = true;
    (void)kill(-target->pid, SIGKILL);
    while (!target->reaped && waitpid(target->pid, &target->status, 0) < 0
           && errno == EINTR) {
    }
    target->reaped = true;
}

bool
target_is_noisy(const struct target *target)
{
    struct stat status;

    return target->out != NULL && stat(target->out, &status) == 0
           && status.st_size > 0;
}

const char *
target_log(const struct target *target)
{
    FILE *file = target->log == NULL ? NULL : fopen(target->log, "r");
    char *text = test_memory(target->test, LOG_SHOWN + 1);

    if (file == NULL) {
        return "";
    }
    if (fseek(file, -LOG_SHOWN, SEEK_END) != 0) {
        rewind(file);
    }
    (void)!fread(text, 1, LOG_SHOWN, file); /* fewer are fine */
    (void)fclose(file);
    return text;
}
