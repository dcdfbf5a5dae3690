"""Files that appear whole: also where several write the same one at once."""

from __future__ import annotations

import threading

from skquake._core._atomic import write_atomically


def test_threads_that_write_one_file_do_not_meet_in_a_temporary_one(tmp_path):
    meet, places, failed = threading.Barrier(2), [], []

    def write(text):
        def inside(temporary):
            places.append(temporary)
            temporary.write_text(text)
            meet.wait(10)

        try:
            write_atomically(tmp_path / "file", inside)
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(letter * 1000,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(places)) == 2 and not failed
    assert (tmp_path / "file").read_text() in ("a" * 1000, "b" * 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
