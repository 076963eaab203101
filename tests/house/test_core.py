"""The core is pure: no file, no clock, no chance, no process; and no error is swallowed there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tree import ROOT, files

SERVER = "server/tanaka/"
CORE = (
    *(f"{SERVER}{p}" for p in ("text.py", "quantity/", "latex/", "knowledge/", "paper/", "rules/")),
    f"{SERVER}ingest/",
    *(f"{SERVER}{p}" for p in ("analysis/", "views/", "voice/")),
    "hwmodels/hwmodels/",
    "persona/tanaka_persona/",
)
SHELLS = (f"{SERVER}cli/", f"{SERVER}lsp/", f"{SERVER}children/")
PYTHON = [n for n in files() if n.startswith(("server/", "hwmodels/", "persona/", "scripts/"))
          and n.endswith(".py")]  # fmt: skip

EFFECTS = {
    "asyncio", "concurrent", "ctypes", "datetime", "getpass", "glob", "http", "io", "locale",
    "multiprocessing", "os", "pathlib", "pickle", "platform", "random", "secrets", "select",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading",
    "time", "urllib", "uuid", "webbrowser",
}  # fmt: skip
CALLS = {"open", "input", "print", "eval", "exec", "breakpoint", "__import__"}
READS = {"read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "open", "unlink", "mkdir"}  # fmt: skip

# Readers of the data that a package carries, and what of it each touches.
READERS = {
    ("hwmodels/hwmodels/provenance.py", "sources", "read_text"),
    ("hwmodels/hwmodels/catalog.py", "spellings", "read_text"),
    ("hwmodels/hwmodels/catalog.py", "_part", "read_text"),
    ("hwmodels/hwmodels/catalog.py", "catalog", "iterdir"),
    ("hwmodels/hwmodels/links.py", "links", "read_text"),
    ("hwmodels/hwmodels/links.py", "links", "iterdir"),
    ("hwmodels/hwmodels/models.py", "text_of", "read_text"),
    ("hwmodels/hwmodels/models.py", "_index", "read_text"),
    ("server/tanaka/knowledge/catalog.py", "knowledge", "read_text"),
    ("server/tanaka/knowledge/catalog.py", "knowledge", "iterdir"),
    ("server/tanaka/paper/names.py", "_text", "read_text"),
    ("server/tanaka/paper/physics/plain/vocabulary.py", "vocabularies", "read_text"),
    ("persona/tanaka_persona/__init__.py", "_text", "read_text"),
}


def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text("utf-8"))


def in_functions(node: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the name of the function around it."""
    for child in ast.iter_child_nodes(node):
        here = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else inside
        yield here, child
        yield from in_functions(child, here)


def effects(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Function and name of what reaches outside of the program."""
    for inside, node in in_functions(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in EFFECTS:
                    yield inside, f"import {alias.name}"
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").partition(".")[0] in EFFECTS:
                yield inside, f"from {node.module}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in CALLS:
                yield inside, node.func.id
        elif isinstance(node, ast.Attribute) and (node.attr in READS or node.attr == "random"):
            yield inside, node.attr


def test_every_package_is_core_or_shell() -> None:
    """A new package must say which."""
    for name in PYTHON:
        if name.startswith(SERVER) and "/" in name.removeprefix(SERVER):
            assert name.startswith((*CORE, *SHELLS)), name


def test_the_core_reaches_for_nothing_outside() -> None:
    core = [n for n in PYTHON if n.startswith(CORE)]
    assert len(core) > 60
    found = {(name, *effect) for name in core for effect in effects(tree(name))}
    assert found - READERS == set()
    assert READERS - found == set(), "a reader that reads nothing is no exception"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("import time", "import time"),
        ("def f():\n    from random import random", "from random"),
        ("from os import environ", "from os"),
        ("with open('x') as f: pass", "open"),
        ("import numpy as np\nnp.random.rand()", "random"),
        ("def f(p): return p.read_bytes()", "read_bytes"),
        ("print('here')", "print"),
    ],
)
def test_an_effect_is_seen(line: str, named: str) -> None:
    assert named in [what for _, what in effects(ast.parse(line))]


def test_analysing_a_paper_opens_nothing() -> None:
    """The same at run time: once its data is loaded, everything the editor asks for is computed."""
    program = r"""
import sys
from pathlib import Path
from tanaka.analysis import AnalysisHost, Change
from tanaka.text import DocId
from tanaka.views.hover import hover
from tanaka.views.terminal import report_text
from tanaka.voice.plain import review

home, root = Path(sys.argv[1]), DocId("main.tex")
texts = {DocId(p.relative_to(home).as_posix()): p.read_text("utf-8") for p in home.rglob("*.tex")}

def everything(texts):
    host = AnalysisHost()
    host.apply(Change(texts))
    report = host.snapshot().report(root)
    assert len(report.findings) >= 10 and not report.failures
    for item in report.findings:
        assert hover(report, item.span.doc, item.span.start)
    return report_text(report), review(report)

everything(texts)
touched = []
effects = ("open", "os.", "socket.", "subprocess.", "import", "shutil.", "tempfile.")
sys.addaudithook(lambda event, _: touched.append(event) if event.startswith(effects) else None)
everything({**texts, root: texts[root].replace("students", "pupils") + "\n"})
open(home / "main.tex").close()  # the hook does hear
assert touched == ["open"], touched
"""
    command = [sys.executable, "-c", program, str(ROOT / "examples" / "stale-pipeline")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_only_the_server_counts_in_utf_16() -> None:
    """Offsets are code points everywhere else."""
    for name in PYTHON:
        if not name.startswith(f"{SERVER}lsp/"):
            assert not re.search(r"utf.?16", (ROOT / name).read_text("utf-8"), re.I), name


def catchers() -> set[str]:
    """Files that catch every exception, whatever they do with it."""
    broad = {"Exception", "BaseException"}
    found = set()
    for name in PYTHON:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.ExceptHandler):
                caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else broad  # fmt: skip
                if caught & broad:
                    found.add(name)
    return found


def test_exception_is_caught_only_where_the_architecture_names_it() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    section = text.partition("## Where `Exception` is caught")[2].partition("\n## ")[0]
    named = set(re.findall(r"`((?:server|hwmodels|persona|scripts)/[\w/]+\.py)`", section))
    assert catchers() == named


def test_no_wide_exception_is_dropped() -> None:
    """A handler that only passes hides what it was never meant for, unless it names one thing."""
    wide = {"Exception", "BaseException", "OSError", "RuntimeError", "ValueError", "TypeError"}
    for name in PYTHON:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{name}:{node.lineno}"
                caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
                drops = [type(n) for n in node.body] == [ast.Pass]
                assert not (drops and caught & wide), f"{name}:{node.lineno}"


def test_the_server_answers_before_the_analysis_is_loaded() -> None:
    """Neither numpy nor pylatexenc nor the rules are imported until the client asks for them."""
    program = (
        "import sys\n"
        "import tanaka.cli.main, tanaka.lsp.server\n"
        "tanaka.lsp.server.make_server()\n"
        "late = ('numpy', 'pylatexenc', 'hwmodels', 'tanaka_persona', 'tanaka.rules', 'tanaka.analysis')\n"
        "early = [m for m in late if m in sys.modules]\n"
        "assert not early, early\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_neither_a_pdf_library_nor_a_language_model_is_loaded() -> None:
    """They run in children: the server, and a check of a paper with a PDF beside it, do without."""
    program = (
        "import sys\n"
        "import tanaka.lsp.server\n"
        "from tanaka.cli.main import main\n"
        "tanaka.lsp.server.make_server()\n"
        "assert main(['check', sys.argv[1]]) == 1\n"
        "loaded = [m for m in ('pypdfium2', 'pypdfium2_raw', 'litellm') if m in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    command = [sys.executable, "-c", program, str(ROOT / "examples" / "stale-pipeline")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Baseline: proposal_call.pdf" in done.stdout


def test_python_files_lie_in_source_roots() -> None:
    """Each top-level Python folder holds exactly one package, and nothing importable beside it."""
    for root, package in (("server", "tanaka"), ("hwmodels", "hwmodels"), ("persona", "tanaka_persona")):  # fmt: skip
        inside = {Path(n).parts[1] for n in files() if n.startswith(f"{root}/")}
        assert inside - {"README.md"} == {package}
