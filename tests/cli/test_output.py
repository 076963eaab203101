"""Bytes on standard output: the same everywhere, and no escape codes where nobody sees them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tanaka.cli import output

from .terminal import EXAMPLE, paper, process

SCRIPT = """
from tanaka.cli.main import main
for command in ("check", "facts", "stress-test"):
    main([command, {0!r}, "--output-format", "json"])
"""


def test_the_same_paper_gives_the_same_bytes_under_any_hash_seed() -> None:
    outputs = set()
    for seed in "01234":
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(str(EXAMPLE))],
            capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed},
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100_000


def test_the_module_and_the_script_are_the_same_program(tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper(), "utf-8")
    ran = process("check", tmp_path)
    assert ran.status == 1
    assert ran == process("check", tmp_path, module=False)


def test_a_pipe_gets_no_escape_codes_and_utf_8_under_any_locale(tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper("Zürich 漢. " + "It takes 420\\,ms."), "utf-8")
    for environment in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"FORCE_COLOR": "1"}):
        ran = process("facts", tmp_path, "--output-format", "json", **environment)
        assert (ran.status, ran.err) == (0, "")
        assert "\x1b" not in ran.out
    assert "\x1b" not in process("check", EXAMPLE, TERM="xterm").out


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f'"{sys.executable}" -m tanaka facts "{EXAMPLE}" | head -n 1'
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


class Screen(io.StringIO):
    """A standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_and_can_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not output.colour()
    monkeypatch.setattr(sys, "stdout", Screen())
    assert output.colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.colour()
    monkeypatch.setenv("NO_COLOR", "")
    assert output.colour()
    monkeypatch.setenv("TERM", "dumb")
    assert not output.colour()


@pytest.mark.parametrize(
    ("columns", "wanted"), [("80", 79), ("120", 119), ("500", 120), ("10", 40)]
)
def test_a_terminal_is_used_as_wide_as_it_is(
    monkeypatch: pytest.MonkeyPatch, columns: str, wanted: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert output.width(79) == 79
    monkeypatch.setattr(sys, "stdout", Screen())
    assert output.width(79) == wanted
    assert output.width(79, 79) == min(wanted, 79)


def test_a_check_on_a_terminal_is_coloured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tanaka.cli.main import main

    screen = Screen()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(["check", str(EXAMPLE)]) == 1
    assert "\x1b[1;31mimpossible\x1b[0m" in screen.getvalue()
    assert "a $1.5\\times$ speedup over the" in screen.getvalue()
