"""Molchan's curve against enumeration: every threshold, every order of equal cells, every place of events."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import comb

from skquake.alarms import (
    MolchanCurve,
    area_rate,
    area_skill_score,
    hanssen_kuipers,
    molchan_curve,
    probability_gain,
    r_score,
)
from skquake.alarms._molchan import Steps

CELLS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(0, 2)), min_size=1, max_size=7
).filter(lambda cells: any(events for *_, events in cells))


def by_hand(score, weight, events):
    """Points and area by definition: thresholds one by one, and cells of the same score in every order."""
    weight = weight / weight.sum()
    points = [(0.0, 1.0)]
    for threshold in sorted(set(score), reverse=True):
        alarmed = score >= threshold
        points.append((weight[alarmed].sum(), 1.0 - events[alarmed].sum() / events.sum()))
    # The mean area over all orders of the cells of equal scores is the one of a straight line only if these
    # are split into infinitely many; take each event's own alarmed fraction instead.
    area = 0.0
    for cell in np.flatnonzero(events):
        above, level = weight[score > score[cell]].sum(), weight[score == score[cell]].sum()
        area += events[cell] / events.sum() * (1.0 - above - 0.5 * level)
    return points, area


@settings(max_examples=200, deadline=None)
@given(CELLS)
def test_curve_and_area_equal_the_enumeration(cells):
    score, weight, events = np.array(cells, dtype=float).T
    curve = MolchanCurve.from_cells(score, weight, events)
    points, area = by_hand(score, weight, events)
    found = list(zip(curve.tau, curve.nu, strict=True))
    assert found[0] == (0.0, 1.0) and found[-1] == (1.0, 0.0)
    for tau, nu in points:  # every achievable point lies on the curve
        on = [x == pytest.approx(tau, abs=1e-12) and y == pytest.approx(nu, abs=1e-12) for x, y in found]
        assert any(on) or np.interp(tau, curve.tau, curve.nu) == pytest.approx(nu, abs=1e-12)
    assert all(any(np.allclose(point, other) for other in points) for point in found)
    assert curve.area_skill_score == pytest.approx(area, abs=1e-12)
    assert area_skill_score(curve.tau, curve.nu) == pytest.approx(area, abs=1e-12)
    for threshold, tau in zip(curve.threshold, curve.tau, strict=True):
        assert weight[score >= threshold].sum() / weight.sum() == pytest.approx(tau, abs=1e-12)
    assert curve.n_events == events.sum()


def test_ties_are_the_limit_of_every_order():
    """Equal scores, broken in all orders into equal small cells: the mean area tends to the tied one."""
    tied = MolchanCurve.from_cells([2, 1, 1, 1, 1], [1, 1, 1, 1, 1], [0, 1, 0, 0, 0]).area_skill_score
    broken = [
        MolchanCurve.from_cells([9, *order], np.ones(5), [0, 1, 0, 0, 0]).area_skill_score
        for order in permutations(range(4))
    ]
    assert np.mean(broken) == pytest.approx(tied)


def test_below_chance_is_not_clamped():
    curve = MolchanCurve.from_cells([4, 3, 2, 1], [1, 1, 1, 1], [0, 0, 0, 3])
    assert curve.area_skill_score == pytest.approx(0.125)
    assert curve.p_value > 0.99
    # pyCSEP reports 0.5 at least, and counts the whole cell of an event as alarmed.
    assert area_skill_score(curve.tau, curve.nu, ties="step") == 0.0
    assert curve.area_skill_at(0.5) == 0.0


@pytest.mark.parametrize("ties", ["linear", "step"])
@pytest.mark.parametrize("at", [0.05, 0.2, 0.5, 0.77, 1.0])
def test_area_up_to_a_fraction(at, ties):
    """Against a sum over a fine grid."""
    tau, nu = np.array([0.1, 0.2, 0.2, 0.6]), np.array([0.8, 0.8, 0.5, 0.3])
    grid = (np.arange(200_000) + 0.5) / 200_000 * at
    full_tau, full_nu = np.r_[0, tau, 1], np.r_[1, nu, 0]
    if ties == "linear":
        values = np.interp(grid, full_tau, full_nu)
    else:
        values = full_nu[np.searchsorted(full_tau, grid, side="right") - 1]
    assert area_skill_score(tau, nu, at=at, ties=ties) == pytest.approx((1 - values).mean(), abs=1e-5)


@pytest.mark.parametrize(
    "scores", [np.arange(40.0), np.arange(40) // 13, np.zeros(40)], ids=["no", "few", "all"]
)
def test_random_earthquakes_expect_one_half(scores):
    """Mean 1/2 exactly for any ties, weighted cells; variance 1/(12 N) without ties."""
    weight = np.random.default_rng(0).uniform(0.5, 1.5, 40)
    weight /= weight.sum()
    steps = Steps(scores, weight)
    one = 1.0 - steps.middle(np.arange(40))
    assert weight @ one == pytest.approx(0.5)
    if len(set(scores)) == 40:
        n, draws = 8, np.random.default_rng(1).choice(40, (20_000, 8), p=weight)
        assert one[draws].mean(axis=1).var() == pytest.approx(1 / (12 * n), rel=0.04)


def test_p_value_of_few_earthquakes_is_exact():
    """Two earthquakes in 200 equal cells: all 40,000 pairs of places."""
    steps = Steps(np.arange(200.0), np.full(200, 1 / 200))
    at = 1.0 - steps.middle(np.arange(200))
    scores = np.array([(a + b) / 2 for a, b in product(at, at)])
    events = np.zeros(200)
    events[[150, 190]] = 1
    curve = MolchanCurve.from_cells(np.arange(200.0), np.ones(200), events)
    assert curve.p_value == pytest.approx((scores >= curve.area_skill_score - 1e-12).mean(), abs=0.01)
    assert curve.p_random == curve.p_value and np.isnan(curve.p_null)


@pytest.mark.parametrize("n", [5, 25, 26, 200])
def test_p_values_of_random_earthquakes_are_uniform(n):
    rng = np.random.default_rng(n)
    rows = rng.integers(0, 1000, (400, n))
    p = []
    for row in rows:
        events = np.bincount(row, minlength=1000)
        p.append(MolchanCurve.from_cells(np.arange(1000.0), np.ones(1000), events).p_value)
    assert np.abs(np.sort(p) - (np.arange(400) + 0.5) / 400).max() < 1.63 / 20  # Kolmogorov-Smirnov at 1 %


def test_band_is_the_formula():
    """P(>= h hits) summed by hand: outside of the band lies at most half of 5 % on each side."""
    n = 12
    events = np.zeros(50)
    events[np.arange(0, 48, 4)] = 1
    curve = MolchanCurve.from_cells(np.arange(50.0)[::-1], np.ones(50), events, level=0.95)

    def at_least(h, tau):
        return sum(comb(n, k) * tau**k * (1 - tau) ** (n - k) for k in range(h, n + 1))

    for tau, low, high in zip(curve.tau, curve.low, curve.high, strict=True):
        most, least = round((1 - low) * n), round((1 - high) * n)
        assert at_least(most + 1, tau) <= 0.025 + 1e-12
        assert at_least(most, tau) > 0.025 or most == 0
        assert 1 - at_least(least, tau) <= 0.025 + 1e-12
        assert 1 - at_least(least + 1, tau) >= 0.025 - 1e-12
    frame = curve.to_frame()
    expected = [at_least(h, tau) for h, tau in zip(frame["hits"], frame["tau"], strict=True)]
    np.testing.assert_allclose(frame["p_value"], expected, atol=1e-12)
    assert np.isnan(frame["probability_gain"][0]) and frame["r_score"].iloc[[0, -1]].tolist() == [0.0, 0.0]


def test_numbers_of_skill():
    np.testing.assert_allclose(probability_gain([0.0, 0.1, 1.0], [1.0, 0.5, 0.0]), [np.nan, 5.0, 1.0])
    np.testing.assert_allclose(r_score([0.0, 0.1, 1.0], [1.0, 0.5, 0.0]), [0.0, 0.4, 0.0])
    alarmed, occurred = [1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0]
    assert hanssen_kuipers(alarmed, occurred) == pytest.approx(1 / 2 - 2 / 6)
    weight = [2, 1, 1, 1, 1, 1, 1, 1]
    assert hanssen_kuipers(alarmed, occurred, sample_weight=weight) == pytest.approx(2 / 3 - 2 / 6)
    assert np.isnan(hanssen_kuipers(alarmed, np.zeros(8)))
    with pytest.raises(ValueError, match="shapes"):
        hanssen_kuipers(alarmed, [1])


def world(n_days=400, n_events=300, by="day", seed=0):
    """Random scores on 10 x 10 degrees; earthquakes on a single belt."""
    rng = np.random.default_rng(seed)
    days = pd.date_range("2015-01-01", periods=n_days, unit="ns")
    latitude, longitude = np.arange(-85.0, 90, 10), np.arange(-175.0, 180, 10)
    alarm = xr.DataArray(
        rng.uniform(size=(n_days, 18, 36)),
        dims=(by, "latitude", "longitude"),
        coords={by: days, "latitude": latitude, "longitude": longitude},
    )
    catalog = pd.DataFrame(
        {
            "time": days[0] + pd.to_timedelta(rng.uniform(1, n_days - 1, n_events), "D"),
            "latitude": rng.uniform(-10, 10, n_events),
            "longitude": rng.uniform(-180, 180, n_events),
            "magnitude": 6.0,
        }
    )
    belt = xr.zeros_like(alarm[0].drop_vars(by))
    belt.loc[{"latitude": [-5.0, 5.0]}] = 1.0
    return alarm, catalog, belt


def test_place_is_skill_by_area_and_none_by_rate():
    alarm, catalog, belt = world()
    knows_place = alarm + belt
    by_area = molchan_curve(knows_place, catalog, area_rate(alarm), random_state=0)
    by_rate = molchan_curve(knows_place, catalog, belt, random_state=0)
    assert by_area.area_skill_score > 0.85 and by_area.p_value < 1e-10
    assert by_rate.area_skill_low < 0.5 < by_rate.area_skill_high
    assert by_rate.area_skill_score == pytest.approx(0.5, abs=3 / np.sqrt(12 * 300))
    assert by_area.weighting == "area" and "tau by area" in repr(by_area)
    assert by_area.n_units == 14 and by_area.unit == "block of 28.6 days"


def test_equals_the_cells_by_hand():
    alarm, catalog, belt = world(n_days=60, n_events=40)
    alarm = alarm.where(alarm > 0.3)
    rate = belt + 0.01
    inside = catalog.assign(
        day=(catalog["time"] - pd.Timestamp("2015-01-01")).dt.days,
        row=((catalog["latitude"] + 90) // 10).astype(int),
        column=((catalog["longitude"] + 180) // 10).astype(int),
    )
    events = np.zeros(alarm.shape)
    np.add.at(events, tuple(inside[name].to_numpy() for name in ("day", "row", "column")), 1)
    score, weight = alarm.to_numpy(), np.broadcast_to(rate.to_numpy(), alarm.shape)
    seen = ~np.isnan(score)
    restricted = molchan_curve(alarm, catalog, rate, random_state=0)
    none = molchan_curve(alarm, catalog, rate, unobserved="no alarm", random_state=0)
    assert restricted.n_units == 2 and np.isnan([restricted.area_skill_low, none.area_skill_high]).all()
    for found, keep in ((restricted, seen), (none, np.ones_like(seen))):
        filled = np.where(seen, score, -np.inf)
        expected = MolchanCurve.from_cells(filled[keep], weight[keep], events[keep])
        np.testing.assert_allclose(found.tau, expected.tau, atol=1e-12)
        np.testing.assert_allclose(found.nu, expected.nu, atol=1e-12)
        assert found.coverage == pytest.approx(weight[seen].sum() / weight.sum())
    assert restricted.n_events + restricted.n_unobserved == none.n_events == 40 and none.n_unobserved == 0
    assert restricted.n_events == events[seen].sum()
    assert np.isneginf(none.threshold[-1]) and np.isfinite(restricted.threshold[-1])


def test_nights_begin_at_noon_of_the_western_edge():
    """At 150...160 E it is noon at 2 UT on the western edge: an event at 1:59 belongs to the night before."""
    alarm, _, belt = world(n_days=300, by="night")
    at = {"latitude": 5.0, "longitude": 155.0}
    values = alarm * 0.0
    values.loc[{"night": "2015-01-03", **at}] = 1.0
    for time, night in (("2015-01-03 01:59", False), ("2015-01-03 02:01", True), ("2015-01-04 01:59", True)):
        event = pd.DataFrame(
            {"time": pd.to_datetime([time]), "latitude": 5.0, "longitude": 159.0, "magnitude": 6.0}
        )
        assert (molchan_curve(values, event, belt, random_state=0).area_skill_score > 0.9) == night


def test_null_catalogs_give_a_band_and_a_p_value():
    alarm, catalog, belt = world(n_days=300, n_events=60)
    rng = np.random.default_rng(1)
    nulls = [catalog.assign(time=rng.permutation(catalog["time"])) for _ in range(39)]
    curve = molchan_curve(alarm, catalog, belt, null_catalogs=iter(nulls), random_state=0)
    assert curve.null_scores.shape == (39,) and curve.null_low.shape == curve.tau.shape
    alone = molchan_curve(alarm, nulls[3], belt, random_state=0)
    assert curve.null_scores[3] == pytest.approx(alone.area_skill_score)
    assert (curve.null_low <= curve.null_high).all()
    beaten = (curve.null_scores >= curve.area_skill_score).sum()
    assert curve.p_null == (1 + beaten) / 40 and curve.p_value == max(curve.p_null, curve.p_random)
    assert {"null_low", "null_high"} <= set(curve.to_frame())
    with pytest.raises(ValueError, match="null_catalogs: empty"):
        molchan_curve(alarm, catalog, belt, null_catalogs=[])
    with pytest.raises(ValueError, match="number 0 has no earthquake"):
        molchan_curve(alarm, catalog, belt, null_catalogs=[catalog.assign(latitude=80.0).iloc[:0]])


def test_regions_over_the_dateline_and_edges():
    """Columns that run on beyond 180 degrees; the poles and edges belong to one cell each."""
    alarm, _, _ = world(n_days=300)
    east = alarm.assign_coords(longitude=alarm["longitude"] + 180.0)  # 5 ... 355
    region = east.sel(longitude=slice(165, 195))
    event = pd.DataFrame(
        {
            "time": pd.to_datetime(["2015-02-01"] * 4),
            "latitude": [0.0, 90.0, 5.0, 5.0],
            "longitude": [180.0, -170.5, 159.9, -160.0],
            "magnitude": 6.0,
        }
    )
    curve = molchan_curve(region, event, area_rate(region), random_state=0)
    assert curve.n_events == 2  # the two others lie just outside


def test_errors():
    alarm, catalog, belt = world(n_days=300)
    with pytest.raises(ValueError, match="no earthquake falls into"):
        molchan_curve(alarm, catalog.iloc[:0], belt)
    with pytest.raises(ValueError, match="expected an array of"):
        molchan_curve(alarm[0], catalog, belt)
    with pytest.raises(ValueError, match="day by day"):
        molchan_curve(alarm[::2], catalog, belt)
    with pytest.raises(ValueError, match="rate: it lacks cells"):
        molchan_curve(alarm, catalog, belt[:3])
    with pytest.raises(ValueError, match="rate: expected a DataArray"):
        molchan_curve(alarm, catalog, belt[0])
    with pytest.raises(ValueError, match="not negative"):
        molchan_curve(alarm, catalog, -belt)
    with pytest.raises(ValueError, match="ascend in equal steps"):
        molchan_curve(alarm.isel(latitude=[0, 1, 3]), catalog, belt)
    with pytest.raises(ValueError, match="no cell with a weight was observed"):
        molchan_curve(alarm * np.nan, catalog, belt)
    with pytest.raises(ValueError, match="tau must ascend"):
        area_skill_score([0.2, 0.1], [0.5, 0.4])
    with pytest.raises(ValueError, match="as many of each"):
        area_skill_score([0.2, 0.1], [0.5])
    with pytest.raises(ValueError, match="NaN, or negative"):
        MolchanCurve.from_cells([np.nan], [1.0], [1])
