/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/error.h"

#include <zmq.h>

#include "harness/support/tap.h"

static void
set_fills_the_error_and_errno(void)
{
    palm_error_t err = {0, ""};
    FAILS(ENOENT, palm_error_set(&err, ENOENT, "no key \"%s\"", "k"));
    EQUAL_INT(ENOENT, err.code);
    EQUAL_TEXT("no key \"k\"", err.text);
}

static void
set_needs_no_error(void)
{
    FAILS(EINVAL, palm_error_set(NULL, EINVAL, "%d", 1));
}

static void
long_text_is_cut(void)
{
    struct {
        palm_error_t err;
        char behind[8];
    } room;
    char text[PALM_ERROR_TEXT + 100];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    memset(&room, '!', sizeof room);
    FAILS(EIO, palm_error_set(&room.err, EIO, "%s", text));
    EQUAL_INT(PALM_ERROR_TEXT - 1, strlen(room.err.text));
    EQUAL_BYTES("!!!!!!!!", 8, room.behind, sizeof room.behind);
}

static void
every_code_has_a_description(void)
{
    EQUAL_TEXT(strerror(ENOENT), palm_strerror(ENOENT));
    EQUAL_TEXT(zmq_strerror(ETERM), palm_strerror(ETERM));
    MUST(palm_strerror(0) != NULL);
    MUST(palm_strerror(-12345) != NULL);
}

static const struct tap_test tests[] = {
    {"set fills the error and errno", set_fills_the_error_and_errno},
    {"set needs no error", set_needs_no_error},
    {"a long text is cut", long_text_is_cut},
    {"every code has a description", every_code_has_a_description},
};

TAP_MAIN("error", tests)
