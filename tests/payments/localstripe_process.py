"""The program that runs localstripe for one test run; started by path, never imported.

localstripe's own command listens on every interface and keeps its state in a shared file; here
it listens on a free loopback port, printed as the first line, forgets everything at the end, and
ends when its starter closes standard input, so that a killed test run leaves no process behind.
"""

import os
import socket
import sys
import threading

from aiohttp import web
from localstripe import resources, server


def end_with_starter() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    resources.store.dump_to_disk = lambda: None
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=end_with_starter, daemon=True).start()
    print(listening.getsockname()[1], flush=True)
    web.run_app(server.app, sock=listening, print=None, access_log=None)


if __name__ == "__main__":
    main()
