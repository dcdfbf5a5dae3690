"""
The nights before one earthquake
================================

One pass of each night near the epicentre: where it flew, its density with a polynomial and what departs from
it, the field's components without their smooth part, and the spectra of these.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from scipy.interpolate import make_lsq_spline

from skquake.catalogs import dobrovolsky_radius

CASES = {
    "sumatra": {"time": "2016-03-02 12:49:48", "latitude": -4.952, "longitude": 94.330, "magnitude": 7.8},
    "ecuador": {"time": "2016-04-16 23:58:36", "latitude": 0.371, "longitude": -79.940, "magnitude": 7.8},
}
DAYS = 16
AXES = {"B_N": "X, north", "B_E": "Y, east", "B_C": "Z, center"}
WINDOW, STEP, LIMIT = 7.0, 1.4, 50.0  # degrees of latitude
KT, N_SIGMA = 2.5, 2.5
AP = [
    0,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    12,
    15,
    18,
    22,
    27,
    32,
    39,
    48,
    56,
    67,
    80,
    94,
    111,
    132,
    154,
    179,
    207,
    236,
    300,
    400,
]


def catalog(case):
    """The earthquake as a catalog of one row."""
    event = CASES[case] | {"depth_km": 20.0}
    return pd.DataFrame([event | {"time": pd.Timestamp(event["time"])}], index=[case])


def km(event, latitude, longitude):
    """Great-circle distance to the epicentre."""
    a, b = np.deg2rad(event.latitude), np.deg2rad(latitude)
    turn = np.deg2rad(np.asarray(longitude) - event.longitude)
    cosine = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(turn)
    return 6371.0 * np.arccos(np.clip(cosine, -1, 1))


def nights(track, event):
    """The pass of each night nearest to the epicentre, inside its Dobrovolsky radius; without the poles."""
    time = track.time.view("datetime64[ns]")
    local = track.local_time()
    near = (time >= event.time - pd.Timedelta(days=DAYS)) & (time < event.time)
    near &= (local >= 18) | (local < 6)
    rows = np.flatnonzero(near)
    distance = km(event, track.latitude[rows], track.longitude[rows])
    inside = distance <= dobrovolsky_radius(event.magnitude)
    found = pd.DataFrame({"pass": track.pass_id[rows], "km": distance, "day": time[rows]})[inside]
    # A night lasts from local noon to local noon at the epicentre.
    noon = found["day"] + pd.Timedelta(hours=event.longitude / 15.0 - 12.0)
    found = found.assign(night=noon.dt.floor("D")).sort_values("km").drop_duplicates("night")
    for night, pass_id in found.sort_values("night")[["night", "pass"]].itertuples(index=False):
        here = np.flatnonzero((track.pass_id == pass_id) & (np.abs(track.latitude) <= LIMIT))
        frame = pd.DataFrame(track.values[here], columns=track.channels)
        frame["time"], frame["local"] = time[here], local[here]
        frame["latitude"], frame["longitude"] = track.latitude[here], track.longitude[here]
        yield night, frame.sort_values("latitude", ignore_index=True)


def nelog(latitude, density, degree=10):
    """Fit of log10 Ne along the pass, and where it departs by more than ``N_SIGMA`` deviations."""
    good = np.isfinite(density) & (density > 0)
    log = np.where(good, np.log10(np.where(good, density, 1.0)), np.nan)
    fit = np.polynomial.Chebyshev.fit(latitude[good], log[good], degree)(latitude)
    residual = log - fit
    return log, fit, np.abs(residual) > N_SIGMA * np.nanstd(residual)


def mass(values, knots=20):
    """First differences along the pass, without a cubic spline."""
    difference = np.diff(values)
    x = np.arange(len(difference), dtype=float)
    inner = np.linspace(x[0], x[-1], knots)[1:-1]
    t = np.r_[[x[0]] * 4, inner, [x[-1]] * 4]
    return difference - make_lsq_spline(x, difference, t)(x)


def anomalous(latitude, residual):
    """Windows of latitude whose root mean square stands out from that of the pass."""
    whole = np.sqrt(np.mean(residual**2))
    for south in np.arange(-LIMIT, LIMIT - WINDOW + 1e-9, STEP):
        here = (latitude >= south) & (latitude < south + WINDOW)
        if here.sum() > 10 and np.sqrt(np.mean(residual[here] ** 2)) > KT * whole:
            yield south, south + WINDOW


def panel(event, night, frame, indices):
    """One night's figure."""
    figure, axes = plt.subplot_mosaic(
        "ABCH;DEFG", figsize=(15, 7), layout="constrained", width_ratios=[1, 1, 1, 1.15]
    )
    latitude = frame["latitude"].to_numpy()
    radius = np.degrees(dobrovolsky_radius(event.magnitude) / 6371.0)
    step = np.median(np.abs(np.diff(frame["time"].to_numpy()).astype(float))) / 1e9
    flagged = 0
    for (channel, name), top, below in zip(AXES.items(), "ABC", "DEF", strict=True):
        whole = frame[channel].notna().to_numpy()
        flagged = max(flagged, int((~whole).sum()))
        residual, at = mass(frame[channel].to_numpy(dtype=float)[whole]), latitude[whole][1:]
        for south, north in anomalous(at, residual):
            axes[below].axvspan(south, north, color="#D55E00", alpha=0.2, lw=0)
        axes[below].plot(at, residual, lw=0.6, color="black")
        axes[below].axvline(event.latitude, color="#009E73", lw=1)
        axes[below].set(xlabel="latitude (deg)", ylabel="nT", title=f"{name}: residual", xlim=(-LIMIT, LIMIT))
        power = np.abs(np.fft.rfft(residual)) / len(residual)
        axes[top].plot(np.fft.rfftfreq(len(residual), step)[1:], power[1:], lw=0.6, color="black")
        axes[top].set(xlabel="frequency (Hz)", ylabel="nT", title=f"{name}: spectrum")
    log, fit, outlier = nelog(latitude, frame["Ne"].to_numpy(dtype=float))
    axes["G"].plot(latitude, log, ".", ms=1.5, color="black")
    axes["G"].plot(latitude, fit, color="#D55E00", lw=1)
    axes["G"].plot(latitude[outlier], log[outlier], "*", color="#0072B2", ms=6)
    axes["G"].axvline(event.latitude, color="#009E73", lw=1)
    axes["G"].set(xlabel="latitude (deg)", ylabel="log$_{10}$ Ne (cm$^{-3}$)", xlim=(-LIMIT, LIMIT))
    axes["G"].set_title(f"Ne, {outlier.sum()} beyond {N_SIGMA} σ")
    turn = np.deg2rad(np.linspace(0, 360, 100))
    east = event.longitude + radius * np.cos(turn) / np.cos(np.deg2rad(event.latitude))
    axes["H"].fill(east, event.latitude + radius * np.sin(turn), color="#F0E442", alpha=0.5, lw=0)
    # Longitudes near the epicentre's, so that no line crosses the map.
    near = event.longitude + (frame["longitude"] - event.longitude + 180.0) % 360.0 - 180.0
    axes["H"].plot(near, latitude, ".", ms=1, color="black")
    axes["H"].plot(event.longitude, event.latitude, "*", color="#009E73", ms=14)
    axes["H"].set(
        xlabel="longitude (deg)", ylabel="latitude (deg)", ylim=(-60, 60),
        xlim=(event.longitude - 60, event.longitude + 60), title=f"M {event.magnitude}, Dobrovolsky area",
    )  # fmt: skip
    axes["H"].grid(alpha=0.25, lw=0.5)
    middle = frame.iloc[(frame["latitude"] - event.latitude).abs().argmin()]
    days = (event.time - middle["time"]) / pd.Timedelta(days=1)
    figure.suptitle(
        f"{middle['time']:%Y-%m-%d %H:%M} UT, {middle['local']:.1f} h local time, {days:.1f} days before"
        f" | {indices(middle['time'])} | {flagged} of {len(frame)} samples without a field"
    )
    return figure


def indices_of(kp, dst=None):
    """A function of time: Dst and ap in words."""

    def text(time):
        third = round(3.0 * float(kp.asof(time)))
        words = f"ap {AP[third]} nT"
        return words + (f", Dst {dst.asof(time):.0f} nT" if dst is not None else ", Dst unknown")

    return text


def draw(case, track, indices, folder):
    """All nights of a case: one PDF, and a picture of each."""
    event = catalog(case).reset_index(names="id").iloc[0]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with PdfPages(folder / f"case_{case}.pdf") as pdf:
        for night, frame in nights(track, event):
            figure = panel(event, night, frame, indices)
            pdf.savefig(figure)
            written.append(folder / f"case_{case}_{night:%Y-%m-%d}.png")
            figure.savefig(written[-1], dpi=110)
            plt.close(figure)
    return written
