/* SPDX-License-Identifier: MIT */
/* What only a cache in a Redis has: others use it, and it may be away. */
#include "config.h"
#include "core/cache.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/cache_backend.h"
#include "harness/support/stores.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* --- opening -------------------------------------------------------------- */

static void
refused(const palm_cache_options_t *options, int code, const char *text)
{
    palm_error_t err = {0, ""};
    FAILS(code, palm_cache_open(options, &err) ? 0 : -1);
    EQUAL_INT(code, err.code);
    CONTAINS(text, err.text);
    CONTAINS(options->address, err.text);
}

static void
nobody_there_is_an_error_that_names_the_address(void)
{
    struct redis redis = {0};
    if (!redis_start(&redis)) {
        return;
    }
    redis_signal(&redis, SIGTERM);
    palm_cache_options_t options = redis_options(&redis);
    refused(&options, ECONNREFUSED, "refused");
}

static void
addresses_are_checked(void)
{
    static const char *const addresses[] = {
        "127.0.0.1:6379", "tcp://",          "tcp://127.0.0.1", "tcp://:6379",
        "tcp://h:0",      "tcp://h:65536",   "tcp://h:6379/0",  "udp://h:6379",
        "ipc://",         "tcp://[::1]6379", "tcp://127.0.0.1:"};
    if (!has_backend("redis")) {
        return;
    }
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        palm_cache_options_t options;
        palm_cache_options_init(&options);
        options.backend = "redis";
        options.address = addresses[i];
        refused(&options, EINVAL, "expected tcp://HOST:PORT");
    }
}

static void
a_password_is_given(void)
{
    struct redis redis = {.extra = {"--requirepass", "open sesame"}};
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    refused(&options, EACCES, "NOAUTH");
    options.password = "open barley";
    refused(&options, EACCES, "WRONGPASS");
    options.password = "open sesame";
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(0, set(cache, "key", "value"));
    holds(cache, "key", "value");
    palm_cache_destroy(&cache);
    redis_signal(&redis, SIGTERM);
}

/* Names a socket in the test's folder, or skips: TMPDIR may be longer than the
 * address of a Unix socket.  Whether it fits. */
static bool
name_socket(char path[STORE_TEXT], const char *name)
{
    store_path(path, name);
    if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path) {
        tap_skip("TMPDIR is too long for a Unix socket");
        return false;
    }
    return true;
}

static void
a_unix_socket_is_an_address(void)
{
    static char path[STORE_TEXT], address[STORE_TEXT + 8];
    if (!name_socket(path, "redis")) {
        return;
    }
    struct redis redis = {.extra = {"--unixsocket", path}};
    if (!redis_start(&redis)) {
        return;
    }
    (void)snprintf(address, sizeof address, "ipc://%s", path);
    palm_cache_options_t options = redis_options(&redis);
    options.address = address;
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(0, set(cache, "key", "value"));
    holds(cache, "key", "value");
    palm_cache_destroy(&cache);
    redis_signal(&redis, SIGTERM);
}

/* --- sharing -------------------------------------------------------------- */

static void
two_masters_share_keys_but_not_presets(void)
{
    struct redis redis = {0};
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    palm_cache_t *one = open_cache(&options), *other = open_cache(&options);
    palm_slice_t name = palm_slice("name");
    EQUAL_INT(0, palm__cache_preset(one, name, palm_slice("one")));
    EQUAL_INT(0, palm__cache_preset(other, name, palm_slice("other")));
    EQUAL_INT(0, set(one, "key", "value"));
    holds(other, "key", "value");
    holds(one, "name", "one");
    holds(other, "name", "other");
    EQUAL_INT(0, set(other, "name", "new"));
    holds(one, "name", "one");
    EQUAL_INT(0, palm_cache_delete(one, name));
    EQUAL_INT(0, set(one, "name", "back"));
    palm_cache_destroy(&one);
    palm_cache_destroy(&other);
    one = open_cache(&options);
    misses(one, "name");
    lists(one, "", "key");
    palm_cache_destroy(&one);
    redis_signal(&redis, SIGTERM);
}

static void
a_prefix_keeps_others_out(void)
{
    struct redis redis = {0};
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    options.prefix = "a*:";
    palm_cache_t *one = open_cache(&options);
    options.prefix = "ab:";
    palm_cache_t *other = open_cache(&options);
    EQUAL_INT(0, set(one, "key", "value"));
    misses(other, "key");
    EQUAL_INT(0, set(other, "key", "other"));
    holds(one, "key", "value");
    lists(one, "", "key");
    EQUAL_INT(1, palm_cache_count(one));
    EQUAL_INT(8, palm_cache_bytes(one));
    palm_cache_destroy(&one);
    palm_cache_destroy(&other);
    redis_signal(&redis, SIGTERM);
}

static void
a_full_redis_is_enospc(void)
{
    static char large[1 << 20];
    struct redis redis = {.extra = {"--maxmemory", "12mb"}};
    palm_error_t err;
    char key[16];
    int taken = 0;
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    palm_cache_t *cache = open_cache(&options);
    palm_slice_t value = {large, sizeof large};
    do {
        (void)snprintf(key, sizeof key, "key %d", taken++);
    } while (taken < 50 && !palm_cache_set(cache, palm_slice(key), value));
    EQUAL_INT(ENOSPC, errno);
    MUST(taken > 1 && taken < 50);
    palm_cache_error(cache, &err);
    EQUAL_INT(ENOSPC, err.code);
    CONTAINS("maxmemory", err.text);
    EQUAL_INT(taken - 1, palm_cache_count(cache));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key 0")));
    EQUAL_INT(0, set(cache, "other", "value"));
    palm_cache_destroy(&cache);
    redis_signal(&redis, SIGTERM);
}

/* --- being away ----------------------------------------------------------- */

struct wish {
    palm_cache_t *cache;
    int code; /* of the latest failure */
};

static bool
can_set(void *arg)
{
    struct wish *wish = arg;
    if (set(wish->cache, "key", "value")) {
        wish->code = errno;
        return false;
    }
    return true;
}

static void
a_restart_between_two_calls_is_not_noticed(void)
{
    struct redis redis = {0};
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(0, set(cache, "key", "value"));
    redis_signal(&redis, SIGTERM);
    redis_restart(&redis);
    EQUAL_INT(0, set(cache, "key", "value"));
    palm_cache_destroy(&cache);
    redis_signal(&redis, SIGTERM);
}

/* Something that greets as Redis does, and hangs up amidst the next command. */
static void *
hang_up_amidst(void *arg)
{
    const int *listener = arg;
    char bytes[4096];
    int peer = accept(*listener, NULL, NULL);
    if (peer >= 0 && read(peer, bytes, sizeof bytes) > 0
        && write(peer, "+PONG\r\n", 7) == 7) {
        (void)!read(peer, bytes, sizeof bytes);
    }
    (void)close(peer);
    return NULL;
}

/* Whoever writes to it then gets a SIGPIPE, which this program does not
 * handle. */
static void
one_that_hangs_up_is_an_error_and_no_signal(void)
{
    enum { LARGE = 32 << 20 };
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[STORE_TEXT + 8], path[STORE_TEXT];
    palm_cache_options_t options;
    pthread_t thread;
    sigset_t mask;
    if (!has_backend("redis") || !name_socket(path, "fake")) {
        return;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    EQUAL_INT(0, bind(listener, (struct sockaddr *)&address, sizeof address));
    EQUAL_INT(0, listen(listener, 1));
    tap_limit(listener);
    EQUAL_INT(0, pthread_create(&thread, NULL, hang_up_amidst, &listener));
    (void)snprintf(text, sizeof text, "ipc://%s", path);
    palm_cache_options_init(&options);
    options.backend = "redis";
    options.address = text;
    palm_cache_t *cache = open_cache(&options);
    palm_slice_t value = {calloc(1, LARGE), LARGE};
    MUST(value.data != NULL);
    FAILS(EPIPE, palm_cache_set(cache, palm_slice("key"), value));
    EQUAL_INT(0, pthread_join(thread, NULL));
    EQUAL_INT(0, sigpending(&mask));
    EQUAL_INT(0, sigismember(&mask, SIGPIPE));
    EQUAL_INT(0, pthread_sigmask(SIG_SETMASK, NULL, &mask));
    EQUAL_INT(0, sigismember(&mask, SIGPIPE));
    EQUAL_INT(0, close(listener));
    palm_cache_destroy(&cache);
    free((char *)value.data);
}

static void
one_that_hangs_is_a_timeout_and_then_fails_fast(void)
{
    enum { TIMEOUT = 300, CALLS = 20 };
    struct redis redis = {0};
    palm_error_t err;
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    options.timeout = TIMEOUT;
    palm_cache_t *cache = open_cache(&options);
    redis_signal(&redis, SIGSTOP);
    int64_t start = tap_now();
    FAILS(ETIMEDOUT, set(cache, "key", "value"));
    MUST(tap_now() - start >= TIMEOUT - 50);
    start = tap_now();
    for (int i = 0; i < CALLS; i++) {
        FAILS(ETIMEDOUT, set(cache, "key", "value"));
    }
    MUST(tap_now() - start < CALLS * TIMEOUT / 2);
    palm_cache_error(cache, &err);
    EQUAL_INT(ETIMEDOUT, err.code);
    CONTAINS(redis.address, err.text);
    redis_signal(&redis, SIGCONT);
    struct wish wish = {cache, 0};
    MUST(tap_await(can_set, &wish));
    palm_cache_destroy(&cache);
    redis_signal(&redis, SIGTERM);
}

/* --- under load ----------------------------------------------------------- */

enum { USERS = 4 };

/* Who sets and gets without a pause; counters by atomics. */
struct user {
    pthread_t thread;
    palm_cache_t *cache;
    int number;
    int *is_over;
    void *req; /* NULL = uses the cache itself */
    uint64_t done;
    uint64_t failed;
    uint64_t strange; /* failures with an unexpected errno, or wrong values */
};

static void
use_once(struct user *self, int i)
{
    char key[32], text[32];
    zmq_msg_t value;
    (void)snprintf(key, sizeof key, "user %d", self->number);
    (void)snprintf(text, sizeof text, "value %d", i);
    bool ok = !set(self->cache, key, text);
    if (ok && !palm_cache_get(self->cache, palm_slice(key), &value)) {
        palm_slice_t got = {zmq_msg_data(&value), zmq_msg_size(&value)};
        bool is_right = palm_slice_is_equal(got, palm_slice(text));
        (void)zmq_msg_close(&value);
        palm_part_count(&self->done, 1);
        palm_part_count(&self->strange, !is_right);
        return;
    }
    /* A get finds nothing if Redis has ended since the set. */
    bool is_away = errno == ECONNREFUSED || errno == ECONNRESET
                   || errno == EPIPE || (ok && errno == ENOENT);
    palm_part_count(&self->failed, 1);
    palm_part_count(&self->strange, !is_away);
}

/* The same by a request: its reply is the key or, if that failed, empty. */
static void
request_once(struct user *self)
{
    palm_message_t request = wire_message(NULL, "key", "value");
    zmq_msg_t frame;
    request.function = palm_slice("server.set");
    if (palm_message_encode(&request, &frame)
        || zmq_msg_send(&frame, self->req, 0) == -1 || zmq_msg_init(&frame)
        || zmq_msg_recv(&frame, self->req, 0) == -1) {
        palm_part_count(&self->strange, 1);
        __atomic_store_n(self->is_over, 1, __ATOMIC_RELAXED);
        return;
    }
    size_t size = zmq_msg_size(&frame);
    palm_part_count(&self->done, size == 3);
    palm_part_count(&self->failed, size == 0);
    palm_part_count(&self->strange, size != 3 && size != 0);
    (void)zmq_msg_close(&frame);
}

static void *
use(void *arg)
{
    struct user *self = arg;
    for (int i = 0; !__atomic_load_n(self->is_over, __ATOMIC_RELAXED); i++) {
        if (self->req) {
            request_once(self);
        } else {
            use_once(self, i);
        }
    }
    return NULL;
}

/* Every counter of that place in the structure is at least n. */
struct goal {
    struct user *users;
    size_t place;
    uint64_t n[USERS];
};

static uint64_t
counter_of(const struct user *user, size_t place)
{
    return __atomic_load_n((const uint64_t *)((const char *)user + place),
                           __ATOMIC_RELAXED);
}

static bool
is_reached(void *arg)
{
    struct goal *goal = arg;
    for (int i = 0; i < USERS; i++) {
        if (counter_of(&goal->users[i], goal->place) < goal->n[i]) {
            return false;
        }
    }
    return true;
}

/* Waits until each user has counted so many more. */
static bool
await_more(struct user *users, size_t place, uint64_t more)
{
    struct goal goal = {users, place, {0}};
    for (int i = 0; i < USERS; i++) {
        goal.n[i] = counter_of(&users[i], place) + more;
    }
    return tap_await(is_reached, &goal);
}

static void
kill_under_load(struct redis *redis, struct user users[USERS])
{
    uint64_t strange = 0;
    int is_over = 0, started = 0, rounds = 0;
    for (int i = 0; i < USERS; i++) {
        users[i].number = i;
        users[i].is_over = &is_over;
        started += !pthread_create(&users[i].thread, NULL, use, &users[i]);
    }
    while (rounds < 3 && await_more(users, offsetof(struct user, done), 20)) {
        redis_signal(redis, rounds % 2 ? SIGTERM : SIGKILL);
        bool failed = await_more(users, offsetof(struct user, failed), 5);
        redis_restart(redis);
        if (!failed || !await_more(users, offsetof(struct user, done), 20)) {
            break;
        }
        rounds++;
    }
    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < started; i++) {
        (void)pthread_join(users[i].thread, NULL);
        strange += users[i].strange;
    }
    EQUAL_INT(USERS, started);
    EQUAL_INT(3, rounds);
    EQUAL_INT(0, strange);
}

static void
calls_fail_while_it_is_away_and_recover(void)
{
    struct redis redis = {0};
    if (!redis_start(&redis)) {
        return;
    }
    palm_cache_options_t options = redis_options(&redis);
    palm_cache_t *cache = open_cache(&options);
    struct user users[USERS] = {{0}};
    for (int i = 0; i < USERS; i++) {
        users[i].cache = cache;
    }
    kill_under_load(&redis, users);
    palm_cache_destroy(&cache);
    redis_signal(&redis, SIGTERM);
}

/* --- behind a CacheService ------------------------------------------------ */

static char logged[4096];

static void
keep_log(int level, const char *id, const char *text, void *arg)
{
    size_t used = strlen(logged);
    (void)level;
    (void)arg;
    (void)snprintf(logged + used, sizeof logged - used, "%s: %s\n", id, text);
}

struct request {
    void *req;
    const char *expected;
};

/* Sets the key; whether the reply is the expected one. */
static bool
is_answered(void *arg)
{
    struct request *request = arg;
    palm_message_t message = wire_message(NULL, "key", "value");
    zmq_msg_t frame;
    message.function = palm_slice("server.set");
    send_message(request->req, &message, 0);
    recv_frame(request->req, &frame);
    palm_slice_t got = {zmq_msg_data(&frame), zmq_msg_size(&frame)};
    bool is_expected = palm_slice_is_equal(got, palm_slice(request->expected));
    EQUAL_INT(0, zmq_msg_close(&frame));
    return is_expected;
}

/* A server with nothing but a cache in Redis. */
static void
start_service(struct rig *rig, const struct redis *redis)
{
    palm_cache_options_t cache = redis_options(redis);
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.cache = &cache;
    options.log.write = keep_log;
    options.log.level = PALM_LOG_WARNING;
    rig_init(rig, &options);
    rig_add(rig, "CacheService", "Cache", NULL, NULL);
    rig_start(rig);
}

static void
the_service_lives_while_redis_does_not(void)
{
    struct redis redis = {0};
    struct rig rig;
    if (!redis_start(&redis)) {
        return;
    }
    start_service(&rig, &redis);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    struct request set_key = {req, "key"}, refused_key = {req, ""};
    MUST(is_answered(&set_key));
    redis_signal(&redis, SIGKILL);
    MUST(is_answered(&refused_key));
    MUST(is_answered(&refused_key));
    expect_reply(req, "server.get", NULL, "key", "");
    expect_reply(req, "server.delete", NULL, "key", "");
    expect_reply(req, "server.list", NULL, "", "");
    expect_reply(req, "server.ttl", "key", "5", "");
    expect_reply(req, "server.cas", "key", "\377\377\377\377new", "");
    expect_reply(req, "server.get", NULL, "name", "server");
    AWAIT_INT(7, rig_stats(&rig, PALM_SIDE_BYPASS, "Cache").failed);
    redis_restart(&redis);
    MUST(tap_await(is_answered, &set_key));
    rig_fini(&rig);
    CONTAINS("PALM-CACHE-FAILED", logged);
    CONTAINS(redis.address, logged);
    redis_signal(&redis, SIGTERM);
}

static void
so_it_does_under_load(void)
{
    struct redis redis = {0};
    struct user users[USERS] = {{0}};
    struct rig rig;
    if (!redis_start(&redis)) {
        return;
    }
    start_service(&rig, &redis);
    for (int i = 0; i < USERS; i++) {
        users[i].req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    }
    kill_under_load(&redis, users);
    uint64_t failed = 0;
    for (int i = 0; i < USERS; i++) {
        failed += users[i].failed;
    }
    AWAIT_INT(failed, rig_stats(&rig, PALM_SIDE_BYPASS, "Cache").failed);
    rig_fini(&rig);
    redis_signal(&redis, SIGTERM);
}

static void
a_server_does_not_start_without_its_redis(void)
{
    struct redis redis = {0};
    palm_error_t err = {0, ""};
    if (!redis_start(&redis)) {
        return;
    }
    redis_signal(&redis, SIGTERM);
    palm_cache_options_t cache = redis_options(&redis);
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.cache = &cache;
    palm_server_t *server = palm_server_new("server", &options);
    MUST(server != NULL);
    zmq_msg_t value;
    FAILS(ENOTCONN,
          palm_cache_get(palm_server_cache(server), palm_slice("key"), &value));
    holds(palm_server_cache(server), "name", "server");
    FAILS(ECONNREFUSED, palm_server_start(server, &err));
    CONTAINS(redis.address, err.text);
    palm_server_destroy(&server);
}

static const struct tap_test tests[] = {
    {"nobody there is an error that names the address",
     nobody_there_is_an_error_that_names_the_address},
    {"addresses are checked", addresses_are_checked},
    {"a password is given", a_password_is_given},
    {"a Unix socket is an address", a_unix_socket_is_an_address},
    {"two masters share keys, but not presets",
     two_masters_share_keys_but_not_presets},
    {"a prefix keeps others out", a_prefix_keeps_others_out},
    {"a full Redis is ENOSPC", a_full_redis_is_enospc},
    {"a restart between two calls is not noticed",
     a_restart_between_two_calls_is_not_noticed},
    {"one that hangs up is an error, and no signal",
     one_that_hangs_up_is_an_error_and_no_signal},
    {"one that hangs is a timeout, and then fails fast",
     one_that_hangs_is_a_timeout_and_then_fails_fast},
    {"calls fail while it is away, and recover",
     calls_fail_while_it_is_away_and_recover},
    {"the service lives while Redis does not",
     the_service_lives_while_redis_does_not},
    {"so it does under load", so_it_does_under_load},
    {"a server does not start without its Redis",
     a_server_does_not_start_without_its_redis},
};

TAP_MAIN("cache_redis", tests)
