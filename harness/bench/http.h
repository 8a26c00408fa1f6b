/* SPDX-License-Identifier: MIT */
/* http.h: the HTTP servers that a gateway is compared with. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include "harness/bench/role.h"

/* In bench_work.floor; another text is the version of HTTP that a Python
 * ThreadingHTTPServer speaks. */
#define BENCH_HTTP_BARE "libmicrohttpd"

/* What a GET's payload is. */
#define BENCH_HTTP_NOTHING "No Payload"

/* A program of Python: prints "http=http://127.0.0.1:PORT" and "ready", returns
 * the body of each request, leaves at the end of stdin.  Its argument is the
 * version of HTTP. */
extern const char bench_http_python[];

/* Whether a POST to the endpoint comes back as it was.  Says on stderr what did
 * not. */
bool bench_http_echoes(const char *endpoint, const char *body);

#endif
