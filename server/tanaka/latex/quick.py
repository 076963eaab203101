"""A parser for text that is well formed, many times faster than pylatexenc's.

It makes the tree that pylatexenc makes, of the same nodes, and gives up at the first thing that it
does not know or that does not close; then pylatexenc, which recovers from anything, reads the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pylatexenc import latexwalker as lw
from pylatexenc.macrospec import LatexContextDb

from tanaka.latex.spec import BY_PATTERN, PATTERNS
from tanaka.patterns import Lazy

# Chars of a run are those that begin no token; brackets are tokens inside of an optional argument.
_RUN = r"(?:[^\\%{{}}$~&`'\-!?{}]++|-(?!-)|`(?!`)|'(?!')|[!?](?!`))+"
_REST = (
    r"|\\(?P<macro>[A-Za-z]+|[^\W\d_]|.)|(?P<special>~|&|---|--|``|''|!`|\?`)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<math>\$\$?)|(?P<comment>%)"
)
_TOKEN = Lazy(f"(?P<chars>{_RUN.format('')}){_REST}", re.S)
_BRACKETED = Lazy(
    rf"(?P<chars>{_RUN.format(re.escape('[]'))}){_REST}|(?P<bracket>\[)|(?P<unbracket>\])", re.S
)
_SPACE = Lazy(r"\s*")
_ENVIRONMENT = Lazy(r"\s*\{([\w* ._-]+)\}")
_LINE = Lazy(r"(\n|\r|\n\r)(\s*)")
_CLOSING = {"(": "\\)", "[": "\\]"}
_DEEPEST = 60


class GiveUp(Exception):
    """The text is not of the kind that this parser knows."""


class _Text:
    """What pylatexenc's nodes ask of a parsing state: the text."""

    __slots__ = ("s",)

    def __init__(self, s: str) -> None:
        self.s = s


class Arguments:
    """Arguments of a macro or an environment, as pylatexenc holds them."""

    __slots__ = ("argnlist", "argspec")

    def __init__(self, argspec: str, argnlist: Sequence[Any]) -> None:
        self.argspec, self.argnlist = argspec, argnlist


# The constructors of pylatexenc take half the time of a parse, so these set what they set.
class Chars(lw.LatexCharsNode):  # type: ignore[misc]
    """Characters."""

    def __init__(self, state: _Text, pos: int, len_: int, chars: str) -> None:
        self.parsing_state, self.pos, self.len, self.chars = state, pos, len_, chars


class Group(lw.LatexGroupNode):  # type: ignore[misc]
    """A group in braces or brackets."""

    def __init__(
        self, state: _Text, pos: int, len_: int, nodelist: list[Any], delimiters: tuple[str, str]
    ) -> None:
        self.parsing_state, self.pos, self.len = state, pos, len_
        self.nodelist, self.delimiters = nodelist, delimiters


class Comment(lw.LatexCommentNode):  # type: ignore[misc]
    """A comment, with the line end and the spaces after it."""

    def __init__(self, state: _Text, pos: int, len_: int, comment: str, post_space: str) -> None:
        self.parsing_state, self.pos, self.len = state, pos, len_
        self.comment, self.comment_post_space = comment, post_space


class MacroUse(lw.LatexMacroNode):  # type: ignore[misc]
    """A macro with its arguments."""

    def __init__(
        self, state: _Text, pos: int, len_: int, name: str, post_space: str, given: Arguments | None
    ) -> None:
        self.parsing_state, self.pos, self.len = state, pos, len_
        self.macroname, self.macro_post_space, self.nodeargd = name, post_space, given


class Environment(lw.LatexEnvironmentNode):  # type: ignore[misc]
    """An environment with its arguments and its contents."""

    def __init__(
        self, state: _Text, pos: int, len_: int, name: str, nodelist: list[Any], given: Arguments
    ) -> None:
        self.parsing_state, self.pos, self.len = state, pos, len_
        self.environmentname = self.envname = name
        self.nodelist, self.nodeargd = nodelist, given


class Specials(lw.LatexSpecialsNode):  # type: ignore[misc]
    """Characters with a meaning of their own: ``~``, ``--``, quotes, ``&``."""

    def __init__(self, state: _Text, pos: int, len_: int, chars: str) -> None:
        self.parsing_state, self.pos, self.len = state, pos, len_
        self.specials_chars, self.nodeargd = chars, None


class Math(lw.LatexMathNode):  # type: ignore[misc]
    """Inline or displayed math."""

    def __init__(
        self, state: _Text, pos: int, len_: int, nodelist: list[Any], delimiters: tuple[str, str]
    ) -> None:
        self.parsing_state, self.pos, self.len = state, pos, len_
        self.nodelist, self.delimiters = nodelist, delimiters
        self.displaytype = "inline" if delimiters[0] in ("$", "\\(") else "display"


def parse(text: str, macros: Mapping[str, str], environments: Mapping[str, str]) -> list[Any]:
    """Nodes of a text.

    Parameters
    ----------
    text : str
    macros, environments : mapping
        Their signatures (see `tanaka.latex.spec.signs`).

    Raises
    ------
    GiveUp
    """
    return _Parser(text, macros, environments).nodes("", 0)


def recover(text: str, known: LatexContextDb) -> list[Any]:
    """Nodes of a text that may be half typed, as pylatexenc recovers them.

    Parameters
    ----------
    text : str
    known : LatexContextDb
        Specifications (see `tanaka.latex.spec.context`).
    """
    nodes: list[Any] = _Tolerant(
        text, latex_context=known, tolerant_parsing=True
    ).get_latex_nodes()[0]
    return nodes


class _Tolerant(lw.LatexWalker):  # type: ignore[misc]
    """pylatexenc's own parser, given characters that begin no token in one piece."""

    def get_token(
        self, pos: int, include_brace_chars: Any = None, environments: bool = True, **kwargs: Any
    ) -> Any:
        """Token at a position; one character only where it is to be an argument."""
        if environments:
            match = (_BRACKETED if include_brace_chars else _TOKEN).match(self.s, pos)
            if match is not None and match.lastgroup == "chars":
                text = match.group().lstrip()
                at = match.end() - len(text)
                if text and "\n\n" not in self.s[pos:at]:
                    return lw.LatexToken(
                        tok="char", arg=text, pos=at, len=len(text), pre_space=self.s[pos:at]
                    )
        return super().get_token(
            pos, include_brace_chars=include_brace_chars, environments=environments, **kwargs
        )


class _Parser:
    __slots__ = ("at", "dollar", "environments", "macros", "state", "text")

    def __init__(
        self, text: str, macros: Mapping[str, str], environments: Mapping[str, str]
    ) -> None:
        self.text, self.macros, self.environments = text, macros, environments
        self.state = _Text(text)
        self.at = 0
        self.dollar = False

    def nodes(self, stop: str, depth: int) -> list[Any]:
        r"""Nodes up to what stops them, which is taken too: "}", "]", "$", "\\end{x}" or the end."""
        if depth > _DEEPEST:
            raise GiveUp
        text, state = self.text, self.state
        match_token = (_BRACKETED if stop == "]" else _TOKEN).match
        out: list[Any] = []
        while True:
            at = self.at
            match = match_token(text, at)
            if match is None:
                if at < len(text) or stop:  # the lone backslash at the end among them
                    raise GiveUp
                return out
            kind, self.at = match.lastgroup, match.end()
            if kind == "chars":
                out.append(Chars(state, at, self.at - at, match.group()))
            elif kind == "macro":
                name = match["macro"]
                if not name.isascii() or (
                    name[-1].isalpha() and text[self.at : self.at + 1].isalpha()
                ):
                    raise GiveUp
                if name == "end":
                    if self.environment_name() != stop:
                        raise GiveUp
                    return out
                if name in ("]", ")"):
                    if stop != "\\" + name:
                        raise GiveUp
                    return out
                out.append(self.backslash(at, name, stop, depth))
            elif kind == "special":
                out.append(Specials(state, at, self.at - at, match.group()))
            elif kind == "open":
                inner = self.nodes("}", depth + 1)
                out.append(Group(state, at, self.at - at, inner, ("{", "}")))
            elif kind == "math":
                sign = match.group()
                if stop == "$":
                    self.at = at + 1
                    return out
                if stop == sign:
                    return out
                if self.dollar or stop in ("$$", "\\]", "\\)"):
                    raise GiveUp
                out.append(self.formula(at, sign, sign, depth))
            elif kind == "comment":
                out.append(self.comment(at))
            elif kind == "bracket":
                inner = self.nodes("]", depth + 1)
                out.append(Group(state, at, self.at - at, inner, ("[", "]")))
            elif (kind == "close" and stop == "}") or (kind == "unbracket" and stop == "]"):
                return out
            else:
                raise GiveUp

    def formula(self, at: int, opening: str, closing: str, depth: int) -> Math:
        outer, self.dollar = self.dollar, True
        inner = self.nodes(closing, depth + 1)
        self.dollar = outer
        return Math(self.state, at, self.at - at, inner, (opening, closing))

    def environment_name(self) -> str:
        match = _ENVIRONMENT.match(self.text, self.at)
        if match is None:
            raise GiveUp
        self.at = match.end()
        return "\\end{" + match[1] + "}"

    def backslash(self, at: int, name: str, stop: str, depth: int) -> Any:
        """What a backslash begins: a macro, an environment or a formula."""
        if name == "begin":
            closing = self.environment_name()
            own = closing[5:-1]
            takes, given = self.environments.get(own, ""), []
            if takes == BY_PATTERN:
                takes = self.pattern(own)
            elif takes:
                given = self.arguments(takes, False, depth)
            inner = self.nodes(closing, depth + 1)
            return Environment(self.state, at, self.at - at, own, inner, Arguments(takes, given))
        if name in ("(", "["):
            if self.dollar:
                raise GiveUp
            return self.formula(at, "\\" + name, _CLOSING[name], depth)
        space = ""
        if name.isalpha():
            space = self.space()
            self.at += len(space)
        takes, given = self.macros.get(name, ""), []
        if takes == BY_PATTERN:
            takes = self.pattern(name)
        elif takes:
            given = self.arguments(takes, name == "\\", depth)
        return MacroUse(self.state, at, self.at - at, name, space, Arguments(takes, given))

    def pattern(self, name: str) -> str:
        """Pass over arguments that are told by a pattern; none are kept."""
        if (found := PATTERNS[name].match(self.text, self.at)) is not None:
            self.at = found.end()
        return ""

    def space(self) -> str:
        """Spaces that a macro's name takes: up to an empty line."""
        match = _SPACE.match(self.text, self.at)
        found = match.group() if match else ""
        end = found.find("\n\n")
        return found if end < 0 else found[:end]

    def arguments(self, takes: str, tight: bool, depth: int) -> list[Any]:
        """Arguments of a signature; ``tight`` where spaces before a bracket end them."""
        text, given = self.text, []
        for sign in takes:
            at = self.at
            match = _SPACE.match(text, at)
            start = match.end() if match else at
            blank = "\n\n" in text[at:start]
            char = text[start : start + 1]
            if sign == "{":
                while char == "%" and not blank:
                    self.comment(start)
                    match = _SPACE.match(text, self.at)
                    at, start = self.at, match.end() if match else self.at
                    blank, char = "\n\n" in text[at:start], text[start : start + 1]
                if blank:
                    raise GiveUp
                self.at = start
                given.append(self.expression(char, depth))
            elif sign == "*":
                if not char:
                    raise GiveUp  # pylatexenc then drops all arguments
                if char == "*" and not blank:
                    given.append(Chars(self.state, start, 1, "*"))
                    self.at = start + 1
                elif char == "\\" and start + 1 == len(text):
                    raise GiveUp
                else:
                    given.append(None)
            elif char == "[" and not blank and not (tight and start > at):
                self.at = start + 1
                inner = self.nodes("]", depth + 1)
                given.append(Group(self.state, start, self.at - start, inner, ("[", "]")))
            else:
                given.append(None)
        return given

    def expression(self, char: str, depth: int) -> Any:
        """A needed argument: a group, a macro without arguments, or one character."""
        at, state, text = self.at, self.state, self.text
        if char == "{":
            self.at = at + 1
            inner = self.nodes("}", depth + 1)
            return Group(state, at, self.at - at, inner, ("{", "}"))
        match = _TOKEN.match(text, at)
        if match is None:
            raise GiveUp
        kind = match.lastgroup
        if kind == "macro":
            name = match["macro"]
            self.at = match.end()
            if (
                name in ("begin", "end", "(", ")", "[", "]")
                or not name.isascii()
                or (name.isalpha() and text[self.at : self.at + 1].isalpha())
            ):
                raise GiveUp
            space = ""
            if name.isalpha():
                space = self.space()
                self.at += len(space)
            return MacroUse(state, at, self.at - at, name, space, None)
        if kind == "special":
            self.at = match.end()
            return Specials(state, at, self.at - at, match.group())
        if kind == "chars":
            self.at = at + 1
            return Chars(state, at, 1, char)
        raise GiveUp

    def comment(self, at: int) -> Comment:
        """A comment: to the end of its line and the spaces of the next, unless that is empty."""
        text = self.text
        line = _LINE.search(text, at)
        if line is None:
            self.at = end = len(text)
            space = ""
        elif line[2].startswith(("\n", "\r")):
            self.at = end = line.start()
            space = ""
        else:
            end, self.at = line.start(), line.end()
            space = line.group()
        return Comment(self.state, at, self.at - at, text[at + 1 : end], space)
