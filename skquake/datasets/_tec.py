"""Simulated total electron content: global maps and series of stations."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state, check_scalar

from skquake._core._time import NS_PER_DAY, as_ns, to_utc
from skquake._core._typing import Frame, RandomState, TimeLike
from skquake._core._validation import check_catalog, check_columns, check_coordinates
from skquake.catalogs._plant import Plant
from skquake.datasets._ionosphere import check_kp, log_tec, storm_drive, storm_pattern
from skquake.datasets._simulated import Simulated
from skquake.datasets._span import span_ns
from skquake.datasets._variability import SphereField
from skquake.sources._base import duration_ns

if TYPE_CHECKING:
    import xarray as xr

BATCH = 500_000  # values simulated at a time: bounds the memory, changes no number
FIELDS = (SphereField(0.08, 2000.0, 1.0), SphereField(0.05, 4000.0, 8.0))
WHITE_DEX = float(np.log10(1.02))


@dataclass(frozen=True, repr=False)
class TECTruth:
    """What simulated TEC was made of, in TECU and in the container of the data.

    Attributes
    ----------
    background : DataFrame or DataArray
        TEC of the undisturbed ionosphere and its response to storms, free of variability and noise.
    planted : DataFrame or DataArray
        What the planted anomalies changed in the data; 0 elsewhere.
    plant : Plant
        Their ``effect``, ``width``, ``minimum_km`` and ``days``.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.datasets import make_tec
    >>> place = pd.DataFrame({"latitude": [15.0], "longitude": [-90.0]}, index=["A"])
    >>> truth = make_tec("2001-01-01", "2001-01-03", stations=place, random_state=0).truth
    >>> truth
    TECTruth(24 times, effect 0)
    >>> float(abs(truth.planted).max(axis=None))
    0.0
    """

    background: pd.DataFrame | xr.DataArray
    planted: pd.DataFrame | xr.DataArray
    plant: Plant

    def __repr__(self) -> str:
        return f"TECTruth({len(self.planted)} times, effect {self.plant.effect:g})"


def make_tec(
    start: TimeLike = "2001-01-01",
    end: TimeLike = "2001-03-01",
    *,
    stations: Frame | None = None,
    cadence: str | pd.Timedelta = "2h",
    grid: tuple[float, float] = (2.5, 5.0),
    catalog: Frame | None = None,
    effect: float = 0.0,
    effect_width: float = 0.5,
    effect_min_km: float = 200.0,
    effect_days: tuple[float, float] = (-15.0, 0.0),
    kp: pd.Series | None = None,
    f107: float | pd.Series = 100.0,
    random_state: RandomState = None,
) -> Bunch:
    """Simulate total electron content over the globe or at stations, with or without anomalies.

    TEC is the sum, in log10, of the empirical ionosphere (PyIRI's density from 80 to 2,000 km), its response
    to storms, day-to-day variability (two random fields on the sphere: 0.08 dex, 2,000 km, 1 day; 0.05
    dex, 4,000 km, 8 days; together 24 %), noise of 2 %, and, where asked for, an anomaly planted before
    each earthquake. TEC with an effect and without share every random number of the same seed.

    Parameters
    ----------
    start, end : date
        Times lie in [start, end).
    stations : DataFrame, default=None
        ``latitude``, ``longitude`` (degrees), index: names. None simulates global maps.
    cadence : number of seconds or timedelta, default="2h"
    grid : (float, float), default=(2.5, 5.0)
        Degrees of latitude and longitude between the nodes of maps: the default has 71 x 73 nodes, as the
        maps of the IGS; -180 and 180 both stand in them.
    catalog : DataFrame, default=None
        The earthquakes before which anomalies are planted. A column ``effect`` gives each its own.
    effect : float, default=0.0
        Fractional change of TEC at the epicentre at full strength (0.3: 30 % more; above -1).
    effect_width : float, default=0.5
        Standard deviation of its Gaussian fall-off with distance, in Dobrovolsky radii,
    effect_min_km : float, default=200.0
        but at least this many km.
    effect_days : pair of float, default=(-15, 0)
        Days relative to the earthquake; the strength grows over the first fifth, then stays.
    kp : Series, default=None
        Kp index that covers the span, as of :func:`make_kp` or :func:`skquake.io.read_kp`; None
        means no storms.
    f107 : float or Series, default=100.0
        Solar radio flux, sfu; a Series is interpolated linearly between its times.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    tec : Bunch
        ``frame`` (DataFrame, a column a station) or ``maps`` (DataArray of float32, dims time, latitude,
        longitude, as :func:`skquake.io.read_ionex` gives), in TECU; ``truth``: :class:`TECTruth`.

    Raises
    ------
    TypeError, ValueError
        For an effect without a catalog, an impossible effect, a grid that does not divide the globe, or a
        Kp or F10.7 index that does not cover the span.

    Notes
    -----
    The plasmasphere above 2,000 km is missing, and the model has monthly means: at the solar maximum of
    January 2001 (F10.7 of 170) it gives a little over half the TEC of the maps of the Jet Propulsion
    Laboratory. Its daily and seasonal course is what matters here.

    References
    ----------
    Forsythe et al. (2024), PyIRI: Whole-globe approach to the International Reference Ionosphere
    modeling implemented in Python, Space Weather 22, e2023SW003739.
    Rishbeth & Mendillo (2001), Patterns of F2-layer variability, Journal of Atmospheric and
    Solar-Terrestrial Physics 63, 1661-1680.

    Examples
    --------
    >>> import pandas as pd
    >>> from skquake.datasets import make_tec
    >>> stations = pd.DataFrame({"latitude": [44.2, 29.7], "longitude": [86.1, 91.1]}, ["XJSH", "LHAS"])
    >>> make_tec("2001-01-01", "2001-01-02", stations=stations, cadence="1h", random_state=0).frame.shape
    (24, 2)
    """
    start_ns, end_ns = span_ns(start, end)
    step = duration_ns(cadence, "cadence")
    time = np.arange(start_ns, end_ns, step)
    if stations is not None:
        stations = check_columns(stations, ("latitude", "longitude"), "stations")
    latitude, longitude = _places(stations, grid)
    plant = Plant.checked(effect, effect_width, effect_min_km, effect_days)
    events = _events(catalog, plant)
    if kp is not None:
        check_kp(kp, start_ns, end_ns)
    model = _model(f107, time)
    seeds = check_random_state(random_state).randint(2**31 - 1, size=len(FIELDS) + 1)
    fields = [
        (field.basis(latitude, longitude), field.coefficients(time, np.random.default_rng(seed)))
        for field, seed in zip(FIELDS, seeds[:-1], strict=True)
    ]
    white = np.random.default_rng(seeds[-1])

    tec, background, planted = (np.empty((len(time), len(latitude)), np.float32) for _ in range(3))
    pattern = storm_pattern(latitude, longitude)
    n_rows = max(1, BATCH // len(latitude))
    for first in range(0, len(time), n_rows):
        rows = slice(first, first + n_rows)
        log = model(rows, latitude, longitude)
        if kp is not None:
            log += storm_drive(kp, time[rows])[:, np.newaxis] * pattern
        background[rows] = 10.0**log
        for basis, coefficients in fields:
            steps = np.array(list(islice(coefficients, len(log))))
            log += steps.real @ basis.real - steps.imag @ basis.imag
        log += WHITE_DEX * white.standard_normal(log.shape)
        change = _anomalies(events, plant, time[rows], latitude, longitude)
        tec[rows] = 10.0 ** (log + change)
        planted[rows] = 10.0 ** (log + change) - 10.0**log
    pack = _frames(time, stations) if stations is not None else _maps(time, grid)
    truth = TECTruth(pack(background), pack(planted), plant)
    return Simulated(**{"maps" if stations is None else "frame": pack(tec)}, truth=truth)


def _nodes(grid):
    """Latitudes and longitudes of maps with these steps."""
    dlat, dlon = grid
    for name, step, whole in (("latitude", dlat, 180.0), ("longitude", dlon, 360.0)):
        check_scalar(step, f"grid ({name})", Real, min_val=0, include_boundaries="neither")
        if abs(whole / step - round(whole / step)) > 1e-6 or step > whole / 2:
            raise ValueError(f"grid: a {name} step of {step} degrees does not divide {whole:g} into parts")
    return -90.0 + dlat * np.arange(1, round(180.0 / dlat)), -180.0 + dlon * np.arange(round(360.0 / dlon))


def _places(stations, grid):
    """Flat latitudes and longitudes of the stations, or of the nodes of the maps (180 left out)."""
    if stations is None:
        latitude, longitude = np.meshgrid(*_nodes(grid), indexing="ij")
        return latitude.ravel(), longitude.ravel()
    return check_coordinates(stations["latitude"], stations["longitude"], "stations")


def _events(catalog, plant):
    """The earthquakes that perturb, and the change of log10 TEC by each; None without any."""
    if catalog is None:
        if plant.effect:
            raise ValueError("effect needs a catalog: pass the independent earthquakes that perturb")
        return None
    catalog = check_catalog(catalog)
    effects = (
        catalog["effect"].to_numpy(float) if "effect" in catalog else np.full(len(catalog), plant.effect)
    )
    if not (effects > -1).all():
        event = int(np.argmin(effects > -1))
        raise ValueError(
            f"catalog: effect {effects[event]} of event {catalog.index[event]!r} must be above -1"
        )
    perturbs = effects != 0
    return catalog[perturbs], np.log10(1.0 + effects[perturbs])


def _anomalies(events, plant, time, latitude, longitude):
    """Change of log10 TEC by the events, (times, places)."""
    change = np.zeros((len(time), len(latitude)))
    if events is not None:
        catalog, full = events
        for event, rows, near, profile in plant.on_places(catalog, time, latitude, longitude):
            change[rows, near] += full[event] * profile
    return change


def _model(f107, time):
    """Function of rows of ``time`` and places that gives log10 TEC of the empirical model."""
    if not isinstance(f107, pd.Series):
        check_scalar(f107, "f107", Real, min_val=0, include_boundaries="neither")
        return lambda rows, *places: log_tec(time[rows, np.newaxis], *places, f107=float(f107))
    known = f107.dropna().sort_index()
    at = as_ns(to_utc(known.index, "f107: index"))
    if not len(known) or at[0] > time[0] or at[-1] + NS_PER_DAY < time[-1]:
        raise ValueError("f107: does not cover the simulated span; give a value for each day of it")
    flux = np.interp(time, at, known.to_numpy(dtype=float))
    low, high = float(np.floor(flux.min())), float(np.floor(flux.max()) + 1.0)

    def model(rows, *places):
        quiet, active = (
            10.0 ** log_tec(time[rows, np.newaxis], *places, f107=level) for level in (low, high)
        )
        way = (flux[rows, np.newaxis] - low) / (high - low)
        return np.log10(quiet + way * (active - quiet))

    return model


def _frames(time, stations):
    index = pd.DatetimeIndex(time.view("datetime64[ns]"), name="time")

    def pack(values):
        frame = pd.DataFrame(values.astype(float), index, list(stations.index))
        frame.attrs["units"] = "TECU"
        return frame

    return pack


def _maps(time, grid):
    import xarray as xr

    latitude, longitude = _nodes(grid)
    coordinates = {
        "time": time.view("datetime64[ns]"),
        "latitude": ("latitude", latitude, {"units": "degrees_north"}),
        "longitude": ("longitude", np.append(longitude, 180.0), {"units": "degrees_east"}),
    }

    def pack(values):
        maps = values.reshape(len(time), len(latitude), len(longitude))
        maps = np.concatenate([maps, maps[:, :, :1]], axis=2)
        attributes = {"units": "TECU", "origin": "simulated"}
        return xr.DataArray(
            maps, coordinates, ("time", "latitude", "longitude"), name="tec", attrs=attributes
        )

    return pack
