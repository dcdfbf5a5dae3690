"""The record of a frozen world: earthquakes, Kp, and what was observed, with all that may mislead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skquake._core._time import as_ns
from skquake.datasets._catalog import aftershock_generations, make_catalog
from skquake.datasets._kp import make_kp
from skquake.datasets._tec import make_tec
from skquake.datasets._track import make_track
from skquake.datasets._world_file import WorldFile
from skquake.sources import MapSource, TrackSource

CADENCE_S = 10.0
TEC_CADENCE = "6h"
TEC_GRID = (5.0, 10.0)
BEYOND = pd.Timedelta(days=100)  # of catalog beyond the record, so that its ends are like its middle
LEAST = 4.8  # magnitude of the earthquakes that are scored and perturb
MOTHERS_A_YEAR = 2500.0  # independent earthquakes of M >= 4.5 where aftershocks have aftershocks
WIDTH_KM, TEC_WIDTH_KM = 300.0, 1000.0  # least standard deviation of a perturbation
DAYS, TEC_DAYS = (-15.0, 0.0), (-5.0, 0.0)


@dataclass(frozen=True)
class Record:
    """What was simulated.

    Parameters
    ----------
    source : TrackSource or MapSource
    everything, independent : DataFrame
        All earthquakes, and those that no other one brought about.
    perturbs : Series of bool
        Of the independent ones: whether they have the effect.
    kp : Series
    truth : TrackTruth or TECTruth
    """

    source: Any
    everything: pd.DataFrame
    independent: pd.DataFrame
    perturbs: pd.Series
    kp: pd.Series
    truth: Any


def simulate_world(world: WorldFile, seed: int) -> Record:
    """Simulate the record of a world."""
    start = pd.Timestamp(world.start)
    end = start + pd.Timedelta(days=world.days)
    of_catalog, of_kp, of_record, of_gaps = world.random_states(seed, 4)
    everything = _catalog(world, start - BEYOND, end + BEYOND, of_catalog)
    is_independent = everything["mainshock"] == everything.index
    independent = everything[is_independent & (everything["magnitude"] >= LEAST)]
    perturbs = _perturbs(world, independent)
    kp = make_kp(
        start - pd.Timedelta(days=2), end, storms_per_month=world.storms_per_month, random_state=of_kp
    )
    how = {"catalog": independent[perturbs], "effect": world.effect, "kp": kp, "random_state": of_record}
    if world.is_track:
        side = None if world.side == "both" else world.side
        made = make_track(
            world.observations, start, end, side=side, cadence=CADENCE_S, effect_min_km=WIDTH_KM, **how
        )
        frame = made.frame
        altitude = np.float32(frame.attrs["altitude_km"])
        factor = (10.0 ** _calibration(world, as_ns(frame["time"]), start)).astype(np.float32)
        frame = frame.assign(Ne=frame["Ne"] * factor, altitude_km=altitude)
        frame = frame[~_missing(world, as_ns(frame["time"]), start, of_gaps)].reset_index(drop=True)
        source: Any = TrackSource(frame, channels=["Ne", "Te"], name=world.observations)
    else:
        made = make_tec(
            start,
            end,
            cadence=TEC_CADENCE,
            grid=TEC_GRID,
            effect_min_km=TEC_WIDTH_KM,
            effect_days=TEC_DAYS,
            **how,
        )
        source = MapSource(made.maps, name="tec")
    return Record(source, everything, independent, perturbs, kp, made.truth)


def _catalog(world, start, end, random_state):
    if not world.long_memory:
        return make_catalog(start, end, random_state=random_state)
    years = (end - start) / pd.Timedelta(days=365.25)
    return aftershock_generations(
        make_catalog(
            start, end, n_events=round(MOTHERS_A_YEAR * years), aftershocks=False, random_state=random_state
        ),
        end,
        random_state=random_state,
    )


def _perturbs(world, events):
    """Which independent earthquakes have the effect."""
    has = pd.Series(world.effect != 0.0, events.index)
    if world.effect_span == "test":
        has &= events["time"] >= world.cut
    if world.effect_longitudes is not None:
        has &= events["longitude"].between(*world.effect_longitudes)
    return has


def _calibration(world, time, start):
    """Error of the calibration at these times, log10."""
    days = (time - as_ns(pd.DatetimeIndex([start]))[0]) / 86_400e9
    return world.drift_dex_per_year * days / 365.25 + world.jump_dex * (days >= world.jump_day)


def _missing(world, time, start, random_state):
    """Whether the day of each time is missing."""
    rng = np.random.default_rng(random_state)
    gone = rng.uniform(size=world.days) < world.gap_share
    day = (time - as_ns(pd.DatetimeIndex([start]))[0]) // (86_400 * 10**9)
    return gone[np.clip(day, 0, world.days - 1)]
