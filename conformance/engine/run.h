/* SPDX-License-Identifier: MIT */
/* run.h: one run of the suite: what was asked, what was found.
 *
 * Main process only: no ZeroMQ here, each test has a process of its own. */
#ifndef CONFORMANCE_ENGINE_RUN_H
#define CONFORMANCE_ENGINE_RUN_H

#include "conformance/engine/verdict.h"

/* The suite's version; the specification's is SPEC_VERSION. */
#define SUITE_VERSION "1.1"
#define SPEC_VERSION  "1"

/* What stands on the command line; texts are borrowed from it. */
struct options {
    struct settings settings;
    const char *run;     /* globs of ids, separated by commas */
    const char *section; /* globs of sections */
    const char *level;   /* globs of levels */
    const char *profile; /* globs of profiles */
    const char *known;   /* file */
    const char *junit;   /* files to write */
    const char *jsonl;
    const char *html;
    const char *badge;
    char **files; /* the reports of --merge; ends with NULL */
    const char *work;
    const char *count; /* of tests that run at once */
    const char *seed_text;
    const char *factor;
    const char *soak;
    unsigned jobs;
    unsigned long seed;
    bool strict;
    bool keep;
    bool merge;
    bool list;
    bool list_tests;
    bool help;
    bool version;
};

struct result {
    const struct test_entry *entry;
    const struct rule *rule;
    struct outcome outcome;
    const char *folder; /* trace.tsv, target-0.err …; NULL if it did not run */
    const char *repeat; /* the command that repeats it */
    const char *known;  /* the reason that is listed, or NULL */
    bool known_as_rule; /* for all tests of the rule together */
    bool done;
};

/* What stands in the known file and is out of date. */
struct stale {
    struct stale *next;
    const char *text; /* file:line: what is wrong */
};

struct run {
    const struct options *options;
    const char *program; /* as it was called */
    const char *command; /* with its arguments, for a shell */
    const char *began;   /* "2026-11-24T21:42:40Z" */
    const char *facts; /* of the target's READY, lines key=value; never NULL */
    struct result *results;
    size_t count;
    size_t counts[VERDICT_COUNT];
    struct stale *stale;
    int64_t elapsed;
    bool interrupted;
    const char *suspect; /* --attach: the last test that failed, or NULL */
};

/* What palm-conform exits with. */
enum run_status {
    RUN_KEPT = 0,   /* every selected MUST passed or is KNOWN, run complete */
    RUN_BROKEN = 1, /* a MUST failed */
    RUN_STRICT = 2, /* with --strict: a SHOULD failed */
    RUN_PARTIAL = 3 /* an ERROR, nothing selected, or not all was run */
};

/* The value of a line of the facts into buffer, "" if there is none. */
const char *run_fact(const struct run *run, const char *key, char *buffer,
                     size_t size);
bool run_claims(const struct run *run, const char *profile);

enum run_status run_status(const struct run *run);

/* Which profiles the target conforms to, and which not, why; a new string. */
char *run_headline(const struct run *run);

/* Of the profiles that the target claims and that have tests, how many there
 * are, how many are kept, and of how many not all MUST were selected. */
struct sums {
    size_t claimed;
    size_t kept;
    size_t partial;
};
struct sums run_sums(const struct run *run);

/* Runs the tests, options->jobs at once; tells of each that is done.
 * 0, or -1 with errno. */
typedef void run_told(struct run *run, struct result *result, size_t number);
int run_all(struct run *run, run_told *told);

/* Whether somebody takes connections at each address of the facts. */
bool run_target_listens(const struct run *run);

/* Asks the target for its facts; 0, or -1 with the reason in *outcome. */
int run_describe(struct run *run, struct outcome *outcome);

/* Whether the options select a rule, or that test of it (NULL: any). */
bool run_wants(const struct options *options, const struct rule *rule,
               const char *test);

/* Leaves only those that options select.  False if nothing is left, or a glob
 * matches nothing: the reason has been printed. */
bool run_select(struct run *run);

/* Whether a test of the rule can go on for ever: its note has "wear". */
bool run_wears(const struct rule *rule);

/* A different order for each seed; rules with the note "slow test" first. */
void run_shuffle(struct run *run);

/* Reads the known failures and marks results; -1 if the file is refused: the
 * reason has been printed.  Then, of a result that is done: FAIL becomes KNOWN,
 * PASS becomes FIXED. */
int run_known(struct run *run);
/* Frees what it made, also where it has refused the file. */
/* When all were judged: a rule that is listed and of which each test passes is
 * out of date.  -1 with errno ENOMEM. */
int run_known_end(struct run *run);
void run_known_fini(struct run *run);
void run_judge(struct result *result);

/* The folder of the run: a new one.  -1: the reason has been printed. */
int work_make(struct options *options);
/* Removes it but for what shows why a test did not pass. */
void work_clean(const struct run *run);

/* A text as one word of the shell; a new string. */
char *shell_word(const char *text);

#endif
