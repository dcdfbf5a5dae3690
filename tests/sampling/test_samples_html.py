"""Samples in a notebook."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from common.card_page import HOSTILE, check_alone
from common.sample_frames import sample_frame
from sklearn.utils import Bunch

from skquake.sampling._samples import Samples


@pytest.fixture(scope="module")
def samples():
    made = sample_frame(40, track=True)
    X = made.X.assign(source=HOSTILE, event_id=made.X["event_id"] + HOSTILE)
    dropped = pd.DataFrame({"label": [1, 0, 0], "reason": [HOSTILE, "windows incomplete", HOSTILE]})
    return Samples(**made | {"X": X, "dropped": dropped})


def test_a_card_of_counts_balance_timeline_and_map(samples):
    html = samples._repr_html_()
    page = check_alone(html)
    said = " ".join(" ".join(page.texts).split())
    count = np.bincount(samples.y)
    ids = samples.X["event_id"]
    n = [ids[samples.y == label].nunique() for label in (0, 1)]
    assert f"{count[1]} seismic of {n[1]} events" in said
    assert f"{count[0]} non-seismic of {n[0]} controls" in said
    assert f"{count[2]} disturbed by space weather" in said
    assert "Seismic minus control, in standard deviations, largest first: " in said
    assert f"Without a sample: {HOSTILE}: 2, windows incomplete: 1" in said
    assert f"Of {HOSTILE}, 2015-" in said
    assert page.tags.count("svg") == 2 and len(html) < 60_000


def test_it_is_still_a_bunch(samples):
    assert isinstance(samples, Bunch) and samples["y"] is samples.y
    for again in (pickle.loads(pickle.dumps(samples)), copy.deepcopy(samples)):
        assert type(again) is Samples and list(again) == list(samples)
        assert again._repr_html_() == samples._repr_html_()
    assert "_repr_html_" not in samples


def test_of_one_class_or_none(samples):
    rows = samples.y == 1
    one = Samples(**samples | {"X": samples.X[rows], "y": samples.y[rows]})
    said = " ".join(check_alone(one._repr_html_()).texts)
    assert "standard deviations" not in said and "seismic of" in said
    none = Samples(**samples | {"X": samples.X[:0], "y": samples.y[:0]})
    page = check_alone(none._repr_html_())
    assert "svg" not in page.tags
