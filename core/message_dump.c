/* SPDX-License-Identifier: MIT */
/* Says what the codec makes of frames, for oracles in other languages.
 *
 * stdin is a row of frames, stdout the row of answers.  A frame is its size
 * (four bytes, little-endian) and its bytes; so is every item of an answer:
 *
 *   accepted  "A", pipeline, client, stage (decimal), function, cache, payload,
 *             error (field 8; nothing if there is none), the frame encoded
 * again refused   "R", the error text */
#include "config.h"
#include "core/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
put(const void *data, size_t size)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        putchar((int)((size >> shift) & 0xff));
    }
    if (size > 0) {
        (void)fwrite(data, 1, size, stdout);
    }
}

static void
put_text(const char *text)
{
    put(text, strlen(text));
}

static void
put_slice(palm_slice_t slice)
{
    put(slice.data, slice.size);
}

static int
put_encoded(const palm_message_t *message)
{
    zmq_msg_t frame;
    if (palm_message_encode(message, &frame)) {
        return -1;
    }
    put(zmq_msg_data(&frame), zmq_msg_size(&frame));
    return zmq_msg_close(&frame);
}

static int
answer(const char *frame, size_t size)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    palm_error_t err;
    char stage[24];
    palm_slice_t error = {NULL, 0};
    if (palm_message_scan(&message, frame, size, &err)) {
        put_text("R");
        put_text(err.text);
        return 0;
    }
    (void)palm_message_error(&message, &error);
    (void)snprintf(stage, sizeof stage, "%" PRId64, message.stage);
    put_text("A");
    put_slice(message.pipeline);
    put_slice(message.client);
    put_text(stage);
    put_slice(message.function);
    put_slice(message.cache);
    put_slice(message.payload);
    put_slice(error);
    return put_encoded(&message);
}

static bool
read_size(size_t *size)
{
    unsigned char bytes[4];
    if (fread(bytes, 1, sizeof bytes, stdin) != sizeof bytes) {
        return false;
    }
    *size = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16
            | (size_t)bytes[3] << 24;
    return true;
}

int
main(void)
{
    size_t size;
    while (read_size(&size)) {
        char *frame = malloc(size + !size);
        if (!frame || fread(frame, 1, size, stdin) != size
            || answer(frame, size)) {
            free(frame);
            (void)fprintf(stderr, "message_dump: no memory or no input\n");
            return 1;
        }
        free(frame);
    }
    return fflush(stdout) ? 1 : 0;
}
