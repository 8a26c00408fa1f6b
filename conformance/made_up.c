/* SPDX-License-Identifier: MIT */
/* made_up.c: see made_up.h. */
#include "conformance/made_up.h"

#include <stdlib.h>
#include <unistd.h>

#include "conformance/engine/suite.h"
#include "harness/support/tap.h"

/* --- a catalogue and a suite of our own ------------------------------------*/

const struct rule catalogue[] = {
    {"PALM-ALPHA-001", "MUST", "cache", "wire", "8.1",
     "A service MUST pass on `<b>` & \"more\".", ""},
    {"PALM-ALPHA-002", "MUST", "cache", "wire", "8.2",
     "A service MUST NOT end.", ""},
    {"PALM-ALPHA-003", "SHOULD", "cache", "wire", "8.3",
     "A service SHOULD be quick.", ""},
    {"PALM-ALPHA-004", "MAY", "cache", "wire", "8.4", "A service MAY be slow.",
     ""},
    {"PALM-BETA-001", "MUST", "master", "wire", "4.1", "A server MUST answer.",
     ""},
    {"PALM-BETA-002", "MUST", "master", "wire", "4.2", "A server MUST ask.",
     ""},
    {"PALM-BETA-003", "MUST", "hub", "review", "4.3", "A hub MUST be readable.",
     ""},
};
const size_t catalogue_size = sizeof catalogue / sizeof *catalogue;

static void
no_test(struct test *test)
{
    (void)test;
}

#define ENTRY(id, name)                                                        \
    {                                                                          \
        id, name, no_test                                                      \
    }
static const struct test_entry entries[] = {
    ENTRY("PALM-ALPHA-001", "alpha_001_passes_on"),
    ENTRY("PALM-ALPHA-001", "alpha_001_again"),
    ENTRY("PALM-ALPHA-002", "alpha_002_lives"),
    ENTRY("PALM-ALPHA-003", "alpha_003_quick"),
    ENTRY("PALM-ALPHA-004", "alpha_004_slow"),
    ENTRY("PALM-BETA-001", "beta_001_answers"),
    ENTRY("PALM-BETA-002", "beta_002_asks"),
    END_OF_TESTS,
};
const struct test_entry *const suite_topics[] = {entries, NULL};

/* --- runs ------------------------------------------------------------------*/

void
made_up_begin(struct made_up *made, const char *facts)
{
    memset(made, 0, sizeof *made);
    made->run.options = &made->options;
    made->run.results = made->results;
    made->run.facts = facts;
    made->run.program = "palm-conform";
    made->run.command = "palm-conform --target './t \"<&>\"'";
    made->run.began = "2026-01-02T03:04:05Z";
    made->run.elapsed = 1234567;
    made->options.seed = 42;
}

struct result *
made_up_add(struct made_up *made, const char *name, enum verdict verdict)
{
    struct result *result = &made->results[made->run.count];
    const struct test_entry *entry = entries;

    MUST(made->run.count++ < RESULTS_MAX);
    while (strcmp(entry->name, name) != 0) {
        entry++;
        MUST(entry->id != NULL);
    }
    result->entry = entry;
    result->rule = catalogue_find(entry->id);
    result->repeat = "palm-conform --target './t \"<&>\"' --run 'a_test'";
    result->outcome.verdict = verdict;
    result->outcome.reason = "";
    result->outcome.expected = "";
    result->outcome.actual = "";
    result->outcome.crash = "";
    result->outcome.log = "";
    result->outcome.elapsed = 1500;
    result->done = true;
    return result;
}

/* --- what is printed
 * --------------------------------------------------------*/

char *
read_all(FILE *file)
{
    char *text = NULL;
    size_t size = 0;
    FILE *copy = open_memstream(&text, &size);
    int byte;

    MUST(file != NULL && copy != NULL);
    while ((byte = getc(file)) != EOF) {
        putc(byte, copy);
    }
    (void)fclose(copy);
    (void)fclose(file);
    return text;
}

void
capture_begin(struct capture *capture)
{
    (void)fflush(stderr);
    capture->file = tmpfile();
    MUST(capture->file != NULL);
    capture->saved = dup(STDERR_FILENO);
    MUST(capture->saved >= 0
         && dup2(fileno(capture->file), STDERR_FILENO) >= 0);
}

char *
capture_end(struct capture *capture)
{
    (void)fflush(stderr);
    (void)dup2(capture->saved, STDERR_FILENO);
    (void)close(capture->saved);
    rewind(capture->file);
    return read_all(capture->file);
}
