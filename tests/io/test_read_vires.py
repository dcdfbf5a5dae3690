"""VirES exports: golden values, the three forms agree, several satellites, what is refused."""

import numpy as np
import pandas as pd
import pytest
from _cdf2 import DOUBLE
from _io_layouts import write_swarm, write_swarm_mag
from _satellite_layouts import VIRES_TIMES, vires_cdf, vires_csv, vires_dataset, vires_netcdf, vires_variables

from skquake.io import FormatError, read_swarm_lp, read_swarm_mag, read_vires


def test_real_exports(real_data):
    """The first rows by eye; the CSV file is the same export with fewer digits."""
    folder = real_data / "vires"
    csv, cdf = read_vires(folder / "*.csv"), read_vires(folder / "*.cdf")
    for frame in (csv, cdf):
        assert len(frame) == 192 and frame["time"][1] == pd.Timestamp("2016-01-01 00:28:10")
        row = frame.iloc[0]
        np.testing.assert_allclose(
            row[["latitude", "longitude", "altitude_km", "F", "B_N", "B_E", "B_C"]].tolist(),
            [0.1976098, -102.681841, 6828.39061 - 6371.2, 24630.6298, 23432.0698, 2929.1195, 7001.0706],
            rtol=1e-9,
        )
        assert frame.attrs["units"]["B_C"] == "nT" and frame.attrs["origin"] == "ESA Swarm A, VirES"
    pd.testing.assert_frame_equal(csv, cdf, rtol=1e-8)
    assert csv["F"].iloc[-1] == pytest.approx(float(_last_line(folder / "test_data_01.csv")[5]))
    assert "Latitude:0,90" in cdf.attrs["filters"] and cdf.attrs["products"][0].startswith("SW_OPER_MAGA")
    pd.testing.assert_frame_equal(cdf, read_swarm_mag(folder / "*.cdf"))


def _last_line(path):
    return path.read_text().split("\n")[-2].strip().split(",")


def written(folder, form, variables, **options):
    path = folder / f"export.{form}"
    if form == "csv":
        path.write_text(vires_csv(variables, **options), newline="")
    elif form == "cdf":
        path.write_bytes(vires_cdf(variables, **options))
    else:
        path.write_bytes(vires_netcdf(folder, variables, **options))
    return path


@pytest.mark.parametrize("product", ["MAG", "LP"])
@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("csv", {}), ("csv", {"time": "mjd2000"}), ("csv", {"time": "unix", "line": "\n"}), ("cdf", {}),
        ("cdf", {"compress": True}), ("cdf", {"whole": True}), ("nc", {}), ("nc", {"engine": "scipy"}),
    ],
)  # fmt: skip
def test_all_forms(tmp_path, form, options, product):
    variables = vires_variables(product=product)
    frame = read_vires(written(tmp_path, form, variables, **options))
    np.testing.assert_array_equal(frame["time"], VIRES_TIMES)
    assert frame["longitude"].iloc[-1] == -180 and frame.attrs["units"]["altitude_km"] == "km"
    values = {name: v for name, (_, v, _) in variables.items()}
    if product == "MAG":
        whole = np.setdiff1d(np.arange(30), [2])
        for k, letter in enumerate("NEC"):
            np.testing.assert_allclose(
                frame[f"B_{letter}"].to_numpy()[whole], values["B_NEC"][whole, k], rtol=1e-8
            )
            np.testing.assert_allclose(
                frame[f"B_{letter}_res_CHAOS"], values["B_NEC_res_CHAOS"][:, k], rtol=1e-8
            )
            np.testing.assert_allclose(frame[f"B_VFM_{k + 1}"], values["B_VFM"][:, k], rtol=1e-8)
        assert frame["B_N"].isna().sum() == 1 and np.isnan(frame["F"][1])
        assert frame["Flags_B"].tolist() == values["Flags_B"].tolist()
    else:
        assert np.isnan(frame["Ne"][1]) and np.isnan(frame["Te"][2]) and frame["Ne"].isna().sum() == 1
        np.testing.assert_allclose(frame["Te"].to_numpy()[3:], values["Te"][3:])
        assert list(frame)[4:] == ["Ne", "Te", "MLT", "Flags_LP"]
        assert frame.attrs["units"]["MLT"] == ("h" if form == "csv" else "hour")
    if form != "csv":
        assert frame.attrs["filters"] == ["Latitude:0,90"]


def test_frames_of_pandas(tmp_path):
    """``as_dataframe(expand=True).to_csv()``, and without ``expand``."""
    variables = vires_variables()
    ref = read_vires(written(tmp_path, "csv", variables))
    frame = pd.DataFrame({name: list(v) for name, (_, v, _) in variables.items() if name != "Timestamp"})
    frame.index = pd.DatetimeIndex(VIRES_TIMES, name="Timestamp")
    frame.to_csv(tmp_path / "short.csv")
    np.testing.assert_allclose(read_vires(tmp_path / "short.csv")["B_E"], ref["B_E"], rtol=1e-7)
    for name, letters in (("B_NEC", "NEC"), ("B_NEC_res_CHAOS", "NEC"), ("B_VFM", "ijk")):
        for k, letter in enumerate(letters):
            frame[f"{name}_{letter}"] = variables[name][1][:, k]
        del frame[name]
    frame.to_csv(tmp_path / "wide.csv")
    wide = read_vires(tmp_path / "wide.csv")
    assert {"B_N", "B_C_res_CHAOS", "B_VFM_i"} <= set(wide)
    pd.testing.assert_series_equal(wide["B_N"], ref["B_N"], rtol=1e-8)


@pytest.mark.parametrize("form", ["csv", "cdf", "nc"])
def test_several_satellites(tmp_path, form):
    variables = vires_variables(satellites="AB")
    variables["F"][1][15:] = np.nan  # B has no F
    path = written(tmp_path, form, variables)
    with pytest.raises(
        FormatError, match=r"several satellites \(A, B\) in one file; name one: satellite='A'"
    ):
        read_vires(path)
    with pytest.raises(FormatError, match="A, B; asked for 'C'"):
        read_vires(path, satellite="C")
    a, b = (read_vires(path, satellite=name) for name in "AB")
    assert len(a) == len(b) == 15 and "F" in a and "F" not in b and b.attrs["left_out"] == ["F"]
    assert b.attrs["origin"] == "ESA Swarm B, VirES"
    np.testing.assert_array_equal(b["latitude"], variables["Latitude"][1][15:])


def test_a_vector_that_a_satellite_does_not_have(tmp_path):
    """The service writes one nan for it."""
    lines = vires_csv(vires_variables(satellites="AB")).split("\r\n")
    at = lines[0].split(",").index("B_NEC")
    for k in range(1, 16):
        fields = lines[k].split(",")
        fields[at] = "nan"
        lines[k] = ",".join(fields)
    (tmp_path / "a.csv").write_text("\n".join(lines))
    assert "B_N" not in read_vires(tmp_path / "a.csv", satellite="A")
    assert read_vires(tmp_path / "a.csv", satellite="B")["B_N"].notna().all()


def test_files_that_touch(tmp_path):
    variables = vires_variables()
    first = written(tmp_path, "cdf", variables)
    later = {name: (kind, v.copy(), unit) for name, (kind, v, unit) in variables.items()}
    later["Timestamp"] = (*later["Timestamp"][:1], later["Timestamp"][1] + 20_000, "-")
    second = written(tmp_path, "csv", later)
    frame = read_vires([first, second])
    assert len(frame) == 50 and frame["time"].is_unique and frame["F"][20] == pytest.approx(later["F"][1][0])
    lp = tmp_path / "lp.cdf"
    lp.write_bytes(vires_cdf(vires_variables(product="LP")))
    with pytest.raises(FormatError, match=r"columns differ in \['B_C'.*read them apart"):
        read_vires([first, lp])
    other = tmp_path / "b.cdf"
    other.write_bytes(vires_cdf(vires_variables(satellites="B")))
    with pytest.raises(FormatError, match="satellite B after A"):
        read_vires([first, other])


def changed(name, values=None, unit=None, product="MAG"):
    variables = vires_variables(product=product)
    kind, old, its_unit = variables.get(name, (DOUBLE, np.zeros(30), ""))
    variables[name] = (kind, old if values is None else values, its_unit if unit is None else unit)
    return variables


@pytest.mark.parametrize(
    ("variables", "match"),
    [
        (changed("Radius", unit="km"), "variable Radius: unit 'km'; expected m"),
        (changed("Radius", np.full(30, 6828.39)), "altitude_km -6364.37 km is not between"),
        (changed("Ne", unit="nT", product="LP"), "unit 'nT'; expected one of cm-3"),
        (changed("F", unit="T"), "unit 'T'; expected nT"),
        (changed("Latitude", np.full(30, np.nan)), "record 0: no place"),
        (
            changed("Timestamp", vires_variables()["Timestamp"][1] // 5000 * 5000),
            "several different rows of one time",
        ),
        (changed("IAGA_code"), "variable IAGA_code: stations on the ground"),
    ],
)
def test_refused(tmp_path, variables, match):
    with pytest.raises(FormatError, match=match):
        read_vires(written(tmp_path, "cdf", variables))


def test_densities_in_other_units_and_under_both_names(tmp_path):
    variables = vires_variables(product="LP")
    ref = read_vires(written(tmp_path, "cdf", variables))
    metres = changed("Ne", unit="m-3", product="LP")
    np.testing.assert_allclose(read_vires(written(tmp_path, "cdf", metres))["Ne"][3:], ref["Ne"][3:] * 1e-6)
    both = variables | {"N_elec": (DOUBLE, np.arange(30.0), "cm-3")}
    frame = read_vires(written(tmp_path, "cdf", both))
    assert frame["N_elec"].tolist() == list(range(30)) and frame["Ne"].equals(ref["Ne"])
    del both["Ne"]
    assert read_vires(written(tmp_path, "cdf", both))["Ne"].tolist() == list(range(30))


def test_exact_repeats_count_once(tmp_path):
    text = vires_csv(line="\n")
    (tmp_path / "a.csv").write_text(text + text.split("\n")[-2] + "\n")
    assert len(read_vires(tmp_path / "a.csv")) == 30


def test_no_exports(tmp_path):
    write_swarm(tmp_path / "lp.cdf")
    with pytest.raises(FormatError, match=r"no export of VirES .* read_swarm_lp or read_swarm_mag"):
        read_vires(tmp_path / "lp.cdf")
    (tmp_path / "a.csv").write_text("Timestamp,Latitude,Longitude\n2016-01-01,1,2\n")
    with pytest.raises(FormatError, match="line 1: no column Radius; expected an export of VirES"):
        read_vires(tmp_path / "a.csv")
    text = vires_csv(line="\n")
    for old, new, match in (
        ("2016-01-01T00:28:00.000Z", "yesterday", "is no ISO 8601 date"),
        ("2016-01-01T00:28:00.000Z", "5e7", "neither a date|is no number"),
        ("{", "", "is no vector|has"),
        (";", ";1;", "has 4 numbers|B_NEC has"),
    ):
        (tmp_path / "a.csv").write_text(text.replace(old, new, 1))
        with pytest.raises(FormatError, match=match):
            read_vires(tmp_path / "a.csv")
    vires_dataset().rename(Timestamp="time").to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="no coordinate Timestamp"):
        read_vires(tmp_path / "a.nc")
    empty = {name: (kind, values[:0], unit) for name, (kind, values, unit) in vires_variables().items()}
    (tmp_path / "e.cdf").write_bytes(vires_cdf(empty))
    with pytest.raises(FormatError, match="no record: the request found no data"):
        read_vires(tmp_path / "e.cdf")


def test_readers_of_the_originals_take_exports_as_cdf(tmp_path):
    """``fetch_swarm`` keeps such files."""
    for product, reader in (("MAG", read_swarm_mag), ("LP", read_swarm_lp)):
        path = written(tmp_path, "cdf", vires_variables(product=product))
        frame = reader(path)
        pd.testing.assert_frame_equal(frame, read_vires(path)[list(frame)])


def test_a_number_that_is_none_does_not_leave_its_column_out(tmp_path):
    rows = [f"A,2016-01-01T00:28:{k}0Z,0.{k},-102.68,6828390.6,{ne}\n" for k, ne in enumerate(("1e5", "1x5"))]
    path = tmp_path / "a.csv"
    path.write_text("Spacecraft,Timestamp,Latitude,Longitude,Radius,Ne\n" + "".join(rows))
    with pytest.raises(FormatError, match="row 3: Ne '1x5' is no number"):
        read_vires(path)


def test_matrices_are_left_out(tmp_path):
    data = vires_dataset()
    data["QDBasis"] = (("Timestamp", "a", "b"), np.zeros((30, 2, 2)))
    data["label"] = (("Timestamp",), np.full(30, "x", dtype=object))
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert set(read_vires(tmp_path / "a.nc").attrs["left_out"]) == {"QDBasis", "label"}


def test_originals_are_not_confused(tmp_path):
    write_swarm_mag(tmp_path / "mag.cdf")
    with pytest.raises(FormatError, match="no export"):
        read_vires(tmp_path / "mag.cdf")
