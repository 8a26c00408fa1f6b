/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/http/glue.h"

#include <errno.h>
#include <string.h>

#include "core/server.h"

static void
refused(unsigned status, const char *why, void *arg)
{
    palm_part_t *part = arg;
    palm_part_stats_t *stats = palm_part_stats(part);
    palm_part_count(
        status < PALM__HTTP_FAILED ? &stats->undecodable : &stats->failed, 1);
    palm_part_warn(part, "PALM-HTTP-REFUSED", "request answered with %u: %.*s",
                   status, (int)strcspn(why, "\n"), why);
}

static void
warn(const char *text, void *arg)
{
    palm_part_warn(arg, "PALM-HTTP-WARNING", "%s", text);
}

/* One address leaves places to others, if there is more than one place. */
static int64_t
most_of_host(const palm_part_options_t *options)
{
    return options->max_clients_per_address
               ? options->max_clients_per_address
               : options->max_clients - options->max_clients / 4;
}

palm__http_t *
palm__http_open(palm_part_t *part, const palm__http_class_t *class_,
                palm_error_t *err)
{
    const palm_part_options_t *options = palm_part_options(part);
    const palm__http_settings_t settings = {
        .address = options->address,
        .allow = class_->allow,
        .max_clients = options->max_clients,
        .max_of_host = most_of_host(options),
        .max_body = options->max_message_size,
        .idle_timeout = options->idle_timeout,
        .reply_timeout = options->reply_timeout,
        .serve = class_->serve,
        .forget = class_->forget,
        .refused = refused,
        .warn = warn,
        .arg = part,
    };
    palm_error_t why;
    palm__http_t *http = palm__http_new(&settings, &why);
    if (http) {
        palm_part_set_endpoint(part, palm__http_endpoint(http));
    } else {
        (void)palm_error_set(err, why.code, "%s %s: cannot bind %s: %s",
                             class_->side, palm_part_name(part),
                             options->address, why.text);
    }
    return http;
}

void
palm__http_serve(palm_part_t *part, palm__http_t *http)
{
    if (http
        && palm_server_state(palm_part_server(part)) == PALM_SERVER_DRAINING) {
        palm__http_drain(http);
    }
    palm__http_run(http);
}

void
palm__http_close(palm_part_t *part, palm__http_t **http_p)
{
    palm__http_destroy(http_p, palm_part_options(part)->linger);
}
