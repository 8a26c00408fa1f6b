# SPDX-License-Identifier: MIT
"""A foreign pipeline: hears the server before it, runs echo or upper, and
publishes for the client or, with --next, for the server behind it.

Prints the address at which it publishes when it has connected.  Ends on
SIGTERM; then says in one line what it did."""

import argparse
import atexit
import sys

import zmq

import peer
from palm_pb import DecodeError, PalmMessage, method_of

FUNCTIONS = {"echo": lambda payload: payload, "upper": bytes.upper}


def server_of(message):
    """The server that a message names for its stage; None if there is none."""
    elements = message.function.split(" ")
    stage = message.stage if len(elements) > 1 else 0
    if not 0 <= stage < len(elements):
        return None
    return elements[stage].split(".")[0]


class Pipeline:
    def __init__(self, context, options):
        self.name = options.name
        self.is_last = not options.next
        self.received = self.results = self.passed = self.dropped = 0
        self.previous = options.previous.encode()
        self.pub = context.socket(zmq.PUB)
        self.pub.linger = 2000
        self.pub.bind("tcp://127.0.0.1:*")
        self.sub = context.socket(zmq.SUB)
        self.sub.subscribe(self.previous)
        self.sub.connect(options.sub)

    def summary(self):
        print(f"pipeline: {self.received} received, {self.results} results, "
              f"{self.passed} passed over, {self.dropped} dropped", flush=True)

    def publish(self, message):
        topic = message.client
        if not self.is_last:
            topic = self.name
            message.stage += 1
        self.pub.send_multipart([topic.encode(), message.SerializeToString()])
        self.results += 1

    def take(self, frames):
        if len(frames) != 2 or frames[0] != self.previous:
            self.dropped += 1
            return
        try:
            message = PalmMessage.FromString(frames[1])
        except DecodeError:
            self.dropped += 1
            return
        self.received += 1
        if server_of(message) != self.name:
            self.passed += 1
            return
        try:
            message.payload = FUNCTIONS[method_of(message)](message.payload)
        except Exception:  # a server does not die of a message
            message.payload = b"0"
        self.publish(message)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--sub", required=True, help="Pub of the one before")
    parser.add_argument("--previous", required=True, help="and its name")
    parser.add_argument("--next", action="store_true",
                        help="publish for the next server, not the client")
    parser.add_argument("--lifetime", type=int, default=120,
                        help="seconds after which the process ends itself")
    options = parser.parse_args()
    peer.live(options.lifetime)
    pipeline = Pipeline(zmq.Context(), options)
    atexit.register(pipeline.summary)
    print(pipeline.pub.get(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(),
          flush=True)
    while True:
        pipeline.take(pipeline.sub.recv_multipart())


if __name__ == "__main__":
    sys.exit(main())
