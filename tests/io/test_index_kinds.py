"""A reader of indices that gets another's file says what it is and which reader takes it."""

from __future__ import annotations

import pytest
from _index_layouts import (
    dgd,
    dst_page,
    gfz_day,
    gfz_json,
    hpo,
    iaga,
    iaga_dst,
    monthly_dst,
    omni,
    swpc_kp,
    wdc_kp,
)
from _io_layouts import dst_line, ionex, quakeml, sw_csv, sw_text, tec_integers, usgs

from skquake import io

READERS = [
    io.read_gfz,
    io.read_hpo,
    io.read_dst,
    io.read_omni,
    io.read_iaga2002,
    io.read_dgd,
    io.read_swpc_kp,
]
KP_HEAD = (
    "# PURPOSE: This file distributes the geomagnetic planetary three-hour index Kp and associated indices\n"
)
FILES = {
    "kp": (KP_HEAD + gfz_day(), "for read_gfz or read_kp"),
    "kp-wdc": (wdc_kp(), "Kp in WDC form, for read_gfz or read_kp"),
    "kp-json": (gfz_json(), "GFZ's JSON, for read_gfz"),
    "hpo": (hpo(), "a GFZ file of Hp30 or Hp60, for read_hpo"),
    "hpo-json": (gfz_json("Hp30", hours=0.5, status=None), "GFZ's JSON of Hp30 or Hp60, for read_hpo"),
    "dst": (dst_line(), "for read_dst"),
    "dst-table": (monthly_dst(), "a monthly table of Dst, for read_dst"),
    "dst-iaga": (iaga_dst(), "Dst in IAGA-2002 form, for read_dst"),
    "omni": (omni(), "an OMNI file, for read_omni"),
    "omni-1min": (omni(3, "1 min"), "an OMNI file, for read_omni"),
    "iaga": (iaga(), "an IAGA-2002 file, for read_iaga2002"),
    "dgd": (dgd(), "SWPC's daily geomagnetic data, for read_dgd"),
    "swpc-kp": (swpc_kp(), "SWPC's JSON of Kp, for read_swpc_kp"),
    "celestrak": (sw_csv(), "a CelesTrak file, for read_space_weather"),
    "celestrak-text": (sw_text(), "a CelesTrak file, for read_space_weather"),
    "usgs": (usgs(), "a catalog of the USGS, for read_usgs"),
    "quakeml": (quakeml(), "QuakeML, for read_quakeml"),
    "ionex": (ionex(["2012-11-18T00:00"], tec_integers(1)), "an IONEX file, for read_ionex"),
    "html": ("<!DOCTYPE html><html><body>Service unavailable</body></html>\n", "an HTML page"),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_named(tmp_path, name):
    text, what = FILES[name]
    path = tmp_path / "file"
    path.write_text(text)
    takes = 0
    for reader in READERS:
        if f"for {reader.__name__}" in what:
            assert len(reader(path))
            takes += 1
            continue
        with pytest.raises(io.FormatError, match=what):
            reader(path)
    assert takes == (1 if any(f"for {reader.__name__}" in what for reader in READERS) else 0)


def test_the_page_of_dst_is_no_page_of_an_error(tmp_path):
    path = tmp_path / "index.html"
    path.write_text(dst_page())
    assert len(io.read_dst(path)) == 28 * 24
    with pytest.raises(io.FormatError, match=r"a monthly table of Dst, for read_dst|an HTML page"):
        io.read_omni(path)
