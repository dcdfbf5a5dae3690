"""The versions that decide numbers: what is kept on disk says which made it."""

from __future__ import annotations

import functools
import importlib.metadata
import sys

from skquake._core._keras_setting import configured_backend
from skquake._core._version import __version__

_DISTRIBUTIONS = {
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly"),
    "torch": ("torch",),
    "jax": ("jax",),
}


def made_with() -> dict[str, str]:
    """Versions of skquake, scikit-learn, numpy, Keras, its backend, and Python, by name.

    Keras is not imported: before its import, its backend is the one that its import will choose.
    """
    backend = configured_backend()
    return {
        "skquake": __version__,
        "scikit-learn": _version("scikit-learn"),
        "numpy": _version("numpy"),
        "keras": _version("keras"),
        "keras backend": f"{backend} {_version(*_DISTRIBUTIONS.get(backend, (backend,)))}",
        "python": sys.version.split()[0],
    }


def version_changes(theirs: dict[str, str], ours: dict[str, str]) -> list[str]:
    """What differs, as text: ``["numpy: 2.0.1 -> 2.4.0"]``."""
    names = dict.fromkeys([*ours, *theirs])
    return [
        f"{name}: {theirs.get(name, 'not noted')} -> {ours.get(name, 'not noted')}"
        for name in names
        if theirs.get(name) != ours.get(name)
    ]


@functools.cache
def _version(*distributions):
    for name in distributions:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "not installed"
