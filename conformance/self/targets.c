/* SPDX-License-Identifier: MIT */
/* targets.c: target.h, with the targets of self_target.c. */
#include <signal.h>
#include <string.h>

#include "conformance/self/self.h"

#define SCENE(name) static void name(struct test *test)

SCENE(facts_are_read)
{
    struct target *target = target_start(test, "ready", "a", "b c'd", NULL);

    check_text(test, "name", bytes_text(target_fact(target, "name")), "self");
    check_text(test, "the setting",
               bytes_text(target_address(target, "setting")), "a=b c'd");
    check_that(test, target_fact(target, "nam") == NULL, "\"nam\" is a fact");
    check_that(test, target_claims(target, "one"), "it does not claim one");
    check_that(test, target_claims(target, "three"), "nor three");
    check_that(test, !target_claims(target, "tw"), "it claims tw");
}

SCENE(address_lacks)
{
    (void)target_address(target_start(test, "ready", NULL), "db_address");
}

SCENE(says_nothing)
{
    (void)target_start(test, "silent", NULL);
}

SCENE(says_other)
{
    (void)target_start(test, "other", NULL);
}

SCENE(starts_refused)
{
    (void)target_start(test, "refuses", NULL);
}

SCENE(ends_early)
{
    (void)target_start(test, "gone", NULL);
}

SCENE(has_no_stop)
{
    target_stop(target_start(test, "endless", NULL));
}

SCENE(all_functions_are_there)
{
    struct target *target = target_start(test, "ready", NULL);

    target_needs(target, "count");
    check_that(test, !target_knows(target, "idle_timeout"), "it knows it");
}

SCENE(some_functions_are_there)
{
    struct target *target = target_start(test, "few", NULL);

    target_needs(target, "echo");
    target_needs(target, "reverse");
    check_that(test, target_knows(target, "idle_timeout"), "it knows it not");
    check_that(test, !target_knows(target, "idle"), "it knows a part of it");
    target_needs(target, "count");
}

SCENE(says_unimplemented)
{
    (void)target_start(test, "unimplemented", NULL);
}

SCENE(exits_89)
{
    (void)target_start(test, "exit_89", NULL);
}

SCENE(is_refused)
{
    check_text(test, "the reason",
               bytes_text(target_refused(test, "refuses", NULL)), "too red");
}

SCENE(is_not_refused)
{
    (void)target_refused(test, "ready", NULL);
}

SCENE(refused_exits_0)
{
    (void)target_refused(test, "refuses_with_0", NULL);
}

SCENE(refused_stays)
{
    (void)target_refused(test, "refuses_and_stays", NULL);
}

SCENE(command_is_answered)
{
    const struct bytes sent[2] = {bytes_text("one"), bytes_text("two")};
    struct target *target = target_start(test, "ready", NULL);
    struct frames got = target_command(target, "echo", sent, 2);

    check_frames(test, "it", &got, 3);
    check_text(test, "the verb", got.frame[0], "echo");
    check_text(test, "the last", got.frame[2], "two");
    check_that(test, !target_poll(target, 0, &got), "there is more");
}

SCENE(command_in_vain)
{
    (void)target_command(target_start(test, "mute", NULL), "echo", NULL, 0);
}

SCENE(command_kills)
{
    (void)target_command(target_start(test, "dies", NULL), "echo", NULL, 0);
}

SCENE(dies_unasked)
{
    struct target *target = target_start(test, "dies", NULL);

    target_send(target, "go", NULL, 0);
    while (target_lives(target)) {
    }
}

SCENE(must_live_fails)
{
    struct target *target = target_start(test, "dies", NULL);

    target_send(target, "go", NULL, 0);
    while (target_lives(target)) {
    }
    target_must_live(target);
}

SCENE(must_live_holds)
{
    target_must_live(target_start(test, "ready", NULL));
}

SCENE(stops)
{
    target_stop(target_start(test, "ready", NULL));
}

SCENE(stops_not)
{
    target_stop(target_start(test, "stubborn", NULL));
}

SCENE(stops_with_1)
{
    target_stop(target_start(test, "exit_1_on_term", NULL));
}

SCENE(stops_by_signal)
{
    target_stop(target_start(test, "term_kills", NULL));
}

SCENE(killed)
{
    struct target *target = target_start(test, "stubborn", NULL);

    target_kill(target);
    check_that(test, !target_lives(target), "it lives");
}

SCENE(ended_by_signal)
{
    struct target *target = target_start(test, "ready", NULL);

    check_that(test, !target_ended(target, 0), "it ended by itself");
    target_signal(target, SIGKILL);
    check_that(test, target_ended(target, bound(test)), "it lives");
}

SCENE(log_is_read)
{
    struct target *target = target_start(test, "ready", NULL);

    check_contains(test, "the log", target_log(target), "to stderr");
}

SCENE(is_noisy)
{
    (void)target_start(test, "noisy", NULL);
}

SCENE(is_noisy_and_fails)
{
    (void)target_start(test, "noisy", NULL);
    fail(test, "for another reason");
}

SCENE(ends_by_test_end)
{
    test_end(test, VERDICT_UNIMPLEMENTED, "a\tb\nc", "\\n", "%s", "why\n");
}

#define FAILS  VERDICT_FAIL
#define ERRORS VERDICT_ERROR
#define HOLDS  VERDICT_PASS, "", "", ""

const struct self_case target_cases[] = {
    {"facts and settings of a target are read", facts_are_read, HOLDS},
    {"what needs a stop that is not there is UNIMPLEMENTED", has_no_stop,
     VERDICT_UNIMPLEMENTED, "the implementation has no stop", "", ""},
    {"without a list it has all functions", all_functions_are_there, HOLDS},
    {"a function that lacks is UNIMPLEMENTED", some_functions_are_there,
     VERDICT_UNIMPLEMENTED, "the target has no function count", "", ""},
    {"an address that lacks is an ERROR", address_lacks, ERRORS,
     "READY of profile ready has no \"db_address\"", "", ""},
    {"no READY is an ERROR", says_nothing, ERRORS, "no READY within", "", ""},
    {"another word is an ERROR", says_other, ERRORS,
     "the target says \"HELLO\": you instead of READY", "", ""},
    {"REFUSED without being asked is an ERROR", starts_refused, ERRORS,
     "the target says \"REFUSED\": too red", "", ""},
    {"an end without READY is an ERROR", ends_early, ERRORS,
     "the target ended without READY: exit status 3", "", ""},
    {"UNIMPLEMENTED is that", says_unimplemented, VERDICT_UNIMPLEMENTED,
     "not here", "", ""},
    {"status 89 is UNIMPLEMENTED", exits_89, VERDICT_UNIMPLEMENTED, "89", "",
     ""},
    {"target_refused gives the reason", is_refused, HOLDS},
    {"READY instead of REFUSED fails", is_not_refused, FAILS,
     "the target says READY, but must refuse", "", ""},
    {"REFUSED with status 0 fails", refused_exits_0, FAILS,
     "ends with exit status 0", "", ""},
    {"REFUSED without an end fails", refused_stays, FAILS,
     "the target says REFUSED and goes on", "", ""},
    {"a command is answered", command_is_answered, HOLDS},
    {"a command in vain fails", command_in_vain, FAILS,
     "the target says nothing within", "", ""},
    {"a command that kills fails", command_kills, FAILS,
     "the target died: exit status 5", "", ""},
    {"a target that ends unasked is an ERROR", dies_unasked, ERRORS,
     "the target ended before the test did", "", ""},
    {"target_must_live fails", must_live_fails, FAILS,
     "the target died: exit status 5", "", ""},
    {"target_must_live holds", must_live_holds, HOLDS},
    {"target_stop holds", stops, HOLDS},
    {"target_stop fails if it goes on", stops_not, FAILS,
     "does not stop within", "", ""},
    {"target_stop fails for status 1", stops_with_1, FAILS, "exit status 1", "",
     ""},
    {"target_stop fails for a signal", stops_by_signal, FAILS, "signal 15", "",
     ""},
    {"target_kill ends whoever ignores SIGTERM", killed, HOLDS},
    {"target_ended waits for the end", ended_by_signal, HOLDS},
    {"the end of stderr is read", log_is_read, HOLDS},
    {"output on stdout is an ERROR", is_noisy, ERRORS,
     "the target wrote to stdout", "", ""},
    {"a failure stands before noise", is_noisy_and_fails, FAILS,
     "for another reason", "", ""},
    {"texts of an outcome come back", ends_by_test_end, VERDICT_UNIMPLEMENTED,
     "why\n", "a\tb\nc", "\\n"},
    END_OF_CASES};
