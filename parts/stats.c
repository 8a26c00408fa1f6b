/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every counter and gauge of a part: its key in JSON, its name and help for
 * Prometheus. */
static const struct {
    const char *key;
    size_t offset; /* of a uint64_t in palm_part_stats_t */
    const char *metric;
    const char *labels; /* beside side and name */
    const char *type;
    const char *help; /* NULL: the same metric as the row before */
} rows[] = {
#define AT(field) #field, offsetof(palm_part_stats_t, field)
    {AT(received), "palm_messages_total", ",way=\"in\"", "counter",
     "Messages of a part."},
    {AT(sent), "palm_messages_total", ",way=\"out\"", "counter", NULL},
    {AT(received_bytes), "palm_bytes_total", ",way=\"in\"", "counter",
     "Bytes of these messages."},
    {AT(sent_bytes), "palm_bytes_total", ",way=\"out\"", "counter", NULL},
    {AT(undecodable), "palm_dropped_total", ",cause=\"undecodable\"", "counter",
     "Messages that were not passed on, by cause."},
    {AT(oversize), "palm_dropped_total", ",cause=\"oversize\"", "counter",
     NULL},
    {AT(foreign), "palm_dropped_total", ",cause=\"foreign\"", "counter", NULL},
    {AT(failed), "palm_dropped_total", ",cause=\"failed\"", "counter", NULL},
    {AT(unrouted), "palm_dropped_total", ",cause=\"unrouted\"", "counter",
     NULL},
    {AT(absent), "palm_dropped_total", ",cause=\"absent\"", "counter", NULL},
    {AT(slow), "palm_dropped_total", ",cause=\"slow\"", "counter", NULL},
    {AT(left), "palm_dropped_total", ",cause=\"left\"", "counter", NULL},
    {AT(expired), "palm_expired_total", "", "counter",
     "Waits for a peer that ended without an answer."},
    {AT(refused), "palm_refused_total", "", "counter",
     "Connections of ZeroMQ peers that were refused."},
    {AT(connections), "palm_connections", "", "gauge",
     "Connections of ZeroMQ peers to a part."},
    {AT(credit), "palm_credit", "", "gauge",
     "Messages that an inbound part may still send."},
    {AT(inside), "palm_inside", "", "gauge",
     "Messages of an inbound part inside the server."},
    {AT(queued), "palm_queued", "", "gauge",
     "Messages that an outbound part has and has not sent."},
    {AT(oldest), "palm_oldest_seconds", "", "gauge",
     "Since the oldest of them came in."},
#undef AT
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const char *const sides[] = {
    [PALM_SIDE_INBOUND] = "inbound",
    [PALM_SIDE_OUTBOUND] = "outbound",
    [PALM_SIDE_BYPASS] = "bypass",
};

static uint64_t
value_of(const palm_part_stats_t *stats, int row)
{
    uint64_t value;
    memcpy(&value, (const char *)stats + rows[row].offset, sizeof value);
    return value;
}

/* Writes a text between quotes, as both formats escape it. */
static void
put_text(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '\n') {
            (void)fputs("\\n", out);
        } else if ((unsigned char)*p < 32) {
            (void)fputc(' ', out); /* Prometheus has no word for it */
        } else {
            if (*p == '"' || *p == '\\') {
                (void)fputc('\\', out);
            }
            (void)fputc(*p, out);
        }
    }
    (void)fputc('"', out);
}

/* --- a frame that is written like a file ---------------------------------- */

typedef void writer_f(FILE *out, palm_server_t *server);

static int
write_frame(writer_f *write, palm_server_t *server, zmq_msg_t *frame)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        errno = ENOMEM;
        return -1;
    }
    write(out, server);
    bool failed = ferror(out) != 0;
    failed |= fclose(out) != 0;
    if (failed || zmq_msg_init_size(frame, size)) {
        free(text);
        errno = ENOMEM;
        return -1;
    }
    memcpy(zmq_msg_data(frame), text, size);
    free(text);
    return 0;
}

/* --- JSON ----------------------------------------------------------------- */

static void
put_json_latency(FILE *out, const palm_part_stats_t *stats)
{
    (void)fputs(",\"latency_us\":{\"bounds\":[", out);
    for (size_t i = 0; i + 1 < PALM_LATENCIES; i++) {
        (void)fprintf(out, "%s%" PRId64, i ? "," : "", palm_latency_bound(i));
    }
    (void)fputs("],\"counts\":[", out);
    for (size_t i = 0; i < PALM_LATENCIES; i++) {
        (void)fprintf(out, "%s%" PRIu64, i ? "," : "", stats->latency[i]);
    }
    (void)fprintf(out, "],\"sum\":%" PRIu64 "}", stats->latency_sum);
}

static void
put_json_part(FILE *out, const palm_part_info_t *info,
              const palm_part_stats_t *stats)
{
    (void)fprintf(out, "{\"side\":\"%s\",\"name\":", sides[info->side]);
    put_text(out, info->name);
    (void)fputs(",\"part\":", out);
    put_text(out, info->class_->name);
    for (int i = 0; i < ROW_COUNT; i++) {
        (void)fprintf(out, ",\"%s\":%" PRIu64, rows[i].key, value_of(stats, i));
    }
    if (info->side == PALM_SIDE_OUTBOUND) {
        put_json_latency(out, stats);
    }
    (void)fputc('}', out);
}

static void
put_json_route(FILE *out, const palm_route_info_t *route)
{
    (void)fprintf(out, "{\"side\":\"%s\",\"from\":", sides[route->side]);
    put_text(out, route->from);
    (void)fputs(",\"to\":", out);
    put_text(out, route->to);
    (void)fprintf(out,
                  ",\"messages\":%" PRIu64 ",\"bytes\":%" PRIu64
                  ",\"dropped\":%" PRIu64 "}",
                  route->messages, route->bytes, route->dropped);
}

static void
put_json(FILE *out, palm_server_t *server)
{
    palm_part_info_t info;
    palm_part_stats_t stats;
    palm_route_info_t route;
    (void)fputs("{\"server\":", out);
    put_text(out, palm_server_name(server));
    (void)fprintf(out, ",\"state\":\"%s\",\"parts\":[",
                  palm_server_state_name(palm_server_state(server)));
    for (size_t i = 0; !palm_server_part_at(server, i, &info); i++) {
        (void)palm_server_stats(server, info.side, info.name, &stats);
        (void)fputs(i ? "," : "", out);
        put_json_part(out, &info, &stats);
    }
    (void)fputs("],\"routes\":[", out);
    for (size_t i = 0; !palm_server_route_at(server, i, &route); i++) {
        (void)fputs(i ? "," : "", out);
        put_json_route(out, &route);
    }
    (void)fputs("]}\n", out);
}

int
palm__stats_json(palm_server_t *server, zmq_msg_t *frame)
{
    return write_frame(put_json, server, frame);
}

/* --- Prometheus ----------------------------------------------------------- */

static void
put_head(FILE *out, const char *metric, const char *type, const char *help)
{
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric,
                  type);
}

static void
put_labels(FILE *out, palm_server_t *server, palm_side_t side, const char *name)
{
    (void)fputs("{server=", out);
    put_text(out, palm_server_name(server));
    (void)fprintf(out, ",side=\"%s\",name=", sides[side]);
    put_text(out, name);
}

/* Prometheus has base units.  No %f: its point depends on the locale. */
static void
put_seconds(FILE *out, uint64_t microseconds)
{
    (void)fprintf(out, "%" PRIu64 ".%06" PRIu64, microseconds / 1000000,
                  microseconds % 1000000);
}

static void
put_value(FILE *out, int row, uint64_t value)
{
    if (strstr(rows[row].metric, "_seconds")) {
        put_seconds(out, value);
    } else {
        (void)fprintf(out, "%" PRIu64, value);
    }
}

static void
put_row(FILE *out, palm_server_t *server, int row)
{
    palm_part_info_t info;
    palm_part_stats_t stats;
    if (rows[row].help) {
        put_head(out, rows[row].metric, rows[row].type, rows[row].help);
    }
    for (size_t i = 0; !palm_server_part_at(server, i, &info); i++) {
        (void)palm_server_stats(server, info.side, info.name, &stats);
        (void)fputs(rows[row].metric, out);
        put_labels(out, server, info.side, info.name);
        (void)fprintf(out, "%s} ", rows[row].labels);
        put_value(out, row, value_of(&stats, row));
        (void)fputc('\n', out);
    }
}

static void
put_histogram(FILE *out, palm_server_t *server, const palm_part_info_t *info)
{
    static const char metric[] = "palm_latency_seconds";
    palm_part_stats_t stats;
    uint64_t sum = 0;
    (void)palm_server_stats(server, info->side, info->name, &stats);
    for (size_t i = 0; i < PALM_LATENCIES; i++) {
        sum += stats.latency[i];
        (void)fprintf(out, "%s_bucket", metric);
        put_labels(out, server, info->side, info->name);
        if (palm_latency_bound(i) < 0) {
            (void)fputs(",le=\"+Inf\"", out);
        } else {
            (void)fputs(",le=\"", out);
            put_seconds(out, (uint64_t)palm_latency_bound(i));
            (void)fputc('"', out);
        }
        (void)fprintf(out, "} %" PRIu64 "\n", sum);
    }
    (void)fprintf(out, "%s_sum", metric);
    put_labels(out, server, info->side, info->name);
    (void)fputs("} ", out);
    put_seconds(out, stats.latency_sum);
    (void)fprintf(out, "\n%s_count", metric);
    put_labels(out, server, info->side, info->name);
    (void)fprintf(out, "} %" PRIu64 "\n", sum);
}

static void
put_routes(FILE *out, palm_server_t *server)
{
    static const struct {
        const char *metric, *help;
        size_t offset;
    } columns[] = {
        {"palm_routed_total", "Messages along a part's route.",
         offsetof(palm_route_info_t, messages)},
        {"palm_routed_bytes_total", "Bytes of these messages.",
         offsetof(palm_route_info_t, bytes)},
    };
    palm_route_info_t route;
    uint64_t value;
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
        put_head(out, columns[k].metric, "counter", columns[k].help);
        for (size_t i = 0; !palm_server_route_at(server, i, &route); i++) {
            memcpy(&value, (const char *)&route + columns[k].offset,
                   sizeof value);
            (void)fputs(columns[k].metric, out);
            put_labels(out, server, route.side, route.from);
            (void)fputs(",to=", out);
            put_text(out, route.to);
            (void)fprintf(out, "} %" PRIu64 "\n", value);
        }
    }
}

static void
put_prometheus(FILE *out, palm_server_t *server)
{
    palm_part_info_t info;
    put_head(out, "palm_up", "gauge", "1 while the server runs.");
    (void)fputs("palm_up{server=", out);
    put_text(out, palm_server_name(server));
    (void)fprintf(out, "} %d\n",
                  palm_server_state(server) == PALM_SERVER_RUNNING);
    for (int i = 0; i < ROW_COUNT; i++) {
        put_row(out, server, i);
    }
    put_routes(out, server);
    put_head(out, "palm_latency_seconds", "histogram",
             "From a message's coming in to its going out.");
    for (size_t i = 0; !palm_server_part_at(server, i, &info); i++) {
        if (info.side == PALM_SIDE_OUTBOUND) {
            put_histogram(out, server, &info);
        }
    }
}

int
palm__stats_prometheus(palm_server_t *server, zmq_msg_t *frame)
{
    return write_frame(put_prometheus, server, frame);
}
