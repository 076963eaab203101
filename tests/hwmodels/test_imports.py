"""What importing costs: no module of hwmodels loads numpy, and no module reads a data file."""

from __future__ import annotations

import subprocess
import sys
from pkgutil import iter_modules

import pytest

import hwmodels

MODULES = ["hwmodels", *(f"hwmodels.{m.name}" for m in iter_modules(hwmodels.__path__))]
PROGRAM = """
import sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
import {module}
heavy = {{"numpy", "scipy", "pandas", "hypothesis"}} & set(sys.modules)
data = [path for path in opened if "/data/" in path or path.endswith((".toml", ".csv", ".json"))]
print(sorted(heavy), data)
"""


@pytest.mark.parametrize("module", MODULES)
def test_importing_loads_no_numpy_and_reads_no_data(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[] []\n"


def test_the_check_notices_numpy_and_data() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM.format(module="numpy, hwmodels.catalog as c; c.find('A100')"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "numpy" in done.stdout and ".toml" in done.stdout
