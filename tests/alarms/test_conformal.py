"""p-values of alarms: ranks, blocks, what is missing, and how many discoveries are false."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.signal import lfilter
from scipy.stats import false_discovery_control

from skquake.alarms import conformal_p_values


def test_a_score_among_exchangeable_ones_takes_every_rank_once():
    scores = np.random.default_rng(0).normal(size=20)
    found = [float(conformal_p_values(scores[k], np.delete(scores, k))) for k in range(20)]
    assert sorted(found) == pytest.approx(np.arange(1, 21) / 20)
    # Ties count against the alarm.
    assert float(conformal_p_values(1.0, [1.0, 1.0, 0.0])) == 0.75


def test_own_calibration_and_blocks_are_what_loops_give():
    rng = np.random.default_rng(1)
    score = rng.normal(size=(3, 2)).round(1)
    known = rng.normal(size=(3, 2, 12)).round(1)
    known[0, 0, :5], known[2, 1] = np.nan, np.nan
    block = rng.integers(0, 4, 12)
    for names in (None, block):
        found = conformal_p_values(score, known, block=names)
        for at in np.ndindex(score.shape):
            row = pd.Series(known[at]).groupby(np.arange(12) if names is None else names).max().dropna()
            assert found[at] == pytest.approx((1 + (row >= score[at]).sum()) / (1 + len(row)))
    assert found[2, 1] == 1.0
    shared = conformal_p_values(score, known[1, 1], block=block)
    row = pd.Series(known[1, 1]).groupby(block).max()
    expected = [(1 + (row >= one).sum()) / (1 + len(row)) for one in score.ravel()]
    np.testing.assert_allclose(shared.ravel(), expected)


def test_copies_of_a_score_are_one_block():
    calibration = np.repeat(np.random.default_rng(2).normal(size=50), 20)
    assert float(conformal_p_values(9.0, calibration)) == pytest.approx(1 / 1001)
    assert float(conformal_p_values(9.0, calibration, block=np.repeat(np.arange(50), 20))) == 1 / 51


def test_a_map_keeps_its_coordinates_and_what_was_not_observed():
    alarm = xr.DataArray(
        [[[0.1, np.nan]], [[0.8, 0.3]]],
        {"night": pd.date_range("2015-01-01", periods=2), "latitude": [0.0], "longitude": [0.0, 10.0]},
        ("night", "latitude", "longitude"),
        attrs={"statistic": "max"},
    )
    p = conformal_p_values(alarm, [0.2, 0.5, np.nan, 0.7])
    assert p.dims == alarm.dims and p.name == "p_value" and p.coords.equals(alarm.coords)
    np.testing.assert_allclose(p.values, [[[1.0, np.nan]], [[0.25, 0.75]]])
    assert "calibration" not in alarm.attrs and alarm.values[0, 0, 0] == 0.1


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="fits no scores of shape"):
        conformal_p_values([0.1, 0.2], np.zeros((3, 4)))
    with pytest.raises(ValueError, match="calibration: no score"):
        conformal_p_values([0.1], [np.nan])
    with pytest.raises(ValueError, match="block: shape"):
        conformal_p_values([0.1], [0.2, 0.3], block=[1])
    with pytest.raises(ValueError, match="block: missing for calibration score 1"):
        conformal_p_values([0.1], [0.2, 0.3], block=["a", None])


def one_world(rng, effect):
    """p of sixty earthquakes and whether each was affected: daily AR(1) scores in 20 cells, 1,000 days."""
    noise = rng.normal(size=(1100, 20)) * np.sqrt(1 - 0.9**2)
    score = lfilter([1.0], [1.0, -0.9], noise, axis=0)[100:]
    day, cell = rng.integers(0, 1000, 60), rng.integers(0, 20, 60)
    affected = np.zeros((1000, 20), dtype=bool)
    if effect:
        for k in range(20):
            affected[(day[k] - rng.integers(1, 16, 6)) % 1000, cell[k]] = True
    score = score + 3.0 * affected
    back = (day[:, None] - np.arange(1, 16)) % 1000
    moved = (day + rng.choice(np.arange(30, 970), 60, replace=False)[:, None]) % 1000
    quiet = score[(moved[..., None] - np.arange(1, 16)) % 1000, cell[:, None]].max(axis=-1)
    p = conformal_p_values(
        score[back, cell[:, None]].max(axis=1), quiet.ravel(), block=(cell * 1000 + moved // 27).ravel()
    )
    return p, affected[back, cell[:, None]].any(axis=1)


@pytest.mark.slow
def test_the_realised_rate_of_false_discoveries_is_held_on_200_worlds():
    rng, shares, power, any_found = np.random.default_rng(5), [], [], []
    for _ in range(200):
        p, _ = one_world(rng, effect=False)
        any_found.append((false_discovery_control(p) <= 0.1).any())
        p, affected = one_world(rng, effect=True)
        found = false_discovery_control(p) <= 0.1
        shares.append((found & ~affected).sum() / max(found.sum(), 1))
        power.append(found[affected].mean())
    assert np.mean(any_found) <= 0.1 + 2 * np.sqrt(0.1 * 0.9 / 200)
    assert np.mean(shares) <= 0.1
    assert np.mean(power) >= 0.2
