#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A small target for palm-conform, see ADAPTER.md.

It claims one profile, a cache, and is that cache itself.  It needs python3-zmq
and nothing else, so it reads PalmMessage by hand:

    palm-conform --target 'python3 adapter.py'
"""
import signal
import sys
import uuid

import zmq


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
    found, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:  # a number: the stage, which a cache does not need
            _, at = varint(data, at)
            continue
        size = {1: 8, 5: 4}.get(kind)  # these two have no length before them
        if kind == 2:
            size, at = varint(data, at)
        if size is None or at + size > len(data):
            raise ValueError("no PalmMessage")
        if kind == 2:
            found[tag >> 3] = data[at:at + size]
        at += size
    for number in (1, 2, 4, 5):  # these are UTF-8
        found[number] = found.get(number, b"").decode()
    return found


def answer(store, request):
    """The reply to one request; whatever is wrong with it, b""."""
    try:
        message = fields(request)
        verb = message[4].split(".")[1]  # the function is "_.get"
        payload = message.get(6, b"")
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


def main():
    # adapter.py --palm-conform 1 --profile NAME --control ENDPOINT; with more
    # there are settings, of which a cache has none.
    if len(sys.argv) != 7 or sys.argv[4] != "cache":
        sys.exit(89)  # what is not known here is not guessed
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    context = zmq.Context()
    service, control = context.socket(zmq.REP), context.socket(zmq.DEALER)
    service.bind("tcp://127.0.0.1:*")  # a free port, never a fixed one
    address = service.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0")
    store = {"name": b"palm", "db_address": address}
    facts = b"name=sample in Python\nversion=1\nspec=1\nprofiles=cache\n"
    facts += b"db_address=%s\n" % address
    for key, value in store.items():
        facts += b"preset.%s=%s\n" % (key.encode(), value)
    control.connect(sys.argv[6])
    control.send_multipart([b"READY", facts])
    while True:
        frames = service.recv_multipart()
        service.send(answer(store, frames[0]) if len(frames) == 1 else b"")


if __name__ == "__main__":
    main()
