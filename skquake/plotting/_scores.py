"""Scores with their intervals, panel beside panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from skquake._core._typing import ArrayLike, Estimator, Frame, RandomState
from skquake._core._validation import check_columns
from skquake._core._weights import event_weights
from skquake.metrics import event_auc, score_interval, seismic_auc, seismic_mcc
from skquake.plotting._check import Predictions, check_predictions
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._predict import predict
from skquake.plotting._style import (
    DOUBLE,
    MODEL,
    PROBE,
    REFERENCE,
    SINGLE,
    check_axes,
    interval_words,
    score_label,
    units_words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ScoreDisplay(Display):
    """Scores with intervals: one line a model, one panel a setting, the same scale in all.

    Parameters
    ----------
    table : DataFrame
        Columns ``model``, ``panel``, and the score with its interval: ``{score}``, ``{score}_low``,
        ``{score}_high`` (NaN: no interval, a hollow marker); a boolean column ``probe`` marks lines that
        use no observation. Where there is a column ``n_units``, lines without an interval say how many.
    score : str
        Which score to draw.
    chance : float
        Its value by chance, drawn as a line.
    references : dict of {str: float}, default=None
        A value for each panel, drawn dashed (an oracle's score, say).
    reference_name : str, default="oracle"
        What the dashed lines are.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_panels)

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.plotting import ScoreDisplay
    >>> table = pd.DataFrame({"model": ["forest", "place"], "panel": "matched", "probe": [False, True],
    ...                       "seismic_mcc": [0.1, 0.0], "seismic_mcc_low": [-0.05, -0.1],
    ...                       "seismic_mcc_high": [0.25, 0.1]})
    >>> ScoreDisplay(table, score="seismic_mcc").plot().axes_.shape
    (1, 1)
    """

    def __init__(
        self,
        table: Frame,
        *,
        score: str = "seismic_mcc",
        chance: float = 0.0,
        references: Mapping[str, float] | None = None,
        reference_name: str = "oracle",
    ) -> None:
        self.table = table
        self.score = score
        self.chance = chance
        self.references = references
        self.reference_name = reference_name

    @classmethod
    def from_predictions(
        cls,
        predictions: Predictions,
        X: Frame,
        *,
        score: str = "seismic_mcc",
        probes: Sequence[str] = (),
        panel: str = "",
        n_resamples: int = 1000,
        random_state: RandomState = None,
        **options: Any,
    ) -> Self:
        """Score predictions of the rows of a sample frame, an earthquake counting once.

        Parameters
        ----------
        predictions : dict of {str: (array-like, array-like)}
            Classes (n_samples,) and probabilities (n_samples, 3) by model.
        X : sample frame of n_samples rows
            ``event_id``, and where there are ``pair_id`` and ``time``: what intervals are resampled by.
        score : {"seismic_mcc", "seismic_auc", "event_auc"}, default="seismic_mcc"
        probes : sequence of str, default=()
            Names of the models that use no observation.
        panel : str, default=""
            Title of the panel.
        n_resamples : int, default=1000
        random_state : int, RandomState instance or None, default=None
            Of the resamples.
        **options
            ``references`` and ``reference_name`` of the class.

        Raises
        ------
        ValueError
            For impossible predictions, an undefined score, or missing columns.

        See Also
        --------
        skquake.metrics.score_interval : The intervals.
        """
        if score not in _SCORES:
            raise ValueError(f"{cls.__name__}: score={score!r}; choose one of {', '.join(_SCORES)}")
        frame = check_columns(X, ("event_id",), f"{cls.__name__}: X")
        event_id = frame["event_id"].to_numpy(dtype=object)
        pair_id, time = (frame[name].to_numpy() if name in frame else None for name in ("pair_id", "time"))
        rows = []
        for name, (y, proba, _) in check_predictions(predictions, cls.__name__).items():
            found = score_interval(
                score,
                y,
                proba,
                event_id=event_id,
                pair_id=pair_id,
                time=time,
                n_resamples=n_resamples,
                random_state=random_state,
            )
            rows.append(
                {
                    "model": name,
                    "panel": panel,
                    "probe": name in probes,
                    score: _SCORES[score](event_id, y, proba),
                    f"{score}_low": found.low,
                    f"{score}_high": found.high,
                    "n_units": found.n_units,
                }
            )
        chance = 0.0 if score == "seismic_mcc" else 0.5
        return cls(pd.DataFrame(rows), score=score, chance=chance, **options)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator | Mapping[str, Estimator],
        X: Frame,
        y: ArrayLike,
        **options: Any,
    ) -> Self:
        """Score fitted classifiers on samples they have not seen.

        Parameters
        ----------
        estimator : fitted classifier, or dict of {str: fitted classifier}
            With ``predict_proba``. One alone goes by the name of its class.
        X : sample frame
        y : array-like of shape (n_samples,)
            True classes.
        **options
            As for ``from_predictions``.

        Raises
        ------
        TypeError, ValueError
            For what has no probabilities, and as in ``from_predictions``.
        """
        return cls.from_predictions(predict(estimator, X, y, cls.__name__), X, **options)

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on as many Axes as there are panels, or on a new figure."""
        score = self.score
        needed = ("model", "panel", "probe", score, f"{score}_low", f"{score}_high")
        table = check_columns(self.table, needed, "table")
        lines = table.to_dict("records")
        panels = list(dict.fromkeys(table["panel"]))
        models = list(dict.fromkeys(table["model"]))
        self.figure_, self.axes_ = check_axes(
            ax,
            (1, len(panels)),
            figsize=(SINGLE + 0.6 if len(panels) == 1 else DOUBLE, 0.27 * len(models) + 1.0),
            sharex=True,
            sharey=True,
        )
        bare: list[tuple[Axes, float, float, float | None]] = []
        for axes, panel in zip(self.axes_[0], panels, strict=True):
            axes.axvline(self.chance, color=REFERENCE, lw=1)
            reference = (self.references or {}).get(panel)
            if reference is not None and np.isfinite(reference):
                axes.axvline(reference, color=REFERENCE, lw=1, ls="--")
                axes.annotate(
                    self.reference_name,
                    (reference, -0.6),  # above the first model
                    xytext=(-3, 0),
                    textcoords="offset points",
                    fontsize="small",
                    ha="right",
                    va="center",
                    color=REFERENCE,
                )
            without = False
            for line in (line for line in lines if line["panel"] == panel):
                place = models.index(line["model"])
                color = PROBE if line["probe"] else MODEL
                low, high = float(line[f"{score}_low"]), float(line[f"{score}_high"])
                known = np.isfinite(low) and np.isfinite(high)
                if known:
                    axes.plot([low, high], [place, place], color=color, lw=2.0, alpha=0.6)
                face = color if known else "white"
                axes.plot(line[score], place, "s" if line["probe"] else "o", color=color, mfc=face, ms=4.5)
                if not known:
                    without = True
                    bare.append((axes, line[score], place, line.get("n_units")))
            axes.set_title(panel or score_label(score))
            words = fill(interval_words(absent=without), 44 if len(panels) < 3 else 28)
            axes.set_xlabel(f"{score_label(score)} (no unit),\n{words}")
            axes.grid(axis="x", alpha=0.3, lw=0.4)
            axes.spines[["top", "right"]].set_visible(False)
        for score_without in bare:  # when all limits are known
            _say_units(*score_without)
        self.axes_[0, 0].set_yticks(range(len(models)), models)
        # Room above for the name of the dashed lines.
        self.axes_[0, 0].set_ylim(len(models) - 0.5, -0.9 if self.references else -0.5)
        return self


def _weighted(score: Callable[..., float]) -> Callable[[Any, Any, Any], float]:
    """A score in which the rows of evidence of one event share a weight of one."""

    def scored(event_id: Any, y: Any, proba: Any) -> float:
        weight = np.zeros(len(y))
        weight[y != 2] = event_weights(event_id[y != 2])
        return float(score(y, proba, sample_weight=weight))

    return scored


_SCORES: dict[str, Callable[[Any, Any, Any], float]] = {
    "seismic_mcc": _weighted(seismic_mcc),
    "seismic_auc": _weighted(seismic_auc),
    "event_auc": event_auc,
}


def _say_units(axes: Axes, value: float, place: float, n_units: float | None) -> None:
    """Write beside a score how many units it rests on, where the panel has room."""
    low, high = axes.get_xlim()
    side = 1 if value < 0.5 * (low + high) else -1
    axes.annotate(
        units_words(n_units),
        (value, place),
        xytext=(6 * side, 0),
        textcoords="offset points",
        fontsize="small",
        ha="left" if side > 0 else "right",
        va="center",
        bbox={"facecolor": "white", "alpha": 0.75, "lw": 0, "pad": 0.5},
    )
