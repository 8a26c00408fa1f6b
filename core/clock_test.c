/* SPDX-License-Identifier: MIT */
/* A wall clock that is set while a server waits.  Here it is an hour behind
 * what the system says, for all who ask for it: a deadline that is made of it
 * has passed long ago. */
#include "config.h"

#include <time.h>

#include "core/compat.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* The names are the linker's. */
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = __real_clock_gettime(clock, now);
    if (clock == CLOCK_REALTIME) {
        now->tv_sec -= 3600;
    }
    return result;
}

static void
a_wait_lasts_as_long_as_it_should(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, NULL);
    rig_start(&rig);
    int64_t before = palm__now_ms();
    FAILS(ETIMEDOUT, palm_server_wait(rig.server, 200));
    MUST(palm__now_ms() - before >= 200);
    rig_fini(&rig);
}

/* What it has taken goes on, and nothing is left. */
static void
a_stop_is_not_cut_off(void)
{
    enum { MESSAGES = 100 };
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *work = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    palm_message_t message = wire_message("client", "tag", "work");
    for (int i = 0; i < MESSAGES; i++) {
        send_message(push, &message, 0);
    }
    expect_payload(work, "work"); /* so the connections stand */
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"a wait lasts as long as it should", a_wait_lasts_as_long_as_it_should},
    {"a stop is not cut off", a_stop_is_not_cut_off},
};

TAP_MAIN("clock", tests)
