/* SPDX-License-Identifier: MIT */
/* http.c: see http.h. */
#include "config.h"
#include "harness/bench/http.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_TIMEOUT 20 /* s */

/* It waits for no second packet (Nagle) and has a backlog for all clients: what
 * is to be measured is what it does, not what it waits for. */
const char bench_http_python[] =
    "import http.server, socketserver, sys, threading\n"
    "class Echo(http.server.BaseHTTPRequestHandler):\n"
    "    protocol_version = sys.argv[1]\n"
    "    disable_nagle_algorithm = True\n"
    "    def answer(self, body):\n"
    "        self.send_response(200)\n"
    "        self.send_header('Content-Type', 'text/plain')\n"
    "        self.send_header('Content-Length', str(len(body)))\n"
    "        self.end_headers()\n"
    "        self.wfile.write(body)\n"
    "    def do_GET(self):\n"
    "        self.answer(b'" BENCH_HTTP_NOTHING "')\n"
    "    def do_POST(self):\n"
    "        size = int(self.headers['Content-Length'])\n"
    "        self.answer(self.rfile.read(size))\n"
    "    def log_message(self, *args):\n"
    "        pass\n"
    "class Server(http.server.ThreadingHTTPServer):\n"
    "    request_queue_size = 128\n"
    "    def handle_error(self, request, address):\n"
    "        pass\n"
    "server = Server(('127.0.0.1', 0), Echo)\n"
    "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
    "print('http=http://127.0.0.1:%d' % server.server_address[1])\n"
    "print('ready', flush=True)\n"
    "sys.stdin.read()\n";

/* The endpoint is "http://HOST:PORT". */
static int
connect_to(const char *endpoint)
{
    struct addrinfo hints = {0}, *found;
    const struct timeval timeout = {ANSWER_TIMEOUT, 0};
    char host[64];
    const char *port = strrchr(endpoint, ':');
    int fd = -1;
    if (sscanf(endpoint, "http://%63[^:]", host) != 1 || !port) {
        return -1;
    }
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    if (getaddrinfo(host, port + 1, &hints, &found)) {
        return -1;
    }
    fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (fd != -1
        && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout)
            || connect(fd, found->ai_addr, found->ai_addrlen))) {
        (void)close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

/* Reads up to the end, or as much as there is room for. */
static size_t
read_all(int fd, char *text, size_t room)
{
    size_t size = 0;
    ssize_t got;
    while (size + 1 < room
           && (got = read(fd, text + size, room - size - 1)) > 0) {
        size += (size_t)got;
    }
    text[size] = '\0';
    return size;
}

bool
bench_http_echoes(const char *endpoint, const char *body)
{
    char text[4096];
    size_t size = strlen(body), got = 0;
    int fd = connect_to(endpoint);
    int length = snprintf(text, sizeof text,
                          "POST /f HTTP/1.1\r\nHost: palm-bench\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          size, body);
    if (fd != -1 && length > 0 && (size_t)length < sizeof text
        && write(fd, text, (size_t)length) == length) {
        got = read_all(fd, text, sizeof text);
    }
    if (fd != -1) {
        (void)close(fd);
    }
    if (got > size && !strcmp(text + got - size, body)
        && strstr(text, " 200 ") == text + strlen("HTTP/1.1")) {
        return true;
    }
    fprintf(stderr, "palm-bench: %s does not return what it gets: %.*s\n",
            endpoint, (int)strcspn(got ? text : "no answer", "\r\n"),
            got ? text : "no answer");
    return false;
}
