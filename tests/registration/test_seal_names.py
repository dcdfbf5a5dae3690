"""Names of sealed files: from the plan's folder, through links, and of what lies elsewhere."""

from pathlib import Path

import pytest

from skquake.registration._seal import name_of, names_of


@pytest.mark.parametrize("relative", [False, True])
def test_names(tmp_path, monkeypatch, relative):
    folder, elsewhere = tmp_path / "plan", tmp_path / "data"
    (folder / "nights").mkdir(parents=True)
    elsewhere.mkdir()
    for file in (folder / "nights" / "a.csv", elsewhere / "b.csv"):
        file.write_text("")
    (folder / "b.csv").symlink_to(elsewhere / "b.csv")
    (folder / "linked").symlink_to(elsewhere)
    (elsewhere / "back.csv").symlink_to(folder / "nights" / "a.csv")
    monkeypatch.chdir(tmp_path)
    base = Path("plan") if relative else folder
    files = [
        base / "nights" / "a.csv",
        base / "b.csv",
        base / "linked" / "b.csv",
        base / "nights" / ".." / "nights" / "a.csv",
        base / ".." / "data" / "back.csv",
        base / "absent.csv",
    ]
    out = (elsewhere / "b.csv").resolve().as_posix()
    expected = ["nights/a.csv", out, out, "nights/a.csv", "nights/a.csv", "absent.csv"]
    assert names_of(files, base) == expected == [name_of(file, base) for file in files]
