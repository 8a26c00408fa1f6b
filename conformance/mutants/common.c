/* SPDX-License-Identifier: MIT */
/* common.c: see common.h. */
#include "conformance/mutants/common.h"

#include <string.h>

bool
goes_to(struct crossing *crossing, const char *endpoint)
{
    return crossing->to_target && strcmp(crossing->endpoint, endpoint) == 0;
}

bool
comes_from(struct crossing *crossing, const char *endpoint)
{
    return !crossing->to_target && strcmp(crossing->endpoint, endpoint) == 0;
}

bool
message_goes_to(struct crossing *crossing, const char *endpoint,
                struct message *message)
{
    return goes_to(crossing, endpoint) && crossing_message(crossing, message);
}

bool
message_comes_from(struct crossing *crossing, const char *endpoint,
                   struct message *message)
{
    return comes_from(crossing, endpoint)
           && crossing_message(crossing, message);
}
