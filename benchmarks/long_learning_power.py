"""How much of a planted perturbation each model finds, as a share of what can be found.

Usage: ``python benchmarks/long_learning_power.py [--quick] [--seeds 1 ...] [--sizes 0.2 ...] ...``.
Every score is a line of ``measured/learning_power.jsonl``; what is there is not computed again, so that a run
that was interrupted goes on, and two that share no score may run at once. Each line names the code that made
it (``code``): remove what the code has changed.

Simulated nights of a CSES-like satellite with a perturbation of Ne before each earthquake, controls matched
in place, the last fifth of the time for testing, training windows that share anything with it purged. Every
model gets the same training windows of log Ne and log Te, the same event weights, and its default
parameters; nothing is chosen by the test windows. (Defaults that were chosen by such simulations,
SeqNetQuake's activation and the recommended pipelines, were chosen on the seeds 0, 11 and 12, which are not
run here.) With
``--background`` every model sees residuals of log Ne besides, from an ionosphere that is not the simulator's
own. The recommended pipelines have residuals and means of their own, and the same context. Two references
know the truth:

- the *oracle* knows the noise, the undisturbed ionosphere, and of each window also the shape and strength
  that a perturbation would have there: distance, magnitude and days to the earthquake;
- the *window oracle* knows noise and ionosphere, but, like every model, not these three: it averages the
  likelihood over the perturbations of the training windows. No model of windows alone can do better.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from _harness import revision, show
from _harness import table as whole_table
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, SeqNetQuakeClassifier, SlidingWindow, TrackSource, make_samples
from skquake._core._weights import event_weights
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.metrics import seismic_auc, seismic_mcc
from skquake.model_selection import chronological_split
from skquake.neural import SafeNetClassifier, make_seqnetquake
from skquake.preprocessing import ChannelScaler, IRIResidual, QuietBackground, WindowMean
from skquake.sampling import ResidualWindow

LENGTH = 20  # a minute, 450 km
SIZES = (0.15, 0.35, 0.75)  # the oracle reaches an MCC of about 0.35, 0.6 and 0.8
SEEDS = (1, 2, 3, 4, 5)
ROCKETS = ("MiniRocket", "MultiRocket", "Hydra", "QUANT")
BASELINES = ("RF", "GBM", "LightGBM", "SVM", "logistic", "profile", *ROCKETS, "DNN", "CNN", "LSTM")
AVERAGED = ", averages of 4"  # after the name of a baseline: what it sees of a window
RECOMMENDED = ("SeqNetQuake, recommended", "profile, recommended")
BACKGROUNDS = {"iri": lambda kp: IRIResidual(f107=100.0), "quiet": lambda kp: QuietBackground(kp=kp)}
QUICK = ("RF", "logistic", "SeqNetQuake", "profile, recommended")
RECORD = Path(__file__).parent / "measured" / "learning_power.jsonl"
CODE = revision()
NETWORKS = {"SeqNetQuake": SeqNetQuakeClassifier, "SafeNet": SafeNetClassifier}
NAMES = (*BASELINES, f"LSTM{AVERAGED}", *NETWORKS, *RECOMMENDED)


def simulate(seed, days, effect):
    """Catalogs, Kp and a track with a perturbation of this size."""
    start = pd.Timestamp("2018-08-01")
    end = start + pd.Timedelta(days=days)
    everything = make_catalog(start, end, random_state=seed)
    catalog = AftershockRemover("box").fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    track = make_track(
        "cses", start, end, catalog=catalog, effect=effect, kp=kp, side="night", random_state=seed
    )
    return everything, catalog, kp, track


def resize(track, effect):
    """The same track with a perturbation of another size: all but the planted part is left as it is."""
    truth = track.truth
    factor = np.log10(1.0 + effect) / np.log10(1.0 + truth.plant.effect)
    change = (factor - 1.0) * truth.planted
    frame = track.frame.assign(
        Ne=track.frame["Ne"] * 10.0**change, Te=track.frame["Te"] * 10.0 ** (-0.2 * change)
    )
    return frame, replace(
        truth,
        log_ne=truth.log_ne + change,
        planted=truth.planted * np.float32(factor),
        plant=replace(truth.plant, effect=effect),
    )


def one_an_event(X):
    """Weights, mean 1, in which each earthquake and each control counts once."""
    weight = event_weights(X["event_id"])
    return weight / weight.mean()


def model(name, seed):
    """A pipeline on windows of Ne and Te."""
    scaler = ChannelScaler(log=[0, 1])
    if name in NETWORKS:
        return make_pipeline(scaler, NETWORKS[name](random_state=seed))
    steps = (scaler, WindowMean(4)) if name.endswith(AVERAGED) else (scaler,)
    return make_baseline(name.removesuffix(AVERAGED), *steps, random_state=seed, n_jobs=1)


def recommended(name, cut, kp, seed):
    """A pipeline on samples, with the background that the documentation recommends."""
    background = BACKGROUNDS["iri"](kp)
    if name.startswith("SeqNetQuake"):
        return make_seqnetquake(
            cut.source, cut.length, context=cut.context, background=background, random_state=seed
        )
    return make_baseline("profile", ResidualWindow(cut, background, keep="both"), random_state=seed)


def measure(seed, days, sizes, names, context, background, record):
    """Scores of one seed on its test windows, one row a size and a model; the track is simulated once."""
    todo = [
        (effect, name)
        for effect in sizes
        for name in ("oracle", "window oracle", *names)
        if not record.has(seed=seed, effect=effect, model=name)
    ]
    if not todo:
        return
    seen = LENGTH + 2 * context
    # Always of one size, so that what is rounded there does not depend on the sizes asked for.
    everything, catalog, kp, track = simulate(seed, days, SIZES[-1])
    source = TrackSource(track.frame, channels=["Ne", "Te"])
    samples = make_samples(
        source,
        catalog,
        MatchedControls(avoid=everything, random_state=seed),
        region="dobrovolsky",
        days=(-15, 0),
        max_length=LENGTH,
        context=context,
        exclude=everything,
        kp=kp,
    )
    X, y = samples.X, np.asarray(samples.y)
    train, test = chronological_split(X, y)
    weight = one_an_event(X.iloc[train])
    evidence = test[y[test] < 2]
    test_weight = one_an_event(X.iloc[evidence])
    shapes = y[train] < 2
    for effect in dict.fromkeys(effect for effect, _ in todo):
        frame, truth = resize(track, effect)
        frame = frame.assign(altitude_km=np.float32(track.frame.attrs["altitude_km"]))
        cut = SlidingWindow(TrackSource(frame, channels=["Ne", "Te"]), LENGTH, context=context)
        windows = cut.transform(X)
        if background is not None:
            step = ResidualWindow(cut, BACKGROUNDS[background](kp), keep="both")
            windows = step.fit(X.iloc[train], y[train]).transform(X)

        def score(name, proba, seconds=0.0, *, effect=effect):
            found = {
                "mcc": float(seismic_mcc(y[evidence], proba, sample_weight=test_weight)),
                "auc": float(seismic_auc(y[evidence], proba, sample_weight=test_weight)),
                "seconds": round(seconds, 1),
            }
            record.add(found, seed=seed, effect=effect, model=name)
            print(f"  seed {seed}, {effect:+.0%}: {name:<14} {found['mcc']:.3f}", flush=True)

        print(
            f"seed {seed}, {effect:+.0%}: {len(train)} training windows, {len(evidence)} tested", flush=True
        )
        left = [name for size, name in todo if size == effect]
        if "oracle" in left:
            score("oracle", truth.oracle(X, seen)[evidence])
        if "window oracle" in left:
            known = X.iloc[train[shapes]], weight[shapes]
            score("window oracle", truth.window_oracle(X, seen, *known)[evidence])
        for name in (name for name in left if "oracle" not in name):
            began = time.perf_counter()
            own = name in RECOMMENDED
            fitted = recommended(name, cut, kp, seed) if own else model(name, seed)
            seen_train, seen_test = (
                (X.iloc[train], X.iloc[evidence]) if own else (windows[train], windows[evidence])
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted.fit(seen_train, y[train], **{f"{fitted.steps[-1][0]}__sample_weight": weight})
                score(name, fitted.predict_proba(seen_test), time.perf_counter() - began)


class Record:
    """Rows of one kind of run (``about``) among all that a file keeps; without a file, in memory."""

    def __init__(self, path=None, **about):
        self.path, self.about = path, about
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        self.all = [json.loads(line) for line in lines]

    def rows(self, **of):
        of = self.about | of
        return [row for row in self.all if all(row[key] == value for key, value in of.items())]

    def has(self, **of):
        return bool(self.rows(**of))

    def add(self, found, **of):
        row = self.about | of | found | {"code": CODE}
        self.all.append(row)
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps(row) + "\n")


def table(rows):
    """Mean seismic MCC over the seeds, and the shares of what the two oracles reach."""
    mean = pd.DataFrame(rows).pivot_table(index="model", columns="effect", values="mcc", sort=False)
    parts = {
        "MCC": mean,
        "of oracle": mean / mean.loc["oracle"],
        "of window oracle": mean / mean.loc["window oracle"],
    }
    return pd.concat(parts, axis=1)


def run(
    quick=False,
    seeds=SEEDS,
    days=912,
    sizes=SIZES,
    names=NAMES,
    context=0,
    background=None,
):
    """One table of what was measured, now or earlier."""
    if quick:
        seeds, days, names = SEEDS[:1], 200, [name for name in names if name in QUICK]
    record = Record(None if quick else RECORD, days=days, context=context, background=background)
    for seed in seeds:
        measure(seed, days, sizes, names, context, background, record)
    rows = [row for row in record.rows() if row["seed"] in seeds and row["effect"] in sizes]
    return [
        whole_table(
            f"Planted perturbations found, seismic MCC, {len(seeds)} seed(s), {days} days", table(rows)
        )
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a short track: shows that it runs, measures nothing"
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=SEEDS, help="of the simulations (default 1 to 5)"
    )
    parser.add_argument(
        "--sizes", type=float, nargs="+", default=SIZES, help="changes of Ne (default %(default)s)"
    )
    parser.add_argument("--models", nargs="+", default=NAMES)
    parser.add_argument(
        "--context", type=int, default=0, help="observations seen on both sides (default %(default)s)"
    )
    parser.add_argument(
        "--background", choices=list(BACKGROUNDS), help="residuals of log Ne for all models (default: none)"
    )
    parser.add_argument("--days", type=int, default=912, help="days to simulate (default %(default)s)")
    options = parser.parse_args()
    cut = options.models, options.context, options.background
    show(run(options.quick, options.seeds, options.days, options.sizes, *cut))


if __name__ == "__main__":
    main()
