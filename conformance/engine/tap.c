/* SPDX-License-Identifier: MIT */
/* tap.c: TAP 13 for automake and prove. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/report.h"

/* How a verdict stands in a line of TAP. */
static const struct {
    const char *begin;
    const char *directive;
} forms[VERDICT_COUNT] = {
    {"ok", ""},             /* PASS */
    {"not ok", ""},         /* FAIL */
    {"not ok", ""},         /* ERROR */
    {"ok", " # SKIP "},     /* UNIMPLEMENTED; of a MUST: not ok */
    {"ok", " # SKIP "},     /* SKIP */
    {"ok", " # SKIP "},     /* NOT-RUN */
    {"not ok", " # TODO "}, /* KNOWN */
    {"ok", " # TODO "},     /* FIXED */
};

/* Within a line: "#" begins a directive, a newline ends all. */
static const struct escape in_line[] = {
    {'#', "\\#"}, {'\\', "\\\\"}, {'\n', " "}, {'\t', " "}, {0, NULL},
};
static const struct form form_line = {in_line, "\\\\x", "\\\\x"};

/* Within a string of YAML in double quotes. */
static const struct escape in_yaml[] = {
    {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {0, NULL},
};
static const struct form form_yaml = {in_yaml, "\\x", "\\\\x"};

static void
put_yaml(FILE *file, const char *key, const char *text)
{
    if (*text != '\0') {
        fprintf(file, "  %s: \"", key);
        report_text(file, text, &form_yaml);
        fputs("\"\n", file);
    }
}

void
tap_begin(FILE *file, const struct run *run)
{
    char name[80];
    char version[80];

    fprintf(file, "TAP version 13\n1..%zu\n", run->count);
    fputs("# palm-conform " SUITE_VERSION ", specification " SPEC_VERSION
          ", target ",
          file);
    report_text(file, run_fact(run, "name", name, sizeof name), &form_line);
    fputc(' ', file);
    report_text(file, run_fact(run, "version", version, sizeof version),
                &form_line);
    fprintf(file, ", seed %lu\n", run->options->seed);
    (void)fflush(file);
}

static void
put_block(FILE *file, const struct result *result)
{
    const struct outcome *outcome = &result->outcome;

    fputs("  ---\n", file);
    put_yaml(file, "verdict", verdict_name(outcome->verdict));
    put_yaml(file, "id", result->rule->id);
    put_yaml(file, "level", result->rule->level);
    put_yaml(file, "clause", result->rule->text);
    put_yaml(file, "message", outcome->reason);
    put_yaml(file, "expected", outcome->expected);
    put_yaml(file, "actual", outcome->actual);
    put_yaml(file, "crash", outcome->crash);
    put_yaml(file, "stderr", outcome->log);
    fprintf(file, "  elapsed_ms: %lld\n", (long long)outcome->elapsed / 1000);
    if (result->folder != NULL) {
        char path[4096];

        (void)snprintf(path, sizeof path, "%s/trace.tsv", result->folder);
        put_yaml(file, "trace", path);
    }
    put_yaml(file, "repeat", result->repeat);
    fputs("  ...\n", file);
}

void
tap_result(FILE *file, const struct run *run, const struct result *result,
           size_t number)
{
    const struct outcome *outcome = &result->outcome;
    bool listed =
        outcome->verdict == VERDICT_KNOWN || outcome->verdict == VERDICT_FIXED;
    bool lacking = outcome->verdict == VERDICT_UNIMPLEMENTED
                   && strcmp(result->rule->level, "MUST") == 0;

    (void)run;
    fprintf(file, "%s %zu - %s %s",
            lacking ? "not ok" : forms[outcome->verdict].begin, number,
            result->rule->id, result->entry->name);
    if (!lacking && *forms[outcome->verdict].directive != '\0') {
        fputs(forms[outcome->verdict].directive, file);
        report_text(file, listed ? result->known : outcome->reason, &form_line);
    }
    fputc('\n', file);
    if (outcome->verdict != VERDICT_PASS) {
        put_block(file, result);
    } else if (*outcome->reason != '\0') {
        fprintf(file, "# %s: ", result->entry->name);
        report_text(file, outcome->reason, &form_line);
        fputc('\n', file);
    }
    (void)fflush(file);
}

void
tap_end(FILE *file, const struct run *run)
{
    const struct stale *stale;
    char *headline = run_headline(run);
    const char *begin = "# ";
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        if (run->counts[i] > 0) {
            fprintf(file, "%s%s %zu", begin, verdict_name((enum verdict)i),
                    run->counts[i]);
            begin = ", ";
        }
    }
    fprintf(file, "%sin %.1f s\n", begin, (double)run->elapsed / 1e6);
    for (stale = run->stale; stale != NULL; stale = stale->next) {
        fputs("# known failures: ", file);
        report_text(file, stale->text, &form_line);
        fputc('\n', file);
    }
    fputs("# ", file);
    report_text(file, headline, &form_line);
    fputc('\n', file);
    free(headline);
    (void)fflush(file);
}
