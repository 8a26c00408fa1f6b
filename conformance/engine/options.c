/* SPDX-License-Identifier: MIT */
/* options.c: see options.h. */
#include "conformance/engine/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct option {
    const char *name;
    const char *value; /* word for the value; NULL for a flag */
    const char *help;
    size_t at; /* in struct options: const char *, or bool for a flag */
};

#define AT(member) offsetof(struct options, member)

static const struct option table[] = {
    {"target", "CMD", "start this command for each test (see ADAPTER.md)",
     AT(settings.target)},
    {"attach", "FILE", "test a server that runs; FILE has its READY lines",
     AT(settings.attach)},
    {"run", "GLOBS", "only tests whose id or name matches: 'PALM-CACHE-*'",
     AT(run)},
    {"section", "GLOBS", "only rules of these sections", AT(section)},
    {"level", "GLOBS", "only MUST, SHOULD or MAY", AT(level)},
    {"profile", "GLOBS", "only rules of these profiles", AT(profile)},
    {"known", "FILE", "failures that are known: id, version, reason, url",
     AT(known)},
    {"strict", NULL, "a SHOULD that fails counts, too", AT(strict)},
    {"jobs", "N", "tests at once; default: 4 for each core; --soak: all",
     AT(count)},
    {"seed", "N", "the order of an earlier run", AT(seed_text)},
    {"timeout-factor", "X", "multiplies every bound; for slow machines",
     AT(factor)},
    {"soak", "TIME", "only tests of wear, each for so long: 90s, 10m, 2h",
     AT(soak)},
    {"junit", "FILE", "write a JUnit report", AT(junit)},
    {"jsonl", "FILE", "write a line of JSON for each test", AT(jsonl)},
    {"html", "FILE", "write a page with the wire trace of each test", AT(html)},
    {"badge", "FILE", "write a badge: how many profiles are kept, as SVG",
     AT(badge)},
    {"merge", NULL, "make the page of --html of several reports, FILE.jsonl…",
     AT(merge)},
    {"work", "DIR", "where the folder of traces is made; default: $TMPDIR",
     AT(work)},
    {"keep", NULL, "keep the traces of tests that passed", AT(keep)},
    {"list", NULL, "print the selected rules and leave", AT(list)},
    {"list-tests", NULL, "print the selected tests and leave", AT(list_tests)},
    {"help", NULL, "print this and leave", AT(help)},
    {"version", NULL, "print the versions and leave", AT(version)},
};
enum { SOAK_MAX = 864000 }; /* seconds */
enum { OPTIONS = sizeof table / sizeof table[0] };

void
options_help(FILE *file)
{
    size_t i;

    fputs("Usage: palm-conform --target CMD [OPTION…]\n"
          "       palm-conform --attach FILE [OPTION…]\n"
          "       palm-conform --merge --html FILE FILE.jsonl…\n\n"
          "Tests an implementation of PALM against the specification.\n"
          "GLOBS are shell patterns, separated by commas.\n\n",
          file);
    for (i = 0; i < OPTIONS; i++) {
        char left[40];

        (void)snprintf(left, sizeof left, "--%s%s%s", table[i].name,
                       table[i].value == NULL ? "" : " ",
                       table[i].value == NULL ? "" : table[i].value);
        fprintf(file, "  %-20s %s\n", left, table[i].help);
    }
    fputs("\nExit status: 0 every selected MUST is kept (or known) and all was "
          "run; 1 a MUST\nis broken; 2 a SHOULD is broken (--strict); 3 an "
          "ERROR, nothing selected, or\nnot all was run.\n",
          file);
}

static const struct option *
find(const char *name, size_t length)
{
    size_t i;

    for (i = 0; i < OPTIONS; i++) {
        if (strlen(table[i].name) == length
            && strncmp(table[i].name, name, length) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static int
refuse(const char *option, const char *value, const char *why)
{
    fprintf(stderr, "palm-conform: --%s: \"%s\": %s\n", option, value, why);
    return -1;
}

/* Takes argv[*at], and its value. */
static int
take(struct options *options, int argc, char *const *argv, int *at)
{
    const char *word = argv[*at];
    const char *name = strncmp(word, "--", 2) == 0 ? word + 2 : "";
    const char *equals = strchr(name, '=');
    const struct option *option =
        find(name, equals == NULL ? strlen(name) : (size_t)(equals - name));
    const char *value = equals == NULL ? NULL : equals + 1;

    if (option == NULL) {
        fprintf(stderr, "palm-conform: \"%s\": no such option, see --help\n",
                word);
        return -1;
    }
    if (option->value == NULL) {
        if (value != NULL) {
            return refuse(option->name, value, "the option takes no value");
        }
        *(bool *)(void *)((char *)options + option->at) = true;
        return 0;
    }
    if (value == NULL && *at + 1 < argc) {
        value = argv[++*at];
    }
    if (value == NULL) {
        return refuse(option->name, "", "needs a value");
    }
    *(const char **)(void *)((char *)options + option->at) = value;
    return 0;
}

static int
read_number(const char *option, const char *text, double least, double most,
            double *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || errno != 0
        || !(*number >= least && *number <= most)) {
        char why[80];

        (void)snprintf(why, sizeof why, "must be a number from %g to %g", least,
                       most);
        return refuse(option, text, why);
    }
    return 0;
}

/* 90 or 90s, 10m, 2h: seconds. */
static int
read_duration(const char *option, const char *text, double *seconds)
{
    static const struct {
        char letter;
        double seconds;
    } units[] = {{'\0', 1}, {'s', 1}, {'m', 60}, {'h', 3600}};
    char *end = NULL;
    double number = strtod(text, &end);
    bool is_whole = end != text && strlen(end) <= 1;
    size_t i;

    for (i = 0; is_whole && i < sizeof units / sizeof units[0]; i++) {
        *seconds = number * units[i].seconds;
        if (*end == units[i].letter && *seconds >= 1 && *seconds <= SOAK_MAX) {
            return 0;
        }
    }
    return refuse(option, text, "must be a time from 1s to 240h");
}

/* The numbers, and what stands in the environment. */
static int
read_numbers(struct options *options)
{
    const char *environment = getenv("PALM_TEST_TIMEOUT_FACTOR");
#ifdef _SC_NPROCESSORS_ONLN
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
#else
    long cores = 1;
#endif
    double jobs = cores > 0 ? 4.0 * (double)cores : 4;
    double seed = (double)((unsigned long)time(NULL) % 1000000);

    options->settings.timeout_factor = 1;
    if (options->factor == NULL) {
        options->factor = environment;
    }
    if ((options->factor != NULL
         && read_number("timeout-factor", options->factor, 0.01, 1000,
                        &options->settings.timeout_factor)
                != 0)
        || (options->count != NULL
            && read_number("jobs", options->count, 1, 256, &jobs) != 0)
        || (options->seed_text != NULL
            && read_number("seed", options->seed_text, 0, 4294967295.0, &seed)
                   != 0)
        || (options->soak != NULL
            && read_duration("soak", options->soak, &options->settings.soak)
                   != 0)) {
        return -1;
    }
    if (options->soak != NULL && options->count == NULL) {
        jobs = 256; /* each goes on for the whole time */
    }
    options->jobs = jobs > 256 ? 256 : (unsigned)jobs;
    if (options->settings.attach != NULL) {
        options->jobs = 1; /* tests share the one server */
    }
    options->seed = (unsigned long)seed;
    return 0;
}

/* What --merge takes, and nothing else does. */
static int
check_merge(const struct options *options)
{
    if (!options->merge && options->files[0] != NULL) {
        fprintf(stderr, "palm-conform: \"%s\": no option, see --help\n",
                options->files[0]);
        return -1;
    }
    if (options->merge
        && (options->html == NULL || options->files[0] == NULL)) {
        fputs("palm-conform: --merge needs --html FILE, and reports\n", stderr);
        return -1;
    }
    return 0;
}

static int
check(const struct options *options)
{
    if (options->help || options->version || options->list
        || options->list_tests) {
        return 0;
    }
    if (check_merge(options) != 0) {
        return -1;
    }
    if (!options->merge
        && (options->settings.target == NULL)
               == (options->settings.attach == NULL)) {
        fputs("palm-conform: give either --target or --attach, see --help\n",
              stderr);
        return -1;
    }
    return 0;
}

int
options_read(struct options *options, int argc, char *const *argv)
{
    char **files = calloc((size_t)argc + 1, sizeof *files);
    size_t count = 0;
    int at;

    memset(options, 0, sizeof *options);
    options->files = files;
    if (files == NULL) {
        fputs("palm-conform: out of memory\n", stderr);
        return -1;
    }
    for (at = 1; at < argc; at++) {
        if (strncmp(argv[at], "-", 1) != 0) {
            files[count++] = argv[at];
        } else if (take(options, argc, argv, &at) != 0) {
            return -1;
        }
    }
    if (read_numbers(options) != 0) {
        return -1;
    }
    return check(options);
}
