"""A file of another kind: the error of every reader says what it is, and who reads it."""

from __future__ import annotations

import warnings

import pytest
from test_io_hostile import CASES

from skquake import io
from skquake.io._formats import FORMATS

READERS = sorted({name for each in FORMATS.values() for name in each.readers})


@pytest.mark.filterwarnings("ignore:.*is the file damaged")
@pytest.mark.parametrize("case", CASES)
def test_the_error_names_the_reader(case, tmp_path):
    own, make = CASES[case]
    path = tmp_path / "file"
    path.write_bytes(make(tmp_path))
    described = io.describe(path)
    assert described.status == "read", described
    takers = FORMATS[described.format].readers
    assert own.__name__ in takers
    assert io.read(path).equals(io.read(path, format=described.format))
    silent = []
    for name in READERS:
        if name in takers:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(io.FormatError) as caught:
                getattr(io, name)(path)
        if not any(taker in str(caught.value) for taker in takers):
            silent.append((name, str(caught.value)))
    assert not silent
