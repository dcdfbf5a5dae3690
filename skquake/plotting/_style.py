"""Colours and labels shared by the displays."""

from __future__ import annotations

# Legible in print and for colour-blind readers (Okabe & Ito 2008).
SEISMIC = "#D55E00"
CONTROL = "#0072B2"
DISTURBED = "#999999"
REFERENCE = "#444444"

CLASS_COLORS = {0: CONTROL, 1: SEISMIC, 2: DISTURBED}
CLASS_NAMES = {0: "control", 1: "before an earthquake", 2: "disturbed by space weather"}

# Lines of models or data sets, in this order; then again, dashed.
CYCLE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")


def line_style(i):
    """Colour and dashes of the i-th line of several."""
    return {"color": CYCLE[i % len(CYCLE)], "ls": ("-", "--", ":", "-.")[i // len(CYCLE) % 4]}


def class_title(label):
    """Number and name of a class."""
    return f"class {label}: {CLASS_NAMES[label]}"


def score_label(score):
    """Name of a score in words."""
    return score.replace("_", " ").replace("mcc", "MCC").replace("auc", "AUC")


def legend_below(axes, *, ncols=1, inches=0.5, **handles):
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


def label_grid(axes, n, *, x, y):
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


def check_axes(ax, shape, *, layout="constrained", **figure):
    """Axes to draw on: those given (flattened), or those of a new figure; with their figure."""
    import matplotlib.pyplot as plt
    import numpy as np

    if ax is None:
        fig, axes = plt.subplots(*shape, squeeze=False, layout=layout, **figure)
        return fig, axes
    axes = np.asarray(ax, dtype=object)
    if axes.size != shape[0] * shape[1]:
        raise ValueError(f"ax: expected {shape[0]} x {shape[1]} axes, got {axes.size}")
    axes = axes.reshape(shape)
    return axes[0, 0].figure, axes
