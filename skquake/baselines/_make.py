"""Ready pipelines of the models that a network has to beat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skquake._core._sktime import minirocket, multirocket
from skquake._core._typing import Estimator, RandomState
from skquake.baselines._competing_kernels import CompetingKernels
from skquake.baselines._count_scaler import CountScaler
from skquake.baselines._interval_quantiles import IntervalQuantiles
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
          ``skquake[rocket]``), standardised, and a ridge classifier, calibrated as above by two folds;
        - ``"MultiRocket"``: the same convolutions of windows and of their differences, four statistics of
          each, about 10,000 features in all [2]_ (sktime, numba), and the same classifier; windows of ten
          steps or more;
        - ``"Hydra"``: :class:`CompetingKernels` [3]_, :class:`CountScaler` and the same classifier;
        - ``"QUANT"``: :class:`IntervalQuantiles` [4]_ and 200 extremely randomised trees, which look at a
          tenth of the features at each split and gain by entropy;
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
        Parameters of the model: of the forest, the boosting, the network, the support vectors, the ridge,
        the trees or the logistic regression.

    Returns
    -------
    sklearn.pipeline.Pipeline

    Raises
    ------
    ValueError
        For an unknown name, listing the known ones.

    Notes
    -----
    Honest scores on windows of log Ne (cm-3) and log Te (K), 20 observations with 40 more on both sides: on
    simulated nights of CSES with +35 % of Ne planted before each earthquake and matched controls, seismic MCC
    (mean of five simulations; window oracle 0.61, chance 0): MiniRocket 0.60, DNN 0.59, MultiRocket 0.59,
    profile 0.58, QUANT 0.57, SVM 0.56, LightGBM 0.50, RF 0.50, GBM 0.44, CNN 0.43, Hydra 0.43, logistic 0.28,
    LSTM 0.01 (0.61 on averages of 4). On the 20 alone (window oracle 0.52): DNN 0.48, QUANT, MultiRocket,
    MiniRocket and LSTM 0.47, Hydra 0.46, profile 0.43, SVM 0.43, CNN 0.41, RF 0.38, logistic 0.38, LightGBM
    0.37, GBM 0.32. The page "What was measured" has them at other sizes and contexts.

    References
    ----------
    .. [1] A. Dempster, D. F. Schmidt, G. I. Webb (2021), "MiniRocket: a very fast (almost) deterministic
       transform for time series classification", KDD, arXiv:2012.08791.
    .. [2] C. W. Tan, A. Dempster, C. Bergmeir, G. I. Webb (2022), "MultiRocket: multiple pooling operators
       and transformations for fast and effective time series classification", Data Mining and Knowledge
       Discovery 36, 1623-1646, doi:10.1007/s10618-022-00844-1.
    .. [3] A. Dempster, D. F. Schmidt, G. I. Webb (2023), "Hydra: competing convolutional kernels for fast and
       accurate time series classification", Data Mining and Knowledge Discovery 37, 1779-1805,
       doi:10.1007/s10618-023-00939-3.
    .. [4] A. Dempster, D. F. Schmidt, G. I. Webb (2024), "quant: a minimalist interval method for time series
       classification", Data Mining and Knowledge Discovery 38, 2377-2402, doi:10.1007/s10618-024-01036-9.

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


def _rocket(transformer: Callable[..., Any]) -> Maker:
    def steps(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
        features = SktimeTransformer(transformer(n_jobs), random_state=random_state)
        return features, StandardScaler(), _ridge(n_jobs, params)

    return steps


def _hydra(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    return CompetingKernels(random_state=random_state), CountScaler(), _ridge(n_jobs, params)


def _quant(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    defaults = dict(n_estimators=200, max_features=0.1, criterion="entropy")
    defaults |= dict(n_jobs=n_jobs, random_state=random_state)
    return IntervalQuantiles(), ExtraTreesClassifier(**(defaults | params))


def _logistic(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    regression = LogisticRegression(**({"max_iter": 1000, "random_state": random_state} | params))
    return WindowStatistics(), StandardScaler(), regression


def _profile(random_state: RandomState, n_jobs: int | None, params: dict[str, Any]) -> Steps:
    regression = LogisticRegression(**({"C": 0.1, "max_iter": 1000, "random_state": random_state} | params))
    imputer = SimpleImputer(keep_empty_features=True)
    return ChannelLog(), WindowMean(4), WindowFlattener(), imputer, StandardScaler(), regression


def _ridge(n_jobs: int | None, params: dict[str, Any]) -> CalibratedClassifierCV:
    ridge = RidgeClassifierCV(**({"alphas": [10.0**k for k in range(-3, 7)]} | params))
    return _calibrated(ridge, n_jobs, cv=2)  # five folds take three times as long: it grows with the cube


def _calibrated(classifier: Estimator, n_jobs: int | None, cv: int = 5) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(classifier, method="temperature", cv=cv, ensemble=False, n_jobs=n_jobs)


BASELINES: dict[str, Maker] = {
    "RF": _forest,
    "GBM": _boosting,
    "LightGBM": _lightgbm,
    "SVM": _svm,
    "DNN": _network(DNNClassifier),
    "CNN": _network(CNNClassifier),
    "LSTM": _network(LSTMClassifier),
    "MiniRocket": _rocket(minirocket),
    "MultiRocket": _rocket(multirocket),
    "Hydra": _hydra,
    "QUANT": _quant,
    "logistic": _logistic,
    "profile": _profile,
}
