/* SPDX-License-Identifier: MIT */
/* streams: the wirings of the folders beside this file, each as a few lines of
 * C.  Every server of a stream, its workers and its client are in this one
 * process; across machines nothing but the addresses would differ.
 *
 * Usage: streams [NAME]...  Builds each stream (without a name: all), sends
 * "hello" through it and prints what comes out. */
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <palm.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANY_PORT "tcp://127.0.0.1:*"

enum { SERVERS_MAX = 4, WORKERS_MAX = 2, TEXT_SIZE = 256 };
enum { TRIES = 40, TRY_TIMEOUT = 500 }; /* ms for one */

/* What a builder has built so far. */
struct stream {
    palm_server_t *servers[SERVERS_MAX];
    size_t server_count;
    palm_worker_t *workers[WORKERS_MAX];
    pthread_t threads[WORKERS_MAX];
    size_t worker_count;
    palm_web_worker_t *web_worker;
    pthread_t web_thread;
    palm_error_t err;
};

/* --- functions ------------------------------------------------------------ */

static int
upper(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    palm_slice_t in = message->payload;
    char *out = malloc(in.size + 1);
    (void)arg;
    if (!out) {
        return palm_reply_error(reply, ENOMEM, "no memory");
    }
    for (size_t i = 0; i < in.size; i++) {
        out[i] = (char)toupper((unsigned char)in.data[i]);
    }
    int result = palm_reply(reply, (palm_slice_t){out, in.size});
    free(out);
    return result;
}

/* Puts the server's name, which is arg, before the payload. */
static int
mark(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    char out[TEXT_SIZE];
    int size = snprintf(out, sizeof out, "%s: %.*s", (const char *)arg,
                        (int)message->payload.size, message->payload.data);
    if (size < 0 || (size_t)size >= sizeof out) {
        return palm_reply_error(reply, EMSGSIZE, "the payload is too long");
    }
    return palm_reply(reply, (palm_slice_t){out, (size_t)size});
}

/* --- what builders are made of -------------------------------------------- */

/* Takes the server into the stream, and starts it. */
static bool
start(struct stream *self, palm_server_t *server)
{
    self->servers[self->server_count++] = server;
    return !palm_server_start(server, &self->err);
}

/* A ready-made server on free ports.  subs and previous are where the servers
 * before it publish, and under which topics; NULL if the kind has none. */
static bool
add_kind(struct stream *self, palm_kind_t kind, const char *name,
         const char *subs, const char *previous, bool to_client)
{
    palm_kind_options_t options;
    palm_kind_options_init(&options);
    options.name = name;
    options.db_address = options.pub_address = ANY_PORT;
    options.pull_address = palm_kind_has(kind, "pull_address") ? ANY_PORT : "";
    if (palm_kind_has(kind, "worker_push_address")) {
        options.worker_push_address = options.worker_pull_address = ANY_PORT;
    }
    options.sub_address = subs;
    options.previous = previous;
    options.to_client = to_client;
    palm_server_t *server = palm_kind_new(kind, &options, &self->err);
    if (!server) {
        return false;
    }
    bool runs = kind != PALM_MASTER && kind != PALM_HUB;
    if (runs
        && (palm_server_register(server, "upper", PALM_YIELDS_ONE, upper, NULL)
            || palm_server_register(server, "mark", PALM_YIELDS_ONE, mark,
                                    (void *)name))) {
        palm_server_destroy(&server);
        return false;
    }
    return start(self, server);
}

/* A part with the settings that most have. */
static bool
add_part(struct stream *self, palm_server_t *server, const char *class_name,
         const char *name, const char *address, const char *route,
         const char *key)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = name;
    options.address = address;
    options.route = route;
    options.advertise_as = key;
    const palm_part_class_t *class_ = palm_library_find(class_name);
    if (!strcmp(class_name, "HttpGateway")
        && palm_part_option_set(&options, class_, "router_address",
                                "inproc://router", &self->err)) {
        return false;
    }
    return !palm_server_add(server, class_, &options, &self->err);
}

static const char *
endpoint(const struct stream *self, size_t number, palm_side_t side,
         const char *part)
{
    return palm_server_endpoint(self->servers[number], side, part);
}

static const char *
pub(const struct stream *self, size_t number)
{
    return endpoint(self, number, PALM_SIDE_OUTBOUND, "Pub");
}

static void *
run_worker(void *worker)
{
    (void)palm_worker_run(worker);
    return NULL;
}

static void *
run_web_worker(void *worker)
{
    palm_web_worker_run(worker);
    return NULL;
}

/* A worker of that server, in a thread; it runs "upper". */
static bool
add_worker(struct stream *self, size_t number)
{
    palm_worker_options_t options;
    palm_worker_options_init(&options);
    options.db_address = endpoint(self, number, PALM_SIDE_BYPASS, "Cache");
    palm_worker_t *worker = palm_worker_new(&options, &self->err);
    size_t i = self->worker_count;
    if (!worker
        || palm_worker_register(worker, "upper", PALM_YIELDS_ONE, upper, NULL)
        || pthread_create(&self->threads[i], NULL, run_worker, worker)) {
        palm_worker_destroy(&worker);
        return false;
    }
    self->workers[self->worker_count++] = worker;
    return true;
}

static bool
add_web_worker(struct stream *self)
{
    palm_web_worker_options_t options;
    palm_web_worker_options_init(&options);
    options.address = "http://127.0.0.1:*";
    palm_web_worker_t *worker = palm_web_worker_new(&options, &self->err);
    if (!worker || palm_web_worker_register(worker, "upper", upper, NULL)
        || pthread_create(&self->web_thread, NULL, run_web_worker, worker)) {
        palm_web_worker_destroy(&worker);
        return false;
    }
    self->web_worker = worker;
    return true;
}

/* --- the builders --------------------------------------------------------- */

static bool
pipelines(struct stream *self)
{
    return add_kind(self, PALM_SERVER, "first", NULL, NULL, false)
           && add_kind(self, PALM_PIPELINE, "second", pub(self, 0), "first",
                       false)
           && add_kind(self, PALM_PIPELINE, "third", pub(self, 1), "second",
                       true);
}

static bool
tee(struct stream *self)
{
    return add_kind(self, PALM_SERVER, "first", NULL, NULL, false)
           && add_kind(self, PALM_PIPELINE, "left", pub(self, 0), "first", true)
           && add_kind(self, PALM_PIPELINE, "right", pub(self, 0), "first",
                       true);
}

/* Chooses who hears the message, by the length of its payload. */
static int
odd_or_even(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
            void *arg)
{
    (void)part;
    (void)arg;
    *topic = palm_slice(message->payload.size % 2 ? "odd" : "even");
    return 0;
}

/* Both pipelines are called "number"; the topic decides which one hears. */
static bool
routed_tee(struct stream *self)
{
    static const palm_hooks_t hooks = {.handle_stream = odd_or_even};
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = "Pub";
    options.address = ANY_PORT;
    options.hooks = &hooks;
    options.advertise_as = "pub_address";
    palm_server_t *first = palm_server_new("first", NULL);
    /* pipelined: the next server runs the next function. */
    if (!first
        || palm_part_option_set(&options, palm_library_find("PubService"),
                                "pipelined", "yes", &self->err)
        || palm_library_add(first, "PubService", &options, &self->err)
        || !add_part(self, first, "PullService", "Pull", ANY_PORT, "Pub",
                     "pull_address")
        || !add_part(self, first, "CacheService", "Cache", ANY_PORT, NULL,
                     NULL)) {
        palm_server_destroy(&first);
        return false;
    }
    return start(self, first)
           && add_kind(self, PALM_PIPELINE, "number", pub(self, 0), "even",
                       true)
           && add_kind(self, PALM_PIPELINE, "number", pub(self, 0), "odd",
                       true);
}

static bool
fan_in(struct stream *self)
{
    char subs[TEXT_SIZE];
    if (!add_kind(self, PALM_SERVER, "first", NULL, NULL, false)
        || !add_kind(self, PALM_PIPELINE, "left", pub(self, 0), "first", false)
        || !add_kind(self, PALM_PIPELINE, "right", pub(self, 0), "first",
                     false)) {
        return false;
    }
    (void)snprintf(subs, sizeof subs, "%s %s", pub(self, 1), pub(self, 2));
    return add_kind(self, PALM_SINK, "last", subs, "left right", true);
}

static bool
master_pipeline(struct stream *self)
{
    return add_kind(self, PALM_MASTER, "master", NULL, NULL, false)
           && add_worker(self, 0)
           && add_kind(self, PALM_PIPELINE, "second", pub(self, 0), "master",
                       true);
}

static bool
hub(struct stream *self)
{
    return add_kind(self, PALM_SERVER, "first", NULL, NULL, false)
           && add_kind(self, PALM_HUB, "hub", pub(self, 0), "first", true)
           && add_worker(self, 1) && add_worker(self, 1);
}

static bool
gateway(struct stream *self)
{
    palm_server_t *web = palm_server_new("web", NULL);
    if (!web
        || !add_part(self, web, "HttpGateway", "Gateway", "http://127.0.0.1:*",
                     NULL, NULL)
        || !add_part(self, web, "GatewayRouter", "gateway_router",
                     "inproc://router", "WorkerPush", NULL)
        || !add_part(self, web, "WorkerPushService", "WorkerPush", ANY_PORT,
                     NULL, "worker_push_address")
        || !add_part(self, web, "WorkerPullService", "WorkerPull", ANY_PORT,
                     "gateway_dealer", "worker_pull_address")
        || !add_part(self, web, "GatewayDealer", "gateway_dealer",
                     "inproc://router", NULL, NULL)
        || !add_part(self, web, "CacheService", "Cache", ANY_PORT, NULL,
                     NULL)) {
        palm_server_destroy(&web);
        return false;
    }
    return start(self, web) && add_worker(self, 0);
}

static bool
web_workers(struct stream *self)
{
    palm_server_t *web = palm_server_new("web", NULL);
    if (!web || !add_web_worker(self)
        || !add_part(self, web, "PullService", "Pull", ANY_PORT, "Web",
                     "pull_address")
        || !add_part(self, web, "HttpConnection", "Web",
                     palm_web_worker_endpoint(self->web_worker), "Pub", NULL)
        || !add_part(self, web, "PubService", "Pub", ANY_PORT, NULL,
                     "pub_address")
        || !add_part(self, web, "CacheService", "Cache", ANY_PORT, NULL,
                     NULL)) {
        palm_server_destroy(&web);
        return false;
    }
    return start(self, web);
}

/* --- hello ---------------------------------------------------------------- */

/* Sends to the first server and hears the last.  In a tee the first message may
 * be published before this way has subscribed, so it is tried again. */
static bool
say_hello(struct stream *self, const char *function, char *out)
{
    palm_client_options_t options;
    palm_result_t result;
    bool has_come = false;
    palm_client_options_init(&options);
    options.db_address = endpoint(self, 0, PALM_SIDE_BYPASS, "Cache");
    options.sub_address = pub(self, self->server_count - 1);
    palm_client_t *client = palm_client_new(&options, &self->err);
    for (int i = 0; client && !has_come && i < TRIES; i++) {
        has_come = !palm_client_call(client, function, palm_slice("hello"),
                                     &result, TRY_TIMEOUT, &self->err);
    }
    if (has_come) {
        palm_slice_t text =
            result.error.size > 0 ? result.error : result.message.payload;
        (void)snprintf(out, TEXT_SIZE, "%.*s", (int)text.size, text.data);
        palm_result_fini(&result);
    }
    palm_client_destroy(&client);
    return has_come;
}

/* The same at a gateway: the function is the path. */
static bool
post_hello(struct stream *self, const char *path, char *out)
{
    char text[TEXT_SIZE * 4];
    const char *url = endpoint(self, 0, PALM_SIDE_BYPASS, "Gateway");
    struct sockaddr_in to = {.sin_family = AF_INET};
    size_t size = 0;
    ssize_t more = -1;
    to.sin_port = htons((uint16_t)strtol(strrchr(url, ':') + 1, NULL, 10));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int length = snprintf(text, sizeof text,
                          "POST %s HTTP/1.1\r\nHost: localhost\r\n"
                          "Connection: close\r\nContent-Length: 5\r\n\r\nhello",
                          path);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof to)
        && send(fd, text, (size_t)length, 0) == length) {
        while ((more = recv(fd, text + size, sizeof text - 1 - size, 0)) > 0) {
            size += (size_t)more;
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    text[size] = '\0';
    const char *body = strstr(text, "\r\n\r\n");
    (void)snprintf(out, TEXT_SIZE, "%s", body ? body + strlen("\r\n\r\n") : "");
    return more == 0 && body;
}

static const struct {
    const char *name;
    bool (*build)(struct stream *self);
    bool (*use)(struct stream *self, const char *function, char *out);
    const char *function;
    const char *needs[2]; /* parts that may not be built in */
} streams[] = {
    {"pipelines",
     pipelines,
     say_hello,
     "first.upper second.mark third.mark",
     {NULL}},
    {"tee", tee, say_hello, "first.upper right.mark", {NULL}},
    {"routed_tee", routed_tee, say_hello, "first.route number.upper", {NULL}},
    {"fan_in", fan_in, say_hello, "first.upper right.mark last.mark", {NULL}},
    {"master_pipeline",
     master_pipeline,
     say_hello,
     "master.upper second.mark",
     {NULL}},
    {"hub", hub, say_hello, "first.mark hub.upper", {NULL}},
    {"gateway", gateway, post_hello, "/web.upper", {"HttpGateway"}},
    /* A web worker is an HTTP server, too, as HttpGateway is. */
    {"web_workers",
     web_workers,
     say_hello,
     "web.upper",
     {"HttpConnection", "HttpGateway"}},
};

/* Servers first, so that what is inside them leaves.  Returns whether it did.
 */
static bool
end(struct stream *self)
{
    bool result = true;
    for (size_t i = 0; i < self->server_count; i++) {
        result = !palm_server_stop(self->servers[i], &self->err) && result;
    }
    for (size_t i = 0; i < self->worker_count; i++) {
        palm_worker_stop(self->workers[i]);
        (void)pthread_join(self->threads[i], NULL);
        palm_worker_destroy(&self->workers[i]);
    }
    if (self->web_worker) {
        palm_web_worker_stop(self->web_worker);
        (void)pthread_join(self->web_thread, NULL);
        palm_web_worker_destroy(&self->web_worker);
    }
    for (size_t i = 0; i < self->server_count; i++) {
        palm_server_destroy(&self->servers[i]);
    }
    return result;
}

static bool
run(size_t number)
{
    struct stream stream = {.err = {0, "failed"}};
    char out[TEXT_SIZE];
    for (size_t i = 0; i < 2; i++) {
        const char *needs = streams[number].needs[i];
        if (needs && !palm_library_find(needs)) {
            printf("%s: libpalm was built without %s\n", streams[number].name,
                   needs);
            return true;
        }
    }
    bool done = streams[number].build(&stream)
                && streams[number].use(&stream, streams[number].function, out);
    if (!done) {
        fprintf(stderr, "streams: %s: %s\n", streams[number].name,
                stream.err.text);
    }
    if (!end(&stream) && done) {
        fprintf(stderr, "streams: %s: %s\n", streams[number].name,
                stream.err.text);
        return false;
    }
    if (done) {
        printf("%s: %s\n", streams[number].name, out);
    }
    return done;
}

int
main(int argc, char **argv)
{
    bool result = true;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        bool is_wanted = argc < 2;
        for (int arg = 1; arg < argc; arg++) {
            is_wanted = is_wanted || !strcmp(argv[arg], streams[i].name);
        }
        result = (!is_wanted || run(i)) && result;
    }
    return result ? 0 : 1;
}
