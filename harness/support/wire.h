/* SPDX-License-Identifier: MIT */
/* wire.h: raw libzmq peers around a server in this process, for its tests.
 *
 * A rig is a server and a context for the peers.  Every wait has the deadline
 * of tap.h.  What fails ends the test; rig_fini() is then not called, and the
 * process goes on to the next test with what was left running. */
#ifndef HARNESS_WIRE_H
#define HARNESS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <zmq.h>

#include "core/message.h"
#include "core/server.h"

#define ANY_PORT "tcp://127.0.0.1:*"

struct rig {
    palm_server_t *server;
    void *zmq;         /* of the peers */
    void *sockets[64]; /* that rig_fini() closes */
    size_t socket_count;
};

/* Makes a server without parts.  options may be NULL. */
void rig_init(struct rig *rig, const palm_server_options_t *options);

/* Sets an option of a class of the library.  A text is borrowed until the part
 * is added; of numbers so many are kept. */
enum { RIG_NUMBERS = 32 };
void rig_set(palm_part_options_t *options, const char *class_name,
             const char *key, const char *text);
void rig_set_int(palm_part_options_t *options, const char *class_name,
                 const char *key, int64_t number);

/* Adds a part of the library; options->address defaults to ANY_PORT.  route may
 * be NULL; options may be NULL for the defaults.  One structure may serve for
 * parts of several classes: what a class does not have is left away. */
void rig_add(struct rig *rig, const char *class_name, const char *name,
             const char *route, const palm_part_options_t *options);

/* The same with a class of the test's own. */
void rig_add_class(struct rig *rig, const palm_part_class_t *class_,
                   const char *name, const char *route,
                   const palm_part_options_t *options);

/* Adds the parts of a master: Pull, WorkerPull, WorkerPush, Pub,
 * Cache. options, which may be NULL, are used for all of them. */
void rig_add_master(struct rig *rig, const palm_part_options_t *options);

void rig_start(struct rig *rig);

/* Stops and destroys everything.  The stop must have left nothing. */
void rig_fini(struct rig *rig);

/* The same, but what is left does not matter. */
void rig_drop(struct rig *rig);

/* A peer's socket, connected to a part; receives wait for the deadline.  For a
 * SUB socket subscribe with rig_subscribe(). */
void *rig_connect(struct rig *rig, int type, palm_side_t side,
                  const char *part);
/* The same, bound to ANY_PORT; endpoint gets the address (256 bytes). */
void *rig_bind(struct rig *rig, int type, char *endpoint);
void rig_subscribe(void *socket, const char *topic);

/* Whether somebody could bind the endpoint (a char *) now; for tap_await(). */
bool wire_is_free(void *endpoint);

/* What a part has counted. */
palm_part_stats_t rig_stats(struct rig *rig, palm_side_t side,
                            const char *part);

/* Waits until a counter of a part, given by its offset in palm_part_stats_t,
 * is at least n. */
void rig_await_count(struct rig *rig, palm_side_t side, const char *part,
                     size_t counter, uint64_t n);

/* --- frames --------------------------------------------------------------- */

/* Sends bytes as one frame; a C string with send_text(). */
void send_bytes(void *socket, const void *data, size_t size, int flags);
void send_text(void *socket, const char *text, int flags);

/* Receives one frame, which must hold exactly this text, and be the last or not
 * the last frame of its message. */
void expect_text(void *socket, const char *text, bool more);

/* Nothing has come, after an event that had to come later (a fence). */
void expect_nothing(void *socket);

/* Receives a frame into *frame, which the caller closes. */
void recv_frame(void *socket, zmq_msg_t *frame);

/* A PalmMessage with some usual fields: function "server.echo", pipeline "p",
 * stage 0; client, cache and payload as given (NULL = empty). */
palm_message_t wire_message(const char *client, const char *cache,
                            const char *payload);
void send_message(void *socket, const palm_message_t *message, int flags);

/* Receives and scans a message; slices live until *frame is closed. */
palm_message_t recv_message(void *socket, zmq_msg_t *frame);

/* Receives a message that must have this payload, and closes it. */
void expect_payload(void *socket, const char *payload);

/* The same behind a topic frame. */
void expect_published(void *socket, const char *topic, const char *payload);

/* Sends a cache request on a REQ socket and compares the reply. */
void expect_reply(void *req, const char *function, const char *cache,
                  const char *payload, const char *reply);

#endif
