/* SPDX-License-Identifier: MIT */
/* list.c: prints what a server file may say, from the tables that read it. */
#include "config.h"
#include "harness/server/list.h"

#include <stdio.h>

#include "harness/server/part.h"
#include "harness/server/cache.h"
#include "harness/server/functions.h"
#include "parts/palm.h"

static void
list_parts(void)
{
    const palm_part_class_t *row;
    puts("Parts:");
    for (size_t i = 0; (row = palm_library_at(i)); i++) {
        printf("  %-8s %s\n", server_side_name(palm_part_class_side(row)),
               row->name);
    }
}

static void
list_server(void)
{
    const char *key;
    puts("Kinds of servers:");
    for (size_t i = 0; (key = palm_kind_name(i)); i++) {
        printf("  %s\n", key);
    }
    puts("Keys of [server]:\n  name\n  memory_limit");
    for (size_t i = 0; (key = palm_server_option_name(i)); i++) {
        printf("  %s\n", key);
    }
    puts("Keys of [server] with a kind:\n  kind");
    for (size_t i = 0; (key = server_functions_key(i)); i++) {
        printf("  %s\n", key);
    }
    for (size_t i = 0; (key = palm_kind_option_name(i)); i++) {
        printf("  %s\n", key);
    }
}

static void
list_option(const palm_option_t *row)
{
    printf("  %-24s %s, %s%s\n", row->name, palm_option_kind_name(row->kind),
           row->is_needed ? "needed"
           : row->initial ? "default "
                          : "no default",
           row->initial ? row->initial : "");
    printf("  %-24s %s%s%s\n", "", row->scope ? row->scope : "",
           row->scope ? ": " : "", row->help);
}

static void
list_options(void)
{
    const palm_part_class_t *class_;
    const palm_option_t *row;
    puts("Keys of a part:\n  part\n  plugin");
    for (size_t i = 0; (row = palm_part_option_at(NULL, i)); i++) {
        list_option(row);
    }
    for (size_t k = 0; (class_ = palm_library_at(k)); k++) {
        if (class_->options) {
            printf("Keys of a %s:\n", class_->name);
        }
        for (row = class_->options; row && row->name; row++) {
            list_option(row);
        }
    }
}

void
server_list(void)
{
    list_parts();
    server_cache_print_backends();
    list_server();
    list_options();
    server_cache_print_keys();
}
