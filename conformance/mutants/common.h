/* SPDX-License-Identifier: MIT */
/* common.h: what faults of several topics say. */
#ifndef CONFORMANCE_MUTANTS_COMMON_H
#define CONFORMANCE_MUTANTS_COMMON_H

#include "conformance/mutants/faults.h"

/* A fault that is a wrong setting. */
#define WRONG_SETTING(id, what, settings)                                      \
    {                                                                          \
        id, what, NULL, NULL, settings, NULL, LIFE_NORMAL                      \
    }

/* A fault that is a wrong life. */
#define WRONG_LIFE(id, what, life)                                             \
    {                                                                          \
        id, what, NULL, NULL, NULL, NULL, life                                 \
    }

/* A fault of what crosses as HTTP. */
#define WEB_FAULT(id, what, http)                                              \
    {                                                                          \
        id, what, NULL, http, NULL, NULL, LIFE_NORMAL                          \
    }

/* A fault of what answers commands: an error is told as a result. */
void reports_no_error(struct crossing *crossing);

/* The body of what crosses, and the status of a response. */
struct bytes http_crossing_body(const struct http_crossing *crossing);
int http_crossing_status(const struct http_crossing *crossing);

/* A fault of HTTP: the connection of an error is not closed. */
void stays_open_behind_errors(struct http_crossing *crossing);

/* Any white space of `function` is a blank for the target; of C's, and the
 * no-break space.  Whether there was some. */
bool blank_white_space(struct test *test, struct message *message);

/* True for what goes to the target, or comes from it, at this endpoint. */
bool goes_to(const struct crossing *crossing, const char *endpoint);
bool comes_from(const struct crossing *crossing, const char *endpoint);

/* The same, and it is a PalmMessage. */
bool message_goes_to(struct crossing *crossing, const char *endpoint,
                     struct message *message);
bool message_comes_from(struct crossing *crossing, const char *endpoint,
                        struct message *message);

#endif
