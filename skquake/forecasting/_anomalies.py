"""Anomalies found in series, and the tables made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skquake._core._time import NS_PER_DAY, NS_PER_HOUR, as_ns, moment_ns, to_utc
from skquake._core._typing import FloatArray, IntArray, TimeLike
from skquake.forecasting._anomaly_rate import block_rate
from skquake.forecasting._anomaly_synchrony import synchrony
from skquake.preprocessing import ARRate


@dataclass(frozen=True, repr=False)
class TECAnomalies:
    """What :meth:`TECAnomalyDetector.detect` finds.

    Attributes
    ----------
    observed, predicted, error : DataFrame of shape (n, stations)
        TEC; what was forecast (without a forecaster, the center of the bounds); their difference.
    bounds : DataFrame
        Of the observed values: columns ``{station}_lower, {station}_center, {station}_upper``.
    dtec, polarity : DataFrame of shape (n, stations)
        By how much the nearer bound is exceeded, signed, 0 inside; and its sign. NaN where undefined.
    state : Series of str
        "quiet", "disturbed" or "unknown" space weather at each time.
    expected_rate : float
        Share of independent Gaussian errors outside such bounds.
    expected_ar : ARRate or None
        The same of AR(1) errors with the memory that the detector knows; None for bounds without it.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.forecasting import TECAnomalyDetector
    >>> from skquake.preprocessing import IQRBounds
    >>> index = pd.date_range("2016-12-01", periods=6, freq="D")
    >>> tec = pd.DataFrame({"XJSH": [10.0, 12.0, 11.0, 12.0, 12.0, 25.0]}, index=index)
    >>> found = TECAnomalyDetector(None, IQRBounds(days=3, style="iqr")).fit(tec).detect(tec)
    >>> found
    TECAnomalies(6 times, 1 stations, 1 anomalies; expected of independent errors 35.6%, of AR(1) errors ...)
    >>> found.table(event="2016-12-08")[["station", "start", "peak", "days_to_event"]]
      station      start   peak  days_to_event
    0    XJSH 2016-12-06  12.25            2.0
    """

    observed: pd.DataFrame
    predicted: pd.DataFrame
    error: pd.DataFrame
    bounds: pd.DataFrame
    dtec: pd.DataFrame
    polarity: pd.DataFrame
    state: pd.Series
    expected_rate: float
    expected_ar: ARRate | None = None

    def __repr__(self) -> str:
        n_times, n_stations = self.dtec.shape
        text = f"{n_times} times, {n_stations} stations, {len(self._runs()[0])} anomalies"
        rates = f"expected of independent errors {self.expected_rate:.1%}"
        if self.expected_ar is not None and np.isfinite(self.expected_ar.rate):
            rates += f", of AR(1) errors {self.expected_ar.rate:.1%}"
        return f"TECAnomalies({text}; {rates})"

    def between(self, start: TimeLike, end: TimeLike) -> TECAnomalies:
        """The same from ``start`` to ``end``, both inclusive; the history of the bounds stays used.

        Parameters
        ----------
        start, end : date
            UTC.

        Returns
        -------
        TECAnomalies
        """
        first, last = (moment_ns(date, name) for date, name in ((start, "start"), (end, "end")))
        time = as_ns(to_utc(self.dtec.index))
        rows = (time >= first) & (time <= last)
        names = ("observed", "predicted", "error", "bounds", "dtec", "polarity", "state")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def table(self, event: TimeLike | None = None) -> pd.DataFrame:
        """One anomaly a row: consecutive times of one sign outside the bounds of a station.

        Parameters
        ----------
        event : date, default=None
            Of the earthquake, UTC.

        Returns
        -------
        DataFrame
            ``station``; ``start``, ``end`` (first and last time); ``hours`` (each time counts as one step);
            ``sign``; ``peak`` (largest DTEC, signed, units of the data) and ``peak_time``; ``state``: "quiet"
            if all its times are, "disturbed" if any is, else "unknown"; ``days_to_event``: from its start to
            the earthquake, negative after it (with ``event``). In order of time.
        """
        column, first, last = self._runs()
        dtec = self.dtec.to_numpy(dtype=float)
        index = pd.DatetimeIndex(to_utc(self.dtec.index))
        state = self.state.to_numpy()
        cadence = self._cadence_hours()
        rows = []
        for station, a, b in zip(column, first, last, strict=True):
            values = dtec[a : b + 1, station]
            peak = int(np.argmax(np.abs(values)))
            rows.append(
                {
                    "station": self.dtec.columns[station],
                    "start": index[a],
                    "end": index[b],
                    "hours": (b - a + 1) * cadence,
                    "sign": int(np.sign(values[0])),
                    "peak": values[peak],
                    "peak_time": index[a + peak],
                    "state": _worst(state[a : b + 1]),
                }
            )
        columns = ["station", "start", "end", "hours", "sign", "peak", "peak_time", "state"]
        table = pd.DataFrame(rows, columns=columns)
        table["start"], table["end"] = pd.to_datetime(table["start"]), pd.to_datetime(table["end"])
        if event is not None:
            table["days_to_event"] = _days_before(event, table["start"])
        return table.sort_values("start", kind="stable", ignore_index=True)

    def by_day(self, event: TimeLike | None = None) -> pd.DataFrame:
        """Sign and intensity of the anomalies of each station on each day (UT).

        Parameters
        ----------
        event : date, default=None
            Of the earthquake, UTC.

        Returns
        -------
        DataFrame
            A row a day and station: ``day``, ``station``; ``hours`` (with bounds), ``positive_hours``,
            ``negative_hours``; ``positive``, ``negative`` (sum of DTEC times hours); ``sign`` of their sum;
            ``peak`` (largest DTEC, signed); ``quiet_hours``; and ``days_to_event``: whole days from this day
            to that of the earthquake (with ``event``).
        """
        cadence = self._cadence_hours()
        day = pd.DatetimeIndex(to_utc(self.dtec.index)).floor("D")
        quiet = (self.state == "quiet").to_numpy()
        tables = []
        for station in self.dtec.columns:
            dtec = self.dtec[station].to_numpy(dtype=float)
            parts = pd.DataFrame(
                {
                    "hours": np.isfinite(dtec) * cadence,
                    "positive_hours": (dtec > 0) * cadence,
                    "negative_hours": (dtec < 0) * cadence,
                    "positive": np.fmax(dtec, 0.0) * cadence,
                    "negative": np.fmin(dtec, 0.0) * cadence,
                    "quiet_hours": quiet * cadence,
                    "top": np.fmax(dtec, 0.0),
                    "bottom": np.fmin(dtec, 0.0),
                }
            ).groupby(day)
            table = parts.sum().drop(columns=["top", "bottom"])
            top, bottom = parts["top"].max(), parts["bottom"].min()
            table["peak"] = top.where(top >= -bottom, bottom)
            table["sign"] = np.sign(table["positive"] + table["negative"]).astype(int)
            table.insert(0, "station", station)
            tables.append(table.rename_axis("day").reset_index())
        table = pd.concat(tables).sort_values("day", kind="stable", ignore_index=True)
        if event is not None:
            moment = pd.Timestamp(to_utc([event], "event")[0]).floor("D")
            table["days_to_event"] = (moment - table["day"]).dt.days
        return table

    def rate(self, *, state: str | None = None, block_days: float = 5.0, level: float = 0.95) -> pd.Series:
        """The flagged rate beside the expected one, with an interval from blocks of time.

        Parameters
        ----------
        state : {"quiet", "disturbed", "unknown"}, default=None
            Only times of this space weather.
        block_days : float, default=5.0
            Times of one block count as dependent, all stations together; blocks as independent.
        level : float, default=0.95

        Returns
        -------
        Series
            ``flagged_rate``, ``low``, ``high`` (NaN with fewer than five blocks); ``expected_rate`` of
            independent errors; ``expected_ar_rate``, ``expected_ar_low``, ``expected_ar_high`` of errors with
            a memory (:class:`~skquake.preprocessing.ARRate`); ``n`` (defined values), ``n_blocks``.

        Raises
        ------
        ValueError
            For an unknown state, or a block or level that is none.
        """
        if state not in (None, "quiet", "disturbed", "unknown"):
            raise ValueError(f'state must be "quiet", "disturbed", "unknown" or None, got {state!r}')
        if not (block_days > 0 and 0 < level < 1):
            raise ValueError(f"block_days={block_days} must be positive and level={level} between 0 and 1")
        polarity = self.polarity if state is None else self.polarity[(self.state == state).to_numpy()]
        return block_rate(polarity, self.expected_rate, self.expected_ar, block_days=block_days, level=level)

    def synchrony(
        self,
        *,
        min_stations: int | None = None,
        event: TimeLike | None = None,
        days: tuple[float, float] = (-15.0, 0.0),
        n_shifts: int = 999,
        random_state: int | None = None,
    ) -> pd.Series:
        """Hours in which several stations have an anomaly of the same sign, beside those by chance.

        Two kinds of chance. *Apart*: the series of the stations are shifted against each other by random
        whole days; what remains tells how often independent stations would agree. Stations that see the
        same ionosphere agree far more often (neighbours' TEC correlates at 0.9), so a small ``p_apart``
        says that they are neighbours, not that anything happened. *Joint*: all stations together are
        shifted against the earthquake by every whole number of days; a small ``p_joint`` says that the
        days around it hold more agreement than others of this record.

        Parameters
        ----------
        min_stations : int, default=None
            How many count as synchronous; None: all.
        event : date, default=None
            Of the earthquake, UTC; None looks at the whole record, and there is no joint chance.
        days : (float, float), default=(-15, 0)
            Window around it.
        n_shifts : int, default=999
        random_state : int or None, default=None

        Returns
        -------
        Series
            ``hours``; ``hours_apart``, ``p_apart``; ``hours_joint``, ``p_joint`` (mean of the shifted ones,
            and (1 + as many) / (1 + shifts)); ``mean_correlation`` of the errors of two stations;
            ``effective_stations``: n**2 over the sum of squared correlations; ``min_stations``;
            ``n_days``, the number of days that can be shifted: no ``p_joint`` is below 1 / n_days.

        Raises
        ------
        ValueError
            For one station, fewer than three days with bounds, or none in the window.
        """
        n = self.dtec.shape[1]
        if n < 2:
            raise ValueError("synchrony: one station; it needs two stations at least")
        min_stations = n if min_stations is None else min_stations
        if not (2 <= min_stations <= n) or not days[0] < days[1] or n_shifts < 1:
            raise ValueError(
                f"synchrony: min_stations={min_stations} must lie between 2 and the {n} stations, "
                f"days={days} ascend, n_shifts={n_shifts} be positive"
            )
        return synchrony(
            self.polarity,
            self.error,
            min_stations=min_stations,
            event=event,
            days=days,
            n_shifts=n_shifts,
            random_state=np.random.default_rng(random_state),
        )

    def _runs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Column, first and last row of each run of one sign."""
        sign = np.nan_to_num(self.polarity.to_numpy(dtype=float)).astype(np.int8).T
        edge = np.pad(sign, ((0, 0), (1, 1)))
        begins = (sign != 0) & (sign != edge[:, :-2])
        ends = (sign != 0) & (sign != edge[:, 2:])
        column, first = np.nonzero(begins)
        return column, first, np.nonzero(ends)[1]

    def _cadence_hours(self) -> float:
        time = as_ns(to_utc(self.dtec.index))
        return float(np.diff(time).min()) / NS_PER_HOUR if len(time) > 1 else np.nan


def _worst(states: Iterable[str]) -> str:
    return next((state for state in ("disturbed", "unknown") if state in states), "quiet")


def _days_before(event: TimeLike, times: pd.Series) -> FloatArray:
    moment = moment_ns(event, "event")
    return (moment - as_ns(to_utc(times))) / NS_PER_DAY
