"""What every sampler of controls promises: ``sample(catalog)`` gives events that never happened."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import check_random_state

from skquake._core._validation import check_catalog
from skquake.testing._catalogs import crowded_catalog
from skquake.testing._raises import raises


def check_parameters_and_clone(sampler: Any, catalog: pd.DataFrame) -> None:
    assert "random_state" in sampler.get_params() and "avoid" in sampler.get_params()
    before = repr(sampler.get_params())
    twin = clone(sampler).set_params(random_state=3)
    pd.testing.assert_frame_equal(
        twin.sample(catalog), clone(sampler).set_params(random_state=3).sample(catalog)
    )
    sampler.sample(catalog)
    assert repr(sampler.get_params()) == before


def check_pickle(sampler: Any, catalog: pd.DataFrame) -> None:
    seeded = clone(sampler).set_params(random_state=0)
    twin = pickle.loads(pickle.dumps(seeded))
    pd.testing.assert_frame_equal(twin.sample(catalog), seeded.sample(catalog))


def check_controls_are_a_catalog(sampler: Any, catalog: pd.DataFrame) -> None:
    controls = clone(sampler).set_params(random_state=0, ratio=2).sample(catalog)
    assert 0 < len(controls) <= 2 * len(catalog)
    assert {"time", "latitude", "longitude", "magnitude", "depth_km", "label", "pair_id"} <= set(controls)
    assert controls["time"].dtype == "datetime64[ns]"
    assert controls["label"].dtype.kind == "i" and (controls["label"] == 0).all()
    assert controls["pair_id"].notna().all()
    assert controls["longitude"].between(-180, 180, inclusive="left").all()
    assert set(controls["magnitude"]) <= set(catalog["magnitude"])
    check_catalog(pd.concat([catalog, controls]))  # one name, one row


def check_catalog_stays_as_it_was(sampler: Any, catalog: pd.DataFrame) -> None:
    before = catalog.copy()
    sampler.sample(catalog)
    pd.testing.assert_frame_equal(catalog, before)


def check_random_state_semantics(sampler: Any, catalog: pd.DataFrame) -> None:
    def draw(random_state: Any) -> pd.DataFrame:
        return clone(sampler).set_params(random_state=random_state).sample(catalog)

    pd.testing.assert_frame_equal(draw(0), draw(0))
    assert not draw(0)["time"].equals(draw(1)["time"])
    seeded = clone(sampler).set_params(random_state=0)
    pd.testing.assert_frame_equal(seeded.sample(catalog), seeded.sample(catalog))
    stream = clone(sampler)
    stream.random_state = check_random_state(0)
    first, second = stream.sample(catalog), stream.sample(catalog)
    pd.testing.assert_frame_equal(first, draw(0))
    assert not first["time"].equals(second["time"])


def check_row_order_does_not_matter(sampler: Any, catalog: pd.DataFrame) -> None:
    seeded = clone(sampler).set_params(random_state=0)
    for events in (catalog, crowded_catalog(60, seed=4, days=400, spread=30.0, tied=True)):
        shuffled = events.sample(frac=1, random_state=1)
        pd.testing.assert_frame_equal(seeded.sample(shuffled), seeded.sample(events))
        avoiding = clone(seeded).set_params(avoid=shuffled)
        pd.testing.assert_frame_equal(avoiding.sample(events), seeded.sample(events))


def check_any_index_zone_and_longitude(sampler: Any, catalog: pd.DataFrame) -> None:
    seeded = clone(sampler).set_params(random_state=0)
    expected = seeded.sample(catalog)[["time", "latitude", "longitude", "magnitude"]].to_numpy()
    zoned = catalog["time"].dt.tz_localize("UTC").dt.tz_convert("America/Lima")
    for same in (
        catalog.set_axis(np.arange(len(catalog))[::-1]),
        catalog.assign(longitude=catalog["longitude"] % 360),
        catalog.assign(time=zoned),
    ):
        found = seeded.sample(same)[["time", "latitude", "longitude", "magnitude"]].to_numpy()
        assert (found[:, [0, 3]] == expected[:, [0, 3]]).all()
        assert np.allclose(found[:, 1:3].astype(float), expected[:, 1:3].astype(float))


def check_bad_catalogs_are_named(sampler: Any, catalog: pd.DataFrame) -> None:
    for bad, message in (
        (catalog.iloc[:0], "no events"),
        (catalog.set_axis([7] * len(catalog)), "event id .*7.* occurs more than once"),
        (catalog.drop(columns="time"), "missing column.* time"),
        (catalog.assign(latitude=np.nan), "latitude nan in row 0"),
        (catalog.assign(latitude=91.0), "latitude 91.0 in row 0"),
        (catalog.assign(magnitude=np.nan), "magnitude is missing for event"),
        (catalog.assign(magnitude="big"), "magnitude must be a number"),
        (catalog.assign(time=np.datetime64("NaT", "ns")), "time is missing"),
    ):
        with raises(ValueError, match=message):
            sampler.sample(bad)
        if len(bad):
            with raises(ValueError, match=f"avoid.*{message}"):
                clone(sampler).set_params(avoid=bad).sample(catalog)
    with raises(TypeError, match="(?i)dataframe"):
        sampler.sample(catalog.to_numpy())


def check_bad_parameters_are_named(sampler: Any, catalog: pd.DataFrame) -> None:
    for name, value in (
        ("ratio", 0),
        ("ratio", 1.5),
        ("avoid", "all"),
        ("random_state", "x"),
        ("min_days", -1),
    ):
        with raises(ValueError, match=f"'{name}' parameter"):
            clone(sampler).set_params(**{name: value}).sample(catalog)


def check_name_clash_is_an_error(sampler: Any, catalog: pd.DataFrame) -> None:
    name = clone(sampler).set_params(random_state=0).sample(catalog).index[0]
    # The last event of all takes the control's name; it has no control that would be renamed first.
    clash = catalog.rename(index={catalog["time"].idxmax(): name})
    with raises(ValueError, match=name):
        clone(sampler).set_params(random_state=0).sample(clash)


SAMPLER_CHECKS = [check for check in list(globals().values()) if getattr(check, "__module__", "") == __name__]
