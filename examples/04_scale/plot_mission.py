"""
A mission, from daily files to a report
=======================================

Years of a satellite do not fit into memory. Here they never have to: daily files become a track on disk, the
track gets a channel more (the density without its smooth part along each pass), events and controls find
their windows in it, and only these windows are ever held. Forest, recommended network, probes, catalogs that
never happened and report follow as for a small study.

Every stage says how long it took, how much memory, and how much it got through in a second. The score stands
beside what it is without any earthquake: that of probes which see no observation, under matched controls, and
those of catalogs that never happened.

By default a year and a half of a CSES-like satellite is simulated, one observation every three seconds, with
a perturbation planted before each earthquake. From a terminal, ``--years 7`` is a mission, ``--effect 0``
plants nothing, and ``--data DIR`` takes real files: Swarm's Langmuir probe in ``DIR/swarm``, USGS catalogs in
``DIR/catalog``, Kp in ``DIR/indices/SW-All.csv``. ``--jobs 4`` works with four processes of this machine,
``--cluster tcp://...`` with a cluster of Dask (then ``--folder`` must lie where all its machines see it).
"""

# %%
# Settings
# --------

import argparse
import contextlib
import shutil
import tempfile
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from _stages import Stages
from joblib import parallel_config
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.inspection import catalog_null_test, location_probe, metadata_probe, place_date_probe
from skquake.io import read_kp, read_space_weather, read_swarm_lp, read_usgs
from skquake.model_selection import chronological_split, evaluate
from skquake.neural import make_seqnetquake
from skquake.plotting import NullDistributionDisplay, ScoreDisplay
from skquake.preprocessing import NeLOGResidual, WindowFlattener
from skquake.report import evaluation_report
from skquake.sources import transform_track

parser = argparse.ArgumentParser(description="A mission, from daily files to a report.")
parser.add_argument("--data", type=Path, metavar="DIR", help="folder of real files instead of the simulation")
parser.add_argument("--years", type=float, default=1.5, help="to simulate (default %(default)s)")
parser.add_argument("--cadence", type=float, default=3.0, help="seconds to simulate at (default %(default)s)")
parser.add_argument("--effect", type=float, default=0.5, help="planted change of Ne (default %(default)s)")
parser.add_argument("--nulls", type=int, default=9, help="catalogs of each null (default %(default)s)")
parser.add_argument("--epochs", type=int, default=30, help="of the network (default %(default)s)")
parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default %(default)s)")
parser.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler, instead of processes here")
parser.add_argument("--folder", type=Path, help="where files and track lie (default: one that is deleted)")
parser.add_argument(
    "--figures", type=Path, default="figures", help="folder for figures (default %(default)s)"
)
parser.add_argument("--report", type=Path, metavar="FILE.html", help="write the report")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
options = parser.parse_args()
seed, stages = options.seed, Stages()
START = pd.Timestamp("2018-08-01")
home = options.folder or Path(tempfile.mkdtemp(prefix="mission-"))

# %%
# Daily files
# -----------
# The simulation is written as an archive would hold it, one Parquet file a day, and drawn a quarter at a
# time, so that it does not grow with the years either; real files are the archive's own.


def simulate(days):
    """Daily files of a track, the catalog whose earthquakes perturb it, and Kp."""
    end = START + pd.Timedelta(days=round(365.25 * options.years))
    everything = make_catalog(START, end, random_state=seed)
    independent = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(START - pd.Timedelta(days=2), end, random_state=seed)
    days.mkdir(parents=True, exist_ok=True)
    n, edges = 0, [*pd.date_range(START, end - pd.Timedelta(days=1), freq="91D"), end]
    for k, (low, high) in enumerate(pairwise(edges)):
        frame = make_track(
            "cses", low, high, catalog=independent, effect=options.effect, kp=kp, cadence=options.cadence,
            random_state=seed + k,
        ).frame  # fmt: skip
        for day, piece in frame.groupby(frame["time"].dt.floor("D"), sort=False):
            piece.to_parquet(days / f"{day:%Y%m%d}.parquet", index=False)
        n += len(frame)
    return everything, kp, n


def real(folder):
    """Catalog and Kp of a folder of real files."""
    everything = read_usgs(folder / "catalog" / "*.csv*")
    indices = folder / "indices"
    there = indices / "SW-All.csv"
    kp = read_space_weather(there)["kp"] if there.exists() else read_kp(next(indices.glob("Kp*")))
    return everything, kp


if options.data:
    days, read = options.data / "swarm", read_swarm_lp
    everything, kp = real(options.data)
else:
    days, read = home / "days", pd.read_parquet
    with stages("simulation") as done:
        everything, kp, n = simulate(days)
        done.update(n=n, unit="rows")

# %%
# A track on disk, and what stands out along its passes
# -----------------------------------------------------
# ``from_files`` writes one Parquet file for each input, ``n_jobs`` at a time, and goes on where it stopped.
# ``transform_track`` does the same with a function of whole passes: here log10 of the density less its smooth
# part. Opening a track walks through its files once; the next process finds the layout that is kept.


def workers():
    """What makes joblib take the cluster, or processes of this machine."""
    if not options.cluster:
        return parallel_config("loky", n_jobs=options.jobs)
    from distributed import Client

    client = cluster.enter_context(Client(options.cluster, set_as_default=False))
    return parallel_config("dask", client=client)


cluster = contextlib.ExitStack()
cluster.enter_context(workers())

satellite = "swarm" if options.data else "cses"
with stages("files to track") as done:
    track = TrackSource.from_files(days, home / "track", read, channels=["Ne", "Te"], name=satellite)
    done.update(n=len(track), unit="rows")
with stages("residual along passes") as done:
    residual = NeLOGResidual(latitude_limit=60.0)
    source = transform_track(track, residual.transform, home / "residual")
    done.update(n=len(source), unit="rows")
size = sum(file.stat().st_size for file in home.glob("*/*.parquet")) / 1e9
print(f"{source}\n{size:.2f} GB of files and tracks, {len(source.passes):,} passes")

# %%
# Samples
# -------
# Windows of about a minute (450 km; 16 observations where these are rare), at night, in the two weeks before
# each earthquake, and around controls at the same place and local time. The catalog that controls avoid is
# the whole one, aftershocks and small events included.

length = max(16, 4 * round(16 / (source.cadence / np.timedelta64(1, "s"))))
context = length
first, last = source.span
near = everything[everything["time"].between(first, last)]
catalog = AftershockRemover().fit_transform(near.query("magnitude >= 4.8"))
controls = MatchedControls(match="local-time", satellite=satellite, avoid=everything, random_state=seed)
sampling = {
    "region": "dobrovolsky", "days": (-15, 0), "local_time": "night", "max_length": length,
    "context": context, "kp": kp, "max_per_event": 3,
}  # fmt: skip
with stages("samples") as done:
    samples = make_samples(source, catalog, controls, exclude=everything, **sampling)
    done.update(n=len(source), unit="rows")
print(samples, samples.population, sep="\n")

# %%
# Models, and probes that see no observation
# ------------------------------------------
# Trained on the first four fifths of the time, tested on the last.


def in_time(some):
    """Train on the first four fifths of the time, test on the last."""
    return chronological_split(some.X, some.y)


window = SlidingWindow(source, length, context=context)
trees = RandomForestClassifier(100, min_samples_leaf=5, random_state=seed, n_jobs=1)
forest = make_pipeline(window, WindowFlattener(), trees)
network = make_seqnetquake(source, length, context=context, epochs=options.epochs, random_state=seed)
probes = {"place": location_probe, "circumstances": metadata_probe, "place and date": place_date_probe}
works = {"random forest": partial(evaluate, forest), "SeqNetQuake": partial(evaluate, network), **probes}
found = {}
for name, work in works.items():
    with stages(name) as done:
        found[name] = work(samples, in_time(samples), random_state=seed)
        done.update(n=len(samples.X), unit="windows")
for name, result in found.items():
    print(f"  {name:<16} seismic MCC {result.seismic_mcc}, event AUC {result.event_auc}")

# %%
# Catalogs that never happened, and the report
# --------------------------------------------
# Each catalog goes the whole way, from its own controls to its own score. With few of them the least p is
# large: 1 / (1 + number). A fortnight before another day of the month shares days with the real one, so that
# with an effect planted the second null keeps a part of it.

with stages("null catalogs") as done:
    null = catalog_null_test(
        forest, source, everything, controls=MatchedControls(match="local-time", satellite=satellite),
        sampling=sampling, cv=in_time, nulls=("rotate", "shuffle-times"), n_nulls=options.nulls,
        random_state=seed, store=home / "nulls.jsonl",
    )  # fmt: skip
    done.update(n=1 + 2 * options.nulls, unit="catalogs")
print(null)
with stages("report") as done:
    report = evaluation_report(
        forest, null.samples, in_time(null.samples), null=null, title="Random forest, a mission",
        random_state=seed,
    )  # fmt: skip
    if options.report:
        report.to_html(options.report)
print(report.verdict.text)
cluster.close()

# %%
# What it took
# ------------
# Memory and processor time are those of this process and of the workers that it started; a cluster's are not
# seen from here.

print(stages.table())
options.figures.mkdir(parents=True, exist_ok=True)
stages.plot().savefig(options.figures / "mission_stages.png", dpi=150)

# %%
# What it found
# -------------
# First the scores of this catalog under matched controls: what a probe reaches without any observation is no
# precursor. Then the forest's under catalogs that never happened; the test draws controls of its own, so that
# its observed score is another than the forest's above.

rows = [
    result.to_frame().assign(model=name, panel="matched controls, this catalog", probe=name in probes)
    for name, result in found.items()
]
scores = ScoreDisplay(pd.concat(rows, ignore_index=True)).plot()
scores.figure_.savefig(options.figures / "mission_scores.png", dpi=150, bbox_inches="tight")
never = NullDistributionDisplay.from_result(null).plot()
never.figure_.savefig(options.figures / "mission_nulls.png", dpi=150, bbox_inches="tight")
if not options.folder:
    shutil.rmtree(home)
