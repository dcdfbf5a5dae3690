"""The Keras backend: loaded at first use, alone and without a word, or an error that says what to do.

No module of this package imports a backend by name; Keras does, and the environment variable
``KERAS_BACKEND`` says which.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from skquake._core._keras_setting import configured_backend, keras_setting

BACKENDS = ("tensorflow", "torch", "jax")
_OUT_OF_MEMORY = ("ResourceExhaustedError", "OutOfMemoryError")  # of TensorFlow, of torch
_NO_MEMORY = re.compile(r"RESOURCE_EXHAUSTED|out of memory|can't allocate memory", re.IGNORECASE)
_LOG_LINE = re.compile(
    rb"^(WARNING: All log messages before absl|[IWE]\d{4} |\d{4}-\d\d-\d\d [\d:.]+ [IWE] )[^\n]*\n?",
    re.MULTILINE,
)

_used = False  # whether a network was built or loaded in this process
_lost = False  # whether one was in the process from which this one was forked


def _after_fork_in_child() -> None:
    global _lost
    _lost = _lost or _used


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def load_keras() -> ModuleType:
    """Keras with its backend, for a network that is about to be built or run; no fork of us can, then.

    Raises
    ------
    ImportError
        Where the configured backend is not installed, or is none.
    RuntimeError
        In a process forked from one in which a network was built: the backend's threads are not copied with
        it, and whoever waits for them waits for ever.
    """
    global _used
    if _lost:
        raise RuntimeError(
            "this process was forked from one in which a network had been built, and its Keras backend would "
            "hang; use processes that start afresh: joblib's backend 'loky' (its default) instead of "
            "'multiprocessing', or multiprocessing.get_context('spawn') instead of 'fork'"
        )
    if "keras" not in sys.modules and configured_backend() == "tensorflow":
        quiet: Any = _without_log()
    else:
        quiet = contextlib.nullcontext()
    try:
        with quiet:
            import keras
    except (ImportError, ValueError) as error:
        raise ImportError(_advice(error)) from error
    _used = True
    return keras


@contextlib.contextmanager
def memory_guard(cure: str) -> Iterator[None]:
    """Turn what a backend raises where memory does not suffice into a MemoryError that says ``cure``."""
    try:
        yield
    except Exception as error:
        known = isinstance(error, MemoryError) or type(error).__name__ in _OUT_OF_MEMORY
        if known or (isinstance(error, RuntimeError) and _NO_MEMORY.search(str(error))):
            first = (str(error).splitlines() or [""])[0][:200]
            raise MemoryError(f"out of memory{first and f' ({first})'}: {cure}") from error
        raise


def _advice(error):
    name, source = keras_setting()
    here = [other for other in BACKENDS if other != name and _is_installed(other)]
    found = f"Installed here: {', '.join(here)}. " if here else ""
    offered = name if name in BACKENDS else "torch"
    chosen = here[0] if here else offered
    return (
        f"Keras could not load its backend {name!r} ({source}): {error}. {found}Install one (pip install "
        f"{offered}, or another of {', '.join(BACKENDS)}), and choose it by the environment variable "
        f"KERAS_BACKEND={chosen} before Python starts"
    )


def _is_installed(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


@contextlib.contextmanager
def _without_log():
    """Drop what a backend's libraries log while they are loaded; whatever else is written comes through.

    A user who sets TF_CPP_MIN_LOG_LEVEL below 3 sees what it lets through.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3") != "3":
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with _without_stderr_log():
        yield
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


@contextlib.contextmanager
def _without_stderr_log():
    """Some lines are written whatever the level: take them out of what reaches standard error."""
    try:
        stderr = os.dup(2)
    except OSError:  # there is none
        yield
        return
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            file.seek(0)
            rest = _LOG_LINE.sub(b"", file.read())
            if rest:
                os.write(2, rest)
