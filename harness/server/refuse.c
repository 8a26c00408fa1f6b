/* SPDX-License-Identifier: MIT */
/* refuse.c: says what is wrong in a server file, and where. */
#include "config.h"
#include "harness/server/refuse.h"

#include <errno.h>
#include <string.h>

int
server_refuse(palm_error_t *err, const struct server_section *section,
              const struct server_setting *setting, const char *reason)
{
    return server_file_refuse(err, setting ? setting->place : section->place,
                              section, setting ? setting->key : NULL, reason);
}

int
server_refuse_as(palm_error_t *err, const struct server_section *section,
                 const struct server_setting *setting,
                 const palm_error_t *reason)
{
    if (reason->code == ENOMEM) {
        return palm_error_set(err, ENOMEM, "%s", reason->text);
    }
    /* The library does not know that the key stands before its reason. */
    const char *text = reason->text;
    size_t size = setting ? strlen(setting->key) : 0;
    if (size && !strncmp(text, setting->key, size)
        && !strncmp(text + size, ": ", 2)) {
        text += size + 2;
    }
    return server_refuse(err, section, setting, text);
}

/* --- hints ---------------------------------------------------------------- */

/* Where a key is wrong because another one says the same there. */
static const struct {
    bool in_server; /* else in a part */
    const char *key, *hint;
} hints[] = {
    {true, "pipelined",
     "is for a part; with a kind, to_client = no says that results go to the "
     "next server"},
    {false, "to_client",
     "is for a kind; of a PubService, pipelined = yes says that results go to "
     "the next server"},
};

const char *
server_find_hint(const struct server_setting *setting, bool in_server)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (hints[i].in_server == in_server
            && !strcmp(hints[i].key, setting->key)) {
            return hints[i].hint;
        }
    }
    return NULL;
}

int
server_refuse_with_hint(palm_error_t *err, const struct server_section *section,
                        const struct server_setting *setting, bool in_server,
                        const palm_error_t *reason)
{
    const char *hint = server_find_hint(setting, in_server);
    return hint ? server_refuse(err, section, setting, hint)
                : server_refuse_as(err, section, setting, reason);
}
