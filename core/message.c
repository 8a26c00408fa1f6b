/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/message.h"

#include <errno.h>
#include <string.h>

#include "core/utf8.h"
#include "core/wire.h"

/* Field numbers, PALM-MSG: see core/palm.proto. */
enum {
    PIPELINE = PALM__TAG(1, PALM__WIRE_BYTES),
    CLIENT = PALM__TAG(2, PALM__WIRE_BYTES),
    STAGE = PALM__TAG(3, PALM__WIRE_VARINT),
    FUNCTION = PALM__TAG(4, PALM__WIRE_BYTES),
    CACHE = PALM__TAG(5, PALM__WIRE_BYTES),
    PAYLOAD = PALM__TAG(6, PALM__WIRE_BYTES),
    ERROR = PALM__TAG(8, PALM__WIRE_BYTES) /* unknown to the scan */
};

/* --- scan ---------------------------------------------------------------- */

static inline bool
take_text(palm__wire_t *wire, const palm__field_t *field, palm_slice_t *text)
{
    *text = field->bytes;
    if (palm__is_ascii(text->data, text->size)) {
        return true;
    }
    size_t valid = palm__utf8_valid(text->data, text->size);
    if (valid == text->size) {
        return true;
    }
    return palm__wire_fail(wire, (const unsigned char *)text->data + valid,
                           "invalid UTF-8");
}

/* The conversion of what is above INT64_MAX, without what C leaves to the
 * implementation. */
static inline int64_t
to_signed(uint64_t value)
{
    return value <= INT64_MAX ? (int64_t)value : -(int64_t)~value - 1;
}

static inline bool
take_field(palm__wire_t *wire, const palm__field_t *field,
           palm_message_t *message)
{
    switch (field->tag) {
    case PIPELINE:
        return take_text(wire, field, &message->pipeline);
    case CLIENT:
        return take_text(wire, field, &message->client);
    case STAGE:
        message->stage = to_signed(field->varint);
        return true;
    case FUNCTION:
        return take_text(wire, field, &message->function);
    case CACHE:
        return take_text(wire, field, &message->cache);
    case PAYLOAD:
        message->payload = field->bytes;
        return true;
    default: /* also a known number with another wire type */
        message->unknown_size += (size_t)(wire->at - field->start);
        return true;
    }
}

/* A source of 0 bytes may be NULL, to which C must not add anything. */
static palm__wire_t
wire_of(palm_slice_t source)
{
    palm__wire_t wire = {0};
    if (source.size > 0) {
        wire.at = (const unsigned char *)source.data;
        wire.end = wire.at + source.size;
    }
    return wire;
}

int
palm_message_scan(palm_message_t *message, const void *frame, size_t size,
                  palm_error_t *err)
{
    palm_message_t found = PALM_MESSAGE_INIT;
    palm__field_t field;
    found.source.data = frame;
    found.source.size = size;
    palm__wire_t wire = wire_of(found.source);
    while (wire.at < wire.end) {
        if (!palm__wire_next(&wire, &field)
            || !take_field(&wire, &field, &found)) {
            return palm_error_set(
                err, EBADMSG, "byte %zu: %s",
                (size_t)(wire.bad - (const unsigned char *)frame),
                wire.problem);
        }
    }
    *message = found;
    return 0;
}

/* --- encode -------------------------------------------------------------- */

/* A field of ours has a tag of one byte. */
static size_t
bytes_size(palm_slice_t bytes)
{
    return bytes.size ? 1 + palm__varint_size(bytes.size) + bytes.size : 0;
}

size_t
palm_message_size(const palm_message_t *message)
{
    size_t size = bytes_size(message->pipeline) + bytes_size(message->client)
                  + bytes_size(message->function) + bytes_size(message->cache)
                  + bytes_size(message->payload) + message->unknown_size
                  + message->extra.size;
    if (message->stage != 0) {
        size += 1 + palm__varint_size((uint64_t)message->stage);
    }
    return size;
}

static unsigned char *
put(unsigned char *to, const void *data, size_t size)
{
    if (size > 0) {
        memcpy(to, data, size);
    }
    return to + size;
}

static unsigned char *
put_bytes(unsigned char *to, int tag, palm_slice_t bytes)
{
    if (bytes.size == 0) {
        return to;
    }
    *to++ = (unsigned char)tag;
    to = palm__varint_write(to, bytes.size);
    return put(to, bytes.data, bytes.size);
}

static bool
is_known(uint32_t tag)
{
    return tag == PIPELINE || tag == CLIENT || tag == STAGE || tag == FUNCTION
           || tag == CACHE || tag == PAYLOAD;
}

/* Reads the frame again: messages with unknown fields are rare, and to remember
 * where they are would need memory in every message. */
static unsigned char *
put_unknown(unsigned char *to, const palm_message_t *message)
{
    palm__wire_t wire = wire_of(message->source);
    palm__field_t field;
    if (message->unknown_size == 0) {
        return to;
    }
    while (wire.at < wire.end && palm__wire_next(&wire, &field)) {
        if (!is_known(field.tag)) {
            to = put(to, field.start, (size_t)(wire.at - field.start));
        }
    }
    return to;
}

size_t
palm_message_write(const palm_message_t *message, void *buffer)
{
    unsigned char *to = buffer;
    to = put_bytes(to, PIPELINE, message->pipeline);
    to = put_bytes(to, CLIENT, message->client);
    if (message->stage != 0) {
        *to++ = STAGE;
        to = palm__varint_write(to, (uint64_t)message->stage);
    }
    to = put_bytes(to, FUNCTION, message->function);
    to = put_bytes(to, CACHE, message->cache);
    to = put_bytes(to, PAYLOAD, message->payload);
    to = put_unknown(to, message);
    to = put(to, message->extra.data, message->extra.size);
    return (size_t)(to - (unsigned char *)buffer);
}

int
palm_message_encode(const palm_message_t *message, zmq_msg_t *frame)
{
    if (zmq_msg_init_size(frame, palm_message_size(message))) {
        return -1;
    }
    (void)palm_message_write(message, zmq_msg_data(frame));
    return 0;
}

/* Where the stage of a canonical frame is, or would be: behind the client. */
static size_t
stage_offset(const palm_message_t *message)
{
    palm_slice_t before =
        message->client.size > 0 ? message->client : message->pipeline;
    return before.size > 0
               ? (size_t)(before.data + before.size - message->source.data)
               : 0;
}

bool
palm_message_restage(palm_message_t *message, zmq_msg_t *frame, int64_t stage)
{
    unsigned char *bytes = zmq_msg_data(frame);
    size_t at = stage_offset(message);
    /* A frame of another size has something twice, or longer than need be. */
    if (message->stage == 0 || stage == 0
        || palm__varint_size((uint64_t)stage)
               != palm__varint_size((uint64_t)message->stage)
        || (const char *)bytes != message->source.data
        || palm_message_size(message) != message->source.size
        || at == message->source.size || bytes[at] != STAGE
        || zmq_msg_get(frame, ZMQ_SHARED) != 0) {
        return false;
    }
    (void)palm__varint_write(bytes + at + 1, (uint64_t)stage);
    message->stage = stage;
    return true;
}

/* --- the error of a result ----------------------------------------------- */

bool
palm_message_error(const palm_message_t *message, palm_slice_t *text)
{
    palm__wire_t wire = wire_of(message->source);
    palm__field_t field;
    bool found = false;
    if (message->unknown_size == 0) {
        return false;
    }
    while (wire.at < wire.end && palm__wire_next(&wire, &field)) {
        if (field.tag == ERROR) {
            *text = field.bytes;
            found = true;
        }
    }
    return found;
}

palm_slice_t
palm_message_error_field(palm_slice_t text, void *buffer)
{
    unsigned char *to = buffer;
    *to++ = ERROR;
    to = palm__varint_write(to, text.size);
    to = put(to, text.data, text.size);
    palm_slice_t field = {buffer, (size_t)(to - (unsigned char *)buffer)};
    return field;
}

/* --- what a worker runs -------------------------------------------------- */

/* Cuts the front off, up to the first separator; *rest has what is behind it.
 * Without a separator the front is everything, and false comes back. */
static bool
split(palm_slice_t *rest, char separator, palm_slice_t *front)
{
    const char *at =
        rest->size ? memchr(rest->data, separator, rest->size) : NULL;
    *front = *rest;
    if (!at) {
        rest->size = 0;
        return false;
    }
    front->size = (size_t)(at - rest->data);
    rest->data = at + 1;
    rest->size -= front->size + 1;
    return true;
}

/* The element number stage of what blanks separate; several blanks together
 * separate as one does.  An empty slice if there is none. */
static palm_slice_t
element(palm_slice_t function, int64_t stage)
{
    palm_slice_t front = {NULL, 0};
    if (stage < 0) {
        return front;
    }
    while (function.size > 0) {
        (void)split(&function, ' ', &front);
        if (front.size > 0 && stage-- == 0) {
            return front;
        }
    }
    front.size = 0;
    return front;
}

int
palm_message_method(const palm_message_t *message, palm_slice_t *server,
                    palm_slice_t *method)
{
    palm_slice_t rest = message->function, front;
    if (rest.size > 0 && memchr(rest.data, ' ', rest.size)) {
        rest = element(rest, message->stage);
        if (rest.size == 0) {
            errno = ERANGE;
            return -1;
        }
    }
    if (!split(&rest, '.', &front)) {
        errno = ENOENT;
        return -1;
    }
    *server = front;
    (void)split(&rest, '.', method);
    return 0;
}
