/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/id.h"

#include "core/compat.h"

enum { ID_BYTES = 16 };

void
palm_id_init(palm_id_source_t *self)
{
    self->left = 0;
}

static char *
put_hex(char *to, const unsigned char *bytes, int count)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < count; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    return to;
}

int
palm_id_next(palm_id_source_t *self, char text[PALM_ID_SIZE + 1])
{
    if (self->left < ID_BYTES) {
        if (palm__random(self->random, sizeof self->random)) {
            return -1;
        }
        self->left = sizeof self->random;
    }
    self->left -= ID_BYTES;
    unsigned char *bytes = self->random + self->left;
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* RFC 4122 */
    text = put_hex(text, bytes, 4);
    *text++ = '-';
    text = put_hex(text, bytes + 4, 2);
    *text++ = '-';
    text = put_hex(text, bytes + 6, 2);
    *text++ = '-';
    text = put_hex(text, bytes + 8, 2);
    *text++ = '-';
    text = put_hex(text, bytes + 10, 6);
    *text = '\0';
    return 0;
}
