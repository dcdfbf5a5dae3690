"""Sources in a notebook and in one line: what is on disk is told by its footers alone."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from common.card_page import HOSTILE, check_alone
from common.source_examples import maps, station_series, track_frame

from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource, _glance


def words(html):
    """The text of a card, spaces made one."""
    page = check_alone(html)
    return " ".join(" ".join(page.texts).split())


@pytest.fixture
def folder(tmp_path):
    frame = track_frame(3000)
    for k, rows in enumerate((slice(0, 1000), slice(2000, 3000))):
        TrackSource(frame.iloc[rows], ["Ne", "Te"], name=f"part {k}").to_parquet(tmp_path / f"{k}.parquet")
    return tmp_path


def test_a_track(folder):
    frame = track_frame(3000)
    frame.attrs["units"] = {"Ne": "cm-3", HOSTILE: "nT"}
    frame[HOSTILE] = 1.0
    said = words(TrackSource(frame, ["Ne", HOSTILE], name=HOSTILE)._repr_html_())
    assert f"TrackSource {HOSTILE}" in said and f"{HOSTILE} nT" in said and "Ne cm-3" in said
    assert "3,000 observations" in said and "1 s cadence" in said and "pass" in said
    assert f"{frame['time'].iloc[0]:%Y-%m-%d %H:%M:%S} to" in said


def test_a_folder_tells_what_it_holds_and_is_not_read(folder, monkeypatch):
    frame = track_frame(3000)
    source = TrackSource(folder, name="A")
    first, last = (f"{frame['time'].iloc[k]:%Y-%m-%dT%H:%M:%S}" for k in (0, -1))
    assert repr(source) == (
        f"TrackSource({str(folder)!r}, name='A', 2 files, channels=('Ne', 'Te'), 2,000 rows, "
        f"{first}...{last})"
    )
    html = source._repr_html_()
    said = words(html)
    assert "2,000 rows" in said and "2 files" in said and "Not read yet" in said and str(folder) in said
    # A third of the time is not there.
    blank = re.findall(r'x="([\d.]+)" y="1" width="([\d.]+)"', html)
    assert sum(float(width) for _, width in blank) == pytest.approx(520 * 2 / 3, rel=0.02)
    assert source._backing._content is None
    assert len(source.values) == 2000
    opened = words(source._repr_html_())
    assert "Not read yet" not in opened and "1 s cadence" in opened and "pass" in opened


def test_what_cannot_be_looked_at_is_told_in_short(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(_glance, "_MOST", 1)
    source = TrackSource(folder)
    assert repr(source) == f"TrackSource({str(folder)!r}, name='track', 2 files)"
    assert "2 files" in words(source._repr_html_())
    monkeypatch.undo()
    for file in folder.iterdir():
        file.write_bytes(b"PAR1 no more")
    assert repr(source).endswith("2 files)") and "2 files" in words(source._repr_html_())
    for file in folder.iterdir():
        file.unlink()
    assert repr(source) == f"TrackSource({str(folder)!r}, name='track')"
    assert "no files there" in words(source._repr_html_())


def test_plain_files_of_others(tmp_path):
    frame = track_frame(500).set_index("time")
    frame.to_parquet(tmp_path / "plain.parquet")
    assert "500 rows" in repr(TrackSource(tmp_path / "plain.parquet", ["Ne"]))
    assert "channels=('Ne',)" in repr(TrackSource(tmp_path / "plain.parquet", ["Ne"]))


def test_series_and_maps(tmp_path):
    frame, stations = station_series()
    frame.iloc[:30] = np.nan
    html = SeriesSource(frame, stations, name=HOSTILE, channel=HOSTILE)._repr_html_()
    said = words(html)
    assert f"SeriesSource {HOSTILE}" in said and "60 times" in said and "3 stations" in said
    assert len(re.findall(r'y="1" width="260.0"', html)) == 1  # the second half of the strip
    tec = maps()
    source = MapSource(tec, name="GIM")
    said = words(source._repr_html_())
    assert "30 times" in said and "nodes, latitude by longitude" in said
    source.to_netcdf(tmp_path / "maps.nc")
    disk = MapSource(tmp_path / "maps.nc", name="GIM")
    assert "Not read yet" in words(disk._repr_html_()) and disk._backing._content is None
    assert len(disk.time) == 30 and "30 times" in words(disk._repr_html_())


def test_a_collection_has_a_row_a_source(folder):
    frame = track_frame(1500)
    both = SourceCollection({HOSTILE: TrackSource(frame, ["Ne", "Te"]), "B": TrackSource(folder)})
    said = words(both._repr_html_())
    assert HOSTILE in said and "1,500 observations" in said and "2,000 rows" in said
    many = SourceCollection({f"S{k}": TrackSource(frame.iloc[:100], ["Ne"]) for k in range(30)})
    assert "and 6 more" in words(many._repr_html_())


def test_times_with_zones_and_as_text(tmp_path):
    frame = track_frame(200)
    frame.assign(time=frame["time"].dt.tz_localize("UTC").dt.tz_convert("Asia/Shanghai")).to_parquet(
        tmp_path / "zone.parquet"
    )
    first = f"{frame['time'].iloc[0]:%Y-%m-%dT%H:%M:%S}"
    assert f"{first}..." in repr(TrackSource(tmp_path / "zone.parquet"))
    frame.assign(time=frame["time"].astype(str)).to_parquet(tmp_path / "text.parquet")
    assert "200 rows" in repr(TrackSource(tmp_path / "text.parquet"))
    assert pd.Timestamp(first) == TrackSource(tmp_path / "text.parquet").span[0].floor("s")
