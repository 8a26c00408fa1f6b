/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/stores.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/support/tap.h"

enum { SERVERS = 8, TRIES = 5 };

static char folder[STORE_TEXT];
static pid_t servers[SERVERS]; /* that run; 0 = none */

/* --- folders -------------------------------------------------------------- */

static pid_t
spawn(const char *const *words, const char *log)
{
    pid_t pid = fork();
    if (pid == 0) {
        int output = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)dup2(output, STDOUT_FILENO);
        (void)dup2(output, STDERR_FILENO);
        (void)execvp(words[0], (char *const *)words);
        _exit(127);
    }
    return pid;
}

static void
clean_up(void)
{
    const char *words[] = {"rm", "-rf", folder, NULL};
    for (int i = 0; i < SERVERS; i++) {
        if (servers[i] > 0) {
            (void)kill(servers[i], SIGKILL);
            (void)waitpid(servers[i], NULL, 0);
        }
    }
    pid_t pid = spawn(words, "/dev/null");
    if (pid > 0) {
        (void)waitpid(pid, NULL, 0);
    }
}

const char *
store_folder(void)
{
    if (!*folder) {
        const char *parent = getenv("TMPDIR");
        (void)snprintf(folder, sizeof folder, "%s/palm-test-XXXXXX",
                       parent ? parent : "/tmp");
        MUST(mkdtemp(folder) != NULL);
        EQUAL_INT(0, atexit(clean_up));
    }
    return folder;
}

void
store_path(char path[STORE_TEXT], const char *name)
{
    static int number;
    MUST(snprintf(path, STORE_TEXT, "%.200s/%.20s-%d", store_folder(), name,
                  number++)
         < STORE_TEXT);
}

/* --- Redis ---------------------------------------------------------------- */

static int
free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(socket_fd >= 0);
    EQUAL_INT(0, bind(socket_fd, (struct sockaddr *)&address, size));
    EQUAL_INT(0, getsockname(socket_fd, (struct sockaddr *)&address, &size));
    EQUAL_INT(0, close(socket_fd));
    return ntohs(address.sin_port);
}

static void
forget(pid_t pid)
{
    for (int i = 0; i < SERVERS; i++) {
        servers[i] = servers[i] == pid ? 0 : servers[i];
    }
}

static void
launch(struct redis *redis)
{
    char port[16];
    static char log[STORE_TEXT];
    const char *words[24] = {"redis-server", "--port",       port, "--bind",
                             "127.0.0.1",    "--save",       "",   "--dir",
                             store_folder(), "--appendonly", "no"};
    int count = 11;
    (void)snprintf(port, sizeof port, "%d", redis->port);
    (void)snprintf(log, sizeof log, "%.200s/redis.log", store_folder());
    for (int i = 0; redis->extra[i]; i++) {
        words[count++] = redis->extra[i];
    }
    redis->pid = spawn(words, log);
    MUST(redis->pid > 0);
    for (int i = 0; i < SERVERS; i++) {
        if (servers[i] == 0) {
            servers[i] = redis->pid;
            return;
        }
    }
    MUST(!"room for another server");
}

/* Whether it answers, or has ended. */
static bool
has_started(void *arg)
{
    struct redis *redis = arg;
    palm_cache_options_t options;
    palm_error_t err = {0, ""};
    palm_cache_options_init(&options);
    options.backend = "redis";
    options.address = redis->address;
    if (waitpid(redis->pid, NULL, WNOHANG) == redis->pid) {
        forget(redis->pid);
        redis->pid = 0;
        return true;
    }
    palm_cache_t *cache = palm_cache_open(&options, &err);
    palm_cache_destroy(&cache);
    return err.code == 0 || err.code == EACCES;
}

static bool
has_redis_server(void)
{
    const char *words[] = {"redis-server", "--version", NULL};
    int status = 1;
    pid_t pid = spawn(words, "/dev/null");
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

bool
redis_start(struct redis *redis)
{
    if (!has_backend("redis")) {
        return false;
    }
    if (!has_redis_server()) {
        tap_skip("no redis-server");
        return false;
    }
    for (int i = 0; i < TRIES; i++) { /* somebody else may take the port */
        redis->port = free_port();
        (void)snprintf(redis->address, sizeof redis->address,
                       "tcp://127.0.0.1:%d", redis->port);
        launch(redis);
        MUST(tap_await(has_started, redis));
        if (redis->pid) {
            return true;
        }
    }
    MUST(!"a redis-server that runs");
    return false;
}

void
redis_restart(struct redis *redis)
{
    EQUAL_INT(0, redis->pid);
    launch(redis);
    MUST(tap_await(has_started, redis));
    MUST(redis->pid > 0);
}

void
redis_signal(struct redis *redis, int number)
{
    EQUAL_INT(0, kill(redis->pid, number));
    if (number == SIGKILL || number == SIGTERM) {
        EQUAL_INT(redis->pid, waitpid(redis->pid, NULL, 0));
        forget(redis->pid);
        redis->pid = 0;
    }
}

palm_cache_options_t
redis_options(const struct redis *redis)
{
    static char prefix[32];
    static int number;
    palm_cache_options_t options;
    palm_cache_options_init(&options);
    (void)snprintf(prefix, sizeof prefix, "test*[%d]:", number++);
    options.backend = "redis";
    options.address = redis->address;
    options.prefix = prefix;
    return options;
}

/* --- caches --------------------------------------------------------------- */

bool
has_backend(const char *name)
{
    const char *built_in;
    for (size_t i = 0; (built_in = palm_cache_backend_name(i)); i++) {
        if (!strcmp(built_in, name)) {
            return true;
        }
    }
    tap_skip("libpalm was built without that back end");
    return false;
}

palm_cache_t *
open_cache(const palm_cache_options_t *options)
{
    palm_error_t err = {0, ""};
    palm_cache_t *cache = palm_cache_open(options, &err);
    EQUAL_TEXT("", err.text);
    MUST(cache != NULL);
    return cache;
}

int
set(palm_cache_t *cache, const char *key, const char *value)
{
    return palm_cache_set(cache, palm_slice(key), palm_slice(value));
}

void
holds(palm_cache_t *cache, const char *key, const char *expected)
{
    zmq_msg_t value;
    char text[64] = "";
    EQUAL_INT(0, palm_cache_get(cache, palm_slice(key), &value));
    size_t size = zmq_msg_size(&value);
    MUST(size < sizeof text);
    memcpy(text, zmq_msg_data(&value), size);
    EQUAL_INT(0, zmq_msg_close(&value));
    EQUAL_BYTES(expected, strlen(expected), text, size);
}

void
misses(palm_cache_t *cache, const char *key)
{
    zmq_msg_t value;
    FAILS(ENOENT, palm_cache_get(cache, palm_slice(key), &value));
}

struct wish {
    palm_cache_t *cache;
    const char *key;
};

static bool
has_ended(void *arg)
{
    struct wish *wish = arg;
    zmq_msg_t value;
    if (palm_cache_get(wish->cache, palm_slice(wish->key), &value)) {
        return errno == ENOENT;
    }
    (void)zmq_msg_close(&value);
    return false;
}

void
await_end_of(palm_cache_t *cache, const char *key)
{
    struct wish wish = {cache, key};
    MUST(tap_await(has_ended, &wish));
}

static int
append(palm_slice_t key, void *arg)
{
    char *text = arg;
    size_t used = strlen(text);
    if (used + key.size + 2 > 4096) {
        return 1;
    }
    if (used > 0) {
        text[used++] = ' ';
    }
    memcpy(text + used, key.data, key.size);
    text[used + key.size] = '\0';
    return 0;
}

void
lists(palm_cache_t *cache, const char *prefix, const char *expected)
{
    char text[4096] = "";
    EQUAL_INT(0, palm_cache_list(cache, palm_slice(prefix), append, text));
    EQUAL_TEXT(expected, text);
}
