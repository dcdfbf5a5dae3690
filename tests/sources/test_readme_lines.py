"""The lines of the README, as they stand, on tracks in a folder and in a bucket."""

from __future__ import annotations

import functools
import logging
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from common.sampling_orbits import make_orbit

import skquake.model_selection
import skquake.neural
from skquake import TrackSource

README = Path(__file__).parents[2] / "README.md"
READ = 'TrackSource(read_swarm_lp("swarm/*.cdf"), channels=["Ne", "Te"])'
DAYS, START = 1200, pd.Timestamp("2015-01-01")
KP_DAY = (
    f" 34004 34004.5 2611 21  {'  '.join(['1.000', '1.333'] * 4)}  4  5  4  5  4  5  4  5   5  -1"
    "     -1.0     -1.0 1\n"
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lines():
    (found,) = re.findall(r"^```python\n(.*?)^```", README.read_text(), flags=re.DOTALL | re.MULTILINE)
    assert found.count(READ) == 1
    return found


def write_inputs(home):
    """A catalog, Kp and a track of noise in a folder of Parquet files, a month each.

    Earthquakes are where the satellite passed by night some days before: so most of them have samples.
    """
    rng = np.random.default_rng(0)
    frame = make_orbit(0, days=DAYS, cadence=12).to_frame()
    frame["longitude"] = _precessing(frame)
    frame = frame.assign(Ne=1e5 * np.exp(0.3 * frame["Ne"]), Te=2000.0)
    hour = (frame["time"] - START) / pd.Timedelta(hours=1) + frame["longitude"] / 15
    frame = frame[((hour + 6) % 24 < 13) | ((hour + 7) % 24 < 13)]  # by night, and somewhat more
    track = TrackSource(frame)
    centers = track.blocks(70, context=70).center
    n = 220
    passed = frame.iloc[np.sort(rng.choice(centers, n, replace=False))]
    passed = passed.reset_index(drop=True)
    days = (passed["time"] - START) / pd.Timedelta(days=1) + rng.uniform(1, 10, n)
    events = pd.DataFrame(
        {
            "time": (START + pd.to_timedelta(days, unit="D")).dt.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "latitude": 0.0,  # between windows of ways north and south
            "longitude": passed["longitude"].round(3),
            "depth": 10.0,
            "mag": rng.uniform(7.0, 7.1, n).round(1),
            "magType": "mw",
            "id": [f"ev{k}" for k in range(n)],
            "type": "earthquake",
        }
    )[days.between(25, DAYS - 2)]
    (home / "catalog").mkdir()
    events.to_csv(home / "catalog" / "quakes.csv", index=False)
    dates = (START + pd.Timedelta(days=k) for k in range(-2, DAYS + 1))
    (home / "kp.txt").write_text("# header\n" + "".join(f"{day:%Y %m %d}{KP_DAY}" for day in dates))
    (home / "folder").mkdir()
    for month, part in frame.groupby(frame["time"].dt.to_period("M")):
        TrackSource(part).to_parquet(home / "folder" / f"{month}.parquet")


def _precessing(frame):
    """Longitudes of an orbit whose local time goes round in 266 days, as Swarm's does."""
    days = (frame["time"] - START) / pd.Timedelta(days=1)
    return (frame["longitude"] - 0.367 * days + 180.0) % 360.0 - 180.0


@pytest.fixture(scope="module")
def endpoint():
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield "http://{}:{}".format(*running.get_host_and_port())
    running.stop()


def test_the_lines_run_on_a_folder_and_on_a_bucket(lines, endpoint, tmp_path, monkeypatch, capsys):
    import s3fs

    write_inputs(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKQUAKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAQUAKE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for anybody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    small = functools.partial(skquake.neural.make_safenet, epochs=1, filters=4, random_state=0)
    monkeypatch.setattr(skquake.neural, "make_safenet", small)
    # Of three years, not ten: the inner folds of the first outer one keep few rows.
    split = functools.partial(skquake.model_selection.PurgedTimeSeriesSplit, min_train=0.02)
    monkeypatch.setattr(skquake.model_selection, "PurgedTimeSeriesSplit", split)
    system = s3fs.S3FileSystem()
    system.mkdir("bucket")
    system.put(f"{tmp_path / 'folder'}/", "bucket/folder", recursive=True)
    said = []
    for place in ("folder", "s3://bucket/folder"):
        names: dict[str, object] = {}
        np.random.seed(5)  # noqa: NPY002 - the lines choose controls at random
        exec(lines.replace(READ, f'TrackSource("{place}", channels=["Ne", "Te"])'), names)
        said.append(capsys.readouterr().out)
        assert place in repr(names["track"])
        assert len(names["samples"].X) > 100
    assert said[0] == said[1]
