"""Global ionosphere maps by the day, from the archives of CODE and of NASA's CDDIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from skquake._core._sklearn import StrOptions, validate_params
from skquake._core._typing import Path as PathLike
from skquake._core._typing import TimeLike
from skquake.datasets._fetch import DAY, Part, days_of, folder_in, now, obtain_each
from skquake.datasets._transfer import PARAMETERS, Transfer
from skquake.io import FormatError, read_ionex

if TYPE_CHECKING:
    import xarray as xr

ARCHIVES = {
    "AIUB": "https://download.aiub.unibe.ch/CODE/",
    "CDDIS": "https://cddis.nasa.gov/archive/gnss/products/ionex/",
}
# Centre: its letters in short and in long names, and the steps of its final maps.
_CENTRES = {
    "CODE": ("cod", "COD", ("01H", "02H")),
    "ESA": ("esa", "ESA", ("02H", "01H")),
    "IGS": ("igs", "IGS", ("02H",)),
    "JPL": ("jpl", "JPL", ("02H",)),
    "UPC": ("upc", "UPC", ("02H",)),
}
_LONG_NAMES = pd.Timestamp(2022, 11, 27)  # GPS week 2238
_BEGIN = pd.Timestamp(1998, 6, 1)
_LEAST = pd.Timedelta(hours=20)  # from the first map of a day to the last


@validate_params(
    PARAMETERS
    | {
        "centre": [StrOptions(set(_CENTRES))],
        "archive": [StrOptions(set(ARCHIVES))],
        "token": [str, None],
        "base_url": [str, None],
    },
    prefer_skip_nested_validation=True,
)
def fetch_iono_maps(
    start: TimeLike,
    end: TimeLike,
    centre: str = "CODE",
    *,
    archive: str = "AIUB",
    token: str | None = None,
    data_home: PathLike | None = None,
    download_if_missing: bool = True,
    n_retries: int = 3,
    delay: float = 1.0,
    max_mb: float | None = 50.0,
    max_seconds: float | None = 600.0,
    base_url: str | None = None,
    verbose: int = 0,
) -> xr.DataArray:
    """Final maps of total electron content of a span, downloaded once by the day.

    Parameters
    ----------
    start, end : date
        UTC; whole days, from that of ``start`` to that before ``end``.
    centre : {"CODE", "ESA", "IGS", "JPL", "UPC"}, default="CODE"
        Whose maps: "IGS" is the combination of the others. Do not mix centres in a study: they differ by
        several TECU.
    archive : {"AIUB", "CDDIS"}, default="AIUB"
        "AIUB", University of Bern: CODE alone, without an account. "CDDIS", NASA: all, with ``token``.
    token : str, default=None
        For "CDDIS": a token of NASA's Earthdata Login, https://urs.earthdata.nasa.gov (free; "Generate
        Token"). It is sent to the archive and written nowhere.
    data_home, download_if_missing, n_retries, delay, max_mb, max_seconds
        As of :func:`fetch_usgs`; the files stand in the folder ``iono_maps``, unpacked (1 to 2 MB a
        day).
    base_url : str, default=None
        Folder of the archive, above its years; None is that of ``archive``.
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    xarray.DataArray
        As of :func:`skquake.io.read_ionex`, with the map at the end of the last day.

    Raises
    ------
    OSError
        If a download fails, or gives a file that is damaged, of another day, or has no whole day of maps; for
        a day that the archive does not have (final maps come days to weeks later). What was complete is kept.
    ValueError
        For an impossible span, one before June 1998, a centre that the archive does not have, and for "CDDIS"
        without a token.

    Notes
    -----
    Archives call final maps ``IGS0OPSFIN_20240010000_01D_02H_GIM.INX.gz`` from GPS week 2238 (2022-11-27) on,
    ``igsg0010.21i.Z`` before; where a centre changed at another date, the other name is tried, too. Rapid and
    predicted maps are not fetched.

    References
    ----------
    M. Hernandez-Pajares et al. (2009), "The IGS VTEC maps: a reliable source of ionospheric information since
    1998", Journal of Geodesy 83, 263-275.
    CDDIS, https://cddis.nasa.gov/Data_and_Derived_Products/GNSS/atmospheric_products.html

    Examples
    --------
    >>> from skquake.datasets import fetch_iono_maps
    >>> tec = fetch_iono_maps("2015-03-16", "2015-03-19")  # doctest: +SKIP
    """
    days = days_of(start, end)
    if days[0] < _BEGIN or days[-1] > now():
        span = f"{days[0]:%Y-%m-%d} to {days[-1] + DAY:%Y-%m-%d}"
        raise ValueError(f"{span}: the maps begin in June 1998 and end now")
    if archive == "AIUB" and centre != "CODE":
        raise ValueError(
            f"archive='AIUB' has the maps of CODE; for {centre!r} give archive='CDDIS' and a token"
        )
    if archive == "AIUB":
        token = None  # not for this server
    transfer = Transfer(n_retries, delay, max_mb, max_seconds, token)
    folder = folder_in(data_home, "iono_maps")
    files = [_Day(day, centre, archive, folder, base_url or ARCHIVES[archive]) for day in days]
    for _ in obtain_each(
        files,
        transfer,
        download_if_missing=download_if_missing,
        desc="fetch_iono_maps",
        unit="day",
        verbose=verbose,
    ):
        pass  # each is checked; all are read together
    return read_ionex([file.path for file in files])


class _Day(Part["xr.DataArray"]):
    """The file of a day."""

    def __init__(self, day: pd.Timestamp, centre: str, archive: str, folder: Path, base_url: str) -> None:
        self.day, self.archive = day, archive
        place = f"{day:%Y}" if archive == "AIUB" else f"{day:%Y}/{day.dayofyear:03d}"
        self.urls = [f"{base_url.rstrip('/')}/{place}/{name}" for name in _names(day, centre, archive)]
        super().__init__(folder / f"{centre.lower()}_{day:%Y%m%d}.inx", self.urls[0])

    def will_do(self, content: xr.DataArray) -> bool:
        return True  # final maps are

    def fetch(self, transfer: Transfer, verbose: int) -> xr.DataArray:
        """Download it under the first of its names that is there, and its maps."""
        if self.archive == "CDDIS" and transfer.token is None:
            raise ValueError(
                f"{self.path.name} is not there yet, and CDDIS gives it only with a token of NASA's "
                "Earthdata Login (token=...); archive='AIUB' has the maps of CODE without one"
            )
        *others, last = self.urls
        for url in others:
            try:
                return transfer.download(url, self.path, self.read, verbose=verbose)
            except OSError as error:
                answer = getattr(error.__cause__, "response", None)
                if getattr(answer, "status_code", None) != 404:
                    raise
        return transfer.download(last, self.path, self.read, verbose=verbose)

    def read(self, path: Path) -> xr.DataArray:
        """Its maps; FormatError where it is of another day, or does not span it."""
        maps = read_ionex(path)
        first, last = (pd.Timestamp(maps["time"].values[k]) for k in (0, -1))
        if first < self.day or last > self.day + DAY or last - first < _LEAST:
            raise FormatError(path, "maps", f"from {first} to {last}; expected the day {self.day:%Y-%m-%d}")
        return maps


def _names(day: pd.Timestamp, centre: str, archive: str) -> list[str]:
    """What the file may be called, the likeliest first."""
    short, long, steps = _CENTRES[centre]
    old = f"{short}g{day.dayofyear:03d}0.{day:%y}i"
    old = old.upper() if archive == "AIUB" else old
    before = [f"{old}.Z", f"{old}.gz"]
    since = [f"{long}0OPSFIN_{day:%Y}{day.dayofyear:03d}0000_01D_{step}_GIM.INX.gz" for step in steps]
    return [*since, *before] if day >= _LONG_NAMES else [*before, *since]
