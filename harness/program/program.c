/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/program/program.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/program/world.h"

enum { HELP_COLUMN = 26 };

static const char *program_name = "palm"; /* set before any thread starts */

static void
print_option(const char *name, const char *value, const char *help)
{
    char left[64];
    (void)snprintf(left, sizeof left, "  --%s%s%s", name, value ? " " : "",
                   value ? value : "");
    if (strlen(left) + 2 > HELP_COLUMN) {
        printf("%s\n%*s%s\n", left, HELP_COLUMN, "", help);
    } else {
        printf("%-*s%s\n", HELP_COLUMN, left, help);
    }
}

static void
print_usage(const struct program *program)
{
    const char *lead = "usage:";
    for (const char *line = program->usage; *line;) {
        const char *end = strchr(line, '\n');
        printf("%-6s %s %.*s\n", lead, program->name, (int)(end - line), line);
        line = end + 1;
        lead = "";
    }
}

static int
print_help(const struct program *program)
{
    print_usage(program);
    printf("\n%s\nOptions:\n", program->purpose);
    for (size_t i = 0; i < program->option_count; i++) {
        const struct program_option *option = &program->options[i];
        print_option(option->name, option->value, option->help);
    }
    print_option("help", NULL, "print this and leave");
    print_option("version", NULL, "print the version and leave");
    if (program->more) {
        printf("\n%s", program->more);
    }
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

static int
print_version(const struct program *program)
{
    printf("%s (libpalm) %s\n", program->name, PACKAGE_VERSION);
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

static int
append(struct program_list *list, const char *text, palm_error_t *err)
{
    size_t size = (list->count + 1) * sizeof *list->texts;
    const char **texts = realloc(list->texts, size);
    if (!texts) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    list->texts = texts;
    list->texts[list->count++] = text;
    return 0;
}

static int
set_level(int *level, const char *text, palm_error_t *err)
{
    int read = palm_log_level(text);
    if (read < 0) {
        return palm_error_set(
            err, EINVAL, "expected error, warning, info or debug, got \"%s\"",
            text);
    }
    *level = read;
    return 0;
}

static int
set_value(const struct program_option *option, void *target, const char *text,
          palm_error_t *err)
{
    void *place = (char *)target + option->offset;
    switch (option->kind) {
    case PROGRAM_FLAG:
        *(bool *)place = true;
        return 0;
    case PROGRAM_TEXT:
        *(const char **)place = text;
        return 0;
    case PROGRAM_COUNT:
        return palm_value_count(text, place, err);
    case PROGRAM_SIZE:
        return palm_value_size(text, place, err);
    case PROGRAM_DURATION:
        return palm_value_duration(text, place, err);
    case PROGRAM_LIST:
        return append(place, text, err);
    case PROGRAM_LEVEL:
        return set_level(place, text, err);
    }
    return palm_error_set(err, EINVAL, "unknown kind of option");
}

/* Whether text, up to its "=" or end, is name. */
static bool
is_named(const char *text, const char *name)
{
    size_t size = strcspn(text, "=");
    return strlen(name) == size && !strncmp(text, name, size);
}

static const struct program_option *
find_option(const struct program *program, const char *text)
{
    for (size_t i = 0; i < program->option_count; i++) {
        if (is_named(text, program->options[i].name)) {
            return &program->options[i];
        }
    }
    return NULL;
}

/* What has been read of a command line. */
struct reading {
    const struct program *program;
    char **argv;
    int argc;
    int next; /* index of the word to read next */
    void *target;
    int status; /* to leave with, if an option says so */
};

/* Reads one option, whose word has been taken already, and its value.
 * Returns false if the program should leave. */
static bool
read_option(struct reading *reading, const char *word)
{
    palm_error_t err = {0};
    const struct program_option *option =
        strncmp(word, "--", 2) ? NULL : find_option(reading->program, word + 2);
    const char *value = strchr(word, '=');
    if (!option) {
        reading->status = program_misuse("%s: no such option", word);
        return false;
    }
    if (!option->value && value) {
        reading->status = program_misuse("--%s takes no value", option->name);
        return false;
    }
    if (option->value && !value && reading->next == reading->argc) {
        reading->status =
            program_misuse("--%s needs %s", option->name, option->value);
        return false;
    }
    if (value) {
        value++;
    } else if (option->value) {
        value = reading->argv[reading->next++];
    }
    if (set_value(option, reading->target, value, &err)) {
        reading->status = program_misuse("--%s: %s", option->name, err.text);
        return false;
    }
    return true;
}

bool
program_parse(const struct program *program, int argc, char **argv,
              void *target, int *operand_count, int *status)
{
    struct reading reading = {program, argv, argc, 1, target, PROGRAM_OK};
    bool options_end = false;
    program_name = program->name;
    *operand_count = 0;
    if (world_enter()) {
        *status = program_error("cannot start: %s", strerror(errno));
        return false;
    }
    while (reading.next < argc) {
        char *word = argv[reading.next++];
        if (options_end || word[0] != '-' || !word[1]) {
            argv[(*operand_count)++] = word;
        } else if (!strcmp(word, "--")) {
            options_end = true;
        } else if (!strcmp(word, "--help")) {
            *status = print_help(program);
            return false;
        } else if (!strcmp(word, "--version")) {
            *status = print_version(program);
            return false;
        } else if (!read_option(&reading, word)) {
            *status = reading.status;
            return false;
        }
    }
    return true;
}

bool
program_can_print(void)
{
    struct pollfd item = {STDERR_FILENO, POLLOUT, 0};
    return poll(&item, 1, 0) != 0;
}

PALM_PRINTF(1, 0)
static void
print_error(const char *format, va_list args)
{
    char text[2 * PALM_ERROR_TEXT];
    (void)vsnprintf(text, sizeof text, format, args);
    if (!program_can_print()) {
        return;
    }
    (void)fprintf(stderr, "%s: %s\n", program_name, text);
}

int
program_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(format, args);
    va_end(args);
    return PROGRAM_FAILED;
}

int
program_misuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(format, args);
    va_end(args);
    (void)fprintf(stderr, "Try '%s --help'.\n", program_name);
    return PROGRAM_MISUSED;
}

bool
program_steers(unsigned char before, unsigned char byte)
{
    /* U+0080 to U+009F are control characters too. */
    return byte < 32 || byte == 127
           || (before == 0xc2 && byte >= 0x80 && byte < 0xa0);
}

void
program_print_foreign(palm_slice_t text)
{
    unsigned char before = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        (void)putc(program_steers(before, byte) ? '?' : byte, stderr);
        before = byte;
    }
}

int
program_flush(void)
{
    if (world_has_no_stdout()) {
        (void)program_error("cannot write to stdout: it is closed");
        return -1;
    }
    if (fflush(stdout) || ferror(stdout)) {
        (void)program_error("cannot write to stdout: %s", strerror(errno));
        return -1;
    }
    return 0;
}

int
program_flush_ready(void)
{
    return world_has_no_stdout() ? 0 : program_flush();
}

int64_t
program_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool
program_is_same_signal(int64_t then)
{
    enum { ONE = 200 }; /* ms */
    return program_now() - then < ONE;
}

void
program_list_fini(struct program_list *list)
{
    free(list->texts);
    *list = (struct program_list){NULL, 0};
}
