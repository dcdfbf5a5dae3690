"""What TensorFlow's libraries write while they are loaded."""

from __future__ import annotations

import os

import pytest

from skquake.neural._backend import _without_log

LINE = "I0000 00:00:1 1 port.cc:153] oneDNN custom operations are on.\n"


@pytest.mark.parametrize(("level", "seen"), [(None, False), ("3", False), ("0", True)])
def test_who_asks_for_silence_has_it(level, seen, monkeypatch, capfd):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    if level is not None:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", level)
    with _without_log():
        os.write(2, LINE.encode())
        os.write(2, b"what else is said\n")
    told = capfd.readouterr().err
    assert (LINE in told) is seen and "what else is said" in told
