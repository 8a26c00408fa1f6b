/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <zmq.h>

#include "core/message.h"

int
palm_error_set(palm_error_t *err, int code, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        err->code = code;
    }
    errno = code;
    return -1;
}

void
palm_error_clean(char *text)
{
    bool is_utf8 = palm_slice_is_utf8(palm_slice(text));
    for (unsigned char *p = (unsigned char *)text; *p; p++) {
        if (*p < 32 || *p == 127 || (*p > 127 && !is_utf8)) {
            *p = '?';
        }
    }
}

const char *
palm_strerror(int code)
{
    return zmq_strerror(code);
}
