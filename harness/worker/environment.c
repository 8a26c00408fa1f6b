/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/worker/environment.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { FIELDS = 5, FIELD_MOST = 4096 /* bytes; the system bounds them all */ };

/* A variable and its value. */
struct variable {
    const char *name; /* with its "=" */
    palm_slice_t value;
};

static bool
can_be_told(palm_slice_t value)
{
    return value.size <= FIELD_MOST
           && (value.size == 0 || !memchr(value.data, '\0', value.size));
}

static bool
is_ours(const char *entry, const struct variable *variables)
{
    for (int i = 0; i < FIELDS; i++) {
        if (!strncmp(entry, variables[i].name, strlen(variables[i].name))) {
            return true;
        }
    }
    return false;
}

static char *
put(char *to, const struct variable *variable)
{
    size_t size = strlen(variable->name);
    memcpy(to, variable->name, size);
    if (variable->value.size) {
        memcpy(to + size, variable->value.data, variable->value.size);
    }
    to[size + variable->value.size] = '\0';
    return to + size + variable->value.size + 1;
}

char **
environment_make(const palm_message_t *message)
{
    char stage[32];
    size_t count = 0, size = 0;
    (void)snprintf(stage, sizeof stage, "%" PRId64, (int64_t)message->stage);
    const struct variable variables[FIELDS] = {
        {"PALM_FUNCTION=", message->function},
        {"PALM_CLIENT=", message->client},
        {"PALM_CACHE=", message->cache},
        {"PALM_PIPELINE=", message->pipeline},
        {"PALM_STAGE=", palm_slice(stage)},
    };
    for (char **entry = environ; *entry; entry++) {
        count++;
    }
    for (int i = 0; i < FIELDS; i++) {
        size += strlen(variables[i].name) + variables[i].value.size + 1;
    }
    char **made = malloc((count + FIELDS + 1) * sizeof *made + size);
    if (!made) {
        return NULL;
    }
    char *text = (char *)(made + count + FIELDS + 1), **next = made;
    for (char **entry = environ; *entry; entry++) {
        if (!is_ours(*entry, variables)) {
            *next++ = *entry;
        }
    }
    for (int i = 0; i < FIELDS; i++) {
        if (can_be_told(variables[i].value)) {
            *next++ = text;
            text = put(text, &variables[i]);
        }
    }
    *next = NULL;
    return made;
}
