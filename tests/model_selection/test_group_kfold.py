"""Folds of pairs: balance, chance, size."""

import numpy as np
import pandas as pd
from common.sample_frames import sample_frame

from skquake.model_selection import PurgedGroupKFold


def test_folds_are_balanced():
    X = sample_frame(100).X
    sizes = PurgedGroupKFold(5).describe(X)["n_test"]
    assert sizes.max() - sizes.min() <= 2
    assert sizes.sum() == len(X)


def test_shuffle_is_repeatable_and_different():
    X = sample_frame(60).X
    folds = lambda seed: [  # noqa: E731
        test.tolist() for _, test in PurgedGroupKFold(3, shuffle=True, random_state=seed).split(X)
    ]
    assert folds(0) == folds(0)
    assert folds(0) != folds(1)


def test_twenty_thousand_rows():
    rng = np.random.default_rng(0)
    n = 20_000
    time = pd.Timestamp("2010-01-01") + pd.to_timedelta(np.sort(rng.uniform(0, 2000, n)), unit="D")
    X = pd.DataFrame(
        {
            "source": "tec",
            "time": time,
            "latitude": rng.uniform(-60, 60, n),
            "longitude": rng.uniform(-180, 180, n),
            "pair_id": rng.integers(0, 2000, n),
            "radius_km": 300.0,
            "obs_start": time - pd.Timedelta("3D"),
            "obs_end": time,
        }
    )
    report = PurgedGroupKFold(5).describe(X)
    assert report["n_test"].sum() == n
    assert (report["n_purged_shared"] > 0).all()
