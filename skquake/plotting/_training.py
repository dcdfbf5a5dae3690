"""How training went, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._typing import Estimator
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._style import (
    DOUBLE,
    REFERENCE,
    SINGLE,
    check_axes,
    legend_below,
    model_color,
    score_label,
    tidy,
)


class TrainingDisplay(Display):
    """Curves by epoch, one panel a measure: training dashed, validation solid, a colour a model.

    Several fits of one model (repeats) are drawn as their mean with a band of one standard deviation.

    Parameters
    ----------
    histories : dict of {str: list of dict}
        By model, the ``history_`` of each fit: {measure: one number an epoch}, those of validation with
        ``val_`` before their name.

    Attributes
    ----------
    best_ : DataFrame
        By model: number of ``fits``, mean ``epochs``, and over the fits the mean of ``best_epoch`` (from 1),
        that of the lowest validation loss (training loss where there is none), and of ``loss`` there, with
        ``loss_std`` (ddof 1).
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (1, n_measures)

    Examples
    --------
    >>> from skquake.plotting import TrainingDisplay
    >>> display = TrainingDisplay.from_histories({
    ...     "SIP": [{"loss": [0.7, 0.5, 0.3], "val_loss": [0.7, 0.6, 0.65]},
    ...             {"loss": [0.7, 0.4], "val_loss": [0.8, 0.7]}]}).plot()
    >>> display.best_.round(3)
         fits  epochs  best_epoch  loss  loss_std
    SIP     2     2.5         2.0  0.65     0.071
    """

    def __init__(self, histories: Mapping[str, Any]) -> None:
        self.histories = histories

    @classmethod
    def from_estimator(cls, estimator: Estimator | Mapping[str, Any]) -> Self:
        """Take the ``history_`` of fitted networks.

        Parameters
        ----------
        estimator : estimator, or dict of {str: estimator or list of estimators}
            Fitted; lists are repeats of one model.

        Raises
        ------
        ValueError
            For an estimator that keeps no history, or is not fitted.
        """
        named = estimator if isinstance(estimator, Mapping) else {type(estimator).__name__: estimator}
        found = {}
        for name, fitted in named.items():
            fits = fitted if isinstance(fitted, list | tuple) else [fitted]
            for fit in fits:
                if not hasattr(fit, "history_"):
                    raise ValueError(
                        f"{cls.__name__}: {name!r}: {type(fit).__name__} has no history_; fit it first, and "
                        "take a network out of its pipeline"
                    )
            found[name] = [fit.history_ for fit in fits]
        return cls.from_histories(found)

    @classmethod
    def from_histories(cls, histories: Mapping[str, Any]) -> Self:
        """Check histories.

        Parameters
        ----------
        histories : dict of {str: dict or list of dict}
            ``history_`` of one fit or of several, by model.

        Raises
        ------
        TypeError, ValueError
            For no history, one without ``loss``, or measures of different lengths.
        """
        what = cls.__name__
        if not isinstance(histories, Mapping) or not histories:
            raise TypeError(f"{what}: expected a dict {{name: history_, or a list of these}} with an entry")
        found = {}
        for name, entry in histories.items():
            fits = [entry] if isinstance(entry, Mapping) else list(entry)
            for fit in fits:
                if "loss" not in fit or not len(fit["loss"]):
                    raise ValueError(
                        f"{what}: {name!r}: no loss in a history of {', '.join(fit) or 'nothing'}"
                    )
                lengths = {measure: len(values) for measure, values in fit.items()}
                if len(set(lengths.values())) > 1:
                    raise ValueError(f"{what}: {name!r}: measures differ in epochs: {lengths}")
            if not fits:
                raise ValueError(f"{what}: {name!r}: no fit; leave the entry out")
            found[name] = fits
        return cls(found)

    @property
    def best_(self) -> pd.DataFrame:
        """Best epochs and their losses."""
        rows = {}
        for name, fits in self.histories.items():
            losses = [np.asarray(fit.get("val_loss", fit["loss"]), dtype=float) for fit in fits]
            epochs = [int(np.nanargmin(loss)) if np.isfinite(loss).any() else 0 for loss in losses]
            lowest = np.array([loss[epoch] for loss, epoch in zip(losses, epochs, strict=True)])
            rows[name] = {
                "fits": len(fits),
                "epochs": np.mean([len(loss) for loss in losses]),
                "best_epoch": np.mean(epochs) + 1.0,
                "loss": lowest.mean(),
                "loss_std": lowest.std(ddof=1) if len(fits) > 1 else np.nan,
            }
        return pd.DataFrame.from_dict(rows, orient="index").astype({"fits": int})

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes a measure, or on a new figure."""
        every = [measure for fits in self.histories.values() for fit in fits for measure in fit]
        measures = list(dict.fromkeys(measure.removeprefix("val_") for measure in every))
        n = len(measures)
        self.figure_, self.axes_ = check_axes(
            ax, (1, n), figsize=(SINGLE if n == 1 else DOUBLE, 2.6), sharex=True
        )
        validated = False
        for axes, measure in zip(self.axes_[0], measures, strict=True):
            for i, (name, fits) in enumerate(self.histories.items()):
                for key, style in ((measure, "--"), (f"val_{measure}", "-")):
                    curves = [np.asarray(fit[key], dtype=float) for fit in fits if key in fit]
                    validated |= bool(curves) and style == "-"
                    _curve(axes, curves, color=model_color(name, i), ls=style)
            axes.set(
                xlabel="epoch (number)",
                ylabel=f"{score_label(measure)} (no unit)",
                title=score_label(measure),
            )
            axes.xaxis.get_major_locator().set_params(integer=True)
            tidy(axes)
        legend_below(self.axes_[0, 0], ncols=2, handles=self._handles(validated))
        return self

    def _handles(self, validated):
        from matplotlib.lines import Line2D

        names = [
            Line2D(
                [],
                [],
                color=model_color(name, i),
                label=name if len(fits) == 1 else f"{name} ({len(fits)} fits)",
            )
            for i, (name, fits) in enumerate(self.histories.items())
        ]
        kinds = {"training": "--"} | ({"validation": "-"} if validated else {})
        return names + [Line2D([], [], color=REFERENCE, ls=ls, label=label) for label, ls in kinds.items()]


def _curve(axes, curves, **style):
    """Mean of the curves that reach an epoch, and a band where there are several."""
    if not curves:
        return
    longest = max(map(len, curves))
    table = np.full((len(curves), longest), np.nan)
    for row, curve in zip(table, curves, strict=True):
        row[: len(curve)] = curve
    frame = pd.DataFrame(table)
    epochs, mean, spread = np.arange(1, longest + 1), frame.mean(), frame.std(ddof=1)
    axes.plot(epochs, mean, lw=1.2, marker="." if longest < 3 else None, **style)
    if len(curves) > 1:
        axes.fill_between(epochs, mean - spread, mean + spread, alpha=0.15, lw=0, color=style["color"])
