"""Fitted networks, and pipelines that end in one, as files that are safe to open."""

from __future__ import annotations

import importlib
import numbers

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skquake._core._sklearn import InvalidParameterError, check_parameters
from skquake.neural._container import ModelFileError, read_container, write_container
from skquake.neural._weights import Weights

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
    "WindowNormalizer": ("window_shape_", "n_features_in_"),
}
# What describes a fit, or cannot be told in plain data: not part of the model.
_LEFT_OUT = {"callbacks", "pretrained", "weights", "freeze", "warm_start", "random_state"}
_MAX_LENGTH, _MAX_LAYERS = 100_000, 200


def save_model(model, path):
    """Save a fitted network, or a pipeline that ends in one.

    Parameters
    ----------
    model : neural classifier, EDLSTMERegressor or Pipeline
        Fitted. A pipeline may start with ``SlidingWindow`` or ``SIPImages``, whose observations are not saved
        (length and channels are noted), and holds ``ChannelScaler`` and ``WindowNormalizer`` besides.
    path : path-like
        Appears whole or not at all; replaces a file of this name.

    Raises
    ------
    TypeError
        For a step that has no place in such a file, or parameters that are not plain data.
    NotFittedError

    Notes
    -----
    The file holds a JSON header and plain arrays under a SHA-256 checksum: no pickle, no code. ``callbacks``,
    ``pretrained``, ``freeze``, ``warm_start`` and ``random_state`` describe how the network was trained and
    are left out. It opens under every Keras backend.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from skquake.neural import SeqNetQuakeClassifier, load_model, save_model
    >>> X, y = np.random.default_rng(0).normal(size=(60, 20, 2)), np.repeat([0, 1, 2], 20)
    >>> model = SeqNetQuakeClassifier(lstm_units=4, dense_units=4, epochs=1, random_state=0).fit(X, y)
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model.skq")
    >>> save_model(model, path)
    >>> np.array_equal(load_model(path).predict_proba(X), model.predict_proba(X))
    True
    """
    steps = list(model.steps) if isinstance(model, Pipeline) else [(None, model)]
    observed = {}
    if hasattr(steps[0][1], "source"):
        window = steps.pop(0)[1]
        channels = getattr(window, "channels", None) or window.source.channels
        observed = {"channels": [str(channel) for channel in np.atleast_1d(channels)]}
        if hasattr(window, "length"):
            observed["length"] = int(window.length)
    arrays, records = [], []
    for position, (name, step) in enumerate(steps):
        kind = type(step).__name__
        if kind not in (_NETWORKS if position == len(steps) - 1 else _STEPS):
            raise TypeError(
                f"{kind} cannot be saved {'last' if position == len(steps) - 1 else 'before a network'}; "
                f"a model is {', '.join(_NETWORKS)}, after {' and '.join(_STEPS)} at most"
            )
        check_is_fitted(step)
        record = {"name": name, "class": kind, "params": {}, "fitted": {}}
        for key, value in step.get_params(deep=False).items():
            if key not in _LEFT_OUT:
                record["params"][key] = _plain(value, f"{kind}: {key}")
        for key in _fitted_names(kind):
            record["fitted"][key] = _fitted(getattr(step, key), arrays, f"{kind}.{key}")
        records.append(record)
    write_container(path, {"steps": records, "observed": observed}, arrays)


def load_model(path, *, channels=None):
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
        Fitted; a pipeline without its window step: ``make_pipeline(SlidingWindow(track, 70), loaded)``.

    Raises
    ------
    ModelFileError
        For a file that is cut, changed, or does not describe a network that can be built.
    ValueError
        For other channels.
    """
    header, arrays = read_container(path)
    try:
        observed, records = header["observed"], header["steps"]
        steps = [(record["name"], _restore(record, arrays)) for record in records]
        if not steps or type(steps[-1][1]).__name__ not in _NETWORKS:
            raise ValueError("no network at its end")
        known = observed.get("channels")
        if any(type(step).__name__ in _NETWORKS for _, step in steps[:-1]):
            raise ValueError("a network before the last step")
        if len(steps) > 1 and not all(isinstance(name, str) for name, _ in steps):
            raise ValueError("steps without names")
    except ModelFileError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, InvalidParameterError) as error:
        raise ModelFileError(path, f"does not describe a fitted model ({error})") from error
    if channels is not None and known is not None and list(channels) != list(known):
        raise ValueError(f"channels: {list(channels)}, but the model in {path} was trained on {known}")
    return steps[0][1] if len(steps) == 1 else Pipeline(steps)


def load_network(path):
    """The network alone, of a file of :func:`save_model`."""
    model = load_model(path)
    return model[-1] if isinstance(model, Pipeline) else model


def _fitted_names(kind):
    if kind in _STEPS:
        return _STEPS[kind]
    return getattr(importlib.import_module("skquake.neural"), kind)._saved


def _plain(value, where):
    """A parameter as JSON can say it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Real) and np.isfinite(value):
        return value
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(v, where) for v in value]
    if isinstance(value, dict):
        return {"items": [[_plain(k, where), _plain(v, where)] for k, v in value.items()]}
    raise TypeError(f"{where}={value!r} is not plain data and cannot be saved")


def _param(value):
    return {_param(k): _param(v) for k, v in value["items"]} if isinstance(value, dict) else value


def _fitted(value, arrays, where):
    """A fitted attribute: arrays go to ``arrays``, the header names their place."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "OU":
            return {"text": [_text(v, where) for v in value]}
        value = value.astype({"i": "int64", "u": "int64", "b": "bool"}.get(value.dtype.kind, value.dtype))
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, list | Weights):
        return [_fitted(v, arrays, where) for v in value]
    if isinstance(value, dict):
        return {"series": {name: [float(v) for v in values] for name, values in value.items()}}
    if isinstance(value, tuple):
        return {"shape": [int(n) for n in value]}
    return int(value)


def _text(value, where):
    if not isinstance(value, str):
        raise TypeError(f"{where} holds {value!r}; only numbers and text can be saved")
    return value


def _restored(value, arrays):
    if isinstance(value, list):
        return [_restored(v, arrays) for v in value]
    if not isinstance(value, dict):
        return int(value)
    ((kind, content),) = value.items()
    if kind == "array":
        if type(content) is not int or not 0 <= content < len(arrays):
            raise ValueError(f"array {content!r} of {len(arrays)}")
        return arrays[content]
    if kind == "text":
        return np.array([_text(v, "classes") for v in content])
    if kind == "series":
        return {str(name): [float(v) for v in values] for name, values in content.items()}
    if kind == "shape":
        return tuple(int(n) for n in content)
    raise ValueError(f"unknown content {kind!r}")


def _restore(record, arrays):
    """A fitted step, every claim of its record checked."""
    kind = record["class"]
    if kind not in _NETWORKS and kind not in _STEPS:
        raise ValueError(f"a step of class {kind!r}, which is none of ours")
    room = "skquake.neural" if kind in _NETWORKS else "skquake.preprocessing"
    step = getattr(importlib.import_module(room), kind)()
    params = {key: _param(value) for key, value in record["params"].items()}
    unknown = set(params) - (set(step.get_params(deep=False)) - _LEFT_OUT)
    if unknown:
        raise ValueError(f"{kind} has no parameter {min(unknown)!r}")
    step.set_params(**params)
    check_parameters(step)
    names = _fitted_names(kind)
    if set(record["fitted"]) != set(names):
        raise ValueError(f"{kind} needs {', '.join(names)}, the file has {', '.join(record['fitted'])}")
    for name in names:
        setattr(step, name, _restored(record["fitted"][name], arrays))
    if kind in _NETWORKS:
        _check_network(step)
    elif kind == "ChannelScaler":
        _check_scaler(step)
    return step


def _check_network(network):
    *extent, channels = network.input_shape_
    layers = [v for k, v in network.get_params(deep=False).items() if k.endswith("_layers")]
    if not (
        len(extent) == (2 if hasattr(network, "image_shape_") else 1)
        and all(1 <= length <= _MAX_LENGTH for length in extent)
        and 1 <= channels <= _MAX_LENGTH
        and max(layers, default=1) <= _MAX_LAYERS
    ):
        raise ValueError(f"windows of shape {network.input_shape_} with layers {layers}")
    if "classes_" in network._saved:
        _check_classes(network.classes_)
    if hasattr(network, "_check_saved"):
        network._check_saved()
    elif network.n_features_in_ != extent[0]:
        raise ValueError(f"{network.n_features_in_} features, windows of {extent[0]}")
    shapes = network._weight_shapes()
    weights = network.weights_
    if [w.shape for w in weights] != shapes or any(w.dtype != np.float32 for w in weights):
        raise ValueError(f"weights of other shapes than the {len(shapes)} of this network")
    if not all(np.isfinite(w).all() for w in weights):
        raise ValueError("weights that are not finite")


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
