"""The rooms import downwards only, and nothing heavy loads before it is used."""

from __future__ import annotations

import ast
import functools
import importlib
import os
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
    "neural": {"preprocessing", "sampling"},
    "baselines": {"preprocessing", "neural"},
    "forecasting": {"preprocessing", "sources", "neural"},
    "metrics": set(),
    "model_selection": {"sampling", "metrics", "neural"},
    "alarms": {"catalogs", "sources", "sampling", "metrics"},
    "inspection": {"catalogs", "sampling", "model_selection", "metrics", "forecasting", "alarms"},
    "datasets": {
        *("io", "catalogs", "sources", "preprocessing", "sampling", "neural", "model_selection"),
        *("baselines", "forecasting", "metrics", "inspection"),
    },
    "plotting": {"catalogs", "metrics", "preprocessing", "forecasting", "alarms"},
}
MAY_IMPORT["report"] = set(MAY_IMPORT)  # everything
MAY_IMPORT["registration"] = set(MAY_IMPORT)  # everything
MAY_IMPORT["prospective"] = set(MAY_IMPORT)
MAY_IMPORT["testing"] = MAY_IMPORT["utils"] = set(MAY_IMPORT)
HEAVY = {"keras", "tensorflow", "torch", "jax", "scikeras", "sktime", "lightgbm", "hyperopt", "matplotlib"}
# Private modules that are themselves imported inside functions only, at first fit.
AT_FIRST_FIT = {f"neural/_{name}.py" for name in ("adapter", "image_model", "layers", "optimizer", "trainer")}
FILES = sorted(PACKAGE.rglob("*.py"))


def for_types(node):
    """Whether a block is for type checkers alone: ``if TYPE_CHECKING``."""
    return isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING"


@functools.cache
def all_imported(path):
    """Full names of the modules that a file imports, and whether at its top level."""
    found, blocks = [], [(ast.parse(path.read_text()), True)]
    while blocks:
        block, is_top = blocks.pop()
        for node in ast.iter_child_nodes(block):
            if isinstance(node, ast.Import):
                found += [(alias.name, is_top) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import; name the package"
                found.append((node.module, is_top))
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or for_types(node)
            blocks.append((node, is_top and not inside))
    return found


def imported(path, *, top_level_only):
    return [name for name, is_top in all_imported(path) if is_top or not top_level_only]


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
        if line.startswith(".. module:: "):
            names = modules.setdefault(line.split()[-1], set())
        elif line.startswith("   ") and line.strip().isidentifier():
            names.add(line.strip())
    rooms = [importlib.import_module(f"skquake.{room}") for room in MAY_IMPORT.keys() - {"_core"}]
    inside = [getattr(room, name) for room in rooms for name in room.__all__]
    for module in [*rooms, *(value for value in inside if isinstance(value, types.ModuleType))]:
        values = {name: getattr(module, name) for name in module.__all__}
        own = {name for name, v in values.items() if isinstance(v, type | types.FunctionType)}
        listed = modules.get(module.__name__, set())
        assert own <= listed <= values.keys(), f"docs/api/index.rst and {module.__name__}.__all__ differ"


def test_unknown_names_raise():
    import skquake

    with pytest.raises(AttributeError, match="Nonsense"):
        skquake.Nonsense  # noqa: B018
    assert {"TrackSource", "io", "__version__"} <= set(dir(skquake))


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment},
    ).stdout.strip()


LOADED = "print(sorted(name for name in sys.modules if name.startswith('skquake.') and name.count('.') == 1))"


def test_rooms_load_at_first_use():
    said = run(
        f"import sys, skquake; {LOADED}; print('pandas' in sys.modules); skquake.io.read_kp; {LOADED}"
    ).splitlines()
    assert said[:2] == ["[]", "False"] and "skquake.io" in said[2]


def test_all_load_at_once_where_the_environment_says_so():
    loaded = run(f"import sys, skquake; {LOADED}", EAGER_IMPORT="1")
    assert all(f"skquake.{room}" in loaded for room in MAY_IMPORT)


def test_names_of_the_package_are_those_of_its_stub():
    import skquake

    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    listed = next(ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign))
    assert set(listed) == set(skquake.__all__)
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert {room for room in rooms if room[0] != "_"} <= set(listed)


def test_testing_does_not_load_pytest():
    assert run("import sys, skquake.testing; print('pytest' in sys.modules)") == "False"


def test_one_place_for_the_version():
    import skquake
    from skquake._core._versions import versions

    assert versions()["skquake"] == skquake.__version__
    quoted = {
        path
        for path in PACKAGE.parent.iterdir()
        if path.suffix in (".toml", ".cfg", ".cff", ".py", ".md") and skquake.__version__ in path.read_text()
    }
    assert not quoted, f"the version stands in skquake/_core/_version.py alone, not in {quoted}"
