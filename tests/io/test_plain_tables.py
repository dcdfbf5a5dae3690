"""Catalog tables by one pass in C: the same as row by row, faults included."""

import warnings

import numpy as np
import pandas as pd
import pytest
from _catalog_files import FILES, ISC_CSV

from skquake.io import FormatError, read_catalog
from skquake.io._layouts import _base, _isc

TABLES = ("fdsn-text", "comcat", "anss-csv", "isc-csv", "isc-gem", "emsc-csv", "horus", "cenc", "zmap")


def mutations(text, n):
    """The file, then with bytes replaced by marks that tables are made of, and with lines repeated."""
    rng = np.random.default_rng(0)
    data = text.encode()
    yield data
    yield data.replace(b"\n", b"\r\n")
    for _ in range(n):
        changed = bytearray(data)
        at = int(rng.integers(len(changed)))
        changed[at : at + int(rng.integers(0, 3))] = bytes(rng.choice(list(b' \n,;|\t"#0.-9x'), 1).tolist())
        yield bytes(changed)


def outcomes(path, data):
    found = []
    for each in data:
        path.write_bytes(each)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                catalog = read_catalog(path, types=None, missing_magnitude="keep")
            except FormatError as error:
                catalog = str(error)
        found.append((catalog, [str(warning.message) for warning in said]))
    return found


@pytest.mark.parametrize("n", [6, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TABLES)
def test_says_the_same_both_ways(tmp_path, monkeypatch, name, n):
    data = list(mutations(FILES[name][0], n))
    quick = outcomes(tmp_path / "f.txt", data)
    for module in (_base, _isc):
        monkeypatch.setattr(module, "plain_table", lambda *_, **__: None)
    for (found, said), (slow, before) in zip(quick, outcomes(tmp_path / "f.txt", data), strict=True):
        assert said == before
        if isinstance(slow, str):
            assert found == slow
        else:
            pd.testing.assert_frame_equal(found, slow, check_index_type=False)
            assert found.attrs == slow.attrs


@pytest.mark.parametrize("name", TABLES)
def test_the_quick_way_is_taken(tmp_path, monkeypatch, name):
    def never(*arguments, **options):
        raise AssertionError("row by row")

    for module, function in ((_base, "split_rows"), (_isc, "_fields")):
        monkeypatch.setattr(module, function, never)
    path = tmp_path / "f.txt"
    path.write_text(FILES[name][0])
    assert len(read_catalog(path, types=None, missing_magnitude="keep"))


def test_isc_rows_without_any_magnitude(tmp_path):
    head, rows = ISC_CSV.split("EVENTID", 1)
    names, *rows = ("EVENTID" + rows).split("\n")
    n_fixed = [name.strip() for name in names.split(",")].index("DEPFIX") + 1
    short = [",".join(row.split(",")[:n_fixed]) for row in rows if row.count(",") >= n_fixed - 1]
    path = tmp_path / "isc.csv"
    path.write_text(head + "\n".join([names.strip(), *short, "STOP", ""]))
    catalog = read_catalog(path, missing_magnitude="keep", types=None)
    assert len(catalog) and catalog["magnitude"].isna().all()


def test_a_quote_in_the_middle_of_a_field_is_a_fault(tmp_path):
    """The parser in C would end the field there and go on."""
    path = tmp_path / "f.csv"
    text = FILES["comcat"][0]
    assert '"21 km S of Place, El Salvador"' in text
    path.write_text(text.replace("El Salvador", 'El "lvador'))
    with pytest.raises(FormatError, match="quotes do not match"):
        read_catalog(path)


def test_columns_are_found_by_their_names_alone(tmp_path):
    """An unnamed one, as the index of a DataFrame, is no other one; of two of a name neither is guessed."""
    path = tmp_path / "a.csv"
    head = "DateTime,Latitude,Longitude,Depth,Magnitude,MagType,Source,EventID"
    row = "2002/01/05 12:00:00.00,36.1,-121.2,9.2,3.5,Mw,NC,1"
    path.write_text(f",{head}\n41,{row}\n")
    quality = read_catalog(path)[["stations", "gap_deg", "rms_s"]]
    assert quality.isna().all(axis=None)
    path.write_text(f"{head},magnitude\n{row},4.5\n")
    with pytest.raises(FormatError, match="two columns are called 'magnitude'"):
        read_catalog(path)
