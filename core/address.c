/* SPDX-License-Identifier: MIT */
/* address.c: refuses what libzmq and the system would take for something else:
 * they read a port as far as it is a number, and keep its last 16 bits. */
#include "config.h"
#include "core/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>
#include <zmq.h>

#include "core/utf8.h"

enum { HOST_MOST = 255, PORT_DIGITS = 5, PORT_MOST = 65535 };

static const char digits[] = "0123456789";

/* A part of an address. */
struct span {
    const char *start;
    size_t size;
};

/* Fails with a reason, unless it is NULL. */
static int
judge(const char *why, palm_error_t *err)
{
    return why ? palm_error_set(err, EINVAL, "%s", why) : 0;
}

static bool
has_scheme(const char *text, const char *scheme)
{
    return !strncasecmp(text, scheme, strlen(scheme));
}

static bool
is_text(struct span text, const char *expected)
{
    return strlen(expected) == text.size
           && !memcmp(text.start, expected, text.size);
}

static bool
is_any(struct span text)
{
    return text.size == 1 && *text.start == '*';
}

static bool
has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

/* --- HOST:PORT ---------------------------------------------------------- */

static const char *
wrong_port(struct span port, bool binds)
{
    int number = 0;
    if (is_any(port)) {
        return binds ? NULL : "\"*\" is no port to connect to";
    }
    for (size_t i = 0; i < port.size; i++) {
        if (!memchr(digits, port.start[i], sizeof digits - 1)) {
            return "expected a number as PORT";
        }
        number = i < PORT_DIGITS ? 10 * number + port.start[i] - '0' : INT_MAX;
    }
    if (number > PORT_MOST) {
        return "a port is at most 65535";
    }
    if (number == 0 && port.size > 1) {
        return "expected a number as PORT"; /* libzmq knows "0" only */
    }
    return number == 0 && !binds ? "0 is no port to connect to" : NULL;
}

/* An IPv6 address, and the zone that may follow it. */
static const char *
wrong_ipv6(struct span host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr number;
    const char *zone = memchr(host.start, '%', host.size);
    size_t size = zone ? (size_t)(zone - host.start) : host.size;
    if (size < sizeof text && (!zone || size + 1 < host.size)) {
        memcpy(text, host.start, size);
        text[size] = '\0';
        if (inet_pton(AF_INET6, text, &number) == 1) {
            return NULL;
        }
    }
    return "expected an IPv6 address in the brackets";
}

/* A name, or an IPv4 address if it could be nothing else. */
static const char *
wrong_name(struct span host)
{
    char text[HOST_MOST + 1];
    struct in_addr number;
    if (host.size > HOST_MOST) {
        return "the host's name is too long";
    }
    memcpy(text, host.start, host.size);
    text[host.size] = '\0';
    if (strchr(text, ':')
        && strspn(text, "0123456789abcdefABCDEF:.%") == host.size) {
        return "an IPv6 address is written in brackets, as in tcp://[::1]:5555";
    }
    for (const char *byte = text; *byte; byte++) {
        if (!memchr("-._", *byte, 3) && !memchr(digits, *byte, 10)
            && !((*byte | 0x20) >= 'a' && (*byte | 0x20) <= 'z')) {
            return "expected letters, digits, \"-\", \"_\" and \".\" as HOST";
        }
    }
    return strspn(text, "0123456789.") == host.size
                   && inet_pton(AF_INET, text, &number) != 1
               ? "expected four numbers up to 255 as IPv4 address"
               : NULL;
}

static const char *
wrong_host(struct span host, bool binds)
{
    if (is_any(host)) {
        return binds ? NULL : "\"*\" is no host to connect to";
    }
    if (*host.start != '[') {
        return wrong_name(host);
    }
    if (host.size < 3 || host.start[host.size - 1] != ']') {
        return "expected an IPv6 address in the brackets";
    }
    return wrong_ipv6((struct span){host.start + 1, host.size - 2});
}

/* Splits at the last colon that is not in brackets; whether both are there. */
static bool
split(struct span text, struct span *host, struct span *port)
{
    for (size_t i = text.size; i-- > 0 && text.start[i] != ']';) {
        if (text.start[i] == ':') {
            *host = (struct span){text.start, i};
            *port = (struct span){text.start + i + 1, text.size - i - 1};
            return host->size > 0 && port->size > 0;
        }
    }
    return false;
}

static const char *
wrong_place(struct span text, bool binds, const char *expected)
{
    struct span host, port;
    if (!split(text, &host, &port)) {
        return expected;
    }
    const char *why = wrong_host(host, binds);
    return why ? why : wrong_port(port, binds);
}

/* --- ZeroMQ ------------------------------------------------------------- */

static const char *
wrong_tcp(const char *rest, bool binds)
{
    static const char expected[] = "expected tcp://HOST:PORT";
    static const char before[] =
        "expected HOST:PORT before \";\", where 0 is any port";
    const char *target = binds ? NULL : strchr(rest, ';');
    const char *why;
    size_t size;
    if (target) { /* in front of it the side that connects, which "binds" */
        struct span source = {rest, (size_t)(target - rest)};
        if ((why = wrong_place(source, true, before))) {
            return why;
        }
        rest = target + 1;
    }
    size = strlen(rest);
    while (size > 0 && rest[size - 1] == '/') {
        size--;
    }
    return wrong_place((struct span){rest, size}, binds, expected);
}

static const char *
wrong_ipc(const char *path, bool binds)
{
    struct sockaddr_un name;
    if (!binds && !strcmp(path, "*")) {
        return "\"*\" is no path to connect to";
    }
    return strlen(path) < sizeof name.sun_path
               ? NULL
               : "the path is longer than the system lets a socket's be";
}

static const char *
wrong_inproc(const char *name, bool binds)
{
    (void)name;
    (void)binds;
    return NULL;
}

static const struct {
    const char *name;
    const char *(*wrong)(const char *rest, bool binds);
} schemes[] = {
    {"tcp", wrong_tcp},
    {"ipc", wrong_ipc},
    {"inproc", wrong_inproc},
};

/* libzmq knows a scheme in small letters only, and not all of them everywhere.
 */
static bool
is_known(struct span scheme)
{
    static const char *const further[] = {"tipc", "pgm", "epgm", "norm",
                                          "vmci", "ws",  "wss"};
    for (size_t i = 0; i < sizeof further / sizeof *further; i++) {
        const char *feature = strcmp(further[i], "epgm") ? further[i] : "pgm";
        if (is_text(scheme, further[i])) {
            return zmq_has(feature);
        }
    }
    return false;
}

static const char *
wrong_address(const char *text, bool binds)
{
    const char *rest = strstr(text, "://");
    if (!rest || rest == text || !rest[3] || has_scheme(text, "http://")
        || has_scheme(text, "https://")) {
        return "expected a ZeroMQ address: tcp://HOST:PORT, ipc://PATH or "
               "inproc://NAME";
    }
    if (has_control(text)) {
        return "there is a control character in it";
    }
    const struct span scheme = {text, (size_t)(rest - text)};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (is_text(scheme, schemes[i].name)) {
            return schemes[i].wrong(rest + 3, binds);
        }
    }
    return is_known(scheme) ? NULL
                            : "libzmq has no such transport: tcp, ipc and "
                              "inproc are everywhere, in small letters";
}

int
palm_address_check(const char *address, bool binds, palm_error_t *err)
{
    return judge(wrong_address(address, binds), err);
}

/* --- HTTP --------------------------------------------------------------- */

static const char *
wrong_service(const char *text)
{
    static const char scheme[] = "http://";
    static const char expected[] = "expected http://HOST:PORT";
    size_t size = strlen(text);
    if (!has_scheme(text, scheme)) {
        return expected;
    }
    size -= text[size - 1] == '/';
    return size < sizeof scheme
               ? expected
               : wrong_place((struct span){text + sizeof scheme - 1,
                                           size - (sizeof scheme - 1)},
                             true, expected);
}

static const char *
wrong_url(const char *text)
{
    static const char expected[] = "expected an http:// or https:// URL";
    const char *start = text + (has_scheme(text, "https://") ? 8 : 7);
    struct span place, host, port;
    if (!has_scheme(text, "http://") && !has_scheme(text, "https://")) {
        return expected;
    }
    if (has_control(text) || strchr(text, ' ')) {
        return "there is a blank or a control character in it";
    }
    place = (struct span){start, strcspn(start, "/?#")};
    for (const char *at; (at = memchr(place.start, '@', place.size));) {
        place.size -= (size_t)(at + 1 - place.start);
        place.start = at + 1;
    }
    if (split(place, &host, &port)) {
        const char *why = wrong_host(host, false);
        return why ? why : wrong_port(port, false);
    }
    return place.size > 0 ? wrong_host(place, false) : expected;
}

int
palm_address_check_http(const char *address, bool binds, palm_error_t *err)
{
    return judge(binds ? wrong_service(address) : wrong_url(address), err);
}

/* --- names -------------------------------------------------------------- */

static const char *
wrong_words(const char *name)
{
    size_t size = strlen(name);
    if (size == 0) {
        return "expected a name, got nothing";
    }
    if (size > PALM_NAME_MOST) {
        return "a name has at most 255 bytes";
    }
    if (palm__utf8_valid(name, size) != size) {
        return "a name is UTF-8";
    }
    return has_control(name) ? "a name has no control characters" : NULL;
}

int
palm_name_check_server(const char *name, palm_error_t *err)
{
    const char *why = wrong_words(name);
    if (!why && strpbrk(name, ". ")) {
        why = "a server's name has no dots and no blanks: it stands before the "
              "dot of server.function";
    }
    return judge(why, err);
}

int
palm_name_check_part(const char *name, palm_error_t *err)
{
    return judge(wrong_words(name), err);
}
