/* SPDX-License-Identifier: MIT */
/* web_scene.h: Pull -> Http -> Push around a fake web worker, for the tests of
 * HttpConnection.  What Http is answered goes on along its route. */
#ifndef HARNESS_WEB_SCENE_H
#define HARNESS_WEB_SCENE_H

#include "harness/support/fake_http.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define SEEN(name)    offsetof(struct fake_http_seen, name)
#define COUNTER(name) offsetof(palm_part_stats_t, name)

struct web_scene {
    struct fake_http fake;
    const palm_server_options_t *server; /* may be set after the reservation */
    struct rig rig;
    void *push; /* to Pull */
    void *pull; /* from Push */
};

/* Starts everything.  options, which may be NULL, are those of Http; without an
 * address it is the fake's. */
void web_scene_set(struct web_scene *scene, const palm_part_options_t *options);

/* The same in steps: reserves the fake's address, then starts the server; that
 * the fake listens is up to the test. */
void web_scene_reserve(struct web_scene *scene);
void web_scene_start(struct web_scene *scene,
                     const palm_part_options_t *options);

/* Ends everything; nothing must be left. */
void web_scene_end(struct web_scene *scene);

/* Sends a message with that payload. */
void web_scene_send(struct web_scene *scene, const char *payload);

palm_part_stats_t web_scene_stats(struct web_scene *scene);

/* The next result is an error result of a message that was sent; its text goes
 * to text. */
void web_scene_take_error(struct web_scene *scene, char text[PALM_ERROR_TEXT]);

#endif
