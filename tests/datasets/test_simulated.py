"""Simulated observations in one line and in a notebook."""

from __future__ import annotations

import pickle

import pandas as pd
from common.card_page import HOSTILE, check_alone
from sklearn.utils import Bunch

from skquake.datasets import make_tec
from skquake.datasets._simulated import Simulated


def test_a_track():
    time = pd.date_range("2019-03-01", periods=1200, freq="3s")
    frame = pd.DataFrame({"time": time, "Ne": 1e5})
    frame.attrs = {"origin": HOSTILE, "units": {"Ne": "cm-3"}}
    made = Simulated(frame=frame, truth="known")
    assert repr(made) == "Simulated(frame: DataFrame of 1,200 rows, 2 columns, truth: 'known')"
    texts = check_alone(made._repr_html_()).texts
    assert HOSTILE in texts and "cm-3" in texts and "2019-03-01 00:00 to 2019-03-01 00:59" in texts
    again = pickle.loads(pickle.dumps(made))
    assert type(again) is Simulated and isinstance(again, Bunch) and again.frame.equals(made.frame)


def test_maps_and_stations_of_any_name():
    stations = pd.DataFrame({"latitude": [44.2], "longitude": [86.1]}, [HOSTILE])
    made = make_tec("2001-01-01", "2001-01-02", stations=stations, cadence="6h", random_state=0)
    assert HOSTILE in check_alone(made._repr_html_()).texts and "\n" not in repr(made)
    maps = Simulated(maps=made.frame.to_xarray().to_dataarray("station"))
    assert "1 station" in repr(maps) and "1 station" in " ".join(check_alone(maps._repr_html_()).texts)
