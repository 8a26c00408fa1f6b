/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/http/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/message.h"

/* The path's first segment; size is its length.  NULL: the target has no
 * path. */
static const char *
first_segment(const char *target, size_t *size)
{
    static const char scheme[] = "http://";
    if (!strncasecmp(target, scheme, sizeof scheme - 1)) { /* as to a proxy */
        target += sizeof scheme - 1;
        target += strcspn(target, "/");
        target = *target ? target : "/";
    }
    if (*target != '/') {
        return NULL;
    }
    target++;
    *size = strcspn(target, "/?#");
    return target;
}

static int
digit(char character)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = character ? strchr(digits, character) : NULL;
    return found ? (int)(found - digits) % 16 : -1;
}

/* Decodes "%41"; the bytes written, -1 at a wrong escape or a NUL. */
static int
decode(char *to, const char *from, size_t size)
{
    const char *end = from + size;
    char *start = to;
    while (from < end) {
        if (*from != '%') {
            *to++ = *from++;
            continue;
        }
        int high = end - from > 2 ? digit(from[1]) : -1;
        int low = end - from > 2 ? digit(from[2]) : -1;
        if (high < 0 || low < 0 || (high == 0 && low == 0)) {
            return -1;
        }
        *to++ = (char)(high * 16 + low);
        from += 3;
    }
    return (int)(to - start);
}

char *
palm__http_function(const char *target)
{
    static const char any[] = "_."; /* a server of any name */
    size_t size;
    const char *segment = first_segment(target, &size);
    if (!segment || size == 0) {
        errno = segment ? ENOENT : EINVAL;
        return NULL;
    }
    char *function = malloc(sizeof any + size);
    if (!function) {
        return NULL;
    }
    char *name = function + sizeof any - 1;
    int length = decode(name, segment, size);
    const palm_slice_t text = {name, length < 0 ? 0 : (size_t)length};
    if (length < 0 || !palm_slice_is_utf8(text)) {
        free(function);
        errno = EINVAL;
        return NULL;
    }
    name[length] = '\0';
    if (strchr(name, '.')) {
        memmove(function, name, (size_t)length + 1);
    } else {
        memcpy(function, any, sizeof any - 1);
    }
    return function;
}
