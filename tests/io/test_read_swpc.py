"""Both readers of SWPC's estimates."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from _index_layouts import DGD_HEAD, dgd, gfz_json, swpc_kp

from skquake.io import FormatError, read_dgd, read_swpc_kp

FREDERICKSBURG, COLLEGE, PLANET = "k_fredericksburg", "k_college", "k_planetary"


def test_golden_values_of_the_real_file(real_data):
    frame = read_dgd(real_data / "indices" / "2013_DGD.txt")
    assert frame.shape == (365 * 8, 6)
    assert list(frame) == [FREDERICKSBURG, COLLEGE, PLANET, "a_fredericksburg", "a_college", "a_planetary"]
    day = frame.loc["2013-01-20"]
    assert day[FREDERICKSBURG].tolist() == [3, 2, 3, 2, 2, 1, 1, 1] and day[COLLEGE].tolist() == [
        2,
        2,
        5,
        5,
        5,
        1,
        0,
        0,
    ]
    assert day[PLANET].tolist() == [3, 3, 3, 2, 3, 1, 0, 0]
    assert day[["a_fredericksburg", "a_college", "a_planetary"]].drop_duplicates().to_numpy().tolist() == [
        [8, 20, 9]
    ]
    assert frame.loc["2013-01-06", FREDERICKSBURG].isna().tolist() == [True] * 5 + [False] * 3
    assert frame[FREDERICKSBURG].isna().sum() == 3 + 5 + 5 and frame[PLANET].notna().all()


def test_days_and_missing(tmp_path):
    path = tmp_path / "dgd.txt"
    path.write_text(dgd())
    frame = read_dgd(path)
    assert frame.index[8] == pd.Timestamp("2013-01-06") and frame.attrs["units"]["a_college"] == "nT"
    assert frame[FREDERICKSBURG].isna().tolist()[:8] == [False] * 5 + [True] * 3
    assert frame["a_planetary"].tolist() == [3.0] * 16


def test_planetary_decimals_are_thirds(tmp_path):
    """Since some years the planetary K has two decimals, and missing ones read -1.00."""
    path = tmp_path / "dgd.txt"
    path.write_text(
        dgd(
            "2026 09 22    -1  1 0-1-1-1-1-1-1    -1  1 0-1-1-1-1-1-1"
            "     7   2.00  0.67 -1.00 -1.00 -1.00 -1.00 -1.00 -1.00"
        )
    )
    frame = read_dgd(path)
    assert frame[PLANET].tolist()[:2] == [2, 2 / 3] and frame[PLANET].isna().sum() == 6
    assert np.isnan(frame["a_college"].iloc[0]) and frame["a_planetary"].iloc[0] == 7


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (dgd()[:-6], "line 8: the last line has no line end"),
        (dgd().replace("0 1 1 0 0-1", "0 11 0 0-1"), "line 7: expected a date and three times A and eight K"),
        (dgd().replace("2013 01 05     1  0 1", "2013 01 05     1  0 0 1"), "line 7: expected a date"),
        (
            dgd().replace("2013 01 05     1  0 1 1", "2013 01 05     1  0 1 10"),
            "line 7: K 10 is not between 0 and 9",
        ),
        (dgd().replace("2013 01 05     1", "2013 01 05   401"), "line 7: A 401 nT is not between 0 and 400"),
        (dgd("2013 01 05  " + "1" * 80 + " x"), "line 7: expected a date and three times A and eight K"),
        (dgd().replace("2013 01 05", "2013 13 05"), "2013 13 05 is no date"),
        (dgd().replace("2013 01 06", "2013 01 05"), "2013-01-05 00:00:00: given twice"),
        (
            dgd().replace("- Fredericksburg -", "                  "),
            "header: no line of the header that names",
        ),
        (DGD_HEAD, "or no day"),
        (":Product: Daily Solar Data   DSD.txt\n", "a bulletin of SWPC that no reader here takes"),
        (swpc_kp(), "SWPC's JSON of Kp, for read_swpc_kp"),
    ],
)
def test_damage_to_dgd_is_named(tmp_path, text, match):
    path = tmp_path / "dgd.txt"
    path.write_text(text)
    with pytest.raises(FormatError, match=match):
        read_dgd(path)


def objects(**more):
    rows = [{"time_tag": "2026-03-08T00:00:00", "Kp": 4.67, "a_running": 39, "station_count": 8}]
    rows.append({"time_tag": "2026-03-08T03:00:00", "Kp": 2.33, "a_running": 9, "station_count": 8})
    return json.dumps([row | more for row in rows])


def test_both_shapes_of_json(tmp_path):
    path = tmp_path / "kp.json"
    path.write_text(swpc_kp())
    old = read_swpc_kp(path)
    path.write_text(objects())
    pd.testing.assert_frame_equal(read_swpc_kp(path), old)
    assert old["kp"].tolist() == [14 / 3, 7 / 3] and old["kind"].tolist() == ["estimated"] * 2
    assert old.index[1] == pd.Timestamp("2026-03-08 03:00") and old["a_running"].tolist() == [39, 9]


def test_forecasts_do_not_pass_as_observed(tmp_path):
    path = tmp_path / "forecast.json"
    rows = [
        ["2026-09-05 00:00:00", "2", "observed", None],
        ["2026-09-05 03:00:00", "3.33", "estimated", None],
    ]
    rows.append(["2026-09-08 21:00:00", "5", "predicted", "G1"])
    path.write_text(json.dumps([["time_tag", "kp", "observed", "noaa_scale"], *rows]))
    frame = read_swpc_kp(path)
    assert frame["kind"].tolist() == ["observed", "estimated"] and frame.attrs["left_out"] == {"predicted": 1}
    kept = read_swpc_kp(path, predicted="keep")
    assert (
        kept["kp"].tolist() == [2, 10 / 3, 5]
        and kept["kind"].iloc[2] == "predicted"
        and not kept.attrs["left_out"]
    )
    seen = tmp_path / "seen.json"
    seen.write_text(json.dumps([["time_tag", "kp", "observed"], ["2026-09-08 21:00:00", "4", "observed"]]))
    for files in ([seen, path], [path, seen]):
        assert read_swpc_kp(files)["kp"].tolist() == [2, 10 / 3, 4]
    path.write_text(json.dumps([["time_tag", "kp", "observed"], ["2026-09-09 21:00:00", "4", "predicted"]]))
    with pytest.warns(UserWarning, match="nothing but forecasts"):
        assert not len(read_swpc_kp(path))
    with pytest.raises(ValueError, match="predicted='no'"):
        read_swpc_kp(path, predicted="no")


def test_a_forecast_does_not_stand_in_for_an_observation_without_value(tmp_path):
    for name, kp, kind in (("a", '"3.00"', "predicted"), ("b", "null", "observed")):
        row = f'["2026-03-08 00:00:00", {kp}, "{kind}"]'
        (tmp_path / f"{name}.json").write_text(f'[["time_tag", "Kp", "observed"], {row}]')
    for order in ("ab", "ba"):
        frame = read_swpc_kp([tmp_path / f"{name}.json" for name in order], predicted="keep")
        assert frame["kp"].tolist() == [3.0] and frame["kind"].tolist() == ["predicted"]


def test_minutes(tmp_path):
    path, other = tmp_path / "1m.json", tmp_path / "3h.json"
    rows = [
        {"time_tag": f"2026-03-08T00:0{k}:00", "kp_index": 2, "estimated_kp": 2.33, "kp": "2P"}
        for k in range(3)
    ]
    path.write_text(json.dumps(rows))
    frame = read_swpc_kp(path)
    assert frame["kp"].tolist() == [7 / 3] * 3 and frame["kp_index"].tolist() == [2] * 3 and len(frame) == 3
    other.write_text(swpc_kp())
    with pytest.raises(FormatError, match="another step of time"):
        read_swpc_kp([path, other])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (swpc_kp()[:-1], "JSON: damaged or cut"),
        (swpc_kp().replace('"4.67"', '"x"'), "item 1: kp 'x' is no number"),
        (swpc_kp().replace('"4.67"', '"9.67"'), "item 1: kp 9.67 is not between 0 and 9"),
        (swpc_kp().replace('"4.67", ', ""), "item 1: expected 4 values as in the header"),
        (swpc_kp().replace("2026-03-08 03", "2026-03-08 04"), "item 2: 2026-03-08T04.* begins no 3 hours"),
        (swpc_kp().replace("2026-03-08 03", "2026-03-08 00"), "given twice with different values"),
        (objects(observed="perhaps"), "item 1: observed 'perhaps'; expected one of"),
        (objects().replace('"Kp": 2.33, ', ""), "items with different names"),
        (objects().replace("Kp", "flux"), "expected SWPC's JSON of the planetary K index"),
        (gfz_json(), "GFZ's JSON, for read_gfz"),
        (dgd(), "SWPC's daily geomagnetic data, for read_dgd"),
        ("[]", "expected SWPC's JSON"),
    ],
)
def test_damage_to_json_is_named(tmp_path, text, match):
    path = tmp_path / "kp.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=match):
        read_swpc_kp(path)
