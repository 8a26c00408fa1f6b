/* SPDX-License-Identifier: MIT */
/* checks.c: every check of check.h, how it holds and how it does not. */
#include <string.h>

#include "conformance/self/self.h"

#define UUID "0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11"

#define SCENE(name) static void name(struct test *test)

SCENE(that_holds)
{
    check_that(test, true, "never said");
}

SCENE(that_fails)
{
    check_that(test, false, "%s is green", "grass");
}

SCENE(bytes_hold)
{
    check_bytes(test, "it", bytes_of("a\0b", 3), bytes_of("a\0b", 3));
    check_bytes(test, "nothing", bytes_of(NULL, 0), bytes_of("", 0));
}

SCENE(bytes_fail)
{
    check_bytes(test, "it", bytes_of("a\0b", 3), bytes_of("a\0c", 3));
}

SCENE(bytes_longer)
{
    check_bytes(test, "it", bytes_of("ab", 2), bytes_of("a", 1));
}

SCENE(text_holds)
{
    check_text(test, "it", bytes_text("text"), "text");
}

SCENE(text_fails)
{
    check_text(test, "it", bytes_text("texts"), "text");
}

SCENE(text_has_nul)
{
    check_text(test, "it", bytes_of("text", 5), "text");
}

SCENE(number_holds)
{
    check_number(test, "it", INT64_MIN, INT64_MIN);
}

SCENE(number_fails)
{
    check_number(test, "it", 3, -4);
}

SCENE(range_holds)
{
    check_range(test, "it", 1, 1, 2);
    check_range(test, "it", 2, 1, 2);
}

SCENE(range_below)
{
    check_range(test, "it", 0, 1, 2);
}

SCENE(range_above)
{
    check_range(test, "it", 3, 1, 2);
}

SCENE(contains_holds)
{
    check_contains(test, "it", "a long text", "long");
}

SCENE(contains_fails)
{
    check_contains(test, "it", "a short text", "long");
}

SCENE(uuid_holds)
{
    check_uuid(test, "it", bytes_text(UUID));
}

SCENE(uuid_short)
{
    check_uuid(test, "it", bytes_cut(bytes_text(UUID), 0, 35));
}

SCENE(uuid_capital)
{
    check_uuid(test, "it", bytes_text("0B5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11"));
}

SCENE(uuid_version)
{
    check_uuid(test, "it", bytes_text("0b5c2a56-6f6b-1d2e-9d55-3b1f8c0a7e11"));
}

SCENE(uuid_variant)
{
    check_uuid(test, "it", bytes_text("0b5c2a56-6f6b-4d2e-cd55-3b1f8c0a7e11"));
}

SCENE(uuid_nul)
{
    char text[] = UUID;

    text[3] = '\0';
    check_uuid(test, "it", bytes_of(text, strlen(UUID)));
}

SCENE(message_holds)
{
    struct message message =
        check_message(test, "it", bytes_of("\x32\x02hi", 4));

    check_text(test, "the payload", message.payload, "hi");
}

SCENE(message_fails)
{
    (void)check_message(test, "it", bytes_of("\xff\xff\xff\xff", 4));
}

/* Compares a full message with itself, but for what change() does. */
static void
same_but(struct test *test, void (*change)(struct message *message))
{
    struct message message = {{(const uint8_t *)"p", 1},
                              {(const uint8_t *)"c", 1},
                              7,
                              {(const uint8_t *)"f", 1},
                              {(const uint8_t *)"k", 1},
                              {(const uint8_t *)"d", 1},
                              {(const uint8_t *)"\x38\x01", 2}};
    struct bytes frame = message_encode(test, &message);

    if (change != NULL) {
        change(&message);
    }
    check_same(test, "it", frame, &message);
}

#define CHANGE(name, statement)                                                \
    static void name(struct message *message)                                  \
    {                                                                          \
        message->statement;                                                    \
    }                                                                          \
    SCENE(same_##name)                                                         \
    {                                                                          \
        same_but(test, name);                                                  \
    }

CHANGE(other_pipeline, pipeline = bytes_text("P"))
CHANGE(other_client, client = bytes_text(""))
CHANGE(other_stage, stage = -7)
CHANGE(other_function, function = bytes_text("ff"))
CHANGE(other_cache, cache = bytes_text("K"))
CHANGE(other_payload, payload = bytes_text("D"))
CHANGE(other_unknown, unknown = bytes_text(""))

SCENE(same_holds)
{
    same_but(test, NULL);
}

SCENE(same_none)
{
    struct message message;

    memset(&message, 0, sizeof message);
    check_same(test, "it", bytes_of("\x0a", 1), &message);
}

SCENE(frames_hold)
{
    struct frames frames;

    frames.count = 2;
    check_frames(test, "it", &frames, 2);
}

SCENE(frames_fail)
{
    struct frames frames;

    frames.count = 1;
    check_frames(test, "it", &frames, 2);
}

SCENE(silence_holds)
{
    check_silence(peer_bind(test, "ear", ZMQ_PULL), 20);
}

SCENE(silence_fails)
{
    struct peer *ear = peer_bind(test, "ear", ZMQ_PULL);

    peer_send(peer_connect(test, "mouth", ZMQ_PUSH, ear->address),
              bytes_text("word"));
    check_silence(ear, 2000);
}

SCENE(fail_says)
{
    fail(test, "because of %d", 3);
}

SCENE(broken_says)
{
    broken(test, "because of %d", 3);
}

#define FAILS VERDICT_FAIL
#define HOLDS VERDICT_PASS, "", "", ""

const struct self_case check_cases[] = {
    {"check_that holds", that_holds, HOLDS},
    {"check_that fails with its text", that_fails, FAILS, "grass is green", "",
     ""},
    {"check_bytes holds", bytes_hold, HOLDS},
    {"check_bytes fails and says where", bytes_fail, FAILS,
     "it differs at byte 2", "3 bytes: a\\x00c", "3 bytes: a\\x00b"},
    {"check_bytes fails for a longer one", bytes_longer, FAILS,
     "it differs at byte 1", "1 bytes: a", "2 bytes: ab"},
    {"check_text holds", text_holds, HOLDS},
    {"check_text fails", text_fails, FAILS, "it differs", "text", "texts"},
    {"check_text fails for a NUL behind it", text_has_nul, FAILS,
     "it differs at byte 4", "4 bytes", "5 bytes"},
    {"check_number holds", number_holds, HOLDS},
    {"check_number fails", number_fails, FAILS, "it differs", "-4", "3"},
    {"check_range holds at both ends", range_holds, HOLDS},
    {"check_range fails below", range_below, FAILS, "it is out of range",
     "1 to 2", "0"},
    {"check_range fails above", range_above, FAILS, "it is out of range",
     "1 to 2", "3"},
    {"check_contains holds", contains_holds, HOLDS},
    {"check_contains fails", contains_fails, FAILS, "it does not say so",
     "a text with \"long\"", "a short text"},
    {"check_uuid holds", uuid_holds, HOLDS},
    {"check_uuid fails for 35 characters", uuid_short, FAILS, "it is no uuid4",
     "uuid4", "0b5c2a56"},
    {"check_uuid fails for a capital", uuid_capital, FAILS, "it is no uuid4",
     NULL, "0B5c"},
    {"check_uuid fails for version 1", uuid_version, FAILS, "it is no uuid4",
     NULL, NULL},
    {"check_uuid fails for another variant", uuid_variant, FAILS,
     "it is no uuid4", NULL, NULL},
    {"check_uuid fails for a NUL", uuid_nul, FAILS, "it is no uuid4", NULL,
     "\\x00"},
    {"check_message holds", message_holds, HOLDS},
    {"check_message fails and says why", message_fails, FAILS,
     "it is none: a key is cut or too long", "a PalmMessage", "\\xff\\xff"},
    {"check_same holds", same_holds, HOLDS},
    {"check_same fails for another pipeline", same_other_pipeline, FAILS,
     "pipeline of it differs", "P", "p"},
    {"check_same fails for another client", same_other_client, FAILS,
     "client of it differs", "0 bytes", "c"},
    {"check_same fails for another stage", same_other_stage, FAILS,
     "stage of it differs", "-7", "7"},
    {"check_same fails for another function", same_other_function, FAILS,
     "function of it differs", "ff", "f"},
    {"check_same fails for another cache", same_other_cache, FAILS,
     "cache of it differs", "K", "k"},
    {"check_same fails for another payload", same_other_payload, FAILS,
     "payload of it differs", "D", "d"},
    {"check_same fails for other unknown fields", same_other_unknown, FAILS,
     "unknown of it differs", "0 bytes", "2 bytes: 8\\x01"},
    {"check_same fails for what is no message", same_none, FAILS, "it is none",
     NULL, NULL},
    {"check_frames holds", frames_hold, HOLDS},
    {"check_frames fails", frames_fail, FAILS, "number of frames (it) differs",
     "2", "1"},
    {"check_silence holds", silence_holds, HOLDS},
    {"check_silence fails", silence_fails, FAILS, "ear: something came",
     "nothing", "word"},
    {"fail is FAIL", fail_says, FAILS, "because of 3", "", ""},
    {"broken is ERROR", broken_says, VERDICT_ERROR, "because of 3", "", ""},
    END_OF_CASES};
