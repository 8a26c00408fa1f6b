/* SPDX-License-Identifier: MIT */
/* fake_client.h: one fake master and a client of it, for the tests of clients.
 * The test's thread only. */
#ifndef HARNESS_FAKE_CLIENT_H
#define HARNESS_FAKE_CLIENT_H

#include "core/client.h"
#include "harness/support/fake.h"
#include "harness/support/tap.h"

/* The master. */
extern struct fake fake;

/* Options for the fake under the name "srv", with generous time. */
palm_client_options_t default_options(void);

/* Makes a client, and waits until the fake has its subscription. */
palm_client_t *connect_with(const palm_client_options_t *options);

/* Starts the fake and a client with that window (0 = default). */
palm_client_t *start(int64_t window);

/* Ends both. */
void stop(palm_client_t *client);

/* Sends a message of a job. */
void send_ok(palm_client_t *client, const char *function, const char *payload);

/* The next result of the job has this payload and no error. */
void next_result_is(palm_client_t *client, const char *payload);

/* Takes a message out of the fake and publishes a result for it. */
void serve_one(const char *payload);

#endif
