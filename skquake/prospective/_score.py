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
from skquake.prospective._cells import cells_of
from skquake.prospective._clock import check_clock, moment, text
from skquake.prospective._feed import check_feed, feed, hashes_of
from skquake.prospective._reference import rate_on, that_count
from skquake.prospective._watch import (
    HEADER,
    alarms_of,
    began_of,
    check_sealed,
    log_of,
    read_earthquakes,
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
        Of forecast over reference, of the days before ``declared``; None before the first of the dates, and
        without an earthquake on days and cells with a forecast. Of a watch without dates it is of all days: a
        picture, whose p-value is that of one look that was not declared.
    forecast : DataArray (day, latitude, longitude)
        What was said in time; NaN where nothing was.
    rate : DataArray (latitude, longitude), or (day, latitude, longitude)
        The reference.
    through : Timestamp
        The last day that counts.
    n_late : int
        Days whose data came too late.
    declared : Timestamp or None
        The last of the declared dates that has come.
    p_declared : float or None
        The Molchan curve's p-value at that date, times the number of dates that were declared.
    """

    evidence: AnytimeEvidence
    molchan: MolchanCurve | None
    forecast: DataArray
    rate: DataArray
    through: pd.Timestamp
    n_late: int
    declared: pd.Timestamp | None = None
    p_declared: float | None = None

    def __repr__(self) -> str:
        days = int(self.forecast.notnull().any(["latitude", "longitude"]).sum())
        told = f"{days} days through {self.through:%Y-%m-%d}, {self.n_late} late; {self.evidence!r}"
        if self.p_declared is not None:
            told += f"; declared {self.declared:%Y-%m-%d}: p = {self.p_declared:.3g}"
        return f"WatchScore({told})"


def score(path: PathLike, catalog: Paths, *, now: TimeLike | None = None) -> WatchScore:
    """Score a watch against the earthquakes that came, and note it in the log.

    It may be scored at any time, and as often as one likes: the p-value is valid at any of them
    (`skquake.alarms.anytime_evidence`). At the dates that the watch declared it has a Molchan curve besides.
    Only what was said before its day began counts, and only whole days.

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
        check_feed(log.records, hashes_of(feed(began["plan"], path), path.parent), log.path, at)
        alarms, through = alarms_of(log.records), at.normalize() - pd.Timedelta("1D")
        forecast = _forecast(began, alarms, through)
        if forecast is None:
            raise ValueError(
                f"{path}: no whole day to score at {text(at)}; the first is the one after {began['first']}"
            )
        days = pd.DatetimeIndex(forecast["day"].to_numpy())
        earthquakes = _earthquakes(began, path, [str(file) for file in files])
        rate, counted = rate_on(began, earthquakes, days), that_count(began, earthquakes, days)
        evidence = anytime_evidence(forecast, counted, rate)
        dates = [pd.Timestamp(date) for date in began["plan"]["score"]["dates"]]
        declared = max((date for date in dates if date <= at), default=None)
        molchan = p_declared = None
        if declared is not None:
            molchan = _molchan(forecast.sel(day=slice(None, declared - pd.Timedelta("1ns"))), counted, rate)
            p_declared = None if molchan is None else min(1.0, len(dates) * molchan.p_value)
        elif not dates:
            molchan = _molchan(forecast, counted, rate)
        log.append(
            {"event": "score", "at": text(at), "through": f"{through:%Y-%m-%d}",
             "catalog": {name_of(file, path.parent): sha256_of_file(file) for file in files},
             "n_earthquakes": len(evidence.events), "wealth": evidence.wealth, "p_value": evidence.p_value,
             "declared": None if declared is None else f"{declared:%Y-%m-%d}",
             "area_skill_score": None if molchan is None else float(molchan.area_skill_score),
             "p_declared": p_declared}
        )  # fmt: skip
    n_late = sum(alarm.late for alarm in alarms)
    return WatchScore(evidence, molchan, forecast, rate, through, n_late, declared, p_declared)


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


def _earthquakes(began, path, files):
    """The past ones and those that came."""
    plan = began["plan"]
    both = [read_earthquakes(plan, path, some) for some in (plan["catalog"]["files"], files)]
    catalog = pd.concat(both)
    return catalog[~catalog.index.duplicated(keep="last")].sort_values("time")


def _molchan(forecast, catalog, rate):
    """None without an earthquake on days and in cells with a forecast."""
    found = anytime_evidence(forecast, catalog, rate)
    if len(found.events) <= found.unobserved:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of few blocks of time: there is no interval then
        return molchan_curve(forecast / rate, catalog, rate, random_state=0)
