/* SPDX-License-Identifier: MIT */
/* parts.h: classes of parts and hooks that only tests use. */
#ifndef HARNESS_PARTS_H
#define HARNESS_PARTS_H

#include "harness/support/wire.h"

/* A blocking outbound part: a REQ connection. */
extern const palm_part_class_t asker_class;

/* Adds one that asks endpoint.  options may be NULL. */
void rig_add_asker(struct rig *rig, const char *name, const char *endpoint,
                   const palm_part_options_t *options);

/* A scatter hook: yields as many messages as the payload says, numbered from 0;
 * with "!" behind the number, fails then (EIO). */
int scatter_by_payload(palm_part_t *part, const palm_message_t *message,
                       void *arg);

#endif
