"""The data sets of the two satellite papers, with what makes and models them; all printed scores.

``SEQNETQUAKE["01"]`` ... ``["11"]`` and ``SAFENET["01"]`` ... ``["17"]`` are :class:`DataSet` objects;
``MODES`` says how the papers' way of making samples differs from ours, in named parameters only;
:func:`published` has every printed score of these in one frame, :func:`published_forecasts` and
:func:`published_images` those of the two papers on electron content.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from skquake.datasets import _papers_scores as _scores
from skquake.datasets._papers_data_set import MODES, DataSet, Mode
from skquake.datasets._papers_scores import PublishedScore

__all__ = [
    "MODES",
    "SAFENET",
    "SEQNETQUAKE",
    "DataSet",
    "Mode",
    "PublishedScore",
    "published",
    "published_forecasts",
    "published_images",
]


def _data_sets(base, changes, scores, others):
    """DataSets by name: ``base`` with what each changes, and its published scores."""
    sets = {}
    for name, change in changes.items():
        printed = {base.paper: scores[name]} | others.get(name, {})
        printed = {model: PublishedScore(*score) for model, score in printed.items()}
        sets[name] = replace(base, name=name, published=printed, **change)
    return sets


# Three convolutions of three observations do not fit into half of ten.
_SHORT = {"length": 10, "network": {"kernel_size": 2}}
SEQNETQUAKE = _data_sets(
    DataSet(
        paper="SeqNetQuake",
        name="",
        satellite="cses",
        period=("2018-08-01", "2020-06-22"),
        channels=("Ne", "Te"),
        cadence_s=1.5,
        local_time="night",
        region="dobrovolsky",
        length=20,
        magnitude=(4.8, None),
        ratio=1,
        days=(-15, 0),
        n_events=2991,
    ),
    {
        "01": {"region": "3 deg", **_SHORT},
        "02": {"region": "3 deg", "local_time": "day", **_SHORT},
        "03": {"region": "3 deg"},
        "04": {"region": "3 deg", "length": 30},
        "05": {"region": "3 deg", "length": 40},
        "06": {"region": "3 deg", "length": 50},
        "07": {},
        "08": {"region": "5 deg"},
        "09": {"region": "7 deg"},
        "10": {"region": "12 deg"},
        "11": {
            "satellite": "demeter",
            "period": ("2005-01-01", "2010-12-31"),
            "cadence_s": 1.0,
            "n_events": 8912,
        },
    },
    _scores.SEQNETQUAKE,
    {"07": _scores.SEQNETQUAKE_07},
)
SAFENET = _data_sets(
    DataSet(
        paper="SafeNet",
        name="",
        satellite="swarm",
        period=("2014-04-01", "2020-04-30"),
        channels=("Ne", "B_N", "B_E", "B_C"),
        cadence_s=1.0,
        local_time="night",
        region="dobrovolsky",
        length=70,
        magnitude=(4.8, None),
        ratio=1,
        days=(-15, 5),
        n_events=9017,
    ),
    {
        "01": {"length": 60},
        "02": {"length": 80},
        "03": {},
        "04": {"length": 50},
        "05": {"length": 40},
        "06": {"local_time": "day"},
        "07": {"region": "3 deg"},
        "08": {"region": "5 deg"},
        "09": {"region": "7 deg"},
        "10": {"region": "10 deg"},
        "11": {"magnitude": (4.8, 5.2), "n_events": 5136},
        "12": {"magnitude": (5.2, 5.8), "n_events": 2793},
        "13": {"magnitude": (5.8, 7.5), "n_events": 853},
        "14": {"ratio": 2},
        "15": {"ratio": 3},
        "16": {"ratio": 4},
        "17": {"ratio": 5},
    },
    _scores.SAFENET,
    {"03": _scores.SAFENET_03},
)


def published(data_sets: Iterable[DataSet] | None = None) -> pd.DataFrame:
    """Every printed score of some data sets, one a row.

    Parameters
    ----------
    data_sets : iterable of DataSet, default=None
        By default those of both papers.

    Returns
    -------
    DataFrame
        ``paper``, ``dataset``, ``model``, ``f1_micro``, ``mcc``, ``auc_0``, ``auc_1``, ``auc_2`` (NaN where
        not printed).

    Examples
    --------
    >>> from skquake.datasets import papers
    >>> papers.published([papers.SEQNETQUAKE["07"]])[["model", "mcc"]].head(2)
             model     mcc
    0  SeqNetQuake  0.4270
    1  transferred  0.5523
    """
    if data_sets is None:
        data_sets = [*SEQNETQUAKE.values(), *SAFENET.values()]
    rows = []
    for data in data_sets:
        for model, score in data.published.items():
            auc = score.auc or (np.nan,) * 3
            rows.append((data.paper, data.name, model, score.f1, score.mcc, *auc))
    names = ["paper", "dataset", "model", "f1_micro", "mcc", "auc_0", "auc_1", "auc_2"]
    return pd.DataFrame(rows, columns=names)


def published_forecasts() -> pd.DataFrame:
    """Table II of the ED-LSTME paper: scores of six models, over all stations and at each.

    Returns
    -------
    DataFrame
        Index: ``model`` and ``station`` ("all stations" first). Columns ``r2``, ``mae`` and ``rmse`` (TECU),
        ``pearson``.

    Notes
    -----
    As printed. The mean absolute error of ARIMA over all stations (1.785) lies below that at each of them.
    The printed formula of R2 is a squared correlation; the printed values are not those of ``pearson``
    squared but lie below, as those of 1 - SSres / SStot would.

    References
    ----------
    P. Xiong et al. (2022), "GNSS TEC-based earthquake ionospheric perturbation detection using a novel deep
    learning framework", IEEE JSTARS 15, 4248-4263, doi:10.1109/JSTARS.2022.3175961.

    Examples
    --------
    >>> from skquake.datasets import papers
    >>> papers.published_forecasts().loc["ED-LSTME"].head(2)
                      r2     mae    rmse  pearson
    station
    all stations  0.9105  1.7438  2.6759   0.9552
    XJSH          0.9045  1.5404  2.4641   0.9513
    """
    metrics = ["r2", "mae", "rmse", "pearson"]
    tables = {
        model: pd.DataFrame(rows, index=pd.Index(_scores.ED_LSTME_STATIONS, name="station"))[metrics]
        for model, rows in _scores.ED_LSTME.items()
    }
    return pd.concat(tables, names=["model"])


def published_images() -> pd.DataFrame:
    """Accuracies of the paper on images of electron content.

    Returns
    -------
    DataFrame
        Index: ``model``. Columns ``best`` (of ten trainings, chosen on the test images), ``mean`` and ``std``
        (ddof 0) of the ten, NaN where only the best is printed.

    References
    ----------
    B.-T. Pham, P.-C. Chang and J.-C. Wang, "Seismic-ionospheric precursor prediction using deep learning".

    Examples
    --------
    >>> from skquake.datasets import papers
    >>> papers.published_images().loc[["ResNet-RS50", "EfficientNetV2"]].round(4)
                      best    mean     std
    model
    ResNet-RS50     0.6208     NaN     NaN
    EfficientNetV2  0.6716  0.6348  0.0166
    """
    rows = {model: {"best": best} for model, best in _scores.SIP.items()}
    for model, trainings in _scores.SIP_TRAININGS.items():
        rows[model] = {
            "best": max(trainings),
            "mean": float(np.mean(trainings)),
            "std": float(np.std(trainings)),
        }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["best", "mean", "std"])
    return frame.rename_axis("model")
