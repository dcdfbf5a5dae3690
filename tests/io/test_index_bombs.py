"""Small packed files of indices that unpack to much: refused within bounds of memory."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from _index_layouts import dst_page, gfz_day, hpo, iaga, monthly_dst, omni, wdc_kp

from skquake import io

SIZE = 2**24
CASES = {
    "lines": (io.read_gfz, gfz_day() + "\n" * SIZE),
    "long-line": (io.read_omni, "1 " * (SIZE // 2) + "\n"),
    "long-line-after": (io.read_omni, omni(2) + "1 " * (SIZE // 2) + "\n"),
    "comments": (io.read_hpo, "#\n" * (SIZE // 2) + hpo(2)),
    "wdc": (io.read_gfz, wdc_kp() + "\n" * SIZE),
    "dst": (io.read_dst, monthly_dst() + "1 " * SIZE + "\n"),
    "dst-page": (io.read_dst, dst_page() + "<" * SIZE),
    "iaga": (io.read_iaga2002, iaga() + "\n" * SIZE),
    "json": (io.read_gfz, '{"Kp": [' + "1," * SIZE + "1]}"),
    "json-nested": (io.read_swpc_kp, "[" * SIZE),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_within_bounds(tmp_path, name):
    reader, text = CASES[name]
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(text.encode(), 1))
    tracemalloc.start()
    try:
        with pytest.raises(io.FormatError):
            reader(path)
        assert tracemalloc.get_traced_memory()[1] < 20 * SIZE
    finally:
        tracemalloc.stop()
