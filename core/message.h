/* SPDX-License-Identifier: MIT */
/* message.h: the codec of PalmMessage.
 *
 * A frame is scanned once; the message then holds slices into that frame, so
 * the frame must outlive the message and must not change.  Nothing is copied
 * and nothing is allocated until a message is encoded.  Fields that are not
 * known stay in the frame and are copied, in their order, behind the known
 * ones when the message is encoded.
 *
 * A palm_message_t is plain data: copy it freely, no destructor.  To make one,
 * start from PALM_MESSAGE_INIT and set the fields.  Any thread. */
#ifndef PALM_MESSAGE_H
#define PALM_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/export.h"

/* Bytes that somebody else owns.  Not terminated by a NUL. */
typedef struct palm_slice {
    const char *data; /* may be NULL if size is 0 */
    size_t size;
} palm_slice_t;

typedef struct palm_message {
    palm_slice_t pipeline; /* 1: identifies the stream */
    palm_slice_t client;   /* 2: uuid4 text, topic of the results */
    int64_t stage;         /* 3: index of the current step */
    palm_slice_t function; /* 4: "server.method", blanks between stages */
    palm_slice_t cache;    /* 5: key, or the tag that travels along */
    palm_slice_t payload;  /* 6: any bytes */
    palm_slice_t source;   /* the scanned frame: unknown fields are there */
    size_t unknown_size;   /* bytes of unknown fields in source */
    palm_slice_t extra;    /* encoded fields to append; normally empty */
} palm_message_t;

#define PALM_MESSAGE_INIT                                                      \
    {                                                                          \
        {NULL, 0}, {NULL, 0}, 0, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0},   \
            0,                                                                 \
        {                                                                      \
            NULL, 0                                                            \
        }                                                                      \
    }

/* Bytes that palm_message_error_field() needs for a text of n bytes. */
#define PALM_ERROR_FIELD_SIZE(n) ((n) + 11)

PALM_BEGIN_DECLS

/* A slice of a C string; NULL gives an empty slice.  The string must outlive
 * the slice. */
PALM_EXPORT palm_slice_t palm_slice(const char *text);

/* Whether two slices hold the same bytes. */
PALM_EXPORT bool palm_slice_is_equal(palm_slice_t a, palm_slice_t b);

/* Their order by bytes, a beginning before what it begins: less than 0, 0 or
 * more than 0, as a comes before b, is equal, or comes behind it. */
PALM_EXPORT int palm_slice_compare(palm_slice_t a, palm_slice_t b);

/* Whether the slice is valid UTF-8: no surrogates, no overlong forms, nothing
 * above U+10FFFF.  NUL is valid. */
PALM_EXPORT bool palm_slice_is_utf8(palm_slice_t text);

/* Scans a frame.  On success (0) *message holds slices of it.
 * On failure (-1, errno EBADMSG) *message is unchanged and *err, which may be
 * NULL, says what is wrong at which byte. */
PALM_EXPORT int palm_message_scan(palm_message_t *message, const void *frame,
                                  size_t size, palm_error_t *err) PALM_MUST_USE;

/* Bytes of the encoded message. */
PALM_EXPORT size_t palm_message_size(const palm_message_t *message);

/* Encodes into buffer, which has at least palm_message_size() bytes and does
 * not overlap what the slices refer to.  Returns the bytes written.
 * The result is canonical: known fields in number order, defaults omitted,
 * unknown ones behind in their order, then extra. */
PALM_EXPORT size_t palm_message_write(const palm_message_t *message,
                                      void *buffer);

/* Encodes into a new frame, which this call initializes; the caller closes it
 * with zmq_msg_close().  Returns -1 with errno ENOMEM; then *frame is not
 * initialized. */
PALM_EXPORT int palm_message_encode(const palm_message_t *message,
                                    zmq_msg_t *frame) PALM_MUST_USE;

/* Changes the stage in the frame that the message was scanned from, in place
 * and without copying the payload.  Returns false, and changes nothing, if that
 * cannot be done: the frame is not canonical, or somebody else has it, too, or
 * the stage would take another number of bytes; then encode a new one. */
PALM_EXPORT bool palm_message_restage(palm_message_t *message, zmq_msg_t *frame,
                                      int64_t stage);

/* Looks for the error text of a result (field 8).  Returns true and sets *text
 * (a slice of the scanned frame) if the message carries one. */
PALM_EXPORT bool palm_message_error(const palm_message_t *message,
                                    palm_slice_t *text);

/* Encodes an error text as field 8 into buffer, which has at least
 * PALM_ERROR_FIELD_SIZE(text.size) bytes, and returns it as a slice to be put
 * into message->extra. */
PALM_EXPORT palm_slice_t palm_message_error_field(palm_slice_t text,
                                                  void *buffer);

/* Finds what a worker runs: of the function field the element for the stage,
 * and in it the text before the first dot (*server) and between the first and
 * the second (*method).  A function without a blank ignores the stage.
 * Returns 0, or -1 with errno
 *   ENOENT  the function is empty, or has no dot;
 *   ERANGE  the stage is negative or has no element. */
PALM_EXPORT int palm_message_method(const palm_message_t *message,
                                    palm_slice_t *server, palm_slice_t *method)
    PALM_MUST_USE;

PALM_END_DECLS
#endif
