"""What a watch is worth so far."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from skquake._core._canonical import sha256_of_file
from skquake._core._chained_log import ChainedLog
from skquake._core._paths import expand_paths
from skquake._core._typing import DataArray, Paths, TimeLike
from skquake._core._typing import Path as PathLike
from skquake.alarms import AnytimeEvidence, MolchanCurve, anytime_evidence, molchan_curve
from skquake.catalogs import AftershockRemover
from skquake.prospective._watch import (
    HEADER,
    alarms_of,
    began_of,
    cells_of,
    check_clock,
    check_sealed,
    log_of,
    moment,
    rate_of,
    read_earthquakes,
    text,
)
from skquake.registration._seal import name_of


@dataclass(frozen=True, repr=False)
class WatchScore:
    """What `score` found.

    Attributes
    ----------
    evidence : AnytimeEvidence
        Valid whenever it is looked at; its ``wealth`` is the gambling score.
    molchan : MolchanCurve or None
        Of forecast over reference; None without an earthquake on days and cells with a forecast.
    forecast : DataArray (day, latitude, longitude)
        What was said in time; NaN where nothing was.
    rate : DataArray (latitude, longitude)
        The reference.
    through : Timestamp
        The last day that counts.
    n_late : int
        Days whose data came too late.
    """

    evidence: AnytimeEvidence
    molchan: MolchanCurve | None
    forecast: DataArray
    rate: DataArray
    through: pd.Timestamp
    n_late: int

    def __repr__(self) -> str:
        days = int(self.forecast.notnull().any(["latitude", "longitude"]).sum())
        return (
            f"WatchScore({days} days through {self.through:%Y-%m-%d}, {self.n_late} late; {self.evidence!r})"
        )


def score(path: PathLike, catalog: Paths, *, now: TimeLike | None = None) -> WatchScore:
    """Score a watch against the earthquakes that came, and note it in the log.

    It may be scored at any time, and as often as one likes: the p-value is valid at any of them
    (`skquake.alarms.anytime_evidence`). Only what was said before its day began counts, and only whole days.

    Parameters
    ----------
    path : path
        TOML file of the watch.
    catalog : path, glob pattern or list of these
        Earthquakes since the watch began, read as its past ones are. Clusters are found in both together.
    now : date, default=None
        The time, UTC; None asks the clock. For replays.

    Returns
    -------
    WatchScore

    Raises
    ------
    ValueError
        For a log that was cut or edited, a clock that runs backwards, what has changed since the watch began,
        and where there is no whole day to score yet.
    RuntimeError
        If another process has the log.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skquake.datasets import make_catalog
    >>> from skquake.prospective import init, score, tick
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> past = make_catalog("2014-01-01", "2015-03-01", min_magnitude=5.5, random_state=0).rename_axis("id")
    >>> past = past.rename(columns={"depth_km": "depth", "magnitude": "mag"})
    >>> _ = past[past["time"] < "2015-01-01"].to_csv(folder / "past.csv")
    >>> _ = past[past["time"] >= "2015-01-01"].to_csv(folder / "new.csv")
    >>> _ = (folder / "model.py").write_text(
    ...     "import numpy as np\\n\\ndef forecast(paths, day):\\n    return np.ones((9, 18))\\n")
    >>> _ = (folder / "watch.toml").write_text(
    ...     '[feed]\\nfiles = "day*.csv"\\n[model]\\nfile = "model.py"\\n[cells]\\ndegrees = 20\\n'
    ...     '[catalog]\\nfiles = "past.csv"\\nreader = "read_usgs"\\n')
    >>> seal = init(folder / "watch.toml", now="2015-01-01")
    >>> for day in range(1, 4):
    ...     _ = (folder / f"day2015-01-0{day}.csv").write_text("Ne")
    ...     alarms = tick(folder / "watch.toml", now=f"2015-01-0{day} 23:00")
    >>> score(folder / "watch.toml", folder / "new.csv", now="2015-01-05")
    WatchScore(3 days through 2015-01-04, 0 late; AnytimeEvidence(...))
    """
    path, at = Path(path).expanduser(), moment(now)
    files = [Path(file).absolute() for file in expand_paths(catalog)]
    with ChainedLog(log_of(path), HEADER) as log:
        began = began_of(log.records, path)
        check_clock(log.records, log.path, at)
        check_sealed(began, path)
        alarms, rate, through = alarms_of(log.records), rate_of(began), at.normalize() - pd.Timedelta("1D")
        forecast = _forecast(began, alarms, through)
        if forecast is None:
            raise ValueError(
                f"{path}: no whole day to score at {text(at)}; the first is the one after {began['first']}"
            )
        independent = _independent(began, path, [str(file) for file in files])
        evidence = anytime_evidence(forecast, independent, rate)
        molchan = _molchan(forecast, independent, rate, evidence)
        log.append(
            {"event": "score", "at": text(at), "through": f"{through:%Y-%m-%d}",
             "catalog": {name_of(file, path.parent): sha256_of_file(file) for file in files},
             "n_earthquakes": len(evidence.events), "wealth": evidence.wealth, "p_value": evidence.p_value,
             "area_skill_score": None if molchan is None else float(molchan.area_skill_score)}
        )  # fmt: skip
    n_late = sum(alarm.late for alarm in alarms)
    return WatchScore(evidence, molchan, forecast, rate, through, n_late)


def _forecast(began, alarms, through):
    """What was said in time, on whole days; None without any day."""
    days = pd.date_range(pd.Timestamp(began["first"]) + pd.Timedelta("1D"), through, unit="ns")
    if not len(days):
        return None
    cells = cells_of(began["plan"]["cells"]["degrees"])
    values = np.full((len(days), *cells.shape), np.nan)
    for alarm in alarms:
        if not alarm.late and alarm.target <= through:
            values[(alarm.target - days[0]).days] = alarm.weights
    forecast = cells.expand_dims(day=days).copy(data=values)
    return forecast.transpose("day", "latitude", "longitude")


def _independent(began, path, files):
    """Independent earthquakes, of the past ones and of those that came."""
    plan = began["plan"]
    both = [read_earthquakes(plan, path, some) for some in (plan["catalog"]["files"], files)]
    catalog = pd.concat(both)
    catalog = catalog[~catalog.index.duplicated(keep="last")].sort_values("time")
    method = plan["catalog"]["decluster"]
    return catalog if method == "none" else AftershockRemover(method).fit_transform(catalog)


def _molchan(forecast, catalog, rate, evidence):
    if len(evidence.events) <= evidence.unobserved:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of few blocks of time: there is no interval then
        return molchan_curve(forecast / rate, catalog, rate, random_state=0)
