/* SPDX-License-Identifier: MIT */
/* client.c: the time in which an HTTP client must send a whole request. */
#include "config.h"

#include <utlist.h>

#include "core/compat.h"
#include "parts/http/listener_impl.h"

enum { LOOK = 1000 }; /* ms between two looks at a silent client */

void
palm__http_set_look(palm__http_t *self, palm__http_client_t *client)
{
    client->look = palm__now_ms() + LOOK;
    DL_APPEND2(self->looks, client, look_prev, look_next);
}

void
palm__http_expect_nothing(palm__http_t *self, palm__http_client_t *client)
{
    if (client->listed) {
        DL_DELETE(self->reading, client);
        /* Who is listed is in both lists; the analyzer cannot know. */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        DL_DELETE2(self->looks, client, look_prev, look_next);
        client->listed = false;
    }
}

void
palm__http_expect(palm__http_t *self, palm__http_client_t *client)
{
    palm__http_expect_nothing(self, client);
    client->progress = 0;
    client->deadline = palm__now_ms() + self->settings.idle_timeout;
    DL_APPEND(self->reading, client);
    palm__http_set_look(self, client);
    client->listed = true;
}
