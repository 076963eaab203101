"""The layers of pyproject.toml hold, and they are not empty words: a wrong import breaks them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tree import ROOT

SOURCES = {"server": "tanaka", "hwmodels": "hwmodels", "persona": "tanaka_persona"}
LINT = Path(sys.executable).parent / "lint-imports"


def lint(config: Path, *roots: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages of some source roots."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join(str(r) for r in roots),
        "COLUMNS": "200",  # its report is cut at the width of the terminal
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [str(LINT), "--config", str(config), "--no-cache"]
    return subprocess.run(
        command, cwd=config.parent, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three packages and their contracts, in a folder where an import may be added."""
    home = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", home)
    for root, package in SOURCES.items():
        source, to = ROOT / root / package, home / root / package
        for path in source.rglob("*.py"):
            (to / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to / path.relative_to(source))
    return home


def lint_copy(home: Path) -> subprocess.CompletedProcess[str]:
    return lint(home / "pyproject.toml", *(home / root for root in SOURCES))


def test_the_layers_hold() -> None:
    done = lint(ROOT / "pyproject.toml", *(ROOT / root for root in SOURCES))
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_the_copy_is_as_sound_as_the_original(copy: Path) -> None:
    """Else the tests below would pass for another reason."""
    assert lint_copy(copy).returncode == 0


@pytest.mark.parametrize(
    ("file", "line", "chain"),
    [
        ("server/tanaka/text.py", "import tanaka.rules", "tanaka.text -> tanaka.rules"),
        ("server/tanaka/paper/model.py", "from tanaka.views import hover", "tanaka.paper.model -> tanaka.views.hover"),
        ("server/tanaka/views/hover.py", "import lsprotocol.types", "tanaka.views.hover -> lsprotocol"),
        ("server/tanaka/rules/api.py", "import subprocess", "tanaka.rules.api -> subprocess"),
        ("server/tanaka/analysis/host.py", "import threading", "tanaka.analysis.host -> threading"),
        ("server/tanaka/rules/api.py", "import tanaka_persona", "tanaka.rules.api -> tanaka_persona"),
        ("hwmodels/hwmodels/units.py", "import tanaka.text", "hwmodels.units -> tanaka.text"),
        ("persona/tanaka_persona/__init__.py", "import tanaka.text", "tanaka_persona -> tanaka.text"),
    ],
)  # fmt: skip
def test_a_wrong_import_is_named(copy: Path, file: str, line: str, chain: str) -> None:
    path = copy / file
    before = path.read_text("utf-8")
    try:
        path.write_text(f"{before}\n{line}\n", "utf-8")
        done = lint_copy(copy)
    finally:
        path.write_text(before, "utf-8")
    assert done.returncode != 0
    assert chain in done.stdout, done.stdout


def test_a_new_package_must_take_its_place(copy: Path) -> None:
    """The list of layers is exhaustive."""
    package = copy / "server" / "tanaka" / "attic"
    package.mkdir()
    try:
        (package / "__init__.py").write_text('"""Nobody said where this belongs."""\n', "utf-8")
        done = lint_copy(copy)
    finally:
        shutil.rmtree(package)
    assert done.returncode != 0
    assert "tanaka.attic" in done.stdout or "attic" in done.stdout, done.stdout
