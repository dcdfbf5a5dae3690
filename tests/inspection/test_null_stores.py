"""Stores of nulls and of planted effects: one writer, whole rows, known versions; failures of the machine."""

import json
import os
import signal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from test_catalog_null_test import make_model, make_world, run
from test_injection_recovery import MODEL, recover

from skquake._core._journal import sealed
from skquake.inspection import CatalogNullResult, PowerCurve

SOURCE, CATALOG = make_world()


def nulls(path=None, model=None, **changes):
    return run(SOURCE, CATALOG, model, **{"nulls": ("rotate",), "n_nulls": 3, "store": path} | changes)


def planted(path=None, **changes):
    return recover(**{"sizes": (1.0,), "n_nulls": 3, "n_repeats": 2, "alpha": 0.34, "store": path} | changes)


BOTH = pytest.mark.parametrize("analysis", [nulls, planted])


def records(path):
    found = [json.loads(line) for line in path.read_bytes().splitlines()]
    for record in found:
        del record["checksum"]
    return found


def rewrite(path, found):
    path.write_bytes(b"".join(map(sealed, found)))


@BOTH
def test_one_process_has_the_store(tmp_path, analysis, monkeypatch):
    path = tmp_path / "rows.jsonl"
    seen = []
    from skquake.inspection._analysis import Analysis

    scored = Analysis.evaluations

    def second(self, *arguments):
        if not seen:
            seen.append(path.read_bytes())
            with pytest.raises(RuntimeError, match=r"rows\.jsonl: busy, .*wait for its end, or name another"):
                analysis(path)
            seen.append(path.read_bytes())
        return scored(self, *arguments)

    monkeypatch.setattr(Analysis, "evaluations", second)
    with parallel_config("threading"):
        analysis(path)
    assert seen[0] == seen[1] and path.read_bytes().count(b'"header"') == 1
    analysis(path)  # the lock went with the first


@BOTH
def test_versions(tmp_path, analysis):
    path = tmp_path / "rows.jsonl"
    first = analysis(path)
    assert len(first.versions) == 1 and analysis().versions == first.versions
    found = records(path)
    found[0]["versions"]["numpy"] = "1.26.0"
    rewrite(path, found)
    with pytest.raises(ValueError, match=r"numpy: 1\.26\.0 -> .*accept_versions=True"):
        analysis(path)
    again = analysis(path, accept_versions=True)
    assert [made["numpy"] for made in again.versions] == ["1.26.0", np.__version__]


CHANGES = {
    "scores": lambda row: (
        row | {"scores": {"other": 1.0} if isinstance(row["scores"], dict) else [[None, 0.5, 1]]}
    ),
    "no replicate": lambda row: {k: v for k, v in row.items() if k != "replicate"},
    "no seconds": lambda row: row | {"seconds": {}},
    "negative": lambda row: row | {"replicate": -1},
    "text": lambda row: row | {"replicate": "0"},
    "error": lambda row: row | {"error": 3},
}


@BOTH
@pytest.mark.parametrize("change", CHANGES)
def test_rows_that_are_not_whole_are_named(tmp_path, analysis, change, request):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(request.getfixturevalue(f"whole_{analysis.__name__}"))
    found = records(path)
    found[2] = CHANGES[change](found[2])
    rewrite(path, found)
    with pytest.raises(
        ValueError, match=r"rows\.jsonl, line 3: no whole record \(.*remove the line, or name"
    ):
        analysis(path)


@BOTH
def test_damaged_and_repeated_rows_are_named(tmp_path, analysis, request):
    path = tmp_path / "rows.jsonl"
    whole = request.getfixturevalue(f"whole_{analysis.__name__}")
    lines = whole.splitlines(keepends=True)
    path.write_bytes(whole + lines[1])
    with pytest.raises(ValueError, match=rf"line {len(lines) + 1}: .* once more, it is in line 2 already"):
        analysis(path)
    path.write_bytes(b"".join([*lines[:2], lines[2][:-30] + b"\n", *lines[3:]]))
    with pytest.raises(ValueError, match="line 3: damaged"):
        analysis(path)


@pytest.fixture(scope="module")
def whole_nulls(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "rows.jsonl"
    nulls(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole_planted(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "rows.jsonl"
    planted(path)
    return path.read_bytes()


def test_other_sizes_go_into_the_same_store(tmp_path):
    path = tmp_path / "rows.jsonl"
    planted(path)
    both = planted(path, sizes=(0.5, 1.0))
    assert len(records(path)) == 1 + 3 + 2
    pd.testing.assert_frame_equal(planted(path, sizes=(0.5, 1.0)).scores, both.scores)
    pd.testing.assert_frame_equal(planted(sizes=(0.5, 1.0)).scores, both.scores)
    assert len(records(path)) == 1 + 3 + 2


class Failing(ClassifierMixin, BaseEstimator):
    """Works so often, all clones together; then it fails as it is told."""

    left = 0

    def __init__(self, how="MemoryError"):
        self.how = how

    def fit(self, X, y):
        if Failing.left == 0:
            if self.how == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(28, "No space left on device") if self.how == "full" else MemoryError
        Failing.left -= 1
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


def test_a_catalog_for_which_memory_is_missing_counts_against_the_score():
    Failing.left = 2
    with pytest.warns(UserWarning, match="2 of 3 null catalogs could not be scored .*the first: MemoryError"):
        found = nulls(model=Failing())
    assert found.p_value >= 0.75


def test_a_full_disk_is_no_catalogs_fault(tmp_path):
    path = tmp_path / "rows.jsonl"
    Failing.left = 2
    with pytest.raises(OSError, match="No space left"):
        nulls(path, Failing("full"))
    assert len(records(path)) == 2


@pytest.mark.slow
def test_a_dead_worker_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("skquake._core._engine.TRIES", 2)  # each takes new workers
    Failing.left = 1  # in the workers there is none left
    with pytest.raises(RuntimeError, match=r"a worker process died, .*n_jobs=2 now.*store=.*rows\.jsonl"):
        nulls(tmp_path / "rows.jsonl", Failing("die"), n_jobs=2, n_nulls=1)


def test_catalogs_of_any_dataframe_library():
    plain = CATALOG.reset_index(drop=True)
    found = run(SOURCE, pl.from_pandas(plain), make_model(SOURCE), nulls=("rotate",), n_nulls=2)
    expected = run(SOURCE, plain, make_model(SOURCE), nulls=("rotate",), n_nulls=2)
    pd.testing.assert_frame_equal(found.scores, expected.scores)
    assert isinstance(found, CatalogNullResult) and json.dumps(found.to_dict()["versions"])
    assert isinstance(planted(), PowerCurve) and MODEL is not None
