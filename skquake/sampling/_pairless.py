"""Why earthquakes have no control to be compared with: what is to blame, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from skquake.sampling._events import Ledger

INCOMPLETE, NO_CONTROL = "incomplete pair", "no control"
OUTSIDE = "outside the span of the source"
CONTROL_OUTSIDE = f"its control {OUTSIDE}"


def name_pairless(ledger: Ledger, places: pd.DataFrame) -> None:
    """Tell earthquakes without any control, and those whose controls lie outside the record, by name."""
    lost = ledger.reason == INCOMPLETE
    is_control = places["label"].to_numpy() == 0
    pair = places["pair_id"].to_numpy(dtype=object)
    quake = lost & ~is_control
    with_control = np.isin(pair.astype(str), pair[is_control].astype(str))
    seen = np.isin(pair.astype(str), pair[is_control & (ledger.reason != OUTSIDE)].astype(str))
    ledger.reason[quake & ~with_control] = NO_CONTROL
    ledger.reason[quake & with_control & ~seen] = CONTROL_OUTSIDE


def advice(ledger: Ledger, members: Mapping[str, Any]) -> str:
    """What to do about earthquakes without a control; "" where there are none."""
    n_none, n_outside = (int((ledger.reason == reason).sum()) for reason in (NO_CONTROL, CONTROL_OUTSIDE))
    said = []
    if n_none:
        said.append(
            f"{n_none} without a control: no day of its offsets is free of the earthquakes of avoid (report_ "
            "of the sampler has counts); widen min_days ... max_days, or give a smaller region or avoid_days"
        )
    if n_outside:
        spans = ", ".join(f"{name} {m.span[0]} to {m.span[1]}" for name, m in members.items())
        said.append(
            f"{n_outside} with a control {OUTSIDE} ({spans}): draw within it (within=source.span of "
            "MatchedControls), or take a longer record or smaller offsets"
        )
    return "; ".join(said)
