"""What is installed: the first thing to paste into a bug report."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

from skquake._core._version import __version__


def versions() -> dict[str, str]:
    """Version of Python, of skquake and of each dependency; "not installed" for absent ones.

    Nothing heavy is imported: versions are read from the installed metadata. From a checkout that is not
    installed only Python and skquake are told.
    """
    found = {"python": sys.version.split()[0], "skquake": __version__}
    names = set()
    try:
        requirements = importlib.metadata.requires("skquake") or []
    except importlib.metadata.PackageNotFoundError:
        requirements = []
    for requirement in requirements:
        extra = "extra ==" in requirement
        name = requirement.split(";")[0].split("[")[0]
        name = name.split(">")[0].split("=")[0].split("<")[0].strip()
        if not extra or name in ("torch", "jax"):
            names.add(name)
    for name in sorted(names, key=str.lower):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def show_versions() -> None:
    """Print the versions of Python, skquake and its dependencies.

    Examples
    --------
    >>> from skquake import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    System
    ...
    """
    found = versions()
    print("System")
    print(f"  python         {found.pop('python')} ({platform.platform()})")
    print(f"  cores          {os.cpu_count()}")
    print(f"  keras backend  {os.environ.get('KERAS_BACKEND', 'as configured for Keras')}")
    print("Packages")
    for name, version in found.items():
        print(f"  {name:<14} {version}")
