"""Run a command in this process: fast, and the same `main` that the console script calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tanaka.cli.main import main

from .terminal import Ran

Run = Callable[..., Ran]


@pytest.fixture
def tanaka(capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit status, output and error of a command."""

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        try:
            status = main([str(a) for a in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run
