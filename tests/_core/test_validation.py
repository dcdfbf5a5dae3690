from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake._core._validation import check_catalog, check_columns, check_windows
from skquake._core._weights import effective_number, event_weights


def catalog(**columns):
    base = {
        "time": ["2010-01-01", "2010-01-02"],
        "latitude": [1.0, 2.0],
        "longitude": [359.0, 10.0],
        "magnitude": [5, 6],
    }
    return pd.DataFrame(base | columns, index=["a", "b"])


def test_catalog_is_cleaned_and_left_alone():
    given = catalog()
    clean = check_catalog(given)
    assert clean["longitude"].tolist() == [-1.0, 10.0]
    assert clean["time"].dtype == "datetime64[ns]"
    assert given["longitude"].tolist() == [359.0, 10.0]
    aware = catalog(time=pd.to_datetime(["2010-01-01T03:00+03:00", "2010-01-02T00:00+00:00"], utc=True))
    assert check_catalog(aware)["time"].iloc[0] == pd.Timestamp("2010-01-01")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"latitude": [1, 91]}, "latitude 91.0 in row 1"),
        ({"latitude": [np.nan, 1]}, "latitude nan in row 0"),
        ({"longitude": [np.inf, 1]}, "longitude inf in row 0"),
        ({"magnitude": [5, np.nan]}, "magnitude is missing for event 'b'"),
        ({"magnitude": ["five", 6]}, "magnitude must be a number"),
        ({"latitude": ["north", 1]}, "must be numbers"),
        ({"time": ["2010-01-01", None]}, "time is missing for event 'b'"),
    ],
)
def test_bad_catalogs(columns, message):
    with pytest.raises(ValueError, match=message):
        check_catalog(catalog(**columns))


def test_other_bad_catalogs():
    with pytest.raises(ValueError, match=r"event id 'a' occurs more than once"):
        check_catalog(catalog().set_axis(["a", "a"]))
    with pytest.raises(ValueError, match="no events"):
        check_catalog(catalog().iloc[:0], allow_empty=False)
    with pytest.raises(ValueError, match=r"missing column\(s\) magnitude"):
        check_catalog(catalog().drop(columns="magnitude"))
    with pytest.raises(TypeError, match="expected a dataframe"):
        check_columns([1, 2], ["time"], "X")


def test_windows():
    assert check_windows(np.zeros((3, 4))).shape == (3, 4, 1)
    assert check_windows(np.zeros((3, 4, 2))).dtype == "float32"
    with pytest.raises(ValueError, match="expected windows of shape"):
        check_windows(np.zeros((3, 4, 2, 1)))
    X = np.zeros((3, 4))
    X[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"NaN or infinity in sample 2 \(step 1, channel 0\)"):
        check_windows(X)
    assert np.isnan(check_windows(X, ensure_finite=False)[2, 1, 0])


def test_an_event_counts_once():
    np.testing.assert_allclose(event_weights(["a", "b", "a", "a"]), [1 / 3, 1, 1 / 3, 1 / 3])
    assert effective_number(["a", "b", "c"]) == pytest.approx(3)
    assert effective_number(["a"] * 9 + ["b"]) == pytest.approx(100 / 82)
    assert effective_number([]) == 0.0
    with pytest.raises(ValueError, match="missing in row 1"):
        event_weights(["a", None])
