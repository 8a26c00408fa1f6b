/* SPDX-License-Identifier: MIT */
/* Tests of loading part classes; harness/plugin.t runs some. */
#include "config.h"
#include "parts/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/support/tap.h"

static const char *
folder(const char *variable)
{
    const char *path = getenv(variable);
    return path ? path : ".";
}

/* Opens test_plugin.c as it was built.  NULL: it was not, the test is skipped
 * and returns. */
static palm_plugin_t *
open_test_plugin(void)
{
    char path[1024];
    palm_error_t err;
    (void)snprintf(path, sizeof path, "%s/harness/support/.libs/test_plugin.so",
                   folder("PALM_BUILDDIR"));
    if (access(path, R_OK)) {
        tap_skip("built without shared objects");
        return NULL;
    }
    palm_plugin_t *plugin = palm_plugin_open(path, &err);
    MUST(plugin);
    return plugin;
}

static void
expect_not_opened(const char *path, int code, const char *text)
{
    palm_error_t err;
    FAILS(code, palm_plugin_open(path, &err) ? 0 : -1);
    CONTAINS(path, err.text);
    CONTAINS(text, err.text);
}

static void
a_file_that_is_not_there_is_named(void)
{
    expect_not_opened("/nowhere/part.so", ENOENT, "No such file");
}

static void
the_folders_of_the_system_are_not_searched(void)
{
    expect_not_opened("libc.so.6", ENOENT, "No such file");
}

static void
what_is_no_shared_object_is_named(void)
{
#ifdef HAVE_DLOPEN
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/README.md", folder("PALM_SRCDIR"));
    expect_not_opened(path, ENOEXEC, "cannot be loaded: ");
    expect_not_opened(folder("PALM_SRCDIR"), ENOEXEC, "cannot be loaded: ");
#else
    expect_not_opened("/dev/null", ENOTSUP, "cannot load shared objects");
#endif
}

static void
a_path_is_needed(void)
{
    palm_error_t err;
    FAILS(EINVAL, palm_plugin_open("", &err) ? 0 : -1);
    FAILS(EINVAL, palm_plugin_open(NULL, &err) ? 0 : -1);
}

static void
a_whole_class_is_found(void)
{
    palm_plugin_t *plugin = open_test_plugin();
    palm_error_t err;
    if (!plugin) {
        return;
    }
    const palm_part_class_t *found =
        palm_plugin_class(plugin, "TwicePull", &err);
    MUST(found);
    EQUAL_TEXT("TwicePull", found->name);
    MUST(found->hooks.scatter);
    palm_plugin_close(&plugin);
    MUST(!plugin);
    palm_plugin_close(&plugin);
}

static void
a_derived_class_is_made_whole_once(void)
{
    palm_plugin_t *plugin = open_test_plugin();
    palm_error_t err;
    if (!plugin) {
        return;
    }
    const palm_part_class_t *found =
        palm_plugin_class(plugin, "DerivedPull", &err);
    MUST(found && !found->base);
    EQUAL_INT(ZMQ_PULL, found->socket_type);
    EQUAL_INT(PALM_FILLS_CACHE, found->traits);
    MUST(palm_plugin_class(plugin, "TwicePull", &err));
    MUST(found == palm_plugin_class(plugin, "DerivedPull", &err));
    palm_plugin_close(&plugin);
}

/* What it did not know is as if it were 0. */
static void
a_class_of_an_older_header_is_taken(void)
{
    palm_plugin_t *plugin = open_test_plugin();
    palm_error_t err;
    if (!plugin) {
        return;
    }
    const palm_part_class_t *found =
        palm_plugin_class(plugin, "OlderPull", &err);
    const palm_part_class_t *twice =
        palm_plugin_class(plugin, "TwicePull", &err);
    MUST(found && twice);
    EQUAL_TEXT("OlderPull", found->name);
    EQUAL_INT(ZMQ_PULL, found->socket_type);
    MUST(found->binds && !found->base);
    MUST(found->hooks.scatter == twice->hooks.scatter);
    MUST(!found->hooks.to_router && !found->hooks.answer);
    MUST(!found->operations.open && !found->operations.wait);
    EQUAL_INT(5, found->state_size);
    MUST(!found->options);
    palm_plugin_close(&plugin);
}

static void
what_is_wrong_with_a_symbol_is_said(void)
{
    static const struct {
        int code;
        const char *symbol, *text;
    } wrong[] = {
        {ENOENT, "Missing", "there is no symbol \"Missing\""},
        {EINVAL, "Ancient", "Ancient: made for part interface 77, this is "},
        {EINVAL, "LaterPull", "LaterPull: made for a later libpalm"},
        {ENOENT, "Orphan", "Orphan: there is no class \"PoolService\""},
        {EINVAL, "Contrary", "waits contradicts its base PubService"},
        {EINVAL, "Nameless", "Nameless: the class has no name"},
    };
    palm_plugin_t *plugin = open_test_plugin();
    palm_error_t err;
    if (!plugin) {
        return;
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        FAILS(wrong[i].code,
              palm_plugin_class(plugin, wrong[i].symbol, &err) ? 0 : -1);
        CONTAINS(wrong[i].text, err.text);
        CONTAINS("test_plugin.so", err.text);
    }
    palm_plugin_close(&plugin);
}

static const struct tap_test tests[] = {
    {"a file that is not there is named", a_file_that_is_not_there_is_named},
    {"the folders of the system are not searched",
     the_folders_of_the_system_are_not_searched},
    {"what is no shared object is named", what_is_no_shared_object_is_named},
    {"a path is needed", a_path_is_needed},
    {"a whole class is found", a_whole_class_is_found},
    {"a derived class is made whole, once", a_derived_class_is_made_whole_once},
    {"a class of an older header is taken",
     a_class_of_an_older_header_is_taken},
    {"what is wrong with a symbol is said",
     what_is_wrong_with_a_symbol_is_said},
};

TAP_MAIN("plugin", tests)
