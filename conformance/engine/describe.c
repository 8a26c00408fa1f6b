/* SPDX-License-Identifier: MIT */
/* describe.c: what a target says of itself, before any test. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/engine/check.h"
#include "conformance/engine/facts.h"
#include "conformance/engine/run.h"
#include "conformance/engine/target.h"

enum { FACTS_MAX = 16384 };

static void
describe(struct test *test)
{
    struct target *target =
        test->settings->attach != NULL
            ? target_attach(test, "describe", (const char *const[]){NULL})
            : target_start(test, "describe", NULL);
    const char *spec = target_fact(target, "spec");
    FILE *file = fopen(test_text(test, "%s/facts", test->folder), "w");

    if (file == NULL || fputs(target->facts, file) < 0 || fclose(file) != 0) {
        broken(test, "%s/facts: %s", test->folder, strerror(errno));
    }
    if (spec == NULL || strcmp(spec, SPEC_VERSION) != 0) {
        broken(test,
               "the target is made for version \"%s\" of the "
               "specification, this suite is for " SPEC_VERSION,
               spec == NULL ? "" : spec);
    }
}

static char *
read_facts(const char *folder)
{
    char path[4096];
    char *facts = calloc(1, FACTS_MAX + 1);
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/facts", folder);
    file = fopen(path, "r");
    if (file != NULL && facts != NULL) {
        size_t size = fread(facts, 1, FACTS_MAX, file);

        facts[size] = '\0';
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return facts;
}

int
run_describe(struct run *run, struct outcome *outcome)
{
    static const struct test_entry entry = TEST("", describe);
    static struct result result;
    struct run alone;

    memset(&result, 0, sizeof result);
    memset(&alone, 0, sizeof alone);
    result.entry = &entry;
    alone.facts = "";
    alone.options = run->options;
    alone.results = &result;
    alone.count = 1;
    if (run_all(&alone, NULL) != 0) {
        return -1;
    }
    *outcome = result.outcome;
    if (outcome->verdict == VERDICT_PASS) {
        run->facts = read_facts(result.folder);
    }
    return outcome->verdict == VERDICT_PASS && run->facts != NULL ? 0 : -1;
}

const char *
run_fact(const struct run *run, const char *key, char *buffer, size_t size)
{
    struct bytes value = facts_find(run->facts, key);

    (void)snprintf(buffer, size, "%.*s", (int)value.size,
                   value.data == NULL ? "" : (const char *)value.data);
    return buffer;
}

bool
run_claims(const struct run *run, const char *profile)
{
    return facts_claim(run->facts, profile);
}
