"""The style sheet of the displays, in force while one draws a figure of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

SHEET = Path(__file__).with_name("skquake.mplstyle")


@functools.cache
def sheet() -> dict[str, Any]:
    """Settings of the sheet by name."""
    from matplotlib import rc_params_from_file

    found: Any = rc_params_from_file(SHEET, use_default_template=False)
    return dict(found)


@contextmanager
def style() -> Iterator[None]:
    """Skquake's style sheet in force: for figures of one's own beside those of the displays.

    What the user has set otherwise than by default stands; afterwards all is as before. The sheet is a
    style of matplotlib, too: ``plt.style.use("skquake.plotting.skquake")``.

    Yields
    ------
    None

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skquake.plotting import PALETTE, style
    >>> with style():
    ...     figure, axes = plt.subplots(figsize=(3.3, 2.4), layout="constrained")
    >>> line = axes.plot([0, 1], color=PALETTE["model"])
    >>> axes.xaxis.label.get_size()
    8.0
    """
    import matplotlib as mpl

    now: Any = mpl.rcParams
    default: Any = mpl.rcParamsDefault
    unset: Any = {name: value for name, value in sheet().items() if now[name] == default[name]}
    with mpl.rc_context(unset):
        yield


def styled(plot: Callable[..., Any]) -> Callable[..., Any]:
    """A display's ``plot`` that draws its own figure in the style; Axes given are their owner's."""

    @functools.wraps(plot)
    def draw(self: Any, ax: Any = None, **options: Any) -> Any:
        if ax is not None or options.get("figure") is not None:
            return plot(self, ax, **options)
        with style():
            drawn = plot(self, **options)
            _keep(self.figure_)
        return drawn

    return draw


def _keep(figure: Figure | SubFigure) -> None:
    """Make the first tick of each axis now: later ones, made when the figure is saved, are copies of it."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_major_ticks(1)
            axis.get_minor_ticks(1)
