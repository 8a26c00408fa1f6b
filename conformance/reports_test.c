/* SPDX-License-Identifier: MIT */
/* Tests of what is told of a run: the reports of a made-up run are compared
 * with those in conformance/golden.  After a change that is meant, make them
 * anew with PALM_GOLDEN=update, and read the difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/engine/report.h"
#include "conformance/made_up.h"
#include "harness/support/tap.h"

static void
add_because(struct made_up *made, const char *name, enum verdict verdict,
            const char *reason)
{
    made_up_add(made, name, verdict)->outcome.reason = reason;
}

/* One result of each kind, with all bytes that are special somewhere. */
static void
make_up(struct made_up *made)
{
    static const char facts[] = "name=made <up> & \"so\" #1\nversion=1.0\n"
                                "profiles=cache master\n";
    static struct stale stale = {NULL, "known.tsv:3: PALM-<X>: no such rule"};
    struct result *result;
    size_t i;

    made_up_begin(made, facts);
    made_up_add(made, "beta_001_answers", VERDICT_PASS);
    result = made_up_add(made, "alpha_001_passes_on", VERDICT_FAIL);
    result->outcome.reason = "# < & > \" ' \\ ` ]]> \n\t\001\033\177 "
                             "\303\244 \342\202\254 \360\237\214\264 "
                             "\377 \303 \355\240\200 \357\277\277";
    result->outcome.expected = "3 bytes: key";
    result->outcome.actual = "two\nlines </pre><script>alert(1)</script>";
    result->folder = ".";
    result = made_up_add(made, "alpha_002_lives", VERDICT_ERROR);
    result->outcome.reason = "the target ended";
    result->outcome.crash = "signal 11";
    result->outcome.log = "first line\nlast <line> & \"more\" # \002\n";
    add_because(made, "alpha_003_quick", VERDICT_FAIL, "it is slow");
    add_because(made, "alpha_004_slow", VERDICT_SKIP, "not claimed # so");
    add_because(made, "alpha_004_slow", VERDICT_UNIMPLEMENTED, "it says so");
    add_because(made, "beta_002_asks", VERDICT_UNIMPLEMENTED, "it says so");
    result = made_up_add(made, "beta_002_asks", VERDICT_NOT_RUN);
    result->outcome.reason = "interrupted";
    result->known = "we know, but this run has not seen it";
    result = made_up_add(made, "alpha_001_again", VERDICT_FAIL);
    result->outcome.reason = "differs";
    result->known = "we <know> # it (https://example.org/1?a&b)";
    result = made_up_add(made, "alpha_001_again", VERDICT_PASS);
    result->known = "we knew";
    made->run.stale = &stale;
    for (i = 0; i < made->run.count; i++) {
        run_judge(&made->results[i]);
        made->run.counts[made->results[i].outcome.verdict]++;
    }
}

/* --- golden files ----------------------------------------------------------*/

static void
go_to_golden(void)
{
    static char path[4096];
    const char *source = getenv("PALM_SRCDIR");

    if (*path == '\0') {
        (void)snprintf(path, sizeof path, "%s/conformance/golden",
                       source == NULL ? "." : source);
        MUST(chdir(path) == 0);
    }
}

static void
update(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    MUST(file != NULL);
    fputs(text, file);
    MUST(fclose(file) == 0);
}

/* Says in which line they differ: a page is too long to be printed. */
static void
compare(const char *name, const char *expected, const char *actual)
{
    size_t line = 1;
    size_t begin = 0;
    size_t i;

    for (i = 0; expected[i] != '\0' && expected[i] == actual[i]; i++) {
        if (expected[i] == '\n') {
            line++;
            begin = i + 1;
        }
    }
    if (expected[i] != actual[i]) {
        printf("# golden/%s:%zu\n# expected %.*s\n# actual   %.*s\n", name,
               line, (int)strcspn(expected + begin, "\n"), expected + begin,
               (int)strcspn(actual + begin, "\n"), actual + begin);
    }
    MUST(expected[i] == actual[i]);
}

typedef void writer(FILE *file, const struct run *run);

static char *
written(writer *write)
{
    struct made_up made;
    char *text = NULL;
    size_t size = 0;
    FILE *file;

    go_to_golden();
    make_up(&made);
    file = open_memstream(&text, &size);
    MUST(file != NULL);
    write(file, &made.run);
    MUST(fclose(file) == 0);
    return text;
}

static void
golden(const char *name, writer *write)
{
    char *actual = written(write);
    const char *what = getenv("PALM_GOLDEN");
    char *expected;

    if (what != NULL && strcmp(what, "update") == 0) {
        update(name, actual);
    }
    expected = read_all(fopen(name, "r"));
    compare(name, expected, actual);
    free(expected);
    free(actual);
}

static void
write_tap(FILE *file, const struct run *run)
{
    size_t i;

    tap_begin(file, run);
    for (i = 0; i < run->count; i++) {
        tap_result(file, run, &run->results[i], i + 1);
    }
    tap_end(file, run);
}

static FILE *
report_of(const char *text)
{
    FILE *file = tmpfile();

    MUST(file != NULL);
    fputs(text, file);
    rewind(file);
    return file;
}

/* A page of the run, and of the same run twice. */
static void
write_pages(FILE *file, const struct run *run, size_t count)
{
    static const char *const names[] = {"a.jsonl", "b <2>.jsonl"};
    FILE *reports[2] = {NULL, NULL};
    size_t i;

    for (i = 0; i < count; i++) {
        reports[i] = tmpfile();
        MUST(reports[i] != NULL);
        jsonl_write(reports[i], run);
        rewind(reports[i]);
    }
    EQUAL_INT(0, html_write(file, reports, names, count, true));
    for (i = 0; i < count; i++) {
        (void)fclose(reports[i]);
    }
}

static size_t
count_of(const char *text, const char *part)
{
    size_t count = 0;

    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        count++;
    }
    return count;
}

/* Without --keep a page has the traces of what did not pass. */
static void
traces_that_passed_are_left_out(void)
{
    static const char *const name = "a.jsonl";
    struct made_up made;
    char *text[2];
    int all;

    make_up(&made);
    for (all = 0; all < 2; all++) {
        FILE *report = tmpfile();
        FILE *page = tmpfile();

        MUST(report != NULL && page != NULL);
        jsonl_write(report, &made.run);
        rewind(report);
        EQUAL_INT(0, html_write(page, &report, &name, 1, all == 1));
        (void)fclose(report);
        rewind(page);
        text[all] = read_all(page);
    }
    EQUAL_INT(made.run.count, count_of(text[1], "<h4>Trace</h4>"));
    EQUAL_INT(made.run.count - made.run.counts[VERDICT_PASS],
              count_of(text[0], "<h4>Trace</h4>"));
    free(text[0]);
    free(text[1]);
}

static void
write_page(FILE *file, const struct run *run)
{
    write_pages(file, run, 1);
}

static void
write_merged(FILE *file, const struct run *run)
{
    write_pages(file, run, 2);
}

static void
tap_is_golden(void)
{
    golden("run.tap", write_tap);
}

static void
junit_is_golden(void)
{
    golden("run.xml", junit_write);
}

static void
jsonl_is_golden(void)
{
    golden("run.jsonl", jsonl_write);
}

static void
badge_is_golden(void)
{
    golden("run.svg", badge_write);
}

static void
page_is_golden(void)
{
    golden("run.html", write_page);
}

static void
merged_page_is_golden(void)
{
    golden("merged.html", write_merged);
}

static void
page_lets_no_markup_through(void)
{
    char *page = written(write_page);

    MUST(strstr(page, "<script>alert") == NULL);
    MUST(strstr(page, "&lt;script&gt;alert") != NULL);
    MUST(strstr(page, "src=") == NULL && strstr(page, "@import") == NULL);
    free(page);
}

/* --- reports that cannot be read -------------------------------------------*/

#define RUN_LINE "{\"type\":\"run\",\"target\":\"t\"}\n"
static const struct {
    const char *report;
    const char *message; /* NULL: it is taken */
} refused[] = {
    {RUN_LINE, NULL},
    {" { \"type\" : \"run\" , \"n\" : -1.5e3, \"x\": null } \n", NULL},
    {RUN_LINE "{\"type\":\"test\",\"id\":\"X\",\"verdict\":\"PASS\"}", NULL},
    {"", "r.jsonl:0: no run"},
    {"TAP version 13\n", "r.jsonl:1: it is no object"},
    {RUN_LINE "{\"type\":\"te", "r.jsonl:2: a value is"},
    {RUN_LINE "{\"type\":\"test\",\"id\":\"X\"", "the object has no end"},
    {RUN_LINE "{} {}\n", "something follows"},
    {RUN_LINE "{\"type\"}\n", "a key has no value"},
    {RUN_LINE "{1:2}\n", "a key is no string"},
    {RUN_LINE "{\"type\":{}}\n", "a value is neither"},
    {RUN_LINE "{\"type\":[\"a\",1]}\n", "a value is neither"},
    {RUN_LINE "{\"type\":\"\\u12\"}\n", "a value is neither"},
    {RUN_LINE "{\"type\":\"\\q\"}\n", "a value is neither"},
    {RUN_LINE RUN_LINE, "r.jsonl:2: neither a run"},
    {RUN_LINE "{\"type\":\"else\"}\n", "r.jsonl:2: neither a run"},
    {RUN_LINE "{\"type\":\"test\",\"id\":\"X\",\"verdict\":\"\\\"><b>\"}\n",
     "r.jsonl:2: a test without a verdict"},
    {RUN_LINE "{\"type\":\"test\",\"verdict\":\"PASS\"}\n",
     "r.jsonl:2: a test without an id"},
};

static void
bad_reports_are_refused(void)
{
    static const char *const name = "r.jsonl";
    size_t i;

    for (i = 0; i < sizeof refused / sizeof *refused; i++) {
        FILE *report = report_of(refused[i].report);
        FILE *page = tmpfile();
        struct capture capture;
        char *text;
        int rc;

        MUST(page != NULL);
        capture_begin(&capture);
        rc = html_write(page, &report, &name, 1, true);
        text = capture_end(&capture);
        printf("# row %zu\n", i);
        EQUAL_INT(refused[i].message == NULL ? 0 : -1, rc);
        MUST(refused[i].message == NULL
                 ? *text == '\0'
                 : strstr(text, refused[i].message) != NULL);
        free(text);
        (void)fclose(page);
        (void)fclose(report);
    }
}

static const struct tap_test tests[] = {
    {"a run as TAP is the golden one", tap_is_golden},
    {"a run as JUnit is the golden one", junit_is_golden},
    {"a run in lines of JSON is the golden one", jsonl_is_golden},
    {"a run as a badge is the golden one", badge_is_golden},
    {"a run as a page is the golden one", page_is_golden},
    {"two runs on one page are the golden one", merged_page_is_golden},
    {"a page lets no markup through and loads nothing",
     page_lets_no_markup_through},
    {"traces of what passed are left out", traces_that_passed_are_left_out},
    {"bad reports are refused by their line", bad_reports_are_refused},
};

TAP_MAIN("reports", tests)
