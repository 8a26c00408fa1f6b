/* SPDX-License-Identifier: MIT */
/* cache_service.c: the server's cache for everybody (facts §3).
 *
 * A request is a PalmMessage; its verb stands between the first and the second
 * dot of the function.  The reply is raw bytes.  Whatever is wrong with a
 * request is answered with an empty frame and counted: one bad request must not
 * take the cache from everybody. */
#include "config.h"
#include "parts/bypass/cache_service.h"

#include <errno.h>
#include <string.h>

#include "parts/stats.h"

typedef int verb_f(palm_part_t *part, const palm_message_t *request,
                   zmq_msg_t *reply);

static int
reply_with(zmq_msg_t *reply, palm_slice_t text)
{
    if (zmq_msg_init_size(reply, text.size)) {
        (void)zmq_msg_init(reply);
        errno = ENOMEM;
        return -1;
    }
    if (text.size > 0) {
        memcpy(zmq_msg_data(reply), text.data, text.size);
    }
    return 0;
}

/* key = cache, or a new id; value = payload; reply = key. */
static int
set(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    char id[PALM_ID_SIZE + 1];
    palm_slice_t key = request->cache;
    if (key.size == 0) {
        if (palm_id_next(palm_part_ids(part), id)) {
            return -1;
        }
        key = palm_slice(id);
    }
    return palm_cache_set(palm_part_cache(part), key, request->payload)
               ? -1
               : reply_with(reply, key);
}

/* key = payload; reply = value, empty if there is none. */
static int
get(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    zmq_msg_t value;
    if (palm_cache_get(palm_part_cache(part), request->payload, &value)) {
        return errno == ENOENT ? 0 : -1;
    }
    (void)zmq_msg_move(reply, &value);
    (void)zmq_msg_close(&value);
    return 0;
}

/* key = payload; reply = key, also if it was not there. */
static int delete (palm_part_t *part, const palm_message_t *request,
                   zmq_msg_t *reply)
{
    (void)palm_cache_delete(palm_part_cache(part), request->payload);
    return reply_with(reply, request->payload);
}

/* reply = what the server counts, as JSON. */
static int
stats(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    zmq_msg_t json;
    (void)request;
    if (palm__stats_json(palm_part_server(part), &json)) {
        return -1;
    }
    (void)zmq_msg_move(reply, &json);
    (void)zmq_msg_close(&json);
    return 0;
}

static const struct {
    const char *name;
    verb_f *run;
    bool key_is_payload;
} verbs[] = {
    {"set", set, false},
    {"get", get, true},
    {"delete", delete, true},
    {"stats", stats, false},
};

enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

/* The text between the first and the second dot; without a dot, nothing. */
static palm_slice_t
verb_of(palm_slice_t function)
{
    palm_slice_t verb = {NULL, 0};
    const char *dot =
        function.size ? memchr(function.data, '.', function.size) : NULL;
    if (dot) {
        verb.data = dot + 1;
        verb.size = (size_t)(function.data + function.size - verb.data);
        dot = verb.size ? memchr(verb.data, '.', verb.size) : NULL;
        verb.size = dot ? (size_t)(dot - verb.data) : verb.size;
    }
    return verb;
}

static int
refuse(palm_part_t *part, const char *why)
{
    palm_part_count(&palm_part_stats(part)->undecodable, 1);
    palm_part_warn(part, "PALM-CACHE-REQUEST",
                   "request answered with nothing: %s", why);
    return 0;
}

int
palm__cache_answer(palm_part_t *part, zmq_msg_t *frame, zmq_msg_t *reply)
{
    palm_message_t request;
    palm_error_t why;
    if (!frame) {
        return refuse(part, "several frames, expected one");
    }
    if (palm_message_scan(&request, zmq_msg_data(frame), zmq_msg_size(frame),
                          &why)) {
        return refuse(part, why.text);
    }
    palm_slice_t verb = verb_of(request.function);
    for (int i = 0; i < VERB_COUNT; i++) {
        if (!palm_slice_is_equal(verb, palm_slice(verbs[i].name))) {
            continue;
        }
        if (verbs[i].key_is_payload && !palm_slice_is_utf8(request.payload)) {
            return refuse(part, "the key is not UTF-8");
        }
        return verbs[i].run(part, &request, reply);
    }
    return refuse(part, verb.data ? "unknown verb" : "function without a dot");
}
