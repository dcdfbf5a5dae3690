"""Works on archives that are killed, starved and doubled: each gives a hash of all that it made.

Run as a program it makes the inputs, disturbs the works in forked children and prints what it saw as JSON.
The program itself starts no threads, so that its children may be forked at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np
import pandas as pd

N_DAYS, DAY = 12, 600


def hash_of(*arrays):
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def make_inputs(home):
    """Days of a track as pickled frames, a folder of from_files, days of maps in IONEX."""
    from common.source_examples import track_frame

    from skquake.sources import TrackSource

    frame = track_frame(N_DAYS * DAY, 40.0)
    (home / "days").mkdir()
    for k in range(N_DAYS):
        frame[k * DAY : (k + 1) * DAY].to_pickle(home / "days" / f"day{k:02d}.pkl")
    TrackSource.from_files(home / "days", home / "made", pd.read_pickle)
    (home / "maps").mkdir()
    for k in range(8):
        (home / "maps" / f"day{k}.inx").write_text(ionex_of(k), newline="")


def ionex_of(day):
    """A day of maps every two hours, as IONEX writes them."""
    import datetime

    from _io_layouts import ionex, tec_integers

    begin = datetime.datetime(2001, 1, 13) + datetime.timedelta(days=day)
    epochs = [begin + datetime.timedelta(hours=hour) for hour in range(0, 25, 2)]
    return ionex(epochs, tec_integers(13) + day)


def ingest(home, place):
    """``from_files`` of the days; also the bytes of all parts."""
    from skquake.sources import TrackSource

    track = TrackSource.from_files(home / "days", place / "out", pd.read_pickle)
    parts = sorted((place / "out").glob("*.parquet"))
    bytes_of = [np.frombuffer(part.read_bytes(), np.uint8) for part in parts]
    return hash_of(track.time, track.latitude, track.values, *bytes_of)


def samples(home, place):
    """``make_samples`` of a folder that nobody has opened yet; also the bytes of the layout that it keeps."""
    from skquake.catalogs import RandomControls
    from skquake.sampling import make_samples
    from skquake.sources import TrackSource

    if not (place / "out").exists():
        mine = place / f"of {os.getpid()}"
        shutil.copytree(home / "made", mine, copy_function=os.link)
        with contextlib.suppress(OSError):  # another process was quicker
            os.replace(mine, place / "out")
    catalog = pd.DataFrame(
        {
            "time": pd.Timestamp("2015-03-01") + pd.to_timedelta([30, 45, 55, 62], unit="h"),
            "latitude": [10.0, -30.0, 55.0, 0.0],
            "longitude": [20.0, 120.0, -60.0, -150.0],
            "magnitude": [6.2, 6.0, 6.4, 6.3],
        }
    )
    found = make_samples(
        TrackSource(place / "out"), catalog, RandomControls(min_days=1, random_state=0), region="2000 km",
        days=(-0.9, 0.1), max_length=9, step=5, context=2, holes=None,
    )  # fmt: skip
    layouts = list((place / "out").glob("_track-*.npz"))
    if not layouts:
        raise OSError(f"{found.X.shape[0]} samples, but no layout is kept")
    kept = hashlib.blake2b(layouts[0].read_bytes()).hexdigest()
    return found.X.to_csv() + hash_of(found.y) + kept


def stack(home, place):
    """``read_ionex(to=)`` of the maps; nothing is left beside the store."""
    from skquake.io import read_ionex

    tec = read_ionex(home / "maps", to=place / "maps.zarr")
    assert [path.name for path in place.iterdir()] == ["maps.zarr"], sorted(place.iterdir())
    return hash_of(tec.to_numpy(), tec["time"].to_numpy().view(np.int64))


WORKS = {work.__name__: work for work in (ingest, samples, stack)}


def start(work, home, place, limit=None):
    """A child that works; its answer lies in a file beside the place."""
    child = os.fork()
    if child:
        return child
    answer = {}
    try:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        answer["made"] = work(home, place)
    except BaseException as error:
        answer["error"] = f"{type(error).__name__}: {error}"
        answer["trace"] = traceback.format_exc()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    try:
        place.with_name(f"{place.name}.{os.getpid()}").write_text(json.dumps(answer))
    finally:
        os._exit(0)


def answer_of(child, place):
    os.waitpid(child, 0)
    return json.loads(place.with_name(f"{place.name}.{child}").read_text())


def undisturbed(work, home, place):
    began = time.monotonic()
    answer = answer_of(start(work, home, place), place)
    return answer.get("made"), time.monotonic() - began, answer


def places(home):
    while True:
        yield Path(tempfile.mkdtemp(dir=home))


def kills(work, home, n):
    """After a kill at a random moment the same call makes what it makes undisturbed."""
    rng, fresh, faults, early = random.Random(0), places(home), [], 0
    expected, seconds, answer = undisturbed(work, home, next(fresh))
    if expected is None:
        return {"faults": [answer["trace"]], "early": 0}
    for _ in range(n):
        place = next(fresh)
        child = start(work, home, place)
        time.sleep(rng.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        early += not place.with_name(f"{place.name}.{child}").exists()
        found, _, answer = undisturbed(work, home, place)
        if found != expected:
            faults.append(answer.get("trace", "another result"))
        if work is ingest and list(place.rglob(".*.tmp")):
            faults.append("something half-made is left")
        shutil.rmtree(place)
    return {"faults": faults, "early": early}


def full(work, home, limits):
    """A file that may grow no further is an OSError; with room the same call makes what it makes."""
    fresh, faults, said = places(home), [], []
    expected, _, _ = undisturbed(work, home, next(fresh))
    for limit in limits:
        place = next(fresh)
        answer = answer_of(start(work, home, place, limit), place)
        said.append(answer.get("error", "done"))
        if answer.get("made") not in (None, expected):
            faults.append("another result from a full disk")
        found, _, answer = undisturbed(work, home, place)
        if found != expected:
            faults.append(answer.get("trace", "another result"))
        shutil.rmtree(place)
    return {"faults": faults, "said": said}


def doubled(work, home, n):
    """Of two at once each makes the whole, or says that another is at it; never a mixture."""
    rng, fresh, faults, said = random.Random(1), places(home), [], []
    expected, seconds, _ = undisturbed(work, home, next(fresh))
    for _ in range(n):
        place = next(fresh)
        first = start(work, home, place)
        time.sleep(rng.uniform(0, seconds))
        second = start(work, home, place)
        answers = [answer_of(child, place) for child in (first, second)]
        said += [answer["error"] for answer in answers if "error" in answer]
        if not any(answer.get("made") == expected for answer in answers):
            faults += [answer.get("trace", "another result") for answer in answers]
        if any(answer.get("made") not in (None, expected) for answer in answers):
            faults.append("another result")
        if undisturbed(work, home, place)[0] != expected:
            faults.append("another result afterwards")
        shutil.rmtree(place)
    return {"faults": faults, "said": said}


def main(what, name, n):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        child = os.fork()
        if not child:
            try:
                make_inputs(home)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            raise SystemExit("no inputs")
        many = [int(text) for text in n.split(",")]
        disturb = {"kills": kills, "full": full, "doubled": doubled}[what]
        print(json.dumps(disturb(WORKS[name], home, many if what == "full" else many[0])))


if __name__ == "__main__":
    tests = Path(__file__).parents[1]
    sys.path[:0] = [str(tests), str(tests / "io")]
    import skquake.catalogs
    import skquake.io
    import skquake.sampling
    import skquake.sources  # noqa: F401

    main(*sys.argv[1:])
