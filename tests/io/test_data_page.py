"""The page "Data": every reader, download and layout stands on it."""

from pathlib import Path

import pytest

from skquake import datasets, io

PAGE = Path(__file__).parents[2] / "docs" / "data.rst"


@pytest.fixture
def page():
    if not PAGE.is_file():
        pytest.skip("no docs beside the tests")
    return PAGE.read_text()


@pytest.mark.parametrize("name", sorted(name for name in io.__all__ if name.startswith(("read_", "from_"))))
def test_every_reader_stands_on_it(page, name):
    assert f"`{name}`" in page


@pytest.mark.parametrize("name", sorted(name for name in datasets.__all__ if name.startswith("fetch_")))
def test_every_download_stands_on_it(page, name):
    assert f"skquake.datasets.{name}`" in page


def test_every_layout_of_catalogs_stands_on_it(page):
    for name in io.catalog_layouts().index:
        assert f"``{name}``" in page, name


def test_rows_are_whole_and_say_their_terms(page):
    rows = page.split("   * - ")[1:]
    assert len(rows) > 35
    for row in rows:
        cells = row.split("\n\n")[0].split("\n     - ")
        assert len(cells) == 5, row
