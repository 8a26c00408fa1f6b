/* SPDX-License-Identifier: MIT */
/* Tests of classes that are derived from those of the library. */
#include "config.h"
#include "parts/library.h"

#include <stddef.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

static palm_part_class_t
derived_from(const char *base)
{
    palm_part_class_t made = {
        .abi = PALM_PART_ABI, .name = "Own", .base = base};
    return made;
}

static int
twice(palm_part_t *part, const palm_message_t *message, void *arg)
{
    (void)arg;
    return palm_part_yield(part, message) || palm_part_yield(part, message) ? -1
                                                                            : 0;
}

static int64_t
no_tick(palm_part_t *part)
{
    (void)part;
    return -1;
}

static void
what_it_leaves_out_is_its_bases(void)
{
    const palm_part_class_t *pub = palm_library_find("PubService");
    palm_part_class_t derived = derived_from("PubService"), whole;
    derived.operations.tick = no_tick;
    MUST(!palm_library_derive(&derived, &whole, NULL));
    EQUAL_INT(PALM_OUTBOUND, whole.direction);
    MUST(whole.binds && !whole.bypass && !whole.waits);
    EQUAL_INT(ZMQ_XPUB, whole.socket_type);
    EQUAL_INT(pub->state_size, whole.state_size);
    MUST(whole.operations.open == pub->operations.open);
    MUST(whole.operations.yield == pub->operations.yield);
    MUST(whole.operations.tick == no_tick);
    MUST(!whole.operations.answer && !whole.hooks.gather);
    EQUAL_TEXT("Own", whole.name);
    MUST(!whole.base);
}

static void
traits_are_added(void)
{
    palm_part_class_t derived = derived_from("WorkerPushService"), whole;
    derived.traits = PALM_RAW;
    MUST(!palm_library_derive(&derived, &whole, NULL));
    EQUAL_INT(PALM_RAW | PALM_TO_WORKERS, whole.traits);
}

static void
memory_of_its_own_where_the_base_has_none(void)
{
    palm_part_class_t derived = derived_from("PullService"), whole;
    derived.state_size = 40;
    MUST(!palm_library_derive(&derived, &whole, NULL));
    EQUAL_INT(40, whole.state_size);
}

/* What the base's operations use, and behind it what the class has. */
static void
memory_behind_that_of_its_base(void)
{
    const palm_part_class_t *pub = palm_library_find("PubService");
    palm_part_class_t derived = derived_from("PubService"), whole;
    derived.state_size = 24;
    MUST(!palm_library_derive(&derived, &whole, NULL));
    MUST(whole.own_state >= pub->state_size);
    EQUAL_INT(0, whole.own_state % sizeof(long double));
    EQUAL_INT(whole.own_state + 24, whole.state_size);
}

static void
a_class_without_a_base_is_copied(void)
{
    const palm_part_class_t *rep = palm_library_find("RepService");
    palm_part_class_t copy;
    MUST(!palm_library_derive(rep, &copy, NULL));
    MUST(copy.name == rep->name && copy.waits && copy.binds && !copy.base);
    EQUAL_INT(ZMQ_REP, copy.socket_type);
}

static void
a_class_may_be_derived_in_place(void)
{
    palm_part_class_t own = derived_from("PushConnection");
    MUST(!palm_library_derive(&own, &own, NULL));
    EQUAL_INT(ZMQ_PUSH, own.socket_type);
    MUST(!own.base);
}

/* Saying what the base says anyway is no contradiction. */
static void
the_answers_of_the_base_may_be_repeated(void)
{
    palm_part_class_t derived = derived_from("RepService"), whole;
    derived.binds = true;
    derived.waits = true;
    derived.socket_type = ZMQ_REP;
    MUST(!palm_library_derive(&derived, &whole, NULL));
}

static void
expect_contradiction(const palm_part_class_t *derived, const char *text)
{
    palm_part_class_t whole = {.abi = {.version = 77}};
    palm_error_t err;
    FAILS(EINVAL, palm_library_derive(derived, &whole, &err));
    EQUAL_TEXT(text, err.text);
    EQUAL_INT(77, whole.abi.version);
}

static void
contradictions_are_refused_by_name(void)
{
    palm_part_class_t derived = derived_from("PullService");
    derived.direction = PALM_OUTBOUND;
    expect_contradiction(&derived,
                         "Own: direction contradicts its base PullService");
    derived = derived_from("PullService");
    derived.bypass = true;
    expect_contradiction(&derived,
                         "Own: bypass contradicts its base PullService");
    derived = derived_from("PullConnection");
    derived.binds = true;
    expect_contradiction(&derived,
                         "Own: binds contradicts its base PullConnection");
    derived = derived_from("PullService");
    derived.waits = true;
    expect_contradiction(&derived,
                         "Own: waits contradicts its base PullService");
    derived = derived_from("PullService");
    derived.socket_type = ZMQ_SUB;
    expect_contradiction(&derived,
                         "Own: socket_type contradicts its base PullService");
}

static void
an_unknown_base_is_named(void)
{
    palm_part_class_t derived = derived_from("PoolService"), whole;
    palm_error_t err;
    FAILS(ENOENT, palm_library_derive(&derived, &whole, &err));
    EQUAL_TEXT("Own: there is no class \"PoolService\" to derive from",
               err.text);
}

static void
another_interface_is_refused_first(void)
{
    palm_part_class_t derived = {.abi = {.version = PALM_PART_VERSION + 1}};
    palm_part_class_t whole;
    palm_error_t err;
    FAILS(EINVAL, palm_library_derive(&derived, &whole, &err));
    CONTAINS("made for part interface", err.text);
}

static void
a_class_needs_a_name(void)
{
    palm_part_class_t derived = derived_from("PullService"), whole;
    palm_error_t err;
    derived.name = "";
    FAILS(EINVAL, palm_library_derive(&derived, &whole, &err));
    derived.name = NULL;
    FAILS(EINVAL, palm_library_derive(&derived, &whole, &err));
    CONTAINS("no name", err.text);
}

static void
a_server_takes_no_class_that_is_not_derived_yet(void)
{
    palm_part_class_t derived = derived_from("PullService");
    palm_part_options_t options;
    palm_error_t err;
    palm_server_t *server = palm_server_new("server", NULL);
    palm_part_options_init(&options);
    options.name = "Pull";
    options.address = ANY_PORT;
    FAILS(EINVAL, palm_server_add(server, &derived, &options, &err));
    CONTAINS("Own is to be derived from PullService", err.text);
    palm_server_destroy(&server);
}

static void
a_derived_class_runs(void)
{
    struct rig rig;
    palm_part_class_t own = derived_from("PullService");
    palm_message_t message = wire_message("client", "tag", "work");
    own.hooks.scatter = twice;
    MUST(!palm_library_derive(&own, &own, NULL));
    rig_init(&rig, NULL);
    rig_add_class(&rig, &own, "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    send_message(push, &message, 0);
    expect_payload(pull, "work");
    expect_payload(pull, "work");
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"what a class leaves out is taken from its base",
     what_it_leaves_out_is_its_bases},
    {"traits are added to the base's", traits_are_added},
    {"a class may have memory where its base has none",
     memory_of_its_own_where_the_base_has_none},
    {"memory behind that of its base", memory_behind_that_of_its_base},
    {"a class without a base is copied", a_class_without_a_base_is_copied},
    {"a class may be derived in place", a_class_may_be_derived_in_place},
    {"the answers of the base may be repeated",
     the_answers_of_the_base_may_be_repeated},
    {"contradictions to the base are refused, by name",
     contradictions_are_refused_by_name},
    {"an unknown base is named", an_unknown_base_is_named},
    {"another part interface is refused before all else",
     another_interface_is_refused_first},
    {"a class needs a name", a_class_needs_a_name},
    {"a server takes no class that is not derived yet",
     a_server_takes_no_class_that_is_not_derived_yet},
    {"a derived class runs", a_derived_class_runs},
};

TAP_MAIN("library", tests)
