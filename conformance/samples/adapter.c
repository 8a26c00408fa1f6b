/* SPDX-License-Identifier: MIT */
/* adapter.c: a small target for palm-conform, see ADAPTER.md.
 *
 * It claims one profile, a worker, and makes it of libpalm: put yours in place
 * of work().  Build it as any program of libpalm, with
 * `cc adapter.c $(pkg-config --cflags --libs libpalm)`, and let the suite
 * loose:
 *
 *     palm-conform --target './adapter' */
#include <errno.h>
#include <palm.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

/* --- the functions that the contract asks for ----------------------------- */

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static int
reverse(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    palm_slice_t in = message->payload;
    char *out = malloc(in.size + 1);
    (void)arg;
    for (size_t i = 0; out && i < in.size; i++) {
        out[i] = in.data[in.size - 1 - i];
    }
    int rc = out ? palm_reply(reply, (palm_slice_t){out, in.size}) : -1;
    free(out);
    return rc;
}

static int
fail(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)arg;
    return palm_reply_error(reply, EIO, "failed as asked");
}

static int
wait_for(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    char text[16];
    (void)arg;
    (void)snprintf(text, sizeof text, "%.*s", (int)message->payload.size,
                   message->payload.data);
    (void)poll(NULL, 0, atoi(text));
    return palm_reply(reply, message->payload);
}

/* --- the worker ----------------------------------------------------------- */

static palm_worker_t *volatile running;

static void
on_sigterm(int number)
{
    (void)number;
    if (!running) {
        _exit(0); /* it still asks the cache, or only describes itself */
    }
    palm_worker_stop(running);
}

/* Says a verb and one frame: both go to the suite in one message. */
static void
say(void *control, const char *verb, const char *text)
{
    (void)zmq_send(control, verb, strlen(verb), ZMQ_SNDMORE);
    (void)zmq_send(control, text, strlen(text), 0);
}

static int
work(void *control, const palm_worker_options_t *options)
{
    palm_error_t err = {0, ""};
    palm_worker_t *worker = palm_worker_new(options, &err);
    int rc = -1;
    if (worker
        && !palm_worker_register(worker, "echo", PALM_YIELDS_ONE, echo, NULL)
        && !palm_worker_register(worker, "reverse", PALM_YIELDS_ONE, reverse,
                                 NULL)
        && !palm_worker_register(worker, "fail", PALM_YIELDS_ONE, fail, NULL)
        && !palm_worker_register(worker, "sleep", PALM_YIELDS_ONE, wait_for,
                                 NULL)) {
        running = worker;
        rc = palm_worker_run(worker); /* until SIGTERM */
        running = NULL;
    }
    if (rc) {
        say(control, "ERROR", worker ? palm_strerror(errno) : err.text);
    }
    palm_worker_destroy(&worker);
    return rc ? 1 : 0;
}

/* --- the command line ----------------------------------------------------- */

/* Takes KEY=VALUE; -1 for a key that is not known. */
static int
set(palm_worker_options_t *options, const char *text)
{
    const struct {
        const char *key;
        const char **value;
    } settings[] = {
        {"db_address=", &options->db_address},
        {"worker_push_address=", &options->pull_address},
        {"worker_pull_address=", &options->push_address},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        size_t size = strlen(settings[i].key);
        if (!strncmp(text, settings[i].key, size)) {
            *settings[i].value = text + size;
            return 0;
        }
    }
    return -1;
}

/* adapter --palm-conform 1 --profile NAME --control ENDPOINT
 *         [--set KEY=VALUE ...] */
int
main(int argc, char **argv)
{
    const char *profile = argc > 6 ? argv[4] : "";
    bool is_question = !strcmp(profile, "describe"); /* what is this? */
    const struct sigaction action = {.sa_handler = on_sigterm};
    palm_worker_options_t options;
    palm_worker_options_init(&options);
    if (!is_question && strcmp(profile, "worker") != 0) {
        return 89; /* what is not known here is not guessed */
    }
    for (int i = 8; i < argc; i += 2) {
        if (set(&options, argv[i])) {
            return 89;
        }
    }
    (void)sigaction(SIGTERM, &action, NULL);
    void *context = zmq_ctx_new(), *control = zmq_socket(context, ZMQ_DEALER);
    (void)zmq_connect(control, argv[6]);
    say(control, "READY",
        "name=sample in C\nversion=1\nspec=1\nprofiles=worker\n");
    if (is_question) {
        (void)pause(); /* the answer is READY */
    }
    int status = work(control, &options);
    (void)zmq_close(control);
    (void)zmq_ctx_term(context); /* after what was said has left */
    return status;
}
