"""Small files in the layouts of GNSS TEC: lines of sight of GPS-TEC (.Cmn), Madrigal's HDF5."""

import numpy as np

CMN_NAMES = "MJdatet\t\t Time\t\t PRN\t Az\t Ele\t Lat\t Lon\t Stec\t Vtec\t S4"


def gopi(n=4, *, station="Unknown_station", satellites=(1, 32), mjd=60835, names=CMN_NAMES, blank=0, s4=True):
    """A .Cmn file: ``n`` times 15 s apart for each satellite in turn, the first midnight written as -24."""
    lines = [f'{station},\t"C:\\Users\\me\\ac131600.25o"', "55.82190\t204.37759\t222.60003", names]
    for prn in satellites:
        for k in range(n):
            hour = k * 15 / 3600
            stec = 24.08 - 0.04 * k + prn
            row = (
                f"{mjd + hour / 24:.6f}\t{hour if k else -24.0:.6f}\t{prn:2d}\t{284.61 + 0.03 * k:.2f}"
                f"\t{42.80 + 0.11 * k:.2f}\t{56.491 - 0.001 * k:.3f}\t{198.888 + 0.02 * k:.3f}"
                f"\t{stec:.2f}\t{stec / 2:.2f}"
            )
            lines.append(row + "\t-99.000" * s4)
    gap = "\n" * (1 + blank)
    return gap.join(lines[:3]) + "\n" + "\n".join(lines[3:]) + "\n"


def gopi_times(n=4, mjd=60835):
    return np.datetime64("1858-11-17") + mjd * np.timedelta64(1, "D") + np.arange(n) * np.timedelta64(15, "s")


LOS = np.dtype(
    [*((name, "<i8") for name in ("year", "month", "day", "hour", "min", "sec", "recno", "kindat", "kinst")),
     *((name, "<f8") for name in ("ut1_unix", "ut2_unix", "pierce_alt")),
     ("gps_site", "S4"), ("sat_id", "<i8"), ("gnss_type", "S8"),
     *((name, "<f8") for name in ("gdlatr", "gdlonr", "los_tec", "dlos_tec", "tec", "azm", "elm", "gdlat",
                                  "glon", "rec_bias", "drec_bias"))]
)  # fmt: skip
"""Columns of los_*.h5 of version 6 (the dtype that h5py shows)."""


def _about(file, kind, parameters):
    """The two tables of metadata, with texts of fixed width as Madrigal writes them."""
    said = [("instrument", "World-wide GNSS Receiver Network"), ("kind of data file", kind)]
    said += [("status description", "Final")]
    file["Metadata/Experiment Parameters"] = np.array(said, dtype=[("name", "S128"), ("value", "S128")])
    columns = [("mnemonic", "S20"), ("description", "S60"), ("isError", "<i8"), ("units", "S10")]
    rows = [(name, "", 0, unit) for name, unit in parameters.items()]
    file["Metadata/Data Parameters"] = np.array(rows, dtype=columns)


def write_madrigal_los(
    path,
    n=6,
    *,
    sites=(b"0abi", b"abmf"),
    start="2024-01-01",
    drop=(),
    unit="tec",
    seed=0,
    chunks=None,
    **set_,
):
    """``n`` times 30 s apart of two satellites over each site; returns the records."""
    import h5py

    rng = np.random.default_rng(seed)
    rows = np.zeros(n * len(sites) * 2, dtype=LOS)
    k = np.arange(len(rows))
    times = np.datetime64(start, "s").astype("int64") + 30 * (k // (2 * len(sites)))
    place = {b"0abi": (68.354, 18.816), b"abmf": (16.262, -61.528), b"mizu": (39.135, 141.133)}
    rows["ut1_unix"], rows["ut2_unix"], rows["pierce_alt"] = times, times + 30, 350.0
    rows["gps_site"] = np.array(sites)[k // 2 % len(sites)]
    rows["sat_id"], rows["gnss_type"] = np.where(k % 2, 3, 7), np.where(k % 2, b"GLONASS ", b"GPS     ")
    rows["gdlatr"], rows["gdlonr"] = np.transpose([place[site] for site in rows["gps_site"]])
    rows["gdlat"], rows["glon"] = rows["gdlatr"] + 1.5, rows["gdlonr"] - 2.25
    rows["los_tec"] = rng.uniform(5, 60, len(k)).round(3)
    rows["tec"], rows["dlos_tec"] = (rows["los_tec"] / 2).round(3), 0.75
    rows["azm"], rows["elm"] = rng.uniform(-180, 180, len(k)).round(1), rng.uniform(10, 90, len(k)).round(1)
    rows["rec_bias"], rows["drec_bias"] = -12.5, 0.25
    for name, values in set_.items():
        rows[name] = values
    kept = rows[[name for name in LOS.names if name not in drop]]
    packed = np.empty(len(kept), dtype=[(name, LOS[name]) for name in kept.dtype.names])
    for name in packed.dtype.names:
        packed[name] = kept[name]
    with h5py.File(path, "w") as file:
        file.create_dataset("Data/Table Layout", data=packed, compression="gzip", chunks=chunks)
        _about(file, "Line of sight TEC data", {"LOS_TEC": unit, "TEC": "tec", "REC_BIAS": "TECu"})
    return rows


def write_madrigal_tec(
    path,
    n=3,
    *,
    latitudes=range(-2, 4),
    longitudes=range(-180, -175),
    start="2000-01-01",
    seed=0,
    array=True,
    unit="tec",
    chunks=True,
    **set_,
):
    """Maps 5 min apart, half of whose cells are missing; returns times, TEC (time, latitude, longitude)."""
    import h5py

    rng = np.random.default_rng(seed)
    north, east = np.array(latitudes, dtype="f8"), np.array(longitudes, dtype="f8")
    times = np.datetime64(start, "s").astype("f8") + 300.0 * np.arange(n)
    tec = rng.uniform(1, 80, (len(north), len(east), n)).round(2)
    tec[rng.random(tec.shape) < 0.5] = np.nan
    tec[0, 0, 0] = 32.0
    columns = [*((name, "<f8") for name in ("ut1_unix", "ut2_unix", "gdlat", "glon", "gdalt", "tec", "dtec"))]
    at = np.argwhere(np.isfinite(tec.transpose(2, 0, 1)))
    rows = np.empty(len(at), dtype=columns)
    rows["ut1_unix"], rows["ut2_unix"], rows["gdalt"] = times[at[:, 0]], times[at[:, 0]] + 300, 350.0
    rows["gdlat"], rows["glon"] = north[at[:, 1]], east[at[:, 2]]
    rows["tec"] = tec[at[:, 1], at[:, 2], at[:, 0]]
    rows["dtec"] = 0.5
    with h5py.File(path, "w") as file:
        file.create_dataset("Data/Table Layout", data=rows, compression="gzip")
        if array:
            group = file.create_group("Data/Array Layout")
            arrays = {"gdlat": north, "glon": east, "timestamps": times} | set_
            for name, values in arrays.items():
                group[name] = np.asarray(values)
            for name, values in (("tec", tec), ("dtec", np.where(np.isnan(tec), np.nan, 0.5))):
                group.create_dataset(f"2D Parameters/{name}", data=values, compression="gzip", chunks=chunks)
        _about(file, "TEC binned 1 degree by 1 degree by 5 min", {"TEC": unit, "DTEC": unit})
    return times.astype("int64").astype("datetime64[s]"), tec.transpose(2, 0, 1)
