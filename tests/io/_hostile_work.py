"""What a library may do to the process that it runs in."""

import os
import time
import warnings


def crash(path):
    os.abort()


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
