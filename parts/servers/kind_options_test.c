/* SPDX-License-Identifier: MIT */
/* What the kinds are given, and what they refuse. */
#include "config.h"
#include "parts/servers/kind.h"

#include "harness/support/tap.h"

#define PORT "tcp://127.0.0.1:*"

static palm_kind_options_t
options_for(palm_kind_t kind)
{
    palm_kind_options_t options;
    const char *key;
    palm_kind_options_init(&options);
    options.name = "server";
    for (size_t i = 0; (key = palm_kind_option_name(i)); i++) {
        if (palm_kind_has(kind, key) && strcmp(key, "to_client") != 0) {
            MUST(!palm_kind_option_set(&options, key, PORT, NULL));
        }
    }
    return options;
}

static void
new_fails(palm_kind_t kind, const palm_kind_options_t *options, int code,
          const char *text)
{
    palm_error_t err = {0, ""};
    palm_server_t *server = palm_kind_new(kind, options, &err);
    int got = errno;
    MUST(!server);
    EQUAL_INT(code, got);
    EQUAL_TEXT(text, err.text);
}

static void
kinds_have_names(void)
{
    static const char *const names[] = {"master", "hub", "server", "pipeline",
                                        "sink"};
    palm_kind_t kind = PALM_HUB;
    for (size_t i = 0; i < 5; i++) {
        EQUAL_TEXT(names[i], palm_kind_name(i));
        MUST(!palm_kind_find(names[i], &kind));
        EQUAL_INT(i, kind);
    }
    MUST(!palm_kind_name(5));
    FAILS(ENOENT, palm_kind_find("slave", &kind));
    FAILS(ENOENT, palm_kind_find("", &kind));
    EQUAL_INT(PALM_SINK, kind);
}

static void
options_are_set_by_name(void)
{
    palm_kind_options_t options;
    palm_error_t err = {0, ""};
    palm_kind_options_init(&options);
    MUST(options.to_client);
    MUST(!palm_kind_option_set(&options, "to_client", "no", &err));
    MUST(!options.to_client);
    MUST(!palm_kind_option_set(&options, "sub_address", PORT, &err));
    EQUAL_TEXT(PORT, options.sub_address);
    FAILS(EINVAL, palm_kind_option_set(&options, "to_client", "soon", &err));
    CONTAINS("to_client: ", err.text);
    FAILS(EINVAL, palm_kind_option_set(&options, "sub_address", "", &err));
    EQUAL_TEXT("sub_address: expected a text, got nothing", err.text);
    EQUAL_TEXT(PORT, options.sub_address);
    FAILS(ENOENT, palm_kind_option_set(&options, "name", "x", &err));
    EQUAL_TEXT("no such key: name", err.text);
}

static void
each_kind_has_its_addresses(void)
{
    static const struct {
        const char *key;
        const char *has; /* by kind: y or n */
    } uses[] = {
        {"db_address", "yyyyy"},
        {"pull_address", "ynynn"},
        {"sub_address", "nynyy"},
        {"pub_address", "yyyyy"},
        {"worker_push_address", "yynnn"},
        {"worker_pull_address", "yynnn"},
        {"previous", "nynyy"},
        {"to_client", "yyyyy"},
        {"hwm", "nnnnn"},
    };
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        for (size_t kind = 0; palm_kind_name(kind); kind++) {
            EQUAL_INT(uses[i].has[kind] == 'y',
                      palm_kind_has((palm_kind_t)kind, uses[i].key));
        }
    }
    /* and every option is one of these */
    MUST(palm_kind_option_name(7));
    MUST(!palm_kind_option_name(8));
}

static void
what_a_kind_needs_must_be_there(void)
{
    palm_kind_options_t options = options_for(PALM_MASTER);
    options.worker_pull_address = NULL;
    new_fails(PALM_MASTER, &options, EINVAL,
              "a master needs worker_pull_address");
    options = options_for(PALM_SERVER);
    options.db_address = "";
    new_fails(PALM_SERVER, &options, EINVAL, "a server needs db_address");
    options = options_for(PALM_PIPELINE);
    options.previous = NULL;
    new_fails(PALM_PIPELINE, &options, EINVAL, "a pipeline needs previous");
    options = options_for(PALM_HUB);
    options.name = NULL;
    new_fails(PALM_HUB, &options, EINVAL, "a hub needs a name");
}

static void
what_a_kind_does_not_have_is_refused(void)
{
    palm_kind_options_t options = options_for(PALM_HUB);
    options.pull_address = PORT;
    new_fails(PALM_HUB, &options, EINVAL, "a hub has no pull_address");
    options = options_for(PALM_SERVER);
    options.previous = "other";
    new_fails(PALM_SERVER, &options, EINVAL, "a server has no previous");
    new_fails((palm_kind_t)5, &options, EINVAL,
              "there is no such kind of server");
}

static void
a_sinks_lists_are_of_one_length(void)
{
    palm_kind_options_t options = options_for(PALM_SINK);
    options.sub_address = "tcp://127.0.0.1:1  tcp://127.0.0.1:2\t";
    options.previous = "one";
    new_fails(PALM_SINK, &options, EINVAL,
              "2 of sub_address, but 1 of previous: each server before has "
              "one of both");
    options.previous = options.sub_address = "  ";
    new_fails(PALM_SINK, &options, EINVAL,
              "0 of sub_address, but 0 of previous: each server before has "
              "one of both");
}

/* --- the parts ------------------------------------------------------------ */

/* Describes the parts of a server: "<Pull >Pub =Cache". */
static void
expect_parts(palm_kind_t kind, const char *expected)
{
    char text[256] = "";
    palm_kind_options_t options = options_for(kind);
    palm_server_t *server = palm_kind_new(kind, &options, NULL);
    palm_part_info_t part;
    MUST(server);
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        const char *sides[] = {" <", " >", " ="};
        strcat(strcat(text, sides[part.side]), part.name);
        if (part.options->route) {
            strcat(strcat(text, "-"), part.options->route);
        }
    }
    EQUAL_TEXT(expected, text);
    palm_server_destroy(&server);
}

static void
each_kind_has_its_parts(void)
{
    expect_parts(PALM_MASTER, " <Pull-WorkerPush >WorkerPush <WorkerPull-Pub "
                              ">Pub =Cache");
    expect_parts(PALM_HUB, " <Sub-WorkerPush >WorkerPush <WorkerPull-Pub "
                           ">Pub =Cache");
    expect_parts(PALM_SERVER, " <Pull-Pub >Pub =Cache");
    expect_parts(PALM_PIPELINE, " <Sub-Pub >Pub =Cache");
    expect_parts(PALM_SINK, " <Sub0-Pub >Pub =Cache");
}

/* An adjust that names the part it is told to refuse. */
static int
refuse(const palm_part_info_t *part, palm_part_options_t *options, void *arg,
       palm_error_t *err)
{
    if (strcmp(part->name, arg) != 0) {
        options->hwm = 7;
        return 0;
    }
    return palm_error_set(err, EPERM, "not %s", part->name);
}

static void
parts_can_be_adjusted(void)
{
    char nobody[] = "Nobody", pub[] = "Pub";
    palm_part_info_t part;
    palm_kind_options_t options = options_for(PALM_MASTER);
    options.adjust = refuse;
    options.adjust_arg = nobody;
    palm_server_t *server = palm_kind_new(PALM_MASTER, &options, NULL);
    MUST(server);
    for (size_t i = 0; i < 5; i++) {
        MUST(!palm_server_part_at(server, i, &part));
        EQUAL_INT(7, part.options->hwm);
    }
    palm_server_destroy(&server);
    options.adjust_arg = pub;
    new_fails(PALM_MASTER, &options, EPERM, "not Pub");
}

static const struct tap_test tests[] = {
    {"kinds have names", kinds_have_names},
    {"options are set by name", options_are_set_by_name},
    {"each kind has its addresses", each_kind_has_its_addresses},
    {"what a kind needs must be there", what_a_kind_needs_must_be_there},
    {"what a kind does not have is refused",
     what_a_kind_does_not_have_is_refused},
    {"a sink's addresses and topics are as many",
     a_sinks_lists_are_of_one_length},
    {"each kind has its parts and routes", each_kind_has_its_parts},
    {"parts can be adjusted, or refused", parts_can_be_adjusted},
};

TAP_MAIN("kind_options", tests)
