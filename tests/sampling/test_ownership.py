"""Owners, pairs and thinning on small arrays."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from skquake.sampling._ownership import in_whole_pairs, own, spread
from skquake.sampling._tracks import _between

ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2), st.integers(-2, 2)),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:2],
)


@given(ROWS)
def test_nearest_owns_then_time_then_rank(rows):
    window, place, distance, away = np.array(rows).T
    rank = np.array([2, 0, 3, 1])
    chosen, owners = own(window, place, distance.astype(float), away.astype(float), rank)
    assert window[chosen].tolist() == sorted(set(window))
    for row, all_owners in zip(chosen, owners, strict=True):
        rivals = [r for r in rows if r[0] == window[row]]
        order = sorted(rivals, key=lambda r: (r[2], abs(r[3]), rank[r[1]]))
        assert [r[1] for r in order] == list(all_owners) and place[row] == all_owners[0]


def test_pairs_of_several_controls():
    places = pd.DataFrame(
        {
            "label": [1, 1, 1, 0, 0, 0, 0],
            "pair_id": ["a", "b", "c", "a", "a", "b", "z"],
            "paired": [True] * 6 + [False],
        }
    )
    # a and its first control have evidence, its second has none; b's control has none; c has no control.
    place = np.array([0, 0, 1, 2, 3, 4, 5, 6])
    evidence = np.array([True, False, True, True, True, False, False, False])
    assert in_whole_pairs(places, place, evidence).tolist() == [
        True,
        True,
        False,
        False,
        True,
        False,
        False,
        True,
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=40), st.integers(1, 5))
def test_spread_keeps_so_many_and_evidence_first(rows, most):
    group = np.array([row[0] for row in rows], dtype=np.int64)
    disturbed = np.array([row[1] for row in rows], dtype=bool)
    keep = spread(group, disturbed, most)
    for g in np.unique(group):
        quiet = int((~disturbed[group == g]).sum())
        assert keep[group == g].sum() == min(most, (group == g).sum())
        assert keep[(group == g) & ~disturbed].sum() == min(most, quiet)


def test_spread_is_even():
    assert np.flatnonzero(spread(np.zeros(9, dtype=int), np.zeros(9, dtype=bool), 1)).tolist() == [4]
    assert np.flatnonzero(spread(np.zeros(9, dtype=int), np.zeros(9, dtype=bool), 3)).tolist() == [1, 4, 7]


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(1, 6))
def test_rows_of_no_window(first, length):
    first = np.sort(np.array(first, dtype=np.int64))
    n = 40
    held = {row for f in first for row in range(f, f + length)}
    found = [row for rows in _between(first, first + length, 0, n) for row in rows.tolist()]
    assert found == [row for row in range(n) if row not in held]
