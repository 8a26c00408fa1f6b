/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/answer.h"

#include <stdlib.h>
#include <string.h>

bool
palm__answers(const palm_message_t *asked, const palm_message_t *answer)
{
    return asked->stage == answer->stage
           && palm_slice_is_equal(asked->pipeline, answer->pipeline)
           && palm_slice_is_equal(asked->client, answer->client)
           && palm_slice_is_equal(asked->function, answer->function)
           && palm_slice_is_equal(asked->cache, answer->cache);
}

/* Writes the result, or nothing if there is no memory. */
static int
encode_error(const palm_message_t *asked, zmq_msg_t *frame, palm_slice_t text)
{
    palm_message_t result = *asked;
    char *field = malloc(PALM_ERROR_FIELD_SIZE(text.size));
    int failed = -1;
    if (field) {
        result.payload = palm_slice("0");
        result.extra = palm_message_error_field(text, field);
        failed = palm_message_encode(&result, frame);
    }
    free(field);
    return failed;
}

void
palm__answer_error(const palm_message_t *asked, zmq_msg_t *frame, char *text)
{
    (void)zmq_msg_close(frame);
    palm_error_clean(text);
    if (!asked || encode_error(asked, frame, palm_slice(text))) {
        (void)zmq_msg_init_size(frame, 1); /* needs no memory */
        memcpy(zmq_msg_data(frame), "0", 1);
    }
}
