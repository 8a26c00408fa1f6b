/* SPDX-License-Identifier: MIT */
/* facts.c: see facts.h. */
#include "conformance/engine/facts.h"

#include <string.h>

struct bytes
facts_find(const char *facts, const char *key)
{
    size_t length = strlen(key);

    while (*facts != '\0') {
        size_t size = strcspn(facts, "\n");

        if (size > length && strncmp(facts, key, length) == 0
            && facts[length] == '=') {
            return bytes_of(facts + length + 1, size - length - 1);
        }
        facts += size + (facts[size] == '\n');
    }
    return bytes_of(NULL, 0);
}

bool
facts_list(const char *facts, const char *key, const char *word)
{
    struct bytes all = facts_find(facts, key);
    size_t length = strlen(word);
    size_t begin = 0;
    size_t at;

    for (at = 0; at <= all.size; at++) {
        if (at == all.size || all.data[at] == ' ') {
            if (at - begin == length && length > 0
                && memcmp(all.data + begin, word, length) == 0) {
                return true;
            }
            begin = at + 1;
        }
    }
    return false;
}

bool
facts_claim(const char *facts, const char *profile)
{
    return facts_list(facts, "profiles", profile);
}
