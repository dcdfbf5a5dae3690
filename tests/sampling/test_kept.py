"""Samples say which earthquakes they kept, and weigh them back."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake.catalogs import MatchedControls
from skquake.metrics import event_auc
from skquake.model_selection import evaluate, event_fit_params
from skquake.sampling import balance_table, make_samples, make_sip_samples
from skquake.sampling._kept import kept_table, population_text
from skquake.sources import SeriesSource

START = pd.Timestamp("2010-01-01")
DAYS = 700


@pytest.fixture(scope="module")
def unequal():
    """Samples of 200 places, one earthquake each; the later ones have ever more earthquakes around."""
    rng = np.random.default_rng(0)
    n = 200
    latitude, longitude = -50.0 + 5.0 * (np.arange(n) % 20), -170.0 + 30.0 * (np.arange(n) // 20)
    places = pd.DataFrame({"latitude": latitude, "longitude": longitude, "magnitude": 5.0})
    events = places.assign(time=START + pd.to_timedelta(rng.uniform(100, DAYS - 100, n), unit="D"))
    busy = np.repeat(np.arange(n), (25 * np.arange(n) / n).astype(int))
    others = places.iloc[busy].assign(magnitude=4.6)
    others["time"] = START + pd.to_timedelta(rng.uniform(0, DAYS, len(others)), unit="D")
    everything = pd.concat([events, others], ignore_index=True)
    events, stations = everything.iloc[:n], places[["latitude", "longitude"]]
    values = pd.DataFrame(np.ones((DAYS, n)), pd.date_range(START, periods=DAYS), [f"s{k}" for k in range(n)])
    source = SeriesSource(values, stations.set_axis(values.columns))
    controls = MatchedControls(avoid=everything, random_state=0)
    cut = {"region": "dobrovolsky", "days": (-15, 0), "max_length": 2}
    return make_samples(source, events, controls, exclude=everything, **cut)


def test_kept_shares_fall_with_the_local_rate(unequal):
    samples = unequal
    kept = samples.kept
    rate = kept[kept["by"] == "local rate"]
    assert (rate["events"] == 40).all() and rate["share"].is_monotonic_decreasing
    assert rate["share"].iloc[0] > 0.95 and rate["share"].iloc[-1] < 0.6
    for by in ("all", "local rate", "magnitude", "region"):
        part = kept[kept["by"] == by]
        assert part["events"].sum() == 200
        assert part["kept"].sum() == samples.X.loc[samples.y == 1, "event_id"].nunique()
    years = DAYS / 365.25
    assert samples.events.loc[samples.events["label"] == 1, "local_rate"].max() == pytest.approx(
        25 / years, rel=0.05
    )


def test_equal_rates_make_no_fifths():
    rate = np.r_[np.ones(60), np.arange(2, 22)]
    events = pd.DataFrame({"latitude": 0.0, "longitude": 0.0, "magnitude": 5.0, "local_rate": rate})
    kept = kept_table(events.assign(with_control=True, kept=rate < 10))
    assert "local rate" not in set(kept["by"])
    assert population_text(kept) == "68 of 80 earthquakes M ≥ 5.0 kept a control"


def test_population_stands_in_words(unequal):
    samples = unequal
    n, last = samples.kept["kept"].iloc[0], samples.kept.query("by == 'local rate'")["share"].iloc[-1]
    text = f"{n} of 200 earthquakes M ≥ 5.0 kept a control; of the most seismic fifth of places {last:.0%}"
    assert samples.population == text.replace("%", " %")
    assert repr(samples).endswith(f"; {samples.population})")


def test_weights_bring_the_fifths_back(unequal):
    samples = unequal
    X = samples.X[samples.y == 1]
    weight = 1.0 / X.groupby("event_id")["kept_share"].first()
    assert weight.sum() == pytest.approx(200)
    rate = samples.events.loc[weight.index, "local_rate"]
    every = samples.events.loc[samples.events["label"] == 1, "local_rate"].mean()
    weighted, plain = np.average(rate, weights=weight), rate.mean()
    assert abs(weighted - every) < 0.2 * abs(plain - every)
    # A pair has one weight.
    assert (samples.X.groupby("pair_id")["kept_share"].nunique() == 1).all()


def test_balance_says_who_was_left_out(unequal):
    samples = unequal
    table = balance_table(samples, threshold=np.inf)
    row = table.loc["local rate (a year)"]
    assert row["seismic"] == pytest.approx(row["control"]) and row["selection"] < -0.5
    assert row["left_out"] > row["seismic"]
    assert {"left_out", "selection"} <= set(table) and np.isfinite(table.loc["latitude", "selection"])


def test_population_weights_reach_fit_and_score():
    rng = np.random.default_rng(1)
    n = 400
    pair = np.arange(2 * n) // 2
    busy = pair % 4 == 0  # a quarter of what is kept, of which one in ten was
    y = np.tile([1, 0], n)
    X = pd.DataFrame(
        {
            "time": pd.date_range(START, periods=2 * n, freq="D"),
            "event_id": [f"{p}-{label}" for p, label in zip(pair, y, strict=True)],
            "pair_id": pair,
            "kept_share": np.where(busy, 0.1, 1.0),
            # An effect at busy places alone.
            "seen": y * np.where(busy, 3.0, 0.0) + rng.normal(size=2 * n),
        }
    )
    model = make_pipeline(make_column_transformer(("passthrough", ["seen"])), LogisticRegression())
    samples, cv = Bunch(X=X, y=y), (np.arange(0, n), np.arange(n, 2 * n))
    plain = evaluate(model, samples, cv, n_resamples=50, random_state=0)
    found = evaluate(model, samples, cv, sample_weight="population", n_resamples=50, random_state=0)
    assert found.seismic_auc.value > plain.seismic_auc.value + 0.1
    # By hand: the weights of an AUC are products of those of its pairs of rows.
    seen, label, weight = found.proba[:, 1], found.y == 1, np.where(busy[n:], 10.0, 1.0)
    wins = (seen[label][:, np.newaxis] > seen[~label]) * weight[label][:, np.newaxis] * weight[~label]
    by_hand = wins.sum() / (weight[label].sum() * weight[~label].sum())
    assert found.seismic_auc.value == pytest.approx(by_hand)
    assert found.event_auc.value == pytest.approx(by_hand)
    assert found.event_auc.low < by_hand < found.event_auc.high
    params = event_fit_params(model, X, sample_weight="population")
    (fit_weight,) = params.values()
    assert fit_weight[0] / fit_weight[2] == pytest.approx(10.0) and fit_weight.mean() == pytest.approx(1.0)
    assert event_auc(X["event_id"], y, np.c_[1 - y, y], sample_weight=np.ones(2 * n)) == 1.0


@pytest.mark.parametrize(
    "change, message",
    [
        ({"kept_share": 0.0}, "kept_share: 0.0 in row 0 is no share above 0"),
        ({}, "have no column kept_share"),
    ],
)
def test_population_weights_need_shares(change, message):
    X = pd.DataFrame({"event_id": ["a", "b"]}).assign(**change)
    with pytest.raises(ValueError, match=message):
        event_fit_params(LogisticRegression(), X, sample_weight="population")


def hollow(n=900):
    """Earthquakes of the whole globe, none from day 300 to 400."""
    rng = np.random.default_rng(2)
    day = np.sort(rng.uniform(0, DAYS, n))
    catalog = pd.DataFrame(
        {
            "time": START + pd.to_timedelta(day, unit="D"),
            "latitude": rng.uniform(-60, 60, n),
            "longitude": rng.uniform(-180, 180, n),
            "magnitude": 5.0,
        }
    )
    return catalog[(day < 300) | (day > 400)]


def test_windows_of_controls_in_holes_are_dropped():
    everything = hollow()
    event = everything.iloc[[100]].assign(latitude=0.0, longitude=0.0)
    days = np.array([150, 350, 500])
    controls = pd.DataFrame({"time": START + pd.to_timedelta(days, unit="D")}, index=["a", "in", "b"])
    controls = controls.assign(latitude=0.0, longitude=0.0, magnitude=5.0, label=0, pair_id=event.index[0])
    tec = pd.DataFrame({"s": 1.0}, pd.date_range(START, periods=DAYS))
    source = SeriesSource(tec, pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, index=["s"]))
    others = everything[everything["latitude"].abs() > 10]
    cut = {"region": "100 km", "days": (-15, 0), "max_length": 2, "exclude": others}
    samples = make_samples(source, event, controls, **cut)
    assert samples.dropped["reason"].tolist() == ["in a hole of the catalog"]
    assert samples.dropped["event_id"].tolist() == ["in"] and len(samples.holes) == 1
    assert not len(make_samples(source, event, controls, **cut, holes=None).dropped)


def test_normal_images_keep_out_of_holes():
    everything = hollow()
    events = everything.iloc[[50, 200, 700]].assign(latitude=0.0, longitude=0.0, magnitude=6.0)
    others = everything[everything["latitude"].abs() > 10]
    tec = pd.DataFrame({"s": 1.0}, pd.date_range(START, periods=24 * DAYS, freq="h"))
    source = SeriesSource(tec, pd.DataFrame({"latitude": [0.0], "longitude": [0.0]}, index=["s"]))
    place = {"latitude": 0.0, "longitude": 0.0, "magnitude": 5.5, "region": "300 km", "ratio": None}

    def normal(**more):
        found = make_sip_samples(source, events, exclude=others, split=None, days=10, **place, **more)
        day = (found.X["time"][found.y == 0] - START) / pd.Timedelta(days=1)
        return found, int(((day > 305) & (day < 395)).sum())

    samples, inside = normal()
    assert inside == 0 and samples.holes["refused"].sum() > 80
    assert normal(holes=None)[1] > 80
