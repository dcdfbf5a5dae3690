"""Small sample frames, as `make_samples` returns them, made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake._core._time import local_solar_time
from skquake._core._weights import event_weights


def sample_frame(
    n_pairs: int = 40,
    *,
    track: bool = False,
    span_days: float = 400,
    rows: int = 4,
    disturbed: float = 0.1,
    signal: float = 0.0,
    spread: float = 60.0,
    seed: int = 0,
) -> Bunch:
    """Bunch(X, y, groups, sample_weight) of matched pairs on a map or along a track.

    Each event has 1 to ``2 * rows - 1`` samples in the 15 days before it; controls lie 20 to 60 days
    away. The column ``observed`` is noise plus ``signal`` for earthquakes.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for pair in range(n_pairs):
        latitude, longitude = rng.uniform(-spread, spread), rng.uniform(-180.0, 180.0)
        day, magnitude = rng.uniform(80.0, span_days - 60.0), rng.uniform(4.8, 7.0)
        away = rng.uniform(20.0, 60.0) * rng.choice([-1, 1])
        for event, label, event_day in ((f"e{pair}", 1, day), (f"e{pair}-c0", 0, day + away)):
            n = rng.integers(1, 2 * rows)
            lead = rng.uniform(0.0, 15.0, n)
            parts.append(
                pd.DataFrame(
                    {
                        "event_id": event,
                        "pair_id": f"e{pair}",
                        "label": label,
                        "day": event_day - lead,
                        "lead_days": lead,
                        "latitude": latitude + (rng.uniform(-3.0, 3.0, n) if track else 0.0),
                        "longitude": longitude,
                        "magnitude": magnitude,
                        "radius_km": 10.0 ** (0.43 * magnitude),
                    }
                )
            )
    X = pd.concat(parts).sort_values("day", kind="stable", ignore_index=True)
    X.insert(0, "source", "swarm" if track else "tec")
    X["time"] = (pd.Timestamp("2015-01-01") + pd.to_timedelta(X.pop("day"), unit="D")).dt.as_unit("ns")
    half = pd.Timedelta("35s") if track else pd.Timedelta("3D")
    X["obs_start"], X["obs_end"] = X["time"] - half, X["time"] + (half if track else pd.Timedelta(0))
    X["kp"] = np.where(rng.random(len(X)) < disturbed, 5.0, rng.uniform(0.0, 3.0, len(X)).round(1))
    X["local_time"] = local_solar_time(X["time"].to_numpy(), X["longitude"])
    if track:
        X["pass_id"] = (X["time"].astype("int64") // (46 * 60 * 10**9)).astype("int64")
        X["ascending"] = X["pass_id"] % 2 == 0
    labels = X.pop("label").to_numpy()
    X["observed"] = rng.normal(size=len(X)) + signal * labels
    X["owners"] = [(event,) for event in X["event_id"]]
    y = np.where(X["kp"] > 3.0, 2, labels)
    return Bunch(X=X, y=y, groups=X["pair_id"].to_numpy(), sample_weight=event_weights(X["event_id"]))
