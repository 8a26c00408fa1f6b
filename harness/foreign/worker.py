# SPDX-License-Identifier: MIT
"""A foreign worker with the functions echo, upper and burst.

burst takes a payload "N S" and yields N results of S bytes.  Ends on SIGTERM
or after --messages; then says in one line what it did."""

import argparse
import atexit
import sys

import zmq

import peer
from palm_pb import DecodeError, PalmMessage, method_of


def burst(payload):
    count, size = (int(word) for word in payload.split())
    return [bytes([65 + i % 26]) * size for i in range(count)]


FUNCTIONS = {
    "echo": lambda payload: [payload],
    "upper": lambda payload: [payload.upper()],
    "burst": burst,
}


def results_of(message):
    """The payloads that answer a message; "0" if that cannot be done."""
    try:
        return FUNCTIONS[method_of(message)](message.payload)
    except Exception:  # a worker does not die of a message
        return [b"0"]


class Worker:
    def __init__(self, context, options):
        self.received = self.results = self.dropped = 0
        self.pull = context.socket(zmq.PULL)
        self.push = context.socket(zmq.PUSH)
        self.push.linger = 2000
        cache = peer.Cache(context, options)
        self.pull.connect(cache.look_up("worker_push_address"))
        self.push.connect(cache.look_up("worker_pull_address"))
        cache.socket.close()

    def summary(self):
        print(f"worker: {self.received} received, {self.results} results, "
              f"{self.dropped} dropped", flush=True)

    def work(self, messages):
        while not messages or self.received < messages:
            try:
                message = PalmMessage.FromString(self.pull.recv())
            except DecodeError:
                self.dropped += 1
                continue
            self.received += 1
            for payload in results_of(message):
                message.payload = payload
                self.push.send(message.SerializeToString())
                self.results += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    peer.add_options(parser)
    parser.add_argument("--messages", type=int, default=0,
                        help="end after so many, 0 = never")
    options = parser.parse_args()
    peer.live(options.lifetime)
    context = zmq.Context()
    worker = Worker(context, options)
    atexit.register(worker.summary)
    print("worker: ready", flush=True)
    worker.work(options.messages)
    worker.push.close()
    worker.pull.close(0)
    context.term()
    return 0


if __name__ == "__main__":
    sys.exit(main())
