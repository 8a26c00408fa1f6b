/* SPDX-License-Identifier: MIT */
/* palm-target: libpalm as a target of the conformance suite; see
 * conformance/ADAPTER.md. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/control.h"
#include "conformance/targets/palm_target/profile.h"
#include "conformance/targets/palm_target/signals.h"
#include "harness/program/program.h"

struct arguments {
    const char *version;
    const char *profile;
    const char *control;
    struct program_list settings;
};

static const struct program_option options[] = {
    {"palm-conform", "VERSION", "the contract's version, 1", PROGRAM_TEXT,
     offsetof(struct arguments, version)},
    {"profile", "NAME", "what to be", PROGRAM_TEXT,
     offsetof(struct arguments, profile)},
    {"control", "ENDPOINT", "where the suite is", PROGRAM_TEXT,
     offsetof(struct arguments, control)},
    {"set", "KEY=VALUE", "a setting; may be repeated", PROGRAM_LIST,
     offsetof(struct arguments, settings)},
};

static const struct program program = {
    "palm-target",
    "--palm-conform 1 --profile NAME --control ENDPOINT [--set KEY=VALUE]...\n",
    "libpalm as a target of palm-conform, which starts it.\n",
    options,
    sizeof options / sizeof *options,
    NULL,
};

/* --- settings ------------------------------------------------------------- */

static void
free_settings(struct target_setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)(size_t)settings[i].key);
    }
    free(settings);
}

/* Cuts the texts at "="; the caller frees.  NULL if one has none. */
static struct target_setting *
read_settings(const struct program_list *list)
{
    struct target_setting *settings = calloc(list->count + 1, sizeof *settings);
    for (size_t i = 0; settings && i < list->count; i++) {
        const char *text = list->texts[i], *equals = strchr(text, '=');
        settings[i].key =
            equals ? strndup(text, (size_t)(equals - text)) : NULL;
        settings[i].value = equals ? equals + 1 : NULL;
        if (!settings[i].key) {
            free_settings(settings, i);
            return NULL;
        }
    }
    return settings;
}

/* -------------------------------------------------------------------------- */

static int
run(const struct arguments *arguments)
{
    struct target_setting *settings = read_settings(&arguments->settings);
    struct target target = {
        .profile = arguments->profile,
        .settings = settings,
        .setting_count = arguments->settings.count,
        .log = {palm_log_stderr, (void *)(size_t)program.name, PALM_LOG_INFO},
    };
    int status;
    if (!settings) {
        return program_misuse("--set: expected KEY=VALUE");
    }
    if (signals_init() || control_open(&target, arguments->control)) {
        status =
            program_error("%s: %s", arguments->control, palm_strerror(errno));
    } else if (strcmp(arguments->version, "1") != 0) {
        palm_error_t err;
        (void)palm_error_set(&err, TARGET_UNKNOWN, "contract version %s",
                             arguments->version);
        status = control_fail(&target, &err);
    } else {
        status = profile_run(&target);
    }
    control_close(&target);
    free_settings(settings, arguments->settings.count);
    return status;
}

int
main(int argc, char **argv)
{
    struct arguments arguments = {0};
    int status, count;
    if (program_parse(&program, argc, argv, &arguments, &count, &status)) {
        status = count || !arguments.version || !arguments.profile
                         || !arguments.control
                     ? program_misuse("expected --palm-conform, --profile and "
                                      "--control")
                     : run(&arguments);
    }
    program_list_fini(&arguments.settings);
    return status;
}
