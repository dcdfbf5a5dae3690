"""Daily files of the Swarm satellites, through viresclient."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from numbers import Integral, Real
from pathlib import Path

import pandas as pd

from skquake._core._progress import progress
from skquake._core._sklearn import Interval, StrOptions, validate_params
from skquake._core._time import to_utc
from skquake.datasets._fetch import folder_in, is_complete, missing, persist
from skquake.io import FormatError, read_swarm_lp
from skquake.io._cdf import open_cdf

VIRES_URL = "https://vires.services/ows"
_DAY = pd.Timedelta(days=1)
# Kind of data: collection, its name among viresclient's measurements, which of these.
_PRODUCTS = {
    "LP": (
        "SW_OPER_EFI{}_LP_1B",
        "EFI",
        ("Ne", "Te", "Flags_LP", "Flags_Ne", "Flags_Te", "N_elec", "T_elec", "Flags_N_elec", "Flags_T_elec"),
    ),
    "MAG": ("SW_OPER_MAG{}_LR_1B", "MAG", ("F", "B_NEC", "Flags_F", "Flags_B")),
}


@validate_params(
    {
        "satellite": [StrOptions({"A", "B", "C"})],
        "product": [StrOptions(set(_PRODUCTS))],
        "token": [str, None],
        "download_if_missing": ["boolean"],
        "n_retries": [Interval(Integral, 0, None, closed="left")],
        "delay": [Interval(Real, 0, None, closed="left")],
        "base_url": [str],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def fetch_swarm(
    satellite,
    start,
    end,
    *,
    product="LP",
    token=None,
    data_home=None,
    download_if_missing=True,
    n_retries=1,
    delay=1.0,
    base_url=VIRES_URL,
    verbose=0,
):
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
    data_home : str or path, default=None
        See :func:`get_data_home`; the files stand in its folder ``swarm``.
    download_if_missing : bool, default=True
        If False, raise OSError where none of the files is there, and return those that are.
    n_retries : int, default=1
        How often to try again when a day fails; viresclient itself asks four times already.
    delay : float, default=1.0
        Seconds before the first new try; doubled for each further one.
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
    start, end = (pd.Timestamp(moment).normalize() for moment in to_utc([start, end], "start, end"))
    if not start < end:
        raise ValueError(f"start {start:%Y-%m-%d} must lie on a day before end {end:%Y-%m-%d}")
    collection = _PRODUCTS[product][0].format(satellite)
    folder = folder_in(data_home, "swarm")
    days = pd.date_range(start, end - _DAY, freq="D")
    paths = {day: folder / f"{collection}_{day:%Y%m%d}.cdf" for day in days}
    todo = {day: path for day, path in paths.items() if not is_complete(path, day + _DAY)}
    if download_if_missing and todo:
        ask = _asker(product, collection, token, base_url)
        check = read_swarm_lp if product == "LP" else _check_mag
        for day, path in progress(todo.items(), desc="fetch_swarm", verbose=verbose, unit="day"):
            what, cure = f"{collection} of {day:%Y-%m-%d} from {base_url}", f"or put the file there as {path}"
            persist(
                lambda day=day, path=path: _fetch_day(ask(day), path, check),
                f"{what}, with the token given or stored,",
                cure,
                n_retries=n_retries,
                delay=delay,
                errors=(Exception,),  # viresclient has errors of its own, and RuntimeError for the rest
                is_refused=lambda error: type(error).__name__ == "AuthenticationError",
            )
    there = [path for path in paths.values() if path.exists()]
    if not there and not download_if_missing:
        raise missing(paths[start])
    if not there:
        raise ValueError(f"{collection}: no data from {start:%Y-%m-%d} to {end:%Y-%m-%d}")
    return there


def _asker(product, collection, token, base_url):
    """What asks for one day: a function of the day that returns viresclient's answer."""
    try:
        from viresclient import SwarmRequest
    except ImportError as error:
        raise ImportError("fetch_swarm needs viresclient: pip install skquake[swarm]") from error
    _, kind, wanted = _PRODUCTS[product]

    def ask(day):
        request = SwarmRequest(url=base_url, token=token)
        request.set_collection(collection)
        known = request.available_measurements(kind)
        request.set_products(measurements=[name for name in wanted if name in known])
        times = day.to_pydatetime(), (day + _DAY).to_pydatetime()
        return request.get_between(*times, filetype="cdf", show_progress=False)

    return ask


def _fetch_day(answer, path, check):
    """Keep the answer for one day, unless it says that there are no data."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        temporary = Path(folder, path.name)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints where it wrote
            answer.to_file(str(temporary))
        try:
            check(temporary)
        except FormatError as error:
            if _names_no_product(answer):
                return
            raise FormatError(path, error.where, error.what) from error
        os.replace(temporary, path)


def _names_no_product(answer):
    """Whether an answer is whole and was made from no file: there are no data of that day."""
    try:
        return not answer.sources
    except Exception:  # cut: not even its head can be read
        return False


def _check_mag(path):
    """Raise FormatError unless the file is whole and holds the field."""
    file = open_cdf(path)
    for name in ("Timestamp", "Latitude", "Longitude", "Radius", "F", "B_NEC"):
        if name not in file.cdf_info().zVariables or file.varinq(name).Last_Rec < 0:
            raise FormatError(path, "CDF", f"no records of {name}; expected a Swarm magnetic field file")
