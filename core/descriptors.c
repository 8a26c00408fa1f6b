/* SPDX-License-Identifier: MIT */
/* descriptors.c: who may have how many of the process's descriptors.
 *
 * Half of them are for the peers of ZeroMQ sockets, a quarter for the clients
 * of parts without such sockets (HTTP), and a quarter is left for files,
 * commands, the server's own sockets, and connections that have been accepted
 * and not yet refused. */
#include "config.h"

#include <sys/resource.h>

#include "core/server_impl.h"

enum { OF_PEERS = 2, OF_CLIENTS = 4 }; /* one in so many */

/* -1: no limit. */
static int64_t
descriptors(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY
                   || limit.rlim_cur > INT64_MAX
               ? -1
               : (int64_t)limit.rlim_cur;
}

static int64_t
three_quarters(int64_t number)
{
    return number - number / 4;
}

/* It has clients without a socket of ZeroMQ. */
static bool
has_clients(const palm_part_t *part)
{
    return part->class_->socket_type == PALM_NO_SOCKET && part->class_->binds;
}

static void
divide_clients(palm_server_t *self, int64_t all)
{
    int64_t services = 0;
    for (size_t i = 0; i < self->part_count; i++) {
        services += has_clients(self->parts[i]);
    }
    for (size_t i = 0; i < self->part_count; i++) {
        if (has_clients(self->parts[i])) {
            int64_t most = all / OF_CLIENTS / services;
            self->parts[i]->descriptors = most < 1 ? 1 : most;
        }
    }
}

void
palm__server_divide_descriptors(palm_server_t *self)
{
    const palm_server_options_t *options = &self->options;
    palm__accepted_t *accepted = &self->watch.accepted;
    int64_t all = descriptors();
    accepted->most = options->max_connections ? options->max_connections
                     : all < 0                ? -1
                     : all / OF_PEERS > 0     ? all / OF_PEERS
                                              : 1;
    accepted->most_of_host = options->max_connections_per_address
                                 ? options->max_connections_per_address
                             : accepted->most < 0
                                 ? -1
                                 : three_quarters(accepted->most);
    if (all >= 0) {
        divide_clients(self, all);
    }
}
