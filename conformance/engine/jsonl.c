/* SPDX-License-Identifier: MIT */
/* jsonl.c: a report in lines of JSON, for programs; also what a page is made
 * of.  Each line is a flat object; only "trace" and "stale" are arrays, of
 * strings. */
#include <stdlib.h>

#include "conformance/engine/report.h"

static const struct escape escapes[] = {
    {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {0, NULL},
};
static const struct form form = {escapes, "\\u00", "\\\\x"};

static void
put_string(FILE *file, const char *text)
{
    fputc('"', file);
    report_text(file, text, &form);
    fputc('"', file);
}

static void
put(FILE *file, const char *key, const char *text)
{
    fprintf(file, ",\"%s\":", key);
    put_string(file, text);
}

static void
put_fact(FILE *file, const struct run *run, const char *member,
         const char *fact)
{
    char value[1024];

    put(file, member, run_fact(run, fact, value, sizeof value));
}

static void
put_run(FILE *file, const struct run *run)
{
    fputs("{\"type\":\"run\"", file);
    put(file, "suite", SUITE_VERSION);
    put(file, "specification", SPEC_VERSION);
    put_fact(file, run, "target", "name");
    put_fact(file, run, "version", "version");
    put_fact(file, run, "profiles", "profiles");
    put(file, "command", run->command);
    put(file, "began", run->began);
    fprintf(file, ",\"seed\":%lu,\"tests\":%zu}\n", run->options->seed,
            run->count);
}

static void
put_trace_line(FILE *file, const char *line, size_t number)
{
    if (number > 0) {
        fputc(',', file);
    }
    put_string(file, line);
}

static void
put_result(FILE *file, const struct result *result)
{
    const struct outcome *outcome = &result->outcome;

    fputs("{\"type\":\"test\"", file);
    put(file, "id", result->rule->id);
    put(file, "name", result->entry->name);
    put(file, "verdict", verdict_name(outcome->verdict));
    put(file, "level", result->rule->level);
    put(file, "profile", result->rule->profile);
    put(file, "section", result->rule->section);
    put(file, "clause", result->rule->text);
    put(file, "since", catalogue_since(result->rule));
    put(file, "reason", outcome->reason);
    put(file, "expected", outcome->expected);
    put(file, "actual", outcome->actual);
    put(file, "crash", outcome->crash);
    put(file, "stderr", outcome->log);
    put(file, "known", result->known == NULL ? "" : result->known);
    put(file, "repeat", result->repeat);
    fprintf(file, ",\"elapsed_us\":%lld,\"trace\":[",
            (long long)outcome->elapsed);
    report_trace(file, result, put_trace_line);
    fputs("]}\n", file);
}

static void
put_end(FILE *file, const struct run *run)
{
    const struct stale *stale;
    char *headline = run_headline(run);
    size_t number = 0;
    int i;

    fputs("{\"type\":\"end\"", file);
    put(file, "headline", headline);
    free(headline);
    fprintf(file, ",\"status\":%d,\"interrupted\":%s,\"elapsed_us\":%lld",
            (int)run_status(run), run->interrupted ? "true" : "false",
            (long long)run->elapsed);
    for (i = 0; i < VERDICT_COUNT; i++) {
        fprintf(file, ",\"%s\":%zu", verdict_name((enum verdict)i),
                run->counts[i]);
    }
    fputs(",\"stale\":[", file);
    for (stale = run->stale; stale != NULL; stale = stale->next) {
        put_trace_line(file, stale->text, number++);
    }
    fputs("]}\n", file);
}

void
jsonl_write(FILE *file, const struct run *run)
{
    size_t i;

    put_run(file, run);
    for (i = 0; i < run->count; i++) {
        put_result(file, &run->results[i]);
    }
    put_end(file, run);
}
