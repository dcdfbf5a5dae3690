"""From a folder of daily IONEX files to one Zarr store in which a place is one read over all times."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from skquake._core._atomic import write_atomically
from skquake._core._journal import Journal
from skquake._core._map_store import write_map_store
from skquake._core._progress import progress
from skquake.io._files import FormatError, expand_paths, read_bytes

_INDEX = "_index.jsonl"


def write_stack(paths: Any, to: Any, verbose: int, grid_check: Any, parse: Any, attrs: Any) -> Path:
    """Convert files to the store ``to``, unless it is there; see ``read_ionex``.

    Each file becomes a part in a folder beside the store (``.NAME.parts``), so that after an interruption
    none is read twice; the store appears once it is whole, and then the parts go.
    """
    store = Path(to).expanduser().absolute()
    keys = {file: _key(file) for file in expand_paths(paths, "read_ionex")}
    digest = _names_of(keys.values())
    parts = store.with_name(f".{store.name}.parts")
    if store.exists():
        _refuse_another(store, digest)
        _clear_away(parts)
        return store
    parts.mkdir(parents=True, exist_ok=True)
    with Journal(parts / _INDEX, {"kind": "parts of maps"}, accept_versions=True) as journal:
        if store.exists():  # another process has made it meanwhile
            _refuse_another(store, digest)
            shutil.rmtree(parts, ignore_errors=True)
            return store
        done = {record["input"]: record for record in journal.records}
        for file, key in progress(keys.items(), desc="read_ionex", verbose=verbose, unit="file"):
            if key in done and _is_whole(parts, done[key]):
                continue
            record = _make_part(file, parts / f"{key}.npy", key, parse)
            journal.append(record)
            done[key] = record
        wanted = [done[key] for key in keys.values()]
        for record in wanted:
            grid_check(record, wanted[0])
        chosen, cadence = _one_cadence(_winners(wanted, parts), wanted)
        temporary = parts / "store"
        shutil.rmtree(temporary, ignore_errors=True)
        _write_store(temporary, chosen, wanted, parts, {**attrs(wanted), "inputs": digest}, cadence)
        os.replace(temporary, store)
        # While nobody else may write in it; who comes just now may begin an index, and clears it away.
        shutil.rmtree(parts, ignore_errors=True)
    return store


def _clear_away(parts):
    """Remove the parts of a store that a killed process has finished, unless they are in use."""
    if not parts.exists():
        return
    try:
        with Journal(parts / _INDEX, {"kind": "parts of maps"}, accept_versions=True):
            shutil.rmtree(parts, ignore_errors=True)
    except (OSError, RuntimeError, ValueError):
        pass  # another process is at it, or may not be written: it is no harm


def _key(file):
    facts = file.stat()
    name = f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}"
    return hashlib.blake2b(name.encode(), digest_size=12).hexdigest()


def _names_of(keys):
    return hashlib.blake2b("".join(sorted(keys)).encode(), digest_size=12).hexdigest()


def _refuse_another(store, digest):
    import zarr

    try:
        made_of = zarr.open_group(store, mode="r").attrs.get("inputs")
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{store}: is there, and is no store of maps ({error}); name another") from error
    if made_of != digest:
        raise ValueError(f"{store}: is there, and was made of other files; delete it, or name another")


def _make_part(file, path, key, parse):
    content = read_bytes(file)
    if _key(file) != key:
        raise OSError(f"{file}: was changed while it was read; call again once it is finished")
    header, epochs, maps = parse(content, file)
    flip = (
        slice(None, None, -1 if header.latitudes[0] > header.latitudes[-1] else 1),
        slice(None, None, -1 if header.longitudes[0] > header.longitudes[-1] else 1),
    )
    values = np.stack([one[flip] for one in maps]).astype(np.float32)

    part = io.BytesIO()  # numpy does not tell of a disk that is full at the end of a file
    np.save(part, values)
    write_atomically(path, lambda temporary: temporary.write_bytes(part.getbuffer()))
    return {
        "input": key,
        "file": str(file),
        "epochs": [int(epoch.astype("datetime64[ns]").astype("int64")) for epoch in epochs],
        "first": int(header.first.astype("datetime64[ns]").astype("int64")),
        "latitudes": np.sort(header.latitudes).tolist(),
        "longitudes": np.sort(header.longitudes).tolist(),
        "program": header.program,
        "height_km": header.height_km,
        "check": zlib.crc32(values.tobytes()),
    }


def _part(parts, record):
    """The maps of a part, mapped into memory."""
    return np.load(parts / f"{record['input']}.npy", mmap_mode="r", allow_pickle=False)


def _is_whole(parts, record):
    """Whether a part is there, as long as it was; else it is made again."""
    try:
        return len(_part(parts, record)) == len(record["epochs"])
    except (OSError, ValueError, EOFError):
        return False


def _winners(records, parts):
    """{epoch: (number of the part, number of its map)}: of two the file that starts later."""
    found: dict[int, tuple[int, int]] = {}
    for number, record in enumerate(records):
        values = _part(parts, record)
        if zlib.crc32(np.ascontiguousarray(values).tobytes()) != record["check"]:
            raise ValueError(
                f"{parts}: the part of {record['file']} was changed since it was written; delete the folder"
            )
        for k, epoch in enumerate(record["epochs"]):
            known = found.get(epoch)
            first = record["first"]
            if known is not None and records[known[0]]["first"] == first:
                other = records[known[0]]
                if not np.array_equal(_part(parts, other)[known[1]], values[k], equal_nan=True):
                    when = np.datetime64(epoch, "ns")
                    what = f"its map of {when} differs from that in {other['file']}, which starts at the same"
                    what += " epoch; give the files of one analysis centre and solution"
                    raise FormatError(Path(record["file"]), "maps", what)
            if known is None or first > records[known[0]]["first"]:
                found[epoch] = number, k
    return dict(sorted(found.items()))


def _one_cadence(found, records):
    """The maps at whole multiples of the longest cadence of a file, from the hour that most share; and it."""
    steps = [int(np.median(np.diff(r["epochs"]))) for r in records if len(r["epochs"]) > 1]
    cadence = max(steps) if steps else 0
    if not cadence:
        return found, cadence
    epochs = np.array(list(found))
    phases, counts = np.unique(epochs % cadence, return_counts=True)
    phase = phases[np.argmax(counts)]
    kept = {int(epoch): found[int(epoch)] for epoch in epochs[epochs % cadence == phase]}
    return kept, cadence


def _write_store(path, chosen, records, parts, attrs, cadence):
    latitudes, longitudes = records[0]["latitudes"], records[0]["longitudes"]
    times = np.array(list(chosen), dtype=np.int64)
    by_part: dict[int, tuple[list[int], list[int]]] = {}
    for at, (number, k) in enumerate(chosen.values()):
        slots, maps = by_part.setdefault(number, ([], []))
        slots.append(at)
        maps.append(k)

    def band_of(low, high):
        band = np.empty((1, high - low, len(longitudes), len(times)), dtype=np.float32)
        for number, (slots, maps) in by_part.items():
            values = _part(parts, records[number])[:, low:high]
            band[0][:, :, slots] = np.moveaxis(values[maps], 0, 2)
        return band

    inputs = {"inputs": attrs["inputs"]}
    tec = {k: v for k, v in attrs.items() if k != "inputs"} | {"cadence_s": cadence / 1e9}
    write_map_store(path, latitudes, longitudes, times, {"tec": tec}, band_of, inputs)
