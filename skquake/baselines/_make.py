"""Ready pipelines of the models that a network has to beat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skquake._core._sktime import minirocket
from skquake._core._typing import Estimator, RandomState
from skquake.baselines._sktime import SktimeTransformer
from skquake.baselines._statistics import WindowStatistics
from skquake.neural import CNNClassifier, DNNClassifier, LSTMClassifier
from skquake.preprocessing import ChannelLog, WindowFlattener, WindowMean

Steps: TypeAlias = tuple[Estimator, ...]
Maker: TypeAlias = Callable[[RandomState, "int | None", dict[str, Any]], Steps]


def make_baseline(
    name: str,
    *steps: Estimator,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    **params: Any,
) -> Pipeline:
    """A pipeline of window steps, the features of a model, and the model.

    Parameters
    ----------
    name : str
        - ``"RF"``, ``"GBM"``: scikit-learn's random forest (200 trees) and gradient boosting, of the
          flattened windows; ``"LightGBM"``: that library's boosting;
        - ``"SVM"``: radial support vectors of the flattened, standardised windows; their margins are
          calibrated to probabilities (one temperature, five folds of the training rows);
        - ``"DNN"``, ``"CNN"``, ``"LSTM"``: the networks of `skquake.neural`;
        - ``"MiniRocket"``: 10,000 random convolutions [1]_ (sktime; needs numba, the extra
          ``skquake[rocket]``), standardised, and a ridge classifier, calibrated as above;
        - ``"logistic"``: logistic regression on :class:`WindowStatistics`, standardised;
        - ``"profile"``: logistic regression (``C=0.1``) on the shape of the window: log10 of channels that
          are positive (:class:`~skquake.preprocessing.ChannelLog`), averages of every 4 observations
          (:class:`~skquake.preprocessing.WindowMean`), standardised; what is missing counts as the mean.
    *steps : transformers
        That give windows (n_samples, length, channels): ``SlidingWindow``, ``ChannelScaler``, ...
    random_state : int, RandomState or None, default=None
        Of all that is random in it.
    n_jobs : int, default=None
        For the models that can use it.
    **params
        Parameters of the model: of the forest, the boosting, the network, the support vectors, the ridge
        or the logistic regression.

    Returns
    -------
    sklearn.pipeline.Pipeline

    Raises
    ------
    ValueError
        For an unknown name, listing the known ones.

    Notes
    -----
    Honest scores on windows of log Ne (cm-3) and log Te (K): on simulated nights of CSES with +35 % of Ne
    planted before each earthquake and matched controls, seismic MCC (mean of four simulations; oracle 0.62,
    chance 0): MiniRocket 0.46, DNN 0.44, LSTM 0.43, CNN 0.40, SVM 0.37, logistic 0.33, LightGBM 0.33,
    RF 0.32, GBM 0.28.

    References
    ----------
    .. [1] A. Dempster, D. F. Schmidt, G. I. Webb (2021), "MiniRocket: a very fast (almost) deterministic
       transform for time series classification", KDD, arXiv:2012.08791.

    Examples
    --------
    >>> from skquake.baselines import make_baseline
    >>> from skquake.preprocessing import ChannelScaler
    >>> [name for name, _ in make_baseline("RF", ChannelScaler(), random_state=0).steps]
    ['channelscaler', 'windowflattener', 'randomforestclassifier']
    """
    if name not in BASELINES:
        raise ValueError(f"name: {name!r} is no baseline; there are {', '.join(BASELINES)}")
    return make_pipeline(*steps, *BASELINES[name](random_state, n_jobs, params))


def _forest(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    defaults = dict(n_estimators=200, n_jobs=n_jobs, random_state=random_state)
    return WindowFlattener(), RandomForestClassifier(**(defaults | params))


def _boosting(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    return WindowFlattener(), GradientBoostingClassifier(**({"random_state": random_state} | params))


def _lightgbm(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    from lightgbm import LGBMClassifier

    defaults = dict(n_jobs=n_jobs, random_state=random_state, verbose=-1)
    return WindowFlattener(), LGBMClassifier(**(defaults | params))


def _svm(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    margins = SVC(**({"random_state": random_state} | params))
    return WindowFlattener(), StandardScaler(), _calibrated(margins, n_jobs)


def _network(network: Callable[..., Estimator]) -> Maker:
    def steps(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
        return (network(**({"random_state": random_state} | params)),)

    return steps


def _minirocket(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    features = SktimeTransformer(minirocket(n_jobs), random_state=random_state)
    ridge = RidgeClassifierCV(**({"alphas": [10.0**k for k in range(-3, 7)]} | params))
    return features, StandardScaler(), _calibrated(ridge, n_jobs)


def _logistic(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    regression = LogisticRegression(**({"max_iter": 1000, "random_state": random_state} | params))
    return WindowStatistics(), StandardScaler(), regression


def _profile(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    regression = LogisticRegression(**({"C": 0.1, "max_iter": 1000, "random_state": random_state} | params))
    imputer = SimpleImputer(keep_empty_features=True)
    return ChannelLog(), WindowMean(4), WindowFlattener(), imputer, StandardScaler(), regression


def _calibrated(classifier: Estimator, n_jobs: int | None) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(classifier, method="temperature", cv=5, ensemble=False, n_jobs=n_jobs)


BASELINES: dict[str, Maker] = {
    "RF": _forest,
    "GBM": _boosting,
    "LightGBM": _lightgbm,
    "SVM": _svm,
    "DNN": _network(DNNClassifier),
    "CNN": _network(CNNClassifier),
    "LSTM": _network(LSTMClassifier),
    "MiniRocket": _minirocket,
    "logistic": _logistic,
    "profile": _profile,
}
