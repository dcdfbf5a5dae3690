"""The lines of the documentation's pages run as they stand."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["figures.rst", "pitfalls.rst", "reporting.rst"])
def test_page(page):
    found = doctest.testfile(
        str(DOCS / page),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS,
    )
    assert found.attempted > 0
    assert found.failed == 0


def test_the_changelog_becomes_a_page():
    spec = importlib.util.spec_from_file_location("_changelog", DOCS / "_changelog.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    page = made.changelog_page("# All\n\n## New\n\n- `a_`, `b\n  c`, **bold**: d_ |e|\n")
    assert page == "\nAll\n===\n\n\n\nNew\n---\n\n\n- ``a_``, ``b c``, **bold**: d\\_ \\|e\\|"


def test_every_page_is_found_and_every_chapter_says_where_to_see_it():
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.rst")}
    pages -= {page for page in pages if page.startswith(("gallery/", "api/generated/", "_"))}
    pages -= {"sg_execution_times"}
    named = {"index"}
    for index in ("index", "guide/index"):
        text = (DOCS / f"{index}.rst").read_text(encoding="utf-8")
        tree = re.findall(r"^   (?:.*<)?([\w/]+)>?$", text.split(".. toctree::")[1], re.MULTILINE)
        named |= {f"{index.rpartition('/')[0]}/{name}".lstrip("/") for name in tree}
    assert pages - {"changelog"} <= named  # the changelog is made from that of the sources


def test_references_to_the_gallery_are_to_pages_that_stand():
    examples = DOCS.parent / "examples"
    for page in [*DOCS.glob("*.rst"), *DOCS.glob("guide/*.rst"), *examples.rglob("*.py")]:
        text = page.read_text(encoding="utf-8")
        for folder, name in re.findall(r"sphx_glr_gallery_(\d\d_[a-z]+)_(plot_\w+\.py)", text):
            assert (examples / folder / name).exists(), f"{page.name}: {folder}/{name}"
