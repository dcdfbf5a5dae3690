"""Controls within the days of a record: all of them there, and no date tells them from earthquakes."""

import numpy as np
import pandas as pd
import pytest

from skquake.catalogs import MatchedControls

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2014-01-01")


def spread(n, days, seed=0):
    """Earthquakes at distant places, uniform over the days that a record of so many can show."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.sort(rng.uniform(15, days, n)), unit="D"),
            "latitude": np.resize(np.linspace(-60, 60, 25), n),
            "longitude": np.resize(np.linspace(-180, 176, 90), n),
            "magnitude": 5.0,
        },
        index=[f"e{k}" for k in range(n)],
    )


@pytest.mark.parametrize("side", ["both", "either", "before", "after"])
def test_all_days_of_controls_lie_in_the_record(side):
    catalog = spread(300, 120)
    within = START, START + 120 * DAY
    sampler = MatchedControls(2, side=side, within=within, avoid=catalog.iloc[:0], random_state=0)
    controls = sampler.sample(catalog)
    assert len(controls) > 50
    assert (controls["time"] - 15 * DAY >= START).all() and (controls["time"] <= within[1]).all()
    offset = (controls["time"] - catalog.loc[controls["pair_id"], "time"].to_numpy()) / DAY
    assert offset.abs().between(20, 60).all()
    pd.testing.assert_frame_equal(controls, sampler.sample(catalog))


@pytest.mark.parametrize("days, match", [(120, {}), (200, {"match": "local-time", "satellite": "swarm"})])
@pytest.mark.parametrize("side", ["both", "either"])
def test_the_record_cannot_load_the_coin(days, match, side):
    catalog = spread(3000, days)
    call = dict(side=side, avoid=catalog.iloc[:0], holes=None, random_state=0, **match)
    controls = MatchedControls(within=(START, START + days * DAY), **call).sample(catalog)
    quakes = catalog.loc[controls["pair_id"], "time"]
    edges = pd.date_range(START + 15 * DAY, START + days * DAY, periods=7)
    n_quakes, n_controls = (np.histogram(t.to_numpy(), edges)[0] for t in (quakes, controls["time"]))
    # In each sixth of the record as many earthquakes as controls, within three and a half deviations.
    assert (np.abs(n_quakes - n_controls) <= 3.5 * np.sqrt(n_quakes + n_controls)).all()
    anywhere = MatchedControls(**call).sample(catalog)
    seen = (anywhere["time"] - 15 * DAY >= START) & (anywhere["time"] <= START + days * DAY)
    assert len(controls) > seen.sum() * (1.8 if match else 1.0)


def test_a_long_record_changes_nothing():
    catalog = spread(40, 120)
    call = dict(avoid=catalog.iloc[:0], random_state=0)
    one, other = (
        MatchedControls(within=within, **call).sample(catalog)
        for within in (None, [(START - 365 * DAY, START + 365 * DAY)])
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_record_too_short_says_how_long_it_must_be():
    sampler = MatchedControls(
        match="local-time", satellite="swarm", within=(START, START + 90 * DAY), random_state=0
    )
    words = "a pair at 129 days takes a record of 144 days, the longest given has 90.0"
    with pytest.warns(UserWarning, match=words):
        assert sampler.sample(spread(5, 90)).empty


@pytest.mark.parametrize("within", ["2014", (START,), (START, START - DAY), 5, ("a", "b")])
def test_bad_spans(within):
    with pytest.raises(ValueError, match="within="):
        MatchedControls(within=within).sample(spread(3, 90))
