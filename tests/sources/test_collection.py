from __future__ import annotations

import numpy as np
import pytest
from common.source_examples import maps, station_series, track_frame

from skquake.sources import MapSource, SeriesSource, SourceCollection, TrackSource


def two():
    return {"A": TrackSource(track_frame(900)), "B": TrackSource(track_frame(1200, seed=1))}


def test_is_a_mapping_of_renamed_sources():
    sources = two()
    both = SourceCollection(sources)
    assert list(both) == ["A", "B"] and len(both) == 2 and dict(both.items())["B"] is both["B"]
    assert both["A"].name == "A" and sources["A"].name == "track"
    assert both["A"].values is sources["A"].values
    assert (both.name, both.kind, both.channels) == ("A+B", "track", ("Ne", "Te"))
    assert both.span == sources["B"].span
    with pytest.raises(TypeError):
        both["C"] = sources["A"]


def test_windows_go_to_the_source_of_each_sample():
    both = SourceCollection(two())
    samples = track_frame(900).iloc[[50, 60, 50, 60, 5]].assign(source=["A", "B", "B", "A", "B"])
    windows, problem = both.windows(samples, 20, channels=["Te"])
    for row, name in enumerate(samples["source"]):
        expected, text = both[name].windows(samples.iloc[[row]], 20, channels=["Te"])
        np.testing.assert_array_equal(windows[[row]], expected)
        assert problem[row] == text[0]
    windows, _ = both.windows(samples.astype({"source": "category"}), 20)
    assert np.isfinite(windows[:4]).all()


def test_unknown_sources_are_named():
    samples = track_frame(900).iloc[[50, 60]].assign(source=["A", "Swarm"])
    with pytest.raises(ValueError, match="unknown source 'Swarm'; the collection holds A, B"):
        SourceCollection(two()).windows(samples, 20)
    with pytest.raises(ValueError, match=r"missing column.* source"):
        SourceCollection(two()).windows(samples.drop(columns="source"), 20)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: MapSource(maps()), "differ in kind: 'A' has track, 'B' has map"),
        (lambda: SeriesSource(*station_series()), "differ in kind"),
        (lambda: TrackSource(track_frame(), ["Te", "Ne"]), "differ in channels"),
        (
            lambda: TrackSource(track_frame(), ["Ne"]),
            r"differ in channels: 'A' has \('Ne', 'Te'\), 'B' has \('Ne',\)",
        ),
        (
            lambda: TrackSource(track_frame(cadence=1.5)),
            "differ in cadence: 'A' has 1 s, 'B' has 1.5 s; resample",
        ),
    ],
)
def test_sources_must_observe_the_same(other, message):
    with pytest.raises(ValueError, match=message):
        SourceCollection({"A": TrackSource(track_frame()), "B": other()})


def test_units_must_agree():
    frame = track_frame()
    frame.attrs["units"] = {"Ne": "m-3"}
    with pytest.raises(ValueError, match=r"differ in units: 'A' has {'Ne': 'm-3'}, 'B' has {}"):
        SourceCollection({"A": TrackSource(frame), "B": TrackSource(track_frame())})


def test_cadences_within_a_percent_agree():
    both = {"A": TrackSource(track_frame()), "B": TrackSource(track_frame(), cadence=1.005)}
    assert SourceCollection(both).cadence == np.timedelta64(1, "s")


def test_bad_sources():
    with pytest.raises(ValueError, match="needs a dict of sources"):
        SourceCollection({})
    with pytest.raises(ValueError, match="needs a dict of sources"):
        SourceCollection([1])
    with pytest.raises(TypeError, match="source 'A' must be a source of skquake, got DataFrame"):
        SourceCollection({"A": track_frame()})
