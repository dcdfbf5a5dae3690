"""
An analysis that is sealed before it is made
============================================

A referee learns three things here: what was decided before the test data were opened, whether that analysis
could have seen the effect that it looked for, and how many other looks at the same data there were. None of
them has to be believed: all are hashes that anybody can check.

A plan names the data, the code, the span that tests, the nulls, the score and the size of effect. It is
frozen into one file, and the SHA-256 of that file is the seal, to be published. Then the span is opened,
once. Every later look is noted in a log that cannot be edited unnoticed, says "exploratory", and has to share
the level with those before.

The observations are simulated, and nothing precedes their earthquakes. Skquake's own code is sealed as well:
any edit of it while this runs makes it refuse, as it should.
"""

# %%
# Data, code and a plan
# ---------------------
# A satellite's night passes of some months, and a catalog. The pipeline stands in a file of its own.

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from skquake import TrackSource
from skquake.datasets import make_catalog, make_track
from skquake.plotting import NullDistributionDisplay, PowerCurveDisplay
from skquake.registration import freeze, run, show, verify

parser = argparse.ArgumentParser(description="A plan, its seal, and what happens when somebody looks again.")
parser.add_argument("--days", type=int, default=300, help="days to simulate (default %(default)s)")
parser.add_argument("--repeats", type=int, default=20, help="catalogs with an effect (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
options = parser.parse_args()

folder = Path(tempfile.mkdtemp())
start = pd.Timestamp("2019-01-01")
end = start + pd.Timedelta(days=options.days)
track = make_track("cses", start, end, side="night", cadence=60, random_state=options.seed).frame
TrackSource(track, "Ne", name="CSES").to_parquet(folder / "cses.parquet")
catalog = make_catalog(start, end, min_magnitude=5.5, random_state=options.seed)
catalog.rename(columns={"depth_km": "depth", "magnitude": "mag"}).rename_axis("id").to_csv(
    folder / "catalog.csv", date_format="%Y-%m-%dT%H:%M:%S.%fZ"
)
(folder / "analysis.py").write_text("""\
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.preprocessing import ChannelLog, WindowFlattener, WindowMean
from skquake.sampling import SlidingWindow


def pipeline(source):
    return make_pipeline(
        SlidingWindow(source, 6), ChannelLog(), WindowMean(3), WindowFlattener(), LogisticRegression()
    )
""")
(folder / "plan.toml").write_text(f"""\
title = "Electron density before earthquakes, simulated"

[catalog]
files = "catalog.csv"
reader = "read_usgs"
min_magnitude = 5.5

[source]
kind = "track"
files = "cses.parquet"

[controls]
kind = "matched"

[samples]
region = "dobrovolsky"
days = [-10, 0]
max_length = 6

[pipeline]
file = "analysis.py"

[split]
test_from = {start + pd.Timedelta(days=round(0.6 * options.days)):%Y-%m-%d}

[nulls]
names = ["shuffle-times", "other-place"]
n = 39

[headline]
score = "event_auc"

[effect]
size = 1.0
tried = [0.5]
days = [-10, 0]
min_km = 2000

[power]
n_nulls = 20
n_repeats = {options.repeats}
""")

# %%
# The seal
# --------
# ``freeze`` plants effects around earthquakes that never happened and counts how often this analysis finds
# them. A plan that would miss its own effect in more than one study of five is refused. The seal is what any
# hash tool says of the one file.

frozen = freeze(folder / "plan.toml")
print(frozen)
print("sha256sum:", hashlib.sha256((folder / "plan.sealed.json").read_bytes()).hexdigest())
power = PowerCurveDisplay(frozen.power).plot()

# %%
# The one look
# ------------
# The opening is noted in the log before anything is scored; a run that is killed goes on as the same look.

report = run(folder / "plan.toml")
print(report.verdict.text)
nulls = NullDistributionDisplay.from_result(report.null).plot()

# %%
# Another look
# ------------
# The span has been seen. Who looks again has to say so; the report says it as well, and the level is shared.

try:
    run(folder / "plan.toml")
except ValueError as error:
    print(f"refused: {str(error).removeprefix(str(folder) + '/')}")
print(run(folder / "plan.toml", exploratory=True).verdict.text)

# %%
# A changed byte
# --------------
# One earthquake's magnitude, rounded up after the fact; a line of the log, rewritten.

file = folder / "catalog.csv"
original = file.read_text()
file.write_text(original.replace(",5.", ",6.", 1))
print("changed:", *verify(folder / "plan.toml"), sep="\n  ")
file.write_text(original)

log = folder / "looks.jsonl"
lines = log.read_text()
log.write_text(lines.replace('"look":2', '"look":1'))
print("changed:", *verify(folder / "plan.toml"), sep="\n  ")
log.write_text(lines)

# %%
# What a referee asks for
# -----------------------
# The plan with its looks, in words; and the log, of which each line holds the hash of the one before.

print(show(folder / "plan.toml"))
for line in lines.splitlines():
    told = json.loads(line)
    print(f"line {told['line']}: after {told['previous'][:12]}, {told['record'].get('event', 'begins')}")
print("verify:", verify(folder / "plan.toml") or "nothing has changed")

if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    power.figure_.savefig(options.figures / "registered_power.png", dpi=150)
    nulls.figure_.savefig(options.figures / "registered_nulls.png", dpi=150)
plt.show()
