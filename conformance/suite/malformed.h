/* SPDX-License-Identifier: MIT */
/* malformed.h: HTTP requests that RFC 9112 says are to be answered with 400. */
#ifndef CONFORMANCE_SUITE_MALFORMED_H
#define CONFORMANCE_SUITE_MALFORMED_H

struct test;

/* Sends each on a connection of its own to this path: the response has status
 * 400, and the connection ends in time. */
void check_malformed(struct test *test, const char *address, const char *path);

#endif
