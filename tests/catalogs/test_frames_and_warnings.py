"""Catalogs of other dataframe libraries, what steps on catalogs hand on, and nothing left without a word."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from common.catalog_examples import make_small
from sklearn import config_context
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from skquake.catalogs import (
    AftershockRemover,
    MagnitudeFilter,
    MatchedControls,
    RandomControls,
    events_near,
)
from skquake.preprocessing import TrainOnly

CATALOG = make_small(40, days=200, spread=40.0)
TABLE = CATALOG.rename_axis("event_id").reset_index()
LIBRARIES = {"polars": pl.from_pandas, "pyarrow": pa.Table.from_pandas}


@pytest.fixture(params=list(LIBRARIES))
def other(request):
    return LIBRARIES[request.param](TABLE)


@pytest.mark.parametrize(
    "step",
    [AftershockRemover(), AftershockRemover("nearest-neighbour", threshold=-4.0), MagnitudeFilter(5.0)],
)
def test_steps_take_any_frame(step, other):
    expected = clone(step).fit_transform(CATALOG)
    for found in (clone(step).fit_transform(other), clone(step).fit(other).transform(other)):
        assert found.index.tolist() == expected.index.tolist()
        np.testing.assert_array_equal(found["magnitude"], expected["magnitude"])
        assert pd.to_datetime(found["time"]).tolist() == expected["time"].tolist()


def test_events_without_ids_are_numbered():
    bare = pl.from_pandas(TABLE.drop(columns="event_id"))
    kept = MagnitudeFilter(5.0).fit_transform(bare)
    assert kept.index.tolist() == np.flatnonzero(CATALOG["magnitude"] >= 5.0).tolist()


@pytest.mark.parametrize("sampler", [MatchedControls(random_state=0), RandomControls(random_state=0)])
def test_samplers_take_any_frame(sampler, other):
    expected = clone(sampler).sample(CATALOG)
    found = clone(sampler).set_params(avoid=other).sample(other)
    assert found.index.tolist() == expected.index.tolist()
    assert found["time"].tolist() == expected["time"].tolist()
    for wrong in ([1, 2], CATALOG.to_numpy()):
        with pytest.raises(TypeError, match=r"'avoid' parameter of .* must be a dataframe"):
            clone(sampler).set_params(avoid=wrong).sample(CATALOG)


def test_events_near_takes_any_frame(other):
    place = CATALOG.iloc[0][["latitude", "longitude"]].astype(float)
    expected = events_near(CATALOG, *place, region="2000km")
    assert events_near(other, *place, region="2000km").index.tolist() == expected.index.tolist()
    assert 0 < len(expected) < len(CATALOG)


@pytest.mark.parametrize("step", [AftershockRemover(), MagnitudeFilter(5.0)])
@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
def test_names_and_output(step, container):
    plain = clone(step).fit_transform(CATALOG)
    with config_context(transform_output=container, enable_metadata_routing=True):
        fitted = clone(step).fit(CATALOG)
        pd.testing.assert_frame_equal(fitted.transform(CATALOG), plain)
        pd.testing.assert_frame_equal(clone(step).fit_transform(CATALOG), plain)
    pd.testing.assert_frame_equal(clone(step).set_output(transform=container).fit_transform(CATALOG), plain)
    assert fitted.n_features_in_ == 5
    assert fitted.feature_names_in_.tolist() == fitted.get_feature_names_out().tolist() == list(plain)


def test_nothing_left_is_said():
    with pytest.warns(UserWarning, match="no event is left: minimum=9 drops all 40, whose magnitudes"):
        assert MagnitudeFilter(9).fit_transform(CATALOG).empty
    with pytest.warns(UserWarning, match="minimum=1, maximum=2 drops all 40"):
        MagnitudeFilter(1, 2).fit(CATALOG).transform(CATALOG)
    assert MagnitudeFilter(9).fit_transform(CATALOG.iloc[:0]).empty  # of none none is dropped


def test_a_refused_fit_leaves_the_labels_as_they_were():
    remover = AftershockRemover("nearest-neighbour", threshold=-4.0).fit(CATALOG)
    before = dict(vars(remover))
    for wrong in (CATALOG.drop(columns="time"), CATALOG.assign(latitude=95.0), CATALOG.to_numpy()):
        with pytest.raises((TypeError, ValueError)):
            remover.fit(wrong)
    remover.days = -1.0
    with pytest.raises(ValueError, match="'days' parameter"):
        remover.fit(CATALOG)
    assert {**vars(remover), "days": None} == before
    box = remover.set_params(days=15.0, method="box").fit(CATALOG)
    assert not hasattr(box, "threshold_")  # that of another method is none of this one


def test_transform_changes_nothing_that_fit_has_found():
    remover = AftershockRemover("nearest-neighbour").fit(CATALOG)
    threshold = remover.threshold_
    remover.transform(make_small(60, days=20, spread=5.0))
    assert remover.threshold_ == threshold


@pytest.mark.parametrize("container", ["default", "pandas"])
@pytest.mark.parametrize("routing", [False, True])
def test_as_the_sampler_of_training(container, routing):
    dense = make_small(40, days=60, spread=4.0)
    y = np.arange(len(dense)) % 2
    rest = make_pipeline(MagnitudeFilter(0.0), DummyClassifier())
    kept = AftershockRemover().fit_resample(dense, y)
    assert 0 < len(kept[0]) == len(kept[1]) < len(dense)
    with config_context(transform_output=container, enable_metadata_routing=routing):
        model = TrainOnly(AftershockRemover(), rest).fit(dense, y)
        assert model.predict(dense).shape == y.shape
    X, labels = AftershockRemover().fit_resample(pl.from_pandas(dense), pl.Series(y))
    np.testing.assert_array_equal(X["magnitude"], kept[0]["magnitude"])
    np.testing.assert_array_equal(labels, kept[1])
