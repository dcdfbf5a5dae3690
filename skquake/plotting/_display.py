"""What all displays have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

GivenAxes: TypeAlias = "Axes | Sequence[Axes] | npt.NDArray[Any] | None"
"""Axes to draw on, as many as a display needs; None: those of a new figure."""


class Display:
    """Base of the displays: after ``plot`` they know their figure and Axes."""

    figure_: Figure | SubFigure
    axes_: npt.NDArray[Any]

    @property
    def ax_(self) -> Axes:
        """The first of the Axes drawn on, of many displays the only one."""
        return self.axes_.flat[0]
