# SPDX-License-Identifier: MIT
"""A foreign web worker with the functions echo and upper, and fail, which
raises.

Listens at a free port and says at which address.  Ends on SIGTERM; then says
in one line what it did."""

import argparse
import atexit
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import peer
from palm_pb import DecodeError, PalmMessage, method_of


def fail(payload):
    raise ValueError(payload.decode() or "failed as asked")


FUNCTIONS = {
    "echo": lambda payload: payload,
    "upper": lambda payload: payload.upper(),
    "fail": fail,
}

counts = {200: 0, 400: 0, 405: 0, 500: 0}
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # so that connections are kept
    disable_nagle_algorithm = True

    def answer(self, status, body, kind="text/plain"):
        with lock:
            counts[status] += 1
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 405:
            self.send_header("Allow", "POST")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            message = PalmMessage.FromString(body)
            message.payload = FUNCTIONS[method_of(message)](message.payload)
        except DecodeError:
            self.answer(400, b"no PalmMessage\n")
        except KeyError as error:
            self.answer(500, f"no function {error}\n".encode())
        except Exception as error:  # a worker does not die of a message
            self.answer(500, f"{error}\n".encode())
        else:
            self.answer(200, message.SerializeToString(),
                        "application/octet-stream")

    def refuse(self):
        self.answer(405, b"POST a message\n")

    do_GET = do_HEAD = do_PUT = do_DELETE = refuse

    def log_message(self, *words):
        pass


def summary():
    print("web worker: " + " ".join(f"{status}={count}" for status, count
                                    in sorted(counts.items())), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lifetime", type=int, default=120,
                        help="seconds after which the process ends itself")
    options = parser.parse_args()
    peer.live(options.lifetime)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    atexit.register(summary)
    print(f"web worker: ready at http://127.0.0.1:{server.server_port}/",
          flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
