/* SPDX-License-Identifier: MIT */
/* empty.c: empty-target, which speaks the contract and is no implementation.
 *
 *   empty-target MODE --palm-conform 1 --profile NAME …
 *
 * Its sockets are real and where the profile wants them; what it does with
 * them is all that the mode says.  The suite must not take it for PALM. */
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "conformance/engine/bytes.h"

enum { ENDPOINTS_MAX = 64, FACTS_MAX = 16384, FRAMES_MAX = 16 };

struct endpoint {
    void *socket;
    int type;
};

struct state {
    const char *mode;
    const char *profile;
    void *context;
    void *control;
    struct endpoint endpoints[ENDPOINTS_MAX];
    size_t count;
    char facts[FACTS_MAX];
};

static bool
is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void
die(const char *what)
{
    fprintf(stderr, "empty-target: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(3);
}

/* --- what the profiles have ----------------------------------------------- */

static const struct {
    const char *profile;
    const char *endpoints; /* key, blank, type letter, blank, … */
} profiles[] = {
    {"master", "pull_address L pub_address B worker_push_address S "
               "worker_pull_address L db_address R"},
    {"hub", "pub_address B worker_push_address S worker_pull_address L "
            "db_address R"},
    {"cache", "db_address R"},
    {"server", "pull_address L pub_address B db_address R"},
    {"pipeline", "pub_address B db_address R"},
    {"sink", "pub_address B db_address R"},
    {"gateway", "http_address H router_address R worker_push_address S "
                "worker_pull_address L"},
    {"web-worker", "http_address H"},
};

/* Classes of profile custom; others are connections. */
static const struct {
    const char *class;
    const char *endpoints;
} classes[] = {
    {"RepService", "address R"},
    {"RepBypassService", "address R"},
    {"CacheService", "address R"},
    {"PullService", "address L"},
    {"WorkerPullService", "address L"},
    {"PushService", "address S"},
    {"WorkerPushService", "address S"},
    {"PubService", "address B"},
    {"PushPullService", "push_address S pull_address L"},
    {"HttpService", "address H"},
};

static int
type_of(char letter)
{
    return letter == 'L'   ? ZMQ_PULL
           : letter == 'S' ? ZMQ_PUSH
           : letter == 'B' ? ZMQ_XPUB
           : letter == 'H' ? ZMQ_STREAM
                           : ZMQ_ROUTER;
}

static void add_fact(struct state *state, const char *format, ...)
    CONFORM_FORMAT(2, 3);

static void
add_fact(struct state *state, const char *format, ...)
{
    size_t used = strlen(state->facts);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(state->facts + used, FACTS_MAX - used, format, arguments);
    va_end(arguments);
}

static void
bind_one(struct state *state, const char *prefix, const char *key, char letter)
{
    struct endpoint *endpoint = &state->endpoints[state->count++];
    char address[256];
    size_t size = sizeof address;

    endpoint->type = type_of(letter);
    endpoint->socket = zmq_socket(state->context, endpoint->type);
    if (endpoint->socket == NULL
        || zmq_bind(endpoint->socket, "tcp://127.0.0.1:*") != 0
        || zmq_getsockopt(endpoint->socket, ZMQ_LAST_ENDPOINT, address, &size)
               != 0) {
        die("bind");
    }
    add_fact(state, "%s%s=%s%s\n", prefix, key, letter == 'H' ? "http" : "tcp",
             address + strlen("tcp"));
}

static void
bind_all(struct state *state, const char *prefix, const char *endpoints)
{
    char key[64];
    char letter;
    int size;

    while (state->count < ENDPOINTS_MAX
           && sscanf(endpoints, "%63s %c %n", key, &letter, &size) == 2) {
        bind_one(state, prefix, key, letter);
        endpoints += size;
    }
}

static void
bind_part(struct state *state, const char *setting)
{
    const char *class = strchr(setting, ' ');
    size_t size = class == NULL ? 0 : strcspn(class + 1, " ");
    char prefix[200];
    size_t i;

    (void)snprintf(prefix, sizeof prefix, "%.*s.", (int)strcspn(setting, "="),
                   setting);
    for (i = 0; class != NULL && i < sizeof classes / sizeof classes[0]; i++) {
        if (strlen(classes[i].class) == size
            && strncmp(classes[i].class, class + 1, size) == 0) {
            bind_all(state, prefix, classes[i].endpoints);
        }
    }
}

/* A rep has the endpoints that its setting "outbound" says. */
static void
bind_rep(struct state *state, const char *outbound)
{
    bind_all(state, "", "rep_address R");
    if (is(outbound, "push")) {
        bind_all(state, "", "push_address S");
    } else if (is(outbound, "work")) {
        bind_all(state, "", "work_push_address S work_pull_address L");
    }
}

static void
connect_one(struct state *state, int type, const char *address)
{
    struct endpoint *endpoint = &state->endpoints[state->count++];

    endpoint->type = type;
    endpoint->socket = zmq_socket(state->context, type);
    if (endpoint->socket == NULL) {
        die("connect");
    }
    (void)zmq_setsockopt(endpoint->socket, ZMQ_SUBSCRIBE, "", 0);
    (void)zmq_connect(endpoint->socket, address);
}

/* --- what the modes do ---------------------------------------------------- */

static const char wrong[] = "\xffliar";
static const char wrong_http[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\xffliar";

static void
say(struct state *state, const char *verb, const char *text, size_t size)
{
    (void)zmq_send(state->control, verb, strlen(verb), ZMQ_SNDMORE);
    (void)zmq_send(state->control, text, size, 0);
}

/* To all who only listen. */
static void
lie(struct state *state)
{
    size_t i;

    for (i = 0; i < state->count; i++) {
        struct endpoint *endpoint = &state->endpoints[i];

        if (endpoint->type == ZMQ_PUSH) {
            (void)zmq_send(endpoint->socket, wrong, 5, ZMQ_DONTWAIT);
        } else if (endpoint->type == ZMQ_XPUB) {
            (void)zmq_send(endpoint->socket, "0", 1, ZMQ_SNDMORE);
            (void)zmq_send(endpoint->socket, wrong, 5, 0);
        }
    }
}

static size_t
receive(void *socket, zmq_msg_t *frames)
{
    size_t count = 0;
    bool more = true;

    while (more) {
        zmq_msg_t *frame = &frames[count < FRAMES_MAX ? count : FRAMES_MAX];

        (void)zmq_msg_init(frame);
        if (zmq_msg_recv(frame, socket, 0) < 0) {
            break;
        }
        more = zmq_msg_more(frame);
        if (count < FRAMES_MAX) {
            count++;
        } else {
            (void)zmq_msg_close(frame);
        }
    }
    return count;
}

/* At a socket that can answer; the last frame is what was said. */
static void
answer(struct state *state, struct endpoint *endpoint, zmq_msg_t *frames,
       size_t count)
{
    bool lies = is(state->mode, "liar");
    bool is_http = endpoint->type == ZMQ_STREAM;
    const char *text = is_http ? wrong_http : wrong;
    size_t last = count - 1;
    size_t i;

    if (is_http && zmq_msg_size(&frames[last]) == 0) {
        return; /* a connection has come or gone */
    }
    for (i = 0; i < count; i++) {
        int more = i < last ? ZMQ_SNDMORE : 0;

        if (i == last && lies) {
            (void)zmq_send(endpoint->socket, text,
                           is_http ? sizeof wrong_http - 1 : 5, more);
        } else if (i == last && is(state->mode, "closer")) {
            (void)zmq_send(endpoint->socket, "", 0, more);
        } else {
            (void)zmq_send(endpoint->socket, zmq_msg_data(&frames[i]),
                           zmq_msg_size(&frames[i]), more);
        }
    }
}

static void
take(struct state *state, struct endpoint *endpoint)
{
    zmq_msg_t frames[FRAMES_MAX + 1];
    size_t count = receive(endpoint->socket, frames);
    bool answers = endpoint->type == ZMQ_ROUTER || endpoint->type == ZMQ_STREAM;
    size_t i;

    if (is(state->mode, "crash_mid_test")) {
        abort();
    }
    if (is(state->mode, "closer") && endpoint->type != ZMQ_STREAM) {
        (void)zmq_close(endpoint->socket);
        endpoint->socket = NULL;
    } else if (answers && count > 1
               && (is(state->mode, "parrot") || is(state->mode, "liar")
                   || is(state->mode, "closer"))) {
        answer(state, endpoint, frames, count);
    }
    if (is(state->mode, "liar")) {
        lie(state);
    }
    for (i = 0; i < count; i++) {
        (void)zmq_msg_close(&frames[i]);
    }
}

/* A command of the suite. */
static void
obey(struct state *state)
{
    zmq_msg_t frames[FRAMES_MAX + 1];
    size_t count = receive(state->control, frames);
    size_t i;

    if (is(state->mode, "crash_mid_test")) {
        abort();
    }
    if (is(state->mode, "liar")) {
        say(state, "RESULT", wrong, 5);
    } else if (is(state->mode, "parrot") && count > 0) {
        say(state, "RESULT", zmq_msg_data(&frames[count - 1]),
            zmq_msg_size(&frames[count - 1]));
    }
    for (i = 0; i < count; i++) {
        (void)zmq_msg_close(&frames[i]);
    }
}

static void
serve(struct state *state)
{
    zmq_pollitem_t items[ENDPOINTS_MAX + 1];
    size_t i;

    for (;;) {
        memset(items, 0, sizeof items);
        items[0].socket = state->control;
        items[0].events = ZMQ_POLLIN;
        for (i = 0; i < state->count; i++) {
            struct endpoint *endpoint = &state->endpoints[i];
            bool reads = endpoint->socket != NULL && endpoint->type != ZMQ_PUSH;

            items[i + 1].socket = reads ? endpoint->socket : state->control;
            items[i + 1].events = reads ? ZMQ_POLLIN : 0;
        }
        (void)zmq_poll(items, (int)state->count + 1, -1);
        for (i = 0; i < state->count; i++) {
            if (state->endpoints[i].socket != NULL
                && (items[i + 1].revents & ZMQ_POLLIN) != 0) {
                take(state, &state->endpoints[i]);
            }
        }
        if ((items[0].revents & ZMQ_POLLIN) != 0) {
            obey(state);
        }
    }
}

/* --- the contract --------------------------------------------------------- */

/* Addresses of the suite. */
static void
take_setting(struct state *state, const char *setting)
{
    const char *value = strchr(setting, '=') + 1;

    if (strncmp(setting, "part.", 5) == 0) {
        bind_part(state, setting);
    } else if (strncmp(setting, "sub_address=", 12) == 0
               || strncmp(setting, "pub_address=", 12) == 0) {
        connect_one(state, ZMQ_SUB, value);
    } else if (strncmp(setting, "worker_push_address=", 20) == 0) {
        connect_one(state, ZMQ_PULL, value);
    } else if (strncmp(setting, "worker_pull_address=", 20) == 0
               || strncmp(setting, "pull_address=", 13) == 0) {
        connect_one(state, ZMQ_PUSH, value);
    }
}

static const char *
read_arguments(struct state *state, int argc, char **argv)
{
    const char *control = NULL;
    const char *outbound = "push";
    int i;

    for (i = 2; i + 1 < argc; i += 2) {
        if (is(argv[i], "--profile")) {
            state->profile = argv[i + 1];
        } else if (is(argv[i], "--control")) {
            control = argv[i + 1];
        } else if (is(argv[i], "--set")
                   && strncmp(argv[i + 1], "outbound=", 9) == 0) {
            outbound = argv[i + 1] + 9;
        } else if (is(argv[i], "--set") && state->count < ENDPOINTS_MAX / 2
                   && strchr(argv[i + 1], '=') != NULL) {
            take_setting(state, argv[i + 1]);
        }
    }
    if (is(state->profile, "rep")) {
        bind_rep(state, outbound);
    }
    return control;
}

static void
be_ready(struct state *state)
{
    size_t i;

    for (i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        if (is(profiles[i].profile, state->profile)) {
            bind_all(state, "", profiles[i].endpoints);
        }
    }
    if (is(state->mode, "noisy_stdout")) {
        puts("noise");
        (void)fflush(stdout);
    }
    say(state, "READY", state->facts, strlen(state->facts));
}

int
main(int argc, char **argv)
{
    static const char *const modes[] = {
        "null",         "mute",         "closer",         "parrot",
        "liar",         "never_ready",  "crash_on_start", "crash_mid_test",
        "noisy_stdout", "wrong_version"};
    static struct state state;
    const char *control;
    bool known = false;
    bool describes;
    size_t i;

    for (i = 0; i < sizeof modes / sizeof modes[0] && argc > 1; i++) {
        known = known || is(modes[i], argv[1]);
    }
    state.mode = known ? argv[1] : "";
    state.profile = "";
    (void)signal(SIGTERM, SIG_IGN); /* that is a question, too */
    state.context = zmq_ctx_new();
    control = known ? read_arguments(&state, argc, argv) : NULL;
    if (control == NULL) {
        fputs("usage: empty-target MODE --palm-conform 1 …\n", stderr);
        return 89;
    }
    describes = is(state.profile, "describe");
    add_fact(&state,
             "name=empty\nversion=%s\nspec=%s\nprofiles=describe master cache "
             "rep hub server pipeline sink gateway worker mux-worker "
             "web-worker client custom http bypass error-field cache-verbs "
             "limits counters\n",
             state.mode, is(state.mode, "wrong_version") ? "2" : "1");
    if (is(state.mode, "crash_on_start") && !describes) {
        abort();
    }
    state.control = zmq_socket(state.context, ZMQ_DEALER);
    if (state.control == NULL || zmq_connect(state.control, control) != 0) {
        die("control");
    }
    if (!is(state.mode, "never_ready") || describes) {
        be_ready(&state);
    }
    if (is(state.mode, "null") || is(state.mode, "never_ready")) {
        for (;;) {
            (void)pause();
        }
    }
    serve(&state);
    return 0;
}
