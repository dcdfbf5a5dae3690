"""Small frames, maps and sources that tests of several rooms use."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

START = pd.Timestamp("2015-03-01")


def track_frame(n=2000, cadence=1.0, *, inclination=87.4, period=5640.0, phase=0.0, seed=0):
    """A polar orbit: positions every ``cadence`` seconds, channels Ne and Te."""
    rng = np.random.default_rng(seed)
    seconds = cadence * np.arange(n)
    angle = 2 * np.pi * (seconds / period + phase)
    tilt = np.deg2rad(inclination)
    latitude = np.rad2deg(np.arcsin(np.sin(tilt) * np.sin(angle)))
    longitude = np.rad2deg(np.arctan2(np.cos(tilt) * np.sin(angle), np.cos(angle))) - seconds / 240.0
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta((seconds * 1e9).astype("int64"), unit="ns"),
            "latitude": latitude,
            "longitude": (longitude + 180.0) % 360.0 - 180.0,
            "altitude_km": 460.0 + rng.normal(size=n),
            "Ne": 1e5 * rng.lognormal(size=n),
            "Te": 2000.0 + 100.0 * rng.normal(size=n),
        }
    )


def maps(n=30, *, step=(30.0, 60.0), seed=0, name="TEC"):
    """A coarse global map series every 2 h with the repeated meridian of 180 degrees."""
    latitude = np.arange(90.0 - step[0] / 2, -90.0, -step[0])
    longitude = np.arange(-180.0, 180.1, step[1])
    values = np.random.default_rng(seed).normal(20, 5, (n, len(latitude), len(longitude)))
    values[:, :, -1] = values[:, :, 0]
    return xr.DataArray(
        values.astype("float32"),
        name=name,
        dims=("time", "latitude", "longitude"),
        coords={
            "time": pd.date_range(START, periods=n, freq="2h", unit="ns"),
            "latitude": latitude,
            "longitude": longitude,
        },
        attrs={"units": "TECU"},
    )


def station_series(n=60, *, seed=0):
    """VTEC every 15 minutes at three stations, and their table."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.normal(20, 5, (n, 3)),
        index=pd.date_range(START, periods=n, freq="15min", unit="ns"),
        columns=["XJSH", "LHAS", "KMIN"],
    )
    stations = pd.DataFrame(
        {"latitude": [44.2, 29.66, 25.03], "longitude": [86.1, 91.1, 102.8]}, index=frame.columns
    )
    return frame, stations
