"""The public checks of a search over a regressor; those over a classifier run with all estimators."""

from sklearn.linear_model import Ridge

from skquake.model_selection import HyperoptSearchCV
from skquake.testing import parametrize_with_skquake_checks

SEARCH = HyperoptSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2, n_iter=2, random_state=0)


@parametrize_with_skquake_checks([SEARCH])
def test_checks(estimator, check):
    check(estimator)
