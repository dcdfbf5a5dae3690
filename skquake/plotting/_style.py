"""Colours and labels shared by the displays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from skquake._core._colors import CONTROL as CONTROL
from skquake._core._colors import DISTURBED as DISTURBED
from skquake._core._colors import REFERENCE as REFERENCE
from skquake._core._colors import SEISMIC as SEISMIC
from skquake.plotting._display import GivenAxes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

CLASS_COLORS = {0: CONTROL, 1: SEISMIC, 2: DISTURBED}
CLASS_NAMES = {0: "control", 1: "before an earthquake", 2: "disturbed by space weather"}

# Lines of models or data sets, in this order; then again, dashed.
CYCLE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")


def line_style(i: int) -> dict[str, Any]:
    """Colour and dashes of the i-th line of several."""
    return {"color": CYCLE[i % len(CYCLE)], "ls": ("-", "--", ":", "-.")[i // len(CYCLE) % 4]}


def class_title(label: int) -> str:
    """Number and name of a class."""
    return f"class {label}: {CLASS_NAMES[label]}"


def score_label(score: str) -> str:
    """Name of a score in words."""
    return score.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")


def units_words(n_units: float | None) -> str:
    """What stands where an interval would: how many units there are, too few for one."""
    if n_units is None or not np.isfinite(n_units) or n_units < 1:
        return "no interval"
    return f"{n_units:.0f} unit{'' if n_units == 1 else 's'}"


def interval_words(level: str = "95 % interval", *, absent: bool) -> str:
    """What an axis says of its intervals, and of scores drawn without one."""
    return f"{level}; hollow: too few units for one" if absent else level


def draw_intervals(
    axes: Axes,
    x: Any,
    y: Any,
    below: Any,
    above: Any,
    *,
    color: str,
    ms: float,
    lw: float,
    joined: bool = False,
    label: str | None = None,
) -> None:
    """Points with whiskers so far below and above; hollow ones, named in the legend, where there is none."""
    x, y, below, above = (np.asarray(part, dtype=float) for part in (x, y, below, above))
    known = np.isfinite(below) & np.isfinite(above)
    if joined:
        axes.plot(x, y, color=color, lw=lw, label=label)
        label = None
    if known.any():
        spread = np.clip([below[known], above[known]], 0.0, None)
        axes.errorbar(x[known], y[known], spread, fmt="o", ms=ms, lw=lw, color=color, label=label)
    bare = ~known & np.isfinite(y)
    if bare.any():
        named = label if label is not None and not known.any() else None
        text = "no interval" if named is None else f"{named}, no interval"
        axes.plot(x[bare], y[bare], "o", ms=ms, color=color, mfc="white", label=text)


def legend_below(axes: Axes, *, ncols: int = 1, inches: float = 0.5, **handles: Any) -> None:
    """Legend so many inches under the Axes, where it covers no data."""
    from matplotlib.transforms import ScaledTranslation

    below = axes.transAxes + ScaledTranslation(0, -inches, axes.figure.dpi_scale_trans)
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=below,
        borderaxespad=0,
        frameon=False,
        fontsize=8,
        ncols=ncols,
        **handles,
    )


def label_grid(axes: npt.NDArray[Any], n: int, *, x: str, y: str) -> None:
    """Hide the Axes after the first ``n``; label the left ones and the lowest of each column."""
    for spare in axes.flat[n:]:
        spare.set_visible(False)
    for left in axes[:, 0]:
        left.set_ylabel(y)
    columns = axes.shape[1]
    for column in range(min(n, columns)):
        lowest = axes[: len(range(column, n, columns)), column][-1]
        lowest.set_xlabel(x)
        lowest.tick_params(labelbottom=True)


def check_axes(
    ax: GivenAxes, shape: tuple[int, int], *, layout: str = "constrained", **figure: Any
) -> tuple[Figure | SubFigure, npt.NDArray[Any]]:
    """Axes to draw on: those given (flattened), or those of a new figure; with their figure."""
    import matplotlib.pyplot as plt

    if ax is None:
        fig, axes = plt.subplots(*shape, squeeze=False, layout=layout, **figure)
        return fig, axes
    axes = np.asarray(ax, dtype=object)
    if axes.size != shape[0] * shape[1]:
        raise ValueError(f"ax: expected {shape[0]} x {shape[1]} axes, got {axes.size}")
    axes = axes.reshape(shape)
    return axes[0, 0].figure, axes
