"""Backgrounds: what they take away, what they leave of a planted effect, and what they may see."""

import numpy as np
import pandas as pd
import pytest
from PyIRI.sh_library import IRI_density_1day

from skquake.datasets import make_track
from skquake.preprocessing import IRIResidual, QuietBackground, RevisitResidual

IRI = IRIResidual(f107=100.0, altitude_km=507.0)
QUICK = {"harmonics": 1, "alpha": 1e-4}


@pytest.fixture(scope="module")
def worlds():
    """Nights of 80 days on tracks that return every 5 days, without and with 35 % more before earthquakes.

    log Ne is smooth in place and season; each pass has a level and a slope of its own; 15 earthquakes are
    preceded by a rise of 400 km (1/e half width) that grows over 3 days of 15.
    """
    rng = np.random.default_rng(5)
    n_passes, latitude = 1216, np.arange(-64.0, 64.1)
    start = pd.Timestamp("2019-02-01").value + (np.arange(n_passes) * 5 / 76 * 86_400e9).astype("int64")
    node = (160.0 - np.arange(n_passes) * 5 / 76 * 360.0 + 180.0) % 360.0 - 180.0
    time = start[:, None] + ((latitude + 64.0) * 15.6e9).astype("int64")
    longitude = (node[:, None] - latitude * 0.25 + 180.0) % 360.0 - 180.0
    latitude = np.broadcast_to(latitude, time.shape)
    phi, east, day = np.deg2rad(latitude), np.deg2rad(longitude), (time - time[0, 0]) / 86_400e9
    log = 4.6 + 0.4 * np.cos(2 * phi) + 0.2 * np.cos(phi) * np.sin(east) + 0.1 * np.cos(2 * east)
    log = log + 0.001 * day * np.sin(phi) + 0.1 * rng.normal(size=(n_passes, 1))
    log = log + 0.05 * rng.normal(size=(n_passes, 1)) * np.sin(2 * phi) + 0.02 * rng.normal(size=time.shape)
    planted = np.zeros(time.shape)
    places = rng.uniform(-45, 45, 15), rng.uniform(-180, 180, 15), rng.uniform(50, 80, 15)
    for at, to_east, when in zip(*places, strict=True):
        across = ((longitude - to_east + 180) % 360 - 180) * np.cos(np.deg2rad(at))
        strength = np.clip((day - when + 15) / 3, 0, 1) * (day <= when)
        planted += np.log10(1.35) * strength * np.exp(-((latitude - at) ** 2 + across**2) / 4.0**2)
    frame = pd.DataFrame(
        {"time": pd.to_datetime(time.ravel()), "latitude": latitude.ravel(), "longitude": longitude.ravel()}
    )
    planted = planted.ravel()
    one, other = (frame.assign(Ne=10.0 ** (log.ravel() + extra)) for extra in (0.0, planted))
    return one, other, planted


def kept(found, nothing, planted):
    """Share of a planted effect that is left, and what there is of a change elsewhere (r.m.s., dex)."""
    change = (found - nothing).to_numpy(dtype=float)
    known = np.isfinite(change)
    on, off = known & (planted > 0.02), known & (planted < 1e-4)
    assert on.sum() > 200
    return change[on] @ planted[on] / (planted[on] @ planted[on]), np.sqrt(np.mean(change[off] ** 2))


def test_iri_leaves_an_effect_whole(worlds):
    some = np.flatnonzero(worlds[2] > 0.02)[:300]
    some = np.concatenate([some, np.flatnonzero(worlds[2] == 0.0)[:300]])
    without, with_effect, planted = worlds[0].iloc[some], worlds[1].iloc[some], worlds[2][some]
    share, elsewhere = kept(*(IRI.fit_transform(w)["Ne_iri"] for w in (with_effect, without)), planted)
    assert abs(share - 1.0) < 1e-3 and elsewhere < 1e-5


def test_quiet_background_leaves_an_effect_whole(worlds):
    """It is learnt from rows of class 0: within 2 % where earthquakes are labelled, and nothing elsewhere."""
    without, with_effect, planted = (world[::4] for world in worlds)
    classes = np.where(planted > 1e-3, 1, 0)
    found = [
        QuietBackground(harmonics=1).fit(w, classes).transform(w)["Ne_quiet"] for w in (with_effect, without)
    ]  # fmt: skip
    share, elsewhere = kept(*found, planted)
    assert abs(share - 1.0) < 0.02 and elsewhere < 0.002


def test_revisits_leave_an_effect_whole(worlds):
    """Within 2 %, and a twentieth of its size elsewhere: some references have seen an effect themselves."""
    without, with_effect, planted = worlds
    found = [RevisitResidual().fit_transform(w)["Ne_revisit"] for w in (with_effect, without)]
    share, elsewhere = kept(*found, planted)
    assert abs(share - 1.0) < 0.02
    assert elsewhere < 0.05 * np.log10(1.35)


def test_recent_references_take_an_effect_away(worlds):
    without, with_effect, planted = worlds
    recent = RevisitResidual(n_passes=3, min_days=0.0)
    share, _ = kept(*(recent.fit_transform(w)["Ne_revisit"] for w in (with_effect, without)), planted)
    assert share < 0.8


def between_cells(values, frame):
    """Share of the variance that lies between cells of 10 by 30 degrees."""
    cell = (frame["latitude"] // 10) * 100 + frame["longitude"] // 30
    return values.groupby(cell).transform("mean").var() / values.var()


@pytest.mark.parametrize(
    "step", [QuietBackground(alpha=1e-4), RevisitResidual()], ids=lambda s: type(s).__name__
)
def test_place_says_little_of_what_is_left(worlds, step):
    left = step.fit(worlds[0]).transform(worlds[0]).dropna()
    before, after = (between_cells(v, left) for v in (np.log10(left["Ne"]), left.iloc[:, -1]))
    assert before > 0.8
    assert after < 0.06  # of 144 cells with 1,216 passes, by chance
    assert left.iloc[:, -1].std() < 0.16


def test_place_says_less_of_what_iri_leaves():
    """Of a simulated ionosphere, with other coefficients and heights: their difference is of places, too."""
    frame = make_track("cses", "2019-03-01", "2019-03-04", side="night", cadence=60.0, random_state=0).frame
    left = IRI.fit_transform(frame)
    before, after = (between_cells(v, left) for v in (np.log10(left["Ne"]), left["Ne_iri"]))
    assert after < before - 0.05


def test_iri_is_pyiris_at_the_flux_of_the_days_before():
    days = pd.date_range("2015-01-01", "2015-06-30", freq="D")
    flux = pd.Series(130.0 + 25.0 * np.sin(np.arange(len(days)) / 9.0), days)
    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(["2015-04-10 05:00", "2015-04-10 05:00"]),
            "latitude": [12.0, -33.0],
            "longitude": [100.0, -60.0],
            "altitude_km": [460.0, 460.0],
            "Ne": [3e5, 1e5],
        }
    )
    mean = flux["2015-01-19":"2015-04-09"].mean()  # 81 days, the last one over before the 10th
    place = np.array([100.0, -60.0]), np.array([12.0, -33.0]), np.array([460.0])
    direct = IRI_density_1day(2015, 4, 10, np.array([5.0]), *place, mean, old_output=False)[-1][0, 0]
    found = IRIResidual(f107=flux).fit_transform(frame)["Ne_iri"]
    np.testing.assert_allclose(found, np.log10(frame["Ne"] * 1e6 / direct), atol=np.log10(1.01))
    later = flux.where(flux.index < "2015-04-10", 900.0)  # of the day itself and after nothing is known
    pd.testing.assert_series_equal(IRIResidual(f107=later).fit_transform(frame)["Ne_iri"], found)
    frame.attrs["units"] = {"Ne": "m-3"}
    moved = IRIResidual(f107=flux).fit_transform(frame)["Ne_iri"]
    np.testing.assert_allclose(found - moved, 6.0, atol=1e-5)


def test_iri_of_electron_content():
    frame = pd.DataFrame(
        {"time": pd.date_range("2014-10-05", periods=24, freq="h"), "latitude": 30.0, "longitude": 110.0,
         "TEC": 20.0}
    )  # fmt: skip
    found = IRIResidual("TEC", f107=150.0, quantity="tec").fit_transform(frame)["TEC_iri"]
    assert found.idxmin() in range(4, 10) and -1.0 < found.min() < found.max() < 1.0


@pytest.mark.parametrize("step", [IRI, QuietBackground(**QUICK)], ids=lambda s: type(s).__name__)
def test_rows_stand_alone(worlds, step):
    frame = worlds[0].iloc[:600]
    whole = step.fit(frame).transform(frame)
    some = np.random.default_rng(0).permutation(600)[:200]
    np.testing.assert_allclose(
        step.transform(frame.iloc[some]).iloc[:, -1], whole.iloc[some, -1], atol=1e-5
    )  # fmt: skip


def test_quiet_background_learns_from_quiet_rows_alone(worlds):
    frame = worlds[0].iloc[:12000]
    classes = np.arange(len(frame)) % 3
    marred = frame.assign(Ne=frame["Ne"].where(classes == 0, frame["Ne"] * 10.0))
    one, other = (QuietBackground(**QUICK).fit(f, classes).coef_ for f in (frame, marred))
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - QuietBackground(**QUICK).fit(marred).coef_).max() > 0.01
    kp = pd.Series(1.0, pd.date_range("2019-01-28", "2019-05-01", freq="3h"))
    kp["2019-02-03":"2019-02-06"] = 6.0
    stormy = frame["time"].between("2019-02-03", "2019-02-07 12:00")
    marred = frame.assign(Ne=frame["Ne"].where(~stormy, frame["Ne"] * 3.0))
    of = QuietBackground(kp=kp, disturbed_hours=48, **QUICK)
    one, other = (of.fit(f).coef_ for f in (frame, marred.assign(Ne=marred["Ne"])))
    calm = frame[~frame["time"].between("2019-02-03", "2019-02-08 23:00")]
    assert of.n_quiet_ < len(frame)
    assert of.fit(calm).n_quiet_ == len(calm)


def test_quiet_background_knows_the_flux(worlds):
    frame = worlds[0].iloc[::20]
    flux = pd.Series(np.linspace(70.0, 210.0, 400), pd.date_range("2018-04-01", periods=400, freq="D"))
    level = np.interp(frame["time"].astype("int64"), flux.index.astype("int64"), flux)
    brighter = frame.assign(Ne=frame["Ne"] * 10.0 ** ((level - 100.0) / 50.0))
    plain, knowing = (
        QuietBackground(f107=f, **QUICK).fit(brighter).transform(brighter)["Ne_quiet"].std()
        for f in (None, flux)
    )
    assert knowing < plain + 1e-3
    with pytest.raises(ValueError, match="f107: no value in the days before 2019-02-01"):
        QuietBackground(f107=flux[-10:], **QUICK).fit(frame)


def brute(frame, row, step, direction):
    """The reference of one row, from the rows of earlier passes within half a degree of two nodes."""
    here = frame.iloc[row]
    nodes = np.floor(here["latitude"]) + np.array([0.0, 1.0])
    found = []
    for node in nodes:
        near = frame[np.round(frame["latitude"]) == node]
        passes = near.groupby("pass").agg(
            time=("time", lambda t: t.astype("int64").mean()), longitude=("longitude", "mean"),
            value=("log", "mean"), ascending=("ascending", "first"),
        )  # fmt: skip
        own = passes.loc[here["pass"]]
        age = (own["time"] - passes["time"]) / 86_400e9
        away = np.abs((passes["longitude"] - own["longitude"] + 180) % 360 - 180)
        fits = (age >= step.min_days) & (age <= step.max_days) & (passes["ascending"] == direction)
        fits &= away * 111.19 * np.cos(np.deg2rad(node)) <= step.distance_km
        last = passes[fits].sort_values("time")["value"].iloc[-step.n_passes :]
        found.append(np.median(last) if len(last) >= step.min_passes else np.nan)
    return found[0] + (here["latitude"] - nodes[0]) * (found[1] - found[0])


def test_revisits_by_hand(worlds):
    frame = worlds[0].iloc[: len(worlds[0]) // 3]
    step = RevisitResidual(n_passes=4, min_passes=2, min_days=4.0, max_days=30.0)
    found = step.fit_transform(frame)["Ne_revisit"]
    gap = frame["time"].diff() > pd.Timedelta("60s")
    frame = frame.assign(**{"pass": gap.cumsum(), "log": np.log10(frame["Ne"])})
    slope = frame.groupby("pass")["latitude"].transform("last") > frame.groupby("pass")["latitude"].transform(
        "first"
    )
    frame["ascending"] = slope
    rows = np.random.default_rng(1).choice(np.flatnonzero(found.notna() & (frame["latitude"].abs() < 55)), 5)
    for row in rows:
        expected = frame["log"][row] - brute(frame, row, step, bool(slope[row]))
        assert found[row] == pytest.approx(expected, abs=2e-5)


def test_revisits_see_the_past_alone(worlds):
    frame = worlds[0]
    step = RevisitResidual(min_days=0.0, min_passes=1)
    whole = step.fit_transform(frame)["Ne_revisit"]
    cut = len(frame) * 2 // 3
    later = frame["time"] > frame["time"].iloc[cut]
    changed = step.fit_transform(frame.assign(Ne=frame["Ne"].where(~later, 1e9)))["Ne_revisit"]
    np.testing.assert_array_equal(changed[~later], whole[~later])
    assert whole.iloc[:1000].isna().all()  # before there were passes
    own = step.fit_transform(frame.iloc[-300:])["Ne_revisit"]
    assert own.isna().all()  # a frame without a history


def test_disturbed_passes_are_no_reference(worlds):
    frame = worlds[0]
    kp = pd.Series(1.0, pd.date_range("2019-01-28", "2019-05-01", freq="3h"))
    kp["2019-03-10":"2019-03-20"] = 6.0
    stormy = frame["time"].between("2019-03-10", "2019-03-21 03:00")
    marred = frame.assign(Ne=frame["Ne"].where(~stormy, frame["Ne"] * 5.0))
    step = RevisitResidual(kp=kp, n_passes=20)
    one, other = (step.fit_transform(f)["Ne_revisit"][~stormy] for f in (frame, marred))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("step", "change", "message"),
    [
        (IRIResidual(f107=100.0), {}, "missing column.*altitude_km"),
        (IRIResidual(f107=100.0), {"altitude_km": 5e5}, "altitude_km 500000.0 in row 0"),
        (IRIResidual(f107=100.0, altitude_km=500.0, unit="TECU"), {}, "unit 'TECU' does not go with"),
        (IRI, {"time": pd.Timestamp("2045-01-01")}, "known from 1900 to 2029"),
        (IRI, {"latitude": 91.0}, "latitude 91.0 in row 0"),
        (IRI, {"Ne_iri": 0.0}, "has a column 'Ne_iri' already"),
        (IRIResidual(f107=-1.0), {}, "f107"),
        (QuietBackground(**QUICK), {"Ne": -1.0}, "0 of 100 rows are quiet"),
        (RevisitResidual(min_days=60.0), {}, "min_days=60.0 is not less than max_days"),
        (RevisitResidual(n_passes=2), {}, "min_passes=3 is more than n_passes=2"),
    ],
)
def test_bad_input(worlds, step, change, message):
    frame = worlds[0].iloc[:100].assign(**change)
    with pytest.raises(ValueError, match=message):
        step.fit(frame).transform(frame)


def test_classes_of_another_length(worlds):
    with pytest.raises(ValueError, match=r"y: one class a row, \(100,\)"):
        QuietBackground(**QUICK).fit(worlds[0].iloc[:100], [0, 1])
