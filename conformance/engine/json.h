/* SPDX-License-Identifier: MIT */
/* json.h: reads a line of a report: a flat object of strings, numbers, words
 * and arrays of strings.  Main process only. */
#ifndef CONFORMANCE_ENGINE_JSON_H
#define CONFORMANCE_ENGINE_JSON_H

#include <stddef.h>

struct json_member {
    char *key;
    char *value; /* of an array: its strings, each ended by a newline */
};

struct json {
    struct json_member *members;
    size_t count;
    char *texts; /* all of them, one behind the other */
};

/* Reads text into *json; NULL, or what is wrong with it. */
const char *json_read(struct json *json, const char *text);
void json_fini(struct json *json);

/* "" if there is none. */
const char *json_get(const struct json *json, const char *key);

#endif
