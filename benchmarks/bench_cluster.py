"""Two Dask workers beside one: from daily files to a source, null catalogs, a search.

Clusters of one process and of two, one thread each, on this machine, take turns; each makes a small call
before it is timed, and the results are compared with those of one process without Dask. Seconds are those
of the whole call: what the asking process does alone (the catalog that happened, proposals) is in them.
They need as many idle cores as workers; one more for the scheduler helps. Each call is half a minute of one
process or more, still far less than anybody would take to a cluster, and each is made twice.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import compare, row
from joblib import parallel_config
from scipy.stats import randint
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from skquake import HyperoptSearchCV, SlidingWindow, TrackSource
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import catalog_null_test
from skquake.io import read_swarm_lp
from skquake.model_selection import PurgedGroupKFold
from skquake.preprocessing import WindowFlattener

AIM = 1.7
LENGTH = 20


@contextmanager
def workers(n, folder):
    """A Dask cluster of so many processes; gives what makes joblib take it."""
    import distributed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the cluster: ports and the like
        made = distributed.LocalCluster(
            n_workers=n, threads_per_worker=1, processes=True, dashboard_address=None,
            local_directory=str(folder),
        )  # fmt: skip
        with made, distributed.Client(made, set_as_default=False) as client:
            client.wait_for_workers(n)
            yield lambda: parallel_config("dask", client=client)


def files(folder, quick):
    """Daily CDF files into a source, in a fresh folder each time."""
    from bench_ingest import write_days

    days = folder / "days"
    days.mkdir(parents=True)
    write_days(days, 4 if quick else 800)
    made = count()

    def call():
        out = folder / f"source{next(made)}"
        TrackSource.from_files(days, out, read_swarm_lp, channels=["Ne", "Te"])
        return out

    return call


def told(found):
    """What a call gave, to be compared: of a folder its parts, which nothing reads while time is taken."""
    if not isinstance(found, Path):
        return found
    return {part.name: hashlib.sha256(part.read_bytes()).hexdigest() for part in found.glob("*.parquet")}


def nulls(folder, quick):
    """Null catalogs of a forest on a track in memory."""
    months = 3 if quick else 4
    end = pd.Timestamp("2015-01-01") + pd.DateOffset(months=months)
    frame = make_track("swarm", "2015-01-01", end, cadence=8.0, random_state=0).frame
    source = TrackSource(frame, channels=["Ne"])
    catalog = make_catalog("2015-01-01", end, min_magnitude=5.2, random_state=0)
    forest = RandomForestClassifier(50, min_samples_leaf=5, random_state=0)
    model = make_pipeline(SlidingWindow(source, LENGTH), WindowFlattener(), forest)

    def call():
        found = catalog_null_test(
            model, source, catalog, controls=MatchedControls(region="3 deg"),
            sampling={"region": "3 deg", "days": (-15, 0), "max_length": LENGTH}, cv=PurgedGroupKFold(2),
            nulls=("shuffle-times", "other-place"), n_nulls=2 if quick else 80, random_state=0,
        )  # fmt: skip
        return found.scores["pipeline"].tolist()

    return call


def search(folder, quick):
    """Trials of forests in batches of eight."""
    rng = np.random.default_rng(0)
    n = 400 if quick else 800
    X, y = rng.normal(size=(n, 60)), rng.integers(0, 2, n)
    space = {"max_features": randint(2, 30), "min_samples_leaf": randint(1, 30)}

    def call():
        found = HyperoptSearchCV(
            RandomForestClassifier(20 if quick else 60, random_state=0), space, cv=StratifiedKFold(3),
            n_iter=8 if quick else 128, batch_size=8, random_state=0, refit=False,
        ).fit(X, y)  # fmt: skip
        return found.cv_results_["mean_test_score"].tolist()

    return call


def run(quick=False):
    """Rows for ``run.py``."""
    rows = []
    for work in (files, nulls, search):
        with ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore", UserWarning)  # few units
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            small, found = work(folder / "small", True), {}
            call = small if quick else work(folder / "large", False)
            clusters = {n: stack.enter_context(workers(n, folder / f"dask{n}")) for n in (1, 2)}
            for cluster in clusters.values():
                with cluster():
                    small()

            def timed(n, call=call, found=found, clusters=clusters):
                with clusters[n]():
                    found[n] = call()

            contenders = {n: lambda n=n, timed=timed: timed(n) for n in clusters}
            seconds = compare(contenders, repeat=1 if quick else 2, warmup=0)
            rows.append(
                row(
                    f"two Dask workers, {work.__name__}",
                    "one",
                    seconds[1] / seconds[2],
                    None if quick else AIM,
                    seconds_one=round(seconds[1], 1),
                    seconds_two=round(seconds[2], 1),
                    the_same_as_one_process=told(found[1]) == told(found[2]) == told(call()),
                    load=round(os.getloadavg()[0], 1),
                )
            )
    return rows
