"""Images of thirty days of TEC at one point, split at random, the best of ten trainings."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from skquake._core._time import as_ns
from skquake._core._typing import FloatArray, IntArray
from skquake.datasets._kp import make_kp
from skquake.datasets._papers_scores import SIP
from skquake.datasets._tec import make_tec
from skquake.datasets.protocols._clustered import clustered_catalog
from skquake.datasets.protocols._protocol import Outcome, Protocol
from skquake.sampling import SIPImages, make_sip_samples, sip_split
from skquake.sources import SeriesSource

PLACE = {"latitude": 36.5, "longitude": 142.0}
REGION, MAGNITUDE = "300 km", 5.1


def make_world(seed: int, *, years: int, **_: Any) -> Bunch:
    """TEC at the article's point through a solar cycle and storms, and clustered earthquakes around it."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("1999-01-01")
    end = start + pd.DateOffset(years=years)
    belt = tuple((PLACE["latitude"] + shift, PLACE["longitude"]) for shift in (-1.5, 1.5))
    catalog = clustered_catalog(
        start, (end - start).days, 9 * years, belt, rng, magnitude=MAGNITUDE, aftershocks=4.7, decay_days=10.0
    )
    day = np.arange((end - start).days + 1)
    flux = pd.Series(
        120 + 50 * np.sin(2 * np.pi * day / (11 * 365.25)), pd.date_range(start, periods=len(day))
    )
    kp = make_kp(start - pd.Timedelta(days=3), end, random_state=seed)
    station = pd.DataFrame(PLACE, index=["point"])
    tec = make_tec(start, end, stations=station, kp=kp, f107=flux, random_state=seed).frame
    return Bunch(source=SeriesSource(tec, station), catalog=catalog)


def _cut(world: Bunch, seed: int, clear_days: float | None) -> Bunch:
    place: dict[str, Any] = PLACE
    samples = make_sip_samples(
        world.source, world.catalog, **place, magnitude=MAGNITUDE, region=REGION, clear_days=clear_days,
        split=None, random_state=seed,
    )  # fmt: skip
    images = SIPImages(world.source).fit_transform(samples.X)
    return Bunch(X=samples.X, y=np.asarray(samples.y), images=np.asarray(images, dtype=float))


def time_alone(when: Any, y: IntArray, train: IntArray, test: IntArray) -> float:
    """Accuracy of the label of the training image nearest in time."""
    time = as_ns(np.asarray(when))
    nearest = np.abs(time[test][:, np.newaxis] - time[train]).argmin(axis=1)
    return float(np.mean(y[train][nearest] == y[test]))


def _image_network(kind: Any, backbone: str, epochs: int, seed: int) -> Any:
    """The article's network at its rate of learning; its stem keeps the size where it can."""
    strides = (0,) if backbone.startswith("efficientnet") else ()
    options = {"learning_rate": 1e-4, "epochs": epochs, "random_state": seed}
    return kind(backbone, weights=None, unit_strides=strides, **options)


def _accuracies(
    cut: Bunch, train: IntArray, test: IntArray, model: str, epochs: int, n_trainings: int, seed: int
) -> FloatArray:
    """Accuracy on the test images of trainings from different seeds."""
    found = np.empty(n_trainings)
    for k in range(n_trainings):
        fresh: Any
        if model == "dense":
            network = MLPClassifier((32,), alpha=1e-2, max_iter=epochs, random_state=seed + k)
            fresh, images = make_pipeline(StandardScaler(), network), cut.images.reshape(len(cut.y), -1)
        else:
            from skquake.neural import SIPClassifier

            fresh, images = _image_network(SIPClassifier, model, epochs, seed + k), cut.images
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a network that could learn longer
            fresh.fit(images[train], cut.y[train])
        found[k] = np.mean(fresh.predict(images[test]) == cut.y[test])
    return found


def _scored(
    world: Bunch, seed: int, split: str, clear_days: float | None, **settings: Any
) -> tuple[FloatArray, Bunch]:
    cut = _cut(world, seed, clear_days)
    train, _validation, test = sip_split(cut.X, split=split, random_state=seed)
    found = _accuracies(cut, train, test, seed=seed, **settings)
    share = cut.y[test].mean()
    alone = time_alone(cut.X["time"], cut.y, train, test)
    return found, Bunch(n=len(test), details={"larger class": max(share, 1 - share), "time alone": alone})


def as_published(world: Bunch, seed: int, *, model: str, epochs: int, n_trainings: int, **_: Any) -> Outcome:
    """Accuracy on a random fifth of the images: the best of several trainings."""
    settings = {"model": model, "epochs": epochs, "n_trainings": n_trainings}
    found, more = _scored(world, seed, "random", 0, **settings)
    return Outcome(
        found.max(), n=more.n, details={"mean of the trainings": float(found.mean()), **more.details}
    )


def honest(world: Bunch, seed: int, *, model: str, epochs: int, n_trainings: int, **_: Any) -> Outcome:
    """Accuracy on the last fifth in time, which shares no day with the training: mean of the trainings."""
    settings = {"model": model, "epochs": epochs, "n_trainings": n_trainings}
    found, more = _scored(world, seed, "blocked", 15, **settings)
    return Outcome(
        float(found.mean()), n=more.n, details={"best of the trainings": found.max(), **more.details}
    )


PROTOCOL = Protocol(
    name="sip-images",
    title="Seismic-ionospheric precursor prediction using deep learning",
    authors="B.-T. Pham, P.-C. Chang and J.-C. Wang",
    year=None,
    doi=None,
    statement="An image network tells thirty days of TEC before an earthquake from others with an accuracy "
    "of 0.672, the best of ten trainings (their mean 0.635).",
    metric="accuracy",
    published=SIP["EfficientNetV2"],
    chance=0.5,
    simulated="TEC at the article's point with seasons, a solar cycle, storms and day-to-day variability; "
    "earthquakes of M >= 5.1 within 300 km with aftershocks",
    steps=(
        "thirty days by hours with the bounds of the fifteen days before, as images of six channels",
        "as many normal images without an earthquake in them",
        "a random fifth for testing: images share days with the training",
        "the best of the trainings on it (quick: five of a dense network; full: ten of EfficientNetV2)",
    ),
    honest_steps=(
        "the same images; a normal one has fifteen clear days after it",
        "the last fifth in time for testing; what shares a day is left out",
        "the mean of the trainings",
    ),
    make_world=make_world,
    score_as_published=as_published,
    score_honestly=honest,
    scales={
        "quick": {"years": 10, "model": "dense", "epochs": 25, "n_trainings": 5},
        "full": {"years": 23, "model": "efficientnetv2-s", "epochs": 80, "n_trainings": 10},
    },
)
