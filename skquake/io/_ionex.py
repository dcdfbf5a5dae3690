"""Global ionosphere maps: IONEX 1.0 and 1.1."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skquake._core._progress import progress
from skquake._core._typing import Array, Paths
from skquake._core._typing import Path as OnePath
from skquake.io._files import FormatError, expand_paths, read_bytes, warn
from skquake.io._ionex_map import MapReader
from skquake.io._numbers import number
from skquake.io._reader import reader

if TYPE_CHECKING:
    import xarray as xr

_DEFAULT_EXPONENT = -1
_MAX_HEADER = 4 * 2**20
_SKIPPED = {b"START OF RMS MAP": b"END OF RMS MAP", b"START OF HEIGHT MAP": b"END OF HEIGHT MAP"}


class Header(NamedTuple):
    """What the head of an IONEX file says about its maps (latitudes and longitudes in file order)."""

    latitudes: np.ndarray
    longitudes: np.ndarray
    exponent: int
    n_maps: int
    first: np.datetime64
    program: str
    height_km: float
    end: int


@reader
def read_ionex(paths: Paths, *, to: OnePath | None = None, verbose: int = 0) -> xr.DataArray:
    """Total electron content maps from IONEX files, as one array.

    Daily files are joined in time. Where the last map of a day (24:00) and the first of the next day
    (00:00) are for the same epoch, **the file that starts later wins**: its map is an analysis
    of its own day, the other the rim of the day before. The order of ``paths`` does not matter.
    RMS and height maps are skipped.

    Parameters
    ----------
    paths : path-like, folder, glob pattern or list of these
        ``.Z`` and ``.gz`` are unpacked.
    to : path-like, optional
        A Zarr store to convert the files to, one by one, in bounded memory (extra ``zarr``): a place is one
        read over all times there, and ``MapSource(to)`` reads nothing else. After an interruption the same
        call reads none of the files again that were done; a store of the same files that is there is opened.
        Its maps are at one cadence, the longest of a file: where days of a map each hour follow days of a map
        every two hours, those at odd hours are left out (attribute ``cadence_s``).
    verbose : int, default=0
        Positive shows a progress bar over the files.

    Returns
    -------
    xarray.DataArray of float32, dims (time, latitude, longitude)
        Name ``tec``, in TECU (1e16 electrons per m²), NaN where the file has 9999 or
        asterisks; all three
        coordinates ascend, ``time`` is UTC. Longitudes are as in the file (usually -180 *and* 180).
        With ``to`` its values are read from the store where they are looked at.

    Raises
    ------
    FormatError
        For a damaged file, TEC beyond -100...1000 TECU, fewer or more maps than promised, files with
        different grids, and two
        files that start at the same epoch but differ (two analysis centres, or two solutions).
    ValueError
        For a store ``to`` that was made of other files.
    ImportError
        With ``to``, without zarr.

    Warns
    -----
    UserWarning
        If a file holds all its maps but not the record END OF FILE.

    References
    ----------
    Schaer, S., Gurtner, W., & Feltens, J. (1998). IONEX: The IONosphere Map EXchange Format
    Version 1. Proc. IGS Analysis Centers Workshop, Darmstadt.

    Examples
    --------
    One map of 2 x 3 points, written by hand:

    >>> import tempfile, pathlib
    >>> from skquake.io import read_ionex
    >>> records = [
    ...     ("     1.0            IONOSPHERE MAPS     GPS", "IONEX VERSION / TYPE"),
    ...     ("  2001     1    13     1     0     0", "EPOCH OF FIRST MAP"),
    ...     ("     1", "# OF MAPS IN FILE"),
    ...     ("     2", "MAP DIMENSION"),
    ...     ("   450.0 450.0   0.0", "HGT1 / HGT2 / DHGT"),
    ...     ("    12.5  10.0  -2.5", "LAT1 / LAT2 / DLAT"),
    ...     ("   -90.0 -80.0   5.0", "LON1 / LON2 / DLON"),
    ...     ("    -1", "EXPONENT"),
    ...     ("", "END OF HEADER"),
    ...     ("     1", "START OF TEC MAP"),
    ...     ("  2001     1    13     1     0     0", "EPOCH OF CURRENT MAP"),
    ...     ("    12.5 -90.0 -80.0   5.0 450.0", "LAT/LON1/LON2/DLON/H"),
    ...     ("  266  270  275", ""),
    ...     ("    10.0 -90.0 -80.0   5.0 450.0", "LAT/LON1/LON2/DLON/H"),
    ...     ("  280  285 9999", ""),
    ...     ("     1", "END OF TEC MAP"),
    ...     ("", "END OF FILE"),
    ... ]
    >>> path = pathlib.Path(tempfile.mkdtemp(), "day.inx")
    >>> _ = path.write_text("".join(f"{text:<60}{label}\\n" for text, label in records))
    >>> tec = read_ionex(path)
    >>> round(float(tec.sel(latitude=12.5, longitude=-90)[0]), 1)
    26.6
    """
    import xarray as xr

    if to is not None:
        return _converted(paths, to, verbose)
    maps: dict[np.datetime64, tuple[np.datetime64, Array, Path]] = {}
    programs, reference = set(), None
    for path in progress(expand_paths(paths, "read_ionex"), desc="read_ionex", verbose=verbose, unit="file"):
        header, epochs, values = parse_ionex(read_bytes(path), path)
        if reference is None:
            reference = (header, path)
        _check_grid(header, path, *reference)
        programs.add(header.program)
        for epoch, value in zip(epochs, values, strict=True):
            known = maps.get(epoch)
            if (
                known is not None
                and known[0] == header.first
                and not np.array_equal(known[1], value, equal_nan=True)
            ):
                what = f"its map of {epoch} differs from that in {known[2]}, which starts at the same epoch"
                raise FormatError(path, "maps", f"{what}; give the files of one analysis centre and solution")
            if known is None or header.first > known[0]:
                maps[epoch] = (header.first, value, path)
        del values, value
    latitudes, longitudes = np.sort(header.latitudes), np.sort(header.longitudes)
    times = np.array(sorted(maps), dtype="datetime64[ns]")
    tec = np.empty((len(times), len(latitudes), len(longitudes)), dtype="float32")
    flip = (
        slice(None, None, -1 if header.latitudes[0] > header.latitudes[-1] else 1),
        slice(None, None, -1 if header.longitudes[0] > header.longitudes[-1] else 1),
    )
    for i, time in enumerate(times):
        tec[i] = maps.pop(time)[1][flip]
    return xr.DataArray(
        tec,
        name="tec",
        dims=("time", "latitude", "longitude"),
        coords={
            "time": times,
            "latitude": ("latitude", latitudes, {"units": "degrees_north"}),
            "longitude": ("longitude", longitudes, {"units": "degrees_east"}),
        },
        attrs=_attrs(header.height_km, programs),
    )


def _attrs(height_km, programs):
    return {
        "units": "TECU",
        "long_name": "vertical total electron content",
        "height_km": height_km,
        "origin": "; ".join(sorted(programs)),
        "citation": "IONEX 1: Schaer, Gurtner & Feltens (1998); IGS maps: Hernandez-Pajares et al. "
        "(2009), https://doi.org/10.1007/s00190-008-0266-1",
    }


def _converted(paths, to, verbose):
    """The maps in a Zarr store that is made of the files."""
    import xarray as xr

    try:
        import zarr  # noqa: F401
    except ImportError as error:
        raise ImportError("read_ionex(to=) needs zarr: pip install skquake[zarr]") from error
    from skquake.io._ionex_stack import write_stack

    def check(record, first):
        ours, theirs = (SimpleNamespace(**each) for each in (record, first))
        _check_grid(ours, Path(record["file"]), theirs, first["file"])

    def attrs(records):
        return _attrs(records[-1]["height_km"], {record["program"] for record in records})

    store = write_stack(paths, to, verbose, check, parse_ionex, attrs)
    return xr.open_zarr(store, chunks=None, consolidated=False)["tec"].transpose(
        "time", "latitude", "longitude"
    )


def parse_ionex(data: bytes, path: Path) -> tuple[Header, list[np.datetime64], list[Array]]:
    """Header, epochs (``datetime64[ns]``, ascending) and maps of the bytes of one file.

    Returns
    -------
    header : Header
    epochs : list of datetime64
    maps : list of float32 arrays (latitudes, longitudes) in file order
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    header = _header(data, path)
    reader = MapReader(data, path, header.latitudes, header.longitudes)
    epochs: list[np.datetime64] = []
    maps: list[Array] = []
    exponent, others, at, ended = header.exponent, 0, header.end, False
    while at < len(data) and not ended:
        line, after = reader.line(at)
        label = line[60:].strip()
        if label == b"START OF TEC MAP":
            epoch, values, exponent, after = reader.tec_map(at, exponent)
            if epochs and epoch <= epochs[-1]:
                raise FormatError(path, reader.where(at), f"map of {epoch} after that of {epochs[-1]}")
            if len(maps) == header.n_maps:
                raise FormatError(path, reader.where(at), f"more maps than the {header.n_maps} promised")
            epochs.append(epoch)
            maps.append(values)
        elif label in _SKIPPED:
            others += 1
            end = data.find(_SKIPPED[label], after)
            after = reader.line(end)[1] if end >= 0 else len(data)
        elif label == b"EXPONENT":
            exponent = reader.exponent(line, at)
        elif label == b"END OF FILE":
            ended = True
            if data[after:].strip():
                raise FormatError(path, reader.where(after), "more data after END OF FILE")
        elif line.strip() and label != b"COMMENT":
            raise FormatError(path, reader.where(at), f"expected the start of a map, got {line[:80]!r}")
        at = after
    # The count is of TEC maps; some producers count the RMS and height maps too.
    if len(maps) != header.n_maps and not (ended and maps and len(maps) + others == header.n_maps):
        raise FormatError(
            path, reader.where(at), f"{len(maps)} whole TEC maps; the header promises {header.n_maps}"
        )
    if not ended:
        warn(f"{path}: no END OF FILE; all {len(maps)} TEC maps were read")
    return header, epochs, maps


def _header(data, path):
    end = data.find(b"END OF HEADER")
    top = data[: data.find(b"\n")]
    if top[60:].strip() != b"IONEX VERSION / TYPE" or top[20:21] != b"I":
        raise FormatError(path, "line 1", "expected the record 'IONEX VERSION / TYPE' of an ionosphere map")
    if end > _MAX_HEADER:
        raise FormatError(path, "header", f"{end} bytes; expected at most {_MAX_HEADER}")
    if end < 0:
        raise FormatError(path, "header", "no record END OF HEADER: the file is cut or is no IONEX")
    records: dict[str, tuple[bytes, int]] = {}
    at = 0
    for line in data[:end].split(b"\n"):
        records.setdefault(line[60:].strip().decode("latin-1"), (line[:60], at))
        at += len(line) + 1

    def numbers(label, width, count, start, kind=float):
        if label not in records:
            raise FormatError(path, "header", f"no record {label!r}")
        text, at = records[label]
        line = data.count(b"\n", 0, at) + 1
        fields = [text[k : k + width].decode("latin-1") for k in range(start, start + width * count, width)]
        return [number(field, path, line, label, kind) for field in fields]

    def axis(label, limit):
        first, last, step = numbers(label, 6, 3, 2)
        steps = (last - first) / step if step else -1.0
        if (
            not (0 <= steps < 10_000)
            or abs(steps - round(steps)) > 1e-3
            or max(abs(first), abs(last)) > limit
        ):
            raise FormatError(path, "header", f"{label} {first} {last} {step} is no grid")
        return first + step * np.arange(round(steps) + 1)

    if numbers("MAP DIMENSION", 6, 1, 0, int)[0] != 2:
        raise FormatError(path, "header", "MAP DIMENSION is not 2; only maps at one height can be read")
    (n_maps,) = numbers("# OF MAPS IN FILE", 6, 1, 0, int)
    latitudes, longitudes = axis("LAT1 / LAT2 / DLAT", 90.0), axis("LON1 / LON2 / DLON", 360.0)
    size = 5 * len(latitudes) * len(longitudes)
    if n_maps < 1 or n_maps * size > len(data):
        what = f"{n_maps} maps of {len(latitudes)} x {len(longitudes)} cannot stand in {len(data)} bytes"
        raise FormatError(path, "header", what)
    reader = MapReader(data, path, latitudes, longitudes)
    numbers("EPOCH OF FIRST MAP", 6, 6, 0)
    program = records.get("PGM / RUN BY / DATE", (b"", 0))[0][:40].decode("latin-1")
    return Header(
        latitudes=latitudes,
        longitudes=longitudes,
        exponent=reader.exponent(*records["EXPONENT"]) if "EXPONENT" in records else _DEFAULT_EXPONENT,
        n_maps=n_maps,
        first=reader.epoch(*records["EPOCH OF FIRST MAP"]),
        program=" ".join(program.split()),
        height_km=numbers("HGT1 / HGT2 / DHGT", 6, 1, 2)[0],
        end=reader.line(end)[1],
    )


def _check_grid(header, path, reference, first_path):
    for name in ("latitudes", "longitudes"):
        ours, theirs = np.sort(getattr(header, name)), np.sort(getattr(reference, name))
        if len(ours) != len(theirs) or not np.allclose(ours, theirs, atol=1e-6):
            what = (
                f"{name} {ours[0]:g}...{ours[-1]:g} ({len(ours)}) differ from {theirs[0]:g}...{theirs[-1]:g} "
            )
            raise FormatError(path, "header", what + f"({len(theirs)}) in {first_path}; read them apart")
