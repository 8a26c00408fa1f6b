/* SPDX-License-Identifier: MIT */
/* master.h: what the tests of PALM-MASTER share. */
#ifndef CONFORMANCE_SUITE_MASTER_H
#define CONFORMANCE_SUITE_MASTER_H

#include "conformance/suite/scene.h"

/* As a client, as a worker. */
void push_work(struct master *master, const struct message *message);
void push_result(struct master *master, const struct message *message);

/* The next thing that the subscriber gets. */
void check_published(struct peer *subscriber, const char *what,
                     const char *topic, const struct message *expected);

#endif
