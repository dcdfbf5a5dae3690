"""Text files of the size that archives give, in the layouts that the readers know, and pandas on the same.

Every maker returns bytes; ``plain`` is what a user of pandas writes to get a table of the same bytes: its C
parser where the layout is one of separators, ``read_fwf`` where only columns of characters say where fields
end. It leaves times as text or in parts, makes no ids and checks nothing. Of layouts with several lines an
event pandas has no table: there it reads the lines alone, and there is no bar.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

THIRDS = np.round(np.arange(28) / 3, 3)
AP = np.array([0, 2, 3, 4, 5, 6, 7, 9, 12, 15, 18, 22, 27, 32, 39, 48, 56, 67, 80, 94, 111, 132, 154, 179, 207,  # noqa: E501
               236, 300, 400])  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A file, its reader, and pandas on the same bytes."""

    name: str
    make: Callable[[float], bytes]
    read: str
    plain: Callable[[bytes], Any]
    options: dict[str, Any]
    against: str = "pandas.read_csv of the same bytes"
    bar: bool = True


def words(skip=0, **options):
    return lambda data: pd.read_csv(
        io.BytesIO(data), sep=r"\s+", header=None, skiprows=skip, comment="#", **options
    )


def table(sep=",", **options):
    return lambda data: pd.read_csv(io.BytesIO(data), sep=sep, **options)


def fixed(widths, **options):
    return lambda data: pd.read_fwf(io.BytesIO(data), widths=widths, header=None, **options)


def lines_alone(data):
    return pd.read_csv(io.BytesIO(data), sep="\0", header=None)


def rows_of(fmt, *columns):
    return "".join(fmt % row for row in zip(*(np.asarray(c).tolist() for c in columns), strict=True))


def _days(n, start="1932-01-01"):
    return np.datetime64(start, "D") + np.arange(n)


def parts_of(times):
    t = pd.DatetimeIndex(times)
    return [t.year, t.month, t.day, t.hour, t.minute, t.second]


def kp_daily(size):
    n = int(34_000 * size)
    rng = np.random.default_rng(0)
    which = rng.integers(0, 28, (n, 8))
    kp, ap = THIRDS[which], AP[which]
    year, month, day = parts_of(_days(n))[:3]
    k = np.arange(n)
    head = "# PURPOSE: Kp\n" * 30
    fmt = "%4d %02d %02d %5d %7.1f %4d %2d" + " %6.3f" * 8 + " %4d" * 8 + " %4d %3d %8.1f %8.1f %d\n"
    flux = np.round(rng.uniform(65, 300, n), 1)
    mean = np.rint(ap.mean(axis=1)).astype(int)
    return (head + rows_of(fmt, year, month, day, k, k + 0.5, 1 + k // 27, 1 + k % 27, *kp.T, *ap.T, mean,
                         rng.integers(0, 300, n), flux, flux, np.full(n, 2))).encode()  # fmt: skip


def kp_hours(size):
    n = 8 * int(20_000 * size)
    which = np.random.default_rng(0).integers(0, 28, n)
    t = np.datetime64("1932-01-01T00", "h") + 3 * np.arange(n)
    year, month, day, hour = parts_of(t)[:4]
    days = np.arange(n) / 8
    fmt = "%4d %02d %02d %04.1f %05.2f %11.5f %11.5f %6.3f %4d 1\n"
    return (
        "# Kp\n"
        + rows_of(fmt, year, month, day, hour, hour + 1.5, days, days + 0.0625, THIRDS[which], AP[which])
    ).encode()


def kp_wdc(size):
    n = int(20_000 * size)
    rng = np.random.default_rng(0)
    which = rng.integers(0, 28, (n, 8))
    tens, ap = np.array([10 * (k // 3) + (0, 3, 7)[k % 3] for k in range(28)])[which], AP[which]
    days = _days(n)
    year, month, day = parts_of(days)[:3]
    k = (days - np.datetime64("1832-02-08", "D")).astype(int)
    fmt = "%02d%02d%02d%4d%2d" + "%2d" * 8 + "%3d" + "%3d" * 8 + "%3d%3.1f%1d%3d%5.1f0\n"
    return rows_of(fmt, year % 100, month, day, 1 + k // 27, 1 + k % 27, *tens.T, tens.sum(axis=1), *ap.T,
                 np.rint(ap.mean(axis=1)).astype(int), np.full(n, 1.1), np.full(n, 5), rng.integers(0, 300, n),  # noqa: E501
                 np.round(rng.uniform(65, 300, n), 1)).encode()  # fmt: skip


def hp30(size):
    n = 48 * int(3_650 * size)
    which = np.random.default_rng(0).integers(0, 28, n)
    t = np.datetime64("1985-01-01T00:00", "m") + 30 * np.arange(n)
    year, month, day, hour, minute, _ = parts_of(t)
    hour = hour + minute / 60
    days = (t - np.datetime64("1932-01-01T00:00")).astype(float) / 1440
    fmt = "%4d %02d %02d %04.1f %05.2f %11.5f %11.5f %6.3f %4d 0\n"
    return (
        "# PURPOSE: Hp30 and ap30\n"
        + rows_of(fmt, year, month, day, hour, hour + 0.25, days, days + 1 / 96, THIRDS[which], AP[which])
    ).encode()


def omni(minutes, size):
    from skquake.io._omni_words import HOURLY, MINUTES

    rng = np.random.default_rng(0)
    n = int({60: 26_304, 5: 50_000}[minutes] * size)
    t = np.datetime64("2015-01-01T00:00", "m") + minutes * np.arange(n)
    index = pd.DatetimeIndex(t)
    known = {"year": index.year, "day": index.dayofyear, "hour": index.hour, "minute": index.minute}
    fmt, columns = [], []
    for word in HOURLY if minutes == 60 else MINUTES:
        if word.name in known:
            fmt.append("%4d")
            columns.append(known[word.name])
            continue
        decimals = len(str(word.fill).partition(".")[2]) if word.fill and word.fill % 1 else 0
        values = rng.uniform(max(word.low, -300), min(word.high, 300), n)
        if word.name == "kp":
            values = rng.choice([0, 3, 7, 10, 13, 17, 20, 53], n)
        if word.fill is not None:
            values = np.where(rng.random(n) < 0.1, word.fill, values)
        fmt.append(f"%{8 if decimals else 7}.{decimals}f")
        columns.append(values)
    return rows_of(" ".join(fmt) + "\n", *columns).encode()


def dst_wdc(size):
    n = int(20_000 * size)
    values = np.random.default_rng(0).integers(-150, 30, (n, 25))
    days = _days(n, "1957-01-01")
    year, month, day = parts_of(days)[:3]
    return rows_of(
        "DST%02d%02d*%02d  X2%2d   0" + "%4d" * 25 + "\n", year % 100, month, day, year // 100, *values.T
    ).encode()


def iaga(size):
    n = int(86_400 * size)
    rng = np.random.default_rng(0)
    t = np.datetime64("2015-03-17T00:00:00", "s") + np.arange(n)
    head = [("Format", "IAGA-2002"), ("Station Name", "Boulder"), ("IAGA CODE", "BOU"), ("Reported", "HDZF"),
            ("Data Type", "variation")]  # fmt: skip
    text = "".join(f" {name:<23}{value:<45}|\n" for name, value in head)
    text += "DATE       TIME         DOY     BOUH      BOUD      BOUZ      BOUF   |\n"
    date = np.char.replace(np.datetime_as_string(t), "T", " ")
    doy = pd.DatetimeIndex(t).dayofyear
    return (
        text
        + rows_of(
            "%s.000 %03d    %9.2f %9.2f %9.2f %9.2f\n",
            date,
            doy,
            *(np.round(rng.normal(20_000, 30, (4, n)), 2)),
        )
    ).encode()


def dgd(size):
    n = int(7_300 * size)
    rng = np.random.default_rng(0)
    year, month, day = parts_of(_days(n, "1997-01-01"))[:3]
    head = (
        ":Product: Daily Geomagnetic Data     2013_DGD.txt\n"
        "#              - Fredericksburg -     ---- College ----      --- Planetary ---\n"
    )
    group = "     %2d " + "%2d" * 8
    values = rng.integers(-1, 9, (27, n))
    return (head + rows_of("%4d %02d %02d" + group * 3 + "\n", year, month, day, *values)).encode()


def celestrak(size):
    n = int(24_000 * size)
    rng = np.random.default_rng(0)
    which = rng.integers(0, 28, (n, 8))
    tens, ap = np.rint(THIRDS[which] * 10).astype(int), AP[which]
    names = ["DATE", "BSRN", "ND", *(f"KP{k}" for k in range(1, 9)), "KP_SUM", *(f"AP{k}" for k in range(1, 9)),  # noqa: E501
             "AP_AVG", "CP", "C9", "ISN", "F10.7_OBS", "F10.7_ADJ", "F10.7_DATA_TYPE", "F10.7_OBS_CENTER81",
             "F10.7_OBS_LAST81", "F10.7_ADJ_CENTER81", "F10.7_ADJ_LAST81"]  # fmt: skip
    flux = np.round(rng.uniform(65, 300, n), 1)
    fmt = "%s,%d,%d" + ",%d" * 9 + ",%d" * 9 + ",%.1f,%d,%d,%.1f,%.1f,OBS,%.1f,%.1f,%.1f,%.1f\n"
    k = np.arange(n)
    days = np.datetime_as_string(_days(n, "1957-10-01"))
    return (",".join(names) + "\n" + rows_of(fmt, days, 1700 + k // 27, 1 + k % 27, *tens.T, tens.sum(axis=1), *ap.T,  # noqa: E501
            np.rint(ap.mean(axis=1)).astype(int), np.full(n, 1.1), np.full(n, 5), rng.integers(0, 300, n),
            flux, flux, flux, flux, flux, flux)).encode()  # fmt: skip


def vtec(size):
    n = int(105_120 * size)
    rng = np.random.default_rng(0)
    t = np.datetime_as_string(np.datetime64("2016-01-01T00:00", "m") + 5 * np.arange(n))
    values = np.round(rng.uniform(1, 60, (6, n)), 2)
    return ("time,AAAA,BBBB,CCCC,DDDD,EEEE,FFFF\n" + rows_of("%s" + ",%.2f" * 6 + "\n", t, *values)).encode()


def vtec_long(size):
    n = int(30_000 * size)
    rng = np.random.default_rng(0)
    t = np.repeat(np.datetime_as_string(np.datetime64("2016-01-01T00:00", "m") + 5 * np.arange(n)), 5)
    stations = np.tile(["AAAA", "BBBB", "CCCC", "DDDD", "EEEE"], n)
    return (
        "timestamp,station,vtec\n"
        + rows_of("%s,%s,%.2f\n", t, stations, np.round(rng.uniform(1, 60, 5 * n), 2))
    ).encode()


def cses(mark, size):
    n = int(40_000 * size)
    rng = np.random.default_rng(0)
    t = np.datetime64("2018-08-01T00:00:00.000", "ms") + 3000 * np.arange(n)
    stamp = [re.sub(r"\D", "", text) for text in np.datetime_as_string(t).tolist()]
    names = ["UTC_TIME", "VERSE_TIME", "GEO_LAT", "GEO_LON", "MAG_LAT", "MAG_LON", "ALTITUDE", "A311", "A321"]
    since = (t - np.datetime64("2009-01-01T00:00:00.000", "ms")).astype("int64")
    fmt = mark.join(["%s", "%d", "%.4f", "%.4f", "%.4f", "%.4f", "%.3f", "%.5e", "%.2f"]) + "\n"
    place = [np.round(rng.uniform(-65, 65, n), 4), np.round(rng.uniform(-180, 180, n), 4)]
    observed = [rng.uniform(1e9, 1e11, n), rng.uniform(900, 3000, n)]
    columns = [stamp, since, *place, *place, np.full(n, 507.0), *observed]
    return (mark.join(names) + "\n" + rows_of(fmt, *columns)).encode()


def vires(size):
    n = int(40_000 * size)
    rng = np.random.default_rng(0)
    t = np.datetime_as_string(np.datetime64("2016-01-01T00:00:00", "s") + np.arange(n))
    head = "Spacecraft,Timestamp,Latitude,Longitude,Radius,F,B_NEC\n"
    fmt = "A,%sZ,%.7f,%.6f,%.2f,%.4f,{%.4f;%.4f;%.4f}\n"
    columns = [t, rng.uniform(-87, 87, n), rng.uniform(-180, 180, n), np.full(n, 6_828_390.6)]
    return (head + rows_of(fmt, *columns, *rng.uniform(2e4, 5e4, (4, n)))).encode()


def hapi(size):
    n = int(60_000 * size)
    t = np.datetime_as_string(np.datetime64("2003-01-01T00:00", "m") + np.arange(n))
    head = (
        '#{"HAPI": "3.0", "status": {"code": 1200, "message": "OK"}, "parameters": [\n'
        '#{"name": "Time", "type": "isotime", "units": "UTC", "fill": null},\n'
        '#{"name": "SYM_H", "type": "double", "units": "nT", "fill": "99999"},\n'
        '#{"name": "B", "type": "double", "units": "nT", "fill": "9999.99", "size": [3]}]}\n'
    )
    rng = np.random.default_rng(0)
    return (head + rows_of("%s:00.000Z,%.2f,%.2f,%.2f,%.2f\n", t, *rng.uniform(-100, 100, (4, n)))).encode()


def didbase(size):
    n = int(30_000 * size)
    rng = np.random.default_rng(0)
    t = np.datetime_as_string(np.datetime64("2015-01-01T00:00:00.000", "ms") + 900_000 * np.arange(n))
    head = (
        "# Global Ionospheric Radio Observatory (GIRO), DIDBase\n"
        "# Location: GEO 42.6N 288.5E, URSI-Code MHJ45 MILLSTONE HILL\n"
        "#Time                     CS  foF2 QD  hmF2 QD\n"
    )
    return (
        head
        + rows_of(
            "%sZ %3d %6.3f // %6.1f //\n",
            t,
            rng.integers(40, 101, n),
            rng.uniform(2, 12, n),
            rng.uniform(200, 400, n),
        )
    ).encode()


_WDC = [2, 2, 2, 4, 2] + [2] * 8 + [3] + [3] * 8 + [3, 3, 1, 3, 5, 1]

CASES = [
    Case("Kp by days", kp_daily, "read_kp", words(), {}),
    Case("Kp by three hours", kp_hours, "read_kp", words(), {}),
    Case("Kp, WDC form", kp_wdc, "read_kp", fixed(_WDC), {}, "pandas.read_fwf of the same bytes"),
    Case("GFZ by days", kp_daily, "read_gfz", words(), {}),
    Case("GFZ by three hours", kp_hours, "read_gfz", words(), {}),
    Case("GFZ, WDC form", kp_wdc, "read_gfz", fixed(_WDC), {}, "pandas.read_fwf of the same bytes"),
    Case("Hp30", hp30, "read_hpo", words(), {}),
    Case("OMNI 1 h", lambda size: omni(60, size), "read_omni", words(), {}),
    Case("OMNI 5 min", lambda size: omni(5, size), "read_omni", words(), {}),
    Case("Dst, exchange format", dst_wdc, "read_dst", fixed([3, 2, 2, 1, 2, 2, 1, 1, 2] + [4] * 26), {}, "pandas.read_fwf of the same bytes"),  # noqa: E501
    Case("IAGA-2002", iaga, "read_iaga2002", words(skip=6), {}),
    Case("SWPC DGD", dgd, "read_dgd", fixed([4, 3, 3] + [8, *[2] * 8] * 3, skiprows=2), {}, "pandas.read_fwf of the same bytes"),  # noqa: E501
    Case("CelesTrak CSV", celestrak, "read_space_weather", table(), {}),
    Case("station VTEC", vtec, "read_station_vtec", table(), {}),
    Case("station VTEC, long", vtec_long, "read_station_vtec", table(), {}),
    Case("CSES text, commas", lambda size: cses(",", size), "read_cses", table(), {}),
    Case("CSES text, blanks", lambda size: cses(" ", size), "read_cses", table(r"\s+"), {}),
    Case("VirES CSV", vires, "read_vires", table(), {}),
    Case("HAPI CSV", hapi, "read_hapi", table(skiprows=4, header=None), {}),
    Case("DIDBase", didbase, "read_didbase", words(), {}),
]  # fmt: skip
