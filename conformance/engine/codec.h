/* SPDX-License-Identifier: MIT */
/* codec.h: the suite's own PalmMessage.
 *
 * Written from the specification and from nothing else: a codec that both sides
 * shared would hide its own mistakes. */
#ifndef CONFORMANCE_ENGINE_CODEC_H
#define CONFORMANCE_ENGINE_CODEC_H

#include "conformance/engine/bytes.h"

enum field {
    FIELD_PIPELINE = 1,
    FIELD_CLIENT = 2,
    FIELD_STAGE = 3,
    FIELD_FUNCTION = 4,
    FIELD_CACHE = 5,
    FIELD_PAYLOAD = 6,
    FIELD_ERROR = 8 /* the extension */
};

struct message {
    struct bytes pipeline;
    struct bytes client;
    int64_t stage;
    struct bytes function;
    struct bytes cache;
    struct bytes payload;
    struct bytes unknown; /* whole fields, keys included, in their order */
};

/* Canonical: known fields in number order, defaults omitted, then unknown. */
struct bytes message_encode(struct test *test, const struct message *message);

/* One field as it stands on the wire; for frames that no encoder would make. */
struct bytes field_varint(struct test *test, unsigned number, uint64_t value);
struct bytes field_bytes(struct test *test, unsigned number,
                         struct bytes value);

/* Decodes strictly; NULL, or why it is no PalmMessage.  The views of *message
 * point into the frame; unknown fields are copied. */
const char *message_decode(struct test *test, struct bytes frame,
                           struct message *message);

/* Length of the well-formed UTF-8 character there; 0 if it is none. */
size_t utf8_length(struct bytes text, size_t at);

/* The text of an unknown length-delimited field, the last one of that number;
 * data is NULL if there is none. */
struct bytes message_extra(const struct message *message, unsigned number);

#endif
