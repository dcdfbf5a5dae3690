"""SafeNet: Swarm's density and magnetic field around earthquakes and random controls."""

from __future__ import annotations

from functools import partial

from skquake.datasets.papers import SAFENET
from skquake.datasets.protocols import _satellite
from skquake.datasets.protocols._protocol import Protocol

DATA = SAFENET["03"]

PROTOCOL = Protocol(
    name="safenet",
    title="SafeNet: SwArm for earthquake perturbations identification using deep learning networks",
    authors="P. Xiong, D. Marchetti, A. De Santis, X. Zhang and X. Shen",
    year=2021,
    doi="10.3390/rs13245033",
    statement="From windows of density and field a network tells nights around earthquakes of M >= 4.8 "
    "from others with an MCC of 0.717 (DataSet 03; a random forest 0.450).",
    metric="MCC of three classes",
    published=DATA.published["SafeNet"].mcc,
    chance=0.0,
    simulated="Swarm's density and magnetic field at night, with seasons, storms and day-to-day "
    "variability; a world's catalog",
    steps=(
        "aftershocks removed within 2 degrees and 15 days",
        "as many controls anywhere 10 degrees and 15 days away from earthquakes",
        "windows of 70 s within the Dobrovolsky radius, 15 days before to 5 days after; class 2 where Kp "
        "is above 3",
        "the last fifth in time for testing; the best of several settings on it (quick: six forests; full: "
        "three networks; the article: 100)",
        "every window counts alike",
    ),
    honest_steps=(
        "aftershocks removed by Gardner and Knopoff's windows",
        "controls at the places of the earthquakes, at other times",
        "windows before the earthquake alone; what shares an observation or a pair with the test is purged",
        "one setting; classes 0 and 1; an earthquake counts once",
    ),
    make_world=partial(_satellite.make_world, DATA),
    score_as_published=partial(_satellite.as_published, DATA),
    score_honestly=partial(_satellite.honest, DATA),
    scales={
        "quick": {
            "days": 420, "cadence": 17.5, "magnitude": 4.8, "model": "forest", "epochs": 0, "n_trees": 40,
        },
        "full": {
            "days": 2222, "cadence": 2.0, "magnitude": 4.5, "model": "network", "epochs": 50, "n_trees": 0,
        },
    },
)  # fmt: skip
