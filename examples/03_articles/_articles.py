"""
What both articles share
========================

Options, the scores of a data set, and the table that sets them beside the published ones.
"""

import argparse
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skquake import HyperoptSearchCV
from skquake.baselines import make_baseline
from skquake.datasets import papers
from skquake.inspection import location_probe, metadata_probe, place_date_probe
from skquake.metrics import seismic_mcc, seismic_mcc_scorer
from skquake.model_selection import PurgedTimeSeriesSplit, evaluate, spaces
from skquake.neural import make_safenet, make_seqnetquake
from skquake.preprocessing import QuietBackground
from skquake.sampling import ImbalanceWarning, balance_table

# The number of events stands in the table beside every interval.
warnings.filterwarnings("ignore", message=".*hardly more than a guess")

PROBES = {
    "location probe": location_probe,
    "metadata probe": metadata_probe,
    "place-and-date probe": place_date_probe,
}


def options(description, **defaults):
    """The command line of an article."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--data", type=Path, metavar="DIR", help="folder of real files instead of the simulation")
    add("--datasets", default=defaults["datasets"], help="numbers, or all (default %(default)s)")
    add("--models", default=defaults["models"], help="baselines (default %(default)s)")
    add("--days", type=int, default=defaults["days"], help="days to simulate (default %(default)s)")
    add("--effect", type=float, default=0.5, help="planted change of Ne (default %(default)s)")
    add("--epochs", type=int, default=defaults["epochs"], help="of the networks (default %(default)s)")
    add(
        "--max-windows",
        type=int,
        default=4000,
        help="training windows at most, drawn at random; 0 takes all, as the paper (default %(default)s)",
    )
    add(
        "--inputs",
        choices=("raw", "residuals", "both"),
        default="raw",
        help="channels as measured, their residuals along the track, or both (default %(default)s)",
    )
    add(
        "--trials",
        type=int,
        default=20,
        help="of the search for the tuned network, inside the training span; 0: none (default %(default)s; "
        "the paper: 100, on the test set)",
    )
    add(
        "--space",
        choices=("small", "paper"),
        default="small",
        help="what is searched: the paper's, or of it at most 128 units and two LSTM layers, with the "
        "epochs of --epochs, so that it ends (default %(default)s)",
    )
    add(
        "--period",
        choices=("paper", "all"),
        default="paper",
        help="with --data: earthquakes of the article's days, or all that the track can see "
        "(default %(default)s)",
    )
    add("--quick", action="store_true", help="a small simulation, few epochs, one data set")
    add("--seed", type=int, default=0, help="of the simulation and the models (default %(default)s)")
    add("--figures", type=Path, default=Path("figures"), help="folder for the figures (default %(default)s)")
    for name, more in defaults.get("more", {}).items():
        add(name, **more)
    if parser.parse_args().quick:
        parser.set_defaults(**defaults["quick"])
    return parser.parse_args()


def numbers(text, data_sets):
    """The data sets that ``--datasets`` names."""
    names = list(data_sets) if text == "all" else [name.zfill(2) for name in text.split(",")]
    unknown = [name for name in names if name not in data_sets]
    if unknown:
        raise SystemExit(f"--datasets: there is no {unknown[0]}; there are {', '.join(data_sets)}")
    return names


def period_of(data, world, options):
    """First and last day of the article's mission, None where they do not apply or the track has none."""
    if not options.data or options.period == "all":
        return None
    first, last = pd.to_datetime(data.period)
    start, end = map(pd.Timestamp, world.track.span)
    inside = start < last + pd.Timedelta(days=1) and first < end
    said = "earthquakes of these" if inside else "the track has none of these: all its earthquakes"
    print(f"  {data.paper} {data.name}: days of the article {first:%Y-%m-%d} to {last:%Y-%m-%d}, {said}")
    return data.period if inside else None


def effects(options):
    """What is planted: nothing, then the effect; a real world is as it is."""
    return (None,) if options.data else (0.0, options.effect)


def label(options, effect):
    """Where a number comes from."""
    if options.data:
        return "measured on your data"
    return f"simulated, planted {effect:+.0%}" if effect else "simulated, nothing planted"


# %%
# Scores
# ------
# In the papers' mode every window counts the same, as in the papers; in ours every earthquake does.


def make(data, world, mode, options):
    """Samples of a data set in a mode, and the rows to train and to test on."""
    way = papers.MODES[mode]
    cut = {"period": period_of(data, world, options), "random_state": options.seed}
    if mode == "honest":
        cut["context"] = CONTEXT[data.paper]
    try:
        samples = data.samples(world.track, world.catalog, world.kp, mode=way, **cut)
    except ValueError as error:
        if way.match != "local-time":
            raise
        print(f"  no controls that keep the satellite's local time ({error}); those that keep the place:")
        way = replace(way, match="place")
        samples = data.samples(world.track, world.catalog, world.kp, mode=way, **cut)
    train, test = data.split(samples, way)
    if 0 < options.max_windows < len(train):
        some = np.random.default_rng(options.seed).choice(len(train), options.max_windows, replace=False)
        train = train[np.sort(some)]
    return Bunch(data=data, samples=samples, train=train, test=test, controls=CONTROLS[way.match])


def tuned(model, options):
    """The network behind a search inside the training span: trained on its first half, chosen on the second.

    The papers chose by the test rows, which is worth what the best of a hundred numbers is worth.
    """
    step = model.steps[-1][0]
    space = spaces.seqnetquake(f"{step}__")
    if options.space == "small":
        space |= {f"{step}__{name}": [64, 128] for name in ("lstm_units", "dense_units")}
        space |= {f"{step}__lstm_layers": [1, 2], f"{step}__dense_layers": [2, 3]}
        space |= {f"{step}__batch_size": [40, 80], f"{step}__epochs": [options.epochs]}
    return HyperoptSearchCV(
        model,
        space,
        cv=PurgedTimeSeriesSplit(1),
        n_iter=options.trials,
        scoring=seismic_mcc_scorer,
        random_state=options.seed,
        verbose=1,
    )


# Observations on both sides that the recommended pipeline sees; our samples are those that have them.
CONTEXT = {"SeqNetQuake": 40, "SafeNet": 70}


def recommended(data, world, options):
    """The network in the pipeline that we recommend, less an ionosphere that it learns from quiet windows."""
    make = {"SeqNetQuake": make_seqnetquake, "SafeNet": make_safenet}[data.paper]
    return make(
        world.track,
        data.length,
        context=CONTEXT[data.paper],
        background=QuietBackground(kp=world.kp),
        channels=data.inputs(options.inputs),
        epochs=options.epochs,
        random_state=options.seed,
    )


def score(data, world, mode, models, options, tune=False):
    """What ``make`` gives, with the evaluation of each model and probe, and the oracle's score."""
    found, seed = make(data, world, mode, options), options.seed
    samples, test, cut = found.samples, found.test, (found.train, found.test)
    weight = "event" if mode == "honest" else None
    rows = {}
    for name in models:
        if name == data.paper:
            model = data.model(world.track, inputs=options.inputs, epochs=options.epochs, random_state=seed)
        else:
            steps = [step for _, step in data.model(world.track, inputs=options.inputs).steps[:2]]
            model = make_baseline(name, *steps, random_state=seed, **_extra(name, options))
        rows[name] = evaluate(model, samples, cut, sample_weight=weight, random_state=seed)
        if name == data.paper and tune:
            search = tuned(model, options)
            try:
                found_by = evaluate(search, samples, cut, sample_weight=weight, random_state=seed)
            except ValueError as error:  # halves of a short training span may lack a class
                print(f"  no tuned row: {error}")
            else:
                rows[f"{name}, tuned"] = found_by
        if name == data.paper and mode == "honest":
            found_by = evaluate(
                recommended(data, world, options), samples, cut, sample_weight=weight, random_state=seed
            )
            rows[f"{name}, recommended"] = found_by
    for name, probe in PROBES.items():
        rows[name] = probe(samples, cut, sample_weight=weight, random_state=seed)
    oracle = None
    if world.truth is not None and world.truth.plant.effect:
        seen = data.length + (2 * CONTEXT[data.paper] if mode == "honest" else 0)
        proba = world.truth.oracle(samples.X.iloc[test], seen)
        weight = samples.sample_weight[test] if mode == "honest" else None
        oracle = seismic_mcc(samples.y[test], proba, sample_weight=weight)
    return Bunch(**found, **{"rows": rows, "oracle": oracle})


def _extra(name, options):
    """Parameters of a baseline: as many epochs as the network; a share of the features a split (faster)."""
    if name in ("DNN", "CNN", "LSTM"):
        return {"epochs": options.epochs}
    return {"max_features": "sqrt"} if name == "GBM" else {}


def in_both_modes(data, world, models, options, label, tune=False):
    """Scores in the paper's mode and in ours; None where no control of that mode exists.

    With ``tune`` a search stands beside the untuned network in our mode.
    """
    found = {}
    print(
        f"\n{data.paper} {data.name}, {label}: {data.local_time}, {data.region}, {data.length} observations"
    )
    for mode in papers.MODES:
        try:
            search = tune and mode == "honest" and options.trials > 0
            found[mode] = score(data, world, mode, models, options, search)
            print(f"  {found[mode].controls}: {found[mode].samples}", flush=True)
        except ValueError as error:
            found[mode] = None
            print(f"  {CONTROLS[papers.MODES[mode].match]}: not possible ({error})", flush=True)
    return found


# By what they share with their earthquake.
CONTROLS = {
    None: "random controls",
    "local-time": "matched controls",
    "place": "controls matched in place only",
}


# %%
# The table
# ---------
# The paper's own number, then ours: with the paper's controls the paper's scores (three classes) and that of
# the evidence alone, with matched controls the latter.


def table(sets, label):
    """Published scores beside ours; ``sets`` holds {data set: {mode: scores}}."""
    rows = {}
    for name, modes in sets.items():
        for mode, found in modes.items():
            if found is None:
                continue
            where = f"{label}: {found.controls}"
            for model, r in found.rows.items():
                row = rows.setdefault((name, model), {})
                printed = found.data.published.get(model)
                row["published", "F1"] = f"{printed.f1:.3f}" if printed else ""
                row["published", "MCC"] = f"{printed.mcc:.3f}" if printed else ""
                if mode == "paper":
                    row[where, "F1"] = f"{r.paper['f1_micro']:.3f}"
                    row[where, "MCC"] = f"{r.paper['mcc']:.3f}"
                row[where, "seismic MCC"] = str(r.seismic_mcc)
                row[where, "events"] = str(r.n_events)
            if found.oracle is not None:
                rows.setdefault((name, "oracle"), {})[where, "seismic MCC"] = f"{found.oracle:.2f}"
    order = sorted(rows, key=lambda row: (row[0], _rank(row[1])))
    frame = pd.DataFrame([rows[row] for row in order])
    frame.index = pd.MultiIndex.from_tuples(order, names=["data set", "model"])
    frame.columns = pd.MultiIndex.from_tuples(frame.columns)
    return frame.fillna("")


def _rank(model):
    """The network, its tuned and its recommended twin first, then other models, probes, the oracle."""
    if model == "oracle" or model in PROBES:
        return 2 + (model == "oracle")
    return int(model.split(",")[0] not in ("SeqNetQuake", "SafeNet"))


NOTE = """\
F1 and MCC count three classes, as in the paper; seismic MCC only 0 and 1, with a 95 % interval. Events:
earthquakes and controls tested. Random controls: the paper's way. Matched controls: each event counts once.
The probes see no observation. The oracle knows what was planted into the density, and the noise, but not the
place: with matched controls no classifier of the density can beat it but by luck; with random ones the place
adds to a score. Tuned: searched inside the training span, scored once on the test rows. The published
networks were searched on the test rows. Recommended: a smaller network that sees more of the pass around the
window, averaged, and residuals from an ionosphere learnt from quiet training windows."""


def show(results, paper):
    """Print one table a world, the paper's own numbers first."""
    print(f"\n{paper}: published, and {', '.join(results)}")
    print(NOTE)
    for label, sets in results.items():
        print()
        print(table(sets, label).to_string())


def lines(results):
    """Seismic scores as one frame, ready for ``ScoreDisplay``, and the oracle's by panel."""
    frames, oracle = [], {}
    for label, sets in results.items():
        for name, modes in sets.items():
            for found in modes.values():
                if found is None:
                    continue
                panel = f"{name}, {found.controls},\n{label}"
                oracle[panel] = found.oracle
                for model, r in found.rows.items():
                    frames.append(r.to_frame().assign(panel=panel, model=model, probe=model in PROBES))
    scores = pd.concat(frames, ignore_index=True)
    scores = scores.sort_values("model", key=lambda models: models.map(_rank), kind="stable")
    return scores, {k: v for k, v in oracle.items() if v is not None}


def predictions(evaluations):
    """Classes and probabilities by name, as the displays take them; without those of the probes."""
    return {name: (r.y, r.proba) for name, r in evaluations.items() if name not in PROBES}


def pairs(found, evaluations):
    """Pair of each tested row, by name: what the intervals of the displays draw."""
    pair = found.samples.X["pair_id"].to_numpy()
    return {name: pair[r.test] for name, r in evaluations.items()}


def pairs_of_network(sets, mode="paper"):
    """The same of `of_network`."""
    of = {f"DataSet {name}": modes[mode] for name, modes in sets.items() if modes[mode] is not None}
    return {name: pairs(f, {name: f.rows[f.data.paper]})[name] for name, f in of.items()}


def of_network(sets, mode="paper"):
    """Evaluations of the network, by data set."""
    found = {name: modes[mode] for name, modes in sets.items()}
    return {f"DataSet {name}": f.rows[f.data.paper] for name, f in found.items() if f is not None}


def by_mode(modes):
    """Evaluations of the network on one data set, by mode."""
    return {f.controls: f.rows[f.data.paper] for f in modes.values() if f is not None}


def balance_of(modes):
    """How seismic samples and controls differ besides the earthquake, by mode."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImbalanceWarning)  # it is what the figure shows
        return {f.controls: balance_table(f.samples) for f in modes.values() if f is not None}


def classes_of(sets):
    """Classes of training and test, by data set and mode."""
    return {
        f"{name}, {found.controls}": (found.samples.y[found.train], found.samples.y[found.test])
        for name, modes in sets.items()
        for mode, found in modes.items()
        if found is not None
    }


def leads_of(modes):
    """Lead in days, classes and probabilities of the network, by mode."""
    found = {f.controls: (f.samples.X, f.rows[f.data.paper]) for f in modes.values() if f is not None}
    return {
        name: (X["lead_days"].to_numpy()[r.test], r.y, r.proba)
        for name, (X, r) in found.items()
        if (r.y == 1).any()
    }


def save(folder, **displays):
    """Draw displays and write their figures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, display in displays.items():
        display.plot().figure_.savefig(folder / f"{name}.png", dpi=150)
