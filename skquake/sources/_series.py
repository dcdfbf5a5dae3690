"""Regular series at fixed stations."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any, Self

import pandas as pd

from skquake._core._geodesy import chord_of_km, unit_vectors
from skquake._core._typing import Duration, Frame
from skquake._core._validation import check_coordinates
from skquake.sources._backing import Memory
from skquake.sources._base import Source, cut, duration_ns, first_rows
from skquake.sources._context import cut_after_start
from skquake.sources._from_frame import Fill, mapped
from skquake.sources._series_io import regularise, series_from_frames


class SeriesSource(Source):
    """Regular series at fixed stations, such as vertical TEC every 15 minutes.

    Parameters
    ----------
    frame : DataFrame or dict of {str: DataFrame}
        One column a station, a DatetimeIndex (UTC; time zones are converted) at one cadence, in
        any order. A dict names channels, whose frames have the same stations and times. NaN
        is allowed; infinities become NaN.
    stations : DataFrame
        Index: the stations' names, as in the frame's columns (further rows are ignored);
        columns ``latitude``, ``longitude`` (degrees). Frames of libraries without an index have the
        columns ``time`` and ``station`` in its place.
    name : str
        Name of the source.
    channel : str
        What a single frame holds.
    max_km : float
        How far from its nearest station a sample may be.

    Attributes
    ----------
    time : ndarray of int64, shape (n_times,)
        ns since 1970, UTC.
    values : ndarray of float32, shape (n_stations, n_times, n_channels)
    stations : DataFrame
        Latitude and longitude of the stations, in the order of ``values``.

    Raises
    ------
    ValueError
        For repeated or irregular times (``SeriesSource.from_irregular`` resamples), a station
        without coordinates, values that are not numbers, an empty frame.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.sources import SeriesSource
    >>> time = pd.date_range("2016-12-01", periods=96, freq="15min")
    >>> frame = pd.DataFrame({"XJSH": range(96), "LHAS": 10.0}, index=time)
    >>> stations = pd.DataFrame({"latitude": [44.2, 29.66], "longitude": [86.1, 91.1]}, ["XJSH", "LHAS"])
    >>> series = SeriesSource(frame, stations)
    >>> sample = pd.DataFrame({"time": ["2016-12-01 01:05"], "latitude": 43.8, "longitude": 86.3})
    >>> windows, problem = series.windows(sample, length=4)
    >>> windows[0, :, 0]
    array([1., 2., 3., 4.], dtype=float32)
    """

    kind = "series"
    _align = "end"
    _max_km = 500.0

    def __init__(
        self,
        frame: Frame | Mapping[str, Frame],
        stations: Frame,
        *,
        name: str = "series",
        channel: str = "TEC",
        max_km: float = 500.0,
    ) -> None:
        frames = frame if isinstance(frame, Mapping) else {channel: frame}
        if isinstance(max_km, bool) or not isinstance(max_km, numbers.Real) or not float(max_km) >= 0:
            raise ValueError(f"max_km must be a distance in km >= 0, got {max_km!r}")
        super().__init__(Memory(series_from_frames(frames, stations)), name)
        self._max_km = float(max_km)

    @classmethod
    def from_frame(
        cls,
        frame: Frame,
        stations: Frame,
        columns: Mapping[str, Any] | None = None,
        *,
        fill: Fill = (),
        unit: str | None = None,
        cadence: Duration | None = None,
        max_gap: Duration | None = None,
        name: str = "series",
        channel: str = "TEC",
        max_km: float = 500.0,
    ) -> Self:
        """A source from a table with names and missing values of its own.

        Parameters
        ----------
        frame : DataFrame
            A row a time, a column a station; times in the column ``time`` or, in pandas, the index.
        stations, name, channel, max_km
            As for the class.
        columns : dict of {str: column}, optional
            Our name -> the table's: ``time``, and the stations that are wanted. By default every column of
            numbers is a station, but for those whose name starts with "flag".
        fill : number, sequence of numbers, dict of {str: number or sequence} or None, default=()
            What the table writes for "missing", for all stations or by their names. A station that holds
            what looks like such a mark (-9999, 999.9, ...) without its being declared is refused; None takes
            all values as they are.
        unit : str, optional
            Of the values; by default that of ``frame.attrs["units"]``.
        cadence, max_gap : number of seconds or timedelta, optional
            Both: times are irregular, and resampled as by ``from_irregular``.

        Returns
        -------
        SeriesSource

        Examples
        --------
        >>> import pandas as pd
        >>> from skquake.sources import SeriesSource
        >>> table = pd.DataFrame({"UT": pd.date_range("2016-12-01", periods=4, freq="15min"),
        ...                       "vtec_xjsh": [10.0, 11.0, 999.9, 12.0]})
        >>> stations = pd.DataFrame({"latitude": [44.2], "longitude": [86.1]}, index=["XJSH"])
        >>> series = SeriesSource.from_frame(
        ...     table, stations, {"time": "UT", "XJSH": "vtec_xjsh"}, fill=999.9, unit="TECU")
        >>> series.values.ravel(), series.units
        (array([10., 11., nan, 12.], dtype=float32), {'TEC': 'TECU'})
        """
        table = mapped(frame, columns, ("time",), (), fill, None, "series").set_index("time")
        if unit is not None:
            table.attrs["units"] = unit
        if (cadence is None) != (max_gap is None):
            raise ValueError("cadence and max_gap: give both, which resamples, or neither")
        if cadence is None or max_gap is None:
            return cls(table, stations, name=name, channel=channel, max_km=max_km)
        return cls.from_irregular(
            table, stations, cadence, max_gap, name=name, channel=channel, max_km=max_km
        )

    @classmethod
    def from_irregular(
        cls,
        frame: Frame | Mapping[str, Frame],
        stations: Frame,
        cadence: Duration,
        max_gap: Duration,
        *,
        name: str = "series",
        channel: str = "TEC",
        max_km: float = 500.0,
    ) -> Self:
        """A source from series at any times, interpolated linearly to one cadence.

        Parameters
        ----------
        frame, stations, name, channel, max_km
            As for the class; times need not be regular, nor the same in each channel.
        cadence : number of seconds or timedelta
            Times of the result are whole multiples of it since 1970.
        max_gap : number of seconds or timedelta
            Longest time between two observations of a station to interpolate across; beyond it
            the result is NaN, and nothing is extrapolated.

        Returns
        -------
        SeriesSource

        Examples
        --------
        >>> import pandas as pd
        >>> from skquake.sources import SeriesSource
        >>> time = pd.DatetimeIndex(["2016-12-01 00:00", "2016-12-01 00:07", "2016-12-01 00:20"])
        >>> frame = pd.DataFrame({"XJSH": [1.0, 8.0, 21.0]}, index=time)
        >>> stations = pd.DataFrame({"latitude": [44.2], "longitude": [86.1]}, index=["XJSH"])
        >>> SeriesSource.from_irregular(frame, stations, "5min", "15min").values.ravel()
        array([ 1.,  6., 11., 16., 21.], dtype=float32)
        """
        frames = dict(frame) if isinstance(frame, Mapping) else {channel: frame}
        cadence, max_gap = duration_ns(cadence, "cadence"), duration_ns(max_gap, "max_gap")
        return cls(regularise(frames, cadence, max_gap), stations, name=name, max_km=max_km)

    @property
    def max_km(self) -> float:
        """How far from its nearest station a sample may be."""
        return self._max_km

    @property
    def stations(self) -> pd.DataFrame:
        """Latitude and longitude of the stations, a DataFrame."""
        series = self._content
        return pd.DataFrame(
            {"latitude": series.latitude, "longitude": series.longitude},
            index=pd.Index(series.stations, name="station"),
        )

    def _extent(self):
        n = len(self._content.stations)
        return f"{len(self.time):,} times at {n:,} station{'' if n == 1 else 's'}"

    def to_frame(self, channel: str | None = None) -> pd.DataFrame:
        """One channel (by default the first) as a DataFrame: a row a time, a column a station."""
        series = self._content
        column = 0 if channel is None else self._columns(channel)[0]
        time = pd.DatetimeIndex(series.time.view("datetime64[ns]"), name="time")
        frame = pd.DataFrame(series.values[:, :, column].T, time, list(series.stations))
        if series.channels[column] in self.units:
            frame.attrs["units"] = self.units[series.channels[column]]
        return frame

    def _gather(self, samples, time, length, offset, problems, context, whole):
        latitude, longitude = check_coordinates(samples["latitude"], samples["longitude"], "samples")
        series = self._content
        n = len(series.time)
        first = first_rows(series, time, length, offset, problems)
        station, near = self._nearest(latitude, longitude)
        problems.add(~near, f"no station within {self._max_km:g} km")
        problems.add(whole & (first < context), "context leaves the record")
        at = first + station * n
        values = series.values.reshape(-1, len(series.channels))
        return cut_after_start(
            lambda rows, later, length: cut(values, at[rows] + later, length), first, context, length
        )

    def _nearest(self, latitude, longitude):
        """Position of the nearest station of each place, and whether it is within ``max_km``."""
        from scipy.spatial import cKDTree

        tree = cKDTree(unit_vectors(self._content.latitude, self._content.longitude))
        chord, station = tree.query(unit_vectors(latitude, longitude))
        return station, chord <= chord_of_km(self._max_km) + 1e-9
