"""The earthquakes from which a sampler keeps its controls away."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skquake._core._frames import is_frame
from skquake._core._sklearn import InvalidParameterError
from skquake._core._validation import check_catalog
from skquake.catalogs._order import time_order


def to_avoid(sampler: Any, events: pd.DataFrame) -> pd.DataFrame:
    """``avoid`` of a sampler, checked and in order of time; None: the events themselves.

    Raises
    ------
    InvalidParameterError
        For anything that is no dataframe (a ValueError and a TypeError).
    """
    if sampler.avoid is None:
        return events
    if not is_frame(sampler.avoid):
        raise InvalidParameterError(
            f"The 'avoid' parameter of {type(sampler).__name__} must be a dataframe (pandas, polars, "
            f"pyarrow, ...) or None, got {type(sampler.avoid).__name__}"
        )
    avoid = check_catalog(sampler.avoid, "avoid")
    return avoid.iloc[time_order(avoid)]
