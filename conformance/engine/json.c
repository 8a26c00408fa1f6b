/* SPDX-License-Identifier: MIT */
/* json.c: see json.h. */
#include "conformance/engine/json.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts get no longer than the line that they stand in, so there is one buffer
 * for all of them: as long as the line. */
struct reader {
    const char *at;
    char *out;
};

static void
skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool
take(struct reader *reader, char byte)
{
    skip_blanks(reader);
    if (*reader->at != byte) {
        return false;
    }
    reader->at++;
    return true;
}

static char *
put_character(char *out, unsigned long code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* Behind the backslash. */
static bool
read_escape(struct reader *reader)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *found = strchr(from, *reader->at);
    char digits[5] = "";
    char *end = NULL;

    if (*reader->at != '\0' && found != NULL) {
        *reader->out++ = to[found - from];
        reader->at++;
        return true;
    }
    if (*reader->at != 'u') {
        return false;
    }
    strncpy(digits, reader->at + 1, 4);
    reader->out = put_character(reader->out, strtoul(digits, &end, 16));
    if (end != digits + 4) {
        return false; /* the text may end here */
    }
    reader->at += 5;
    return true;
}

/* A string, into the buffer. */
static bool
read_string(struct reader *reader)
{
    if (!take(reader, '"')) {
        return false;
    }
    while (*reader->at != '"') {
        if ((unsigned char)*reader->at < ' ') {
            return false;
        }
        if (*reader->at != '\\') {
            *reader->out++ = *reader->at++;
            continue;
        }
        reader->at++;
        if (!read_escape(reader)) {
            return false;
        }
    }
    reader->at++;
    return true;
}

static bool
read_array(struct reader *reader)
{
    if (take(reader, ']')) {
        return true;
    }
    do {
        if (!read_string(reader)) {
            return false;
        }
        *reader->out++ = '\n';
    } while (take(reader, ','));
    return take(reader, ']');
}

/* A number, true, false or null: as it stands there. */
static bool
read_word(struct reader *reader)
{
    size_t size =
        strspn(reader->at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");

    memcpy(reader->out, reader->at, size);
    reader->out += size;
    reader->at += size;
    return size > 0;
}

static bool
read_value(struct reader *reader)
{
    skip_blanks(reader);
    if (*reader->at == '"') {
        return read_string(reader);
    }
    if (take(reader, '[')) {
        return read_array(reader);
    }
    return read_word(reader);
}

static const char *
read_member(struct reader *reader, struct json *json)
{
    struct json_member *members =
        realloc(json->members, (json->count + 1) * sizeof *members);
    struct json_member *member;

    if (members == NULL) {
        return "out of memory";
    }
    json->members = members;
    member = &members[json->count];
    member->key = reader->out;
    if (!read_string(reader)) {
        return "a key is no string";
    }
    *reader->out++ = '\0';
    if (!take(reader, ':')) {
        return "a key has no value";
    }
    member->value = reader->out;
    if (!read_value(reader)) {
        return "a value is neither string, number, word nor array of strings";
    }
    *reader->out++ = '\0';
    json->count++;
    return NULL;
}

const char *
json_read(struct json *json, const char *text)
{
    struct reader reader = {NULL, NULL};
    const char *why = NULL;

    memset(json, 0, sizeof *json);
    json->texts = malloc(strlen(text) * 2 + 2);
    if (json->texts == NULL) {
        return "out of memory";
    }
    reader.at = text;
    reader.out = json->texts;
    if (!take(&reader, '{')) {
        return "it is no object";
    }
    if (!take(&reader, '}')) {
        do {
            why = read_member(&reader, json);
        } while (why == NULL && take(&reader, ','));
        if (why == NULL && !take(&reader, '}')) {
            why = "the object has no end";
        }
    }
    skip_blanks(&reader);
    return why == NULL && *reader.at != '\0' ? "something follows the object"
                                             : why;
}

void
json_fini(struct json *json)
{
    free(json->members);
    free(json->texts);
    memset(json, 0, sizeof *json);
}

const char *
json_get(const struct json *json, const char *key)
{
    size_t i;

    for (i = 0; i < json->count; i++) {
        if (strcmp(json->members[i].key, key) == 0) {
            return json->members[i].value;
        }
    }
    return "";
}
