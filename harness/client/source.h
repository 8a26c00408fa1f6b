/* SPDX-License-Identifier: MIT */
/* source.h: where a job's payloads come from: lines of stdin, or made up.
 * One thread. */
#ifndef HARNESS_CLIENT_SOURCE_H
#define HARNESS_CLIENT_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "parts/palm.h"

enum source_state {
    SOURCE_READY, /* a payload */
    SOURCE_IDLE,  /* stdin has nothing to read now */
    SOURCE_END,   /* that was all */
    SOURCE_FAILED /* errno says why */
};

struct source {
    int64_t count;   /* messages to make up; -1 = lines of stdin */
    int64_t size;    /* bytes of a payload that is made up */
    int64_t taken;   /* payloads handed out */
    int64_t bytes;   /* bytes of stdin handed out */
    int64_t total;   /* bytes of stdin if it is a file, else -1 */
    bool ended;      /* stdin has ended */
    char *data;      /* what was read, or the payload that is made up */
    size_t begin;    /* of the next line in data */
    size_t searched; /* no newline is before this */
    size_t end;      /* of what was read */
    size_t room;     /* bytes that fit */
};

/* Prepares a source of count messages of size bytes, or of lines (count -1).
 * Returns -1 with errno ENOMEM. */
int source_init(struct source *self, int64_t count, int64_t size);

void source_fini(struct source *self);

/* Gets the next payload, valid until the next call; never waits. */
enum source_state source_next(struct source *self, palm_slice_t *payload);

/* Waits until stdin can be read, or a signal came. */
void source_await(void);

/* The part of the input that has been handed out, from 0 to 1; -1 = not
 * known. */
double source_fraction(const struct source *self);

/* Reads all of stdin; the caller frees *data.  Returns -1 with errno. */
int source_read_all(char **data, size_t *size);

#endif
