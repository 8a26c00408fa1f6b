/* SPDX-License-Identifier: MIT */
/* wiring.h: servers of the target, made of parts in the words of the profile
 * custom, or ready-made ones.  Main thread only. */
#ifndef CONFORMANCE_PALM_TARGET_WIRING_H
#define CONFORMANCE_PALM_TARGET_WIRING_H

#include "conformance/targets/palm_target/hooks.h"

enum { WIRED_MAX = 64 };

/* A part as it was added. */
struct wired {
    palm_side_t side;
    char *name;
    char *fact;      /* key of its address in READY; NULL = none */
    char *pull_fact; /* key of its second one, also in the cache */
    struct hooks hooks;
};

struct wiring {
    palm_server_t *server;
    struct wired parts[WIRED_MAX]; /* in the order of adding */
    size_t count;
};

/* Makes the profile's server, not yet started, of a text for each part.  -1
 * with the reason in *err. */
int wiring_build(struct wiring *self, const struct target *target,
                 palm_error_t *err);

/* The same for the profiles that are kinds of servers. */
int wiring_build_kind(struct wiring *self, const struct target *target,
                      palm_error_t *err);

/* Whether the profile is a kind of server. */
bool wiring_is_kind(const char *profile);

/* Notes one more part; NULL with *err if there are too many. */
struct wired *wiring_note(struct wiring *self, palm_side_t side,
                          const char *name, palm_error_t *err);

/* Sets a part's hooks into its options. */
void wiring_hook(struct wired *part, const struct target *target,
                 palm_part_options_t *options);

/* The options of the profile's server.  -1 with the reason in *err. */
int wiring_server_options(const struct target *target,
                          palm_server_options_t *options, palm_error_t *err);

/* Writes the addresses of the server, which runs, as lines of READY. */
void wiring_write_facts(const struct wiring *self, FILE *facts);

/* Stops and frees everything. */
void wiring_fini(struct wiring *self);

#endif
