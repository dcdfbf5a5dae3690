"""
The worlds of the satellite articles
====================================

A simulated one knows its truth; in a real one there is none to know.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, TrackSource
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.io import (
    read_cses,
    read_demeter_isl,
    read_dst,
    read_kp,
    read_space_weather,
    read_swarm_lp,
    read_swarm_mag,
    read_usgs,
)
from skquake.preprocessing import MASSResidual, NeLOGResidual
from skquake.sources import join_tracks


class World(NamedTuple):
    """Observations, all earthquakes, the Kp index, and the truth where it is known."""

    track: TrackSource
    catalog: pd.DataFrame
    kp: pd.Series
    truth: object = None


RESIDUALS = {
    "swarm": make_pipeline(NeLOGResidual(), MASSResidual()),
    "cses": make_pipeline(NeLOGResidual("Ne"), NeLOGResidual("Te")),
    "demeter": make_pipeline(NeLOGResidual("Ne"), NeLOGResidual("Te")),
}


def simulated(satellite, start, days, *, effect=0.0, seed=0, catalog=None, inputs="raw", **track):
    """A satellite's track through simulated earthquakes, with an effect before the independent ones."""
    start = pd.Timestamp(start)
    end = start + pd.Timedelta(days=days)
    if catalog is None:
        catalog = make_catalog(start, end, random_state=seed)
    independent = AftershockRemover("gardner-knopoff").fit_transform(catalog.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    frame, truth = make_track(
        satellite,
        start,
        end,
        catalog=independent,
        effect=effect,
        kp=kp,
        random_state=seed,
        verbose=1,
        **track,
    ).values()
    if inputs != "raw":
        frame = RESIDUALS[satellite].fit_transform(frame)
    return World(TrackSource(frame, name=satellite), catalog, kp, truth)


def real(folder, satellite, inputs="raw"):
    """The track of a user's files, the earthquakes and the Kp index; the track is kept in ``DIR/parquet``.

    The track is whole; ``make`` takes the earthquakes of the article's days (``--period``).

    Swarm: days of which both density and field are there, joined on the field's seconds. CSES: on 1.5 s.
    DEMETER: as it is. Residuals are taken day by day, as the files come.
    """
    folder = Path(folder)
    store = folder / "parquet" / (satellite if inputs == "raw" else f"{satellite}_residuals")
    how = {"verbose": 1, "prepare": None if inputs == "raw" else RESIDUALS[satellite].transform}
    more = [] if inputs == "raw" else ["Ne_nelog"]
    if satellite == "swarm":
        density = {_date(path): path for path in sorted((folder / "swarm").glob("*LP*.cdf"))}
        field = {_date(path): path for path in sorted((folder / "swarm").glob("*MAG*.cdf"))}
        both = [path for day, path in density.items() if day in field]
        print(
            f"{len(both)} days with density and field, {len(set(density) ^ set(field))} with one of them only"
        )

        def read(path):
            return join_tracks(read_swarm_mag(field[_date(path)]), read_swarm_lp(path))

        channels = ["Ne", "Te", "B_N", "B_E", "B_C", *more]
        channels += ["B_N_mass", "B_E_mass", "B_C_mass"] if more else []
        track = TrackSource.from_files(both, store, read, channels=channels, name=satellite, **how)
    elif satellite == "cses":
        files = sorted((folder / "cses").glob("*LAP*.h5"))
        channels = ["Ne", "Te", *more, *(["Te_nelog"] if more else [])]
        track = TrackSource.from_files(files, store, read_cses, channels=channels, name=satellite, **how)
        track = track.resample(1.5)
    else:
        files = sorted(path for path in (folder / "demeter").glob("DMT_N1_114*") if path.is_file())
        channels = ["Ne", "Te", *more, *(["Te_nelog"] if more else [])]
        track = TrackSource.from_files(
            files, store, read_demeter_isl, channels=channels, name=satellite, **how
        )
    everything = read_usgs(folder / "catalog" / "*.csv*")
    first, last = track.span
    near = everything["time"].between(first - pd.Timedelta(days=90), last + pd.Timedelta(days=90))
    return World(track, everything[near], _kp(folder / "indices"))


def _date(path):
    """Day of a Swarm file, yyyymmdd."""
    return re.search(r"_(\d{8})T", path.name)[1]


def _kp(folder):
    """Kp from whichever of its files a folder holds."""
    for pattern, read in (("SW-*", lambda path: read_space_weather(path)["kp"]), ("Kp*", read_kp)):
        files = sorted(folder.glob(pattern))
        if files:
            return read(files[0])
    raise SystemExit(f"{folder}: neither SW-All.csv (CelesTrak) nor Kp_ap*.txt (GFZ) is there")


def dst_of(folder):
    """Dst of a user's folder, None where there is none."""
    files = [] if folder is None else sorted((folder / "indices").glob("*[dD][sS][tT]*"))
    return pd.concat([read_dst(path) for path in files]).sort_index() if files else None
