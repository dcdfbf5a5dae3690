"""Files of very many rows: what is done for each row by itself stays little, also where rows repeat."""

import pytest
from _index_layouts import iaga_dst
from _io_layouts import kp_daily

from skquake.io import FormatError, _dst_forms, _kp, read_dst, read_kp


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
