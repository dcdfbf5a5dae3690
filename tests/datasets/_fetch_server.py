"""A local HTTP server whose answers a test writes, and which can fail or die half-way."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

from common.listening import listening


class Server:
    """Answers ``reply(path, query) -> bytes`` (of a POST, ``reply(path, query, body)``).

    ``faults`` are used up first, one a request.

    Faults: a status such as 503, alone or with headers (503, {"Retry-After": "7"}); "half" (dies half-way
    through a body of announced length); "cut" (the same, but no length was announced: only the content
    shows it); "drip" (a byte now and then, for ever); bytes (another body).
    """

    def __init__(self, reply):
        self.reply, self.faults, self.asked = reply, [], []
        self.ended = threading.Event()

    def answer(self, handler):
        url = urlsplit(handler.path)
        self.asked.append(url.path)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            fault = (fault, {})
        if isinstance(fault, tuple):
            handler.send_response_only(fault[0])
            for name, value in fault[1].items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", "0")
            return handler.end_headers()
        sent = ()
        if handler.command == "POST":
            sent = (handler.rfile.read(int(handler.headers["Content-Length"])),)
        body = self.reply(url.path, dict(parse_qsl(url.query)), *sent)
        if body is None:
            return handler.send_error(404)
        if isinstance(fault, bytes):
            body, fault = fault, None
        handler.send_response(200)
        if fault not in ("cut", "drip"):
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        while fault == "drip" and not self.ended.wait(0.02):
            try:
                handler.wfile.write(b"#")
            except OSError:  # nobody listens any more
                return
        handler.wfile.write(body[: len(body) // 2] if fault else body)


@contextmanager
def serving(reply):
    """A running :class:`Server`; its address is ``server.url``."""
    with listening(Server(reply)) as server:
        server.url += "/"
        yield server


def usgs_service(table):
    """``reply`` of the USGS event service for a table of raw CSV columns (texts)."""

    def reply(path, query):
        inside = (
            (table["time"].str[:19] >= query["starttime"][:19])
            & (table["time"].str[:19] <= query["endtime"][:19])
            & (table["mag"].astype(float) >= float(query["minmagnitude"]))
        )
        if path == "/count":
            return str(inside.sum()).encode()
        return table[inside].to_csv(index=False).encode() if path == "/query" else None

    return reply
