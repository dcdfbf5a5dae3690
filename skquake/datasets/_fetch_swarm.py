"""Daily files of the Swarm satellites, through viresclient."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from skquake._core._progress import progress
from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._fetch import DAY, days_of, folder_in, is_complete, missing
from skquake.datasets._lock import locked
from skquake.datasets._transfer import PARAMETERS, Transfer, is_final, sweep, temporary, within
from skquake.io import FormatError, read_swarm_lp, read_swarm_mag

VIRES_URL = "https://vires.services/ows"
_ROUNDING = pd.Timedelta(seconds=1)  # of a service at the edges of a day
# Kind of data: collection, its name among viresclient's measurements, which of these, reader.
_PRODUCTS: dict[str, tuple[str, str, tuple[str, ...], Callable[..., pd.DataFrame]]] = {
    "LP": (
        "SW_OPER_EFI{}_LP_1B",
        "EFI",
        ("Ne", "Te", "Flags_LP", "Flags_Ne", "Flags_Te", "N_elec", "T_elec", "Flags_N_elec", "Flags_T_elec"),
        read_swarm_lp,
    ),
    "MAG": ("SW_OPER_MAG{}_LR_1B", "MAG", ("F", "B_NEC", "Flags_F", "Flags_B"), read_swarm_mag),
}


@validate_params(
    PARAMETERS
    | {
        "satellite": [StrOptions({"A", "B", "C"})],
        "product": [StrOptions(set(_PRODUCTS))],
        "token": [str, None],
    },
    prefer_skip_nested_validation=True,
)
def fetch_swarm(
    satellite: str,
    start: TimeLike,
    end: TimeLike,
    *,
    product: str = "LP",
    token: str | None = None,
    data_home: PathLike | None = None,
    download_if_missing: bool = True,
    n_retries: int = 1,
    delay: float = 1.0,
    max_mb: float | None = 500.0,
    max_seconds: float | None = 1800.0,
    base_url: str = VIRES_URL,
    verbose: int = 0,
) -> list[Path]:
    """Daily files of one Swarm satellite from ESA's VirES service, each downloaded once.

    Needs ``pip install skquake[swarm]`` and a free account (see ``token``).

    Parameters
    ----------
    satellite : {"A", "B", "C"}
    start, end : date
        UTC; whole days, from that of ``start`` to that before ``end``.
    product : {"LP", "MAG"}, default="LP"
        "LP": electron density and temperature, 2 Hz. "MAG": magnetic field, 1 Hz. With their flags.
    token : str, default=None
        Access token from https://vires.services/accounts/tokens/; None takes the one stored by
        ``viresclient.set_token()``.
    data_home, delay, max_mb, max_seconds
        As of :func:`fetch_usgs`; the files stand in the folder ``swarm``, one a day.
    download_if_missing : bool, default=True
        If False, raise OSError where none of the files is there, and return those that are.
    n_retries : int, default=1
        How often to try again when a day fails; viresclient itself asks four times already.
    base_url : str
        Of the VirES service.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    list of Path
        The CDF files in order of time; days without data have none. They go straight into
        :meth:`skquake.sources.TrackSource.from_files`. A file from before the end of its day is
        downloaded again.

    Raises
    ------
    ImportError
        Without viresclient.
    OSError
        If the download fails. The days that are done are kept.
    ValueError
        For an impossible span, or one without any data.

    References
    ----------
    Friis-Christensen, E., Lühr, H., Hulot, G. (2006). Swarm: a constellation to study the Earth's magnetic
    field. Earth, Planets and Space, 58, 351-358. Swarm data are open: https://swarm-diss.eo.esa.int
    Smith, A. R. A., Pačes, M. (2022). ESA-VirES/VirES-Python-Client, https://doi.org/10.5281/zenodo.2554162

    Examples
    --------
    >>> from skquake.datasets import fetch_swarm
    >>> from skquake.io import read_swarm_lp
    >>> from skquake.sources import TrackSource
    >>> files = fetch_swarm("A", "2016-04-01", "2016-05-01")  # doctest: +SKIP
    >>> track = TrackSource.from_files(files, "swarm_a", read_swarm_lp)  # doctest: +SKIP
    """
    days = days_of(start, end)
    collection = _PRODUCTS[product][0].format(satellite)
    folder = folder_in(data_home, "swarm")
    paths = {day: folder / f"{collection}_{day:%Y%m%d}.cdf" for day in days}
    todo = {day: path for day, path in paths.items() if not is_complete(path, day + DAY)}
    if download_if_missing and todo:
        ask = _asker(product, collection, token, base_url)
        transfer = Transfer(n_retries, delay, max_mb, max_seconds)
        for day, path in progress(todo.items(), desc="fetch_swarm", verbose=verbose, unit="day"):
            with locked(path, max_seconds):
                sweep(path)
                if is_complete(path, day + DAY):  # another process was at it
                    continue
                transfer.persist(
                    _day(ask, day, path, transfer, product, satellite),
                    f"{collection} of {day:%Y-%m-%d} from {base_url}, with the token given or stored,",
                    f"or put the file there as {path}",
                    errors=(Exception,),  # viresclient has errors of its own, and RuntimeError for the rest
                    is_refused=lambda error: type(error).__name__ == "AuthenticationError" or is_final(error),
                )
    there = [path for path in paths.values() if path.exists()]
    if not there and not download_if_missing:
        raise missing(paths[days[0]])
    if not there:
        raise ValueError(f"{collection}: no data from {days[0]:%Y-%m-%d} to {days[-1] + DAY:%Y-%m-%d}")
    return there


def _asker(product: str, collection: str, token: str | None, base_url: str) -> Callable[[pd.Timestamp], Any]:
    """What asks for one day: a function of the day that returns viresclient's answer."""
    try:
        from viresclient import SwarmRequest
    except ImportError as error:
        raise ImportError("fetch_swarm needs viresclient: pip install skquake[swarm]") from error
    _, kind, wanted, _ = _PRODUCTS[product]

    def ask(day: pd.Timestamp) -> Any:
        request = SwarmRequest(url=base_url, token=token)
        request.set_collection(collection)
        known = request.available_measurements(kind)
        request.set_products(measurements=[name for name in wanted if name in known])
        times = day.to_pydatetime(), (day + DAY).to_pydatetime()
        return request.get_between(*times, filetype="cdf", show_progress=False)

    return ask


def _day(
    ask: Callable[[pd.Timestamp], Any],
    day: pd.Timestamp,
    path: Path,
    transfer: Transfer,
    product: str,
    satellite: str,
) -> Callable[[float | None], None]:
    """What fetches one day: keeps the answer, unless it says that there are no data."""

    def fetch(left: float | None) -> None:
        answer = within(left, lambda _: ask(day))
        with temporary(path) as file:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints where it wrote
                answer.to_file(str(file), overwrite=True)
            transfer.check_size(file)
            try:
                _check(file, day, product, satellite)
            except FormatError as error:
                if _names_no_product(answer):
                    return
                raise FormatError(path, error.where, error.what) from error
            file.replace(path)

    return fetch


def _names_no_product(answer: Any) -> bool:
    """Whether an answer is whole and was made from no file: there are no data of that day."""
    try:
        return not answer.sources
    except Exception:  # cut: not even its head can be read
        return False


def _check(file: Path, day: pd.Timestamp, product: str, satellite: str) -> None:
    """Raise FormatError unless a file is read whole and holds that day of that satellite."""
    frame = _PRODUCTS[product][3](file)
    first, last = frame["time"].iloc[[0, -1]]
    if first < day - _ROUNDING or last > day + DAY + _ROUNDING:
        raise FormatError(file, "Timestamp", f"{first} to {last}; asked for {day:%Y-%m-%d}")
    found = frame.attrs["origin"].removeprefix("ESA Swarm ")[:1]
    if found not in (satellite, "?"):
        raise FormatError(file, "CDF", f"of satellite {found}; asked for {satellite}")
