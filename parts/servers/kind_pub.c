/* SPDX-License-Identifier: MIT */
/* kind_pub.c: the part that runs functions.
 *
 * Functions run as a gather hook of PubService, so they have one thread,
 * however many parts bring messages in, and their results leave as if they had
 * come from a worker. */
#include "config.h"
#include "parts/servers/kind_impl.h"

#include <errno.h>

#include "parts/families.h"
#include "parts/services/pub.h"

enum { NAME_SHOWN = 64 }; /* bytes of a name that a peer sent, in an error */

int
palm__kind_echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

/* --- running functions ---------------------------------------------------- */

static int
publish(void *arg, zmq_msg_t *frame)
{
    palm_message_t result;
    int status = palm_message_scan(&result, zmq_msg_data(frame),
                                   zmq_msg_size(frame), NULL);
    if (!status) {
        status = palm_part_yield(arg, &result);
    }
    int saved = errno;
    (void)zmq_msg_close(frame);
    errno = saved;
    return status;
}

static void
tell_error(void *arg, const char *text)
{
    palm_part_warn(arg, "PALM-SERVER-ERROR", "error result: %s", text);
}

/* Whether the message names another server.  One that names none is not
 * foreign: running it says what is wrong with it. */
static bool
is_foreign(const palm_part_t *part, const palm_message_t *message,
           palm_slice_t *server)
{
    palm_slice_t method;
    return !palm_message_method(message, server, &method)
           && !palm_slice_is_equal(*server,
                                   palm_slice(palm_part_server_name(part)));
}

static int
run_in_server(palm_part_t *part, const palm_message_t *message, void *arg)
{
    const palm_results_t results = {publish, tell_error, part, false};
    palm_slice_t server;
    (void)arg;
    if (is_foreign(part, message, &server)) {
        int size = server.size > NAME_SHOWN ? NAME_SHOWN : (int)server.size;
        return palm_functions_refuse(
            message, &results, ENOENT, "no server '%.*s', this is '%s'", size,
            size ? server.data : "", palm_part_server_name(part));
    }
    return palm_functions_run(palm_part_functions(part), message, &results);
}

static int
run_in_pipeline(palm_part_t *part, const palm_message_t *message, void *arg)
{
    const palm_results_t results = {publish, tell_error, part, true};
    palm_slice_t server;
    (void)arg;
    if (is_foreign(part, message, &server)) {
        palm_part_count(&palm_part_stats(part)->foreign, 1);
        return 0;
    }
    return palm_functions_run(palm_part_functions(part), message, &results);
}

/* --- the classes ---------------------------------------------------------- */

#define GATHER(run)                                                            \
    {                                                                          \
        .gather = (run)                                                        \
    }

/* clang-format off */
/*   way  router    makes     for peer socket traits */
const palm_part_class_t palm__kind_server_pub = {
    ROW("PubService",
     OUT, STANDARD, BINDS,    GOES_ON, XPUB, TOPIC | PALM_RUNS),
    GATHER(run_in_server), PALM__PUB_OPERATIONS, PALM__PUB_STATE_SIZE,
    OPTIONS(palm__pub_options, struct palm__pub_options),
};
const palm_part_class_t palm__kind_pipeline_pub = {
    ROW("PubService",
     OUT, STANDARD, BINDS,    GOES_ON, XPUB, TOPIC | PALM_RUNS),
    GATHER(run_in_pipeline), PALM__PUB_OPERATIONS, PALM__PUB_STATE_SIZE,
    OPTIONS(palm__pub_options, struct palm__pub_options),
};
/* clang-format on */
