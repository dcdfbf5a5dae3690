"""scikit-learn's own checks of the search."""

import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from skquake.model_selection import HyperoptSearchCV

SEARCHES = [
    HyperoptSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2, n_iter=2, random_state=0),
    HyperoptSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2, n_iter=2, error_score="raise", random_state=0),
]


@pytest.mark.filterwarnings("ignore")  # the checks provoke warnings of their own
@parametrize_with_checks(SEARCHES)
def test_sklearn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("search", SEARCHES, ids=repr)
def test_checks_are_not_vacuous(search):
    names = [check.func.__name__ for _, check in estimator_checks_generator(search)]
    executed = [name for name in names if not name.startswith("check_array_api")]
    assert len(executed) >= 45
