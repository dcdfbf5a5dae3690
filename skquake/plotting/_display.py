"""What all displays have in common."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy.typing as npt

from skquake.plotting._sheet import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

GivenAxes: TypeAlias = "Axes | Sequence[Axes] | npt.NDArray[Any] | None"
"""Axes to draw on, as many as a display needs; None: those of a new figure."""


class Display:
    """Base of the displays: after ``plot`` they know their figure and Axes, and a notebook shows it.

    A figure of their own is drawn in skquake's style, but for settings that the user has changed;
    ``rcParams`` stay as they are.
    """

    figure_: Figure | SubFigure
    axes_: npt.NDArray[Any]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "plot" in vars(cls):
            setattr(cls, "plot", styled(vars(cls)["plot"]))  # noqa: B010

    @property
    def ax_(self) -> Axes:
        """The first of the Axes drawn on, of many displays the only one."""
        return self.axes_.flat[0]

    def __repr__(self) -> str:
        kind = type(self).__name__
        if not hasattr(self, "figure_"):
            return f"<{kind}, not drawn: call plot()>"
        titles = [axes.get_title() for axes in self.axes_.flat if axes.get_visible()]
        said = next((title.replace("\n", " ") for title in titles if title), None)
        n = f"{len(titles)} panel{'' if len(titles) == 1 else 's'}"
        return f"<{kind}, {n}>" if said is None else f"<{kind}, {n}: {said}>"

    def _repr_png_(self) -> bytes | None:
        """The figure, for notebooks; None before it is drawn, or where its window shows it."""
        if not hasattr(self, "figure_"):
            return None
        figure = self.figure_.figure  # of a SubFigure, the whole
        if not _is_ours_to_show(figure):
            return None
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()


def _is_ours_to_show(figure):
    """Whether no window or widget shows a figure.

    The inline backend shows what is open at the end of the cell: the figure is closed (it stays whole), so
    that it is not there twice.
    """
    import matplotlib as mpl
    from matplotlib.backends import BackendFilter, backend_registry

    backend = (mpl.get_backend(auto_select=False) or "agg").lower()
    if "inline" in backend:
        import matplotlib.pyplot as plt

        plt.close(figure)
        return True
    return backend in backend_registry.list_builtin(BackendFilter.NON_INTERACTIVE)
