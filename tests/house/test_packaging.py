"""What is shipped: a wheel with three packages, and an extension with nothing that it must not hold."""

from __future__ import annotations

import base64
import csv
import fnmatch
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

import tanaka

from .tree import ROOT, files

PACKAGES = {
    "server/tanaka": "tanaka",
    "hwmodels/hwmodels": "hwmodels",
    "persona/tanaka_persona": "tanaka_persona",
}
VSIX = ROOT / "build" / f"tanaka-{tanaka.__version__}.vsix"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree as it is."""
    to = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(to)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (built,) = to.iterdir()
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    """The wheel as it is installed: beside the dependencies, away from the repository."""
    to = wheel.parent.parent / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(to)
    return to


def run(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the installed wheel, in a folder that is no checkout."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TANAKA", "PYTHON"))}
    env |= {"PYTHONPATH": str(unpacked), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=unpacked.parent, env=env, capture_output=True, text=True
    )


# --- the wheel -----------------------------------------------------------------------------------


def test_the_wheel_is_for_every_platform_and_has_the_version(wheel: Path) -> None:
    assert wheel.name == f"tanaka-{tanaka.__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_three_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    info = f"tanaka-{tanaka.__version__}.dist-info"
    assert {n.partition("/")[0] for n in names} == {*PACKAGES.values(), info}
    expected = {
        package + name.removeprefix(source)
        for source, package in PACKAGES.items()
        for name in files()
        if name.startswith(f"{source}/")
    }
    assert {n for n in names if not n.startswith(info)} == expected


def test_the_wheel_carries_its_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        suffixes = {PurePosixPath(n).suffix for n in archive.namelist() if "dist-info" not in n}
        assert suffixes == {".py", ".typed", ".toml", ".json", ".md"}
        license_text = archive.read(f"tanaka-{tanaka.__version__}.dist-info/licenses/LICENSE")
    assert license_text == (ROOT / "LICENSE").read_bytes()


def test_the_license_is_the_whole_text() -> None:
    """Apache-2.0 as its owner publishes it."""
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def test_the_wheel_runs_without_the_repository(unpacked: Path) -> None:
    where = run(unpacked, "-c", "import tanaka, hwmodels, tanaka_persona as p; print(tanaka.__file__, hwmodels.__file__, p.__file__)")  # fmt: skip
    assert where.stdout.count(str(unpacked)) == 3, where.stdout + where.stderr
    assert run(unpacked, "-m", "tanaka", "--version").stdout == f"tanaka {tanaka.__version__}\n"
    explained = run(unpacked, "-m", "tanaka", "explain", "TK201")
    assert explained.returncode == 0 and "# TK201 above-peak" in explained.stdout


def test_the_wheel_finds_what_the_checkout_finds(unpacked: Path) -> None:
    """Data files included: a peak and a capacity come from the catalogue, the review from the persona."""
    shutil.copytree(ROOT / "examples" / "stale-pipeline", unpacked.parent / "paper")
    checked = run(unpacked, "-m", "tanaka", "check", "paper", "--output-format", "json")
    assert checked.returncode == 1, checked.stderr
    codes = {f["code"] for f in json.loads(checked.stdout)["findings"]}
    assert {"TK201", "TK301"} <= codes
    reviewed = run(unpacked, "-m", "tanaka", "stress-test", "paper")
    assert reviewed.returncode == 0 and "HetPipe" in reviewed.stdout, reviewed.stderr


def test_the_wheel_asks_for_what_the_project_names_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"tanaka-{tanaka.__version__}.dist-info/METADATA").decode()
        points = archive.read(f"tanaka-{tanaka.__version__}.dist-info/entry_points.txt").decode()
    needed = {re.split(r"[<>=]", n)[0] for n in re.findall(r"^Requires-Dist: ([^;\s]+)$", metadata, re.M)}  # fmt: skip
    assert needed == {"pygls", "lsprotocol", "pylatexenc", "bibtexparser", "numpy", "pypdfium2"}
    assert points.split() == ["[console_scripts]", "tanaka", "=", "tanaka.cli.main:main"]


def test_the_record_of_the_wheel_is_true(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read(f"tanaka-{tanaka.__version__}.dist-info/RECORD").decode()
        for name, digest, _ in csv.reader(io.StringIO(record)):
            if digest:
                found = hashlib.sha256(archive.read(name)).digest()
                assert digest == f"sha256={base64.urlsafe_b64encode(found).decode().rstrip('=')}"


def test_an_installed_checkout_exposes_the_same_names(tmp_path: Path) -> None:
    """Neither the source roots nor the tests can be imported by accident."""
    program = (
        "import importlib.util as u\n"
        "found = [n for n in ('server', 'persona', 'tests', 'scripts', 'client') if u.find_spec(n)]\n"
        "assert not found, found\n"
        "assert all(u.find_spec(n) for n in ('tanaka', 'hwmodels', 'tanaka_persona'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# --- the extension -------------------------------------------------------------------------------

ALLOWED = (
    "[[]Content_Types].xml", "extension.vsixmanifest", "extension/package.json",
    "extension/readme.md", "extension/changelog.md", "extension/LICENSE.txt",
    "extension/bundled/tanaka-*-py3-none-any.whl", "extension/bundled/requirements.lock",
    "extension/client/dist/extension.js", "extension/client/dist/review.js",
    "extension/client/dist/review.css", "extension/client/media/icon.png",
    "extension/client/media/walkthrough/*.md", "extension/docs/pictures/*.png",
    "extension/examples/stale-pipeline/*",
)  # fmt: skip


def ignore_lines() -> list[str]:
    lines = (ROOT / ".vscodeignore").read_text("utf-8").splitlines()
    return [li for li in lines if li and not li.startswith("#")]


def test_vscodeignore_is_an_allow_list() -> None:
    """Everything is out first; what comes in is named."""
    first, *rest = ignore_lines()
    assert first == "**"
    assert rest and all(li.startswith("!") for li in rest)
    for line in rest:
        assert not re.match(r"!(?:\*|[^/]*\*\*|client/\*\*|[\w-]+/\*\*)", line) or line in (
            "!client/dist/**", "!docs/pictures/**",
        ), f"{line} allows a whole folder"  # fmt: skip


def braces(pattern: str) -> list[str]:
    """A pattern for each of the alternatives in braces."""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    return [
        p
        for choice in match.group(1).split(",")
        for p in braces(pattern[: match.start()] + choice + pattern[match.end() :])
    ]


def test_every_line_of_vscodeignore_still_allows_something() -> None:
    built = ("client/dist/", "bundled/", "docs/pictures/")
    for line in ignore_lines()[1:]:
        if line.startswith(tuple(f"!{b}" for b in built)):
            continue
        patterns = [p.replace("**/", "*") for p in braces(line.removeprefix("!"))]
        assert any(fnmatch.fnmatchcase(n, p) for p in patterns for n in files()), line


@pytest.fixture(scope="module")
def packed() -> zipfile.ZipFile:
    """The extension that ``make vsix`` made; ``make test`` makes it before it runs this."""
    assert VSIX.is_file(), f"{VSIX.name} is not there: make vsix"
    return zipfile.ZipFile(VSIX)


def test_the_extension_holds_nothing_that_is_not_allowed(packed: zipfile.ZipFile) -> None:
    names = packed.namelist()
    others = [n for n in names if not any(fnmatch.fnmatchcase(n, p) for p in ALLOWED)]
    assert others == []
    paper = [n for n in names if n.startswith("extension/examples/")]
    assert {PurePosixPath(n).suffix for n in paper} <= {".tex", ".bib", ".md", ".toml", ".pdf"}
    assert len(names) == len(set(names))


def test_the_extension_holds_all_that_its_manifest_names(packed: zipfile.ZipFile) -> None:
    names = set(packed.namelist())
    manifest = json.loads(packed.read("extension/package.json"))
    steps = [s for w in manifest["contributes"]["walkthroughs"] for s in w["steps"]]
    named = [manifest["main"], manifest["icon"], *(p for s in steps for p in s["media"].values())]
    for path in named:
        assert f"extension/{path.removeprefix('./')}" in names, path
    for path in ("readme.md", "changelog.md", "LICENSE.txt", "client/dist/review.js",
                 "client/dist/review.css", "bundled/requirements.lock"):  # fmt: skip
        assert packed.getinfo(f"extension/{path}").file_size > 0, path


def test_the_pictures_of_its_readme_are_in_the_extension(packed: zipfile.ZipFile) -> None:
    readme = packed.read("extension/readme.md").decode()
    shown = re.findall(r"!\[[^\]]*\]\((?!https?:)([^)\s]+)", readme)
    shown += re.findall(r'<img[^>]+src="(?!https?:)([^"]+)"', readme)
    for path in shown:
        assert f"extension/{path}" in packed.namelist(), path


def test_the_extension_carries_one_server_of_its_own_version(packed: zipfile.ZipFile) -> None:
    (wheel,) = [n for n in packed.namelist() if n.endswith(".whl")]
    assert PurePosixPath(wheel).name == f"tanaka-{tanaka.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(io.BytesIO(packed.read(wheel))) as server:
        assert "tanaka/lsp/server.py" in server.namelist()


def test_what_it_installs_is_pinned_with_hashes(packed: zipfile.ZipFile) -> None:
    lock = packed.read("extension/bundled/requirements.lock").decode()
    entries = re.findall(r"^([\w.-]+)==([\w.]+)((?: \\\n\s+--hash=sha256:[0-9a-f]{64})+)$", lock, re.M)  # fmt: skip
    assert len(entries) == len(re.findall(r"^\w", lock, re.M))
    assert {"pygls", "lsprotocol", "pylatexenc", "numpy"} <= {name for name, _, _ in entries}


def test_the_extension_is_small(packed: zipfile.ZipFile) -> None:
    # It is 2.5 MB, most of it the wheel of the server with its rules and data, which grows with every reader.
    assert sum(i.compress_size for i in packed.infolist()) < 3_000_000
