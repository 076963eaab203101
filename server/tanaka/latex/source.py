r"""What of a file is text at all, in regions that are read one by one.

Comments, verbatim and dead branches are blanked; the blanked text has the length and the line
ends of the file, so every offset stays true.  A comment keeps its percent sign: a line that holds
only a comment must not become a blank line, which would end the paragraph.

A region begins at a section command and the like, outside of everything that is blanked as one
piece, and ends where the next begins.  So it is a function of its own text, and an edit re-reads
the regions that it touches and no other (`reread`).
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, TypeVar

from tanaka.patterns import Lazy
from tanaka.records import dataclass

V = TypeVar("V")

_VERBATIM = (
    "verbatim",
    "verbatim*",
    "Verbatim",
    "Verbatim*",
    "BVerbatim",
    "LVerbatim",
    "lstlisting",
    "minted",
    "comment",
    "filecontents",
    "filecontents*",
    "alltt",
    "tcblisting",
    "pyglist",
    "algorithmic",
    "algorithm",
    "algorithm*",
    "algorithm2e",
    "tikzpicture",
    "pgfpicture",
    "CCSXML",
    "thebibliography",
)
_REGION = (
    r"^[ \t]*\\(?:(?:part|chapter|section|subsection|subsubsection)\*?\s*[\[{]|appendix\b|"
    r"begin\{document\}|end\{document\}|begin\{abstract\}|end\{abstract\}|abstract\{)"
)
_CONDITIONAL = Lazy(r"\\\\|(?<!\\)%[^\n]*|\\(if[A-Za-z@]*|fi|else)(?![A-Za-z@])")
_NEWIF = Lazy(r"\\newif\s*\\if([A-Za-z@]+)")
_SETS = Lazy(r"\\([A-Za-z@]+)(true|false)(?![A-Za-z@])")
_DEFINES = Lazy(
    r"\\(?:lstnewenvironment|newtcblisting|DefineVerbatimEnvironment|excludecomment|NewTCBListing)"
    r"\s*(?:\[[^\]]*\])?\s*\{([A-Za-z*]+)\}"
    r"|\\newminted(?:\[([A-Za-z]+)\])?\{([A-Za-z]+)\}"
)


@dataclass(frozen=True, slots=True)
class Switches:
    r"""What a paper's own switches say about how its text is to be read.

    Attributes
    ----------
    flags : tuple of (str, bool)
        The ``\newif``s, and how each is set.
    verbatim : tuple of str
        Verbatim environments of its own.
    decimal_comma : bool
        Whether its main language writes "1,5" for one and a half.
    """

    flags: tuple[tuple[str, bool], ...] = ()
    verbatim: tuple[str, ...] = ()
    decimal_comma: bool = False

    def joined(self, other: Switches) -> Switches:
        """Switches of both; the other's flags win, as those of a later file."""
        return Switches(
            tuple(sorted((dict(self.flags) | dict(other.flags)).items())),
            tuple(dict.fromkeys((*self.verbatim, *other.verbatim))),
            self.decimal_comma or other.decimal_comma,
        )

    def set_by(self, text: str) -> Switches:
        """Switches after a text has set those of them that it sets."""
        flags = dict(self.flags)
        for match in _SETS.finditer(text):
            if match.group(1) in flags:
                flags[match.group(1)] = match.group(2) == "true"
        return replace(self, flags=tuple(flags.items()))


_NONE = Switches()


def _telling(region: Region) -> tuple[Switches, ...]:
    own = read_switches(region.text)
    return () if own == _NONE else (own,)


def read_switches(text: str) -> Switches:
    r"""Switches that a text defines and sets.  A flag that nobody sets is false, as in TeX."""
    flags: dict[str, bool] = {}
    if "\\newif" in text:
        flags = {m.group(1): False for m in _NEWIF.finditer(text)}
        for match in _SETS.finditer(text):
            if match.group(1) in flags:
                flags[match.group(1)] = match.group(2) == "true"
    named: list[str] = []
    if "newenvironment" in text or "newtcb" in text or "NewTCB" in text or "newminted" in text or (
        "DefineVerbatim" in text or "excludecomment" in text
    ):  # fmt: skip
        named = [
            match.group(1) or match.group(2) or match.group(3) + "code"
            for match in _DEFINES.finditer(text)
        ]
    return Switches(
        tuple(sorted(flags.items())), tuple(dict.fromkeys(named)), _main_language(text) in _COMMA
    )


# The last language that babel is given is the main one.
_LANGUAGE = Lazy(
    r"^[^%\n]*\\(?:usepackage\s*\[(?P<babel>[^\]]*)\]\s*\{babel\}|"
    r"set(?:default|main)language\s*(?:\[[^\]]*\]\s*)?\{(?P<poly>\w+)\}|"
    r"documentclass\s*\[(?P<options>[^\]]*)\])",
    re.M,
)
_COMMA = frozenset(
    [
        "german",
        "ngerman",
        "austrian",
        "naustrian",
        "french",
        "francais",
        "acadian",
        "italian",
        "spanish",
        "portuguese",
        "brazilian",
        "dutch",
        "polish",
        "czech",
        "swedish",
        "danish",
        "norsk",
        "nynorsk",
        "norwegian",
        "finnish",
        "russian",
        "ukrainian",
    ]
)


def _main_language(text: str) -> str:
    """The language that a preamble sets, or ""."""
    if "babel" not in text and "language" not in text:
        return ""
    found, options = "", []
    for match in _LANGUAGE.finditer(text):
        if match["options"] is not None:
            options = [o.strip() for o in match["options"].split(",")]
        elif match["poly"]:
            found = match["poly"]
        else:
            given = [o.strip() for o in match["babel"].split(",") if "=" not in o]
            main = re.search(r"main\s*=\s*(\w+)", match["babel"])
            found = main.group(1) if main else given[-1] if given else ""
    if not found and "{babel}" in text:
        found = next((o for o in reversed(options) if o in _COMMA or o == "english"), "")
    return found


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: where its percent sign stands, and its words without it."""

    start: int
    end: int
    text: str


class Region:
    """A stretch of a file that is read on its own; offsets are relative to its start.

    Attributes
    ----------
    text : str
    visible : str
        The same text with everything unread blanked.
    comments : tuple of Comment
    loose : bool
        Whether something opens in it that nothing closes: an edit anywhere behind may.
    """

    def __init__(
        self, text: str, visible: str, comments: tuple[Comment, ...], *, loose: bool
    ) -> None:
        self.text, self.visible, self.comments, self.loose = text, visible, comments, loose
        self._kept: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self.text)

    def kept(self, name: object, make: Callable[[Region], V]) -> V:
        """What has been made of the region under a name, made on the first call."""
        found = self._kept.get(name, self)
        if found is self:
            found = self._kept[name] = make(self)
        return found  # type: ignore[return-value]

    def has_latest(self, name: str, key: object) -> bool:
        """Whether `latest` has the value of a key."""
        found = self._kept.get((name,))
        return found is not None and found[0] == key  # type: ignore[index]

    def latest(self, name: str, key: object, make: Callable[[Region], V]) -> V:
        """The last thing made of the region under a name, made anew where its key is another."""
        found = self._kept.get((name,))
        if found is None or found[0] != key:  # type: ignore[index]
            found = self._kept[name,] = (key, make(self))
        return found[1]  # type: ignore[index,no-any-return]


class Source:
    """A file's text in regions, the same text with everything unread blanked, and its comments."""

    def __init__(self, text: str, regions: tuple[Region, ...], switches: Switches) -> None:
        self.text, self.regions, self.switches = text, regions, switches
        self._each: dict[
            object, tuple[Callable[[Region], tuple[Any, ...]], list[tuple[int, tuple[Any, ...]]]]
        ] = {}

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each region begins."""
        return tuple(accumulate((len(r.text) for r in self.regions[:-1]), initial=0))

    @cached_property
    def own_switches(self) -> Switches:
        """Switches that the file defines and sets, from all of it, typeset or not."""
        found = Switches()
        for _, own in self.each("switches", _telling):
            found = found.joined(own)
        return found

    @cached_property
    def visible(self) -> str:
        """The text with everything unread blanked."""
        return "".join(r.visible for r in self.regions)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, at their places in the file."""
        return tuple(
            Comment(c.start + at, c.end + at, c.text)
            for region, at in zip(self.regions, self.starts, strict=True)
            for c in region.comments
        )

    def each(self, name: object, make: Callable[[Region], tuple[V, ...]]) -> list[tuple[int, V]]:
        """What is made of each region, with the region's start."""
        known = self._each.get(name)
        if known is None:
            found = [
                (i, items)
                for i, region in enumerate(self.regions)
                if (items := region.kept(name, make))
            ]
            known = self._each[name] = (make, found)
        starts = self.starts
        return [(starts[i], item) for i, items in known[1] for item in items]

    def follow(self, before: Source, front: int, back: int) -> None:
        """Take over what was made of the regions that another source shares.

        Parameters
        ----------
        before : Source
        front, back : int
            How many regions are the same at the beginning and at the end.
        """
        shift = len(self.regions) - len(before.regions)
        last = len(before.regions) - back
        for name, (make, found) in before._each.items():
            self._each[name] = (
                make,
                [
                    *(entry for entry in found if entry[0] < front),
                    *(
                        (i, items)
                        for i in range(front, len(self.regions) - back)
                        if (items := self.regions[i].kept(name, make))
                    ),
                    *((i + shift, items) for i, items in found if i >= last),
                ],
            )


def read_source(text: str, switches: Switches | None = None) -> Source:
    """Blank what TeX does not typeset as text.  Never raises.

    Parameters
    ----------
    text : str
    switches : Switches or None
        Of the paper that the file belongs to; the text's own where none are given.
    """
    switches = read_switches(text) if switches is None else switches
    return Source(text, tuple(_regions(text, 0, switches)), switches)


def reread(before: Source, text: str) -> Source:
    """The source of a text that differs little from one that was read.

    The same as ``read_source(text, before.switches)``; regions that the difference does not
    touch are the same objects.
    """
    if text == before.text:
        return before
    old, begins = before.regions, before.starts
    same = _same_until(before.text, text)
    # Regions that end before the difference.  Where it stands at the head of the next one, the
    # last of them may go on where it ended before.
    front = max(0, bisect.bisect_right(begins, same - _HEAD) - 1)
    at = begins[front]
    if any(r.loose for r in old[:front]):
        return read_source(text, before.switches)
    behind = len(before.text) - _same_from(before.text, text, at)
    back = len(old) - max(bisect.bisect_left(begins, behind), front + 1)
    kept = old[len(old) - back :]
    shift = len(text) - len(before.text)
    starts = {begins[len(old) - back + i] + shift: i for i in range(back)}
    middle: list[Region] = []
    for region in _regions(text, at, before.switches, starts):
        again = not middle and front < len(old) and region.text == old[front].text
        middle.append(old[front] if again else region)
        at += len(region.text)
    rest = kept[starts[at] :] if at in starts else ()
    made = Source(text, (*old[:front], *middle, *rest), before.switches)
    made.follow(before, front, len(rest))
    return made


_CHUNK = 1 << 15
_HEAD = 64  # more characters than it takes to see that a region begins


def _same_until(a: str, b: str) -> int:
    """How many characters two texts have in common from the left."""
    at, most = 0, min(len(a), len(b))
    while at < most and a[at : at + _CHUNK] == b[at : at + _CHUNK]:
        at += _CHUNK
    if at >= most:
        return most
    low, high = at, min(at + _CHUNK, most)
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_from(a: str, b: str, after: int) -> int:
    """How many characters they have in common from the right, of those behind an offset."""
    most = min(len(a), len(b)) - after
    count = 0
    while count + _CHUNK <= most and (
        a[len(a) - count - _CHUNK : len(a) - count] == b[len(b) - count - _CHUNK : len(b) - count]
    ):
        count += _CHUNK
    low, high = count, min(count + _CHUNK, most)
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


@lru_cache(maxsize=64)
def _tokens(verbatim: tuple[str, ...], flags: tuple[str, ...]) -> Lazy:
    names = "|".join(re.escape(n) for n in sorted({*_VERBATIM, *verbatim}, key=len, reverse=True))
    own = "".join(f"|{re.escape(f)}" for f in flags)
    return Lazy(
        rf"(?P<region>{_REGION})"
        r"|\\\\"  # a line end, so that its second backslash escapes nothing
        r"|\\%"
        r"|(?P<comment>%[^\n\r]*)"
        rf"|\\begin\{{(?P<env>{names})\}}"
        r"|\\(?:verb|lstinline|mintinline\{[a-z]+\})\*?(?P<verb>[^A-Za-z\s*{])"
        rf"|\\if(?:(?P<if>false|true{own})(?![A-Za-z@])|\s?(?P<digit>[01])(?=\s))"
        r"|\\(?:url|path|nolinkurl)\s*\{(?P<url>[^{}\n]*\n?[^{}\n\\]*\})"
        r"|\\end\{document\}(?P<end>)",
        re.M,
    )


def _regions(
    text: str, at: int, switches: Switches, until: dict[int, int] | None = None
) -> Iterable[Region]:
    """Regions from an offset that begins one, up to one of ``until``, or to the end."""
    flags = dict(switches.flags)
    token = _tokens(switches.verbatim, tuple(flags))
    start = at
    pieces: list[str] = []
    comments: list[Comment] = []
    dead: list[tuple[int, int]] = []  # branches further on that are not typeset
    whole = 0  # no region begins before: a conditional is read as one
    loose = False

    def keep(end: int) -> None:
        nonlocal at
        pieces.append(text[at:end])
        at = max(at, end)  # a branch may end in verbatim text, which is blanked already

    def blank(end: int) -> None:
        nonlocal at
        pieces.append(_blanked(text[at:end]))
        at = max(at, end)

    def region() -> Region:
        nonlocal start, pieces, comments, loose
        made = Region(text[start:at], "".join(pieces), tuple(comments), loose=loose)
        start, pieces, comments, loose = at, [], [], False
        return made

    position = at
    while True:
        match = token.search(text, position)
        if dead and (match is None or match.start() >= dead[0][0]):
            keep(dead[0][0])
            blank(dead[0][1])
            position = at
            dead.pop(0)
            continue
        if match is None:
            break
        position = max(match.end(), position + 1)
        if match["region"] is not None:
            begins = match.start()
            ends_document = "end{document}" in match["region"]
            if begins > start and begins >= whole:
                keep(begins)
                yield region()
                if until is not None and begins in until:
                    return
            if ends_document:
                keep(match.end())
                blank(len(text))
                break
        elif match["comment"] is not None:
            keep(match.start())
            comments.append(
                Comment(match.start() - start, match.end() - start, match["comment"][1:])
            )
            pieces.append("%" + " " * (len(match["comment"]) - 1))
            at = match.end()
        elif match["env"] is not None:
            close = text.find(f"\\end{{{match['env']}}}", match.end())
            if close < 0:
                loose = True
                continue  # half-typed: what follows is still the author's text
            keep(match.start())
            position = close + len(match["env"]) + 6
            blank(position)
        elif match["verb"] is not None:
            close = text.find(match["verb"], match.end())
            newline = text.find("\n", match.end())
            if close < 0 or (0 <= newline < close):
                continue
            keep(match.start())
            position = close + 1
            blank(position)
        elif match["if"] is not None or match["digit"] is not None:
            otherwise, fi = _branches(text, match.end())
            if fi is None:
                loose = True
                if match["if"] != "false":
                    continue  # half-typed
                fi = (len(text), len(text))
            name = match["if"]
            live = name == "true" or match["digit"] == "1" or flags.get(name, False)
            if not live:
                keep(match.start())
                position = (otherwise or fi)[1]
                blank(position)
            elif otherwise is not None:
                dead.append((otherwise[0], fi[1]))
                dead.sort()
            whole = max(whole, fi[1])
        elif match["url"] is not None:
            keep(match.start("url"))
            position = match.end() - 1
            blank(position)
        elif match["end"] is not None:
            keep(match.end())
            blank(len(text))
            break
    keep(len(text))
    if at > start or start == 0:
        yield region()


def _blanked(piece: str) -> str:
    """Spaces for characters; a blanked line of its own keeps a percent sign (see above)."""
    lines = re.split(r"(\r\n|\n|\r)", piece)
    out: list[str] = []
    for i, part in enumerate(lines):
        if i % 2:
            out.append(part)
        elif i < len(lines) - 1 and part:
            out.append("%" + " " * (len(part) - 1))
        elif i and len(part) > 1:
            out.append("{}" + " " * (len(part) - 2))  # text may follow on this line
        else:
            out.append(" " * len(part))
    return "".join(out)


def _branches(text: str, at: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    r"""Spans of the ``\else`` and the ``\fi`` of a conditional that opened before an offset."""
    depth = 1
    otherwise: tuple[int, int] | None = None
    for match in _CONDITIONAL.finditer(text, at):
        word = match.group(1)
        # \iff is an arrow; what takes its branches in braces (\ifthenelse{}) has no \fi.
        if word is None or word == "iff" or text[match.end() : match.end() + 1] == "{":
            continue
        if word == "fi":
            depth -= 1
            if depth == 0:
                return otherwise, match.span()
        elif word == "else":
            if depth == 1 and otherwise is None:
                otherwise = match.span()
        else:
            depth += 1
    return otherwise, None
