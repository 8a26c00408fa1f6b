/* SPDX-License-Identifier: MIT */
/* group_http.c: a gateway and one worker, against servers that echo. */
#include "config.h"

#include <string.h>

#include "harness/bench/http.h"
#include "harness/bench/tool.h"
#include "harness/bench/work.h"

static const char *
missing(const struct bench_work *work, const struct bench_options *options)
{
    (void)options;
    if (!HAVE_MICROHTTPD) {
        return "libpalm was built without HTTP";
    }
    if (!bench_tool_is_there("wrk")) {
        return "there is no wrk";
    }
    if (strcmp(work->floor, BENCH_HTTP_BARE) != 0
        && !bench_tool_is_there("python3")) {
        return "there is no python3";
    }
    return NULL;
}

#define HTTP(that, how)                                                        \
    {                                                                          \
        .run = bench_run_http, .size = 100, .clients = 64, .floor = (that),    \
        .method = (how), .missing = missing                                    \
    }

static const struct bench_work post = HTTP(BENCH_HTTP_BARE, "POST");
static const struct bench_work get = HTTP(BENCH_HTTP_BARE, "GET");
static const struct bench_work python = HTTP("HTTP/1.0", "POST");
static const struct bench_work python_kept = HTTP("HTTP/1.1", "POST");

const struct bench_row bench_http_rows[] = {
    {"http-post", "POST of 100 B, against bare libmicrohttpd", &post,
     BENCH_RATE, "req/s", false, 0.5, 0.7},
    {"http-post-wrong", "answers that are not 2xx, or did not come", &post,
     BENCH_WRONG, "req", true, 0, 0},
    {"http-get", "GET, against bare libmicrohttpd", &get, BENCH_RATE, "req/s",
     false, 0.5, 0.7},
    {"http-get-wrong", "answers that are not 2xx, or did not come", &get,
     BENCH_WRONG, "req", true, 0, 0},
    {"http-python", "POST, against Python's ThreadingHTTPServer as it is",
     &python, BENCH_RATE, "req/s", false, 20, 25},
    {"http-python-wrong", "answers that are not 2xx, or did not come", &python,
     BENCH_WRONG, "req", true, 0, 0},
    {"http-python-kept", "the same; its connections are kept (HTTP/1.1)",
     &python_kept, BENCH_RATE, "req/s", false, 0, 0},
};

const size_t bench_http_row_count =
    sizeof bench_http_rows / sizeof *bench_http_rows;
