"""China Earthquake Networks Center: rapid reports and catalogs, with Chinese names of columns."""

from __future__ import annotations

import re
from pathlib import Path

from skquake.io._event_times import read_times
from skquake.io._files import FormatError
from skquake.io._layouts._base import (
    Events,
    Form,
    Head,
    Layout,
    Options,
    event_table,
    read_columns,
    with_lines,
)

# Kinds of event of the catalogs of data.earthquake.cn, where their codes differ from those of others.
_CODES = {
    "un": "anthropogenic event",
    "ep": "explosion",
    "sp": "suspected explosion",
    "ss": "collapse",
    "se": "suspected event",
    "le": "long-period event",
    "ve": "volcanic event",
    "vp": "volcanic explosion",
    "vt": "volcanic tremor",
    "ot": "other event",
    "疑爆": "suspected explosion",
    "非天然地震": "anthropogenic event",
    "其它": "other event",
    "其他": "other event",
}
_BEGINNINGS = {
    "time": ("发震时刻", "发震时间", "发震日期"),
    "date": ("日期",),
    "clock": ("时间",),
    "latitude": ("纬度", "震中纬度"),
    "longitude": ("经度", "震中经度"),
    "depth": ("深度", "震源深度"),
    "magnitude_type": ("震级类型",),
    "magnitude": ("震级",),
    "type": ("事件类型", "地震类型"),
    "place": ("参考位置", "参考地名", "地名", "震中位置"),
    "id": ("编号", "事件编号", "地震编号"),
}


def _separator(line):
    return next((mark for mark in "\t,;，" if mark in line), ",")


def _places(names):
    """Our name -> its column in the file."""
    found: dict[str, str] = {}
    for name in names:
        for ours, beginnings in _BEGINNINGS.items():
            if ours not in found and name.startswith(beginnings):
                found[ours] = name
                break
    return found


def _recognise(head: Head) -> bool:
    found = _places(head.names(_separator(head.first)))
    return {"latitude", "longitude", "magnitude"} <= set(found) and bool({"time", "date"} & set(found))


def _read(data: bytes, path: Path, options: Options) -> Events:
    names, table = read_columns(data, path, Form(_separator(Head.of(data).first)))
    names, lines = [name.lower() for name in names], table.lines
    found = _places(names)
    missing = [name for name in ("latitude", "longitude", "depth", "magnitude") if name not in found]
    if missing or not ({"time", "date"} & set(found)):
        raise FormatError(path, "line 1", f"no column for {', '.join(missing) or 'the time'}")
    _check_clock(found, path)

    def text(name):
        return table.text(found.get(name, ""))

    written = text("time") if "time" in found else text("date") + " " + text("clock")
    columns = {
        "id": text("id"),
        "time": with_lines(lambda: read_times(written, path, utc_offset=8.0, first=0), lines),
        "latitude": table.numbers(found["latitude"]),
        "longitude": table.numbers(found["longitude"]),
        "depth": table.numbers(found["depth"]),
        "magnitude": table.numbers(found["magnitude"]),
        "magnitude_type": text("magnitude_type") if "magnitude_type" in found else "M",
        "type": text("type"),
        "place": text("place"),
    }
    unit = "m" if re.search(r"[(（](米|m)[)）]", found["depth"]) else "km"
    return Events(event_table(columns, path, lines, options, depth_unit=unit, codes=_CODES))


def _check_clock(found, path):
    """The clock is that of Beijing; a header that names another is refused."""
    name = found.get("time", found.get("clock", found.get("date", "")))
    zone = re.search(r"utc\s*([+-]?\s*\d*)", name)
    if zone and zone[1].replace(" ", "").lstrip("+0") != "8":
        what = f"the time {name!r} is not Beijing time (UTC+8); read it with columns= and utc_offset="
        raise FormatError(path, "line 1", what)


LAYOUT = Layout(
    "cenc",
    "China Earthquake Networks Center, rapid reports or catalog",
    "China Earthquake Networks Center, National Earthquake Data Center, http://data.earthquake.cn",
    "not documented",
    _recognise,
    _read,
    clock="Beijing time (UTC+8)",
)
