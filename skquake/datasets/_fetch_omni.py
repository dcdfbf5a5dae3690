"""Solar wind and indices by the year, from NASA's OMNI archive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._fetch import Part, folder_in, now, obtain_each, span_of
from skquake.datasets._transfer import PARAMETERS, Transfer
from skquake.io import FormatError, read_omni
from skquake.io._omni import known_columns

OMNI_URL = "https://spdf.gsfc.nasa.gov/pub/data/omni/"
_FILES = {
    "1 h": "low_res_omni/omni2_{}.dat",
    "5 min": "high_res_omni/omni_5min{}.asc",
    "1 min": "high_res_omni/omni_min{}.asc",
}
_BEGIN = {"1 h": 1963, "5 min": 1981, "1 min": 1981}
_DELAY = pd.Timedelta(days=120)  # of publication, at the most
_FINAL = pd.Timedelta(days=366)  # after its end a year is revised no more
_FRESH = pd.Timedelta(days=1)


@validate_params(
    PARAMETERS | {"resolution": [StrOptions(set(_FILES))]},
    prefer_skip_nested_validation=True,
)
def fetch_omni(
    start: TimeLike,
    end: TimeLike,
    resolution: str = "1 h",
    *,
    columns: Iterable[str] | None = None,
    data_home: PathLike | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    max_mb: float | None = 500.0,
    max_seconds: float | None = 1800.0,
    base_url: str = OMNI_URL,
    verbose: int = 0,
) -> pd.DataFrame:
    """Solar wind, interplanetary field and geomagnetic indices of a span, downloaded once by the year.

    Parameters
    ----------
    start, end : date
        UTC; records that start from ``start`` on and before ``end``.
    resolution : {"1 h", "5 min", "1 min"}, default="1 h"
        A year has 3 MB, 30 MB or 160 MB.
    columns : iterable of str, default=None
        Names to keep, as of :func:`skquake.io.read_omni`; None for all. A year of 1 min
        is 0.2 GB in memory, 0.7 GB while it is read.
    data_home, download_if_missing, n_retries, delay, max_mb, max_seconds
        As of :func:`fetch_usgs`; the files stand in the folder ``omni``, one a year.
    base_url : str
        Folder of the archive, above ``low_res_omni`` and ``high_res_omni``.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    DataFrame
        As of :func:`skquake.io.read_omni`.

    Raises
    ------
    OSError
        If a download fails, or gives a file that is damaged, of another year, has gaps, or lacks records of
        that year that are older than 120 days. What was complete is kept.
    ValueError
        For an impossible span, one before the archive begins (1963 for 1 h, 1981 for the others), or a column
        that these files do not have.

    Notes
    -----
    The archive revises the last months: a file written before the end of its year, or less than a year after
    it, is downloaded again once it is a day old. Times of which there is no record yet are absent.

    References
    ----------
    J. H. King, N. E. Papitashvili (2005), "Solar wind spatial scales in and comparisons of hourly Wind and
    ACE plasma and magnetic field data", Journal of Geophysical Research 110, A02104 (public domain).

    Examples
    --------
    >>> from skquake.datasets import fetch_omni
    >>> wind = fetch_omni("2015-03-01", "2015-04-01", columns=["speed", "bz_gsm"])  # doctest: +SKIP
    """
    first, last = span_of(start, end)
    if first.year < _BEGIN[resolution] or first > now():
        raise ValueError(
            f"start {first}: the archive of {resolution} begins in {_BEGIN[resolution]} and ends now"
        )
    wanted = None if columns is None else known_columns(columns)
    transfer = Transfer(n_retries, delay, max_mb, max_seconds)
    years = range(first.year, min((last - pd.Timedelta(1, "ns")).year, now().year) + 1)
    folder = folder_in(data_home, "omni")
    files = [_Year(year, resolution, wanted, folder, base_url) for year in years]
    tables = list(
        obtain_each(
            files,
            transfer,
            download_if_missing=download_if_missing,
            desc="fetch_omni",
            unit="year",
            verbose=verbose,
        )
    )
    attrs = tables[-1].attrs
    table = pd.concat(tables)
    table = table[(table.index >= first) & (table.index < last)]
    table.attrs = attrs
    if not len(table):
        raise ValueError(f"{files[-1].path}: no record from {first} to {last}")
    return table


class _Year(Part[pd.DataFrame]):
    """The file of a year."""

    def __init__(
        self, year: int, resolution: str, columns: list[str] | None, folder: Path, base_url: str
    ) -> None:
        self.year, self.resolution, self.columns = year, resolution, columns
        name = _FILES[resolution].format(year)
        super().__init__(folder / Path(name).name, f"{base_url.rstrip('/')}/{name}")

    def will_do(self, content: pd.DataFrame) -> bool:
        written = pd.Timestamp(self.path.stat().st_mtime, unit="s")
        return bool(written >= pd.Timestamp(self.year + 1, 1, 1) + _FINAL or now() - written < _FRESH)

    def read(self, path: Path) -> pd.DataFrame:
        """Its table; FormatError where it is of another year or kind, has gaps, or ends too early."""
        table = read_omni(path, columns=self.columns)
        if table.attrs["resolution"] != self.resolution:
            found = table.attrs["resolution"]
            raise FormatError(path, "records", f"{found} instead of {self.resolution}")
        step = pd.Timedelta(self.resolution)
        begin, end = pd.Timestamp(self.year, 1, 1), pd.Timestamp(self.year + 1, 1, 1)
        latest = min(end, now() - _DELAY)
        if table.index[0] != begin or table.index[-1] >= end:
            raise FormatError(path, "span", f"from {table.index[0]} on; expected the year {self.year}")
        gaps = table.index[1:][(table.index[1:] - table.index[:-1]) != step]
        if len(gaps):
            raise FormatError(path, "span", f"a gap before {gaps[0]}: cut short?")
        if table.index[-1] + step < latest:
            found = table.index[-1] + step
            raise FormatError(path, "span", f"ends at {found}, expected until {latest}: cut short?")
        return table
