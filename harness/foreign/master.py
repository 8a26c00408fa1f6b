# SPDX-License-Identifier: MIT
"""A foreign master: Pull to WorkerPush, WorkerPull to Pub, and a cache.

Prints its addresses as one line of JSON, then serves until SIGTERM.  Its
publisher is a plain PUB socket: results for nobody are lost."""

import argparse
import json
import uuid

import zmq

import peer
from palm_pb import DecodeError, PalmMessage


def bind(context, kind, address):
    socket = context.socket(kind)
    socket.linger = 0
    socket.bind(address)
    return socket, socket.getsockopt(zmq.LAST_ENDPOINT).decode().rstrip("\0")


class Master:
    def __init__(self, context, name, db):
        loopback = "tcp://127.0.0.1:*"
        self.sockets = {}
        self.cache = {"name": name.encode()}
        self.waiting = None  # a message that no worker takes yet
        for key, kind in (("db", zmq.REP), ("pull", zmq.PULL),
                          ("pub", zmq.PUB), ("worker_pull", zmq.PULL),
                          ("worker_push", zmq.PUSH)):
            socket, address = bind(context, kind,
                                   db if key == "db" else loopback)
            self.sockets[key] = socket
            self.cache[f"{key}_address"] = address.encode()

    def addresses(self):
        return {key: value.decode() for key, value in self.cache.items()}

    def serve(self):
        """Takes from clients only what it can hand to a worker; results and
        the cache never wait for that."""
        poller = zmq.Poller()
        poller.register(self.sockets["db"], zmq.POLLIN)
        poller.register(self.sockets["worker_pull"], zmq.POLLIN)
        while True:
            # Without a message in hand this waits for one, else for a worker.
            poller.register(self.sockets["pull"],
                            0 if self.waiting else zmq.POLLIN)
            poller.register(self.sockets["worker_push"],
                            zmq.POLLOUT if self.waiting else 0)
            ready = dict(poller.poll())
            if self.sockets["db"] in ready:
                self.sockets["db"].send(self.answer(self.sockets["db"].recv()))
            if self.sockets["worker_pull"] in ready:
                self.publish(self.sockets["worker_pull"].recv_multipart())
            if self.sockets["pull"] in ready:
                self.take(self.sockets["pull"].recv_multipart())
            if self.waiting:
                self.push()

    @staticmethod
    def decode(frames):
        """The message, or None: several frames and garbage are dropped."""
        if len(frames) != 1:
            return None
        try:
            return PalmMessage.FromString(frames[0])
        except DecodeError:
            return None

    def take(self, frames):
        message = self.decode(frames)
        if message is not None:
            message.cache = message.cache or str(uuid.uuid4())
            self.waiting = message.SerializeToString()

    def push(self):
        try:
            self.sockets["worker_push"].send(self.waiting, zmq.NOBLOCK)
            self.waiting = None
        except zmq.Again:
            pass

    def publish(self, frames):
        message = self.decode(frames)
        if message is not None:
            self.sockets["pub"].send_multipart(
                [message.client.encode(), frames[0]])

    def answer(self, frame):
        request = self.decode([frame])
        words = request.function.split(".") if request is not None else []
        verb = words[1] if len(words) > 1 else ""
        if verb == "set":
            key = request.cache or str(uuid.uuid4())
            self.cache[key] = request.payload
            return key.encode()
        if verb not in ("get", "delete"):
            return b""
        key = request.payload.decode(errors="replace")
        if verb == "get":
            return self.cache.get(key, b"")
        self.cache.pop(key, None)
        return request.payload


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="master")
    parser.add_argument("--db", default="tcp://127.0.0.1:*")
    parser.add_argument("--lifetime", type=int, default=120)
    options = parser.parse_args()
    peer.live(options.lifetime)
    master = Master(zmq.Context(), options.name, options.db)
    print(json.dumps(master.addresses()), flush=True)
    master.serve()


if __name__ == "__main__":
    main()
