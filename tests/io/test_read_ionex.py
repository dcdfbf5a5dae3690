"""IONEX maps: golden values, all variants, midnight, strict counts, the fast parse equals the strict one."""

import gzip
import re
import warnings

import numpy as np
import pytest
from _io_layouts import ionex, tec_integers
from hypothesis import given, settings
from hypothesis import strategies as st

from skquake.io import FormatError, read_ionex
from skquake.io._ionex_map import MapReader, _decode

DAY_1 = ["2012-11-18T00:00", "2012-11-18T12:00"]


@pytest.fixture
def write(tmp_path):
    def function(name, *args, **kwargs):
        (tmp_path / name).write_text(ionex(*args, **kwargs), newline="")
        return tmp_path / name

    return function


def test_jpl_golden_values(real_data):
    tec = read_ionex(real_data / "ionex" / "jpl_2000-2001" / "*.Z")
    assert tec.shape == (660, 71, 73) and tec.dtype == np.float32
    assert (np.diff(tec.time) == np.timedelta64(2, "h")).all()
    assert (
        str(tec.time.values[0])[:13] == "2000-11-21T01" and str(tec.time.values[-1])[:13] == "2001-01-14T23"
    )
    assert not tec.isnull().any()
    assert float(tec.mean(dtype="float64")) == pytest.approx(34.09905, abs=5e-6)
    times = ["2001-01-13T01", "2001-01-13T17"]
    here = tec.sel(latitude=12.5, longitude=-90, time=times)
    np.testing.assert_array_equal(here, np.float32([26.6, 51.0]))


def test_igs_golden_values(real_data):
    tec = read_ionex(real_data / "ionex" / "variants" / "IGS0OPSFIN_20243490000_01D_02H_GIM.INX.gz")
    assert tec.shape == (13, 71, 73)
    assert float(tec.sel(latitude=87.5, longitude=-180, time="2024-12-14T00")) == np.float32(11.9)
    assert float(tec.sel(latitude=0, longitude=0, time="2024-12-14T12")) == np.float32(74.9)


@pytest.mark.parametrize(
    ("name", "n"), [("codg0080.20i.Z", 25), ("esag0080.20i.Z", 13), ("CODG3230.12I.gz", 13)]
)
def test_variants(real_data, name, n):
    tec = read_ionex(real_data / "ionex" / "variants" / name)
    assert tec.shape == (n, 71, 73) and tec.dims == ("time", "latitude", "longitude")
    assert tec.time.values[-1] - tec.time.values[0] == np.timedelta64(1, "D")
    assert float(tec.min()) >= 0 and float(tec.max()) < 200


def test_real_daily_files_join_at_midnight(real_data):
    folder = real_data / "ionex" / "variants"
    tec = read_ionex(folder / "CODG32*.12I.gz")
    assert tec.shape[0] == 4 * 12 + 1 and (np.diff(tec.time) == np.timedelta64(2, "h")).all()
    second = read_ionex(folder / "CODG3240.12I.gz")
    np.testing.assert_array_equal(tec.sel(time="2012-11-19T00"), second.sel(time="2012-11-19T00"))


def test_two_analysis_centres_of_one_day_are_refused(real_data):
    folder = real_data / "ionex" / "variants"
    with pytest.raises(FormatError, match="one analysis centre"):
        read_ionex([folder / "codg0080.20i.Z", folder / "esag0080.20i.Z"])


def test_values_orientation_and_attributes(write):
    values = tec_integers()
    values[0, 0, 0], values[1, 2, 18] = 9999, -37
    tec = read_ionex(write("a.inx", DAY_1, values))
    expected = values[:, ::-1].astype("float32") / np.float32(10)
    expected[0, 2, 0] = np.nan
    np.testing.assert_array_equal(tec, expected)
    assert tec.latitude.values.tolist() == [0, 5, 10] and tec.longitude.values[0] == -180
    assert tec.attrs["units"] == "TECU" and tec.attrs["height_km"] == 450 and tec.attrs["origin"] == "centre"
    assert tec.name == "tec" and tec.time.dtype == np.dtype("datetime64[ns]")


@pytest.mark.parametrize(
    "options",
    [
        {"rms": False},
        {"heights": True},
        {"pad": "   "},
        {"lons": tuple(np.arange(0.0, 301.0, 10.0))},
        {"lats": (-10.0, 0.0, 10.0)},
        {"declared": 4},
        {"declared": 6, "heights": True},
        {"after_header": [f"{'EXPONENT':<60}{'COMMENT':<20}"]},
    ],
)
def test_layouts(write, options):
    n_lon = len(options.get("lons", range(19)))
    values = tec_integers(2, 3, n_lon)
    tec = read_ionex(write("a.inx", DAY_1, values, **options))
    step = 1 if options.get("lats") else -1
    np.testing.assert_array_equal(tec, values[:, ::step].astype("float32") / np.float32(10))


def test_windows_line_ends_and_one_last_line_without_end(tmp_path):
    values = tec_integers()
    text = ionex(DAY_1, values)
    (tmp_path / "a.inx").write_text(text.rstrip("\n"))
    (tmp_path / "b.inx").write_bytes(text.replace("\n", "\r\n").encode())
    np.testing.assert_array_equal(read_ionex(tmp_path / "a.inx"), read_ionex(tmp_path / "b.inx"))


@pytest.mark.parametrize(("exponent", "factor"), [(None, 0.1), (-2, 0.01), (0, 1.0), (1, 10.0)])
def test_exponent_of_the_header(write, exponent, factor):
    values = tec_integers() // 16
    tec = read_ionex(write("a.inx", DAY_1, values, exponent=exponent))
    np.testing.assert_allclose(tec[:, ::-1], values * factor, rtol=1e-6)


def test_exponent_inside_a_map(write):
    values = tec_integers()
    tec = read_ionex(write("a.inx", DAY_1, values, inner=[f"{-2:6d}{'':54}EXPONENT"]))
    np.testing.assert_allclose(tec[:, ::-1], values * 0.01, rtol=1e-6)


def test_midnight_the_file_that_starts_later_wins(write):
    first, second = tec_integers(3, seed=1), tec_integers(2, seed=2)
    a = write("a.inx", [*DAY_1, (2012, 11, 18, 24, 0, 0)], first)
    b = write("b.inx", ["2012-11-19T00:00", "2012-11-19T12:00"], second)
    for order in ([a, b], [b, a]):
        tec = read_ionex(order)
        assert len(tec.time) == 4 and (np.diff(tec.time) == np.timedelta64(12, "h")).all()
        np.testing.assert_array_equal(tec[2, ::-1], second[0].astype("float32") / np.float32(10))
        np.testing.assert_array_equal(tec[1, ::-1], first[1].astype("float32") / np.float32(10))


def test_the_same_file_twice_under_two_names(write):
    values = tec_integers()
    assert len(read_ionex([write("a.inx", DAY_1, values), write("b.inx", DAY_1, values)]).time) == 2


def test_missing_end_of_file_warns(write):
    values = tec_integers()
    with pytest.warns(UserWarning, match="no END OF FILE"):
        assert read_ionex(write("a.inx", DAY_1, values, end=False)).shape == (2, 3, 19)


def test_grids_must_agree(write):
    values = tec_integers()
    a = write("a.inx", DAY_1, values)
    b = write("b.inx", ["2012-11-19T00:00", "2012-11-19T12:00"], values, lats=(20.0, 10.0, 0.0))
    with pytest.raises(FormatError, match=r"b\.inx.*latitudes.*a\.inx"):
        read_ionex([a, b])


MAPS = " " * 54 + "# OF MAPS"
LATS = "10.0   0.0  -5.0"


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("IONEX VERSION", "RINEX VERSION", "line 1"),
        ("END OF HEADER", "END OF HAEDER", "no record END OF HEADER"),
        ("     2" + MAPS, "     3" + MAPS, "promises 3"),
        ("     2" + MAPS, "     1" + MAPS, "more maps than the 1"),
        ("     2" + MAPS, "999999" + MAPS, "cannot stand"),
        ("     2" + MAPS, "     0" + MAPS, "cannot stand"),
        ("# OF MAPS IN FILE", "# OF MOPS IN FILE", "# OF MAPS IN FILE"),
        (f"     2{'':54}MAP DIM", f"     3{'':54}MAP DIM", "MAP DIMENSION"),
        (f"    -1{'':54}EXPONENT", f"    99{'':54}EXPONENT", "EXPONENT .*99.*between"),
        (LATS, "10.0   0.0   0.0", "no grid"),
        (LATS, "10.0   0.0  -4.0", "no grid"),
        (LATS, "99.0  89.0  -5.0", "no grid"),
        (LATS, "10.0   0.0   nan", "no number"),
        ("LON1 / LON2 / DLON", "XXXX / LON2 / DLON", "LON1"),
        ("2012    11    18    12", "2012    11    18    25", "no epoch"),
        ("2012    11    18    12", "2012    11    17    12", "after that of"),
        ("     5.0-180.0", "     4.0-180.0", "latitude 5"),
        (f"     1{'':54}END OF TEC", f"     7{'':54}END OF TEC", "END OF TEC"),
        ("END OF FILE         \n", "END OF FILE\nsomething\n", "after END OF FILE"),
        ("START OF TEC MAP", "START OF XYZ MAP", "expected the start of a map"),
    ],
)
def test_wrong_files(tmp_path, old, new, match):
    text = ionex(DAY_1, tec_integers())
    assert old in text
    (tmp_path / "a.inx").write_text(text.replace(old, new))
    with pytest.raises(FormatError, match=match):
        read_ionex(tmp_path / "a.inx")


def test_two_files_in_one(tmp_path):
    (tmp_path / "a.inx").write_text(2 * ionex(DAY_1, tec_integers()))
    with pytest.raises(FormatError, match="after END OF FILE"):
        read_ionex(tmp_path / "a.inx")


def test_an_error_names_its_line(tmp_path):
    lines = ionex(DAY_1, tec_integers()).split("\n")
    i = next(k for k, line in enumerate(lines) if line.startswith("     2") and "START OF TEC" in line) + 3
    lines[i] = lines[i].replace(lines[i][:5], " 1x 5")
    (tmp_path / "a.inx").write_text("\n".join(lines))
    with pytest.raises(FormatError, match=f"line {i + 1}: expected 16 values"):
        read_ionex(tmp_path / "a.inx")


FIELDS = st.one_of(
    st.integers(-9999, 99999).map(lambda v: f"{v:5d}"), st.text("0159 -+._x", min_size=5, max_size=5)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=8))
def test_digits_decode_as_int_does(fields):
    text = np.frombuffer("".join(fields).encode(), dtype=np.uint8)
    found = _decode(text)
    if all(re.fullmatch(r" *-?[0-9]+", field) for field in fields):
        np.testing.assert_array_equal(found, [int(field) for field in fields])
    else:
        assert found is None


def test_fast_parse_equals_strict_parse(tmp_path, real_data, monkeypatch):
    path = real_data / "ionex" / "jpl_2000-2001" / "jplg0130.01i.Z"
    fast = read_ionex(path)
    monkeypatch.setattr(MapReader, "_find_layout", lambda self, at: None)
    np.testing.assert_array_equal(read_ionex(path), fast)


def test_progress_and_compressed_by_content(tmp_path, capsys):
    with gzip.open(tmp_path / "a.dat", "wt") as stream:
        stream.write(ionex(DAY_1, tec_integers()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_ionex(tmp_path / "a.dat", verbose=1).shape == (2, 3, 19)
    assert "read_ionex" in capsys.readouterr().err


def mapped(tmp_path, text):
    (tmp_path / "a.inx").write_text(text)
    return read_ionex(tmp_path / "a.inx")


def lines_of(text, label):
    return [i for i, line in enumerate(text.split("\n")) if line[60:].strip() == label]


def test_comments_anywhere_in_a_map(tmp_path):
    text = ionex(DAY_1, tec_integers())
    whole, comment = mapped(tmp_path, text), f"{'9999 9999':<60}COMMENT"
    lines = text.split("\n")
    start, stop = lines_of(text, "START OF TEC MAP")[0], lines_of(text, "END OF TEC MAP")[0]
    for at in range(start, stop + 2):
        np.testing.assert_array_equal(mapped(tmp_path, "\n".join([*lines[:at], comment, *lines[at:]])), whole)


def test_rows_in_two_bands_of_longitude(tmp_path):
    text = ionex(DAY_1, tec_integers())
    whole, lines = mapped(tmp_path, text), []
    rows = iter(text.split("\n"))
    for line in rows:
        if line[60:].strip() != "LAT/LON1/LON2/DLON/H" or "RMS" in "".join(lines[-2:]):
            lines.append(line)
            continue
        values = next(rows) + next(rows)
        for lon1, lon2, part in (("-180.0", " -20.0", values[:45]), ("   0.0", " 180.0", values[45:])):
            lines.append(line[:8] + lon1 + lon2 + line[20:])
            lines += [part[k : k + 80] for k in range(0, len(part), 80)]
    np.testing.assert_array_equal(mapped(tmp_path, "\n".join(lines)), whole)
    with pytest.raises(FormatError, match="latitude 10 from longitude 0"):
        mapped(tmp_path, "\n".join(lines).replace("   0.0 180.0", "  20.0 180.0", 1))


def test_numbers_of_fortran_in_maps(tmp_path):
    text = ionex(DAY_1, tec_integers())
    whole = mapped(tmp_path, text)
    seconds = text.replace("    12     0     0", "    12     0  0.00").replace(
        "     0     0     0 ", "     0     0  0.00 "
    )
    assert seconds != text
    np.testing.assert_array_equal(mapped(tmp_path, seconds), whole)
    i = lines_of(text, "LAT/LON1/LON2/DLON/H")[0] + 1
    lines = text.split("\n")
    lines[i] = "*****   +5" + lines[i][10:]
    tec = mapped(tmp_path, "\n".join(lines))
    assert np.isnan(tec[0, 2, 0]) and tec[0, 2, 1] == np.float32(0.5)
    np.testing.assert_array_equal(tec[1:], whole[1:])


def test_tec_that_cannot_be(tmp_path):
    text = ionex(DAY_1, np.full((2, 3, 19), 9998), exponent=1)
    with pytest.raises(FormatError, match="99980 TECU at latitude 10, longitude -180 is not between"):
        mapped(tmp_path, text)


def test_maps_that_end_before_midnight(tmp_path):
    """A day at 15 min whose last map is of 23:59:24, and one of second 60."""
    from skquake.sources import MapSource

    epochs = [
        "2012-11-18T23:00",
        "2012-11-18T23:15",
        "2012-11-18T23:30",
        "2012-11-18T23:45",
        "2012-11-18T23:59:24",
    ]
    values = tec_integers(5)
    tec = mapped(tmp_path, ionex(epochs, values))
    assert str(tec.time.values[-1])[:19] == epochs[-1]
    with pytest.raises(ValueError, match=r"take the 4 of 5 times .* \(without 2012-11-18T23:59:24\)"):
        MapSource(tec)
    sixty = mapped(tmp_path, ionex([(2012, 11, 18, 22, 59, 60), *epochs[1:4]], values[:4]))
    assert sixty.time.values[0] == np.datetime64("2012-11-18T23:00")
