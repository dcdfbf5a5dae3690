"""Which backend Keras has, or will choose, without importing it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def configured_backend() -> str:
    """Name of the backend that Keras has, or will have once it is imported."""
    keras = sys.modules.get("keras")
    if keras is not None and hasattr(keras, "config"):
        return str(keras.config.backend())
    return keras_setting()[0]


def keras_setting() -> tuple[str, str]:
    """Name of the backend that its import will choose, and what says so."""
    if os.environ.get("KERAS_BACKEND"):
        name = os.environ["KERAS_BACKEND"]
        return name, f"KERAS_BACKEND={name}"
    home = Path(os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser())
    try:
        name = json.loads((home / "keras.json").read_text())["backend"]
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow", "the default"
    return str(name), f"{home / 'keras.json'}, KERAS_BACKEND is not set"
