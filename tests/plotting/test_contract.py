"""What every display keeps: its ways to be made, its Axes, and tables of any dataframe library."""

from __future__ import annotations

import inspect

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.utils import Bunch

from skquake import plotting
from skquake.alarms import MolchanCurve, nightly_map, superposed_epoch
from skquake.inspection import PowerCurve
from skquake.plotting._display import Display
from skquake.preprocessing import IQRBounds

N = 60
TIMES = pd.date_range("2016-01-01", periods=N, freq="D")
Y = np.arange(N) % 3
RNG = np.random.default_rng(0)
WINDOWS = RNG.normal(size=(N, 5, 2)) + Y[:, None, None]
X = pd.DataFrame(
    {
        "source": "cses",
        "time": TIMES,
        "latitude": 0.0,
        "longitude": np.linspace(0, 90, N),
        "event_id": [f"e{k // 2}" for k in range(N)],
        "pair_id": [f"p{k // 4}" for k in range(N)],
        "magnitude": 5.0 + np.arange(N) % 4,
        "lead_days": np.arange(N) % 15,
        "value": Y + RNG.normal(scale=0.5, size=N),
    }
)
PROBA = RNG.dirichlet([2.0, 2.0, 1.0], N)
HOURS = pd.date_range("2016-11-01", periods=24 * 20, freq="h", name="time")
SERIES = pd.DataFrame(
    {"XJSH": 15 + RNG.normal(size=len(HOURS)), "LHAS": 20 + RNG.normal(size=len(HOURS))}, HOURS
)
EVENT = pd.DataFrame(
    {"time": [pd.Timestamp("2016-11-12 05:15")], "latitude": 43.8, "longitude": 86.3, "magnitude": 6.2}
)
GRID = {"time": TIMES[:3], "latitude": [40.0, 42.5, 45.0], "longitude": [84.0, 86.5, 89.0]}
MAPS = xr.DataArray(RNG.normal(size=(3, 3, 3)), GRID, tuple(GRID), name="tec")
DETECTED = IQRBounds(style="iqr").detect(SERIES)
SCORES = pd.DataFrame(
    {
        "model": ["forest", "place"], "panel": "", "probe": [False, True], "seismic_mcc": [0.63, 0.1],
        "seismic_mcc_low": [np.nan, -0.1], "seismic_mcc_high": [np.nan, 0.3], "n_units": [2, 30],
    }
)  # fmt: skip
TRANSFER = pd.DataFrame(
    {
        "train": ["CSES", "DEMETER"], "test": "CSES", "kind": ["direct", "transferred"],
        "scoring": "seismic_mcc", "score": [0.63, 0.2], "low": [np.nan, 0.1], "high": [np.nan, 0.3],
        "n_units": [2, 30],
    }
)  # fmt: skip
SENSITIVITY = pd.DataFrame(
    {
        "detector": ["iqr", "sigma"], "difference": [0.01, 0.03], "low": [np.nan, 0.005],
        "high": [np.nan, 0.05], "p": [0.2, 0.02], "p_max": [0.5, 0.09],
    }
)  # fmt: skip
POWER = pd.DataFrame(
    {
        "replicate": range(6), "n_events": 50, "size": [0.0, 0.0, 0.2, 0.2, 0.4, 0.4], "score": 0.1,
        "p": [0.9, 0.5, 0.2, 0.01, 0.01, 0.02],
    }
)  # fmt: skip
TRIALS = pd.DataFrame({"score": [0.1, 0.3], "std": [0.01, 0.02], "status": "complete", "param_C": [1.0, 2.0]})


def same(table):
    return table


def of_polars(table):
    """The same table without an index, which becomes a column."""
    pl = pytest.importorskip("polars")
    named = isinstance(table.index, pd.DatetimeIndex) or table.index.dtype.kind == "O" or table.index.name
    return pl.from_pandas(table.reset_index() if named else table)


class Forecaster:
    """Yesterday's value."""

    def predict(self, series):
        table = plotting._check.with_index(series, "series", "time")
        return table.shift(24)


def night_map():
    places = {"latitude": np.arange(N) % 4, "longitude": np.arange(N) % 3}
    return nightly_map(pd.DataFrame({"time": TIMES, "probability": PROBA[:, 1], **places}))


def epoch():
    time = pd.date_range("2015-01-01", periods=900, freq="D")
    values = pd.DataFrame({"time": time, "latitude": 0.0, "longitude": 0.0, "probability": 0.5})
    events = pd.DataFrame({"time": time[30:-30:40], "latitude": 1.0, "longitude": 0.0, "magnitude": 6.0})
    return superposed_epoch(values, events, random_state=0)


def a_pass():
    latitude = np.linspace(-60, 60, 200)
    time = pd.date_range("2016-11-10", periods=200, freq="s")
    return pd.DataFrame({"time": time, "latitude": latitude, "longitude": 86.0, "Ne": 1e5 + latitude**2})


CURVE = MolchanCurve.from_cells([0.9, 0.8, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [1, 0, 1, 0])
HISTORY = {"SIP": [{"loss": [0.7, 0.5], "val_loss": [0.7, 0.6]}]}
BY_TIME = {"forest": (Y, PROBA)}
FOLDS = [(np.arange(40), np.arange(40, N))]

# Class -> an instance made of tables that pass through ``table``; all that a dataframe is given to.
EXAMPLES = {
    "AnomalySeriesDisplay": lambda table: plotting.AnomalySeriesDisplay(
        table(SERIES), table(DETECTED.bounds), event=table(EVENT)
    ),
    "BalanceDisplay": lambda table: plotting.BalanceDisplay(
        table(pd.DataFrame({"difference": [-0.3, 0.02]}, index=["Kp", "latitude"]))
    ),
    "CasePanelDisplay": lambda table: plotting.CasePanelDisplay.from_pass(table(a_pass()), table(EVENT)),
    "ClassBalanceDisplay": lambda table: plotting.ClassBalanceDisplay({"01": (Y, Y[:9])}),
    "ClassROCDisplay": lambda table: plotting.ClassROCDisplay.from_predictions(BY_TIME),
    "ConfusionDisplay": lambda table: plotting.ConfusionDisplay.from_predictions(BY_TIME),
    "DTECHeatmapDisplay": lambda table: plotting.DTECHeatmapDisplay(table(DETECTED.dtec), event=table(EVENT)),
    "ForecastBarsDisplay": lambda table: plotting.ForecastBarsDisplay.from_predictions(
        table(SERIES), {"late": table(SERIES.shift(24))}
    ),
    "ForecastScatterDisplay": lambda table: plotting.ForecastScatterDisplay.from_predictions(
        table(SERIES), table(SERIES.shift(24))
    ),
    "LeadTimeDisplay": lambda table: plotting.LeadTimeDisplay.from_predictions(
        {"forest": (X["lead_days"], Y, PROBA)}
    ),
    "MolchanDisplay": lambda table: plotting.MolchanDisplay({"model": CURVE}),
    "NightlyMapDisplay": lambda table: plotting.NightlyMapDisplay(
        night_map(), catalog=table(EVENT.assign(time=TIMES[5])), night=TIMES[5]
    ),
    "NullDistributionDisplay": lambda table: plotting.NullDistributionDisplay(
        {"rotate": (RNG.normal(0.0, 0.1, 99), 0.04, 0.04)}, 0.3
    ),
    "PowerCurveDisplay": lambda table: plotting.PowerCurveDisplay(
        PowerCurve(POWER, 0.05, "seismic_mcc", ("rotate",), 0.95, {})
    ),
    "RSTMapDisplay": lambda table: plotting.RSTMapDisplay(MAPS, event=table(EVENT)),
    "ReliabilityDisplay": lambda table: plotting.ReliabilityDisplay.from_predictions(BY_TIME, n_bins=2),
    "SIPImageDisplay": lambda table: plotting.SIPImageDisplay(np.zeros((30, 24, 6))),
    "SampleMapDisplay": lambda table: plotting.SampleMapDisplay(
        table(X[["latitude", "longitude", "magnitude"]].assign(label=Y % 2)), table(X), Y
    ),
    "ScoreBarsDisplay": lambda table: plotting.ScoreBarsDisplay(
        table(pd.DataFrame({"MCC": [0.1, 0.2]}, index=["forest", "place"]))
    ),
    "ScoreDisplay": lambda table: plotting.ScoreDisplay(table(SCORES)),
    "SearchDisplay": lambda table: plotting.SearchDisplay(table(TRIALS)),
    "SensitivityDisplay": lambda table: plotting.SensitivityDisplay(table(SENSITIVITY)),
    "SequencesDisplay": lambda table: plotting.SequencesDisplay.from_samples(
        table(X), Y, WINDOWS, channels=["Ne (cm$^{-3}$)", "Te (K)"]
    ),
    "SplitTimelineDisplay": lambda table: plotting.SplitTimelineDisplay.from_folds(FOLDS, table(X), Y),
    "SuperposedEpochDisplay": lambda table: plotting.SuperposedEpochDisplay(epoch()),
    "TECMapDisplay": lambda table: plotting.TECMapDisplay(
        MAPS[0],
        stations=table(pd.DataFrame({"latitude": [44.2], "longitude": [86.1]}, index=["XJSH"])),
        event=table(EVENT),
    ),
    "TaylorDisplay": lambda table: plotting.TaylorDisplay.from_predictions(
        table(SERIES), {"late": table(SERIES.shift(24))}
    ),
    "TernaryDisplay": lambda table: plotting.TernaryDisplay.from_predictions(BY_TIME),
    "TrainingDisplay": lambda table: plotting.TrainingDisplay.from_histories(HISTORY),
    "TransferMatrixDisplay": lambda table: plotting.TransferMatrixDisplay(table(TRANSFER)),
    "WindowsDisplay": lambda table: plotting.WindowsDisplay.from_samples(
        table(X), Y, WINDOWS, channels=["Ne (cm$^{-3}$)", "Te (K)"], n_pairs=2
    ),
}

# Class -> its ways to be made besides the constructor, which takes numbers already there.
# Displays of results of ours (curves, tables, maps of alarms) and of data (samples, windows, maps) have
# nothing to predict; scikit-learn has from_cv_results where curves, folds or trials are drawn.
WAYS = {
    "AnomalySeriesDisplay": {"from_estimator", "from_anomalies"},
    "BalanceDisplay": set(),
    "CasePanelDisplay": {"from_pass"},
    "ClassBalanceDisplay": set(),
    "ClassROCDisplay": {"from_estimator", "from_predictions", "from_cv_results"},
    "ConfusionDisplay": {"from_estimator", "from_predictions"},
    "DTECHeatmapDisplay": {"from_estimator", "from_anomalies"},
    "ForecastBarsDisplay": {"from_estimator", "from_predictions"},
    "ForecastScatterDisplay": {"from_estimator", "from_predictions"},
    "LeadTimeDisplay": {"from_estimator", "from_predictions"},
    "MolchanDisplay": {"from_predictions"},  # alarms of nights, which no estimator gives by itself
    "NightlyMapDisplay": set(),
    "NullDistributionDisplay": {"from_result"},
    "PowerCurveDisplay": {"from_curve"},
    "RSTMapDisplay": set(),
    "ReliabilityDisplay": {"from_estimator", "from_predictions"},
    "SIPImageDisplay": set(),
    "SampleMapDisplay": {"from_samples"},
    "ScoreBarsDisplay": {"from_estimator", "from_predictions"},
    "ScoreDisplay": {"from_estimator", "from_predictions"},
    "SearchDisplay": {"from_estimator", "from_cv_results"},
    "SensitivityDisplay": {"from_frame"},
    "SequencesDisplay": {"from_samples"},
    "SplitTimelineDisplay": {"from_splitter", "from_folds", "from_cv_results"},
    "SuperposedEpochDisplay": set(),
    "TECMapDisplay": set(),
    "TaylorDisplay": {"from_estimator", "from_predictions"},
    "TernaryDisplay": {"from_estimator", "from_predictions"},
    "TrainingDisplay": {"from_estimator", "from_histories"},
    "TransferMatrixDisplay": set(),
    "WindowsDisplay": {"from_samples"},
}


def test_the_tables_name_every_display():
    assert set(EXAMPLES) == set(WAYS) == set(plotting.__all__) - {"PALETTE", "style"}


@pytest.mark.parametrize("name", sorted(WAYS))
def test_ways_to_be_made(name):
    display = getattr(plotting, name)
    ways = {way for way in dir(display) if way.startswith("from_")}
    assert ways == WAYS[name] and issubclass(display, Display)
    assert all(inspect.ismethod(getattr(display, way)) for way in ways)


@pytest.mark.parametrize("table", [same, of_polars], ids=["pandas", "polars"])
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_plot_on_own_and_given_axes(name, table):
    display = EXAMPLES[name](table)
    assert display.plot() is display
    shape = display.axes_.shape
    assert display.ax_ is display.axes_.flat[0] and display.figure_ is display.ax_.figure
    figure, axes = plt.subplots(*shape, squeeze=False)
    again = EXAMPLES[name](table)
    given = axes[0, 0] if axes.size == 1 else axes
    assert again.plot(ax=given) is again
    assert again.figure_ is figure and again.axes_.shape == shape and again.ax_ is axes[0, 0]
    figure.draw_without_rendering()


@pytest.fixture(scope="module")
def models():
    frame = X[["value"]]
    return {
        "forest": RandomForestClassifier(5, random_state=0).fit(frame, Y),
        "none": DummyClassifier().fit(frame, Y),
    }


@pytest.mark.parametrize(
    "name", ["ClassROCDisplay", "ConfusionDisplay", "ScoreBarsDisplay", "TernaryDisplay"]
)
def test_from_estimator_is_from_predictions(name, models):
    display = getattr(plotting, name)
    frame = X[["value"]]
    response = "predict" if name == "ConfusionDisplay" else "predict_proba"
    said = {key: (Y, getattr(model, response)(frame)) for key, model in models.items()}
    drawn = [
        display.from_estimator(models, frame, Y).plot(),
        display.from_predictions(said).plot(),
    ]
    texts = [[text.get_text() for text in made.figure_.findobj(plt.Text)] for made in drawn]
    assert texts[0] == texts[1]
    alone = display.from_estimator(models["forest"], frame, Y).plot()
    assert any("RandomForestClassifier" in text.get_text() for text in alone.figure_.findobj(plt.Text))
    with pytest.raises(TypeError, match="expected a fitted estimator with predict"):
        display.from_estimator(RandomForestClassifier, frame, Y)
    with pytest.raises(ValueError, match="not fitted"):
        display.from_estimator(RandomForestClassifier(), frame, Y)
    with pytest.raises(ValueError, match="no estimator in an empty dict"):
        display.from_estimator({}, frame, Y)


class OfValue:
    """A classifier of sample frames, by one of their columns."""

    def __init__(self, model):
        self.model, self.classes_ = model, model.classes_

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, frame):
        return self.model.predict(frame[["value"]])

    def predict_proba(self, frame):
        return self.model.predict_proba(frame[["value"]])


def test_displays_of_sample_frames(models):
    model = OfValue(models["forest"])
    counts = plotting.LeadTimeDisplay.from_estimator({"forest": model}, X, Y).counts["forest"]
    assert counts["tested"].sum() == (Y == 1).sum() and counts["recognised"].sum() > 0
    options = {"n_bins": 2, "block_days": 5.0}
    curves = plotting.ReliabilityDisplay.from_estimator({"forest": model}, X, Y, **options).curves
    assert curves["forest"].n == (Y < 2).sum() and curves["forest"].n_units == 11
    table = plotting.ScoreDisplay.from_estimator({"forest": model}, X, Y, random_state=0).table
    assert table["seismic_mcc"].iloc[0] > 0.3
    assert table["seismic_mcc_low"].iloc[0] < table["seismic_mcc"].iloc[0] < table["seismic_mcc_high"].iloc[0]
    with pytest.raises(ValueError, match="choose one of seismic_mcc, seismic_auc, event_auc"):
        plotting.ScoreDisplay.from_estimator(model, X, Y, score="f1")
    with pytest.raises(ValueError, match=r"missing column\(s\) lead_days"):
        plotting.LeadTimeDisplay.from_estimator(model, X.drop(columns="lead_days"), Y)


def test_regressors_have_no_probabilities():
    from sklearn.svm import LinearSVC

    model = LinearSVC().fit(X[["value"]], Y)
    with pytest.raises(TypeError, match="LinearSVC has no predict_proba; wrap it into Calibrated"):
        plotting.TernaryDisplay.from_estimator(model, X[["value"]], Y)


@pytest.mark.parametrize("table", [same, of_polars], ids=["pandas", "polars"])
def test_curves_of_folds(table):
    frame = table(X[["value"]])
    found = cross_validate(LogisticRegression(), frame, Y, cv=3, return_estimator=True, return_indices=True)
    weight = np.linspace(1, 2, N)
    display = plotting.ClassROCDisplay.from_cv_results(found, frame, Y, sample_weight=weight).plot()
    assert list(display.auc_.index) == ["fold 0", "fold 1", "fold 2"] and display.auc_.notna().all(axis=None)
    test = found["indices"]["test"][1]
    proba = found["estimator"][1].predict_proba(X[["value"]].iloc[test] if table is same else frame[test])
    one = plotting.ClassROCDisplay.from_predictions({"a": (Y[test], proba)}, sample_weight=weight[test])
    np.testing.assert_allclose(display.auc_.loc["fold 1"], one.auc_.loc["a"])
    with pytest.raises(ValueError, match="with return_estimator=True and return_indices=True"):
        plotting.ClassROCDisplay.from_cv_results({"test_score": [0.1]}, frame, Y)


def test_folds_and_trials_of_cv_results():
    found = cross_validate(DummyClassifier(), X[["value"]], Y, cv=3, return_indices=True)
    counts = plotting.SplitTimelineDisplay.from_cv_results(found, X, Y).plot().counts_
    assert counts["test"].tolist() == [20, 20, 20]
    with pytest.raises(ValueError, match="call cross_validate with return_indices=True"):
        plotting.SplitTimelineDisplay.from_cv_results({}, X)
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, scoring="accuracy").fit(X[["value"]], Y)
    one, other = (
        plotting.SearchDisplay.from_estimator(search),
        plotting.SearchDisplay.from_cv_results(search.cv_results_, score="accuracy"),
    )
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.score == other.score == "accuracy" and one.chance is other.chance is None


@pytest.mark.parametrize("name", ["ForecastBarsDisplay", "ForecastScatterDisplay", "TaylorDisplay"])
def test_forecasts_of_forecasters(name):
    display = getattr(plotting, name)
    made = display.from_estimator({"late": Forecaster()}, SERIES, unit="TECU")
    expected = display.from_predictions(SERIES, {"late": SERIES.shift(24)})
    drawn = [[text.get_text() for text in one.plot().figure_.findobj(plt.Text)] for one in (made, expected)]
    assert drawn[0] == drawn[1]
    with pytest.raises(TypeError, match="expected a fitted estimator with predict, got int"):
        display.from_estimator(3, SERIES)


def test_what_bounds_find():
    display = plotting.DTECHeatmapDisplay.from_estimator(IQRBounds(style="iqr"), SERIES, event=EVENT)
    pd.testing.assert_frame_equal(
        display.dtec, DETECTED.dtec, check_index_type=False, check_names=False, check_freq=False
    )
    assert display.expected_rate == DETECTED.expected_rate


def test_curves_of_alarms():
    nights = pd.date_range("2015-01-01", periods=200, name="night")
    grid = {"night": nights, "latitude": [0.5, 1.5], "longitude": [0.5, 1.5]}
    alarm = xr.DataArray(np.random.default_rng(1).uniform(size=(200, 2, 2)), grid, tuple(grid))
    rate = xr.DataArray(
        np.full((2, 2), 0.25), {k: grid[k] for k in ("latitude", "longitude")}, ("latitude", "longitude")
    )
    catalog = pd.DataFrame(
        {"time": nights[5:195:5] + pd.Timedelta("23h"), "latitude": 0.5, "longitude": 0.5, "magnitude": 6.0}
    )
    options = {"block_days": 15.0, "random_state": 0}
    curves = plotting.MolchanDisplay.from_predictions({"model": alarm}, catalog, rate, **options).curves
    assert list(curves) == ["model"] and curves["model"].n_events == len(catalog)


def whiskers(axes):
    """What the intervals of several points are drawn as."""
    return [
        part for found in axes.collections if hasattr(found, "get_segments") for part in found.get_segments()
    ]


def hollow(axes):
    return [line for line in axes.lines if line.get_markerfacecolor() == "white"]


def test_a_score_without_an_interval_has_no_bar():
    drawn = plotting.ScoreDisplay(SCORES).plot().ax_
    bars = [line for line in drawn.lines if line.get_alpha() == 0.6]
    assert len(bars) == 1 and list(bars[0].get_ydata()) == [1, 1]
    assert len(hollow(drawn)) == 1 and [text.get_text() for text in drawn.texts] == ["2 units"]
    assert drawn.get_xlabel() == "seismic MCC (no unit),\n95 % interval; hollow: too few units for one"
    drawn = plotting.ScoreDisplay(SCORES.drop(columns="n_units")).plot().ax_
    assert [text.get_text() for text in drawn.texts] == ["no interval"]
    drawn = plotting.ScoreDisplay(SCORES[1:]).plot().ax_
    assert not hollow(drawn) and drawn.get_xlabel() == "seismic MCC (no unit),\n95 % interval"


def test_other_displays_draw_no_bar_without_an_interval():
    cells = [text.get_text() for text in plotting.TransferMatrixDisplay(TRANSFER).plot().ax_.texts]
    assert cells == ["0.63\n(2 units)", "0.20\n[0.10, 0.30]"]
    top, bottom = plotting.SensitivityDisplay(SENSITIVITY).plot().axes_.flat
    assert len(whiskers(top)) == 1 and len(hollow(top)) == 1
    assert "not significant (1), no interval" in [text.get_text() for text in bottom.get_legend().get_texts()]
    found = epoch()
    bare = Bunch(**{name: getattr(found, name) for name in dir(found) if not name.startswith("_")})
    bare.low, bare.high = np.full_like(found.low, np.nan), np.full_like(found.high, np.nan)
    drawn = plotting.SuperposedEpochDisplay(bare).plot().ax_
    assert not whiskers(drawn) and len(hollow(drawn)) == 1
    assert "no interval" in [text.get_text() for text in drawn.get_legend().get_texts()]
