"""One version, and one oldest Python, Node and VS Code, whatever file names them."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import tanaka

from .tree import ROOT

MANIFEST: dict[str, Any] = json.loads((ROOT / "package.json").read_text("utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def found(pattern: str, name: str) -> str:
    """The one place of a file that matches."""
    (match,) = re.findall(pattern, text(name))
    return match


def test_the_extension_has_the_version_of_the_server() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", tanaka.__version__)
    assert MANIFEST["version"] == tanaka.__version__
    lock = json.loads(text("package-lock.json"))
    assert lock["version"] == lock["packages"][""]["version"] == tanaka.__version__


def test_the_version_is_written_in_one_place() -> None:
    """The wheel takes it from there; nothing asks an installed distribution for it."""
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "server/tanaka/__init__.py"
    for path in (ROOT / "server").rglob("*.py"):
        assert "importlib.metadata" not in path.read_text("utf-8"), path.name


def test_the_changelog_begins_with_this_version() -> None:
    headings = re.findall(r"^## (.+)$", CHANGELOG, re.M)
    assert re.fullmatch(
        rf"\[{re.escape(tanaka.__version__)}\] - (?:Unreleased|20\d\d-\d\d-\d\d)", headings[0]
    )
    numbers = [tuple(map(int, n.split("."))) for n in re.findall(r"^## \[([\d.]+)\]", CHANGELOG, re.M)]  # fmt: skip
    assert len(numbers) == len(headings)
    assert numbers == sorted(numbers, reverse=True)


def test_the_changelog_has_the_usual_headings_and_something_under_each() -> None:
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    parts = re.split(r"^### (.+)$", CHANGELOG, flags=re.M)[1:]
    assert parts
    for heading, body in zip(parts[::2], parts[1::2], strict=True):
        assert heading in kinds
        assert re.search(r"^- \S", body, re.M), heading


def test_the_oldest_python() -> None:
    oldest = re.fullmatch(r">=(3\.\d+)", PROJECT["project"]["requires-python"])
    assert oldest
    major, minor = oldest.group(1).split(".")
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{major}{minor}"
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest.group(1)
    assert found(r"MINIMUM: .* = \[(\d+, \d+)\]", "client/src/python.ts") == f"{major}, {minor}"
    assert found(r"sys\.version_info < \((\d+, \d+)\)", "scripts/setup.mjs") == f"{major}, {minor}"
    assert f'PYTHONS = ["{oldest.group(1)}", ' in text("scripts/bundle.py")


def test_the_oldest_node_and_vs_code() -> None:
    node = found(r"major < (\d+)", "scripts/setup.mjs")
    assert MANIFEST["devDependencies"]["@types/node"].split(".")[0] == node
    assert MANIFEST["engines"]["vscode"] == f"^{MANIFEST['devDependencies']['@types/vscode']}"


def test_what_the_extension_is_built_with_is_pinned() -> None:
    for name, version in MANIFEST["devDependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_no_dependency_is_left_open_at_the_top() -> None:
    """A new major version is taken on purpose."""
    groups = [PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values()]
    for requirement in (r for group in groups for r in group):
        assert re.search(r">=[\d.]+,<\d", requirement), requirement
