/* SPDX-License-Identifier: MIT */
/* role_http.c: what a gateway is compared with: the least that libmicrohttpd
 * does for the same requests, in one thread. */
#include "config.h"
#include "harness/bench/http.h"

#include <stdio.h>
#include <unistd.h>

#if HAVE_MICROHTTPD

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BODY 65536

struct request {
    size_t size;
    char body[MAX_BODY];
};

static enum MHD_Result
answer(struct MHD_Connection *connection, const char *body, size_t size)
{
    /* It is copied; the parameter only lacks a const. */
    struct MHD_Response *response = MHD_create_response_from_buffer(
        size, (void *)(size_t)body, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, "Content-Type", "text/plain");
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result
handle(void *closure, struct MHD_Connection *connection, const char *path,
       const char *method, const char *version, const char *data, size_t *size,
       void **context)
{
    struct request *request = *context;
    (void)closure, (void)path, (void)method, (void)version;
    if (!request) {
        *context = request = malloc(sizeof *request);
        if (request) {
            request->size = 0;
        }
        return request ? MHD_YES : MHD_NO;
    }
    if (*size == 0) {
        return request->size > 0
                   ? answer(connection, request->body, request->size)
                   : answer(connection, BENCH_HTTP_NOTHING,
                            strlen(BENCH_HTTP_NOTHING));
    }
    if (*size > MAX_BODY - request->size) {
        return MHD_NO;
    }
    memcpy(request->body + request->size, data, *size);
    request->size += *size;
    *size = 0;
    return MHD_YES;
}

static void
forget(void *closure, struct MHD_Connection *connection, void **context,
       enum MHD_RequestTerminationCode why)
{
    (void)closure, (void)connection, (void)why;
    free(*context);
    *context = NULL;
}

int
bench_role_http_floor(const struct bench_arguments *arguments)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
    (void)arguments;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES) {
        flags |= (unsigned)MHD_USE_EPOLL;
    }
    struct MHD_Daemon *daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, handle, NULL, /* */
                         MHD_OPTION_SOCK_ADDR, &address,     /* port 0: any */
                         MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, /* */
                         MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info) {
        bench_die("libmicrohttpd");
        return 1;
    }
    printf("http=http://127.0.0.1:%u\nready\n", (unsigned)info->port);
    (void)fflush(stdout);
    bench_serve_usage();
    MHD_stop_daemon(daemon);
    return 0;
}

#else

int
bench_role_http_floor(const struct bench_arguments *arguments)
{
    (void)arguments;
    fprintf(stderr, "palm-bench: built without libmicrohttpd\n");
    return 1;
}

#endif
