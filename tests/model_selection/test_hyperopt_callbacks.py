"""scikit-learn's callbacks: what a search tells them, and those of what it searches."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skquake.model_selection import HyperoptSearchCV

callback = pytest.importorskip("sklearn.callback")  # from scikit-learn 1.9

X, Y = make_classification(60, random_state=0)


class Recording:
    """Names of the tasks that it is told of, and from where."""

    max_propagation_depth = 0

    def __init__(self):
        self.begun, self.ended, self.life = [], [], []

    def setup(self, estimator, context):
        self.life.append("setup")

    def teardown(self, estimator, context):
        self.life.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None):
        self.begun.append((context.task_name, context.task_id, type(estimator).__name__, len(X)))

    def on_fit_task_end(self, estimator, context):
        self.ended.append((context.task_name, context.task_id))


def search(estimator=None, **changes):
    options = {"cv": KFold(3), "n_iter": 5, "random_state": 0} | changes
    space = options.pop("space", {"C": [0.1, 1.0]})
    return HyperoptSearchCV(LogisticRegression() if estimator is None else estimator, space, **options)


@pytest.mark.filterwarnings("ignore:The estimator .* does not support callbacks")
def test_each_fold_and_the_refit_are_tasks():
    heard = Recording()
    found = search(DecisionTreeClassifier(random_state=0), space={"max_depth": [1, 2, 3]})
    found.set_callbacks(heard).fit(X, Y)
    assert heard.life == ["setup", "teardown"]
    folds = [(name, number) for name, number, _, n in heard.begun if name == "fold" and n == 40]
    fitted = np.flatnonzero(found.cv_results_["repeats"] < 0)
    assert folds == [("fold", 3 * i + k) for i in fitted for k in range(3)]
    names = [name for name, *_ in heard.begun]
    assert names[:2] == ["fit", "search"] and names[-1] == "refit-with-best-params"
    assert sorted(heard.ended) == sorted((name, number) for name, number, *_ in heard.begun)
    assert {who for *_, who, _ in heard.begun} == {"HyperoptSearchCV"}


def test_a_failed_search_lets_go_of_its_callbacks():
    heard = Recording()
    with pytest.raises(ValueError, match="Invalid parameter"):
        search(space={"nonsense": [1]}).set_callbacks(heard).fit(X, Y)
    assert heard.life == ["setup", "teardown"]
    again = search().set_callbacks(heard).fit(X, Y)
    assert not {"_callback_fit_ctx", "_skl_callbacks_to_teardown"} & set(vars(again))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_bars(capsys, n_jobs):
    pytest.importorskip("rich")
    alone = search(n_jobs=n_jobs, batch_size=2).fit(X, Y)
    found = search(n_jobs=n_jobs, batch_size=2).set_callbacks(callback.ProgressBar()).fit(X, Y)
    assert "HyperoptSearchCV - search" in capsys.readouterr().out
    assert found.cv_results_["params"] == alone.cv_results_["params"]
    assert found.best_score_ == alone.best_score_


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_monitor_of_what_is_searched_knows_the_search(n_jobs):
    monitor = callback.ScoringMonitor(scoring="accuracy")
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=3).set_callbacks(monitor))
    space = {"logisticregression__C": [0.1, 1.0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # three iterations do not converge
        found = search(model, space=space, n_jobs=n_jobs, n_iter=3).fit(X, Y)
    log = monitor.get_logs()
    assert log.estimator_name == "HyperoptSearchCV"
    runs = {path[:3] for path in log.data_as_pandas["task_id_path"]}
    assert len(runs) == 3 * int((found.cv_results_["repeats"] < 0).sum()) + 1


def test_a_search_within_a_search_and_clones():
    inner = search().set_callbacks(Recording())
    assert clone(inner)._skl_callbacks == inner._skl_callbacks
    scores = cross_val_score(search(n_iter=2), X, Y, cv=KFold(2))
    outer = GridSearchCV(search(n_iter=2), {"n_iter": [2]}, cv=KFold(2)).fit(X, Y)
    assert outer.best_score_ == scores.mean()


def test_before_callbacks_came():
    """scikit-learn 1.8 has none of their methods."""
    now = search().fit(X, Y)

    class Old(HyperoptSearchCV):
        @property
        def _init_callback_context(self):
            raise AttributeError

    old = Old(LogisticRegression(), {"C": [0.1, 1.0]}, cv=KFold(3), n_iter=5, random_state=0).fit(X, Y)
    assert old.best_params_ == now.best_params_
