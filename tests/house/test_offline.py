"""Nothing of a paper leaves the machine unless the voice is turned on, and nothing is loaded for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT

PAPER = ROOT / "examples" / "stale-pipeline"
HEAVY = ("litellm", "openai", "httpx", "aiohttp", "requests")
COMMANDS = [("check", "--fail-on", "never"), ("stress-test",), ("facts",)]

# Runs a command and ends with status 3 where it opened a socket, 4 where it loaded a library of the voice.
WATCHED = f"""
import sys
opened = []
sys.addaudithook(lambda event, _: opened.append(event) if event.startswith("socket.") else None)
import tanaka.lsp.server
tanaka.lsp.server.make_server()
from tanaka.cli.main import main
status = main(sys.argv[1:])
if opened:
    sys.exit(f"sockets: {{opened}}")
loaded = [m for m in {HEAVY!r} if m in sys.modules]
if loaded:
    sys.exit(f"loaded: {{loaded}}")
sys.exit(status)
"""


def watched(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command, with an ear at what it opens."""
    return subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], capture_output=True, text=True, env=_clean()
    )


def _clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("TANAKA")}


def _alone() -> list[str]:
    """What runs a program in a network of its own, without an interface; empty where that is forbidden."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    allowed = subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode == 0
    return [unshare, "-rn"] if allowed else []


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: a[0])
def test_with_the_voice_off_no_socket_is_opened(arguments: tuple[str, ...]) -> None:
    """Nor is any library loaded that could open one to a model."""
    command, *rest = arguments
    done = watched(command, str(PAPER), *rest)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_ear_hears() -> None:
    """Else the test above could not fail."""
    done = subprocess.run(
        [sys.executable, "-c", "import socket\n" + WATCHED.replace("status = ", "socket.socket(); status = "),
         "explain", "TK101"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and "socket.__new__" in done.stderr


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: a[0])
def test_the_output_is_the_same_without_any_network(arguments: tuple[str, ...]) -> None:
    """In a network namespace that has no interface that is up.

    Where the machine forbids to make one, the commands run with a Python that cannot make a
    socket at all: the same law, held by other means.
    """
    command, *rest = arguments
    program = [sys.executable, "-m", "tanaka", command, str(PAPER), *rest]
    with_network = subprocess.run(program, capture_output=True, env=_clean())
    alone = _alone()
    if not alone:
        blocked = (
            "import sys\n"
            "def refuse(event, _):\n"
            "    if event.startswith('socket.'): raise PermissionError(event)\n"
            "sys.addaudithook(refuse)\n"
            "from tanaka.cli.main import main\n"
            "sys.exit(main(sys.argv[1:]))\n"
        )
        program = [sys.executable, "-c", blocked, command, str(PAPER), *rest]
    without = subprocess.run([*alone, *program], capture_output=True, env=_clean())
    assert without.returncode == with_network.returncode == 0, without.stderr.decode()
    assert without.stdout == with_network.stdout


def test_importing_the_server_loads_nothing_of_the_voice() -> None:
    """Neither at its start, nor with all that a stress test needs."""
    program = (
        "import sys\n"
        "import tanaka.lsp.server, tanaka.lsp.session, tanaka.lsp.handlers, tanaka.lsp.voice\n"
        "import tanaka.children.voice, tanaka.cli.voice, tanaka.cli.stress_test, tanaka.cli.check\n"
        f"loaded = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_voice_is_no_part_of_the_servers_environment() -> None:
    """One of its releases stole keys at every start of Python in its environment."""
    found = subprocess.run(
        [sys.executable, "-c", "import importlib.util as u; print(u.find_spec('litellm'))"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert found.stdout == "None\n"


def test_nothing_in_the_voices_environment_runs_by_itself() -> None:
    """A .pth file with code is run at every start of Python; those that are known are harmless."""
    home = ROOT / "build" / "voice-venv"
    assert home.is_dir(), "build/voice-venv is not there: make build/stamps/voice"
    known = {"distutils-precedence.pth"}
    for path in home.rglob("*.pth"):
        code = [
            li for li in path.read_text("utf-8").splitlines() if li.startswith(("import", "exec"))
        ]
        assert not code or path.name in known, f"{path.relative_to(ROOT)} runs code"


def test_only_one_file_imports_litellm() -> None:
    sources = Path(ROOT / "server").rglob("*.py")
    found = [
        p.relative_to(ROOT).as_posix() for p in sources if "import litellm" in p.read_text("utf-8")
    ]
    assert found == ["server/tanaka/children/voice_worker.py"]
