"""Small packed files that unpack to much, for every reader of text: within 1 GB and 10 s of computing."""

import gzip
import io as stdio
import multiprocessing
import os
import resource
import time
import zipfile

import ncompress
import pytest
from fuzz_targets import BINARY, TARGETS, Target, seed_of

SIZE = 48 * 2**20  # what 250 kB may unpack to
SECONDS, BYTES = 10.0, 2**30


def contents(data):
    """A file with a tail that packs well: rows, blank lines, one line, one field."""
    line = data.rstrip(b"\n").rsplit(b"\n", 1)[-1][:2000] + b"\n"
    return {
        "rows": data + line * (SIZE // len(line)),
        "lines": data + b"\n" * SIZE,
        "commas": data + b"1," * (SIZE // 2),
        "field": data[: len(data) // 2] + b"9" * SIZE + data[len(data) // 2 :],
    }


def _zip(data):
    packed = stdio.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data", data)
    return packed.getvalue()


def _bombs(name, folder, longest):
    folder.mkdir()
    data, one = seed_of(name), Target(name, folder)
    bombs = contents(data)
    # Zeros behind the stream are no data: with them the file is large enough for what it unpacks to.
    packed = [gzip.compress(bomb, 6).ljust(SIZE // 190, b"\0") for bomb in bombs.values()]
    packed += [ncompress.compress(bombs["lines"]), _zip(bombs["lines"])]
    del bombs
    used = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
    for k, bomb in enumerate(packed):
        longest[0] = k
        start = time.process_time()
        one(bomb)
        longest[1] = max(longest[1], int(1000 * (time.process_time() - start)))


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="limits of memory are those of Linux")
@pytest.mark.parametrize("name", [name for name in TARGETS if name not in BINARY])
def test_it_is_read_or_refused_within_bounds(name, tmp_path):
    context = multiprocessing.get_context("spawn")
    longest = context.Array("q", 2)
    process = context.Process(target=_bombs, args=(name, tmp_path / "child", longest))
    process.start()
    process.join(600)
    process.kill()
    process.join()
    assert process.exitcode == 0, f"exit code {process.exitcode} at bomb {longest[0]}"
    assert longest[1] < 1000 * SECONDS, f"{longest[1]} ms"
