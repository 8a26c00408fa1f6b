/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/client/source.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 16 };

int
source_init(struct source *self, int64_t count, int64_t size)
{
    struct stat about;
    *self = (struct source){.count = count, .size = size, .total = -1};
    if (count < 0) {
        if (!fstat(STDIN_FILENO, &about) && S_ISREG(about.st_mode)) {
            self->total = (int64_t)about.st_size;
        }
        return 0;
    }
    self->data = malloc((size_t)size + 1);
    return self->data ? 0 : -1;
}

void
source_fini(struct source *self)
{
    free(self->data);
    self->data = NULL;
}

/* The payload number n is n in decimal, with zeros before it; of a number that
 * is too long the last digits. */
static enum source_state
make_up(struct source *self, palm_slice_t *payload)
{
    char digits[32];
    if (self->taken == self->count) {
        return SOURCE_END;
    }
    self->taken++;
    size_t size = (size_t)self->size;
    int length = snprintf(digits, sizeof digits, "%" PRId64, self->taken);
    size_t shown = size < (size_t)length ? size : (size_t)length;
    memset(self->data, '0', size);
    memcpy(self->data + size - shown, digits + length - shown, shown);
    *payload = (palm_slice_t){self->data, size};
    return SOURCE_READY;
}

/* Makes room behind what was read: moves it to the front, or grows. */
static int
reserve(struct source *self)
{
    if (self->begin) {
        memmove(self->data, self->data + self->begin, self->end - self->begin);
        self->end -= self->begin;
        self->searched -= self->begin;
        self->begin = 0;
    }
    if (self->room - self->end >= READ_SIZE) {
        return 0;
    }
    size_t room = 2 * self->room + READ_SIZE;
    char *data = realloc(self->data, room);
    if (!data) {
        return -1;
    }
    self->data = data;
    self->room = room;
    return 0;
}

static bool
is_readable(void)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) > 0;
}

/* Takes the next whole line, or at the end what is left, from the buffer. */
static bool
take_line(struct source *self, palm_slice_t *payload)
{
    size_t left = self->end - self->searched;
    char *newline =
        left ? memchr(self->data + self->searched, '\n', left) : NULL;
    bool is_rest = !newline && self->ended && self->end > self->begin;
    if (!newline && !is_rest) {
        self->searched = self->end;
        return false;
    }
    size_t line_end = newline ? (size_t)(newline - self->data) : self->end;
    *payload = (palm_slice_t){self->data + self->begin, line_end - self->begin};
    self->taken++;
    size_t next = line_end + (newline ? 1 : 0);
    self->bytes += (int64_t)(next - self->begin);
    self->begin = self->searched = next;
    return true;
}

static enum source_state
next_line(struct source *self, palm_slice_t *payload)
{
    while (!take_line(self, payload)) {
        if (self->ended) {
            return SOURCE_END;
        }
        if (!is_readable()) {
            return SOURCE_IDLE;
        }
        if (reserve(self)) {
            return SOURCE_FAILED;
        }
        ssize_t got =
            read(STDIN_FILENO, self->data + self->end, self->room - self->end);
        if (got < 0) {
            return errno == EINTR || errno == EAGAIN ? SOURCE_IDLE
                                                     : SOURCE_FAILED;
        }
        self->ended = got == 0;
        self->end += (size_t)got;
    }
    return SOURCE_READY;
}

enum source_state
source_next(struct source *self, palm_slice_t *payload)
{
    return self->count < 0 ? next_line(self, payload) : make_up(self, payload);
}

void
source_await(void)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)poll(&input, 1, -1);
}

double
source_fraction(const struct source *self)
{
    if (self->count > 0) {
        return (double)self->taken / (double)self->count;
    }
    return self->total > 0 ? (double)self->bytes / (double)self->total : -1;
}

int
source_read_all(char **data, size_t *size)
{
    size_t room = 0, used = 0;
    char *read_so_far = NULL;
    for (;;) {
        if (room - used < READ_SIZE) {
            char *grown = realloc(read_so_far, room = 2 * room + READ_SIZE);
            if (!grown) {
                break;
            }
            read_so_far = grown;
        }
        ssize_t got = read(STDIN_FILENO, read_so_far + used, room - used);
        if (got == 0) {
            *data = read_so_far;
            *size = used;
            return 0;
        }
        if (got < 0 && errno != EINTR) {
            break;
        }
        used += got > 0 ? (size_t)got : 0;
    }
    free(read_so_far);
    return -1;
}
