/* SPDX-License-Identifier: MIT */
/* Functions and where their results go, without a worker or a server; how
 * replies become results is in reply_test.c. */
#include "config.h"
#include "core/functions.h"

#include <stdio.h>

#include "harness/support/tap.h"

/* Gathers results as text: "payload|payload|", errors as "!text|". */
struct gathered {
    palm_functions_t *functions;
    palm_results_t results;
    char text[512];
    char told[512]; /* to on_error */
    int fail_with;  /* hand_in() fails, unless 0 */
};

static int
gather(void *arg, zmq_msg_t *frame)
{
    struct gathered *self = arg;
    palm_message_t result;
    palm_slice_t error;
    size_t length = strlen(self->text);
    if (!palm_message_scan(&result, zmq_msg_data(frame), zmq_msg_size(frame),
                           NULL)) {
        bool failed = palm_message_error(&result, &error);
        palm_slice_t text = failed ? error : result.payload;
        (void)snprintf(self->text + length, sizeof self->text - length,
                       "%s%.*s|", failed ? "!" : "", (int)text.size,
                       text.size ? text.data : "");
    }
    (void)zmq_msg_close(frame);
    errno = self->fail_with;
    return self->fail_with ? -1 : 0;
}

static void
tell(void *arg, const char *text)
{
    struct gathered *self = arg;
    (void)snprintf(self->told, sizeof self->told, "%s", text);
}

static int
say(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    return arg ? palm_reply(reply, palm_slice(arg)) : 0;
}

static int
say_twice(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    return say(message, reply, arg) || say(message, reply, arg) ? -1 : 0;
}

static void
begin(struct gathered *self)
{
    memset(self, 0, sizeof *self);
    self->results.hand_in = gather;
    self->results.on_error = tell;
    self->results.arg = self;
    MUST(self->functions = palm_functions_new());
}

static void
give(struct gathered *self, const char *name, palm_yields_t yields,
     palm_function_f *function, const char *text)
{
    MUST(!palm_functions_register(self->functions, name, yields, function,
                                  (void *)(uintptr_t)text));
}

static int
call(struct gathered *self, const char *function)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    message.function = palm_slice(function);
    self->text[0] = self->told[0] = '\0';
    return palm_functions_run(self->functions, &message, &self->results);
}

static void
end(struct gathered *self)
{
    palm_functions_destroy(&self->functions);
    MUST(!self->functions);
    palm_functions_destroy(&self->functions);
}

static void
the_function_named_is_run(void)
{
    struct gathered self;
    begin(&self);
    give(&self, "a", PALM_YIELDS_ONE, say, "one");
    give(&self, "b", PALM_YIELDS_MANY, say_twice, "two");
    MUST(!call(&self, "any.a"));
    EQUAL_TEXT("one|", self.text);
    MUST(!call(&self, "any.b"));
    EQUAL_TEXT("two|two|", self.text);
    give(&self, "a", PALM_YIELDS_ONE, say, "another");
    MUST(!call(&self, "any.a"));
    EQUAL_TEXT("another|", self.text);
    EQUAL_TEXT("", self.told);
    end(&self);
}

static void
wrong_functions_are_refused(void)
{
    static const char *const names[] = {"", "a.b", "a b", NULL};
    struct gathered self;
    char name[1026];
    begin(&self);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        FAILS(EINVAL, palm_functions_register(self.functions, names[i],
                                              PALM_YIELDS_ONE, say, NULL));
    }
    FAILS(EINVAL, palm_functions_register(self.functions, "a", PALM_YIELDS_ONE,
                                          NULL, NULL));
    memset(name, 'x', sizeof name);
    name[1025] = '\0';
    FAILS(EINVAL, palm_functions_register(self.functions, name, PALM_YIELDS_ONE,
                                          say, NULL));
    name[1024] = '\0';
    MUST(!palm_functions_register(self.functions, name, PALM_YIELDS_ONE, say,
                                  NULL));
    end(&self);
}

static void
an_error_is_told_and_handed_in(void)
{
    struct gathered self;
    begin(&self);
    MUST(!call(&self, "any.gone"));
    EQUAL_TEXT("!ENOENT no function 'gone'|", self.text);
    EQUAL_TEXT("ENOENT no function 'gone'", self.told);
    self.results.on_error = NULL;
    MUST(!call(&self, "any.gone"));
    EQUAL_TEXT("!ENOENT no function 'gone'|", self.text);
    EQUAL_TEXT("", self.told);
    end(&self);
}

static void
silence_is_an_empty_result_or_none(void)
{
    struct gathered self;
    begin(&self);
    give(&self, "one", PALM_YIELDS_ONE, say, NULL);
    give(&self, "many", PALM_YIELDS_MANY, say, NULL);
    MUST(!call(&self, "any.one"));
    EQUAL_TEXT("|", self.text);
    MUST(!call(&self, "any.many"));
    EQUAL_TEXT("", self.text);
    self.results.may_be_empty = true;
    MUST(!call(&self, "any.one"));
    EQUAL_TEXT("", self.text);
    MUST(!call(&self, "any.many"));
    EQUAL_TEXT("", self.text);
    end(&self);
}

static void
a_refusal_is_an_error_result(void)
{
    struct gathered self;
    palm_message_t message = PALM_MESSAGE_INIT;
    begin(&self);
    MUST(!palm_functions_refuse(&message, &self.results, EPERM, "not %s\n",
                                "you"));
    EQUAL_TEXT("!EPERM not you?|", self.text);
    EQUAL_TEXT("EPERM not you?", self.told);
    end(&self);
}

static void
what_is_not_handed_in_is_a_failure(void)
{
    struct gathered self;
    begin(&self);
    give(&self, "a", PALM_YIELDS_ONE, say, "one");
    self.fail_with = ECANCELED;
    FAILS(ECANCELED, call(&self, "any.a"));
    FAILS(ECANCELED, call(&self, "any.gone"));
    end(&self);
}

static const struct tap_test tests[] = {
    {"the function named is run", the_function_named_is_run},
    {"wrong functions are refused", wrong_functions_are_refused},
    {"an error is told and handed in", an_error_is_told_and_handed_in},
    {"silence is an empty result, or none", silence_is_an_empty_result_or_none},
    {"a refusal is an error result", a_refusal_is_an_error_result},
    {"what is not handed in is a failure", what_is_not_handed_in_is_a_failure},
};

TAP_MAIN("functions", tests)
