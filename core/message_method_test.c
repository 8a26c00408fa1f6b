/* SPDX-License-Identifier: MIT */
/* What a worker and a server read from a message: the function of a stage, the
 * error of a result; and the slices that all of it is made of. */
#include "config.h"
#include "core/message.h"

#include "harness/support/tap.h"

#define HOLDS(text, slice)                                                     \
    EQUAL_BYTES(text, sizeof(text) - 1, (slice).data, (slice).size)

static palm_message_t
calling(const char *function, int64_t stage)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    message.function = palm_slice(function);
    message.stage = stage;
    return message;
}

static void
names(const char *server, const char *method, const char *function,
      int64_t stage)
{
    palm_slice_t got_server, got_method;
    palm_message_t message = calling(function, stage);
    EQUAL_INT(0, palm_message_method(&message, &got_server, &got_method));
    EQUAL_BYTES(server, strlen(server), got_server.data, got_server.size);
    EQUAL_BYTES(method, strlen(method), got_method.data, got_method.size);
}

static void
names_nothing(int code, const char *function, int64_t stage)
{
    palm_slice_t server = palm_slice("s"), method = palm_slice("m");
    palm_message_t message = calling(function, stage);
    FAILS(code, palm_message_method(&message, &server, &method));
    HOLDS("s", server);
    HOLDS("m", method);
}

static void
method_is_between_the_first_two_dots(void)
{
    names("server", "method", "server.method", 0);
    names("server", "method", "server.method.more.dots", 0);
    names("", "method", ".method", 0);
    names("server", "", "server.", 0);
    names("server", "", "server..x", 0);
}

static void
one_function_ignores_the_stage(void)
{
    names("a", "b", "a.b", 7);
    names("a", "b", "a.b", -7);
}

static void
stage_chooses_among_several(void)
{
    names("a", "b", "a.b c.d e.f", 0);
    names("c", "d", "a.b c.d e.f", 1);
    names("e", "f", "a.b c.d e.f", 2);
}

static void
blanks_together_separate_once(void)
{
    names("c", "d", "  a.b   c.d ", 1);
    names_nothing(ERANGE, "a.b ", 1);
    names_nothing(ERANGE, " ", 0);
}

static void
stage_without_a_function_is_out_of_range(void)
{
    names_nothing(ERANGE, "a.b c.d", 2);
    names_nothing(ERANGE, "a.b c.d", -1);
    names_nothing(ERANGE, "a.b c.d", INT64_MAX);
    names_nothing(ERANGE, "a.b c.d", INT64_MIN);
    names_nothing(ERANGE, "   ", 0);
}

static void
function_without_a_dot_names_nothing(void)
{
    names_nothing(ENOENT, "", 0);
    names_nothing(ENOENT, "method", 0);
    names_nothing(ENOENT, "a.b method", 1);
}

static void
error_field_is_found_again(void)
{
    char room[PALM_ERROR_FIELD_SIZE(5)], out[64];
    palm_message_t message = PALM_MESSAGE_INIT, again;
    palm_slice_t text;
    message.payload = palm_slice("0");
    message.extra = palm_message_error_field(palm_slice("EIO x"), room);
    HOLDS("\x42\x05"
          "EIO x",
          message.extra);
    size_t size = palm_message_write(&message, out);
    EQUAL_INT(0, palm_message_scan(&again, out, size, NULL));
    MUST(palm_message_error(&again, &text));
    HOLDS("EIO x", text);
}

static void
empty_error_text_is_an_error_too(void)
{
    char room[PALM_ERROR_FIELD_SIZE(0)];
    palm_message_t message;
    palm_slice_t text, field = palm_message_error_field(palm_slice(""), room);
    HOLDS("\x42\x00", field);
    EQUAL_INT(0, palm_message_scan(&message, field.data, field.size, NULL));
    MUST(palm_message_error(&message, &text));
    EQUAL_INT(0, text.size);
}

static void
error_field_fits_its_size(void)
{
    static char long_text[70000], room[PALM_ERROR_FIELD_SIZE(70000)];
    palm_slice_t text = {long_text, sizeof long_text};
    palm_slice_t field = palm_message_error_field(text, room);
    EQUAL_INT(sizeof long_text + 4, field.size);
}

static void
finds_error(const char *expected, const char *frame, size_t size)
{
    palm_message_t message;
    palm_slice_t text = {NULL, 0};
    EQUAL_INT(0, palm_message_scan(&message, frame, size, NULL));
    EQUAL_INT(expected != NULL, palm_message_error(&message, &text));
    if (expected) {
        EQUAL_BYTES(expected, strlen(expected), text.data, text.size);
    }
}

static void
last_error_field_wins(void)
{
    finds_error("b",
                "\x42\x01"
                "a\x38\x01\x42\x01"
                "b\x0a\x01p",
                11);
}

static void
other_fields_are_no_error(void)
{
    finds_error(NULL, "\x0a\x01p", 3);         /* no unknown field */
    finds_error(NULL, "\x40\x01", 2);          /* field 8, a number */
    finds_error(NULL, "\x4b\x42\x01x\x4c", 5); /* within a group */
    finds_error("",
                "\x42\x00\x45"
                "1234",
                7);
}

static void
slice_of_a_string_ends_before_its_nul(void)
{
    EQUAL_INT(3, palm_slice("abc").size);
    EQUAL_INT(0, palm_slice("").size);
    EQUAL_INT(0, palm_slice(NULL).size);
}

static void
slices_are_equal_by_their_bytes(void)
{
    palm_slice_t nul = {"a\0b", 3}, other = {"a\0c", 3}, none = {NULL, 0};
    MUST(palm_slice_is_equal(palm_slice("abc"), palm_slice("abc")));
    MUST(!palm_slice_is_equal(palm_slice("abc"), palm_slice("abd")));
    MUST(!palm_slice_is_equal(palm_slice("abc"), palm_slice("ab")));
    MUST(!palm_slice_is_equal(nul, other));
    MUST(palm_slice_is_equal(none, palm_slice("")));
}

static const struct tap_test tests[] = {
    {"the method is between the first two dots",
     method_is_between_the_first_two_dots},
    {"one function ignores the stage", one_function_ignores_the_stage},
    {"the stage chooses among several", stage_chooses_among_several},
    {"blanks together separate once", blanks_together_separate_once},
    {"a stage without a function is out of range",
     stage_without_a_function_is_out_of_range},
    {"a function without a dot names nothing",
     function_without_a_dot_names_nothing},
    {"an error field is found again", error_field_is_found_again},
    {"an empty error text is an error too", empty_error_text_is_an_error_too},
    {"an error field fits its size", error_field_fits_its_size},
    {"the last error field wins", last_error_field_wins},
    {"other fields are no error", other_fields_are_no_error},
    {"a slice of a string ends before its NUL",
     slice_of_a_string_ends_before_its_nul},
    {"slices are equal by their bytes", slices_are_equal_by_their_bytes},
};

TAP_MAIN("message_method", tests)
