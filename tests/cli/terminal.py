"""The program as a shell sees it: exit status, standard output, standard error."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"
WRONG = "The time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup."
RIGHT = "The time falls from 420\\,ms to 140\\,ms, a $3.0\\times$ speedup."


@dataclass(frozen=True)
class Ran:
    """What a run gave."""

    status: int
    out: str
    err: str


def paper(text: str = WRONG) -> str:
    """A whole paper around a sentence."""
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{text}\n\\end{{document}}\n"


def process(*arguments: str | Path, module: bool = True, **environment: str) -> Ran:
    """Run in a process of its own: ``python -m tanaka``, or the console script."""
    script = Path(sys.executable).parent / "tanaka"
    command = [sys.executable, "-m", "tanaka"] if module else [str(script)]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, check=False, env=os.environ | environment,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
