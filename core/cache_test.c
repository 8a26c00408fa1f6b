/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/cache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cache_backend.h"
#include "core/cache_memory.h"
#include "harness/support/stores.h"
#include "harness/support/tap.h"

static palm_cache_t *
new_cache(size_t limit)
{
    palm_cache_t *cache = palm_cache_new(limit);
    MUST(cache != NULL);
    return cache;
}

static void
value_comes_back(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    holds(cache, "key", "value");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(8, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
missing_key_is_not_an_empty_value(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "empty", ""));
    holds(cache, "empty", "");
    misses(cache, "missing");
    palm_cache_destroy(&cache);
}

static void
set_replaces(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "key", "other one"));
    holds(cache, "key", "other one");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(12, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
delete_removes(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key")));
    misses(cache, "key");
    holds(cache, "kept", "v");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(5, palm_cache_bytes(cache));
    FAILS(ENOENT, palm_cache_delete(cache, palm_slice("key")));
    palm_cache_destroy(&cache);
}

static void
keys_are_any_bytes(void)
{
    palm_cache_t *cache = new_cache(0);
    palm_slice_t first = {"a\0b", 3}, second = {"a\0c", 3}, none = {NULL, 0};
    zmq_msg_t value;
    EQUAL_INT(0, palm_cache_set(cache, first, palm_slice("1")));
    EQUAL_INT(0, palm_cache_set(cache, second, palm_slice("2")));
    EQUAL_INT(0, palm_cache_set(cache, none, palm_slice("3")));
    EQUAL_INT(3, palm_cache_count(cache));
    EQUAL_INT(0, palm_cache_get(cache, first, &value));
    EQUAL_BYTES("1", 1, zmq_msg_data(&value), zmq_msg_size(&value));
    EQUAL_INT(0, zmq_msg_close(&value));
    holds(cache, "", "3");
    EQUAL_INT(0, palm_cache_delete(cache, none));
    palm_cache_destroy(&cache);
}

static void
value_stays_valid_after_it_is_replaced(void)
{
    static char large[100000];
    palm_cache_t *cache = new_cache(0);
    palm_slice_t slice = {large, sizeof large};
    zmq_msg_t value;
    memset(large, 'x', sizeof large);
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), slice));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &value));
    EQUAL_INT(0, set(cache, "key", "new"));
    palm_cache_destroy(&cache);
    EQUAL_BYTES(large, sizeof large, zmq_msg_data(&value),
                zmq_msg_size(&value));
    EQUAL_INT(0, zmq_msg_close(&value));
}

static void
large_value_is_handed_out_without_a_copy(void)
{
    static char large[100000];
    palm_cache_t *cache = new_cache(0);
    palm_slice_t slice = {large, sizeof large};
    zmq_msg_t first, second;
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), slice));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &first));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &second));
    bool shared = zmq_msg_data(&first) == zmq_msg_data(&second);
    EQUAL_INT(0, zmq_msg_close(&first));
    EQUAL_INT(0, zmq_msg_close(&second));
    palm_cache_destroy(&cache);
    MUST(shared);
}

static void
limit_counts_keys_and_values(void)
{
    palm_cache_t *cache = new_cache(10);
    EQUAL_INT(0, set(cache, "key", "seven b"));
    FAILS(ENOSPC, set(cache, "", "x"));
    FAILS(ENOSPC, set(cache, "x", ""));
    EQUAL_INT(0, set(cache, "", ""));
    EQUAL_INT(10, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
value_over_the_limit_leaves_the_older_one(void)
{
    palm_cache_t *cache = new_cache(10);
    EQUAL_INT(0, set(cache, "key", "old"));
    FAILS(ENOSPC, set(cache, "key", "eight by"));
    FAILS(ENOSPC, set(cache, "other", "eleven byte"));
    holds(cache, "key", "old");
    misses(cache, "other");
    EQUAL_INT(6, palm_cache_bytes(cache));
    EQUAL_INT(0, set(cache, "key", "seven b"));
    palm_cache_destroy(&cache);
}

static void
room_comes_back(void)
{
    palm_cache_t *cache = new_cache(10);
    EQUAL_INT(0, set(cache, "key", "seven b"));
    EQUAL_INT(0, set(cache, "key", "s"));
    EQUAL_INT(0, set(cache, "two", "abc"));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key")));
    EQUAL_INT(0, set(cache, "k", "abc"));
    EQUAL_INT(10, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

/* --- eviction ------------------------------------------------------------- */

static palm_cache_t *
new_evicting(size_t size)
{
    palm_cache_options_t options;
    palm_cache_options_init(&options);
    options.size = (int64_t)size;
    options.evict = true;
    return open_cache(&options);
}

static void
what_was_not_used_for_longest_is_evicted(void)
{
    palm_cache_t *cache = new_evicting(30);
    EQUAL_INT(0, set(cache, "a", "nine byte"));
    EQUAL_INT(0, set(cache, "b", "nine byte"));
    EQUAL_INT(0, set(cache, "c", "nine byte"));
    holds(cache, "a", "nine byte");
    EQUAL_INT(0, set(cache, "d", "nine byte"));
    lists(cache, "", "a c d");
    EQUAL_INT(0, set(cache, "c", "new value"));
    EQUAL_INT(0, set(cache, "e", "nine byte"));
    lists(cache, "", "c d e");
    EQUAL_INT(0, set(cache, "f", "more than nine"));
    lists(cache, "", "e f");
    EQUAL_INT(25, palm_cache_bytes(cache));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("e")));
    EQUAL_INT(0, set(cache, "g", "fourteen bytes"));
    lists(cache, "", "f g");
    palm_cache_destroy(&cache);
}

static void
a_key_that_grows_evicts_others_only(void)
{
    palm_cache_t *cache = new_evicting(30);
    EQUAL_INT(0, set(cache, "a", "nine byte"));
    EQUAL_INT(0, set(cache, "b", "nine byte"));
    EQUAL_INT(0, set(cache, "c", "nine byte"));
    EQUAL_INT(0, set(cache, "a", "twenty-nine bytes are in this"));
    lists(cache, "", "a");
    EQUAL_INT(30, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
what_can_never_fit_evicts_nothing(void)
{
    palm_cache_t *cache = new_evicting(20);
    EQUAL_INT(
        0, palm__cache_preset(cache, palm_slice("name"), palm_slice("server")));
    EQUAL_INT(0, set(cache, "a", "nine byte"));
    FAILS(ENOSPC, set(cache, "b", "ten bytes."));
    FAILS(ENOSPC, set(cache, "a", "ten bytes."));
    FAILS(ENOSPC, set(cache, "name", "seventeen bytes, "));
    lists(cache, "", "a name");
    EQUAL_INT(0, set(cache, "name", "sixteen bytes...")); /* evicts "a" */
    lists(cache, "", "name");
    FAILS(ENOSPC, set(cache, "", "x"));
    palm_cache_destroy(&cache);
}

static void
presets_are_not_evicted(void)
{
    palm_cache_t *cache = new_evicting(30);
    EQUAL_INT(0, set(cache, "pull", "first a key"));
    EQUAL_INT(0, palm__cache_preset(cache, palm_slice("pull"),
                                    palm_slice("address")));
    for (char key = 'a'; key < 'a' + 20; key++) {
        char text[2] = {key, '\0'};
        EQUAL_INT(0, set(cache, text, "nine byte"));
    }
    lists(cache, "", "pull t");
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("pull")));
    EQUAL_INT(0, set(cache, "pull", "again"));
    for (char key = 'a'; key < 'a' + 20; key++) {
        char text[2] = {key, '\0'};
        EQUAL_INT(0, set(cache, text, "nine byte"));
    }
    lists(cache, "", "pull s t");
    palm_cache_destroy(&cache);
}

/* --- deadlines ------------------------------------------------------------ */

enum { ENTRIES = 200, CHANGES = 300, ROUNDS = 50 };

/* The earliest deadline, the slow way. */
static int64_t
earliest(palm__entry_t *const *entries)
{
    int64_t found = PALM__ENTRY_LIVES;
    for (int i = 0; i < ENTRIES; i++) {
        found = entries[i]->deadline < found ? entries[i]->deadline : found;
    }
    return found;
}

/* Gives some entries other deadlines, or none. */
static void
change_deadlines(palm__expiry_t *expiry, palm__entry_t *const *entries,
                 unsigned *random)
{
    for (int i = 0; i < CHANGES; i++) {
        *random = *random * 1664525u + 1013904223u;
        int64_t deadline = (*random >> 16) % 500;
        EQUAL_INT(0, palm__expiry_reserve(expiry));
        palm__expiry_set(expiry, entries[(*random >> 8) % ENTRIES],
                         deadline < 150 ? PALM__ENTRY_LIVES : deadline);
    }
}

static void
the_earliest_deadline_is_due_first(void)
{
    palm__entry_t *entries[ENTRIES], *due;
    palm__expiry_t expiry = {0};
    unsigned random = 1;
    for (int i = 0; i < ENTRIES; i++) {
        entries[i] = calloc(1, sizeof **entries);
        MUST(entries[i] != NULL);
        entries[i]->deadline = PALM__ENTRY_LIVES;
    }
    for (int round = 0; round < ROUNDS; round++) {
        change_deadlines(&expiry, entries, &random);
        MUST(expiry.count > ENTRIES / 4);
        while (expiry.count > 0) {
            int64_t first = earliest(entries);
            MUST(palm__expiry_due(&expiry, first - 1) == NULL);
            due = palm__expiry_due(&expiry, first);
            MUST(due && due->deadline == first);
            palm__expiry_set(&expiry, due, PALM__ENTRY_LIVES);
        }
        EQUAL_INT(PALM__ENTRY_LIVES, earliest(entries));
    }
    free(expiry.entries);
    for (int i = 0; i < ENTRIES; i++) {
        free(entries[i]);
    }
}

/* --- lists ---------------------------------------------------------------- */

static void
keys_that_came_twice_are_listed_once(void)
{
    static const char *const words[] = {"b", "", "a", "ab", "b", "", "a"};
    palm__keys_t keys = {0};
    size_t count = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        EQUAL_INT(0, palm__keys_add(&keys, palm_slice(words[i])));
    }
    palm_slice_t *sorted = palm__keys_sort(&keys, &count);
    MUST(sorted != NULL);
    EQUAL_INT(4, count);
    EQUAL_BYTES("", 0, sorted[0].data, sorted[0].size);
    EQUAL_BYTES("a", 1, sorted[1].data, sorted[1].size);
    EQUAL_BYTES("ab", 2, sorted[2].data, sorted[2].size);
    EQUAL_BYTES("b", 1, sorted[3].data, sorted[3].size);
    free(sorted);
    palm__keys_fini(&keys);
}

/* Keys of one and of two letters, in which beginnings abound. */
static palm_slice_t
letters(unsigned number, char text[2])
{
    palm_slice_t key = {text, number < 8 ? 1 : 2};
    text[0] = (char)('a' + number % 8);
    text[1] = (char)('a' + number / 8);
    return key;
}

static palm__entry_t *
entry_of(palm_slice_t key)
{
    unsigned height = palm__order_height(key);
    palm__entry_t *entry = calloc(1, sizeof *entry + key.size);
    MUST(entry != NULL && height >= 1 && height <= PALM__ORDER_LEVELS);
    MUST((entry->behind = calloc(height, sizeof *entry->behind)) != NULL);
    memcpy(entry->key, key.data, key.size);
    entry->key_size = key.size;
    entry->height = height;
    return entry;
}

static void
check_order(palm__order_t *order, const bool there[128])
{
    const palm__entry_t *entry = order->first[0], *before = NULL;
    char text[2];
    for (; entry; before = entry, entry = entry->behind[0]) {
        MUST(!before
             || palm_slice_compare(palm__entry_key(before),
                                   palm__entry_key(entry))
                    < 0);
    }
    for (unsigned i = 0; i < 128; i++) {
        palm_slice_t key = letters(i, text);
        entry = palm__order_find(order, key);
        bool found = entry && palm_slice_is_equal(palm__entry_key(entry), key);
        EQUAL_INT(there[i], found);
        MUST(!entry || palm_slice_compare(palm__entry_key(entry), key) >= 0);
    }
}

static void
entries_are_in_the_order_of_their_keys(void)
{
    palm__order_t order = {{NULL}};
    palm__entry_t *entries[128] = {NULL};
    bool there[128] = {false};
    unsigned random = 1;
    char text[2];
    for (int i = 0; i < 3000; i++) {
        random = random * 1103515245U + 12345U;
        unsigned number = random >> 16 & 127;
        if (there[number]) {
            palm__order_remove(&order, entries[number]);
            free(entries[number]->behind);
            free(entries[number]);
        } else {
            entries[number] = entry_of(letters(number, text));
            palm__order_add(&order, entries[number]);
        }
        there[number] = !there[number];
        check_order(&order, there);
    }
    for (int i = 0; i < 128; i++) {
        if (there[i]) {
            palm__order_remove(&order, entries[i]);
            free(entries[i]->behind);
            free(entries[i]);
        }
    }
    for (int i = 0; i < PALM__ORDER_LEVELS; i++) {
        MUST(order.first[i] == NULL);
    }
}

/* Of many keys one in four stands higher than the others, and so on. */
static void
few_entries_stand_high(void)
{
    int higher[PALM__ORDER_LEVELS + 1] = {0};
    char text[16];
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(text, sizeof text, "key %d", i);
        for (unsigned n = palm__order_height(palm_slice(text)); n > 0; n--) {
            higher[n]++;
        }
    }
    EQUAL_INT(10000, higher[1]);
    MUST(higher[2] > 2000 && higher[2] < 3000);
    MUST(higher[3] > 400 && higher[3] < 900);
}

/* --- options -------------------------------------------------------------- */

static void
options_that_do_not_fit_are_refused(void)
{
    static const char *const cases[][4] = {
        /* key, text, what is said, back end */
        {"path", "/tmp", "path is for lmdb", "memory"},
        {"evict", "yes", "evict needs a size", "memory"},
        {"password", "p", "password is for redis", "memory"},
        {"map_size", "2MiB", "lmdb needs a path", "lmdb"},
        {"password", "p", "lmdb needs a path", "lmdb"},
        {"size", "1MiB", "maxmemory", "redis"},
        {"evict", "yes", "maxmemory-policy", "redis"},
        {"path", "/tmp", "path is for lmdb", "redis"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        palm_cache_options_t options;
        palm_error_t err = {0, ""};
        palm_cache_options_init(&options);
        if (palm_cache_option_set(&options, "backend", cases[i][3], &err)) {
            EQUAL_INT(ENOTSUP, errno);
            CONTAINS("without", err.text);
            continue;
        }
        EQUAL_INT(
            0, palm_cache_option_set(&options, cases[i][0], cases[i][1], NULL));
        FAILS(EINVAL, palm_cache_options_check(&options, &err));
        CONTAINS(cases[i][2], err.text);
        FAILS(EINVAL, palm_cache_open(&options, NULL) ? 0 : -1);
    }
}

static void
a_back_end_that_there_is_not_is_refused(void)
{
    palm_cache_options_t options;
    palm_error_t err = {0, ""};
    palm_cache_options_init(&options);
    FAILS(EINVAL, palm_cache_option_set(&options, "backend", "paper", &err));
    CONTAINS("\"paper\"", err.text);
    FAILS(ENOENT, palm_cache_option_set(&options, "colour", "red", &err));
    FAILS(EINVAL, palm_cache_option_set(&options, "protect", "yes", &err));
    CONTAINS("presets or no, got \"yes\"", err.text);
    options.backend = "paper";
    FAILS(ENOENT, palm_cache_open(&options, &err) ? 0 : -1);
    CONTAINS("memory, lmdb and redis", err.text);
    EQUAL_TEXT("memory", palm_cache_backend_name(0));
}

/* --- many ----------------------------------------------------------------- */

static void
many_keys_are_all_found(void)
{
    palm_cache_t *cache = new_cache(0);
    char key[32];
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        EQUAL_INT(0, set(cache, key, key));
    }
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        holds(cache, key, key);
    }
    EQUAL_INT(5000, palm_cache_count(cache));
    palm_cache_destroy(&cache);
}

static void
destroy_clears_the_pointer_and_keeps_errno(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    errno = EDOM;
    palm_cache_destroy(&cache);
    EQUAL_INT(EDOM, errno);
    MUST(cache == NULL);
    palm_cache_destroy(&cache);
}

/* A thread that sets, gets and deletes.  Each value is many times one letter;
 * what is read must be so, too.  It reports by its fields. */
struct hammer {
    pthread_t thread;
    palm_cache_t *cache;
    unsigned seed;
    int torn;   /* values that were not one letter */
    int failed; /* calls with another errno than ENOENT */
};

enum { HAMMERS = 4, BLOWS = 5000, KEYS = 7, VALUE_SIZE = 200 };

static bool
is_one_letter(const char *data, size_t size)
{
    for (size_t i = 1; i < size; i++) {
        if (data[i] != data[0]) {
            return false;
        }
    }
    return true;
}

static int
blow(struct hammer *self, unsigned number)
{
    char key = (char)('a' + number % KEYS), room[VALUE_SIZE];
    palm_slice_t key_slice = {&key, 1}, value = {room, 1 + number % VALUE_SIZE};
    zmq_msg_t got;
    memset(room, (int)('A' + number % 26), sizeof room);
    if (number % 5 == 0) {
        return palm_cache_delete(self->cache, key_slice);
    }
    if (number % 2 == 0) {
        return palm_cache_set(self->cache, key_slice, value);
    }
    if (palm_cache_get(self->cache, key_slice, &got)) {
        return -1;
    }
    self->torn += !is_one_letter(zmq_msg_data(&got), zmq_msg_size(&got));
    return zmq_msg_close(&got);
}

static void *
hammer_run(void *arg)
{
    struct hammer *self = arg;
    unsigned random = self->seed;
    for (int i = 0; i < BLOWS; i++) {
        random = random * 1664525u + 1013904223u;
        if (blow(self, random >> 8) && errno != ENOENT) {
            self->failed++;
        }
    }
    return NULL;
}

static void
threads_do_not_disturb_each_other(void)
{
    palm_cache_t *cache = new_cache(0);
    struct hammer hammers[HAMMERS] = {{0}};
    int started = 0, torn = 0, failed = 0;
    for (int i = 0; i < HAMMERS; i++) {
        hammers[i].cache = cache;
        hammers[i].seed = (unsigned)i;
        started +=
            !pthread_create(&hammers[i].thread, NULL, hammer_run, &hammers[i]);
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(hammers[i].thread, NULL);
        torn += hammers[i].torn;
        failed += hammers[i].failed;
    }
    EQUAL_INT(HAMMERS, started);
    EQUAL_INT(0, torn);
    EQUAL_INT(0, failed);
    for (char key = 'a'; key < 'a' + KEYS; key++) {
        palm_slice_t slice = {&key, 1};
        (void)palm_cache_delete(cache, slice);
    }
    EQUAL_INT(0, palm_cache_count(cache));
    EQUAL_INT(0, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static const struct tap_test tests[] = {
    {"a value comes back", value_comes_back},
    {"a missing key is not an empty value", missing_key_is_not_an_empty_value},
    {"set replaces", set_replaces},
    {"delete removes", delete_removes},
    {"keys are any bytes", keys_are_any_bytes},
    {"a value stays valid after it is replaced",
     value_stays_valid_after_it_is_replaced},
    {"a large value is handed out without a copy",
     large_value_is_handed_out_without_a_copy},
    {"the limit counts keys and values", limit_counts_keys_and_values},
    {"a value over the limit leaves the older one",
     value_over_the_limit_leaves_the_older_one},
    {"room comes back", room_comes_back},
    {"what was not used for longest is evicted",
     what_was_not_used_for_longest_is_evicted},
    {"a key that grows evicts others only",
     a_key_that_grows_evicts_others_only},
    {"what can never fit evicts nothing", what_can_never_fit_evicts_nothing},
    {"presets are not evicted", presets_are_not_evicted},
    {"the earliest deadline is due first", the_earliest_deadline_is_due_first},
    {"entries are in the order of their keys",
     entries_are_in_the_order_of_their_keys},
    {"few entries stand high", few_entries_stand_high},
    {"keys that came twice are listed once",
     keys_that_came_twice_are_listed_once},
    {"options that do not fit are refused",
     options_that_do_not_fit_are_refused},
    {"a back end that there is not is refused",
     a_back_end_that_there_is_not_is_refused},
    {"many keys are all found", many_keys_are_all_found},
    {"destroy clears the pointer and keeps errno",
     destroy_clears_the_pointer_and_keeps_errno},
    {"threads do not disturb each other", threads_do_not_disturb_each_other},
};

TAP_MAIN("cache", tests)
