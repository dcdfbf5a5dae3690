"""Series with their bounds and what lies outside, over the indices of space weather."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd

from skquake._core._disturbed import DISTURBED_HOURS, DST_THRESHOLD, KP_THRESHOLD, kp_is_quiet
from skquake._core._typing import Estimator, Frame
from skquake.forecasting import space_weather_state
from skquake.plotting._check import check_event, check_series
from skquake.plotting._display import Display, GivenAxes
from skquake.plotting._expected import expected_rates, of_noise
from skquake.plotting._style import (
    ABOVE,
    BELOW,
    DOUBLE,
    KP,
    NULL,
    REFERENCE,
    SEISMIC,
    check_axes,
    legend_below,
)
from skquake.preprocessing import ARRate

_BOUNDS = ("lower", "center", "upper")


class AnomalySeriesDisplay(Display):
    """One panel a station with its bounds and the values outside; below, Dst and Kp; not quiet times grey.

    Each panel says which share of its values is outside, and what pure noise gives.

    Parameters
    ----------
    series : DataFrame of shape (n, stations), or Series
        By time (UTC).
    bounds : DataFrame of shape (n, 3 * stations)
        ``{station}_lower``, ``{station}_center``, ``{station}_upper``, as bounds transform to; by the same
        times. The center may be missing.
    dst, kp : Series, default=None
        Indices by the start of their interval, as of :func:`~skquake.io.read_dst` (nT) and
        :func:`~skquake.io.read_kp`. What is not given has no panel.
    event : DataFrame of one row, default=None
        The earthquake, as a catalog: a line in every panel.
    expected_rate : float, default=None
        Share of pure noise outside such bounds.
    expected_ar : ARRate, default=None
        The same of AR(1) errors, as of ``ar_rate`` of bounds.
    dst_threshold, kp_threshold, disturbed_hours : float, default=-30.0, 3.0, 24.0
        Disturbed is Dst below or Kp above its threshold within so long, as of
        :func:`~skquake.forecasting.space_weather_state`; a time with an unknown index is not quiet.
    disturbed : Series of bool, default=None
        Which times are not quiet, by the times of the series; None: by the indices given.
    unit : str, default="TECU"

    Attributes
    ----------
    dtec_ : DataFrame of shape (n, stations)
        By how much the nearer bound is exceeded, signed; 0 inside, NaN where unknown.
    disturbed_ : Series of bool, shape (n,)
        Times that are not quiet; all False without an index or ``disturbed``.
    rates_ : DataFrame
        By station: ``n`` known values, ``flagged`` share of them outside, and ``flagged_quiet``, the same of
        quiet times.
    figure_ : matplotlib Figure
    axes_ : ndarray of matplotlib Axes, shape (stations + indices, 1)

    Raises
    ------
    TypeError, ValueError
        When it is drawn or a number is asked for: for times that do not ascend, or bounds of other times or
        stations.

    See Also
    --------
    DTECHeatmapDisplay : Day by hour.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from skquake.plotting import AnomalySeriesDisplay
    >>> from skquake.preprocessing import IQRBounds
    >>> times = pd.date_range("2016-11-17", periods=480, freq="h")
    >>> tec = pd.DataFrame({"XJSH": 15 + np.random.default_rng(0).normal(size=480)}, index=times)
    >>> tec.iloc[400:403] += 9
    >>> display = AnomalySeriesDisplay.from_estimator(IQRBounds(style="iqr"), tec).plot()
    >>> display.rates_.round(3)
            n  flagged  flagged_quiet
    XJSH  120    0.133          0.133
    """

    def __init__(
        self,
        series: Frame | pd.Series,
        bounds: Frame,
        *,
        dst: pd.Series | None = None,
        kp: pd.Series | None = None,
        event: Frame | None = None,
        expected_rate: float | None = None,
        expected_ar: ARRate | None = None,
        dst_threshold: float = DST_THRESHOLD,
        kp_threshold: float = KP_THRESHOLD,
        disturbed_hours: float = DISTURBED_HOURS,
        disturbed: pd.Series | None = None,
        unit: str = "TECU",
    ) -> None:
        self.series = series
        self.bounds = bounds
        self.dst = dst
        self.kp = kp
        self.event = event
        self.expected_rate = expected_rate
        self.expected_ar = expected_ar
        self.dst_threshold = dst_threshold
        self.kp_threshold = kp_threshold
        self.disturbed_hours = disturbed_hours
        self.disturbed = disturbed
        self.unit = unit

    @classmethod
    def from_estimator(cls, estimator: Estimator, series: Frame | pd.Series, **options: Any) -> Self:
        """Bounds of an estimator, with the rate that it expects of noise.

        Parameters
        ----------
        estimator : IQRBounds, RollingSigmaBounds or the like
            Its ``detect`` is asked.
        series : DataFrame or Series
        **options
            As for the class.

        Returns
        -------
        AnomalySeriesDisplay
        """
        checked = check_series(series, f"{cls.__name__}: series")
        found = estimator.detect(checked)
        return cls(series, found.bounds, **(expected_rates(estimator, found, checked) | options))

    @classmethod
    def from_anomalies(cls, anomalies: Any, **options: Any) -> Self:
        """What a detector found.

        Parameters
        ----------
        anomalies : TECAnomalies
            Of :meth:`~skquake.forecasting.TECAnomalyDetector.detect`; its ``state`` says what is not quiet.
        **options
            As for the class.

        Returns
        -------
        AnomalySeriesDisplay
        """
        known = (anomalies.state != "unknown").any()
        found = {
            "expected_rate": anomalies.expected_rate,
            "expected_ar": anomalies.expected_ar,
            "disturbed": anomalies.state != "quiet" if known else None,
        }
        return cls(anomalies.observed, anomalies.bounds, **(found | options))

    @property
    def dtec_(self) -> pd.DataFrame:
        """Signed exceedance of the nearer bound."""
        series, bounds = self._checked()
        found = {}
        for name in series:
            value = series[name].to_numpy()
            lower, upper = (bounds[f"{name}_{side}"].to_numpy() for side in ("lower", "upper"))
            with np.errstate(invalid="ignore"):
                over = np.maximum(value - upper, 0.0) + np.minimum(value - lower, 0.0)
            found[name] = over
        return pd.DataFrame(found, index=series.index)

    @property
    def disturbed_(self) -> pd.Series:
        """Times that are not quiet."""
        times = self._checked()[0].index
        if self.disturbed is not None:
            marks = check_series(self.disturbed, f"{type(self).__name__}: disturbed").iloc[:, 0]
            if not marks.index.equals(times):
                raise ValueError(
                    f"{type(self).__name__}: disturbed: other times than the series; "
                    "use disturbed.reindex(series.index)"
                )
            flags = (marks != 0).to_numpy()
        elif self.dst is None and self.kp is None:
            flags = np.zeros(len(times), dtype=bool)
        else:
            limits = {
                name: getattr(self, name) for name in ("kp_threshold", "dst_threshold", "disturbed_hours")
            }
            flags = space_weather_state(times, kp=self.kp, dst=self.dst, **limits).to_numpy() != "quiet"
        return pd.Series(flags, index=times, name="disturbed", dtype=bool)

    @property
    def rates_(self) -> pd.DataFrame:
        """Shares outside, by station."""
        dtec, quiet = self.dtec_, ~self.disturbed_
        known, outside = dtec.notna(), dtec.fillna(0.0) != 0
        n = known.sum()
        with np.errstate(invalid="ignore"):
            return pd.DataFrame(
                {
                    "n": n,
                    "flagged": (outside & known).sum() / n.where(n > 0),
                    "flagged_quiet": outside[quiet].sum() / known[quiet].sum().where(known[quiet].any()),
                }
            )

    def plot(self, ax: GivenAxes = None) -> Self:
        """Draw on one Axes a station and index, or on a new figure."""
        series, bounds = self._checked()
        dtec, disturbed, rates = self.dtec_, self.disturbed_.to_numpy(), self.rates_
        event = check_event(self.event, f"{type(self).__name__}: event")
        indices = [name for name in ("dst", "kp") if getattr(self, name) is not None]
        heights = [1.25] * series.shape[1] + [0.85] * len(indices)
        options: dict[str, Any] = {
            "figsize": (DOUBLE, sum(heights) + 0.9),
            "sharex": True,
            "height_ratios": heights,
        }
        self.figure_, self.axes_ = check_axes(ax, (len(heights), 1), **options)
        step = np.median(np.diff(series.index)) if len(series) > 1 else np.timedelta64(1, "h")
        for axes in self.axes_[:, 0]:
            _shade(axes, series.index, disturbed, step)
            if event is not None:
                axes.axvline(event["time"], color=SEISMIC, lw=1.2, ls="--")
            axes.grid(alpha=0.3, lw=0.4)
        for axes, name in zip(self.axes_[:, 0], series, strict=False):
            lower, center, upper = (bounds.get(f"{name}_{bound}") for bound in _BOUNDS)
            lower, upper = self._drawn(lower), self._drawn(upper)
            axes.fill_between(series.index, lower, upper, color=NULL, alpha=0.6, lw=0, label="bounds")
            if center is not None:
                axes.plot(series.index, center, color="#777777", lw=0.8, ls="-.", label="center")
            axes.plot(series.index, series[name], color=REFERENCE, lw=0.7, label="observed")
            for sign, color, side in ((1, ABOVE, "above"), (-1, BELOW, "below")):
                out = np.sign(dtec[name]) == sign
                axes.plot(series.index[out], series[name][out], "o", ms=2.6, mew=0, color=color, label=side)
            axes.set_ylabel(f"{name}\n({self.unit})")
            axes.set_title(f"{name}: {self._words(rates.loc[name], disturbed.any())}", pad=2)
        self._draw_indices(indices, series.index, step)
        last = self.axes_[-1, 0]
        last.set_xlim(series.index[0], series.index[-1] + step)
        locator = last.xaxis.get_major_locator()
        last.xaxis.set_major_formatter(_concise(locator))
        last.set_xlabel("time (UT)")
        found = dict(zip(*self.axes_[0, 0].get_legend_handles_labels()[::-1], strict=True))
        handles, labels = list(found.values()), list(found)
        if event is not None:
            handles.append(self.axes_[0, 0].lines[0])
            labels.append(f"earthquake, M {event['magnitude']:.1f}")
        if disturbed.any():
            from matplotlib.patches import Patch

            handles.append(Patch(color=KP, alpha=0.18, lw=0))
            labels.append("not quiet")
        legend_below(last, ncols=4, handles=handles, labels=labels)
        self.figure_.align_ylabels(self.axes_[:, 0])
        return self

    def _draw_indices(self, indices, times, step):
        for axes, name in zip(self.axes_[len(self.axes_) - len(indices) :, 0], indices, strict=True):
            index = check_series(getattr(self, name), f"{type(self).__name__}: {name}").iloc[:, 0]
            before = max(index.index.searchsorted(times[0], side="right") - 1, 0)
            index = index.iloc[before:].loc[: times[-1] + step]
            limit = getattr(self, f"{name}_threshold")
            if name == "dst":
                axes.step(index.index, index, where="post", color=KP, lw=0.9)
                axes.set_ylabel("Dst (nT)")
                axes.set_title(f"Dst; not quiet below {limit:g} nT", pad=2)
            else:
                width = np.median(np.diff(index.index)) if len(index) > 1 else np.timedelta64(3, "h")
                for quiet, alpha in ((True, 0.35), (False, 1.0)):
                    held = index[kp_is_quiet(index, limit) == quiet]
                    axes.bar(held.index, held, 0.92 * width, align="edge", color=KP, alpha=alpha, lw=0)
                axes.set(ylabel="Kp\n(no unit)", ylim=(0, max(9.0 if index.max() > 6 else 6.0, limit)))
                axes.set_title(f"Kp; not quiet above {limit:g}", pad=2)
            axes.axhline(limit, color=REFERENCE, lw=0.9, ls="--")

    def _drawn(self, bound):
        """A bound as it is drawn: electron contents are not negative."""
        return (
            bound.clip(lower=0.0) if self.unit == "TECU" and (self._checked()[0].min() >= 0).all() else bound
        )

    def _words(self, row, attributed):
        if not row["n"]:
            return "no value with bounds"
        text = f"{row['flagged']:.1%} of {row['n']:.0f} outside"
        if attributed and np.isfinite(row["flagged_quiet"]):
            text += f", {row['flagged_quiet']:.1%} of quiet times"
        return text + of_noise(self.expected_rate, self.expected_ar)

    def _checked(self):
        what = type(self).__name__
        series = check_series(self.series, f"{what}: series")
        bounds = check_series(self.bounds, f"{what}: bounds")
        absent = [f"{n}_{s}" for n in series for s in ("lower", "upper") if f"{n}_{s}" not in bounds]
        if absent:
            raise ValueError(f"{what}: bounds: no column {absent[0]!r}; it has {', '.join(map(str, bounds))}")
        if not bounds.index.equals(series.index):
            raise ValueError(f"{what}: bounds: other times than the series; use bounds.reindex(series.index)")
        return series, bounds


def _shade(axes, times, disturbed, step):
    """Grey spans of the disturbed times."""
    edges = np.flatnonzero(np.diff(np.r_[False, disturbed, False]))
    for first, stop in edges.reshape(-1, 2):
        axes.axvspan(times[first], times[stop - 1] + step, color=KP, alpha=0.18, lw=0)


def _concise(locator):
    from matplotlib.dates import ConciseDateFormatter

    return ConciseDateFormatter(locator)
