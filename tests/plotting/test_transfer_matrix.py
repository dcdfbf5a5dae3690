from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from skquake.plotting import TransferMatrixDisplay


def frame():
    rows = [
        ("B", "B", "direct", 0.30),
        ("B", "A", "initial", -0.10),
        ("A", "A", "direct", 0.20),
        ("A", "B", "initial", 0.05),
        ("B", "A", "transferred", 0.25),
    ]
    found = pd.DataFrame(rows, columns=["train", "test", "kind", "score"])
    found = found.assign(scoring="seismic_mcc", low=found["score"] - 0.1, high=found["score"] + 0.1)
    return pd.concat([found, found.assign(scoring="event_auc", score=0.5 + found["score"])])


def test_matrix_in_order_of_kinds_and_of_appearance():
    matrix = TransferMatrixDisplay(frame()).matrix_
    assert matrix.index.tolist() == [
        ("direct", "B"),
        ("direct", "A"),
        ("initial", "B"),
        ("initial", "A"),
        ("transferred", "B"),
    ]
    assert matrix.columns.tolist() == ["B", "A"]
    nan = np.nan
    expected = [[0.3, nan], [nan, 0.2], [nan, -0.1], [0.05, nan], [nan, 0.25]]
    np.testing.assert_array_equal(matrix.to_numpy(), expected)


@pytest.mark.parametrize(("scoring", "chance"), [("seismic_mcc", 0.0), ("event_auc", 0.5)])
def test_colours_part_at_chance(scoring, chance, given_axes):
    axes = given_axes(1, 1)
    display = TransferMatrixDisplay(frame(), scoring=scoring).plot(ax=axes)
    assert display.figure_ is axes[0, 0].figure
    low, high = display.axes_[0, 0].images[-1].get_clim()
    assert (low + high) / 2 == pytest.approx(chance)
    assert high - chance >= np.nanmax(np.abs(display.matrix_ - chance)) - 1e-12


def test_cells_hold_the_value_and_its_interval():
    found = frame()
    found.loc[found["train"] == "A", ["low", "high"]] = np.nan
    drawn = TransferMatrixDisplay(found).plot().axes_[0, 0]
    texts = [text.get_text() for text in drawn.texts]
    assert texts == [
        "0.30\n[0.20, 0.40]",
        "0.20\n(no interval)",
        "-0.10\n[-0.20, 0.00]",
        "0.05\n(no interval)",
        "0.25\n[0.15, 0.35]",
    ]
    assert drawn.get_yticklabels()[-1].get_text() == "transferred: B"


def test_other_kinds_come_last():
    found = frame().replace({"kind": {"initial": "frozen"}})
    assert list(dict.fromkeys(TransferMatrixDisplay(found).matrix_.index.get_level_values(0))) == [
        "direct",
        "transferred",
        "frozen",
    ]


def test_errors():
    with pytest.raises(ValueError, match="no row of 'seismic_auc'; it has seismic_mcc, event_auc"):
        TransferMatrixDisplay(frame(), scoring="seismic_auc").plot()
    with pytest.raises(ValueError, match="no row at all"):
        TransferMatrixDisplay(frame()[:0]).plot()
    with pytest.raises(ValueError, match=r"\('direct', 'B', 'B'\) is scored twice"):
        TransferMatrixDisplay(pd.concat([frame(), frame()])).plot()
    with pytest.raises(ValueError, match=r"missing column\(s\) kind"):
        TransferMatrixDisplay(frame().drop(columns="kind")).plot()
    with pytest.raises(ValueError, match="no finite score"):
        TransferMatrixDisplay(frame().assign(score=np.nan)).plot()
