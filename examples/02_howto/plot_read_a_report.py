"""
How to read a report
====================

Two reports on the same model, one on nights before which nothing happens and one on nights with a planted
effect. The first line of each is a verdict by fixed rules, and the lines below say which question decided.
Read from the top: a number counts only if every question above it was answered.
"""

# %%
# Two worlds, one analysis
# ------------------------
# The null test takes earthquake catalogs that never happened through all of it: controls, samples, fits,
# score.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from skquake import SlidingWindow, TrackSource
from skquake.baselines import make_baseline
from skquake.catalogs import AftershockRemover, MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import catalog_null_test
from skquake.model_selection import PurgedTimeSeriesSplit
from skquake.plotting import NullDistributionDisplay
from skquake.report import evaluation_report

start, end = pd.Timestamp("2019-01-01"), pd.Timestamp("2020-01-01")
everything = make_catalog(start, end, random_state=0)
independent = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))


def report_on(effect, n_nulls):
    """The report on one world."""
    settings = {"side": "night", "cadence": 20.0, "catalog": independent, "effect": effect, "random_state": 0}
    track = TrackSource(make_track("cses", start, end, **settings).frame, channels=["Ne"])
    model = make_baseline("profile", SlidingWindow(track, 6, context=8))
    null = catalog_null_test(
        model, track, everything, controls=MatchedControls(within=track.span),
        sampling={"region": "dobrovolsky", "days": (-15, 0), "max_length": 6, "context": 8},
        cv=PurgedTimeSeriesSplit(3), min_magnitude=4.8, nulls=("shuffle-times",), n_nulls=n_nulls,
        random_state=0,
    )  # fmt: skip
    return evaluation_report(
        model, null.samples, PurgedTimeSeriesSplit(3), null=null, n_resamples=200, random_state=0
    ), null


nothing, null_of_nothing = report_on(effect=0.0, n_nulls=19)
print(nothing.verdict.text)

# %%
# The questions, in their order
# -----------------------------
# "None" is a question that was not examined; a verdict never gets past one that was refuted. What was
# shared between training and test comes first, for it makes every score meaningless. Then whether there
# are enough earthquakes; then the probes, that have seen no observation; then the catalogs that never
# happened. The power says whether "nothing found" means anything.


def questions(report):
    """Each question, with its answer."""
    for check in report.verdict.checks:
        answer = {True: "passed", False: "refuted", None: "not examined"}[check.passed]
        print(f"{check.name:45s} {answer:13s} {check.finding[:90]}")


questions(nothing)

# %%
# With an effect
# --------------
# The score is now above chance and the probes, and no catalog that never happened reaches it. The verdict
# still stops before "differs": in a record of one year the seasons of earthquakes and controls are not
# quite the same. A longer record mends that; a power curve is the next question.

planted, null_of_planted = report_on(effect=1.0, n_nulls=19)
print(planted.verdict.text)
questions(planted)

# %%
# The score among those of the catalogs that never happened
# ---------------------------------------------------------
# p is the share of catalogs, the real one counted among them, that score as high; with 19 of them none is
# below 0.05.

figure, axes = plt.subplots(1, 2, layout="constrained", figsize=(9, 3.2), sharex=True)
for ax, result, title in zip(
    axes, (null_of_nothing, null_of_planted), ("nothing planted", "planted"), strict=True
):
    NullDistributionDisplay.from_result(result).plot(ax=ax)
    ax.set_title(title)
page = Path(tempfile.mkdtemp()) / "report.html"
planted.to_html(page)
print(f"the whole page, which opens without a network: {page.name}, {page.stat().st_size / 1024:.0f} KiB")
plt.show()
