#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A small target for palm-conform, see ADAPTER.md: a cache, made of nothing but
python3-zmq.  It reads PalmMessage by hand:

    palm-conform --target 'python3 adapter.py'
"""
import signal
import sys
import uuid

import zmq

SIZES = {1: 8, 5: 4}  # of the wire types that have no length before them


def varint(data, at):
    """A protobuf number, and where the next byte is."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if not data[at - 1] & 128:
            return value, at


def fields(data):
    """The texts and bytes of a PalmMessage by their number; the last counts."""
    found, at = {1: b"", 2: b"", 4: b"", 5: b"", 6: b""}, 0
    while at < len(data):
        tag, at = varint(data, at)
        size = SIZES.get(tag & 7)
        if tag & 7 in (0, 2):  # a number (the stage), or a length
            size, at = varint(data, at)
        if tag & 7 and (size is None or at + size > len(data)):
            raise ValueError("no PalmMessage")
        if tag & 7:
            found[tag >> 3], at = data[at:at + size], at + size
    return {n: v if n == 6 else v.decode() for n, v in found.items() if n < 7}


def answer(store, frames):
    """The reply to a request; b"" whatever is wrong with it."""
    try:
        (request,) = frames
        message = fields(request)
        verb, payload = message[4].split(".")[1], message[6]  # "_.get"
        if verb == "set":
            key = message[5] or str(uuid.uuid4())
            store[key] = payload
            return key.encode()
        if verb == "delete":
            store.pop(payload.decode(), None)
            return payload
        return store.get(payload.decode(), b"") if verb == "get" else b""
    except (IndexError, ValueError):
        return b""


# adapter.py --palm-conform 1 --profile NAME --control ENDPOINT
if len(sys.argv) != 7 or sys.argv[4] not in ("cache", "describe"):
    sys.exit(89)  # what is not known here is not guessed
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
context, values = zmq.Context(), {}
service, control = context.socket(zmq.REP), context.socket(zmq.DEALER)
service.bind("tcp://127.0.0.1:*")  # a free port, never a fixed one
control.connect(sys.argv[6])
control.send_multipart([b"READY", b"name=sample in Python\nversion=1\nspec=1\n"
                        b"profiles=cache\ndb_address="
                        + service.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0")])
while True:
    service.send(answer(values, service.recv_multipart()))
