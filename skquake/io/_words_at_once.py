"""Tables of words between blanks by one pass of a parser in C; what it cannot vouch for is left to others."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv

from skquake._core._typing import Array

_CHUNK = 2**24
_STARS = ["*" * k for k in range(1, 41)]
CONTROL = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
"""Characters that no table has."""


def words_at_once(
    data: bytes,
    names: Sequence[str],
    texts: Collection[str] = (),
    whole: Collection[str] = (),
    missing: Sequence[str] = (),
) -> dict[str, Array] | None:
    """Words of all lines as float64, those of ``texts`` as text (arrays of objects).

    Empty lines are passed over. Asterisks (a number that did not fit) are NaN. Numbers are exact, as
    Python's ``float``.

    Parameters
    ----------
    data : bytes
    names : sequence of str
        Different names of the words of a line.
    texts : collection of str, default=()
    whole : collection of str, default=()
        Words that must be whole numbers, written without a point.
    missing : sequence of str, default=()
        What stands for a missing number besides asterisks.

    Returns
    -------
    dict of {str: array} or None
        None where a line has another number of words, one of them is no finite number (of the forms that
        pyarrow reads: no ``+5``, no ``1D3``), there is no line, or a character that no table has: the
        careful way finds out what, and says it.
    """
    if data.translate(None, CONTROL) != data:
        return None
    if b"\t" in data:
        data = data.replace(b"\t", b" ")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
        if b"\r" in data:
            return None
    if whole and b"x" in data:  # 0x10 is a whole number for the parser
        return None
    kinds = dict.fromkeys(names, pa.float64())
    kinds |= dict.fromkeys(whole, pa.int64()) | dict.fromkeys(texts, pa.string())
    options = pyarrow.csv.ConvertOptions(
        column_types=kinds, null_values=[*_STARS, *missing], strings_can_be_null=False
    )
    parts: dict[str, list[Array]] = {name: [] for name in names}
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _CHUNK) + 1 or len(data)
        text = squeezed(data[start:end])
        start = end
        if not text.strip(b"\n"):
            continue
        try:
            table = pyarrow.csv.read_csv(
                pa.BufferReader(text),
                read_options=pyarrow.csv.ReadOptions(
                    use_threads=False, column_names=list(names), block_size=len(text) + 1
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter=" ", quote_char=False),
                convert_options=options,
            )
        except (pa.ArrowException, ValueError):
            return None
        for name in names:
            column = table.column(name)
            values = column.to_numpy()
            if name not in texts and np.count_nonzero(~np.isfinite(values)) != column.null_count:
                return None
            parts[name].append(values)
    if not parts[names[0]]:
        return None
    return {name: pieces[0] if len(pieces) == 1 else np.concatenate(pieces) for name, pieces in parts.items()}


def squeezed(part: bytes) -> bytes:
    """Lines whose words are parted by one blank, without blanks at their ends."""
    text = np.frombuffer(part if part.endswith(b"\n") else part + b"\n", dtype=np.uint8)
    word = text != 32
    keep = word.copy()
    # Of a run of blanks the first one stays, unless it begins the line.
    keep[1:] |= word[:-1] & (text[:-1] != 10)
    short = text[keep].tobytes()
    return short.replace(b" \n", b"\n") if b" \n" in short else short
