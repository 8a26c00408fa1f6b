/* SPDX-License-Identifier: MIT */
/* metrics.c: MetricsService tells by HTTP how its server is:
 *
 *     /metrics   the text that Prometheus reads
 *     /stats     the same as JSON, as the cache service's verb stats
 *     /healthz   200 and "running", or 503 and "starting", "draining",
 *                "stopped"
 *
 * It answers from before the server runs until all else has ended, and takes no
 * lock, so it tells also of a server that is stuck. */
#include "config.h"
#include "parts/bypass/metrics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "parts/http/glue.h"
#include "parts/stats.h"

static struct palm__metrics *
state_of(palm_part_t *part)
{
    return palm_part_state(part);
}

/* --- answers -------------------------------------------------------------- */

/* Answers with what a renderer writes. */
static void
answer_with(palm_part_t *part, palm__http_request_t *request, const char *type,
            int (*render)(palm_server_t *server, zmq_msg_t *frame))
{
    zmq_msg_t frame;
    if (render(palm_part_server(part), &frame)) {
        palm_part_count(&palm_part_stats(part)->failed, 1);
        palm__http_answer(request, PALM__HTTP_FAILED, "text/plain",
                          palm_slice("out of memory\n"), NULL);
        return;
    }
    palm_slice_t body = {zmq_msg_data(&frame), zmq_msg_size(&frame)};
    palm__http_answer(request, PALM__HTTP_OK, type, body, NULL);
    (void)zmq_msg_close(&frame);
}

static void
answer_metrics(palm_part_t *part, palm__http_request_t *request)
{
    answer_with(part, request, "text/plain; version=0.0.4; charset=utf-8",
                palm__stats_prometheus);
}

static void
answer_stats(palm_part_t *part, palm__http_request_t *request)
{
    answer_with(part, request, "application/json", palm__stats_json);
}

static void
answer_health(palm_part_t *part, palm__http_request_t *request)
{
    palm_server_state_t state = palm_server_state(palm_part_server(part));
    bool runs = state == PALM_SERVER_RUNNING;
    char text[32];
    (void)snprintf(text, sizeof text, "%s\n", palm_server_state_name(state));
    palm__http_answer(request, runs ? PALM__HTTP_OK : PALM__HTTP_UNAVAILABLE,
                      "text/plain", palm_slice(text), NULL);
}

static const struct {
    const char *path;
    void (*answer)(palm_part_t *part, palm__http_request_t *request);
} pages[] = {
    {"/metrics", answer_metrics},
    {"/stats", answer_stats},
    {"/healthz", answer_health},
};

enum { PAGE_COUNT = sizeof pages / sizeof *pages };

static void
serve(palm__http_request_t *request, void *arg)
{
    palm_part_t *part = arg;
    palm_part_count(&palm_part_stats(part)->received, 1);
    for (int i = 0; i < PAGE_COUNT; i++) {
        if (!strcmp(palm__http_path(request), pages[i].path)) {
            palm_part_count(&palm_part_stats(part)->sent, 1);
            pages[i].answer(part, request);
            return;
        }
    }
    palm__http_answer(request, PALM__HTTP_NOT_FOUND, "text/plain",
                      palm_slice("there are /metrics, /stats, /healthz\n"),
                      NULL);
}

/* Nothing is kept: each request is answered at once. */
static void
forget(palm__http_request_t *request, palm__http_loss_t why, void *arg)
{
    (void)request;
    (void)why;
    (void)arg;
}

/* --- the part ------------------------------------------------------------- */

int
palm__metrics_open(palm_part_t *part, palm_error_t *err)
{
    static const palm__http_class_t class_ = {"bypass", "GET, HEAD", serve,
                                              forget};
    struct palm__metrics *self = state_of(part);
    self->http = palm__http_open(part, &class_, err);
    return self->http ? 0 : -1;
}

void
palm__metrics_close(palm_part_t *part)
{
    palm__http_close(part, &state_of(part)->http);
}

void
palm__metrics_readable(palm_part_t *part)
{
    palm__http_run(state_of(part)->http);
}

void
palm__metrics_wait(palm_part_t *part, const int *fds, int count,
                   int64_t timeout)
{
    palm__http_wait(state_of(part)->http, fds, count, timeout);
}
