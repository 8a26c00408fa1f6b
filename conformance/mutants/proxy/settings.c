/* SPDX-License-Identifier: MIT */
/* settings.c: what the suite asks for, and what of it the target gets. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/mutants/proxy/mutant.h"

static void
add(const char *key, const char *value)
{
    mutant.settings = realloc(mutant.settings, (mutant.setting_count + 1)
                                                   * sizeof *mutant.settings);
    if (mutant.settings == NULL) {
        mutant_broken("out of memory");
    }
    mutant.settings[mutant.setting_count].key = memory_text("%s", key);
    mutant.settings[mutant.setting_count++].value = memory_text("%s", value);
}

bool
arguments_read(int argc, char **argv, int at)
{
    for (; at + 1 < argc; at += 2) {
        const char *option = argv[at];
        char *value = argv[at + 1];

        if (strcmp(option, "--profile") == 0) {
            mutant.profile = value;
        } else if (strcmp(option, "--control") == 0) {
            mutant.endpoint = value;
        } else if (strcmp(option, "--set") == 0) {
            char *mark = strchr(value, '=');

            if (mark == NULL) {
                return false;
            }
            add(memory_text("%.*s", (int)(mark - value), value), mark + 1);
        } else if (strcmp(option, "--palm-conform") != 0) {
            return false;
        }
    }
    return at == argc && mutant.profile != NULL && mutant.endpoint != NULL;
}

const char *
setting_value(const char *key)
{
    const char *value = NULL;
    size_t i;

    for (i = 0; i < mutant.setting_count; i++) {
        if (strcmp(mutant.settings[i].key, key) == 0) {
            value = mutant.settings[i].value;
        }
    }
    return value;
}

/* --- what a fault changes --------------------------------------------------*/

/* Replaces a word, or WORD=…, in the value; without a value it goes. */
static char *
change_word(char *whole, const char *word, const char *value)
{
    char *changed = memory_text("%s", "");
    size_t size = strlen(word);
    char *rest = NULL;
    char *next;

    for (next = strtok_r(whole, " ", &rest); next != NULL;
         next = strtok_r(NULL, " ", &rest)) {
        bool pair = strncmp(next, word, size) == 0 && next[size] == '=';

        if (!pair && strcmp(next, word) != 0) {
            changed = memory_text("%s%s%s", changed, *changed ? " " : "", next);
        } else if (value != NULL) {
            changed = memory_text("%s%s%s%s%s", changed, *changed ? " " : "",
                                  pair ? word : "", pair ? "=" : "", value);
        }
    }
    return changed;
}

static void
change(const struct fault_setting *fault)
{
    const char *word = strchr(fault->key, ' ');
    const char *glob =
        word == NULL
            ? fault->key
            : memory_text("%.*s", (int)(word - fault->key), fault->key);
    bool found = false;
    size_t kept = 0;
    size_t i;

    for (i = 0; i < mutant.setting_count; i++) {
        struct setting setting = mutant.settings[i];
        bool matches = fnmatch(glob, setting.key, 0) == 0;

        found = found || matches;
        if (matches && word != NULL) {
            setting.value = change_word(setting.value, word + 1, fault->value);
        } else if (matches && fault->value != NULL) {
            setting.value = memory_text("%s", fault->value);
        }
        if (!matches || word != NULL || fault->value != NULL) {
            mutant.settings[kept++] = setting;
        }
    }
    mutant.setting_count = kept;
    if (!found && word == NULL && fault->value != NULL) {
        add(fault->key, fault->value);
    }
}

void
settings_change(void)
{
    const struct fault_setting *fault;

    for (fault = mutant.fault->settings;
         fault != NULL && fault->key != NULL
         && strcmp(mutant.profile, "describe") != 0;
         fault++) {
        const char *slash = strchr(fault->key, '/');
        struct fault_setting own = *fault;

        if (slash != NULL) {
            own.key = slash + 1;
        }
        if (slash == NULL
            || fnmatch(
                   memory_text("%.*s", (int)(slash - fault->key), fault->key),
                   mutant.profile, 0)
                   == 0) {
            change(&own);
        }
    }
}
