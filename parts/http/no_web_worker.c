/* SPDX-License-Identifier: MIT */
/* no_web_worker.c: takes the place of web_worker.c where the library is built
 * without HTTP, so that its symbols are the same everywhere.  There are no web
 * workers then, so what needs one does nothing. */
#include "config.h"
#include "parts/http/web_worker.h"

#include <errno.h>
#include <string.h>

void
palm_web_worker_options_init(palm_web_worker_options_t *options)
{
    memset(options, 0, sizeof *options);
}

palm_web_worker_t *
palm_web_worker_new(const palm_web_worker_options_t *options, palm_error_t *err)
{
    (void)options;
    (void)palm_error_set(err, ENOTSUP,
                         "web worker: libpalm was built without HTTP");
    return NULL;
}

void
palm_web_worker_destroy(palm_web_worker_t **self_p)
{
    *self_p = NULL;
}

const char *
palm_web_worker_endpoint(const palm_web_worker_t *self)
{
    (void)self;
    return NULL;
}

int
palm_web_worker_register(palm_web_worker_t *self, const char *name,
                         palm_function_f *function, void *arg)
{
    (void)self;
    (void)name;
    (void)function;
    (void)arg;
    errno = ENOTSUP;
    return -1;
}

void
palm_web_worker_run(palm_web_worker_t *self)
{
    (void)self;
}

void
palm_web_worker_stop(palm_web_worker_t *self)
{
    (void)self;
}

void
palm_web_worker_stats(const palm_web_worker_t *self, palm_worker_stats_t *stats)
{
    (void)self;
    memset(stats, 0, sizeof *stats);
}
