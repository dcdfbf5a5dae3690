"""What simulators return."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from skquake._core._html import Table, card


class Simulated(Bunch):
    """Observations and the truth behind them; ``repr`` is a line for each, in a notebook a card."""

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}: {_words(content)}" for name, content in self.items())
        return f"Simulated({inside})"

    def _repr_html_(self) -> str:
        rows = [(name, _words(content)) for name, content in self.items()]
        tables = [Table(("part", "what it is"), rows)]
        found = self.get("frame", self.get("maps"))
        origin = str(found.attrs.get("origin", "")) if found is not None else ""
        if isinstance(found, pd.DataFrame):
            units = found.attrs.get("units", {})
            units = units if isinstance(units, dict) else {}
            columns = [
                (str(name), units.get(name, "–"), _range(found[name])) for name in found.columns[:_MOST]
            ]
            tables.append(Table(("column", "unit", "from, to"), columns))
        return card("Simulated observations", lines=[origin], tables=tables)


_MOST = 24  # columns that are listed


def _words(content: Any) -> str:
    if isinstance(content, pd.DataFrame):
        return f"DataFrame of {content.shape[0]:,} rows, {content.shape[1]} columns"
    if hasattr(content, "dims"):
        sizes = ", ".join(f"{n:,} {name}" for name, n in content.sizes.items())
        return f"{type(content).__name__} of {sizes}"
    return repr(content)


def _range(column: pd.Series) -> str:
    low, high = column.min(), column.max()
    if isinstance(low, pd.Timestamp):
        return f"{low:%Y-%m-%d %H:%M} to {high:%Y-%m-%d %H:%M}"
    return f"{low:.4g} to {high:.4g}"
