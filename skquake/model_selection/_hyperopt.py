"""Search over parameters by trees of Parzen estimators, scored by cross-validation, resumable."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import clone, is_classifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import check_cv
from sklearn.utils import Tags, check_random_state, get_tags, indexable
from sklearn.utils.metadata_routing import UNUSED

from skquake._core._engine import Engine, in_store
from skquake._core._frames import as_frame, is_frame
from skquake._core._journal import fingerprint
from skquake._core._progress import progress_bar
from skquake._core._sklearn import (
    BaseSearchCV,
    Interval,
    StrOptions,
    callback_context,
    check_method_params,
    fit_context,
    no_callbacks,
)
from skquake._core._typing import ArrayLike, Estimator, Path, RandomState, Rows
from skquake.model_selection._engines import ENGINES, is_expression, read_space
from skquake.model_selection._search_identity import search_identity
from skquake.model_selection._trial import Bar, Task, Trial, run_folds
from skquake.model_selection._trial_results import average_finished, fold_table, score_names
from skquake.model_selection._trial_store import TrialStore, plain


class HyperoptSearchCV(BaseSearchCV):
    """Search for the best parameters with hyperopt, scored by cross-validation; a killed search goes on.

    Candidates are proposed by trees of Parzen estimators (TPE [1]_): twenty at random, then where good scores
    were denser than bad ones. Otherwise as scikit-learn's ``RandomizedSearchCV``. The best score is the
    largest of many on the same folds, hence too good: score the search itself, on rows it has not seen, with
    `evaluate` or ``cross_val_score`` (nested cross-validation).

    Parameters
    ----------
    estimator : estimator
    space : dict or hyperopt expression
        By parameter (``step__parameter`` in a pipeline) a list of values, a distribution of ``scipy.stats``
        or an expression of ``hyperopt.hp``; see `skquake.model_selection.spaces`. An expression, or a choice
        under a name that is no parameter, may give a dict of parameters, so that some exist only beside
        others.
    cv : int, splitter or iterable of (train, test)
        Required: `PurgedGroupKFold` and kin for samples, for their windows overlap.
    n_iter : int, default=100
        Trials in all, those in the store included.
    batch_size : int, default=1
        Trials proposed together, none knowing of the others' scores, to be evaluated in parallel.
    scoring : str, callable, list, tuple or dict, default=None
        As in ``GridSearchCV``. Of several, ``refit`` names the one to maximise.
    refit : bool, str or callable, default=True
        As in ``GridSearchCV``.
    n_jobs : int, default=None
        Trials of a batch at a time, by joblib's current backend; their folds where the batch is smaller.
        The trials do not depend on it.
    engine : {"hyperopt", "optuna"}, default="hyperopt"
        Optuna is an extra (``pip install skquake[optuna]``) and takes lists and distributions only.
    store : path, default=None
        File to which every trial is appended when its last fold is done. The same search with the same file
        goes on where it was stopped, with the trials it would have made. An existing folder holds a file for
        each search, so that those within a nested cross-validation find each their own.
    accept_versions : bool, default=False
        Go on with a store that other versions of skquake, scikit-learn, numpy, Keras or Python made; their
        trials may differ from what ours would be.
    stop_hopeless : bool, default=False
        Give a trial up after a fold if it would stay behind the best even with the best score that any
        trial had in each fold it has not done yet. Starts when ten trials are complete.
    error_score : "raise" or float, default=nan
        Score of a fold whose fit or score raises, be it a network with kernels longer than the window, or
        one too large for the memory: the trial is infeasible, and the search goes on. "raise" ends it there.
        Ctrl-C, a full disk and a parameter that the estimator does not have end it in any case.
    random_state : int, RandomState or None, default=None
        Of the proposals; give the estimator and the splitter theirs, too.
    verbose : int, default=0
        Positive: a progress bar with the best score.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        As that of ``GridSearchCV``, in the order of the proposals, and besides: ``status`` ("complete",
        "infeasible": a fold raised, "stopped": given up), ``n_folds`` (finished folds) and ``repeats`` (the
        trial of the same candidate whose scores these are, -1 where there was none before). The mean of a
        stopped trial is over its finished folds; it ranks last.
    n_repeated_ : int
        Trials whose candidate had been proposed before; they cost no fit.
    best_estimator_ : estimator
    best_score_ : float
        Mean over folds of the best trial: the maximum of many, no estimate of what new rows would give.
    best_params_ : dict
    best_index_, n_splits_ : int
    scorer_ : callable or dict
    multimetric_ : bool
    refit_time_ : float
        Seconds.
    versions_ : list of dict of {str: str}
        Versions that made the trials, in their order; those of this fit last.

    Raises
    ------
    TypeError, ValueError
        If no trial is feasible (TypeError where each raised one), the target is missing, or the store holds
        another search: other data, space, folds, estimator, scoring, ``random_state``, ``batch_size``,
        engine or versions, named in the message.
    RuntimeError
        If another search is writing the store, or worker processes die again and again, for want of
        memory as a rule.
    OSError
        If a disk is full. What is finished is in the store.

    Notes
    -----
    Of scikit-learn's callbacks (from its version 1.9) ``set_callbacks`` of this search and of what it
    searches are told: a task for each fold that is fitted, and one for the refit.

    See Also
    --------
    evaluate : Scores a search on rows it has not seen.
    skquake.plotting.SearchDisplay : The best score as trials went on, and parallel coordinates.

    References
    ----------
    .. [1] J. Bergstra et al. (2011), "Algorithms for hyper-parameter optimization", NeurIPS 24.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skquake.model_selection import HyperoptSearchCV
    >>> X, y = make_classification(random_state=0)
    >>> space = {"C": loguniform(1e-4, 1e2), "fit_intercept": [True, False]}
    >>> search = HyperoptSearchCV(LogisticRegression(), space, cv=3, n_iter=25, random_state=0).fit(X, y)
    >>> search.best_params_["C"] < 0.1, len(search.cv_results_["params"])
    (True, 25)
    """

    __metadata_request__fit = {"groups": UNUSED}  # they are the splitter's
    return_train_score = False
    _parameter_constraints: dict = {
        name: rule
        for name, rule in BaseSearchCV._parameter_constraints.items()
        if name not in ("pre_dispatch", "return_train_score")
    } | {
        "space": "no_validation",
        "n_iter": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "engine": [StrOptions(set(ENGINES))],
        "store": [str, os.PathLike, None],
        "accept_versions": ["boolean"],
        "stop_hopeless": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Estimator,
        space: Any,
        *,
        cv: Any,
        n_iter: int = 100,
        batch_size: int = 1,
        scoring: str | Callable[..., Any] | Iterable[str] | Mapping[str, Any] | None = None,
        refit: bool | str | Callable[..., int] = True,
        n_jobs: int | None = None,
        engine: str = "hyperopt",
        store: Path | None = None,
        accept_versions: bool = False,
        stop_hopeless: bool = False,
        error_score: float | str = np.nan,
        random_state: RandomState = None,
        verbose: int = 0,
    ) -> None:
        self.estimator = estimator
        self.space = space
        self.cv = cv
        self.n_iter = n_iter
        self.batch_size = batch_size
        self.scoring = scoring
        self.refit = refit
        self.n_jobs = n_jobs
        self.engine = engine
        self.store = store
        self.accept_versions = accept_versions
        self.stop_hopeless = stop_hopeless
        self.error_score = error_score
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Rows, y: Any = None, *, groups: ArrayLike | None = None, **params: Any) -> Self:
        """Search, then fit the best candidate on all rows.

        Parameters
        ----------
        X : DataFrame or array-like of n_samples rows
        y : array-like of shape (n_samples,), default=None
        groups : array-like of shape (n_samples,), default=None
            For the splitter.
        **params : dict
            For the estimator's ``fit``, cut along with X where they have its length, such as
            ``step__sample_weight``; where metadata routing is enabled, for whoever asks for them.

        Returns
        -------
        self
        """
        if self.cv is None:
            raise ValueError(
                "cv=None: say how to split; for samples PurgedGroupKFold(5), which keeps pairs whole and "
                "purges shared observations"
            )
        if y is None and get_tags(self.estimator).target_tags.required:
            raise ValueError(
                f"HyperoptSearchCV of {type(self.estimator).__name__} requires y to be passed, but the "
                "target y is None"
            )
        if not is_expression(self.space):
            read_space(self.space)
        scorer, _ = self._get_scorers()
        if is_frame(X):
            X = as_frame(X, "HyperoptSearchCV: X")
        X, y, groups = indexable(X, y, groups)
        params = check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params | ({} if groups is None else {"groups": groups}))
        splitter = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        folds = list(splitter.split(X, y, **routed.splitter.split))
        self.n_splits_ = n = len(folds)
        fit_params, score_params = routed.estimator.fit, routed.scorer.score
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        identity = {}
        if self.store is not None:
            parameters = {
                f"{kind} {name}": value
                for kind, given in (("fit", fit_params), ("score", score_params))
                for name, value in (given or {}).items()
            }
            identity = search_identity(self, X, y, groups, folds, parameters, seed)
        told = {"estimator": self, "X": X, "y": y}
        if params.get("sample_weight") is not None:
            told["metadata"] = {"sample_weight": params["sample_weight"]}
        inner = self.estimator, *self.estimator.get_params(deep=True).values()
        root = callback_context(self, *inner, max_subtasks=1 + (self.refit is not False))
        root.call_on_fit_task_begin(**told)
        task = Task(
            self.estimator,
            X,
            y,
            scorer,
            fit_params,
            score_params,
            self.error_score,
            None if root is no_callbacks else self,
        )
        context = root.subcontext(task_name="search", max_subtasks=self.n_iter * n, sequential_subtasks=False)
        context.call_on_fit_task_begin(**told)
        with TrialStore(self.store, identity, seed, accept_versions=self.accept_versions) as store:
            trials = self._search(store, task, folds, context)
        self.versions_ = store.versions
        context.call_on_fit_task_end(**told)
        self._take(trials, scorer)
        if self.refit:
            self.best_estimator_ = clone(self.estimator).set_params(**clone(self.best_params_, safe=False))
            context = root.subcontext(task_name="refit-with-best-params")
            start = time.perf_counter()
            with context.propagate_callback_context(self.best_estimator_):
                context.call_on_fit_task_begin(**told)
                self.best_estimator_.fit(X, *(() if y is None else (y,)), **fit_params)
            self.refit_time_ = time.perf_counter() - start
            context.call_on_fit_task_end(**told)
            if hasattr(self.best_estimator_, "feature_names_in_"):
                self.feature_names_in_ = self.best_estimator_.feature_names_in_
        root.call_on_fit_task_end(**told)
        return self

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        for name in ("target_tags", "input_tags", "transformer_tags", "non_deterministic", "no_validation"):
            setattr(tags, name, deepcopy(getattr(inner, name)))
        return tags

    @property
    def _metric(self):
        return self.refit if isinstance(self.refit, str) else "score"

    def _search(self, store, task, folds, context):
        """Trials in order: proposed batch by batch; what is known or stored is taken, the rest is run."""
        engine = ENGINES[self.engine](self.space, self.estimator.get_params(deep=True), store.seed)
        trials: list[Trial] = []
        first_of: dict[str, int] = {}  # by candidate, the trial that had it first
        n = len(folds)
        best = -np.inf
        with (
            Engine(partial(_run_part, task, folds), self.n_jobs, in_store(self.store)) as workers,
            progress_bar(self.n_iter, desc="trials", unit="trial", verbose=self.verbose) as bar,
        ):
            while len(trials) < self.n_iter:
                batch = range(len(trials), min(len(trials) + self.batch_size, self.n_iter))
                proposed = {i: engine.ask() for i in batch}
                repeats = {i: first_of.setdefault(_candidate(proposed[i]), i) for i in batch}
                found = {i: self._stored(store.trials[i], proposed[i], n) for i in batch if i in store.trials}
                bar.update(len(found))
                goal = Bar.of(trials, self._metric, n) if self.stop_hopeless else None
                missing = {i: proposed[i] for i in batch if i not in found and repeats[i] == i}
                for trial in self._run(workers, missing, n, goal, context):
                    self._check_metric(trial)
                    store.append(trial, n)
                    found[trial.index] = trial
                    bar.update()
                for i in batch:
                    if i not in found:
                        first = repeats[i]
                        source = found[first] if first in found else trials[first]
                        found[i] = Trial(i, proposed[i], source.folds, first)
                        store.append(found[i], n)
                        bar.update()
                    loss = self._loss(found[i], n, goal)
                    engine.tell(i, loss)
                    trials.append(found[i])
                    if found[i].status(n) == "complete" and loss is not None and -loss > best:
                        best = -loss
                        bar.set_postfix_str(f"best {best:.4g}")
        return trials

    def _run(self, workers, candidates, n, goal, context):
        """Yield each candidate's trial as soon as its last fold is done."""
        for params in candidates.values():
            clone(self.estimator).set_params(**clone(params, safe=False))  # a wrong name raises here
        # A worker with a trial of its own compiles its network once for all folds.
        whole = goal is not None or len(candidates) >= effective_n_jobs(self.n_jobs)
        parts = [range(n)] if whole else [[k] for k in range(n)]
        jobs = [
            (i, part, params, [context.subcontext(task_name="fold", task_id=i * n + k) for k in part], goal)
            for i, params in candidates.items()
            for part in parts
        ]
        done: dict[int, dict] = defaultdict(dict)
        with contextlib.closing(workers.run(jobs)) as results:
            for number, folds in results:
                i, part, *_ = jobs[number]
                done[i] |= dict(zip(part, folds, strict=False))
                if whole or len(done[i]) == n:
                    ordered = [fold for _, fold in sorted(done.pop(i).items())]
                    yield Trial(i, candidates[i], ordered)

    def _stored(self, trial, params, n):
        """A stored trial, with the parameters as objects."""
        where = f"store={str(self.store)!r}: trial {trial.index}"
        if trial.params != plain(params):
            raise ValueError(
                f"{where} has other parameters than {self.engine} proposes now ({plain(params)}); was it "
                "made by another version? Take another file"
            )
        trial = replace(trial, params=params)
        if len(trial.folds) > n or (trial.status(n) == "stopped" and not self.stop_hopeless):
            raise ValueError(f"{where} has {len(trial.folds)} folds, cv has {n}; remove its line")
        if trial.status(n) == "infeasible" and self.error_score == "raise":
            raise ValueError(f"{where} is infeasible: {_first_error([trial])}")
        self._check_metric(trial)
        return trial

    def _check_metric(self, trial):
        for fold in trial.folds:
            if fold.scores is not None and self._metric not in fold.scores:
                raise ValueError(
                    f"refit={self.refit!r}: with several scores it must name the one to maximise, of "
                    f"{', '.join(fold.scores)}"
                )

    def _loss(self, trial, n, bar):
        """What the engine is told; of a stopped trial the best it could have reached."""
        status = trial.status(n)
        if status == "infeasible":
            return None
        scores = trial.scores(self._metric)
        mean = scores.mean() if status == "complete" else bar.reach(scores)
        return -mean if np.isfinite(mean) else None

    def _take(self, trials, scorer):
        """cv_results_ and the best, from the trials."""
        n = self.n_splits_
        infeasible = [trial for trial in trials if trial.status(n) == "infeasible"]
        if len(infeasible) == len(trials):
            stored = "" if self.store is None else f"; once mended, remove store={str(self.store)!r}"
            errors = [fold.error for trial in trials for fold in trial.folds if fold.error is not None]
            kind = TypeError if all(error.startswith("TypeError") for error in errors) else ValueError
            raise kind(
                f"all {len(trials)} trials are infeasible; the first: {_first_error(infeasible)}{stored}"
            )
        if infeasible:
            warnings.warn(
                f"{len(infeasible)} of {len(trials)} trials are infeasible (error_score={self.error_score}); "
                f"the first: {_first_error(infeasible)}",
                FitFailedWarning,
                stacklevel=4,
            )
        names = score_names(trials)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "One or more of the test scores are non-finite", UserWarning)
            results = self._format_results(
                [trial.params for trial in trials],
                n,
                fold_table(trials, n, names, self.error_score),
                {
                    "status": [trial.status(n) for trial in trials],
                    "n_folds": [len(trial.folds) for trial in trials],
                    "repeats": [-1 if trial.repeats is None else trial.repeats for trial in trials],
                },
            )
        average_finished(results, n)
        self.cv_results_ = results
        self.n_repeated_ = int((results["repeats"] >= 0).sum())
        self.multimetric_ = names != ["score"]
        self.best_index_ = int(self._select_best_index(self.refit, self._metric, results))
        if not callable(self.refit):
            self.best_score_ = results[f"mean_test_{self._metric}"][self.best_index_]
        self.best_params_ = results["params"][self.best_index_]
        self.scorer_ = getattr(scorer, "_scorers", scorer)


def _run_part(task, folds, _, part, params, contexts, goal):
    return run_folds(task, params, [folds[k] for k in part], contexts, goal)


def _candidate(params):
    """Text that equal candidates share."""
    return fingerprint(dict(sorted(params.items())))


def _first_error(trials):
    trial = trials[0]
    return f"{plain(trial.params)}: {next(f.error for f in trial.folds if f.error is not None)}"
