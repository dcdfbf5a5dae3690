"""What could have made a score without any earthquake: place, circumstances, place and date alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from skquake._core._time import as_ns, local_solar_time, to_utc
from skquake._core._typing import Estimator, FloatArray, Frame
from skquake._core._validation import check_columns
from skquake.model_selection import Evaluation, evaluate
from skquake.model_selection._evaluate import check_samples

_YEAR_DAYS = 365.2425


class ProbeFeatures(TransformerMixin, BaseEstimator):
    """Named numbers of a sample frame; learns nothing.

    Parameters
    ----------
    names : tuple of str
        Keys of the table of features in this module.
    f107 : Series, default=None
        Solar flux by time, for the feature "f107".
    """

    def __init__(self, names: tuple[str, ...], f107: pd.Series | None = None) -> None:
        self.names = names
        self.f107 = f107

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Nothing to learn."""
        return self

    def transform(self, X: pd.DataFrame) -> FloatArray:
        """Features of shape (n_samples, n_features)."""
        columns = [
            _latest(self.f107, X["time"]) if name == "f107" else _FEATURES[name][1](X) for name in self.names
        ]
        return np.stack([np.asarray(column, dtype=float) for column in columns], axis=1)

    def __sklearn_is_fitted__(self):
        return True


def _turn(value, period, function):
    return function(2.0 * np.pi * np.asarray(value, dtype=float) / period)


def _hour(X):
    return X["local_time"] if "local_time" in X else local_solar_time(X["time"].to_numpy(), X["longitude"])


def _day(X):
    return X["time"].dt.dayofyear


def _latest(series, time):
    """Value in force at each time: the last one at or before it, NaN before the first."""
    stamps, times = as_ns(series.index.to_numpy()), as_ns(time.to_numpy())
    position = np.searchsorted(stamps, times, side="right") - 1
    return np.where(position >= 0, series.to_numpy(dtype=float)[np.maximum(position, 0)], np.nan)


# Feature -> the columns it needs, and how it is made.
_FEATURES = {
    "latitude": (("latitude",), lambda X: X["latitude"]),
    "longitude": (("longitude",), lambda X: X["longitude"]),
    "local_time_cos": (("time", "longitude"), lambda X: _turn(_hour(X), 24.0, np.cos)),
    "local_time_sin": (("time", "longitude"), lambda X: _turn(_hour(X), 24.0, np.sin)),
    "day_of_year_cos": (("time",), lambda X: _turn(_day(X), _YEAR_DAYS, np.cos)),
    "day_of_year_sin": (("time",), lambda X: _turn(_day(X), _YEAR_DAYS, np.sin)),
    "kp": (("kp",), lambda X: X["kp"]),
    "ascending": (("ascending",), lambda X: X["ascending"]),
    "magnitude": (("magnitude",), lambda X: X["magnitude"]),
    "absolute_latitude": (("latitude",), lambda X: X["latitude"].abs()),
    "date": (("time",), lambda X: as_ns(X["time"].to_numpy()) / 86_400e9),  # days since 1970
}


_PLACE_AND_DATE = ("latitude", "longitude", "date")


def _probe(names, samples, cv, estimator, f107=None, **params):
    if estimator is None:
        estimator = RandomForestClassifier(n_estimators=200, min_samples_leaf=5, random_state=0)
    model = make_pipeline(ProbeFeatures(names, f107), clone(estimator))
    return replace(evaluate(model, samples, cv, **params), features=names)


def location_probe(
    samples: Bunch, cv: Any = None, *, estimator: Estimator | None = None, **params: Any
) -> Evaluation:
    """What latitude and longitude alone reach, through the same splits.

    Controls drawn at random avoid the seismic belts, so any input that betrays the place passes
    for a precursor. A model's score means something only above this one.

    Parameters
    ----------
    samples : Bunch
        As `skquake.model_selection.evaluate` takes them; ``X`` has ``latitude`` and ``longitude``.
    cv : splitter, iterable of (train, test), or one (train, test), default=None
        As of `skquake.model_selection.evaluate`: five folds, each trained on what came before.
    estimator : classifier, default=None
        A random forest of 200 trees with at least 5 samples a leaf by default: place is
        learned as areas, not as single points.
    **params
        Further parameters of `skquake.model_selection.evaluate`.

    Returns
    -------
    Evaluation
        With ``features`` naming the columns used.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from skquake.inspection import location_probe
    >>> X = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=200), "latitude": [5.0, 60.0] * 100,
    ...     "longitude": 0.0, "event_id": np.arange(200), "pair_id": np.arange(200)})
    >>> samples = Bunch(X=X, y=np.array([1, 0] * 100))
    >>> cv = (np.arange(100), np.arange(100, 200))
    >>> location_probe(samples, cv, random_state=0).seismic_mcc.value  # the place betrays the controls
    1.0
    """
    check_samples(samples, cv, "location_probe")
    check_columns(samples.X, ("latitude", "longitude"), "location_probe: samples.X")
    return _probe(("latitude", "longitude"), samples, cv, estimator, **params)


def place_date_probe(
    samples: Bunch, cv: Any = None, *, estimator: Estimator | None = None, **params: Any
) -> Evaluation:
    """What latitude, longitude and the date together reach, through the same splits.

    Neither place nor season alone tells an earthquake from its control at the same place, but the two
    together do where earthquakes come in clusters: a training earthquake next to a test row says that there
    were earthquakes there and then. Folds of pairs that lie among each other in time, or aftershocks
    that the declustering left, put this probe above chance; so any input with a trend or a memory passes
    for a precursor there.

    Parameters
    ----------
    samples, cv, estimator, **params
        As in `location_probe`; ``X`` also has ``time``.

    Returns
    -------
    Evaluation
        With ``features`` naming the columns used.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from skquake.inspection import place_date_probe
    >>> day = np.repeat(np.arange(20), 20)  # each place: twenty days with earthquakes, then as many without
    >>> X = pd.DataFrame({"time": pd.Timestamp("2015-01-01") + pd.to_timedelta(np.arange(400), "D"),
    ...     "latitude": 5.0, "longitude": 0.0, "event_id": np.arange(400), "pair_id": np.arange(400)})
    >>> samples = Bunch(X=X, y=day % 2)
    >>> probe = place_date_probe(samples, (np.arange(0, 400, 2), np.arange(1, 400, 2)), random_state=0)
    >>> probe.features, probe.seismic_mcc.value > 0.5
    (('latitude', 'longitude', 'date'), True)
    """
    check_samples(samples, cv, "place_date_probe")
    check_columns(samples.X, ("time", "latitude", "longitude"), "place_date_probe: samples.X")
    return _probe(_PLACE_AND_DATE, samples, cv, estimator, **params)


def metadata_probe(
    samples: Bunch,
    cv: Any = None,
    *,
    space_weather: Frame | None = None,
    estimator: Estimator | None = None,
    **params: Any,
) -> Evaluation:
    """What the circumstances of the samples reach without any observation, through the same splits.

    Features: local time and day of year (cosine and sine), F10.7, Kp, orbit direction, magnitude
    and absolute latitude. Those whose column is absent (or empty) are left out; ``features`` of the
    result names what was used. Rows of class 2 are chosen by Kp, so Kp recognises them by
    construction; the seismic scores do not count these rows.

    Parameters
    ----------
    samples, cv, estimator, **params
        As in `location_probe`. The estimator must accept NaN where Kp or F10.7 have gaps.
    space_weather : DataFrame, default=None
        With a column ``f107`` (solar flux units) and a DatetimeIndex, as
        `skquake.io.read_space_weather` returns; each sample gets the value in force at its time.

    Returns
    -------
    Evaluation
        With ``features`` naming the columns used.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from skquake.inspection import metadata_probe
    >>> X = pd.DataFrame({"time": pd.date_range("2015-01-01", periods=200, freq="D"), "latitude": 5.0,
    ...     "longitude": 0.0, "event_id": np.arange(200), "pair_id": np.arange(200), "kp": [1.0, 2.0] * 100})
    >>> samples = Bunch(X=X, y=np.array([1, 0] * 100))
    >>> probe = metadata_probe(samples, (np.arange(100), np.arange(100, 200)), random_state=0)
    >>> probe.features[-2:], probe.seismic_mcc.value
    (('kp', 'absolute_latitude'), 1.0)
    """
    check_samples(samples, cv, "metadata_probe")
    X = check_columns(samples.X, ("time", "latitude", "longitude"), "metadata_probe: samples.X")
    f107 = None if space_weather is None else _solar_flux(space_weather)
    names = [
        name
        for name, (columns, _) in _FEATURES.items()
        if name not in _PLACE_AND_DATE and all(c in X and X[c].notna().any() for c in columns)
    ]
    if f107 is not None:
        names.append("f107")
    return _probe(tuple(names), samples, cv, estimator, f107, **params)


def _solar_flux(space_weather):
    space_weather = check_columns(space_weather, ("f107",), "metadata_probe: space_weather")
    f107 = pd.Series(
        space_weather["f107"].to_numpy(dtype=float), to_utc(space_weather.index, "space_weather: index")
    )
    return f107.dropna().sort_index()
