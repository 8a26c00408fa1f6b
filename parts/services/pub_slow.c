/* SPDX-License-Identifier: MIT */
/* pub_slow.c: subscribers who do not read.
 *
 * Design notes
 *
 * - XPUB refuses a result as soon as one of its subscribers is full, and does
 *   not tell which.  poll() on their connections tells: where the reader does
 *   not read, the descriptor takes no byte more.
 * - The promise of waiting is for the client of a topic.  Who subscribed to a
 *   beginning of it, as a monitor does, is waited for a moment only, and of
 *   several who subscribed to the same topic those who do not read are waited
 *   for slow_timeout.  Then their connections are closed, and the others get
 *   all.  Who comes back has that wait behind him.
 * - A topic none of whose subscribers reads loses its results after
 *   slow_timeout; other topics of the same connection are not waited for then.
 * - libzmq has no event for "this subscriber has room again", so while results
 *   wait for slow clients they are tried again every few milliseconds. */
#include "config.h"

#include "core/compat.h"
#include "parts/services/pub.h"

enum {
    RETRY = 2,      /* ms between two tries for slow clients */
    TRIES = 8,      /* topics that are tried in one go */
    MOMENT = 100,   /* ms that a monitor may hold up others */
    RECOVERY = 10,  /* ms after which it may do so for one more */
    BACKOFF = 5000, /* ms, for the first time */
    BACKOFF_MAX = 80000
};

/* --- a moment ------------------------------------------------------------- */

/* What has been waited comes back slowly. */
static void
count_patience(struct palm__patience *self, int64_t now)
{
    int64_t passed = now - self->since;
    self->spent += self->waiting ? passed : -(passed / RECOVERY);
    self->spent = self->spent > 0 ? self->spent : 0;
    self->spent = self->spent < MOMENT ? self->spent : MOMENT;
    self->since = now;
}

/* Waits, from now on or still.  Whether the moment is over. */
static bool
have_waited(struct palm__patience *self, int64_t now)
{
    count_patience(self, now);
    self->waiting = true;
    return self->spent >= MOMENT;
}

static void
wait_no_longer(struct palm__patience *self, int64_t now)
{
    if (self->waiting) {
        count_patience(self, now);
        self->waiting = false;
    }
}

/* --- who does not read ---------------------------------------------------- */

/* Those who subscribed to one topic, by what their connections are like. */
struct crowd {
    unsigned full;    /* they take no byte more */
    unsigned slow;    /* of these, those that have been given up before */
    unsigned reading; /* the others */
};

static struct crowd
look_at(palm_part_t *part, const struct palm__topic *topic)
{
    palm__peers_t *peers = &palm__pub_of(part)->peers;
    struct crowd crowd = {0, 0, 0};
    for (unsigned i = 0; i < topic->peer_count; i++) {
        struct palm__peer peer = topic->peers[i];
        palm__peer_state_t state = palm__peers_state(peers, peer);
        if (state == PALM__PEER_FULL) {
            crowd.full++;
            crowd.slow += palm__peers_is_slow(peers, peer);
        } else if (state == PALM__PEER_READS) {
            crowd.reading++;
            palm__peers_set_slow(peers, peer, false);
        }
    }
    return crowd;
}

/* --- closing connections -------------------------------------------------- */

void
palm__pub_cut(palm_part_t *part, struct palm__peer peer, const char *why)
{
    struct palm__pub *pub = palm__pub_of(part);
    palm__peers_cut(&pub->peers, peer);
    palm__pub_flood(part);
    palm_part_warn(part, "PALM-PUB-CUT", "a subscriber's connection closed: %s",
                   why);
}

/* Closes the connections of those who do not read; what they lose is counted as
 * one, since nobody knows how much it was.  Whether there were any. */
static bool
cut_full(palm_part_t *part, const struct palm__topic *topic, const char *why)
{
    const palm__peers_t *peers = &palm__pub_of(part)->peers;
    bool any = false;
    for (unsigned i = 0; i < topic->peer_count; i++) {
        if (palm__peers_state(peers, topic->peers[i]) == PALM__PEER_FULL) {
            palm_part_count(&palm_part_stats(part)->slow, 1);
            palm__pub_cut(part, topic->peers[i], why);
            any = true;
        }
    }
    return any;
}

static struct palm__backoff *
backoff_of(palm_part_t *part, const struct palm__topic *topic)
{
    return &palm__pub_of(part)->backoffs[topic->hh.hashv % PALM__BACKOFFS];
}

bool
palm__pub_backs_off(palm_part_t *part, const struct palm__topic *topic)
{
    const struct palm__backoff *backoff = backoff_of(part, topic);
    return backoff->hash == topic->hh.hashv && palm__now_ms() < backoff->until;
}

/* The next time is twice as long, if it comes soon. */
static void
back_off(palm_part_t *part, const struct palm__topic *topic, int64_t now)
{
    struct palm__backoff *backoff = backoff_of(part, topic);
    bool again = backoff->hash == topic->hh.hashv && backoff->time > 0
                 && now < backoff->until + BACKOFF_MAX;
    int64_t time = again ? 2 * backoff->time : BACKOFF;
    backoff->hash = topic->hh.hashv;
    backoff->time = time < BACKOFF_MAX ? time : BACKOFF_MAX;
    backoff->until = now + backoff->time;
}

/* --- one topic ------------------------------------------------------------ */

/* Looks for those who have subscribed to a beginning of the topic and do not
 * read; closes them when the moment is over.  Whether there are any. */
static bool
unblock_beginnings(palm_part_t *part, const struct palm__topic *topic,
                   int64_t now)
{
    struct palm__pub *pub = palm__pub_of(part);
    struct palm__beginnings at;
    struct palm__topic *shorter;
    bool any = false;
    palm__topics_begin(&at, palm__pub_name(topic));
    while ((shorter = palm__topics_next(&pub->topics, &at))
           && shorter != topic) {
        any = any || look_at(part, shorter).full > 0;
    }
    pub->hindered = pub->hindered || any;
    if (!any || !have_waited(&pub->patience, now)) {
        return any;
    }
    palm__topics_begin(&at, palm__pub_name(topic));
    while ((shorter = palm__topics_next(&pub->topics, &at))
           && shorter != topic) {
        if (cut_full(part, shorter, "it does not read, and holds up others")) {
            back_off(part, shorter, now);
        }
    }
    return true;
}

/* From now on what does not fit is dropped.  Where nobody knows who is full,
 * the others get what is here. */
static void
give_up(palm_part_t *part, struct palm__topic *topic, bool known)
{
    struct palm__pub *pub = palm__pub_of(part);
    palm__topics_set_slow(&pub->topics, topic, true);
    palm__pub_mark_slow(part, topic, true);
    palm_part_warn(part, "PALM-PUB-DROPPED",
                   "results dropped: their client does not read");
    while (topic->held) {
        palm_part_count(&palm_part_stats(part)->slow, 1);
        if (!known) {
            palm__pub_send_lossy(part, palm__pub_name(topic),
                                 &topic->held->message);
        }
        palm__topics_drop(&pub->topics, topic->held);
    }
}

/* Some who subscribed to a topic do not read, others do.  The first time who
 * comes back is let in at once. */
static void
cut_twins(palm_part_t *part, struct palm__topic *topic, int64_t now)
{
    (void)cut_full(part, topic, "it does not read, others of its topic do");
    if (topic->strict) {
        back_off(part, topic, now);
    }
    topic->strict = true;
    topic->moved = now;
}

/* Whether so many bytes are more than may wait for one client. */
static bool
is_too_much(palm_part_t *part, uint64_t bytes)
{
    int64_t most = palm__pub_set(part)->slow_size;
    return most >= 0 && bytes > (uint64_t)most;
}

/* A connection that takes bytes is about to take more, and of several those
 * that are full are about to be closed: then it may be twice as much. */
bool
palm__pub_may_wait(palm_part_t *part, palm_slice_t name, size_t size)
{
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    struct palm__topic *topic = palm__topics_waiting(topics, name);
    if (palm__pub_set(part)->slow_size < 0 || !topic) {
        return true;
    }
    uint64_t bytes = (uint64_t)topic->own + topic->shared + size;
    if (topics->waiting + size > topics->limit) {
        return false;
    }
    if (!is_too_much(part, bytes)) {
        return true;
    }
    return (topic->peer_count > 1 || look_at(part, topic).full == 0)
           && !is_too_much(part, bytes / 2);
}

/* What waits for a topic whose subscribers are full. */
static void
unblock(palm_part_t *part, struct palm__topic *topic, int64_t now)
{
    int64_t timeout = palm__pub_set(part)->slow_timeout;
    if (unblock_beginnings(part, topic, now)) {
        topic->moved = now;
        return;
    }
    struct crowd crowd = look_at(part, topic);
    bool some = crowd.full > 0 && crowd.reading > 0;
    bool again = crowd.full > 0 && crowd.slow == crowd.full && !some;
    if (some && is_too_much(part, (uint64_t)topic->own + topic->shared)) {
        timeout = 0;
    } else if (some && topic->strict) {
        timeout = timeout < MOMENT ? timeout : MOMENT;
    }
    if (now - topic->moved < timeout && !again) {
        return;
    }
    if (some) {
        cut_twins(part, topic, now);
    } else {
        give_up(part, topic, crowd.full > 0);
    }
}

static void
retry(palm_part_t *part, struct palm__topic *topic, int64_t now)
{
    struct palm__pub *pub = palm__pub_of(part);
    if (!palm__topics_has(&pub->topics, palm__pub_name(topic))) {
        palm__topics_set_ready(&pub->topics, topic, false, now); /* has gone */
        return;
    }
    palm__pub_send_waiting(part, topic, now);
    if (topic->held) {
        unblock(part, topic, now);
    }
    palm__topics_tidy(&pub->topics, topic);
}

/* A few at a time, each in its turn, however many do not read. */
int64_t
palm__pub_retry(palm_part_t *part, int64_t now)
{
    struct palm__pub *pub = palm__pub_of(part);
    pub->hindered = false;
    for (int i = 0; i < TRIES && pub->topics.ready; i++) {
        struct palm__topic *first = pub->topics.ready;
        palm__topics_rotate(&pub->topics);
        retry(part, first, now);
    }
    pub->published = 0;
    if (!pub->hindered) {
        wait_no_longer(&pub->patience, now);
    }
    return pub->topics.ready ? RETRY : -1;
}
