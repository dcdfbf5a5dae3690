"""How a search went: the best score by trial, and which parameters it went with."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._frames import as_frame
from skquake._core._typing import Estimator, Frame
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    DOUBLE,
    MODEL,
    REFERENCE,
    SINGLE,
    check_axes,
    legend_below,
    score_label,
    tidy,
)

_KINDS = ("progress", "parallel")


class SearchDisplay(Display):
    """Trials of a search: their scores and the best so far, or parallel coordinates of their parameters.

    The best of many trials on the same folds is too good. The score of the search on rows that it has not
    seen (nested cross-validation) belongs beside it: pass it as ``references``.

    Parameters
    ----------
    table : DataFrame
        One row a trial, in order: ``score``, ``std`` (over folds), ``status``, and ``param_{name}`` each.
    kind : {"progress", "parallel"}
    score : str
        Name of the score, for the label.
    chance : float or None
        Its value without any skill, drawn as a line.
    references : dict of {str: float}, default=None
        Other scores to be drawn as lines, by name.

    Attributes
    ----------
    best_ : Series of float
        Best score of the complete trials so far, by trial.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, 1)

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skquake.model_selection import HyperoptSearchCV
    >>> from skquake.plotting import SearchDisplay
    >>> X, y = make_classification(random_state=0)
    >>> search = HyperoptSearchCV(LogisticRegression(), {"C": loguniform(1e-3, 1e2)}, cv=3, n_iter=6,
    ...                           random_state=0).fit(X, y)
    >>> display = SearchDisplay.from_estimator(search, chance=0.5).plot()
    >>> bool(display.best_.iloc[-1] == search.best_score_)
    True
    """

    def __init__(
        self,
        table: Frame,
        *,
        kind: str = "progress",
        score: str = "score",
        chance: float | None = None,
        references: Mapping[str, float] | None = None,
    ) -> None:
        self.table = table
        self.kind = kind
        self.score = score
        self.chance = chance
        self.references = references

    @classmethod
    def from_estimator(
        cls,
        search: Estimator,
        *,
        kind: str = "progress",
        metric: str | None = None,
        chance: float | str | None = "auto",
        references: Mapping[str, float] | None = None,
    ) -> Self:
        """Read the trials of a fitted search, one of scikit-learn's too.

        Parameters
        ----------
        search : fitted search
            With ``cv_results_``.
        kind : {"progress", "parallel"}, default="progress"
        metric : str, default=None
            Of several scores the one to draw, by default the one that ``refit`` names.
        chance : float, None or "auto", default="auto"
            Score without skill. "auto": 0 for Matthews' correlation, 0.5 for areas under ROC curves, where
            the scorer's name says so; else none.
        references : dict of {str: float}, default=None

        Raises
        ------
        TypeError, ValueError
            For a search that is not fitted, another kind, or an unknown metric.
        """
        results = getattr(search, "cv_results_", None)
        if results is None:
            raise TypeError(
                f"{cls.__name__}: {type(search).__name__} has no cv_results_; pass a fitted search"
            )
        refit = getattr(search, "refit", None)
        metric = metric or (refit if isinstance(refit, str) else None)
        score = _label(getattr(search, "scoring", None))
        return cls.from_cv_results(
            results, kind=kind, metric=metric, score=score, chance=chance, references=references
        )

    @classmethod
    def from_cv_results(
        cls,
        cv_results: Mapping[str, Any],
        *,
        kind: str = "progress",
        metric: str | None = None,
        score: str = "score",
        chance: float | str | None = "auto",
        references: Mapping[str, float] | None = None,
    ) -> Self:
        """Read the trials of a search out of its ``cv_results_``.

        Parameters
        ----------
        cv_results : dict
        kind : {"progress", "parallel"}, default="progress"
        metric : str, default=None
            Of several scores the one to draw.
        score : str, default="score"
            What the only score is called.
        chance, references
            As in ``from_estimator``.

        Raises
        ------
        ValueError
            For another kind, or an unknown metric.
        """
        what = cls.__name__
        if kind not in _KINDS:
            raise ValueError(f"{what}: kind={kind!r} is none of {', '.join(_KINDS)}")
        key = metric or "score"
        if f"mean_test_{key}" not in cv_results:
            known = [name.removeprefix("mean_test_") for name in cv_results if name.startswith("mean_test_")]
            raise ValueError(f"{what}: metric={key!r}: the search has {', '.join(known)}")
        mean = np.asarray(cv_results[f"mean_test_{key}"], dtype=float)
        columns = {
            "score": mean,
            "std": np.asarray(cv_results[f"std_test_{key}"], dtype=float),
            "status": cv_results.get("status", np.where(np.isnan(mean), "infeasible", "complete")),
        }
        for name in sorted({name for params in cv_results["params"] for name in params}):
            columns[f"param_{name}"] = [params.get(name) for params in cv_results["params"]]
        label = score if metric is None or metric == "score" else metric
        level = (_chance(label) if chance == "auto" else None) if isinstance(chance, str) else chance
        return cls(pd.DataFrame(columns), kind=kind, score=label, chance=level, references=references)

    @property
    def best_(self) -> pd.Series:
        """Best score of the complete trials so far, by trial."""
        table = as_frame(self.table, "table")
        complete = table["score"].where(table["status"] == "complete")
        return complete.cummax().ffill()

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes, or on a new figure."""
        if self.kind not in _KINDS:
            raise ValueError(f"kind={self.kind!r} is none of {', '.join(_KINDS)}")
        if self.kind == "progress":
            self.figure_, self.axes_ = check_axes(ax, (1, 1), figsize=(4.6, 2.9))
            self._progress(self.axes_[0, 0])
        else:
            params = [name for name in map(str, as_frame(self.table, "table")) if name.startswith("param_")]
            self.figure_, self.axes_ = check_axes(
                ax, (1, 1), figsize=(min(max(1.1 * (len(params) + 1) + 0.8, SINGLE), DOUBLE), 3.1)
            )
            self._parallel(self.axes_[0, 0], params)
        return self

    def _progress(self, axes):
        table = as_frame(self.table, "table")
        number = np.arange(1, len(table) + 1)
        complete = (table["status"] == "complete").to_numpy()
        stopped = (table["status"] == "stopped").to_numpy()
        axes.errorbar(
            number[complete],
            table["score"][complete],
            table["std"][complete],
            fmt="o",
            ms=3.5,
            lw=0.8,
            alpha=0.7,
            color=MODEL,
            label="trial, deviation over folds",
        )
        if stopped.any():
            axes.plot(
                number[stopped], table["score"][stopped], "v", ms=3.5, color="#7A7A7A", label="stopped early"
            )
        infeasible = number[~complete & ~stopped]
        if len(infeasible):
            axes.plot(
                infeasible,
                np.full(len(infeasible), 0.02),
                "x",
                ms=5,
                color=REFERENCE,
                transform=axes.get_xaxis_transform(),
                label="infeasible",
            )
        axes.plot(number, self.best_, drawstyle="steps-post", color=REFERENCE, lw=1.4, label="best so far")
        self._lines(axes)
        axes.set(xlabel="trial (number)", ylabel=f"{score_label(self.score)} (no unit)")
        axes.set_title(f"Search over {len(table)} trials")
        axes.xaxis.get_major_locator().set_params(integer=True)
        tidy(axes)
        legend_below(axes, ncols=2)

    def _lines(self, axes):
        if self.chance is not None:
            axes.axhline(self.chance, color=REFERENCE, lw=1, ls=":", label=f"no skill: {self.chance:g}")
        for i, (name, value) in enumerate((self.references or {}).items()):
            axes.axhline(
                value, color=REFERENCE, lw=1.2, ls=("--", "-.", "-")[i % 3], label=f"{name}: {value:z.2f}"
            )

    def _parallel(self, axes, params):
        from matplotlib import colormaps
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        table = as_frame(self.table, "table")
        table = table[table["status"] == "complete"].sort_values("score")
        if not len(table):
            raise ValueError("SearchDisplay: no complete trial to draw")
        scales = [_scale(table[name]) for name in params] + [_scale(table["score"])]
        places = np.stack([scale.place(values) for scale, values in scales], axis=1)
        norm = Normalize(table["score"].min(), table["score"].max())
        colors = colormaps["viridis"]
        for row, score in zip(places, table["score"], strict=True):
            axes.plot(range(len(row)), row, color=colors(norm(score)), lw=0.9, alpha=0.7)
        axes.plot(range(places.shape[1]), places[-1], color=REFERENCE, lw=2.0, label="best")
        for x, (scale, _) in enumerate(scales):
            axes.axvline(x, color=REFERENCE, lw=0.8)
            for place, text in scale.ticks():
                axes.annotate(
                    text,
                    (x, place),
                    xytext=(4, 0),
                    textcoords="offset points",
                    fontsize="small",
                    va="center",
                    zorder=5,
                    bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "alpha": 0.8, "lw": 0},
                )
        label = score_label(self.score)
        if self.chance is not None:
            last = scales[-1][0]
            if last.low <= self.chance <= last.high:
                axes.plot(
                    places.shape[1] - 1, last.of(self.chance), "D", ms=4, color=REFERENCE, label="no skill"
                )
            label += f"\n(no skill: {self.chance:g})"
        names = [name.removeprefix("param_").rsplit("__", 1)[-1].replace("_", "\n") for name in params]
        axes.set_xticks(range(places.shape[1]), [*names, label])
        axes.set(yticks=[], ylim=(-0.05, 1.05), xlim=(-0.2, places.shape[1] - 0.5))
        axes.spines[:].set_visible(False)
        axes.figure.colorbar(
            ScalarMappable(norm, colors), ax=axes, label=f"{score_label(self.score)} (no unit)", pad=0.02
        )
        axes.set(
            xlabel="parameter (each on its own scale)", title=f"{len(table)} trials, by their parameters"
        )
        legend_below(axes, ncols=2, lines=max(map(_lines, [*names, label])))


def _lines(text):
    return 1 + text.count("\n")


class _Numbers:
    """A vertical scale from the least to the largest number, logarithmic over three decades."""

    def __init__(self, values):
        self.low, self.high = float(values.min()), float(values.max())
        self._few = sorted(set(values))
        self._log = self.low > 0 and self.high / self.low > 100

    def of(self, value):
        if self.high == self.low:
            return 0.5
        f = np.log10 if self._log else np.asarray
        return float((f(value) - f(self.low)) / (f(self.high) - f(self.low)))

    def place(self, values):
        return np.array([self.of(value) for value in values], dtype=float)

    def ticks(self):
        shown = self._few
        if len(shown) > 5:
            middle = np.sqrt(self.low * self.high) if self._log else (self.low + self.high) / 2
            shown = [self.low, middle, self.high]
        return [(self.of(value), f"{value:.3g}") for value in shown]


class _Names:
    """A vertical scale of names, evenly spaced; what a trial does not have stands as a dash."""

    def __init__(self, values):
        self._names = sorted({_name(value) for value in values})

    def place(self, values):
        steps = max(len(self._names) - 1, 1)
        middle = 0.5 if len(self._names) == 1 else 0.0
        return np.array([middle + self._names.index(_name(value)) / steps for value in values])

    def ticks(self):
        return [(float(self.place([name])[0]), name) for name in self._names]


def _scale(values):
    values = list(values)
    if all(isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_) for value in values):
        numeric = np.array(values, dtype=float)
        if np.isfinite(numeric).all():
            return _Numbers(numeric), numeric
    return _Names(values), values


def _name(value):
    if isinstance(value, str):
        return value
    return "–" if value is None else str(value).split("(")[0]


def _label(scoring):
    if scoring is None:
        return "score"
    if isinstance(scoring, str):
        return scoring
    return getattr(scoring, "__name__", repr(scoring)).removesuffix("_scorer")


def _chance(label):
    if "mcc" in label or "matthews" in label or "kappa" in label:
        return 0.0
    return 0.5 if "auc" in label else None
