/* SPDX-License-Identifier: MIT */
/* role_cache.c: clients of a cache: REQ sockets, one request each under way. */
#include "config.h"
#include "harness/bench/role.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "harness/bench/frame.h"

#define MAX_CLIENTS 64
#define UUID        "3f2b8c1e-5d47-4a6f-9b0a-7c1d2e3f4a5b"

struct clients {
    zmq_pollitem_t items[MAX_CLIENTS];
    int count;
    struct bench_frame request;
    int reply_size; /* bytes of a right reply */
    int64_t replies;
};

static void
ask(struct clients *self, int index)
{
    if (zmq_send(self->items[index].socket, self->request.data,
                 self->request.size, 0)
        == -1) {
        bench_die("request");
    }
}

static void
take_reply(struct clients *self, int index)
{
    char reply[1024];
    int size = zmq_recv(self->items[index].socket, reply, sizeof reply, 0);
    if (size != self->reply_size) {
        fprintf(stderr, "palm-bench: cache reply of %d bytes, not %d\n", size,
                self->reply_size);
        exit(1);
    }
    self->replies++;
}

/* Each client asks again as soon as it has its answer. */
static double
run_phase(struct clients *self, double seconds)
{
    int64_t start = bench_now();
    int64_t end = start + (int64_t)(seconds * 1e9);
    int waiting = self->count;
    self->replies = 0;
    for (int i = 0; i < self->count; i++) {
        ask(self, i);
    }
    while (waiting > 0) {
        if (zmq_poll(self->items, self->count, 10000) <= 0) {
            bench_die("no reply");
        }
        bool go_on = bench_now() < end;
        for (int i = 0; i < self->count; i++) {
            if (!(self->items[i].revents & ZMQ_POLLIN)) {
                continue;
            }
            take_reply(self, i);
            if (go_on) {
                ask(self, i);
            } else {
                waiting--;
            }
        }
    }
    return (double)(bench_now() - start) / 1e9;
}

int
bench_role_cache(const struct bench_arguments *arguments)
{
    static struct clients clients;
    void *context = zmq_ctx_new();
    double seconds = bench_number(arguments, "seconds", 5);
    bool sets = !strcmp(bench_text(arguments, "verb", "get"), "set");
    int made =
        sets
            ? bench_frame_init(&clients.request, UUID, UUID, "master.set", UUID,
                               (size_t)bench_number(arguments, "size", 100))
            : bench_frame_init_text(&clients.request, UUID, UUID, "master.get",
                                    "key");
    if (!context || made) {
        bench_die("context");
    }
    clients.count = (int)bench_number(arguments, "clients", 8);
    if (clients.count > MAX_CLIENTS) {
        clients.count = MAX_CLIENTS;
    }
    clients.reply_size =
        (int)bench_number(arguments, "reply", (double)clients.request.size);
    for (int i = 0; i < clients.count; i++) {
        clients.items[i].socket =
            bench_connect(context, ZMQ_REQ, bench_text(arguments, "db", ""));
        clients.items[i].events = ZMQ_POLLIN;
    }
    (void)run_phase(&clients, seconds / 4);
    bench_await_go(arguments);
    seconds = run_phase(&clients, seconds);
    printf("messages=%" PRId64 " seconds=%.6f\nright\n", clients.replies,
           seconds);
    (void)fflush(stdout);
    for (int i = 0; i < clients.count; i++) {
        (void)zmq_close(clients.items[i].socket);
    }
    (void)zmq_ctx_term(context);
    bench_frame_fini(&clients.request);
    return 0;
}
