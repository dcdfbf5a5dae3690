"""The USGS catalog, by its web service."""

from __future__ import annotations

import shutil
from numbers import Integral, Real
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd

from skquake._core._progress import progress
from skquake._core._sklearn import Interval, validate_params
from skquake._core._time import to_utc
from skquake.datasets._fetch import download, fetch_text, folder_in, is_complete, missing
from skquake.io import read_usgs
from skquake.sources._backing import write_atomically

USGS_URL = "https://earthquake.usgs.gov/fdsnws/event/1/"
MAX_EVENTS = 20_000  # that the service gives at a time
_SHORTEST = pd.Timedelta(minutes=1)


@validate_params(
    {
        "min_magnitude": [Interval(Real, -10, 10, closed="both")],
        "download_if_missing": ["boolean"],
        "n_retries": [Interval(Integral, 0, None, closed="left")],
        "delay": [Interval(Real, 0, None, closed="left")],
        "base_url": [str],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def fetch_usgs(
    start,
    end,
    min_magnitude=4.5,
    *,
    data_home=None,
    download_if_missing=True,
    n_retries=3,
    delay=1.0,
    base_url=USGS_URL,
    verbose=0,
):
    """Earthquakes of a span from the USGS catalog, downloaded once.

    The service gives at most 20,000 events at a time: longer spans are halved until each part is
    below that, and every part must hold as many events as the service counts.

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
        Seconds before the first new try; doubled for each further one.
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
    start, end = (pd.Timestamp(moment) for moment in to_utc([start, end], "start, end"))
    if not start < end:
        raise ValueError(f"start {start} must come before end {end}")
    path = folder_in(data_home, "usgs") / f"usgs_{_stamp(start)}_{_stamp(end)}_m{min_magnitude:g}.csv"
    if not path.exists() and not download_if_missing:
        raise missing(path)
    if download_if_missing and not is_complete(path, end):
        query = {"minmagnitude": f"{min_magnitude:g}", "orderby": "time-asc"}
        _fetch(path, start, end, base_url, query, verbose, n_retries=n_retries, delay=delay)
    catalog = read_usgs(path)
    left_out = catalog.attrs
    catalog = catalog[(catalog["time"] >= start) & (catalog["time"] < end)]
    catalog.attrs = left_out
    if not len(catalog):
        raise ValueError(f"no earthquake of magnitude {min_magnitude:g} or more from {start} to {end}")
    return catalog


def _stamp(moment):
    return f"{moment:%Y%m%d}" if moment == moment.normalize() else f"{moment:%Y%m%dT%H%M%S%f}"


def _fetch(path, start, end, base_url, query, verbose, **retrying):
    """Download the parts that are not there yet, and join them."""
    base_url = base_url.rstrip("/")
    plan = [span for span in _spans(start, end, base_url, query, retrying) if span[2]]
    if not plan:
        raise ValueError(f"no earthquake of magnitude {query['minmagnitude']} or more from {start} to {end}")
    folder = path.with_suffix(".parts")
    folder.mkdir(exist_ok=True)
    parts = []
    for first, last, n in progress(plan, desc="fetch_usgs", verbose=verbose, unit="part"):
        part = folder / f"{_stamp(first)}_{_stamp(last)}.csv"
        parts.append(part)
        if not is_complete(part, last):
            url = f"{base_url}/query?{urlencode(_span(query, first, last) | {'format': 'csv'})}"
            download(url, part, lambda file, n=n: _check(file, n), **retrying)
    write_atomically(path, lambda temporary: _join(parts, temporary))
    shutil.rmtree(folder)


def _span(query, start, end):
    return query | {"starttime": start.isoformat(), "endtime": end.isoformat()}


def _spans(start, end, base_url, query, retrying):
    """Parts of a span with their number of events, each no more than the service gives."""
    url = f"{base_url}/count?{urlencode(_span(query, start, end) | {'format': 'text'})}"
    answer = fetch_text(url, **retrying).strip()
    if not (answer.isascii() and answer.isdigit()):
        raise OSError(f"{url}: expected a number of events, got {answer[:100]!r}; is it such a service?")
    if int(answer) <= MAX_EVENTS:
        yield start, end, int(answer)
    elif end - start < _SHORTEST:
        raise OSError(f"{url}: {answer} events in less than {_SHORTEST}; is it such a service?")
    else:
        middle = start + (end - start) / 2
        yield from _spans(start, middle, base_url, query, retrying)
        yield from _spans(middle, end, base_url, query, retrying)


def _check(file, n):
    found = len(read_usgs(file, types=None, missing_magnitude="keep"))
    if found < n:
        raise ValueError(f"{found} events came, the service counts {n}: cut short")


def _join(parts, path):
    """One file of all rows; those at the joints stand twice, and reading drops one."""
    header = parts[0].read_bytes().split(b"\n", 1)[0]
    with Path(path).open("wb") as whole:
        whole.write(header)
        for part in parts:
            first, rows = part.read_bytes().split(b"\n", 1)
            if first != header:
                raise ValueError(
                    f"{part}: other columns than in {parts[0]}; delete the folder and call again"
                )
            whole.write(b"\n" + rows.rstrip(b"\n"))
        whole.write(b"\n")
