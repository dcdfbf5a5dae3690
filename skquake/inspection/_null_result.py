"""What a test against catalogs that never happened found."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._typing import FloatArray
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
        ``overlaps``), a column a configuration (NaN where it failed), ``n_events`` tested, ``error``.
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

    def to_frame(self) -> pd.DataFrame:
        """One row a null: observed score, its mean and 95 % quantile by chance, p-value and counts."""
        rows = []
        for null, p in self.p_values.items():
            scores = self.null_scores(null)
            known = scores[np.isfinite(scores)]
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
        }

    def __repr__(self) -> str:
        p = ", ".join(f"{null} {value:.3g}" for null, value in self.p_values.items())
        return (
            f"CatalogNullResult({self.scoring} {self.observed_score:.3f}, p={self.p_value:.3g}: {p}; "
            f"{len(self.scores)} null catalogs)"
        )


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
