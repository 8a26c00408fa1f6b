/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/socket.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <zmq.h>

enum { INTERVAL = 10, QUESTIONS = 3 };           /* s, and how many */
enum { HARD_FACTOR = 4, HARD_LEAST = 64 << 20 }; /* of bytes accepted; bytes */

void
palm__close(void **socket_p)
{
    int saved = errno;
    if (*socket_p) {
        /* What its monitor tells while the context ends libzmq cannot send, and
         * does not free. */
        (void)zmq_socket_monitor(*socket_p, NULL, 0);
        (void)zmq_close(*socket_p);
        *socket_p = NULL;
    }
    errno = saved;
}

void
palm__term(void **zmq_p)
{
    int saved = errno;
    if (*zmq_p) {
        while (zmq_ctx_term(*zmq_p) && errno == EINTR) {
        }
        *zmq_p = NULL;
    }
    errno = saved;
}

int
palm__socket_set(void *socket, int option, int64_t value)
{
    int number = value > INT_MAX ? INT_MAX : value < -1 ? -1 : (int)value;
    return zmq_setsockopt(socket, option, &number, sizeof number);
}

/* A peer that is silent is asked after idle ms, in whole seconds, and given up
 * after three questions. */
static int
set_keepalive(void *socket, int64_t idle)
{
    int64_t seconds = idle / 1000 + (idle % 1000 > 0);
    if (idle <= 0) { /* then the others are not to be set */
        return palm__socket_set(socket, ZMQ_TCP_KEEPALIVE, 0);
    }
    seconds = seconds > SHRT_MAX ? SHRT_MAX : seconds;
    return palm__socket_set(socket, ZMQ_TCP_KEEPALIVE, 1)
                   || palm__socket_set(socket, ZMQ_TCP_KEEPALIVE_IDLE, seconds)
                   || palm__socket_set(socket, ZMQ_TCP_KEEPALIVE_INTVL,
                                       INTERVAL)
                   || palm__socket_set(socket, ZMQ_TCP_KEEPALIVE_CNT, QUESTIONS)
               ? -1
               : 0;
}

/* A peer of less than ZMTP 3.0 could not authenticate itself, so libzmq refuses
 * it where there is a domain.  No handler serves it, so nobody else is asked.
 */
static int
set_domain(void *socket)
{
    static const char domain[] = "palm";
    return zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, sizeof domain - 1);
}

static int64_t
hard_limit(int64_t most)
{
    if (most < 0 || most > INT64_MAX / HARD_FACTOR) {
        return -1;
    }
    return most * HARD_FACTOR < HARD_LEAST ? HARD_LEAST : most * HARD_FACTOR;
}

int
palm__socket_set_limit(void *socket, int64_t most)
{
    int64_t limit = hard_limit(most);
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &limit, sizeof limit);
}

static int
set_text(void *socket, int option, const char *text)
{
    return text ? zmq_setsockopt(socket, option, text, strlen(text)) : 0;
}

static int
set_all(void *socket, const palm__socket_t *how)
{
    if (palm__socket_set(socket, ZMQ_LINGER, how->linger)
        || palm__socket_set(socket, ZMQ_SNDHWM, how->hwm)
        || palm__socket_set(socket, ZMQ_RCVHWM, how->hwm)
        || palm__socket_set(socket, ZMQ_IMMEDIATE, how->immediate)
        || palm__socket_set_limit(socket, how->max_message_size)
        || set_keepalive(socket, how->keepalive) || set_domain(socket)
        || set_text(socket, ZMQ_ROUTING_ID, how->routing_id)) {
        return -1;
    }
    return how->type == ZMQ_SUB ? set_text(socket, ZMQ_SUBSCRIBE, how->topic)
                                : 0;
}

void *
palm__socket_new(void *zmq, const palm__socket_t *how)
{
    void *socket = zmq_socket(zmq, how->type);
    if (socket && set_all(socket, how)) {
        palm__close(&socket);
    }
    return socket;
}
