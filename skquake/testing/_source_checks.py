"""What every source promises, whatever it holds and wherever."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from skquake._core._geodesy import great_circle_km
from skquake.testing._raises import raises

KINDS = {"track", "series", "map"}


def check_attributes(source: Any, samples: pd.DataFrame) -> None:
    assert isinstance(source.name, str) and source.name
    assert isinstance(source.channels, tuple) and all(isinstance(name, str) for name in source.channels)
    assert source.kind in KINDS
    assert isinstance(source.units, dict) and set(source.units) <= set(source.channels)
    assert source.cadence > np.timedelta64(0, "ns") and isinstance(source.cadence, np.timedelta64)
    start, end = source.span
    assert isinstance(start, pd.Timestamp) and start.tz is None and start < end


def check_repr_is_one_line(source: Any, samples: pd.DataFrame) -> None:
    assert "\n" not in repr(source) and type(source).__name__ in repr(source)


def check_clone_copy_and_equality_are_identity(source: Any, samples: pd.DataFrame) -> None:
    assert clone(source) is source
    assert copy.copy(source) is source and copy.deepcopy(source) is source
    assert source == source and hash(source) == hash(source)
    assert source != pickle.loads(pickle.dumps(source))


def check_immutable(source: Any, samples: pd.DataFrame) -> None:
    for name in ("name", "channels", "cadence", "units", "span"):
        with raises(AttributeError):
            setattr(source, name, None)
    for part in parts(source):
        for array in arrays_of(part):
            with raises(ValueError, match="read-only"):
                array[...] = 0


def check_pickle(source: Any, samples: pd.DataFrame) -> None:
    again = pickle.loads(pickle.dumps(source))
    assert (again.name, again.channels, again.units, again.span) == (
        source.name,
        source.channels,
        source.units,
        source.span,
    )
    for a, b in zip(parts(source), parts(again), strict=True):
        for x, y in zip(arrays_of(a), arrays_of(b), strict=True):
            np.testing.assert_array_equal(x, y)
            assert not y.flags.writeable
    for a, b in zip(source.windows(samples, 5), again.windows(samples, 5), strict=True):
        np.testing.assert_array_equal(a, b)


def check_windows_shape_and_problems(source: Any, samples: pd.DataFrame) -> None:
    for length in (1, 2, 5):
        windows, problem = source.windows(samples, length)
        assert windows.shape == (len(samples), length, len(source.channels))
        assert windows.dtype == np.float32
        assert problem.shape == (len(samples),) and problem.dtype == object
        assert all(isinstance(text, str) for text in problem)
        whole = problem == ""
        assert whole.any() and not whole.all(), "samples should hold both kinds"
        assert np.isfinite(windows[whole]).all()
        assert np.isnan(windows[~whole]).all()


def check_windows_longer_than_the_source(source: Any, samples: pd.DataFrame) -> None:
    windows, problem = source.windows(samples.iloc[:3], 10**5)
    assert np.isnan(windows).all() and all(problem)


def check_windows_of_no_samples(source: Any, samples: pd.DataFrame) -> None:
    windows, problem = source.windows(samples.iloc[:0], 5)
    assert windows.shape == (0, 5, len(source.channels)) and windows.dtype == np.float32
    assert problem.shape == (0,)


def check_windows_keep_order_whatever_the_index(source: Any, samples: pd.DataFrame) -> None:
    windows, problem = source.windows(samples, 4)
    order = np.random.default_rng(0).permutation(len(samples))
    shuffled = samples.iloc[order]
    for frame in (shuffled, shuffled.set_axis(np.zeros(len(samples), dtype=int))):
        again, text = source.windows(frame, 4)
        np.testing.assert_array_equal(again, windows[order])
        assert text.tolist() == problem[order].tolist()


def check_windows_accept_time_zones(source: Any, samples: pd.DataFrame) -> None:
    aware = samples.assign(time=pd.DatetimeIndex(samples["time"]).tz_localize("UTC").tz_convert("Asia/Tokyo"))
    np.testing.assert_array_equal(source.windows(aware, 4)[0], source.windows(samples, 4)[0])


def check_windows_channels(source: Any, samples: pd.DataFrame) -> None:
    windows, _ = source.windows(samples, 4)
    last = source.channels[-1]
    one, _ = source.windows(samples, 4, channels=[last])
    assert one.shape[2] == 1
    whole = np.isfinite(windows).all(axis=(1, 2))
    np.testing.assert_array_equal(one[whole], windows[whole][:, :, -1:])
    backwards, _ = source.windows(samples, 4, channels=source.channels[::-1])
    np.testing.assert_array_equal(backwards, windows[:, :, ::-1])
    with raises(ValueError, match=r"'nonsense'.*has " + source.channels[0]):
        source.windows(samples, 4, channels=["nonsense"])


def check_windows_with_context(source: Any, samples: pd.DataFrame) -> None:
    """Around the core of 2 lies what a longer window has there, or NaN; the core is the same."""
    core, problem = source.windows(samples, 2)
    ahead = 3 if source.kind == "track" else 0
    wide, text = source.windows(samples, 2, context=3, context_edge="nan")
    assert wide.shape == (len(samples), 5 + ahead, len(source.channels)) and wide.dtype == np.float32
    assert text.tolist() == problem.tolist()
    np.testing.assert_array_equal(wide[:, 3:5], core)
    whole, text = source.windows(samples, 2, context=3)
    fine = text == ""
    assert fine.any() and np.isfinite(whole[fine]).all() and np.isnan(whole[~fine]).all()
    np.testing.assert_array_equal(whole[fine], wide[fine])
    assert np.isnan(wide[~fine]).any(axis=(1, 2)).all()
    long, text = source.windows(samples, 5 + ahead)
    both = fine & (text == "")
    np.testing.assert_array_equal(long[both], wide[both])
    for context in (-1, 1.0, "2", True, None):
        with raises(ValueError, match="context must be a whole number"):
            source.windows(samples, 2, context=context)
    with raises(ValueError, match="context_edge must be"):
        source.windows(samples, 2, context=1, context_edge="drop")


def check_windows_bad_arguments(source: Any, samples: pd.DataFrame) -> None:
    for length in (0, -1, 2.0, "3", True, None):
        with raises(ValueError, match="length must be a whole number"):
            source.windows(samples, length)
    with raises(ValueError, match="align must be"):
        source.windows(samples, 4, align="start")
    with raises(ValueError, match="missing column"):
        source.windows(samples.drop(columns="latitude"), 4)
    with raises(TypeError, match="(?i)dataframe"):
        source.windows(samples.to_numpy(), 4)


def check_windows_against_brute_force(source: Any, samples: pd.DataFrame) -> None:
    for length in (1, 3, 4):
        for align in ("auto", "center", "end"):
            windows, problem = source.windows(samples, length, align=align)
            for row, sample in enumerate(samples.itertuples()):
                here = source[sample.source] if hasattr(source, "items") else source
                expected = brute_force_window(here, sample, length, align)
                if expected is None:
                    assert problem[row], (row, length, align)
                else:
                    assert problem[row] == "", (row, length, align, problem[row])
                    np.testing.assert_allclose(windows[row], expected, rtol=1e-6, atol=1e-6)


SOURCE_CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_")]


def parts(source: Any) -> list[Any]:
    """The sources inside a collection, else the source itself."""
    return list(source.values()) if hasattr(source, "items") else [source]


def arrays_of(source: Any) -> list[np.ndarray]:
    found = [source.time, source.values]
    names = ("latitude", "longitude", "altitude_km", "pass_id", "ascending")
    found += [getattr(source, name, None) for name in names]
    return [array for array in found if isinstance(array, np.ndarray)]


def brute_force_window(source: Any, sample: Any, length: int, align: str) -> np.ndarray | None:
    """The window of one sample by the definitions, observation by observation; None if there is none."""
    if align == "auto":
        align = "center" if source.kind == "track" else "end"
    cadence = source.cadence / np.timedelta64(1, "ns")
    time = pd.Timestamp(sample.time).as_unit("ns").value
    if source.kind == "track":
        at = [row for row, t in enumerate(source.time.tolist()) if t == time]
    else:
        at = [row for row, t in enumerate(source.time.tolist()) if 0 <= time - t <= cadence][-1:]
    if not at:
        return None
    first = at[0] - (length // 2 if align == "center" else length - 1)
    if first < 0 or first + length > len(source.time):
        return None
    rows = range(first, first + length)
    if source.kind == "track":
        if len({int(source.pass_id[row]) for row in rows}) > 1:
            return None
        if source.time[rows[-1]] - source.time[rows[0]] > 1.5 * (length - 1) * cadence:
            return None
        window = np.array([source.values[row] for row in rows])
    elif source.kind == "series":
        far = [
            great_circle_km(sample.latitude, sample.longitude, *place)
            for place in source.stations.to_numpy().tolist()
        ]
        if min(far) > source.max_km:
            return None
        window = np.array([source.values[int(np.argmin(far)), row] for row in rows])
    else:
        window = np.array([brute_force_map(source, row, sample) for row in rows])
    return window if np.isfinite(window).all() else None


def brute_force_map(source: Any, row: int, sample: Any) -> np.ndarray:
    """Bilinear interpolation of a global map, by the formula, with loops over the nodes."""
    latitudes, longitudes = source.latitude.tolist(), source.longitude.tolist()
    latitude = min(max(sample.latitude, latitudes[0]), latitudes[-1])
    total = np.zeros(len(source.channels))
    dy, dx = latitudes[1] - latitudes[0], longitudes[1] - longitudes[0]
    for j, node_latitude in enumerate(latitudes):
        for i, node_longitude in enumerate(longitudes):
            apart = abs((sample.longitude - node_longitude + 180.0) % 360.0 - 180.0)
            weight = max(0.0, 1 - abs(latitude - node_latitude) / dy) * max(0.0, 1 - apart / dx)
            if weight > 1e-12:
                total += weight * source.values[j, i, row]
    return total
