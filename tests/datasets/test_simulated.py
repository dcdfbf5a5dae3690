"""Simulated observations in one line and in a notebook."""

from __future__ import annotations

import pickle

import pandas as pd
from common.card_page import HOSTILE, check_alone
from sklearn.utils import Bunch

from skquake.datasets import make_tec, make_track
from skquake.datasets._simulated import Simulated


def test_a_track():
    made = make_track("cses", "2019-03-01", "2019-03-02", side="night", random_state=0)
    assert isinstance(made, Bunch) and list(made) == ["frame", "truth"]
    n = f"{len(made.frame):,}"
    assert repr(made) == f"Simulated(frame: DataFrame of {n} rows, 5 columns, truth: {made.truth!r})"
    said = " ".join(check_alone(made._repr_html_()).texts)
    assert f"DataFrame of {n} rows" in said and "simulated cses track" in said
    assert "cm-3" in said and "2019-03-01 " in said
    again = pickle.loads(pickle.dumps(made))
    assert type(again) is Simulated and again.frame.equals(made.frame)


def test_maps_and_stations_of_any_name():
    maps = make_tec("2001-01-01", "2001-01-02", cadence="6h", grid=(30, 60), random_state=0)
    assert "4 time" in repr(maps) and "4 time" in " ".join(check_alone(maps._repr_html_()).texts)
    stations = pd.DataFrame({"latitude": [44.2], "longitude": [86.1]}, [HOSTILE])
    made = make_tec("2001-01-01", "2001-01-02", stations=stations, cadence="6h", random_state=0)
    assert any(text == HOSTILE for text in check_alone(made._repr_html_()).texts)
    assert "\n" not in repr(made)
