from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from common.sample_frames import sample_frame
from sklearn.model_selection import KFold

from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit, chronological_split
from skquake.plotting import SplitTimelineDisplay


@pytest.mark.parametrize("splitter", [PurgedTimeSeriesSplit(3), PurgedGroupKFold(4)], ids=repr)
def test_counts_are_those_of_the_splitter(splitter):
    samples = sample_frame(60, span_days=250)
    display = SplitTimelineDisplay.from_splitter(splitter, samples.X, samples.y, samples.groups).plot()
    described = splitter.describe(samples.X)
    for part, name in (("train", "n_train"), ("purged", "n_purged"), ("test", "n_test")):
        assert display.counts_[part].tolist() == described[name].tolist()
    assert display.counts_["purged"].sum() > 0


def test_each_sample_is_a_line_in_the_lane_of_its_part():
    X = sample_frame(30, span_days=200).X
    train, test = chronological_split(X)
    axes = SplitTimelineDisplay.from_folds([(train, test)], X).plot().axes_[0, 0]
    drawn = {lines.get_segments()[0][0][1]: len(lines.get_segments()) for lines in axes.collections}
    purged = len(X) - len(train) - len(test)
    assert purged > 0
    assert [drawn[top] for top in sorted(drawn)] == [len(train), purged, len(test)]
    assert axes.get_yticklabels()[0].get_text() == f"0: {len(train)} train\n{purged} purged, {len(test)} test"
    assert "earthquake of tested samples" not in axes.get_legend_handles_labels()[1]


def test_earthquakes_of_the_tested_samples_are_marked_once():
    samples = sample_frame(20, span_days=300)
    X, y = samples.X, samples.y
    display = SplitTimelineDisplay.from_splitter(KFold(3, shuffle=True, random_state=0), X, y).plot()
    for fold, (_, test) in enumerate(KFold(3, shuffle=True, random_state=0).split(X)):
        seismic = X.iloc[test[y[test] == 1]]
        expected = (seismic["time"] + pd.to_timedelta(seismic["lead_days"], unit="D")).groupby(
            seismic["event_id"]
        )
        found = display.events.loc[display.events["fold"] == fold, "time"]
        assert len(found) == seismic["event_id"].nunique()
        away = np.sort(found) - np.sort(expected.first())
        assert (np.abs(away) < np.timedelta64(1, "ms")).all()
    assert (display.counts_["purged"] == 0).all()


def test_given_axes_and_many_folds(given_axes):
    axes = given_axes(1, 1)
    X = sample_frame(60).X
    display = SplitTimelineDisplay.from_splitter(PurgedGroupKFold(12, min_train=1), X).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure and len(display.counts_) == 12
    assert len(axes[0, 0].get_yticklabels()) == 12


def test_errors():
    samples = sample_frame(20)
    X, draw = samples.X, SplitTimelineDisplay
    with pytest.raises(TypeError, match="has no split; for folds use from_folds"):
        draw.from_splitter([(np.arange(3), np.arange(3, 5))], X)
    with pytest.raises(ValueError, match="no folds to draw"):
        draw.from_folds([], X)
    with pytest.raises(ValueError, match="fold 0 has 0 training and 3 test rows"):
        draw.from_folds([(np.arange(0), np.arange(3))], X)
    with pytest.raises(ValueError, match=r"missing column\(s\) lead_days"):
        draw.from_folds([(np.arange(3), np.arange(3, 5))], X.drop(columns="lead_days"), samples.y)
    with pytest.raises(ValueError, match="y has 2 values"):
        draw.from_folds([(np.arange(3), np.arange(3, 5))], X, [0, 1])
    with pytest.raises(ValueError, match="part must be one of train, purged, test"):
        draw(pd.DataFrame({"fold": [0], "part": ["validate"], "time": pd.to_datetime(["2015-01-01"])})).plot()
