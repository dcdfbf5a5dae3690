"""What a test against catalogs that never happened found."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._typing import FloatArray
from skquake.inspection._tested import NumbersTested
from skquake.model_selection import Evaluation


@dataclass(frozen=True, repr=False)
class CatalogNullResult:
    """What `catalog_null_test` found.

    Attributes
    ----------
    observed : dict of {str: Evaluation}
        Each configuration under the catalog that happened.
    scores : DataFrame
        One row a null catalog: ``null``, ``replicate``, what was drawn (``days``, ``degrees``,
        ``overlaps``), a column a configuration (NaN where it failed); ``n_earthquakes``, ``n_events`` (with
        controls) and ``n_pairs`` tested, ``n_scored`` earthquakes that the score counts; ``error``.
    scoring : str
    resolution : dict of {str: float}
        By null, the smallest p-value that its number of catalogs, and of independent offsets, allow.
    assumes : dict of {str: str}
        By null, what must hold where no earthquake has an effect.
    p_values : dict of {str: float}
        By null: share of catalogs, the observed one among them, whose score (the largest over the
        configurations) reaches the observed one. Ties are broken by lot; a catalog that failed counts as
        reaching it; never below ``resolution``.
    configuration_p_values : DataFrame
        The same for each configuration's own score against the largest of each null catalog: corrected
        for having tried them all. Rows are nulls.
    seconds : DataFrame
        One row a catalog, the observed one first (``null`` "observed"): ``null``, ``replicate``, and the
        seconds of ``samples``, ``fit`` and ``score``.
    samples : Bunch
        Samples of the catalog that happened, as `observed` has seen them: a report on this score takes
        the same (`skquake.report.evaluation_report`).
    versions : list of dict of {str: str}
        Versions that made the scores, in their order; those of the last run come last.
    tested : dict of {str: int}
        ``n_earthquakes``, ``n_events`` and ``n_pairs`` tested of the catalog that happened.
    match_events : "thin" or None
        Whether null catalogs are scored on as many earthquakes, at most.

    Examples
    --------
    See `catalog_null_test`.
    """

    observed: dict[str, Evaluation]
    scores: pd.DataFrame
    scoring: str
    resolution: dict[str, float]
    assumes: dict[str, str]
    p_values: dict[str, float]
    configuration_p_values: pd.DataFrame
    seconds: pd.DataFrame
    samples: Bunch | None = None
    versions: list[dict[str, str]] = field(default_factory=list)
    tested: dict[str, int] = field(default_factory=dict)
    match_events: str | None = None

    @property
    def p_value(self) -> float:
        """The largest p-value over the nulls declared."""
        return max(self.p_values.values())

    @property
    def observed_score(self) -> float:
        """The largest score over the configurations, under the catalog that happened."""
        return max(getattr(found, self.scoring).value for found in self.observed.values())

    def null_scores(self, null: str) -> FloatArray:
        """Largest score over the configurations of each catalog of a null; NaN where it failed."""
        rows = self.scores.loc[self.scores["null"] == null, list(self.observed)]
        return largest(rows.to_numpy(dtype=float))

    def share(self, null: str) -> float:
        """Share of the catalogs of a null that reach the observed score, failed ones among them."""
        return float(np.mean(~(self.null_scores(null) < self.observed_score)))

    def tested_numbers(self, null: str) -> NumbersTested:
        """Tested earthquakes of the catalog that happened beside those of a null's catalogs.

        Returns
        -------
        NumbersTested
            Named tuple of ``observed``, and ``median``, ``low`` and ``high`` (central 95 %) of the null
            catalogs, as they were before thinning; failed ones do not count. ``alike`` is False where the
            observed number lies outside these and is more than 5 % of the median away, None where it is
            not known.
        """
        rows = self.scores[self.scores["null"] == null]
        if "n_earthquakes" not in self.tested or "n_earthquakes" not in rows:
            return NumbersTested.of(self.tested.get("n_earthquakes", 0), ())
        known = rows[list(self.observed)].notna().all(axis=1)
        return NumbersTested.of(self.tested["n_earthquakes"], rows.loc[known, "n_earthquakes"])

    def unlike_numbers(self) -> dict[str, NumbersTested]:
        """By null, numbers of tested earthquakes where the observed one is unlike the null's."""
        found = {null: self.tested_numbers(null) for null in self.p_values}
        return {null: numbers for null, numbers in found.items() if numbers.alike is False}

    def to_frame(self) -> pd.DataFrame:
        """One row a null: observed score, its mean and 95 % quantile by chance, p-value and counts.

        ``n_tested`` are the tested earthquakes of the catalog that happened, ``tested_median``,
        ``tested_low`` and ``tested_high`` those of the null's catalogs and the limits of their central
        95 % (before thinning), ``alike`` whether the former is like these (`tested_numbers`).
        """
        rows = []
        for null, p in self.p_values.items():
            scores = self.null_scores(null)
            known = scores[np.isfinite(scores)]
            tested = self.tested_numbers(null)
            rows.append(
                {
                    "null": null,
                    "observed": self.observed_score,
                    "null_mean": known.mean() if len(known) else np.nan,
                    "null_q95": np.quantile(known, 0.95) if len(known) else np.nan,
                    "share": self.share(null),
                    "p_value": p,
                    "resolution": self.resolution[null],
                    "n": len(scores),
                    "n_failed": len(scores) - len(known),
                    "n_tested": self.tested.get("n_earthquakes", np.nan),
                    "tested_median": tested.median,
                    "tested_low": tested.low,
                    "tested_high": tested.high,
                    "alike": tested.alike,
                    "assumes": self.assumes[null],
                }
            )
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain Python numbers, lists and dicts, ready for JSON."""
        scores = self.scores.astype(object).where(self.scores.notna(), None)
        return {
            "observed": {name: found.to_dict() for name, found in self.observed.items()},
            "scores": scores.to_dict("records"),
            "scoring": self.scoring,
            "p_value": self.p_value,
            "p_values": self.p_values,
            "configuration_p_values": self.configuration_p_values.to_dict("index"),
            "resolution": self.resolution,
            "assumes": self.assumes,
            "seconds": self.seconds.to_dict("records"),
            "versions": self.versions,
            "tested": self.tested,
            "match_events": self.match_events,
        }

    def __repr__(self) -> str:
        p = ", ".join(f"{null} {value:.3g}" for null, value in self.p_values.items())
        return (
            f"CatalogNullResult({self.scoring} {self.observed_score:z.3f}, p={self.p_value:.3g}: {p}; "
            f"{len(self.scores)} null catalogs{self._tested_words()})"
        )

    def _repr_html_(self) -> str:
        from skquake.inspection._result_cards import null_html

        return null_html(self)

    def _tested_words(self):
        """Tested earthquakes, observed and by null; empty where they are not known."""
        found = {null: self.tested_numbers(null) for null in self.p_values}
        if not self.tested or all(numbers.alike is None for numbers in found.values()):
            return ""
        nulls = ", ".join(
            f"{null} {n.median:.0f} [{n.low:.0f}, {n.high:.0f}]{' (unlike)' if n.alike is False else ''}"
            for null, n in found.items()
        )
        how = "scored on as many at most" if self.match_events else "not matched"
        return f"; tested earthquakes {self.tested['n_earthquakes']}, {how}: {nulls}"


def largest(scores: FloatArray) -> FloatArray:
    """Largest score of each row; NaN where any is missing."""
    return scores.max(axis=1) if scores.size else np.empty(0)


def lot_p_value(observed: float, null: FloatArray, lot: float) -> float:
    """Rank of ``observed`` among ``null``, from 1 / (n + 1) to 1, its place among equals drawn by lot.

    Where the observed score is exchangeable with the others this is uniform over the ranks, ties or not.

    Parameters
    ----------
    observed : float
    null : ndarray of shape (n,)
        NaN counts as greater.
    lot : float
        In [0, 1).
    """
    ties = int((null == observed).sum())
    greater = int((~(null <= observed)).sum())
    return (1 + greater + int(lot * (ties + 1))) / (1 + len(null))


def name_code(name: str) -> int:
    """A number for a name, the same in every session."""
    return zlib.crc32(name.encode())
