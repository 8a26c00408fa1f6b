/* SPDX-License-Identifier: MIT */
/* part.c: what all parts have in common. */
#include "config.h"
#include "core/part.h"
#include "core/part_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/server_impl.h"
#include "core/wait.h"

const char *
palm__side_name(palm_side_t side)
{
    static const char *const names[] = {"inbound", "outbound", "bypass"};
    return names[side];
}

void
palm__part_ignore(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    (void)part;
    (void)note;
    (void)frame;
}

void
palm__part_drain(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    (void)note;
    (void)frame;
    palm__part_reach(part, PALM__PART_DRAINS);
}

void
palm__part_stop(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    (void)note;
    (void)frame;
    palm__part_reach(part, PALM__PART_STOPS);
}

bool
palm__part_notes(palm_part_t *part, int flags,
                 palm__note_f *const handlers[PALM__KINDS])
{
    zmq_msg_t frame;
    bool any = false;
    (void)zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, part->inner, flags) != -1) {
        const palm__note_t note = palm__note_of(&frame);
        assert(note.kind < PALM__KINDS);
        handlers[note.kind](part, &note, &frame);
        flags |= ZMQ_DONTWAIT;
        any = true;
    }
    part->touched = false;
    if (errno == ETERM) {
        palm__part_reach(part, PALM__PART_STOPS);
    }
    (void)zmq_msg_close(&frame);
    return any;
}

/* What is due is asked last, since what the world says changes it; and what it
 * does may find that the world has said more, which nobody tells again. */
int64_t
palm__part_serve(palm_part_t *part)
{
    const palm_operations_t *operations = &part->class_->operations;
    if (operations->readable) {
        operations->readable(part);
    }
    int64_t due = operations->tick ? operations->tick(part) : -1;
    bool more = operations->readable && operations->tick && part->world
                && palm__wait_is_readable(part->world);
    return more ? 0 : due;
}

void
palm__part_sleep(palm_part_t *part, bool world, int64_t timeout)
{
    const palm_operations_t *operations = &part->class_->operations;
    const int fds[] = {part->inner_fd, part->world_fd};
    bool both = part->world && (world || operations->readable);
    if (operations->wait) {
        operations->wait(part, fds, both ? 2 : 1, timeout);
    } else {
        palm__wait(fds, both ? 2 : 1, timeout);
    }
}

void
palm__part_wait(palm_part_t *part, bool world)
{
    int64_t due = palm__part_serve(part);
    palm__part_sleep(part, world, due);
}

bool
palm__part_skip_frames(palm_part_t *part, zmq_msg_t *frame)
{
    bool any = false;
    while (zmq_msg_more(frame) && zmq_msg_recv(frame, part->world, 0) != -1) {
        any = true;
    }
    return any;
}

void
palm__frame_set(zmq_msg_t *frame, char character)
{
    (void)zmq_msg_close(frame);
    (void)zmq_msg_init_size(frame, 1);
    memcpy(zmq_msg_data(frame), &character, 1);
}

void
palm_part_warn(palm_part_t *part, const char *id, const char *format, ...)
{
    char text[PALM_ERROR_TEXT];
    int saved = errno;
    int64_t now = palm__now_ms();
    va_list args;
    if (part->warned && now - part->warned < 1000
        && palm_part_log(part)->level < PALM_LOG_DEBUG) {
        part->unwarned++;
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (part->unwarned) {
        palm_log(palm_part_log(part), PALM_LOG_WARNING, id,
                 "%s %s: %s (and %llu more warnings before)",
                 palm__side_name(part->side), part->options.name, text,
                 (unsigned long long)part->unwarned);
    } else {
        palm_log(palm_part_log(part), PALM_LOG_WARNING, id, "%s %s: %s",
                 palm__side_name(part->side), part->options.name, text);
    }
    part->warned = now;
    part->unwarned = 0;
    errno = saved;
}

void
palm_part_refuse(palm_part_t *part, const char *what, const char *why)
{
    palm__count(&part->stats.undecodable, 1);
    palm_part_warn(part, "PALM-PART-UNDECODABLE", "%s dropped: %s", what, why);
}

bool
palm_part_is_oversize(palm_part_t *part, size_t size)
{
    int64_t most = part->options.max_message_size;
    if (most < 0 || size <= (uint64_t)most) {
        return false;
    }
    palm__count(&part->stats.oversize, 1);
    palm_part_warn(part, "PALM-PART-OVERSIZE",
                   "message of %zu bytes dropped: max_message_size is %lld",
                   size, (long long)most);
    return true;
}

void
palm_part_count(uint64_t *counter, uint64_t n)
{
    palm__count(counter, n);
}

int
palm_part_yield(palm_part_t *part, const palm_message_t *message)
{
    if (part->base && part->base->yield) {
        return part->base->yield(part, message);
    }
    errno = ENOTSUP;
    return -1;
}

const char *
palm_part_name(const palm_part_t *part)
{
    return part->options.name;
}

const char *
palm_part_server_name(const palm_part_t *part)
{
    return part->server->name;
}

const palm_part_options_t *
palm_part_options(const palm_part_t *part)
{
    return &part->options;
}

const void *
palm_part_class_options(const palm_part_t *part)
{
    return part->class_options;
}

const void *
palm_part_own_options(const palm_part_t *part)
{
    return (const char *)part->class_options + part->class_->own_options;
}

int64_t
palm_part_descriptors(const palm_part_t *part)
{
    return part->descriptors;
}

const palm_hooks_t *
palm_part_hooks(const palm_part_t *part)
{
    return &part->hooks;
}

const palm_log_t *
palm_part_log(const palm_part_t *part)
{
    return &part->server->options.log;
}

palm_server_t *
palm_part_server(palm_part_t *part)
{
    return part->server;
}

palm_cache_t *
palm_part_cache(palm_part_t *part)
{
    return part->server->cache;
}

const palm_functions_t *
palm_part_functions(const palm_part_t *part)
{
    return part->server->functions;
}

palm_id_source_t *
palm_part_ids(palm_part_t *part)
{
    return &part->ids;
}

palm_part_stats_t *
palm_part_stats(palm_part_t *part)
{
    return &part->stats;
}

void *
palm_part_socket(palm_part_t *part)
{
    return part->world;
}

void *
palm_part_state(palm_part_t *part)
{
    return part->state;
}

void *
palm_part_own_state(palm_part_t *part)
{
    return (char *)part->state + part->class_->own_state;
}

void *
palm_part_context(palm_part_t *part)
{
    return part->server->zmq;
}

void
palm_part_set_endpoint(palm_part_t *part, const char *text)
{
    (void)snprintf(part->endpoint, sizeof part->endpoint, "%s", text);
}

static char *
copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

int
palm__part_add_endpoint(palm_part_t *part, const char *text,
                        const char *advertise_as)
{
    struct palm__endpoint *made = calloc(1, sizeof *made);
    struct palm__endpoint **last = &part->more;
    if (!made || !(made->text = copy(text))
        || (advertise_as && !(made->advertise_as = copy(advertise_as)))) {
        palm__endpoints_free(made);
        errno = ENOMEM;
        return -1;
    }
    while (*last) {
        last = &(*last)->next;
    }
    *last = made;
    return 0;
}

void
palm__endpoints_free(struct palm__endpoint *first)
{
    while (first) {
        struct palm__endpoint *next = first->next;
        free(first->text);
        free(first->advertise_as);
        free(first);
        first = next;
    }
}
