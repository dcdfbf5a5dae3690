"""Tables of words by one pass in C: the same as word by word, or left to the careful way."""

import numpy as np
import pandas as pd
import pytest
from _index_layouts import gfz_day
from _io_layouts import kp_daily

from skquake.io import FormatError, _kp, _words, read_kp
from skquake.io._words_at_once import words_at_once

NAMES = ("a", "b", "c")


def by_hand(text):
    rows = [line.split() for line in text.split("\n") if line.strip()]
    return [[np.nan if not word.strip("*") else float(word) for word in row] for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3\n4 5 6\n",
        "  1   2.5\t-3e-5  \n\n\n\t4 .5 6.   \r\n 7 8 9",
        "0.1 123456789.123456789 1e300\n-0.0 007 9007199254740993\n",
        "1 *** 3\n* 5 ********\n",
        "\n" * 5 + "1 2 3\n" + " \n" * 5,
    ],
)
def test_equals_python(text):
    found = words_at_once(text.encode(), NAMES)
    np.testing.assert_array_equal(np.column_stack([found[name] for name in NAMES]), by_hand(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "\n \n", "1 2\n", "1 2 3 4\n", "1 2 3\n1 2\n", "1 2 x\n", "1 2 nan\n", "1 2 inf\n", "1 2 1e400\n",
        "1 2 1_0\n",
        "1 2 0x10\n", '1 2 "3"\n', "1 2\0 3\n", "1 2\x0b3\n", "1 2 3\r4 5 6\n", "1 2 é\n", "1 2 3*\n",
    ],
)  # fmt: skip
def test_leaves_the_rest_to_the_careful_way(text):
    assert words_at_once(text.encode("latin-1"), NAMES) is None


def test_whole_numbers():
    found = words_at_once(b"2025 1.5 * \n007 2 3\n", NAMES, whole=("a", "c"))
    np.testing.assert_array_equal(found["a"], [2025, 7])
    np.testing.assert_array_equal(found["c"], [np.nan, 3])
    for text in (b"2025. 1 1\n", b"2e3 1 1\n", b"0x10 1 1\n"):
        assert words_at_once(text, NAMES, whole=("a",)) is None


def test_chunks_and_texts(monkeypatch):
    monkeypatch.setattr("skquake.io._words_at_once._CHUNK", 20)
    text = "".join(f"{k} 2000-01-{k:02d}   {k / 7:.9f}\n" for k in range(1, 30))
    found = words_at_once(text.encode(), NAMES, texts=("b",))
    assert found["b"].tolist() == [f"2000-01-{k:02d}" for k in range(1, 30)]
    np.testing.assert_allclose(found["c"], np.arange(1, 30) / 7, atol=1e-9)


def mutations(text, n):
    rng = np.random.default_rng(0)
    for _ in range(n):
        data = bytearray(text.encode())
        at = int(rng.integers(len(data)))
        data[at : at + int(rng.integers(0, 3))] = bytes(
            rng.choice(list(b" \n0123456789.-+*eExn\t\r"), 2).tolist()
        )
        yield bytes(data)


def outcome(function):
    try:
        return function()
    except FormatError as error:
        return str(error)


@pytest.mark.parametrize("n", [40, pytest.param(2000, marks=pytest.mark.slow)])
def test_read_words_says_the_same_both_ways(monkeypatch, n):
    data = list(mutations("1.5 2 -3\n4 5.25 6\n 7 8 ***\n" * 3, n))
    quick = [outcome(lambda d=d: _words.read_words(d, "x", NAMES)) for d in data]
    monkeypatch.setattr(_words, "words_at_once", lambda *_, **__: None)
    for d, found in zip(data, quick, strict=True):
        slow = outcome(lambda d=d: _words.read_words(d, "x", NAMES))
        if isinstance(slow, str):
            assert found == slow
        else:
            pd.testing.assert_frame_equal(found, slow)


@pytest.mark.parametrize("n", [20, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", [kp_daily(["2025 02 04", "2025 02 05"]), gfz_day()])
def test_read_kp_says_the_same_both_ways(tmp_path, monkeypatch, text, n):
    data = list(mutations(text, n))
    path = tmp_path / "kp.txt"

    def read(content):
        path.write_bytes(content)
        return outcome(lambda: read_kp(path))

    quick = [read(d) for d in data]
    monkeypatch.setattr(_kp, "_at_once", lambda *_: None)
    for d, found in zip(data, quick, strict=True):
        slow = read(d)
        if isinstance(slow, str):
            assert found == slow
        else:
            pd.testing.assert_series_equal(found, slow)
            assert found.attrs == slow.attrs


def test_words_for_missing_ones():
    found = words_at_once(b"1 NaN\n2 3.5\n", ["a", "b"], missing=["NaN"])
    assert found is not None and np.isnan(found["b"][0]) and found["b"][1] == 3.5
    assert words_at_once(b"1 NaN\n2 3.5\n", ["a", "b"]) is None
