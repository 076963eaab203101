"""Our own set: papers whose numbers are right, errors to put into them, and statements to leave alone.

``papers/<name>/main.tex`` is a paper, ``seeds/<name>.toml`` its errors, ``statements/*.toml`` are
true sentences and tables that look wrong.  The set in ``physics/`` has the same form.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seeded.analysed import Alarm, Analysed, changed
from seeded.any_source import Paper, Seed, Tried
from seeded.family import HERE, PHYSICS, of
from seeded.wrong import FORM, SIZES
from tanaka.analysis import AnalysisHost, Change
from tanaka.text import DocId

_NUMERAL = re.compile(r"\d+(?:[.,]\d+|\{,\}\d+)*")


class Malformed(Exception):
    """A seed or statement that cannot be used, with one clear sentence."""


@dataclass(frozen=True)
class Written:
    """One error as it is written down: a text that occurs once in a file, and the same with the error.

    ``twin`` is the same with a number that is right by a hair; ``covered`` says whether the rule is
    meant to read the relation at all, and ``why`` why not.
    """

    rule: str
    size: str
    file: str
    find: str
    replace: str
    twin: str = ""
    covered: bool = True
    why: str = ""


@dataclass(frozen=True)
class Statement:
    """Something true that looks wrong, and why it is right; ``source`` is who published it."""

    text: str
    why: str
    origin: str
    source: str = ""


def names(home: Path = HERE) -> list[str]:
    """Names of the papers."""
    return sorted(p.parent.name for p in (home / "papers").glob("*/main.tex"))


def texts(name: str, home: Path = HERE) -> dict[str, str]:
    """Files of a paper, by their names in its folder."""
    folder = home / "papers" / name
    kept = (".tex", ".bib", ".toml")
    return {
        p.relative_to(folder).as_posix(): p.read_text("utf-8")
        for p in sorted(folder.rglob("*"))
        if p.suffix in kept
    }


def seeds(name: str, home: Path = HERE) -> list[Written]:
    """Seeds of a paper, as they are written down.

    Raises
    ------
    Malformed
        Where a rule, a size or a file is not known, or the text does not stand exactly once.
    """
    path = home / "seeds" / f"{name}.toml"
    if not path.is_file():
        return []
    files, rules = texts(name, home), of(home).rules
    out = []
    for i, raw in enumerate(tomllib.loads(path.read_text("utf-8")).get("seed", []), 1):
        where = f"{path.name}, seed {i}"
        if set(raw) - {"why", "note", "twin", "covered"} != {
            "rule",
            "size",
            "file",
            "find",
            "replace",
        }:
            raise Malformed(f"{where}: the keys are {', '.join(sorted(raw))}")
        seed = Written(
            raw["rule"], raw["size"], raw["file"], raw["find"], raw["replace"],
            raw.get("twin", ""), raw.get("covered", True), raw.get("why", ""),
        )  # fmt: skip
        if seed.rule not in rules:
            raise Malformed(f"{where}: {seed.rule} is no rule of this set")
        if seed.size not in (*SIZES, FORM):
            raise Malformed(f"{where}: {seed.size} is no size")
        times = files.get(seed.file, "").count(seed.find)
        if times != 1:
            raise Malformed(f"{where}: {seed.find!r} stands {times} times in {seed.file}")
        for text in (seed.replace, *([seed.twin] if seed.twin else [])):
            if len(_differing(seed.find, text)) != 1:
                raise Malformed(f"{where}: not exactly one number or unit differs in {text!r}")
        if not seed.covered and not seed.why:
            raise Malformed(f"{where}: what no rule is meant to read needs a why")
        out.append(seed)
    return out


def _differing(find: str, replace: str) -> list[tuple[str, str]]:
    """The tokens that the error changes, before and after."""
    old, new = (re.findall(rf"{_NUMERAL.pattern}|\w+|\S", t) for t in (find, replace))
    low = 0
    while low < min(len(old), len(new)) and old[low] == new[low]:
        low += 1
    same = 0
    while same < min(len(old), len(new)) - low and old[-1 - same] == new[-1 - same]:
        same += 1
    a, b = old[low : len(old) - same], new[low : len(new) - same]
    numbers = [sum(bool(_NUMERAL.fullmatch(t)) for t in x) for x in (a, b)]
    return [("".join(a), "".join(b))] if (a or b) and max(numbers) <= 1 else []


def statements(home: Path = HERE) -> list[Statement]:
    """All statements that must stay silent."""
    out = []
    for path in sorted((home / "statements").glob("*.toml")):
        for i, raw in enumerate(tomllib.loads(path.read_text("utf-8")).get("statement", []), 1):
            if not str(raw.get("text", "")).strip() or not str(raw.get("why", "")).strip():
                raise Malformed(f"{path.name}, statement {i}: text and why are needed")
            out.append(
                Statement(raw["text"], raw["why"], f"{path.name}, {i}", raw.get("source", ""))
            )
    if home.resolve() == PHYSICS.home:
        from seeded.physics.published import statements as published  # which are made of ours

        out += published()
    return out


def run(name: str, home: Path = HERE) -> Paper:
    """The findings of a paper as it is, and with each of its errors."""
    paper = Analysed.of(texts(name, home), family=of(home))
    return Paper(
        name, paper.size, paper.alarms(), tuple(_tried(paper, s) for s in seeds(name, home))
    )


def _tried(paper: Analysed, seed: Written) -> Tried:
    text = paper.text(seed.file)
    start = text.index(seed.find)
    end = start + len(seed.find)
    result = paper.wrong(seed.file, start, end, seed.replace)
    low, _ = changed(text, text[:start] + seed.replace + text[end:])
    line = text.count("\n", 0, low) + 1
    old, new = _differing(seed.find, seed.replace)[0]
    return Tried(
        Seed(
            seed.rule,
            seed.size,
            seed.file,
            line,
            start,
            end,
            old,
            new,
            seed.find,
            True,
            seed.covered,
        ),
        result,
        paper.wrong(seed.file, start, end, seed.twin) if seed.twin else None,
    )


_MAIN = DocId("main.tex")
_FRAME = "\\documentclass{{article}}\n\\begin{{document}}\n{}\n\\end{{document}}\n"


def spoken(home: Path = HERE) -> Iterator[tuple[Statement, tuple[Alarm, ...]]]:
    """Statements that were not silent, each a paper of its own, with what was found in them."""
    host = AnalysisHost()
    host.apply(Change({_MAIN: _FRAME.format("")}))
    for statement in statements(home):
        host.apply(Change({_MAIN: _FRAME.format(statement.text)}))
        found = Analysed(host, _MAIN, of(home)).alarms()
        if found:
            yield statement, found
