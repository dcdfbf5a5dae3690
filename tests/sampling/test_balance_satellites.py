"""Samples of three satellites: controls that keep the local time leave no covariate apart."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skquake import AftershockRemover, TrackSource, make_samples
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_kp, make_track
from skquake.inspection import location_probe
from skquake.model_selection import chronological_split
from skquake.sampling import ImbalanceWarning, balance_table

pytestmark = pytest.mark.slow

START = pd.Timestamp("2014-04-01")
YEARS = {"swarm": 6, "cses": 2, "demeter": 2}
# Swarm's first return of local time falls into another season, and so many events as there are in
# six years do not spread evenly enough over the year to even that out; the third does not.
OFFSETS = {"swarm": {"min_days": 390, "max_days": 410}, "cses": {}, "demeter": {}}


@pytest.fixture(scope="module", params=YEARS)
def night(request):
    """A satellite, and a function that makes samples of its nights under some controls."""
    satellite, margin = request.param, pd.Timedelta(days=150)
    end = START + pd.DateOffset(years=YEARS[satellite])
    everything = make_catalog(START - margin, end + margin, random_state=0)
    catalog = AftershockRemover("box").fit_transform(everything.query("magnitude >= 4.8"))
    kp = make_kp(START - pd.Timedelta(days=2), end, random_state=0)
    track = make_track(satellite, START, end, kp=kp, side="night", cadence=20.0, random_state=0)
    source = TrackSource(track.frame, channels=["Ne", "Te"])

    def samples(**match):
        return make_samples(
            source, catalog, MatchedControls(avoid=everything, random_state=0, **match),
            region="dobrovolsky", days=(-15, 0), local_time="night", max_length=3,
            exclude=everything, kp=kp,
        )  # fmt: skip

    return satellite, samples


def hours_apart(samples):
    """Median over pairs of the difference in mean local time, earthquake against control."""
    X, label = samples.X[samples.y != 2], samples.y[samples.y != 2]
    angle = np.exp(2j * np.pi * X["local_time"] / 24)
    mean = angle.groupby([X["pair_id"], label]).mean().unstack()
    return np.median(np.abs(np.angle(mean[1] / mean[0]))) * 12 / np.pi


def test_no_covariate_is_apart(night):
    satellite, samples = night
    cut = samples(match="local-time", satellite=satellite, **OFFSETS[satellite])
    with warnings.catch_warnings():
        warnings.simplefilter("error", ImbalanceWarning)
        table = balance_table(cut)
    probe = location_probe(cut, chronological_split(cut.X, cut.y), random_state=0).seismic_mcc
    print(satellite, cut, table["difference"].round(3).to_dict(), "location probe", probe)
    assert probe.low <= 0.0 <= probe.high
    assert len(table) == 10 and (table["difference"].abs() < 0.1).all()


def test_local_time_is_kept(night):
    satellite, samples = night
    cut = samples(match="local-time", satellite=satellite)
    assert hours_apart(cut) < 0.5
    table = balance_table(cut, threshold=np.inf)
    print(satellite, cut, table["difference"].round(3).to_dict())
    assert (table["difference"].drop(["season (cos)", "season (sin)"]).abs() < 0.1).all()


def test_the_place_alone_does_not_keep_it(night):
    satellite, samples = night
    apart = hours_apart(samples(match="place"))
    assert apart > 3.0 if satellite == "swarm" else apart < 0.1


def test_the_same_night_elsewhere(night):
    satellite, samples = night
    cut = samples(match="dip-latitude")
    table = balance_table(cut, threshold=np.inf)
    print(satellite, cut, table["difference"].round(3).to_dict())
    # The place tells the classes apart: earthquakes lie where earthquakes are many.
    assert table.loc["local rate (a year)", "difference"] > 0.5
    assert (table["difference"].drop("local rate (a year)").abs() < 0.1).all()
    assert hours_apart(cut) < 0.5
    probe = location_probe(cut, chronological_split(cut.X, cut.y), random_state=0).seismic_mcc
    print(satellite, "location probe", probe)
    assert probe.low > 0.3
