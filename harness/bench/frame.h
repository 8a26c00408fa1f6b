/* SPDX-License-Identifier: MIT */
/* frame.h: encodes a PalmMessage without libpalm, so that the peers of a
 * measurement owe nothing to what is measured. */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>

struct bench_frame {
    unsigned char *data; /* freed by bench_frame_fini() */
    size_t size;
    size_t head; /* bytes of the first field: tells one phase from another */
};

/* Makes a message: pipeline, client, function, cache (may be NULL: left empty)
 * and a payload of that many bytes.  Returns -1 with errno ENOMEM. */
int bench_frame_init(struct bench_frame *self, const char *pipeline,
                     const char *client, const char *function,
                     const char *cache, size_t payload);

/* The same with a text as payload. */
int bench_frame_init_text(struct bench_frame *self, const char *pipeline,
                          const char *client, const char *function,
                          const char *payload);

void bench_frame_fini(struct bench_frame *self);

/* Whether data begins with this message's first field. */
bool bench_frame_is_kin(const struct bench_frame *self, const void *data,
                        size_t size);

#endif
