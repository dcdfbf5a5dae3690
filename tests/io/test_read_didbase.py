"""DIDBase text: values, letters, scores, headers of the service's versions, what is refused."""

import numpy as np
import pandas as pd
import pytest
from _satellite_layouts import DIDBASE_HEAD, DIDBASE_ROWS, didbase

from skquake.io import FormatError, read_didbase
from skquake.sources import SeriesSource


def write(tmp_path, text, name="a.txt"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_values(tmp_path):
    frame = read_didbase(write(tmp_path, didbase()))
    assert list(frame) == [
        "foF2",
        "foF2_QD",
        "hmF2",
        "hmF2_QD",
        "MUF(D)",
        "MUF(D)_QD",
        "TEC",
        "TEC_QD",
        "score",
    ]
    np.testing.assert_array_equal(frame["foF2"], [6.075, 5.875, 9.9, np.nan, 5.5])
    np.testing.assert_array_equal(frame["hmF2"], [249.6, 251.0, 240.0, 252.0, 255.5])
    np.testing.assert_array_equal(frame["TEC"], [29.0, np.nan, 3.0, np.nan, np.nan])
    assert frame["score"].tolist() == [80, 70, 10, 999, -1]
    assert frame["TEC_QD"].tolist() == ["//", "__", "UF", "__", "__"]
    assert frame.index[1] == pd.Timestamp("2026-09-10 00:15") and frame.index.tz is None
    about = frame.attrs
    assert (about["code"], about["station"], about["latitude"]) == ("AL945", "ALPENA", 45.1)
    assert about["longitude"] == pytest.approx(-83.6) and about["muf_distance_km"] == 3000
    assert about["units"] == {"foF2": "MHz", "hmF2": "km", "MUF(D)": "MHz", "TEC": "TECU"}
    assert about["left_out"] == {} and about["license"] == "CC BY-NC-SA 4.0"


def test_the_row_of_an_answer_for_boulder(tmp_path):
    """Ten characteristics, as the service wrote them for the eclipse of April 2024."""
    names = "Time                     CS   foF2 QD  foF1 QD   foE QD    hmE QD     yE QD   hmF2 QD   hmF1 QD"
    row = "2024-04-07T21:05:05.000Z 100  9.475 //  5.08 //  3.51 //  101.6 //   11.3 //  288.7 //  171.0 //"
    frame = read_didbase(write(tmp_path, didbase([row], names=names)))
    numbers = frame.select_dtypes("number").iloc[0].to_dict()
    assert numbers == {
        "foF2": 9.475, "foF1": 5.08, "foE": 3.51, "hmE": 101.6, "yE": 11.3, "hmF2": 288.7, "hmF1": 171.0,
        "score": 100,
    }  # fmt: skip
    assert frame.attrs["units"]["yE"] == "km" and frame.attrs["units"]["foE"] == "MHz"


def test_scores(tmp_path):
    frame = read_didbase(write(tmp_path, didbase()), min_score=70)
    assert frame["score"].tolist() == [80, 70, 999]
    assert frame.attrs["left_out"] == {"score below 70 or unknown": 2}
    with pytest.raises(ValueError, match="min_score"):
        read_didbase(tmp_path / "a.txt", min_score=999)


def test_one_time_scaled_twice(tmp_path):
    manual = DIDBASE_ROWS[0].replace("  80  6.075", " 999  6.100")
    worse = DIDBASE_ROWS[0].replace("  80  6.075", "  75  6.000")
    frame = read_didbase(write(tmp_path, didbase([manual, *DIDBASE_ROWS, worse, worse])))
    assert len(frame) == 5 and frame["foF2"].iloc[0] == 6.1
    assert frame.attrs["left_out"] == {"another scaling of the same time": 2}
    assert read_didbase(write(tmp_path, didbase([*DIDBASE_ROWS, DIDBASE_ROWS[1]]))).attrs["left_out"] == {}


def test_several_files(tmp_path):
    one = write(tmp_path, didbase(DIDBASE_ROWS[:3]), "1.txt")
    two = write(tmp_path, didbase(DIDBASE_ROWS[2:]), "2.txt")
    pd.testing.assert_frame_equal(
        read_didbase([two, one]), read_didbase(write(tmp_path, didbase(), "all.txt"))
    )
    other = write(tmp_path, didbase().replace("AL945", "BC840"), "3.txt")
    with pytest.raises(FormatError, match="station BC840 after AL945; read one at a time"):
        read_didbase([one, other])
    fewer = write(
        tmp_path, didbase(["2026-09-10T00:00:00.000Z  80  6.075 //"], names="Time CS foF2 QD"), "4.txt"
    )
    with pytest.raises(FormatError, match=r"characteristics \['foF2'\] after"):
        read_didbase([one, fewer])


def test_answers_in_a_row_and_older_headers(tmp_path):
    text = didbase(DIDBASE_ROWS[:2]) + didbase(DIDBASE_ROWS[2:])
    assert len(read_didbase(write(tmp_path, text))) == 5
    other = didbase(DIDBASE_ROWS[:2]) + didbase(DIDBASE_ROWS[2:]).replace("AL945", "BC840")
    with pytest.raises(FormatError, match="line 17: a second station, BC840 after AL945"):
        read_didbase(write(tmp_path, other))
    plain = (
        "# GIRO tabulated ionospheric characteristics\n#Time foF2 hmF2\n2026-02-04T00:00:00.000Z 4.10 295.0\n"
    )
    frame = read_didbase(write(tmp_path, plain))
    assert (
        frame["hmF2"].tolist() == [295.0] and np.isnan(frame["score"].iloc[0]) and frame.attrs["code"] == ""
    )


def test_into_a_series(tmp_path):
    frame = read_didbase(write(tmp_path, didbase()))
    stations = pd.DataFrame({key: [frame.attrs[key]] for key in ("latitude", "longitude")}, ["AL945"])
    fof2 = frame[["foF2"]].rename(columns={"foF2": "AL945"})
    series = SeriesSource.from_irregular(fof2, stations, "15min", "30min", channel="foF2")
    np.testing.assert_allclose(series.values.ravel(), [6.075, 5.875, 9.9, 7.7, 5.5])


def one_row(text):
    return didbase([f"2026-09-10T00:00:00.000Z {text} --- __ --- __"])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (one_row("80 606.0 // 249.6 //"), "row of data 1: foF2 606 MHz is not between"),
        (one_row("80 6.0 // 249600 //"), "hmF2 249600 km is not between"),
        (one_row("500 6.0 // 249.6 //"), "confidence score 500"),
        (one_row("80 6.x // 249.6 //"), "foF2 '6.x' is no number"),
        (one_row("80 6.0 / 249.6 //"), "letters '/'; expected two"),
        (one_row("80 6.0 //"), "line 13"),
        (didbase().replace("2026-09-10T00:15", "2026-09-31T00:15"), "row of data 2: .* is no ISO 8601 date"),
        (didbase().replace("foF2 [MHz]", "foF2 [kHz]"), "foF2 in 'kHz'; expected MHz"),
        (didbase([]), "no row below the header"),
        (DIDBASE_HEAD + "\n".join(DIDBASE_ROWS) + "\n", "no line of names"),
        (DIDBASE_HEAD + "# STATUS: ERROR (No measurement data)\n", "the service says: STATUS: ERROR"),
        (didbase().rstrip()[:-9], "line 17"),
        ("2026-09-10T00:00:00.000Z  80  6.0 //\n", "expected DIDBase text"),
    ],
)
def test_refused(tmp_path, text, match):
    with pytest.raises(FormatError, match=match):
        read_didbase(write(tmp_path, text))
