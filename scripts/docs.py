"""Writes the generated pages of docs/, or with --check names those that are out of date.

Each page is made from what it describes: a rule's module, package.json, the arguments of the
command line, the types of the server's own messages.  Run it with the Python of the build:
``build/venv/bin/python scripts/docs.py``.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from hwmodels.catalog import accelerators
from tanaka.analysis import AnalysisHost, Change, Report
from tanaka.cli.main import parser
from tanaka.paper.names import known_names
from tanaka.rules.api import Rule, Verdict
from tanaka.rules.registry import RULES
from tanaka.text import DocId
from tanaka.views.explain import index, page
from tanaka.views.terminal import report_text

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
NAMES = ROOT / "server" / "tanaka" / "paper" / "data" / "known.json"
MODELS = ROOT / "hwmodels" / "hwmodels" / "data" / "models"
MODEL_NAMES = MODELS.parent / "model_names.json"
PARTS = ROOT / "hwmodels" / "hwmodels" / "data" / "names.json"
EXTENSIONS = Path("server/tanaka/lsp/ext.py")
_MARK = "<!-- Written by make docs from "


# -- Markdown ---------------------------------------------------------------------------------


def marked(source: str, body: str) -> str:
    """Page with the line that says where it is from."""
    return f"{_MARK}{source}; change that, and run it again. -->\n\n{body.strip()}\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Markdown table; a bar or a line end in a cell would break it."""

    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(" ".join(c.replace("|", "\\|").split()) for c in cells) + " |"

    head = list(head)
    return "\n".join([line(head), "|" + "---|" * len(head), *(line(r) for r in rows)])


def code(text: str) -> str:
    """Text as code; empty stays empty."""
    return f"`{text}`" if text else ""


# -- rules ------------------------------------------------------------------------------------


def fixtures() -> ModuleType:
    """The reader of fixture files, which lives with the tests."""
    folder = str(ROOT / "tests")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module("fixture")


def module_of(rule: Rule) -> Path:
    """Source file of a rule, seen from the repository."""
    file = sys.modules[rule.check.__module__].__file__
    assert file is not None
    return Path(file).resolve().relative_to(ROOT)


def printed(rule: Rule) -> str:
    """What ``tanaka check`` prints about the example of the rule's page."""
    example = fixtures().example_of(rule.doc)
    texts: dict[DocId, str | None] = {}
    for name, text in example.files.items():
        paper = f"\\documentclass{{article}}\n\\begin{{document}}\n{text}\\end{{document}}\n"
        called = DocId("example.tex" if name == "main.tex" else name)
        texts[called] = paper if name.endswith(".tex") else text
    host = AnalysisHost()
    host.apply(Change(texts))
    return report_text(host.snapshot().report(DocId("example.tex"))).strip("\n")


def outcomes(rule: Rule) -> tuple[list[Verdict], int, int]:
    """Verdicts of a rule over its fixture, and how many of its cases fire and stay silent."""
    reader = fixtures()
    verdicts: set[Verdict] = set()
    fire = silent = 0
    for case in reader.cases(ROOT / "tests" / "rules" / f"{rule.code}.md"):
        report: Report = reader.analyse(case.files)
        found = {f.finding.verdict for f in report.findings if f.finding.code == rule.code}
        verdicts |= found
        fire, silent = (fire + 1, silent) if found else (fire, silent + 1)
    return [v for v in Verdict if v in verdicts], fire, silent


def cases(count: int) -> str:
    """Number of cases, in words that agree with it."""
    return "1 case" if count == 1 else f"{count} cases"


def rule_page(rule: Rule) -> str:
    """A rule's manual, with what its example prints and where its tests and its source are."""
    source = module_of(rule)
    verdicts, fire, silent = outcomes(rule)
    manual, references, works = page(rule).strip().partition("\n## References")
    body = [
        manual.strip(),
        f"## What is printed\n\n```text\n{printed(rule)}\n```",
        (references + works).strip(),
        "## Held to\n\n"
        f"[{cases(fire)} that it must flag, {cases(silent)} that it must leave alone]"
        f"(../../tests/rules/{rule.code}.md). "
        f"Verdicts there: {', '.join(verdicts)}. "
        f"Source: [`{source.name}`](../../{source.as_posix()}).",
    ]
    return marked(source.as_posix(), "\n\n".join(body))


def families() -> Iterator[tuple[str, list[Rule]]]:
    """Rules by the folder they stand in: its title, and its rules in order of code."""
    for package in dict.fromkeys(r.check.__module__.rpartition(".")[0] for r in RULES):
        doc = importlib.import_module(package).__doc__ or ""
        title = doc.strip().splitlines()[0].rstrip(".")
        yield title, [r for r in RULES if r.check.__module__.startswith(package + ".")]


def rules_index() -> str:
    """All rules, by family."""
    summaries = dict(line.split("  ", 1) for line in index(RULES).splitlines())
    parts = [
        "# Rules",
        "`tanaka explain` prints this list, and `tanaka explain TK101` a page of it.",
        table(
            ["verdict", "shown as", "given when"],
            [
                ["impossible", Verdict.IMPOSSIBLE.severity,
                 "it follows from numbers the paper states, within their rounding, and from published bounds: a proof"],
                ["implausible", Verdict.IMPLAUSIBLE.severity,
                 "it needs one assumption, which the message names"],
                ["open", Verdict.OPEN.severity,
                 "nothing is wrong; a reviewer will ask for what is missing"],
            ],
        ),
    ]  # fmt: skip
    for title, rules in families():
        rows = [
            [
                f"[{rule.code}]({rule.code}.md)",
                rule.name,
                ", ".join(outcomes(rule)[0]),
                summaries[rule.code].strip().removeprefix(rule.name).strip(),
            ]
            for rule in rules
        ]
        parts.append(f"## {title}\n\n{table(['code', 'name', 'verdicts', 'what it checks'], rows)}")
    return marked("server/tanaka/rules/registry.py", "\n\n".join(parts))


# -- package.json -----------------------------------------------------------------------------


def default_text(value: object) -> str:
    """A default as one writes it in settings.json."""
    return code(json.dumps(value, ensure_ascii=False))


def described(entry: dict[str, Any]) -> str:
    """What a setting does, with the meaning of each of its values."""
    text = entry.get("markdownDescription") or entry.get("description", "")
    # `#tanaka.x#` is VS Code's link to another setting.
    text = re.sub(r"`#([\w.]+)#`", r"`\1`", text)
    values = zip(entry.get("enum", ()), entry.get("enumDescriptions", ()), strict=False)
    return " ".join([text, *(f"{default_text(v)}: {d}" for v, d in values)])


def type_text(entry: dict[str, Any]) -> str:
    """Type of a setting, with its range or its values."""
    if "enum" in entry:
        return ", ".join(default_text(v) for v in entry["enum"])
    kind = entry.get("type", "")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    low, high = entry.get("minimum"), entry.get("maximum")
    return f"{kind}, {low} to {high}" if low is not None and high is not None else kind


def settings(manifest: dict[str, Any]) -> str:
    """Settings and commands of the extension."""
    contributed = manifest["contributes"]
    given = contributed["configuration"]
    sections = given if isinstance(given, list) else [given]
    untrusted = manifest["capabilities"]["untrustedWorkspaces"].get("restrictedConfigurations", [])
    rows = []
    for section in sections:
        entries = section["properties"].items()
        for name, entry in sorted(entries, key=lambda item: item[1].get("order", 0)):
            rows.append(
                [code(name), type_text(entry), default_text(entry.get("default")), described(entry)]
            )
    conditions = {m["command"]: m.get("when", "") for m in contributed["menus"]["commandPalette"]}
    keys = {k["command"]: k["key"] for k in contributed.get("keybindings", ())}
    commands = [
        [
            f"{c['category']}: {c['title']}",
            code(c["command"]),
            code(keys.get(c["command"], "")),
            code(conditions.get(c["command"], "")) or "always",
        ]
        for c in contributed["commands"]
    ]
    head = ["command", "id", "key", "offered when"]
    if not keys:
        head, commands = [h for h in head if h != "key"], [[a, b, d] for a, b, _, d in commands]
    parts = [
        "# Settings and commands of the extension",
        "## Settings",
        table(["setting", "type", "default", "what it does"], rows),
    ]
    if untrusted:
        names = " and ".join(code(n) for n in untrusted)
        parts.append(f"In a folder that is not trusted, the folder's own {names} are not used.")
    parts += ["## Commands", table(head, commands)]
    return marked("package.json", "\n\n".join(parts))


# -- the command line -------------------------------------------------------------------------

# The text of --help differs between versions of Python; the arguments themselves do not.


def metavar(action: argparse.Action) -> str:
    """What stands for the value of an argument; "" where it takes none."""
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "|".join(str(c) for c in action.choices)
    return (action.dest or "").upper()


def spelled(action: argparse.Action) -> str:
    """An argument as one types it."""
    value = metavar(action)
    if action.option_strings:
        return " ".join(filter(None, [action.option_strings[-1], value]))
    return {"+": f"{value}...", "*": f"[{value}...]", "?": f"[{value}]"}.get(
        str(action.nargs), value
    )


def usage(name: str, command: argparse.ArgumentParser) -> str:
    """Usage in one line."""
    words: list[str] = [name]
    exclusive = [g._group_actions for g in command._mutually_exclusive_groups]
    done: list[argparse.Action] = []
    for action in shown(command):
        if action in done:
            continue
        group = next((g for g in exclusive if action in g), [action])
        done += group
        text = " | ".join(spelled(a) for a in group)
        words.append(f"[{text}]" if action.option_strings else text)
    return " ".join(words)


def shown(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """Arguments in order, positional ones first, without --help."""
    hidden = (argparse._HelpAction, argparse._SubParsersAction)
    found = [
        a for a in command._actions if not isinstance(a, hidden) and a.help != argparse.SUPPRESS
    ]
    return sorted(found, key=lambda a: bool(a.option_strings))


def command_line(top: argparse.ArgumentParser) -> str:
    """Every command with its arguments."""
    (commands,) = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    helps = {a.dest: a.help or "" for a in commands._choices_actions}
    parts = [
        "# Command line",
        f"{top.description} `python -m tanaka` is the same as `{top.prog}`.",
        table(
            ["command", "what it does"],
            [[f"[`{top.prog} {n}`](#{top.prog}-{n})", helps.get(n, "")] for n in commands.choices],
        ),
        f"`{top.prog} --version` prints the version, `--help` after any command its arguments.",
    ]
    for name, command in commands.choices.items():
        rows = []
        for action in shown(command):
            default = action.default if action.option_strings and action.nargs != 0 else None
            said = code(str(default)) if default not in (None, "", []) else ""
            rows.append([code(spelled(action)), said, action.help or ""])
        heading = f"{top.prog} {name}"
        about = command.description or helps.get(name, "")
        parts += [f"## {heading}", f"```text\n{usage(heading, command)}\n```", sentence(about)]
        if rows:
            parts.append(table(["argument", "default", "meaning"], rows))
        if command.epilog:
            parts.append(sentence(command.epilog))
    return marked("server/tanaka/cli/main.py", "\n\n".join(p for p in parts if p))


def sentence(text: str) -> str:
    """Text with a capital and a full stop."""
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


# -- the server's own messages ----------------------------------------------------------------


def documented(body: list[ast.stmt], lines: list[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Statements with the text that documents each: the string below, or comments at it."""
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Expr):
            continue
        said = ""
        if (
            isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            said = after.value.value
        elif node.end_lineno == node.lineno and "  # " in lines[node.lineno - 1]:
            said = lines[node.lineno - 1].rpartition("  # ")[2]
        else:
            above = node.lineno - 2
            while above >= 0 and lines[above].strip().startswith("#:"):
                said = f"{lines[above].strip()[2:].strip()} {said}"
                above -= 1
        yield node, " ".join(said.split())


def attributes(doc: str) -> tuple[str, dict[str, str]]:
    """A docstring without its numpydoc Attributes section, and that section by name."""
    text, _, section = doc.partition("Attributes\n----------\n")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line.strip() and not line.startswith(" "):
            names = [n.strip() for n in line.partition(":")[0].split(",")]
        elif line.strip():
            for name in names:
                found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return text.strip(), found


def as_markdown(doc: str) -> str:
    """A docstring's double backticks and roles as Markdown."""
    return re.sub(r"``([^`]+)``", r"`\1`", doc)


def fields(node: ast.ClassDef, text: str) -> tuple[str, list[list[str]]]:
    """What a class is for, and its fields: name, type, default, meaning."""
    about, said = attributes(ast.get_docstring(node) or "")
    rows = []
    for statement, meaning in documented(node.body, text.splitlines()):
        if isinstance(statement, ast.AnnAssign):
            target, kind, value = (
                statement.target,
                ast.unparse(statement.annotation),
                statement.value,
            )
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, kind, value = statement.targets[0], "", statement.value
        else:
            continue
        if not isinstance(target, ast.Name) or target.id.startswith("_"):
            continue
        default = "" if value is None else ast.unparse(value)
        meaning = meaning or said.get(target.id, "")
        rows.append([code(target.id), code(kind), code(default), as_markdown(meaning)])
    return as_markdown(about), rows


def extensions(text: str) -> str:
    """Messages and types that a module of custom messages declares, in its order."""
    module = ast.parse(text)
    names, aliases, classes = [], [], []
    for node, said in documented(module.body, text.splitlines()):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            about, rows = fields(node, text)
            if any(k.arg == "total" and ast.unparse(k.value) == "False" for k in node.keywords):
                about += "\n\nFields may be left out."
            head = ["field", "type", "default", "meaning"]
            empty = {i for i in (1, 2, 3) if not any(r[i] for r in rows)}
            kept = [i for i in range(4) if i not in empty]
            grid = table([head[i] for i in kept], [[r[i] for i in kept] for r in rows])
            classes.append("\n\n".join([f"### {node.name}", about, grid if rows else ""]).strip())
            continue
        if isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        else:
            continue
        if not isinstance(target, ast.Name) or target.id.startswith("_") or value is None:
            continue
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if re.match(r"tanaka[./]", value.value):
                names.append([code(value.value), code(target.id), as_markdown(said)])
        elif isinstance(value, ast.BinOp | ast.Subscript) and not target.id.isupper():
            aliases.append([code(target.id), code(ast.unparse(value)), as_markdown(said)])
    parts = ["# The server's own messages", as_markdown(ast.get_docstring(module) or "")]
    if names:
        parts.append("## Names\n\n" + table(["name", "constant", "meaning"], names))
    if aliases:
        parts.append("## Names of types\n\n" + table(["name", "stands for", "meaning"], aliases))
    if classes:
        parts.append("## Types\n\n" + "\n\n".join(classes))
    return marked(EXTENSIONS.as_posix(), "\n\n".join(p for p in parts if p))


# -- all of it --------------------------------------------------------------------------------


def pages() -> tuple[dict[str, str], list[str]]:
    """Every generated page by its path under docs/, and what could not be made."""
    manifest = json.loads((ROOT / "package.json").read_text("utf-8"))
    made = {f"rules/{rule.code}.md": rule_page(rule) for rule in RULES}
    made["rules/README.md"] = rules_index()
    made["settings.md"] = settings(manifest)
    made["command-line.md"] = command_line(parser())
    source = ROOT / EXTENSIONS
    if not source.is_file():
        return made, [f"docs/lsp-extensions.md: {EXTENSIONS.as_posix()} is not there"]
    made["lsp-extensions.md"] = extensions(source.read_text("utf-8"))
    return made, []


def stale(made: dict[str, str]) -> list[str]:
    """Pages on disk that are not what would be written, and generated ones that nothing makes."""
    old = {p.relative_to(DOCS).as_posix(): p.read_text("utf-8") for p in DOCS.rglob("*.md")}
    differ = [name for name, text in made.items() if old.get(name) != text]
    left = [name for name, text in old.items() if text.startswith(_MARK) and name not in made]
    return sorted(differ + left)


def known() -> str:
    """Names that a paper is searched for, as ``paper/names.py`` reads them."""
    return json.dumps(known_names(), ensure_ascii=False, indent=1) + "\n"


def part_names() -> str:
    """What the names of accelerators are made of, a part a line, as the catalogue reads them."""
    rows = (json.dumps([*p.spelling[:-1], [*p.spelling[-1]]]) for p in accelerators())
    return "[\n" + ",\n".join(rows) + "\n]\n"


def model_names() -> str:
    """Id, architecture and names of every published model, one a line, as `models` reads them."""
    rows = []
    for path in sorted(MODELS.glob("*.toml")):
        top = tomllib.loads(path.read_text("utf-8"))
        rows.append([top["id"], top.get("architecture", "decoder"), top["name"], *top["aliases"]])
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def main() -> int:
    """Write, or check; 1 where a page is out of date or cannot be made."""
    arguments = argparse.ArgumentParser(description="Write the generated pages of docs/.")
    arguments.add_argument("--check", action="store_true", help="write nothing; name what is stale")
    check = arguments.parse_args().check
    problems: list[str] = []
    for path, text in ((PARTS, part_names()), (MODEL_NAMES, model_names()), (NAMES, known())):
        if text == (path.read_text("utf-8") if path.is_file() else ""):
            continue
        if check:
            problems.append(f"{path.relative_to(ROOT).as_posix()} is out of date; make docs")
        else:
            path.write_text(text, "utf-8")
            print(f"{path.relative_to(ROOT).as_posix()} written")
    made, amiss = pages()
    problems += amiss
    for name in stale(made):
        path = DOCS / name
        if check:
            problems.append(f"docs/{name} is out of date; make docs")
        elif name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name], "utf-8")
            print(f"docs/{name} written")
        else:
            path.unlink()
            print(f"docs/{name} removed: nothing makes it any more")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
