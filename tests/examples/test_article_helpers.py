"""What the satellite articles share: the missions' periods, the tuned network, the order of the table."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from skquake.datasets import papers
from skquake.model_selection import PurgedTimeSeriesSplit

ARTICLES = Path(__file__).parents[2] / "examples" / "03_articles"


@pytest.fixture(scope="module")
def articles():
    sys.path.insert(0, str(ARTICLES))
    try:
        import _articles
    finally:
        sys.path.remove(str(ARTICLES))
    return _articles


def world(start, end):
    return SimpleNamespace(track=SimpleNamespace(span=(np.datetime64(start, "ns"), np.datetime64(end, "ns"))))


def test_real_tracks_take_the_missions_period(articles, capsys):
    data, mine = papers.SEQNETQUAKE["07"], SimpleNamespace(data="folder", period="paper")
    assert articles.period_of(data, world("2018-01-01", "2023-01-01"), mine) == data.period
    assert "2018-08-01 to 2020-06-22, earthquakes of these" in capsys.readouterr().out
    assert articles.period_of(data, world("2021-01-01", "2023-01-01"), mine) is None
    assert "the track has none of these" in capsys.readouterr().out
    assert articles.period_of(data, world("2018-01-01", "2023-01-01"), SimpleNamespace(data=None)) is None
    whole = SimpleNamespace(data="folder", period="all")
    assert articles.period_of(data, world("2018-01-01", "2023-01-01"), whole) is None


def test_the_tuned_network_is_searched_forwards_in_time(articles):
    model = SimpleNamespace(steps=[("slidingwindow", None), ("safenetclassifier", None)])
    options = SimpleNamespace(trials=20, space="small", epochs=7, seed=0)
    search = articles.tuned(model, options)
    assert search.n_iter == 20 and isinstance(search.cv, PurgedTimeSeriesSplit)
    assert search.space["safenetclassifier__epochs"] == [7]
    assert max(search.space["safenetclassifier__lstm_units"]) == 128
    options.space = "paper"
    assert 512 in articles.tuned(model, options).space["safenetclassifier__lstm_units"]


def test_the_tuned_row_stands_beside_the_untuned(articles):
    models = ["SafeNet", "RF", "location probe", "SafeNet, tuned", "oracle", "LSTM"]
    assert sorted(models, key=articles._rank) == [
        "SafeNet",
        "SafeNet, tuned",
        "RF",
        "LSTM",
        "location probe",
        "oracle",
    ]
