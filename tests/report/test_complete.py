"""The user's own frames: what is filled in, and what is refused in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.report._complete import complete_samples


def small(**columns):
    time = pd.date_range("2015-01-01 06:00", periods=4, freq="D")
    return pd.DataFrame(
        {"time": time, "latitude": 5.0, "longitude": [0.0, 90.0, 190.0, -90.0], "event_id": list("abcd")}
        | {"label": [1, 0, 1, 0]}
        | columns
    )


def test_what_is_absent_is_filled_in():
    samples = complete_samples(small(magnitude=[5.0, 6.0, np.nan, 7.0]), "label")
    X = samples.X
    assert X["pair_id"].tolist() == samples.groups.tolist() == list("abcd")
    assert (X["obs_start"] == X["time"]).all()
    np.testing.assert_allclose(X["local_time"], [6.0, 12.0, 18.0 + 2.0 / 3.0, 0.0])
    np.testing.assert_allclose(X["radius_km"], [10**2.15, 10**2.58, 0.0, 10**3.01])
    assert X["longitude"].iloc[2] == -170.0
    assert X["kp"].isna().all()


def test_what_is_there_stays():
    frame = small(radius_km=[1, 2, 3, 4], pair_id=list("aacc"), obs_start="2014-12-25", obs_end="2015-02-01")
    X = complete_samples(frame.set_index("event_id", drop=False), "label").X
    assert X["radius_km"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert X["pair_id"].tolist() == list("aacc")
    assert X["obs_start"].iloc[0] == pd.Timestamp("2014-12-25")


@pytest.mark.parametrize("label", [[True, False, True, False], ["1", "0", "1", "2"], [1.0, 0.0, 2.0, 0.0]])
def test_labels_of_any_kind(label):
    assert complete_samples(small(label=label), "label").y.dtype.kind == "i"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"label": [1, 0, 3, 0]}, r"column label: .*3.* in row 2 is none of the classes 0"),
        ({"label": [1, 0, np.nan, 0]}, "column label: nan in row 2 is none"),
        ({"label": ["quake", "0", "1", "0"]}, "column label: 'quake' in row 0 is none"),
        ({"latitude": [0.0, 91.0, 0.0, 0.0]}, "latitude 91.0 in row 1 is no latitude"),
        ({"longitude": [0.0, np.inf, 0.0, 0.0]}, "longitude inf in row 1"),
        (
            {"time": ["2015-01-01", "yesterday", "2015-01-01", "2015-01-01"]},
            "column time: not readable as dates",
        ),
        ({"time": [1, 2, 3, 4]}, "column time: numbers of type int64 are not dates"),
        ({"time": [pd.NaT, *pd.date_range("2015-01-01", periods=3)]}, "column time is missing in row 0"),
        ({"event_id": ["a", None, "c", "d"]}, "column event_id is missing in row 1"),
        ({"pair_id": ["a", "a", None, "d"]}, "column pair_id is missing in row 2"),
        ({"obs_end": ["2015-02-01", None, None, None]}, "column obs_end is missing in row 1"),
        ({"magnitude": ["5", "6", "big", "5"]}, "column magnitude: 'big' in row 2 is no number"),
    ],
)
def test_bad_values_are_named(columns, message):
    with pytest.raises(ValueError, match=message):
        complete_samples(small(**columns), "label")


def test_missing_columns_are_named():
    with pytest.raises(ValueError, match=r"my samples: missing column\(s\) latitude, event_id, y; it has"):
        complete_samples(small().drop(columns=["latitude", "event_id"]), "y", "my samples")
    with pytest.raises(ValueError, match="no rows"):
        complete_samples(small().iloc[:0], "label")
