r"""The user's own macros: those that hold numbers, names and units.

Definitions are collected by pattern over a whole project, because they may stand in any file,
and expanded where they are used, so that a headline number in a macro is read like any other.
A definition inside of another one is left alone: which of two values a switch sets is not known.

Environments and acronyms are kept beside the macros under names that no macro can have:
``{result}`` for ``\begin{result}``, ``<gpu>`` and ``<gpu:long>`` for ``\gls{gpu}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from tanaka.latex.source import Source
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.text import DocId, Span

_NAME = Lazy(r"\s*(?:\{\s*\\([A-Za-z@]+)\s*\}|\\([A-Za-z@]+))")
_LABEL = Lazy(r"\s*\{\s*([^{}\\]+?)\s*\}")
_COUNT = Lazy(r"\s*\[(\d)\]")
_OPTION = Lazy(r"\s*\[([^\[\]]*)\]")
_OPENING = Lazy(r"\s*\{")
_BRACE = Lazy(r"\\.|[{}]", re.S)
_PARAMETERS = Lazy(r"\s*((?:#\d\s*)*)(?=\{)")
_LET = Lazy(r"\s*=?\s*(?:\{\s*\\([A-Za-z@]+)\s*\}|\\([A-Za-z@]+)|([^\s\\{}]))")
_XARGS = Lazy(r"(\d)\s*=\s*([^,]*)")
_KEYS = r"\b{}\s*=\s*(?:\{{([^{{}}]*)\}}|([^,{{}}]*))"
_SHORT, _LONG = (Lazy(_KEYS.format(k)) for k in ("(?:short|name|text)", "(?:long|description)"))

_USE = Lazy(r"\\([A-Za-z@]+)")
_BEGIN = Lazy(r"\\begin\s*\{([^{}]*)\}")
ACRONYMS = {
    **dict.fromkeys(("gls", "Gls", "GLS", "glstext", "acrshort", "Acrshort", "ac", "Ac", "acs", "acf", "Acf",
                     "acfi", "iac", "acrfull", "glsxtrshort", "glsfmtshort", "glsentryshort", "glsentrytext"), "{}"),
    **dict.fromkeys(("glspl", "Glspl", "acrshortpl", "acp", "Acp", "acsp", "acfp", "acrfullpl"), "{}s"),
    **dict.fromkeys(("acl", "Acl", "acrlong", "Acrlong", "glsxtrlong", "glsentrylong"), "{}:long"),
    **dict.fromkeys(("aclp", "acrlongpl", "Aclp"), "{}:longs"),
}  # fmt: skip
"""Macros that print an acronym, and how: its short or its long form, and whether in plural."""
_ACRONYM = Lazy(r"\\(?:[Gg]ls|GLS|[Aa]c|iac)[A-Za-z]*\*?\s*(?:\[[^\]]*\]\s*)?\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Macro:
    """A user macro: what it takes, and its body with its place.

    Attributes
    ----------
    name : str
    arguments : int
        How many it takes, stars and optional ones included.
    default : str or None
        Of the first, where that is optional.
    body : str
    at : Span
        Of the body.
    whole : Span
        The definition itself, which is no text of the paper.
    takes : str
        One sign for each argument: "{" needed, "[" optional, "*" a star.
    defaults : tuple
        Of the optional ones among them.
    alias : str
        Name of the macro that it is another name for, or "".
    provided : bool
        Whether it only holds where nothing else defines it.
    """

    name: str
    arguments: int
    default: str | None
    body: str
    at: Span
    whole: Span
    takes: str = ""
    defaults: tuple[str | None, ...] = ()
    alias: str = ""
    provided: bool = False

    @property
    def key(self) -> tuple[str, str, tuple[str | None, ...], str, str]:
        """What it does, wherever it is defined."""
        return self.name, self.takes, self.defaults, self.body, self.alias


class _Reader:
    """Reads one definition from where its command ends."""

    __slots__ = ("at", "text")

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def take(self, pattern: Lazy) -> re.Match[str] | None:
        """What stands next, if it is of a pattern."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def name(self) -> str:
        """Name of a macro, braced or not; "" where there is none."""
        match = self.take(_NAME)
        return (match[1] or match[2]) if match else ""

    def label(self) -> str:
        """A word in braces."""
        match = self.take(_LABEL)
        return match[1] if match else ""

    def group(self) -> tuple[int, int] | None:
        """Inside of the braces that stand next."""
        opening = _OPENING.match(self.text, self.at)
        if opening is None:
            return None
        close = matching_brace(self.text, opening.end() - 1)
        if close is None:
            return None
        self.at = close + 1
        return opening.end(), close

    def counted(self) -> tuple[str, tuple[str | None, ...]]:
        """Arguments as ``[2][default]`` gives them."""
        count = self.take(_COUNT)
        if count is None:
            return "", ()
        n = int(count[1])
        option = self.take(_OPTION) if n else None
        if option is None:
            return "{" * n, (None,) * n
        return "[" + "{" * (n - 1), (option[1], *(None,) * (n - 1))

    def listed(self) -> tuple[str, tuple[str | None, ...]] | None:
        """Arguments as a signature ``{s O{3} m}`` gives them; None where some are of other kinds."""
        span = self.group()
        if span is None:
            return None
        inner = _Reader(self.text[span[0] : span[1]], 0)
        takes, defaults = "", list[str | None]()
        while inner.at < len(inner.text):
            letter = inner.text[inner.at]
            inner.at += 1
            if letter in " \t\r\n+!%":
                continue
            default = None
            if letter == "O":
                given = inner.group()
                if given is None:
                    return None
                default = inner.text[slice(*given)]
            if letter not in "mvoOs":
                return None
            takes += {"s": "*", "o": "[", "O": "["}.get(letter, "{")
            defaults.append(default)
        return takes, tuple(defaults)


def definitions(doc: DocId, source: Source) -> list[Macro]:
    """Macros that a file defines, in order.  Whatever is not understood is left out.

    Parameters
    ----------
    doc : DocId
    source : Source
        Only its visible text is read, so a part of a file does as well as the whole.
    """
    text = source.visible
    found: list[Macro] = []
    after = 0
    for match in _DEFINITION.finditer(text):
        if match.start() < after:
            continue
        reader = _Reader(text, match.end())
        made = _KINDS[match[1]](reader)
        if made is None:
            continue
        after = reader.at
        whole = Span(doc, match.start(), after)
        provided = match.group().startswith(("\\provide", "\\Provide"))
        for one in made:
            at = Span(doc, *one.body) if isinstance(one.body, tuple) else whole
            body = text[slice(*one.body)] if isinstance(one.body, tuple) else one.body
            found.append(
                Macro(
                    one.name, len(one.takes), one.defaults[0] if one.defaults else None, body, at, whole,
                    one.takes, one.defaults, one.alias, provided,
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Made:
    """What one definition makes: the body is a place in the text, or given."""

    name: str
    body: tuple[int, int] | str
    takes: str = ""
    defaults: tuple[str | None, ...] = ()
    alias: str = ""


_Found = tuple[_Made, ...] | None


def _new(r: _Reader) -> _Found:
    name = r.name()
    takes, defaults = r.counted()
    body = r.group()
    return (_Made(name, body, takes, defaults),) if name and body else None


def _xargs(r: _Reader) -> _Found:
    name, count = r.name(), r.take(_COUNT)
    n = int(count[1]) if count else 0
    option = r.take(_OPTION) if n else None
    optional = {int(i): value.strip() for i, value in _XARGS.findall(option[1])} if option else {}
    body = r.group()
    if not name or body is None:
        return None
    places = range(1, n + 1)
    takes = "".join("[" if i in optional else "{" for i in places)
    return (_Made(name, body, takes, tuple(optional.get(i) for i in places)),)


def _xparse(r: _Reader) -> _Found:
    name = r.name()
    before = r.at
    listed = r.listed() if name else None
    if name and listed is None:
        # Arguments of kinds that are not read: the definition is no text, the use prints nothing.
        r.at = before
        return (_Made(name, ""),) if r.group() and r.group() else None
    body = r.group()
    return (_Made(name, body, *listed),) if name and listed and body else None


def _operator(r: _Reader) -> _Found:
    name, body = r.name(), r.group()
    return (_Made(name, body),) if name and body else None


def _pair(r: _Reader) -> _Found:
    name, left, right = r.name(), r.group(), r.group()
    if not name or left is None or right is None:
        return None
    body = f"{r.text[slice(*left)]}#3{r.text[slice(*right)]}"
    return (_Made(name, body, "*[{", (None, None, None)),)


def _environment(r: _Reader) -> _Found:
    name = r.label()
    takes, defaults = r.counted()
    begin = r.group()
    end = r.group()
    return (_Made(f"{{{name}}}", begin, takes, defaults),) if name and begin and end else None


def _xenvironment(r: _Reader) -> _Found:
    name, listed, begin, end = r.label(), r.listed(), r.group(), r.group()
    if not name or begin is None or end is None:
        return None
    return (_Made(f"{{{name}}}", begin, *listed) if listed else _Made(f"{{{name}}}", ""),)


def _box(r: _Reader) -> _Found:
    r.take(_OPTION)
    name = r.label()
    takes, defaults = r.counted()
    return (_Made(f"{{{name}}}", "", takes, defaults),) if name and r.group() else None


def _unit(r: _Reader) -> _Found:
    r.take(_OPTION)
    return _operator(r)


def _acronym(r: _Reader) -> _Found:
    r.take(_OPTION)
    label, short, long = r.label(), r.group(), r.group()
    return _forms(label, short, long)


def _acrodef(r: _Reader) -> _Found:
    label, given, long = r.label(), r.take(_OPTION), r.group()
    return _forms(label, given.span(1) if given else label, long)


def _entry(r: _Reader) -> _Found:
    label, span = r.label(), r.group()
    if not label or span is None:
        return None
    inside = r.text[slice(*span)]
    short, long = _SHORT.search(inside), _LONG.search(inside)
    return _forms(
        label,
        (short[1] or short[2] or "").strip() if short else label,
        (long[1] or long[2] or "").strip() if long else label,
    )


def _forms(
    label: str, short: tuple[int, int] | str | None, long: tuple[int, int] | str | None
) -> _Found:
    if not label or short is None or long is None:
        return None
    return _Made(f"<{label}>", short), _Made(f"<{label}:long>", long)


def _let(r: _Reader) -> _Found:
    name, match = r.name(), r.take(_LET)
    if not name or match is None:
        return None
    other = match[1] or match[2]
    return (_Made(name, "", alias=other) if other else _Made(name, match.span(3)),)


def _tex(r: _Reader) -> _Found:
    name = r.name()
    if not name:
        return None
    if (parameters := r.take(_PARAMETERS)) is not None:
        n = parameters[1].count("#")
        body = r.group()
        return (_Made(name, body, "{" * n, (None,) * n),) if body else None
    # Delimited parameters: the definition is no text, and the use prints nothing.
    opening = r.text.find("{", r.at)
    if opening < 0 or "\n\n" in r.text[r.at : opening] or "#" not in r.text[r.at : opening]:
        return None
    r.at = opening
    return (_Made(name, ""),) if r.group() else None


_KINDS: dict[str, Callable[[_Reader], _Found]] = {
    **dict.fromkeys(("newcommand", "renewcommand", "providecommand", "newrobustcmd", "renewrobustcmd",
                     "providerobustcmd", "DeclareRobustCommand"), _new),
    **dict.fromkeys(("newcommandx", "renewcommandx", "providecommandx"), _xargs),
    **{f"{how}{kind}DocumentCommand": _xparse for how in ("New", "Renew", "Provide", "Declare")
       for kind in ("", "Expandable")},
    **{f"{how}DocumentEnvironment": _xenvironment for how in ("New", "Renew", "Provide", "Declare")},
    **dict.fromkeys(("newenvironment", "renewenvironment"), _environment),
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), _tex),
    **dict.fromkeys(("let", "NewCommandCopy", "LetLtxMacro"), _let),
    "DeclareMathOperator": _operator, "DeclarePairedDelimiter": _pair, "newtcolorbox": _box, "DeclareSIUnit": _unit,
    "newacronym": _acronym, "acrodef": _acrodef, "newacro": _acrodef, "DeclareAcronym": _entry, "newglossaryentry": _entry,
}  # fmt: skip
# Plain words, longest first: their first letters tell most macros apart from all of them at once.
_DEFINITION = Lazy(rf"\\({'|'.join(sorted(_KINDS, key=len, reverse=True))})(?![A-Za-z])\*?")


def table(files: Iterable[tuple[DocId, Source]]) -> dict[str, Macro]:
    """Macros of a project, by name (see `joined`)."""
    return joined(m for doc, source in files for m in definitions(doc, source))


def joined(defined: Iterable[Macro]) -> dict[str, Macro]:
    """Macros by name; a later definition wins, as in TeX, if it does not only provide."""
    macros: dict[str, Macro] = {}
    for macro in defined:
        if not (macro.provided and macro.name in macros):
            macros[macro.name] = macro
    return macros


def without_definitions(visible: str, defined: Iterable[Macro]) -> str:
    """Text with the definitions blanked: nothing in a body is said until it is used."""
    spans = sorted((m.whole.start, m.whole.end) for m in defined)
    if not spans:
        return visible
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        if start >= at:
            pieces += (visible[at:start], _blanked(visible[start:end]))
            at = end
    pieces.append(visible[at:])
    return "".join(pieces)


_INK = Lazy(r"[^\r]")


def _blanked(text: str) -> str:
    """Spaces; a line of its own keeps a percent sign, since a blank one would end the paragraph."""
    if "\n" not in text:
        return _INK.sub(" ", text)
    lines = [_INK.sub(" ", line) for line in text.split("\n")]
    lines[1:-1] = ["%" + line[1:] if line[:1] == " " else line for line in lines[1:-1]]
    return "\n".join(lines)


@lru_cache(maxsize=8192)
def _names(text: str) -> frozenset[str]:
    """Names of all macros, environments and acronyms in a text."""
    found = set(_USE.findall(text))
    found.update([n.partition("@")[0] for n in found if "@" in n])
    if "begin" in found:
        found.update(f"{{{n.strip()}}}" for n in _BEGIN.findall(text))
    if not ACRONYMS.keys().isdisjoint(found):
        for n in _ACRONYM.findall(text):
            found.update((f"<{n.strip()}>", f"<{n.strip()}:long>"))
    return frozenset(found)


def used(text: str, macros: Mapping[str, Macro]) -> tuple[Macro, ...]:
    """User macros that a text needs, those that their bodies use included, by name."""
    if not macros or "\\" not in text:
        return ()
    needed: dict[str, Macro] = {}
    queue = [text]
    while queue:
        for name in _names(queue.pop()):
            macro = macros.get(name)
            if macro is not None and name not in needed:
                needed[name] = macro
                queue.append(f"\\{macro.alias}" if macro.alias else macro.body)
                queue.extend(d for d in macro.defaults if d)
    return tuple(needed[name] for name in sorted(needed))


def matching_brace(text: str, opening: int) -> int | None:
    """Offset of the brace that closes the one at ``opening``; None where it is missing."""
    depth = 0
    for match in _BRACE.finditer(text, opening):
        if match.group() == "{":
            depth += 1
        elif match.group() == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return None
