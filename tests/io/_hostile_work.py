"""What a library may do to the process that it runs in."""

import os
import time
import warnings

from skquake.io import _description


def crash(path, *args):
    os.abort()


def crash_if_told(path, *args):
    """As a library does with one file of many."""
    if "crash" in path.name:
        os.abort()
    return _description._describe(path, *args)


def hang(path):
    time.sleep(600)


def fill(path):
    return len(bytearray(2**40))


def chatter(path, *args):
    os.write(1, b"a library prints")
    warnings.warn("to whom?", stacklevel=1)
    return path, args


def refuse(path):
    raise FileNotFoundError(path)
