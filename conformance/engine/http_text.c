/* SPDX-License-Identifier: MIT */
/* http_text.c: addresses, heads and headers of http.h. */
#include <string.h>
#include <strings.h>

#include "conformance/engine/check.h"
#include "conformance/engine/http.h"

void
http_split(struct test *test, const char *address, const char **host,
           const char **port)
{
    bool is_http = strncmp(address, "http://", 7) == 0;
    const char *begin = address + (is_http ? 7 : 6);
    size_t size;
    const char *colon;

    if (!is_http && strncmp(address, "tcp://", 6) != 0) {
        fail(test, "\"%s\" is no address of HTTP or TCP", address);
    }
    size = strcspn(begin, "/");
    colon = memchr(begin, ':', size);
    if (colon == NULL) {
        fail(test, "\"%s\" has no port", address);
    }
    *host = test_text(test, "%.*s", (int)(colon - begin), begin);
    *port = test_text(test, "%.*s", (int)(size - (size_t)(colon + 1 - begin)),
                      colon + 1);
}

/* Headers, the length of a body, the empty line, the body. */
static struct bytes
finished(struct test *test, const char *line, const char *headers,
         struct bytes body)
{
    const char *length =
        body.data == NULL
            ? ""
            : test_text(test, "Content-Length: %zu\r\n", body.size);
    const char *head = test_text(test, "%s%s%s\r\n", line,
                                 headers == NULL ? "" : headers, length);

    return body.data == NULL ? bytes_text(head)
                             : bytes_joined(test, bytes_text(head), body);
}

struct bytes
http_request_text(struct test *test, const char *method, const char *target,
                  const char *headers, struct bytes body)
{
    return finished(test,
                    test_text(test, "%s %s HTTP/1.1\r\nHost: palm.test\r\n",
                              method, target),
                    headers, body);
}

struct bytes
http_response_text(struct test *test, int status, const char *headers,
                   struct bytes body)
{
    static const char *const reasons[] = {"Nothing",   "Continue", "Fine",
                                          "Elsewhere", "Wrong",    "Broken"};

    return finished(test,
                    test_text(test, "HTTP/1.1 %d %s\r\n", status,
                              reasons[status / 100 % 6]),
                    headers, body);
}

const char *
http_header(struct test *test, const struct http_message *message,
            const char *name)
{
    const char *line = bytes_string(test, message->head);
    size_t size = strlen(name);

    while ((line = strstr(line, "\r\n")) != NULL) {
        line += 2;
        if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
            size_t length;

            line += size + 1;
            line += strspn(line, " \t");
            length = strcspn(line, "\r");
            while (length > 0 && strchr(" \t", line[length - 1]) != NULL) {
                length--;
            }
            return test_text(test, "%.*s", (int)length, line);
        }
    }
    return NULL;
}
