/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/http/syntax.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char digits[] = "0123456789";

static bool
is_letter(char byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* A letter, a digit, or one of the further characters. */
static bool
is_of(char byte, const char *further)
{
    return is_letter(byte) || (byte >= '0' && byte <= '9')
           || (byte && strchr(further, byte));
}

static bool
are_all_of(const char *text, size_t size, const char *further)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_of(text[i], further)) {
            return false;
        }
    }
    return true;
}

/* RFC 9110, 5.6.2. */
static bool
is_token(const char *text, size_t size)
{
    return size > 0 && are_all_of(text, size, "!#$%&'*+-.^_`|~");
}

/* --- the first line ------------------------------------------------------- */

/* RFC 9112, 3.2.1 and 3.2.2: a path, or a whole URL as to a proxy, without
 * control characters and what begins a fragment.  Bytes beyond ASCII are not
 * escaped by everybody; no two servers read them in two ways. */
static bool
is_target(const char *target)
{
    if (*target != '/' && strncasecmp(target, "http://", 7) != 0) {
        return false;
    }
    for (; *target; target++) {
        if ((unsigned char)*target <= ' ' || *target == 0x7f
            || *target == '#') {
            return false;
        }
    }
    return true;
}

const char *
palm__http_wrong_start(const char *method, const char *target,
                       const char *version)
{
    if (!is_token(method, strlen(method))) {
        return "the method is no token\n";
    }
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) {
        return "expected HTTP/1.1 or HTTP/1.0\n";
    }
    return is_target(target) ? NULL
                             : "the target is neither a path nor a URL\n";
}

const char *
palm__http_target_path(const char *target)
{
    const char *path = *target == '/' ? target : strchr(target + 7, '/');
    return path ? path : "/";
}

/* --- fields --------------------------------------------------------------- */

static bool
has_control(palm_slice_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
            return true;
        }
    }
    return false;
}

const char *
palm__http_wrong_field(palm_slice_t name, palm_slice_t value)
{
    if (!is_token(name.data, name.size)) {
        return "the name of a field is no token\n";
    }
    return has_control(value) ? "a control character in a field\n" : NULL;
}

/* Bytes of "[ADDRESS]" or of a name at the front. */
static size_t
host_size(palm_slice_t value)
{
    const char *end;
    if (value.size == 0 || value.data[0] != '[') {
        end = memchr(value.data, ':', value.size);
        return end ? (size_t)(end - value.data) : value.size;
    }
    end = memchr(value.data, ']', value.size);
    return end ? (size_t)(end - value.data) + 1 : 1;
}

const char *
palm__http_wrong_host(palm_slice_t value)
{
    static const char wrong[] = "Host is no host\n";
    size_t size = host_size(value);
    bool is_bracketed = size > 2 && value.data[0] == '[';
    const char *host = value.data + is_bracketed;
    if (!are_all_of(host, size - 2 * (size_t)is_bracketed,
                    is_bracketed ? ":.%" : "-._~%!$&'()*+,;=")) {
        return wrong;
    }
    if (size == value.size) {
        return NULL;
    }
    if (value.data[size] != ':') {
        return wrong;
    }
    for (size_t i = size + 1; i < value.size; i++) {
        if (!memchr(digits, value.data[i], sizeof digits - 1)) {
            return wrong;
        }
    }
    return NULL;
}
