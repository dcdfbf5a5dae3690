"""
SIP images: thirty days of electron content, classified, and what the split is worth
====================================================================================

The article makes images of thirty days of electron content at one point: hours by days, with bounds of the
previous days and the hours beyond them, and lets image networks tell the days before an earthquake from
others. Its images are split at random, so that training and test share days. Here are the same images and
networks with the random split and with blocks of time side by side, on simulation with nothing planted and
with an anomaly before the earthquakes, and beside them what the time of an image alone would say.

The default network is a small one: those of the article take minutes a training on a CPU
(``--backbones efficientnetv2-b0,resnet50,vgg16``). Each is trained without and with CutMix and MixUp.
``--data DIR`` takes real files instead: IONEX maps in ``DIR/ionex``, USGS catalogs in ``DIR/catalog``. It
takes years of them to train and test; a shorter record shows its images, those before its largest earthquake
unless you name a point.

By default earthquakes count from magnitude 6 within 400 km, without aftershocks, and networks have 20 epochs
at a rate of 1e-3. ``--paper`` has the article's: 23 years, 80 epochs at a rate of 1e-4, ten trainings, its
network, and all earthquakes above magnitude 5. How near they must be the article does not say: it counts over
1000 of them in 23 years and has 1178 images before one, which 300 km give (1120 in 23 years at the rate of
the USGS's catalog of 2000 to 2017). Its networks start from weights of ImageNet (``--weights imagenet``
downloads them), ours from random ones. It takes days on a CPU.
"""

# %%
# Settings
# --------

import argparse
import sys
from pathlib import Path

if "__file__" in globals():
    sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pandas as pd
from _maps import read_maps

from skquake import AftershockRemover, IQRBounds, MapSource, SIPClassifier
from skquake.datasets import make_kp, make_tec, papers
from skquake.io import read_usgs
from skquake.neural import repeated_scores
from skquake.plotting import ConfusionDisplay, SIPImageDisplay, TrainingDisplay
from skquake.sampling import SIPImages, make_sip_samples, sip_split
from skquake.sources import SeriesSource

# Our backbones, as the article names them; ResNet-RS50, which it tried too, is not in Keras any more.
NAMES = {
    "efficientnetv2": "EfficientNetV2",
    "resnet50": "ResNet50",
    "densenet121": "DenseNet121",
    "vgg16": "VGG16",
    "mobilenetv3-large": "MobileNetV3-Large",
    "convnext-tiny": "ConvNeXt",
}
MIXED = ", CutMix and MixUp"
PAPER = {
    "backbones": "efficientnetv2-s", "years": 23, "epochs": 80, "rate": 1e-4, "repeats": 10, "magnitude": 5.1,
    "region": "300 km", "clear_days": 0,
}  # fmt: skip

parser = argparse.ArgumentParser(description="SIP images: published accuracies beside honest ones.")
add = parser.add_argument
add("--data", type=Path, metavar="DIR", help="folder of real files instead of the simulation")
add("--latitude", type=float, help="of the point (default 36.5; with --data, that of the largest earthquake)")
add("--longitude", type=float, help="likewise (default 142)")
add("--magnitude", type=float, default=6.0, help="least that counts (default %(default)s)")
add("--region", default="400 km", help="how near an earthquake must be (default %(default)s)")
add(
    "--clear-days", type=float, default=15,
    help="after a normal image without an earthquake (default %(default)s; the paper: 0)",
)  # fmt: skip
add("--backbones", default="cnn", help="names, by comma (default %(default)s)")
add("--years", type=int, default=11, help="to simulate (default %(default)s)")
add("--effect", type=float, default=0.5, help="planted change of TEC (default %(default)s)")
add("--epochs", type=int, default=20, help="of each training (default %(default)s; the paper: 80)")
add("--rate", type=float, default=1e-3, help="of learning (default %(default)s; the paper: 1e-4)")
add("--weights", help="what a backbone starts from: imagenet, or a file (default: random weights)")
add("--repeats", type=int, default=5, help="trainings from other seeds (default %(default)s; the paper: 10)")
add("--quick", action="store_true", help="the small network, fewer epochs")
add("--paper", action="store_true", help="the article's settings; days on a CPU")
add("--seed", type=int, default=0, help="of simulation and models (default %(default)s)")
add("--figures", type=Path, default=Path("figures"), help="folder for the figures (default %(default)s)")
if parser.parse_args().paper:
    parser.set_defaults(**PAPER)
options = parser.parse_args()
if options.quick:
    options.backbones, options.epochs, options.repeats, options.years = "cnn", 15, 2, 5
if (options.latitude is None) != (options.longitude is None):
    parser.error("give both --latitude and --longitude, or neither")
place = {"latitude": options.latitude, "longitude": options.longitude}
if options.latitude is None:
    place = {"latitude": 36.5, "longitude": 142.0}
HISTORY = pd.Timedelta(days=45)  # an image, and the reference days of its first day

# %%
# Worlds
# ------
# Electron content at the point through solar cycles and storms, and earthquakes nearby at random times (with
# ``--paper`` each with its aftershocks, as many as in the article); or your own maps and catalog.


def simulated(effect):
    """Electron content at the point, without and with an effect of this size, and the catalog."""
    rng = np.random.default_rng(options.seed)
    start = pd.Timestamp("1999-01-01")
    end = start + pd.Timedelta(days=round(365.25 * options.years))
    days = rng.uniform(0, (end - start).days, 9 * options.years)
    if options.paper:
        followed = np.repeat(days, rng.poisson(4.7, len(days)))
        days = np.concatenate([days, followed + rng.exponential(10.0, len(followed))])
        days = days[days < (end - start).days]
    n = len(days)
    catalog = pd.DataFrame(
        {
            "time": start + pd.to_timedelta(np.sort(days), "D").as_unit("s"),
            "latitude": place["latitude"] + rng.uniform(-1.5, 1.5, n),
            "longitude": place["longitude"] + rng.uniform(-1.5, 1.5, n),
            "magnitude": options.magnitude + rng.exponential(0.4, n).clip(max=2.0),
        },
        index=[f"q{k}" for k in range(n)],
    )
    daily = pd.date_range(start, end, freq="D")
    flux = pd.Series(120 + 50 * np.sin(2 * np.pi * (daily - start).days / (11 * 365.25)), daily)
    station = pd.DataFrame(place, index=["point"])
    kp = make_kp(start - pd.Timedelta(days=3), end, random_state=options.seed)
    tec = make_tec(
        start, end, stations=station, catalog=catalog, effect=effect, kp=kp, f107=flux,
        random_state=options.seed,
    )  # fmt: skip
    without = tec.frame - tec.truth.planted
    return {
        "simulated, nothing planted": (SeriesSource(without, station), catalog, None),
        f"simulated, planted {effect:+.0%}": (SeriesSource(tec.frame, station), catalog, None),
    }


def real(folder):
    """Maps of a folder, its independent earthquakes (with ``--paper`` all), and all."""
    source = MapSource(read_maps(folder / "ionex"))
    everything = read_usgs(folder / "catalog" / "*.csv*")
    catalog = everything if options.paper else AftershockRemover("gardner-knopoff").fit_transform(everything)
    first, last = source.span
    inside = catalog[catalog["time"].between(first + HISTORY, last)]
    if options.latitude is None and len(inside):
        largest = inside.loc[inside["magnitude"].idxmax()]
        place.update({name: float(largest[name]) for name in place})
    return source, catalog, everything


worlds = {"measured on your data": real(options.data)} if options.data else simulated(options.effect)

# %%
# Accuracy
# --------
# Each network is trained several times from other seeds. An image network that sees nothing reaches the share
# of the larger class; with the random split the label of the training image nearest in time says more.


def time_alone(X, y, train, test):
    """Accuracy of the label of the training image nearest in time."""
    when = X["time"].to_numpy()
    nearest = np.abs(when[test][:, np.newaxis] - when[train]).argmin(axis=1)
    return float(np.mean(y[train][nearest] == y[test]))


def classifier(backbone, mixed=False):
    return SIPClassifier(
        backbone,
        weights=None if backbone == "cnn" else options.weights,
        unit_strides=(0,) if backbone.startswith("efficientnet") else (),
        learning_rate=options.rate,
        mixup=0.2 if mixed else 0.0,
        cutmix=1.0 if mixed else 0.0,
        epochs=options.epochs,
        random_state=options.seed,
    )


def printed(model):
    """What the article prints of a model of the table; the best of ten was chosen on the test images."""
    name = next((theirs for ours, theirs in NAMES.items() if model.startswith(ours)), "")
    published = papers.published_images()
    name += MIXED if model.endswith(MIXED) else ""
    if name not in published.index:
        return ""
    best, mean, std = published.loc[name]
    best = f"best of ten {best:.3f}"
    return best if np.isnan(mean) else f"{mean:.3f} +- {std:.3f} ({best})"


def sampled(source, catalog, everything):
    """Samples whose normal images are clear of earthquakes; in a record too short for that, less clear."""
    rule = {**place, "magnitude": options.magnitude, "region": options.region, "exclude": everything}
    rule |= {"split": None, "random_state": options.seed}
    try:
        return make_sip_samples(source, catalog, **rule, clear_days=options.clear_days)
    except ValueError as error:
        if not options.data or not options.clear_days:
            raise
        print(f"\n--clear-days 0, for with {options.clear_days:g}: {error}")
        return make_sip_samples(source, catalog, **rule, clear_days=0)


rows, tested, fitted = [], {}, {}
for label, (source, catalog, everything) in worlds.items():
    samples = sampled(source, catalog, everything)
    images, y = SIPImages(source).fit_transform(samples.X), samples.y
    print(f"\n{label}: {samples!r}", flush=True)
    try:
        splits = {
            split: sip_split(samples.X, split=split, random_state=options.seed)
            for split in ("blocked", "random")
        }
    except ValueError as error:
        print(f"  its images are shown, none is learnt from: {error}")
        continue
    for split, (train, _, test) in splits.items():
        where = f"{split} split"
        larger = max(np.mean(y[test]), 1 - np.mean(y[test]))
        rows.append((label, where, "larger class", f"{larger:.3f}", len(test)))
        rows.append((label, where, "time alone", f"{time_alone(samples.X, y, train, test):.3f}", len(test)))
        for backbone in options.backbones.split(","):
            for mixed in (False, True):
                scores = repeated_scores(
                    classifier(backbone, mixed), images, y, train, test, n_repeats=options.repeats,
                    random_state=options.seed,
                )  # fmt: skip
                name = backbone + (MIXED if mixed else "")
                rows.append((label, where, name, f"{scores.mean:.3f} +- {scores.std:.3f}", len(test)))
        model = classifier(options.backbones.split(",")[-1]).fit(images[train], y[train])
        tested[where] = y[test], model.predict(images[test])
        fitted[where] = model

if rows:
    table = pd.DataFrame(rows, columns=["world", "split", "model", "accuracy", "tested"])
    table["published, random split"] = table["model"].map(printed)
    print(
        f"\nAccuracy, mean and standard deviation of {options.repeats} trainings; few images are tested: by "
        f"chance alone an accuracy of a half varies by {0.98 / np.sqrt(min(table['tested'])):.2f} (95 %)"
    )
    print(table.to_string(index=False))

# %%
# Figures
# -------
# Of the last world: the first image before an earthquake, and of the normal ones that farthest from any such.
# A normal image holds no earthquake, nor do the ``--clear-days`` after it: how soon one follows is printed.

noise = IQRBounds(style="quartile").expected_rate(15)  # of hours beyond the bounds of SIPImages
when = samples.X["time"].to_numpy()
normal = max(np.flatnonzero(y == 0), key=lambda i: np.abs(when[y == 1] - when[i]).min())
before, quakes = int(np.argmax(y == 1)), samples.events["time"]
for name, shown in (("before", before), ("normal", normal)):
    lead = (quakes[quakes > when[shown]].min() - when[shown]) / pd.Timedelta(days=1)
    follows = "no earthquake follows" if np.isnan(lead) else f"{lead:.1f} days before the next earthquake"
    print(f"  {name}: to {pd.Timestamp(when[shown]):%Y-%m-%d %H:%M}, {follows}")
both = images[[before, normal]][..., :4]
same = {"expected_rate": noise, "limits": (np.nanmin(both), np.nanmax(both))}  # one scale for the pair
first_day = (samples.X["time"] + pd.Timedelta("1h")).dt.floor("D") - pd.Timedelta(days=images.shape[1])
displays = {
    name: SIPImageDisplay(images[row], start=first_day.iloc[row], **same)
    for name, row in (("before", before), ("normal", normal))
}
if fitted:
    displays["confusion"] = ConfusionDisplay.from_predictions(tested, class_names={0: "normal"})
    displays["training"] = TrainingDisplay.from_estimator(fitted)
options.figures.mkdir(parents=True, exist_ok=True)
for name, display in displays.items():
    display.plot().figure_.savefig(options.figures / f"sip_{name}.png", dpi=150)
