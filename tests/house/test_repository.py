"""What every file of the repository is held to, whatever is in it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from .tree import BINARY, ROOT, files, is_ignored, texts

TEXTS = texts()
SOURCES = {n: t for n, t in TEXTS.items() if re.search(r"\.(py|ts|mjs|js|css|tex|sh)$", n)}


def places(pattern: str, among: dict[str, str], flags: int = 0) -> list[str]:
    """File, line and words of each match."""
    found = []
    for name, text in among.items():
        for match in re.finditer(pattern, text, flags):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: {match.group().strip()}")
    return found


def test_only_what_is_built_is_left_out() -> None:
    """Holds the reading of .gitignore, on which all tests here rest."""
    assert {"README.md", ".ci/run", "server/tanaka/__init__.py", "tests/house/tree.py"} <= set(
        files()
    )
    for name in ("build", "node_modules", "client/dist", "server/tanaka/__pycache__", "a.vsix",
                 "examples/stale-pipeline/main.aux", "examples/stale-pipeline/sections/a.log"):  # fmt: skip
        assert is_ignored(name), name
    for name in ("server/build.py", "client/distant.ts", "examples/main.tex", "docs/main.log"):
        assert not is_ignored(name), name


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a folder outside of the repository", r"\.\./" + r"shared(?![\w.])"),
        ("a place on somebody's machine",
         r"(?<![\w.~}-])/(?:" + "|".join(("work", "root", "tmp")) + r")/\w[\w.-]*"),
        ("a host of a package registry",
         "|".join(("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(?:org|com)", "yarn" + "pkg"))),
        ("what is left to do", r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"),
    ],
    ids=["folders outside", "machines", "registries", "what is left to do"],
)  # fmt: skip
def test_no_file_names(what: str, pattern: str) -> None:
    assert places(pattern, TEXTS) == [], what


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    """What a machine lacks may skip a test there, where the line before refuses that in CI."""
    python = r"mark\.(?:skip|xfail)|pytest\.(?:skip|xfail)|importor" + r"skip|unittest\.skip"
    script = r"\b(?:it|test|describe)\.(?:skip|todo|only)\b|\{\s*skip:"
    tests = {n: t for n, t in SOURCES.items() if n.startswith(("tests/", "client/test/"))}
    del tests["tests/house/test_repository.py"]
    refused = r'assert not os\.environ\.get\("CI"\)[^\n]*\n\s*pytest\.skip\('
    tests = {n: re.sub(refused, "", t) for n, t in tests.items()}
    assert places(python, tests) == []
    assert places(script, tests) == []


def first_line(text: str) -> str:
    """First line that is neither empty nor "#!"."""
    return next((li for li in text.splitlines() if li.strip() and not li.startswith("#!")), "")


OPENINGS = {
    ".py": r'r?"""\S',
    ".ts": r"// \S|/\*\*? \S",
    ".mjs": r"// \S|/\*\*? \S",
    ".js": r"// \S|/\*\*? \S",
    ".css": r"/\* \S",
    ".yaml": r"# \S",
    ".yml": r"# \S",
    ".sh": r"# \S",
    ".md": r"#{1,2} \S|<!-- \S",
}
ALSO = {"Makefile", ".ci/run", ".vscodeignore", ".npmrc"}


def test_every_file_opens_with_what_it_is_for() -> None:
    """A persona's prose is said as it stands; persona/README.md tells what each file is for."""
    prose = re.compile(r"persona/tanaka_persona/\w+/.*\.md")
    wrong, seen = [], 0
    for name, text in TEXTS.items():
        suffix, base = Path(name).suffix, Path(name).name
        if (suffix in OPENINGS or base in ALSO or name in ALSO) and not prose.fullmatch(name):
            seen += 1
            if not re.match(OPENINGS.get(suffix, r"# \S"), first_line(text)):
                wrong.append(f"{name}: {first_line(text)[:60]}")
    assert wrong == []
    assert seen > 150


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"util", "utils", "utilities", "helper", "helpers", "misc", "common", "stuff"}
    for name in files():
        assert not drawers & {p.partition(".")[0].lower() for p in Path(name).parts}, name


def test_names_differ_in_more_than_case() -> None:
    """Two such files are one on a Mac."""
    lower = [n.lower() for n in files()]
    assert len(lower) == len(set(lower))


def test_text_files_are_clean() -> None:
    for name, text in TEXTS.items():
        assert "\r" not in text, f"{name} has carriage returns"
        assert "\ufeff" not in text, f"{name} has a byte order mark"
        if text and Path(name).suffix not in (".csv", ".tex"):
            assert text.endswith("\n"), f"{name} does not end in a line end"


def test_no_file_is_large() -> None:
    for name in files():
        limit = 1_000_000 if Path(name).suffix in BINARY else 200_000
        assert (ROOT / name).stat().st_size < limit, name


def test_continuous_integration_calls_make_and_nothing_else() -> None:
    """What CI runs is what everybody can run."""
    script = ROOT / ".ci" / "run"
    text = script.read_text("utf-8")
    assert os.access(script, os.X_OK)
    assert re.findall(r"^make (\w+)", text, re.M) == ["test", "check"]
    assert re.search(r'exit "?\$status"?\s*\Z', text)
    tools = ("pytest", "ruff", "mypy", "pip", "npm", "npx", "node", "tanaka")
    assert not re.search(rf"^\s*(?:{'|'.join(tools)})\b", text, re.M)


def test_continuous_integration_fails_when_a_step_does(tmp_path: Path) -> None:
    """Runs the script with a make that says no to one target, and with one that says yes."""
    repository, programs = tmp_path / "repository", tmp_path / "bin"
    (repository / ".ci").mkdir(parents=True)
    programs.mkdir()
    copy = repository / ".ci" / "run"
    copy.write_text((ROOT / ".ci" / "run").read_text("utf-8"), "utf-8")
    for name in ("pdflatex", "bibtex", "kpsewhich", "tar", "python3"):
        (programs / name).write_text("#!/bin/sh\nexit 0\n", "utf-8")
    (programs / "make").write_text('#!/bin/sh\necho "made $1"\n[ "$1" != "$REFUSED" ]\n', "utf-8")
    for program in programs.iterdir():
        program.chmod(0o755)

    def run(refused: str) -> subprocess.CompletedProcess[str]:
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        env = os.environ | {"PATH": path, "REFUSED": refused}
        return subprocess.run(["bash", str(copy)], env=env, capture_output=True, text=True)

    for refused, status in (("", 0), ("test", 1), ("check", 1)):
        done = run(refused)
        assert done.returncode == status, done.stderr
        # Both run, whatever the first one said.
        assert re.findall(r"^made (\w+)", done.stdout, re.M) == ["test", "check"]
