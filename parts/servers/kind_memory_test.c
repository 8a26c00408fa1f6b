/* SPDX-License-Identifier: MIT */
/* Without memory no kind is made, nothing is half registered, nothing leaks:
 * the first, the second, the next allocation fails until the call succeeds. */
#include "config.h"
#include "parts/servers/kind.h"

#include <stdio.h>

#include "harness/support/no_memory.h"
#include "harness/support/tap.h"

static palm_kind_options_t
options_for(palm_kind_t kind)
{
    palm_kind_options_t options;
    const char *key;
    palm_kind_options_init(&options);
    options.name = "server";
    for (size_t i = 0; (key = palm_kind_option_name(i)); i++) {
        if (palm_kind_has(kind, key) && strcmp(key, "to_client") != 0) {
            MUST(!palm_kind_option_set(&options, key, "inproc://a", NULL));
        }
    }
    return options;
}

/* Makes a server with failures until it succeeds; how many there were. */
static int
make_at_last(palm_kind_t kind, palm_server_t **server)
{
    palm_kind_options_t options = options_for(kind);
    palm_error_t err = {0, ""};
    int failures = 0;
    for (;;) {
        no_memory_at = failures + 1;
        *server = palm_kind_new(kind, &options, &err);
        int code = errno;
        no_memory_at = 0;
        if (*server) {
            return failures;
        }
        EQUAL_INT(ENOMEM, code);
        EQUAL_INT(ENOMEM, err.code);
        failures++;
    }
}

static void
no_kind_is_made_without_memory(void)
{
    for (size_t kind = 0; palm_kind_name(kind); kind++) {
        palm_server_t *server;
        MUST(make_at_last((palm_kind_t)kind, &server) > 10);
        palm_server_destroy(&server);
    }
}

static int
say_nothing(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)reply;
    (void)arg;
    return 0;
}

/* Among so many functions the table grows several times. */
static void
functions_are_registered_or_not(void)
{
    enum { FUNCTIONS = 500 };
    palm_functions_t *functions = palm_functions_new();
    int failures = 0;
    MUST(functions);
    for (int i = 0; i < FUNCTIONS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "f%d", i);
        for (int at = 1;; at++) {
            no_memory_at = at;
            int result = palm_functions_register(
                functions, name, PALM_YIELDS_ONE, say_nothing, NULL);
            int code = errno;
            no_memory_at = 0;
            if (!result) {
                break;
            }
            EQUAL_INT(ENOMEM, code);
            failures++;
        }
    }
    MUST(failures > 2 * FUNCTIONS);
    palm_functions_destroy(&functions);
    no_memory_at = 1;
    FAILS(ENOMEM, palm_functions_new() ? 0 : -1);
}

static const struct tap_test tests[] = {
    {"no kind is made without memory", no_kind_is_made_without_memory},
    {"functions are registered or not", functions_are_registered_or_not},
};

TAP_MAIN("kind_memory", tests)
