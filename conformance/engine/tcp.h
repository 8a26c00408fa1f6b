/* SPDX-License-Identifier: MIT */
/* tcp.h: plain TCP, for peers that do not speak ZMTP.  Bytes are traced as
 * frames are. */
#ifndef CONFORMANCE_ENGINE_TCP_H
#define CONFORMANCE_ENGINE_TCP_H

#include "conformance/engine/bytes.h"

struct tcp {
    struct test *test;
    const char *label;
    int fd;
    const char *address; /* of a listener: tcp://127.0.0.1:PORT */
    unsigned port;
};

/* To tcp://HOST:PORT or http://HOST:PORT/…; FAIL if nobody takes it. */
struct tcp *tcp_connect(struct test *test, const char *label,
                        const char *address);

/* On a free port of 127.0.0.1. */
struct tcp *tcp_listen(struct test *test, const char *label);
/* The next connection, in time; else FAIL. */
struct tcp *tcp_accept(struct tcp *listener);

/* False if the other side has closed, or takes no more for half a second. */
bool tcp_send(struct tcp *tcp, struct bytes bytes);

/* What there is, at most size, within so many milliseconds: empty at the end
 * and after an error; data is NULL in vain. */
struct bytes tcp_receive(struct tcp *tcp, int milliseconds);

/* Until the other side closes, so many milliseconds have passed, or what came
 * holds the text (NULL: no text). */
struct bytes tcp_receive_until(struct tcp *tcp, const char *text,
                               int milliseconds);

/* True when the other side has closed it. */
bool tcp_closed(struct tcp *tcp, int milliseconds);

void tcp_close(struct tcp *tcp);

#endif
