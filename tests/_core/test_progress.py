"""Progress bars are silent where they are not asked for, and never warn of what a notebook lacks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from skquake._core._progress import progress, progress_bar

# A notebook without ipywidgets, as tqdm (the older ones too) sees one.
NOTEBOOK = """
import os, sys, types
for name in [name for name in os.environ if name == "QT_API" or name.startswith("SPYDER")]:
    del os.environ[name]
sys.modules["ipykernel.zmqshell"] = types.ModuleType("ipykernel.zmqshell")
kernel = types.SimpleNamespace(config={"IPKernelApp": {}})
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: kernel)
sys.modules["ipywidgets"] = None
"""
BARS = """
from skquake._core._progress import progress, progress_bar
assert list(progress(range(3), desc="a", verbose=1)) == [0, 1, 2]
with progress_bar(3, desc="b", verbose=1) as bar:
    bar.update(3)
"""


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stderr


def test_tqdm_itself_warns():
    assert "IProgress not found" in run(NOTEBOOK + "import tqdm.auto")


@pytest.mark.parametrize("after", ["", "import tqdm.auto"])
def test_a_notebook_without_widgets_gets_bars_and_no_warning(after):
    said = run(NOTEBOOK + BARS + after)
    assert "Warning" not in said and "IProgress" not in said
    assert "a: 100%" in said and "3/3" in said


def test_silent_unless_asked(capsys):
    numbers = range(3)
    assert progress(numbers, desc="a") is numbers
    with progress_bar(3, desc="b") as bar:
        bar.update(3)
    assert capsys.readouterr() == ("", "")
