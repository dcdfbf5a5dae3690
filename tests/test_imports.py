"""The rooms import downwards only, and nothing heavy loads before it is used."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import types
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "skquake"

# Room -> rooms that it may import, besides _core and itself.
MAY_IMPORT: dict[str, set[str]] = {
    "_core": set(),
    "io": set(),
    "catalogs": set(),
    "sources": set(),
    "preprocessing": set(),
    "sampling": {"sources", "catalogs", "preprocessing"},
    "neural": {"preprocessing"},
    "baselines": {"preprocessing", "neural"},
    "forecasting": {"preprocessing", "sources", "neural"},
    "metrics": set(),
    "model_selection": {"sampling", "metrics", "neural"},
    "alarms": {"catalogs", "sampling", "metrics"},
    "inspection": {"catalogs", "sampling", "model_selection", "metrics", "forecasting", "alarms"},
    "datasets": {"io", "catalogs", "sources", "preprocessing", "sampling", "neural", "model_selection"},
    "plotting": {"catalogs", "metrics", "preprocessing", "forecasting", "alarms"},
}
MAY_IMPORT["report"] = set(MAY_IMPORT)  # everything
HEAVY = {"keras", "tensorflow", "torch", "jax", "scikeras", "sktime", "lightgbm", "hyperopt", "matplotlib"}
# Private modules that are themselves imported inside functions only, at first fit.
AT_FIRST_FIT = {f"neural/_{name}.py" for name in ("adapter", "image_model", "layers", "optimizer", "trainer")}
FILES = sorted(PACKAGE.rglob("*.py"))


def for_types(node):
    """Whether a block is for type checkers alone: ``if TYPE_CHECKING``."""
    return isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING"


def imported(path, *, top_level_only):
    """Full names of the modules that a file imports."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree)
    if top_level_only:
        inside = {
            id(child)
            for block in ast.walk(tree)
            if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or for_types(block)
            for child in ast.walk(block)
        }
        nodes = (node for node in ast.walk(tree) if id(node) not in inside)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the package"
            yield node.module


def room_of(path):
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_import_downwards(path):
    room = room_of(path)
    if room is None:  # the package itself only re-exports
        return
    assert room in MAY_IMPORT, f"{path}: a room that the design does not know"
    allowed = MAY_IMPORT[room] | {room, "_core"}
    for name in imported(path, top_level_only=False):
        if name == "skquake":
            raise AssertionError(f"{path}: import the room, not the package")
        if name.startswith("skquake."):
            assert name.split(".")[1] in allowed, f"{path} may not import {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_heavy_at_import(path):
    if path.relative_to(PACKAGE).as_posix() in AT_FIRST_FIT:
        return  # test_every_public_name_resolves_and_nothing_heavy_loads sees to them
    heavy = {name for name in imported(path, top_level_only=True) if name.split(".")[0] in HEAVY}
    assert not heavy, f"{path} imports {heavy} at module level"


def test_one_module_imports_scikeras():
    users = [
        p for p in FILES if any(n.split(".")[0] == "scikeras" for n in imported(p, top_level_only=False))
    ]
    assert [p.name for p in users] == ["_adapter.py"]


def test_no_module_names_a_keras_backend():
    for path in FILES:
        for name in imported(path, top_level_only=False):
            assert name.split(".")[0] not in {"tensorflow", "torch", "jax"}, f"{path} imports {name}"


def test_every_public_name_resolves_and_nothing_heavy_loads():
    code = (
        "import sys, skquake\n"
        "for name in skquake.__all__: getattr(skquake, name)\n"
        f"print(sorted(set({sorted(HEAVY)!r}) & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_every_public_name_has_a_page():
    pages = (PACKAGE.parent / "docs" / "api" / "index.rst").read_text()
    modules = {}
    for line in pages.splitlines():
        if line.startswith(".. currentmodule:: "):
            names = modules.setdefault(line.split()[-1], set())
        elif line.startswith("   ") and line.strip().isidentifier():
            names.add(line.strip())
    for room in MAY_IMPORT.keys() - {"_core"}:
        module = importlib.import_module(f"skquake.{room}")
        own = {name for name in module.__all__ if not isinstance(getattr(module, name), types.ModuleType)}
        assert own == modules[f"skquake.{room}"], f"docs/api/index.rst and skquake.{room}.__all__ differ"


def test_unknown_names_raise():
    import skquake

    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        skquake.Nonsense  # noqa: B018
    assert "TrackSource" in dir(skquake)
