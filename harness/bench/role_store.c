/* SPDX-License-Identifier: MIT */
/* role_store.c: what a cache that is not in memory is compared with: one REP
 * socket, and behind it a thread that calls LMDB or hiredis itself. */
#include "config.h"
#include "harness/bench/role.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>
#ifdef HAVE_LMDB
#include <lmdb.h>
#endif
#ifdef HAVE_HIREDIS
#include <hiredis.h>
#endif

#define KEY "3f2b8c1e-5d47-4a6f-9b0a-7c1d2e3f4a5b"

/* Stores or gets the value of one key; a failure ends the process. */
struct store {
    void (*set)(struct store *self, const void *data, size_t size);
    void (*get)(struct store *self, zmq_msg_t *value);
    void *rep;
    bool sets; /* requests are sets */
#ifdef HAVE_LMDB
    MDB_env *env;
    MDB_dbi table;
#endif
#ifdef HAVE_HIREDIS
    redisContext *redis;
#endif
};

static void
reply_with(zmq_msg_t *reply, const void *data, size_t size)
{
    if (zmq_msg_init_size(reply, size)) {
        bench_die("reply");
    }
    memcpy(zmq_msg_data(reply), data, size);
}

#ifdef HAVE_LMDB
static void
need(int code)
{
    if (code) {
        fprintf(stderr, "palm-bench: lmdb: %s\n", mdb_strerror(code));
        _exit(1);
    }
}

static void
lmdb_set(struct store *self, const void *data, size_t size)
{
    MDB_txn *txn;
    MDB_val key = {sizeof KEY - 1, (void *)KEY}, value = {size, (void *)data};
    need(mdb_txn_begin(self->env, NULL, 0, &txn));
    need(mdb_put(txn, self->table, &key, &value, 0));
    need(mdb_txn_commit(txn));
}

static void
lmdb_get(struct store *self, zmq_msg_t *reply)
{
    MDB_txn *txn;
    MDB_val key = {sizeof KEY - 1, (void *)KEY}, value;
    need(mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn));
    need(mdb_get(txn, self->table, &key, &value));
    reply_with(reply, value.mv_data, value.mv_size);
    mdb_txn_abort(txn);
}

static void
lmdb_open(struct store *self, const char *path)
{
    MDB_txn *txn;
    need(mdb_env_create(&self->env));
    need(mdb_env_set_mapsize(self->env, 1 << 30));
    need(mdb_env_open(self->env, path, MDB_NOTLS, 0600));
    need(mdb_txn_begin(self->env, NULL, 0, &txn));
    need(mdb_dbi_open(txn, NULL, 0, &self->table));
    need(mdb_txn_commit(txn));
    self->set = lmdb_set;
    self->get = lmdb_get;
}
#endif

#ifdef HAVE_HIREDIS
static redisReply *
need_reply(struct store *self, redisReply *reply)
{
    if (!reply || reply->type == REDIS_REPLY_ERROR) {
        fprintf(stderr, "palm-bench: redis: %s\n",
                reply ? reply->str : self->redis->errstr);
        _exit(1);
    }
    return reply;
}

static void
redis_set(struct store *self, const void *data, size_t size)
{
    freeReplyObject(need_reply(
        self, redisCommand(self->redis, "SET %s %b", KEY, data, size)));
}

static void
redis_get(struct store *self, zmq_msg_t *value)
{
    redisReply *reply =
        need_reply(self, redisCommand(self->redis, "GET %s", KEY));
    reply_with(value, reply->str, (size_t)reply->len);
    freeReplyObject(reply);
}

static void
redis_open(struct store *self, const char *address)
{
    char host[256];
    int port;
    if (sscanf(address, "tcp://%255[^:]:%d", host, &port) != 2
        || !(self->redis = redisConnect(host, port)) || self->redis->err) {
        fprintf(stderr, "palm-bench: %s: %s\n", address,
                self->redis ? self->redis->errstr : "tcp://HOST:PORT?");
        _exit(1);
    }
    self->set = redis_set;
    self->get = redis_get;
}
#endif

static void *
serve(void *arg)
{
    struct store *self = arg;
    for (;;) {
        zmq_msg_t request, reply;
        (void)zmq_msg_init(&request);
        if (zmq_msg_recv(&request, self->rep, 0) == -1) {
            bench_die("request");
        }
        if (self->sets) {
            self->set(self, zmq_msg_data(&request), zmq_msg_size(&request));
            reply_with(&reply, KEY, sizeof KEY - 1);
        } else {
            self->get(self, &reply);
        }
        (void)zmq_msg_close(&request);
        if (zmq_msg_send(&reply, self->rep, 0) == -1) {
            bench_die("reply");
        }
    }
    return NULL;
}

int
bench_role_store(const struct bench_arguments *arguments)
{
    static struct store store;
    const char *value = bench_text(arguments, "value", "value");
    const char *backend = bench_text(arguments, "cache.backend", "");
    pthread_t thread;
    void *context = zmq_ctx_new();
#ifdef HAVE_LMDB
    if (!strcmp(backend, "lmdb")) {
        lmdb_open(&store, bench_text(arguments, "cache.path", ""));
    }
#endif
#ifdef HAVE_HIREDIS
    if (!strcmp(backend, "redis")) {
        redis_open(&store, bench_text(arguments, "cache.address", ""));
    }
#endif
    if (!store.set) {
        fprintf(stderr, "palm-bench: built without \"%s\"\n", backend);
        return 1;
    }
    store.set(&store, value, strlen(value));
    store.sets = !strcmp(bench_text(arguments, "verb", "get"), "set");
    store.rep = bench_bind(context, ZMQ_REP, "db");
    if (pthread_create(&thread, NULL, serve, &store)) {
        bench_die("thread");
    }
    printf("ready\n");
    (void)fflush(stdout);
    bench_serve_usage();
    _exit(0);
}
