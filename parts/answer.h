/* SPDX-License-Identifier: MIT */
/* answer.h: what a peer that was asked may answer, for parts that wait.
 *
 * A worker's answer is the message that it was sent with another payload.  If
 * it answers with anything else, or not at all, the message gets an error
 * result in place of its answer: never the message itself, which would look
 * like a result.  Any thread. */
#ifndef PALM_ANSWER_H
#define PALM_ANSWER_H

#include <stdbool.h>
#include <zmq.h>

#include "core/message.h"

/* Whether answer is one to asked: pipeline, client, stage, function and cache
 * are the same. */
bool palm__answers(const palm_message_t *asked, const palm_message_t *answer);

/* Puts an error result of asked into *frame, which is initialized and is not
 * the one that asked was scanned from: payload "0", and in field 8 the text,
 * cleaned: a word as of errno, then a sentence.  Without asked (NULL), or
 * without memory, the frame is just "0". */
void palm__answer_error(const palm_message_t *asked, zmq_msg_t *frame,
                        char *text);

#endif
