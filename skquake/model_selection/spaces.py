"""Search spaces of the papers and of what networks are compared with.

Plain lists and distributions of scipy.stats, by parameter. Each function returns a new dict for
``RandomizedSearchCV`` and kin. ``prefix`` goes before each name: ``"seqnetquakeclassifier__"`` for that step
of a pipeline. The spaces hold what the papers give, unless they say otherwise; a combination that makes no
network (kernels longer than the window) raises at fit, naming it, so search with ``error_score=nan``. They
serve `HyperoptSearchCV` as they are.

References
----------
P. Xiong et al. (2021), "Pre-earthquake ionospheric perturbation identification using CSES data via transfer
learning", Frontiers in Environmental Science 9, 779255, doi:10.3389/fenvs.2021.779255.

P. Xiong et al. (2022), "GNSS TEC-based earthquake ionospheric perturbation detection using a novel deep
learning framework", IEEE JSTARS 15, 4248-4263, doi:10.1109/JSTARS.2022.3175961.

B.-T. Pham, P.-C. Chang and J.-C. Wang, "Seismic-ionospheric precursor prediction using deep learning".

Examples
--------
>>> from skquake.model_selection import spaces
>>> spaces.seqnetquake(prefix="seqnetquakeclassifier__")["seqnetquakeclassifier__lstm_units"]
[64, 128, 256, 512]
"""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

from scipy.stats import loguniform, randint, uniform

from skquake._core._sklearn import Interval, validate_params

__all__ = [
    "cnn",
    "dnn",
    "ed_lstme",
    "gbm",
    "hydra",
    "lstm",
    "minirocket",
    "multirocket",
    "profile",
    "quant",
    "random_forest",
    "recommended",
    "seqnetquake",
    "sip",
    "svm",
    "window",
]

_ACTIVATIONS = ["relu", "tanh", "sigmoid"]
_UNITS = [64, 128, 256, 512]


def seqnetquake(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.neural.SeqNetQuakeClassifier` and :class:`~skquake.neural.SafeNetClassifier`."""
    return _named(prefix, _convolutions() | _recurrent(5) | _dense(2, 6) | _training())


def recommended(network: str = "seqnetquakeclassifier") -> dict[str, Any]:
    """Of the pipelines of :func:`~skquake.neural.make_seqnetquake` and :func:`~skquake.neural.make_safenet`.

    Ours, around their defaults. ``network`` is the name of the last step, "safenetclassifier" of the latter;
    ``spaces.window(20, 40, prefix="residualwindow__window__")`` has the lengths and contexts, for
    ``n_segments=1``, which any number of averages goes into.
    """
    space: dict[str, Any] = {
        "filters": [4, 8, 16, 32],
        "kernel_size": [2, 3],
        "lstm_layers": [1, 2],
        "lstm_units": [16, 32, 64],
        "dense_units": [16, 32, 64],
        "dropout": [0.25, 0.5],
        "learning_rate": loguniform(3e-4, 3e-3),
        "epochs": [15, 30, 60],
    }
    return {"windownormalizer__kind": ["center", "detrend"], **_named(f"{network}__", space)}


def cnn(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.neural.CNNClassifier`."""
    return _named(prefix, _convolutions() | _dense(2, 6) | _training())


def lstm(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.neural.LSTMClassifier`."""
    return _named(prefix, _recurrent(6) | _dense(2, 6) | _training())


def dnn(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.neural.DNNClassifier`; two to six layers before the softmax."""
    return _named(prefix, _dense(3, 7) | _training())


def ed_lstme(prefix: str = "") -> dict[str, Any]:
    """Of ``make_forecaster("ED-LSTME")``: history, times forecast, and the network behind ``regressor__``.

    97 quarter hours are a day and the present one; ``n_in`` and ``n_out`` count times at the series' cadence.
    """
    network = {"units": [100, 200, 300, 400], "epochs": [50, 100], "batch_size": [32, 64, 128]}
    return _named(prefix, {"n_in": [97, 194, 291], "n_out": [8, 12, 16], **_named("regressor__", network)})


def sip(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.neural.SIPClassifier`: the backbones and kinds of mixing that the paper compared.

    It kept all else fixed; dropout and learning rates are ours, around its own.
    """
    backbones = ["efficientnetv2-s", "mobilenetv3-large", "vgg16", "densenet121", "resnet50", "convnext-tiny"]
    return _named(
        prefix,
        {
            "backbone": backbones,
            "mixup": [0.0, 1.0],
            "cutmix": [0.0, 1.0],
            "dropout": [0.25, 0.5, 0.75],
            "learning_rate": loguniform(1e-5, 1e-3),
        },
    )


def random_forest(prefix: str = "") -> dict[str, Any]:
    """Of scikit-learn's ``RandomForestClassifier``."""
    return _named(
        prefix,
        {
            "max_depth": randint(1, 28),
            "max_features": randint(1, 10),
            "n_estimators": list(range(2, 300, 2)),
            "min_samples_split": randint(2, 150),
            "min_samples_leaf": randint(1, 60),
            "max_leaf_nodes": randint(2, 60),
            "min_weight_fraction_leaf": [0.1, 0.2, 0.3, 0.4],
            "criterion": ["gini", "entropy"],
            "bootstrap": [True, False],
        },
    )


def gbm(prefix: str = "") -> dict[str, Any]:
    """Of scikit-learn's ``GradientBoostingClassifier``."""
    return _named(
        prefix,
        {
            "learning_rate": uniform(0.01, 0.19),
            "subsample": uniform(0.8, 0.2),
            "max_depth": randint(2, 11),
            "max_features": ["sqrt", "log2", None],
            "min_samples_leaf": uniform(0.1, 0.4),
            "min_samples_split": uniform(0.0, 0.5),
            "n_estimators": [10, 100, 1000],
        },
    )


def svm(prefix: str = "") -> dict[str, Any]:
    """Of scikit-learn's ``SVC`` on standardised rows; the papers give none, this one is ours.

    The pipeline of ``make_baseline("SVM")`` has it at ``prefix="calibratedclassifiercv__estimator__"``.
    """
    return _named(
        prefix, {"C": loguniform(1e-2, 1e3), "gamma": loguniform(1e-4, 1e0), "kernel": ["rbf", "sigmoid"]}
    )


def profile(prefix: str = "") -> dict[str, Any]:
    """Of the pipeline ``make_baseline("profile")``; ours: observations an average, and the regularisation."""
    return _named(prefix, {"windowmean__size": [1, 2, 4, 8], "logisticregression__C": loguniform(1e-3, 1e1)})


@validate_params(
    {
        "max_length": [Interval(Integral, 1, None, closed="left")],
        "context": [Interval(Integral, 0, None, closed="left")],
        "prefix": [str],
    },
    prefer_skip_nested_validation=True,
)
def window(max_length: int, context: int = 0, *, prefix: str = "slidingwindow__") -> dict[str, Any]:
    """Of :class:`~skquake.sampling.SlidingWindow`: its length and context, a quarter of each to all of it.

    Every pair of them lies in what ``make_samples(..., max_length=max_length, context=context)`` vouches for,
    so that all are scored on the same samples. Even lengths stay even (for networks in two segments).

    Parameters
    ----------
    max_length, context : int
        Of the samples.
    prefix : str
        Of the names; by default ``"slidingwindow__"``.

    Returns
    -------
    dict of {str: list of int}
        Without the context where the samples have none, and with none among it where they have.

    Examples
    --------
    >>> from skquake.model_selection import spaces
    >>> spaces.window(20, 40, prefix="")
    {'length': [6, 10, 16, 20], 'context': [0, 10, 20, 30, 40]}
    """
    step = 1 if max_length % 2 else 2
    lengths = sorted({step * math.ceil(max_length * part / (4 * step)) for part in (1, 2, 3, 4)})
    space: dict[str, Any] = {"length": lengths}
    if context:
        space["context"] = sorted({context * part // 4 for part in range(5)})
    return _named(prefix, space)


def minirocket(prefix: str = "") -> dict[str, Any]:
    """Of sktime's ``MiniRocketMultivariate``, around its own: kernels, a feature each, and dilations.

    The pipeline of ``make_baseline("MiniRocket")`` has it at ``prefix="sktimetransformer__transformer__"``.
    """
    return _named(
        prefix, {"num_kernels": [1000, 2500, 5000, 10_000], "max_dilations_per_kernel": [8, 16, 32]}
    )


def multirocket(prefix: str = "") -> dict[str, Any]:
    """Of sktime's ``MultiRocketMultivariate``, around the baseline's: kernels, eight features each.

    The pipeline of ``make_baseline("MultiRocket")`` has it at ``prefix="sktimetransformer__transformer__"``.
    """
    return _named(prefix, {"num_kernels": [252, 588, 1250, 2500], "max_dilations_per_kernel": [8, 16, 32]})


def hydra(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.baselines.CompetingKernels`: sizes around Hydra's own.

    The pipeline of ``make_baseline("Hydra")`` has them at ``prefix="competingkernels__"``.
    """
    return _named(prefix, {"n_groups": [16, 32, 64, 128], "n_kernels": [2, 4, 8, 16, 32]})


def quant(prefix: str = "") -> dict[str, Any]:
    """Of :class:`~skquake.baselines.IntervalQuantiles`: depths, quantiles and representations around QUANT's.

    The pipeline of ``make_baseline("QUANT")`` has them at ``prefix="intervalquantiles__"``.
    """
    together = [None, ["value"], ["value", "change"], ["value", "change", "spectrum"]]
    return _named(
        prefix, {"depth": list(range(1, 8)), "divisor": [1, 2, 4, 8, 16], "representations": together}
    )


def _convolutions():
    return {
        "conv_layers": [2, 3, 4],
        "filters": [2, 3, 4],
        "kernel_size": [2, 3],
        "conv_activation": list(_ACTIVATIONS),
    }


def _recurrent(most):
    return {"lstm_layers": list(range(1, most + 1)), "lstm_units": list(_UNITS)}


def _dense(fewest, most):
    """Numbers of layers count the softmax."""
    return {
        "dense_layers": list(range(fewest, most + 1)),
        "dense_units": list(_UNITS),
        "dense_activation": list(_ACTIVATIONS),
    }


def _training():
    return {
        "dropout": [0.25, 0.5, 0.75],
        "batch_size": [10, 20, 40, 60, 80, 100],
        "epochs": [10, 50, 100],
    }


def _named(prefix, space):
    return {f"{prefix}{name}": values for name, values in space.items()}
