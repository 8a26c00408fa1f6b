/* SPDX-License-Identifier: MIT */
/* server_report.c: what threads tell the server's handle, and what it shows of
 * itself. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "core/server_impl.h"

void
palm__server_report(palm_server_t *self, const palm_error_t *err)
{
    (void)pthread_mutex_lock(&self->mutex);
    self->report.arrived++;
    if (err && !self->report.error.code) {
        self->report.error = *err;
    }
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->mutex);
}

void
palm__server_ended(palm_server_t *self, bool is_router)
{
    (void)pthread_mutex_lock(&self->mutex);
    self->alive--;
    if (is_router && self->state == PALM__RUNNING) {
        palm__server_show(self, PALM_SERVER_STOPPED);
        self->state = PALM__ROUTER_ENDED;
    }
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->mutex);
}

void
palm__server_set_state(palm_server_t *self, palm__server_state_t state)
{
    (void)pthread_mutex_lock(&self->mutex);
    if (state == PALM__RUNNING || state == PALM__STOPPED) {
        palm__server_show(self, state == PALM__RUNNING ? PALM_SERVER_RUNNING
                                                       : PALM_SERVER_STOPPED);
    }
    self->state = state;
    self->started |= state == PALM__RUNNING;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->mutex);
}

void
palm__server_show(palm_server_t *self, palm_server_state_t state)
{
    __atomic_store_n(&self->shown, (int)state, __ATOMIC_RELEASE);
}

palm_part_t *
palm__server_find(palm_server_t *self, palm_side_t side, const char *name)
{
    for (size_t i = 0; i < self->part_count; i++) {
        palm_part_t *part = self->parts[i];
        if (part->side == side && !strcmp(part->options.name, name)) {
            return part;
        }
    }
    errno = ENOENT;
    return NULL;
}
