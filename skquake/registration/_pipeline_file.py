"""The Python file of a plan: what it defines is what was hashed."""

from __future__ import annotations

import ast
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from skquake._core._canonical import sha256_of

_INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def imported_packages(path: Path) -> list[str]:
    """Top-level packages, installed and not of Python itself, that a file imports, in any of its lines.

    Raises
    ------
    ValueError
        For a file that is no Python, and for an import of what lies beside it: its code could change unseen.
    """
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: no Python ({error})") from error
    found = set()
    for name, line in _imports(tree):
        top = name.split(".")[0]
        if top == "skquake" or top in sys.stdlib_module_names:
            continue
        spec = importlib.util.find_spec(top) if top else None
        places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
        if not any(place and place.startswith(_INSTALLED) for place in places):
            what = f"imports {name}" if top else "imports what lies beside it"
            raise ValueError(
                f"{path}, line {line}: {what}, which is no installed package, so that its code could change "
                "unseen; put what is needed into this file"
            )
        found.add(top)
    return sorted(found)


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("" if node.level else node.module or ""), node.lineno


def load_functions(path: Path, sha256: str) -> ModuleType:
    """What a file defines, run from the very bytes that have this hash.

    Raises
    ------
    ValueError
        If it has another.
    """
    content = path.read_bytes()
    if sha256_of(content) != sha256:
        raise ValueError(f"{path}: changed since it was hashed")
    module = ModuleType("skquake_plan")
    module.__file__ = str(path)
    exec(compile(content, str(path), "exec", dont_inherit=True), module.__dict__)
    return module


def function_of(module: ModuleType, name: str) -> Any:
    """A function of the file, by name.

    Raises
    ------
    ValueError
        If it defines none.
    """
    function = getattr(module, name, None)
    if not callable(function):
        raise ValueError(f"{module.__file__}: defines no function {name}")
    return function
