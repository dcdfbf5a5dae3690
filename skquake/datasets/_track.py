"""Simulated satellite tracks."""

from __future__ import annotations

import dataclasses
from numbers import Real

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state, check_scalar

from skquake._core._geodesy import KM_PER_DEGREE, wrap_longitude
from skquake._core._orbits import ORBITS
from skquake._core._progress import progress
from skquake._core._time import local_solar_time
from skquake._core._typing import Frame, RandomState, TimeLike
from skquake._core._validation import check_catalog
from skquake.catalogs._plant import Plant
from skquake.datasets._field_noise import field_noise
from skquake.datasets._ionosphere import check_kp, log_density, log_temperature, storm_drive, storm_pattern
from skquake.datasets._main_field import main_field
from skquake.datasets._passes import Knots, Passes
from skquake.datasets._planted import add_perturbation
from skquake.datasets._simulated import Simulated
from skquake.datasets._span import span_ns
from skquake.datasets._truth import Noise, TrackTruth
from skquake.datasets._variability import along_track_noise

BATCH = 256  # passes simulated at a time: bounds the memory, changes no number


def make_track(
    satellite: str = "cses",
    start: TimeLike = "2019-01-01",
    end: TimeLike = "2020-01-01",
    *,
    catalog: Frame | None = None,
    effect: float = 0.0,
    effect_width: float = 0.5,
    effect_min_km: float = 200.0,
    effect_days: tuple[float, float] = (-15.0, 0.0),
    kp: pd.Series | None = None,
    f107: float = 100.0,
    side: str | None = None,
    cadence: float | None = None,
    fields: bool = False,
    random_state: RandomState = None,
    verbose: int = 0,
) -> Bunch:
    """Simulate what a satellite measures along its orbit, with or without an earthquake effect.

    Electron density is the sum, in log10, of the empirical ionosphere at the satellite, its
    response to storms, day-to-day variability (two random fields on the sphere: 0.10 dex, 1,500 km,
    1 day; 0.07 dex, 3,000 km, 8 days; together the 30 % reported for the night-time F2 peak),
    small-scale structure (0.025 dex, 250 km) and instrument noise (2 %), and, where asked for, a
    perturbation planted before each earthquake. The temperature opposes it (see Notes).
    A track with an effect and one without share every random number of the same seed.

    Parameters
    ----------
    satellite : {"cses", "swarm", "demeter"}, default="cses"
        Circular orbits: "swarm" 460 km, 87.35 deg, local time drifting through the day in 267 days,
        1 s; "cses" 507 km, 97.4 deg, 02/14 h, repeating every 5 days, within 65 deg, 3 s;
        "demeter" 660 km, 98.3 deg, 10:30/22:30 h, within 65 deg, 1 s.
    start, end : date
        Rows lie in [start, end).
    catalog : DataFrame, default=None
        The earthquakes that perturb, each of its own; pass the independent ones.
    effect : float, default=0.0
        Fractional change of Ne at the epicentre at full strength (0.3: 30 % more; above -1).
    effect_width : float, default=0.5
        Standard deviation of its Gaussian fall-off with distance, in Dobrovolsky radii,
    effect_min_km : float, default=200.0
        but at least this many km.
    effect_days : pair of float, default=(-15, 0)
        Days relative to the earthquake; the strength grows over the first fifth, then stays.
    kp : Series, default=None
        Kp index that covers the span, as of :func:`make_kp` or :func:`skquake.io.read_kp`; None
        means no storms.
    f107 : float, default=100.0
        Solar radio flux, sfu.
    side : {"night", "day"}, default=None
        Only passes that cross the equator at 18-06 h (06-18 h) local time; None keeps both. The random
        numbers follow the passes, so tracks of different sides are different draws.
    cadence : float, default=None
        Seconds between rows, instead of the mission's own (Swarm's density also comes at 0.5).
    fields : bool, default=False
        Whether to add the magnetic field: the main field, a ring current that grows with storms, and
        noise (0.1 nT white, 0.5 nT of 250 km along the track, more in the auroral zones).
    random_state : int, RandomState instance or None, default=None
    verbose : int, default=0
        Positive shows a progress bar.

    Returns
    -------
    track : Bunch
        ``frame``: DataFrame with ``time``, ``latitude``, ``longitude``, ``Ne`` (cm⁻³), ``Te`` (K)
        and, with ``fields``, ``B_N``, ``B_E``, ``B_C`` (nT; north, east, center).
        ``truth``: :class:`TrackTruth`.

    Raises
    ------
    TypeError, ValueError
        For an unknown satellite or side, an effect without a catalog, an impossible effect, a Kp
        index that does not cover the span, or a span without any pass.

    Notes
    -----
    Te = T(local time) (Ne / 10**4.5)**-0.2 with 950 K at night and 3,000 K by day and 3 % noise:
    a stand-in, since PyIRI has no temperature. Fields stay frozen during one pass (half an hour).

    References
    ----------
    Forsythe et al. (2024), PyIRI: Whole-globe approach to the International Reference Ionosphere
    modeling implemented in Python, Space Weather 22, e2023SW003739.
    Alken et al. (2021), Earth, Planets and Space 73, 49 (IGRF-13).
    Rishbeth & Mendillo (2001), Patterns of F2-layer variability, Journal of Atmospheric and
    Solar-Terrestrial Physics 63, 1661-1680.
    Orbits: Friis-Christensen et al. (2008) for Swarm, Shen et al. (2018) for CSES, Parrot (2002) for
    DEMETER.

    Examples
    --------
    >>> from skquake.datasets import make_track
    >>> track = make_track("cses", "2019-03-01", "2019-03-02", side="night", random_state=0)
    >>> list(track.frame.columns)
    ['time', 'latitude', 'longitude', 'Ne', 'Te']
    """
    orbit = _orbit(satellite, cadence)
    if side not in (None, "night", "day"):
        raise ValueError(f'side must be "night", "day" or None, got {side!r}')
    start_ns, end_ns = span_ns(start, end)
    check_scalar(f107, "f107", Real, min_val=0, include_boundaries="neither")
    plant = Plant.checked(effect, effect_width, effect_min_km, effect_days)
    if effect and catalog is None:
        raise ValueError("effect needs a catalog: pass the independent earthquakes that perturb")
    catalog = None if catalog is None else check_catalog(catalog)
    if kp is not None:
        check_kp(kp, start_ns, end_ns)
    passes = Passes(orbit, start_ns, end_ns, side)
    if not passes.longest:
        raise ValueError(f"no pass of {satellite} with side={side!r} between {start} and {end}: take longer")

    n = len(passes.time)
    noise = Noise(step_km=orbit.cadence_s / orbit.period_s * 360.0 * KM_PER_DEGREE)
    seeds = check_random_state(random_state).randint(2**31 - 1, size=6)
    small, white_ne, white_te = (np.random.default_rng(seed) for seed in seeds[:3])
    field = _FieldAlongPasses(noise, passes, seeds[3:5])
    white_b = np.random.default_rng(seeds[5])
    magnetic = main_field((start_ns, end_ns), orbit.altitude_km) if fields else None

    background, planted, log_ne = (np.zeros(n, dtype=np.float32) for _ in range(3))
    te = np.empty(n, dtype=np.float32)
    b = np.empty((3, n if fields else 0), dtype=np.float32)
    batches = [np.arange(len(passes))[k : k + BATCH] for k in range(0, len(passes), BATCH)]
    knots = Knots(orbit)
    for which in batches:
        seconds, present = passes.seconds(which)
        passes.fill(which, seconds, present)
    if plant.effect:
        add_perturbation(planted, catalog, plant, passes)
    for which in progress(batches, desc="track", verbose=verbose, unit="batch"):
        rows = passes.rows(which)
        seconds, present = passes.seconds(which)
        latitude, longitude = _places(passes, which, knots.seconds)
        time = passes.center[which, np.newaxis] + (knots.seconds * 1e9).astype("int64")
        model = log_density(time, latitude, longitude, altitude_km=orbit.altitude_km, f107=float(f107))
        drive = np.zeros(len(which)) if kp is None else storm_drive(kp, passes.center[which])
        model += drive[:, np.newaxis] * storm_pattern(latitude, longitude)
        model, day_to_day = knots.to_rows(np.stack([model, field.at(which, knots.seconds)]), seconds)
        background[rows] = model[present]
        structure = along_track_noise(seconds.shape, noise.step_km, noise.small_dex, noise.small_km, small)
        truth = background[rows] + planted[rows] + (day_to_day + structure)[present]
        log_ne[rows] = truth + noise.white_dex * _normal(white_ne, seconds.shape)[present]
        te[rows] = log_temperature(truth, local_solar_time(passes.time[rows], passes.longitude[rows]))
        te[rows] += noise.te_dex * _normal(white_te, seconds.shape)[present]
        if magnetic is not None:
            fraction = (passes.center[which] - start_ns) / (end_ns - start_ns)
            at_knots = magnetic(fraction[:, np.newaxis], latitude, longitude)
            at_latitude, at_longitude = _places(passes, which, seconds)
            disturbance = field_noise(at_latitude, at_longitude, drive, noise.step_km, white_b)
            b[:, rows] = (knots.to_rows(at_knots, seconds) + disturbance)[:, present]
    columns = {
        "time": passes.time.view("datetime64[ns]"),
        "latitude": passes.latitude,
        "longitude": passes.longitude,
        "Ne": 10.0**log_ne,
        "Te": 10.0**te,
    }
    if fields:
        columns.update(zip(("B_N", "B_E", "B_C"), b, strict=True))
    frame = pd.DataFrame(columns, copy=False)
    frame.attrs = {
        "origin": f"simulated {satellite} track",
        "units": {"Ne": "cm-3", "Te": "K", "B_N": "nT", "B_E": "nT", "B_C": "nT"},
        "altitude_km": orbit.altitude_km,
    }
    truth = TrackTruth(
        time=passes.time,
        latitude=passes.latitude,
        longitude=passes.longitude,
        log_ne=log_ne,
        background=background,
        planted=planted,
        plant=plant,
        noise=noise,
        cadence_s=orbit.cadence_s,
    )
    return Simulated(frame=frame, truth=truth)


def _orbit(satellite, cadence):
    if satellite not in ORBITS:
        raise ValueError(f"satellite must be one of {', '.join(map(repr, ORBITS))}, got {satellite!r}")
    orbit = ORBITS[satellite]
    if cadence is None:
        return orbit
    check_scalar(cadence, "cadence", Real, min_val=0, max_val=60, include_boundaries="right")
    return dataclasses.replace(orbit, cadence_s=float(cadence))


def _normal(rng, shape):
    return rng.standard_normal(shape, dtype=np.float32)


def _places(passes, which, seconds):
    """Latitude and longitude at seconds after the crossing of some passes, (n_passes, n_seconds)."""
    latitude, east = passes.orbit.profile(seconds, passes.ascending[which, np.newaxis])
    return latitude, wrap_longitude(passes.node[which, np.newaxis] + east)


class _FieldAlongPasses:
    """Day-to-day variability at the knots of pass after pass (in order: it steps in time)."""

    def __init__(self, noise, passes, seeds):
        self.passes = passes
        self.fields = noise.fields
        self.coefficients = [
            field.coefficients(passes.center, np.random.default_rng(seed))
            for field, seed in zip(noise.fields, seeds, strict=True)
        ]
        self.bases = {}

    def at(self, which, seconds):
        """Sum of the fields at seconds after the crossing, (n_passes, n_seconds)."""
        passes = self.passes
        out = np.zeros((len(which), len(seconds)))
        for k, field in enumerate(self.fields):
            steps = np.array([next(self.coefficients[k]) for _ in which]) * field.shift(passes.node[which])
            for ascending in (True, False):
                at = passes.ascending[which] == ascending
                if (k, ascending) not in self.bases:
                    self.bases[k, ascending] = field.basis(*passes.orbit.profile(seconds, ascending))
                basis = self.bases[k, ascending]
                out[at] += steps[at].real @ basis.real - steps[at].imag @ basis.imag
        return out
