"""All that takes ``n_jobs`` gives what one process gives: in two, and on a cluster that loses a worker."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from common.source_examples import track_frame
from common.workers import Mortal, cluster, die_once
from sklearn.datasets import make_classification
from sklearn.pipeline import make_pipeline

from skquake import HyperoptSearchCV, SeriesSource, SlidingWindow, TrackSource
from skquake.alarms import score_track
from skquake.catalogs import MatchedControls
from skquake.inspection import catalog_null_test, detector_sensitivity, injection_recovery
from skquake.model_selection import chronological_split, cross_dataset_score
from skquake.preprocessing import IQRBounds, WindowFlattener

DAYS = 300
REGION = "1500 km"


def make_world():
    """Positive noise at six stations, and earthquakes beside them."""
    rng = np.random.default_rng(0)
    times = pd.date_range("2015-01-01", periods=DAYS, freq="D")
    places = {"latitude": [-40.0, 0.0, 40.0] * 2, "longitude": [-90.0] * 3 + [90.0] * 3}
    stations = pd.DataFrame(places, [f"s{k}" for k in range(6)])
    near, day = rng.integers(0, 6, 60), np.sort(rng.uniform(20, DAYS - 5, 60))
    catalog = pd.DataFrame({"time": times[0] + pd.to_timedelta(day, "D"), "magnitude": 5.5})
    for name in stations:
        catalog[name] = stations[name].to_numpy()[near] + rng.uniform(-1.0, 1.0, 60)
    values = pd.DataFrame(10.0 * np.exp(rng.normal(0.0, 0.1, (DAYS, 6))), times, stations.index)
    return SeriesSource(values, stations, max_km=1500.0), catalog


SOURCE, CATALOG = make_world()


def halves(samples):
    return chronological_split(samples.X, samples.y, test_size=0.5)


def analysis(folder, after):
    window = SlidingWindow(SOURCE, 3)
    return {
        "pipeline": make_pipeline(window, WindowFlattener(), Mortal(folder, after=after)),
        "source": SOURCE,
        "catalog": CATALOG,
        "controls": MatchedControls(region=REGION),
        "sampling": {"region": REGION, "days": (-5, 0), "max_length": 3},
        "cv": halves,
        "decluster": None,
        "scoring": "seismic_auc",
        "nulls": ("shuffle-times", "other-place"),
        "random_state": 0,
    }


def nulls(folder, tmp, n_jobs):
    arguments = analysis(folder, after=4)  # the observed one is fitted here
    store = tmp / "rows.jsonl"
    found = catalog_null_test(**arguments, n_nulls=4, store=store, n_jobs=n_jobs)
    assert len(store.read_bytes().splitlines()) == 1 + 8
    return found.scores


def planted(folder, tmp, n_jobs):
    arguments = analysis(folder, after=4)
    found = injection_recovery(
        **arguments, sizes=(0.5,), n_nulls=4, n_repeats=3, alpha=0.3, effect_days=(-5.0, 0.0), n_jobs=n_jobs,
        store=tmp / "rows.jsonl",
    )  # fmt: skip
    return found.scores


def search(folder, tmp, n_jobs):
    X, y = make_classification(90, random_state=0)
    found = HyperoptSearchCV(
        Mortal(folder, after=6), {"a": [0.0, 0.1, 0.5, 1.0, 2.0]}, cv=3, n_iter=9, batch_size=3,
        random_state=0, refit=False, n_jobs=n_jobs, store=tmp / "trials.jsonl",
    ).fit(X, y)  # fmt: skip
    table = pd.DataFrame(found.cv_results_)
    return table.drop(columns=[name for name in table if "time" in name])


def transfer(folder, tmp, n_jobs):
    rng = np.random.default_rng(0)
    time = pd.date_range("2015-01-01", periods=100, freq="D")
    parts = []
    for name in "ABC":
        part = pd.DataFrame({"source": name, "time": time, "latitude": 0.0, "longitude": 0.0})
        part = part.assign(radius_km=100.0, obs_start=time, obs_end=time, y=np.arange(100) % 2)
        part["event_id"] = [f"{name}{k}" for k in range(100)]
        part["pair_id"] = [f"{name}{k // 2}" for k in range(100)]
        parts.append(part.assign(value=part["y"] + rng.normal(0.0, 1.0, 100)))
    X = pd.concat(parts, ignore_index=True)
    model = make_pipeline(Columns(["value"]), Mortal(folder, after=1))
    return cross_dataset_score(model, X, X["y"], random_state=0, n_jobs=n_jobs)


class Columns:
    """Columns of a table as an array."""

    def __init__(self, names):
        self.names = names

    def get_params(self, deep=True):
        return {"names": self.names}

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[self.names].to_numpy()


class MortalBounds(IQRBounds):
    """Bounds that die once where they are told."""

    def __init__(self, days=15, k=1.5, style="quartile", *, folder=None):
        super().__init__(days, k, style)
        self.folder = folder

    def detect(self, series):
        die_once(self.folder, after=1)
        return super().detect(series)


def choices(folder, tmp, n_jobs):
    detectors = {f"{k}": MortalBounds(k=k, folder=folder) for k in (1.0, 1.5, 2.0, 2.5)}
    options = {"region": [REGION], "days": [(-15, 0), (-5, 0)]}
    return detector_sensitivity(
        detectors, SOURCE, CATALOG.iloc[::6], choices=options, n_nulls=19, random_state=0, n_jobs=n_jobs
    )


class Reader:
    """Reads pickled frames."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, path):
        die_once(self.folder)
        return pd.read_pickle(path)

    def __getstate__(self):
        return {"folder": self.folder}


def files(folder, tmp, n_jobs):
    frame = track_frame(1200)
    (tmp / "in").mkdir()
    for k in range(6):
        frame.iloc[k * 200 : (k + 1) * 200].to_pickle(tmp / "in" / f"day{k}.pkl")
    source = TrackSource.from_files(tmp / "in", tmp / "out", Reader(folder), n_jobs=n_jobs)
    names = "time", "latitude", "longitude", "altitude_km", "pass_id"
    return pd.DataFrame({name: np.asarray(getattr(source, name)) for name in names}).assign(
        Ne=np.asarray(source.values)[:, 0]
    )


class MortalForest(Mortal):
    """Dies while it is asked, not while it is fitted."""

    def fit(self, X, y):
        folder, self.folder = self.folder, None
        super().fit(X, y)
        self.folder = folder
        return self

    def predict_proba(self, X):
        die_once(self.folder, self.after)
        return super().predict_proba(X)


def windows(folder, tmp, n_jobs):
    track = TrackSource(track_frame(4000), channels=["Te"])
    rng = np.random.default_rng(0)
    model = MortalForest(folder).fit(rng.normal(40_000.0, 100.0, (20, 20, 1)), np.arange(20) % 2)
    return score_track(model, track, length=20, chunk=25, n_jobs=n_jobs)


CASES = {case.__name__: case for case in (nulls, planted, search, transfer, choices, files, windows)}
SLOW = pytest.mark.slow


def made(name, folder, tmp, n_jobs):
    tmp.mkdir()
    if folder is not None:
        folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few units
        return CASES[name](folder, tmp, n_jobs)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=SLOW if name == "nulls" else ()) for name in CASES]
)
def test_two_processes_give_what_one_gives(name, tmp_path):
    alone = made(name, None, tmp_path / "one", None)
    pd.testing.assert_frame_equal(made(name, None, tmp_path / "two", 2), alone, check_exact=True)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "nulls" else SLOW) for name in CASES]
)
def test_two_processes_one_of_which_dies_give_what_one_gives(name, tmp_path):
    alone = made(name, None, tmp_path / "one", None)
    pd.testing.assert_frame_equal(
        made(name, tmp_path / "dying", tmp_path / "two", 2), alone, check_exact=True
    )
    assert (tmp_path / "dying" / "dead").exists()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_what_one_process_gives(name, tmp_path):
    pytest.importorskip("distributed")
    alone = made(name, None, tmp_path / "one", None)
    with cluster(tmp_path / "dask"):
        spread = made(name, tmp_path / "dying", tmp_path / "two", None)
    pd.testing.assert_frame_equal(spread, alone, check_exact=True)
    assert (tmp_path / "dying" / "dead").exists()
