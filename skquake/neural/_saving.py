"""Fitted networks, and pipelines that end in one, as files that are safe to open."""

from __future__ import annotations

import importlib
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import InvalidParameterError, check_parameters
from skquake._core._typing import Array, Estimator, Path
from skquake.neural._container import (
    MOST_DIMENSIONS,
    ModelFileError,
    check_target,
    read_container,
    write_container,
)
from skquake.neural._weights import Weights
from skquake.sampling import ResidualWindow

_NETWORKS = (
    "SeqNetQuakeClassifier",
    "SafeNetClassifier",
    "DNNClassifier",
    "CNNClassifier",
    "LSTMClassifier",
    "SIPClassifier",
    "EDLSTMERegressor",
)
_STEPS = {
    "ChannelScaler": ("center_", "scale_", "window_shape_", "n_features_in_"),
    "WindowMean": ("window_shape_", "n_features_in_"),
    "WindowNormalizer": ("window_shape_", "n_features_in_"),
}
# What describes a fit, or cannot be told in plain data: not part of the model.
_LEFT_OUT = {"callbacks", "pretrained", "weights", "freeze", "warm_start", "random_state"}
_NAMES = "feature_names_in_"
_OBSERVED = "observed_"
_MOST_STEPS, _MOST_LENGTH, _MOST_LAYERS, _MOST_SEGMENTS = 32, 100_000, 100, 1000
_WRONG = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    InvalidParameterError,
)


def save_model(model: Estimator, path: Path) -> None:
    """Save a fitted network, or a pipeline that ends in one.

    Parameters
    ----------
    model : neural classifier, EDLSTMERegressor or Pipeline
        Fitted. A pipeline may start with ``SlidingWindow``, ``SIPImages`` or ``ResidualWindow``, whose
        observations and background are not saved (length, context and channels are noted), and holds
        ``ChannelScaler``, ``WindowMean`` and ``WindowNormalizer`` besides.
    path : path-like
        Appears whole or not at all; replaces a file of this name.

    Raises
    ------
    TypeError
        For a step that has no place in such a file, a background that has learnt (``QuietBackground``), or
        parameters that are not plain data.
    ValueError
        If parameters of the network were changed after ``fit``: they would describe another one.
    OSError
        If the file cannot be written: the name is too long, there is no such folder, the disk is full.
    NotFittedError

    Notes
    -----
    A safetensors file: plain arrays, and a JSON record in its metadata with the parameters, the versions that
    made the model, and a SHA-256 checksum of all. No pickle, no code. ``callbacks``, ``pretrained``,
    ``freeze``, ``warm_start`` and ``random_state`` describe how the network was trained and are left out. It
    opens under every Keras backend.

    Classical models are not saved: a file of theirs that is safe to open whoever made it does not exist
    (skops admits only trusted types, but not every tree of these types is one, and a wrong one crashes). Keep
    them, and the pipelines around them, by ``skops.io.dump`` or ``joblib.dump``, and open only your own.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from skquake.neural import SeqNetQuakeClassifier, load_model, save_model
    >>> X, y = np.random.default_rng(0).normal(size=(60, 20, 2)), np.repeat([0, 1, 2], 20)
    >>> model = SeqNetQuakeClassifier(lstm_units=4, dense_units=4, epochs=1, random_state=0).fit(X, y)
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model.safetensors")
    >>> save_model(model, path)
    >>> np.array_equal(load_model(path).predict_proba(X), model.predict_proba(X))
    True
    """
    path = check_target(path)
    steps = list(model.steps) if isinstance(model, Pipeline) else [(None, model)]
    observed: dict[str, Any] = {}
    if hasattr(model, _OBSERVED):  # opened from a file: what that one noted
        observed = dict(getattr(model, _OBSERVED))
    elif hasattr(steps[0][1], "source") or isinstance(steps[0][1], ResidualWindow):
        observed = _observed(*steps.pop(0))
    arrays: dict[str, Array] = {}
    records = []
    for position, (name, step) in enumerate(steps):
        _check_saveable(name, step, last=position == len(steps) - 1)
        check_is_fitted(step)
        _check_as_fitted(step)
        kind = type(step).__name__
        record: dict[str, Any] = {"name": name, "class": kind, "params": {}, "fitted": {}}
        for key, value in step.get_params(deep=False).items():
            if key not in _LEFT_OUT:
                record["params"][key] = _plain(value, f"{kind}: {key}")
        for key in _fitted_names(kind):
            record["fitted"][key] = _fitted(getattr(step, key), arrays, f"{position}.{key}")
        if hasattr(step, _NAMES):
            record["fitted"][_NAMES] = _fitted(getattr(step, _NAMES), arrays, f"{position}.{_NAMES}")
        records.append(record)
    write_container(path, {"steps": records, "observed": observed}, arrays)


def _observed(name, first):
    """What is noted of the step that cuts the observations."""
    window = first.window if isinstance(first, ResidualWindow) else first
    channels = getattr(window, "channels", None)
    channels = window.source.channels if channels is None else channels
    if window is not first:
        learnt = [
            type(each).__name__ for each in first._backgrounds() if each.__sklearn_tags__().requires_fit
        ]
        if learnt:
            raise TypeError(
                f"step {name!r}: {learnt[0]} learnt from the training samples what a model file does not "
                "hold. Keep this pipeline by joblib.dump, and open it only if you made it (it runs code); or "
                "train with a background that learns nothing, IRIResidual say"
            )
        channels = first.get_feature_names_out()
    observed: dict[str, Any] = {"channels": [str(channel) for channel in np.atleast_1d(channels)]}
    if hasattr(window, "length"):
        observed["length"] = int(window.length)
    if getattr(window, "context", 0):
        observed["context"] = int(window.context)
    if getattr(window, "context_edge", "error") != "error":
        observed["context_edge"] = window.context_edge
    if window is not first:
        observed["residual"] = True
    return observed


def _check_observed(observed):
    """What a file notes of the window step, every claim checked."""
    if not isinstance(observed, dict):
        raise ValueError(f"observed: {type(observed).__name__}")
    channels = observed.get("channels", [])
    if not isinstance(channels, list) or not all(isinstance(channel, str) for channel in channels):
        raise ValueError("observed: channels that are no names")
    for name, least in (("length", 1), ("context", 0)):
        value = observed.get(name, least)
        if type(value) is not int or not least <= value <= _MOST_LENGTH:
            raise ValueError(f"observed: {name} {value!r}")
    if observed.get("context_edge", "error") not in ("error", "nan"):
        raise ValueError(f"observed: context_edge {observed['context_edge']!r}")
    return observed


def load_model(path: Path, *, channels: Sequence[str] | None = None) -> Estimator:
    """Open a file of :func:`save_model`; safe for files from strangers.

    Parameters
    ----------
    path : path-like
    channels : sequence of str, default=None
        What the model is to be applied to, ``track.channels`` say. Where the file notes the channels of its
        training, these must be the same, in the same order.

    Returns
    -------
    classifier, regressor or Pipeline
        Fitted; a pipeline without its window step: ``make_pipeline(SlidingWindow(track, 70), loaded)``. A
        ``ResidualWindow`` is to be fitted first, which learns nothing there: ``step.fit(samples.X)``. Its
        attribute ``observed_`` is a dict of what the file notes of the window step: ``channels`` and, where
        they apply, ``length``, ``context``, ``residual``; :func:`~skquake.alarms.score_track` goes by it.

    Raises
    ------
    ModelFileError
        For a file that is cut, changed, beyond the limits (32 steps, 4096 arrays, 1 MiB of description), or
        does not describe a network that can be built.
    ValueError
        For other channels.
    """
    header, arrays = read_container(path)
    try:
        observed, records = _check_observed(header["observed"]), header["steps"]
        _check_steps(records)
        claimed: set[str] = set()
        steps = [(record["name"], _restore(record, arrays, claimed)) for record in records]
        known = observed.get("channels")
        if claimed != set(arrays):
            raise ValueError(f"{len(arrays)} arrays, {len(claimed)} of them in use")
    except _WRONG as error:
        raise ModelFileError(path, f"does not describe a fitted model ({error})") from error
    if channels is not None and known is not None and list(channels) != list(known):
        raise ValueError(f"channels: {list(channels)}, but the model in {path} was trained on {known}")
    model = steps[0][1] if len(steps) == 1 else Pipeline(steps)
    if observed:
        setattr(model, _OBSERVED, observed)
    return model


def load_network(path: Path) -> Estimator:
    """The network alone, of a file of :func:`save_model`."""
    model = load_model(path)
    return model[-1] if isinstance(model, Pipeline) else model


def _fitted_names(kind):
    if kind in _STEPS:
        return _STEPS[kind]
    return getattr(importlib.import_module("skquake.neural"), kind)._saved


def _class(kind):
    """The class of this name that may be in a file."""
    room = "skquake.neural" if kind in _NETWORKS else "skquake.preprocessing"
    return getattr(importlib.import_module(room), kind)


def _check_saveable(name, step, last):
    kind = type(step).__name__
    if kind in (_NETWORKS if last else _STEPS) and type(step) is _class(kind):
        return
    where = "the model" if name is None else f"step {name!r}"
    raise TypeError(
        f"{where}: {kind} cannot be saved {'last' if last else 'before a network'}. A model file is safe to "
        f"open whoever made it, and holds {', '.join(_NETWORKS)}, after {' and '.join(_STEPS)} at most. Keep "
        f"{'this model' if name is None else 'a pipeline with this step'} by skops.io.dump or joblib.dump, "
        "and open such files only if you made them: the one can crash Python, the other runs code"
    )


def _plain(value, where):
    """A parameter as JSON can say it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(v, where) for v in value]
    if isinstance(value, dict):
        return {"items": [[_plain(k, where), _plain(v, where)] for k, v in value.items()]}
    raise TypeError(f"{where}={value!r} is not plain data and cannot be saved")


def _param(value):
    return {_param(k): _param(v) for k, v in value["items"]} if isinstance(value, dict) else value


def _fitted(value, arrays, where):
    """A fitted attribute: arrays go to ``arrays``, the record names them."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "OU":
            return {"objects" if value.dtype.kind == "O" else "text": [_text(v, where) for v in value]}
        arrays[where] = value.astype({"i": "int64", "u": "int64"}.get(value.dtype.kind, value.dtype))
        return {"array": where}
    if isinstance(value, Weights):
        return {"weights": [_fitted(v, arrays, f"{where}.{i}") for i, v in enumerate(value)]}
    if isinstance(value, Mapping):
        items = {name: np.asarray(values, dtype=np.float64) for name, values in value.items()}
        return {"series": {name: _fitted(v, arrays, f"{where}.{name}") for name, v in items.items()}}
    if isinstance(value, tuple):
        return {"shape": [int(n) for n in value]}
    return int(value)


def _text(value, where):
    if not isinstance(value, str):
        raise TypeError(f"{where} holds {value!r}; only numbers and text can be saved")
    return value


def _restored(value, arrays, claimed):
    if not isinstance(value, dict):
        return int(value)
    ((kind, content),) = value.items()
    if kind == "array":
        if content in claimed or content not in arrays:
            raise ValueError(f"array {content!r} is not there, or in use already")
        claimed.add(content)
        return arrays[content]
    if kind == "weights":
        return Weights(_restored(v, arrays, claimed) for v in content)
    if kind == "text":
        return np.array([_text(v, "text") for v in content], dtype=str)
    if kind == "objects":
        return np.array([_text(v, "text") for v in content], dtype=object)
    if kind == "series":
        return {name: _restored(v, arrays, claimed).tolist() for name, v in content.items()}
    if kind == "shape" and len(content) <= MOST_DIMENSIONS and all(type(n) is int for n in content):
        return tuple(content)
    raise ValueError(f"unknown content {kind!r}")


def _check_steps(records):
    """Raise unless the kinds of steps make a model, before any is made."""
    if not 1 <= len(records) <= _MOST_STEPS:
        raise ValueError(f"{len(records)} steps, a model has 1 to {_MOST_STEPS}")
    for position, record in enumerate(records):
        last = position == len(records) - 1
        if record["class"] not in (_NETWORKS if last else _STEPS):
            place = "last" if last else "before the last"
            raise ValueError(f"a step of class {record['class']!r} {place}, which has no place there")
        if len(records) > 1 and not isinstance(record["name"], str):
            raise ValueError("steps without names")


def _restore(record, arrays, claimed):
    """A fitted step, every claim of its record checked."""
    kind = record["class"]
    step = _class(kind)()
    params = {key: _param(value) for key, value in record["params"].items()}
    unknown = set(params) - (set(step.get_params(deep=False)) - _LEFT_OUT)
    if unknown:
        raise ValueError(f"{kind} has no parameter {min(unknown)!r}")
    step.set_params(**params)
    check_parameters(step)
    names = _fitted_names(kind)
    if set(record["fitted"]) - {_NAMES} != set(names):
        raise ValueError(f"{kind} needs {', '.join(names)}, the file has {', '.join(record['fitted'])}")
    for name, value in record["fitted"].items():
        setattr(step, name, _restored(value, arrays, claimed))
    features = getattr(step, _NAMES, None)
    if features is not None and (features.dtype != object or len(features) != step.n_features_in_):
        raise ValueError(f"{len(features)} names of {step.n_features_in_} features")
    if kind in _NETWORKS:
        _check_network(step)
    elif kind == "ChannelScaler":
        _check_scaler(step)
    return step


def _check_as_fitted(step):
    """Raise where the parameters no longer describe the network that was trained."""
    network = getattr(step, "_network", None)
    if network is None:
        return
    changed = network.changed(step._restored_network())
    size = step.input_shape_[0]
    if getattr(step, "image_size", size) != size:
        changed.append(f"image_size={step.image_size} (it was {size})")
    if changed:
        raise ValueError(
            f"{type(step).__name__}: changed after fit, {', '.join(changed)}: the file would describe "
            "another network than the trained one; fit again, or set it back"
        )


def _check_network(network):
    *extent, channels = network.input_shape_
    if not (
        len(extent) == (2 if hasattr(network, "image_shape_") else 1)
        and all(1 <= length <= _MOST_LENGTH for length in extent)
        and 1 <= channels <= _MOST_LENGTH
    ):
        raise ValueError(f"windows of shape {network.input_shape_}")
    weights = network.weights_
    _check_claims(network, weights)
    if "classes_" in network._saved:
        _check_classes(network.classes_)
    if hasattr(network, "_check_saved"):
        network._check_saved()
    elif network.n_features_in_ != extent[0]:
        raise ValueError(f"{network.n_features_in_} features, windows of {extent[0]}")
    if not all(isinstance(w, np.ndarray) and w.dtype == np.float32 and np.isfinite(w).all() for w in weights):
        raise ValueError("weights that are not finite numbers")
    try:
        shapes = network._weight_shapes()
    except Exception as error:  # whatever a backend raises for a network that cannot be
        raise ValueError(f"no network can be built: {error}") from error
    if [w.shape for w in weights] != shapes:
        raise ValueError(f"weights of other shapes than the {len(shapes)} of this network")


def _check_claims(network, weights):
    """Raise where the parameters say more than the weights can hold, before a network is built of them."""
    widest = max((n for w in weights for n in w.shape), default=0)
    params = network.get_params(deep=False)
    layers = sum(value for key, value in params.items() if key.endswith("_layers"))
    idle = "dense_units" if params.get("dense_layers") == 1 else None  # the softmax counts as a layer
    wide = [v for k, v in params.items() if k in ("filters", "units") or (k.endswith("_units") and k != idle)]
    segments = params.get("n_segments", 1)
    if layers > min(_MOST_LAYERS, len(weights)) or max(wide, default=0) > widest or segments > _MOST_SEGMENTS:
        raise ValueError(
            f"{layers} layers of {wide} units, {segments} segments: {len(weights)} weights up to {widest}"
        )


def _check_classes(classes):
    if classes.ndim != 1 or len(np.unique(classes)) != len(classes) or len(classes) < 2:
        raise ValueError(f"classes {classes!r}")


def _check_scaler(scaler):
    center, scale = scaler.center_, scaler.scale_
    channels = scaler.window_shape_[1] if len(scaler.window_shape_) == 2 else 1
    if (
        not center.shape == scale.shape == (channels,)
        or center.dtype != "float64"
        or scale.dtype != "float64"
    ):
        raise ValueError(f"a scaler of {center.shape} and {scale.shape} for {channels} channels")
    if not (np.isfinite(center).all() and np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError("a scale that is not positive and finite")
