"""Colours and labels shared by the displays."""

from __future__ import annotations

# Legible in print and for colour-blind readers (Okabe & Ito 2008).
SEISMIC = "#D55E00"
CONTROL = "#0072B2"
DISTURBED = "#999999"
REFERENCE = "#444444"

CLASS_COLORS = {0: CONTROL, 1: SEISMIC, 2: DISTURBED}
CLASS_NAMES = {0: "control", 1: "before an earthquake", 2: "disturbed by space weather"}


def check_axes(ax, shape, **figure):
    """Axes to draw on: those given (flattened), or those of a new figure; with their figure."""
    import matplotlib.pyplot as plt
    import numpy as np

    if ax is None:
        fig, axes = plt.subplots(*shape, squeeze=False, layout="constrained", **figure)
        return fig, axes
    axes = np.asarray(ax, dtype=object)
    if axes.size != shape[0] * shape[1]:
        raise ValueError(f"ax: expected {shape[0]} x {shape[1]} axes, got {axes.size}")
    axes = axes.reshape(shape)
    return axes[0, 0].figure, axes
