"""Small files of VirES, CSES and DIDBase in the layouts that these publish, written from numbers."""

import json

import numpy as np
from _cdf2 import DOUBLE, EPOCH, INTEGER, TEXT, cdf2

VIRES_TIMES = np.datetime64("2016-01-01T00:28:00", "ms") + 1000 * np.arange(30)


def vires_variables(n=30, *, satellites="A", product="MAG", seed=0):
    """{name: (CDF type, values, unit)} of an export; of several satellites one after the other."""
    rng = np.random.default_rng(seed)
    m = n // len(satellites)
    out = {
        "Spacecraft": (TEXT, np.repeat(list(satellites), m), "-"),
        "Timestamp": (
            EPOCH,
            np.tile(VIRES_TIMES[:m].astype("int64") + 62_167_219_200_000.0, len(satellites)),
            "-",
        ),
        "Latitude": (DOUBLE, np.linspace(-80, 80, n).round(6), "deg"),
        "Longitude": (DOUBLE, np.linspace(-180, 180, n).round(6), "deg"),
        "Radius": (DOUBLE, np.full(n, 6_828_390.61), "m"),
    }
    if product == "MAG":
        field = rng.uniform(-4e4, 4e4, (n, 3)).round(4)
        out |= {
            "F": (DOUBLE, rng.uniform(2e4, 6e4, n).round(4), "nT"),
            "B_NEC": (DOUBLE, field, "nT"),
            "B_NEC_res_CHAOS": (DOUBLE, (field / 1000).round(4), "nT"),
            "B_VFM": (DOUBLE, field[:, ::-1].copy(), "nT"),
        }
        out["F"][1][1], out["B_NEC"][1][2] = 0.0, 0.0
    else:
        out |= {
            "Ne": (DOUBLE, rng.uniform(1e3, 1e6, n).round(1), "cm-3"),
            "Te": (DOUBLE, rng.uniform(-50, 4000, n).round(1), "K"),
            "MLT": (DOUBLE, rng.uniform(0, 24, n).round(3), "hour"),
        }
        out["Ne"][1][1], out["Te"][1][2] = 9.99999e9, 9.99999e9
    out["Flags_" + ("B" if product == "MAG" else "LP")] = (INTEGER, np.arange(n) % 4, "-")
    return out


def vires_cdf(variables=None, **options):
    about = {
        "CREATOR": "vires-3.0.0",
        "ORIGINAL_PRODUCT_NAMES": "SW_OPER_MAGA_LR_1B_20160101",
        "DATA_FILTERS": "Latitude:0,90",
    }
    return cdf2(variables or vires_variables(), about, **options)


def vires_csv(variables=None, *, time="iso", line="\r\n"):
    """As the service writes it; ``time``: "iso", "mjd2000" or "unix"."""
    variables = variables or vires_variables()
    ms = variables["Timestamp"][1] - 62_167_219_200_000.0
    columns = {}
    for name, (_, values, _) in variables.items():
        if values.ndim == 2:
            columns[name] = ["{" + ";".join(f"{v:.9g}" for v in row) + "}" for row in values]
        else:
            columns[name] = [str(v) if isinstance(v, str) else f"{v:.9g}" for v in values.tolist()]
    columns["Timestamp"] = {
        "iso": [f"{t}Z" for t in ms.astype("int64").astype("datetime64[ms]")],
        "mjd2000": [repr(float((t - 946_684_800_000) / 86_400_000)) for t in ms],
        "unix": [repr(float(t / 1000)) for t in ms],
    }[time]
    rows = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    return line.join(rows) + line


def vires_dataset(variables=None):
    """The xarray.Dataset that viresclient makes of an export."""
    import xarray as xr

    variables = variables or vires_variables()
    ms = variables["Timestamp"][1] - 62_167_219_200_000.0
    data, dims = {}, {"B_NEC": "NEC", "B_NEC_res_CHAOS": "NEC", "B_VFM": "VFM"}
    for name, (_, values, unit) in variables.items():
        if name == "Timestamp":
            continue
        values = values.astype(object) if name == "Spacecraft" else values
        data[name] = (
            ("Timestamp", dims[name]) if values.ndim == 2 else ("Timestamp",),
            values,
            {"units": unit},
        )
    coords = {
        "Timestamp": ms.astype("int64").astype("datetime64[ms]").astype("datetime64[ns]"),
    }
    if "B_NEC" in variables:
        coords["NEC"] = ["N", "E", "C"]
    attrs = {
        "Sources": ["SW_OPER_MAGA_LR_1B_20160101"],
        "MagneticModels": [],
        "AppliedFilters": ["Latitude:0,90"],
    }
    return xr.Dataset(data, coords, attrs)


def vires_small_netcdf(folder, engine="h5netcdf"):
    """Of few variables: HDF5 keeps more than eight in a tree, and crashes where that is damaged."""
    variables = vires_variables(product="LP")
    del variables["MLT"]
    return vires_netcdf(folder, variables, engine)


def vires_netcdf(folder, variables=None, engine="h5netcdf"):
    data = vires_dataset(variables)
    if engine == "scipy":  # the classic format has no lists of texts
        data.attrs = {"AppliedFilters": "Latitude:0,90"}
    data.to_netcdf(folder / "vires.nc", engine=engine)
    return (folder / "vires.nc").read_bytes()


DIDBASE_HEAD = """\
# Global Ionospheric Radio Observatory (GIRO)
# Tabulated Rapid Access Ionospheric Characteristics, Version 1.1
# Location: GEO ( 45.1 N   276.4 E ), URSI-Code AL945, ALPENA
# Instrument: Ionosonde, Model: DPS-4D
#
# Distance D for MUF calculations: 3000 km
# CS is Autoscaling Confidence Score (from 0 to 100, 999 if manual scaling, -1 if unknown)
# foF2 [MHz] - F2 layer critical frequency
# TEC [10^16 m^-2] - Total electron content
# All GIRO measurements are released under CC-BY-NC-SA 4.0 license
#
"""
DIDBASE_ROWS = (
    "2026-09-10T00:00:00.000Z  80  6.075 //  249.6 // 19.888 //  29.0 //",
    "2026-09-10T00:15:00.000Z  70  5.875 //  251.0 //    --- __    --- __",
    "2026-09-10T00:30:00.000Z  10  9.900 //  240.0 // 30.000 //   3.0 UF",
    "2026-09-10T00:45:00.000Z 999    --- //  252.0 //    --- __    --- __",
    "2026-09-10T01:00:00.000Z  -1  5.500 //  255.5 //    --- __    --- __",
)


def didbase(
    rows=DIDBASE_ROWS,
    head=DIDBASE_HEAD,
    names="Time                     CS   foF2 QD   hmF2 QD MUF(D) QD   TEC QD",
):
    """Text of DIDBase: the head, the names and rows of the service's answers."""
    return f"{head}#{names}\n" + "".join(row + "\n" for row in rows)


def cses_text(n=20, *, mark=",", product="LAP", head="", names=None, time="digits"):
    """A text export of CSES: the HDF5 file's names, then rows."""
    rng = np.random.default_rng(0)
    times = np.datetime64("2018-08-01T02:03:04", "ms") + 3000 * np.arange(n)
    columns = {
        "UTC_TIME": [str(t).translate(str.maketrans("", "", "-T:.")) for t in times],
        "VERSE_TIME": [str((t - np.datetime64("2009-01-01", "ms")).astype(int)) for t in times],
        "GEO_LAT": [f"{v:.4f}" for v in np.linspace(-60, 60, n)],
        "GEO_LON": [f"{v:.4f}" for v in np.linspace(170, 200, n)],
        "ALTITUDE": ["507.0"] * n,
    }
    if time == "iso":
        columns["UTC_TIME"] = [str(t) for t in times]
    if product == "LAP":
        columns["A311"] = [f"{v:.4e}" for v in rng.uniform(1e9, 1e11, n)]
        columns["A321"] = [f"{v:.1f}" for v in rng.uniform(800, 3000, n)]
        columns["A311"][2] = columns["A321"][3] = "-9999.0"
    else:
        columns |= {f"A22{k}": [f"{v:.3f}" for v in rng.uniform(-4e4, 4e4, n)] for k in (1, 2, 3)}
    columns["FLAG"] = ["1"] * n
    if names:
        columns = {ours: columns[theirs] for ours, theirs in names.items()}
    rows = [mark.join(columns), *(mark.join(row) for row in zip(*columns.values(), strict=True))]
    return head + "\n".join(rows) + "\n"


def hapi(rows=None, *, parameters=None, code=1200, message="OK", mark="#", **more):
    """An answer of a HAPI server; by default four hours of a scalar, a vector and a text."""
    time = {"name": "Time", "type": "isotime", "units": "UTC", "fill": None, "length": 24}
    parameters = parameters or [
        {"name": "DST", "type": "integer", "units": "nT", "fill": "99999"},
        {"name": "V", "type": "double", "units": ["km/s"] * 3, "fill": "-1.0E31", "size": [3]},
        {"name": "Note", "type": "string", "units": None, "fill": None, "length": 5},
    ]
    head = {
        "HAPI": "3.1", "status": {"code": code, "message": message}, "startDate": "1963-01-01Z",
        "stopDate": "2026-01-01Z", "parameters": [time, *parameters], "description": "OMNI", **more,
    }  # fmt: skip
    if rows is None:
        rows = [
            "2003-10-30T00:00:00.000Z,-151,-400.5,1.25,-1.0E31,a",
            '2003-10-30T01:00:00.000Z,99999,-410.5,2.25,7.5,"b,c"',
            "2003-10-30T02:00:00.000Z,-201,-420.5,3.25,8.5,d",
            "2003-10-30T03:00:00.000Z,-251,-1.0E31,-1.0E31,-1.0E31,",
        ]
    text = "".join(f"{mark}{line}\n" for line in json.dumps(head, indent=1).split("\n"))
    return text + "".join(row + "\n" for row in rows)
