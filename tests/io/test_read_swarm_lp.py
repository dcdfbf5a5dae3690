"""Swarm Langmuir probe CDF: golden values, aliases, fills, versions, satellites."""

import numpy as np
import pytest
from _io_layouts import write_swarm

from skquake.io import FormatError, read_swarm_lp


def test_real_file_golden_values(real_data):
    frame = read_swarm_lp(real_data / "swarm" / "*.cdf")
    first = frame.iloc[0]
    assert len(frame) == 2280
    assert (first.latitude, first.longitude) == pytest.approx((78.7828666, 64.2860966), abs=1e-7)
    assert (first.Ne, first.Te) == (9895.7, 2729.8)
    assert str(first.time)[:19] == "2013-12-02 10:11:13"
    assert first.altitude_km == pytest.approx(6861.36002 - 6371.2)
    step = np.median(np.diff(frame["time"])) / np.timedelta64(1, "ms")
    assert step == pytest.approx(500, abs=2)
    assert list(frame.columns) == [
        "time", "latitude", "longitude", "altitude_km", "Ne", "Te", "Flags_LP", "Flags_Ne", "Flags_Te",
    ]  # fmt: skip
    assert frame.attrs["units"]["Ne"] == "cm-3" and "Swarm A" in frame.attrs["origin"]
    assert frame["longitude"].between(-180, 180, inclusive="left").all()


@pytest.mark.parametrize("compress", [0, 6])
def test_round_trip_fills_and_negative_temperature(tmp_path, compress):
    times, data = write_swarm(tmp_path / "a.cdf", compress=compress)
    frame = read_swarm_lp(tmp_path / "a.cdf")
    np.testing.assert_array_equal(frame["time"], times)
    assert np.isnan(frame["Ne"][1]) and np.isnan(frame["Te"][2]) and frame["Ne"].isna().sum() == 1
    data["Te"][5] = -12.5
    assert (data["Ne"][3:] == frame["Ne"][3:]).all()
    assert frame["longitude"].iloc[-1] == -180
    assert frame["Flags_Ne"].dtype == np.uint8


def test_negative_temperature_is_kept(tmp_path):
    _, data = write_swarm(tmp_path / "a.cdf", n=500)
    frame = read_swarm_lp(tmp_path / "a.cdf")
    negative = data["Te"] < 0
    assert negative.any()
    np.testing.assert_array_equal(frame["Te"][negative], data["Te"][negative])


def test_other_names_and_units(tmp_path):
    names = {"Ne": "N_ion", "Te": "T_elec", "Flags_Ne": "Flags_N_elec", "Flags_Te": "Flags_T_elec"}
    _, data = write_swarm(tmp_path / "a.cdf", names=names, units="m-3", drop=("Flags_LP",))
    frame = read_swarm_lp(tmp_path / "a.cdf")
    np.testing.assert_allclose(frame["Ne"][3:], data["Ne"][3:] * 1e-6)
    assert frame.attrs["variables"]["Ne"] == "N_ion" and "Flags_LP" not in frame and "Flags_Te" in frame


def test_daily_files_join_and_the_higher_version_wins(tmp_path):
    write_swarm(tmp_path / "old.cdf", version="0401", seed=1)
    _, new = write_swarm(tmp_path / "new.cdf", version="0501", seed=2)
    later, _ = write_swarm(tmp_path / "later.cdf", start="2014-05-02T00:00:00", seed=3)
    for order in (["old", "later", "new"], ["later", "new", "old"]):
        frame = read_swarm_lp([tmp_path / f"{name}.cdf" for name in order])
        assert len(frame) == 100 and frame["time"].is_monotonic_increasing and frame["time"].is_unique
        np.testing.assert_array_equal(frame["Ne"][3:50], new["Ne"][3:])
        assert list(frame.index) == list(range(100))
    assert frame["time"].iloc[-1] == later[-1]


def test_two_satellites_are_refused(tmp_path):
    write_swarm(tmp_path / "a.cdf")
    write_swarm(tmp_path / "c.cdf", satellite="C")
    with pytest.raises(FormatError, match="satellite C"):
        read_swarm_lp(tmp_path / "*.cdf")


def test_files_that_are_no_such_product(tmp_path):
    write_swarm(tmp_path / "a.cdf", drop=("Ne",))
    with pytest.raises(FormatError, match="no variable for Ne"):
        read_swarm_lp(tmp_path / "a.cdf")
    write_swarm(tmp_path / "b.cdf", units="parsec-3")
    with pytest.raises(FormatError, match="unit 'parsec-3'"):
        read_swarm_lp(tmp_path / "b.cdf")


def test_position_out_of_range_names_its_record(tmp_path, monkeypatch):
    write_swarm(tmp_path / "a.cdf")
    data = bytearray((tmp_path / "a.cdf").read_bytes())
    at = data.find(np.array(-80.0, "<f8").tobytes())
    order = ">f8" if at < 0 else "<f8"
    at = data.find(np.array(-80.0, order).tobytes())
    data[at : at + 8] = np.array(500.0, order).tobytes()
    (tmp_path / "a.cdf").write_bytes(data)
    with pytest.raises(FormatError, match="Latitude, record 0: 500"):
        read_swarm_lp(tmp_path / "a.cdf")


def test_memory_stays_near_the_size_of_the_table(tmp_path):
    import tracemalloc

    for i in range(8):
        write_swarm(tmp_path / f"{i}.cdf", n=20_000, start=f"2014-05-0{i + 1}T00:00:00", seed=i)
    read_swarm_lp(tmp_path / "0.cdf")
    tracemalloc.start()
    frame = read_swarm_lp(tmp_path / "*.cdf")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.7 * frame.memory_usage().sum()
