"""Many mutations of one file after another, in a process of its own; what they gave is kept between runs."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SECONDS, BYTES = 10.0, 2**30
"""Most computing and memory for one file."""

BLOCK = 500
"""Mutations between two savings."""

_HANG = 60.0  # of the clock, when other processes take the cores
_COUNTS = ("seed", "tables", "warned", "refused", "longest", "milliseconds", "peak")
_SHOWN = 20


class Campaign:
    """One child process for all targets: whatever a library does there ends nothing else.

    Parameters
    ----------
    folder : Path
        Where the figures of each target are kept. A campaign that was interrupted goes on from them, and
        what is finished is not done again, as long as readers, targets and libraries are the same.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._context = multiprocessing.get_context("spawn")
        self._process = self._pipe = self._counts = None

    def run(self, name, n):
        """Figures of the first ``n`` mutations of a target; ``faults`` are those that ended in neither."""
        path, key = self.folder / f"{name}.json", fingerprint()
        figures = dict.fromkeys(("done", "tables", "warned", "refused", "longest", "milliseconds", "peak"), 0)
        figures |= {"key": key, "faults": []}
        if path.exists():
            kept = json.loads(path.read_text())
            figures = kept if kept["key"] == key and kept["done"] <= n and not kept["faults"] else figures
        figures["earlier"] = figures["done"]
        while figures["done"] < n and len(figures["faults"]) <= _SHOWN:
            self._block(name, range(figures["done"], min(n, figures["done"] + BLOCK)), figures)
            path.write_text(json.dumps(figures))
        return {"name": name, "mutations": n, **figures}

    def end(self):
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _block(self, name, seeds, figures):
        if self._process is None:
            self._pipe, there = self._context.Pipe()
            self._counts = self._context.Array("q", len(_COUNTS), lock=False)
            self._process = self._context.Process(target=_work, args=(there, self._counts), daemon=True)
            self._process.start()
            there.close()
        self._counts[:] = [-1] + [0] * (len(_COUNTS) - 1)
        self._pipe.send((name, seeds.start, seeds.stop))
        faults, last, since = None, -1, time.monotonic()
        while faults is None:
            try:
                if self._pipe.poll(1.0):
                    faults = self._pipe.recv()
                elif self._counts[0] != last:
                    last, since = self._counts[0], time.monotonic()
                elif time.monotonic() - since > _HANG and last >= 0:
                    faults = [(last, f"longer than {_HANG:g} s")]
            except (EOFError, OSError):
                self._process.join()
                faults = [(self._counts[0], f"exit code {self._process.exitcode}")]
            if faults and faults[-1][1].startswith(("longer", "exit")):
                self.end()
        counts = dict(zip(_COUNTS, self._counts, strict=True))
        for count in ("tables", "warned", "refused", "milliseconds"):
            figures[count] += counts[count]
        for most in ("longest", "peak"):
            figures[most] = max(figures[most], counts[most])
        figures["faults"] += faults
        figures["done"] = seeds.stop if self._process is not None else counts["seed"] + 1


def _work(pipe, counts):
    """What the child does: read the mutations that it is told, send the faults that it meets."""
    from fuzz_targets import Target, mutate, seed_of

    made = {}
    with tempfile.TemporaryDirectory() as folder:
        while True:
            try:
                name, start, stop = pipe.recv()
            except EOFError:
                return
            if name not in made:  # reads the whole file: what that imports is not counted
                made = {name: (Target(name, folder), seed_of(name))}
            pipe.send(_read(*made[name], mutate, range(start, stop), counts))


def _read(one, data, mutate, seeds, counts):
    faults = []
    one.tables = one.warned = one.refused = 0
    _forget_peak()
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    began = time.process_time()
    for seed in seeds:
        counts[0] = seed
        bad = mutate(data, np.random.default_rng(seed))
        start = time.process_time()
        resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, hard))
        try:
            one(bad)
        except Exception as error:
            faults.append((seed, f"{type(error).__name__}: {error}"[:300]))
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        took = time.process_time() - start
        if took > SECONDS:
            faults.append((seed, f"{took:.1f} s of computing"))
        counts[1], counts[2], counts[3] = one.tables, one.warned, one.refused
        counts[4] = max(counts[4], int(1000 * took))
        counts[5] = int(1000 * (time.process_time() - began))
        if len(faults) > _SHOWN:
            break
    counts[6] = _peak()
    return faults


def _forget_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def _peak():
    """Most memory of this process in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


_DIGEST: list[str] = []


def fingerprint():
    """Text that changes with the readers, the targets and the libraries that they use."""
    if not _DIGEST:
        import skquake

        package, here = Path(skquake.__file__).parent, Path(__file__).parent
        files = [*(package / "io").rglob("*.py"), *(package / "_core").rglob("*.py"), *here.glob("_*.py")]
        files += [here / "fuzz_targets.py", here / "test_io_hostile.py"]
        digest = hashlib.sha256(sys.version.encode())
        for name in ("numpy", "pandas", "pyarrow", "scipy", "xarray", "h5py", "h5netcdf", "cdflib", "obspy"):
            try:
                digest.update(importlib.metadata.version(name).encode())
            except importlib.metadata.PackageNotFoundError:
                digest.update(b"none")
        for file in sorted(files):
            digest.update(file.read_bytes())
        _DIGEST.append(digest.hexdigest())
    return _DIGEST[0]
