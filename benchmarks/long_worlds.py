"""All shipped models, and four that cheat, in all frozen worlds: the table of the page on worlds.

Usage: ``python benchmarks/long_worlds.py [--quick] [--worlds NAME ...] [--entries NAME ...] [--seed S]``, and
``--page`` to write the table from what is there. Each row is appended to ``benchmarks/measured/worlds.jsonl``
as it comes, and what is there (of the same definition of its world) is not run again: an interrupted run goes
on when it is started again.

Every model has its default parameters and random state 0; nothing was chosen in these worlds. Windows are
those of the world, with its context, log10 of all channels, each scaled. The recommended pipelines have their
own means and, on tracks, residuals from the empirical ionosphere at F10.7 = 100, the simulator's.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import pandas as pd
from _harness import show, table
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from skquake._core._journal import Journal, read_journal
from skquake.baselines import make_baseline
from skquake.datasets import list_worlds
from skquake.inspection._probes import ProbeFeatures
from skquake.neural import SafeNetClassifier, SeqNetQuakeClassifier, make_safenet, make_seqnetquake
from skquake.preprocessing import ChannelScaler, IRIResidual
from skquake.report import WorldEntry, rank, run_world
from skquake.sampling import ResidualWindow, SlidingWindow
from skquake.testing import cheating_entries

RECORD = Path(__file__).parent / "measured" / "worlds.jsonl"
PAGE = Path(__file__).parents[1] / "docs" / "_worlds_table.inc"
QUICK_ONES = (
    "profile",
    "logistic",
    "RF",
    "QUANT",
    "Hydra",
    "SVM",
    "LightGBM",
    "MiniRocket",
    "GBM",
    "MultiRocket",
)
BASELINES = (*QUICK_ONES, "DNN", "CNN", "LSTM")
NETWORKS = {"SeqNetQuake": SeqNetQuakeClassifier, "SafeNet": SafeNetClassifier}
RECOMMENDED = {"SeqNetQuake": make_seqnetquake, "SafeNet": make_safenet}


def window(world):
    return SlidingWindow(world.source, world.length, context=world.context)


def log_windows(world):
    return window(world), ChannelScaler(log=list(range(len(world.source.channels))))


def baseline(name):
    return lambda world: make_baseline(name, *log_windows(world), random_state=0, n_jobs=1)


def network(name):
    return lambda world: make_pipeline(*log_windows(world), NETWORKS[name](random_state=0))


def background(world):
    """Of tracks alone: maps have none."""
    return None if world.source.kind == "map" else IRIResidual(f107=100.0)


def recommended(name):
    def make(world):
        how = {"context": world.context, "background": background(world), "random_state": 0}
        return RECOMMENDED[name](world.source, world.length, **how)

    return make


def recommended_profile(world):
    less = background(world)
    step = window(world) if less is None else ResidualWindow(window(world), less, keep="both")
    return make_baseline("profile", step, random_state=0)


def place_and_date(world):
    """No model, a probe: it is to know nothing."""
    return make_pipeline(ProbeFeatures(("latitude", "longitude", "date")), forest())


def forest():
    return RandomForestClassifier(200, min_samples_leaf=5, random_state=0)


def entries():
    """All of them by name: the fast ones first."""
    made = {name: baseline(name) for name in QUICK_ONES}
    made["profile, recommended"] = recommended_profile
    made |= {name: baseline(name) for name in BASELINES if name not in made}
    made |= {f"{name}, recommended": recommended(name) for name in RECOMMENDED}
    made |= {name: network(name) for name in NETWORKS}
    made["place and date (probe)"] = place_and_date
    return {name: WorldEntry(name, function) for name, function in made.items()} | cheating_entries()


def key(row):
    return row["entry"], row["world"], row["seed"], row["identity"]


def run_all(names, worlds, seed, path=RECORD, until=None):
    """Rows of these entries in these worlds, world by world (each is simulated once)."""
    every, known = entries(), list_worlds()
    with Journal(path, {"rows": "of skquake.report.run_world"}, key=key, accept_versions=True) as journal:
        done = {key(row) for row in journal.records}
        rows = list(journal.records)
        for world in worlds:
            for name in names:
                if (name, world, seed, known.loc[world, "identity"]) in done:
                    continue
                if until is not None and time.monotonic() > until:
                    return rows
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    row = run_world(every[name], world, seed=seed)
                print(f"  {row} {row.seconds:.0f} s", flush=True)
                journal.append(row.to_dict())
                rows.append(row.to_dict())
    return rows


def current(rows, seed=0):
    """Rows of the worlds as they are defined now."""
    identity = list_worlds()["identity"]
    return [row for row in rows if row["seed"] == seed and identity.get(row["world"]) == row["identity"]]


def matrix(rows):
    """Event AUC of each entry in each world."""
    frame = pd.DataFrame(rows)
    found = frame.pivot(index="entry", columns="world", values="event_auc")
    return found.reindex(
        index=[name for name in entries() if name in found.index], columns=list_worlds().index
    )


def tables(rows):
    return [table("Worlds: order of the entries", rank(rows)), table("Worlds: event AUC", matrix(rows))]


def run(quick=False):
    """Tables for ``run.py``."""
    every = entries()
    if quick:
        return tables([run_world(every[name], "tec-2009").to_dict() for name in ("profile", "place only")])
    return tables(current(run_all(tuple(every), [*list_worlds().index], 0)))


def page(rows):
    """The tables as reStructuredText."""
    order, found, worlds = rank(rows), matrix(rows), list_worlds()
    failed = {(row["entry"], row["world"]) for row in rows if row["failed"]}
    oracles = {row["world"]: (row["oracle"], row["window_oracle"]) for row in rows}
    there = [name for name in worlds.index if worlds.loc[name, "effect"] != 0.0]
    nothing = [name for name in worlds.index if name not in there]

    def cell(entry, world):
        value = found.loc[entry, world]
        return "\\–" if pd.isna(value) else f"{value:.2f}" + " ✗" * ((entry, world) in failed)

    def oracle(k, world):
        value = oracles.get(world, (None, None))[k]
        return "\\–" if value is None else f"{value:.2f}"

    names = list(order.index)
    lines = _table("Where something is there: event AUC", ["entry", *there], [
        ["oracle", *(oracle(0, world) for world in there)],
        ["window oracle", *(oracle(1, world) for world in there)],
        *([name, *(cell(name, world) for world in there)] for name in names),
    ])  # fmt: skip
    lines += _table("Where nothing is there: event AUC", ["entry", *nothing], [
        [name, *(cell(name, world) for world in nothing)] for name in names
    ])  # fmt: skip
    means = (
        "event_auc",
        "share_of_window_oracle",
        "detection_rate",
        "false_alarm_rate",
        "brier_skill",
        "seconds",
    )
    heads = [
        "entry",
        "place",
        "worlds",
        "event AUC",
        "of window oracle",
        "found",
        "false alarms",
        "Brier skill",
        "s",
    ]
    counts = found.notna().sum(axis=1)
    lines += _table("All worlds of an entry", heads, [
        [
            name,
            "\\–" if pd.isna(order.loc[name, "place"]) else str(order.loc[name, "place"]),
            f"{counts[name]} of {len(worlds)}",
            *(_number(order.loc[name, each], 1 if each == "seconds" else 2) for each in means),
        ]
        for name in names
    ])  # fmt: skip
    absent = [name for name in entries() if name not in names]
    said = f"{int(counts.sum())} of {len(entries()) * len(worlds)} cells are there"
    lines += [f"{said}; not run at all: {'; '.join(absent)}." if absent else f"{said}."]
    return "\n".join(lines)


def _number(value, digits):
    return "\\–" if pd.isna(value) else f"{value:z.{digits}f}"


def _table(title, heads, rows):
    lines = [f".. list-table:: {title}", "   :header-rows: 1", ""]
    for row in (heads, *rows):
        lines += [f"   {'*' if k == 0 else ' '} - {each}" for k, each in enumerate(row)]
    return [*lines, ""]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one small world: shows that it runs")
    parser.add_argument("--worlds", nargs="+", default=list(list_worlds().index))
    parser.add_argument("--entries", nargs="+", default=list(entries()))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, help="begin nothing after so many")
    parser.add_argument(
        "--page", action="store_true", help=f"write {PAGE.name} from what is there; run nothing"
    )
    given = parser.parse_args()
    if given.quick:
        return show(run(quick=True))
    if given.page:
        rows = current(read_journal(RECORD))
        PAGE.write_text(page(rows) + "\n")
        return show(tables(rows))
    until = None if given.minutes is None else time.monotonic() + 60.0 * given.minutes
    rows = run_all(given.entries, given.worlds, given.seed, until=until)
    return show(tables(current(rows, given.seed)))


if __name__ == "__main__":
    main()
