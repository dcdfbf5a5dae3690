"""Do intervals of cross-validated scores cover? Worlds without effect, made here with numpy alone."""

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Bunch

from skquake.model_selection import PurgedGroupKFold, PurgedTimeSeriesSplit, evaluate

CHANCE = {"seismic_mcc": 0.0, "seismic_auc": 0.5, "event_auc": 0.5}
CHANNELS = [f"weather{k}" for k in range(4)]
DAYS, PAIRS = 730, 150


def world(seed, *, bursty):
    """150 pairs in 730 days, two nights each, all places under one weather with a memory of days."""
    rng = np.random.default_rng(seed)
    weather = lfilter([np.sqrt(1 - 0.9**2)], [1.0, -0.9], rng.normal(size=(DAYS + 250, 4)), axis=0)[200:]
    day = rng.uniform(20, DAYS - 20, PAIRS)
    if bursty:  # a third of the earthquakes follow another one within days
        late = rng.random(PAIRS) < 1 / 3
        day[late] = np.minimum(rng.choice(day[~late], late.sum()) + rng.exponential(5, late.sum()), DAYS - 20)
    shift = rng.choice([-1, 1], PAIRS) * rng.uniform(20, 40, PAIRS)
    control = np.where((day + shift < 2) | (day + shift > DAYS - 2), day - shift, day + shift)
    place = rng.uniform([-50, -180], [50, 180], (PAIRS, 2))
    rows = []
    for label, when in ((1, day), (0, control)):
        for back in (0, 1):
            nights = when.astype(int) - back
            rows.append(
                pd.DataFrame(weather[nights] + 0.5 * rng.normal(size=(PAIRS, 4)), columns=CHANNELS).assign(
                    night=nights,
                    label=label,
                    event_id=np.arange(PAIRS) + PAIRS * (1 - label),
                    pair_id=np.arange(PAIRS),
                    latitude=place[:, 0],
                    longitude=place[:, 1],
                )
            )
    X = pd.concat(rows).sort_values("night", kind="stable").reset_index(drop=True)
    time = pd.Timestamp("2015-01-01") + pd.to_timedelta(X.pop("night"), unit="D")
    X = X.assign(
        time=time, obs_start=time, obs_end=time + pd.Timedelta("1h"), radius_km=300.0, source="track"
    )
    X["pass_id"] = np.arange(len(X))
    return Bunch(X=X, y=X.pop("label").to_numpy(), groups=X["pair_id"].to_numpy())


def observed(X):
    return X[CHANNELS].to_numpy()


def coverage(seeds, cv, *, bursty):
    """{score: (share of worlds whose interval holds chance, share whose low end lies above it)}."""
    model = make_pipeline(
        FunctionTransformer(observed),
        RandomForestClassifier(30, min_samples_leaf=3, n_jobs=1, random_state=0),
    )
    hits = []
    for seed in seeds:
        found = evaluate(model, world(seed, bursty=bursty), cv, n_resamples=400, random_state=seed)
        scores = [(getattr(found, name), chance) for name, chance in CHANCE.items()]
        hits.append([(score.low <= chance <= score.high, score.low > chance) for score, chance in scores])
    return dict(zip(CHANCE, np.mean(hits, axis=0).tolist(), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("bursty", [False, True])
@pytest.mark.parametrize("cv", [PurgedGroupKFold(5), PurgedTimeSeriesSplit(5)])
def test_intervals_cover_where_nothing_is_there(cv, bursty):
    for name, (covered, above) in coverage(range(100), cv, bursty=bursty).items():
        assert covered >= 0.90, (name, covered)  # 0.95 less 2.3 standard errors of 100 worlds
        assert above <= 0.08, (name, above)
