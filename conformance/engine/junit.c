/* SPDX-License-Identifier: MIT */
/* junit.c: the XML that CI servers read. */
#include <string.h>

#include "conformance/engine/report.h"

/* What a verdict is for JUnit; NULL: nothing stands there. */
static const char *const elements[VERDICT_COUNT] = {
    NULL,      /* PASS */
    "failure", /* FAIL */
    "error",   /* ERROR */
    "skipped", /* UNIMPLEMENTED; of a MUST: failure */
    "skipped", /* SKIP */
    "skipped", /* NOT-RUN */
    "skipped", /* KNOWN */
    "failure", /* FIXED */
};

static const char *
element_of(const struct result *result)
{
    enum verdict verdict = result->outcome.verdict;

    return verdict == VERDICT_UNIMPLEMENTED
                   && strcmp(result->rule->level, "MUST") == 0
               ? "failure"
               : elements[verdict];
}

static size_t
count_elements(const struct run *run, const char *element)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < run->count; i++) {
        const char *of = element_of(&run->results[i]);

        count += of != NULL && strcmp(of, element) == 0;
    }
    return count;
}

static void
put(FILE *file, const char *text)
{
    report_text(file, text, &form_markup);
}

/* An attribute: a newline in it would become a blank. */
static void
put_attribute(FILE *file, const char *name, const char *text)
{
    static const struct escape escapes[] = {
        {'&', "&amp;"},  {'<', "&lt;"},  {'>', "&gt;"},   {'"', "&quot;"},
        {'\'', "&#39;"}, {'\t', "&#9;"}, {'\n', "&#10;"}, {0, NULL},
    };
    static const struct form form = {escapes, "\\x", "\\x"};

    fprintf(file, " %s=\"", name);
    report_text(file, text, &form);
    fputc('"', file);
}

static void
put_property(FILE *file, const char *name, const char *value)
{
    fputs("      <property", file);
    put_attribute(file, "name", name);
    put_attribute(file, "value", value);
    fputs("/>\n", file);
}

static void
put_line(FILE *file, const char *key, const char *text)
{
    if (*text != '\0') {
        fprintf(file, "%s: ", key);
        put(file, text);
        fputc('\n', file);
    }
}

static void
put_fault(FILE *file, const struct result *result, const char *element)
{
    const struct outcome *outcome = &result->outcome;
    const char *message = outcome->reason;

    if (outcome->verdict == VERDICT_FIXED) {
        message = "listed as a known failure, but it passes";
    } else if (outcome->verdict == VERDICT_KNOWN) {
        message = result->known;
    }
    fprintf(file, "      <%s", element);
    put_attribute(file, "message", message);
    if (strcmp(element, "skipped") == 0) {
        fputs("/>\n", file); /* the schema has no text in it */
        return;
    }
    put_attribute(file, "type", verdict_name(outcome->verdict));
    fputc('>', file);
    put_line(file, result->rule->level, result->rule->text);
    put_line(file, "expected", outcome->expected);
    put_line(file, "actual", outcome->actual);
    put_line(file, "crash", outcome->crash);
    put_line(file, "known", result->known == NULL ? "" : result->known);
    put_line(file, "repeat", result->repeat);
    if (result->folder != NULL) {
        put_line(file, "folder of the trace", result->folder);
    }
    fprintf(file, "</%s>\n", element);
}

static void
put_case(FILE *file, const struct result *result)
{
    const char *element = element_of(result);

    fputs("    <testcase", file);
    put_attribute(file, "classname", result->rule->id);
    put_attribute(file, "name", result->entry->name);
    fprintf(file, " time=\"%.3f\"", (double)result->outcome.elapsed / 1e6);
    if (element == NULL) {
        fputs("/>\n", file);
        return;
    }
    fputs(">\n", file);
    put_fault(file, result, element);
    if (*result->outcome.log != '\0') {
        fputs("      <system-err>", file);
        put(file, result->outcome.log);
        fputs("</system-err>\n", file);
    }
    fputs("    </testcase>\n", file);
}

void
junit_write(FILE *file, const struct run *run)
{
    char text[1024];
    size_t i;

    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
          "  <testsuite name=\"palm-conform\"",
          file);
    fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", run->count,
            count_elements(run, "failure"), count_elements(run, "error"));
    fprintf(file, " skipped=\"%zu\" time=\"%.3f\"",
            count_elements(run, "skipped"), (double)run->elapsed / 1e6);
    put_attribute(file, "timestamp", run->began);
    fputs(">\n    <properties>\n", file);
    put_property(file, "suite", SUITE_VERSION);
    put_property(file, "specification", SPEC_VERSION);
    put_property(file, "target", run_fact(run, "name", text, sizeof text));
    put_property(file, "version", run_fact(run, "version", text, sizeof text));
    put_property(file, "profiles",
                 run_fact(run, "profiles", text, sizeof text));
    put_property(file, "command", run->command);
    (void)snprintf(text, sizeof text, "%lu", run->options->seed);
    put_property(file, "seed", text);
    fputs("    </properties>\n", file);
    for (i = 0; i < run->count; i++) {
        put_case(file, &run->results[i]);
    }
    fputs("  </testsuite>\n</testsuites>\n", file);
}
