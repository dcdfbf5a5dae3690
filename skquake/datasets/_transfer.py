"""How something comes over the net: within bounds of size and time, tried again, checked, then kept."""

from __future__ import annotations

import errno
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from numbers import Integral, Real
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any, TypeVar
from uuid import uuid4

from skquake._core._progress import progress_bar
from skquake._core._sklearn import Interval
from skquake.io import FormatError
from skquake.io._files import is_packed, read_bytes

T = TypeVar("T")

_WORTH_RETRYING = {408, 425, 429}  # of the 4xx answers; 5xx ones always are
_HERE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}  # no server is to blame
_TIMEOUT = (30.0, 60.0)  # seconds to connect, and from one packet to the next
_LONGEST_WAIT = 86_400.0
_MAX_TEXT = 2**20

PARAMETERS = {
    "download_if_missing": ["boolean"],
    "n_retries": [Interval(Integral, 0, None, closed="left")],
    "delay": [Interval(Real, 0, None, closed="left")],
    "max_mb": [Interval(Real, 0, None, closed="neither"), None],
    "max_seconds": [Interval(Real, 0, None, closed="neither"), None],
    "base_url": [str],
    "verbose": ["verbose"],
}
"""Constraints of the parameters that all ``fetch_*`` functions have."""


class OutOfBoundsError(OSError):
    """More bytes, or more time, than allowed."""


@dataclass(frozen=True)
class Transfer:
    """Bounds of one download.

    Parameters
    ----------
    n_retries : int
        How often to try again what failed.
    delay : float
        Seconds before the first new try, doubled for each further one; longer where the server asks for it.
    max_mb : float or None
        Largest size of a file in MB (10**6 bytes), unpacked.
    max_seconds : float or None
        Longest time for a file, with its new tries and waits.
    token : str or None, default=None
        What a server wants to see as "Bearer"; servers that it sends on to do not get it.
    """

    n_retries: int
    delay: float
    max_mb: float | None
    max_seconds: float | None
    token: str | None = field(default=None, repr=False)

    def download(self, url: str, path: Path, accept: Callable[[Path], T], *, verbose: int = 0) -> T:
        """Fetch ``url`` into ``path``, which appears whole and checked or not at all.

        Parameters
        ----------
        url : str
        path : Path
        accept : callable
            Called with a temporary path; raises ValueError where the content is not what it should be. It
            may write the file anew.
        verbose : int
            Positive shows a progress bar of bytes.

        Returns
        -------
        object
            What ``accept`` returned.
        """

        def action(left: float | None) -> T:
            with temporary(path) as file:
                with file.open("wb") as stream:
                    within(left, lambda stop: self._stream(url, stream, stop, verbose))
                try:
                    unpack(file)
                    self.check_size(file)
                    found = accept(file)
                except ValueError as error:
                    raise _with_content(error, url, file) from error
                file.replace(path)
                return found

        return self.persist(action, url, f"or download it elsewhere and put it there as {path}")

    def text(self, url: str) -> str:
        """The short text that a web service answers."""

        def action(left: float | None) -> str:
            stream = io.BytesIO()
            within(left, lambda stop: _receive(url, stream, stop, _MAX_TEXT, "1 MB, for a short answer"))
            return stream.getvalue().decode("utf-8", errors="replace")

        return self.persist(action, url, "or give the data_home of a machine that has it")

    def check_size(self, file: Path) -> None:
        """Raise OutOfBoundsError for a file that is larger than allowed."""
        if self.max_mb is not None and file.stat().st_size > 1e6 * self.max_mb:
            raise _too_large(f"max_mb={self.max_mb:g}")

    def persist(
        self,
        action: Callable[[float | None], T],
        what: str,
        cure: str,
        *,
        errors: tuple[type[Exception], ...] = (OSError, ValueError),
        is_refused: Callable[[Exception], bool] | None = None,
    ) -> T:
        """``action(seconds left)``, tried again after a while; OSError in the end.

        Parameters
        ----------
        action : callable
        what, cure : str
            What is fetched and what else could be done, for the message.
        errors : tuple of type
            What is worth another try.
        is_refused : callable, default=None
            Whether an error is final. None: by the status that the server gave.
        """
        end = None if self.max_seconds is None else monotonic() + self.max_seconds
        is_refused = is_final if is_refused is None else is_refused
        for trial in range(self.n_retries + 1):
            left = None if end is None else end - monotonic()
            try:
                return action(left)
            except errors as error:
                asked = retry_after(error)
                wait = max(self.delay * 2**trial, asked)
                too_long = end is not None and monotonic() + wait > end
                final = isinstance(error, OutOfBoundsError) or is_refused(error) or trial == self.n_retries
                if not final and not too_long:
                    sleep(wait)
                    continue
                times = "once" if trial == 0 else f"{trial + 1} times"
                asks = f"; the server asks to wait {asked:.0f} s" if asked else ""
                if too_long and not final:
                    asks += f"; the next try would come after max_seconds={self.max_seconds:g}"
                raise OSError(
                    f"{what} could not be downloaded (tried {times}; {type(error).__name__}: {error}{asks}). "
                    f"Check the connection and call again: what is done is kept; {cure}."
                ) from error
        raise AssertionError("unreachable")

    def _stream(self, url: str, stream: IO[bytes], stop: threading.Event, verbose: int) -> None:
        most = None if self.max_mb is None else int(1e6 * self.max_mb)
        _receive(url, stream, stop, most, f"max_mb={self.max_mb}", verbose, self.token)


def within(seconds: float | None, action: Callable[[threading.Event], T]) -> T:
    """``action(stop)``, given up after so many seconds; ``stop`` is then set.

    A time limit of a socket counts from packet to packet: what comes byte by byte would take for ever.
    """
    stop = threading.Event()
    if seconds is None:
        return action(stop)
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(action(stop))
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, name="skquake-download", daemon=True).start()
    try:
        return result.result(max(seconds, 0.0))
    except TimeoutError:
        if result.done():
            raise
        raise OutOfBoundsError(
            "not done within max_seconds; give more, or None for no limit, if the server is only slow"
        ) from None
    finally:
        stop.set()


def is_final(error: Exception) -> bool:
    """Whether another try is of no use: a refusal, an impossible address, a full disk."""
    import requests

    if isinstance(error, requests.RequestException) and isinstance(error, ValueError):
        return True
    if isinstance(error, OSError) and error.errno in _HERE:
        return True
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status is not None and 400 <= status < 500 and status not in _WORTH_RETRYING


def retry_after(error: Exception) -> float:
    """Seconds that a server asks to wait with its 429 or 503; 0.0 where it does not."""
    answer: Any = getattr(error, "response", None)
    if getattr(answer, "status_code", None) not in (429, 503):
        return 0.0
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), _LONGEST_WAIT)
    until, now = _date(asked), _date(answer.headers.get("Date", "")) or datetime.now(UTC)
    return 0.0 if until is None else min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _receive(
    url: str,
    stream: IO[bytes],
    stop: threading.Event,
    most: int | None,
    limit: str,
    verbose: int = 0,
    token: str | None = None,
) -> None:
    """Write what ``url`` answers, up to ``most`` bytes."""
    import requests

    def bearer(request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    auth = None if token is None else bearer
    with requests.get(url, stream=True, timeout=_TIMEOUT, auth=auth) as answer:
        if answer.status_code >= 400:
            said = _excerpt(next(answer.iter_content(2_000), b""))
            what = f"{answer.status_code} {answer.reason}" + (f", {said}" if said else "")
            raise requests.HTTPError(what, response=answer)
        length = answer.headers.get("Content-Length", "")
        announced = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
        if most is not None and (announced or 0) > most:
            raise _too_large(limit)
        received = 0
        with progress_bar(announced, desc=Path(url).name, verbose=verbose, unit="B") as bar:
            for chunk in answer.iter_content(2**14):
                received += len(chunk)
                if most is not None and received > most:
                    raise _too_large(limit)
                if stop.is_set():
                    return
                stream.write(chunk)
                bar.update(len(chunk))


def _too_large(limit: str) -> OutOfBoundsError:
    return OutOfBoundsError(f"larger than {limit}; give a larger one if that is right")


def _with_content(error: ValueError, url: str, file: Path) -> FormatError:
    """The error of a reader, with what came instead; the temporary file means nothing to the user."""
    where, what = (error.where, error.what) if isinstance(error, FormatError) else ("content", str(error))
    with file.open("rb") as stream:
        return FormatError(url, where, f"{what}; what came: {_excerpt(stream.read(2_000)) or 'nothing'}")


def _excerpt(data: bytes) -> str:
    """What data seem to be, and how they begin."""
    head = data.lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head:
        return ""
    low = head[:1_000].lower()
    if b"\0" in head:
        kind = "binary data"
    elif b"<html" in low or b"<!doctype html" in low:
        kind = "an HTML page"
    elif low[:1] == b"<":
        kind = "XML"
    elif low[:1] in b"{[":
        kind = "JSON"
    else:
        kind = "text"
    return f"{kind} ({head[:60].decode('latin-1')!r}...)"


def unpack(file: Path) -> None:
    """Unpack a file that came packed although nothing said so; its name promises plain content."""
    with file.open("rb") as stream:
        packed = is_packed(stream.read(2))
    if packed:
        data = read_bytes(file)
        if is_packed(data):
            raise FormatError(file, f"{packed} stream", "packed twice")
        file.write_bytes(data)


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """A path of its own beside ``path``, with the same ending, removed at the end."""
    file = path.with_name(f".{path.name}.{uuid4().hex[:12]}.tmp{path.suffix}")
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what killed downloads of ``path`` left; only its lock makes sure that none is running."""
    for file in path.parent.glob(f".{path.name}.*.tmp{path.suffix}"):
        file.unlink(missing_ok=True)
