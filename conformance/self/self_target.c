/* SPDX-License-Identifier: MIT */
/* self_target.c: a target that behaves as its profile says. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum { FACTS_SIZE = 1024 };

static const struct {
    const char *profile;
    const char *verb; /* NULL: silence */
    const char *text;
    int status; /* -1: it stays */
} words[] = {
    {"silent", NULL, NULL, -1},
    {"other", "HELLO", "you", -1},
    {"refuses", "REFUSED", "too red", 1},
    {"refuses_with_0", "REFUSED", "too red", 0},
    {"refuses_and_stays", "REFUSED", "too red", -1},
    {"gone", NULL, NULL, 3},
    {"unimplemented", "UNIMPLEMENTED", "not here", 89},
    {"exit_89", NULL, NULL, 89},
};

static const char *profile = "";
static void *control;

static int
is(const char *name)
{
    return strcmp(profile, name) == 0;
}

static void
say(const char *verb, const char *text)
{
    (void)zmq_send(control, verb, strlen(verb), ZMQ_SNDMORE);
    (void)zmq_send(control, text, strlen(text), 0);
}

static void
on_term(int number)
{
    (void)number;
    if (is("exit_1_on_term")) {
        _exit(1);
    }
    if (!is("stubborn")) {
        _exit(0);
    }
}

/* Sends each command back. */
static void
serve(void)
{
    zmq_msg_t frame;

    for (;;) {
        (void)zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, control, 0) < 0) {
            continue;
        }
        if (is("dies")) {
            _exit(5);
        }
        if (!is("mute")) {
            int more = zmq_msg_more(&frame) ? ZMQ_SNDMORE : 0;

            (void)zmq_msg_send(&frame, control, more);
        }
        (void)zmq_msg_close(&frame);
    }
}

static const char *
more_facts(void)
{
    return is("few")       ? "functions=echo reverse\nsettings=idle_timeout\n"
           : is("endless") ? "stop=no\n"
                           : "";
}

static void
be_ready(const char *setting)
{
    char facts[FACTS_SIZE];

    (void)snprintf(facts, sizeof facts,
                   "name=self\nspec=1\nprofiles=one two three\nsetting=%s\n%s",
                   setting, more_facts());
    fputs("to stderr\n", stderr);
    if (is("noisy")) {
        puts("to stdout");
        (void)fflush(stdout);
    }
    say("READY", facts);
    serve();
}

int
main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    const char *endpoint = NULL;
    const char *setting = "";
    size_t i;
    int at;

    for (at = 1; at + 1 < argc; at += 2) {
        if (strcmp(argv[at], "--profile") == 0) {
            profile = argv[at + 1];
        } else if (strcmp(argv[at], "--control") == 0) {
            endpoint = argv[at + 1];
        } else if (strcmp(argv[at], "--set") == 0) {
            setting = argv[at + 1];
        }
    }
    if (!is("term_kills")) {
        (void)signal(SIGTERM, on_term);
    }
    control = zmq_socket(context, ZMQ_DEALER);
    if (endpoint == NULL || zmq_connect(control, endpoint) != 0) {
        return 4;
    }
    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!is(words[i].profile)) {
            continue;
        }
        if (words[i].verb != NULL) {
            say(words[i].verb, words[i].text);
        }
        while (words[i].status < 0) {
            (void)pause();
        }
        (void)zmq_close(control); /* what it said is sent first */
        (void)zmq_ctx_term(context);
        return words[i].status;
    }
    be_ready(setting);
    return 0;
}
