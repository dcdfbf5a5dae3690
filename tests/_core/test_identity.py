from __future__ import annotations

import functools
import linecache
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skquake._core._identity import identity


def plain(frame, limit=3):
    return frame[frame > limit]


def enclosing(value):
    def inside(frame):
        return frame > value

    return inside


def compiled(source):
    """A function without source text."""
    names = {}
    exec(source, names)
    return names["f"]


class Step:
    def __init__(self, limit):
        self.limit = limit

    def transform(self, frame):
        return frame > self.limit

    __call__ = transform


DIFFERENT = [
    plain,
    enclosing(1),
    enclosing(2),
    enclosing(np.arange(3)),
    enclosing(np.arange(4)),
    enclosing(plain),
    lambda frame: frame + 1,
    lambda frame: frame + 2,
    functools.partial(plain, limit=4),
    functools.partial(plain, limit=5),
    Step(1),
    Step(2),
    Step(1).transform,
    Step(2).transform,
    compiled("def f(x): return x + 1"),
    compiled("def f(x): return x + 2"),
    compiled("def f(x, y=2): return x + 2"),
    compiled("def f(x): return [a + 3 for a in x]"),
    pd.read_csv,
    pd.read_pickle,
    len,
    dict,
]


def test_different_functions_differ():
    found = [identity(function) for function in DIFFERENT]
    assert len(set(found)) == len(found) and identity(None) is None


def test_code_from_text_has_no_source_of_another(monkeypatch):
    """Python 3.13 keeps the text of ``python -c`` under the file name of all code from text."""
    lines = ["one = 1\n", "def f(x): return x\n"]
    monkeypatch.setitem(linecache.cache, "<string>", (len("".join(lines)), None, lines, "<string>"))
    first, second = compiled("\ndef f(x): return x + 1"), compiled("\ndef f(x): return x + 2")
    assert identity(first) != identity(second)


@pytest.mark.parametrize(
    "make",
    [
        lambda: enclosing({"a": [1, 2.5], "b": np.arange(5)}),
        lambda: functools.partial(plain, limit=4),
        lambda: Step(3),
        lambda: Step(3).transform,
        lambda: compiled("def f(x): return x + 1"),
        lambda: enclosing(object()),  # goes by what it prints, without its address
        lambda: enclosing(enclosing(lambda x: x)),
    ],
)
def test_made_twice_is_the_same(make):
    assert identity(make()) == identity(make())


def test_a_function_that_encloses_itself():
    def countdown(n):
        return countdown(n - 1) if n else 0

    assert identity(countdown) == identity(countdown)


def test_installed_functions_go_by_name_in_every_session(tmp_path):
    (tmp_path / "own_steps.py").write_text("def step(x, a={'k': 1.5}):\n    return x\n")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import functools, pandas as pd, own_steps\nfrom skquake._core._identity import identity\n"
        "from skquake.io import read_usgs\n"
        "fixed = functools.partial(own_steps.step, a=2)\n"
        "print([identity(f) for f in (pd.read_csv, read_usgs, own_steps.step, fixed)])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": k},
        ).stdout
        for k in "12"
    ]
    assert runs[0] == runs[1]
