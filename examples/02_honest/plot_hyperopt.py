"""
Hyper-parameters are not chosen on the test set
===============================================

In several published studies each of a hundred trials was scored on the test set, and the best of these scores
was reported. The best of many numbers is large even if all of them are noise. Here a random forest is
searched three ways, on a simulated satellite in which nothing happens before earthquakes, and on one in which
a perturbation was planted:

- *on the test set*: the best of the trials' scores on the very rows that are reported;
- *inside the training span*: the best mean over purged folds of the training rows. The test set is untouched,
  but a maximum of many means is a maximum still;
- *nested*: the winner of that search, fitted on the training rows, on the test set. This one is a score.
"""

# %%
# Samples
# -------
# Aftershocks leave by the windows of Gardner and Knopoff. Controls lie at the same places some weeks away
# from the earthquakes, so that the place tells nothing; place and date may. Three spans of time are tested
# in turn, each by what was learnt before it; training rows that share an observation with it are purged.

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import randint
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skquake import AftershockRemover, HyperoptSearchCV, SlidingWindow, TrackSource, make_samples
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.metrics import seismic_mcc_scorer
from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit, evaluate, event_fit_params
from skquake.plotting import SearchDisplay
from skquake.preprocessing import ChannelScaler, WindowFlattener

parser = argparse.ArgumentParser(description="What choosing on the test set is worth.")
parser.add_argument("--days", type=int, default=500, help="days to simulate (default %(default)s)")
parser.add_argument("--trials", type=int, default=30, help="of each search (default %(default)s)")
parser.add_argument("--effect", type=float, default=0.5, help="planted change of Ne (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--store", type=Path, help="folder in which a stopped search goes on (default: none)")
parser.add_argument(
    "--figures", type=Path, default="figures", help="folder for the figures (default %(default)s)"
)
options = parser.parse_args()
LENGTH = 20


def make_world(effect):
    """Samples of a simulated satellite, and the pipeline that cuts their windows."""
    seed, start = options.seed, pd.Timestamp("2018-08-01")
    end = start + pd.Timedelta(days=options.days)
    everything = make_catalog(start, end, random_state=seed)
    catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    track = make_track(
        "cses", start, end, catalog=catalog, effect=effect, kp=kp, side="night", random_state=seed
    ).frame
    source = TrackSource(track, channels=["Ne", "Te"])
    samples = make_samples(
        source,
        catalog,
        MatchedControls(avoid=everything, random_state=seed),
        region="dobrovolsky",
        days=(-15, 0),
        max_length=LENGTH,
        exclude=everything,
        kp=kp,
        max_per_event=2,
    )
    forest = RandomForestClassifier(random_state=seed)
    model = make_pipeline(SlidingWindow(source, LENGTH), ChannelScaler(log=[0, 1]), WindowFlattener(), forest)
    return samples, model


# %%
# Searches that differ in their folds alone
# -----------------------------------------
# Every earthquake counts once, in training as in scores. With ``--store DIR`` every finished trial is kept:
# a search that was killed goes on where it was.

SPACE = {
    "slidingwindow__length": [5, 10, 20],
    "randomforestclassifier__n_estimators": [10, 20, 40],
    "randomforestclassifier__max_depth": randint(1, 28),
    "randomforestclassifier__min_samples_leaf": randint(1, 60),
    "randomforestclassifier__max_features": randint(1, 10),
    "randomforestclassifier__criterion": ["gini", "entropy"],
}


def search(model, samples, cv, rows=slice(None)):
    """A fitted search over these rows of the samples."""
    if options.store:
        options.store.mkdir(parents=True, exist_ok=True)
    found = HyperoptSearchCV(
        model,
        SPACE,
        cv=cv,
        n_iter=options.trials,
        scoring=seismic_mcc_scorer,
        store=options.store,
        random_state=options.seed,
        verbose=1,
    )
    X = samples.X.iloc[rows]
    return found.fit(X, samples.y[rows], **event_fit_params(found, X))


def compare(effect):
    """The three scores of each tested span, and the searches of the last one."""
    samples, model = make_world(effect)
    rows = []
    for train, test in PurgedTimeSeriesSplit(3).split(samples.X, samples.y, samples.groups):
        peeking = search(model, samples, [(train, test)])
        inside = search(model, samples, PurgedGroupKFold(3), train)
        nested = evaluate(FrozenEstimator(inside), samples, (train, test), random_state=options.seed)
        rows.append(
            {
                "train": len(train),
                "test": len(test),
                "on the test set": peeking.best_score_,
                "inside": inside.best_score_,
                "nested": nested.seismic_mcc.value,
                "interval": f"{nested.seismic_mcc.low:+.2f} to {nested.seismic_mcc.high:+.2f}",
                "trials' mean": np.mean(peeking.cv_results_["mean_test_score"]),
                "their deviation": np.std(peeking.cv_results_["mean_test_score"]),
                "by chance": 0.0,
            }
        )
    return pd.DataFrame(rows), peeking, inside


results = {
    f"planted {effect:+.0%}" if effect else "nothing planted": compare(effect)
    for effect in (0.0, options.effect)
}

# %%
# What the choice alone is worth
# ------------------------------
# Seismic MCC; without any skill it is 0. The columns of the trials on the test set show where its best comes
# from: they are no better than the nested score on average, and the reported one is their largest.

for world, (table, _, _) in results.items():
    print(f"\n{world}\n{table.to_string(index=False, float_format='{:.2f}'.format)}")
    mean = table[["on the test set", "inside", "nested"]].mean()
    print(
        f"mean of the spans: best trial on the test set {mean['on the test set']:.2f}, best inside the "
        f"training span {mean['inside']:.2f}, nested {mean['nested']:.2f}, chance 0: choosing on the test "
        f"set added {mean['on the test set'] - mean['nested']:+.2f}"
    )

# %%
# The trials of the last span on the test set, one dot each, and those inside the training span by their
# parameters.

options.figures.mkdir(parents=True, exist_ok=True)
for world, (table, peeking, inside) in results.items():
    nested = {"nested": table["nested"].iloc[-1]}
    for name, display, title in [
        ("test_set", SearchDisplay.from_estimator(peeking, references=nested), "scored on the test set"),
        ("inside", SearchDisplay.from_estimator(inside, references=nested), "inside the training span"),
        ("parallel", SearchDisplay.from_estimator(inside, kind="parallel"), "inside the training span"),
    ]:
        display.plot().ax_.title.set_text(f"{world}: trials {title}")
        world_name = "planted" if "+" in world else "nothing"
        display.figure_.savefig(options.figures / f"{name}_{world_name}.png", dpi=150)
