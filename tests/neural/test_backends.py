"""One saved model, the same numbers under every Keras backend that is installed."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from skquake import SeqNetQuakeClassifier
from skquake.neural import CNNClassifier, DNNClassifier, EDLSTMERegressor, LSTMClassifier, save_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 20, 2)).astype("float32")
Y = np.arange(70) % 3
SMALL = {"dense_units": 8, "epochs": 2, "random_state": 0}
NETWORKS = {
    "SeqNetQuake": SeqNetQuakeClassifier(filters=3, lstm_units=8, **SMALL),
    "DNN": DNNClassifier(**SMALL),
    "CNN": CNNClassifier(**SMALL),
    "LSTM": LSTMClassifier(lstm_units=8, **SMALL),
}
FORECASTER = EDLSTMERegressor(units=4, epochs=1, activation="tanh", random_state=0)
# Predicts with every saved model, then trains one: both must work without any other backend.
APPLY = """
import sys, numpy as np
from pathlib import Path
from skquake.neural import FineTuned, load_model
folder = Path(sys.argv[1])
X, y = np.load(folder / "X.npy"), np.load(folder / "y.npy")
models = {path.stem: load_model(path) for path in folder.glob("*.skq")}
out = {name: getattr(model, "predict_proba", model.predict)(X) for name, model in models.items()}
out["tuned"] = FineTuned(folder / "SeqNetQuake.skq", epochs=1, random_state=0).fit(X, y).predict_proba(X)
import keras
out["backend"] = keras.backend.backend()
assert keras.backend.backend() == "tensorflow" or "tensorflow" not in sys.modules
np.savez(folder / f"{keras.backend.backend()}.npz", **out)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", Y)
    for name, network in NETWORKS.items():
        save_model(network.fit(X, Y), folder / f"{name}.skq")
    save_model(FORECASTER.fit(X, X[:, :3]), folder / "ED-LSTME.skq")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "torch", "jax"])
def test_saved_models_predict_the_same(folder, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = os.environ | {"KERAS_BACKEND": backend}
    subprocess.run([sys.executable, "-W", "ignore", "-c", APPLY, str(folder)], check=True, env=environment)
    found = np.load(folder / f"{backend}.npz")
    assert found["backend"] == backend
    for name, network in NETWORKS.items():
        np.testing.assert_allclose(found[name], network.predict_proba(X), atol=1e-5, err_msg=name)
    np.testing.assert_allclose(found["ED-LSTME"], FORECASTER.predict(X), atol=1e-5)
    assert np.isfinite(found["tuned"]).all()
