"""Tables of any dataframe library, as pandas frames."""

from __future__ import annotations

from typing import Any

import pandas as pd


def as_frame(table: Any, what: str) -> pd.DataFrame:
    """The pandas frame of any table that narwhals understands (polars, pyarrow, modin, ...).

    A pandas frame comes back as it is, index included; others have rows numbered from 0.

    Raises
    ------
    TypeError
        For what is no dataframe; the message begins with ``what``.
    """
    if isinstance(table, pd.DataFrame):
        return table
    import narwhals.stable.v2 as nw

    try:
        return nw.from_native(table, eager_only=True).to_pandas()
    except TypeError as error:
        raise TypeError(
            f"{what}: expected a dataframe (pandas, polars, pyarrow, ...), got {type(table).__name__}"
        ) from error


def is_frame(table: Any) -> bool:
    """Whether a table is a dataframe that :func:`as_frame` takes."""
    if isinstance(table, pd.DataFrame):
        return True
    import narwhals.stable.v2 as nw

    return isinstance(nw.from_native(table, eager_only=True, pass_through=True), nw.DataFrame)
