/* SPDX-License-Identifier: MIT */
/* kill_options.c: what the kill matrix is asked for, and its lists. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/mutants/kill.h"

struct kill_options kill_options = {NULL, NULL, NULL,  NULL,  "*",  NULL,
                                    0.2,  0,    false, false, false};

enum { TOPIC_AT = 5, LINE = 1024 };

static unsigned
core_count(void)
{
#ifdef _SC_NPROCESSORS_ONLN
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
#else
    long cores = 1;
#endif
    return cores > 0 ? (unsigned)cores : 1;
}

static void
print_help(void)
{
    fputs(
        "Usage: kill --conform PROGRAM --mutant PROGRAM --target PROGRAM "
        "[OPTION…]\n\n"
        "Runs the suite on each wrong implementation: it must find the rule "
        "that it breaks.\n\n"
        "  --conform PROGRAM   palm-conform\n"
        "  --mutant PROGRAM    palm-mutant\n"
        "  --target PROGRAM    the right implementation behind it\n"
        "  --scripted PROGRAM  faulty-server\n"
        "  --run GLOB          only faults whose id or rule matches\n"
        "  --except FILE       rules whose tests cannot pass palm-mutant\n"
        "  --factor X          multiplies every bound\n"
        "  --jobs N            faults at once; default: 5 for each core\n"
        "  --wide              run every test, and tell which others fail\n"
        "  --without-http      leave out what needs HTTP\n"
        "  --complete          fail if a rule that must be kept has no fault\n"
        "  --help              print this and leave\n\n"
        "Exit status: 0 all were found; 1 one lives, or palm-mutant without "
        "a fault\nfails; 2 wrong use.\n",
        stdout);
}

int
kill_options_read(int argc, char *const *argv)
{
    const char *factor = NULL;
    const char *jobs = NULL;
    const struct {
        const char *name;
        const char **value;
        bool *flag;
    } table[] = {
        {"--conform", &kill_options.conform, NULL},
        {"--mutant", &kill_options.mutant, NULL},
        {"--target", &kill_options.target, NULL},
        {"--scripted", &kill_options.scripted, NULL},
        {"--run", &kill_options.run, NULL},
        {"--except", &kill_options.except, NULL},
        {"--factor", &factor, NULL},
        {"--jobs", &jobs, NULL},
        {"--wide", NULL, &kill_options.wide},
        {"--without-http", NULL, &kill_options.without_http},
        {"--complete", NULL, &kill_options.complete},
    };
    const size_t count = sizeof table / sizeof table[0];
    int at;

    for (at = 1; at < argc; at++) {
        size_t i = 0;

        if (strcmp(argv[at], "--help") == 0) {
            print_help();
            exit(0);
        }
        while (i < count && strcmp(table[i].name, argv[at]) != 0) {
            i++;
        }
        if (i < count && table[i].flag != NULL) {
            *table[i].flag = true;
        } else if (i < count && at + 1 < argc) {
            *table[i].value = argv[++at];
        } else {
            fprintf(stderr, "kill: \"%s\" is no option, or lacks a value\n",
                    argv[at]);
            return -1;
        }
    }
    if (kill_options.conform == NULL || kill_options.mutant == NULL
        || kill_options.target == NULL) {
        fputs("kill: give --conform, --mutant and --target\n", stderr);
        return -1;
    }
    if (factor != NULL) {
        kill_options.factor = strtod(factor, NULL);
    }
    kill_options.jobs =
        jobs != NULL ? (unsigned)strtoul(jobs, NULL, 10) : 5 * core_count();
    if (!(kill_options.factor >= 0.01) || kill_options.jobs < 1) {
        fputs("kill: --factor and --jobs must be numbers above 0\n", stderr);
        return -1;
    }
    return 0;
}

const char *
verdict_copy(const char *text)
{
    static struct copy {
        struct copy *next;
        char text[];
    } * copies;
    struct copy *copy;

    for (copy = copies; copy != NULL; copy = copy->next) {
        if (strcmp(copy->text, text) == 0) {
            return copy->text;
        }
    }
    copy = malloc(sizeof *copy + strlen(text) + 1);
    if (copy == NULL) {
        return "";
    }
    memcpy(copy->text, text, strlen(text) + 1);
    copy->next = copies;
    copies = copy;
    return copy->text;
}

void
row_found(struct fault_row *row, const char *rule)
{
    size_t i;

    for (i = 0; i < row->found_count; i++) {
        if (strcmp(row->found[i], rule) == 0) {
            return;
        }
    }
    if (row->found_count < FOUND_MAX) {
        row->found[row->found_count++] = verdict_copy(rule);
    }
}

void
row_tell_others(const struct fault_row *row)
{
    /* "PALM-TOPIC-": what they share. */
    size_t topic = TOPIC_AT + strcspn(row->rule + TOPIC_AT, "-") + 1;
    size_t others = 0;
    size_t i;

    for (i = 0; i < row->found_count; i++) {
        if (strncmp(row->found[i], row->rule, topic) != 0) {
            if (others++ == 0) {
                printf("# warning: %s also breaks", row->id);
            }
            printf(" %s", row->found[i]);
        }
    }
    if (others > 0) {
        putchar('\n');
    }
}

const char *
except_reason(const char *rule)
{
    static char line[LINE];
    size_t size = strlen(rule);
    const char *reason = NULL;
    FILE *file =
        kill_options.except == NULL ? NULL : fopen(kill_options.except, "r");

    while (file != NULL && reason == NULL
           && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, rule, size) == 0 && line[size] == '\t') {
            reason = line + size + 1;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return reason;
}
