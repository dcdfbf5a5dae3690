"""
Published protocols where nothing happens
=========================================

What a referee learns here: how much of a published score its own protocol gives where no earthquake has any
effect. Eight protocols, each carried out as published and honestly in the same simulated world, with
seasons, storms, places and clusters of earthquakes, in which nothing happens before any of them.

A number that a protocol reaches in such a world is no evidence when it is reached with real data. One that it
does not reach there needs another explanation than those that were simulated.
"""

# %%
# One protocol
# ------------
# A protocol is data: what the article says, what is simulated, and the steps of both ways to score it.

import argparse
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from skquake.datasets.protocols import list_protocols, reproduce

parser = argparse.ArgumentParser(description="Published protocols where no earthquake has an effect.")
parser.add_argument("--names", default="all", help="protocols, by comma (default %(default)s)")
parser.add_argument("--worlds", type=int, default=1, help="of each (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of the first world (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figure")
options = parser.parse_args()

protocols = list_protocols()
names = [*protocols] if options.names == "all" else options.names.split(",")
one = protocols["safenet" if "safenet" in names else names[0]]
print(one.citation)
print(one.statement)
print("\nAs published:", *one.steps, sep="\n - ")
print("\nHonestly:", *one.honest_steps, sep="\n - ")

# %%
# All of them
# -----------
# Each line of its own metric. The inflation is what the published protocol finds beyond the honest one.

found = []
for name in names:
    found.append(reproduce(name, n_worlds=options.worlds, random_state=options.seed))
    print(found[-1], end="\n\n", flush=True)
table = pd.concat([each.to_frame() for each in found])
print(table[["published", "as_published", "honest", "inflation", "p_honest"]].round(2).to_string())

# %%
# In one figure
# -------------
# The line is chance. Where the article's number is not known here, there is no diamond. Of several worlds
# each has a faint dot. The placebo of random dates and the blocks of space are in ``worlds`` of the study of
# brightness temperature.

figure, rows = plt.subplots(len(found), 1, figsize=(9.0, 0.85 * len(found) + 0.6), squeeze=False)
height = figure.get_figheight()
figure.subplots_adjust(left=0.34, right=0.97, top=1 - 0.5 / height, bottom=0.35 / height, hspace=1.1)
for axes, each in zip(rows[:, 0], found, strict=True):
    axes.axvline(each.protocol.chance, color="0.6", linewidth=1, zorder=0)
    axes.plot([each.honest, each.as_published], [0, 0], color="0.8", linewidth=3, zorder=1)
    published = [] if each.published is None else [each.published]
    axes.plot(published, [0] * len(published), "D", color="black", markersize=7, label="published")
    for name, color, label in (
        ("as_published", "#D55E00", "its protocol, without any effect"),
        ("honest", "#0072B2", "honestly, in the same worlds"),
    ):
        values = each.worlds[name]
        axes.plot(values, [0] * len(values), "o", color=color, markersize=4, alpha=0.35)
        axes.plot([values.mean()], [0], "o", color=color, markersize=8, label=label)
    axes.margins(x=0.06)
    axes.set(ylim=(-1, 1), yticks=[])
    axes.locator_params(axis="x", nbins=6)
    axes.tick_params(labelsize=8)
    axes.spines[["left", "right", "top"]].set_visible(False)
    where = {"transform": axes.transAxes, "ha": "right"}
    axes.text(-0.03, 0.62, each.protocol.name, weight="bold", fontsize=9, va="bottom", **where)
    metric = "\n".join(textwrap.wrap(each.protocol.metric, 44))
    axes.text(-0.03, 0.55, metric, fontsize=7.5, color="0.3", va="top", **where)
handles, labels = rows[0, 0].get_legend_handles_labels()
figure.legend(handles, labels, loc="upper right", ncols=3, frameon=False, fontsize=9)
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.figures / "reproduce.png", dpi=150)
plt.show()
