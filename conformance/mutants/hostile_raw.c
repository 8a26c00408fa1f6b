/* SPDX-License-Identifier: MIT */
/* hostile_raw.c: implementations that break PALM-HOSTILE by what comes as bytes
 * on connections, HTTP or not. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/mutants/common.h"

enum { LARGE = 60000, CRASH = 128 + 11 };

static bool
begins(const struct raw_crossing *crossing, const char *text)
{
    size_t size = strlen(text);

    return crossing->head.size >= size
           && memcmp(crossing->head.data, text, size) == 0;
}

/* Where these bytes stand; NULL: nowhere. */
static const char *
find(const struct raw_crossing *crossing, const char *bytes, size_t size)
{
    const char *data = (const char *)crossing->head.data;
    size_t i;

    for (i = 0; i + size <= crossing->head.size; i++) {
        if (memcmp(data + i, bytes, size) == 0) {
            return data + i;
        }
    }
    return NULL;
}

static void
die_if(bool condition)
{
    if (condition) {
        raw_die(CRASH);
    }
}

/* --- ZMTP ----------------------------------------------------------------- */

static void
dies_of_no_zmtp(const struct raw_crossing *crossing)
{
    die_if(crossing->to_target && crossing->head.size > 0
           && crossing->head.data[0] != 0xff);
}

static void
dies_of_half_a_greeting(const struct raw_crossing *crossing)
{
    die_if(crossing->to_target && crossing->over && crossing->size > 0
           && crossing->size < 64);
}

static void
dies_of_nothing(const struct raw_crossing *crossing)
{
    die_if(crossing->to_target && crossing->over && crossing->size == 0
           && crossing->ended >= 10);
}

/* Who may connect, by the endpoint. */
static bool
is_wrong(const struct raw_crossing *crossing, const char *type)
{
    static const struct {
        const char *endpoint;
        const char *types;
    } right[] = {{"pull_address", "PUSH"},
                 {"worker_push_address", "PULL"},
                 {"worker_pull_address", "PUSH"},
                 {"pub_address", "SUB XSUB"},
                 {"db_address", "REQ DEALER"}};
    size_t i;

    for (i = 0; i < sizeof right / sizeof right[0]; i++) {
        if (strcmp(crossing->endpoint, right[i].endpoint) == 0) {
            return strstr(right[i].types, type) == NULL;
        }
    }
    return false;
}

static void
dies_of_wrong_kind(const struct raw_crossing *crossing)
{
    static const char name[] = "\x0bSocket-Type";
    const char *at =
        crossing->to_target ? find(crossing, name, sizeof name - 1) : NULL;
    char type[16] = "";
    size_t size;

    if (at == NULL) {
        return;
    }
    at += sizeof name - 1;
    size =
        (size_t)((const char *)crossing->head.data + crossing->head.size - at);
    if (size >= 4 && size - 4 >= (size_t)at[3] && (size_t)at[3] < sizeof type) {
        memcpy(type, at + 4, (size_t)at[3]);
        die_if(is_wrong(crossing, type));
    }
}

static void
dies_when_100_have_left(const struct raw_crossing *crossing)
{
    die_if(crossing->to_target && crossing->ended >= 100);
}

static void
dies_when_30_have_left(const struct raw_crossing *crossing)
{
    die_if(crossing->to_target && crossing->ended >= 30);
}

static void
dies_of_2_62(const struct raw_crossing *crossing)
{
    static const char length[] = "\x02\x40\0\0\0\0\0\0\0";

    die_if(crossing->to_target
           && find(crossing, length, sizeof length - 1) != NULL);
}

static void
dies_over_the_limit(const struct raw_crossing *crossing)
{
    /* The target may have ended the connection before so much has come. */
    static const char length[] = "\x02\0\0\0\0\x08\0\0\0";

    die_if(crossing->to_target
           && find(crossing, length, sizeof length - 1) != NULL);
}

/* --- HTTP ----------------------------------------------------------------- */

/* Not a connection of ZeroMQ. */
static bool
is_web(const struct raw_crossing *crossing)
{
    return crossing->to_target
           && (strcmp(crossing->endpoint, "http_address") == 0
               || strcmp(crossing->endpoint, "part.web.address") == 0);
}

static bool
has_head(const struct raw_crossing *crossing)
{
    return find(crossing, "\r\n\r\n", 4) != NULL;
}

static void
dies_of_no_http(const struct raw_crossing *crossing)
{
    die_if(is_web(crossing) && crossing->head.size >= 5
           && !begins(crossing, "POST ") && !begins(crossing, "GET ")
           && !begins(crossing, "HTTP/"));
}

static void
dies_of_odd_versions(const struct raw_crossing *crossing)
{
    die_if(is_web(crossing) && has_head(crossing)
           && find(crossing, " HTTP/1.1\r\n", 11) == NULL
           && !begins(crossing, "HTTP/1.1 200 "));
}

static void
dies_of_large_heads(const struct raw_crossing *crossing)
{
    die_if(is_web(crossing) && crossing->size > LARGE && !has_head(crossing));
}

/* The text behind "Content-Length:" of a whole head; NULL without. */
static const char *
length_of(const struct raw_crossing *crossing)
{
    static const char name[] = "\r\nContent-Length:";
    const char *at = is_web(crossing) && has_head(crossing)
                         ? find(crossing, name, sizeof name - 1)
                         : NULL;

    return at == NULL ? NULL : at + sizeof name - 1;
}

static void
dies_of_forged_lengths(const struct raw_crossing *crossing)
{
    const char *text = length_of(crossing);
    size_t digits;

    if (text != NULL) {
        text += strspn(text, " ");
        digits = strspn(text, "0123456789");
        die_if(digits == 0 || digits > 9 || text[digits] != '\r');
    }
}

static void
dies_of_early_ends(const struct raw_crossing *crossing)
{
    const char *text = length_of(crossing);
    const char *end = find(crossing, "\r\n\r\n", 4);

    if (text != NULL && crossing->over) {
        size_t head = (size_t)(end + 4 - (const char *)crossing->head.data);

        die_if(crossing->size - head < strtoul(text, NULL, 10));
    }
}

static void
dies_of_cut_heads(const struct raw_crossing *crossing)
{
    die_if(is_web(crossing) && crossing->over && crossing->size > 0
           && !has_head(crossing));
}

const struct raw_fault raw_faults[] = {
    {"M-HOSTILE-004a", "dies of what is no ZMTP", dies_of_no_zmtp},
    {"M-HOSTILE-004b", "dies of half a greeting", dies_of_half_a_greeting},
    {"M-HOSTILE-004c", "dies of those that say nothing", dies_of_nothing},
    {"M-HOSTILE-005a", "dies of a socket of the wrong kind",
     dies_of_wrong_kind},
    {"M-HOSTILE-007a", "dies when 100 peers have left",
     dies_when_100_have_left},
    {"M-HOSTILE-008a", "dies of a length of 2^62", dies_of_2_62},
    {"M-HOSTILE-008b", "dies of a frame over its limit", dies_over_the_limit},
    {"M-HOSTILE-013b", "dies when 30 peers have left", dies_when_30_have_left},
    {"M-HOSTILE-026a", "dies of what is no HTTP", dies_of_no_http},
    {"M-HOSTILE-026b", "dies of odd versions", dies_of_odd_versions},
    {"M-HOSTILE-026c", "dies of a head of 1 MiB", dies_of_large_heads},
    {"M-HOSTILE-026d", "dies of a forged length", dies_of_forged_lengths},
    {"M-HOSTILE-029a", "dies of what is no HTTP", dies_of_no_http},
    {"M-HOSTILE-029b", "dies of a head of 1 MiB", dies_of_large_heads},
    {"M-HOSTILE-029c", "dies of a body that ends early", dies_of_early_ends},
    {"M-HOSTILE-030a", "dies of what is no HTTP", dies_of_no_http},
    {"M-HOSTILE-030b", "dies of endless headers", dies_of_large_heads},
    {"M-HOSTILE-030c", "dies of a forged length", dies_of_forged_lengths},
    {"M-HOSTILE-030d", "dies of a body that ends early", dies_of_early_ends},
    {"M-HOSTILE-030e", "dies of a head that ends early", dies_of_cut_heads},
    {"M-HOSTILE-031b", "dies of what is no HTTP", dies_of_no_http},
    {"M-HOSTILE-031c", "dies of a forged length", dies_of_forged_lengths},
    {NULL, NULL, NULL},
};
