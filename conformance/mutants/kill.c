/* SPDX-License-Identifier: MIT */
/* kill.c: the kill matrix: does the suite find each wrong implementation?
 *
 *   kill --conform PATH --mutant PATH --target CMD [--scripted PATH]
 *        [--run GLOB] [--factor X] [--jobs N] [--except FILE] [--wide]
 *        [--without-http] [--complete]
 *
 * Each fault of `palm-mutant --list` is run against the tests of the rule that
 * it breaks; those of --scripted (a server of its own) too.  A fault is killed
 * when one of these tests FAILs.  First all tests run through palm-mutant
 * without a fault: a rule that cannot pass there proves nothing, and is not ok
 * unless FILE (id, tab, reason) lists it.  What fails there with the
 * small factor is tried again with 1; so is a fault that no test has found.
 *
 * --without-http: the target has none, so a fault whose tests are skipped is.
 * --wide runs all tests for each fault, and tells which of other topics fail;
 * --complete wants a fault for each MUST that is seen on the wire, and a test
 * for each fault. */
#include "conformance/mutants/kill.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/engine/catalogue.h"

enum { LINE = 4096 };

static struct fault_row *rows;
static size_t row_count;
static unsigned number; /* of the line of TAP */

/* --- lists ---------------------------------------------------------------- */

static char *
copy_of(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL) {
        perror("kill");
        exit(1);
    }
    return copy;
}

/* "M-CACHE-007a" breaks PALM-CACHE-007. */
static void
rule_of(const char *id, char *rule, size_t size)
{
    size_t length;

    (void)snprintf(rule, size, "PALM-%.60s", id + 2);
    length = strlen(rule);
    while (length > 0 && rule[length - 1] >= 'a' && rule[length - 1] <= 'z') {
        rule[--length] = '\0';
    }
}

static void
add_row(const char *id, const char *what, const char *program, bool scripted)
{
    struct fault_row *row;

    rows = realloc(rows, (row_count + 1) * sizeof *rows);
    if (rows == NULL) {
        perror("kill");
        exit(1);
    }
    row = &rows[row_count++];
    memset(row, 0, sizeof *row);
    row->id = copy_of(id);
    row->what = copy_of(what);
    row->program = program;
    row->scripted = scripted;
    row->factor = kill_options.factor;
    rule_of(id, row->rule, sizeof row->rule);
}

static void
read_list(const char *program, bool scripted)
{
    char line[LINE];
    FILE *file;

    (void)snprintf(line, sizeof line, "'%s' --list", program);
    file = popen(line, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *what = strchr(line, '\t');

        line[strcspn(line, "\n")] = '\0';
        if (what == NULL || strncmp(line, "M-", 2) != 0) {
            printf("Bail out! %s --list says \"%s\"\n", program, line);
            exit(1);
        }
        *what++ = '\0';
        if (fnmatch(kill_options.run, line, 0) == 0) {
            add_row(line, what, program, scripted);
        }
    }
    if (file == NULL || pclose(file) != 0) {
        printf("Bail out! %s --list fails\n", program);
        exit(1);
    }
}

/* --- running -------------------------------------------------------------- */

static const char *
target_of(const struct fault_row *row, char *text, size_t size)
{
    if (row->scripted) {
        (void)snprintf(text, size, "'%s' --fault %s", row->program, row->id);
    } else {
        (void)snprintf(text, size, "'%s' --fault %s -- %s", kill_options.mutant,
                       row->id, kill_options.target);
    }
    return text;
}

static void
start(struct fault_row *row)
{
    char target[LINE];
    char factor[32];
    char jobs[32];

    (void)target_of(row, target, sizeof target);
    (void)snprintf(factor, sizeof factor, "%g", row->factor);
    (void)snprintf(jobs, sizeof jobs, "%u", row->jobs == 0 ? 2 : row->jobs);
    row->out = tmpfile();
    (void)fflush(NULL);
    row->pid = row->out == NULL ? -1 : fork();
    if (row->pid == 0) {
        (void)dup2(fileno(row->out), 1);
        (void)dup2(fileno(row->out), 2);
        (void)execl(kill_options.conform, "palm-conform", "--target", target,
                    "--run", kill_options.wide ? "PALM-*" : row->rule, "--jobs",
                    jobs, "--timeout-factor", factor, (char *)NULL);
        _exit(127);
    }
    if (row->pid < 0) {
        printf("Bail out! no process: %s\n", strerror(errno));
        exit(1);
    }
}

/* The string in quotes of a line of YAML. */
static const char *
yaml(char *line, const char *key)
{
    size_t size = strlen(key);
    char *text = line + strspn(line, " ");

    if (strncmp(text, key, size) != 0 || strncmp(text + size, ": \"", 3) != 0) {
        return NULL;
    }
    text += size + 3;
    text[strcspn(text, "\"\n")] = '\0';
    return text;
}

/* A rule that says that the target lives, and how it ends. */
static bool
is_about_death(const char *rule)
{
    return strncmp(rule, "PALM-LIFE-", 10) == 0
           || strncmp(rule, "PALM-HOSTILE-", 13) == 0;
}

static void
note_verdict(struct fault_row *row, const char *rule, const char *verdict,
             bool crashed)
{
    bool own = row->jobs != 0 || strcmp(rule, row->rule) == 0;
    bool failed =
        strcmp(verdict, "FAIL") == 0
        || (strcmp(verdict, "ERROR") == 0 && crashed && is_about_death(rule));

    if (own) {
        row->fails += failed;
        row->others += !failed;
        row->last = verdict_copy(verdict);
    }
    if (failed || strcmp(verdict, "ERROR") == 0) {
        row_found(row, rule);
    }
}

/* All that palm-conform has said. */
static void
read_tap(struct fault_row *row)
{
    char line[LINE];
    char rule[80] = "";
    char verdict[32] = "";
    bool crashed = false;

    rewind(row->out);
    while (fgets(line, sizeof line, row->out) != NULL) {
        char *name = strstr(line, " - PALM-");
        const char *text;

        if (name != NULL
            && (strncmp(line, "ok ", 3) == 0
                || strncmp(line, "not ok ", 7) == 0)) {
            (void)snprintf(rule, sizeof rule, "%.*s",
                           (int)strcspn(name + 3, " "), name + 3);
            crashed = false;
            row->ran++;
            if (line[0] == 'o' && strstr(name, " # ") == NULL) {
                note_verdict(row, rule, "PASS", false);
            }
        } else if ((text = yaml(line, "verdict")) != NULL) {
            (void)snprintf(verdict, sizeof verdict, "%s", text);
        } else if (yaml(line, "crash") != NULL) {
            crashed = true;
        } else if (strcmp(line, "  ...\n") == 0) {
            note_verdict(row, rule, verdict, crashed);
        } else if (strncmp(line, "palm-conform: ", 14) == 0) {
            line[strcspn(line, "\n")] = '\0';
            row->last = verdict_copy(line);
        }
    }
    (void)fclose(row->out);
    row->out = NULL;
}

/* Waits for one of them; NULL if none is under way. */
static struct fault_row *
wait_for_one(struct fault_row *all, size_t count)
{
    int status;
    pid_t pid = wait(&status);
    size_t i;

    for (i = 0; i < count && pid > 0; i++) {
        if (all[i].pid == pid) {
            all[i].pid = 0;
            read_tap(&all[i]);
            return &all[i];
        }
    }
    return pid > 0 ? wait_for_one(all, count) : NULL;
}

/* --- the parts of the run --------------------------------------------------*/

static void tell(bool good, const char *format, ...) CONFORM_FORMAT(2, 3);

static unsigned wrong; /* lines that say "not ok", and are no work to come */

static void
tell(bool good, const char *format, ...)
{
    va_list arguments;

    printf("%s %u - ", good ? "ok" : "not ok", ++number);
    wrong += !good
             && strstr(format, "# TO"
                               "DO")
                    == NULL;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    (void)fflush(stdout);
}

/* Tests of rules that match, through palm-mutant without a fault. */
static struct fault_row
run_control(const char *rules, double factor)
{
    struct fault_row control;

    memset(&control, 0, sizeof control);
    control.id = "none";
    control.program = kill_options.mutant;
    control.factor = factor;
    control.jobs = kill_options.jobs;
    (void)snprintf(control.rule, sizeof control.rule, "%s", rules);
    start(&control);
    (void)wait_for_one(&control, 1);
    return control;
}

/* The globs of the rules whose faults are run. */
static void
rules_to_run(char *rules, size_t size)
{
    if (strcmp(kill_options.run, "*") == 0) {
        (void)snprintf(rules, size, "PALM-*");
    } else {
        char rule[80];

        rule_of(kill_options.run, rule, sizeof rule);
        (void)snprintf(rules, size, "%s", rule);
    }
}

static void
mark(const char *rule, double factor, bool blocked)
{
    size_t i;

    for (i = 0; i < row_count; i++) {
        if (strcmp(rows[i].rule, rule) == 0 && !rows[i].scripted) {
            rows[i].factor = factor;
            rows[i].blocked = blocked;
        }
    }
}

static void
control_rules(void)
{
    char rules[80];
    struct fault_row first;
    size_t i;

    rules_to_run(rules, sizeof rules);
    first = run_control(rules, kill_options.factor);
    if (first.ran == 0) {
        tell(false, "palm-mutant without a fault passes: %s",
             first.last == NULL ? "nothing was run" : first.last);
        return;
    }
    for (i = 0; i < first.found_count; i++) {
        const char *rule = first.found[i];
        struct fault_row again = run_control(rule, 1);
        bool passes = again.ran > 0 && again.found_count == 0;
        const char *reason = passes ? NULL : except_reason(rule);

        mark(rule, 1, !passes);
        if (passes) {
            printf("# %s needs the whole of its time\n", rule);
        } else if (reason != NULL) {
            printf("# %s cannot pass: %s\n", rule, reason);
        } else {
            tell(false, "%s passes palm-mutant without a fault", rule);
        }
    }
    tell(true, "%s: palm-mutant without a fault is told", rules);
}

static void
judge(struct fault_row *row)
{
    if (row->fails > 0) {
        tell(true, "%s %s", row->id, row->what);
        row->killed = true;
    } else if (row->ran == 0 && !kill_options.complete && row->last != NULL
               && strstr(row->last, "matches no test")) {
        tell(false, "%s %s # TODO its rule has no test", row->id, row->what);
        row->blocked = true;
    } else if (kill_options.without_http && row->last != NULL
               && strcmp(row->last, "SKIP") == 0) {
        tell(true, "%s %s # SKIP the target has no HTTP", row->id, row->what);
        row->blocked = true;
    } else {
        tell(false, "%s %s: survived (%s)", row->id, row->what,
             row->last == NULL ? "no test" : row->last);
    }
    if (kill_options.wide) {
        row_tell_others(row);
    }
}

static void
run_faults(void)
{
    size_t next = 0;
    unsigned running = 0;
    struct fault_row *row;

    while (next < row_count || running > 0) {
        while (next < row_count && running < kill_options.jobs) {
            row = &rows[next++];
            if (row->blocked) {
                printf("# %s is not run, its rule cannot pass\n", row->id);
                continue;
            }
            start(row);
            running++;
        }
        row = running > 0 ? wait_for_one(rows, row_count) : NULL;
        if (row == NULL) {
            running = 0;
        } else if (row->fails == 0 && row->factor < 1 && row->ran > 0) {
            row->factor = 1;
            row->found_count = 0;
            start(row);
        } else {
            running--;
            judge(row);
        }
    }
}

static void
sum_up(int64_t began)
{
    size_t killed = 0;
    size_t rules = 0;
    size_t lacking = 0;
    size_t i;
    size_t j;

    for (i = 0; i < row_count; i++) {
        killed += rows[i].killed;
    }
    for (i = 0; i < catalogue_size; i++) {
        bool must = strcmp(catalogue[i].level, "MUST") == 0
                    && strcmp(catalogue[i].visible, "wire") == 0;
        unsigned all = 0;
        unsigned dead = 0;

        for (j = 0; j < row_count; j++) {
            if (strcmp(rows[j].rule, catalogue[i].id) == 0) {
                all++;
                dead += rows[j].killed;
            }
        }
        rules += all > 0;
        lacking += must && all == 0;
        if (all > 0) {
            printf("# %s\t%u of %u killed\n", catalogue[i].id, dead, all);
        } else if (must && kill_options.complete) {
            tell(false, "%s has a fault", catalogue[i].id);
        }
    }
    printf("# %zu of %zu faults of %zu rules are killed, in %.1f s; %zu rules "
           "that must be kept have none\n",
           killed, row_count, rules, (double)(now() - began) / 1e6, lacking);
    printf("1..%u\n", number);
}

int
main(int argc, char **argv)
{
    int64_t began = now();
    size_t i;
    bool good = true;

    if (kill_options_read(argc, argv) != 0) {
        return 2;
    }
    read_list(kill_options.mutant, false);
    if (kill_options.scripted != NULL) {
        read_list(kill_options.scripted, true);
    }
    control_rules();
    run_faults();
    sum_up(began);
    for (i = 0; i < row_count; i++) {
        good = good && (rows[i].killed || rows[i].blocked);
    }
    return good && wrong == 0 && row_count > 0 ? 0 : 1;
}
