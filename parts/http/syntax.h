/* SPDX-License-Identifier: MIT */
/* syntax.h: what RFC 9112 and RFC 9110 let be a request, where libmicrohttpd
 * lets more: what two servers read in two ways hides one request in another.
 *
 * Each function returns the reason why it is none, as a line of text that
 * lives for ever; NULL = it may be one.  Any thread. */
#ifndef PALM_HTTP_SYNTAX_H
#define PALM_HTTP_SYNTAX_H

#include "core/message.h"

/* The three words of the first line. */
const char *palm__http_wrong_start(const char *method, const char *target,
                                   const char *version);

/* A field of the head.  A name is a token; a value has no control characters
 * but tabs. */
const char *palm__http_wrong_field(palm_slice_t name, palm_slice_t value);

/* The value of Host: a name or address, and perhaps a port; or nothing. */
const char *palm__http_wrong_host(palm_slice_t value);

/* The path of a target that is a path, or "http://HOST/PATH"; without a path,
 * "/".  Points into the target, or lives for ever. */
const char *palm__http_target_path(const char *target);

#endif
