#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PALM, version 1, in one file of Python: to read beside the specification.

Two ideas carry all of it: what cannot be understood costs only itself, and
what cannot go on holds back its sender."""
import os
import re
import signal
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import uuid4

import zmq

LIMIT = 64 << 20           # bytes of the largest frame that a peer may send
QUEUE = 400                # messages in the queue of a socket
PUBLISHED = 50000          # messages in the queue of a subscriber
HOLD, HELD = 10, 16 << 20  # seconds and bytes of results without subscriber
DRAIN = 3                  # seconds that a stop waits for results
WINDOW = 512               # messages of a client that are outstanding
DROPS = Counter()          # of all messages that are dropped, by reason

@dataclass
class Message:
    """The six fields; `unknown` has the bytes of all others, as they came."""
    pipeline: str = ""
    client: str = ""
    stage: int = 0
    function: str = ""
    cache: str = ""
    payload: bytes = b""
    unknown: bytes = b""

FIELDS = "", "pipeline", "client", "stage", "function", "cache", "payload"

def read_varint(frame, at):
    """The number at `at`, and where it ends (IndexError: not in the frame)."""
    value = 0
    for size in range(10):
        byte = frame[at + size]
        value |= (byte & 127) << 7 * size
        if byte < 128:
            return value % 2**64, at + size + 1
    raise ValueError("a varint of more than ten bytes")

def read_field(frame, at, depth=0):
    """(number, wire type, where the value begins, where the field ends)."""
    key, begin = read_varint(frame, at)
    number, kind, end = key >> 3, key & 7, begin
    if kind == 0:
        end = read_varint(frame, begin)[1]
    elif kind == 2:
        size, begin = read_varint(frame, begin)
        end = begin + size
    elif kind == 3 and depth < 100:    # a group: fields until its end
        inner = None
        while inner != 4:
            last, inner, _, end = read_field(frame, end, depth + 1)
        number = number if last == number else 0
    elif kind in (1, 5):
        end += 8 if kind == 1 else 4
    elif kind != 4 or not depth:
        raise ValueError("no such wire type here, or groups too deep")
    if not 1 <= number <= 536870911 or end > len(frame):
        raise ValueError("no such number, or a field beyond the end")
    return number, kind, begin, end

def decode(frame):
    """The message in a frame.  ValueError or IndexError if there is none."""
    message, end = Message(), 0
    while end < len(frame):
        start, (number, kind, begin, end) = end, read_field(frame, end)
        if number > 6 or kind != (0 if number == 3 else 2):
            message.unknown += frame[start:end]
        elif number == 3:
            value = read_varint(frame, begin)[0]
            message.stage = value - 2**64 if value >> 63 else value
        else:
            value = frame[begin:end]
            setattr(message, FIELDS[number],
                    value if number == 6 else value.decode())
    return message

def understood(frames):
    """The message of one good frame; anything else is dropped: None."""
    with suppress(ValueError, IndexError):
        if len(frames) == 1:
            return decode(frames[0])
    DROPS["no message"] += 1

def varint(value):
    """7 bits a byte, the lowest first; a negative one is 2**64 higher."""
    value %= 2**64
    if value < 128:
        return bytes([value])
    return bytes([value & 127 | 128]) + varint(value >> 7)

def encode(message):
    """Known fields in their order, without defaults; the unknown behind."""
    frame = b""
    for number, name in enumerate(FIELDS):
        value = number and getattr(message, name)
        if value and number == 3:
            frame += b"\x18" + varint(value)
        elif value:
            value = value if number == 6 else value.encode()
            frame += bytes([number << 3 | 2]) + varint(len(value)) + value
    return frame + message.unknown

def called(function, stage):
    """Server and method of the element for the stage (3.2); None and an empty
    one if it names none."""
    if " " in function:
        elements = [text for text in function.split(" ") if text]
        function = elements[stage] if 0 <= stage < len(elements) else ""
    server, *methods = function.split(".")
    return (server, methods[0]) if methods else (None, "")

class Refused(Exception):
    """What a server is told cannot be."""

def open_socket(context, kind):
    """A socket with bounded queues, and (by a ZAP domain) without ZMTP 1.
    For libzmq what is no greeting, as HTTP, is ZMTP 1, and would get work."""
    made = context.socket(kind)
    made.linger, made.maxmsgsize, made.zap_domain = 1000, LIMIT, b"palm"
    made.set_hwm(PUBLISHED if kind == zmq.XPUB else QUEUE)
    return made

def connect(sock, at):
    """To another process, hence not to `inproc:`."""
    good = re.fullmatch("(?!inproc)[a-z]+://[!-~]+", at)
    try:
        sock.connect(at if good else "")
    except zmq.ZMQError as error:
        raise ConnectionError(f"{at!a}: {error}") from None

def stop_on_sigterm():
    """An event that SIGTERM sets.  A function that never ends is cut off."""
    stop = threading.Event()
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.signal(signal.SIGTERM, lambda *_: (stop.set(), signal.alarm(4)))
    return stop

class Cache(dict):
    """Keys and values; one reply to each request, whatever it is.  What is
    preset, no request changes."""
    def __init__(self):
        self.presets = set()

    def preset(self, key, value):
        self[key.encode()] = value
        self.presets.add(key.encode())

    def reply(self, frames):
        message = understood(frames) or Message()
        verb, key = (message.function.split(".") + [""])[1], message.payload
        if verb == "set":
            key = (message.cache or str(uuid4())).encode()
            if key in self.presets:
                return b""
            self[key] = message.payload
        elif verb == "get":
            return self.get(key, b"")
        elif (verb != "delete" or key in self.presets
              or key.decode("utf-8", "ignore").encode() != key):
            return b""
        else:
            self.pop(key, None)
        return key

class PubService:
    """XPUB, since that tells who subscribes, and (NODROP) who is full.
    Results wait in `held` for HOLD seconds if nobody has subscribed."""
    def __init__(self, socket):
        self.socket, socket.xpub_nodrop = socket, 1
        self.topics, self.sizes = set(), set()
        self.held, self.bytes, self.due = deque(), 0, 0

    def subscription(self, frames):
        """1 and a topic; 0 when the last subscriber of the topic has gone."""
        kind, topic = frames[0][:1], frames[0][1:]
        if kind == b"\1":
            self.topics.add(topic)
            self.sizes.add(len(topic))
            self.due = 0
        elif kind == b"\0":
            self.topics.discard(topic)

    def publish(self, topic, frame, until=0, seen=False):
        """A subscription is a prefix; try each size that one has had.  Who has
        subscribed to a beginning sees it now, its client when it comes."""
        self.flush()                   # what waits longer goes first
        until = until or time.monotonic() + HOLD
        here = topic in self.topics
        if here or not seen and any(
                topic[:size] in self.topics for size in self.sizes
                if size <= len(topic)):
            self.send([topic, frame])
            seen = True
        if not here and time.monotonic() < until:
            self.held.append((topic, frame, until, seen))
            self.bytes += len(frame) + 256
        elif not seen:
            DROPS["without subscriber"] += 1
        while self.bytes > HELD:
            _, lost, _, seen = self.held.popleft()
            self.bytes -= len(lost) + 256
            DROPS["without subscriber"] += not seen

    def send(self, frames):
        """A subscriber that is full does not read, and loses it."""
        try:
            self.socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.Again:
            DROPS["of a full subscriber"] += 1
            self.socket.xpub_nodrop = 0
            self.socket.send_multipart(frames)
            self.socket.xpub_nodrop = 1

    def flush(self):
        """Look at what is held, each second and after a subscription."""
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + 1
            held, self.held, self.bytes = self.held, deque(), 0
            for result in held:
                self.publish(*result)

def guarded(hook, *args):
    """What a user's hook yields; when it fails it has just ended."""
    try:
        yield from hook(*args)
    except Exception:
        DROPS["hook failed"] += 1

class Server:
    """Sockets, what to do with what comes at each, and a cache; one thread."""
    push = pub = asked = None

    def __init__(self, name="palm"):
        self.name, self.context, self.cache = name, zmq.Context(), Cache()
        self.parts, self.intake = {}, []        # socket: what to do
        self.waiting, self.inside = deque(), 0  # for peers; at peers
        self.cache.preset("name", name.encode())

    def bind(self, kind, key, part=None):
        """A socket at a free port; the cache knows it by the key."""
        sock = open_socket(self.context, kind)
        sock.bind("tcp://127.0.0.1:*")
        self.cache.preset(key, sock.last_endpoint)
        self.parts[sock] = part
        return sock

    def hear(self, key, at, topic, part):
        """A SubConnection: a subscription is a prefix, and only what has the
        whole topic is for us."""
        sock = open_socket(self.context, zmq.SUB)
        sock.subscribe(topic)
        try:
            connect(sock, at)
        except ConnectionError as error:
            raise Refused(f"{key}: {error}") from None
        self.cache.preset(key, at.encode())
        self.parts[sock] = lambda frames: (
            part(frames[1:]) if frames[0] == topic.encode() else None)
        return sock

    def publish_and_answer(self):
        """Pub and Cache, which all but a RepService have."""
        xpub = self.bind(zmq.XPUB, "pub_address")
        self.pub = PubService(xpub)
        self.parts[xpub] = self.pub.subscription
        rep = self.bind(zmq.REP, "db_address")
        self.parts[rep] = lambda frames: rep.send(self.cache.reply(frames))

    def run(self, stop):
        """Serve until the order to stop; then wait for results, and end."""
        poller, end, ready = zmq.Poller(), None, True
        for sock in self.parts:
            poller.register(sock, zmq.POLLIN)
        while not end or time.monotonic() < end and (ready or self.inside):
            self.give()
            full = self.waiting or self.is_full()
            if self.push:
                waits = full and not self.asked
                poller.register(self.push, zmq.POLLOUT if waits else 0)
            for sock in self.intake:
                poller.register(sock, 0 if full or end else zmq.POLLIN)
            if self.pub:
                self.pub.flush()
            ready = poller.poll(50)
            for sock, _ in ready:
                if sock is not self.push:
                    self.parts[sock](sock.recv_multipart())
                if self.pub and sock is self.pub.socket:  # by the thousand
                    with suppress(zmq.Again):
                        for _ in range(1000):
                            frames = sock.recv_multipart(zmq.NOBLOCK)
                            self.pub.subscription(frames)
            if not end and stop.is_set():
                end = time.monotonic() + DRAIN
        self.context.destroy()         # the last results linger a second

    def is_full(self):
        """Whether nobody would take what came now."""
        return self.push and not self.push.events & zmq.POLLOUT

    def give(self):
        """Give the peers what waits, while they take it."""
        with suppress(zmq.Again):
            while self.waiting:
                self.push.send(self.waiting[0], zmq.NOBLOCK)
                self.waiting.popleft()
                self.inside += 1

class Master(Server):
    """Pull -> WorkerPush, WorkerPull -> Pub, and a cache (chapter 5).  A hub
    (13.4) has a SubConnection for Pull."""
    def __init__(self, name="palm", pipelined=False,
                 scatter=lambda one: [one], gather=lambda one: [one],
                 stream=lambda topic, message: [(topic, message)],
                 sub_address=None, previous=""):
        super().__init__(name)
        self.pipelined = pipelined
        self.scatter, self.gather, self.stream = scatter, gather, stream
        self.intake = [
            self.bind(zmq.PULL, "pull_address", self.take)
            if sub_address is None
            else self.hear("sub_address", sub_address, previous, self.take)]
        self.push = self.bind(zmq.PUSH, "worker_push_address")
        self.bind(zmq.PULL, "worker_pull_address", self.publish)
        self.publish_and_answer()

    def take(self, frames):
        message = understood(frames)
        if message:
            message.cache = message.cache or str(uuid4())
            self.waiting.extend(map(encode, guarded(self.scatter, message)))

    def publish(self, frames):
        message = understood(frames)
        self.inside = max(0, self.inside - 1)
        for topic, each in guarded(self.gathered, message) if message else ():
            self.pub.publish(topic, encode(each))

    def gathered(self, message):
        """The topics and messages that one result gives."""
        stage = message.stage + 1
        for each in self.gather(message):
            if self.pipelined:
                each = replace(each, stage=stage)
            topic = self.name if self.pipelined else each.client
            yield from guarded(self.stream, topic.encode(), each)

class Stage(Server):
    """Runs functions itself (13.1 to 13.3): a server of kind `server`, or,
    with sources, (key, address, topic) of each, a pipeline or a sink."""
    def __init__(self, functions, name="palm", to_client=True, sources=()):
        super().__init__(name)
        self.functions, self.to_client = functions, to_client
        self.passes_over = bool(sources)
        self.intake = [self.hear(*source, self.take) for source in sources]
        if not sources:
            self.intake = [self.bind(zmq.PULL, "pull_address", self.take)]
        self.publish_and_answer()

    def take(self, frames):
        """Another server's name is an error, or, where several listen to one
        server, for another of them."""
        message = understood(frames)
        if not message:
            return
        server, function = called(message.function, message.stage)
        if server in (None, self.name):
            for payload in self.results(function, message.payload):
                self.publish(message, payload)
        elif not self.passes_over:
            self.publish(message, b"0")

    def results(self, function, payload):
        """The payloads that the function gives; `0` when it fails."""
        try:
            made = self.functions[function](payload)
            yield from [made] if isinstance(made, bytes) else made
        except Exception:
            yield b"0"

    def publish(self, message, payload):
        stage = message.stage + (not self.to_client)
        topic = message.client if self.to_client else self.name
        self.pub.publish(topic.encode(), encode(
            replace(message, payload=payload, stage=stage)))

class Rep(Server):
    """A RepService, and the outbound part that it routes to: a PushService, a
    PushPullService (`work`), or none (chapter 7.1)."""
    def __init__(self, block=True, outbound="push", reply_timeout=60,
                 scatter=lambda one: [one]):
        super().__init__()
        self.block, self.scatter, self.timeout = block, scatter, reply_timeout
        self.rep = self.bind(zmq.REP, "rep_address", self.take)
        self.waits = outbound == "work"
        if self.waits:
            self.push = self.bind(zmq.PUSH, "work_push_address")
            self.bind(zmq.PULL, "work_pull_address", self.feedback)
        elif outbound == "push":
            self.push = self.bind(zmq.PUSH, "push_address")

    def take(self, frames):
        """A request: what scatter makes of it is routed, or it is answered."""
        message, made = understood(frames), None
        with suppress(Exception):
            made = message and list(self.scatter(message))
        if made and self.push:
            self.waiting.extend(made)
        else:
            self.rep.send(b"0" if made is None else b"1" if made else b"")

    def give(self):
        """One message after the other; who blocks is waited for."""
        if self.asked and time.monotonic() > self.due:
            self.routed(b"0")
        with suppress(zmq.Again):
            while self.waiting and not self.asked:
                self.push.send(encode(self.waiting[0]), zmq.NOBLOCK)
                message = self.waiting.popleft()
                if self.waits:
                    self.asked = message
                    self.due = time.monotonic() + self.timeout
                else:
                    self.routed(b"")

    def feedback(self, frames):
        """Of the message that is waited for; what comes late is dropped."""
        message = understood(frames)
        if message and self.asked and message == replace(
                self.asked, payload=message.payload, unknown=message.unknown):
            self.routed(frames[0])
        else:
            DROPS["late feedback"] += 1

    def routed(self, feedback):
        """The last one is the reply."""
        self.asked = None
        if not self.waiting:
            self.rep.send(feedback if self.block else b"1")

class Peer:
    """What workers and clients share: questions to a cache."""
    def __init__(self, at, server="", client="", session="", timeout=5):
        self.at, self.server, self.client = at, server or "_", client
        self.pipeline, self.timeout = session or str(uuid4()), timeout
        self.context = zmq.Context()
        self.req = open_socket(self.context, zmq.REQ)
        self.req.sndtimeo = self.req.rcvtimeo = int(timeout * 1000)
        self.req.req_relaxed = 1       # may ask again after a timeout
        self.req.identity = (client or self.pipeline).encode()
        if at:
            connect(self.req, at)

    def encoded(self, function, *rest):
        return encode(Message(self.pipeline, self.client, 0, function, *rest))

    def ask(self, verb, payload, key=""):
        frames = []
        with suppress(zmq.Again):
            self.req.send(self.encoded(f"{self.server}.{verb}", key, payload))
            frames = self.req.recv_multipart()
        if len(frames) != 1:
            raise ConnectionError(f"no answer of one frame from {self.at}")
        return frames[0]

    def find(self, key):
        """The text of a key that must be there."""
        value = self.ask("get", key.encode())
        if not value:
            raise ConnectionError(f"the cache at {self.at} knows no {key}")
        return value.decode("utf-8", "replace")

class Worker(Peer):
    """Runs the functions that its user registered, and no others (15)."""
    def __init__(self, functions, db_address="", push_at="", pull_at=""):
        super().__init__(db_address)
        self.functions = functions
        self.pull = open_socket(self.context, zmq.PULL)
        self.push = open_socket(self.context, zmq.PUSH)
        connect(self.pull, push_at or self.find("worker_push_address"))
        connect(self.push, pull_at or self.find("worker_pull_address"))

    def run(self, stop):
        """Until the stop; what a function is at is still answered."""
        while not stop.is_set():
            ready = self.pull.poll(100)
            message = ready and understood(self.pull.recv_multipart())
            if message:
                message.payload = self.payload(message)
                self.push.send(encode(message))
        self.context.destroy()

    def payload(self, message):
        """The result's; `0` if there is none for any reason."""
        try:
            _, name = called(message.function, message.stage)
            return bytes(self.functions[name](message.payload))
        except Exception:
            return b"0"

class Client(Peer):
    """Pushes messages, and gets their results by its uuid (16)."""
    def __init__(self, server="", db_address="", pull_address="",
                 pub_address="", session="", timeout=5):
        super().__init__(db_address, server, str(uuid4()), session, timeout)
        self.pull_at, self.pub_at = pull_address, pub_address
        self.session, self.push = session, None

    def set(self, key, value):
        return self.ask("set", value, self.session + key)

    def start(self):
        """After the SUB's handshake the subscription is on its way."""
        if self.server != "_" and self.at and self.find("name") != self.server:
            raise ConnectionError(f"the server is not {self.server}")
        pull_at = self.pull_at or self.find("pull_address")
        self.sub = open_socket(self.context, zmq.SUB)
        self.sub.subscribe(self.client)
        monitor = self.sub.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        connect(self.sub, self.pub_at or self.find("pub_address"))
        monitor.poll(min(self.timeout, 2) * 1000)
        self.sub.disable_monitor()
        self.push = open_socket(self.context, zmq.PUSH)
        connect(self.push, pull_at)

    def job(self, function, payloads):
        """As many results as payloads, in the order in which they came.
        The tag in `cache` tells late results of an earlier call from them."""
        if not self.push:
            self.start()
        function = " ".join(text if "." in text else f"{self.server}.{text}"
                            for text in function.split())
        tag, results, sent = str(uuid4()), [], 0
        end = time.monotonic() + self.timeout
        while len(results) < len(payloads):
            if time.monotonic() > end:
                raise TimeoutError("no result in time")
            more = sent < min(len(payloads), len(results) + WINDOW)
            if more and self.push.poll(0, zmq.POLLOUT):
                self.push.send(self.encoded(function, tag, payloads[sent]))
                sent += 1
            elif self.sub.poll(50):
                topic, *frames = self.sub.recv_multipart()
                message = understood(frames) or Message()
                if topic == self.client.encode() and message.cache == tag:
                    results.append(message.payload)
                    end = time.monotonic() + self.timeout
        return results
