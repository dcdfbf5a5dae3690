"""The USGS catalog, by its web service."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from numbers import Real
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from skquake._core._progress import progress
from skquake._core._sklearn import Interval, validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._fetch import folder_in, is_complete, obtain, span_of
from skquake.datasets._transfer import PARAMETERS, Transfer, temporary
from skquake.io import FormatError, read_usgs
from skquake.io._files import check_line_end
from skquake.io._table import parse_times

USGS_URL = "https://earthquake.usgs.gov/fdsnws/event/1/"
MAX_EVENTS = 20_000  # that the service gives at a time
_SHORTEST = pd.Timedelta(minutes=1)
_ROUNDING = pd.Timedelta(seconds=1)  # of what a service counts at the edges of a span


@validate_params(
    PARAMETERS | {"min_magnitude": [Interval(Real, -10, 10, closed="both")]},
    prefer_skip_nested_validation=True,
)
def fetch_usgs(
    start: TimeLike,
    end: TimeLike,
    min_magnitude: float = 4.5,
    *,
    data_home: PathLike | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    max_mb: float | None = 500.0,
    max_seconds: float | None = 1800.0,
    base_url: str = USGS_URL,
    verbose: int = 0,
) -> pd.DataFrame:
    """Earthquakes of a span from the USGS catalog, downloaded once.

    The service gives at most 20,000 events at a time: longer spans are halved until each part is
    below that, and every part must hold as many events as the service counts. Rows outside the span are
    not kept.

    Parameters
    ----------
    start, end : date
        UTC; events from ``start`` on and before ``end``.
    min_magnitude : float, default=4.5
        Smallest magnitude. Below 4.5 the world-wide catalog is far from complete.
    data_home : str or path, default=None
        See :func:`get_data_home`; the file stands in its folder ``usgs``.
    download_if_missing : bool, default=True
        If False, raise OSError where the file is not there.
    n_retries : int, default=3
        How often to try again when a request fails.
    delay : float, default=1.0
        Seconds before the first new try; doubled for each further one, longer where the server says so.
    max_mb : float or None, default=500.0
        Largest size in MB of what is downloaded at a time, unpacked; None for no limit.
    max_seconds : float or None, default=1800.0
        Longest time for it, with its new tries; None for no limit.
    base_url : str
        Of a service with the interface of FDSN event.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    DataFrame
        As of :func:`skquake.io.read_usgs`: earthquakes only, ascending in time, index event id.

    Raises
    ------
    OSError
        If the download fails. What was complete is kept for the next call.
    ValueError
        For an impossible span, or one without any earthquake.

    Notes
    -----
    A file whose span was not over when it was downloaded is downloaded again. Old magnitudes and
    places are revised at times: delete the file to have them anew.

    References
    ----------
    U.S. Geological Survey, Advanced National Seismic System (ANSS) Comprehensive Catalog of
    Earthquake Events and Products, https://doi.org/10.5066/F7MS3QZH (public domain)

    Examples
    --------
    >>> from skquake.datasets import fetch_usgs
    >>> catalog = fetch_usgs("2010-01-01", "2011-01-01", 4.8)  # doctest: +SKIP
    """
    first, last = span_of(start, end)
    path = folder_in(data_home, "usgs") / f"usgs_{_stamp(first)}_{_stamp(last)}_m{min_magnitude:g}.csv"
    query = {"minmagnitude": f"{min_magnitude:g}", "orderby": "time-asc"}
    service = _Service(base_url.rstrip("/"), query, Transfer(n_retries, delay, max_mb, max_seconds))
    catalog = obtain(
        path,
        _read_whole,
        lambda _: is_complete(path, last),
        lambda: service.fetch(path, first, last, verbose),
        service.transfer,
        download_if_missing=download_if_missing,
    )
    left_out = catalog.attrs
    catalog = catalog[(catalog["time"] >= first) & (catalog["time"] < last)]
    catalog.attrs = left_out
    if not len(catalog):
        raise _nothing(query, first, last)
    return catalog


def _nothing(query: dict[str, str], first: pd.Timestamp, last: pd.Timestamp) -> ValueError:
    return ValueError(f"no earthquake of magnitude {query['minmagnitude']} or more from {first} to {last}")


def _stamp(moment: pd.Timestamp) -> str:
    return f"{moment:%Y%m%d}" if moment == moment.normalize() else f"{moment:%Y%m%dT%H%M%S%f}"


class _Service:
    """A service of events, asked part by part."""

    def __init__(self, url: str, query: dict[str, str], transfer: Transfer) -> None:
        self.url, self.query, self.transfer = url, query, transfer

    def fetch(self, path: Path, first: pd.Timestamp, last: pd.Timestamp, verbose: int) -> pd.DataFrame:
        """Put the catalog of a span there; parts that are there already are not asked for again."""
        plan = [part for part in self._plan(first, last) if part[2]]
        if not plan:
            raise _nothing(self.query, first, last)
        folder = path.with_suffix(".parts")
        folder.mkdir(exist_ok=True)
        try:
            parts = [
                self._part(folder / f"{_stamp(begin)}_{_stamp(end)}.csv", begin, end, n)
                for begin, end, n in progress(plan, desc="fetch_usgs", verbose=verbose, unit="part")
            ]
        finally:
            if not any(folder.iterdir()):
                folder.rmdir()
        table = _joined(parts, folder)
        time = _times(table, folder)
        table = table[(time >= first) & (time < last)]
        if not len(table):
            shutil.rmtree(folder)
            raise _nothing(self.query, first, last)
        with temporary(path) as file:
            table.to_csv(file, index=False)
            catalog = read_usgs(file)
            file.replace(path)
        shutil.rmtree(folder)
        return catalog

    def _plan(
        self, first: pd.Timestamp, last: pd.Timestamp
    ) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int]]:
        """Parts of a span with their number of events, each no more than the service gives."""
        url = self._ask("count", first, last, "text")
        answer = self.transfer.text(url).strip()
        if not (answer.isascii() and answer.isdigit()):
            raise OSError(f"{url}: expected a number of events, got {answer[:100]!r}; is it such a service?")
        if int(answer) <= MAX_EVENTS:
            yield first, last, int(answer)
        elif last - first < _SHORTEST:
            raise OSError(f"{url}: {answer} events in less than {_SHORTEST}; is it such a service?")
        else:
            middle = first + (last - first) / 2
            yield from self._plan(first, middle)
            yield from self._plan(middle, last)

    def _part(self, path: Path, begin: pd.Timestamp, end: pd.Timestamp, n: int) -> pd.DataFrame:
        """Rows of a part, downloaded unless a whole one is there; a bad one is thrown away."""

        def checked(file: Path) -> pd.DataFrame:
            table = _table(file)
            time = _times(table, file)
            table = table[(time >= begin - _ROUNDING) & (time <= end + _ROUNDING)]
            found = table["id"].nunique()
            if found < n:
                raise FormatError(file, "rows", f"{found} events came, the service counts {n}: cut short")
            return table

        def accept(file: Path) -> pd.DataFrame:
            table = checked(file)
            table.to_csv(file, index=False)
            return table

        if is_complete(path, end):
            try:
                return checked(path)
            except ValueError:
                path.unlink()
        return self.transfer.download(self._ask("query", begin, end, "csv"), path, accept)

    def _ask(self, what: str, first: pd.Timestamp, last: pd.Timestamp, kind: str) -> str:
        span = {"starttime": first.isoformat(), "endtime": last.isoformat(), "format": kind}
        return f"{self.url}/{what}?{urlencode(self.query | span)}"


def _read_whole(file: Path, **options: Any) -> pd.DataFrame:
    """As :func:`read_usgs`, but a last line without an end, as none of the service's has, is an error."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*no line end")
        catalog = read_usgs(file, **options)
    content = file.read_bytes()
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        check_line_end(content, file, whole=False)
    return catalog


def _table(file: Path) -> pd.DataFrame:
    """Texts of a catalog in CSV that our reader takes whole; FormatError for anything else."""
    _read_whole(file, types=None, missing_magnitude="keep")
    with file.open("rb") as stream:
        if stream.read(1_000).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
            raise FormatError(file, "line 1", "GeoJSON; expected a USGS catalog as CSV")
    table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    for name in ("id", "time"):
        if name not in table:
            raise FormatError(file, "line 1", f"no column {name!r}; expected a USGS catalog as CSV")
    return table


def _times(table: pd.DataFrame, path: Path) -> pd.Series:
    return pd.Series(parse_times(table["time"], path), index=table.index)


def _joined(parts: list[pd.DataFrame], folder: Path) -> pd.DataFrame:
    """All rows; those at the joints stand twice, and reading drops one."""
    if any(list(part) != list(parts[0]) for part in parts):
        shutil.rmtree(folder)
        raise OSError(f"{folder}: parts with different columns, now thrown away; call again")
    return pd.concat(parts, ignore_index=True)
