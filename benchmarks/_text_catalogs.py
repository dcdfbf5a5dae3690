"""Catalogs of earthquakes as text, in the layouts that the readers know (see ``_text_files.py``)."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
from _text_files import Case, fixed, lines_alone, parts_of, rows_of, table, words


def _events(size):
    n = int(60_000 * size)
    rng = np.random.default_rng(0)
    t = np.sort(np.datetime64("1976-01-01T00:00:00.000", "ms") + rng.integers(0, 1_500_000_000_000, n))
    return {
        "n": n,
        "t": t,
        "iso": np.datetime_as_string(t),
        "lat": np.round(rng.uniform(-70, 70, n), 3),
        "lon": np.round(rng.uniform(-180, 180, n), 3),
        "depth": np.round(rng.uniform(0, 600, n), 1),
        "mag": np.round(rng.uniform(4, 8, n), 1),
        "k": np.arange(n),
    }


def usgs(size):
    e = _events(size)
    fmt = '%sZ,%.3f,%.3f,%.1f,%.1f,mb,25,77,0.2,0.8,us,us%08d,2014-11-07T01:12:09.071Z,"10 km E of A, B",earthquake,1,1,1,5,reviewed,us,us\n'  # noqa: E501
    head = (
        "time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,horizontalError,"
        "depthError,magError,magNst,status,locationSource,magSource\n"
    )
    return (head + rows_of(fmt, e["iso"], e["lat"], e["lon"], e["depth"], e["mag"], e["k"])).encode()


def geojson(size):
    e = _events(size / 2)
    features = [
        {
            "type": "Feature",
            "id": f"us{k}",
            "properties": {"mag": mag, "place": "somewhere", "time": t, "updated": t, "status": "reviewed",
                           "nst": 3, "gap": 20.0, "rms": 0.5, "magType": "mb", "type": "earthquake"},
            "geometry": {"type": "Point", "coordinates": [lon, lat, depth]},
        }
        for k, mag, t, lat, lon, depth in zip(e["k"].tolist(), e["mag"].tolist(), e["t"].astype("int64").tolist(),  # noqa: E501
                                              e["lat"].tolist(), e["lon"].tolist(), e["depth"].tolist(), strict=True)  # noqa: E501
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def plain_geojson(data):
    return pd.json_normalize(json.loads(data)["features"])


def fdsn(size):
    e = _events(size)
    fmt = "e%d|%s|%.3f|%.3f|%.1f|au|cat|con|cid|mb|%.1f|au|somewhere|earthquake\n"
    head = "#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName|EventType\n"  # noqa: E501
    return (head + rows_of(fmt, e["k"], e["iso"], e["lat"], e["lon"], e["depth"], e["mag"])).encode()


def comcat(size):
    e = _events(size)
    fmt = "us%d,%s,somewhere,%.3f,%.3f,%.1f,%.1f,alert,url,earthquake\n"
    head = "id,time,location,latitude,longitude,depth,magnitude,alert,url,eventtype\n"
    date = np.char.replace(e["iso"], "T", " ")
    return (head + rows_of(fmt, e["k"], date, e["lat"], e["lon"], e["depth"], e["mag"])).encode()


def anss_csv(size):
    e = _events(size)
    fmt = "%s,%.4f,%.4f,%.2f,%.2f,mb,25,77,0,0.20,NEI,%d\n"
    head = "DateTime,Latitude,Longitude,Depth,Magnitude,MagType,NbStations,Gap,Distance,RMS,Source,EventID\n"
    date = np.char.replace(np.char.replace(e["iso"], "T", " "), "-", "/")
    return (head + rows_of(fmt, date, e["lat"], e["lon"], e["depth"], e["mag"], e["k"])).encode()


def anss_text(size):
    e = _events(size)
    head = (
        "Date       Time             Lat       Lon  Depth   Mag Magt  Nst Gap  Clo  RMS  SRC   Event ID\n"
        + "-" * 90
        + "\n"
    )
    fmt = "%s%9.4f%10.4f%7.2f%6.2f%5s%5d%4d%5d%5.2f%5s%13d\n"
    date = np.char.replace(np.char.replace([s[:22] for s in e["iso"]], "T", " "), "-", "/")
    n = e["n"]
    return (head + rows_of(fmt, date, e["lat"], e["lon"], e["depth"], e["mag"], ["Mb"] * n, [25] * n, [77] * n,  # noqa: E501
                         [12] * n, [0.2] * n, ["NEI"] * n, 100_000_000 + e["k"])).encode()  # fmt: skip


def isc(size):
    e = _events(size)
    head = "  EVENTID,TYPE,AUTHOR   ,DATE      ,TIME       ,LAT     ,LON      ,DEPTH,DEPFIX,AUTHOR   ,TYPE  ,MAG \n"  # noqa: E501
    date = [s[:10] for s in e["iso"]]
    clock = [s[11:22] for s in e["iso"]]
    fmt = "%9d,ke  ,ISC      ,%s,%s,%8.4f,%9.4f,%5.1f,      ,ISC      ,mb    ,%4.1f,NEIC     ,Ms    ,%4.1f\n"
    return (
        head
        + rows_of(fmt, e["k"], date, clock, e["lat"], e["lon"], e["depth"], e["mag"], e["mag"])
        + "STOP\n"
    ).encode()


def plain_isc(data):
    names = [
        "eventid",
        "type",
        "author",
        "date",
        "time",
        "lat",
        "lon",
        "depth",
        "depfix",
        "a1",
        "t1",
        "m1",
        "a2",
        "t2",
        "m2",
    ]
    return pd.read_csv(io.BytesIO(data), skiprows=1, names=names, skipinitialspace=True)


def isc_gem(size):
    e = _events(size)
    head = "#\n# date, lat, lon, smajax, sminax, strike, q, depth, unc, q, mw, unc, q, s, mo, fac, mo_auth, mpp, mpr, mrr, mrt, mtp, mtt, eventid\n"  # noqa: E501
    date = np.char.replace(e["iso"], "T", " ")
    fmt = "%s, %8.3f, %9.3f, 10.0, 8.0, 90.0, A, %5.1f, 5.0, B, %4.2f, 0.20, C, p, , , , , , , , , , %d\n"
    return (head + rows_of(fmt, date, e["lat"], e["lon"], e["depth"], e["mag"], e["k"])).encode()


def emsc(size):
    e = _events(size)
    head = "Date;Time UTC;Latitude;Longitude;Depth;Depth Type;Magnitude Type;Magnitude;Region Name;Last Update;Eqid\n"  # noqa: E501
    fmt = "%s;%s;%.2f;%.2f;%.1f; ;mb;%.1f;SOMEWHERE;2023-02-06 03:22:47;%d\n"
    return (
        head
        + rows_of(
            fmt,
            [s[:10] for s in e["iso"]],
            [s[11:21] for s in e["iso"]],
            e["lat"],
            e["lon"],
            e["depth"],
            e["mag"],
            e["k"],
        )
    ).encode()


def horus(size):
    e = _events(size)
    head = "Year\tMo\tDa\tHo\tMi\tSe\tLat\tLon\tDepth\tMw\tsigMw\tGeo_\tEv. type\n"
    fmt = "%d\t%d\t%d\t%d\t%d\t%.2f\t%.4f\t%.4f\t%.1f\t%.2f\t0.2\t\t\n"
    return (head + rows_of(fmt, *parts_of(e["t"]), e["lat"], e["lon"], e["depth"], e["mag"])).encode()


def cenc(size):
    e = _events(size)
    head = "发震时刻,震级(M),纬度(°),经度(°),深度(千米),参考位置\n"
    fmt = "%s,%.1f,%.2f,%.2f,%.0f,somewhere\n"
    date = np.char.replace([s[:19] for s in e["iso"]], "T", " ")
    return (head + rows_of(fmt, date, e["mag"], e["lat"], e["lon"], e["depth"])).encode()


def zmap(size):
    e = _events(size)
    year, month, day, hour, minute, second = parts_of(e["t"])
    fmt = "%10.4f %9.4f %4d %2d %2d %4.2f %6.2f %2d %2d %5.2f\n"
    return rows_of(
        fmt, e["lon"], e["lat"], year, month, day, e["mag"], e["depth"], hour, minute, second
    ).encode()


def jma(size):
    e = _events(size)
    year, month, day, hour, minute, second = parts_of(e["t"])
    lat, lon = np.abs(e["lat"]) % 20 + 25, np.abs(e["lon"]) % 20 + 130
    fmt = (
        "J%4d%02d%02d%02d%02d%04d 012 %2d%4d 034 %3d%4d 056%5d012%02dV   5112  SOMEWHERE               25A\n"
    )
    rows = rows_of(fmt, year, month, day, hour, minute, second * 100, lat.astype(int), ((lat % 1) * 6000).astype(int),  # noqa: E501
                 lon.astype(int), ((lon % 1) * 6000).astype(int), (e["depth"] * 100).astype(int) % 60000,
                 (e["mag"] * 10).astype(int))  # fmt: skip
    return "".join(line[:96].ljust(96) + "\n" for line in rows.splitlines()).encode()


def ndk(size):
    e = _events(size / 6)
    year, month, day, hour, minute, second = parts_of(e["t"])
    one = ("PDE  %4d/%02d/%02d %02d:%02d:%04.1f %6.2f %7.2f %5.1f 5.1 0.0 SOMEWHERE               \n"
           "C%013d    B:  4    4  40 S: 27   33  50 M:  0    0   0 CMT: 1 TRIHD:  0.6\n"
           "CENTROID:     -0.3 0.9  13.76 0.06  -89.08 0.09 162.8 12.5 FREE S-20050322125201\n"
           "24  0.838 0.201 -0.005 0.231 -0.833 0.270  1.050 0.121 -0.369 0.161  0.044 0.240\n"
           "V10   1.581 56  12  -0.537 23 140  -1.044 24 241   1.312   9 29  142 133 72   66\n")  # fmt: skip
    return rows_of(
        one, year, month, day, hour, minute, second, e["lat"], e["lon"], e["depth"], e["k"]
    ).encode()


def isf(size):
    e = _events(size / 6)
    date = [s[:10].replace("-", "/") for s in e["iso"]]
    clock = [s[11:22] for s in e["iso"]]
    one = (
        "EVENT %8d SOMEWHERE\n"
        "   Date       Time        Err   RMS Latitude Longitude  Smaj  Smin  Az Depth   Err Ndef Nsta Gap  mdist  Mdist Qual   Author      OrigID\n"  # noqa: E501
        "%s %s   0.50 0.900 %8.4f %9.4f  10.0   8.0  90 %5.1f   5.0   30   25  77   1.00 100.00 m i ke ISC       %8d\n"  # noqa: E501
        "\n"
        "Magnitude  Err Nsta Author      OrigID\n"
        "mb     %3.1f 0.1   20 ISC       %8d\n"
        "Ms     %3.1f 0.1   20 ISC       %8d\n"
        "\n"
    )
    return (
        "DATA_TYPE BULLETIN IMS1.0:short with ISF extensions\nISC Bulletin\n\n"
        + rows_of(
            one,
            e["k"],
            date,
            clock,
            e["lat"],
            e["lon"],
            e["depth"],
            e["k"],
            e["mag"],
            e["k"],
            e["mag"],
            e["k"],
        )
        + "STOP\n"
    ).encode()


def any_table(size):
    e = _events(size)
    fmt = "%s;%.3f;%.3f;%.1f;%.1f\n"
    return ("when;lat;lon;h;M\n" + rows_of(fmt, e["iso"], e["lat"], e["lon"], e["depth"], e["mag"])).encode()


def any_words(size):
    e = _events(size)
    year, month, day, hour, minute, second = parts_of(e["t"])
    fmt = "%4d %2d %2d %2d %2d %5.2f %8.3f %9.3f %5.1f %4.1f\n"
    return rows_of(
        fmt, year, month, day, hour, minute, second, e["lat"], e["lon"], e["depth"], e["mag"]
    ).encode()


_NAMES = {"time": "when", "latitude": "lat", "longitude": "lon", "depth": "h", "magnitude": "M"}
_NUMBERS = {
    name: k
    for k, name in enumerate(
        ("year", "month", "day", "hour", "minute", "second", "latitude", "longitude", "depth", "magnitude")
    )
}

_JMA = [1, 4, 2, 2, 2, 2, 4, 4, 3, 4, 4, 4, 4, 4, 5, 3, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 3, 24, 3, 1]
_ANSS = [22, 9, 10, 7, 6, 5, 5, 4, 5, 5, 5, 13]

CASES = [
    Case("USGS CSV", usgs, "read_usgs", table(), {}),
    Case("USGS GeoJSON", geojson, "read_usgs", plain_geojson, {}, "json.loads and pandas.json_normalize"),
    Case("catalog: usgs", usgs, "read_catalog", table(), {}),
    Case("catalog: fdsn-text", fdsn, "read_catalog", table("|"), {}),
    Case("catalog: comcat", comcat, "read_catalog", table(), {}),
    Case("catalog: anss-csv", anss_csv, "read_catalog", table(), {}),
    Case("catalog: anss-text", anss_text, "read_catalog", fixed(_ANSS, skiprows=2), {}, "pandas.read_fwf of the same bytes"),  # noqa: E501
    Case("catalog: isc-csv", isc, "read_catalog", plain_isc, {}),
    Case("catalog: isc-gem", isc_gem, "read_catalog", table(skiprows=2, header=None), {}),
    Case("catalog: emsc-csv", emsc, "read_catalog", table(";"), {}),
    Case("catalog: horus", horus, "read_catalog", table("\t"), {}),
    Case("catalog: cenc", cenc, "read_catalog", table(), {}),
    Case("catalog: jma", jma, "read_catalog", fixed(_JMA), {}, "pandas.read_fwf of the same bytes"),
    Case("catalog: zmap", zmap, "read_catalog", words(), {}),
    Case("catalog: gcmt-ndk", ndk, "read_catalog", lines_alone, {}, "lines as text, by pandas.read_csv", False),  # noqa: E501
    Case("catalog: isf", isf, "read_catalog", lines_alone, {}, "lines as text, by pandas.read_csv", False),
    Case("catalog: columns by name", any_table, "read_catalog", table(";"), {"columns": _NAMES}),
    Case("catalog: columns by number", any_words, "read_catalog", words(), {"columns": _NUMBERS}),
]  # fmt: skip
