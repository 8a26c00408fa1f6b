# SPDX-License-Identifier: MIT
"""The codec against Python's google.protobuf: the same verdict on every frame,
the same fields, the same bytes when it is encoded again.

The arguments are the command that runs core/message_dump.  PALM_TEST_SEED
repeats a run.

google.protobuf has three implementations, which differ from each other (and
one of them from us) on frames that no encoder writes; DIFFERENCES lists them.
A frame with such a feature is excused only where the list says that the
implementation in use decides in that way.
"""
import os
import random
import struct
import subprocess
import sys
import warnings

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError

WHOLE, DAMAGED = 50000, 100000
IMPLEMENTATION = api_implementation.Type()
TEXTS = {1: "pipeline", 2: "client", 4: "function", 5: "cache"}


def message_class():
    file = descriptor_pb2.FileDescriptorProto(name="palm.proto",
                                              syntax="proto3")
    message = file.message_type.add(name="PalmMessage")
    kind = descriptor_pb2.FieldDescriptorProto
    for number, name in enumerate(["pipeline", "client", "stage", "function",
                                   "cache", "payload"], 1):
        field = message.field.add(name=name, number=number,
                                  label=kind.LABEL_OPTIONAL)
        field.type = {3: kind.TYPE_INT64, 6: kind.TYPE_BYTES}.get(
            number, kind.TYPE_STRING)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName("PalmMessage")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory(pool).GetPrototype(found)


Message = message_class()


# --- random frames ----------------------------------------------------------

def number(rng):
    return rng.getrandbits(64) >> rng.randrange(64)


def varint(value, rng=None, longest=10):
    """With an rng it is now and then longer than needed."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    if rng and rng.randrange(30) == 0:
        while len(out) < longest and rng.randrange(3):
            out[-1] |= 0x80
            out.append(0)
    return bytes(out)


def tag(field, kind, rng=None):
    return varint(field << 3 | kind, rng, 5)


def text(rng):
    size = rng.choice([0, 1, 3, 7, 8, 9, 20, 36, 127, 128])
    alphabet = rng.choice(["abc. ", "a\0é߿ࠀ퟿\uffff\U00010000\U0010ffff"])
    return "".join(rng.choices(alphabet, k=size))


def counted(data, rng=None):
    return varint(len(data), rng) + data


def unknown(rng, field, clean, depth=0):
    pad = None if clean else rng
    kind = rng.choice([0, 1, 2, 5, 0, 1, 2, 5, 3])
    if kind == 0:
        return tag(field, 0, pad) + varint(number(rng), pad)
    if kind == 1:
        return tag(field, 1, pad) + rng.randbytes(8)
    if kind == 5:
        return tag(field, 5, pad) + rng.randbytes(4)
    if kind == 3 and depth < 4:
        inner = b"".join(unknown(rng, rng.randrange(1, 20), clean, depth + 1)
                         for _ in range(rng.randrange(3)))
        return tag(field, 3, pad) + inner + tag(field, 4, pad)
    return tag(field, 2, pad) + counted(text(rng).encode(), pad)


def known(rng, clean):
    pad = None if clean else rng
    field = rng.randrange(1, 7)
    if field == 3:
        return tag(3, 0, pad) + varint(number(rng), pad)
    data = rng.randbytes(rng.randrange(300)) if field == 6 \
        else text(rng).encode()
    return tag(field, 2, pad) + counted(data, pad)


def random_frame(rng, clean):
    """clean: every varint is as short as can be."""
    fields = []
    for _ in range(rng.randrange(9)):
        dice = rng.randrange(40)
        if dice < 8:
            field = rng.choice([7, 8, 8, 15, 16, 2047, 536870911])
            fields.append(unknown(rng, field, clean))
        elif dice == 8:
            fields.append(unknown(rng, rng.randrange(1, 7), clean))
        elif dice == 9 and not clean:
            depth = rng.choice([99, 100, 101])
            fields.append(b"\x4b" * depth + b"\x4c" * depth)
        else:
            fields.append(known(rng, clean))
    return b"".join(fields)


def damaged(rng, frame):
    frame = bytearray(frame)
    nasty = b"\x00\x01\x07\x0b\x0c\x7f\x80\x81\xc0\xed\xff"
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(frame)) if frame else 0
        dice = rng.randrange(5) if frame else 4
        if dice == 0:
            del frame[at:]
        elif dice == 1:
            frame[at] ^= 1 << rng.randrange(8)
        elif dice == 2:
            frame[at] = rng.choice(nasty)
        elif dice == 3:
            del frame[at:at + rng.randrange(1, 7)]
        else:
            frame[at:at] = bytes(rng.choices(nasty, k=rng.randrange(1, 7)))
    return bytes(frame)


# --- what is known to differ ------------------------------------------------

class Walk:
    """What stands in a frame, as far as it can be read."""

    def __init__(self, frame):
        self.frame, self.at = frame, 0
        self.open = []  # numbers of the groups around
        self.features = set()
        self.short = b""  # the frame with all tags in their shortest form
        try:
            while self.at < len(frame):
                self.field()
        except IndexError:
            pass

    def varint(self):
        start, value, shift = self.at, 0, 0
        while self.frame[self.at] >= 0x80:
            value |= (self.frame[self.at] & 0x7f) << shift
            shift += 7
            self.at += 1
        value |= self.frame[self.at] << shift
        self.at += 1
        return value, self.at - start

    def field(self):
        start = self.at
        self.short += self.frame[start:]  # for the case that it is cut
        key, size = self.varint()
        if key == 0:
            self.features.add("tag 0")
        if key >> 3 == 0 and self.open:
            self.features.add("field number 0 in a group")
        if key >> 32 and size == 5:
            self.features.add("tag of 33 to 35 bits")
        if size > 5:
            self.features.add("tag of more than 5 bytes")
        value_at = self.at
        self.value(key >> 3, key & 7)
        shortest = self.frame[start:value_at] if key >> 32 or size > 5 \
            else varint(key)
        self.short = self.short[:start - len(self.frame)] + shortest \
            + self.frame[value_at:self.at]

    def value(self, number, kind):
        if kind == 0:
            value, _ = self.varint()
            if value >> 64:
                self.features.add("varint of more than 64 bits")
        elif kind == 2:
            value, size = self.varint()
            if size > 5:
                self.features.add("length of more than 5 bytes")
            self.at += value
        elif kind == 3:
            self.open.append(number)
            if len(self.open) == 100:
                self.features.add("100 groups in each other")
        elif kind == 4 and self.open and self.open.pop() != number:
            self.features.add("end of another group")
        else:
            self.at += {1: 8, 5: 4}.get(kind, 0)


# (implementation, feature, we accept, it accepts).  "python" compares tags by
# their bytes, so that one in a long form is never a known field nor the end of
# a group: complaint() gives it such frames with the tags shortened.
DIFFERENCES = {
    ("cpp", "length of more than 5 bytes", True, False),
    ("cpp", "tag 0", False, True),  # ends the message
    ("cpp", "tag of 33 to 35 bits", False, True),  # cut to 32 bits
    ("python", "tag of 33 to 35 bits", False, True),
    ("python", "tag of more than 5 bytes", False, True),
    ("python", "field number 0 in a group", False, True),
    ("python", "end of another group", False, True),
    ("python", "100 groups in each other", True, False),
}


# --- comparison -------------------------------------------------------------

def ask(command, frames):
    data = b"".join(struct.pack("<I", len(frame)) + frame for frame in frames)
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE,
                          stderr=sys.stderr, check=True)
    at = 0

    def item():
        nonlocal at
        size, = struct.unpack_from("<I", done.stdout, at)
        at += 4 + size
        return done.stdout[at - size:at]

    for _ in frames:
        verdict = item()
        yield verdict, [item() for _ in range(8 if verdict == b"A" else 1)]
    assert at == len(done.stdout)


def parse(frame, warned):
    message = Message()
    del warned[:]
    try:
        message.ParseFromString(frame)
    except (DecodeError, UnicodeDecodeError):
        return None
    # By a warning "cpp" says that it has not read on at the end of no group.
    return None if warned else message


def normal(frame):
    """What google.protobuf makes of a frame that it accepts: bytes."""
    message = Message()
    message.ParseFromString(frame)
    return message.SerializeToString()


def complaint(frame, clean, verdict, items, met, warned):
    """What is wrong with our answer; None if nothing is."""
    if IMPLEMENTATION == "python":
        frame = Walk(frame).short
    theirs = parse(frame, warned)
    if (theirs is not None) != (verdict == b"A"):
        for name in Walk(frame).features:
            key = IMPLEMENTATION, name, verdict == b"A", theirs is not None
            if key in DIFFERENCES:
                met[name] = met.get(name, 0) + 1
                return None
        return "accepted by one only (ours: %s %s)" % (verdict, items[0])
    if theirs is None:
        return None
    if IMPLEMENTATION == "python":
        items[7] = Walk(items[7]).short
    ours = {name: items[i].decode() for i, name in
            [(0, "pipeline"), (1, "client"), (3, "function"), (4, "cache")]}
    ours["stage"], ours["payload"] = int(items[2]), items[5]
    for name, value in ours.items():
        if getattr(theirs, name) != value:
            return "%s is %r, not %r" % (name, value, getattr(theirs, name))
    encoded = theirs.SerializeToString()
    # It shortens the varints of unknown fields; we keep their bytes.
    if clean and encoded != items[7]:
        return "encoded %r, not %r" % (items[7], encoded)
    if encoded != normal(items[7]):
        return "encoded %r does not mean %r" % (items[7], encoded)
    return None


def run(title, index, command, frames, clean):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        return check(title, index, command, frames, clean, warned)


def check(title, index, command, frames, clean, warned):
    met, accepted = {}, 0
    for frame, (verdict, items) in zip(frames, ask(command, frames)):
        accepted += verdict == b"A"
        wrong = complaint(frame, clean, verdict, items, met, warned)
        if wrong:
            print("not ok %d - %s" % (index, title))
            print("# frame %r: %s; features %s" %
                  (frame.hex(), wrong, Walk(frame).features))
            return False
    print("# %d frames, %d accepted, known differences: %s" %
          (len(frames), accepted, met or "none"))
    print("ok %d - %s" % (index, title))
    return True


def main():
    # libprotobuf writes a line on stderr for each invalid string.
    sys.stderr = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    seed = int(os.environ.get("PALM_TEST_SEED")
               or int.from_bytes(os.urandom(8), "little"))
    rng = random.Random(seed)
    print("# PALM_TEST_SEED=%d" % seed)
    print("# google.protobuf implementation: %s" % IMPLEMENTATION)
    print("1..3")
    command = sys.argv[1:]
    clean = [random_frame(rng, True) for _ in range(WHOLE)]
    padded = [random_frame(rng, False) for _ in range(WHOLE)]
    bad = [damaged(rng, rng.choice(padded)) for _ in range(DAMAGED)]
    results = [
        run("Python reads and writes frames as we do", 1, command, clean, True),
        run("Python reads unusual frames as we do", 2, command, padded, False),
        run("Python refuses damaged frames as we do", 3, command, bad, False)]
    return 0 if all(results) else 1


sys.exit(main())
