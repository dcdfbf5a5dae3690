"""ETAS: against sums by hand, parameters found again in simulated cascades, nothing that looks ahead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.integrate import quad
from sklearn.base import clone

from skquake._core._geodesy import great_circle_km
from skquake.alarms import EtasRate, anytime_evidence, reference_rate, score_alarms
from skquake.alarms._etas_rate import AREA_KM2, START, _Past, etas_rate
from skquake.datasets import make_catalog

FIRST, END = pd.Timestamp("2010-01-01"), pd.Timestamp("2014-01-01")
TRUTH = {
    "background": 0.5, "productivity": 0.25, "alpha": 0.6, "c_days": 0.05, "p": 1.3, "d_km": 8.0, "q": 1.8,
}  # fmt: skip


def cells(degrees=10.0):
    latitude, longitude = (np.arange(-end + degrees / 2, end, degrees) for end in (90, 180))
    return xr.DataArray(
        np.zeros((len(latitude), len(longitude))),
        {"latitude": latitude, "longitude": longitude},
        ("latitude", "longitude"),
    )


def cascade(seed, truth=TRUTH, n_days=1461, smallest=5.0):
    """Background along a belt, and generations of aftershocks, drawn event by event from the laws."""
    rng = np.random.default_rng(seed)

    def magnitudes(n):
        return smallest + rng.exponential(np.log10(np.e), n).clip(max=3.0)

    n = rng.poisson(truth["background"] * n_days)
    parents = np.column_stack(
        [rng.uniform(0, n_days, n), rng.normal(0, 5.0, n), rng.uniform(-180, 180, n), magnitudes(n)]
    )
    found = [parents]
    while len(parents):
        number = rng.poisson(truth["productivity"] * 10 ** (truth["alpha"] * (parents[:, 3] - smallest)))
        parents = np.repeat(parents, number, axis=0)
        u, v = rng.uniform(size=(2, len(parents)))
        delay = truth["c_days"] * ((1 - u) ** (1 / (1 - truth["p"])) - 1)
        radius = truth["d_km"] * 10 ** (0.5 * (parents[:, 3] - smallest))
        km = radius * np.sqrt((1 - v) ** (1 / (1 - truth["q"])) - 1)
        turn = rng.uniform(0, 2 * np.pi, len(parents))
        parents = np.column_stack(
            [
                parents[:, 0] + delay,
                parents[:, 1] + km * np.sin(turn) / 111.19,
                parents[:, 2] + km * np.cos(turn) / 111.19 / np.cos(np.deg2rad(parents[:, 1])),
                magnitudes(len(parents)),
            ]
        )
        parents = parents[(parents[:, 0] < n_days) & (np.abs(parents[:, 1]) < 80.0)]
        found.append(parents)
    found = np.concatenate(found)
    found = found[np.argsort(found[:, 0])]
    return pd.DataFrame(
        {
            "time": FIRST + pd.to_timedelta(found[:, 0], "D").as_unit("ns"),
            "latitude": found[:, 1],
            "longitude": (found[:, 2] + 180) % 360 - 180,
            "magnitude": found[:, 3],
        }
    )


def test_the_likelihood_by_hand():
    catalog, n_days = cascade(1, n_days=120).iloc[:60], 120.0
    day = (catalog["time"] - FIRST).to_numpy() / np.timedelta64(1, "D") - n_days
    past = _Past(catalog, day, -100.0, 5.0, 300.0)
    density = np.full(len(catalog), 1.0 / AREA_KM2)
    a, alpha, c, p, d, q = (TRUTH[name] for name in list(START)[1:])

    def within(r):
        return 1 - (1 + (300.0 / r) ** 2) ** (1 - q)

    def omori(t):
        return (p - 1) / c * (1 + t / c) ** -p

    expected = -TRUTH["background"] * 100.0
    place = catalog[["latitude", "longitude"]].to_numpy()
    for i, row in enumerate(catalog.itertuples()):
        children = a * 10 ** (alpha * (row.magnitude - 5.0))
        begin = max(-100.0 - day[i], 0.0)
        expected -= children * quad(omori, begin, -day[i], limit=200)[0]
        if day[i] < -100.0:
            continue
        rate = TRUTH["background"] / AREA_KM2
        for j in range(i):
            km = float(great_circle_km(*place[i], *place[j]))
            if km < 300.0:
                radius = d * 10 ** (0.5 * (catalog["magnitude"].iloc[j] - 5.0))
                near = (q - 1) / np.pi / radius**2 * (1 + (km / radius) ** 2) ** -q / within(radius)
                source = a * 10 ** (alpha * (catalog["magnitude"].iloc[j] - 5.0))
                rate += source * omori(day[i] - day[j]) * near
        expected += np.log(rate)
    assert past.log_likelihood(TRUTH, density) == pytest.approx(expected, rel=1e-6)


def test_the_kernel_of_distances_is_whole():
    """Over all distances up to the largest the density that the likelihood has integrates to one."""
    radius, q, most = 12.0, 1.4, 300.0
    within = 1 - (1 + (most / radius) ** 2) ** (1 - q)

    def density(r):
        return 2 * np.pi * r * (q - 1) / np.pi / radius**2 * (1 + (r / radius) ** 2) ** -q / within

    assert quad(density, 0, most)[0] == pytest.approx(1.0)


def test_a_day_by_hand():
    """One earthquake: its children on each day, and where they fall."""
    one = pd.DataFrame({"time": [FIRST], "latitude": [5.0], "longitude": [5.0], "magnitude": [6.0]})
    days = pd.date_range(FIRST, periods=4)
    background = cells(2.0) + 1e-9
    rate = etas_rate(TRUTH, 5.0, 500.0, background, one, days)
    sums = (rate - background).sum(["latitude", "longitude"]).to_numpy()
    total = TRUTH["productivity"] * 10 ** TRUTH["alpha"]
    left = (1 + np.arange(4) / TRUTH["c_days"]) ** (1 - TRUTH["p"])
    # On its own day it was not known when the day began.
    np.testing.assert_allclose(sums, [0.0, *(total * (left[1:] - np.r_[left[2:], (1 + 4 / 0.05) ** -0.3]))])
    radius = 8.0 * 10**0.5

    def share(km):
        return 1 - (1 + (km / radius) ** 2) ** -0.8

    place = (rate - background)[1] / sums[1]
    away = great_circle_km(5.0, 5.0, place["latitude"], place["longitude"])
    for km in (110.0, 220.0):
        assert float(place.where(away < km, 0.0).sum()) == pytest.approx(share(km) / share(500.0), abs=0.06)


@pytest.mark.slow
def test_parameters_are_found_again():
    found = []
    for seed in range(4):
        model = EtasRate(min_magnitude=5.0).fit(cascade(seed), before=END)
        assert model.log_likelihood_ > -np.inf
        found.append(model.parameters_ | {"branching": model.branching_ratio_})
    found = pd.DataFrame(found)
    assert found["background"].mean() == pytest.approx(TRUTH["background"], rel=0.15)
    assert found["p"].mean() == pytest.approx(TRUTH["p"], rel=0.1)
    assert found["alpha"].mean() == pytest.approx(TRUTH["alpha"], abs=0.15)
    assert found["d_km"].mean() == pytest.approx(TRUTH["d_km"], rel=0.4)
    assert found["q"].mean() == pytest.approx(TRUTH["q"], abs=0.3)


@pytest.fixture(scope="module")
def fitted():
    catalog = cascade(7, n_days=700)
    until = FIRST + pd.Timedelta("500D")
    return catalog, EtasRate(min_magnitude=5.0, n_rounds=2).fit(catalog, before=until), until


def test_it_expects_what_comes_but_on_the_same_day(fitted):
    catalog, model, until = fitted
    rate = model.rate(catalog, cells(), pd.date_range(until, periods=200))
    a, alpha, c, p = (model.parameters_[name] for name in ("productivity", "alpha", "c_days", "p"))
    expected = 200 * model.parameters_["background"]
    for row in catalog.itertuples():
        known = max(row.time.ceil("D"), until)
        since, end = ((t - row.time) / pd.Timedelta("1D") for t in (known, until + pd.Timedelta("200D")))
        left = (1 + since / c) ** (1 - p) - (1 + end / c) ** (1 - p)
        expected += a * 10 ** (alpha * (row.magnitude - 5.0)) * left
    assert float(rate.sum()) == pytest.approx(expected, rel=1e-6)
    background = model.background(cells())
    assert float(background.sum()) == pytest.approx(model.parameters_["background"])
    assert float(rate.min()) > 0.0 and (rate >= background).all() and 0.1 < model.branching_ratio_ < 1.0


def test_nothing_looks_ahead(fitted):
    catalog, model, until = fitted
    days = pd.date_range(until, periods=20)
    rate = model.rate(catalog, cells(), days)
    before = catalog[catalog["time"] < days[10]]
    xr.testing.assert_identical(rate[:11], model.rate(before, cells(), days[:11]))
    again = EtasRate(min_magnitude=5.0, n_rounds=2).fit(catalog[catalog["time"] < until], before=until)
    assert again.parameters_ == model.parameters_
    shuffled = clone(model).fit(catalog.sample(frac=1.0, random_state=0), before=until)
    assert shuffled.parameters_ == pytest.approx(model.parameters_)
    with pytest.raises(ValueError, match="until when the model learnt; it would look ahead"):
        model.rate(catalog, cells(), days - pd.Timedelta("1D"))


@pytest.mark.filterwarnings("ignore:probability gain:UserWarning")
def test_who_knows_clusters_gains_against_a_reference_that_does_not(fitted):
    catalog, model, until = fitted
    days = pd.date_range(until, periods=200)
    rate, tested = model.rate(catalog, cells(), days), catalog[catalog["time"] >= until]
    still = reference_rate(catalog, cells(), before=until)
    assert anytime_evidence(rate, tested, still).wealth > 1e3
    assert anytime_evidence(rate, tested, rate).wealth == pytest.approx(1.0)
    # A reference that changes weighs each cell on its day.
    found = score_alarms(rate / still, tested, rate, [2.0], random_state=0)
    assert float(found["tau"].iloc[0]) == pytest.approx(
        float(rate.where(rate / still >= 2.0, 0.0).sum() / rate.sum())
    )


def test_what_is_refused():
    catalog = make_catalog("2010-01-01", "2011-01-01", n_events=30, random_state=0)
    with pytest.raises(ValueError, match="0 earthquakes of the magnitudes of the targets before 2009"):
        EtasRate().fit(catalog, before="2009-01-01")
    with pytest.raises(ValueError, match="learn_after: 0 earthquakes"):
        EtasRate(learn_after="2010-12-31 23:59").fit(catalog, before="2011-01-01")
    with pytest.raises(ValueError, match="n_rounds"):
        EtasRate(n_rounds=0).fit(catalog, before="2011-01-01")
    rate = cells().expand_dims(day=pd.date_range("2010-01-01", periods=2)) + 1.0
    with pytest.raises(ValueError, match="lacks cells or days"):
        anytime_evidence(rate.assign_coords(day=rate["day"] + np.timedelta64(1, "D")), catalog, rate)
