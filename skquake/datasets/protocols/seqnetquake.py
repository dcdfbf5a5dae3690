"""SeqNetQuake: density and temperature of CSES around earthquakes and random controls."""

from __future__ import annotations

from functools import partial

from skquake.datasets.papers import SEQNETQUAKE
from skquake.datasets.protocols import _satellite
from skquake.datasets.protocols._protocol import Protocol

DATA = SEQNETQUAKE["07"]

PROTOCOL = Protocol(
    name="seqnetquake",
    title="Pre-earthquake ionospheric perturbation identification using CSES data via transfer learning",
    authors="P. Xiong, C. Long, H. Zhou, R. Battiston, A. De Santis, D. Ouzounov, X. Zhang and X. Shen",
    year=2021,
    doi="10.3389/fenvs.2021.779255",
    statement="From windows of density and temperature a network tells nights before earthquakes of M >= "
    "4.8 from others with an MCC of 0.427 (DataSet 07; 0.552 after training on DEMETER; a random forest "
    "0.237).",
    metric="MCC of three classes",
    published=DATA.published["SeqNetQuake"].mcc,
    chance=0.0,
    simulated="CSES's density and temperature at night, with seasons, storms and day-to-day variability; a "
    "world's catalog",
    steps=(
        "aftershocks removed within 2 degrees and 15 days",
        "as many controls anywhere 10 degrees and 15 days away from earthquakes",
        "windows of 30 s within the Dobrovolsky radius, 15 days before; class 2 where Kp is above 3",
        "the last fifth in time for testing; the best of several settings on it (quick: six forests; full: "
        "three networks; the article: 100)",
        "every window counts alike",
    ),
    honest_steps=(
        "aftershocks removed by Gardner and Knopoff's windows",
        "controls at the places and local times of the earthquakes, at other dates",
        "what shares an observation or a pair with the test is purged",
        "one setting; classes 0 and 1; an earthquake counts once",
    ),
    make_world=partial(_satellite.make_world, DATA),
    score_as_published=partial(_satellite.as_published, DATA),
    score_honestly=partial(_satellite.honest, DATA),
    scales={
        "quick": {
            "days": 600, "cadence": 7.5, "magnitude": 4.8, "model": "forest", "epochs": 0, "n_trees": 40,
        },
        "full": {
            "days": 691, "cadence": 1.5, "magnitude": 4.5, "model": "network", "epochs": 50, "n_trees": 0,
        },
    },
)  # fmt: skip
