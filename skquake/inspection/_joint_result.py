"""What several analyses say together, ranked among catalogs that never happened."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.stats import norm

from skquake._core._atomic import write_atomically
from skquake._core._typing import FloatArray
from skquake._core._typing import Path as PathLike

STATISTICS = {"fisher": "Fisher's combination", "max": "largest standardised score"}
_KIND = "skquake joint evidence"


def standardised(scores: FloatArray) -> FloatArray:
    """Scores less the mean of their column and over its standard deviation.

    Parameters
    ----------
    scores : ndarray of shape (n_catalogs, n_sources)
        NaN is no part of mean and deviation, and becomes infinite. Where all are equal, 0.

    Returns
    -------
    ndarray of shape (n_catalogs, n_sources)

    Examples
    --------
    >>> import numpy as np
    >>> from skquake.inspection._joint_result import standardised
    >>> standardised(np.array([[3.0, 0.1], [1.0, 0.1], [1.0, np.nan], [3.0, 0.1]]))
    array([[ 1.,  0.],
           [-1.,  0.],
           [-1., inf],
           [ 1.,  0.]])
    """
    mean, spread = np.nanmean(scores, axis=0), np.nanstd(scores, axis=0)
    alike = spread <= 1e-12 * np.nanmax(np.abs(scores), axis=0)
    z = np.where(alike, 0.0, scores - mean) / np.where(alike, 1.0, spread)
    return np.where(np.isnan(scores), np.inf, z)


def joint_statistics(scores: FloatArray) -> dict[str, FloatArray]:
    """By name, each statistic of each catalog, from its standardised scores.

    Parameters
    ----------
    scores : ndarray of shape (n_catalogs, n_sources)
        All catalogs alike, the one that happened among them; NaN counts as the largest.

    Returns
    -------
    dict of {str: ndarray of shape (n_catalogs,)}
        ``fisher``: -2 times the sum of the logarithms of the standard normal's upper tails at the
        standardised scores. ``max``: the largest of these over sources.
    """
    z = standardised(scores)
    return {"fisher": -2.0 * norm.logsf(z).sum(axis=1), "max": z.max(axis=1)}


def monte_carlo_p(observed: float, null: FloatArray) -> float:
    """(1 + k) / (1 + n), k of n values reach the observed one; NaN and equals (within rounding) do."""
    return float(1 + np.sum(~(null < observed - 1e-9 * max(1.0, abs(observed))))) / (1 + len(null))


@dataclass(frozen=True, repr=False)
class JointEvidence:
    """What `joint_evidence` found.

    Attributes
    ----------
    observed : dict of {str: float}
        By source, the score under the catalog that happened (the largest over configurations).
    scores : DataFrame
        One row a catalog that never happened: ``null``, ``replicate``, and a column a source (NaN where it
        failed).
    statistic : {"fisher", "max"}
        The one declared.
    scoring : dict of {str: str}
        By source, which score.
    resolution : dict of {str: float}
        By null, the smallest p that its number of catalogs, and of independent ones, allow.
    assumes : dict of {str: str}
        By null, what must hold where no earthquake has an effect.
    tested : dict of {str: int}
        By source, tested earthquakes of the catalog that happened; absent where it is not known.
    failed : dict of {str: str}
        By source, the first reason why a catalog could not be scored.
    match_events : "thin" or None
    versions : list of dict of {str: str}
        That made the scores; those of the last run come last.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.inspection import JointEvidence
    >>> scores = pd.DataFrame({"null": "rotate", "replicate": range(4),
    ...     "swarm": [0.1, 0.0, -0.1, 0.3], "tec": [0.0, 0.2, 0.1, 0.1]})
    >>> joint = JointEvidence({"swarm": 0.2, "tec": 0.3}, scores, "fisher",
    ...     resolution={"rotate": 0.2}, assumes={"rotate": "the record is stationary"})
    >>> joint.p_value, joint.own_p_value("swarm"), joint.own_p_value("tec")
    (0.2, 0.4, 0.2)
    >>> JointEvidence.from_json(joint.to_json()).p_value
    0.2
    """

    observed: dict[str, float]
    scores: pd.DataFrame
    statistic: str
    scoring: dict[str, str] = field(default_factory=dict)
    resolution: dict[str, float] = field(default_factory=dict)
    assumes: dict[str, str] = field(default_factory=dict)
    tested: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    match_events: str | None = None
    versions: list[dict[str, str]] = field(default_factory=list)

    @property
    def nulls(self) -> list[str]:
        """Names of the nulls, in their order."""
        return list(dict.fromkeys(self.scores["null"]))

    @property
    def p_value(self) -> float:
        """The joint p: of the declared statistic, the largest over the nulls."""
        return self.joint_p_value(self.statistic)

    @property
    def p_values(self) -> dict[str, float]:
        """By null, the p of the declared statistic."""
        return {null: self._joint_p(self.statistic, null) for null in self.nulls}

    def joint_p_value(self, statistic: str) -> float:
        """p of a statistic, the largest over the nulls."""
        return max(self._joint_p(statistic, null) for null in self.nulls)

    def own_p_value(self, source: str) -> float:
        """p of a source alone, the largest over the nulls."""
        return max(self._own_p(source, null) for null in self.nulls)

    def statistics(self, null: str) -> pd.DataFrame:
        """Both statistics of each catalog of a null, the one that happened first."""
        return pd.DataFrame(joint_statistics(self._table(null)))

    def dependence(self) -> pd.DataFrame:
        """Rank correlation of each pair of sources over never-happened catalogs, mean over nulls."""
        names = list(self.observed)
        each = [
            self.scores.loc[self.scores["null"] == null, names].corr(method="spearman") for null in self.nulls
        ]
        return pd.concat(each).groupby(level=0).mean().loc[names, names]

    def to_frame(self) -> pd.DataFrame:
        """One row a source, then one a statistic: score, p by null, and ``p``, the largest of them.

        ``what`` is "alone" for a source, "joint, declared" and "joint, beside it" for the statistics;
        ``n_tested`` the tested earthquakes, ``n_failed`` the catalogs that could not be scored, which count
        as reaching the observed score.
        """
        rows: list[dict[str, Any]] = []
        for name, score in self.observed.items():
            p = {null: self._own_p(name, null) for null in self.nulls}
            n = self.tested.get(name, np.nan)
            rows.append(
                {"name": name, "what": "alone", "score": score}
                | _columns(p)
                | {"n_tested": n, "n_failed": int(self.scores[name].isna().sum())}
            )
        for statistic in sorted(STATISTICS, key=lambda name: name != self.statistic):
            p = {null: self._joint_p(statistic, null) for null in self.nulls}
            what = "joint, declared" if statistic == self.statistic else "joint, beside it"
            rows.append(
                {"name": statistic, "what": what, "score": np.nan}
                | _columns(p)
                | {
                    "n_tested": np.nan,
                    "n_failed": int(self.scores[list(self.observed)].isna().any(axis=1).sum()),
                }
            )
        return pd.DataFrame(rows)

    @property
    def sentence(self) -> str:
        """What the joint p says, in words, and what it does not."""
        p, n = self.p_value, self.scores.groupby("null").size().min()
        who = f"{len(self.observed)} sources, {STATISTICS[self.statistic]}"
        many = f"largest p over {len(self.nulls)} nulls" if len(self.nulls) > 1 else f"null {self.nulls[0]}"
        said = f"Joint p = {p:.3g} ({who}; {many}, {n} catalogs each)"
        if p <= 0.05:
            return (
                f"{said}: catalogs that never happened, put through all sources together, reach this seldom. "
                "It says neither which source carries it nor that earthquakes are its cause."
            )
        least = max(self.resolution.values(), default=0.0)
        if least > 0.05:
            return f"{said}: no p below {least:.2g} was possible, so that nothing follows."
        return f"{said}: no more than catalogs that never happened give. That shows no absence of an effect."

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain Python numbers, lists and dicts, ready for JSON."""
        scores = self.scores.astype(object).where(self.scores.notna(), None)
        return {
            "kind": _KIND,
            "observed": self.observed,
            "scores": scores.to_dict("list"),
            "statistic": self.statistic,
            "p_value": self.p_value,
            "p_values": self.p_values,
            "own_p_values": {name: self.own_p_value(name) for name in self.observed},
            "scoring": self.scoring,
            "resolution": self.resolution,
            "assumes": self.assumes,
            "tested": self.tested,
            "failed": self.failed,
            "match_events": self.match_events,
            "versions": self.versions,
        }

    def to_json(self, path: PathLike | None = None) -> str:
        """Everything as JSON text; written to a file as well where one is named."""
        text = json.dumps(self.to_dict(), indent=1)
        if path is not None:
            write_atomically(Path(path).expanduser(), lambda temporary: temporary.write_text(text))
        return text

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From what `to_json` gave. The p-values are computed anew.

        Raises
        ------
        ValueError
            For text that is none, or whose p is not that of its scores.
        """
        try:
            given = json.loads(text)
        except ValueError as error:
            raise ValueError(f"no JSON: {error}") from error
        if not isinstance(given, Mapping) or given.get("kind") != _KIND:
            raise ValueError("no joint evidence: it is what JointEvidence.to_json gives that is read here")
        try:
            own = {name: given[name] for name in cls.__dataclass_fields__ if name != "scores"}
            scores = pd.DataFrame(given["scores"])
            scores = scores.astype(dict.fromkeys(own["observed"], float))
            found = cls(scores=scores, **own)
            told, p = float(given["p_value"]), found.p_value
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"joint evidence that is not whole: {error}") from error
        if not np.isclose(p, told):
            raise ValueError(f"joint evidence that was changed: its p_value is {told}, its scores give {p}")
        return found

    def __repr__(self) -> str:
        own = ", ".join(f"{name} {self.own_p_value(name):.3g}" for name in self.observed)
        said = f"p={self.p_value:.3g} ({self.statistic}), alone: {own}"
        return f"JointEvidence({said}; {len(self.scores)} catalogs)"

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(index=False, na_rep="", float_format="{:.3g}".format)
        return f"<p>{html.escape(self.sentence)}</p>\n{table}"

    def _table(self, null):
        """Scores (1 + n_catalogs, n_sources) of a null, the catalog that happened first."""
        rows = self.scores.loc[self.scores["null"] == null, list(self.observed)].to_numpy(dtype=float)
        return np.vstack([np.array(list(self.observed.values()), dtype=float), rows])

    def _joint_p(self, statistic, null):
        values = joint_statistics(self._table(null))[statistic]
        return max(monte_carlo_p(values[0], values[1:]), self.resolution.get(null, 0.0))

    def _own_p(self, source, null):
        values = self.scores.loc[self.scores["null"] == null, source].to_numpy(dtype=float)
        return max(monte_carlo_p(self.observed[source], values), self.resolution.get(null, 0.0))


def _columns(p):
    """p by null, and the largest."""
    return {f"p {null}": value for null, value in p.items()} | {"p": max(p.values())}
