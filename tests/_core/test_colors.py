"""Colours are one for each role, wherever they stand, and are told apart by who sees two hues only."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import skquake
from skquake._core._colors import PALETTE
from skquake._core._html import card, environment

TELLS = 12.0  # CIELAB units; 2.3 are just noticeable
# What is left of linear RGB (Machado, Oliveira & Fernandes 2009, full severity).
SEEN = {
    "all": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color):
    part = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = TO_XYZ @ np.clip(rgb, 0.0, 1.0) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", SEEN)
def test_every_pair_is_told_apart(eyes):
    seen = {role: lab(SEEN[eyes] @ linear(color)) for role, color in PALETTE.items()}
    for one, other in itertools.combinations(seen, 2):
        distance = np.linalg.norm(seen[one] - seen[other])
        assert distance > TELLS, f"{one} and {other}: {distance:.1f}"


def test_the_measure_is_that_of_cielab():
    np.testing.assert_allclose(lab(linear("#FFFFFF")), [100.0, 0.0, 0.0], atol=0.02)
    np.testing.assert_allclose(lab(linear("#FF0000")), [53.24, 80.09, 67.20], atol=0.05)


def test_roles_are_in_cards_and_reports():
    report = environment("skquake.report").get_template("style.css").render()
    for style in (card("title"), report):
        assert all(f"--{role}: {color};" in style for role, color in PALETTE.items())


def test_no_colour_of_a_role_is_written_anywhere_else():
    root = Path(skquake.__file__).parent
    kept = {"_colors.py", "_style.py", "skquake.mplstyle"}
    files = [
        path for path in root.rglob("*") if path.suffix in {".py", ".css", ".html"} and path.name not in kept
    ]
    for path in files:
        found = {
            color.upper() for color in re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8"))
        }
        assert not found & set(PALETTE.values()), f"{path.name}: {found & set(PALETTE.values())}"
