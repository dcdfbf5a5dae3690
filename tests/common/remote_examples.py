"""Archives in object stores for tests: in memory, with a count of what is asked for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from common.source_examples import track_frame
from numpy.testing import assert_array_equal

from skquake.sources import MapSource, TrackSource

DAY = 240  # rows
CADENCE = 40.0


def ingested(home: Path, n: int = 4) -> tuple[Path, pd.DataFrame]:
    """A folder of ``from_files`` with its layout, and the frame that went into it."""
    (home / "in").mkdir()
    frame = track_frame(n * DAY, CADENCE)
    frame.loc[[3, 400], "Ne"] = float("nan")
    for k in range(n):
        frame[k * DAY : (k + 1) * DAY].to_pickle(home / "in" / f"day{k}.pkl")
    assert len(TrackSource.from_files(home / "in", home / "out", pd.read_pickle)) == len(frame)
    return home / "out", frame


def uploaded(folder: Path, place: str, keep=lambda name: True):
    """The files of a folder in fsspec's memory; the file system."""
    import fsspec

    system = fsspec.filesystem("memory")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and keep(path.name):
            system.pipe(f"/{place}/{path.relative_to(folder).as_posix()}", path.read_bytes())
    return system


def assert_maps_alike(url: str, options: dict, tec) -> None:
    """A point and a window of maps in a store are those of the array."""
    source, memory = MapSource(url, storage_options=options), MapSource(tec)
    assert_array_equal(source.at(10.0, 20.0).values, memory.at(10.0, 20.0).values)
    samples = pd.DataFrame({"time": ["2015-03-02"], "latitude": 5.0, "longitude": 100.0})
    assert_array_equal(source.windows(samples, 5)[0], memory.windows(samples, 5)[0])


class Asked:
    """Ranges that a file system in memory was asked for, (name, start, stop), since the last ``clear``."""

    def __init__(self, monkeypatch) -> None:
        from fsspec.implementations.memory import MemoryFileSystem

        cat_file, self.ranges = MemoryFileSystem.cat_file, []

        def counted(system, path, start=None, end=None, **options):
            found = cat_file(system, path, start, end, **options)
            self.ranges.append((path.rsplit("/", 1)[-1], start or 0, (start or 0) + len(found)))
            return found

        monkeypatch.setattr(MemoryFileSystem, "cat_file", counted)

    def clear(self) -> None:
        self.ranges.clear()

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.ranges]
