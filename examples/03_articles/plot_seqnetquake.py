"""
SeqNetQuake: CSES, DEMETER, and what its scores need beside them
================================================================

The article trains a network on windows of electron density and temperature, before earthquakes and around
random controls, on eleven data sets, and transfers it from one satellite to another. Here are its tables and
figures, and beside each score what the article lacks: the same score with *matched* controls, two probes that
see no observation, and, where the truth is known, the ceiling of a detector that knows it.

By default all is simulated, once with nothing planted before the earthquakes and once with a perturbation of
the density. From a terminal, ``--data DIR`` takes a folder of real files instead: ``DIR/cses/*.h5``,
``DIR/demeter/*``, USGS catalogs in ``DIR/catalog``, the Kp index in ``DIR/indices``.
"""

# %%
# Two modes
# ---------
# ``skquake.datasets.papers`` holds the eleven data sets. The article's way of making samples differs from
# ours in these named parameters, and in no other.

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "__file__" in globals():
    sys.path.insert(0, str(Path(__file__).parent))

import _articles as articles
import _figures as figures
import pandas as pd
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skquake.datasets import papers
from skquake.metrics import seismic_mcc
from skquake.model_selection import evaluate
from skquake.plotting import SampleMapDisplay, ScoreDisplay

options = articles.options(
    "SeqNetQuake: published scores beside simulated ones, or those of your data.",
    datasets="03,07,10,11",
    models="RF,GBM,CNN,LSTM,DNN,logistic",
    days=400,
    epochs=20,
    quick={"datasets": "07,11", "models": "RF", "days": 240, "epochs": 12, "max_windows": 1500},
)
MAIN, DONOR = "07", "11"

for name, mode in papers.MODES.items():
    print(f"{name}: {mode}")

# %%
# The data sets
# -------------
# All data sets of one satellite are cut out of the same track. The baselines run on the one on which the
# article compares them.

names = articles.numbers(options.datasets, papers.SEQNETQUAKE)
cses = [name for name in names if name != DONOR]
baselines = [name for name in options.models.split(",") if name]


def world_of(satellite, effect):
    """A user's track, or a simulated one of the mission's first days."""
    if options.data:
        return articles.real(options.data, satellite)
    sides = {papers.SEQNETQUAKE[name].local_time for name in names}
    start = papers.SEQNETQUAKE[DONOR if satellite == "demeter" else MAIN].period[0]
    return articles.simulated(
        satellite,
        start,
        options.days * (2 if satellite == "demeter" else 1),
        effect=effect,
        seed=options.seed,
        side=sides.pop() if len(sides) == 1 else None,
        cadence=3.0,
    )


results, worlds = {}, {}
for effect in articles.effects(options):
    label = articles.label(options, effect)
    worlds[label] = world_of("cses", effect) if cses else None
    results[label] = {}
    for name in cses:
        models = ["SeqNetQuake", *(baselines if name == MAIN else [])]
        results[label][name] = articles.in_both_modes(
            papers.SEQNETQUAKE[name], worlds[label], models, options, label
        )

# %%
# From one satellite to another
# -----------------------------
# The network is trained on DEMETER, tested on CSES as it is (initial), trained on from there with CSES
# (transferred), and trained on CSES alone (direct). The scaler of DEMETER stays, nothing is frozen.


def transfer(label, effect):
    """Evaluations on the test rows of CSES, and the seismic MCC of every training on both satellites."""
    donor = world_of("demeter", effect)
    data = {"DEMETER": papers.SEQNETQUAKE[DONOR], "CSES": papers.SEQNETQUAKE[MAIN]}
    track = {"DEMETER": donor.track, "CSES": worlds[label].track}
    found = {"DEMETER": articles.make(data["DEMETER"], donor, "honest", options)}
    found["CSES"] = articles.make(data["CSES"], worlds[label], "honest", options)
    how = {"epochs": options.epochs, "random_state": options.seed}

    def rows(satellite, part):
        where, samples = found[satellite][part], found[satellite].samples
        return samples.X.iloc[where], samples.y[where], samples.sample_weight[where]

    def fit(model, satellite):
        X, y, weight = rows(satellite, "train")
        return model.fit(X, y, seqnetquakeclassifier__sample_weight=weight)

    initial = fit(data["DEMETER"].model(track["DEMETER"], **how), "DEMETER")
    scaler = FrozenEstimator(initial[1])
    models = {"direct": data["CSES"].model(track["CSES"], **how)}
    models["transferred"] = (
        data["CSES"]
        .model(track["CSES"], pretrained=FrozenEstimator(initial[-1]), **how)
        .set_params(channelscaler=scaler)
    )
    cut = found["CSES"].train, found["CSES"].test
    window = data["CSES"].model(track["CSES"])[0]
    as_it_is = make_pipeline(window, *(FrozenEstimator(step) for step in initial[1:]))
    tested = {
        name: evaluate(model, found["CSES"].samples, cut, random_state=options.seed)
        for name, model in {"initial": as_it_is, **models}.items()
    }
    fitted = {"initial: DEMETER": initial}
    fitted |= {f"{name}: CSES": fit(model, "CSES") for name, model in models.items()}
    matrix = {}
    for name, model in fitted.items():
        for satellite in found:
            X, y, weight = rows(satellite, "test")
            windows = track[satellite].windows(X, data[satellite].length, channels=["Ne", "Te"])[0]
            matrix.setdefault(satellite, {})[name] = seismic_mcc(
                y, model[1:].predict_proba(windows), classes=model.classes_, sample_weight=weight
            )
    return tested, pd.DataFrame(matrix)


transferred = {}
if options.data and not (options.data / "demeter").is_dir():
    print(f"\nNo transfer: there is no {options.data / 'demeter'}")
elif {DONOR, MAIN} <= set(names):
    for effect in articles.effects(options):
        label = articles.label(options, effect)
        transferred[label], matrix = transfer(label, effect)
        print(f"\nTransfer, {label}; seismic MCC under matched controls")
        print(matrix.to_string(float_format="{:.3f}".format))

# %%
# Figures
# -------
# Of the last world: the one with the planted effect, or yours.

if cses:
    shown = MAIN if MAIN in cses else cses[0]
    last = results[label][shown]
    data = papers.SEQNETQUAKE[shown]
    one = last["honest"] or last["paper"]
    windows = worlds[label].track.windows(one.samples.X, data.length, channels=["Ne", "Te"])[0]
    step = worlds[label].track.cadence.astype(float) / 1e9
    scored, oracle = articles.lines({label: {shown: last}})
    articles.save(
        options.figures,
        seqnetquake_roc_models=figures.roc_per_class(articles.models_of(last["paper"])),
        seqnetquake_roc_datasets=figures.roc_per_class(
            {f"DataSet {n}": m["paper"].rows["SeqNetQuake"] for n, m in results[label].items() if m["paper"]}
        ),
        seqnetquake_bars=figures.score_bars(
            figures.score_frame(articles.models_of(last["paper"])),
            f"DataSet {shown}, random controls, {label}",
        ),
        seqnetquake_scores=ScoreDisplay(scored, references=oracle).plot(),
        seqnetquake_sequences=figures.sequences(
            one.samples.X, one.samples.y, windows, ["Ne (cm$^{-3}$)", "Te (K)"], step
        ),
        seqnetquake_balance=figures.class_balance(articles.classes_of(results[label])),
        seqnetquake_lead_times=figures.lead_times(articles.leads_of(last)),
        seqnetquake_map=SampleMapDisplay.from_samples(one.samples).plot(),
    )
if transferred:
    articles.save(
        options.figures,
        seqnetquake_ternary=figures.ternary(transferred[label]),
        seqnetquake_confusion=figures.confusion(transferred[label]),
        seqnetquake_transfer=figures.transfer_matrix(matrix, f"seismic MCC, matched controls, {label}"),
    )

# %%
# The table
# ---------
# The article's own number beside ours.

if cses:
    articles.show(results, "SeqNetQuake")
if transferred:
    print("\nTransfer to CSES: three classes, F1 and MCC. Published: random controls. Ours: matched ones.")
    published = papers.SEQNETQUAKE[MAIN].published
    printed = {"direct": published["SeqNetQuake"], "transferred": published["transferred"]}
    for name, score in printed.items():
        ours = "; ".join(
            f"{label}: {r[name].paper['f1_micro']:.3f}, {r[name].paper['mcc']:.3f}"
            for label, r in transferred.items()
        )
        print(f"  {name:<12} published: {score.f1:.3f}, {score.mcc:.3f}; {ours}")
