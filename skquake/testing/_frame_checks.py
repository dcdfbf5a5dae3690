"""What steps promise that take frames: samples, catalogs, tracks."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skquake._core._frames import as_frame
from skquake.testing._kinds import Example, assert_same
from skquake.testing._raises import raises


def check_other_dataframes(estimator: Any, example: Example) -> None:
    """A table of another library gives what the pandas frame gives; pyarrow, and polars where installed."""
    frame = example.X.reset_index(drop=True)
    target = () if example.y is None else (example.y,)
    expected = clone(estimator).fit(frame, *target).transform(frame)
    for table in _others(frame):
        found = clone(estimator).fit(table, *target).transform(table)
        if isinstance(expected, pd.DataFrame):
            found = as_frame(found, "the output")
            pd.testing.assert_frame_equal(found, expected, check_index_type=False, check_dtype=False)
        else:
            assert_same(found, expected, f"the output for a table of {type(table).__module__}")


def check_what_is_no_table_is_refused(estimator: Any, example: Example) -> None:
    for wrong in (None, "a word", np.zeros(3), np.zeros((2, 2, 2))):
        with raises((TypeError, ValueError)):
            clone(estimator).fit(wrong).transform(wrong)


def check_pipeline_of_samples_names_its_columns(estimator: Any, example: Example) -> None:
    """A pipeline from samples to numbers has names of what goes in and comes out."""
    from skquake.preprocessing import WindowFlattener

    windows = clone(estimator).fit_transform(example.X)
    steps = [clone(estimator), *([WindowFlattener()] if windows.ndim == 3 else [])]
    model = make_pipeline(*steps).fit(example.X)
    assert model.n_features_in_ == example.X.shape[1]
    assert list(model.feature_names_in_) == list(example.X.columns)
    if windows.ndim == 3:
        names = model.get_feature_names_out()
        assert len(set(names)) == len(names) == windows[0].size


def check_catalog_step_keeps_rows_and_columns(estimator: Any, example: Example) -> None:
    """What comes out are rows of the catalog, in its order, under their own ids."""
    catalog = example.X
    found = clone(estimator).fit_transform(catalog)
    assert set(found.index) <= set(catalog.index)
    order = [event for event in catalog.index if event in set(found.index)]
    pd.testing.assert_frame_equal(found[list(catalog.columns)], catalog.loc[order], check_dtype=False)
    shuffled = catalog.sample(frac=1.0, random_state=0)
    assert set(clone(estimator).fit_transform(shuffled).index) == set(found.index)


def _others(frame: pd.DataFrame) -> list[Any]:
    import pyarrow as pa

    found: list[Any] = [pa.Table.from_pandas(frame, preserve_index=False)]
    if importlib.util.find_spec("polars"):
        import polars as pl

        found.append(pl.from_pandas(frame))
    return found
