/* SPDX-License-Identifier: MIT */
/* tap.c: TAP 13 for automake and prove. */
#include "conformance/engine/report.h"

#include <string.h>

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

/* A text within a line: "#" begins a directive, a newline ends all. */
static void
put_text(FILE *file, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\') {
            fputc('\\', file);
        }
        fputc(*text == '\n' ? ' ' : *text, file);
    }
}

/* As a string of YAML in double quotes. */
static void
put_yaml(FILE *file, const char *key, const char *text)
{
    if (*text == '\0') {
        return;
    }
    fprintf(file, "  %s: \"", key);
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            fputs("\\n", file);
        } else if (*text == '"' || *text == '\\') {
            fprintf(file, "\\%c", *text);
        } else if ((unsigned char)*text < ' ') {
            fprintf(file, "\\x%02x", (unsigned)*text);
        } else {
            fputc(*text, file);
        }
    }
    fputs("\"\n", file);
}

void
tap_begin(FILE *file, const struct run *run)
{
    char name[80];
    char version[80];

    fprintf(file, "TAP version 13\n1..%zu\n", run->count);
    fprintf(
        file, "# palm-conform %s, specification %s, target %s %s, seed %lu\n",
        SUITE_VERSION, SPEC_VERSION, run_fact(run, "name", name, sizeof name),
        run_fact(run, "version", version, sizeof version), run->options->seed);
    (void)fflush(file);
}

void
tap_result(FILE *file, const struct run *run, const struct result *result,
           size_t number)
{
    const struct outcome *outcome = &result->outcome;
    bool lacking = outcome->verdict == VERDICT_UNIMPLEMENTED
                   && strcmp(result->rule->level, "MUST") == 0;

    fprintf(file, "%s %zu - %s %s",
            lacking ? "not ok" : forms[outcome->verdict].begin, number,
            result->rule->id, result->entry->name);
    if (!lacking && *forms[outcome->verdict].directive != '\0') {
        fputs(forms[outcome->verdict].directive, file);
        put_text(file, result->known != NULL ? result->known : outcome->reason);
    }
    fputc('\n', file);
    if (outcome->verdict == VERDICT_PASS) {
        (void)fflush(file);
        return;
    }
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
        fprintf(file, "  trace: \"%s/trace.tsv\"\n", result->folder);
    }
    put_yaml(file, "repeat", result->repeat);
    fputs("  ...\n", file);
    (void)run;
    (void)fflush(file);
}

void
tap_end(FILE *file, const struct run *run)
{
    int i;

    fputs("#", file);
    for (i = 0; i < VERDICT_COUNT; i++) {
        if (run->counts[i] > 0) {
            fprintf(file, " %s %zu,", verdict_name((enum verdict)i),
                    run->counts[i]);
        }
    }
    fprintf(file, " in %.1f s\n", (double)run->elapsed / 1e6);
}
