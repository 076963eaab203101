"""Documents tell the truth: what they name exists, what they show is so, what is generated is fresh.

Held are the words in backticks, the blocks of code, the links and the pictures of every document
for people; prose is left to its readers.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import re
import shlex
import struct
import subprocess
import sys
import tomllib
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest

import tanaka
from fixture import analyse
from hwmodels.catalog import accelerators
from tanaka.analysis.config import Config, read_config
from tanaka.cli.main import main, parser
from tanaka.lsp import ext
from tanaka.paper.about import DECLARABLE
from tanaka.rules.registry import RULES

from .tree import ROOT, files

DOCUMENTS = [
    n
    for n in files()
    if n.endswith(".md")
    and (
        "/" not in n
        or n.startswith(("docs/", "client/media/walkthrough/"))
        or PurePosixPath(n).name == "README.md"
    )
]
TEXTS = {n: (ROOT / n).read_text("utf-8") for n in DOCUMENTS}
MANIFEST: dict[str, Any] = json.loads((ROOT / "package.json").read_text("utf-8"))
MADE = (".tanaka/", "build/", "bundled/", "client/dist/", "node_modules/")
each = pytest.mark.parametrize("name", DOCUMENTS)

_FENCE = re.compile(r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```", re.M | re.S)
_INDENTED = re.compile(r"(?:^|\n)\n((?:    [^\n]+(?:\n|\Z))+)")


def blocks(text: str) -> list[tuple[str, str]]:
    """Blocks of code with their language; an indented block has none."""
    fenced = [(m.group(2), m.group(3)) for m in _FENCE.finditer(text)]
    return fenced + [("", m.group(1)) for m in _INDENTED.finditer(_FENCE.sub("\n", text))]


def spans(text: str) -> list[str]:
    """Words in backticks, outside of blocks."""
    prose = _INDENTED.sub("\n", _FENCE.sub("", text))
    return [m.group(2) or m.group(3) for m in re.finditer(r"(``)(.+?)``|`([^`]+)`", prose, re.S)]


def spoken(text: str) -> Iterator[str]:
    """Lines that may be commands: words in backticks, and lines of blocks that are no LaTeX."""
    yield from spans(text)
    for language, body in blocks(text):
        if language in ("", "sh", "bash", "console", "text", "yaml"):
            yield from (line.strip().removeprefix("$ ") for line in body.splitlines())


def test_the_documents_are_found() -> None:
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/README.md",
                 "docs/rules/TK101.md", "tests/README.md", "hwmodels/README.md", "persona/README.md"):  # fmt: skip
        assert name in DOCUMENTS


# --- links and paths -----------------------------------------------------------------------------


def slug(heading: str) -> str:
    """Anchor that GitHub and VS Code give a heading."""
    words = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(text: str) -> set[str]:
    return {slug(h) for h in re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", text), re.M)}


def links(text: str) -> list[str]:
    prose = _FENCE.sub("", text)
    found = re.findall(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", prose)
    return found + re.findall(r"(?:src|href|srcset)=\"([^\"]+)\"", prose)


def broken(name: str, text: str) -> list[str]:
    """Links of a document that lead nowhere."""
    found = []
    for link in links(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists():
            found.append(link)
        elif anchor:
            page = target / "README.md" if target.is_dir() else target
            if anchor not in anchors(page.read_text("utf-8") if path else text):
                found.append(link)
    return found


@each
def test_every_link_leads_somewhere(name: str) -> None:
    assert broken(name, TEXTS[name]) == []


def test_a_broken_link_is_seen() -> None:
    text = "# Title here\n[a](README.md) [b](nowhere.md) [c](#title-here) [d](#other) ![e](x.png)"
    assert broken("README.md", text) == ["nowhere.md", "#other", "x.png"]


def test_links_to_commands_name_commands() -> None:
    known = {c["command"] for c in MANIFEST["contributes"]["commands"]}
    texts = [json.dumps(MANIFEST), *TEXTS.values()]
    named = {c for t in texts for c in re.findall(r"\(command:([\w.]+)", t)}
    assert named
    others = {c for c in named if not c.startswith(("vscode.", "workbench."))}
    assert others <= known


SUFFIXES = r"py|pyi|ts|mjs|js|css|toml|json|md|tex|bib|csv|pdf|png|svg|lock|txt|yaml|yml|sh"
# Files of other programs, and names that a reader is to fill in.
FOREIGN = {"settings.json", "languages.toml", "init.lua"}


@cache
def names_of_files() -> frozenset[str]:
    return frozenset(PurePosixPath(n).name for n in files())


def exists(token: str, name: str) -> bool:
    """Whether a path is there, seen from the root, or from inside of the document's folder."""
    pattern = re.sub(r"<[^>]+>", "*", token.rstrip("/"))
    if any(ROOT.glob(pattern)):
        return True
    here = PurePosixPath(name).parent
    return here.name != "" and any((ROOT / here).rglob(pattern))


def is_path(word: str) -> bool:
    """Whether a word in backticks means a file or a folder of the repository."""
    if not re.fullmatch(r"[\w.*<>@/-]*\w[\w.*<>@/-]*", word) or word in FOREIGN:
        return False
    if word.startswith((*MADE, "tanaka/", "/")):
        return False
    named = re.search(rf"\w\.(?:{SUFFIXES})$", word) is not None
    return named or ("/" in word and (word.endswith("/") or (ROOT / word.partition("/")[0]).exists()))  # fmt: skip


def paths(name: str, text: str) -> list[str]:
    """Paths in backticks that are not there, and tests that their file does not have."""
    missing = []
    for token in spans(text):
        word, _, test = token.partition("::")
        if is_path(word):
            there = exists(word, name) or ("/" not in word and word in names_of_files())
            if not there or (test and test not in functions(word)):
                missing.append(token)
    return missing


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(
        n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@each
def test_every_path_exists(name: str) -> None:
    # A changelog tells of what was, and its paths may be gone.
    if name != "CHANGELOG.md":
        assert paths(name, TEXTS[name]) == []


def test_a_path_that_is_gone_is_seen() -> None:
    there = "`server/tanaka/text.py` `docs/` `tests/rules/*.md` `n/a` `text.py` `build/x.py` `a.b`"
    assert paths("README.md", there) == []
    gone = (
        "`server/tanaka/utils.py` `attic/` `tests/attic/*.md` `gone.py` `tests/house/tree.py::no`"
    )
    assert paths("README.md", gone) == gone.replace("`", "").split()
    assert paths("persona/README.md", "`tanaka_persona/dr_tanaka`") == []


# --- commands, settings, codes -------------------------------------------------------------------


def targets() -> set[str]:
    (phony,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    return set(phony.split())


def unknown_targets(text: str) -> list[str]:
    """Targets of make, and variables given to them, that the Makefile does not have."""
    known, found = targets(), []
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for line in spoken(text):
        if match := re.match(r"make((?: [\w./=-]+)+)", line.partition("#")[0].replace("[", "").replace("]", "")):  # fmt: skip
            for word in match.group(1).split():
                variable, given, _ = word.partition("=")
                if given:
                    if not re.search(rf"^{variable} \?=", makefile, re.M):
                        found.append(word)
                elif word not in known and not word.startswith("build/"):
                    found.append(word)
    return found


@each
def test_every_make_target_exists(name: str) -> None:
    assert unknown_targets(TEXTS[name]) == []


def test_an_unknown_target_is_seen() -> None:
    assert unknown_targets("`make vsix` and `make coffee`\n\n    make start CUP=1\n") == ["coffee", "CUP=1"]  # fmt: skip
    assert unknown_targets("make sure that `make start PAPER=x.tex` is there") == []


def test_the_makefile_explains_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = set(re.findall(r'@echo "make (\w+)', makefile)) | {"help"}
    assert told == targets()


@cache
def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(action.choices)


def misused(text: str) -> list[str]:
    """What is said to `tanaka` on a command line that it would not understand."""
    found = []
    for line in spoken(text):
        for match in re.finditer(r"(?:^|[\s/(\"])tanaka ((?:-{1,2})?[a-z][\w-]*)([^#|;&\n]*)", line):  # fmt: skip
            name, rest = match.groups()
            if name in ("--version", "--help"):
                continue
            command = commands().get(name)
            if command is None:
                found.append(f"tanaka {name}")
                continue
            options = {o: a for a in command._actions for o in a.option_strings}
            words = [w.strip("[](),.") for w in re.split(r"[\s=]+", rest)]
            for word, after in zip(words, [*words[1:], ""], strict=True):
                if not word.startswith("--"):
                    continue
                if word not in options:
                    found.append(f"tanaka {name} {word}")
                elif (choices := options[word].choices) and after and after not in choices:
                    found.append(f"tanaka {name} {word} {after}")
    return found


@each
def test_every_command_line_is_understood(name: str) -> None:
    # The page of the command line is made from the parser itself, in its own notation.
    if name != "docs/command-line.md":
        assert misused(TEXTS[name]) == []


def test_a_command_line_that_is_not_understood_is_seen() -> None:
    right = "`tanaka check paper/ --fail-on open`, `% tanaka: ignore TK101`, `tanaka explain TK101`"
    assert misused(right) == []
    wrong = "`tanaka chek x`\n\n    tanaka check x --fail-on never  # said\n    tanaka check x --quiet\n    tanaka facts x --output-format yaml\n"
    assert misused(wrong) == [
        "tanaka chek",
        "tanaka check --quiet",
        "tanaka facts --output-format yaml",
    ]


def test_every_argument_says_what_it_means() -> None:
    """In --help, and on the page that is made from the same words."""
    for name, command in commands().items():
        for action in command._actions:
            assert action.help, f"tanaka {name} {action.dest}"


def is_module(dotted: str) -> bool:
    """Whether a dotted name is a module of ours, or something in one."""
    parts = dotted.split(".")
    for i in range(len(parts), 0, -1):
        base = ROOT / "server" / Path(*parts[:i])
        if (base / "__init__.py").is_file() or base.with_suffix(".py").is_file():
            module = importlib.import_module(".".join(parts[:i]))
            return i == len(parts) or hasattr(module, parts[i])
    return False


@cache
def schemas() -> set[str]:
    """Names of the JSON that the engine writes."""
    sources = [
        (ROOT / n).read_text("utf-8") for n in files() if n.startswith("server/tanaka/views/")
    ]
    return {s for text in sources for s in re.findall(r'"(tanaka\.\w+/\d+)"', text)}


def unknown_names(text: str) -> list[str]:
    """Settings, commands and messages in backticks that neither side has."""
    manifest = json.dumps(MANIFEST)
    known = set(re.findall(r"tanaka\.[\w.]*\w", manifest))
    messages = {v for v in vars(ext).values() if isinstance(v, str)}
    found = []
    for token in spans(text):
        for word in re.findall(r"(?<![\w./-])tanaka[./][A-Za-z][\w./]*\w", token):
            if word == "tanaka.toml" or word in messages | known | schemas():
                continue
            if any(k.startswith(f"{word}.") for k in known) or is_module(word):
                continue
            found.append(word)
    return found


@each
def test_every_setting_command_and_message_exists(name: str) -> None:
    assert unknown_names(TEXTS[name]) == []


def test_an_unknown_setting_is_seen() -> None:
    assert unknown_names("`tanaka.diagnostics.delay` `tanaka.toml` `tanaka.analysis`") == []
    assert unknown_names("`tanaka.coffee` `tanaka/readFile` `tanaka/brew` `tanaka.text.Brew`") == [
        "tanaka.coffee", "tanaka/brew", "tanaka.text.Brew",
    ]  # fmt: skip


@each
def test_every_code_is_that_of_a_rule(name: str) -> None:
    codes = {r.code for r in RULES}
    for code in re.findall(r"\bTK\d{3}\b", TEXTS[name]):
        assert code in codes
    for family in re.findall(r"\bTK\d\b|\bTK\d(?=xx)", TEXTS[name]):
        assert any(c.startswith(family) for c in codes) or name == "persona/README.md"


@each
def test_every_version_is_one_of_ours(name: str) -> None:
    text = TEXTS[name]
    known = set(re.findall(r"^## \[([\d.]+)\]", TEXTS["CHANGELOG.md"], re.M)) | {tanaka.__version__}
    for version in re.findall(r"(?<![\d.])0\.\d+\.\d+(?![\d.])", _FENCE.sub("", text)):
        assert version in known
    python = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]  # fmt: skip
    for version in re.findall(r"Python (3\.\d+)", text):
        assert python == f">={version}"
    for version in re.findall(r"Node(?:\.js)? (\d+)", text):
        assert version == MANIFEST["devDependencies"]["@types/node"].split(".")[0]
    for version in re.findall(r"VS Code (\d\.\d+)", text):
        assert MANIFEST["engines"]["vscode"].startswith(f"^{version}.")
    for count in re.findall(r"\b(\d+) accelerators\b", text):
        assert int(count) == len(accelerators())


# --- what is generated ---------------------------------------------------------------------------


@cache
def generator() -> ModuleType:
    """scripts/docs.py, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("docs_of_the_house", ROOT / "scripts" / "docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh() -> None:
    made, problems = generator().pages()
    assert problems == []
    assert generator().stale(made) == [], "make docs"
    assert len(made) == len(RULES) + 4


def test_a_stale_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = generator()
    made = {"a.md": docs.marked("x.py", "new"), "b.md": "as it is\n", "c.md": "is not there yet\n"}
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    (tmp_path / "a.md").write_text(docs.marked("x.py", "old"), "utf-8")
    (tmp_path / "b.md").write_text("as it is\n", "utf-8")
    (tmp_path / "left.md").write_text(docs.marked("gone.py", "nothing makes this"), "utf-8")
    (tmp_path / "hand.md").write_text("# Written by hand\n", "utf-8")
    assert docs.stale(made) == ["a.md", "c.md", "left.md"]


def test_the_check_says_so_by_its_status() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "docs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_messages_are_read_from_their_module() -> None:
    """Whatever the module declares: names, fields with their text, dataclasses with their section."""
    text = generator().extensions(
        '"""Ours."""\n'
        'PING = "tanaka/ping"\n"""Sent: a `Ping`."""\n'
        '_HIDDEN = "tanaka/hidden"\n'
        "Kind = int | str\n"
        "class Ping(TypedDict, total=False):\n"
        '    """A ``ping``."""\n'
        "    at: int  # counted from zero\n"
        "    _own: int\n"
        "@dataclass\n"
        "class Pong:\n"
        '    """Back.\n\n    Attributes\n    ----------\n    a, b : str\n        What was\n        sent.\n    """\n'
        "    a: str\n"
        "    b: str | None = None\n"
    )
    for line in (
        "| `tanaka/ping` | `PING` | Sent: a `Ping`. |",
        "| `Kind` | `int \\| str` |  |",
        "### Ping\n\nA `ping`.\n\nFields may be left out.",
        "| `at` | `int` | counted from zero |",
        "| `b` | `str \\| None` | `None` | What was sent. |",
    ):
        assert line in text
    assert "hidden" not in text and "_own" not in text


# --- what is shown -------------------------------------------------------------------------------


def picture(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG; fails on what is none, or is cut off, or is one flat colour."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, header = 8, b"", b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + body) == check
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    rows = zlib.decompress(packed)
    assert len(rows) == height * (1 + (width * channels * depth + 7) // 8)
    assert len(set(rows)) > 16
    return width, height


PICTURES = [n for n in files() if n.startswith("docs/pictures/")]


def test_pictures_are_pictures_and_are_shown() -> None:
    shown = {
        ((ROOT / name).parent / link).resolve().relative_to(ROOT).as_posix()
        for name, text in TEXTS.items()
        for link in links(text)
        if link.endswith(".png") and ":" not in link
    }
    assert set(PICTURES) == {s for s in shown if s.startswith("docs/pictures/")}
    for name in [*PICTURES, MANIFEST["icon"]]:
        width, height = picture((ROOT / name).read_bytes())
        assert width >= 128 and height >= 128, name


def test_what_is_no_picture_is_seen() -> None:
    good = (ROOT / MANIFEST["icon"]).read_bytes()
    for bad in (good[:-20], good.replace(b"IDAT", b"IDAX", 1), b"GIF89a" + good):
        with pytest.raises((AssertionError, struct.error, zlib.error, KeyError)):
            picture(bad)


def test_settings_files_in_documents_are_understood() -> None:
    keys = {
        "paper": {"root", "baseline", "venue"},
        "rules": {"select", "ignore", "preview"},
        "given": set(DECLARABLE),
    }
    assert keys["paper"] | keys["rules"] | {"given", "problems"} == set(Config.__dataclass_fields__)
    found = 0
    for name in ("README.md", "docs/in-the-paper.md", "examples/stale-pipeline/README.md"):
        for language, body in blocks(TEXTS[name]):
            if language == "toml":
                found += 1
                assert read_config(body).problems == ()
                for table, entries in tomllib.loads(body).items():
                    assert set(entries) <= keys[table], f"{name}: [{table}]"
    assert found


def test_comments_in_documents_silence_what_they_are_said_to() -> None:
    papers = [b for language, b in blocks(TEXTS["docs/in-the-paper.md"]) if language == "latex"]
    assert len(papers) >= 3
    for body in papers:
        paper = "\\documentclass{article}\n\\begin{document}\n" + body + "\\end{document}\n"
        report = analyse({"main.tex": paper})
        assert [f.finding.code for f in report.findings] == [], body
        assert [s.located.finding.code for s in report.suppressed] == ["TK101"], body
        assert report.suppressed[0].reason


def test_the_message_held_up_as_good_is_one_of_ours() -> None:
    (quoted,) = re.findall(r"^> (.+)$", TEXTS["CONTRIBUTING.md"], re.M)
    example = ROOT / "examples" / "stale-pipeline"
    papers = {
        p.relative_to(example).as_posix(): p.read_text("utf-8") for p in example.rglob("*.tex")
    }
    assert quoted in [f.finding.message for f in analyse(papers).findings]


def test_what_the_readme_shows_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A finding in the README stands so, line for line, in the output for the example."""
    shown = [
        body
        for language, body in blocks(TEXTS["README.md"])
        if language == "text" and re.match(r"[\w/.]+:\d+:\d+: ", body)
    ]
    assert shown
    assert main(["check", str(ROOT / "examples" / "stale-pipeline")]) == 1
    output = capsys.readouterr().out
    for body in shown:
        assert body.strip() in output


def test_python_in_documents_is_in_the_tree() -> None:
    """An excerpt of a file is that file's text; one that begins with >>> is run elsewhere."""
    sources = [(ROOT / n).read_text("utf-8") for n in files() if n.endswith(".py")]
    for name, text in TEXTS.items():
        for language, body in blocks(text):
            if language == "python" and ">>>" not in body:
                excerpt = "\n".join(line.removeprefix("   ") for line in body.splitlines()).strip()
                assert any(excerpt in s for s in sources), f"{name}: {excerpt}"


def test_shell_lines_in_documents_can_be_read() -> None:
    """No quote is left open, which would swallow the next command."""
    for text in TEXTS.values():
        for language, body in blocks(text):
            if language in ("sh", "bash", "console"):
                for line in body.splitlines():
                    shlex.split(line, comments=True)


# --- the map -------------------------------------------------------------------------------------

ARCHITECTURE = TEXTS["ARCHITECTURE.md"]


def section(title: str) -> str:
    found = ARCHITECTURE.partition(f"\n## {title}\n")[2]
    assert found, title
    return found.partition("\n## ")[0]


def test_the_map_names_every_folder() -> None:
    where = {t.rstrip("/") for t in re.findall(r"^\| `([^`]+)` \|", section("Where things are"), re.M)}  # fmt: skip
    packages = {
        PurePosixPath(n).parent.as_posix()
        for n in files()
        if re.fullmatch(r"server/tanaka/\w+/__init__\.py", n)
    }
    tops = {n.partition("/")[0] for n in files() if "/" in n} - {".ci"}
    clients = {"/".join(n.split("/")[:2]) for n in files() if n.count("/") > 1 and n.startswith("client/")}  # fmt: skip
    for folder in packages | clients | {"server/tanaka/text.py"}:
        assert folder in where, folder
    for top in tops:
        assert any(w.startswith(top) for w in where), top


def test_the_layers_of_the_map_are_those_that_are_held() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = [c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    drawn = re.findall(r"^tanaka\.(\w+) ", section("Layers"), re.M)
    assert drawn == contract["layers"]


def test_every_invariant_names_a_test() -> None:
    """Or leans on one that does."""
    text = section("Invariants")
    items = re.split(r"^\d+\. ", text, flags=re.M)[1:]
    numbers = re.findall(r"^(\d+)\. ", text, re.M)
    assert len(items) > 10 and numbers == [str(i + 1) for i in range(len(items))]
    for item in items:
        assert re.search(r"`tests/[\w/.]+::test_\w+`", item) or "invariant's tests" in item, item


def test_the_families_of_rules_are_all_named() -> None:
    text = section("Where things are")
    for family in {r.check.__module__.split(".")[2] for r in RULES}:
        assert f"`{family}`" in text, family
