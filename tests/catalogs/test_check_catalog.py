"""What a catalog lacks: planted holes, completeness, duplicates and explosions are found, and no others."""

import numpy as np
import pandas as pd
import pytest

from skquake.catalogs import MatchedControls, RandomControls, check_catalog

START = pd.Timestamp("2010-01-01")


def world(n=2_000, days=1_000, seed=0, bursts=0.0):
    """Poisson, or with that share of the events in bursts of hours behind others."""
    rng = np.random.default_rng(seed)
    day = rng.uniform(0, days, n)
    follows = rng.random(n) < bursts
    day[follows] = np.minimum(
        day[rng.integers(0, n, follows.sum())] + rng.exponential(0.1, follows.sum()), days
    )
    return pd.DataFrame(
        {
            "time": START + pd.to_timedelta(np.sort(day), unit="D").floor("ms"),
            "latitude": np.rad2deg(np.arcsin(rng.uniform(-0.9, 0.9, n))),
            "longitude": rng.uniform(-180, 180, n),
            "magnitude": (4.5 + rng.exponential(0.43, n)).round(1),
        },
        index=[f"q{k}" for k in range(n)],
    )


def without(catalog, first, last):
    day = (catalog["time"] - START) / pd.Timedelta(days=1)
    return catalog[(day < first) | (day > last)]


@pytest.mark.parametrize("bursts", [0.0, 0.6])
def test_whole_catalogs_have_no_holes(bursts):
    found = [len(check_catalog(world(500, seed=seed, bursts=bursts)).holes) for seed in range(40)]
    assert sum(found) == 0


@pytest.mark.parametrize("bursts", [0.0, 0.6])
def test_missing_files_are_holes(bursts):
    catalog = without(without(world(bursts=bursts), 300, 360), 700, 790)
    holes = check_catalog(catalog.sample(frac=1, random_state=0)).holes
    assert len(holes) == 2 and (holes["p_value"] < 1e-3).all()
    edges = ((holes[["start", "end"]] - START) / pd.Timedelta(days=1)).to_numpy()
    np.testing.assert_allclose(edges, [[300, 360], [700, 790]], atol=8)


def test_a_rate_that_rises_is_no_hole():
    early, late = world(150, 500, seed=1), world(4_000, 500, seed=2)
    late["time"] += pd.Timedelta(days=500)
    assert not len(check_catalog(pd.concat([early, late], ignore_index=True)).holes)


def test_swarms_alone_are_no_holes():
    rng = np.random.default_rng(3)
    day = (rng.uniform(0, 3_000, 20)[:, np.newaxis] + rng.uniform(0, 5, (20, 100))).ravel()
    catalog = world(2_000).assign(time=START + pd.to_timedelta(np.sort(day), unit="D"))
    assert not len(check_catalog(catalog).holes)


def test_completeness_follows_the_catalog():
    rng = np.random.default_rng(0)
    catalog = world(8_000)
    magnitude = (3.95 + rng.exponential(1 / np.log(10), 8_000)).round(1)  # b = 1
    early = np.arange(8_000) < 4_000
    seen = np.where(early, magnitude >= 5.0, magnitude >= 4.0)
    catalog = catalog.assign(magnitude=magnitude)[seen]
    check = check_catalog(catalog, min_events=50)
    by_year = check.completeness.query("by == 'year'").set_index("part")
    assert by_year["completeness"].tolist() == pytest.approx([5.2, 4.2, 4.2])
    assert check.magnitude_of_completeness == pytest.approx(4.2)
    last = by_year.loc["2012"]
    assert abs(last["b_value"] - 1.0) < 3 * last["b_error"]
    assert check.completeness.query("by == 'place'")["events"].sum() == len(catalog)


def test_duplicates_types_and_ids():
    catalog = world(200).assign(type="earthquake")
    again = catalog.iloc[[5]].assign(magnitude=5.5, latitude=lambda x: x["latitude"] + 0.2)
    again["time"] += pd.Timedelta(seconds=3)
    blast = catalog.iloc[[9]].assign(type="quarry blast").set_axis(["blast"])
    blast["time"] += pd.Timedelta(days=1)
    check = check_catalog(pd.concat([catalog, again.set_axis(["twin"]), blast, catalog.iloc[[3]]]))
    pair = check.duplicates.iloc[0]
    assert len(check.duplicates) == 1 and (pair["first"], pair["second"]) == ("q5", "twin")
    assert pair["seconds"] == 3.0 and pair["km"] == pytest.approx(22.2, abs=0.1)
    assert check.other_types == {"quarry blast": 1} and check.repeated_ids == 1
    assert "2 possible duplicates; 1 no earthquakes (quarry blast)" in repr(check)
    frame = check.to_frame().set_index(["section", "quantity"])["value"]
    assert frame["duplicates", "repeated ids"] == 1 and frame["other types", "quarry blast"] == 1


def test_small_and_empty_catalogs_say_that_little_is_known():
    check = check_catalog(world(10))
    assert repr(check).endswith("no hole; completeness not known; 0 possible duplicates)")
    assert repr(check_catalog(world(10).iloc[:0])).startswith("CatalogCheck(0 events; ")


def touched(controls, first, last, before, after):
    day = ((controls["time"] - START) / pd.Timedelta(days=1)).to_numpy()
    return int(((day + after > first + 8) & (day - before < last - 8)).sum())


@pytest.mark.parametrize(
    "sampler, before, after",
    [
        (MatchedControls(region="300 km"), 20, 15),
        (MatchedControls(region="300 km", side="either", ratio=2), 20, 15),
        (MatchedControls(region="300 km", side="after"), 20, 15),
        (MatchedControls(match="local-time", satellite="swarm", region="300 km"), 20, 15),
        (MatchedControls(match="dip-latitude", region="300 km"), 20, 15),
        (RandomControls(ratio=2), 15, 15),
    ],
)
def test_no_control_in_a_hole(sampler, before, after):
    everything = without(world(3_000), 400, 600)
    events = everything.iloc[::10]
    sampler.set_params(avoid=everything, random_state=0)
    controls = sampler.sample(events)
    assert len(controls) > 50 and touched(controls, 400, 600, before, after) == 0
    assert len(sampler.holes_) == 1 and sampler.holes_["refused"].sum() > 10
    quiet = sampler.set_params(holes=None).sample(events)
    assert touched(quiet, 400, 600, before, after) > 0 and not len(sampler.holes_)
    # Whoever knows better gives the holes.
    mine = pd.DataFrame({"start": [START], "end": [START + pd.Timedelta(days=399)]})
    assert touched(sampler.set_params(holes=mine).sample(events), 0, 399, before, after) == 0


def test_report_counts_what_holes_took():
    everything = without(world(3_000), 400, 600)
    near = everything[(everything["time"] - START) / pd.Timedelta(days=1) > 600].iloc[:30]
    sampler = MatchedControls(avoid=everything, random_state=0, region="300 km", max_days=25)
    with pytest.warns(UserWarning, match=r"free ones lie in 1 holes of it \(holes_\)"):
        sampler.sample(near.iloc[:5])
    assert sampler.report_["lost_to_holes"].sum() == 5


@pytest.mark.parametrize("sampler", [MatchedControls(), RandomControls()])
@pytest.mark.parametrize(
    "holes, message",
    [
        ("seek", "'holes' parameter"),
        (pd.DataFrame({"start": [START]}), "missing column.* end"),
        (pd.DataFrame({"start": [START], "end": [START]}), "does not start before it ends"),
    ],
)
def test_bad_holes(sampler, holes, message):
    with pytest.raises(ValueError, match=message):
        sampler.set_params(holes=holes).sample(world(60))


@pytest.mark.slow
def test_the_real_catalog_lacks_2004(real_data):
    from skquake.catalogs import AftershockRemover
    from skquake.io import read_usgs

    everything = read_usgs(sorted((real_data / "catalog").glob("usgs_*.csv.gz")))
    check = check_catalog(everything)
    assert [f"{hole.start:%F} {hole.end:%F}" for hole in check.holes.itertuples()] == [
        "2004-01-07 2004-12-31"
    ]
    events = AftershockRemover("box").fit_transform(everything[everything["magnitude"] >= 4.8])
    swarm = {"match": "local-time", "satellite": "swarm", "min_days": 390, "max_days": 410}

    def inside(holes):
        controls = MatchedControls(avoid=everything, random_state=0, holes=holes, **swarm).sample(events)
        start, end = controls["time"] - pd.Timedelta(days=15), controls["time"]
        return len(controls), int(((start >= "2004-01-07 23:00") & (end <= "2004-12-31")).sum())

    assert inside("find")[1] == 0
    n, wholly = inside(None)
    assert n == 9_160 and wholly == pytest.approx(642, abs=40)
