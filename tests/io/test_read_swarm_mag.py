"""Swarm magnetic field CDF: values, fills, versions, wrong products."""

import numpy as np
import pytest
from _io_layouts import write_swarm, write_swarm_mag

from skquake.io import FormatError, read_swarm_mag


def test_round_trip_and_fills(tmp_path):
    times, data = write_swarm_mag(tmp_path / "a.cdf")
    frame = read_swarm_mag(tmp_path / "a.cdf")
    np.testing.assert_array_equal(frame["time"], times)
    whole = np.setdiff1d(np.arange(50), [2, 3])
    for i, name in enumerate(("B_N", "B_E", "B_C")):
        np.testing.assert_array_equal(frame[name].to_numpy()[whole], data["B_NEC"][whole, i])
        assert frame[name].isna().sum() == 2
    assert np.isnan(frame["F"][1]) and frame["F"].isna().sum() == 1
    assert frame["Flags_F"].eq(1).all() and frame["longitude"].iloc[-1] == -180
    assert frame.attrs["units"]["B_C"] == "nT" and "Swarm A" in frame.attrs["origin"]


def test_days_that_touch_and_versions(tmp_path):
    write_swarm_mag(tmp_path / "1_0501.cdf", seed=1)
    _, newer = write_swarm_mag(tmp_path / "2_0601.cdf", seed=2, version="0601")
    write_swarm_mag(tmp_path / "3.cdf", seed=3, start="2014-05-01T00:00:49")
    frame = read_swarm_mag([tmp_path / "2_0601.cdf", tmp_path / "1_0501.cdf", tmp_path / "3.cdf"])
    assert len(frame) == 99 and frame["time"].is_monotonic_increasing and frame["time"].is_unique
    assert frame["B_N"][10] == newer["B_NEC"][10, 0]


def test_without_scalar_instrument(tmp_path):
    write_swarm_mag(tmp_path / "c.cdf", drop=("F", "Flags_F"), satellite="C")
    assert list(read_swarm_mag(tmp_path / "c.cdf").columns)[4:] == ["B_N", "B_E", "B_C", "Flags_B"]


def test_other_products_and_satellites(tmp_path):
    write_swarm(tmp_path / "lp.cdf")
    with pytest.raises(FormatError, match="no variable for B_NEC; expected a Swarm magnetic field file"):
        read_swarm_mag(tmp_path / "lp.cdf")
    write_swarm_mag(tmp_path / "a.cdf")
    write_swarm_mag(tmp_path / "b.cdf", satellite="B")
    with pytest.raises(FormatError, match="read them apart"):
        read_swarm_mag([tmp_path / "a.cdf", tmp_path / "b.cdf"])
