"""Solar wind and indices in NASA's OMNI files: hourly, 5 min and 1 min."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake.io._files import FormatError, expand_paths, read_bytes
from skquake.io._indices import join_files, one_row_a_time, refuse_others, wrong_file
from skquake.io._kp import thirds
from skquake.io._omni_words import HOURLY, MINUTES, RESOLUTION, words_of
from skquake.io._ranges import check_range
from skquake.io._reader import reader
from skquake.io._words import check_last_line, read_words, words_in

_EXPECTED = "an OMNI file of 55 to 57 (hourly), 49 (5 min) or 46 (1 min) words a line"
_TIME = ("year", "day", "hour", "minute")


@reader
def read_omni(paths: Paths, *, columns: Iterable[str] | None = None, verbose: int = 0) -> pd.DataFrame:
    """Solar wind, interplanetary field and geomagnetic indices from OMNI text files.

    Reads the hourly records (``omni2_YYYY.dat``, 55 to 57 words), the high resolution ones of 1 min
    (``omni_minYYYYMM.asc``, 46 words) and of 5 min (``omni_5minYYYY.asc``, 49 words). Lists that OMNIWeb
    makes of chosen columns do not say which they are: they are refused.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.gz``, ``.Z`` and ``.zip`` are unpacked. Where files overlap, a value wins over a missing one,
        then the one read last. All of one resolution.
    columns : iterable of str, default=None
        Names to keep; None for all.
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    DataFrame of float64
        Index ``time``: the **start** of the hour or minute (UTC). Fill values (all nines) and asterisks are
        NaN. ``attrs["units"]`` has the unit of each column, ``attrs["resolution"]`` "1 h", "5 min" or
        "1 min" ("1 d", "27 d" for files of means in the hourly layout).

        Hourly: ``bartels_rotation``, ``imf_spacecraft``, ``plasma_spacecraft``, ``imf_points``,
        ``plasma_points``; ``b`` (mean of the magnitudes), ``b_vector`` (magnitude of the mean vector),
        ``b_latitude``, ``b_longitude``, ``bx_gse``, ``by_gse``, ``bz_gse``, ``by_gsm``, ``bz_gsm`` (nT);
        ``temperature`` (K), ``density`` (cm-3), ``speed`` (km/s), ``flow_longitude``, ``flow_latitude``,
        ``alpha_ratio``, ``pressure`` (nPa), standard deviations of these as ``sigma_...``;
        ``electric_field`` (mV/m), ``beta``, ``mach_alfven``, ``mach_magnetosonic``; ``kp`` (in thirds),
        ``sunspot_number``, ``dst``, ``ae``, ``al``, ``au`` (nT), ``ap`` (2 nT), ``f107`` (sfu),
        ``pc_north``, ``lyman_alpha`` (W m-2), ``quasi_invariant``; ``proton_flux_1`` to ``proton_flux_60``
        (above that energy in MeV) and ``flux_flag``, as it stands in the file.

        1 and 5 min: the same where they stand in the file, and ``interpolated`` (percent), ``timeshift``,
        ``sigma_timeshift``, ``sigma_phase_front_normal``, ``time_between_observations`` (s), ``vx_gse``,
        ``vy_gse``, ``vz_gse``, ``x_gse`` ... (spacecraft) and ``bow_shock_x_gse`` ... (Earth radii),
        ``sym_d``, ``sym_h``, ``asy_d``, ``asy_h``; proton fluxes only at 5 min.

    Raises
    ------
    FormatError
        For a file that is cut or in none of these layouts, for a value out of its physical range, and where
        a file gives one time twice with different values.
    ValueError
        For a column that these files do not have.

    References
    ----------
    J. H. King, N. E. Papitashvili (2005), "Solar wind spatial scales in and comparisons of hourly Wind and
    ACE plasma and magnetic field data", Journal of Geophysical Research 110, A02104.
    Formats: https://spdf.gsfc.nasa.gov/pub/data/omni/low_res_omni/omni2.text and
    https://spdf.gsfc.nasa.gov/pub/data/omni/high_res_omni/hroformat.txt

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skquake.io import read_omni
    >>> line = ("2000   1  0 2272 71 71  15  15   7.5   6.2   9.0 156.0  -5.6   2.5   1.0   2.2   1.6   0.6"
    ...         "   3.5   1.6   1.5   2.7  324194.   2.9  675.   0.9  -4.0 9.999  2.64   41773.   0.3   13."
    ...         "   1.3   1.7 9.999  -1.08   0.97   7.7 53  71   -45  517 999999.99 99999.99 99999.99"
    ...         " 99999.99 99999.99 99999.99  0  56 125.6   3.7  -279   238  5.7")
    >>> path = pathlib.Path(tempfile.mkdtemp(), "omni2_2000.dat")
    >>> _ = path.write_text(line + "\\n")
    >>> read_omni(path, columns=["speed", "alpha_ratio", "kp", "dst"]).round(3)
                speed  alpha_ratio     kp   dst
    time
    2000-01-01  675.0          NaN  5.333 -45.0
    """
    wanted = None if columns is None else known_columns(columns)
    files = expand_paths(paths, "read_omni")
    parts = []
    resolutions: dict[str, Path] = {}
    for path in progress(files, desc="read_omni", verbose=verbose, unit="file"):
        part, resolution = _read_one(path, wanted)
        resolutions.setdefault(resolution, path)
        if len(resolutions) > 1:
            what = (
                f"{resolution}, while {files[0]} is {next(iter(resolutions))}; read them one after the other"
            )
            raise FormatError(path, "records", what)
        parts.append(part)
    table = join_files(parts)
    words = MINUTES if next(iter(resolutions)).endswith("min") else HOURLY
    names = [word.name for word in words if word.name in table]
    table = table[names if wanted is None else wanted]
    units = {word.name: word.unit for word in words}
    table.attrs = {
        "units": {name: units[str(name)] for name in table},
        "resolution": next(iter(resolutions)),
        "origin": "OMNI, Space Physics Data Facility, NASA Goddard Space Flight Center",
        "citation": "King and Papitashvili (2005), https://doi.org/10.1029/2004JA010649",
        "license": "public domain",
    }
    return table


def known_columns(columns: Iterable[str]) -> list[str]:
    """Names as a list; ValueError where they are none of an OMNI file."""
    wanted = [columns] if isinstance(columns, str) else list(columns)
    known = dict.fromkeys(word.name for word in (*HOURLY, *MINUTES) if word.name not in _TIME)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted or len(set(wanted)) < len(wanted):
        raise ValueError(f"columns={wanted}: expected different names out of {', '.join(known)}")
    return wanted


def _read_one(path, wanted):
    data = read_bytes(path)
    refuse_others(data, path, "read_omni", _EXPECTED)
    check_last_line(data, path)
    n = words_in(data.lstrip().split(b"\n", 1)[0])
    if n not in RESOLUTION:
        raise _no_record(data, path, n)
    words = words_of(n)
    table = read_words(data, path, [word.name for word in words])
    absent = [] if wanted is None else [name for name in wanted if name not in table]
    if absent:
        raise FormatError(
            path, "line 1", f"records of {n} words ({RESOLUTION[n]}) have no {', '.join(absent)}"
        )
    for word in words:
        if word.fill is not None:
            values = table[word.name].to_numpy()
            table[word.name] = np.where(np.abs(values - word.fill) < 1e-6 * word.fill, np.nan, values)
    resolution = _means(table) or RESOLUTION[n]
    for word in words:
        check_range(table[word.name], word.range, path, first=1, label=word.name)
    index = pd.DatetimeIndex(_times(table, path), name="time")
    table = table.drop(columns=[name for name in _TIME if name in table]).set_index(index)
    if "kp" in table:
        table["kp"] = _kp(table["kp"].to_numpy())
    if wanted is not None:
        table = table[wanted]
    return one_row_a_time(table, path), resolution


def _means(table):
    """Says "1 d" or "27 d" for means in the hourly layout, whose rows are all at 0 UT; else None."""
    if "minute" in table or len(table) < 2 or table["hour"].any():
        return None
    steps = np.diff(365 * table["year"].to_numpy() + table["day"].to_numpy())
    return "27 d" if (steps >= 25).all() else "1 d"


def _no_record(data, path, n):
    first = data.lstrip()[:4]
    if first.isdigit() and n > 3:
        what = f"{n} words a line; OMNI records have 55 to 57 (hourly), 49 (5 min) or 46 (1 min) of them"
        cure = "a list of chosen columns does not say what they are: take the whole files"
        return FormatError(path, "line 1", f"{what}; {cure}")
    return wrong_file(data, path, _EXPECTED)


def _times(table, path) -> Array:
    parts = [table[name].to_numpy() for name in _TIME if name in table]
    year, day, hour = parts[:3]
    minute = parts[3] if len(parts) == 4 else np.zeros(len(table))
    with np.errstate(invalid="ignore"):
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        good = (day <= 365 + leap) & np.all([part == np.floor(part) for part in parts], axis=0)
    if not good.all():
        at = int((~good).argmax())
        raise FormatError(path, f"row {at + 1}", f"{[float(part[at]) for part in parts]} is no date")
    start = (year.astype(int) - 1970).astype("datetime64[Y]").astype("datetime64[m]")
    minutes = 1440 * (day.astype(int) - 1) + 60 * hour.astype(int) + minute.astype(int)
    times: Array = (start + minutes.astype("timedelta64[m]")).astype("datetime64[ns]")
    return times


def _kp(tenths):
    """Kp of its tenths: 53 is 5 1/3. Means over a day or a rotation are no thirds and stay as they are."""
    known = tenths[np.isfinite(tenths)]
    exact = np.isin(known % 10, (0, 3, 7)).all()
    return thirds(tenths / 10.0) if exact else tenths / 10.0
