"""What of a file is text at all: comments, verbatim and dead branches are blanked.

The blanked text has the length and the line ends of the file, so every offset stays true.  A
comment keeps its percent sign: a line that holds only a comment must not become a blank line,
which would end the paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_VERBATIM = (
    "verbatim|verbatim\\*|Verbatim|lstlisting|minted|comment|filecontents|filecontents\\*|alltt|"
    "tcblisting|algorithmic|algorithm|algorithm2e|tikzpicture|pgfpicture|CCSXML|thebibliography"
)
_TOKEN = re.compile(
    r"\\\\"  # a line end, so that its second backslash escapes nothing
    r"|\\%"
    r"|(?P<comment>%[^\n\r]*)"
    rf"|\\begin\{{(?P<env>{_VERBATIM})\}}"
    r"|\\(?:verb|lstinline)\*?(?P<verb>[^A-Za-z\s*{])"
    r"|\\(?P<iffalse>iffalse)(?![A-Za-z])"
    r"|\\(?P<url>url|path|nolinkurl)\s*\{"
    r"|\\end\{document\}(?P<end>)"
)
_CONDITIONAL = re.compile(r"\\(if[A-Za-z@]*|fi|else)(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: where its percent sign stands, and its words without it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text, the same text with everything unread blanked, and its comments."""

    text: str
    visible: str
    comments: tuple[Comment, ...]


def read_source(text: str) -> Source:
    """Blank what TeX does not typeset as text.  Never raises."""
    pieces: list[str] = []
    comments: list[Comment] = []
    at = 0

    def keep(until: int) -> None:
        nonlocal at
        pieces.append(text[at:until])
        at = until

    def blank(until: int) -> None:
        nonlocal at
        pieces.append(_blanked(text[at:until]))
        at = until

    position = 0
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match.group("comment") is not None:
            keep(match.start())
            comments.append(Comment(match.start(), match.end(), match.group("comment")[1:]))
            pieces.append("%" + " " * (len(match.group("comment")) - 1))
            at = match.end()
        elif env := match.group("env"):
            close = text.find(f"\\end{{{env}}}", match.end())
            if close < 0:
                continue  # half-typed: what follows is still the author's text
            keep(match.start())
            position = close + len(env) + 6
            blank(position)
        elif match.group("verb") is not None:
            close = text.find(match.group("verb"), match.end())
            newline = text.find("\n", match.end())
            if close < 0 or (0 <= newline < close):
                continue
            keep(match.start())
            position = close + 1
            blank(position)
        elif match.group("iffalse"):
            keep(match.start())
            position = _end_of_iffalse(text, match.end())
            blank(position)
        elif match.group("url"):
            close = text.find("}", match.end())
            if close < 0:
                continue
            keep(match.end())
            position = close
            blank(position)
        elif match.group("end") is not None:
            keep(match.end())
            blank(len(text))
            break
    keep(len(text))
    return Source(text, "".join(pieces), tuple(comments))


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


def _end_of_iffalse(text: str, at: int) -> int:
    depth = 1
    for match in _CONDITIONAL.finditer(text, at):
        word = match.group(1)
        if word == "fi":
            depth -= 1
        elif word == "else":
            if depth == 1:
                return match.end()
        elif word not in ("iff", "ifthenelse", "ifx"):
            depth += 1
        if depth == 0:
            return match.end()
    return len(text)
