/* SPDX-License-Identifier: MIT */
/* frame.c: see frame.h. */
#include "config.h"
#include "harness/bench/frame.h"

#include <stdlib.h>
#include <string.h>

/* A tag and a length take at most 1 + 10 bytes. */
#define FIELD_OVERHEAD 11

static unsigned char *
put_head(unsigned char *p, unsigned number, size_t size)
{
    *p++ = (unsigned char)(number << 3 | 2);
    for (; size > 127; size >>= 7) {
        *p++ = (unsigned char)(size | 128);
    }
    *p++ = (unsigned char)size;
    return p;
}

static unsigned char *
put_text(unsigned char *p, unsigned number, const char *text)
{
    size_t size = strlen(text);
    if (size == 0) {
        return p;
    }
    p = put_head(p, number, size);
    memcpy(p, text, size);
    return p + size;
}

/* Puts all fields but the payload; returns where the payload's bytes go. */
static unsigned char *
put_fields(struct bench_frame *self, const char *pipeline, const char *client,
           const char *function, const char *cache, size_t payload)
{
    size_t room = strlen(pipeline) + strlen(client) + strlen(function)
                  + strlen(cache) + payload + 5 * FIELD_OVERHEAD;
    unsigned char *p = self->data = malloc(room);
    if (!p) {
        return NULL;
    }
    p = put_text(p, 1, pipeline);
    self->head = (size_t)(p - self->data);
    p = put_text(p, 2, client);
    p = put_text(p, 4, function);
    p = put_text(p, 5, cache);
    p = put_head(p, 6, payload);
    self->size = (size_t)(p - self->data) + payload;
    return p;
}

int
bench_frame_init(struct bench_frame *self, const char *pipeline,
                 const char *client, const char *function, const char *cache,
                 size_t payload)
{
    unsigned char *p = put_fields(self, pipeline, client, function,
                                  cache ? cache : "", payload);
    if (!p) {
        return -1;
    }
    memset(p, 'x', payload);
    return 0;
}

int
bench_frame_init_text(struct bench_frame *self, const char *pipeline,
                      const char *client, const char *function,
                      const char *payload)
{
    unsigned char *p =
        put_fields(self, pipeline, client, function, "", strlen(payload));
    if (!p) {
        return -1;
    }
    memcpy(p, payload, strlen(payload));
    return 0;
}

void
bench_frame_fini(struct bench_frame *self)
{
    free(self->data);
    self->data = NULL;
}

bool
bench_frame_is_kin(const struct bench_frame *self, const void *data,
                   size_t size)
{
    return size >= self->head && memcmp(data, self->data, self->head) == 0;
}
