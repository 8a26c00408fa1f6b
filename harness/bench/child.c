/* SPDX-License-Identifier: MIT */
/* child.c: see child.h. */
#include "config.h"
#include "harness/bench/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_CHILDREN 16
#define END_TIMEOUT  5000 /* ms that a child may take to leave */

static const char *program_path;
static pid_t running[MAX_CHILDREN]; /* 0 = free; killed at exit */

static void
kill_running(void)
{
    for (size_t i = 0; i < MAX_CHILDREN; i++) {
        if (running[i] > 0) {
            (void)kill(running[i], SIGKILL);
        }
    }
}

static int
remember(pid_t from, pid_t to)
{
    for (size_t i = 0; i < MAX_CHILDREN; i++) {
        if (running[i] == from) {
            running[i] = to;
            return 0;
        }
    }
    return -1;
}

void
bench_child_setup(const char *program)
{
    program_path = program;
    (void)atexit(kill_running);
}

void
bench_words_add(struct bench_words *words, const char *format, ...)
{
    char text[BENCH_LINE];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = size >= 0 && (size_t)size < sizeof text ? strdup(text) : NULL;
    if (!copy || words->count == BENCH_WORDS) {
        fprintf(stderr, "palm-bench: too many or too long arguments\n");
        exit(1);
    }
    words->word[words->count++] = copy;
}

static char **
find_word(const struct bench_words *words, const char *key, size_t size)
{
    for (size_t i = 0; i < words->count; i++) {
        char *const *word = &words->word[i];
        if (!strncmp(*word, key, size) && (*word)[size] == '=') {
            return (char **)(size_t)word;
        }
    }
    return NULL;
}

void
bench_words_put(struct bench_words *words, const char *text)
{
    char **word = find_word(words, text, strcspn(text, "="));
    if (word) {
        free(*word);
        *word = words->word[--words->count];
    }
    bench_words_add(words, "%s", text);
}

const char *
bench_words_value(const struct bench_words *words, const char *key)
{
    char **word = find_word(words, key, strlen(key));
    return word ? *word + strlen(key) + 1 : "";
}

void
bench_words_fini(struct bench_words *words)
{
    while (words->count > 0) {
        free(words->word[--words->count]);
    }
}

static void
close_pair(int pair[2])
{
    (void)close(pair[0]);
    (void)close(pair[1]);
}

/* Our ends stay out of the other children: the end of a child's stdin must
 * reach it when we go. */
static int
make_pipes(int in[2], int out[2])
{
    if (pipe(in)) {
        return -1;
    }
    if (pipe(out)) {
        close_pair(in);
        return -1;
    }
    if (fcntl(in[1], F_SETFD, FD_CLOEXEC)
        || fcntl(out[0], F_SETFD, FD_CLOEXEC)) {
        close_pair(in);
        close_pair(out);
        return -1;
    }
    return 0;
}

int
bench_child_exec(struct bench_child *self, const char *const argv[])
{
    int in[2], out[2];
    memset(self, 0, sizeof *self);
    if (make_pipes(in, out)) {
        return -1;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(in[0], STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        close_pair(in);
        close_pair(out);
        /* execvp() changes nothing; its parameter only lacks a const. */
        (void)execvp(argv[0], (char *const *)(size_t)argv);
        fprintf(stderr, "palm-bench: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    if (pid == -1) {
        (void)close(in[1]);
        (void)close(out[0]);
        return -1;
    }
    self->pid = pid;
    self->in = in[1];
    self->out = out[0];
    return remember(0, pid);
}

/* Under an emulator the program's name follows the words of PALM_RUNNER. */
int
bench_child_start(struct bench_child *self, const char *role,
                  const struct bench_words *words)
{
    const char *argv[2 * BENCH_WORDS + 4];
    char *runner = getenv("PALM_RUNNER");
    char *copy = runner ? strdup(runner) : NULL;
    size_t n = 0;
    for (char *word = copy ? strtok(copy, " ") : NULL; word && n < BENCH_WORDS;
         word = strtok(NULL, " ")) {
        argv[n++] = word;
    }
    argv[n++] = program_path;
    argv[n++] = "--role";
    argv[n++] = role;
    for (size_t i = 0; i < words->count; i++) {
        argv[n++] = words->word[i];
    }
    argv[n] = NULL;
    int result = bench_child_exec(self, argv);
    free(copy);
    return result;
}

/* Takes a line out of the buffer, if there is a whole one. */
static bool
take_line(struct bench_child *self, char line[BENCH_LINE])
{
    char *end = memchr(self->buffer, '\n', self->fill);
    if (!end) {
        return false;
    }
    size_t size = (size_t)(end - self->buffer);
    memcpy(line, self->buffer, size);
    line[size] = '\0';
    self->fill -= size + 1;
    memmove(self->buffer, end + 1, self->fill);
    return true;
}

int
bench_child_line(struct bench_child *self, char line[BENCH_LINE], int timeout)
{
    struct pollfd item = {self->out, POLLIN, 0};
    while (!take_line(self, line)) {
        int ready = poll(&item, 1, timeout);
        if (ready == 0) {
            return 0;
        }
        ssize_t got = ready < 0 ? -1
                                : read(self->out, self->buffer + self->fill,
                                       sizeof self->buffer - self->fill);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return -1;
        }
        self->fill += (size_t)got;
    }
    return 1;
}

int
bench_child_say(struct bench_child *self, const char *line)
{
    char text[BENCH_LINE];
    int size = snprintf(text, sizeof text, "%s\n", line);
    return write(self->in, text, (size_t)size) == size ? 0 : -1;
}

void
bench_child_end(struct bench_child *self)
{
    char line[BENCH_LINE];
    int ended;
    if (self->pid <= 0) {
        return;
    }
    (void)close(self->in);
    do {
        ended = bench_child_line(self, line, END_TIMEOUT);
    } while (ended == 1);
    if (ended == 0) {
        (void)kill(self->pid, SIGKILL);
    }
    (void)close(self->out);
    while (waitpid(self->pid, NULL, 0) == -1 && errno == EINTR) {
    }
    (void)remember(self->pid, 0);
    self->pid = 0;
}

double
bench_line_number(const char *line, const char *key)
{
    size_t size = strlen(key);
    for (const char *p = line; (p = strstr(p, key)) != NULL; p += size) {
        if ((p == line || p[-1] == ' ') && p[size] == '=') {
            return strtod(p + size + 1, NULL);
        }
    }
    return -1;
}
