"""Importing the package and its estimators loads nothing heavy."""

import subprocess
import sys

HEAVY = ("keras", "tensorflow", "torch", "jax", "scikeras", "sktime", "lightgbm", "hyperopt", "matplotlib")


def test_import_is_light():
    code = (
        "import sys; from skquake import SeqNetQuakeClassifier; SeqNetQuakeClassifier(); "
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
