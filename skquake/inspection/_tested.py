"""How many earthquakes a score rests on, observed and under null catalogs, and scores of as many."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._typing import Array, FloatArray
from skquake._core._weights import row_weights
from skquake.metrics import event_auc, seismic_auc, seismic_mcc
from skquake.model_selection import Evaluation

COUNTS = "n_earthquakes", "n_events", "n_pairs"
_LIKE = 0.05  # of the median: such a difference changes the spread of a score by 2.5 %


class NumbersTested(NamedTuple):
    """Tested earthquakes of the catalog that happened, beside those of null catalogs.

    Attributes
    ----------
    observed : int
    median, low, high : float
        Of the null catalogs that could be scored, and the limits of their central 95 %.

    Examples
    --------
    >>> from skquake.inspection._tested import NumbersTested
    >>> numbers = NumbersTested.of(29, [40, 39, 41, 40])
    >>> print(numbers, numbers.alike)
    29 tested earthquakes, null catalogs 40 [39, 41] False
    """

    observed: int
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, observed: int, null: Any) -> NumbersTested:
        """From the numbers of the null catalogs; NaN where there are none."""
        if not len(null):
            return cls(observed, np.nan, np.nan, np.nan)
        low, median, high = np.quantile(null, [0.025, 0.5, 0.975])
        return cls(observed, float(median), float(low), float(high))

    @property
    def alike(self) -> bool | None:
        """False outside the central 95 %, more than 5 % of the median away; None where it is not known."""
        if np.isnan(self.median):
            return None
        inside = self.low <= self.observed <= self.high
        return bool(inside or abs(self.observed - self.median) <= _LIKE * self.median)

    @property
    def of_nulls(self) -> str:
        """Median and limits in words."""
        return f"null catalogs {self.median:.0f} [{self.low:.0f}, {self.high:.0f}]"

    def __str__(self) -> str:
        return f"{self.observed} tested earthquake{'s' * (self.observed != 1)}, {self.of_nulls}"


def count_tested(tested: Evaluation | Bunch, X: pd.DataFrame) -> dict[str, int]:
    """Earthquakes, earthquakes and controls, and pairs (an earthquake with its controls) among tested rows.

    Parameters
    ----------
    tested : Evaluation, or Bunch of ``test`` and ``y``
        Positions of the tested rows in ``X``, and their classes.
    X : DataFrame
        Of the samples.
    """
    tested = _evidence(tested, X)
    quakes = tested.loc[tested["y"] == 1, "event_id"].nunique()
    found = int(quakes), int(tested["event_id"].nunique()), int(tested["pair_id"].nunique())
    return dict(zip(COUNTS, found, strict=True))


def thinned_score(
    scoring: str,
    evaluation: Evaluation,
    X: pd.DataFrame,
    n: int,
    rng: np.random.Generator,
    *,
    sample_weight: str | None = "event",
) -> float:
    """Score of ``n`` of the tested earthquakes, drawn at random, each with its controls; models as they are.

    With ``n`` or fewer tested earthquakes it is the score of all. Controls that belong to no tested
    earthquake stay in the same share, drawn at random.

    Parameters
    ----------
    scoring : {"seismic_mcc", "seismic_auc", "event_auc"}
    evaluation : Evaluation
    X : DataFrame
        Of the samples.
    n : int
        At least one.
    rng : Generator
    sample_weight : "event", "population" or None
        As in `skquake.model_selection.evaluate`.

    Raises
    ------
    ValueError
        Where the earthquakes drawn leave no control.
    """
    tested = _evidence(evaluation, X)
    quakes = tested.loc[tested["y"] == 1, "event_id"].unique()
    if len(quakes) <= n:
        return float(getattr(evaluation, scoring).value)
    drawn = rng.permutation(quakes)[:n]
    control = tested["y"] == 0
    free = tested.loc[control & ~tested["pair_id"].isin(quakes), "event_id"].unique()
    some = rng.permutation(free)[: round(len(free) * n / len(quakes))]
    own = control & tested["pair_id"].isin(drawn)
    keep = (tested["event_id"].isin({*drawn, *some}) | own).to_numpy()
    return _score(scoring, tested[keep], evaluation.proba[evaluation.y != 2][keep], X, sample_weight)


def _evidence(evaluation: Evaluation | Bunch, X: pd.DataFrame) -> pd.DataFrame:
    """Tested rows of evidence: ``event_id``, ``pair_id``, ``y``, and ``row``, their position in ``X``."""
    rows = evaluation.test[evaluation.y != 2]
    ids = X[["event_id", "pair_id"]].iloc[rows].reset_index(drop=True)
    return ids.assign(y=evaluation.y[evaluation.y != 2], row=rows)


def _score(
    scoring: str, tested: pd.DataFrame, proba: FloatArray, X: pd.DataFrame, sample_weight: str | None
) -> float:
    """The score of these rows, as `evaluate` has it."""
    y: Array = tested["y"].to_numpy()
    weight = row_weights(X.iloc[tested["row"].to_numpy()], sample_weight)
    if scoring == "event_auc":
        given = weight if sample_weight == "population" else None
        return float(event_auc(tested["event_id"].to_numpy(), y, proba, sample_weight=given))
    score = {"seismic_mcc": seismic_mcc, "seismic_auc": seismic_auc}[scoring]
    return float(score(y, proba, sample_weight=weight))
