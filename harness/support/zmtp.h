/* SPDX-License-Identifier: MIT */
/* zmtp.h: a peer that speaks ZMTP 3.0 by hand, for what libzmq would not send,
 * or not when. */
#ifndef HARNESS_ZMTP_H
#define HARNESS_ZMTP_H

/* A connection to tcp://HOST:PORT or ipc://PATH on which nothing has been said.
 * Receives have tap_deadline().  What fails ends the test. */
int zmtp_open(const char *endpoint);

/* One on which both sides have shaken hands; type is a socket's, as "SUB". */
int zmtp_connect(const char *endpoint, const char *type);

#endif
