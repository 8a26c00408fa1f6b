/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/train.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
free_train(void *data, void *hint)
{
    palm__train_t *train = data;
    (void)hint;
    for (; train->next < train->size; train->next++) {
        (void)zmq_msg_close(&train->messages[train->next]);
    }
    free(train);
}

int
palm__train_frame(zmq_msg_t *frame, const palm__note_t *note,
                  zmq_msg_t *messages, uint32_t count)
{
    size_t size = sizeof(palm__train_t) + count * sizeof(zmq_msg_t);
    palm__train_t *train = malloc(size);
    if (!train) {
        errno = ENOMEM;
        return -1;
    }
    train->note = *note;
    train->next = train->size = 0;
    if (zmq_msg_init_data(frame, train, size, free_train, NULL)) {
        free(train);
        errno = ENOMEM;
        return -1;
    }
    for (; train->size < count; train->size++) {
        (void)zmq_msg_init(&train->messages[train->size]);
        (void)zmq_msg_move(&train->messages[train->size],
                           &messages[train->size]);
    }
    return 0;
}

palm__train_t *
palm__train_of(zmq_msg_t *frame)
{
    return zmq_msg_data(frame);
}

palm__note_t
palm__note_of(zmq_msg_t *frame)
{
    palm__note_t note;
    memcpy(&note, zmq_msg_data(frame), sizeof note);
    return note;
}

int
palm__note_send(void *socket, const palm__note_t *note)
{
    return zmq_send(socket, note, sizeof *note, ZMQ_DONTWAIT) == -1 ? -1 : 0;
}
