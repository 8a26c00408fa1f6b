/* SPDX-License-Identifier: MIT */
/* roles.c: the roles by name. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "harness/bench/role.h"

static const struct {
    const char *name;
    bench_role_f *run;
} roles[] = {
    {"attack", bench_role_attack},
    {"cache", bench_role_cache},
    {"client", bench_role_client},
    {"crowd", bench_role_crowd},
    {"echo", bench_role_echo},
    {"first", bench_role_first},
    {"flood", bench_role_flood},
    {"floor", bench_role_floor},
    {"gateway", bench_role_gateway},
    {"http-floor", bench_role_http_floor},
    {"master", bench_role_master},
    {"next", bench_role_next},
    {"relay", bench_role_relay},
    {"store", bench_role_store},
    {"topic-floor", bench_role_topic_floor},
    {"worker", bench_role_worker},
};

int
bench_role_run(const char *name, int count, char **words)
{
    struct bench_arguments arguments = {count, words};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (!strcmp(roles[i].name, name)) {
            return roles[i].run(&arguments);
        }
    }
    fprintf(stderr, "palm-bench: no role %s\n", name);
    return 2;
}
