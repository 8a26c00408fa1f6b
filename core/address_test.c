/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "core/server.h"
#include "harness/support/tap.h"

typedef int check_f(const char *text, bool binds, palm_error_t *err);

/* What one side may have: "b" who binds, "c" who connects, "bc" both. */
struct row {
    const char *sides;
    const char *text;
};

static bool
is_for(const struct row *row, bool binds)
{
    return strchr(row->sides, binds ? 'b' : 'c') != NULL;
}

static void
judge(check_f *check, const struct row *row, bool binds)
{
    palm_error_t err = {0, ""};
    int code = check(row->text, binds, &err);
    if ((code == 0) != is_for(row, binds)) {
        EQUAL_TEXT(row->text, binds ? "(binds)" : "(connects)");
    }
    if (code) {
        EQUAL_INT(EINVAL, err.code);
        MUST(*err.text != '\0');
        FAILS(EINVAL, check(row->text, binds, NULL));
    }
}

static void
judge_all(check_f *check, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        judge(check, &rows[i], true);
        judge(check, &rows[i], false);
    }
}

#define JUDGE(check, rows) judge_all(check, rows, sizeof(rows) / sizeof *(rows))

static void
tcp_has_a_host_and_a_port(void)
{
    static const struct row rows[] = {
        {"bc", "tcp://127.0.0.1:5555"},
        {"", "TCP://127.0.0.1:5555"},
        {"bc", "tcp://h.example:1"},
        {"bc", "tcp://h:65535"},
        {"bc", "tcp://a-b_c.d:007"},
        {"bc", "tcp://127.0.0.1:5555/"},
        {"b", "tcp://*:5555"},
        {"b", "tcp://127.0.0.1:*"},
        {"b", "tcp://127.0.0.1:0"},
        {"b", "tcp://*:*"},
        {"", "tcp://"},
        {"", "tcp://h"},
        {"", "tcp://h:"},
        {"", "tcp://:5555"},
        {"", "tcp://h:65536"},
        {"", "tcp://h:99999"},
        {"", "tcp://h:4294967297"},
        {"", "tcp://h:-5"},
        {"", "tcp://h:+5"},
        {"", "tcp://h: 5"},
        {"", "tcp://h:22009abc"},
        {"", "tcp://h:5,"},
        {"", "tcp://h:1,tcp://h:2"},
        {"", "tcp://h:18446744073709551621"},
        {"", "tcp://h h:1"},
        {"", "tcp://h\n:1"},
        {"", "tcp://h:1\t"},
        {"", "tcp://h/a:1"},
        {"", "tcp://256.1.1.1:1"},
        {"", "tcp://1.2.3:1"},
        {"", "tcp://**:1"},
        {"", "tcp://h:**"},
        {"", "tcp://caf\xc3\xa9:1"},
        {"", "tcp://u@h:1"},
    };
    JUDGE(palm_address_check, rows);
}

static void
ipv6_is_in_brackets(void)
{
    static const struct row rows[] = {
        {"bc", "tcp://[::1]:5555"}, {"bc", "tcp://[fe80::1%eth0]:5555"},
        {"b", "tcp://[::]:*"},      {"bc", "tcp://[::ffff:1.2.3.4]:1"},
        {"", "tcp://::1:5555"},     {"", "tcp://[::1]"},
        {"", "tcp://[::1]:"},       {"", "tcp://[::1]5555"},
        {"", "tcp://[]:1"},         {"", "tcp://[1.2.3.4]:1"},
        {"", "tcp://[::1:1"},       {"", "tcp://[::g]:1"},
        {"", "tcp://[fe80::1%]:1"}, {"", "tcp://[::1]x:1"},
    };
    JUDGE(palm_address_check, rows);
}

static void
who_connects_may_say_from_where(void)
{
    static const struct row rows[] = {
        {"c", "tcp://eth0:0;h:5555"},
        {"c", "tcp://*:*;h:5555"},
        {"c", "tcp://127.0.0.1:99;127.0.0.1:1"},
        {"", "tcp://eth0;h:5555"},
        {"", "tcp://eth0:0;h:*"},
        {"", "tcp://;h:5555"},
    };
    JUDGE(palm_address_check, rows);
}

static void
other_transports(void)
{
    static const struct row rows[] = {
        {"bc", "ipc:///tmp/a"},
        {"bc", "ipc://a b"},
        {"bc", "ipc://@name"},
        {"b", "ipc://*"},
        {"", "ipc://"},
        {"", "ipc:///tmp/a\n"},
        {"bc", "inproc://name"},
        {"", "inproc://"},
        {"", "Ipc:///tmp/a"},
        {"", "foo://h:1"},
        {"", "tcpx://h:1"},
        {"", "udp://h:1"}, /* for RADIO and DISH, which no part has */
        {"", "http://h:1"},
        {"", "https://h:1"},
        {"", "127.0.0.1:1"},
        {"", "://h:1"},
        {"", ""},
    };
    JUDGE(palm_address_check, rows);
}

static void
a_path_has_room_in_a_socket_address(void)
{
    enum { ROOM = sizeof((struct sockaddr_un *)0)->sun_path };
    char text[sizeof "ipc://" + ROOM] = "ipc://";
    memset(text + 6, 'a', ROOM - 1);
    EQUAL_INT(0, palm_address_check(text, true, NULL));
    text[6 + ROOM - 1] = 'a';
    FAILS(EINVAL, palm_address_check(text, true, NULL));
}

static void
http_has_a_port_or_a_path(void)
{
    static const struct row rows[] = {
        {"bc", "http://127.0.0.1:80"},
        {"bc", "http://[::1]:80/"},
        {"bc", "HTTP://h:80"},
        {"b", "http://127.0.0.1:*"},
        {"b", "http://*:80"},
        {"b", "http://127.0.0.1:0"},
        {"c", "http://h"},
        {"c", "http://h/a/b?c#d"},
        {"c", "https://h:1/b?c:d"},
        {"c", "https://user:word@h:1/"},
        {"c", "http://[::1]/"},
        {"", "http://"},
        {"", "https://"},
        {"", "http:///a"},
        {"", "http://:80"},
        {"", "http://h:99999"},
        {"", "http://h:80x/"},
        {"", "http://h:-1/"},
        {"", "http://h h/"},
        {"", "http://h/\n"},
        {"", "tcp://h:1"},
        {"", ""},
    };
    JUDGE(palm_address_check_http, rows);
}

/* --- names ---------------------------------------------------------------- */

static const struct {
    bool is_server, is_part;
    const char *text;
} names[] = {
    {true, true, "master"},         {true, true, "caf\xc3\xa9"},
    {true, true, "a,b\"\\{}/"},     {false, true, "two words"},
    {false, true, "host.example"},  {false, false, ""},
    {false, false, "latin1-\xfc"},  {false, false, "a\nb"},
    {false, false, "a\tb"},         {false, false, "a\x7f"},
    {false, false, "\xed\xa0\x80"}, {false, false, "\x1b[1m"},
};

static void
names_are_text(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        EQUAL_INT(names[i].is_server ? 0 : -1,
                  palm_name_check_server(names[i].text, NULL));
        EQUAL_INT(names[i].is_part ? 0 : -1,
                  palm_name_check_part(names[i].text, NULL));
    }
}

static void
names_have_a_length(void)
{
    char text[PALM_NAME_MOST + 2] = "";
    memset(text, 'a', PALM_NAME_MOST);
    EQUAL_INT(0, palm_name_check_server(text, NULL));
    text[PALM_NAME_MOST] = 'a';
    FAILS(EINVAL, palm_name_check_server(text, NULL));
    FAILS(EINVAL, palm_name_check_part(text, NULL));
}

static void
a_server_has_such_a_name(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        palm_server_t *server = palm_server_new(names[i].text, NULL);
        EQUAL_INT(names[i].is_server, server != NULL);
        EQUAL_INT(names[i].is_server ? 0 : EINVAL, server ? 0 : errno);
        palm_server_destroy(&server);
    }
}

static void
threads_of_zeromq_have_a_limit(void)
{
    static const int64_t wrong[] = {0, -1, PALM_IO_THREADS_MOST + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        palm_server_options_t options;
        palm_server_options_init(&options);
        options.io_threads = wrong[i];
        errno = 0;
        MUST(!palm_server_new("s", &options));
        EQUAL_INT(EINVAL, errno);
    }
}

static const struct tap_test tests[] = {
    {"tcp has a host and a port", tcp_has_a_host_and_a_port},
    {"an IPv6 address is in brackets", ipv6_is_in_brackets},
    {"who connects may say from where", who_connects_may_say_from_where},
    {"other transports", other_transports},
    {"a path has room in a socket's address",
     a_path_has_room_in_a_socket_address},
    {"an address of HTTP has a port, or is a URL", http_has_a_port_or_a_path},
    {"names are text", names_are_text},
    {"names have a length", names_have_a_length},
    {"a server has such a name", a_server_has_such_a_name},
    {"threads of ZeroMQ have a limit", threads_of_zeromq_have_a_limit},
};

TAP_MAIN("address_test", tests)
