/* SPDX-License-Identifier: MIT */
/* child.h: the processes of a measurement.
 *
 * Each is this program again, or one that makes HTTP or Redis requests or
 * answers, by fork and exec before any ZeroMQ context exists.  It talks in
 * lines over its stdin and stdout.  A child leaves when its stdin ends, so none
 * outlives the parent; what still runs when the parent exits is killed. */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/export.h"

#define BENCH_LINE  512 /* bytes of a line, the final NUL among them */
#define BENCH_WORDS 32  /* arguments of a child */

struct bench_child {
    pid_t pid; /* 0 = none */
    int in;    /* what we write is the child's stdin */
    int out;   /* what we read is the child's stdout */
    char buffer[BENCH_LINE];
    size_t fill; /* bytes in buffer */
};

/* The arguments of a role, each "key=value". */
struct bench_words {
    char *word[BENCH_WORDS];
    size_t count;
};

/* Adds a word.  What does not fit or cannot be allocated ends the program. */
void bench_words_add(struct bench_words *words, const char *format, ...)
    PALM_PRINTF(2, 3);

/* Adds "key=value" in place of a word with that key. */
void bench_words_put(struct bench_words *words, const char *text);

/* The value of a key, or "". */
const char *bench_words_value(const struct bench_words *words, const char *key);
void bench_words_fini(struct bench_words *words);

/* Remembers how this program was called.  Call once, first. */
void bench_child_setup(const char *program);

/* Starts `program --role ROLE WORD…`.  Returns -1 with errno. */
int bench_child_start(struct bench_child *self, const char *role,
                      const struct bench_words *words);

/* Starts another program, found as a shell finds it. */
int bench_child_exec(struct bench_child *self, const char *const argv[]);

/* Reads a line without its newline.  Returns 1; 0 if none came in timeout ms;
 * -1 if the child has gone. */
int bench_child_line(struct bench_child *self, char line[BENCH_LINE],
                     int timeout);

/* Writes a line.  Returns -1 with errno. */
int bench_child_say(struct bench_child *self, const char *line);

/* Closes the child's stdin, waits for its end, kills it after a while. */
void bench_child_end(struct bench_child *self);

/* The number behind "key=" in a line of "key=number" words; -1 if absent. */
double bench_line_number(const char *line, const char *key);

#endif
