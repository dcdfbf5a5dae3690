"""One night's pass near an epicentre: where it flew, what it measured, and what two rules flag."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from skquake._core._frames import as_frame
from skquake._core._geodesy import wrap_longitude
from skquake._core._last_known import last_known
from skquake._core._typing import Frame
from skquake._core._validation import check_catalog, check_columns
from skquake.plotting._coast import draw_coast
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._maps import area
from skquake.plotting._style import ABOVE, DOUBLE, MODEL, REFERENCE, SEISMIC, check_axes, legend_below
from skquake.preprocessing import MASSResidual, NeLOGResidual

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

_AXES = {"B_N": "X (north)", "B_E": "Y (east)", "B_C": "Z (center)"}


class CasePanelDisplay(Display):
    """A pass before an earthquake: map, density with its fit, field residuals and their spectra.

    Parameters
    ----------
    frame : DataFrame
        The pass: ``time``, ``latitude``, ``longitude``, ``Ne`` (cm⁻³) and ``B_N``, ``B_E``, ``B_C`` (nT), as
        of :func:`skquake.sampling.nightly_passes`, whose count of the day's tracks goes into the title.
        Columns may be missing: their panels stay empty.
    event : DataFrame of one row
        The earthquake, as a catalog.
    density, field : DataFrame or None
        What :class:`~skquake.preprocessing.NeLOGResidual` and :class:`~skquake.preprocessing.MASSResidual`
        detect; ``residual`` is the frame with the latter's columns.
    residual : DataFrame or None
    indices : dict of {str: float}, default=None
        Values for the title, by name: ``{"Dst (nT)": -12.0, "ap (nT)": 4.0}``; NaN reads "unknown".
    title : str, default=""
        What to say before the date, such as the satellite.

    Attributes
    ----------
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (2, 4)
    panels_ : dict of {str: matplotlib Axes}
        The same by name: "map", "Ne", and for each component "B_N", "B_N spectrum" and so on.
    flagged_ : dict of {str: (int, int)}
        Flagged and all: observations of the density, windows of the field.

    See Also
    --------
    skquake.alarms.flagged_rate : What share of passes is flagged at that place without any earthquake.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.datasets import make_track
    >>> from skquake.plotting import CasePanelDisplay
    >>> from skquake.sampling import nightly_passes
    >>> from skquake.sources import TrackSource
    >>> event = pd.DataFrame({"time": [pd.Timestamp("2016-03-02 12:49")], "latitude": -4.952,
    ...                       "longitude": 94.33, "magnitude": 7.8})
    >>> track = make_track("swarm", "2016-03-01", "2016-03-03", side="night", fields=True, random_state=0)
    >>> night = nightly_passes(TrackSource(track.frame), event)[0]
    >>> display = CasePanelDisplay.from_pass(night, event)
    >>> sorted(display.plot().flagged_)
    ['B_C', 'B_E', 'B_N', 'Ne']
    """

    def __init__(
        self,
        frame: Frame,
        event: Frame,
        *,
        density: pd.DataFrame | None = None,
        field: pd.DataFrame | None = None,
        residual: pd.DataFrame | None = None,
        indices: Mapping[str, float] | None = None,
        title: str = "",
    ) -> None:
        self.frame = frame
        self.event = event
        self.density = density
        self.field = field
        self.residual = residual
        self.indices = indices
        self.title = title

    @classmethod
    def from_pass(
        cls,
        frame: Frame,
        event: Frame,
        *,
        ne_log: NeLOGResidual | None = None,
        mass: MASSResidual | None = None,
        n_sigma: float = 2.5,
        k: float = 2.5,
        indices: Mapping[str, pd.Series] | None = None,
        title: str = "",
    ) -> Self:
        """Compute the residuals and what is flagged.

        Parameters
        ----------
        frame, event, title
            As for the class.
        ne_log : NeLOGResidual, default=None
            None: ``NeLOGResidual()``.
        mass : MASSResidual, default=None
            None: ``MASSResidual()`` of the components that the frame has.
        n_sigma, k : float
            Thresholds of their ``detect``.
        indices : dict of {str: Series}, default=None
            Indices by name with unit, each a Series by time; their last value before the pass reaches the
            epicentre goes into the title.

        Returns
        -------
        CasePanelDisplay

        Raises
        ------
        ValueError
            For a frame without rows or coordinates, or an event that is not one earthquake.
        """
        frame = check_columns(frame, ("time", "latitude", "longitude"), "frame")
        place = check_catalog(event, "event")
        if len(place) != 1 or not len(frame):
            raise ValueError(
                f"expected a pass and one earthquake, got {len(frame)} observations and "
                f"{len(place)} earthquakes"
            )
        density = field = residual = None
        if "Ne" in frame:
            density = (NeLOGResidual() if ne_log is None else ne_log).detect(frame, n_sigma)
        components = [name for name in _AXES if name in frame and frame[name].notna().sum() >= 10]
        if components:
            mass = MASSResidual(components) if mass is None else mass
            field, residual = mass.detect(frame, k), mass.transform(frame)
        nearest = frame["time"].iloc[[int((frame["latitude"] - place["latitude"].iloc[0]).abs().argmin())]]
        values = {name: float(last_known(index, nearest, name)[0]) for name, index in (indices or {}).items()}
        return cls(frame, event, density=density, field=field, residual=residual, indices=values, title=title)

    def plot(self, ax: GivenAxes = None, *, figure: Figure | SubFigure | None = None) -> Self:
        """Draw on eight Axes (two rows of four), on a figure or subfigure, or on a new figure."""
        options: dict[str, Any] = {"width_ratios": [1, 1, 1, 1.15]}
        if ax is None and figure is not None:
            ax = figure.subplots(2, 4, **options)
        self.figure_, self.axes_ = check_axes(ax, (2, 4), figsize=(DOUBLE, 4.4), **options)
        if figure is not None:
            self.figure_ = figure
        names = [*(f"{name} spectrum" for name in _AXES), "map", *_AXES, "Ne"]
        self.panels_ = dict(zip(names, self.axes_.flat, strict=True))
        self.flagged_: dict[str, tuple[int, int]] = {}
        event = check_catalog(self.event, "event").iloc[0]
        for component, name in _AXES.items():
            self._draw_field(component, name)
        self._draw_density()
        self._draw_map(event)
        for name in ("Ne", *_AXES):
            self.panels_[name].axvline(event["latitude"], color=SEISMIC, lw=1)
            self.panels_[name].set_xlabel("latitude (deg)")
        self.figure_.suptitle(self._words(event))
        return self

    def _draw_field(self, component, name):
        axes, spectrum = self.panels_[component], self.panels_[f"{component} spectrum"]
        axes.set(title=f"{name}: residual", ylabel="rate (nT/s)")
        spectrum.set(title=f"{name}: spectrum", xlabel="frequency (Hz)", ylabel="amplitude (nT/s)")
        if self.residual is None or self.field is None or f"{component}_mass" not in self.residual:
            axes.annotate("no field", (0.5, 0.5), xycoords="axes fraction", ha="center")
            spectrum.annotate("no field", (0.5, 0.5), xycoords="axes fraction", ha="center")
            return
        known = self.residual[self.residual[f"{component}_mass"].notna()].sort_values("time")
        values = known[f"{component}_mass"].to_numpy()
        axes.plot(known["latitude"], values, lw=0.5, color=REFERENCE)
        windows = self.field[self.field["component"] == component]
        for south, north in windows.loc[windows["flagged"], ["south", "north"]].to_numpy():
            axes.axvspan(south, north, color=ABOVE, alpha=0.35, lw=0)
        self.flagged_[component] = int(windows["flagged"].sum()), len(windows)
        step = np.median(np.diff(known["time"].to_numpy()) / np.timedelta64(1, "s"))
        power = 2.0 * np.abs(np.fft.rfft(values)) / len(values)
        spectrum.plot(np.fft.rfftfreq(len(values), step)[1:], power[1:], lw=0.5, color=REFERENCE)
        spectrum.set_ylim(bottom=0)

    def _draw_density(self):
        axes = self.panels_["Ne"]
        axes.set(ylabel="log$_{10}$ Ne (cm$^{-3}$)", title="Ne, with its fit")
        if self.density is None:
            axes.annotate("no density", (0.5, 0.5), xycoords="axes fraction", ha="center")
            return
        density = as_frame(self.frame, "frame")["Ne"]
        found = self.density.assign(log=np.log10(density.where(density > 0)))
        found = found.sort_values("latitude")
        axes.plot(found["latitude"], found["log"], ".", ms=1.5, color=REFERENCE, label="measured")
        axes.plot(found["latitude"], found["log"] - found["residual"], color=MODEL, lw=1, label="polynomial")
        out = found[found["flagged"]]
        axes.plot(out["latitude"], out["log"], "o", color=ABOVE, ms=3, mew=0, label="flagged")
        axes.set_xlabel("latitude (deg)")
        legend_below(axes, ncols=1)
        self.flagged_["Ne"] = len(out), int(found["residual"].notna().sum())

    def _draw_map(self, event):
        axes = self.panels_["map"]
        axes.fill(*area(event), color=SEISMIC, alpha=0.2, lw=0)
        # Longitudes counted from the epicentre, so that no line crosses the map.
        frame = as_frame(self.frame, "frame")
        away = event["longitude"] + wrap_longitude(frame["longitude"] - event["longitude"])
        axes.plot(away, frame["latitude"], ".", ms=1, color=REFERENCE)
        axes.plot(event["longitude"], event["latitude"], "*", color=SEISMIC, ms=9)
        axes.set(
            xlabel="longitude (deg)",
            ylabel="latitude (deg)",
            xlim=(event["longitude"] - 60, event["longitude"] + 60),
            ylim=(-90, 90),
            title=f"M {event['magnitude']:.1f}, its area",
        )
        axes.set_xticks(axes.get_xticks(), [f"{wrap_longitude(x):.0f}" for x in axes.get_xticks()])
        axes.set_xlim(event["longitude"] - 60, event["longitude"] + 60)
        axes.axhline(0, color=REFERENCE, lw=0.5, ls=":")
        draw_coast(axes)
        axes.grid(alpha=0.3, lw=0.4)

    def _words(self, event):
        frame = as_frame(self.frame, "frame")
        row = frame.iloc[int((frame["latitude"] - event["latitude"]).abs().argmin())]
        before = (pd.Timestamp(event["time"]) - row["time"]) / pd.Timedelta(days=1)
        first = [self.title] if self.title else []
        number = getattr(frame, "attrs", {}).get("track_number")
        first += (
            [f"{row['time']:%Y-%m-%d}, track {number}, {row['time']:%H:%M} UT"]
            if number
            else [f"{row['time']:%Y-%m-%d %H:%M} UT"]
        )
        if "local_time" in frame:
            first += [f"{row['local_time']:.1f} h local time"]
        first += [f"{before:.1f} days before"] if before >= 0 else [f"{-before:.1f} days after"]
        for name, value in (self.indices or {}).items():
            quantity, _, unit = name.partition(" (")
            known = f"{value:.0f} {unit.rstrip(')')}".rstrip()
            first += [f"{quantity} {known}" if np.isfinite(value) else f"{quantity} unknown"]
        second = [
            f"{name}: {k} of {n} {'observations' if name == 'Ne' else 'windows'}"
            for name, (k, n) in self.flagged_.items()
        ]
        return ", ".join(first) + ("\nflagged: " + "; ".join(second) if second else "")

    @staticmethod
    def save_pdf(displays: Iterable[CasePanelDisplay], path: Path) -> None:
        """Draw panels into one PDF, a page each.

        Parameters
        ----------
        displays : iterable of CasePanelDisplay
            Drawn and closed one after the other.
        path : str or path
            Written whole or not at all.

        Raises
        ------
        ValueError
            Without any panel.
        """
        import matplotlib.pyplot as plt
        from matplotlib.backends.backend_pdf import PdfPages

        path = Path(path)
        part = path.with_name(f".{path.name}.tmp")
        pages = 0
        try:
            with PdfPages(part) as pdf:
                for display in displays:
                    figure = display.plot().figure_.figure
                    pdf.savefig(figure)
                    plt.close(figure)
                    pages += 1
            if not pages:
                raise ValueError("no panel to draw: no night has a pass near the epicentre")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
