"""The panel of one night."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from skquake.datasets import make_track
from skquake.plotting import CasePanelDisplay
from skquake.preprocessing import MASSResidual, NeLOGResidual
from skquake.sampling import nightly_passes
from skquake.sources import TrackSource

EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-03-02 12:49")], "latitude": -4.952, "longitude": 179.0, "magnitude": 7.8}
)


@pytest.fixture(scope="module")
def nights():
    track = make_track("swarm", "2016-02-28", "2016-03-02", side="night", fields=True, random_state=0)
    return nightly_passes(TrackSource(track.frame), EVENT)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_counts_are_those_of_the_detectors(nights):
    display = CasePanelDisplay.from_pass(nights[0], EVENT).plot()
    density = NeLOGResidual().detect(nights[0])
    assert display.flagged_["Ne"] == (density["flagged"].sum(), len(density))
    field = MASSResidual().detect(nights[0]).query("component == 'B_E'")
    assert display.flagged_["B_E"] == (field["flagged"].sum(), len(field))
    title = display.figure_.get_suptitle()
    assert f", track {nights[0].attrs['track_number']}, " in title
    assert "days before" in title and f"Ne: {density['flagged'].sum()} of {len(density)}" in title
    # The area and the track stay in one piece over the dateline.
    x = np.concatenate([line.get_xdata() for line in display.panels_["map"].lines[:1]])
    assert np.ptp(x) < 40 and (np.abs(x - 179.0) < 60).all()


def test_indices_in_the_title(nights):
    hours = pd.date_range("2016-02-27", "2016-03-02", freq="h")
    display = CasePanelDisplay.from_pass(
        nights[0],
        EVENT,
        indices={"Dst (nT)": pd.Series(-12.0, hours), "ap (nT)": pd.Series(4.0, hours[:2])},
        title="Swarm A",
    ).plot()
    title = display.figure_.get_suptitle()
    assert title.startswith("Swarm A, 2016-02-2") and "Dst -12 nT" in title and "ap unknown" in title


def test_channels_may_be_missing(nights):
    display = CasePanelDisplay.from_pass(nights[0].drop(columns=["B_N", "Ne"]), EVENT).plot()
    assert sorted(display.flagged_) == ["B_C", "B_E"]
    display = CasePanelDisplay.from_pass(nights[0][["time", "latitude", "longitude", "Ne"]], EVENT).plot()
    assert sorted(display.flagged_) == ["Ne"]


def test_pdf(nights, tmp_path):
    path, nights = tmp_path / "case.pdf", nights[:2]
    CasePanelDisplay.save_pdf((CasePanelDisplay.from_pass(night, EVENT) for night in nights), path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF") and content.count(b"/Type /Page ") == len(nights)
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ValueError, match="no panel"):
        CasePanelDisplay.save_pdf([], tmp_path / "none.pdf")
    assert list(tmp_path.iterdir()) == [path]


def test_bad_input(nights):
    with pytest.raises(ValueError, match="got 0 observations and 1 earthquakes"):
        CasePanelDisplay.from_pass(nights[0].iloc[:0], EVENT)
    with pytest.raises(ValueError, match="2 earthquakes"):
        CasePanelDisplay.from_pass(nights[0], pd.concat([EVENT, EVENT], ignore_index=True))
