"""What the package's files promise to whoever installs it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def readme():
    return (ROOT / "README.md").read_text()


def test_pictures_and_links_of_the_readme_do_not_break_elsewhere(readme):
    """A package index shows the README without what stands between the marks of the picture."""
    shown = re.sub(r"<!-- picture -->.*?<!-- end -->\n+", "", readme, flags=re.DOTALL)
    assert "<!-- picture -->" in readme and "![" not in shown and "<img" not in shown
    assert not re.findall(r"\]\((?!https?://|#)[^)]*\)", shown), "a relative link"


@pytest.mark.parametrize("mark", ["main", "tests"])
def test_commands_of_the_readme_are_marked(readme, mark):
    block = re.search(rf"<!-- {mark} -->\n```\n(.+?)\n```\n<!-- end -->", readme, flags=re.DOTALL)
    assert block and "python -m venv" in block[1]


def test_versions_of_python_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {int(text) for text in re.findall(r"Python :: 3\.(\d+)", "\n".join(project["classifiers"]))}
    lowest = int(project["requires-python"].removeprefix(">=3."))
    tested = {int(text) for text in re.findall(r"\bpy3(\d+)", (ROOT / "tox.ini").read_text())}
    assert min(named) == lowest and named == tested


def test_test_files_have_names_of_their_own():
    """pytest imports them by their bare names."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert not {name for name in names if names.count(name) > 1}


def test_what_is_no_code_is_packaged():
    setting = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    package = ROOT / "skquake"
    packaged = {path for pattern in setting["skquake"] for path in package.glob(pattern)}
    there = {path for path in package.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert there - packaged == set()
