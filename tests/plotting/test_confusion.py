from __future__ import annotations

import numpy as np
import pytest

from skquake.plotting import ConfusionDisplay

Y, SAID = [0, 0, 0, 1, 1, 0], [0, 0, 1, 1, 0, 0]


def test_counts_and_shares_of_labels_and_of_probabilities():
    display = ConfusionDisplay.from_predictions(
        {"labels": (Y, SAID), "proba": (Y, np.eye(3)[SAID]), "third": ([0, 1], [0, 2])}
    )
    assert display.counts["labels"].to_numpy().tolist() == [[3, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert display.counts["proba"].equals(display.counts["labels"])
    assert display.row_share_["labels"].loc[0].tolist() == [0.75, 0.25, 0.0]
    assert display.column_share_["labels"][1].tolist() == [0.5, 0.5, 0.0]
    assert display.row_share_["labels"].loc[2].isna().all()
    assert display.column_share_["labels"][2].isna().all()


def test_two_classes_where_there_is_no_third():
    display = ConfusionDisplay.from_predictions({"a": (Y, SAID), "b": (Y, Y)})
    assert display.counts["a"].to_numpy().tolist() == [[3, 1], [1, 1]]
    assert len(display.plot().axes_[0, 0].texts) == 4


def test_cells(given_axes):
    axes = given_axes(1, 2)
    predictions = {"a": (Y, SAID), "b": ([*Y, 1], [*Y, 2])}
    display = ConfusionDisplay.from_predictions(predictions).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    assert [ax.get_title() for ax in display.axes_[0]] == ["a", "b"]
    texts = [text.get_text() for text in display.axes_[0, 0].texts]
    assert texts[0] == "3\nrow 75%\ncolumn 75%"
    assert texts[8] == "0\nrow –\ncolumn –"
    assert ConfusionDisplay.from_predictions({"a": (Y, SAID)}).plot().axes_.shape == (1, 1)


def test_errors():
    draw = ConfusionDisplay.from_predictions
    with pytest.raises(ValueError, match="'a': 6 true and 1 predicted"):
        draw({"a": (Y, [0])})
    with pytest.raises(ValueError, match="'a': 0 true"):
        draw({"a": ([], [])})
    with pytest.raises(ValueError, match="7 in row 0 is none of the classes"):
        draw({"a": ([7], [0])})
    with pytest.raises(ValueError, match="'a': proba: expected shape"):
        draw({"a": ([0], [[1.0, 0, 0, 0]])})
    with pytest.raises(ValueError, match="empty dict"):
        draw({})


def test_classes_may_go_by_other_names():
    display = ConfusionDisplay.from_predictions({"a": ([0, 1], [0, 1])}, class_names={0: "normal"}).plot()
    names = [text.get_text() for text in display.axes_[0, 0].get_xticklabels()]
    assert names[0] == "normal" and names[1].startswith("before")
