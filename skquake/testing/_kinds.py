"""What kind of object something is, and small data that its kind takes."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags

from skquake._core._sklearn import num_samples, safe_indexing
from skquake.testing._catalogs import crowded_catalog
from skquake.testing._sample_frames import sample_frame

# Their rows are times of a series, each seen in the light of those before; three dimensions are maps.
_SERIES = {"RollingBounds", "SigmaClipper", "KalmanImputer"}
START = pd.Timestamp("2015-03-01")


@dataclass
class Example:
    """What a check fits on: ``X`` and ``y`` (None where there is no target)."""

    X: Any
    y: Any = None

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What ``fit`` takes."""
        return (self.X,) if self.y is None else (self.X, self.y)

    def part(self, rows: Any) -> Example:
        """Some of the rows, by position."""
        if hasattr(self.X, "isel"):
            return Example(self.X.isel(time=rows))
        return Example(safe_indexing(self.X, rows), None if self.y is None else safe_indexing(self.y, rows))

    def other(self) -> Example:
        """Other data of the same shape of a row: most of the rows, and classes of other names."""
        found = self.part(np.arange(num_samples(self.X) * 5 // 6))
        if found.y is not None and np.asarray(found.y).dtype.kind in "iUO":
            found.y = np.where(np.asarray(found.y) == np.asarray(found.y)[0], "day", "night")
        return found


def kind_of(thing: Any) -> str:
    """The kind of an object, by what it has and takes.

    ========== =====================================================================================
    source     has ``windows``, ``kind`` and ``channels``
    sampler    has ``sample(catalog)``
    splitter   has ``split``
    forecaster ``fit`` takes ``series``
    catalog    ``fit`` takes ``catalog``
    samples    has a parameter ``source``, or ``window`` that has one, from which it cuts the windows of
               a sample frame
    windows    its tags say ``three_d_array`` and not ``two_d_array``; or it goes on from a pretrained
               network, which takes windows of one shape
    array      its tags say ``two_d_array``; scikit-learn's own checks apply
    frame      anything else with ``fit``: a frame, or maps, which the caller must give
    ========== =====================================================================================

    Raises
    ------
    TypeError
        For what is none of these.
    """
    if all(hasattr(thing, name) for name in ("windows", "kind", "channels")) or hasattr(thing, "items"):
        return "source"
    if not hasattr(thing, "get_params"):
        raise TypeError(f"{type(thing).__name__} is neither an estimator (get_params) nor a source (windows)")
    if hasattr(thing, "sample"):
        return "sampler"
    if hasattr(thing, "split"):
        return "splitter"
    if not hasattr(thing, "fit"):
        raise TypeError(f"{type(thing).__name__} has none of fit, sample, split; it cannot be checked")
    first = next(iter(inspect.signature(thing.fit).parameters), "")
    if first in ("series", "catalog"):
        return {"series": "forecaster"}.get(first, first)
    if hasattr(_cutter(thing), "source"):
        return "samples"
    tags = get_tags(thing).input_tags
    goes_on = isinstance(thing.get_params(deep=False).get("pretrained"), FrozenEstimator)
    if goes_on or (tags.three_d_array and not tags.two_d_array):
        return "windows"
    return "array" if tags.two_d_array and not get_tags(thing).no_validation else "frame"


def takes_windows(estimator: Any) -> bool:
    """Whether an estimator takes windows (n_samples, length, channels)."""
    if any(cls.__name__ in _SERIES for cls in type(estimator).__mro__):
        return False
    return kind_of(estimator) == "windows" or (
        kind_of(estimator) == "array" and get_tags(estimator).input_tags.three_d_array
    )


def example_of(thing: Any, X: Any = None, y: Any = None) -> Example:
    """Data for an object: those handed in, else small ones of its kind.

    Raises
    ------
    ValueError
        For the kind "frame" without data.
    """
    if X is not None:
        return Example(X, y)
    kind = kind_of(thing)
    if kind in ("sampler", "catalog"):
        return Example(crowded_catalog(60, seed=4, days=400, spread=30.0))
    if kind == "splitter":
        return samples_of_two_sources()
    if kind == "forecaster":
        return Example(series())
    if kind == "source":
        return Example(samples_near(thing))
    if kind == "samples":
        return Example(samples_for(thing))
    if kind in ("windows", "array"):
        return windows_for(thing)
    raise ValueError(
        f"{type(thing).__name__} takes a frame or maps that only its author knows; hand small data in as X"
    )


def windows_for(estimator: Any, n: int = 36, length: int = 6, channels: int = 2) -> Example:
    """Windows and the target that an estimator asks for; 2-D where it takes no windows."""
    rng = np.random.default_rng(0)
    tags = get_tags(estimator)
    shape, dtype = (
        ((n, length, channels), "float32") if takes_windows(estimator) else ((n, length), "float64")
    )
    X = rng.normal(10.0, 2.0, shape).astype(dtype)
    y: Any = np.arange(n) % 2
    X[y == 1] += 1.5
    if tags.estimator_type == "classifier":
        return Example(X, np.array(["quake", "quiet"])[y])
    if tags.estimator_type == "regressor":
        return Example(X, X.reshape(n, -1)[:, -1] + 0.1 * rng.normal(size=n))
    return Example(X, y if tags.target_tags.required else None)


def series(days: int = 36, stations: int = 2) -> pd.DataFrame:
    """TEC every two hours: a daily wave with noise."""
    rng = np.random.default_rng(0)
    time = pd.date_range(START, periods=days * 12, freq="2h", unit="ns")
    wave = 20 + 10 * np.sin(np.arange(len(time))[:, None] * np.pi / 6 + np.arange(stations))
    return pd.DataFrame(wave + rng.normal(size=wave.shape), time, [f"S{k}" for k in range(stations)])


def samples_of_two_sources() -> Example:
    """Samples of three years and two satellites, with labels."""
    made = sample_frame(40, span_days=1100, disturbed=0.0)
    pair = made.X["pair_id"].str[1:].astype(int)
    return Example(made.X.assign(source=np.where(pair % 2, "A", "B")).drop(columns="owners"), made.y)


def _cutter(step: Any) -> Any:
    """What cuts the windows of samples: the step itself or its ``window``."""
    return step.get_params(deep=False).get("window", step)


def samples_for(step: Any) -> pd.DataFrame:
    """Samples whose windows a step can cut from its ``source``."""
    cutter = _cutter(step)
    samples = samples_near(cutter.source)
    if "missing" in cutter.get_params(deep=False):
        windows = clone(cutter).set_params(missing="nan").fit_transform(samples)
        samples = samples[np.isfinite(windows).reshape(len(windows), -1).all(axis=1)]
    return samples.reset_index(drop=True)


def samples_near(source: Any) -> pd.DataFrame:
    """Samples of which a source can cut most windows, and some that it cannot."""
    if hasattr(source, "items"):
        parts = [samples_near(member).assign(source=name) for name, member in source.items()]
        return pd.concat(parts, ignore_index=True)
    rng = np.random.default_rng(3)
    time = pd.DatetimeIndex(source.time)
    last = len(time) - 1
    rows = np.concatenate([[0, 1, last - 1, last], rng.integers(last // 2, last, 24)])
    if source.kind == "track":
        places = source.latitude[rows], source.longitude[rows]
    elif source.kind == "series":
        chosen = source.stations.iloc[rng.integers(0, len(source.stations), len(rows))]
        places = chosen["latitude"].to_numpy(), chosen["longitude"].to_numpy()
    else:
        places = rng.choice(source.latitude, len(rows)), rng.choice(source.longitude, len(rows))
    samples = pd.DataFrame({"time": time[rows], "latitude": places[0], "longitude": places[1]})
    outside = samples.iloc[:2].assign(time=pd.DatetimeIndex([str(time[0] - pd.Timedelta("400D")), "NaT"]))
    return pd.concat([samples, outside]).sample(frac=1.0, random_state=0, ignore_index=True)


def results(estimator: Any, example: Example) -> dict[str, Any]:
    """What a fitted estimator says of the rows of an example, by method."""
    found = {}
    for method in ("predict", "predict_proba", "decision_function", "transform", "score_samples", "detect"):
        if hasattr(estimator, method):
            found[method] = getattr(estimator, method)(example.X)
    return found


def assert_same(found: Any, expected: Any, what: str = "the result") -> None:
    """Bit for bit the same: arrays, frames, maps, and results made of them."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), f"{what}: {list(found)} is not {list(expected)}"
        for name, value in expected.items():
            assert_same(found[name], value, f"{what} of {name}")
    elif isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(found, expected, err_msg=what)
    elif isinstance(expected, pd.DataFrame):
        pd.testing.assert_frame_equal(found, expected, obj=what)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found, expected, obj=what)
    elif hasattr(expected, "identical"):
        assert found.identical(expected), f"{what} is another"
    elif hasattr(expected, "__dict__"):
        assert_same(vars(found), vars(expected), what)
    elif isinstance(expected, tuple | list):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, what)
    else:
        assert found == expected or (found != found and expected != expected), f"{what}: {found}, {expected}"
