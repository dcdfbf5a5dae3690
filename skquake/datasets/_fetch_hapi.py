"""Series and tracks from HAPI servers, by the day, month or year."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._fetch import Part, folder_in, is_complete, now, obtain_each, span_of
from skquake.datasets._transfer import PARAMETERS, Transfer
from skquake.io import FormatError
from skquake.io._hapi import Answer, attributes, read_answer
from skquake.io._orbit import one_row_a_time

_STEPS = {"day": "D", "month": "M", "year": "Y"}
_FRESH = pd.Timedelta(days=1)


@validate_params(
    {name: value for name, value in PARAMETERS.items() if name != "base_url"}
    | {"server": [str], "dataset": [str], "step": [StrOptions(set(_STEPS))]},
    prefer_skip_nested_validation=True,
)
def fetch_hapi(
    server: str,
    dataset: str,
    start: TimeLike,
    end: TimeLike,
    *,
    parameters: Iterable[str] | None = None,
    step: str = "day",
    data_home: PathLike | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    max_mb: float | None = 500.0,
    max_seconds: float | None = 1800.0,
    verbose: int = 0,
) -> pd.DataFrame:
    """A data set of a HAPI server over a span, downloaded once by the day, month or year.

    Parameters
    ----------
    server : str
        Address that ends in ``/hapi``: ``https://vires.services/hapi`` (Swarm),
        ``https://cdaweb.gsfc.nasa.gov/hapi``, ``https://imag-data.bgs.ac.uk/GIN_V1/hapi`` (observatories).
    dataset : str
        Its name at that server, such as ``SW_OPER_EFIA_LP_1B``; the server's ``/catalog`` lists them.
    start, end : date
        UTC; records from ``start`` on and before ``end``.
    parameters : iterable of str, default=None
        Names of parameters (time always comes); None for all. The server's ``/info?id=...`` lists them.
    step : {"day", "month", "year"}, default="day"
        Span of one file. Servers limit what they send at once: months and years are for slow series.
    data_home, download_if_missing, n_retries, delay, max_mb, max_seconds
        As of :func:`fetch_usgs`; the files stand in the folder ``hapi``.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    DataFrame
        As of :func:`skquake.io.read_hapi`. Spans without data have no rows.

    Raises
    ------
    OSError
        If a download fails, or gives a file that is damaged, says that the request was refused, or holds
        times or parameters that were not asked for. What was complete is kept.
    ValueError
        For an impossible span, or one without any data.

    Notes
    -----
    Needs no further package: an answer of HAPI is text that tells what it holds. A file written before the
    end of its span is downloaded again once it is a day old; a revision of what is past is not noticed
    (delete the file). HAPI marks no end: where a connection breaks between two records, and the server
    announced no length, that cannot be seen. Each data set has its own terms and citation.

    References
    ----------
    R. S. Weigel et al. (2021), "HAPI: An API Standard for Accessing Heliophysics Time Series Data", Journal
    of Geophysical Research: Space Physics 126, e2021JA029534.

    Examples
    --------
    >>> from skquake.datasets import fetch_hapi
    >>> dst = fetch_hapi("https://cdaweb.gsfc.nasa.gov/hapi", "OMNI2_H0_MRG1HR", "2003-10-01", "2003-12-01",
    ...                  parameters=["DST1800"], step="month")  # doctest: +SKIP
    """
    first, last = span_of(start, end)
    if not re.fullmatch(r"https?://\S+", server):
        raise ValueError(f"server={server!r}: expected an address such as 'https://vires.services/hapi'")
    names = None if parameters is None else tuple([parameters] if isinstance(parameters, str) else parameters)
    transfer = Transfer(n_retries, delay, max_mb, max_seconds)
    folder = folder_in(data_home, "hapi")
    spans = pd.period_range(first, last - pd.Timedelta(1, "ns"), freq=_STEPS[step])
    files = [_File(server, dataset, names, span, folder) for span in spans]
    found = obtain_each(
        files,
        transfer,
        download_if_missing=download_if_missing,
        desc="fetch_hapi",
        unit=step,
        verbose=verbose,
    )
    answers = [answer for answer in found if answer.columns is not None]
    if not answers:
        raise ValueError(f"{dataset}: no data from {first} to {last}")
    return _joined(answers, first, last, dataset)


def _joined(answers, first, last, dataset):
    keys = list(answers[0].columns)
    for answer in answers:
        if set(answer.columns) != set(keys) or answer.satellite != answers[0].satellite:
            raise ValueError(f"{dataset}: its parameters change within the span; fetch the parts apart")
    pieces = {key: [answer.columns[key] for answer in answers] for key in keys}
    ranks = [np.zeros(len(answer.columns["time"]), dtype="int64") for answer in answers]
    table = one_row_a_time(pieces, ranks)
    table = table[(table["time"] >= first) & (table["time"] < last)].reset_index(drop=True)
    table.attrs = attributes(answers[0])
    if not len(table):
        raise ValueError(f"{dataset}: no data from {first} to {last}")
    return table


class _File(Part[Answer]):
    """The answer of a server for a day, month or year."""

    def __init__(
        self, server: str, dataset: str, names: tuple[str, ...] | None, span: pd.Period, folder: Path
    ) -> None:
        self.names, self.start, self.end = names, span.start_time, (span + 1).start_time
        asked = f"{server.rstrip('/')}\n{dataset}\n{names}"
        digest = hashlib.blake2b(asked.encode(), digest_size=4).hexdigest()
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", dataset)[:80]
        path = folder / f"{plain}_{digest}_{span}.csv"
        query = {"id": dataset} | ({} if names is None else {"parameters": ",".join(names)})
        query |= {
            "time.min": f"{self.start:%Y-%m-%dT%H:%M:%SZ}",
            "time.max": f"{self.end:%Y-%m-%dT%H:%M:%SZ}",
        }
        query |= {"format": "csv", "include": "header"}
        super().__init__(path, f"{server.rstrip('/')}/data?{urlencode(query, safe=',:')}")

    def will_do(self, content: Answer) -> bool:
        written = pd.Timestamp(self.path.stat().st_mtime, unit="s")
        return is_complete(self.path, self.end) or bool(now() - written < _FRESH)

    def read(self, path: Path) -> Answer:
        """What it holds; FormatError for other times than asked for."""
        answer = read_answer(path)
        absent = [name for name in self.names or () if name not in answer.parameters]
        if absent:
            there = ", ".join(answer.parameters[:20])
            raise FormatError(path, "header", f"no parameter {', '.join(absent)}; there are {there}")
        if answer.columns is None:
            return answer
        times = answer.columns["time"]
        if times.min() < self.start or times.max() >= self.end:
            what = f"{times.min()} to {times.max()}; asked for {self.start} to {self.end}"
            raise FormatError(path, "times", what)
        return answer
