"""The user's own macros: those that hold numbers, names and units.

Definitions are collected by pattern over a whole project, because they may stand in any file,
and expanded where they are used, so that a headline number in a macro is read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tanaka.latex.source import Source
from tanaka.text import DocId, Span

_DEFINITION = re.compile(
    r"\\(?:(?P<new>(?:re)?newcommand|providecommand|DeclareRobustCommand|NewDocumentCommand|"
    r"DeclareMathOperator)\*?\s*(?:\{\s*\\(?P<n1>[A-Za-z@]+)\s*\}|\\(?P<n2>[A-Za-z@]+))"
    r"|(?:g|x|e)?def\s*\\(?P<n3>[A-Za-z@]+))"
)
_USE = re.compile(r"\\([A-Za-z@]+)")


@dataclass(frozen=True, slots=True)
class Macro:
    """A user macro: how many arguments, the default of the first, and its body with its place."""

    name: str
    arguments: int
    default: str | None
    body: str
    at: Span
    whole: Span
    """The definition itself, which is no text of the paper."""

    @property
    def key(self) -> tuple[str, int, str | None, str]:
        """What it does, wherever it is defined."""
        return self.name, self.arguments, self.default, self.body


def definitions(doc: DocId, source: Source) -> list[Macro]:
    """Macros that a file defines, in order.  Whatever is not understood is left out."""
    text = source.visible
    found: list[Macro] = []
    for match in _DEFINITION.finditer(text):
        name = match.group("n1") or match.group("n2") or match.group("n3")
        at = match.end()
        arguments, default = 0, None
        if match.group("n3"):
            parameters = re.compile(r"((?:#\d)*)\s*").match(text, at)
            if parameters:
                arguments = parameters.group(1).count("#")
                at = parameters.end()
        elif match.group("new") == "NewDocumentCommand":
            signature = re.compile(r"\s*\{([^{}]*)\}").match(text, at)
            if not signature or re.sub(r"[m\s]", "", signature.group(1)):
                continue
            arguments, at = signature.group(1).count("m"), signature.end()
        else:
            count = re.compile(r"\s*\[(\d)\]").match(text, at)
            if count:
                arguments, at = int(count.group(1)), count.end()
                optional = re.compile(r"\s*\[([^\[\]]*)\]").match(text, at)
                if optional:
                    default, at = optional.group(1), optional.end()
        opening = re.compile(r"\s*\{").match(text, at)
        if not opening:
            continue
        close = matching_brace(text, opening.end() - 1)
        if close is None:
            continue
        body = text[opening.end() : close]
        at_body, whole = Span(doc, opening.end(), close), Span(doc, match.start(), close + 1)
        found.append(Macro(name, arguments, default, body, at_body, whole))
    return found


def table(files: Iterable[tuple[DocId, Source]]) -> dict[str, Macro]:
    """Macros of a project; a later definition wins, as in TeX."""
    return {m.name: m for doc, source in files for m in definitions(doc, source)}


def without_definitions(visible: str, defined: Iterable[Macro]) -> str:
    """Text with the definitions blanked: nothing in a body is said until it is used."""
    pieces: list[str] = []
    at = 0
    for macro in sorted(defined, key=lambda m: m.whole.start):
        if macro.whole.start < at:
            continue
        pieces.append(visible[at : macro.whole.start])
        inside = visible[macro.whole.start : macro.whole.end]
        pieces.append(
            "".join(c if c in "\r\n" else "%" if at_line else " " for c, at_line in _lines(inside))
        )
        at = macro.whole.end
    return "".join([*pieces, visible[at:]])


def _lines(text: str) -> Iterable[tuple[str, bool]]:
    """Each character, and whether a later line begins with it."""
    previous = ""
    for i, char in enumerate(text):
        yield char, i > 0 and previous == "\n" and "\n" in text[i:]
        previous = char


@lru_cache(maxsize=8192)
def _names(text: str) -> frozenset[str]:
    """Names of all macros in a text."""
    return frozenset(_USE.findall(text))


def used(text: str, macros: Mapping[str, Macro]) -> tuple[Macro, ...]:
    """User macros that a text needs, those that their bodies use included, by name."""
    needed: dict[str, Macro] = {}
    queue = [text]
    while queue:
        for name in _names(queue.pop()):
            macro = macros.get(name)
            if macro is not None and name not in needed:
                needed[name] = macro
                queue.append(macro.body)
    return tuple(needed[name] for name in sorted(needed))


def matching_brace(text: str, opening: int) -> int | None:
    """Offset of the brace that closes the one at ``opening``; None where it is missing."""
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.S).finditer(text, opening):
        if match.group() == "{":
            depth += 1
        elif match.group() == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return None
