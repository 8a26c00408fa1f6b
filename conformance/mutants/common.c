/* SPDX-License-Identifier: MIT */
/* common.c: see common.h. */
#include "conformance/mutants/common.h"

#include <stdlib.h>
#include <string.h>

bool
goes_to(const struct crossing *crossing, const char *endpoint)
{
    return crossing->to_target && strcmp(crossing->endpoint, endpoint) == 0;
}

bool
comes_from(const struct crossing *crossing, const char *endpoint)
{
    return !crossing->to_target && strcmp(crossing->endpoint, endpoint) == 0;
}

bool
message_goes_to(struct crossing *crossing, const char *endpoint,
                struct message *message)
{
    return goes_to(crossing, endpoint) && crossing_message(crossing, message);
}

bool
message_comes_from(struct crossing *crossing, const char *endpoint,
                   struct message *message)
{
    return comes_from(crossing, endpoint)
           && crossing_message(crossing, message);
}

struct bytes
http_crossing_body(const struct http_crossing *crossing)
{
    size_t i;

    for (i = 4; i <= crossing->text.size; i++) {
        if (memcmp(crossing->text.data + i - 4, "\r\n\r\n", 4) == 0) {
            return bytes_cut(crossing->text, i, crossing->text.size - i);
        }
    }
    return bytes_of("", 0);
}

int
http_crossing_status(const struct http_crossing *crossing)
{
    const char *text = bytes_string(crossing->test, crossing->text);
    const char *blank = strchr(text, ' ');

    return crossing->request || blank == NULL ? 0 : atoi(blank + 1);
}

void
stays_open_behind_errors(struct http_crossing *crossing)
{
    crossing->stay = http_crossing_status(crossing) >= 400;
}

void
reports_no_error(struct crossing *crossing)
{
    if (comes_from(crossing, "control")
        && bytes_are(crossing->message->frame[0], "ERROR")) {
        crossing_replace_frame(crossing, 0, "RESULT");
    }
}

bool
blank_white_space(struct test *test, struct message *message)
{
    static const char spaces[] = "\t\n\v\f\r\xc2\xa0";
    char *text = test_memory(test, message->function.size + 1);
    bool any = false;
    size_t i;

    for (i = 0; i < message->function.size; i++) {
        text[i] = (char)message->function.data[i];
        if (text[i] != '\0' && strchr(spaces, text[i]) != NULL) {
            text[i] = ' ';
            any = true;
        }
    }
    message->function = bytes_of(text, message->function.size);
    return any;
}
