"""What a plan seals: itself, its data and code, skquake's own code, and the versions of all else."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import skquake._core
from skquake._core._canonical import sha256_of_file
from skquake._core._made_with import made_with
from skquake._core._paths import expand_paths, real_paths
from skquake._core._versions import versions
from skquake.registration._pipeline_file import imported_packages

CODE = Path(skquake._core.__file__).parents[1]


class Change(NamedTuple):
    """What is no longer as it was sealed.

    Attributes
    ----------
    where : str
        A file, or the name of a package.
    what : str
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def seals(path: Path, patterns: Sequence[str], code: str) -> dict[str, Any]:
    """Hashes of all files that a plan rests on, and versions.

    Parameters
    ----------
    path : Path
        Of its TOML file.
    patterns : sequence of str
        Files, patterns and folders that it names, from its folder.
    code : str
        Which of them is its Python file.

    Returns
    -------
    dict
        ``files``, ``skquake`` and ``versions``.

    Raises
    ------
    FileNotFoundError
        For a file that the plan names and that is not there.
    ValueError
        For a pipeline that imports what is not installed.
    """
    packages = imported_packages(path.parent / Path(code).expanduser())
    return {
        "files": file_seals(expand_paths(_named(path, patterns), _all_below), path.parent),
        "skquake": file_seals(_code_files(), CODE),
        "versions": made_with() | versions() | _versions_of(packages),
    }


def seals_now(sealed: Mapping[str, Any], path: Path, patterns: Sequence[str]) -> dict[str, Any]:
    """What `seals` of a sealed plan are today; what is missing is left out."""
    files: dict[str, dict[str, Any]] = {}
    for name in _named(path, patterns):
        try:
            files |= file_seals(expand_paths(name, _all_below), path.parent)
        except FileNotFoundError:
            continue
    found = made_with() | versions()
    packages = [name for name in sealed["versions"] if name not in found]
    return {
        "files": files,
        "skquake": file_seals(_code_files(), CODE),
        "versions": found | {name: _version(name) for name in packages},
    }


def source_hashes(plan: Mapping[str, Any], path: Path) -> list[str]:
    """SHA-256 of each file of observations."""
    patterns = [path.parent / Path(pattern).expanduser() for pattern in plan["source"]["files"]]
    found = file_seals(expand_paths(patterns, _all_below), path.parent)
    return sorted(values["sha256"] for values in found.values())


def patterns_of(plan: Mapping[str, Any]) -> list[str]:
    """Files, patterns and folders that a registered plan names."""
    return [
        *plan["catalog"]["files"],
        *plan["source"]["files"],
        *(plan["samples"]["kp"] or ()),
        plan["pipeline"]["file"],
        *plan["pipeline"]["with"],
    ]


def _named(path, patterns):
    """Paths and patterns of a plan, itself first."""
    return [path, *(path.parent / Path(pattern).expanduser() for pattern in patterns)]


def file_seals(files: Iterable[Path], folder: Path) -> dict[str, dict[str, Any]]:
    """By path from a folder, bytes and SHA-256."""
    files = list(files)
    return {
        name: {"bytes": file.stat().st_size, "sha256": sha256_of_file(file)}
        for name, file in zip(names_of(files, folder), files, strict=True)
    }


def changes(sealed: Mapping[str, Any], found: Mapping[str, Any]) -> list[Change]:
    """What differs between two `seals`."""
    told = []
    for part, name in (("files", "{}"), ("skquake", "skquake/{}")):
        before, now = sealed[part], found[part]
        for file in sorted({*before, *now}):
            if file not in now:
                told.append(Change(name.format(file), "missing"))
            elif file not in before:
                told.append(Change(name.format(file), "was not there when the plan was sealed"))
            elif before[file] != now[file]:
                told.append(Change(name.format(file), "changed since the plan was sealed"))
    before, now = sealed["versions"], found["versions"]
    for package in sorted({*before, *now}):
        was, became = before.get(package, "not noted"), now.get(package, "not noted")
        if was != became:
            told.append(Change(package, f"version {was} when the plan was sealed, {became} now"))
    return told


def _code_files():
    files = (path for path in CODE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(path for path in files if "__pycache__" not in path.parts)


def _all_below(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def name_of(file: Path, folder: Path) -> str:
    """A file by its path from a folder; by its whole path where it lies elsewhere."""
    return names_of([file], folder)[0]


def names_of(files: Iterable[Path], folder: Path) -> list[str]:
    """`name_of` each of many files: what they lie in is looked up once."""
    root = os.path.join(os.path.realpath(folder), "")
    return [real.removeprefix(root).replace(os.sep, "/") for real in real_paths(files)]


def _versions_of(packages):
    """By distribution, of packages by the names under which they are imported, our own dependencies apart."""
    known = {name.lower().replace("-", "_") for name in versions()} | {"sklearn"}
    packages = [name for name in packages if name.lower() not in known]
    if not packages:
        return {}
    distributions = importlib.metadata.packages_distributions()  # takes seconds
    names = {name for package in packages for name in distributions.get(package, ())}
    return {name: _version(name) for name in sorted(names)}


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
