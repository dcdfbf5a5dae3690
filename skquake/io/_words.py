"""Tables of numbers between blanks: every line has as many words, or an error names it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._typing import Array
from skquake.io._files import FormatError, check_line_end

_OVERFLOW = 9e99  # stands for asterisks, which Fortran writes where a number does not fit


def check_last_line(data: bytes, path: Path) -> None:
    """Raise if the last line has no end and is not as long as the row of numbers before it: it is cut."""
    if not data.endswith((b"\n", b"\r")):
        before, last = [b"", b"", *(line.rstrip(b"\r") for line in data.rsplit(b"\n", 2))][-2:]
        if len(last) != len(before) or not before.lstrip()[:1].isdigit():
            check_line_end(data, path)


def count_words(data: bytes) -> Array:
    """How many words each line has; what follows the last line end counts as a line if it has words."""
    text = np.frombuffer(data if data.endswith(b"\n") else data + b"\n", dtype=np.uint8)
    blank = text <= 32
    ends = np.flatnonzero(text == 10)
    last = np.flatnonzero(blank[1:] & ~blank[:-1])  # of each word
    counts: Array = np.diff(np.searchsorted(last, ends, side="left"), prepend=0)
    return counts


def read_words(
    data: bytes, path: Path, names: Sequence[str], *, skip: int = 0, texts: Sequence[str] = ()
) -> pd.DataFrame:
    """Words of all lines below the first ``skip`` as float64, those of ``texts`` as text.

    Asterisks are NaN (a number that did not fit); anything else that is no finite number is an error, and so
    is a line with another number of words. Empty lines are passed over.
    """
    bad = data.find(b"\0")
    if bad >= 0:
        raise FormatError(path, f"byte {bad}", "a zero byte; expected a text file")
    counts = count_words(data)[skip:]
    wrong = (counts != len(names)) & (counts != 0)
    if wrong.any():
        line = int(wrong.argmax())
        raise FormatError(path, f"line {line + skip + 1}", f"{counts[line]} words instead of {len(names)}")
    if not counts.any():
        raise FormatError(path, "end of file", "no line with data")
    stars = b"*" in data
    body = re.sub(rb"\*+", b"9e99", data) if stars else data
    kinds = {name: str if name in texts else np.float64 for name in names}
    try:
        table = pd.read_csv(
            io.BytesIO(body),
            sep=r"\s+",
            header=None,
            skiprows=skip,
            names=list(names),
            dtype=kinds,
            na_filter=False,
            quoting=3,
            float_precision="high",  # exact for numbers of less than 16 digits
        )
        numbers = [name for name in names if name not in texts]
        values = table[numbers].to_numpy()
        if len(table) != np.count_nonzero(counts) or not np.isfinite(values).all():
            raise ValueError
    except ValueError:
        raise _first_bad_word(body, path, names, texts, skip) from None
    return table.replace(_OVERFLOW, np.nan) if stars else table


def _first_bad_word(data, path, names, texts, skip):
    for i, line in enumerate(data.decode("latin-1").split("\n")[skip:], skip + 1):
        for name, word in zip(names, line.split(), strict=False):
            try:
                if name not in texts and ("_" in word or not np.isfinite(float(word))):
                    raise ValueError
            except ValueError:
                return FormatError(path, f"line {i}", f"{name} {word[:20]!r} is no number")
    return FormatError(path, "table", "not a table of numbers between blanks")


def check_between(table: pd.DataFrame, path: Path, limits: dict[str, tuple[float, float]]) -> None:
    """Raise for the first value outside its physical range; NaN passes."""
    for name, (low, high) in limits.items():
        if name not in table:
            continue
        values = table[name].to_numpy()
        bad = (values < low) | (values > high)
        if bad.any():
            at = int(bad.argmax())
            raise FormatError(
                path, f"row {at + 1}", f"{name} {values[at]:g} is not between {low:g} and {high:g}"
            )
