"""Anomalies by day and hour, station by station."""

from __future__ import annotations

from textwrap import fill
from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._typing import Estimator, Frame
from skquake.plotting._check import check_event, check_series
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._expected import expected_rates, of_noise
from skquake.plotting._style import (
    DOUBLE,
    KP,
    NO_VALUE,
    SEISMIC,
    SINGLE,
    check_axes,
    label_grid,
    line_of,
    signed_map,
)
from skquake.preprocessing import ARRate

_COLUMNS = 3


class DTECHeatmapDisplay(Display):
    """By how much the bounds are exceeded, day by hour (UT), one panel a station, the earthquake starred.

    Parameters
    ----------
    dtec : DataFrame of shape (n, stations), or Series
        Signed exceedance by time (UTC), 0 inside the bounds: the ``dtec`` of
        ``IQRBounds.detect``, or of forecasts. NaN is drawn grey.
    event : DataFrame of one row, default=None
        The earthquake, as a catalog; days then count from its day (UT).
    disturbed : Series of bool, default=None
        By the times of ``dtec``: marked with dots.
    expected_rate : float, default=None
        What noise leaves the bounds with, written beside each station's share.
    expected_ar : ARRate, default=None
        The same of AR(1) errors, as of ``ar_rate`` of bounds.
    unit : str, default="TECU"

    Attributes
    ----------
    grids_ : dict of {str: DataFrame}
        Hour (UT) x day by station; days from the earthquake, or dates without one.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (n_rows, n_columns)
        Of at most three columns; Axes left over are hidden.

    Raises
    ------
    TypeError, ValueError
        When it is drawn or a number is asked for: for times that do not ascend, no known value, several
        earthquakes, or marks of other times.

    See Also
    --------
    AnomalySeriesDisplay : The series with their bounds.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.plotting import DTECHeatmapDisplay
    >>> dtec = pd.DataFrame({"XJSH": np.zeros(8)}, index=pd.date_range("2016-12-07", periods=8, freq="6h"))
    >>> dtec.iloc[1] = 4.5
    >>> event = pd.DataFrame({"time": [pd.Timestamp("2016-12-08 05:15")], "latitude": 43.8, "longitude": 86.3,
    ...                       "magnitude": 6.2})
    >>> DTECHeatmapDisplay(dtec, event=event).plot().grids_["XJSH"]
    day    -1    0
    hour
    0.0   0.0  0.0
    6.0   4.5  0.0
    12.0  0.0  0.0
    18.0  0.0  0.0
    """

    def __init__(
        self,
        dtec: Frame | pd.Series,
        *,
        event: Frame | None = None,
        disturbed: pd.Series | None = None,
        expected_rate: float | None = None,
        expected_ar: ARRate | None = None,
        unit: str = "TECU",
    ) -> None:
        self.dtec = dtec
        self.event = event
        self.disturbed = disturbed
        self.expected_rate = expected_rate
        self.expected_ar = expected_ar
        self.unit = unit

    @classmethod
    def from_estimator(cls, estimator: Estimator, series: Frame | pd.Series, **options: Any) -> Self:
        """What bounds find in series, with the rate that they expect of noise.

        Parameters
        ----------
        estimator : IQRBounds, RollingSigmaBounds or the like
            Its ``detect`` is asked.
        series : DataFrame or Series
            By time (UTC).
        **options
            As for the class.

        Returns
        -------
        DTECHeatmapDisplay
        """
        checked = check_series(series, f"{cls.__name__}: series")
        found = estimator.detect(checked)
        return cls(found.dtec, **(expected_rates(estimator, found, checked) | options))

    @classmethod
    def from_anomalies(cls, anomalies: Any, *, event: Frame | None = None, unit: str = "TECU") -> Self:
        """What a detector found, with marks where space weather was not quiet and the rate of noise.

        Parameters
        ----------
        anomalies : TECAnomalies
            Of :meth:`~skquake.forecasting.TECAnomalyDetector.detect`.
        event, unit
            As for the class.

        Returns
        -------
        DTECHeatmapDisplay
        """
        known = (anomalies.state != "unknown").any()
        disturbed = anomalies.state != "quiet" if known else None
        rates = {"expected_rate": anomalies.expected_rate, "expected_ar": anomalies.expected_ar}
        return cls(anomalies.dtec, event=event, disturbed=disturbed, unit=unit, **rates)

    @property
    def grids_(self) -> dict[str, pd.DataFrame]:
        """Hour x day, by station."""
        dtec = check_series(self.dtec, f"{type(self).__name__}: dtec")
        if not dtec.notna().any(axis=None):
            raise ValueError(f"{type(self).__name__}: dtec: no known value")
        return {str(name): self._grid(dtec[name]) for name in dtec}

    def _grid(self, series):
        """One value a cell: hours as rows, every day from the first to the last as columns."""
        event = check_event(self.event, f"{type(self).__name__}: event")
        day = series.index.normalize()
        hour = pd.Index((series.index - day) / pd.Timedelta(hours=1), name="hour")
        days = pd.date_range(day[0], day[-1])
        if event is not None:
            first = event["time"].normalize()
            day, days = (day - first).days, (days - first).days
        table = pd.DataFrame({"value": series.to_numpy(), "hour": hour, "day": day})
        grid = table.pivot(index="hour", columns="day", values="value")
        return grid.reindex(columns=pd.Index(days, name="day"))

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes for each of the stations (filled up to rows of three), or on a new figure."""
        grids, event = self.grids_, check_event(self.event, f"{type(self).__name__}: event")
        marks = self._marks()
        n, columns = len(grids), min(len(grids), _COLUMNS)
        shape = (-(-n // columns), columns)
        self.figure_, self.axes_ = check_axes(
            ax,
            shape,
            figsize=(SINGLE + 0.4 if n == 1 else DOUBLE, 2.0 * shape[0] + 0.6),
            sharex=True,
            sharey=True,
        )
        reach = max(np.nanmax(np.abs(grid.to_numpy()), initial=0.0) for grid in grids.values()) or 1.0
        for axes, (name, grid) in zip(self.axes_.flat, grids.items(), strict=False):
            mesh = self._draw(axes, name, grid, reach, marks, event)
        label_grid(
            self.axes_,
            n,
            x="day (date)" if event is None else "from the earthquake (days)",
            y="time of day (h UT)",
        )
        locator = self.axes_[0, 0].xaxis.get_major_locator()
        locator.set_params(integer=True, **({"nbins": 4} if event is None else {}))
        if event is None:
            _write_dates(self.axes_[0, 0].xaxis, next(iter(grids.values())).columns)
        label = f"DTEC ({self.unit})\ngrey: no bounds" + ("; dots: not quiet" if marks is not None else "")
        self.figure_.colorbar(mesh, ax=list(self.axes_.flat), label=label, shrink=0.9)
        return self

    def _draw(self, axes, name, grid, reach, marks, event):
        """One station."""
        hours = grid.index.to_numpy()
        step = np.min(np.diff(hours)) if len(hours) > 1 else 24.0
        if step < 1 / 60:
            raise ValueError(
                f"{type(self).__name__}: dtec: {name}: times of day {step * 3600:.3g} s apart; round them"
            )
        # Rows of equal height, also where an hour never occurs.
        hours_all = hours[0] + step * np.arange(round((hours[-1] - hours[0]) / step) + 1)
        rows = np.rint((hours - hours[0]) / step).astype(int)
        values = np.full((len(hours_all), grid.shape[1]), np.nan)
        values[rows] = grid.to_numpy()
        # A cell is the time from its sample on, or about it where the last would leave the day.
        edges = hours_all - (0.5 * step if hours_all[-1] + step > 24.0 else 0.0)
        days = np.arange(grid.shape[1]) + (grid.columns[0] if event is not None else 0)
        axes.set_facecolor(NO_VALUE)
        mesh = axes.pcolormesh(
            np.append(days, days[-1] + 1) - 0.5,
            np.append(edges, edges[-1] + step),
            np.ma.masked_invalid(values),
            cmap=signed_map(),
            vmin=-reach,
            vmax=reach,
        )
        if marks is not None:
            dots = self._grid(marks).reindex_like(grid).to_numpy() > 0
            at = np.argwhere(dots)
            axes.plot(days[at[:, 1]], edges[rows][at[:, 0]] + 0.5 * step, ".", ms=1.3, mew=0, color=KP)
        if event is not None:
            hour = (event["time"] - event["time"].normalize()) / pd.Timedelta(hours=1)
            style = {"color": SEISMIC, "edgecolor": "black", "lw": 0.6, "zorder": 4}
            axes.scatter(0, hour, marker="*", s=80, **style)
            axes.set_xlim(min(days[0], 0) - 0.5, max(days[-1], 0) + 0.5)
        known = np.isfinite(values)
        share = (values[known] != 0).mean() if known.any() else np.nan
        title = f"{name}: {share:.1%} outside" if known.any() else f"{name}: no value"
        if known.any():  # a line of its own: neighbours' titles stand beside it
            title += "\n" + fill(of_noise(self.expected_rate, self.expected_ar).strip(), line_of(axes))
        axes.set_title(title.rstrip())
        axes.set_yticks(range(0, 25, 6))
        axes.set_ylim(0, 24)
        return mesh

    def _marks(self):
        if self.disturbed is None:
            return None
        what = f"{type(self).__name__}: disturbed"
        marks = check_series(self.disturbed, what).iloc[:, 0]
        if not marks.index.equals(check_series(self.dtec, what).index):
            raise ValueError(f"{what}: other times than dtec; use disturbed.reindex(dtec.index)")
        return marks


def _write_dates(axis, days):
    axis.set_major_formatter(lambda x, _: f"{days[round(x)]:%m-%d}" if 0 <= round(x) < len(days) else "")
