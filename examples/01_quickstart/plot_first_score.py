"""
A first score, and what it would be without any earthquake
==========================================================

Windows are cut from a satellite's track in the two weeks before each earthquake, and others around
controls, where and when there was none. A random forest, gradient boosting and a regression on the profile of
the density learn to tell them apart. Three probes that see no observation at all try the same: one knows the
place, one the circumstances (local time, season, geomagnetic activity, magnitude, ...), one place and date.

Everything is done four times: with controls at random places, as is usual, and with *matched* controls, at
the same places some weeks away; on a track in which nothing happens before the earthquakes, and on one in
which a perturbation was planted. Then SeqNetQuake learns the matched samples, once as published and once as
we recommend it: with what lies around each window, averaged, and fewer weights. Last, the regression
does the matched analysis on catalogs that never happened.

By default the data are simulated. From a terminal, ``--data DIR`` takes real files instead: ionosphere maps
in ``DIR/ionex``, USGS catalogs in ``DIR/catalog``, the Kp index in ``DIR/indices``. With ``--report
FILE.html`` all that was found of one model is written on one page. ``--quick`` leaves out the networks,
random controls on the planted track and most of the catalogs.
"""

# %%
# The parts that both runs share
# ------------------------------
# Every model is an ordinary pipeline, and every score comes from ``evaluate``: out-of-sample probabilities,
# an earthquake counts once, and each figure has its interval.

import argparse
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from lightgbm import LGBMClassifier
from scipy.stats import norm
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch
from tqdm.auto import tqdm

from skquake import (
    AftershockRemover,
    IQRBounds,
    MapSource,
    SeqNetQuakeClassifier,
    SlidingWindow,
    TrackSource,
    make_samples,
    plotting,
)
from skquake.baselines import make_baseline
from skquake.catalogs import MatchedControls, RandomControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.inspection import catalog_null_test, location_probe, metadata_probe, place_date_probe
from skquake.io import read_ionex, read_space_weather, read_usgs
from skquake.metrics import seismic_mcc
from skquake.model_selection import SpatialBlockKFold, chronological_split, evaluate
from skquake.neural import make_seqnetquake
from skquake.preprocessing import ChannelScaler, WindowBounds, WindowFlattener
from skquake.report import evaluation_report
from skquake.sampling import balance_table

plt.style.use("skquake.plotting.skquake")

parser = argparse.ArgumentParser(description="A first score, beside what it would be by place.")
parser.add_argument("--data", type=Path, metavar="DIR", help="folder of real files instead of the simulation")
parser.add_argument(
    "--quick", action="store_true", help="no networks, five null catalogs, of one kind if simulated"
)
parser.add_argument("--days", type=int, default=912, help="days to simulate (default %(default)s)")
parser.add_argument("--effect", type=float, default=0.5, help="planted change of Ne (default %(default)s)")
parser.add_argument(
    "--epochs", type=int, default=50, help="of SeqNetQuake (default %(default)s, the paper's)"
)
parser.add_argument(
    "--seed", type=int, default=0, help="of the simulation and the models (default %(default)s)"
)
parser.add_argument(
    "--figures", type=Path, default="figures", help="folder for the figures (default %(default)s)"
)
parser.add_argument("--nulls", type=int, help="null catalogs of each kind (default 19)")
parser.add_argument("--report", type=Path, metavar="FILE.html", help="write the report of one model")
options = parser.parse_args()
n_nulls = options.nulls or (5 if options.quick else 19)

# The papers' box of 2 degrees and 15 days leaves later aftershocks, which a split in time can tell from
# controls.
DECLUSTER = AftershockRemover("gardner-knopoff")
LEAST_UNITS, LEAST_EARTHQUAKES = 12, 20  # as in skquake.report.judge
PROBES = {
    "location probe": location_probe,
    "metadata probe": metadata_probe,
    "place-and-date probe": place_date_probe,
}


def wrapped(what):
    """What it says of itself, in lines of a terminal."""
    return textwrap.indent(textwrap.fill(str(what), 96), "  ")


def trees(*cut):
    """Two ensembles of trees on the windows as they are."""
    forest = RandomForestClassifier(100, min_samples_leaf=5, n_jobs=1, random_state=options.seed)
    boosting = LGBMClassifier(
        n_estimators=100, num_leaves=15, min_child_samples=5, n_jobs=1, random_state=options.seed, verbose=-1
    )
    return {
        "random forest": make_pipeline(*cut, WindowFlattener(), forest),
        "LightGBM": make_pipeline(*cut, WindowFlattener(), boosting),
    }


pairs = {}  # of each row of the samples, by setting


def score(settings, *, probes=True, prefer="threads"):
    """Evaluations of each setting (samples, cv, models) and of the probes, two at a time, longest first."""
    jobs = {}
    for panel, (samples, cv, models) in settings.items():
        pairs[panel] = samples.X["pair_id"].to_numpy()
        for name, model in models.items():
            jobs[panel, name] = delayed(evaluate)(model, samples, cv, random_state=options.seed)
        for name, probe in PROBES.items() if probes else ():
            jobs[panel, name] = delayed(probe)(samples, cv, random_state=options.seed)
    longest_first = sorted(jobs, key=lambda job: not job[1].startswith("SeqNetQuake"))
    found = Parallel(n_jobs=2, prefer=prefer, return_as="generator")(map(jobs.get, longest_first))
    found = dict(zip(longest_first, tqdm(found, "Scores", len(jobs), leave=False), strict=True))
    return {panel: {name: found[p, name] for p, name in jobs if p == panel} for panel in settings}


def table(results):
    """All evaluations as one frame, ready for ``ScoreDisplay``; the probes stand last."""
    names = dict.fromkeys(name for rows in results.values() for name in rows)
    frames = [
        rows[name].to_frame().assign(panel=panel, model=name, probe=name in PROBES)
        for name in sorted(names, key=PROBES.__contains__)
        for panel, rows in results.items()
        if name in rows
    ]
    return pd.concat(frames, ignore_index=True)


def show(results, oracle=None):
    """All settings in print, with the oracle's score where known; the paper's counts all three classes."""
    for panel, rows in results.items():
        print(f"\n{panel.replace(chr(10), ' ')}")
        print(f"  {'':<23}{'seismic MCC':<20}{'seismic AUC':<20}{'event AUC':<20}paper's F1, MCC")
        names = sorted(rows, key=PROBES.__contains__)
        for name in names:
            r = rows[name]
            if name in PROBES and name == next(filter(PROBES.__contains__, names)):
                print("  without any observation")
            print(
                f"  {name:<23}{r.seismic_mcc!s:<20}{r.seismic_auc!s:<20}{r.event_auc!s:<20}"
                f"{r.paper['f1_micro']:.3f}, {r.paper['mcc']:z.3f}"
            )
        units = [(r.seismic_mcc.n_units, r.seismic_mcc.unit) for r in rows.values()]
        print(
            f"  tested: {r.n} windows of {r.n_events} events and controls"
            f" (effective number {r.effective_number:.0f});\n"
            f"  95 % intervals from {min(units)[0]} units or more"
            f" ({', '.join(sorted({unit for _, unit in units}))})"
        )
        if oracle and panel in oracle:
            print(f"  oracle's seismic MCC: {oracle[panel]:.2f}")


def roc(results, name):
    """One model's ROC curves on the windows of evidence, one a setting; bands from whole pairs."""
    said, units = {}, {}
    for panel, rows in results.items():
        if name in rows:
            r, setting = rows[name], panel.replace("\n", " ")
            seismic = r.proba[:, 1] / r.proba[:, :2].sum(axis=1)
            evidence = r.y < 2
            said[setting] = r.y[evidence], np.stack([1 - seismic, seismic], axis=1)[evidence]
            units[setting] = pairs[panel][r.test][evidence]
    display = plotting.ClassROCDisplay.from_predictions(said, classes=[1], units=units).plot()
    display.ax_.set_title(f"{name}, windows of evidence")
    return display


def low_of(score, n):
    """Lower bound of one of ``n`` scores; all of theirs hold together in 97.5 % of cases (Bonferroni)."""
    return score.value - norm.ppf(1 - 0.025 / n) / norm.ppf(0.975) * (score.value - score.low)


def verdict(results):
    """What the intervals under matched controls allow to say; the rules of a report are stricter."""
    print("\nVerdict (seismic MCC of the models under matched controls)")
    for panel, rows in results.items():
        if not panel.startswith("matched"):
            continue
        place = panel.replace("\n", " ")
        probes = {name: r.seismic_mcc for name, r in rows.items() if name in PROBES}
        betrayed = [name for name, s in probes.items() if low_of(s, len(probes)) > 0]
        for name in betrayed:
            print(f"  {place}, {name}: {probes[name]}, above chance: no score on these samples is evidence")
        best, n_models = max(s.value for s in probes.values()), len(rows) - len(probes)
        for name, r in rows.items():
            if name in probes or betrayed:
                continue
            value, low, high, _, n_units = r.seismic_mcc
            earthquakes = r.n_events // 2  # each with its control
            if n_units < LEAST_UNITS or earthquakes < LEAST_EARTHQUAKES:
                word = f"too few for any claim: {n_units} units, about {earthquakes} earthquakes"
            elif (r.proba[:, 1] > r.proba[:, 0]).all() or (r.proba[:, 1] <= r.proba[:, 0]).all():
                word = "says the same of every window: no evidence"
            elif high < 0:
                word = "below chance: look for labels reversed or pairs torn apart"
            elif high - low > 0.4:
                word = f"underpowered: anything from {low:+z.2f} to {high:+z.2f} is possible"
            elif low > 0 and value <= best:
                word = f"no evidence: a probe that sees no observation reaches {best:+z.2f}"
            elif low > 0 and low_of(r.seismic_mcc, n_models) <= 0:
                word = f"above chance by itself, not as one of {n_models} models: no evidence"
            elif low > 0:
                word = "above chance and the probes; is it above catalogs that never happened?"
            else:
                word = f"no evidence of an effect; a score above {high:+z.2f} is unlikely"
            print(f"  {place}, {name}: {value:+z.2f},\n    {word}")


def never_happened(model, source, everything, controls, nulls, **analysis):
    """The model under the catalog that happened, and under catalogs that never did."""
    result = catalog_null_test(
        model,
        source,
        everything,
        controls=controls,
        decluster=DECLUSTER,
        nulls=nulls,
        n_nulls=n_nulls,
        random_state=options.seed,
        n_jobs=2,
        verbose=1,
        **analysis,
    )
    print(wrapped(result))
    print("  (controls are drawn anew by the test: its score is not that of the table to the digit)")
    return result


def null_figure(nulls):
    """Scores of the never-happened catalogs, one row a setting."""
    columns = len(next(iter(nulls.values())).p_values)
    size = 3.3 if columns == 1 else 6.9, 2.9 * len(nulls)
    shape = {"nrows": len(nulls), "ncols": columns, "figsize": size, "squeeze": False}
    figure, axes = plt.subplots(**shape, sharex=True, layout="constrained")
    for row, (name, result) in zip(axes, nulls.items(), strict=True):
        plotting.NullDistributionDisplay.from_result(result).plot(ax=row)
        row[0].set_ylabel(f"{name}\ncatalogs (count)")
    return Bunch(figure_=figure)


def report(model, null, cv, title):
    """All that was found of a model, on one page."""
    found = evaluation_report(model, null.samples, cv, null=null, title=title, random_state=options.seed)
    found.to_html(options.report)
    print(f"\n{textwrap.fill(found.verdict.text, 98)}")


written = []


def save(**figures):
    """Write the figures into the folder of ``--figures``."""
    options.figures.mkdir(parents=True, exist_ok=True)
    for name, display in figures.items():
        path = options.figures / f"{name}.png"
        display.figure_.savefig(path, dpi=150)
        written.append(path)


# %%
# On simulated data
# -----------------
# Two and a half years of the night side of a CSES-like satellite, one observation every three seconds,
# windows of twenty observations (a minute, 450 km), and the first four fifths of the time for training. The
# perturbation raises the electron density before each earthquake, most above the epicentre. The oracle
# knows its shape and the statistics of the noise: no classifier that sees the density alone can be better.
# A perturbation of some hundred kilometres shows against what lies around it, and so the regression and the
# recommended network see twenty observations more on both sides; which windows are samples, and of which
# class, is decided by the twenty of the core alone.
# The catalogs that never happened are the one that did, turned around in time by one offset, or with each
# earthquake (and its aftershocks) on another day of its month. Controls and samples are drawn anew for each.


def in_time(samples):
    """Train on the first four fifths of the time, test on the last."""
    return chronological_split(samples.X, samples.y)


def simulated(length=20, context=20):
    seed, start = options.seed, pd.Timestamp("2018-08-01")
    end = start + pd.Timedelta(days=options.days)
    everything = make_catalog(start, end, random_state=seed)
    catalog = DECLUSTER.fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    print(f"{len(everything)} earthquakes, {len(catalog)} of M >= 4.8 without aftershocks")
    controls = {
        "random controls": RandomControls(random_state=seed),
        "matched controls": MatchedControls(avoid=everything, random_state=seed),
    }
    sampling = {"region": "dobrovolsky", "days": (-15, 0), "max_length": length, "context": context}
    sampling |= {"kp": kp, "max_per_event": 2}
    results, networks, tracks, oracle, nulls = {}, {}, {}, {}, {}
    for effect in (0.0, options.effect):
        truth_known = f"planted {effect:+.0%}" if effect else "nothing planted"
        frame, truth = make_track(
            "cses",
            start,
            end,
            catalog=catalog,
            effect=effect,
            kp=kp,
            side="night",
            random_state=seed,
            verbose=1,
        ).values()
        source = TrackSource(frame, channels=["Ne", "Te"])
        core = SlidingWindow(source, length)
        around = SlidingWindow(source, length, context=context)
        models = trees(core, ChannelScaler(log=[0, 1]))
        models["profile"] = make_baseline("profile", around, random_state=seed)
        tracks[truth_known] = source, models["profile"]
        for name, sampler in controls.items():
            if options.quick and effect and name == "random controls":
                continue
            samples = make_samples(source, catalog, sampler, exclude=everything, **sampling)
            train, test, counts = chronological_split(samples.X, samples.y, return_report=True)
            panel = f"{name},\n{truth_known}"
            print(f"\n{name}, {truth_known}:\n{wrapped(samples)}")
            print(
                f"  pairs or single events: {counts['n_pairs_train']} train, {counts['n_pairs_test']} test;"
                f" {counts['n_purged']} training windows purged"
            )
            if effect:
                proba = truth.oracle(samples, length + 2 * context)[test]
                weight = samples.sample_weight[test]
                oracle[panel] = seismic_mcc(samples.y[test], proba, sample_weight=weight)
            else:
                save(**{name.replace(" ", "_"): plotting.SampleMapDisplay.from_samples(samples).plot()})
            found = score({panel: (samples, (train, test), models)})
            show(found, oracle)
            results |= found
        published = make_pipeline(
            core, ChannelScaler(log=[0, 1]), SeqNetQuakeClassifier(epochs=options.epochs, random_state=seed)
        )
        recommended = make_seqnetquake(source, length, context=context, random_state=seed)
        networks[panel] = (
            samples,
            (train, test),
            {"SeqNetQuake": published, "SeqNetQuake, ours": recommended},
        )
    if not options.quick:
        print("\nSeqNetQuake as published, and as we recommend it")
        found = score(networks, probes=False, prefer="processes")
        show(found, oracle)
        for panel, rows in found.items():
            results[panel] |= rows
    for truth_known, (source, model) in tracks.items():
        print(f"\nmatched controls, {truth_known}: profile, under catalogs that never happened")
        nulls[truth_known] = never_happened(
            model,
            source,
            everything,
            MatchedControls(),
            ("rotate",) if options.quick else ("rotate", "shuffle-times"),
            sampling=sampling,
            cv=in_time,
        )
    print("\nBalance of the matched samples (standardised differences, a warning above 0.1):")
    print(balance_table(samples).to_string(float_format="{:z.3f}".format))

    windows = around.transform(samples.X)
    step = source.cadence / np.timedelta64(1, "s")
    save(
        windows=plotting.WindowsDisplay.from_samples(
            samples.X, samples.y, windows, channels=["Ne (cm$^{-3}$)", "Te (K)"], step=step, unit="s"
        ).plot(),
        scores=plotting.ScoreDisplay(table(results), references=oracle).plot(),
        roc=roc(results, "profile"),
        never_happened=null_figure(nulls),
    )
    verdict(results)
    if options.report:
        null = nulls[truth_known]
        report(model, null, in_time(null.samples), f"Profile on a simulated track, {truth_known}")


# %%
# On real files
# -------------
# Three days of total electron content every two hours at each epicentre, and its deviation from the median
# of the same hour on the fifteen days before. Folds are blocks of ten degrees, pairs stay whole, and
# training samples that share maps with a tested neighbour are purged. Two months are too short to turn a
# catalog around in time: here it moves along its dip latitude together with its local time, or its
# earthquakes take other days, or each other's places.


def real(folder, history=15, keep=3):
    maps = max(
        (list(d.glob("*")) for d in [folder / "ionex", *(folder / "ionex").glob("*/")]),
        key=lambda files: sum(f.is_file() for f in files),
    )
    tec = MapSource(read_ionex(sorted(f for f in maps if f.is_file()), verbose=1), name="TEC")
    everything = read_usgs(folder / "catalog" / "*.csv*")
    kp = read_space_weather(folder / "indices" / "SW-All.csv")["kp"]
    first, last = tec.span
    near = everything[everything["time"].between(first - pd.Timedelta(days=30), last + pd.Timedelta(days=30))]
    catalog = DECLUSTER.fit_transform(near.query("magnitude >= 4.8"))
    catalog = catalog[catalog["time"].between(first + pd.Timedelta(days=history + keep), last)]
    print(
        f"{wrapped(tec)}\n{len(catalog)} independent earthquakes of M >= 4.8"
        f" with {history + keep} days of maps before them"
    )
    per_day = round(np.timedelta64(1, "D") / tec.cadence)
    bounds = IQRBounds(days=history, samples_per_day=per_day)
    cut = (
        SlidingWindow(tec, (history + keep) * per_day),
        WindowBounds(bounds, keep * per_day, output="deviation"),
        ChannelScaler(),
    )
    models = trees(*cut)
    small = make_pipeline(
        *cut, WindowFlattener(), RandomForestClassifier(50, min_samples_leaf=5, random_state=options.seed)
    )
    if not options.quick:
        network = SeqNetQuakeClassifier(epochs=options.epochs, random_state=options.seed)
        models["SeqNetQuake"] = make_pipeline(*cut, network)
    controls = {
        "random controls": RandomControls(min_days=5, avoid=near, random_state=options.seed),
        "matched controls": MatchedControls(
            ratio=2, min_days=5, max_days=30, days=(-keep, 0), avoid=near, random_state=options.seed
        ),
    }
    sampling = {
        "region": "dobrovolsky",
        "days": (-keep, 0),
        "max_length": (history + keep) * per_day,
        "kp": kp,
    }
    settings = {}
    for name, sampler in controls.items():
        samples = make_samples(tec, catalog, sampler, exclude=near, **sampling)
        folds = SpatialBlockKFold(
            5, block_degrees=10.0, min_train=0.05, shuffle=True, random_state=options.seed
        )
        print(f"\n{name}:\n{wrapped(samples)}")
        print(folds.describe(samples.X, samples.y, samples.groups).to_string())
        settings[name] = samples, folds, models
        save(**{name.replace(" ", "_"): plotting.SampleMapDisplay.from_samples(samples).plot()})
    results = score(settings, prefer="threads" if options.quick else "processes")
    show(results)
    print("\nmatched controls: a forest of fifty trees under catalogs that never happened")
    null = never_happened(
        small,
        tec,
        everything,
        controls["matched controls"],
        ("shift-longitude", "shuffle-times", "other-place"),
        sampling=sampling,
        cv=folds,
    )
    windows = make_pipeline(*cut[:2]).transform(samples.X)
    save(
        windows=plotting.WindowsDisplay.from_samples(
            samples.X,
            samples.y,
            windows,
            channels=["TEC (TECU)", "deviation from median (TECU)"],
            step=24.0 / per_day,
            unit="h",
        ).plot(),
        scores=plotting.ScoreDisplay(table(results)).plot(),
        roc=roc(results, list(models)[-1]),
        never_happened=null_figure({"matched controls": null}),
    )
    verdict(results)
    if options.report:
        title = f"Random forest on the maps of {first:%d %B %Y} to {last:%d %B %Y}, matched controls"
        report(small, null, folds, title)


# %%
# The verdict follows from the table: a score counts where its interval leaves zero under matched controls
# and no probe does, and nothing can be said where the interval is wide or the earthquakes are few. The last
# figure says how often catalogs that never happened reach the same score.

if options.data:
    real(options.data)
else:
    simulated()
print("\nWritten:", *written, *filter(None, [options.report]), sep="\n  ")
