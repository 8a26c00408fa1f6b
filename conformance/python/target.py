#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The adapter: what palm-conform starts, over palm.py (see ADAPTER.md)."""
import os
import sys
import time
from dataclasses import replace
from functools import partial
import palm
import zmq

SETTINGS = {"describe": "", "cache": "",
    "master": "name pipelined scatter gather stream",
    "hub": "name sub_address previous",
    "rep": "block outbound reply_timeout scatter",
    "server": "name pipelined",
    "pipeline": "name sub_address previous to_client",
    "sink": "name sub_addresses previous to_client",
    "worker": "db_address worker_push_address worker_pull_address",
    "client": "server db_address pull_address pub_address session timeout"}

FUNCTIONS = {"echo": bytes, "reverse": lambda text: text[::-1], "fail": None,
             "sleep": lambda ms: time.sleep(int(ms) / 1000) or ms}

def count(message):
    text = message.payload.decode()
    for i in range(int(text.rstrip("!"))):
        yield replace(message, payload=b"%d" % i)
    if text.endswith("!"):
        raise RuntimeError("as asked")

def hook(name, message):
    yield replace(message, payload=FUNCTIONS[name](message.payload))

def stream(name, topic, message):
    topic = message.payload if name == "reverse" else topic
    yield topic, replace(message, payload=FUNCTIONS[name](message.payload))

def setting(known, key, value):
    """The name and the value; ValueError if there is no such."""
    if key not in known.split():
        raise ValueError(key)
    if key in ("scatter", "gather") and value == "count":
        value = count
    elif key in ("scatter", "gather", "stream"):
        ["echo", "reverse", "fail"].remove(value)
        value = partial(stream if key == "stream" else hook, value)
    elif key in ("pipelined", "block", "to_client"):
        value = ["no", "yes"].index(value) == 1
    elif key == "outbound":
        ["push", "work", "none"].remove(value)
    return key, int(value) / 1000 if key.endswith("timeout") else value

def behind(at="", previous=""):
    """What a pipeline hears, or a sink: lists that fit."""
    addresses, topics = at.split(), previous.split()
    if not addresses or len(addresses) != len(topics):
        raise palm.Refused(f"{len(addresses)} addresses, {len(topics)} topics")
    return [(f"sub_address_{i}", *source)
            for i, source in enumerate(zip(addresses, topics))]

def server_of(profile, settings):
    if profile in ("master", "cache", "hub"):
        return palm.Master(**settings)
    if profile == "rep":
        return palm.Rep(**settings)
    functions, sources = dict(FUNCTIONS), ()
    if profile == "sink":
        sources = behind(settings.pop("sub_addresses", ""),
                         settings.pop("previous", ""))
    elif profile == "pipeline":
        sources = [("sub_address", settings.pop("sub_address", ""),
                    settings.pop("previous", ""))]
    if sources:
        functions["count"] = lambda text: [b"%d" % i for i in range(int(text))]
    settings["to_client"] = (settings.get("to_client", True)
                             and not settings.pop("pipelined", False))
    return palm.Stage(functions, sources=sources, **settings)

def obey(client, verb, *args):
    """The frames of the answer to one command of the suite."""
    if verb == b"open":
        return [] if client.push else client.start() or []
    if verb in (b"get", b"delete"):
        return [client.ask(verb.decode(), args[0])]
    if verb == b"set":
        return [client.set(args[0].decode(), args[1])]
    return client.job(args[0].decode(), args[1:])

def say(control, *texts):
    control.send_multipart([text.encode() for text in texts])

def be(profile, settings, stop, control):
    facts = ["name=palm-py", "version=1", "spec=1",
             "profiles=master cache rep hub server pipeline sink worker "
             "client"]
    if profile == "hub":
        settings.setdefault("sub_address", "")
    if profile in ("master", "cache", "hub", "rep", "server", "pipeline",
                   "sink"):
        server = server_of(profile, settings)
        for key, value in server.cache.items():
            fact = f"{key.decode()}={value.decode()}"
            facts += ["preset." + fact] + [fact] * (key != b"name")
        say(control, "READY", "\n".join(facts))
        return server.run(stop)
    given = map(settings.get, SETTINGS[profile].split())
    say(control, "READY", "\n".join(facts))
    if profile == "worker":
        return palm.Worker(FUNCTIONS, *given).run(stop)
    client = palm.Client(**settings)
    while not stop.is_set():
        try:
            if control.poll(100):
                frames = obey(client, *control.recv_multipart())
                control.send_multipart([b"RESULT", *frames])
        except OSError as error:
            say(control, "ERROR", str(error))

def main(argv):
    pairs, status = list(zip(argv[::2], argv[1::2])), 0
    options, control = dict(pairs), zmq.Context().socket(zmq.DEALER)
    control.connect(options["--control"])
    try:
        settings = dict(setting(SETTINGS[options["--profile"]], *value.split(
            "=", 1)) for option, value in pairs if option == "--set")
        be(options["--profile"], settings, palm.stop_on_sigterm(), control)
    except palm.Refused as error:
        say(control, "REFUSED", str(error))
        status = 1
    except (KeyError, ValueError, OSError) as error:
        bad = "ERROR" if isinstance(error, OSError) else "UNIMPLEMENTED"
        say(control, bad, str(error))
        status = 1
    control.context.destroy()
    os._exit(status)

main(sys.argv[1:])
