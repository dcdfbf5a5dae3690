"""Packages whose public names are loaded at first use."""

from __future__ import annotations

import importlib


def attach(package, names):
    """Module ``__getattr__`` and ``__dir__`` that import each name at first use.

    Parameters
    ----------
    package : str
        Name of the package (its ``__name__``).
    names : dict of {str: str}
        Public name -> module that defines it.
    """

    def __getattr__(name):
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(names[name]), name)

    def __dir__():
        return sorted(names)

    return __getattr__, __dir__
