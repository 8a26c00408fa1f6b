/* SPDX-License-Identifier: MIT */
/* control.h: the control channel of ADAPTER.md, as a target speaks it.  Main
 * thread only. */
#ifndef CONFORMANCE_PALM_TARGET_CONTROL_H
#define CONFORMANCE_PALM_TARGET_CONTROL_H

#include "conformance/targets/palm_target/target.h"

/* A command of the suite.  A NUL stands behind each frame. */
struct command {
    palm_slice_t *frames; /* the first is the verb */
    size_t count;
};

/* Connects to the suite.  -1 with errno. */
int control_open(struct target *target, const char *endpoint);

/* Closes it, after what was said has left. */
void control_close(struct target *target);

/* Says a verb and one frame more. */
void control_say(struct target *target, const char *verb, palm_slice_t frame);

/* RESULT with these frames. */
void control_result(struct target *target, const palm_slice_t *frames,
                    size_t count);

/* ERROR. */
void control_error(struct target *target, const char *text);

/* Begins READY; facts are written to the stream, as lines key=value. */
FILE *control_ready_begin(struct target *target);

/* Says it.  -1 if there was no memory for the facts. */
int control_ready_end(struct target *target, FILE *facts);

/* UNIMPLEMENTED, REFUSED or ERROR, whatever *err is; returns the exit status
 * that goes with it. */
int control_fail(struct target *target, const palm_error_t *err);

/* Takes a command; -1 if there is none. */
int control_receive(struct target *target, struct command *command);

void command_fini(struct command *command);

#endif
