"""Records of fixed width: each text that occurs in some columns is decoded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._typing import Array
from skquake.io._files import FormatError


class FixedWidth:
    """Columns of records, which are all of one width.

    Parameters
    ----------
    records : list of str
        All of one length; letters outside ASCII become ``?``.
    path : path-like
    lines : sequence of int
        Numbers of the records' lines, for errors.
    fault : str
        What an error says: ``{text}`` stands for what is no value, ``{start}`` and ``{end}`` for its columns
        (from 1).
    """

    def __init__(self, records: list[str], path: Path, lines: Sequence[int], fault: str) -> None:
        text = "".join(records).encode("ascii", "replace")
        self.matrix = np.frombuffer(text, dtype=np.uint8).reshape(len(records), -1)
        self.path, self.lines, self.fault = path, lines, fault

    def decode(self, start: int, end: int, function: Callable[[str], Any]) -> Array:
        """Array of what ``function`` makes of the texts in the columns [start, end), at most eight.

        A FormatError names the first line whose text it finds to be none (ValueError).
        """
        padded = np.full((len(self.matrix), 8), ord(" "), dtype=np.uint8)
        padded[:, : end - start] = self.matrix[:, start:end]
        codes, found = pd.factorize(padded.view(np.uint64).ravel())
        values = []
        for code, key in enumerate(found):
            text = key.tobytes()[: end - start].decode("latin-1")
            try:
                values.append(function(text))
            except ValueError:
                line = self.lines[int(np.argmax(codes == code))]
                what = self.fault.format(text=repr(text), start=start + 1, end=end)
                raise FormatError(self.path, f"line {line}", what) from None
        kind = object if isinstance(values[0], str) else None
        out: Array = np.array(values, dtype=kind)[codes]
        return out
