"""
A detector in worlds whose truth is sealed
==========================================

A referee who reads "AUC 0.97" learns little: on which controls, on which folds, the best of how many? In a
frozen world the same detector meets a record of which only the scorer knows what is in it. This page gives
two honest models and four well-known ways to a high score a world in which *nothing* is there, and one in
which something is: what each claims by its own protocol stands beside what the seal gives it. Whose claim
does not hold where nothing is there need not be read any further.

``skquake worlds run pipeline.py`` does the same for a file of one's own.
"""

# %%
# Two worlds
# ----------
# Each is simulated from its name and a seed: a record, a catalog until the test begins, samples with labels,
# and samples without. The seal is as good as that of any open program: who wants to can simulate the truth as
# well. So a referee names a ``seed`` after the entry was handed in.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skquake.baselines import make_baseline
from skquake.datasets import list_worlds, load_world
from skquake.model_selection import PurgedTimeSeriesSplit, evaluate
from skquake.plotting import PALETTE
from skquake.report import WorldEntry, rank, run_world
from skquake.sampling import SlidingWindow
from skquake.testing import cheating_entries

plt.style.use("skquake.plotting.skquake")

parser = argparse.ArgumentParser(description="Honest and other entries in sealed worlds.")
parser.add_argument("--nothing", default="jump-2008", help="world without effect (default %(default)s)")
parser.add_argument("--something", default="strong-2019", help="world with an effect (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="another draw of both (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
options = parser.parse_args()

print(list_worlds()[["summary", "effect"]].to_string(float_format="{:.0%}".format))
world = load_world(options.nothing, seed=options.seed)
print(f"\n{world}\n{world.summary}")

# %%
# What is told of a test sample: when and where, nothing by which an earthquake and its control differ.

print(world.test.head(3).T.to_string())

# %%
# Entries
# -------
# An entry is a function that gets a world and returns an estimator of samples. It may state what it scores,
# by whatever protocol it likes: the honest ones here by folds that run forwards in time, on the samples they
# are given.


def honest(name):
    """A model of the windows, and what it scores on the training samples."""

    def make_entry(world):
        window = SlidingWindow(world.source, world.length, context=world.context)
        return make_baseline(name, window, random_state=0)

    def claim(world):
        return evaluate(make_entry(world), world.train, PurgedTimeSeriesSplit(3), n_resamples=0)

    return WorldEntry(name, make_entry, claim)


entries = [honest("profile"), honest("logistic"), *cheating_entries().values()]
rows = [
    run_world(entry, name, seed=options.seed)
    for name in (options.nothing, options.something)
    for entry in entries
]

# %%
# Claim and seal
# --------------
# Place, date, shuffled folds and the best of three thousand models claim much in a world in which nothing is.
# By the seal, with controls at the same places, before or after by a fair coin, none of it comes true. Where
# something is there three of these claims are as high as before, and as wrong; the best of many, which was
# tested where something is, has seen some of it. The honest ones find it, and claim what they have.

for row in rows:
    print(row)


def draw(axes, rows, title):
    """Claims and sealed scores of one world."""
    at = np.arange(len(rows))[::-1]
    value, low, high = (
        np.array([getattr(row, name) for row in rows], dtype=float)
        for name in ("event_auc", "event_auc_low", "event_auc_high")
    )
    claimed = np.array([row.claim["event_auc"] for row in rows])
    axes.axvline(0.5, color=PALETTE["null"], lw=1, zorder=0)
    axes.hlines(at, np.minimum(value, claimed), np.maximum(value, claimed), color="0.85", lw=1.5, zorder=0)
    axes.errorbar(
        value,
        at,
        xerr=[value - low, high - value],
        fmt="o",
        ms=5,
        color=PALETTE["model"],
        label="sealed score, 95 %",
    )
    axes.plot(claimed, at, "D", ms=6, mfc="none", color=PALETTE["reference"], label="claim")
    for y, row in zip(at, rows, strict=True):
        if row.failed:
            axes.annotate("fails", (1.06, y), va="center", fontsize=8, annotation_clip=False)
    axes.set(yticks=at, yticklabels=[row.entry for row in rows], xlim=(0.25, 1.05), xlabel="event AUC")
    axes.set_title(title)


figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.2), sharey=True, layout="constrained")
for each, name, what in zip(
    axes, (options.nothing, options.something), ("nothing", "something"), strict=True
):
    draw(each, [row for row in rows if row.world == name], f"{name}: {what} is there")
oracle = rows[-1].window_oracle
if oracle is not None:
    axes[1].axvline(oracle, color=PALETTE["reference"], ls="--", lw=1, label="window oracle")
handles, labels = axes[1].get_legend_handles_labels()
figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)

# %%
# The order
# ---------
# Means over the worlds of each kind; who fails has no place. With all worlds, and all models of the package,
# this is the table of the page on worlds.

table = rank(rows)
print(table[["place", "failed", "event_auc", "share_of_window_oracle", "false_alarm_rate"]].to_string())

# %%
# Each row is signed by a hash over its numbers and the versions that made it: whoever changes a number by
# accident is told. It proves no more than that.

print(rows[0].signature[:16], rows[0].versions)
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.figures / "worlds.png", dpi=150)
plt.show()
