/* SPDX-License-Identifier: MIT */
/* client: sends each argument to a function and prints the results.
 *
 * Usage: client CACHE-ADDRESS FUNCTION PAYLOAD... */
#include <errno.h>
#include <palm.h>
#include <stdio.h>

enum { TIMEOUT = 10000 }; /* ms */

/* A result that carries an error text is an error, whatever its payload. */
static int
print(palm_result_t *result)
{
    bool failed = result->error.size > 0;
    palm_slice_t text = failed ? result->error : result->message.payload;
    (void)fwrite(text.data, 1, text.size, failed ? stderr : stdout);
    (void)fputc('\n', failed ? stderr : stdout);
    palm_result_fini(result);
    return failed ? -1 : 0;
}

/* Everything out, then everything in; the order is the workers'. */
static int
run_job(palm_client_t *client, const char *function, char **payloads, int count)
{
    palm_result_t result;
    int failed = 0;
    for (int i = 0; i < count; i++) {
        if (palm_client_send(client, function, palm_slice(payloads[i]), NULL,
                             TIMEOUT)) {
            fprintf(stderr, "client: not sent: %s\n", palm_strerror(errno));
            return -1;
        }
    }
    for (int i = 0; i < count; i++) {
        if (palm_client_recv(client, &result, TIMEOUT)) {
            fprintf(stderr, "client: no result: %s\n", palm_strerror(errno));
            return -1;
        }
        failed |= print(&result);
    }
    return failed;
}

int
main(int argc, char **argv)
{
    palm_error_t err = {0, ""};
    palm_client_options_t options;
    if (argc < 4) {
        fputs("usage: client CACHE-ADDRESS FUNCTION PAYLOAD...\n", stderr);
        return 2;
    }
    palm_client_options_init(&options);
    options.db_address = argv[1];
    options.server = "master";
    palm_client_t *client = palm_client_new(&options, &err);
    if (!client) {
        fprintf(stderr, "client: %s\n", err.text);
        return 1;
    }
    int failed = run_job(client, argv[2], argv + 3, argc - 3);
    palm_client_destroy(&client);
    return failed ? 1 : 0;
}
