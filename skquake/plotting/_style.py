"""Colours and labels shared by the displays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from skquake._core._colors import ABOVE as ABOVE
from skquake._core._colors import BELOW as BELOW
from skquake._core._colors import CONTROL as CONTROL
from skquake._core._colors import KP as KP
from skquake._core._colors import MODEL as MODEL
from skquake._core._colors import NULL as NULL
from skquake._core._colors import PROBE as PROBE
from skquake._core._colors import REFERENCE as REFERENCE
from skquake._core._colors import SEISMIC as SEISMIC
from skquake.plotting._display import GivenAxes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure, SubFigure

SINGLE, DOUBLE = 3.3, 6.9  # widths of a column and of a page of print, in

CLASS_COLORS = {0: CONTROL, 1: SEISMIC, 2: KP}
CLASS_NAMES = {0: "control", 1: "before an earthquake", 2: "disturbed by space weather"}
NO_VALUE = "#E4E4E4"  # cells without a value

# Several models or data sets are shades of one colour, told apart by lightness and dashes or hatches.
_SHADES = ("#009E73", "#00382A", "#7FD1B8", "#00694D", "#33B894", "#B8E6D8")
_DASHES = ("-", "--", "-.", ":", (0, (6, 2)), (0, (4, 1, 1, 1, 1, 1)))
_HATCHES = ("", "", "", "////", "....", "xxxx")


def model_color(name: Any, i: int) -> str:
    """Colour of the i-th of several models or data sets; a probe, by its name, has its own."""
    return PROBE if "probe" in str(name).lower() else _SHADES[i % len(_SHADES)]


def line_style(i: int, name: Any = "") -> dict[str, Any]:
    """Colour and dashes of the i-th line of several models or data sets."""
    return {"color": model_color(name, i), "ls": _DASHES[i % len(_DASHES)]}


def bar_style(i: int, name: Any = "") -> dict[str, Any]:
    """Colour and hatch of the i-th bar of several models, data sets or scores."""
    return {
        "color": model_color(name, i),
        "hatch": _HATCHES[i % len(_HATCHES)],
        "edgecolor": "white",
        "lw": 0,
    }


def signed_map() -> Colormap:
    """From far below (blue) over white to far above (orange)."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("below-above", ["#12507A", BELOW, "white", ABOVE, "#7A4B00"])


def share_map() -> Colormap:
    """From white to the colour of models, for shares of what one says."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("share", ["white", MODEL, "#00382A"])


def line_of(axes: Axes, size: float = 8.0, taken: float = 0.0) -> int:
    """Characters of a line of text as wide as an Axes, less so many inches."""
    inches = axes.get_window_extent().width / axes.figure.dpi - taken
    return max(int(72.0 * inches / (0.53 * size)), 12)


def class_title(label: int) -> str:
    """Number and name of a class."""
    return f"class {label}: {CLASS_NAMES[label]}"


def score_label(score: str) -> str:
    """Name of a score in words."""
    return score.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")


def p_words(p: float, least: float, n: int) -> tuple[str, str]:
    """A p-value, and the smallest that so many null catalogs could give, in words."""
    catalogs = f"with {n} catalog{'' if n == 1 else 's'}"
    if np.isclose(p, least):
        return f"p = {p:.2g}", f"the smallest possible {catalogs}"
    return f"p = {p:.2g}", f"smallest possible {catalogs}: {least:.2g}"


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


def draw_whiskers(axes: Axes, place: Any, low: Any, high: Any, *, lying: bool = False) -> None:
    """Intervals on bars, dark with a light edge, so that they are seen on any of them."""
    from matplotlib.patheffects import withStroke

    draw = axes.hlines if lying else axes.vlines
    edge = [withStroke(linewidth=2.2, foreground="white")]
    draw(place, low, high, color=REFERENCE, lw=0.9, zorder=3, path_effects=edge)


def legend_below(axes: Axes, *, ncols: int = 1, lines: int = 1, **options: Any) -> None:
    """Legend under the labels of the Axes, where it covers no data; tick labels have so many lines."""
    from matplotlib.transforms import ScaledTranslation

    axis = axes.xaxis
    tick: Any = axis.get_major_ticks(1)[0]
    text, size = axis.label.get_text(), float(axis.label.get_fontsize())
    ticks = tick.get_pad() + 3.5 + 1.25 * lines * tick.label1.get_fontsize()
    points = ticks + axis.labelpad + 1.3 * size * (1 + text.count("\n") if text else 0) + 4.0
    below = axes.transAxes + ScaledTranslation(0, -points / 72.0, axes.figure.dpi_scale_trans)
    options = {"frameon": False, "borderaxespad": 0} | options
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=below, ncols=ncols, **options)


def fit_height(figure: Figure | SubFigure, axes: npt.NDArray[Any], inches: float) -> None:
    """Make a figure of our own so high, and by the lines of the longest legend under its Axes higher."""
    legends = [one.get_legend() for one in axes.flat if one.get_legend() is not None]
    lines = max(sum(1 + text.get_text().count("\n") for text in legend.get_texts()) for legend in legends)
    figure.figure.set_figheight(inches + 0.145 * lines)


def tidy(axes: Axes) -> None:
    """Faint lines behind the data, and no frame where nothing ends."""
    axes.grid(alpha=0.3, lw=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


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
