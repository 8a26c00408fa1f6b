/* SPDX-License-Identifier: MIT */
/* A client's life, and its use of the cache.  Sending and receiving are in
 * client_job.c. */
#include "config.h"
#include "core/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/client_state.h"
#include "core/connect.h"

enum {
    WINDOW_DEFAULT = 512,
    TIMEOUT_DEFAULT = 5000, /* ms */
    HWM_LEAST = 1000,       /* so that many results per message fit, too */
    LINGER_MS = 1000        /* to flush messages when a client ends */
};

void
palm_client_options_init(palm_client_options_t *options)
{
    memset(options, 0, sizeof *options);
    options->window = WINDOW_DEFAULT;
    options->timeout = TIMEOUT_DEFAULT;
}

palm_message_t
palm__client_message(const palm_client_t *self)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    message.pipeline =
        palm_slice(self->session ? self->session : self->pipeline);
    message.client = palm_slice(self->id);
    return message;
}

/* A copy in *to; NULL stays NULL. */
static int
copy_text(char **to, const char *from)
{
    *to = from ? strdup(from) : NULL;
    return from && !*to ? -1 : 0;
}

static int
copy_options(palm_client_t *self, const palm_client_options_t *options,
             palm_error_t *err)
{
    self->window = options->window;
    self->timeout = options->timeout;
    if (copy_text(&self->db_address, options->db_address)
        || copy_text(&self->server, options->server)
        || copy_text(&self->session, options->session)) {
        return palm_error_set(err, ENOMEM, "client: out of memory");
    }
    if (self->window < 1) {
        return palm_error_set(err, EINVAL, "client: the window is below 1");
    }
    if (!palm_slice_is_utf8(palm_slice(self->server))
        || !palm_slice_is_utf8(palm_slice(self->session))) {
        return palm_error_set(err, EINVAL,
                              "client: server or session is not UTF-8");
    }
    return 0;
}

static int
make_ids(palm_client_t *self, palm_error_t *err)
{
    palm_id_source_t source;
    palm_id_init(&source);
    if (palm_id_next(&source, self->id) || palm_id_next(&source, self->pipeline)
        || palm_id_next(&source, self->tag)) {
        return palm_error_set(err, errno, "client: no random numbers");
    }
    return 0;
}

/* The function of a cache request, "<server>.verb"; the caller frees it. */
static char *
verb_function(const palm_client_t *self, const char *verb)
{
    const char *server = self->server ? self->server : "_";
    size_t server_size = strlen(server);
    size_t verb_size = strlen(verb);
    char *text = malloc(server_size + verb_size + 2);
    if (text) {
        memcpy(text, server, server_size);
        text[server_size] = '.';
        memcpy(text + server_size + 1, verb, verb_size + 1);
    }
    return text;
}

/* Asks for what is stored under a preset key, in *text, which the caller frees;
 * or, without text, for the limit of an address. */
static int
look_up(palm_client_t *self, const char *key, char **text, palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    char *function = verb_function(self, "get");
    int result;
    if (!function) {
        return palm_error_set(err, ENOMEM, "client: out of memory");
    }
    request.function = palm_slice(function);
    if (text) {
        *text = palm__lookup_text(&self->lookup, &request, key, err);
        result = *text ? 0 : -1;
    } else {
        result = palm__lookup_limit(&self->lookup, &request, key,
                                    &self->largest, err);
    }
    free(function);
    return result;
}

static int
check_name(palm_client_t *self, palm_error_t *err)
{
    char *name;
    int result = 0;
    if (!self->server || !self->db_address) {
        return 0;
    }
    if (look_up(self, "name", &name, err)) {
        return -1;
    }
    if (strcmp(name, self->server)) {
        result =
            palm_error_set(err, EPERM, "the server at '%s' is '%s', not '%s'",
                           self->db_address, name, self->server);
    }
    free(name);
    return result;
}

/* Connects to the address given, or to the one that the cache has. */
static int
connect_to(palm_client_t *self, void **socket, palm__socket_t *how,
           const char *key, palm_error_t *err)
{
    char *found = NULL;
    int saved;
    if (!how->address) {
        if (look_up(self, key, &found, err)) {
            return -1;
        }
        how->address = found;
    }
    *socket =
        palm__connect_wait(self->zmq, how, palm__deadline(self->timeout), err);
    saved = errno;
    free(found);
    errno = saved;
    return *socket ? 0 : -1;
}

/* The SUB stands before the PUSH is even opened: no result can come before its
 * subscription is on its way. */
static int
connect_sockets(palm_client_t *self, const palm_client_options_t *options,
                palm_error_t *err)
{
    palm__socket_t sub = PALM__PEER_SOCKET;
    palm__socket_t push = PALM__PEER_SOCKET;
    sub.type = ZMQ_SUB;
    sub.address = options->sub_address;
    sub.topic = self->id;
    sub.hwm = self->window < HWM_LEAST ? HWM_LEAST : self->window;
    push.type = ZMQ_PUSH;
    push.address = options->push_address;
    push.hwm = HWM_LEAST;
    push.linger = LINGER_MS;
    push.immediate = true; /* a send to nobody fails instead of hoarding */
    if (connect_to(self, &self->sub, &sub, "pub_address", err)
        || connect_to(self, &self->push, &push, "pull_address", err)) {
        return -1;
    }
    return options->push_address ? 0 : look_up(self, "pull_address", NULL, err);
}

palm_client_t *
palm_client_new(const palm_client_options_t *options, palm_error_t *err)
{
    palm_client_t *self = calloc(1, sizeof *self);
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "client: out of memory");
        return NULL;
    }
    self->kept_end = &self->kept;
    self->largest = -1;
    if (copy_options(self, options, err) || make_ids(self, err)) {
        goto error;
    }
    self->zmq = zmq_ctx_new();
    if (!self->zmq) {
        (void)palm_error_set(err, errno, "client: no ZeroMQ context: %s",
                             palm_strerror(errno));
        goto error;
    }
    palm__lookup_init(&self->lookup, self->zmq, self->db_address, self->id,
                      self->timeout);
    /* The lookup sees at once whether the address is understood. */
    if ((options->cache_only && palm__lookup_open(&self->lookup, err))
        || check_name(self, err)
        || (!options->cache_only && connect_sockets(self, options, err))) {
        goto error;
    }
    return self;
error:
    palm_client_destroy(&self);
    return NULL;
}

static void
drop_kept(palm_client_t *self)
{
    while (self->kept) {
        struct palm__kept *kept = self->kept;
        self->kept = kept->next;
        (void)zmq_msg_close(&kept->frame);
        free(kept);
    }
}

void
palm_client_destroy(palm_client_t **self_p)
{
    palm_client_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    drop_kept(self);
    palm__lookup_fini(&self->lookup);
    palm__close(&self->push);
    palm__close(&self->sub);
    palm__term(&self->zmq);
    free(self->db_address);
    free(self->server);
    free(self->session);
    free(self->function);
    free(self);
    *self_p = NULL;
    errno = saved;
}

int64_t
palm_client_max_message_size(const palm_client_t *self)
{
    return self->largest;
}

const char *
palm_client_id(const palm_client_t *self)
{
    return self->id;
}

int
palm__client_ask(palm_client_t *self, const char *verb, palm_message_t *request,
                 zmq_msg_t *reply, palm_error_t *err)
{
    char *function = verb_function(self, verb);
    int result;
    if (!function) {
        return palm_error_set(err, ENOMEM, "client: out of memory");
    }
    request->function = palm_slice(function);
    result = palm__lookup_ask(&self->lookup, request, reply, err);
    free(function);
    return result;
}

int
palm_client_get(palm_client_t *self, palm_slice_t key, zmq_msg_t *value,
                palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    request.payload = key;
    return palm__client_ask(self, "get", &request, value, err);
}

/* The session and the key, in memory that the caller frees. */
static char *
join_key(const palm_client_t *self, palm_slice_t key, size_t *size)
{
    size_t session = self->session && key.size ? strlen(self->session) : 0;
    char *text = malloc(session + key.size + 1);
    if (text) {
        if (session) {
            memcpy(text, self->session, session);
        }
        if (key.size) {
            memcpy(text + session, key.data, key.size);
        }
        text[session + key.size] = '\0';
        *size = session + key.size;
    }
    return text;
}

/* The reply to a set is the key; without one nothing was stored. */
static int
take_key(const palm_client_t *self, zmq_msg_t *reply, char **full_key,
         palm_error_t *err)
{
    size_t size = zmq_msg_size(reply);
    char *text;
    if (size == 0) {
        return palm_error_set(err, EIO, "the cache at '%s' refused the value",
                              self->db_address);
    }
    if (!full_key) {
        return 0;
    }
    text = malloc(size + 1);
    if (!text) {
        return palm_error_set(err, ENOMEM, "client: out of memory");
    }
    memcpy(text, zmq_msg_data(reply), size);
    text[size] = '\0';
    *full_key = text;
    return 0;
}

int
palm_client_set(palm_client_t *self, palm_slice_t key, palm_slice_t value,
                char **full_key, palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    zmq_msg_t reply;
    char *joined;
    int result = -1;
    if (!palm_slice_is_utf8(key)) {
        return palm_error_set(err, EINVAL, "client: the key is not UTF-8");
    }
    joined = join_key(self, key, &request.cache.size);
    if (!joined) {
        return palm_error_set(err, ENOMEM, "client: out of memory");
    }
    request.cache.data = joined;
    request.payload = value;
    if (!palm__client_ask(self, "set", &request, &reply, err)) {
        result = take_key(self, &reply, full_key, err);
        (void)zmq_msg_close(&reply);
    }
    free(joined);
    return result;
}

int
palm_client_delete(palm_client_t *self, palm_slice_t key, palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    zmq_msg_t reply;
    request.payload = key;
    if (palm__client_ask(self, "delete", &request, &reply, err)) {
        return -1;
    }
    (void)zmq_msg_close(&reply);
    return 0;
}
