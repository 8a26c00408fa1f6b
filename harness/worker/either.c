/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/worker/either.h"

#include <errno.h>

int
worker_register(struct worker *self, const char *name, palm_yields_t yields,
                palm_function_f *function, void *arg)
{
    if (self->web && yields != PALM_YIELDS_ONE) {
        errno = ENOTSUP;
        return -1;
    }
    if (self->web) {
        return palm_web_worker_register(self->web, name, function, arg);
    }
    return palm_worker_register(self->master, name, yields, function, arg);
}

int
worker_run(struct worker *self)
{
    if (self->web) {
        palm_web_worker_run(self->web);
        return 0;
    }
    return palm_worker_run(self->master);
}

void
worker_stop(struct worker *self)
{
    if (self->web) {
        palm_web_worker_stop(self->web);
    } else {
        palm_worker_stop(self->master);
    }
}

void
worker_stats(const struct worker *self, palm_worker_stats_t *stats)
{
    if (self->web) {
        palm_web_worker_stats(self->web, stats);
    } else {
        palm_worker_stats(self->master, stats);
    }
}

void
worker_destroy(struct worker *self)
{
    palm_web_worker_destroy(&self->web);
    palm_worker_destroy(&self->master);
}
