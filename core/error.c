/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <zmq.h>

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

const char *
palm_strerror(int code)
{
    return zmq_strerror(code);
}
