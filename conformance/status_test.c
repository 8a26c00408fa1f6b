/* SPDX-License-Identifier: MIT */
/* Tests of what a run comes to: the exit status, the headline, and failures
 * that are known. */
#include <stdlib.h>
#include <unistd.h>

#include "conformance/made_up.h"
#include "harness/support/tap.h"

#define FACTS "name=t\nversion=1.0\nprofiles=cache master hub\n"

/* --- the exit status, and the headline -------------------------------------*/

enum { SHOWN = 8 };

/* Tests by name, with their verdicts. */
struct shown {
    const char *name;
    enum verdict verdict;
};

#define A1     "alpha_001_passes_on" /* MUST */
#define A1B    "alpha_001_again"     /* MUST */
#define A2     "alpha_002_lives"     /* MUST */
#define SHOULD "alpha_003_quick"
#define MAY    "alpha_004_slow"
#define B1     "beta_001_answers" /* MUST */
#define B2     "beta_002_asks"    /* MUST */

#define CACHE(verdict)                                                         \
    {A1, VERDICT_PASS}, {A1B, VERDICT_PASS},                                   \
    {                                                                          \
        A2, verdict                                                            \
    }
#define MASTER(verdict)                                                        \
    {B1, VERDICT_PASS},                                                        \
    {                                                                          \
        B2, verdict                                                            \
    }

static void
fill(struct made_up *made, const struct shown *shown)
{
    made_up_begin(made, FACTS);
    for (; shown->name != NULL; shown++) {
        (void)made_up_add(made, shown->name, shown->verdict);
    }
}

static const struct {
    struct shown shown[SHOWN];
    bool strict;
    bool interrupted;
    bool stale;
    enum run_status status;
} statuses[] = {
    {{{A1, VERDICT_PASS}}, false, false, false, RUN_KEPT},
    {{{A1, VERDICT_KNOWN}}, false, false, false, RUN_KEPT},
    {{{A1, VERDICT_PASS}, {MAY, VERDICT_UNIMPLEMENTED}},
     true,
     false,
     false,
     RUN_KEPT},
    {{{A1, VERDICT_PASS}, {MAY, VERDICT_FAIL}}, true, false, false, RUN_KEPT},
    {{{A1, VERDICT_PASS}, {B1, VERDICT_SKIP}}, true, false, false, RUN_KEPT},
    {{{A1, VERDICT_PASS}, {B1, VERDICT_FAIL}}, false, false, false, RUN_BROKEN},
    {{{A1, VERDICT_PASS}, {B1, VERDICT_UNIMPLEMENTED}},
     false,
     false,
     false,
     RUN_BROKEN},
    {{{A1, VERDICT_FIXED}}, false, false, false, RUN_BROKEN},
    {{{MAY, VERDICT_FIXED}}, false, false, false, RUN_BROKEN},
    {{{A1, VERDICT_PASS}}, false, false, true, RUN_BROKEN},
    {{{A1, VERDICT_PASS}, {SHOULD, VERDICT_FAIL}},
     false,
     false,
     false,
     RUN_KEPT},
    {{{A1, VERDICT_PASS}, {SHOULD, VERDICT_FAIL}},
     true,
     false,
     false,
     RUN_STRICT},
    {{{A1, VERDICT_FAIL}, {SHOULD, VERDICT_FAIL}},
     true,
     false,
     false,
     RUN_BROKEN},
    {{{NULL, VERDICT_PASS}}, false, false, false, RUN_PARTIAL},
    {{{A1, VERDICT_SKIP}}, false, false, false, RUN_PARTIAL},
    {{{MAY, VERDICT_UNIMPLEMENTED}}, false, false, false, RUN_PARTIAL},
    {{{A1, VERDICT_PASS}, {B1, VERDICT_ERROR}},
     false,
     false,
     false,
     RUN_PARTIAL},
    {{{A1, VERDICT_PASS}, {B1, VERDICT_NOT_RUN}},
     false,
     false,
     false,
     RUN_PARTIAL},
    {{{A1, VERDICT_FAIL}, {B1, VERDICT_ERROR}},
     false,
     false,
     false,
     RUN_BROKEN},
    {{{A1, VERDICT_FAIL}}, false, true, false, RUN_PARTIAL},
    {{{A1, VERDICT_PASS}}, false, true, false, RUN_PARTIAL},
};

static void
status_follows_the_verdicts(void)
{
    static struct stale stale = {NULL, "known.tsv:1: no such rule or test"};
    size_t i;

    for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct made_up made;

        fill(&made, statuses[i].shown);
        made.options.strict = statuses[i].strict;
        made.run.interrupted = statuses[i].interrupted;
        made.run.stale = statuses[i].stale ? &stale : NULL;
        printf("# row %zu\n", i);
        EQUAL_INT(statuses[i].status, run_status(&made.run));
    }
}

/* No rule of hub has a test, so nothing is ever said of it. */
static const struct {
    struct shown shown[SHOWN];
    const char *headline;
} headlines[] = {
    {{CACHE(VERDICT_PASS), MASTER(VERDICT_PASS)},
     "CONFORMANT to cache, master"},
    {{CACHE(VERDICT_PASS), MASTER(VERDICT_FAIL)},
     "CONFORMANT to cache; NOT to master (1 MUST failed)"},
    {{CACHE(VERDICT_KNOWN), MASTER(VERDICT_PASS)},
     "CONFORMANT to master; NOT to cache (1 MUST known to fail)"},
    {{CACHE(VERDICT_UNIMPLEMENTED), MASTER(VERDICT_NOT_RUN)},
     "NOT CONFORMANT to cache (1 MUST unimplemented), master (1 MUST not run)"},
    {{CACHE(VERDICT_ERROR), {A1, VERDICT_FAIL}, {A1B, VERDICT_FAIL}},
     "NOT CONFORMANT to cache (2 MUST failed, 1 MUST not judged); partial "
     "selection of master"},
    {{CACHE(VERDICT_FIXED), {B1, VERDICT_PASS}},
     "CONFORMANT to cache; partial selection of master"},
    {{CACHE(VERDICT_PASS), {SHOULD, VERDICT_FAIL}, {MAY, VERDICT_FAIL}},
     "CONFORMANT to cache; partial selection of master"},
    {{{B1, VERDICT_PASS}}, "partial selection of cache, master"},
};

static void
headline_follows_the_verdicts(void)
{
    size_t i;

    for (i = 0; i < sizeof headlines / sizeof *headlines; i++) {
        struct made_up made;
        char *headline;

        fill(&made, headlines[i].shown);
        headline = run_headline(&made.run);
        EQUAL_TEXT(headlines[i].headline, headline);
        free(headline);
    }
}

static void
headline_without_profiles_says_so(void)
{
    struct made_up made;
    char *headline;

    made_up_begin(&made, "name=t\nprofiles=hub\n");
    headline = run_headline(&made.run);
    EQUAL_TEXT("no profile is claimed that has tests", headline);
    free(headline);
}

/* --- failures that are known -----------------------------------------------*/

/* Reads these lines; what was printed, a new string. */
static char *
read_known(struct made_up *made, const char *lines, int *rc)
{
    char path[] = "known-XXXXXX";
    int handle = mkstemp(path);
    struct capture capture;
    char *printed;

    MUST(handle >= 0);
    MUST(write(handle, lines, strlen(lines)) == (ssize_t)strlen(lines));
    (void)close(handle);
    made_up_begin(made, FACTS);
    (void)made_up_add(made, A1, VERDICT_FAIL);
    (void)made_up_add(made, A1B, VERDICT_FAIL);
    (void)made_up_add(made, A2, VERDICT_PASS);
    made->options.known = path;
    capture_begin(&capture);
    *rc = run_known(&made->run);
    printed = capture_end(&capture);
    (void)unlink(path);
    made->options.known = NULL;
    return printed;
}

static const struct {
    const char *lines;
    const char *message;
} refusals[] = {
    {"PALM-ALPHA-001 * why\n", ":1: a line is: id, version"},
    {"# one\n\nPALM-ALPHA-001\t*\n", ":3: a line is: id, version"},
    {"PALM-ALPHA-001\t*\twhy\turl\tmore\n", ":1: a line is: id, version"},
    {"\t*\twhy\turl\n", ":1: an id and a version"},
    {"PALM-ALPHA-001\t\twhy\turl\n", ":1: an id and a version"},
    {"PALM-ALPHA-001\t*\t\turl\n", ":1: a reason is needed"},
    {"PALM-ALPHA-001\t*\twhy\nPALM-ALPHA-001\t1.0\twhy\n",
     ":2: the test is listed twice"},
    {"PALM-ALPHA-001\t*\twhy\n" A1 "\t*\twhy\n",
     ":2: the test is listed twice"},
};

static void
bad_lines_are_refused(void)
{
    size_t i;

    for (i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct made_up made;
        char *printed;
        int rc;

        printed = read_known(&made, refusals[i].lines, &rc);
        printf("# row %zu\n", i);
        EQUAL_INT(-1, rc);
        MUST(strstr(printed, refusals[i].message) != NULL);
        run_known_fini(&made.run);
        free(printed);
    }
}

static void
a_file_that_is_missing_is_refused(void)
{
    struct made_up made;
    struct capture capture;
    char *printed;
    int rc;

    made_up_begin(&made, FACTS);
    made.options.known = "no/such/file";
    capture_begin(&capture);
    rc = run_known(&made.run);
    printed = capture_end(&capture);
    EQUAL_INT(-1, rc);
    MUST(strstr(printed, "--known: \"no/such/file\": ") != NULL);
    free(printed);
}

static void
listed_tests_are_judged_anew(void)
{
    struct made_up made;
    char *printed;
    int rc;
    int i;

    printed =
        read_known(&made,
                   "# a comment\n\nPALM-ALPHA-001\t*\twhy\thttp://x/1\n" A2
                   "\t1.0\tso\r\n",
                   &rc);
    EQUAL_INT(0, rc);
    EQUAL_TEXT("", printed);
    EQUAL_TEXT("why (http://x/1)", made.results[0].known);
    EQUAL_TEXT("why (http://x/1)", made.results[1].known);
    EQUAL_TEXT("so", made.results[2].known);
    for (i = 0; i < 3; i++) {
        run_judge(&made.results[i]);
    }
    EQUAL_INT(VERDICT_KNOWN, made.results[0].outcome.verdict);
    EQUAL_INT(VERDICT_KNOWN, made.results[1].outcome.verdict);
    EQUAL_INT(VERDICT_FIXED, made.results[2].outcome.verdict);
    MUST(made.run.stale == NULL);
    run_known_fini(&made.run);
    free(printed);
}

static void
only_fail_and_pass_are_judged_anew(void)
{
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        struct made_up made;
        struct result *result;

        made_up_begin(&made, FACTS);
        result = made_up_add(&made, A1, (enum verdict)i);
        run_judge(result);
        EQUAL_INT(i, result->outcome.verdict);
        result->known = "why";
        run_judge(result);
        EQUAL_INT(i == VERDICT_FAIL   ? VERDICT_KNOWN
                  : i == VERDICT_PASS ? VERDICT_FIXED
                                      : (enum verdict)i,
                  result->outcome.verdict);
    }
}

static void
other_versions_are_let_be(void)
{
    struct made_up made;
    char *printed;
    int rc;

    printed = read_known(&made, "PALM-ALPHA-001\t1.0.1\twhy\n", &rc);
    EQUAL_INT(0, rc);
    MUST(made.results[0].known == NULL && made.run.stale == NULL);
    run_known_fini(&made.run);
    free(printed);
}

/* "" if there are no more. */
static const char *
text_of(const struct stale *stale, size_t index)
{
    for (; stale != NULL && index > 0; index--) {
        stale = stale->next;
    }
    return stale == NULL ? "" : stale->text;
}

static void
lines_of_no_test_are_stale(void)
{
    struct made_up made;
    char *printed;
    int rc;

    printed = read_known(&made,
                         "PALM-NONE-001\t*\twhy\nPALM-BETA-003\t*\twhy\n", &rc);
    EQUAL_INT(0, rc);
    MUST(strstr(text_of(made.run.stale, 0), ":1: PALM-NONE-001: no such rule")
         != NULL);
    MUST(strstr(text_of(made.run.stale, 1),
                ":2: PALM-BETA-003: the rule has no test")
         != NULL);
    EQUAL_TEXT("", text_of(made.run.stale, 2));
    MUST(strstr(printed, "PALM-NONE-001") != NULL);
    run_known_fini(&made.run);
    free(printed);
}

/* Two tests of the rule A1, of which one fails: it stays listed.  When both
 * pass it is out of date, told once. */
static void
a_rule_is_listed_as_a_set(void)
{
    enum verdict second[] = {VERDICT_FAIL, VERDICT_PASS};
    size_t i;

    for (i = 0; i < 2; i++) {
        struct made_up made;
        struct result *result;
        char *printed;
        int rc;

        printed = read_known(&made, "PALM-ALPHA-001\t*\twhy\n", &rc);
        EQUAL_INT(0, rc);
        made.results[0].outcome.verdict = VERDICT_PASS;
        result = &made.results[1];
        result->outcome.verdict = second[i];
        run_judge(&made.results[0]);
        run_judge(result);
        EQUAL_INT(VERDICT_PASS, made.results[0].outcome.verdict);
        EQUAL_INT(i == 0 ? VERDICT_KNOWN : VERDICT_PASS,
                  result->outcome.verdict);
        made.options.known = "known.tsv";
        EQUAL_INT(0, run_known_end(&made.run));
        EQUAL_TEXT(i == 0 ? ""
                          : "known.tsv: PALM-ALPHA-001: each of its tests "
                            "passes",
                   text_of(made.run.stale, 0));
        EQUAL_TEXT("", text_of(made.run.stale, 1));
        run_known_fini(&made.run);
        free(printed);
    }
}

static const struct tap_test tests[] = {
    {"the exit status follows the verdicts", status_follows_the_verdicts},
    {"the headline follows the verdicts", headline_follows_the_verdicts},
    {"a target without profiles is told so", headline_without_profiles_says_so},
    {"bad lines of known failures are refused", bad_lines_are_refused},
    {"a file of known failures that is missing is refused",
     a_file_that_is_missing_is_refused},
    {"listed tests become KNOWN and FIXED", listed_tests_are_judged_anew},
    {"only FAIL and PASS change their verdict",
     only_fail_and_pass_are_judged_anew},
    {"what is listed for other versions is let be", other_versions_are_let_be},
    {"lines of no test are stale", lines_of_no_test_are_stale},
    {"a rule is listed as a set", a_rule_is_listed_as_a_set},
};

TAP_MAIN("status", tests)
