/* SPDX-License-Identifier: MIT */
/* spoiled.c: see spoiled.h. */
#include "conformance/suite/spoiled.h"

/* What stands behind a good message. */
static const struct {
    enum spoil kind;
    const char *name;
    const char *bytes;
    size_t size;
} tails[] = {
#define TAIL(kind, name, bytes)                                                \
    {                                                                          \
        SPOIL_##kind, name, bytes, sizeof(bytes) - 1                           \
    }
    TAIL(CUT, "a key without a value", "\x32"),
    TAIL(CUT, "a cut key", "\x80"),
    TAIL(CUT, "a cut varint", "\x18\xff"),
    TAIL(CUT, "a cut length", "\x32\x80"),
    TAIL(CUT, "a length one too long", "\x32\x02\x61"),
    TAIL(CUT, "64 bits of an unknown field, cut", "\x49\x01\x02\x03"),
    TAIL(CUT, "32 bits of an unknown field, cut", "\x4d\x01\x02"),
    TAIL(CUT, "an unknown text, cut", "\x4a\x05\x61\x62"),
    TAIL(CUT, "length 2^31 - 1", "\x32\xff\xff\xff\xff\x07\x61"),
    TAIL(CUT, "length 2^31", "\x32\x80\x80\x80\x80\x08\x61"),
    TAIL(CUT, "length 2^32 - 1", "\x32\xff\xff\xff\xff\x0f\x61"),
    TAIL(CUT, "length 2^32", "\x32\x80\x80\x80\x80\x10\x61"),
    TAIL(CUT, "length 2^32 + 1", "\x32\x81\x80\x80\x80\x10\x61"),
    TAIL(CUT, "length 2^63 - 1",
         "\x32\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x61"),
    TAIL(CUT, "length 2^63", "\x32\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
    TAIL(CUT, "length 2^64 - 1",
         "\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x61"),
    TAIL(CUT, "length 2^64 - 12 of an unknown field",
         "\x4a\xf4\xff\xff\xff\xff\xff\xff\xff\xff\x01\x61"),
    TAIL(VARINT, "stage of eleven bytes",
         "\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
    TAIL(VARINT, "stage of eleven bytes, the last 0",
         "\x18\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
    TAIL(VARINT, "an unknown varint of eleven bytes",
         "\x48\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
    TAIL(VARINT, "a length of eleven bytes",
         "\x32\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x61"),
    TAIL(VARINT, "a key of eleven bytes",
         "\x98\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x01"),
    TAIL(TYPE, "wire type 6, number 9", "\x4e\x01"),
    TAIL(TYPE, "wire type 7, number 9", "\x4f\x01"),
    TAIL(TYPE, "wire type 6, number 6", "\x36\x01\x61"),
    TAIL(TYPE, "wire type 7, number 1", "\x0f\x01\x61"),
    TAIL(TYPE, "wire type 6 in a group", "\x4b\x0e\x4c"),
    TAIL(NUMBER, "number 0, varint", "\x00\x01"),
    TAIL(NUMBER, "number 0, text", "\x02\x01\x61"),
    TAIL(NUMBER, "number 0, 32 bits", "\x05\x01\x02\x03\x04"),
    TAIL(NUMBER, "number 0 in a group", "\x4b\x00\x01\x4c"),
    TAIL(GROUP, "a group that is not closed", "\x4b\x08\x01"),
    TAIL(GROUP, "a group that only begins", "\x4b"),
    TAIL(GROUP, "the inner group is not closed", "\x4b\x53\x08\x01\x4c"),
    TAIL(GROUP, "closed by another number", "\x4b\x08\x01\x54"),
    TAIL(END, "an end alone", "\x4c"),
    TAIL(END, "an end behind a group", "\x4b\x4c\x4c"),
    TAIL(END, "an end of a known number", "\x0c"),
    TAIL(TEXT, "pipeline is ff", "\x0a\x01\xff"),
    TAIL(TEXT, "client is ff", "\x12\x01\xff"),
    TAIL(TEXT, "function is ff", "\x22\x01\xff"),
    TAIL(TEXT, "cache is ff", "\x2a\x01\xff"),
    TAIL(TEXT, "a byte that only continues", "\x22\x03\x61\x80\x62"),
    TAIL(TEXT, "a character that is cut", "\x0a\x02\xe2\x82"),
    TAIL(TEXT, "a character that is broken off", "\x0a\x03\xe2\x82\x61"),
    TAIL(TEXT, "surrogate U+D800", "\x0a\x03\xed\xa0\x80"),
    TAIL(TEXT, "surrogate U+DFFF", "\x12\x03\xed\xbf\xbf"),
    TAIL(TEXT, "a pair of surrogates", "\x2a\x06\xed\xa0\xbd\xed\xb8\x80"),
    TAIL(TEXT, "overlong NUL", "\x22\x02\xc0\x80"),
    TAIL(TEXT, "overlong U+007F", "\x0a\x02\xc1\xbf"),
    TAIL(TEXT, "overlong U+07FF", "\x12\x03\xe0\x9f\xbf"),
    TAIL(TEXT, "overlong U+FFFF", "\x2a\x04\xf0\x8f\xbf\xbf"),
    TAIL(TEXT, "U+110000", "\x22\x04\xf4\x90\x80\x80"),
    TAIL(TEXT, "five bytes", "\x0a\x05\xf8\x88\x80\x80\x80"),
    TAIL(TEXT, "fe ff", "\x12\x02\xfe\xff"),
#undef TAIL
};
enum { TAILS = sizeof tails / sizeof tails[0], FIELDS = 6 };

const struct spoiled *
spoiled_frames(struct test *test, enum spoil kind, size_t *count)
{
    struct spoiled *all = test_memory(test, (TAILS + 1) * sizeof *all);
    struct bytes good = frame_of(test, "palm.echo", "spoiled");
    size_t i;

    *count = 0;
    for (i = 0; i < TAILS; i++) {
        if (kind == SPOIL_ANY || tails[i].kind == kind) {
            all[*count].name = tails[i].name;
            all[(*count)++].frame = bytes_joined(
                test, good, bytes_of(tails[i].bytes, tails[i].size));
        }
    }
    if (kind == SPOIL_ANY) {
        all[*count].name = "ff ff ff ff";
        all[(*count)++].frame = bytes_text("\xff\xff\xff\xff");
    }
    return all;
}

/* The fields of a message one by one, whose ends are known so. */
static size_t
parts_of(struct test *test, struct bytes *parts)
{
    static const char group[] = "\x4b\x08\x80\x01\x53\x54\x4c";

    parts[0] = field_bytes(test, FIELD_PIPELINE, bytes_text("str\xc3\xa9"));
    parts[1] = field_bytes(test, FIELD_CLIENT, bytes_text(CLIENT));
    parts[2] = field_varint(test, FIELD_STAGE, 70000);
    parts[3] = field_bytes(test, FIELD_FUNCTION, bytes_text("palm.echo"));
    parts[4] = field_bytes(test, FIELD_PAYLOAD, bytes_text("spoiled"));
    parts[5] = bytes_of(group, sizeof group - 1);
    return FIELDS;
}

const struct spoiled *
spoiled_cuts(struct test *test, size_t *count)
{
    struct bytes parts[FIELDS];
    struct bytes before = {NULL, 0};
    struct spoiled *cuts = test_memory(test, 256 * sizeof *cuts);
    size_t fields = parts_of(test, parts);
    size_t i;
    size_t size;

    *count = 0;
    for (i = 0; i < fields; i++) {
        for (size = 1; size < parts[i].size && *count < 256; size++) {
            cuts[*count].name =
                test_text(test, "field %zu, cut behind %zu bytes", i, size);
            cuts[(*count)++].frame =
                bytes_joined(test, before, bytes_cut(parts[i], 0, size));
        }
        before = bytes_joined(test, before, parts[i]);
    }
    return cuts;
}
