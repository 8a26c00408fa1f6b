/* SPDX-License-Identifier: MIT */
/* What must hold for every frame, as a fuzzer calls it:
 *
 *   ./configure CC=clang CFLAGS='-g -O1 -fsanitize=fuzzer-no-link' \
 *       --enable-sanitizer=address,undefined
 *   make core/message_fuzz && core/message_fuzz -max_total_time=60
 *
 * message_fuzz_test.c calls it too, so that it never rots. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "message_fuzz: %s\n", what);
        abort();
    }
}

/* The frame is in memory of its own size: a sanitizer sees what is read behind
 * its end. */
static char *
encode(const palm_message_t *message, size_t *size)
{
    *size = palm_message_size(message);
    char *frame = malloc(*size + !*size);
    must(frame != NULL, "no memory");
    must(palm_message_write(message, frame) == *size, "size differs");
    return frame;
}

static bool
is_equal(const palm_message_t *a, const palm_message_t *b)
{
    palm_slice_t a_error = {NULL, 0}, b_error = {NULL, 0};
    return palm_slice_is_equal(a->pipeline, b->pipeline)
           && palm_slice_is_equal(a->client, b->client) && a->stage == b->stage
           && palm_slice_is_equal(a->function, b->function)
           && palm_slice_is_equal(a->cache, b->cache)
           && palm_slice_is_equal(a->payload, b->payload)
           && a->unknown_size == b->unknown_size
           && palm_message_error(a, &a_error) == palm_message_error(b, &b_error)
           && palm_slice_is_equal(a_error, b_error);
}

static void
check_refusal(const palm_message_t *message, const palm_error_t *err)
{
    static const palm_message_t untouched = PALM_MESSAGE_INIT;
    must(memcmp(message, &untouched, sizeof untouched) == 0,
         "refused, but the message has changed");
    must(strncmp(err->text, "byte ", 5) == 0, "refused without a place");
}

static void
check_round_trip(const palm_message_t *message)
{
    palm_message_t again;
    size_t size, again_size;
    char *frame = encode(message, &size);
    must(palm_message_scan(&again, frame, size, NULL) == 0,
         "cannot read what it wrote");
    must(is_equal(message, &again), "reads something else than it wrote");
    char *twice = encode(&again, &again_size);
    must(size == again_size && memcmp(frame, twice, size) == 0,
         "encoding again changes the frame");
    free(twice);
    free(frame);
}

static void
free_copy(void *data, void *hint)
{
    (void)hint;
    free(data);
}

/* A stage changed in place is what encoding it anew would give. */
static void
check_restage(const uint8_t *data, size_t size)
{
    palm_message_t message, again;
    zmq_msg_t frame;
    size_t expected_size;
    char *copy = malloc(size + !size);
    must(copy != NULL, "no memory");
    if (size > 0) {
        memcpy(copy, data, size);
    }
    must(zmq_msg_init_data(&frame, copy, size, free_copy, NULL) == 0,
         "no memory");
    must(palm_message_scan(&message, copy, size, NULL) == 0, "scans once only");
    palm_message_t changed = message;
    changed.stage = message.stage == 5 ? 6 : 5;
    char *expected = encode(&changed, &expected_size);
    if (palm_message_restage(&message, &frame, changed.stage)) {
        must(expected_size == size, "restaged, but the size differs");
        must(palm_message_scan(&again, copy, size, NULL) == 0,
             "cannot read what was restaged");
        changed.source = again.source;
        must(is_equal(&changed, &again), "restaged something else");
    }
    free(expected);
    (void)zmq_msg_close(&frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    palm_message_t message;
    palm_slice_t server, method;
    palm_error_t err = {0, ""};
    memset(&message, 0, sizeof message); /* padding too */
    if (palm_message_scan(&message, data, size, &err)) {
        check_refusal(&message, &err);
        return 0;
    }
    must(palm_slice_is_utf8(message.function), "took invalid UTF-8");
    if (palm_message_method(&message, &server, &method) == 0) {
        must(server.size + method.size < message.function.size,
             "method is outside of function");
    }
    check_round_trip(&message);
    check_restage(data, size);
    return 0;
}
