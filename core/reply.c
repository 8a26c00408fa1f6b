/* SPDX-License-Identifier: MIT */
/* How a function's answers become result messages: the message that was
 * received, with another payload. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/reply_impl.h"

/* Words of error results: the same on every system, unlike the numbers. */
#define WORD(code)                                                             \
    {                                                                          \
        code, #code                                                            \
    }

static const struct {
    int code;
    const char *word;
} words[] = {
    WORD(E2BIG),        WORD(EACCES),    WORD(EAGAIN),    WORD(EALREADY),
    WORD(EBADMSG),      WORD(EBUSY),     WORD(ECANCELED), WORD(ECONNREFUSED),
    WORD(ECONNRESET),   WORD(EDOM),      WORD(EEXIST),    WORD(EFAULT),
    WORD(EFBIG),        WORD(EILSEQ),    WORD(EINTR),     WORD(EINVAL),
    WORD(EIO),          WORD(EISDIR),    WORD(EMFILE),    WORD(EMSGSIZE),
    WORD(ENAMETOOLONG), WORD(ENFILE),    WORD(ENODEV),    WORD(ENOENT),
    WORD(ENOMEM),       WORD(ENOSPC),    WORD(ENOSYS),    WORD(ENOTDIR),
    WORD(ENOTSUP),      WORD(EPERM),     WORD(EPIPE),     WORD(EPROTO),
    WORD(ERANGE),       WORD(ETIMEDOUT),
};

static const char *
word_of(int code)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].code == code) {
            return words[i].word;
        }
    }
    return "EIO";
}

void
palm__reply_init(palm_reply_t *self, const palm_message_t *message,
                 const palm_results_t *results, palm_yields_t yields)
{
    self->results = results;
    self->message = message;
    self->yields = yields;
    self->has_result = false;
    self->error.code = 0;
}

/* Encodes a result of the message. */
static int
encode(const palm_reply_t *self, palm_slice_t payload, palm_slice_t extra,
       zmq_msg_t *frame)
{
    palm_message_t result = *self->message;
    result.payload = payload;
    result.extra = extra;
    return palm_message_encode(&result, frame);
}

static int
hand_in(palm_reply_t *self, zmq_msg_t *frame)
{
    return self->results->hand_in(self->results->arg, frame);
}

int
palm_reply(palm_reply_t *reply, palm_slice_t payload)
{
    zmq_msg_t frame;
    if (reply->has_result) {
        errno = EALREADY;
        return -1;
    }
    if (encode(reply, payload, palm_slice(NULL), &frame)) {
        return -1;
    }
    if (reply->yields == PALM_YIELDS_MANY) {
        return hand_in(reply, &frame);
    }
    /* Held back: the function may still fail, and one result is promised. */
    (void)zmq_msg_init(&reply->result);
    (void)zmq_msg_move(&reply->result, &frame);
    (void)zmq_msg_close(&frame);
    reply->has_result = true;
    return 0;
}

int
palm__reply_verror(palm_reply_t *self, int code, const char *format,
                   va_list args)
{
    (void)vsnprintf(self->error.text, sizeof self->error.text, format, args);
    self->error.code = code ? code : EIO;
    errno = self->error.code;
    return -1;
}

int
palm_reply_error(palm_reply_t *reply, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)palm__reply_verror(reply, code, format, args);
    va_end(args);
    return -1;
}

/* Payload "0" for peers of old, field 8 for those that look. */
static int
hand_in_error(palm_reply_t *self)
{
    char text[PALM_ERROR_TEXT + 32];
    char field[PALM_ERROR_FIELD_SIZE(sizeof text)];
    zmq_msg_t frame;
    palm_error_clean(self->error.text);
    (void)snprintf(text, sizeof text, "%s %s", word_of(self->error.code),
                   self->error.text);
    if (encode(self, palm_slice("0"),
               palm_message_error_field(palm_slice(text), field), &frame)) {
        return -1;
    }
    if (self->results->on_error) {
        self->results->on_error(self->results->arg, text);
    }
    return hand_in(self, &frame);
}

static void
drop_result(palm_reply_t *self)
{
    if (self->has_result) {
        (void)zmq_msg_close(&self->result);
        self->has_result = false;
    }
}

/* The function's own reason, or what its errno says. */
static void
find_reason(palm_reply_t *self, int code)
{
    if (!self->error.code) {
        (void)palm_reply_error(self, code, "%s",
                               code ? palm_strerror(code)
                                    : "the function failed");
    }
}

/* Runs the function.  If 0, has_result says what is left to hand in. */
static int
run(palm_reply_t *self, palm_function_f *function, void *arg)
{
    errno = 0;
    if (function(self->message, self, arg)) {
        return -1;
    }
    if (self->yields == PALM_YIELDS_ONE && !self->has_result
        && !self->results->may_be_empty) {
        return palm_reply(self, palm_slice(NULL));
    }
    return 0;
}

int
palm__reply_run(palm_reply_t *self, palm_function_f *function, void *arg)
{
    if (!function || run(self, function, arg)) {
        find_reason(self, errno);
        drop_result(self);
        return hand_in_error(self);
    }
    if (!self->has_result) {
        return 0;
    }
    self->has_result = false;
    return hand_in(self, &self->result);
}
