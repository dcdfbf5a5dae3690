"""Folds that each leave out one year, or one satellite."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Frame
from skquake.model_selection._purge import SampleTable
from skquake.model_selection._split import PURGE_CONSTRAINTS, PurgedSplit


class _LeaveOneOut(PurgedSplit):
    """One fold a label; a subclass says which label each row has."""

    _parameter_constraints: dict = {**PURGE_CONSTRAINTS}
    _label: str
    _instead: str

    def __init__(
        self, *, gap_days: float = 0.0, within_km: float | None = None, min_train: int | float = 0.2
    ) -> None:
        self.gap_days = gap_days
        self.within_km = within_km
        self.min_train = min_train

    @abstractmethod
    def _labels(self, table):
        """(names in order, position of each row's name among them)."""

    def _tests(self, table, groups):
        names, code = self._labels(table)
        if len(names) < 2:
            raise ValueError(
                f"{type(self).__name__}: all {table.n} row(s) are of the {self._label} "
                f"{', '.join(map(str, names)) or '(none)'}, and none is left to train on; {self._instead}"
            )
        for k in range(len(names)):
            yield np.flatnonzero(code != k), np.flatnonzero(code == k)

    def get_n_splits(
        self, X: Frame | None = None, y: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> int:
        """Number of folds, which depends on ``X``."""
        what = type(self).__name__
        if X is None:
            raise ValueError(f"{what}: the number of folds depends on the samples; pass X")
        return len(self._labels(SampleTable(X, what))[0])

    def describe(self, X: Frame, y: ArrayLike | None = None, groups: ArrayLike | None = None) -> pd.DataFrame:
        """What each fold keeps and purges, as `PurgedGroupKFold.describe`, after what it leaves out."""
        counts = super().describe(X, y, groups)
        counts.insert(0, self._label, self._labels(SampleTable(X, type(self).__name__))[0])
        return counts


class LeaveOneYearOut(_LeaveOneOut):
    """One fold a calendar year (UTC), purged of shared observations.

    Each year is tested by models trained on all others, before and after it: the Sun's cycle and the seasons
    differ, the same places are seen again. Test rows are never dropped: where a pair, or the
    samples of one event, lie in two years, the part outside the tested year leaves the training.
    So do rows that share an observation with a test row (see `PurgedGroupKFold`).

    Parameters
    ----------
    gap_days, within_km, min_train
        As in `PurgedGroupKFold`.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import LeaveOneYearOut
    >>> time = pd.to_datetime(["2015-03-01", "2015-11-01", "2016-03-01", "2017-03-01"])
    >>> X = pd.DataFrame({"source": "tec", "time": time, "latitude": 0.0, "longitude": 0.0,
    ...     "pair_id": list("abbc"), "radius_km": 100.0, "obs_start": time, "obs_end": time})
    >>> LeaveOneYearOut().describe(X)[["year", "n_train", "n_test", "n_purged_pair"]]
          year  n_train  n_test  n_purged_pair
    fold
    0     2015        1       2              1
    1     2016        2       1              1
    2     2017        3       1              0
    """

    _label, _instead = "year", "use more years, or PurgedTimeSeriesSplit"

    def _labels(self, table):
        years = table.time.view("datetime64[ns]").astype("datetime64[Y]").astype(int) + 1970
        return np.unique(years, return_inverse=True)


class LeaveOneSatelliteOut(_LeaveOneOut):
    """One fold a satellite (or any other ``source``), purged of shared pairs.

    Each source is tested by models trained on all others. An earthquake that several of them saw is
    tested in each; its rows of the others leave the training.

    Parameters
    ----------
    gap_days, within_km, min_train
        As in `PurgedGroupKFold`.

    Notes
    -----
    Satellites that fly together see the same earthquakes, and little is left to train on: that is an
    error, as ``min_train`` says. Two sources share no observation by definition, however close they fly.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.model_selection import LeaveOneSatelliteOut
    >>> time = pd.date_range("2018-08-01", periods=4, freq="D")
    >>> X = pd.DataFrame({"source": ["DEMETER", "DEMETER", "CSES", "CSES"], "time": time, "latitude": 0.0,
    ...     "longitude": 0.0, "pair_id": list("abbc"), "radius_km": 100.0, "obs_start": time,
    ...     "obs_end": time})
    >>> LeaveOneSatelliteOut().describe(X)[["source", "n_train", "n_test", "n_purged_pair"]]
           source  n_train  n_test  n_purged_pair
    fold
    0        CSES        1       2              1
    1     DEMETER        1       2              1
    """

    _label, _instead = "source", "make samples of a SourceCollection of several"

    def _labels(self, table):
        order = sorted(range(len(table.source_names)), key=lambda code: str(table.source_names[code]))
        return [table.source_names[code] for code in order], np.argsort(order)[table.source]
