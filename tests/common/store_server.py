"""A web server of a folder that knows ranges, and that can be slow, cut its answers or die in the middle."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from common.listening import listening


class StoreServer:
    """Serves files below a folder. ``fault`` concerns the bytes of files whose names end in ``of``.

    Faults: "slow" (in small pieces), "hangs" (says a length, sends nothing until the end of the test),
    "short" (a shorter answer than was asked for, of that length), "cut" (dies half-way), "dies" (closes at
    once), "whole" (knows no ranges), a status such as 503.
    """

    def __init__(self, folder):
        self.folder, self.fault, self.of = folder, None, ".parquet"
        self.asked = []
        self.ended = threading.Event()

    def answer(self, handler):
        path = self.folder / unquote(urlsplit(handler.path).path).strip("/")
        asked = handler.headers.get("Range")
        self.asked.append((handler.command, path.name, asked))
        if path.is_dir():
            names = sorted(f"{one.name}/" if one.is_dir() else one.name for one in path.iterdir())
            page = "".join(f'<a href="{name}">{name}</a>\n' for name in names).encode()
            return self._send(handler, 200, page, {"Content-Type": "text/html"})
        if not path.is_file():
            return handler.send_error(404)
        content = path.read_bytes()
        headers = {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Accept-Ranges": "bytes"}
        fault = self.fault if handler.command == "GET" and path.name.endswith(self.of) else None
        if isinstance(fault, int):
            return self._send(handler, fault, b"", {})
        if fault == "dies":
            return self._hang_up(handler)
        status, body = 200, content
        limits = re.fullmatch(r"bytes=(\d+)-(\d*)", asked or "")
        if limits and fault != "whole":
            stop = int(limits[2]) + 1 if limits[2] else len(content)
            status, body = 206, content[int(limits[1]) : stop]
            headers["Content-Range"] = f"bytes {limits[1]}-{stop - 1}/{len(content)}"
        return self._send(handler, status, body[:-7] if fault == "short" else body, headers, fault)

    def _send(self, handler, status, body, headers, fault=None):
        handler.send_response_only(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command == "HEAD":
            return
        if fault == "hangs":
            self.ended.wait()
        elif fault == "slow":
            for k in range(0, len(body), 1 + len(body) // 5):
                handler.wfile.write(body[k : k + 1 + len(body) // 5])
                handler.wfile.flush()
                self.ended.wait(0.005)
        elif fault == "cut":
            handler.wfile.write(body[: len(body) // 2])
            self._hang_up(handler)
        else:
            handler.wfile.write(body)

    def _hang_up(self, handler):
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True


@contextmanager
def serving_folder(folder):
    """A running :class:`StoreServer`; its address is ``server.url``."""
    with listening(StoreServer(folder), "HTTP/1.1") as server:
        yield server
