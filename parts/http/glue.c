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

const palm_option_t palm__http_options[] = {
    PALM__HTTP_ROWS,
    PALM_OPTION_END,
};

static const struct palm__http_options *
set_of(const palm_part_t *part)
{
    return palm_part_class_options(part);
}

int64_t
palm__http_max_clients(const palm_part_t *part)
{
    int64_t wanted = set_of(part)->max_clients;
    int64_t share = palm_part_descriptors(part);
    return share >= 0 && share < wanted ? share : wanted;
}

/* One address leaves places to others, if there is more than one place. */
static int64_t
most_of_host(const palm_part_t *part, int64_t clients)
{
    int64_t most = set_of(part)->max_clients_per_address;
    return most ? most : clients - clients / 4;
}

static void
tell_share(palm_part_t *part, const char *side, int64_t clients)
{
    int64_t wanted = set_of(part)->max_clients;
    if (clients < wanted) {
        palm_log(palm_part_log(part), PALM_LOG_INFO, "PALM-PART-CLIENTS",
                 "%s %s: max_clients is %lld, not %lld: the process has no "
                 "more descriptors for them",
                 side, palm_part_name(part), (long long)clients,
                 (long long)wanted);
    }
}

palm__http_t *
palm__http_open(palm_part_t *part, const palm__http_class_t *class_,
                palm_error_t *err)
{
    const palm_part_options_t *options = palm_part_options(part);
    const int64_t clients = palm__http_max_clients(part);
    const palm__http_settings_t settings = {
        .address = options->address,
        .allow = class_->allow,
        .max_clients = clients,
        .max_of_host = most_of_host(part, clients),
        .max_body = options->max_message_size,
        .idle_timeout = set_of(part)->idle_timeout,
        .reply_timeout = set_of(part)->reply_timeout,
        .serve = class_->serve,
        .forget = class_->forget,
        .refused = refused,
        .warn = warn,
        .arg = part,
    };
    palm_error_t why;
    tell_share(part, class_->side, clients);
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
