"""Files of very many rows: what is done for each row by itself stays little, also where rows repeat."""

from pathlib import Path

import pytest
from _catalog_files import FILES
from _index_layouts import iaga_dst
from _io_layouts import kp_daily

from skquake.io import FormatError, _dst_forms, _event_times, _kp, _numbers, read_catalog, read_dst, read_kp
from skquake.io._event_times import read_times
from skquake.io._layouts import _euromed


def test_repeated_rows_of_kp_are_read_at_once(tmp_path, monkeypatch):
    path = tmp_path / "kp.txt"
    path.write_text(kp_daily(["2025 02 05"]))
    once = read_kp(path)
    path.write_text(kp_daily(["2025 02 05"] * 5))
    monkeypatch.setattr(_kp, "_line_by_line", lambda *_: pytest.fail("line by line"))
    assert read_kp(path).equals(once)


def test_contradictory_rows_of_kp_are_named(tmp_path):
    path = tmp_path / "kp.txt"
    text = kp_daily(["2025 02 05"] * 3)
    path.write_text(text + kp_daily(["2025 02 05"]).replace("9.000", "5.000").split("\n", 1)[1])
    with pytest.raises(FormatError, match=r"line 5: Kp 5.000 at 2025-02-05T12:00, and 9.000 on"):
        read_kp(path)


def test_days_are_looked_at_once(tmp_path, monkeypatch):
    seen = []
    day = _dst_forms.calendar_day
    monkeypatch.setattr(_dst_forms, "calendar_day", lambda *parts: seen.append(parts) or day(*parts))
    monkeypatch.setattr(_dst_forms, "_checked", lambda *_: pytest.fail("an array for one hour"))
    path = tmp_path / "dst.txt"
    path.write_text(iaga_dst())
    assert len(read_dst(path)) == 48 and len(seen) == 2


def test_kp_line_by_line_looks_at_days_once(tmp_path, monkeypatch):
    seen = []
    day = _kp.calendar_day
    monkeypatch.setattr(_kp, "calendar_day", lambda *parts: seen.append(parts) or day(*parts))
    monkeypatch.setattr(_kp, "check_range", lambda *_, **__: pytest.fail("an array for one value"))
    path = tmp_path / "kp.txt"
    path.write_text(kp_daily(["2025 02 05"] * 4).rstrip("\n"))
    assert len(read_kp(path)) == 8 and len(seen) == 1


def test_dates_of_unusual_form_are_read_together(monkeypatch):
    calls = []
    together = _event_times.times_from_parts
    monkeypatch.setattr(
        _event_times, "times_from_parts", lambda *a, **k: calls.append(a) or together(*a, **k)
    )
    text = ["2001.01.13 17:33:60", "2001-01-13T17:33:32", "2001/1/3 7:33:2.5+0130", "x"] * 2
    with pytest.raises(FormatError, match="row 5: time 'x' is not an ISO 8601 date"):
        read_times(text, Path("a"))
    times = read_times(text[:3], Path("a"))
    assert len(calls) == 2
    assert [str(t)[:19] for t in times] == [
        "2001-01-13T17:34:00",
        "2001-01-13T17:33:32",
        "2001-01-03T06:03:02",
    ]
    with pytest.raises(FormatError, match="a, line 9: 2001 2 30 0 0 0 is no date and time"):
        read_times(["2001-01-13", "2001.01.13", "2001.02.30"], Path("a"), unit="line", first=7)


def test_moments_are_compared_without_an_array_for_each(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(FILES["euromed-mt"][0])
    before = read_catalog(path)
    calls = []
    read = _numbers.to_numbers
    monkeypatch.setattr(_numbers, "to_numbers", lambda *a, **k: calls.append(a) or read(*a, **k))
    monkeypatch.setattr(_euromed, "to_numbers", _numbers.to_numbers, raising=False)
    assert read_catalog(path).equals(before) and not calls


def test_european_moment_tensors_are_few(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(FILES["euromed-mt"][0])
    monkeypatch.setattr(_euromed, "MAX_ROWS", 2)
    with pytest.raises(FormatError, match="lines; at most 2 are read"):
        read_catalog(path)
