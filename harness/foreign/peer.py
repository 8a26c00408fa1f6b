# SPDX-License-Identifier: MIT
"""What the foreign peers share: a life that ends, and cache requests."""

import signal
import sys
import uuid

import zmq

from palm_pb import PalmMessage


def live(seconds):
    """Ends the process on SIGTERM, and in any case after some time, so that
    it cannot outlive its test."""
    def end(number, frame):
        sys.exit(0 if number == signal.SIGTERM else 3)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)


def add_options(parser):
    parser.add_argument("--db", required=True, help="address of the cache")
    parser.add_argument("--timeout", type=int, default=10,
                        help="seconds to wait for an answer")
    parser.add_argument("--lifetime", type=int, default=120,
                        help="seconds after which the process ends itself")


class Cache:
    """Asks the cache, on one REQ socket for all requests: a second one of
    the same identity could be ignored while the first is not yet gone."""

    def __init__(self, context, options, server="_", identity=""):
        self.db = options.db
        self.server = server
        self.identity = identity
        self.socket = context.socket(zmq.REQ)
        self.socket.linger = 0
        if identity:
            self.socket.setsockopt(zmq.IDENTITY, identity.encode())
        self.socket.rcvtimeo = options.timeout * 1000
        self.socket.connect(self.db)

    def ask(self, verb, key="", payload=b""):
        """One request; returns the raw reply."""
        self.socket.send(PalmMessage(
            pipeline=str(uuid.uuid4()), client=self.identity,
            function=f"{self.server}.{verb}", cache=key,
            payload=payload).SerializeToString())
        try:
            return self.socket.recv()
        except zmq.Again:
            sys.exit(f"no answer from the cache at {self.db}")

    def look_up(self, key):
        """The text under a preset key."""
        reply = self.ask("get", payload=key.encode())
        if not reply:
            sys.exit(f"the cache at {self.db} has no {key}")
        return reply.decode()
