"""The split of a plan: what came before the sealed span trains, the span tests."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skquake._core._time import as_ns, to_utc
from skquake._core._typing import IntArray
from skquake.model_selection._purge import SampleTable
from skquake.model_selection._split import PURGE_CONSTRAINTS, PurgedSplit


class SealedSpan(PurgedSplit):
    """One fold: rows before a span of time train, those in it test, later ones do neither.

    Training rows go as in `PurgedGroupKFold`.

    Parameters
    ----------
    test_from, test_to : str
        The span, [from, to); None: to the end.
    gap_days, within_km, min_train
        As in `PurgedGroupKFold`.
    """

    _parameter_constraints: dict = {"test_from": [str], "test_to": [str, None], **PURGE_CONSTRAINTS}

    def __init__(
        self,
        test_from: str,
        test_to: str | None = None,
        *,
        gap_days: float = 0.0,
        within_km: float | None = None,
        min_train: float = 0.2,
    ) -> None:
        self.test_from = test_from
        self.test_to = test_to
        self.gap_days = gap_days
        self.within_km = within_km
        self.min_train = min_train

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:
        """One."""
        return 1

    def _tests(self, table: SampleTable, groups: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
        first = as_ns(to_utc([self.test_from]))[0]
        last = np.inf if self.test_to is None else as_ns(to_utc([self.test_to]))[0]
        test = np.flatnonzero((table.time >= first) & (table.time < last))
        if not len(test):
            first_day, last_day = (
                str(np.datetime64(int(t), "ns"))[:10] for t in (table.time.min(), table.time.max())
            )
            raise ValueError(
                f"split: no sample lies in the test span, {self.test_from} to {self.test_to or 'the end'}; "
                f"they lie between {first_day} and {last_day}"
            )
        yield np.flatnonzero(table.time < first), test
