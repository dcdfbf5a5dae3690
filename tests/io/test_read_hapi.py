"""Answers of HAPI servers: values, fills, vectors, forms of time, tracks of VirES, what is refused."""

import numpy as np
import pandas as pd
import pytest
from _satellite_layouts import VIRES_TIMES, didbase, hapi, vires_csv, vires_variables

from skquake.io import FormatError, read_hapi, read_iaga2002, read_vires

DST = [{"name": "DST", "type": "integer", "units": "nT", "fill": "99999"}]


def write(tmp_path, text, name="a.csv"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_values_fills_and_vectors(tmp_path):
    frame = read_hapi(write(tmp_path, hapi(citation="a paper")))
    assert list(frame) == ["time", "DST", "V_1", "V_2", "V_3"]
    assert frame["time"][3] == pd.Timestamp("2003-10-30 03:00")
    np.testing.assert_array_equal(frame["DST"], [-151, np.nan, -201, -251])
    np.testing.assert_array_equal(frame["V_3"], [np.nan, 7.5, 8.5, np.nan])
    assert frame["V_1"].tolist()[:3] == [-400.5, -410.5, -420.5]
    assert frame.attrs["units"] == {"DST": "nT", "V_1": "km/s", "V_2": "km/s", "V_3": "km/s"}
    assert frame.attrs["left_out"] == ["Note"] and frame.attrs["citation"] == "a paper"
    assert frame.attrs["origin"] == "OMNI"


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("2004-366T23:59:59.5Z", "2005-001T00:00:00.000Z"), ("2004-12-31T23:59:59.5", "2005-01-01")),
        (("2004-060Z", "2004-061Z"), ("2004-02-29", "2004-03-01")),
        (("2004-02-29Z", "2004-03-01Z"), ("2004-02-29", "2004-03-01")),
        (("2004-02-29T23:00Z", "2004-03-01T01:00Z"), ("2004-02-29T23:00", "2004-03-01T01:00")),
        (("2004-02-29T23:00:00.123456Z", "2004-03-01Z"), ("2004-02-29T23:00:00.123456", "2004-03-01")),
    ],
)  # fmt: skip
def test_forms_of_time(tmp_path, times, expected):
    frame = read_hapi(write(tmp_path, hapi([f"{time},1" for time in times], parameters=DST)))
    np.testing.assert_array_equal(frame["time"], np.array(expected, "datetime64[ns]"))


def test_an_orbit_from_vires(tmp_path):
    variables = vires_variables()
    numbers = {name: v for name, v in variables.items() if name not in ("Timestamp", "Spacecraft")}
    parameters = [{"name": "Spacecraft", "type": "string", "units": None, "fill": None, "length": 1}]
    parameters += [
        {"name": name, "type": "double", "units": unit, "fill": "NaN", "size": list(v.shape[1:]) or [1]}
        for name, (_, v, unit) in numbers.items()
    ]
    rows = [
        f"{time}Z,A," + ",".join(f"{x:.9g}" for _, v, _ in numbers.values() for x in np.ravel(v[k]))
        for k, time in enumerate(VIRES_TIMES)
    ]
    frame = read_hapi(write(tmp_path, hapi(rows, parameters=parameters)))
    (tmp_path / "b.csv").write_text(vires_csv(variables))
    expected = read_vires(tmp_path / "b.csv")
    pd.testing.assert_frame_equal(frame[list(expected)], expected, check_dtype=False)
    assert frame.attrs["units"]["B_N"] == "nT" and frame.attrs["origin"] == "OMNI A"


def test_several_files(tmp_path):
    one = write(tmp_path, hapi(["2004-01-01T00:00Z,1", "2004-01-01T01:00Z,2"], parameters=DST), "1.csv")
    two = write(tmp_path, hapi(["2004-01-01T01:00Z,3", "2004-01-01T02:00Z,4"], parameters=DST), "2.csv")
    assert read_hapi([one, two])["DST"].tolist() == [1, 3, 4]
    with pytest.raises(FormatError, match=r"differs from the files before in \['V_1'"):
        read_hapi([one, write(tmp_path, hapi())])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (hapi([], code=1201, message="OK - no data"), "the server has no data"),
        (hapi([], code=1405, message="Bad request"), "the server says: 1405 Bad request"),
        (hapi(mark=""), "expected an answer of a HAPI server with its header"),
        (hapi().replace('"parameters": [', '"parameter": [', 1), "no list of parameters"),
        (hapi().replace('"isotime"', '"double"', 1), "the first parameter, 'Time', is no time"),
        (hapi().replace('"integer"', '"number"', 1), "parameter 'DST': no name, type or size"),
        (hapi().replace('"99999"', '"many"', 1), "fill 'many' is no number"),
        (hapi().replace('"DST"', '"V_1"', 1), "two parameters for a column 'V_1'"),
        (hapi().replace("-151,", "", 1), "columns"),
        (hapi().replace("-151,", "x,", 1), "'x' is no number"),
        (hapi().replace("2003-10-30T00", "2003-13-30T00", 1), "time '2003-13-30T00:00:00.000' is no ISO"),
        (hapi(["2003-366T00:00Z,1"], parameters=DST), "2003 has no day 366"),
        (hapi(["today,1"], parameters=DST), "time 'today' is no date of HAPI"),
        (hapi(["2003-10-30T00:00Z,1", "2003-10-30T00:00Z,2"], parameters=DST), "several different rows"),
        (hapi().replace('"status"', '"state', 1), "no JSON behind #"),
        (hapi()[:300], "header"),
    ],
)
def test_refused(tmp_path, text, match):
    with pytest.raises(FormatError, match=match):
        read_hapi(write(tmp_path, text))


def test_other_readers_name_these_files(tmp_path):
    for text, name in ((hapi(), "read_hapi"), (didbase(), "read_didbase"), (vires_csv(), "read_vires")):
        with pytest.raises(FormatError, match=f"for {name}"):
            read_iaga2002(write(tmp_path, text))
