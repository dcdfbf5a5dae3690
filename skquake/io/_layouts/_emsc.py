"""European-Mediterranean Seismological Centre: CSV of its search page, JSON of its FDSN service."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skquake.io._event_times import known_times, read_times
from skquake.io._geojson import read_features
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

_CITATION = "EMSC-CSEM, https://www.emsc-csem.org, https://www.seismicportal.eu"
_LICENSE = "not documented"


def _is_csv(head: Head) -> bool:
    return {"date", "time utc", "latitude", "longitude", "magnitude"} <= set(head.names(";"))


def _read_csv(data: bytes, path: Path, options: Options) -> Events:
    table = read_columns(data, path, Form(";", comment=None))[1]
    lines = table.lines
    written = table.text("date") + " " + table.text("time utc")
    columns = {
        "id": table.text("eqid"),
        "time": with_lines(lambda: read_times(written, path, first=0), lines),
        "latitude": table.numbers("latitude"),
        "longitude": table.numbers("longitude"),
        "depth": table.numbers("depth"),
        "fixed_depth": [text.lower() == "f" for text in table.text("depth type")],
        "magnitude": table.numbers("magnitude"),
        "magnitude_type": table.text("magnitude type"),
        "type": table.text("event type", "evtype"),
        "place": table.text("region name"),
        "updated": table.times("last update", missing=True, name="last update"),
    }
    return Events(event_table(columns, path, lines, options))


def _is_json(head: Head) -> bool:
    return head.text.lstrip().startswith("{") and '"FeatureCollection"' in head.text and '"unid"' in head.text


def _read_json(data: bytes, path: Path, options: Options) -> Events:
    rows = read_features(data, path, _feature)
    columns = {name: np.array([row[name] for row in rows], dtype=object) for name in rows[0]}
    columns["time"] = read_times(columns["time"], path, unit="feature", first=0)
    columns["updated"] = known_times(columns["updated"], path, first=0, name="last update")
    return Events(event_table(columns, path, range(len(rows)), options))


def _feature(feature):
    properties = feature["properties"]

    def real(name):
        value = properties[name]
        if isinstance(value, bool | str):
            raise ValueError(f"{name} {value!r} is no number")
        value = np.nan if value is None else float(value)
        if np.isinf(value):
            raise ValueError(f"{name} is infinite")
        return value

    def text(name):
        value = properties.get(name)
        # What cannot be written, as half a surrogate pair, is refused here.
        return "" if value is None else str(value).encode().decode()

    return {
        "id": text("unid") or str(feature["id"]),
        "time": text("time"),
        "latitude": real("lat"),
        "longitude": real("lon"),
        "depth": real("depth"),
        "magnitude": real("mag"),
        "magnitude_type": text("magtype"),
        "type": text("evtype"),
        "place": text("flynn_region"),
        "updated": text("lastupdate"),
    }


CSV = Layout("emsc-csv", "EMSC earthquake search, CSV", _CITATION, _LICENSE, _is_csv, _read_csv)
JSON = Layout("emsc-json", "EMSC FDSN event service, JSON", _CITATION, _LICENSE, _is_json, _read_json)
