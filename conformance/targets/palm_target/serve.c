/* SPDX-License-Identifier: MIT */
/* serve.c: the profiles that are servers, from the start to the stop. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/control.h"
#include "conformance/targets/palm_target/signals.h"
#include "conformance/targets/palm_target/wiring.h"
#include "harness/program/program.h"

/* ms between two looks at whether the server has ended by itself. */
enum { LOOK_MS = 50 };

/* --- what the suite wants ------------------------------------------------- */

static int
emit_to(palm_server_t *server, const char *name, palm_slice_t payload)
{
    zmq_msg_t frame;
    if (zmq_msg_init_size(&frame, payload.size)) {
        return -1;
    }
    if (payload.size > 0) {
        memcpy(zmq_msg_data(&frame), payload.data, payload.size);
    }
    if (palm_server_emit(server, name, &frame)) {
        int saved = errno;
        (void)zmq_msg_close(&frame);
        errno = saved;
        return -1;
    }
    return 0;
}

/* To every part that can; one that has no such part says so. */
static void
emit(struct target *target, palm_server_t *server, palm_slice_t payload)
{
    palm_part_info_t part;
    size_t emitted = 0;
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        if (strcmp(part.class_->name, "PushBypassConnection") != 0) {
            continue;
        }
        emitted++;
        if (emit_to(server, part.name, payload)) {
            control_error(target, palm_strerror(errno));
        }
    }
    if (emitted == 0) {
        control_error(target, "emit: there is no PushBypassConnection");
    }
}

/* What is inside at the moment; see palm_part_stats_t.  Credit comes back in
 * lots, so of a part that has much of it nothing more is told. */
static void
tell_counters(struct target *target, palm_server_t *server)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    palm_part_info_t part;
    palm_part_stats_t stats;
    for (size_t i = 0;
         stream && !palm_server_part_at(server, i, &part)
         && !palm_server_stats(server, part.side, part.name, &stats);
         i++) {
        fprintf(stream, "%s queued=%" PRIu64 "%s\n", part.name, stats.queued,
                stats.inside > stats.credit ? ", and most credit is used" : "");
    }
    if (!stream || fclose(stream)) {
        control_error(target, "counters: out of memory");
    } else {
        palm_slice_t slice = {text, size};
        control_result(target, &slice, 1);
    }
    free(text);
}

static void
obey(struct target *target, palm_server_t *server)
{
    struct command command;
    while (!control_receive(target, &command)) {
        if (command.count == 2 && !strcmp(command.frames[0].data, "emit")) {
            emit(target, server, command.frames[1]);
        } else if (command.count == 1
                   && !strcmp(command.frames[0].data, "counters")) {
            tell_counters(target, server);
        } else {
            control_error(target, "expected emit FRAME, or counters");
        }
        command_fini(&command);
    }
}

/* Hands on what the parts have got for the suite. */
static void
hand_on(struct target *target, void *results)
{
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, results, ZMQ_DONTWAIT) != -1) {
        palm_slice_t slice = {zmq_msg_data(&frame), zmq_msg_size(&frame)};
        control_result(target, &slice, 1);
    }
    (void)zmq_msg_close(&frame);
}

/* --- its life ------------------------------------------------------------- */

static void
run(struct target *target, palm_server_t *server, void *results)
{
    zmq_pollitem_t items[] = {{target->control, 0, ZMQ_POLLIN, 0},
                              {results, 0, ZMQ_POLLIN, 0},
                              {NULL, signals_fd(), ZMQ_POLLIN, 0}};
    while (!items[2].revents
           && palm_server_state(server) == PALM_SERVER_RUNNING) {
        if (zmq_poll(items, 3, LOOK_MS) < 0) { /* EINTR: a signal */
            continue;
        }
        obey(target, server);
        hand_on(target, results);
    }
}

/* What is left inside was the suite's to fetch; it is no failure. */
static void
stop(struct target *target, palm_server_t *server, void *results)
{
    palm_error_t err = {0, ""};
    if (palm_server_stop(server, &err)) {
        (void)program_error("stopped: %s", err.text);
    }
    hand_on(target, results);
}

static int
start(struct target *target, struct wiring *wiring, palm_error_t *err)
{
    int rc = wiring_is_kind(target->profile)
                 ? wiring_build_kind(wiring, target, err)
                 : wiring_build(wiring, target, err);
    return rc ? -1 : palm_server_start(wiring->server, err);
}

int
target_serve(struct target *target)
{
    static struct wiring wiring; /* too large for some stacks */
    palm_error_t err = {ENOMEM, "out of memory"};
    void *results = zmq_socket(target->zmq, ZMQ_PULL);
    int status = PROGRAM_OK;
    if (!results || zmq_bind(results, HOOKS_RESULTS)
        || start(target, &wiring, &err)) {
        status = control_fail(target, &err);
    } else {
        FILE *facts = control_ready_begin(target);
        if (facts) {
            wiring_write_facts(&wiring, facts);
        }
        if (control_ready_end(target, facts)) {
            status = program_error("out of memory");
        } else {
            run(target, wiring.server, results);
        }
        stop(target, wiring.server, results);
    }
    wiring_fini(&wiring);
    if (results) {
        (void)zmq_close(results);
    }
    return status;
}
