"""How often bounds of TEC flag noise, simulated TEC without any anomaly, and planted anomalies.

Usage: ``python benchmarks/bench_tec_rates.py [--quick] [--seeds N] [--days D]``.

First independent Gaussian noise with 15 reference values: the flagged rate and its 95 % interval beside the
rate expected; then errors that remember the last one. Then simulated TEC at five stations around Hutubi,
with storms: what each style of bounds, and the bounds of the errors of each forecast, flags without any
anomaly (quiet times apart), and what it flags of anomalies of two days planted every 30 days: the share of
their hours at full strength that is flagged with the right sign, beside that of hours without; the share of
anomalies with at least one such hour at XJSH, beside that of as long spans a week earlier; and the area
under the ROC curve of the distance from the center (0.5: chance), which does not depend on the width of the
bounds.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from _harness import show, table
from scipy.signal import lfilter
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from skquake.datasets import make_kp, make_tec
from skquake.forecasting import (
    PersistenceForecaster,
    RecurrenceForecaster,
    RunningMedianForecaster,
    TECAnomalyDetector,
    WalkForwardForecaster,
    YesterdayForecaster,
)
from skquake.preprocessing import IQRBounds, RollingSigmaBounds

STATIONS = pd.DataFrame(
    {"latitude": [44.2, 42.9, 44.3, 41.7, 45.6], "longitude": [86.1, 86.7, 84.8, 86.1, 84.9]},
    index=["XJSH", "XJWL", "XJDS", "XJKE", "XJKL"],
)
SAME_HOUR = RollingSigmaBounds(days=15, same_hour=True)
STYLES = {
    "iqr": (IQRBounds(style="iqr"), 0.114),
    "sigma": (IQRBounds(style="sigma"), 0.075),
    "quartile": (IQRBounds(style="quartile"), 0.39),
    "mean -+ 2 sigma": (SAME_HOUR, 0.073),
}
FORECASTS = {
    "persistence": PersistenceForecaster(),
    "yesterday": YesterdayForecaster(),
    "15-day median": RunningMedianForecaster(),
    "27-day recurrence": RecurrenceForecaster(),
    "ridge, 2 days -> 4 h": WalkForwardForecaster(Ridge(), n_in=24, n_out=2),
    "ridge, 2 days -> 24 h": WalkForwardForecaster(Ridge(), n_in=24, n_out=12),
}
DAYS = (-2.5, 0.0)  # full strength for the last two
TRAIN = 90  # days for the forecasters that learn


def noise(seed, days):
    """Flagged rate of Gaussian noise, style by style."""
    index = pd.date_range("2001-01-01", periods=12 * days, freq="2h")
    X = pd.DataFrame(np.random.default_rng(seed).normal(size=(len(index), 5)), index)
    for style, (bounds, said) in STYLES.items():
        rate = TECAnomalyDetector(None, bounds).fit(X).detect(X).rate()
        yield {"seed": seed, "style": style, "said": said, **rate}


def memory(days, seed=987):
    """Flagged rate of AR(1) errors, a value every two hours, by what each remembers of the last."""
    rng, index = np.random.default_rng(seed), pd.date_range("2001-01-01", periods=12 * days, freq="2h")
    styles = {style: bounds for style, (bounds, _) in STYLES.items()}
    styles["mean -+ 2 sigma, all hours"] = RollingSigmaBounds()
    rows = {}
    for phi in (0.0, 0.9, 0.97):
        kicks = rng.standard_normal((len(index), 8)) * np.sqrt(1.0 - phi**2)
        kicks[0] /= np.sqrt(1.0 - phi**2)
        X = pd.DataFrame(lfilter([1.0], [1.0, -phi], kicks, axis=0), index)
        rows[phi] = {style: bounds.fit(X).detect(X).flagged_rate for style, bounds in styles.items()}
    expected = {style: bounds.fit(X).detect(X).expected_rate for style, bounds in styles.items()}
    return pd.DataFrame({"independent, expected": expected, **rows}).rename_axis("style").round(4)


def detectors():
    for style, (bounds, _) in STYLES.items():
        yield f"series: {style}", TECAnomalyDetector(None, bounds)
    for name, forecaster in FORECASTS.items():
        yield f"errors of {name}", TECAnomalyDetector(forecaster, SAME_HOUR)


def simulation(seed, days, effects):
    """Rates without anomalies and detection of planted ones, detector by detector."""
    start = pd.Timestamp("2001-01-01")
    end = start + pd.Timedelta(days=days)
    kp = make_kp(start - pd.Timedelta(days=2), end, random_state=seed)
    times = pd.date_range(start + pd.Timedelta(days=TRAIN + 30), end, freq="30D") + pd.Timedelta(hours=5)
    quakes = pd.DataFrame({"time": times, "latitude": 43.82, "longitude": 86.35, "magnitude": 6.2})
    options = {
        "stations": STATIONS,
        "catalog": quakes,
        "effect_days": DAYS,
        "effect_min_km": 500.0,
        "kp": kp,
        "random_state": seed,
    }
    data = {effect: make_tec(start, end, effect=effect, **options) for effect in (0.0, *effects)}
    for name, detector in detectors():
        detector.set_params(kp=kp).fit(data[0.0].frame.iloc[: 12 * TRAIN])
        for effect, tec in data.items():
            found = detector.detect(tec.frame).between(start + pd.Timedelta(days=TRAIN + 15), end)
            rows = {"seed": seed, "detector": name, "effect": effect, "expected_rate": found.expected_rate}
            if effect == 0.0:
                rate, quiet = found.rate(), found.rate(state="quiet")
                rows |= {"rate": rate["flagged_rate"], "low": rate["low"], "high": rate["high"]}
                rows |= {"quiet_rate": quiet["flagged_rate"], "anomalies_a_day": _a_day(found)}
            else:
                rows |= detection(found, times, np.sign(effect))
            yield rows


def _a_day(found):
    """Anomalies a day and station."""
    hours = found.dtec.notna().to_numpy().sum() * 2.0
    return len(found.table()) / (hours / 24.0)


def detection(found, times, sign):
    """Shares of planted hours and anomalies that are found, and what is flagged elsewhere."""
    index = found.dtec.index
    full, any_ = np.zeros(len(index), dtype=bool), np.zeros(len(index), dtype=bool)
    hits, chance = [], []
    for time in times:
        strong = (index >= time - pd.Timedelta(days=2)) & (index <= time)
        earlier = (index >= time - pd.Timedelta(days=7)) & (index <= time - pd.Timedelta(days=5))
        if strong.any():
            hits.append((found.polarity.loc[strong, "XJSH"] == sign).any())
            chance.append((found.polarity.loc[earlier, "XJSH"] == sign).any())
        full |= strong
        any_ |= (index >= time - pd.Timedelta(days=2.5)) & (index <= time + pd.Timedelta(days=15))
    polarity = found.polarity.to_numpy()
    center = found.bounds.iloc[:, 1::3].to_numpy()
    reach = np.where(
        sign > 0,
        found.bounds.iloc[:, 2::3].to_numpy() - center,
        center - found.bounds.iloc[:, ::3].to_numpy(),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = sign * (found.observed.to_numpy() - center) / reach
    known = np.isfinite(distance)
    label = np.broadcast_to(full[:, np.newaxis], known.shape)
    clear = known & ~any_[:, np.newaxis]  # neither planted nor with planted values in its reference
    there = known & label
    both = clear | there
    return {
        "hours_found": float((polarity[there] == sign).mean()),
        "hours_elsewhere": float((polarity[clear] == sign).mean()),
        "anomalies_found": float(np.mean(hits)),
        "by_chance": float(np.mean(chance)),
        "auc": float(roc_auc_score(label[both], distance[both])),
        "n_anomalies": len(hits),
    }


def run(quick=False, seeds=3, days=700, effects=(0.3, -0.3, 1.0)):
    """Tables: flagged rates of noise, and of simulated TEC without and with planted anomalies."""
    n_noise = 2000
    if quick:
        seeds, days, n_noise, effects = 1, 170, 300, (1.0,)
    flagged = pd.DataFrame([row for seed in range(seeds) for row in noise(seed, n_noise)])
    flagged["within"] = flagged["expected_rate"].between(flagged["low"], flagged["high"])
    tables = [
        table("Gaussian noise, 15 reference values", flagged.set_index("seed")),
        table("AR(1) errors, by what each remembers of the last", memory(200 if quick else 3000)),
    ]
    rows = [row for seed in range(seeds) for row in simulation(seed, days, effects)]
    found = pd.DataFrame(rows).drop(columns="seed").groupby(["effect", "detector"], sort=False).mean()
    for effect, part in found.groupby(level="effect", sort=False):
        planted = "nothing planted" if effect == 0 else f"{effect:+.0%} planted for two days a month"
        title = f"Simulated TEC at five stations, {planted}, mean of {seeds} record(s) of {days} days"
        tables.append(table(title, part.droplevel("effect").dropna(axis=1)))
    return tables


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a short span: shows that it runs")
    parser.add_argument("--seeds", type=int, default=3, help="simulations (default %(default)s)")
    parser.add_argument("--days", type=int, default=700, help="days to simulate (default %(default)s)")
    parser.add_argument("--effects", type=float, nargs="+", default=[0.3, -0.3, 1.0], help="planted changes")
    options = parser.parse_args()
    show(run(options.quick, options.seeds, options.days, options.effects))


if __name__ == "__main__":
    main()
