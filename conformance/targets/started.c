/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "conformance/targets/started.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "parts/library.h"

enum { ALIVE_MAX = 32, WORDS_MAX = 64 };

static pid_t alive[ALIVE_MAX]; /* 0 = free; killed at exit */

static void
kill_alive(void)
{
    for (int i = 0; i < ALIVE_MAX; i++) {
        if (alive[i] > 0) {
            (void)kill(alive[i], SIGKILL);
        }
    }
}

static void
note(pid_t from, pid_t to)
{
    static bool is_set_up;
    if (!is_set_up) {
        is_set_up = true;
        (void)atexit(kill_alive);
    }
    for (int i = 0; i < ALIVE_MAX; i++) {
        if (alive[i] == from) {
            alive[i] = to;
            return;
        }
    }
    MUST(!"too many targets");
}

/* --- starting ------------------------------------------------------------- */

static void *
make_socket(struct started *self, int type)
{
    const int deadline = tap_deadline(), none = 0;
    void *socket = zmq_socket(self->zmq, type);
    MUST(socket);
    MUST(!zmq_setsockopt(socket, ZMQ_RCVTIMEO, &deadline, sizeof deadline));
    MUST(!zmq_setsockopt(socket, ZMQ_SNDTIMEO, &deadline, sizeof deadline));
    MUST(!zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none));
    return socket;
}

/* What exec gets; the texts live as long as the test program. */
struct words {
    const char *word[WORDS_MAX + 1];
    size_t count;
};

static void
add_word(struct words *words, const char *text)
{
    MUST(words->count < WORDS_MAX);
    words->word[words->count++] = text;
}

/* The words of a variable, as PALM_RUNNER. */
static void
add_words(struct words *words, const char *variable)
{
    static char copy[STARTED_TEXT];
    const char *text = getenv(variable);
    (void)snprintf(copy, sizeof copy, "%s", text ? text : "");
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        add_word(words, word);
    }
}

/* The program in front, below the folder that a variable names. */
static bool
add_program(struct words *words, const char *program)
{
    static char path[STARTED_TEXT];
    size_t size = strlen(program);
    bool is_script = size > 3 && !strcmp(program + size - 3, ".py");
    const char *folder = getenv(is_script ? "PALM_SRCDIR" : "PALM_BUILDDIR");
    add_words(words, is_script ? "PALM_PYTHON3" : "PALM_RUNNER");
    if (is_script && words->count == 0) {
        tap_skip("no Python with zmq");
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", program);
    add_word(words, path);
    return true;
}

static void
spawn(struct started *self, struct words *words)
{
    int out[2];
    MUST(!pipe(out));
    (void)fcntl(out[0], F_SETFD, FD_CLOEXEC);
    (void)fflush(NULL);
    self->pid = fork();
    if (self->pid == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)close(out[1]);
        /* execvp() changes nothing; its parameter only lacks a const. */
        (void)execvp(words->word[0], (char *const *)(size_t)words->word);
        _exit(127);
    }
    (void)close(out[1]);
    self->out = out[0];
    MUST(self->pid > 0);
    note(0, self->pid);
}

bool
started_begin(struct started *self, const char *program, const char *profile,
              const char *const *settings)
{
    struct words words = {{NULL}, 0};
    char endpoint[256];
    size_t size = sizeof endpoint;
    memset(self, 0, sizeof *self);
    if (!add_program(&words, program)) {
        return false;
    }
    MUST(self->zmq = zmq_ctx_new());
    self->control = make_socket(self, ZMQ_ROUTER);
    MUST(!zmq_bind(self->control, "tcp://127.0.0.1:*"));
    MUST(!zmq_getsockopt(self->control, ZMQ_LAST_ENDPOINT, endpoint, &size));
    add_word(&words, "--palm-conform");
    add_word(&words, "1");
    add_word(&words, "--profile");
    add_word(&words, profile);
    add_word(&words, "--control");
    add_word(&words, endpoint);
    for (; settings && *settings; settings++) {
        add_word(&words, "--set");
        add_word(&words, *settings);
    }
    spawn(self, &words);
    return true;
}

/* --- talking -------------------------------------------------------------- */

static size_t
take(struct started *self, char *text, size_t size)
{
    int got = zmq_recv(self->control, text, size - 1, 0);
    MUST(got >= 0 && (size_t)got < size);
    text[got] = '\0';
    return (size_t)got;
}

static bool
has_more(struct started *self)
{
    int more = 0;
    size_t size = sizeof more;
    MUST(!zmq_getsockopt(self->control, ZMQ_RCVMORE, &more, &size));
    return more;
}

void
started_hear(struct started *self)
{
    self->identity_size = take(self, self->identity, sizeof self->identity);
    (void)take(self, self->verb, sizeof self->verb);
    self->text[0] = '\0';
    if (has_more(self)) {
        (void)take(self, self->text, sizeof self->text);
    }
    MUST(!has_more(self));
}

bool
started_has_words(struct started *self)
{
    zmq_pollitem_t item = {self->control, 0, ZMQ_POLLIN, 0};
    return zmq_poll(&item, 1, 0) > 0;
}

bool
started_ready(struct started *self, const char *program, const char *profile,
              const char *const *settings)
{
    if (!started_begin(self, program, profile, settings)) {
        return false;
    }
    started_hear(self);
    if (strcmp(self->verb, "READY") != 0) {
        printf("# profile %s: %s\n", profile, self->text);
    }
    EQUAL_TEXT("READY", self->verb);
    return true;
}

/* The value of a fact; NULL. */
static const char *
find_fact(const struct started *self, const char *key)
{
    size_t size = strlen(key);
    for (const char *line = self->text; *line;) {
        if (!strncmp(line, key, size) && line[size] == '=') {
            return line + size + 1;
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return NULL;
}

bool
started_has_fact(const struct started *self, const char *key)
{
    return find_fact(self, key) != NULL;
}

void
started_fact(const struct started *self, const char *key, char *text)
{
    const char *value = find_fact(self, key);
    if (!value) {
        printf("# READY has no %s\n", key);
        MUST(!"a fact is missing");
        return;
    }
    (void)snprintf(text, STARTED_TEXT, "%.*s", (int)strcspn(value, "\n"),
                   value);
}

void
started_say(struct started *self, const char *verb, const char *first,
            const char *second)
{
    const char *const frames[] = {verb, first, second, NULL};
    MUST(zmq_send(self->control, self->identity, self->identity_size,
                  ZMQ_SNDMORE)
         != -1);
    for (int i = 0; frames[i]; i++) {
        MUST(zmq_send(self->control, frames[i], strlen(frames[i]),
                      frames[i + 1] ? ZMQ_SNDMORE : 0)
             != -1);
    }
}

void
started_ask(struct started *self, const char *verb, const char *first,
            const char *second)
{
    started_say(self, verb, first, second);
    started_hear(self);
}

void *
started_peer(struct started *self, int type, const char *address)
{
    void *socket = make_socket(self, type);
    MUST(self->peer_count < sizeof self->peers / sizeof *self->peers);
    self->peers[self->peer_count++] = socket;
    if (type == ZMQ_SUB) {
        MUST(!zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0));
    }
    MUST(!zmq_connect(socket, address));
    return socket;
}

void *
started_peer_of(struct started *self, int type, const char *key)
{
    char address[STARTED_TEXT];
    started_fact(self, key, address);
    return started_peer(self, type, address);
}

int
started_connect(const char *address)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    char host[64] = "";
    unsigned port = 0;
    const char *rest = strstr(address, "://");
    if (!rest || sscanf(rest + 3, "%63[0-9.]:%u", host, &port) != 2
        || inet_pton(AF_INET, host, &name.sin_addr) != 1) {
        return -1;
    }
    name.sin_port = htons((uint16_t)port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool
started_has_http(void)
{
    return palm_library_find("HttpGateway")
           && palm_library_find("HttpConnection");
}

/* --- ending --------------------------------------------------------------- */

/* What has_ended() looks at. */
struct ending {
    pid_t pid;
    int status;
};

static bool
has_ended(void *arg)
{
    struct ending *self = arg;
    return waitpid(self->pid, &self->status, WNOHANG) == self->pid;
}

int
started_end(struct started *self)
{
    struct ending ending = {self->pid, 0};
    char byte;
    MUST(tap_await(has_ended, &ending));
    note(self->pid, 0);
    EQUAL_INT(0, read(self->out, &byte, 1));
    (void)close(self->out);
    MUST(WIFEXITED(ending.status));
    (void)zmq_close(self->control);
    while (self->peer_count > 0) {
        (void)zmq_close(self->peers[--self->peer_count]);
    }
    (void)zmq_ctx_term(self->zmq);
    return WEXITSTATUS(ending.status);
}

void
started_stop(struct started *self)
{
    MUST(!kill(self->pid, SIGTERM));
    EQUAL_INT(0, started_end(self));
}
