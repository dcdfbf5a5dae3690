"""Samples with scores, as any tool may write them; figures are drawn without a screen."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from common.sample_frames import sample_frame
from common.small_probes import small_probes  # noqa: F401

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def scored():
    """Function that gives a frame of matched pairs with label, probability and folds of whole pairs."""

    def make(signal=1.0, n_pairs=60, **options):
        samples = sample_frame(n_pairs, signal=signal, span_days=700, **options)
        seen = samples.X.pop("observed")
        pair = samples.X["pair_id"].str[1:].astype(int)
        return samples.X.drop(columns="owners").assign(
            label=samples.y,
            probability=1.0 / (1.0 + np.exp(0.5 * signal - seen)),
            fold=pair % 4,
        )

    return make
