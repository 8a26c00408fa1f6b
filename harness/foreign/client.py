# SPDX-License-Identifier: MIT
"""A foreign client.  Actions:

  job FUNCTION N     N messages through a window; looks at every result
  eval FUNCTION TEXT calls, one after the other (--count)
  get KEY, set KEY VALUE, delete KEY

Says in one line what happened.  Status: 0 as expected, 1 not, 2 usage, 3 the
process had to end itself."""

import argparse
import collections
import sys
import time
import uuid

import zmq

import peer
from palm_pb import PalmMessage

EXPECTED = {"echo": lambda payload: payload, "upper": bytes.upper}


class Client:
    def __init__(self, context, options):
        self.context = context
        self.options = options
        self.id = str(uuid.uuid4())
        self.pipeline = str(uuid.uuid4())
        self.push = self.sub = None
        self.cache = peer.Cache(context, options, options.server or "_",
                                self.id)
        self.server = self.cache.look_up("name")
        if options.server not in (None, self.server):
            sys.exit(f"the server is {self.server}, not {options.server}")
        self.pull_address = self.cache.look_up("pull_address")
        self.pub_address = self.cache.look_up("pub_address")
        self.connect()

    def connect(self):
        """Subscribes and connects without waiting for either, as clients
        do that know nothing about slow joiners; unless --wait."""
        for socket in (self.push, self.sub):
            if socket:
                socket.close(1000)
        self.sub = self.context.socket(zmq.SUB)
        self.sub.subscribe(self.id)
        self.sub.rcvtimeo = self.options.timeout * 1000
        monitor = self.sub.get_monitor_socket() if self.options.wait else None
        self.sub.connect(self.pub_address)
        if monitor:
            self.await_handshake(monitor)
        self.push = self.context.socket(zmq.PUSH)
        self.push.sndtimeo = self.options.timeout * 1000
        self.push.connect(self.pull_address)

    def await_handshake(self, monitor):
        monitor.rcvtimeo = self.options.timeout * 1000
        event = 0
        while event != zmq.EVENT_HANDSHAKE_SUCCEEDED:
            event = int.from_bytes(monitor.recv_multipart()[0][:2],
                                   sys.byteorder)
        self.sub.disable_monitor()

    def send(self, function, payload):
        words = [word if "." in word else f"{self.server}.{word}"
                 for word in function.split(" ")]
        self.push.send(PalmMessage(
            pipeline=self.pipeline, client=self.id, function=" ".join(words),
            payload=payload).SerializeToString())

    def recv(self):
        """The payload of the next result; None if none comes in time."""
        try:
            return PalmMessage.FromString(self.sub.recv_multipart()[1]).payload
        except zmq.Again:
            return None


def job(client, options):
    function, count = options.words[0], int(options.words[1])
    method = function.split(".")[-1]
    text = options.payload.encode()
    expected = collections.Counter()
    results = sent = 0
    begin = time.monotonic()
    while results < count * options.results:
        while sent < count and sent - results // options.results \
                < options.window:
            payload = text or (b"message %d " % sent).ljust(options.size, b"x")
            client.send(function, payload)
            if method in EXPECTED:
                expected[EXPECTED[method](payload)] += 1
            sent += 1
        payload = client.recv()
        if payload is None:
            break
        results += 1
        if method in EXPECTED:
            expected[payload] -= 1
    wrong = sum(1 for n in expected.values() if n)
    seconds = time.monotonic() - begin
    print(f"client: {sent} sent, {results} results, {wrong} wrong, "
          f"{results / seconds:.0f} per second")
    return results == count * options.results and not wrong


def evaluate(client, options):
    function, text = options.words[0], options.words[1].encode()
    expect = EXPECTED.get(function.split(".")[-1], lambda payload: None)(text)
    came = wrong = 0
    for _ in range(options.count):
        client.send(function, text)
        payload = client.recv()
        came += payload is not None
        wrong += payload not in (None, expect) and expect is not None
        if options.fresh:
            client.id = str(uuid.uuid4())
            client.connect()
    print(f"client: {options.count} calls, {came} results, {wrong} wrong, "
          f"last {payload!r}")
    return came == options.count and not wrong


def use_cache(client, options):
    action, words = options.action, options.words
    value = words[1].encode() if action == "set" else words[0].encode()
    reply = client.cache.ask(action, words[0] if action == "set" else "",
                             value)
    print(f"client: {action} {words[0]} = {reply.decode(errors='replace')}")
    return action == "get" or reply == words[0].encode()


ACTIONS = {"job": (job, 2), "eval": (evaluate, 2), "get": (use_cache, 1),
           "set": (use_cache, 2), "delete": (use_cache, 1)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    peer.add_options(parser)
    parser.add_argument("--server", help="the name it must have")
    parser.add_argument("--window", type=int, default=100)
    parser.add_argument("--size", type=int, default=100,
                        help="least bytes of a job's payloads")
    parser.add_argument("--payload", default="", help="the same for all")
    parser.add_argument("--results", type=int, default=1,
                        help="results for each message of a job")
    parser.add_argument("--count", type=int, default=1, help="calls of eval")
    parser.add_argument("--fresh", action="store_true",
                        help="new id and new sockets for each call")
    parser.add_argument("--wait", action="store_true",
                        help="push only when the SUB connection stands")
    parser.add_argument("action", choices=sorted(ACTIONS))
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    action, count = ACTIONS[options.action]
    if len(options.words) != count:
        parser.error(f"{options.action} takes {count} words")
    peer.live(options.lifetime)
    context = zmq.Context()
    client = Client(context, options)
    ok = action(client, options)
    context.destroy(linger=1000)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
