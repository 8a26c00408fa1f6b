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
    return 0;
}
