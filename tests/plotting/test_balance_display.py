from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import BalanceDisplay


def table(**differences):
    return pd.DataFrame({"difference": pd.Series(differences, dtype=float)}).rename_axis("covariate")


RANDOM = table(Kp=-0.4, latitude=0.05, F107=np.inf)
MATCHED = table(latitude=-0.02, F107=np.nan, magnitude=0.0)


def test_absolute_differences_of_several_tables():
    found = BalanceDisplay({"random": RANDOM, "matched": MATCHED}).differences_
    assert found.index.tolist() == ["Kp", "latitude", "F107", "magnitude"]
    np.testing.assert_equal(found["random"].tolist(), [0.4, 0.05, np.inf, np.nan])
    np.testing.assert_equal(found["matched"].tolist(), [np.nan, 0.02, np.nan, 0.0])


def test_infinite_ones_stand_at_the_edge_and_unknown_ones_are_named(given_axes):
    axes = given_axes(1, 1)
    display = BalanceDisplay({"random": RANDOM, "matched": MATCHED}, threshold=0.2).plot(ax=axes)
    drawn = display.axes_[0, 0]
    assert display.figure_ is axes[0, 0].figure
    finite, edge = drawn.lines[0], drawn.lines[1]
    assert finite.get_xdata().tolist() == [0.4, 0.05]
    assert edge.get_marker() == ">"
    assert edge.get_xdata().tolist() == [drawn.get_xlim()[1]]
    assert [text.get_text() for text in drawn.texts] == ["infinite"]
    named = " ".join(drawn.get_xlabel().split())
    assert named.endswith("not compared: Kp (matched); F107 (matched); magnitude (random)")
    texts = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert texts == ["random", "matched", "balanced: below 0.2"]


def test_one_table_under_the_threshold():
    drawn = BalanceDisplay(MATCHED[["difference"]].dropna()).plot().axes_[0, 0]
    assert drawn.get_xlim()[1] > 0.1
    assert "not compared" not in drawn.get_xlabel()


def test_nothing_but_infinite():
    drawn = BalanceDisplay(table(Kp=-np.inf)).plot().axes_[0, 0]
    assert drawn.lines[1].get_xdata().tolist() == [drawn.get_xlim()[1]]


def test_errors():
    with pytest.raises(ValueError, match="no table"):
        BalanceDisplay({}).plot()
    with pytest.raises(ValueError, match="'matched': the table has no covariate"):
        BalanceDisplay({"matched": RANDOM[:0]}).plot()
    with pytest.raises(ValueError, match=r"missing column\(s\) difference"):
        BalanceDisplay(pd.DataFrame({"seismic": [1.0]})).plot()
    with pytest.raises(ValueError, match="threshold=-1"):
        BalanceDisplay(RANDOM, threshold=-1).plot()
