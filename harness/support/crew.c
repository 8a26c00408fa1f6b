/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/crew.h"

#include "harness/support/tap.h"

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static void *
work(void *arg)
{
    struct hired *hired = arg;
    hired->result = palm_worker_run(hired->worker);
    return NULL;
}

void
hire(struct rig *rig, struct hired *hired, palm_yields_t yields,
     palm_function_f *function)
{
    palm_worker_options_t options;
    palm_error_t err = {0, ""};
    palm_worker_options_init(&options);
    options.pull_address =
        palm_server_endpoint(rig->server, PALM_SIDE_OUTBOUND, "WorkerPush");
    options.push_address =
        palm_server_endpoint(rig->server, PALM_SIDE_INBOUND, "WorkerPull");
    options.timeout = tap_deadline();
    hired->worker = palm_worker_new(&options, &err);
    EQUAL_TEXT("", err.text);
    MUST(hired->worker);
    MUST(!palm_worker_register(hired->worker, "echo", yields,
                               function ? function : echo, NULL));
    EQUAL_INT(0, pthread_create(&hired->thread, NULL, work, hired));
}

palm_worker_stats_t
dismiss(struct hired *hired)
{
    palm_worker_stats_t stats;
    palm_worker_stop(hired->worker);
    EQUAL_INT(0, pthread_join(hired->thread, NULL));
    palm_worker_stats(hired->worker, &stats);
    palm_worker_destroy(&hired->worker);
    EQUAL_INT(0, hired->result);
    return stats;
}

int
scaled(int n)
{
    int factor = tap_deadline() / 10000;
    int fewer = factor > 1 ? n / factor : n;
    return fewer > 0 ? fewer : 1;
}

void
hang_up(struct rig *rig)
{
    MUST(rig->socket_count > 0);
    MUST(!zmq_close(rig->sockets[--rig->socket_count]));
}

void
set_option(void *socket, int option, int value)
{
    MUST(!zmq_setsockopt(socket, option, &value, sizeof value));
}
