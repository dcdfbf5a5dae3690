"""Numbers and ranges: one way to read them and one table of what they can be, in every reader."""

import ast
from pathlib import Path

import numpy as np
import pytest

from skquake.io import FormatError, _files, _numbers, _words
from skquake.io._numbers import number, real, to_numbers
from skquake.io._omni_words import HOURLY, MINUTES
from skquake.io._ranges import RANGES, Range, check_range, check_table
from skquake.io._table import read_table
from skquake.io._words import read_words

FORMS = {
    "+5": 5.0,
    "-5": -5.0,
    ".5": 0.5,
    "5.": 5.0,
    "1.0D+03": 1000.0,
    "1.0d-3": 0.001,
    "2.5e1": 25.0,
    "2.5q1": 25.0,
    "1.0-103": 1e-103,
    "*****": np.nan,
}
NONE = ("x", "1_0", "0x10", "inf", "-Infinity", "1.0E", "--5", "1,5", "1e999", "5-3", "1.2.3")


@pytest.mark.parametrize("text", FORMS)
def test_every_text_reader_reads_the_forms_of_fortran_and_c(text):
    expected, path = FORMS[text], Path("a.txt")
    np.testing.assert_equal(real(text), expected)
    np.testing.assert_equal(number(f" {text} ", path, 1, "x"), expected)
    np.testing.assert_equal(to_numbers(["1", text], path, "x"), [1.0, expected])
    table = read_table(f"a,b\n1,{text}\n".encode(), path, {"b": float})
    np.testing.assert_equal(table["b"].to_numpy(), [expected])
    if text != "1.0-103":  # OMNI and GFZ write no such exponents
        words = read_words(f"1 {text}\n2 3\n".encode(), path, ["a", "b"])
        np.testing.assert_equal(words["b"].to_numpy(), [expected, 3.0])


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_refused_by_all(text):
    path = Path("a.txt")
    with pytest.raises(ValueError):
        real(text)
    for refuse in (
        lambda: number(text, path, 1, "x"),
        lambda: to_numbers([text], path, "x"),
        lambda: read_words(f"1 {text}\n".encode(), path, ["a", "b"]),
        lambda: read_table(f'a;b,b\n1,"{text}"\n'.encode(), path, {"b": float}),
    ):
        with pytest.raises(FormatError, match=r"no number|infinite"):
            refuse()


def test_missing_numbers_of_a_table_are_those_of_a_catalog():
    missing = ["", "NaN", "N/A", "null", "None", "-", "--", "#N/A", "***"]
    values = to_numbers(missing, Path("a.txt"), "x")
    table = read_table(
        ("a,b\n" + "".join(f"1,{text}\n" for text in missing)).encode(), Path("a"), {"b": float}
    )
    assert np.isnan(values).all() and table["b"].isna().all()


def test_limits_of_lines_and_numbers_have_one_home():
    assert _words.MAX_LINE is _files.MAX_LINE and not hasattr(_words, "MAX_LINES")
    assert not hasattr(_files, "real") and not hasattr(_files, "number")


def test_words_of_omni_take_their_ranges_from_the_table():
    ranges = {word.name: word.range for word in (*HOURLY, *MINUTES)}
    for name in ("ap", "dst", "ae", "f107"):
        assert ranges[name] == RANGES[name]
    assert ranges["kp"].high == 10 * RANGES["kp"].high


def test_no_reader_compares_an_index_with_numbers_of_its_own():
    """Ranges stand in ``_ranges.py``: no other file has a table called LIMITS or the like."""
    for path in Path(_numbers.__file__).parent.rglob("*.py"):
        names = {
            target.id
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert path.name == "_ranges.py" or not [
            name for name in names if "LIMITS" in name or "TOP" in name
        ], path


def test_a_table_is_checked_column_by_column():
    import pandas as pd

    table = pd.DataFrame({"kp": [1.0, np.nan], "other": [1e9, 0.0], "H": [2e4, 9.5e4]})
    check_table(table, Path("a"))
    with pytest.raises(FormatError, match="a, row 2: H 95000 nT is not between -90000 and 90000"):
        check_table(table, Path("a"), {"H": "field"})
    with pytest.raises(FormatError, match="a, row 1: x 3 m is not between 0 and 2"):
        check_range([1.0, 3.0], Range(0.0, 2.0, "m"), Path("a"), label="x")
