"""mypy --strict on the lines of the README, as a user's own type checker sees them.

Run by ``tox -e lint``; no test, since it needs mypy.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What a user's configuration has to say of libraries that come without types.
CONFIG = "[mypy]\nstrict = True\nfollow_imports = silent\n[mypy-sklearn.*]\nignore_missing_imports = True\n"


def python_lines(text: str) -> str:
    """The Python blocks of a Markdown text, one after the other."""
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    if not blocks:
        raise SystemExit("README.md has no block of Python")
    return "\n".join(blocks)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        script, config = Path(folder, "readme.py"), Path(folder, "mypy.ini")
        script.write_text(python_lines((ROOT / "README.md").read_text()))
        config.write_text(CONFIG)
        return subprocess.run(
            [sys.executable, "-m", "mypy", "--config-file", str(config), str(script)], cwd=ROOT
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
