"""Small files of indices in the layouts of their readers."""

import json

import numpy as np

# Fill and typical values of the 57 words of an hourly OMNI record, by the widths of its format.
OMNI_HOUR = (
    "2272 71 71  15  15   7.5   6.2   9.0 156.0  -5.6   2.5   1.0   2.2   1.6   0.6   3.5   1.6   1.5"
    "   2.7  324194.   2.9  675.   0.9  -4.0 9.999  2.64   41773.   0.3   13.   1.3   1.7 9.999  -1.0"
    "8   0.97   7.7 53  71   -45  517 999999.99 99999.99 99999.99 99999.99 99999.99 99999.99  0  56 1"
    "25.6   3.7  -279   238  5.7 0.007890 0.0203"
)
OMNI_FIVE = (
    " 71 71  10   5 100   2876    123  0.10   -60    5.38   -3.10    2.00   -3.90    2.59   -3.54    "
    "0.21    0.82   435.1  -434.6    17.7     8.9   4.32   98765.  1.64   1.54   1.05   9.7  240.11  "
    "-24.45   18.80   13.20   -0.70    1.20   312  -250    62    -1   -31    14    27   1.22  6.1   9"
    "9999.99     0.31     0.22"
)


def omni(n=3, kind="1 h", day=1, year=2000):
    """An OMNI file of ``n`` records."""
    lines = []
    for k in range(n):
        if kind == "1 h":
            lines.append(f"{year:4d}{day + k // 24:4d}{k % 24:3d} {OMNI_HOUR}")
        else:
            step = 5 if kind == "5 min" else 1
            words = OMNI_FIVE if kind == "5 min" else OMNI_FIVE[: -3 * 9]
            minutes = step * k
            lines.append(f"{year:4d}{day:4d}{minutes // 60:3d}{minutes % 60:3d}{words}")
    return "\n".join(lines) + "\n"


def hpo(n=4, minutes=30, day="2025-07-17", hp=None, header=True):
    """A GFZ file of Hp30 or Hp60."""
    start = np.datetime64(day)
    step = minutes / 60
    lines = (
        [f"# PURPOSE: This file distributes the Hp{minutes} index and ap{minutes} index\n"] if header else []
    )
    for k in range(n):
        hour = step * k
        days = (start - np.datetime64("1932-01-01")).astype(int) + hour / 24
        value, ap = (hp or [(2.333, 9), (1.333, 5), (-1.0, -1), (9.667, 432)])[k % 4]
        date = str(start).replace("-", " ")
        lines.append(
            f"{date} {hour:04.1f} {hour + step / 2:05.2f} {days:11.5f} {days + step / 48:11.5f}"
            f" {value:6.3f} {ap:4d} 0\n"
        )
    return "".join(lines)


def gfz_day(date="2025 01 07", flag=0, sn=132, f107=167.7):
    """A day of GFZ's daily text whose ap belong to its Kp."""
    kp = " 2.333  3.000  2.667 -1.000  2.333  3.333  9.000  0.000"
    ap = "   9   15   12   -1    9   18  400    0"
    return f"{date} 33975 33975.5 2610 19 {kp} {ap}    66 {sn:3d}    {f107:5.1f}    162.2 {flag}\n"


def wdc_kp(tail="110.63132167.70"):
    """Three days of Kp in WDC form."""
    days = [("250107", 19), ("250108", 20), ("250109", 21)]
    body = "2330272723332320197  9 15 12 12  9 18  9  7 "
    return "".join(f"{date}2610{day:2d}{body}{tail}\n" for date, day in days)


def gfz_json(index="Kp", values=(2.333, 3.0, None), start="2025-01-07", hours=3, status="def", **more):
    """GFZ's JSON of one index."""
    times = np.datetime64(start, "m") + np.timedelta64(int(60 * hours), "m") * np.arange(len(values))
    content = {index: list(values), "datetime": [f"{t}:00Z" for t in times]}
    if status:
        content["status"] = [status] * len(values)
    return json.dumps(content | {"meta": {"license": "CC BY 4.0"}} | more)


DGD_HEAD = (
    ":Product: Daily Geomagnetic Data     2013_DGD.txt\n:Issued: 2130 UT 07 Jan 2014\n#\n"
    "#                Middle Latitude        High Latitude            Estimated\n"
    "#              - Fredericksburg -     ---- College ----      --- Planetary ---\n"
    "#  Date        A     K-indices        A     K-indices        A     K-indices\n"
)


def dgd(*lines):
    """SWPC's daily geomagnetic data."""
    lines = lines or (
        "2013 01 05     1  0 1 1 0 0-1-1-1     0  0 0 0 0 0 0 0 0     3  0 1 1 0 1 0 1 0",
        "2013 01 06     6 -1-1-1-1-1 2 2 1     0  0 0 0 0 0 0 0 0     3  0 0 0 0 1 1 2 1",
    )
    return DGD_HEAD + "".join(line + "\n" for line in lines)


def swpc_kp():
    """SWPC's JSON of the planetary K index, in the form of a list with a header."""
    rows = [["2026-03-08 00:00:00.000", "4.67", "39", "8"], ["2026-03-08 03:00:00.000", "2.33", "9", "8"]]
    return json.dumps([["time_tag", "Kp", "a_running", "station_count"], *rows])


def monthly_dst(days=28, version="FINAL", month="FEBRUARY", year=2021, values=None, gap=" "):
    """Kyoto's monthly table of Dst; ``values`` maps a day to its 24 numbers."""
    lines = [
        f"{'':16}WDC for Geomagnetism, Kyoto",
        f"{'':14}Hourly Equatorial Dst Values ({version})",
        f"{'':20}{month}   {year}",
        f"unit=nT{'':80}UT",
        "    " + "".join(f"{hour:4d}" + (gap if hour in (8, 16) else "") for hour in range(1, 25)),
        "DAY",
    ]
    for day in range(1, days + 1):
        hours = (values or {}).get(day, [-day - hour for hour in range(24)])
        row = "".join(f"{v:4d}" + (gap if k in (7, 15) else "") for k, v in enumerate(hours))
        lines.append(f"{day:2d} {row}")
    return "\n".join(lines) + "\n"


def dst_page(**options):
    """The page that shows the monthly table."""
    table = monthly_dst(**options)
    return (
        "<!DOCTYPE html>\n<html><head><title>Dst</title></head><body>\n<!-- begin -->\n"
        f'<pre class="data">\n<!-- ^^^^^ E yyyymm_part2.html ^^^^^ -->\n{table}'
        "<!-- vvvvv S yyyymm_part3.html vvvvv -->\n"
        "</pre>\n<p>Copyright &copy; WDC</p></body></html>\n"
    )


def iaga_head(pairs):
    return "".join(f" {name:<23}{value:<45}|\n" for name, value in pairs)


def iaga(rows=None, components="HDZF", code="BOU", kind="variation", reported=None, source="USGS"):
    """An IAGA-2002 file of an observatory."""
    rows = rows or [
        ("2013-09-01 00:00:00.000 244", (21516.28, -29.03, 47809.92, 52533.39)),
        ("2013-09-01 00:01:00.000 244", (21516.55, -29.09, 47809.75, 88888.0)),
        ("2013-09-01 00:02:00.000 244", (99999.0, -29.14, 47809.53, 52533.28)),
    ]
    head = iaga_head(
        [
            ("Format", "IAGA-2002"), ("Source of Data", source), ("Station Name", "Boulder"),
            ("IAGA CODE", code), ("Geodetic Latitude", "40.137"), ("Geodetic Longitude", "254.764"),
            ("Elevation", "1682"), ("Reported", reported or components), ("Sensor Orientation", "HDZ"),
            ("Digital Sampling", "0.01 second"), ("Data Interval Type", "filtered 1-minute (00:15-01:45)"),
            ("Data Type", kind), ("# DECBAS", "5527    (Baseline declination value in"),
        ]
    )  # fmt: skip
    columns = "      ".join(f"{code}{name}" for name in components)
    lines = [f"{when}    " + "".join(f"{v:10.2f}" for v in values) + "\n" for when, values in rows]
    return head + f"DATE       TIME         DOY     {columns}   |\n" + "".join(lines)


def iaga_dst(minute="00", kind="Final", hours=48):
    """Dst in IAGA-2002 form, of two days of March 2015."""
    head = iaga_head(
        [
            ("Format", "IAGA-2002"), ("Source of Data", "WDC for Geomagnetism, Kyoto"), ("Station Name", "-"),
            ("IAGA CODE", "DST"), ("Reported", "DST"), ("Data Interval Type", "1-hour"), ("Data Type", kind),
        ]
    )  # fmt: skip
    lines = ["DATE       TIME         DOY     DST                                       |\n"]
    for hour in range(hours):
        value = 99999.0 if hour == 5 else -10.0 - hour
        lines.append(
            f"2015-03-{17 + hour // 24} {hour % 24:02d}:{minute}:00.000 {76 + hour // 24:03d}"
            f"    {value:10.2f}\n"
        )
    return head + "".join(lines)
