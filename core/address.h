/* SPDX-License-Identifier: MIT */
/* address.h: what can be an address or a name, before anything is made of it.
 *
 * Each function returns 0, or -1 with errno EINVAL and the reason in *err,
 * which may be NULL; the text is not repeated there.  Any thread. */
#ifndef PALM_ADDRESS_H
#define PALM_ADDRESS_H

#include <stdbool.h>

#include "core/error.h"
#include "core/export.h"

PALM_BEGIN_DECLS

/* Bytes that a server's or a part's name has at most. */
#define PALM_NAME_MOST 255

/* An address of ZeroMQ, for a side that binds, or for one that connects:
 *   tcp://HOST:PORT  HOST is a name, an IPv4 address, an IPv6 address in
 *                    brackets; who binds may say "*" for every interface or
 *                    name one, and "*" or 0 as PORT for any free one;
 *                    who connects may put "HOST:PORT;" of his own in front;
 *   ipc://PATH       as long as a socket's path may be; "@NAME" on Linux;
 *   inproc://NAME.
 * Of another scheme it is known only whether this libzmq has it. */
PALM_EXPORT int palm_address_check(const char *address, bool binds,
                                   palm_error_t *err);

/* An address of HTTP: "http://HOST:PORT" for who binds, otherwise a URL of
 * http:// or https://. */
PALM_EXPORT int palm_address_check_http(const char *address, bool binds,
                                        palm_error_t *err);

/* A server's name: UTF-8 without dots, blanks and control characters, as it is
 * the topic of its workers and stands before the dot of "server.function". */
PALM_EXPORT int palm_name_check_server(const char *name, palm_error_t *err);

/* A part's name: UTF-8 without control characters. */
PALM_EXPORT int palm_name_check_part(const char *name, palm_error_t *err);

PALM_END_DECLS
#endif
