/* SPDX-License-Identifier: MIT */
/* What a server refuses, with which words. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

static palm_part_options_t
named(const char *name)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = name;
    options.address = ANY_PORT;
    return options;
}

static int
add(palm_server_t *server, const char *class_name,
    const palm_part_options_t *options, palm_error_t *err)
{
    return palm_server_add(server, palm_library_find(class_name), options, err);
}

static void
a_server_needs_a_name(void)
{
    FAILS(EINVAL, palm_server_new("", NULL) ? 0 : -1);
    FAILS(EINVAL, palm_server_new(NULL, NULL) ? 0 : -1);
}

static void
a_part_needs_a_name_and_an_address(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("");
    FAILS(EINVAL, add(server, "PullService", &options, &err));
    CONTAINS("PullService", err.text);
    options = named("Pull");
    options.address = NULL;
    FAILS(EINVAL, add(server, "PullService", &options, &err));
    CONTAINS("inbound Pull: no address", err.text);
    options = named("Sub");
    FAILS(EINVAL, add(server, "SubConnection", &options, &err));
    CONTAINS("inbound Sub: previous = … is missing", err.text);
    palm_server_destroy(&server);
}

static void
a_name_is_taken_once_a_side(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Twin");
    MUST(!add(server, "PullService", &options, &err));
    MUST(!add(server, "PushService", &options, &err));
    MUST(!add(server, "CacheService", &options, &err));
    FAILS(EEXIST, add(server, "RepService", &options, &err));
    CONTAINS("inbound Twin", err.text);
    palm_server_destroy(&server);
}

static void
a_class_of_another_interface_is_refused(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_class_t strange = *palm_library_find("PullService");
    palm_part_options_t options = named("Pull");
    strange.abi.version++;
    FAILS(EINVAL, palm_server_add(server, &strange, &options, &err));
    CONTAINS("part 'Pull': class made for part interface", err.text);
    palm_server_destroy(&server);
}

/* Whether the class takes the number; if not, the reason names the option. */
static bool
takes(const palm_part_class_t *class_, const palm_option_t *row, int64_t number)
{
    palm_part_options_t options = named("Part");
    palm_error_t err;
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    if (!palm_part_option_set(&options, class_, row->name, text, &err)) {
        return true;
    }
    MUST(errno == ERANGE || errno == EINVAL);
    CONTAINS(row->name, err.text);
    return false;
}

static void
the_least_value_of_an_option_is_accepted(void)
{
    const palm_part_class_t *class_;
    const palm_option_t *row;
    int count = 0;
    for (size_t k = 0; (class_ = palm_library_at(k)); k++) {
        for (size_t i = 0; (row = palm_part_option_at(class_, i)); i++) {
            bool is_number = row->kind == PALM_OPTION_COUNT
                             || row->kind == PALM_OPTION_SIZE
                             || row->kind == PALM_OPTION_DURATION;
            if (is_number) {
                MUST(row->least < 0 || takes(class_, row, row->least));
                MUST(!takes(
                    class_, row,
                    row->kind == PALM_OPTION_DURATION ? -2 : row->least - 1));
                count++;
            }
        }
    }
    MUST(count > 100);
}

/* A default that is no value would be 0. */
static void
every_default_is_a_value(void)
{
    const palm_part_class_t *class_;
    const palm_option_t *row;
    palm_error_t err = {0, ""};
    for (size_t k = 0; (class_ = palm_library_at(k)); k++) {
        palm_part_options_t options = named("Part");
        for (size_t i = 0; (row = palm_part_option_at(class_, i)); i++) {
            if (row->initial
                && palm_part_option_set(&options, class_, row->name,
                                        row->initial, &err)) {
                EQUAL_TEXT("", err.text);
            }
            MUST(row->help && !(row->is_needed && row->initial));
        }
    }
}

static void
an_option_of_another_class_is_refused(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    const palm_part_class_t *pull = palm_library_find("PullService");
    palm_part_options_t options = named("Pull");
    FAILS(EINVAL, palm_part_option_set(&options, NULL, "window", "1", &err));
    EQUAL_TEXT("window: there is no class to have it", err.text);
    FAILS(ENOENT, palm_part_option_set(&options, pull, "hold_size", "1", &err));
    EQUAL_TEXT("hold_size: PullService has no such option", err.text);
    FAILS(ENOENT, palm_part_option_set(&options, pull, "block", "yes", &err));
    EQUAL_TEXT("block: is for blocking inbound parts, not for PullService",
               err.text);
    options.own[0].name = "hold_size";
    options.own[0].text = "1";
    FAILS(ENOENT, palm_server_add(server, pull, &options, &err));
    EQUAL_TEXT("inbound Pull: hold_size: PullService has no such option",
               err.text);
    options = named("Pull");
    options.max_workers = 5;
    FAILS(ENOENT, palm_server_add(server, pull, &options, &err));
    EQUAL_TEXT("inbound Pull: max_workers: is for HttpConnection, not for "
               "PullService",
               err.text);
    options = named("Pull");
    FAILS(EINVAL, palm_server_add(server, NULL, &options, &err));
    EQUAL_TEXT("server server: a part without class", err.text);
    FAILS(EINVAL, palm_server_add(server, pull, NULL, &err));
    EQUAL_TEXT("server server: a part without options", err.text);
    palm_server_destroy(&server);
}

static void
an_option_of_the_class_is_checked_when_the_part_is_added(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Pub");
    options.own[0].name = "hold_time";
    options.own[0].text = "soon";
    FAILS(EINVAL, add(server, "PubService", &options, &err));
    CONTAINS("outbound Pub: hold_time: ", err.text);
    options.own[0].text = "20ms";
    options.own[1].name = "slow_size";
    options.own[1].text = "-5";
    FAILS(EINVAL, add(server, "PubService", &options, &err));
    CONTAINS("outbound Pub: slow_size: ", err.text);
    options.own[1].name = "pipelined";
    options.own[1].text = "no";
    MUST(!add(server, "PubService", &options, &err));
    palm_server_destroy(&server);
}

static void
a_route_to_nowhere_is_refused_at_start(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Pull");
    options.route = "Nobody";
    MUST(!add(server, "PullService", &options, &err));
    FAILS(EHOSTUNREACH, palm_server_start(server, &err));
    CONTAINS("inbound Pull: route to Nobody", err.text);
    FAILS(EBUSY, palm_server_start(server, &err));
    palm_server_destroy(&server);
}

static void
a_taken_port_is_named_and_nothing_runs(void)
{
    struct rig rig;
    palm_error_t err;
    char taken[256], other[256];
    rig_init(&rig, NULL);
    (void)rig_bind(&rig, ZMQ_PULL, taken);
    void *free_later = rig_bind(&rig, ZMQ_PULL, other);
    MUST(!zmq_unbind(free_later, other));
    MUST(tap_await(wire_is_free, other));
    palm_part_options_t options = named("Second");
    options.address = other;
    MUST(!add(rig.server, "PullService", &options, &err));
    options = named("First");
    options.address = taken;
    MUST(!add(rig.server, "PushService", &options, &err));
    FAILS(EADDRINUSE, palm_server_start(rig.server, &err));
    CONTAINS("outbound First", err.text);
    CONTAINS(taken, err.text);
    MUST(tap_await(wire_is_free, other));
    FAILS(EINVAL, palm_server_endpoint(rig.server, PALM_SIDE_INBOUND, "Second")
                      ? 0
                      : -1);
    rig_drop(&rig);
}

static void
an_ipc_path_of_a_living_server_is_not_stolen(void)
{
    struct rig rig;
    palm_error_t err;
    char address[128];
    palm_part_options_t options = named("Pull");
    (void)snprintf(address, sizeof address, "ipc://living-%ld", (long)getpid());
    options.address = address;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, &options);
    rig_start(&rig);
    palm_server_t *second = palm_server_new("second", NULL);
    MUST(!add(second, "PullService", &options, &err));
    FAILS(EADDRINUSE, palm_server_start(second, &err));
    CONTAINS(address, err.text);
    palm_server_destroy(&second);
    rig_fini(&rig);
    MUST(!unlink(address + strlen("ipc://"))); /* libzmq leaves it */
}

static void
a_bad_address_is_named(void)
{
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_t options = named("Pull");
    options.address = "carrier-pigeon://loft";
    MUST(!add(server, "PullService", &options, &err));
    FAILS(EINVAL, palm_server_start(server, &err));
    CONTAINS("inbound Pull: cannot bind carrier-pigeon://loft", err.text);
    palm_server_destroy(&server);
}

static void
a_running_server_takes_no_parts(void)
{
    struct rig rig;
    palm_error_t err;
    palm_part_options_t options = named("Late");
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, NULL);
    rig_start(&rig);
    FAILS(EBUSY, add(rig.server, "PullService", &options, &err));
    FAILS(EBUSY, palm_server_start(rig.server, &err));
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"a server needs a name", a_server_needs_a_name},
    {"a part needs a name and an address", a_part_needs_a_name_and_an_address},
    {"a name is taken once a side", a_name_is_taken_once_a_side},
    {"a class of another interface is refused",
     a_class_of_another_interface_is_refused},
    {"the least value of an option is accepted, and less is not",
     the_least_value_of_an_option_is_accepted},
    {"every default is a value", every_default_is_a_value},
    {"an option of another class is refused",
     an_option_of_another_class_is_refused},
    {"an option of the class is checked when the part is added",
     an_option_of_the_class_is_checked_when_the_part_is_added},
    {"a route to nowhere is refused at start",
     a_route_to_nowhere_is_refused_at_start},
    {"a taken port is named, and nothing runs",
     a_taken_port_is_named_and_nothing_runs},
    {"an ipc path of a living server is not stolen",
     an_ipc_path_of_a_living_server_is_not_stolen},
    {"a bad address is named", a_bad_address_is_named},
    {"a running server takes no parts", a_running_server_takes_no_parts},
};

TAP_MAIN("server refusals", tests)
