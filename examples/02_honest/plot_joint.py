"""
Several instruments, one question
=================================

Three instruments, each with a p-value of its own: may they be multiplied? Not if they have seen the same
storms. What fools one of them fools the others on the same days, and p-values that are combined as if they
were independent say "significant" far too often. And taking the best of three is a choice of three.

``joint_evidence`` puts the catalog that happened, and catalogs that never did, through all three analyses
together. So whatever the instruments share is in the null catalogs as well, and the answer is one p,
declared beforehand, with each instrument's own beside it. It says that catalogs which never happened seldom
stand as high in all instruments together; it does not say which of them carries the signal.

Two satellites and maps of total electron content are simulated over eight months, with the same storms. In
the five days before each earthquake something small happens that one satellite and the maps see, and the
other satellite does not.
"""

# %%
# Three instruments, the same storms
# ----------------------------------
# One Kp index disturbs all of them; besides, each has its own weather and noise.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skquake import AftershockRemover, MapSource, SlidingWindow, TrackSource
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_kp, make_tec, make_track
from skquake.inspection import joint_evidence
from skquake.model_selection import chronological_split
from skquake.plotting import PALETTE
from skquake.preprocessing import ChannelLog, WindowFlattener

plt.style.use("skquake.plotting.skquake")

parser = argparse.ArgumentParser(description="Several instruments asked one question.")
parser.add_argument("--effect", type=float, default=0.5, help="planted rise (default %(default)s)")
parser.add_argument("--nulls", type=int, default=39, help="catalogs of each null (default %(default)s)")
parser.add_argument("--days", type=int, default=240, help="days to simulate (default %(default)s)")
parser.add_argument("--jobs", type=int, default=2, help="catalogs at a time (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument(
    "--figures", type=Path, default="figures", help="folder for the figures (default %(default)s)"
)
options = parser.parse_args()

START = np.datetime64("2015-01-01")
END = START + options.days
everything = make_catalog(START, END, n_events=options.days, min_magnitude=5.5, random_state=options.seed)
independent = AftershockRemover().fit_transform(everything)
kp = make_kp(START - 5, END, random_state=options.seed)


def instruments(effect):
    """Sources by name; what is planted is seen by Swarm and in the maps."""
    planted = {
        "catalog": independent, "effect": effect, "effect_min_km": 500.0, "effect_days": (-5.0, 0.0), "kp": kp
    }  # fmt: skip
    night = {"side": "night", "cadence": 30.0}
    swarm = make_track("swarm", START, END, **planted, **night, random_state=options.seed + 1).frame
    cses = make_track("cses", START, END, kp=kp, **night, random_state=options.seed + 2).frame
    maps = make_tec(
        START, END, cadence="12h", grid=(10.0, 30.0), **planted, random_state=options.seed + 3
    ).maps
    return {
        "swarm": TrackSource(swarm, channels=["Ne"], name="swarm"),
        "cses": TrackSource(cses, channels=["Ne"], name="cses"),
        "tec": MapSource(maps, name="tec"),
    }


def halves(samples):
    """Trained on the first half in time, tested on the second."""
    return chronological_split(samples.X, samples.y, test_size=0.5)


def analysis(source):
    """The keywords of one analysis: a regression on the logarithms of four observations."""
    steps = SlidingWindow(source, 4), ChannelLog(), WindowFlattener(), StandardScaler(), LogisticRegression()
    return {
        "pipeline": make_pipeline(*steps),
        "source": source,
        "controls": MatchedControls(),
        "sampling": {"region": "500 km", "days": (-5, 0), "max_length": 4},
        "cv": halves,
        "min_magnitude": 5.5,
        "scoring": "event_auc",
    }


def ask(effect):
    """All three analyses, together."""
    return joint_evidence(
        {name: analysis(source) for name, source in instruments(effect).items()},
        everything,
        nulls=("shuffle-times", "other-place"),
        n_nulls=options.nulls,
        random_state=options.seed,
        n_jobs=options.jobs,
    )


def save(name, figure):
    """Keep a figure as a PNG."""
    options.figures.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.figures / f"{name}.png", dpi=100, bbox_inches="tight")


# %%
# One answer
# ----------
# Without an effect, and with one. The sentence says what the joint p says, and what it does not. With the
# effect Swarm alone reaches the least p that so many catalogs allow; but it is one of three that were asked,
# and the joint p says what that is worth. Who asks instruments that show nothing pays with power.

found = {}
for title, effect in {"nothing planted": 0.0, f"a rise of {options.effect:.0%}": options.effect}.items():
    found[title] = joint = ask(effect)
    print(f"\n{title}: {joint.sentence}")
    print(joint.to_frame().round(3).to_string(index=False, na_rep=""))

# %%
# What they share
# ---------------
# Where the instruments are fooled by the same storms, scores of catalogs that never happened go up and down
# together, and p-values may not be multiplied. How much so nobody need know beforehand: the null catalogs
# have it in them, be it as little as here.

print("\nRank correlation of the scores over catalogs that never happened")
print(joint.dependence().round(2).to_string())

# %%
# The picture
# -----------
# Left, each instrument's scores, with the one that happened in the colour of earthquakes, and its own p.
# Right, the statistic of them all.

figure, axes = plt.subplots(2, 2, figsize=(6.9, 4.8), layout="constrained", width_ratios=(1.3, 1))
for (scores, statistic), (title, joint) in zip(axes, found.items(), strict=True):
    names = list(joint.observed)
    for k, name in enumerate(names):
        null = joint.scores[name]
        lift = np.random.default_rng(0).uniform(-0.25, 0.25, len(null))
        label = None if k else "catalogs that never happened"
        scores.plot(null, k + lift, ".", ms=3, color=PALETTE["null"], label=label)
        label = None if k else "the one that happened"
        scores.plot(joint.observed[name], k, "D", color=PALETTE["seismic"], label=label)
    scores.set_yticks(range(len(names)), [f"{name}\np = {joint.own_p_value(name):.3g}" for name in names])
    scores.set(xlabel="event AUC (no unit)", title=f"{title}: each alone", ylim=(-0.5, len(names) - 0.5))
    values = joint.statistics("shuffle-times")["fisher"]
    statistic.hist(values[1:], bins=15, color=PALETTE["null"])
    statistic.axvline(values[0], color=PALETTE["seismic"])
    statistic.set(
        xlabel="Fisher's combination (no unit)", ylabel="catalogs (count)",
        title=f"together: p = {joint.p_value:.3g},\nthe larger of two nulls",
    )  # fmt: skip
figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower left", ncols=2)
save("joint", figure)
plt.show()
