"""A web server on this machine that answers as an object says."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def listening(server, version="HTTP/1.0"):
    """Requests go to ``server.answer``; ``server.url`` is the address, ``server.ended`` is set at the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = version

        def do_GET(self):
            try:
                server.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                pass  # who asked went away

        do_HEAD = do_POST = do_GET

        def log_message(self, *arguments):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        server.ended.set()
        http.shutdown()
        http.server_close()
        thread.join()
