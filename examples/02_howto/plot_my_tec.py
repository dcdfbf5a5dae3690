"""
Anomalies in my own electron content
====================================

From a CSV with a column a station to a table of anomalies, each beside the rate at which such bounds are
left by chance. Here the CSV is written first, with gaps and an outlier; point ``path`` at yours.
"""

# %%
# A table of stations
# -------------------

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from skquake import IQRBounds
from skquake.datasets import make_kp, make_tec
from skquake.forecasting import TECAnomalyDetector, quake_free_spans, rate_in_words
from skquake.io import read_station_vtec
from skquake.plotting import AnomalySeriesDisplay, DTECHeatmapDisplay
from skquake.preprocessing import KalmanImputer, SigmaClipper

start, end = "2016-10-20", "2016-12-15"
stations = pd.DataFrame({"latitude": [44.2, 42.9], "longitude": [86.1, 86.7]}, index=["XJSH", "XJWL"])
event = pd.DataFrame(
    {"time": [pd.Timestamp("2016-12-08 05:15:04")], "latitude": 43.823, "longitude": 86.345, "magnitude": 6.2}
)
kp = make_kp("2016-10-15", end, random_state=1)
tec = make_tec(start, end, stations=stations, cadence="1h", kp=kp, random_state=1).frame
tec.iloc[300:304, 0] = np.nan
tec.iloc[700, 1] = 150.0
path = Path(tempfile.mkdtemp()) / "vtec.csv"
tec.rename_axis("time").to_csv(path)

# %%
# Read, clean, fill
# -----------------
# The outlier goes, then gaps of up to six hours are filled from what was known before them.

vtec = read_station_vtec(path)
train = vtec[:"2016-11-15"]
clean = make_pipeline(SigmaClipper(n_sigma=4.0), KalmanImputer(max_gap_hours=6)).fit(train).transform(vtec)
print(f"{vtec.isna().sum().sum()} values missing, {clean.isna().sum().sum()} after cleaning and filling")

# %%
# Anomalies, and how many chance would give
# -----------------------------------------
# Bounds of the same hour of the 15 days before. Nothing was planted here: whatever is flagged is chance,
# storms and the wandering of the ionosphere.

detector = TECAnomalyDetector(bounds=IQRBounds(style="iqr"), kp=kp).fit(clean)
found = detector.detect(clean)
before = found.between("2016-11-23", "2016-12-10")
rate = before.rate()
print(f"Around the earthquake: {rate_in_words(rate)}")
print(before.table(event["time"].iloc[0]).head(10).to_string(index=False))

spans = quake_free_spans("2016-11-05", "2016-12-15", event["time"], days=5)
nothing = detector.confute(clean, spans)
print(f"Quake-free spans: {rate_in_words(nothing)}")

# %%
# Figures
# -------

AnomalySeriesDisplay.from_anomalies(before, kp=kp, event=event).plot()
DTECHeatmapDisplay.from_anomalies(before, event=event).plot()
