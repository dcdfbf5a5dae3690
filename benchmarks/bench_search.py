"""HyperoptSearchCV: what the search itself costs, what a second worker gains, what a kill loses.

The networks are the default one and its neighbours, trained for one to three epochs: a search over longer
trainings or more architectures, each of which is compiled, spends a smaller share on itself. Two workers are
compared with one at these and at eight to ten epochs (the default is 50): each compiles what it trains, which
short trainings do not make up for. Every process computes in one thread.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _harness import row

WINDOWS, LENGTH, CHANNELS = 2000, 20, 2
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

NETWORKS = """
import json, sys, time
import numpy as np
from scipy.stats import loguniform
from sklearn.model_selection import KFold
from skquake import HyperoptSearchCV, SeqNetQuakeClassifier
from skquake.model_selection import spaces

options = json.loads(sys.argv[1])
rng = np.random.default_rng(0)
X = rng.normal(size=(options["windows"], options["length"], options["channels"])).astype(np.float32)
y = rng.integers(0, 3, len(X))
space = {name: spaces.seqnetquake()[name] for name in ("dropout", "batch_size")} | {
    "lstm_units": [64, 128], "learning_rate": loguniform(1e-4, 1e-2), "epochs": options["epochs"]
}

def search(n_iter, n_jobs, store=None, seed=0):
    start = time.perf_counter()
    found = HyperoptSearchCV(
        SeqNetQuakeClassifier(random_state=0), space, cv=KFold(2), n_iter=n_iter, n_jobs=n_jobs, store=store,
        batch_size=options["batch_size"], refit=False, random_state=seed, scoring="neg_log_loss",
    ).fit(X, y)
    return found, time.perf_counter() - start
"""

OVERHEAD = """
search(1, 1)  # what a first fit loads
found, seconds = search(options["trials"], 1, options["store"])
fits = 2 * found.cv_results_["mean_fit_time"].sum()
scores = 2 * found.cv_results_["mean_score_time"].sum()
again, replay = search(options["trials"], 1, options["store"])
assert again.cv_results_["params"] == found.cv_results_["params"]
print(json.dumps({"seconds": seconds, "fits": fits, "scores": scores, "replay": replay}))
"""

WORKERS = """
search(4, 2, seed=9), search(1, 1, seed=9)  # workers and first fits
seconds = {1: [], 2: []}
for turn in range(options["turns"]):
    for n_jobs in (1, 2):
        seconds[n_jobs].append(search(options["trials"], n_jobs, seed=turn)[1])
print(json.dumps(seconds))
"""

KILLED = """
import sys
from scipy.stats import uniform
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold
from skquake import HyperoptSearchCV

class Logged(RandomForestClassifier):
    def fit(self, X, y):
        with open(sys.argv[2], "a") as log:
            print(self.ccp_alpha, file=log)
        return super().fit(X, y)

X, y = make_classification(1000, random_state=0)
search = HyperoptSearchCV(
    Logged(20, random_state=0), {"ccp_alpha": uniform(0, 0.02)}, cv=KFold(2), n_iter=100, batch_size=4,
    random_state=0, refit=False, store=sys.argv[1],
).fit(X, y)
print(search.cv_results_["mean_test_score"].tolist(), [p["ccp_alpha"] for p in search.cv_results_["params"]])
"""


def measure(script, **options):
    """What a script prints, in a process of its own."""
    defaults = {"windows": WINDOWS, "length": LENGTH, "channels": CHANNELS, "epochs": [1, 2, 3]}
    arguments = json.dumps(defaults | options)
    done = subprocess.run(
        [sys.executable, "-c", NETWORKS + script, arguments],
        env=os.environ | ONE_THREAD,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder / "trials.jsonl"), str(folder / "fits.txt")],
        env=os.environ | ONE_THREAD,
        stdout=subprocess.PIPE,
        text=True,
    )


def whole_lines(path):
    """Complete lines of the store: header, seed, trials."""
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1].splitlines()


def kill(folder, times):
    """Kill a search again and again at random moments: finished trials, those lost, fits of finished ones."""
    rng = random.Random(0)
    path, log = folder / "trials.jsonl", folder / "fits.txt"
    lost = repeated = kills = 0
    before: list = []
    for _ in range(times):
        finished = {json.loads(line)["params"]["ccp_alpha"] for line in before[2:]}
        logged = len(log.read_text().split()) if log.exists() else 0
        process = start(folder)
        until = len(before) + rng.randint(0, 3)
        while len(whole_lines(path)) < until and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.3))
        if process.poll() is None:
            kills += 1
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now = whole_lines(path)
        lost += sum(line not in now for line in before)
        fits = [float(n) for n in log.read_text().split()[logged:]] if log.exists() else []
        repeated += sum(n in finished for n in fits)
        before = now
    return kills, len(before[2:]), lost, repeated


def run(quick=False):
    """Rows of the table."""
    trials, kills = (3, 2) if quick else (100, 20)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = measure(OVERHEAD, trials=trials, batch_size=1, store=str(folder / "networks.jsonl"))
        overhead = found["seconds"] - found["fits"] - found["scores"]
        rows.append(
            row(
                f"search itself, {trials} trials of SeqNetQuake, {WINDOWS} windows",
                "5 % of the seconds of training",
                0.05 * found["fits"] / overhead,
                1.0,
                percent=round(100 * overhead / found["fits"], 2),
                seconds_training=round(found["fits"], 1),
                seconds_scoring=round(found["scores"], 1),
                seconds_search=round(overhead, 2),
                seconds_resume_of_all=round(found["replay"], 2),
            )
        )
        for epochs in ([1, 2, 3], [8, 9, 10]):
            found = measure(
                WORKERS, epochs=epochs, trials=4 if quick else 24, turns=1 if quick else 2, batch_size=8
            )
            one, two = (sum(found[n]) for n in ("1", "2"))
            rows.append(
                row(
                    f"two workers, trials of {epochs[0]} to {epochs[-1]} epochs in batches of 8",
                    "one worker",
                    one / two,
                    None if quick else 1.6,
                    seconds_one=round(one, 1),
                    seconds_two=round(two, 1),
                    load=round(os.getloadavg()[0], 1),
                )
            )
        folder = folder / "killed"
        folder.mkdir()
        done, finished, lost, repeated = kill(folder, kills)
        resumed = start(folder).communicate()[0]
        other = folder / "whole"
        other.mkdir()
        same = resumed == start(other).communicate()[0]
        rows.append(
            row(
                f"search killed {done} times: finished trials kept, none fitted again",
                f"all {finished} that were finished by the last kill",
                (finished - lost - repeated) / finished if finished and same else 0.0,
                1.0,
                lost=lost,
                repeated=repeated,
                results_as_uninterrupted=same,
            )
        )
    return rows
