"""Parsing ionosphere maps from decompressed text against a plain line-by-line parser."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from _harness import compare, row

from skquake.io._files import read_bytes
from skquake.io._ionex import parse_ionex

_DATA = os.environ.get("SKQUAKE_REAL_DATA", Path(__file__).parents[2] / "shared" / "data")
FOLDER = Path(_DATA) / "ionex" / "jpl_2000-2001"
TARGET = 3.0


def plain(text):
    """Epochs and maps of an IONEX text, one line and one value after the other."""
    epochs, maps, rows, exponent, inside = [], [], [], -1, False
    for line in text.splitlines():
        label = line[60:].strip()
        if label == "EXPONENT":
            exponent = int(line[:6])
        elif label == "START OF TEC MAP":
            inside, rows = True, []
        elif label == "END OF TEC MAP":
            tec = np.array(rows, dtype=float)
            tec[tec == 9999] = np.nan
            maps.append(tec * 10.0**exponent)
            inside = False
        elif not inside:
            continue
        elif label == "EPOCH OF CURRENT MAP":
            year, month, day, hour, minute, second = (int(line[k : k + 6]) for k in range(0, 36, 6))
            epochs.append(datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second))
        elif label == "LAT/LON1/LON2/DLON/H":
            rows.append([])
        else:
            line = line.rstrip()
            rows[-1] += [int(line[k : k + 5]) for k in range(0, len(line), 5)]
    return epochs, maps


def generate(n_files, hours=range(1, 24, 2), kinds=("TEC", "RMS"), seed=0):
    """Texts of daily files in the layout of the JPL maps (71 x 73, I5), from 2000-11-21 on."""
    random = np.random.default_rng(seed)
    lats = np.arange(87.5, -87.6, -2.5)

    def record(text, label):
        return f"{text:<60}{label:<20}"

    def one_map(kind, number, epoch):
        lines = [record(f"{number:6d}", f"START OF {kind} MAP"), record(epoch, "EPOCH OF CURRENT MAP")]
        for lat, values in zip(lats, random.integers(0, 1500, (len(lats), 73)), strict=True):
            lines.append(record(f"  {lat:6.1f}-180.0 180.0   5.0 450.0", "LAT/LON1/LON2/DLON/H"))
            lines += ["".join(f"{v:5d}" for v in values[k : k + 16]) for k in range(0, 73, 16)]
        return lines + [record(f"{number:6d}", f"END OF {kind} MAP")]

    texts = []
    for day in range(n_files):
        start = datetime(2000, 11, 21) + timedelta(days=day)
        epochs = [f"{t.year:6d}{t.month:6d}{t.day:6d}{t.hour:6d}     0     0" for t in
                  (start + timedelta(hours=hour) for hour in hours)]  # fmt: skip
        lines = [
            record(f"{'1.0':>8}{'':12}IONOSPHERE MAPS     GPS", "IONEX VERSION / TYPE"),
            record("generated           benchmark", "PGM / RUN BY / DATE"),
            record(epochs[0], "EPOCH OF FIRST MAP"),
            record(epochs[-1], "EPOCH OF LAST MAP"),
            record(f"{len(epochs):6d}", "# OF MAPS IN FILE"),
            record("     2", "MAP DIMENSION"),
            record("   450.0 450.0   0.0", "HGT1 / HGT2 / DHGT"),
            record("    87.5 -87.5  -2.5", "LAT1 / LAT2 / DLAT"),
            record("  -180.0 180.0   5.0", "LON1 / LON2 / DLON"),
            record("    -1", "EXPONENT"),
            record("", "END OF HEADER"),
        ]
        for kind in kinds:
            for k, epoch in enumerate(epochs, 1):
                lines += one_map(kind, k, epoch)
        lines.append(record("", "END OF FILE"))
        texts.append("\n".join(lines).encode() + b"\n")
    return texts


def run(quick=False):
    """Ratio of the plain parser's time to ours, both from text in memory."""
    real = FOLDER.is_dir()
    texts = [read_bytes(path) for path in sorted(FOLDER.iterdir())] if real else generate(3 if quick else 55)
    texts = texts[:3] if quick else texts
    strings = [text.decode("latin-1") for text in texts]
    for text, string in zip(texts, strings, strict=True):
        _, epochs, maps = parse_ionex(text, "bench")
        plain_epochs, plain_maps = plain(string)
        assert [np.datetime64(t, "ns") for t in plain_epochs] == epochs
        np.testing.assert_allclose(maps, plain_maps, rtol=1e-6)
    seconds = compare(
        {
            "ours": lambda: [parse_ionex(text, "bench") for text in texts],
            "plain": lambda: [plain(string) for string in strings],
        },
        repeat=1 if quick else 5,
    )
    what = f"parsing {len(texts)} {'JPL' if real else 'generated'} ionosphere map files"
    ratio = seconds["plain"] / seconds["ours"]
    return [row(what, "line-by-line parser", ratio, TARGET, seconds=round(seconds["ours"], 4))]


if __name__ == "__main__":
    print(*run(), sep="\n")
