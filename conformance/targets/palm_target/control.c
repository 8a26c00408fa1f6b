/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "conformance/targets/palm_target/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/program/program.h"

enum { LINGER_MS = 1000 };

/* What is said waits here until the suite is there to hear it. */
static char *ready_text;
static size_t ready_size;

int
control_open(struct target *target, const char *endpoint)
{
    const int linger = LINGER_MS;
    if (!(target->zmq = zmq_ctx_new())
        || !(target->control = zmq_socket(target->zmq, ZMQ_DEALER))
        || zmq_setsockopt(target->control, ZMQ_LINGER, &linger, sizeof linger)
        || zmq_connect(target->control, endpoint)) {
        return -1;
    }
    return 0;
}

void
control_close(struct target *target)
{
    if (target->control) {
        (void)zmq_close(target->control);
    }
    if (target->zmq) {
        (void)zmq_ctx_term(target->zmq);
    }
    target->control = target->zmq = NULL;
}

/* --- saying --------------------------------------------------------------- */

static void
send_frame(struct target *target, palm_slice_t frame, int flags)
{
    while (zmq_send(target->control, frame.data, frame.size, flags) == -1) {
        if (errno != EINTR) {
            (void)program_error("control: %s", palm_strerror(errno));
            return;
        }
    }
}

void
control_say(struct target *target, const char *verb, palm_slice_t frame)
{
    send_frame(target, palm_slice(verb), ZMQ_SNDMORE);
    send_frame(target, frame, 0);
}

void
control_result(struct target *target, const palm_slice_t *frames, size_t count)
{
    send_frame(target, palm_slice("RESULT"), count > 0 ? ZMQ_SNDMORE : 0);
    for (size_t i = 0; i < count; i++) {
        send_frame(target, frames[i], i + 1 < count ? ZMQ_SNDMORE : 0);
    }
}

void
control_error(struct target *target, const char *text)
{
    (void)program_error("%s", text);
    control_say(target, "ERROR", palm_slice(text));
}

FILE *
control_ready_begin(struct target *target)
{
    FILE *facts = open_memstream(&ready_text, &ready_size);
    (void)target;
    if (facts) {
        target_write_facts(facts);
    }
    return facts;
}

int
control_ready_end(struct target *target, FILE *facts)
{
    if (!facts || fclose(facts)) {
        return -1;
    }
    control_say(target, "READY", (palm_slice_t){ready_text, ready_size});
    free(ready_text);
    return 0;
}

/* What is wrong with settings, in PALM's terms; anything else is trouble. */
static bool
is_refusal(int code)
{
    static const int codes[] = {EINVAL,       EEXIST,          ENOENT,
                                EHOSTUNREACH, EADDRINUSE,      EADDRNOTAVAIL,
                                ENODEV,       EPROTONOSUPPORT, ERANGE};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] == code) {
            return true;
        }
    }
    return false;
}

int
control_fail(struct target *target, const palm_error_t *err)
{
    bool is_unknown = err->code == TARGET_UNKNOWN;
    const char *verb = is_unknown              ? "UNIMPLEMENTED"
                       : is_refusal(err->code) ? "REFUSED"
                                               : "ERROR";
    (void)program_error("%s: %s", verb, err->text);
    control_say(target, verb, palm_slice(err->text));
    return is_unknown ? TARGET_UNIMPLEMENTED : PROGRAM_FAILED;
}

/* --- hearing -------------------------------------------------------------- */

static int
append(struct command *command, zmq_msg_t *frame)
{
    palm_slice_t *frames =
        realloc(command->frames, (command->count + 1) * sizeof *frames);
    size_t size = zmq_msg_size(frame);
    char *copy = malloc(size + 1);
    if (frames) {
        command->frames = frames;
    }
    if (!frames || !copy) {
        free(copy);
        return -1;
    }
    memcpy(copy, zmq_msg_data(frame), size);
    copy[size] = '\0';
    frames[command->count].data = copy;
    frames[command->count++].size = size;
    return 0;
}

int
control_receive(struct target *target, struct command *command)
{
    zmq_msg_t frame;
    bool more = true;
    *command = (struct command){NULL, 0};
    (void)zmq_msg_init(&frame);
    while (more && zmq_msg_recv(&frame, target->control, ZMQ_DONTWAIT) != -1) {
        more = zmq_msg_more(&frame);
        if (append(command, &frame)) {
            (void)program_error("command: out of memory");
        }
    }
    (void)zmq_msg_close(&frame);
    return command->count > 0 ? 0 : -1;
}

void
command_fini(struct command *command)
{
    for (size_t i = 0; i < command->count; i++) {
        free((void *)(size_t)command->frames[i].data);
    }
    free(command->frames);
}
