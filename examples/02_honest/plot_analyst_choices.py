"""
The best of many choices
========================

Which bounds, of how many days, how wide? Which Kp is still quiet? How near, how strong must an earthquake be,
how many days before it count, and is it the positive anomalies or the negative ones? Each answer is
reasonable, and together there are hundreds. In electron content in which nothing happens before any
earthquake some of them show a "significant" excess of anomalies, and a study that reports the best of them
reports chance.

``detector_sensitivity`` tries them all, and gives two p-values to each: of that choice alone, and of it as
the best of all that were tried.
"""

# %%
# Two years without any effect
# ----------------------------
# Three stations, one value every two hours, storms; and a dozen earthquakes near them that do nothing.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skquake import IQRBounds, RollingSigmaBounds, SeriesSource
from skquake.datasets import make_kp, make_tec
from skquake.inspection import detector_sensitivity, false_alarm_rate
from skquake.plotting import SensitivityDisplay

parser = argparse.ArgumentParser(description="What the best of many choices finds in nothing.")
parser.add_argument("--days", type=int, default=730, help="days to simulate (default %(default)s)")
parser.add_argument("--events", type=int, default=12, help="earthquakes (default %(default)s)")
parser.add_argument("--nulls", type=int, default=999, help="never-happened catalogs (default %(default)s)")
parser.add_argument("--seed", type=int, default=0, help="of everything (default %(default)s)")
parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for the figures")
options = parser.parse_args()

start = pd.Timestamp("2015-01-01")
end = start + pd.Timedelta(days=options.days)
stations = pd.DataFrame(
    {"latitude": [44.2, 42.9, 41.7], "longitude": [86.1, 86.7, 86.1]}, index=["XJSH", "XJWL", "XJKE"]
)
kp = make_kp(start - pd.Timedelta(days=2), end, random_state=options.seed)
tec = make_tec(start, end, stations=stations, cadence="2h", kp=kp, random_state=options.seed).frame
series = SeriesSource(tec, stations)

rng = np.random.default_rng(options.seed)
n = options.events
catalog = pd.DataFrame(
    {
        "time": start + pd.to_timedelta(np.sort(rng.uniform(50.0, options.days - 2.0, n)), unit="D"),
        "latitude": rng.uniform(41.0, 45.0, n),
        "longitude": rng.uniform(84.0, 89.0, n),
        "magnitude": 5.0 + rng.exponential(0.43, n),
    }
)

# %%
# How often such bounds are left anyway
# -------------------------------------
# Far from any earthquake, beside the rate that independent noise would give.

detectors = {
    f"median, {k} IQR, {days} d": IQRBounds(days, k, "iqr") for k in (1.0, 1.5, 2.0) for days in (15, 27)
}
detectors |= {f"quartiles, k = {k}, 15 d": IQRBounds(15, k, "quartile") for k in (1.5, 2.0)}
detectors |= {f"mean, {s} sigma, 15 d": RollingSigmaBounds(15, s, same_hour=True) for s in (1.5, 2.0)}
rates = {
    name: false_alarm_rate(bounds, series, catalog=catalog, kp=kp).loc["quake-free, quiet"]
    for name, bounds in detectors.items()
}
rates = pd.DataFrame(rates).T[["flagged_rate", "low", "high", "expected_rate", "expected_ar_rate"]]
print("Flagged on quiet days free of earthquakes, and expected of noise without and with memory:")
print(rates.to_string(float_format="{:.1%}".format))

# %%
# All choices
# -----------
# The rate before earthquakes less that of the same stations on free days; and the same for catalogs that
# never happened, in which every earthquake lies on another day.

choices = {
    "days": [(-15, 0), (-10, 0), (-5, 0), (-3, 0)],
    "kp_threshold": [np.inf, 3.0],
    "min_magnitude": [5.0, 5.5],
    "sign": ["both", "positive", "negative"],
}
table = detector_sensitivity(
    detectors, series, catalog, choices=choices, kp=kp, n_nulls=options.nulls, random_state=options.seed
)
best = table.sort_values(["p_max", "p"]).iloc[0]
print(f"\n{len(table)} choices, {(table['p'] <= 0.05).sum()} of them with p <= 0.05 alone. The best:")
print(best.to_string())
print(
    f"\nAlone: {best['rate']:.1%} flagged before earthquakes, {best['free_rate']:.1%} on free days, "
    f"p = {best['p']:.3f}. As the best of {len(table)}: p = {best['p_max']:.2f}."
)

# %%
# The specification curve
# -----------------------

display = SensitivityDisplay(table).plot()
if options.figures:
    options.figures.mkdir(parents=True, exist_ok=True)
    display.figure_.savefig(options.figures / "analyst_choices.png", dpi=150)
plt.show()
