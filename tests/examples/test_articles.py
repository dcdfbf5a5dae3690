"""The articles on folders in the layout of the missions' files: from folder to table by one command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from cdflib import cdfwrite

from skquake.datasets import make_catalog, make_kp, make_track

pytestmark = pytest.mark.slow

ARTICLES = Path(__file__).parents[2] / "examples" / "03_articles"
START = pd.Timestamp("2016-01-01")
CDF_EPOCH_1970_MS = 62_167_219_200_000


def write_catalog(folder, days):
    """USGS's columns, newest first."""
    catalog = make_catalog(
        START - pd.Timedelta(days=90), START + pd.Timedelta(days=days + 90), random_state=0
    )
    table = pd.DataFrame(
        {
            "time": catalog["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str[:-3] + "Z",
            "latitude": catalog["latitude"],
            "longitude": catalog["longitude"],
            "depth": catalog["depth_km"],
            "mag": catalog["magnitude"],
            "magType": "mw",
            "id": catalog.index,
            "updated": "2020-01-01T00:00:00.000Z",
            "type": "earthquake",
        }
    )
    (folder / "catalog").mkdir(parents=True)
    table.iloc[::-1].to_csv(folder / "catalog" / "all.csv", index=False)


def write_kp(folder, days):
    """GFZ's layout: a header, then a line a day."""
    kp = make_kp(START - pd.Timedelta(days=3), START + pd.Timedelta(days=days), random_state=0)
    lines = ["# header"]
    for day, values in kp.groupby(kp.index.normalize()):
        eight = " ".join(f"{value:6.3f}" for value in values)
        lines.append(
            f"{day:%Y %m %d} 34004 34004.5 2611 21  {eight}  4  6  4  4  4 12 22 27  12  50  100.0  100.0 2"
        )
    (folder / "indices").mkdir(parents=True)
    (folder / "indices" / "Kp_ap_Ap_SN_F107.txt").write_text("\n".join(lines) + "\n")


def write_cdf(path, kind, times, place, columns):
    file = cdfwrite.CDF(path, cdf_spec={"Compressed": 0}, delete=True)
    file.write_globalattrs({"File_Type": {0: kind}, "File_Version": {0: "0501"}})
    epoch = (times.astype("datetime64[ms]").astype("int64") + CDF_EPOCH_1970_MS).astype(float)
    base = {
        "Timestamp": epoch,
        "Latitude": place["latitude"].to_numpy(float),
        "Longitude": place["longitude"].to_numpy(float),
        "Radius": np.full(len(place), 6_831_200.0),
    }
    for name, values in (base | columns).items():
        kind = 31 if name == "Timestamp" else 11 if name.startswith("Flags") else 45
        unit = {"Ne": "cm-3", "Te": "K", "B_NEC": "nT", "F": "nT", "Radius": "m"}.get(name, "-")
        file.write_var(
            {
                "Variable": name,
                "Data_Type": kind,
                "Num_Elements": 1,
                "Rec_Vary": True,
                "Compress": 0,
                "Dim_Sizes": list(values.shape[1:]),
            },
            var_attrs={"UNITS": unit},
            var_data=values,
        )
    file.close()


def write_swarm(folder, days):
    """Density twice a second, field once; a day missing, a half day, a day without field."""
    track = make_track(
        "swarm", START, START + pd.Timedelta(days=days), side="night", fields=True, random_state=0
    ).frame
    (folder / "swarm").mkdir()
    for number, (day, frame) in enumerate(track.groupby(track["time"].dt.floor("D"))):
        if number == 10:
            continue
        frame = frame.iloc[: len(frame) // 2] if number == 15 else frame
        time, span = frame["time"].to_numpy(), f"{day:%Y%m%d}T000000_{day:%Y%m%d}T235959_0501"
        twice = frame.loc[np.repeat(frame.index, 2)]
        write_cdf(
            folder / "swarm" / f"SW_OPER_EFIA_LP_1B_{span}.cdf",
            "EFIA_LP_1B",
            np.sort(np.concatenate([time + np.timedelta64(197, "ms"), time + np.timedelta64(697, "ms")])),
            twice,
            {name: twice[name].to_numpy(float) for name in ("Ne", "Te")}
            | {"Flags_Ne": np.full(len(twice), 20, "uint8")},
        )
        if number == 20:
            continue
        write_cdf(
            folder / "swarm" / f"SW_OPER_MAGA_LR_1B_{span}.cdf",
            "MAGA_LR_1B",
            time,
            frame,
            {
                "F": np.full(len(frame), 4e4),
                "B_NEC": frame[["B_N", "B_E", "B_C"]].to_numpy(float),
                "Flags_B": np.zeros(len(frame), "uint8"),
                "Flags_F": np.ones(len(frame), "uint8"),
            },
        )


def half_orbits(frame):
    """The uninterrupted pieces of a track."""
    new = frame["time"].diff() > pd.Timedelta(seconds=60)
    return [piece for _, piece in frame.groupby(new.cumsum())]


def write_cses(folder, days):
    """A file a half orbit, every 3 s; some are missing."""
    track = make_track("cses", START, START + pd.Timedelta(days=days), side="night", random_state=0).frame
    (folder / "cses").mkdir()
    for number, piece in enumerate(half_orbits(track)):
        if number % 50 == 7:
            continue
        time = piece["time"].to_numpy().astype("datetime64[ms]")
        utc = np.array([int(text.translate(str.maketrans("", "", "-T:."))) for text in time.astype(str)])
        columns = {
            "GEO_LAT": piece["latitude"],
            "GEO_LON": piece["longitude"],
            "MAG_LAT": piece["latitude"],
            "MAG_LON": piece["longitude"],
            "ALTITUDE": np.full(len(piece), 507.0),
            "UTC_TIME": utc,
            "VERSE_TIME": (time - np.datetime64("2009-01-01", "ms")).astype("int64"),
            "A311": piece["Ne"] * 1e6,
            "A321": piece["Te"],
        }
        name = f"CSES_01_LAP_1_L02_A3_{number:06d}_{utc[0]}_{utc[-1]}_000.h5"
        with h5py.File(folder / "cses" / name, "w") as file:
            for column, values in columns.items():
                file[column] = np.asarray(values)[:, np.newaxis]
            file.attrs["ORBITNUM"], file.attrs["ORBITTYPE"] = np.bytes_(f"{number:06d}"), np.bytes_("1")


def write_demeter(folder, days):
    """Records of 289 bytes, every 2 s: another cadence than that of CSES."""
    track = make_track(
        "demeter", START, START + pd.Timedelta(days=days), side="night", cadence=2.0, random_state=1
    ).frame
    (folder / "demeter").mkdir()
    for number, piece in enumerate(half_orbits(track)):
        time, n = pd.DatetimeIndex(piece["time"]), len(piece)
        record = np.zeros((n, 289), "u1")
        date = [time.year, time.month, time.day, time.hour, time.minute, time.second]
        date += [time.microsecond // 1000, np.full(n, number), np.zeros(n)]
        record[:, 8:26] = np.stack(date, 1).astype(">i2").view("u1").reshape(n, 18)
        record[:, 26:34] = np.frombuffer(b"TOULOUSE", "u1")
        place = [piece["latitude"], piece["longitude"], np.full(n, 660.0), np.full(n, 22.5)]
        record[:, 38:54] = np.stack(place, 1).astype(">f4").view("u1").reshape(n, 16)
        record[:, 204:214] = np.frombuffer(b"ISL SURVEY", "u1")
        values = [piece["Ne"], piece["Ne"], piece["Te"], *np.zeros((3, n))]
        record[:, 265:] = np.stack(values, 1).astype(">f4").view("u1").reshape(n, 24)
        (folder / "demeter" / f"DMT_N1_1144_{number:06d}0.DAT").write_bytes(record.tobytes())


def run(article, *arguments):
    found = subprocess.run(
        [sys.executable, str(ARTICLES / article), "--quick", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    return found.stdout


def test_folder_of_swarm_files(tmp_path):
    days = 110
    write_catalog(tmp_path, days)
    write_kp(tmp_path, days)
    write_swarm(tmp_path, days)
    figures = tmp_path / "figures"
    told = run("plot_safenet.py", "--data", tmp_path, "--figures", figures, "--epochs", 2, "--datasets", "03")
    assert "108 days with density and field, 1 with one of them only" in told
    assert "SafeNet 03: days of the article 2014-04-01 to 2020-04-30, earthquakes of these" in told
    # These days are too few for the local time to return, and it is said.
    assert "no controls that keep the satellite's local time" in told
    assert "measured on your data: random controls" in told
    assert "measured on your data: controls matched in place only" in told
    for model in ("SafeNet", "RF", "location probe"):
        assert f"\n         {model} " in told or f"\n03       {model} " in told
    assert len(list(figures.glob("safenet_*.png"))) == 11


def test_folders_of_two_satellites_of_another_cadence(tmp_path):
    days = 120
    write_catalog(tmp_path, days)
    write_kp(tmp_path, days)
    write_cses(tmp_path, days)
    write_demeter(tmp_path, days)
    told = run("plot_seqnetquake.py", "--data", tmp_path, "--figures", tmp_path / "figures", "--epochs", 2)
    assert "the track has none of these: all its earthquakes" in told
    assert "measured on your data: matched controls" in told
    assert "Transfer to CSES" in told and "demeter    cses transferred" in told
    assert (tmp_path / "figures" / "seqnetquake_transfer.png").exists()
