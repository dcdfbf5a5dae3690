"""What a detector finds in a record, whatever the two are."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from skquake._core._typing import Estimator


def detect(detector: Estimator, data: Any) -> Any:
    """``polarity`` (frame, NaN undefined), ``expected_rate`` and ``expected_ar`` of a detector on series.

    Parameters
    ----------
    detector : TECAnomalyDetector or bounds
        A clone is fitted on ``data`` where it is not fitted.
    data : SeriesSource or DataFrame
    """
    if hasattr(data, "stations"):
        data = data.to_frame()
    if not isinstance(data, pd.DataFrame):
        raise TypeError(
            f"data: {type(detector).__name__} reads series: a SeriesSource or a pandas DataFrame, whose "
            f"index is the time, not {type(data).__module__.split('.')[0]}.{type(data).__name__}"
        )
    try:
        check_is_fitted(detector)
    except NotFittedError:
        detector = clone(detector).fit(data)
    found = detector.detect(data)
    if isinstance(found, Bunch) and hasattr(detector, "ar_rate"):
        found.expected_ar = detector.ar_rate(data)
    return found
