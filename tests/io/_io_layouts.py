"""Small files in the layouts of the readers, written from numbers."""

import numpy as np

USGS_HEADER = (
    "time,latitude,longitude,depth,mag,magType,nst,gap,dmin,rms,net,id,updated,place,type,"
    "horizontalError,depthError,magError,magNst,status,locationSource,magSource"
)


def usgs_row(
    id="us1", time="2001-01-13T17:33:32.380Z", lat=13.049, lon=-88.66, depth=60, mag=7.7, kind="earthquake",
    updated="2016-11-10T01:32:53.651Z", place="10km S of Place, El Salvador",
):  # fmt: skip
    head = f"{time},{lat},{lon},{depth},{mag},mwc,63,62,,1.09,us,{id},{updated}"
    return f'{head},"{place}",{kind},,,,,reviewed,us,gcmt'


def usgs(*rows):
    return "\n".join([USGS_HEADER, *(rows or (usgs_row(),))]) + "\n"


def kp_daily(days=("2025 02 05",), values="1.000  1.667 -1.000  0.000  9.000  2.333  3.667  4.000", d=0):
    line = "{day} 34004 34004.5 2611 21  {values}  4  6 -1  0 400 12 22 27  -1  -1     -1.0     -1.0 {d}"
    return "# header\n" + "".join(line.format(day=day, values=values, d=d) + "\n" for day in days)


def dst_line(day="0501*01", values=None, base=0, century="20", version="2", marks="  X"):
    values = list(range(-1, -25, -1)) if values is None else values
    return f"DST{day}{marks}{version}{century}{base:4d}" + "".join(f"{v:4d}" for v in values) + "  -5\n"


SW_HEADER = (
    "DATE,BSRN,ND,KP1,KP2,KP3,KP4,KP5,KP6,KP7,KP8,KP_SUM,AP1,AP2,AP3,AP4,AP5,AP6,AP7,AP8,AP_AVG,CP,C9,ISN,"
    "F10.7_OBS,F10.7_ADJ,F10.7_DATA_TYPE,F10.7_OBS_CENTER81,F10.7_OBS_LAST81,F10.7_ADJ_CENTER81,F10.7_ADJ_LAST81"
)


def sw_days():
    """(date, kp, ap, f107, type) of one day of every type."""
    kp, ap = (47, 40, 90, 80, 77, 77, 87, 87), (39, 27, 400, 207, 179, 179, 300, 300)
    return [
        ("2003-10-29", kp, ap, 291.7, "OBS"),
        ("2003-10-30", kp[::-1], ap[::-1], 271.4, "INT"),
        ("2003-10-31", kp, ap, 250.0, "PRD"),
        ("2003-11-01", None, None, 240.0, "PRM"),
    ]


def sw_csv(days=None):
    lines = [SW_HEADER]
    for date, kp, ap, f107, kind in days or sw_days():
        kps = ",".join(map(str, kp)) + ",590" if kp else "," * 8
        aps = ",".join(map(str, ap)) + ",204,1.9,8" if ap else "," * 10
        lines.append(f"{date},2325,10,{kps},{aps},167,{f107},288.1,{kind},150.0,120.1,145.9,118.0")
    return "\r\n".join(lines) + "\r\n"


def sw_text(days=None):
    sections = {"OBSERVED": ("OBS", "INT"), "DAILY_PREDICTED": ("PRD",), "MONTHLY_PREDICTED": ("PRM",)}
    lines = ["DATATYPE CssiSpaceWeather", "VERSION 1.2", "UPDATED 2026 Aug 07 00:00:00 UTC", "# comment", "#"]
    for section, kinds in sections.items():
        chosen = [day for day in days or sw_days() if day[4] in kinds]
        lines += [f"NUM_{section}_POINTS {len(chosen)}", f"BEGIN {section}"]
        for date, kp, ap, f107, kind in chosen:
            year, month, day = map(int, date.split("-"))
            kps = "".join(f"{v:3d}" for v in kp) + " 590" if kp else " " * 28
            aps = "".join(f"{v:4d}" for v in ap) + " 204 1.9 8" if ap else " " * 42
            flag = {"OBS": " 0", "INT": " 4"}.get(kind, "  ")
            date = f"{year:4d} {month:02d} {day:02d}"
            lines.append(f"{date} 2325 10{kps}{aps} 167 288.1{flag} 145.9 118.0{f107:6.1f} 150.0 120.1")
        lines += [f"END {section}", ""]
    return "\n".join(lines) + "\n"


LONGITUDES = tuple(np.arange(-180.0, 181.0, 20.0))


def record(text, label):
    return f"{text:<60}{label:<20}"


def epoch_fields(epoch):
    """Six I6 fields; a tuple is taken as it is (for 24:00)."""
    if not isinstance(epoch, tuple):
        t = np.datetime64(epoch, "s").item()
        epoch = (t.year, t.month, t.day, t.hour, t.minute, t.second)
    return "".join(f"{v:6d}" for v in epoch)


def ionex_map(kind, k, epoch, values, lats, lons, *, inner=(), pad=""):
    lines = [
        record(f"{k:6d}", f"START OF {kind} MAP"),
        record(epoch_fields(epoch), "EPOCH OF CURRENT MAP"),
        *inner,
    ]
    step = lons[1] - lons[0]
    for lat, row in zip(lats, values, strict=True):
        head = f"  {lat:6.1f}{lons[0]:6.1f}{lons[-1]:6.1f}{step:6.1f}{450.0:6.1f}"
        lines.append(record(head, "LAT/LON1/LON2/DLON/H"))
        lines += ["".join(f"{v:5d}" for v in row[i : i + 16]) + pad for i in range(0, len(row), 16)]
    return lines + [record(f"{k:6d}", f"END OF {kind} MAP")]


def ionex(
    epochs, maps, *, lats=(10.0, 5.0, 0.0), lons=LONGITUDES, exponent=-1, declared=None,
    rms=True, heights=False, end=True, first=None, inner=(), pad="", program="centre", after_header=(),
):  # fmt: skip
    """Text of an IONEX file; ``maps`` (n, latitudes, longitudes) are the integers that stand in it."""
    n = len(maps) if declared is None else declared
    lines = [
        record(f"{'1.0':>8}{'':12}IONOSPHERE MAPS     GPS", "IONEX VERSION / TYPE"),
        record(program, "PGM / RUN BY / DATE"),
        record("a comment", "COMMENT"),
        record(epoch_fields(first or epochs[0]), "EPOCH OF FIRST MAP"),
        record(epoch_fields(epochs[-1]), "EPOCH OF LAST MAP"),
        record(f"{n:6d}", "# OF MAPS IN FILE"),
        record("     2", "MAP DIMENSION"),
        record("   450.0 450.0   0.0", "HGT1 / HGT2 / DHGT"),
        record(f"  {lats[0]:6.1f}{lats[-1]:6.1f}{lats[1] - lats[0]:6.1f}", "LAT1 / LAT2 / DLAT"),
        record(f"  {lons[0]:6.1f}{lons[-1]:6.1f}{lons[1] - lons[0]:6.1f}", "LON1 / LON2 / DLON"),
        *([] if exponent is None else [record(f"{exponent:6d}", "EXPONENT")]),
        *after_header,
        record("", "END OF HEADER"),
    ]
    for kind, wanted in (("TEC", True), ("RMS", rms), ("HEIGHT", heights)):
        for k, (epoch, values) in enumerate(zip(epochs, maps, strict=True), 1):
            if wanted:
                lines += ionex_map(
                    kind, k, epoch, values, lats, lons, inner=inner if kind == "TEC" else (), pad=pad
                )
    if end:
        lines.append(record("", "END OF FILE"))
    return "\n".join(lines) + "\n"


def tec_integers(n=2, lats=3, lons=19, seed=0):
    return np.random.default_rng(seed).integers(0, 1500, (n, lats, lons))


def write_cses(
    path, n=40, *, product="LAP", start="2018-08-01T02:03:04", seed=0, cadence_ms=3000, frame="NEC"
):
    """An HDF5 file in the layout of CSES level 2 products; returns what stands in it."""
    import h5py

    rng = np.random.default_rng(seed)
    times = np.datetime64(start, "ms") + cadence_ms * np.arange(n)
    utc = [int(str(t).translate(str.maketrans("", "", "-T:."))) for t in times]
    data = {
        "GEO_LAT": np.linspace(-60, 60, n),
        "GEO_LON": np.linspace(170, 200, n),
        "MAG_LAT": np.linspace(-58, 62, n),
        "MAG_LON": np.linspace(240, 270, n),
        "ALTITUDE": np.full(n, 507.0),
        "UTC_TIME": np.array(utc, dtype="int64"),
        "VERSE_TIME": (times - np.datetime64("2009-01-01", "ms")).astype("int64"),
    }
    if product == "LAP":
        data |= {"A311": rng.uniform(1e9, 1e11, n), "A321": rng.uniform(800, 3000, n)}
    elif product == "HPM":
        data |= {name: rng.uniform(-4e4, 4e4, n) for name in ("A221", "A222", "A223")}
    else:
        data["B_FGM"] = rng.uniform(-4e4, 4e4, (n, 3))
    with h5py.File(path, "w") as file:
        for name, values in data.items():
            set_ = file.create_dataset(name, data=values.reshape(n, -1))
            if name.startswith(("A22", "B_")) and frame:
                set_.attrs["Description"] = np.bytes_(f"magnetic field, {frame}")
            if name in ("A311", "A321"):
                set_.attrs["Units"] = {"A311": b"m^-3", "A321": b"K"}[name]
                set_.attrs["FillValue"] = -9999.0
                set_.attrs["ValidRange"] = {"A311": [1e8, 1e13], "A321": [500.0, 1e4]}[name]
        file.attrs["ORBITNUM"], file.attrs["ORBITTYPE"] = np.bytes_("009679"), np.bytes_("1")
    return times, data


ISL_RECORD = bytes.fromhex("472abcb1470cee3345435ae93f825a97bdf5c28ebdd910c5")


def isl_bytes(n=30, *, start="2004-08-11T15:57:36", orbit=585, mode=b"ISL SURVEY"):
    """Records in the layout of DEMETER's ISL level 1; the values are those of a published record."""
    out = bytearray()
    for i in range(n):
        t = (np.datetime64(start, "ms") + np.timedelta64(i, "s")).item()
        record = bytearray(289)
        date = [t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond // 1000, orbit, 1]
        record[8:26] = np.array(date, dtype=">i2").tobytes()
        record[26:34], record[204:214] = b"TOULOUSE", mode
        record[38:54] = np.array([-30.0 + i, 350.0, 710.0, 10.3], dtype=">f4").tobytes()
        record[265:] = ISL_RECORD
        out += record
    return bytes(out)


def write_swarm_mag(
    path, n=50, *, start="2014-05-01T00:00:00", satellite="A", version="0501", seed=0, drop=()
):
    """A CDF file in the layout of the Swarm magnetic field product; returns what stands in it."""
    from cdflib import cdfwrite

    rng = np.random.default_rng(seed)
    times = np.datetime64(start, "ms") + 1000 * np.arange(n)
    data = {
        "Timestamp": (times.astype("int64") + 62_167_219_200_000).astype(float),
        "Latitude": np.linspace(-80, 80, n),
        "Longitude": np.linspace(-180, 180, n),
        "Radius": np.full(n, 6_861_200.0),
        "F": rng.uniform(2e4, 6e4, n),
        "B_NEC": rng.uniform(-6e4, 6e4, (n, 3)),
        "Flags_F": np.ones(n, dtype="uint8"),
        "Flags_B": np.zeros(n, dtype="uint8"),
    }
    data["F"][1], data["B_NEC"][2], data["B_NEC"][3, 0] = 0.0, 0.0, 9.99999e9
    cdf = cdfwrite.CDF(path, cdf_spec={"Majority": "row_major", "Encoding": 6, "Compressed": 0}, delete=True)
    cdf.write_globalattrs({"File_Type": {0: f"MAG{satellite}_LR_1B"}, "File_Version": {0: version}})
    for name, values in data.items():
        if name in drop:
            continue
        kind = 31 if name == "Timestamp" else 11 if name.startswith("Flags") else 45
        spec = {"Variable": name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True,
                "Dim_Sizes": [3] if name == "B_NEC" else [], "Compress": 0}  # fmt: skip
        cdf.write_var(spec, var_attrs={"UNITS": "nT" if name in ("F", "B_NEC") else "-"}, var_data=values)
    cdf.close()
    return times, data


def write_swarm_tec(
    path, n=20, *, start="2014-05-01T00:00:00", satellite="A", version="0401", seed=0, unit="TECU", drop=(),
    **changed,
):  # fmt: skip
    """A CDF file in the layout of Swarm's TEC product, three GPS satellites a time; what stands in it."""
    from cdflib import cdfwrite

    rng = np.random.default_rng(seed)
    times = np.repeat(np.datetime64(start, "ms") + 10_000 * np.arange(n), 3)
    m = len(times)
    data = {
        "Timestamp": (times.astype("int64") + 62_167_219_200_000).astype(float),
        "Latitude": np.repeat(np.linspace(-80, 80, n), 3),
        "Longitude": np.repeat(np.linspace(-180, 180, n), 3),
        "Radius": np.full(m, 6_861_200.0),
        "GPS_Position": rng.uniform(-2e7, 2e7, (m, 3)),
        "LEO_Position": rng.uniform(-6e6, 6e6, (m, 3)),
        "PRN": np.tile([31, 2, 17], n).astype("uint16"),
        "Elevation_Angle": rng.uniform(20, 90, m),
    }
    data |= {name: rng.uniform(2e7, 3e7, m) for name in ("L1", "L2", "P1", "P2")}
    data |= {name: rng.uniform(10, 50, m) for name in ("S1", "S2")}
    tec = ("Absolute_STEC", "Relative_STEC", "Relative_STEC_RMS", "Absolute_VTEC", "DCB", "DCB_Error")
    data |= {name: rng.uniform(0, 60, m) for name in tec} | {"DCB": rng.uniform(-30, 30, m)}
    data["Absolute_STEC"][1], data["Absolute_VTEC"][2] = -1.25, np.nan
    data |= changed
    cdf = cdfwrite.CDF(path, cdf_spec={"Majority": "row_major", "Encoding": 6, "Compressed": 0}, delete=True)
    cdf.write_globalattrs({"File_Type": {0: f"TEC{satellite}TMS_2F"}, "File_Version": {0: version}})
    for name, values in data.items():
        if name in drop:
            continue
        kind = 31 if name == "Timestamp" else 12 if values.dtype == "uint16" else 45
        spec = {"Variable": name, "Data_Type": kind, "Num_Elements": 1, "Rec_Vary": True,
                "Dim_Sizes": [3] if name.endswith("Position") else [], "Compress": 0}  # fmt: skip
        cdf.write_var(spec, var_attrs={"UNITS": unit if name in tec else "-"}, var_data=values)
    cdf.close()
    return times, data


def write_swarm(
    path, n=50, *, start="2014-05-01T00:00:00", names=None, units="cm-3", satellite="A", version="0501",
    seed=0, compress=0, drop=(),
):  # fmt: skip
    """A CDF file in the layout of the Swarm Langmuir probe product; returns what stands in it."""
    from cdflib import cdfwrite

    rng = np.random.default_rng(seed)
    times = np.datetime64(start, "ms") + 500 * np.arange(n)
    data = {
        "Timestamp": (times.astype("int64") + 62_167_219_200_000).astype(float),
        "Latitude": np.linspace(-80, 80, n),
        "Longitude": np.linspace(-180, 180, n),
        "Radius": np.full(n, 6_861_200.0),
        "Ne": rng.uniform(1e3, 1e6, n),
        "Te": rng.uniform(-50, 4000, n),
        "Flags_LP": np.ones(n, dtype="uint8"),
        "Flags_Ne": np.full(n, 20, dtype="uint8"),
        "Flags_Te": np.full(n, 20, dtype="uint8"),
    }
    data["Ne"][1], data["Te"][2] = 9.99999e9, 9.99999e9
    cdf = cdfwrite.CDF(path, cdf_spec={"Majority": "row_major", "Encoding": 6, "Compressed": 0}, delete=True)
    cdf.write_globalattrs(
        {"File_Type": {0: f"EFI{satellite}_LP_1B"}, "File_Version": {0: version}, "Mission": {0: "Swarm"}}
    )
    for name, values in data.items():
        if name in drop:
            continue
        kind = 31 if name == "Timestamp" else 11 if name.startswith("Flags") else 45
        spec = {"Variable": (names or {}).get(name, name), "Data_Type": kind, "Num_Elements": 1,
                "Rec_Vary": True, "Dim_Sizes": [], "Compress": compress}  # fmt: skip
        cdf.write_var(spec, var_attrs={"UNITS": units if name == "Ne" else "-"}, var_data=values)
    cdf.close()
    return times, data


QUAKEML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<q:quakeml xmlns="http://quakeml.org/xmlns/bed/1.2" '
    'xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters publicID="smi:local/all">'
)


def quakeml(*events):
    """QuakeML 1.2 as text."""
    return QUAKEML + "".join(events) + "</eventParameters></q:quakeml>"


def quakeml_origin(name="o1", time="2001-01-13T17:33:32.38Z", latitude="13.049", longitude="-88.66", more=""):
    values = "".join(
        f"<{tag}><value>{value}</value></{tag}>"
        for tag, value in (("time", time), ("latitude", latitude), ("longitude", longitude))
        if value is not None
    )
    return f'<origin publicID="smi:local/{name}">{values}{more}</origin>'


def quakeml_magnitude(name="m1", value="7.7", kind="Mw"):
    value = f"<mag><value>{value}</value></mag><type>{kind}</type>"
    return f'<magnitude publicID="smi:local/{name}">{value}</magnitude>'


def quakeml_event(*parts, id="smi:local/e1", kind="earthquake", made="2001-02-01T00:00:00Z"):
    """An event of the parts given, or of one origin and one magnitude."""
    parts = parts or (quakeml_origin(), quakeml_magnitude())
    kind = f"<type>{kind}</type>" if kind else ""
    made = f"<creationInfo><agencyID>XY</agencyID><creationTime>{made}</creationTime></creationInfo>"
    return f'<event publicID="{id}">{kind}{made}{"".join(parts)}</event>'


def olr_values(
    n_days=4, latitudes=(5.0, 2.5, 0.0, -2.5), longitudes=(0.0, 90.0, 180.0, 270.0, 357.5), seed=0
):
    """Outgoing longwave radiation in steps of 0.01 W/m2, as (days, latitudes, longitudes)."""
    shape = n_days, len(latitudes), len(longitudes)
    return np.round(np.random.default_rng(seed).uniform(100.0, 350.0, shape), 2)


def write_olr(
    path, values, *, latitudes=(5.0, 2.5, 0.0, -2.5), longitudes=(0.0, 90.0, 180.0, 270.0, 357.5), times=None,
    time_units="hours since 1800-01-01 00:00:0.0", engine="h5netcdf", packed=True, attrs=(), calendar=None,
    order=("time", "lat", "lon"), name="olr", title="Daily Mean Interpolated OLR",
):  # fmt: skip
    """A NetCDF file in the layout of NOAA's interpolated OLR (packed) or its climate data record."""
    import xarray as xr

    times = 1528872.0 + 24.0 * np.arange(len(values)) if times is None else times
    stored, packing = np.asarray(values, dtype="float32"), {"_FillValue": np.float32(-9999.0)}
    stored = np.where(np.isnan(stored), packing["_FillValue"], stored)
    if packed:
        packing = {"scale_factor": np.float32(0.01), "add_offset": np.float32(327.65)}
        packing["missing_value"] = np.int16(32766)
        stored = np.where(np.isnan(values), 32766, np.round((np.asarray(values) - 327.65) / 0.01)).astype(
            "int16"
        )
    variable = xr.DataArray(
        stored, dims=("time", "lat", "lon"), attrs={"units": "W/m^2", **packing, **dict(attrs)}
    )
    about = {"units": time_units} | ({"calendar": calendar} if calendar else {})
    coords = {
        "time": ("time", np.asarray(times, dtype=float), about),
        "lat": ("lat", np.asarray(latitudes, dtype="float32"), {"units": "degrees_north"}),
        "lon": ("lon", np.asarray(longitudes, dtype="float32"), {"units": "degrees_east"}),
    }
    file = xr.Dataset({name: variable.transpose(*order)}, coords=coords, attrs={"title": title})
    encoding = {key: {"_FillValue": None} for key in file.variables}
    file.to_netcdf(path, engine=engine, encoding=encoding)
