/* SPDX-License-Identifier: MIT */
#include "conformance/suite/malformed.h"

#include "conformance/suite/scene.h"

/* Fields of requests, which have no body: who takes a length for one waits in
 * vain. */
static const struct {
    const char *name;
    const char *fields;
} malformed[] = {
    {"a blank before the colon of Content-Length",
     "Host: palm.test\r\nContent-Length : 10\r\n"},
    {"a tab before the colon of Content-Length",
     "Host: palm.test\r\nContent-Length\t: 10\r\n"},
    {"a blank before the colon of Transfer-Encoding",
     "Host: palm.test\r\nContent-Length: 0\r\nTransfer-Encoding : chunked\r\n"},
    {"a blank before the colon of another field",
     "Host: palm.test\r\nX-Palm : a\r\nContent-Length: 0\r\n"},
    {"no Host", "Content-Length: 0\r\n"},
    {"two Hosts", "Host: palm.test\r\nHost: other\r\nContent-Length: 0\r\n"},
    {"a negative length", "Host: palm.test\r\nContent-Length: -1\r\n"},
    {"a word as length", "Host: palm.test\r\nContent-Length: ten\r\n"},
    {"a hexadecimal length", "Host: palm.test\r\nContent-Length: 0x0\r\n"},
    {"a length with a sign", "Host: palm.test\r\nContent-Length: +0\r\n"},
    {"two lengths",
     "Host: palm.test\r\nContent-Length: 0\r\nContent-Length: 10\r\n"},
};

void
check_malformed(struct test *test, const char *address, const char *path)
{
    size_t i;

    for (i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        const char *head = test_text(test, "POST %s HTTP/1.1\r\n%s\r\n", path,
                                     malformed[i].fields);
        struct http *http = http_connect(test, "client", address);
        struct http_message response;

        http_send(http, bytes_text(head));
        response = http_receive(http);
        check_number(test,
                     test_text(test, "the status of \"%s\"", malformed[i].name),
                     response.status, 400);
        check_that(test, http_ends(http, bound(test)),
                   "the connection is open %d ms behind \"%s\"", bound(test),
                   malformed[i].name);
        http_close(http);
    }
}
