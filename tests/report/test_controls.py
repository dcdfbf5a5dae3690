"""A report prints which earthquakes were kept, and what the catalog lacks."""

import json

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake.catalogs import MatchedControls, check_catalog
from skquake.report import evaluation_report, score_report
from skquake.sampling import make_samples
from skquake.sources import SeriesSource

START = pd.Timestamp("2010-01-01")


def samples_with_a_hole():
    """Samples of 60 earthquakes, and their catalog, which lacks the days 300 to 400."""
    rng = np.random.default_rng(0)
    n, days = 300, 800
    places = pd.DataFrame({"latitude": rng.uniform(-50, 50, n), "longitude": rng.uniform(-180, 180, n)})
    day = np.sort(rng.uniform(0, days - 100, n))
    day[day > 300] += 100
    everything = places.assign(time=START + pd.to_timedelta(day, unit="D"), magnitude=5.0)
    names = [f"s{k}" for k in range(n)]
    tec = pd.DataFrame(rng.normal(size=(days, n)), pd.date_range(START, periods=days), names)
    source = SeriesSource(tec, places.set_axis(names))
    controls = MatchedControls(avoid=everything, random_state=0, region="50 km")
    cut = {"region": "50 km", "days": (-15, 0), "max_length": 2, "exclude": everything}
    return make_samples(source, everything.iloc[::5], controls, **cut), everything


def test_report_prints_population_and_holes():
    samples, everything = samples_with_a_hole()
    samples.X["seen"] = np.random.default_rng(1).normal(size=len(samples.X))
    model = make_pipeline(make_column_transformer(("passthrough", ["seen"])), LogisticRegression())
    check = check_catalog(everything)
    report = evaluation_report(model, samples, catalog=check, probes=False, n_resamples=50, random_state=0)
    rows = report.to_frame().set_index(["section", "quantity"])
    kept = samples.kept.iloc[0]
    assert 0 < kept["kept"] < kept["events"] == 60
    assert rows.loc[("kept", "population"), "note"] == samples.population
    assert rows.loc[("kept", "all: M ≥ 5.0"), "value"] == kept["share"]
    assert rows.loc[("holes", "holes of the catalog"), "value"] == 1
    assert rows.loc["catalog", "value"]["catalog: events"] == 300
    page = report.to_html()
    assert f"It speaks of those kept: {samples.population}." in page
    for text in ("Holes of the catalog", "The same by region", "The catalog itself"):
        assert text in page
    assert samples.population in json.dumps(json.loads(report.to_json()), ensure_ascii=False)
    assert np.isfinite(report.balance.loc["local rate (a year)", "selection"])


def test_what_is_not_known_is_not_printed(scored):
    report = score_report(scored(), "probability", n_resamples=50, n_permutations=19, random_state=0)
    assert not set(report.to_frame()["section"]) & {"kept", "holes", "catalog"}
    assert "speaks of those kept" not in report.to_html()
