"""Tables of numbers between blanks: every line has as many words, or an error names it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._typing import Array
from skquake.io._files import MAX_LINE, FormatError, check_line_end, check_lines
from skquake.io._words_at_once import words_at_once

_OVERFLOW = 9e99  # stands for asterisks, which Fortran writes where a number does not fit

_CHUNK = 2**24


def check_last_line(data: bytes, path: Path, *, fixed: bool = True) -> None:
    """Raise for a text that is no table of lines, and for one whose last line is cut.

    That line is whole if it has an end, or is as long as the row of numbers before it. A shorter one is cut
    if all rows are as long (``fixed``). Where it cannot be known, a warning says so.
    """
    check_lines(data, path)
    before, last = [b"", b"", *(line.rstrip() for line in data.rsplit(b"\n", 2))][-2:]
    whole = None
    if before.lstrip()[:1].isdigit():
        whole = True if len(last) == len(before) else False if fixed and len(last) < len(before) else None
    check_line_end(data, path, whole=whole)


def words_in(line: bytes) -> int:
    """How many words a line has; 0 for one that is too long."""
    return len(line.split()) if len(line) <= MAX_LINE else 0


def count_words(data: bytes) -> Array:
    """How many words each line has; what follows the last line end counts as a line if it has words."""
    counts, start = [], 0
    while start < len(data):
        end = data.find(b"\n", start + _CHUNK) + 1 or len(data)
        part = data[start:end]
        text = np.frombuffer(part if part.endswith(b"\n") else part + b"\n", dtype=np.uint8)
        blank = text <= 32
        last = np.flatnonzero(blank[1:] & ~blank[:-1])  # of each word
        counts.append(np.diff(np.searchsorted(last, np.flatnonzero(text == 10)), prepend=0))
        start = end
    return np.concatenate(counts)


def read_words(
    data: bytes,
    path: Path,
    names: Sequence[str],
    *,
    skip: int = 0,
    texts: Sequence[str] = (),
    missing: Sequence[str] = (),
) -> pd.DataFrame:
    """Words of all lines below the first ``skip`` as float64, those of ``texts`` as text.

    Asterisks are NaN (a number that did not fit), and ``1.0D+03`` is a number; anything else that is no
    finite number is an error, and so is a line with another number of words. Empty lines are passed over.
    Words of ``missing`` are NaN in tables that are plain otherwise.
    """
    found = words_at_once(_below(data, skip), names, texts, missing=missing)
    if found is not None:
        return pd.DataFrame(found)
    counts = count_words(data)[skip:]
    wrong = (counts != len(names)) & (counts != 0)
    if wrong.any():
        line = int(wrong.argmax())
        raise FormatError(path, f"line {line + skip + 1}", f"{counts[line]} words instead of {len(names)}")
    if not counts.any():
        raise FormatError(path, "end of file", "no line with data")
    stars = b"*" in data
    body = re.sub(rb"\*+", b"9e99", data) if stars else data
    try:
        table = _parsed(body, names, texts, skip, np.count_nonzero(counts))
    except ValueError:
        try:
            body = _LETTERS.sub(b"e", body)
            table = _parsed(body, names, texts, skip, np.count_nonzero(counts))
        except ValueError:
            raise _first_bad_word(body, path, names, texts, skip) from None
    return table.replace(_OVERFLOW, np.nan) if stars else table


_LETTERS = re.compile(rb"(?<=[\d.])[dDqQ](?=[+-]?\d)")


def _parsed(body, names, texts, skip, n):
    """The table; ValueError for a word that is no finite number, or another number of rows than ``n``."""
    table = pd.read_csv(
        io.BytesIO(body),
        sep=r"\s+",
        header=None,
        skiprows=skip,
        names=list(names),
        dtype={name: str if name in texts else np.float64 for name in names},
        na_filter=False,
        quoting=3,
        float_precision="high",  # exact for numbers of less than 16 digits
    )
    values = table[[name for name in names if name not in texts]].to_numpy()
    if len(table) != n or not np.isfinite(values).all():
        raise ValueError
    return table


def _below(data, skip):
    """What stands below the first ``skip`` lines."""
    at = 0
    for _ in range(skip):
        at = data.find(b"\n", at) + 1 or len(data)
    return data[at:]


def _first_bad_word(data, path, names, texts, skip):
    for i, line in enumerate(data.decode("latin-1").split("\n")[skip:], skip + 1):
        for name, word in zip(names, line.split(), strict=False):
            try:
                if name not in texts and ("_" in word or not np.isfinite(float(word))):
                    raise ValueError
            except ValueError:
                return FormatError(path, f"line {i}", f"{name} {word[:20]!r} is no number")
    return FormatError(path, "table", "not a table of numbers between blanks")
