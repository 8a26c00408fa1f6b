/* SPDX-License-Identifier: MIT */
/* cache.c: the scripted server's cache. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/test.h"
#include "conformance/mutants/scripted/scripted.h"

struct entry {
    struct entry *next;
    char *key;
    struct bytes value; /* malloc() */
    bool deleted;
};

static struct entry *entries;

static struct entry *
find(const char *key)
{
    struct entry *entry;

    for (entry = entries; entry != NULL; entry = entry->next) {
        if (strcmp(entry->key, key) == 0) {
            return entry;
        }
    }
    return NULL;
}

static struct bytes
keep(struct bytes value)
{
    uint8_t *copy = malloc(value.size + 1);

    if (copy == NULL) {
        server_die(1);
    } else if (value.size > 0) {
        memcpy(copy, value.data, value.size);
    }
    return bytes_of(copy, value.size);
}

static void
store(const char *key, struct bytes value)
{
    struct entry *entry = find(key);

    if (entry == NULL) {
        entry = calloc(1, sizeof *entry);
        if (entry == NULL) {
            server_die(1);
            return;
        }
        entry->key = strdup(key);
        entry->next = entries;
        entries = entry;
    }
    free((void *)(uintptr_t)entry->value.data);
    entry->value = keep(value);
    entry->deleted = false;
}

void
preset(const char *key, const char *value)
{
    store(key, bytes_text(value));
}

/* --- verbs ---------------------------------------------------------------- */

static char *late_key; /* what is stored with the next request only */
static struct bytes late_value;

static struct bytes
set(struct server *server, const struct message *message)
{
    char uuid[37];
    const char *key = bytes_string(server->test, message->cache);

    if (*key == '\0') {
        fill_uuid(uuid);
        key = test_text(server->test, "%s", uuid);
    }
    if (has(server, "M-CACHE-009as") && find(key) != NULL
        && message->payload.size <= find(key)->value.size) {
        return bytes_text(key); /* keeps the longer one */
    }
    if (has(server, "M-CACHE-007as")) {
        late_key = strdup(key);
        late_value = keep(message->payload);
    } else {
        store(key, message->payload);
    }
    if (has(server, "M-CACHE-013as")) {
        struct entry *entry;

        for (entry = entries; entry != NULL; entry = entry->next) {
            entry->deleted = false; /* the deleted come back */
        }
    }
    return bytes_text(key);
}

static struct bytes
get(struct server *server, const struct message *message)
{
    static struct bytes before;
    struct entry *entry = find(bytes_string(server->test, message->payload));
    struct bytes value = bytes_of("", 0);
    struct bytes reply;

    if (entry != NULL && !entry->deleted) {
        value = entry->value;
    }
    if (!has(server, "M-CACHE-010as")) {
        return value;
    }
    reply = before.data == NULL ? value : before;
    before = keep(value);
    return reply;
}

/* A text is UTF-8 if it can be a function. */
static bool
is_utf8(struct server *server, struct bytes text)
{
    struct message message;

    return message_decode(server->test,
                          field_bytes(server->test, FIELD_FUNCTION, text),
                          &message)
           == NULL;
}

static struct bytes
drop(struct server *server, const struct message *message)
{
    const char *key = bytes_string(server->test, message->payload);
    struct entry *entry = find(key);

    if (entry != NULL && *key != '\0') {
        entry->deleted = true;
    }
    return is_utf8(server, message->payload) ? bytes_text(key)
                                             : bytes_of("", 0);
}

static struct bytes
answer(struct server *server, struct bytes frame)
{
    static const struct {
        const char *verb;
        struct bytes (*run)(struct server *server, const struct message *);
    } verbs[] = {{"set", set}, {"get", get}, {"delete", drop}};
    struct message message;
    const char *verb;
    size_t i;

    if (message_decode(server->test, frame, &message) != NULL) {
        if (has(server, "M-HOSTILE-009as")) {
            server_die(139);
        }
        return bytes_of("", 0);
    }
    verb = strchr(bytes_string(server->test, message.function), '.');
    for (i = 0; verb != NULL && i < sizeof verbs / sizeof verbs[0]; i++) {
        size_t size = strlen(verbs[i].verb);

        if (strncmp(verb + 1, verbs[i].verb, size) == 0
            && (verb[1 + size] == '\0' || verb[1 + size] == '.')) {
            return verbs[i].run(server, &message);
        }
    }
    return bytes_of("", 0);
}

/* --- requests ------------------------------------------------------------- */

void
take_request(struct server *server)
{
    static struct bytes previous;
    zmq_msg_t frame;
    struct bytes request = {NULL, 0};
    struct bytes reply;
    unsigned frames = 0;
    bool more = true;

    while (more) {
        (void)zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, server->cache, ZMQ_DONTWAIT) < 0) {
            return;
        }
        request = bytes_copy(server->test, zmq_msg_data(&frame),
                             zmq_msg_size(&frame));
        more = zmq_msg_more(&frame);
        frames++;
        (void)zmq_msg_close(&frame);
    }
    reply = frames == 1 ? answer(server, request) : bytes_of("", 0);
    if (frames > 1 && has(server, "M-HOSTILE-010as")) {
        reply = answer(server, request);
    }
    if (has(server, "M-CACHE-011as") && reply.size == 0
        && previous.data != NULL) {
        reply = previous; /* the reply of the request before */
    }
    previous = keep(reply);
    (void)zmq_send(server->cache, reply.data, reply.size, 0);
    if (late_key != NULL && !bytes_are(previous, late_key)) {
        store(late_key, late_value);
        late_key = NULL;
    }
}
