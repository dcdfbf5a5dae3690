"""
An estimator of my own: does it keep the promises?
==================================================

Twenty lines make a classifier of windows. The public checks find what it breaks in scikit-learn's and
skquake's promises; when they pass it stands in pipelines, searches and reports like any other. On simulated
nights with an effect it scores 0.35; beside it stand the same nights without any, -0.06, and what the place
alone reaches, 0.00.
"""

# %%
# The class whose mean is nearest
# -------------------------------
# A constructor that only assigns; a fit that computes aside and assigns last, so that an interrupted
# refit leaves the model that was there; weights that count, since an earthquake counts once.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from skquake import AftershockRemover, SlidingWindow, TrackSource, make_samples
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_track
from skquake.inspection import location_probe
from skquake.model_selection import evaluate
from skquake.plotting import ScoreDisplay
from skquake.preprocessing import ChannelScaler, WindowMean, WindowNormalizer
from skquake.testing import check_skquake_estimator


class NearestMean(ClassifierMixin, BaseEstimator):
    """Classify a window by the class whose mean window is nearest.

    Parameters
    ----------
    scale : float, default=1.0
        Difference of mean squares at which the odds are e to one.
    """

    def __init__(self, scale=1.0):
        self.scale = scale

    def fit(self, X, y, sample_weight=None):
        """X of shape (n_samples, length, channels)."""
        aside = clone(self)
        X, y = validate_data(aside, X, y, allow_nd=True)
        check_classification_targets(y)
        weight = _check_sample_weight(sample_weight, X)
        aside.classes_ = np.unique(y)
        for label in aside.classes_:
            if not weight[y == label].sum() > 0:
                raise ValueError(f"class {label} has no weight: give it some, or leave its rows out")
        aside.means_ = np.stack(
            [np.average(X[y == label], axis=0, weights=weight[y == label]) for label in aside.classes_]
        )
        fitted = {name: value for name, value in vars(aside).items() if name.endswith("_")}
        kept = {name: value for name, value in vars(self).items() if not name.endswith("_")}
        self.__dict__ = kept | fitted
        return self

    def predict_proba(self, X):
        """Softmax of minus the mean square distances."""
        check_is_fitted(self)
        X = validate_data(self, X, allow_nd=True, reset=False)
        far = np.stack([((X - mean) ** 2).reshape(len(X), -1).mean(axis=1) for mean in self.means_], axis=1)
        odds = np.exp((far.min(axis=1, keepdims=True) - far) / self.scale)
        return odds / odds.sum(axis=1, keepdims=True)

    def predict(self, X):
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


# %%
# The checks
# ----------
# In a test of your own: ``parametrize_with_skquake_checks([NearestMean()])``.

rows = pd.DataFrame(check_skquake_estimator(NearestMean(), on_fail=None))
print(rows["status"].value_counts().to_string())
for row in rows[rows["status"] == "failed"].itertuples():
    print(row.check_name, str(row.exception).split("\n")[0][:300])

# %%
# With and without an effect
# --------------------------
# The same random numbers, with the density doubled above each epicentre in the days before, and without.

start, end = pd.Timestamp("2019-01-01"), pd.Timestamp("2019-08-01")
everything = make_catalog(start - pd.Timedelta("60D"), end + pd.Timedelta("60D"), random_state=0)
catalog = AftershockRemover().fit_transform(everything.query("magnitude >= 4.8"))
lines = []
for panel, effect in {"nothing planted": 0.0, "planted": 1.0}.items():
    settings = {"side": "night", "cadence": 15.0, "catalog": catalog, "effect": effect, "random_state": 0}
    track = TrackSource(make_track("cses", start, end, **settings).frame, channels=["Ne"])
    controls = MatchedControls(avoid=everything, within=track.span, random_state=0)
    samples = make_samples(
        track, catalog, controls, region="dobrovolsky", days=(-15, 0), max_length=8, context=12,
        exclude=everything,
    )  # fmt: skip
    window = SlidingWindow(track, 8, context=12)
    model = make_pipeline(
        window, ChannelScaler(log=[0]), WindowMean(4), WindowNormalizer("center"), NearestMean()
    )
    found = {"nearest mean": evaluate(model, samples, random_state=0)}
    found["place alone"] = location_probe(samples, random_state=0)
    for name, each in found.items():
        print(f"{panel:16s} {name:13s} seismic MCC {each.seismic_mcc}")
        lines.append(each.to_frame().assign(panel=panel, model=name, probe=name == "place alone"))
ScoreDisplay(pd.concat(lines)).plot()
plt.show()
