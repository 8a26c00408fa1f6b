/* SPDX-License-Identifier: MIT */
/* attach.c: a server that runs already and is described by a file. */
#include <errno.h>
#include <string.h>

#include "conformance/engine/check.h"
#include "conformance/engine/target.h"
#include "conformance/engine/test.h"

enum { FACTS_MAX = 16384 };

struct target *
target_attach(struct test *test, const char *profile,
              const char *const *settings)
{
    struct target *target = test_memory(test, sizeof *target);
    char *facts = test_memory(test, FACTS_MAX + 1);
    FILE *file = fopen(test->settings->attach, "r");

    if (file == NULL) {
        broken(test, "%s: %s", test->settings->attach, strerror(errno));
    }
    (void)!fread(facts, 1, FACTS_MAX, file); /* fewer are fine */
    (void)fclose(file);
    target->test = test;
    target->profile = profile;
    target->facts = facts;
    if (settings[0] != NULL) {
        test_end(test, VERDICT_NOT_RUN, NULL, NULL,
                 "needs a start with \"%s\" = \"%s\"", settings[0],
                 settings[1]);
    }
    if (strcmp(profile, "describe") != 0 && !target_claims(target, profile)) {
        test_end(test, VERDICT_NOT_RUN, NULL, NULL,
                 "the server that runs is no %s", profile);
    }
    return target;
}
