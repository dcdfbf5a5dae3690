"""Kill a process at each of the moments at which it has written something, and look at what is left."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import traceback

_CALLS = ("write", "fsync", "ftruncate", "replace")


def kill_everywhere(prepare, act, check):
    """Fork a child for each moment of ``act(place)``, kill it there, call ``check(place)``; count the kills.

    ``prepare()`` makes a fresh place for each. Moments are the calls of the operating system by which
    something is written: each is cut before it happens, and a write after half of its bytes. To be called in
    a process without threads.
    """
    for moment in itertools.count(1):
        place = prepare()
        child = os.fork()
        if not child:
            try:
                _die_at(moment)
                act(place)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(3)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, f"failed at moment {moment}"
            return moment - 1
        assert os.WTERMSIG(status) == signal.SIGKILL
        check(place)
    raise AssertionError


def _die_at(moment):
    left = itertools.count(1)

    def wrap(name):
        call = getattr(os, name)

        def counted(*arguments, **options):
            if next(left) == moment:
                if name == "write":
                    descriptor, content = arguments
                    call(descriptor, content[: len(content) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return counted

    for name in _CALLS:
        setattr(os, name, wrap(name))
