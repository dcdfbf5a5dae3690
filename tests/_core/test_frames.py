"""Tables of other libraries are taken as pandas frames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake._core._frames import as_frame, is_frame
from skquake._core._validation import check_catalog, check_columns

TABLE = {
    "time": pd.date_range("2020-01-01", periods=3),
    "latitude": [1.0, 2.0, 3.0],
    "longitude": [4.0, 5.0, 200.0],
    "magnitude": [5.0, 6.0, 7.0],
}


def test_a_pandas_frame_is_itself():
    frame = pd.DataFrame(TABLE, index=["a", "b", "c"])
    assert as_frame(frame, "x") is frame
    assert is_frame(frame)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_others_say_the_same(library):
    if library == "polars":
        table = pytest.importorskip("polars").from_pandas(pd.DataFrame(TABLE))
    else:
        table = pytest.importorskip("pyarrow").table(TABLE)
    assert is_frame(table)
    pd.testing.assert_frame_equal(as_frame(table, "x"), pd.DataFrame(TABLE), check_dtype=False)
    assert check_catalog(table)["longitude"].tolist() == [4.0, 5.0, -160.0]
    with pytest.raises(ValueError, match="x: missing column"):
        check_columns(table, ("depth_km",), "x")


@pytest.mark.parametrize("table", [np.zeros((2, 2)), [1, 2], None, {"a": [1]}])
def test_what_is_no_table_is_named(table):
    assert not is_frame(table)
    with pytest.raises(TypeError, match=f"X: expected a dataframe .*got {type(table).__name__}"):
        as_frame(table, "X")
