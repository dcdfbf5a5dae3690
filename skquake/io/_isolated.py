"""A reader's work in a child process, where a C library that hangs or crashes harms nothing else."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from skquake.io._files import FormatError

SECONDS = 60.0
"""Longest time for one file."""

BYTES = 2 * 2**30
"""Most memory of the child beyond what it starts with (Linux; elsewhere time alone is limited)."""


CHILD = "child process"
"""Where errors say that the child ended."""


class Isolated:
    """Calls functions of a file in a child process, one for all files.

    It keeps accidents away (crashes, endless loops, memory), it is no sandbox against code.

    Parameters
    ----------
    isolate : bool
        If False, functions are called right here.
    seconds : float, default=60.0
        After which the child is killed.
    n_bytes : int, default=2 GiB
        Its memory.
    """

    def __init__(self, isolate: bool, *, seconds: float = SECONDS, n_bytes: int = BYTES) -> None:
        self.isolate, self.seconds, self.n_bytes = isolate, seconds, n_bytes
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Isolated:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self, function: Callable[..., Any], path: Path, *args: Any) -> Any:
        """``function(path, *args)``; the function is one of a module, its result can be pickled.

        Raises
        ------
        FormatError
            If the child crashed, took too long or too much memory; and what the function raises.
        """
        if not self.isolate:
            return function(path, *args)
        child = self._start()
        assert child.stdin is not None and child.stdout is not None
        late = threading.Event()

        def stop():
            late.set()
            child.kill()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            pickle.dump((function, path, args), child.stdin)
            child.stdin.flush()
            error, result = pickle.load(child.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            code = self._end()
            what = f"took longer than {self.seconds:g} s" if late.is_set() else f"ended with code {code}"
            raise FormatError(path, CHILD, f"the library that reads it {what}: damaged?") from None
        finally:
            timer.cancel()
        if isinstance(error, MemoryError):
            what = f"takes more than {self.n_bytes} bytes of memory: damaged?"
            raise FormatError(path, CHILD, what) from error
        if error is not None:
            raise error
        return result

    def _end(self) -> int | None:
        """Kill the child, if there is one, and say with what code it ended."""
        child, self._child = self._child, None
        if child is None:
            return None
        try:
            child.communicate(timeout=0.2)  # closes its input, upon which it ends by itself
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        return child.returncode

    def _start(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            known = [os.path.abspath(place) for place in sys.path]
            self._child = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import serve; serve({self.n_bytes})"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(known)},
            )
        return self._child


def serve(n_bytes: int) -> None:
    """What the child does: read calls from standard input, write (error, result) to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints does not mix with results
    limited = False
    while True:
        try:
            function, path, args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        if not limited:  # what the function's module imports is not counted
            _limit(n_bytes)
            limited = True
        answer: tuple[BaseException | None, Any]
        try:
            answer = None, function(path, *args)
        except Exception as error:
            answer = error, None
        try:
            data = pickle.dumps(answer)
        except Exception as error:  # an exception or a result that cannot be sent, or no memory for it
            known = error if isinstance(error, MemoryError) else RuntimeError(f"cannot be sent: {error}")
            data = pickle.dumps((known, None))
        out.write(data)
        out.flush()


def _limit(n_bytes):
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + n_bytes, used + n_bytes))
    except (ImportError, OSError, ValueError):
        pass
