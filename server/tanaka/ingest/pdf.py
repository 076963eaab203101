r"""A PDF's lines to one text in LaTeX's clothes, which the whole engine reads unchanged.

Headings become ``\section``, exponents ``$^{6}$``, "[3, 7]" ``\cite{3,7}``, a table whose columns
are clear a ``tabular``.  What is no prose (labels of figures, equations, tables that are not
clear) goes into comments that begin with ``%:``: a row of numbers that was torn apart must not be
read as a sentence.  A line ``%% page 3`` says that page 3 begins there; it is a comment, so that
a paragraph over a page's end is still one sentence.  Pure; never raises, whatever the lines.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from itertools import pairwise

from tanaka.ingest.layout import Drawn, Line, lines_of
from tanaka.ingest.letters import SOFT, joined
from tanaka.ingest.tables import tabular
from tanaka.records import dataclass

_PAGE = re.compile(r"^%% page (\d+)$", re.M)


def latex_of(document: Drawn) -> str:
    """The text of a PDF as LaTeX; see the module for its form."""
    lines = lines_of(document)
    return _Writer(_Paper(lines)).text()


def page_of(text: str, offset: int) -> int:
    """Page that an offset of such a text lies on, from one."""
    last = 1
    for match in _PAGE.finditer(text):
        if match.start() > offset:
            break
        last = int(match[1])
    return last


_COMMENT_LINE = re.compile(r"^%.*(?:\n|$)|(?<!\\)%.*$", re.M)
_SIGNS = (
    (re.compile(r"\$([\^_])\{([^{}]*)\}\$"), r"\1\2"),
    (re.compile(r"\\cite\{([^{}]*)\}"), r"[\1]"),
    (re.compile(r"\\thanks\{[^{}]*\}"), ""),
    (re.compile(r"\\(?:begin|end|item|caption|footnotetext(?:\[[^\]]*\])?)\b(?:\{[a-z]+\})*"), " "),
    (re.compile(r"\\midrule"), " "),
    (re.compile(r"\\ref\{eq:(\d+)\}"), r"\1"),
    (re.compile(r"\\textasciitilde\{\}"), "~"),
    (re.compile(r"\\textbackslash\{\}"), "/"),
    (re.compile(r"\\multicolumn\{\d+\}\{c\}"), ""),
    (re.compile(r"\\\\"), " "),
    (re.compile(r"(?<!\\)[{}&]"), " "),
    (re.compile(r"\\([%$&#_{}])"), r"\1"),
)
_LONGEST = 160  # characters of a quote


def quote(text: str, start: int, end: int) -> str:
    """Words around a range of such a text, as a reader of the PDF can find them.

    The sentence that the range stands in, cut to about two lines; commands are undone.
    """
    block = max(text.rfind("\n\n", 0, start) + 2, 0)
    close = text.find("\n\n", end)
    after = text[end : close if close >= 0 else len(text)]
    before, inside, after = _plain(text[block:start]), _plain(text[start:end]), _plain(after)
    before = re.split(r"(?<=[.?!])\s+(?=[A-Z\"“(])", before)[-1]
    after = re.split(r"(?<=[.?!])\s", after, maxsplit=1)[0]
    room = max(_LONGEST - len(inside), 0)
    if len(before) + len(after) > room:
        left = min(len(before), max(room // 2, room - len(after)))
        right = room - left
        if len(before) > left:
            before = "... " + before[len(before) - left :].partition(" ")[2]
        if len(after) > right:
            after = after[:right].rpartition(" ")[0] + " ..."
    return " ".join(f"{before}{inside}{after}".split())


def _plain(latex: str) -> str:
    words = _COMMENT_LINE.sub("", latex)
    for pattern, instead in _SIGNS:
        words = pattern.sub(instead, words)
    edge = words[:1].isspace(), words[-1:].isspace()
    inner = " ".join(words.split())
    return (" " if edge[0] else "") + inner + (" " if edge[1] and inner else "")


def pages_of(text: str) -> tuple[tuple[int, int], ...]:
    """Where each stretch of a page begins in such a text, and the page's number."""
    return ((0, 1), *((m.start(), int(m[1])) for m in _PAGE.finditer(text)))


class Pages:
    """Pages of one such text, for whoever asks often."""

    __slots__ = ("_numbers", "_starts")

    def __init__(self, text: str) -> None:
        found = pages_of(text)
        self._starts = [at for at, _ in found]
        self._numbers = [number for _, number in found]

    def page(self, offset: int) -> int:
        """Page of an offset, from one."""
        return self._numbers[max(bisect.bisect_right(self._starts, offset) - 1, 0)]

    def start(self, page: int) -> int:
        """Offset at which a page first begins; 0 where there is no such page."""
        return next((a for a, n in zip(self._starts, self._numbers, strict=True) if n == page), 0)

    @property
    def last(self) -> int:
        """The highest page number."""
        return max(self._numbers)


# -- what kind of line it is ------------------------------------------------------------------

_CAPTION = re.compile(r"(?P<what>Figure|Fig\.|FIGURE|Table|TABLE|Tab\.|Algorithm|Listing)\s*"
                      r"(?P<number>\d+(?:\.\d+)?|[IVXL]+)(?P<end>\s*[.:|]|\s*$)")  # fmt: skip
_NUMBERED = re.compile(
    r"(?P<number>(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){0,3}|[IVX]{1,5}|Appendix [A-Z])[.:]?)\s+(?P<title>[A-Z].*)"
)
_NAMED = re.compile(
    r"(?:abstract|introduction|related works?|background|motivation|references|bibliography|conclusions?|"
    r"acknowledge?ments?|appendi(?:x|ces)|discussion|evaluation|design|implementation|limitations)[.:]?",
    re.I,
)
_REFERENCES = re.compile(r"(?:references|bibliography|literature cited|works cited)[.:]?", re.I)
_ABSTRACT = re.compile(r"abstract\b\s*(?P<sign>[—–:.-]*)\s*", re.I)
_BULLET = re.compile(r"(?:[•‣▪◦●○■–*]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[).])\s+\S")
_NUMERIC = re.compile(r"[≈∼<>+−-]*\d[\d.,]*\s*(?:×|x|\\?%|ms|GB|s)?")
_FULL_STOP = re.compile(r"[.?!:;][\"”’')\]}]*$")
_ITEM = re.compile(r"\[(?P<n>\d{1,3}|[A-Za-z]+\+?\d{2}[a-z]?)\]\s*|(?P<m>\d{1,3})\.\s+(?=[A-Z])")


def _words(text: str) -> int:
    return len(re.findall(r"[A-Za-z]{2,}", text))


def _whole_words(lines: Sequence[Line]) -> Iterator[str]:
    """Lower-case words, without the halves of those that a line's end cuts."""
    cut = False
    for li in lines:
        words = re.sub(r"^\S*", "", li.text) if cut else li.text
        cut = li.text.endswith((SOFT, "-"))
        if cut:
            words = re.sub(r"\S*$", "", words)
        yield from (w.lower() for w in re.findall(r"[A-Za-z][A-Za-z-]*[A-Za-z]", words))


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where the text of a column begins and ends, and the distance of its lines."""

    x0: float
    x1: float
    leading: float


class _Paper:
    """The lines of a paper with what can be said over all of them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        sizes: Counter[float] = Counter()
        for li in lines:
            if _words(li.text) >= 4:
                sizes[round(li.size * 2) / 2] += len(li.text)
        self.body = max(sizes, key=lambda s: (sizes[s], s)) if sizes else 10.0
        families: Counter[str] = Counter()
        for li in lines:
            if _words(li.text) >= 5 and abs(li.size - self.body) < 1.6:
                families[li.family] += len(li.text)
        whole = sum(families.values())
        self.families = {f for f, n in families.items() if n > 0.03 * whole}
        self.words = frozenset(_whole_words(lines))
        self.edges = self._edges()

    def _edges(self) -> dict[tuple[int, int], _Edge]:
        columns: dict[tuple[int, int], list[Line]] = {}
        for li in self.lines:
            if abs(li.size - self.body) < 0.6:
                columns.setdefault((li.page, li.column), []).append(li)
        edges = {}
        for key, own in columns.items():
            long = [li for li in own if _words(li.text) >= 5] or own
            left: Counter[float] = Counter(round(li.x0) for li in long)
            right: Counter[float] = Counter(round(li.x1) for li in long)
            steps: Counter[float] = Counter(
                round(a.y - b.y, 1) for a, b in pairwise(own) if 0 < a.y - b.y < 3 * self.body
            )
            x0 = min(x for x, n in left.items() if n >= 0.15 * len(long)) if left else 0.0
            leading = max(steps, key=lambda s: (steps[s], -s)) if steps else 1.2 * self.body
            # Lines that stand out are overfull; the edge is where most end, if many do.
            often = max(right, key=lambda x: (right[x], x))
            x1 = often if right[often] > 0.3 * len(long) else max(li.x1 for li in long)
            edges[key] = _Edge(x0, x1, max(leading, self.body))
        return edges

    def edge(self, line: Line) -> _Edge:
        """Edges of a line's column."""
        found = self.edges.get((line.page, line.column))
        return found or _Edge(line.x0, line.x1, 1.2 * max(line.size, 1.0))

    def prose(self, line: Line, *, abstract: bool = False) -> bool:
        """Whether a line is words of the running text, and no label, row or formula.

        An abstract may be set smaller.
        """
        least = 0.78 if abstract else 0.88 if _words(line.text) >= 5 else 0.94
        return (
            least * self.body < line.size < 1.08 * self.body
            and line.math < 0.45
            and (line.family in self.families or line.bold > 0.5 or line.math > 0)
            and (len(line.cells) == 1 or _bulleted(line) or self.loose(line))
            and _words(line.text) >= 1
        )

    def loose(self, line: Line) -> bool:
        """Whether the wide gaps of a line are those of a justified line with few words."""
        edge = self.edge(line)
        gaps = [b.x0 - a.x1 for a, b in pairwise(line.cells)]
        return (
            line.x1 > edge.x1 - 2
            and line.x0 < edge.x0 + 4 * line.size
            and max(gaps, default=0.0) < 2.2 * line.size
            and _words(line.text) >= 4
            and sum(_NUMERIC.fullmatch(c.text) is not None for c in line.cells) < 2
        )

    def heading(
        self, line: Line, before: Line | None, after: Line | None
    ) -> tuple[int, str, str] | None:
        """Level, number and title of a heading; None where a line is none."""
        text = line.text.strip()
        if not text or len(text) > 110 or line.size < 0.75 * self.body:
            return None
        numbered = _NUMBERED.fullmatch(text)
        named = _NAMED.fullmatch(text) is not None
        larger = line.size > 1.06 * self.body
        strong = larger or line.bold > 0.8
        edge = self.edge(line)
        apart = (
            before is None
            or (before.page, before.column) != (line.page, line.column)
            or before.y - line.y > 1.12 * edge.leading
            or before.y < line.y
        )
        if numbered:
            number = numbered["number"].rstrip(".:")
            roman = re.fullmatch(r"[IVX]+", number) and line.x0 > edge.x0 + 1.5 * self.body
            if not ((strong and apart) or (roman and apart and text.upper() == text)):
                return None
            if (number.isdigit() and int(number) > 40) or text.endswith((".", ",", ";")):
                return None
            title = numbered["title"]
            if _words(title) < 1 or _CAPTION.match(text):
                return None
            return min(number.count(".") + 1, 3), number, title
        if named and apart and len(line.cells) == 1:
            following = after is None or after.y < line.y or after.column != line.column
            if strong or following:
                return 1, "", text.rstrip(".:")
        if (
            not (strong and apart)
            or not re.match(r"[A-Z]", text)
            or text.endswith((".", ",", ";", ":"))
        ):
            return None
        if len(line.cells) > 1 or _words(text) < 1 or line.x1 > edge.x1 - 0.5 * line.size:
            return None
        if re.search(r"\d", text) and _words(text) < 2:
            return None
        return (1 if line.size > 1.15 * self.body else 2), "", text


def _bulleted(line: Line) -> bool:
    return len(line.cells) == 2 and len(line.cells[0].text) <= 6 and bool(_BULLET.match(line.text))


# -- writing ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    """Lines that belong together: what they are, and their LaTeX with the page of each."""

    kind: str
    rows: list[tuple[int, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


class _Writer:
    """Goes over the lines once, keeps the open paragraph, and sets floats behind it."""

    def __init__(self, paper: _Paper) -> None:
        self.paper = paper
        self.title: list[tuple[int, str]] = []
        self.blocks: list[_Block] = []
        self.current: _Block | None = None
        self.pending: list[_Block] = []
        self.keys: dict[tuple[str, str], str] = {}
        self.numeric: int | None = None
        self.in_abstract = False
        # Numbers of displayed equations: "(5)" at the end of a line that is no prose.
        self.tags = {
            m[1] for li in paper.lines if (m := _TAG.search(li.text)) and not paper.prose(li)
        }

    # -- the whole ------------------------------------------------------------------------------
    def text(self) -> str:
        """Everything, as one text."""
        lines = list(self.paper.lines)
        start, front = self._front(lines)
        for li in front:
            self._comment(li)
        self._body(lines[start:])
        self._close()
        return self._written()

    def _front(self, lines: Sequence[Line]) -> tuple[int, list[Line]]:
        """The title is taken; returns where the text begins, and the lines of the authors."""
        first = [li for li in lines if li.page == 1]
        head = []
        for i, li in enumerate(first):
            if i and (self._abstract(li) or self._first_section(i, first)):
                break
            head.append(li)
        else:
            head = first[:12]
        big = [li for li in head[:14] if _words(li.text) >= 1 and li.size > 1.12 * self.paper.body]
        if not big:
            return 0, []
        size = max(li.size for li in big)
        title = [li for li in big if li.size > 0.96 * size]
        at = first.index(title[0])
        run = [title[0]]
        for li in first[at + 1 : at + 5]:
            if li.size > 0.96 * size:
                run.append(li)
            else:
                break
        self.title = [(1, self._said(run))]
        end = at + len(run)
        authors = list(first[:at])
        for i in range(end, len(first)):
            li = first[i]
            if self._abstract(li) or self._first_section(i, first) or self._paragraph(i, first):
                end = i
                break
            authors.append(li)
        else:
            end = len(first)
        return end, authors

    def _abstract(self, line: Line) -> bool:
        match = _ABSTRACT.match(line.text)
        return match is not None and (match.end() == len(line.text) or bool(match["sign"]))

    def _first_section(self, i: int, lines: Sequence[Line]) -> bool:
        line = lines[i]
        before = lines[i - 1] if i else None
        after = lines[i + 1] if i + 1 < len(lines) else None
        found = self.paper.heading(line, before, after)
        return found is not None and (
            found[1] in ("1", "I", "A") or bool(_NAMED.fullmatch(found[2]))
        )

    def _paragraph(self, i: int, lines: Sequence[Line]) -> bool:
        """Whether three lines of running text begin here."""
        here = lines[i : i + 3]
        return len(here) == 3 and all(
            self.paper.prose(li) and _words(li.text) >= 5 and li.size < 1.12 * self.paper.body
            and li.column == here[0].column and li.width > 0.75 * here[0].width
            for li in here
        )  # fmt: skip

    def _body(self, lines: Sequence[Line]) -> None:
        i = 0
        while i < len(lines):
            line = lines[i]
            before = lines[i - 1] if i else None
            after = lines[i + 1] if i + 1 < len(lines) else None
            heading = self.paper.heading(line, before, after)
            if heading is not None and _REFERENCES.fullmatch(heading[2]):
                i = self._references(lines, i)
            elif heading is not None:
                i = self._heading(lines, i, heading)
            elif self._abstract(line) and not self.in_abstract and line.page == 1:
                i = self._begin_abstract(lines, i)
            elif match := _CAPTION.match(line.text):
                caption = self._is_caption(line, match, before)
                i = self._float(lines, i, match) if caption else self._prose(lines, i)
            elif (at := self._table_above(lines, i, before)) is not None:
                named = _CAPTION.match(lines[at].text)
                assert named is not None
                i = self._float(lines, at, named, lines[i:at])
            elif self._is_note(lines, i):
                i = self._note(lines, i)
            elif self.paper.prose(line, abstract=self.in_abstract) or self._goes_on(line):
                i = self._prose(lines, i)
            else:
                self._comment(line)
                i += 1

    # -- prose ----------------------------------------------------------------------------------
    def _prose(self, lines: Sequence[Line], i: int) -> int:
        line = lines[i]
        last = self.current.lines[-1] if self.current is not None and self.current.lines else None
        if self.current is None or last is None or self._begins(line, last):
            self._close()
            self.current = _Block("prose")
        self.current.lines.append(line)
        self._append(self.current.rows, line.page, line.latex)
        return i + 1

    def _goes_on(self, line: Line) -> bool:
        """Whether a line of another typeface, a listing's in the text, follows its paragraph."""
        last = self.current.lines[-1] if self.current is not None and self.current.lines else None
        return (
            last is not None
            and (last.page, last.column) == (line.page, line.column)
            and abs(last.size - line.size) < 0.5
            and 0 < last.y - line.y < 1.2 * self.paper.edge(line).leading
            and abs(line.x0 - self.paper.edge(line).x0) < 2
            and last.x1 > self.paper.edge(line).x1 - 5 * line.size
            and len(line.cells) == 1
            and line.math < 0.45
            and _words(line.text) >= 1
        )

    def _begins(self, line: Line, last: Line) -> bool:
        """Whether a line begins a paragraph behind the last line of one."""
        edge = self.paper.edge(line)
        ended = _FULL_STOP.search(last.text) is not None
        if re.search(rf"\w[-{SOFT}]$", last.text) and re.match(r"[a-z]", line.text):
            return False  # half a word
        if _BULLET.match(line.text) and (ended or abs(line.x0 - last.x0) > 0.5 * line.size):
            return True
        if (line.page, line.column) != (last.page, last.column):
            starts = re.match(r"[a-z(\d]", line.text) is not None
            return ended and (not starts or line.x0 > edge.x0 + 0.7 * line.size)
        drop = last.y - line.y
        indented = 0.7 * line.size < line.x0 - edge.x0 < 4 * line.size
        short = last.x1 < self.paper.edge(last).x1 - 1.5 * last.size
        if drop < 0 or drop > 1.35 * edge.leading:
            return ended or not re.match(r"[a-z(]", line.text)
        # A line further left goes on: an abstract is set in from both edges, its first line more.
        if indented and line.x0 - last.x0 > 0.5 * line.size:
            return ended or short
        # A run-in heading in bold.
        return ended and short and line.bold > 0.15 and last.bold < 0.1

    def _append(self, rows: list[tuple[int, str]], page: int, latex: str) -> None:
        """Add a line, and join the word that its break cut."""
        if rows and re.search(rf"\w[-{SOFT}]$", rows[-1][1]):
            before = rows[-1][1]
            left = re.search(rf"([A-Za-z]*[\w]*)[-{SOFT}]$", before)
            right = re.match(r"\w+", latex)
            if left is not None and right is not None and left[1]:
                word = joined(left[1], right[0], self.paper.words)
                tail = re.match(r"\w+[^\s]*", latex)
                assert tail is not None
                whole = word + tail[0][len(right[0]) :]
                rows[-1] = (rows[-1][0], before[: left.start()] + whole)
                latex = latex[tail.end() :].lstrip()
        if latex:
            rows.append((page, latex))

    def _said(self, lines: Iterable[Line]) -> str:
        rows: list[tuple[int, str]] = []
        for li in lines:
            self._append(rows, li.page, li.latex)
        return " ".join(text for _, text in rows).replace(SOFT, "-")

    # -- headings -------------------------------------------------------------------------------
    def _heading(self, lines: Sequence[Line], i: int, found: tuple[int, str, str]) -> int:
        line = lines[i]
        level, number, title = found
        run = [line]
        # A long heading goes over two lines of the same size and weight.
        while i + len(run) < len(lines) and len(run) < 3:
            more = lines[i + len(run)]
            alike = (
                more.column == line.column and abs(more.size - line.size) < 0.2
                and (line.size > 1.06 * self.paper.body or more.bold > 0.8)
                and 0 < run[-1].y - more.y < 1.45 * line.size
                and not _NUMBERED.fullmatch(more.text)
            )  # fmt: skip
            if not alike:
                break
            run.append(more)
        said = self._said(run)
        if number:
            said = re.sub(rf"^{re.escape(number)}[.:]?\s+", "", said)
        self._close()
        if self.in_abstract:
            self.blocks.append(_Block("tex", [(line.page, "\\end{abstract}")]))
            self.in_abstract = False
        if _ABSTRACT.fullmatch(title) and line.page <= 2:
            return self._open_abstract(line.page, i + len(run))
        letter = re.fullmatch(r"(?:Appendix )?[A-Z]", number) and level == 1 and line.page > 1
        if (
            letter
            and not any(b.kind == "appendix" for b in self.blocks)
            and self.numeric is not None
        ):
            self.blocks.append(_Block("appendix", [(line.page, "\\appendix")]))
        command = "sub" * (level - 1) + "section"
        said = said.strip().rstrip(".")
        if said.isupper() and len(said) > 4:
            said = said.capitalize()
        note = f"% {number}" if number else ""
        self.blocks.append(_Block("heading", [(line.page, f"\\{command}{{{said}}}{note}")]))
        return i + len(run)

    def _open_abstract(self, page: int, i: int) -> int:
        self.blocks.append(_Block("tex", [(page, "\\begin{abstract}")]))
        self.in_abstract = True
        return i

    def _begin_abstract(self, lines: Sequence[Line], i: int) -> int:
        """An abstract that begins in the line of its name."""
        line = lines[i]
        self._close()
        self._open_abstract(line.page, i)
        rest = _ABSTRACT.sub("", line.latex, count=1).strip()
        if rest:
            self.current = _Block("prose", [(line.page, rest)], [line])
        return i + 1

    # -- floats and notes -----------------------------------------------------------------------
    def _is_caption(self, line: Line, match: re.Match[str], before: Line | None) -> bool:
        """Whether "Table 2" begins a caption, and not a line of prose that names the table."""
        if before is not None and self.current is not None and self.current.lines and before is self.current.lines[-1]:  # fmt: skip
            same = before.column == line.column and abs(before.size - line.size) < 0.3
            close = 0 < before.y - line.y < 1.2 * self.paper.edge(line).leading
            if same and close and line.bold < 0.1:
                return False
        return (
            bool(match["end"].strip())
            or line.x0 > self.paper.edge(line).x0 + 2 * line.size
            or (match.end() == len(line.text))
        )

    def _table_above(self, lines: Sequence[Line], i: int, before: Line | None) -> int | None:
        """Where the caption stands that follows rows which begin here; None where there is none."""
        first = lines[i]
        apart = (
            before is None
            or (before.page, before.column) != (first.page, first.column)
            or not 0 < before.y - first.y < 1.3 * self.paper.edge(first).leading
        )
        # One line of a header may look like words; then it is set apart, or set smaller.
        if not (apart or first.size < 0.94 * self.paper.body) and (
            len(first.cells) < 2 or self.paper.loose(first)
        ):
            return None
        rows = 0
        for n in range(i, min(i + 60, len(lines))):
            li = lines[n]
            if (li.page, li.column) != (first.page, first.column):
                return None
            if n > i and not -1 < lines[n - 1].y - li.y < 3.5 * max(li.size, first.size):
                return None
            if match := _CAPTION.match(li.text):
                table = match["what"].lower().startswith("tab")
                whole = rows >= 2 and self._is_caption(li, match, lines[n - 1])
                return n if table and whole else None
            if len(li.cells) >= 2 and (n == i or not self.paper.loose(li)):
                rows += 1
                continue
            said = self.paper.prose(li) and (_words(li.text) > 5 or self.paper.loose(li))
            if said or (rows == 0 and n - i > 6):
                return None
        return None

    def _float(
        self, lines: Sequence[Line], i: int, match: re.Match[str], above: Sequence[Line] = ()
    ) -> int:
        first = lines[i]
        caption = [first]
        n = i + 1
        while n < len(lines):
            li = lines[n]
            step = caption[-1].y - li.y
            if (
                (li.page, li.column) != (first.page, first.column)
                or abs(li.size - first.size) > 0.3
                or not 0 < step < 1.3 * max(first.size * 1.25, 1)
                or (len(li.cells) > 2 and not self._justified(li, first))
                or _CAPTION.match(li.text)
                or (len(caption) == 1 and match.end() == len(first.text) and len(li.cells) > 1)
            ):
                break
            caption.append(li)
            n += 1
        page = first.page
        rows: list[tuple[int, str]] = []
        for li in caption:
            self._append(rows, li.page, li.latex)
        table = match["what"].lower().startswith("tab")
        name = "table" if table else "figure"
        block = _Block("float", [(page, f"\\begin{{{name}}}")])
        rows[0] = (page, "\\caption{" + rows[0][1])
        rows[-1] = (rows[-1][0], rows[-1][1] + "}")
        block.rows += rows
        if table:
            body, n = (self._made(above), n) if above else self._table(lines, i, n)
            block.rows += [(page, row) for row in body]
        block.rows.append((page, f"\\end{{{name}}}"))
        self._aside(block)
        return n

    def _aside(self, block: _Block) -> None:
        """Set a float or a note behind the paragraph that it interrupts."""
        (self.blocks if self.current is None else self.pending).append(block)

    def _table(self, lines: Sequence[Line], i: int, n: int) -> tuple[list[str], int]:
        """Rows of the table under a caption."""
        first = lines[i]
        body: list[Line] = []
        k = n
        while k < len(lines) and len(body) < 80:
            li = lines[k]
            # A table that is too wide for its column lies over both.
            if li.page != first.page or li.column not in (first.column, 0):
                break
            if _CAPTION.match(li.text):
                break
            previous = body[-1] if body else lines[k - 1]
            if not 0 <= previous.y - li.y < 3.2 * max(li.size, first.size):
                break
            if len(li.cells) < 2 and (self.paper.prose(li) and _words(li.text) > 6):
                break
            found = self.paper.heading(li, previous, None)
            if found and body and (found[1] or li.size > 1.06 * self.paper.body):
                break
            body.append(li)
            k += 1
        while body and len(body[-1].cells) < 2:
            body.pop()
            k -= 1
        return self._made(body), k

    def _made(self, body: Sequence[Line]) -> list[str]:
        made = tabular(body)
        return [f"%: {_uncommented(li.latex)}" for li in body] if made is None else made

    def _justified(self, line: Line, first: Line) -> bool:
        """Whether the gaps of a caption's line are those of a line that was stretched."""
        gaps = [b.x0 - a.x1 for a, b in pairwise(line.cells)]
        if self.paper.loose(line):
            return True
        return (
            _words(line.text) >= 4
            and max(gaps, default=0.0) < 1.6 * line.size
            and max(gaps, default=0.0) < 2 * min(gaps, default=0.0)
            and abs(line.x0 - first.x0) < 2
        )

    def _is_note(self, lines: Sequence[Line], i: int) -> bool:
        """Whether a footnote begins: small, with its mark, and nothing larger below it."""
        line = lines[i]
        if line.size > 0.93 * self.paper.body or not re.match(r"(?:\$\^\{[\w*†‡∗]{1,3}\}\$|[*†‡])\s*\S", line.latex):  # fmt: skip
            return False
        below = [
            li for li in lines[i + 1 : i + 40]
            if (li.page, li.column) == (line.page, line.column) and li.y < line.y
        ]  # fmt: skip
        return all(li.size < 0.95 * self.paper.body for li in below)

    def _note(self, lines: Sequence[Line], i: int) -> int:
        first = lines[i]
        rows: list[tuple[int, str]] = []
        mark = re.match(r"(?:\$\^\{([\w*†‡∗]{1,3})\}\$|([*†‡]))\s*", first.latex)
        assert mark is not None
        self._append(rows, first.page, first.latex[mark.end() :])
        n = i + 1
        while n < len(lines):
            li = lines[n]
            if (li.page, li.column) != (first.page, first.column) or li.size > first.size + 0.4:
                break
            if self._is_note(lines, n) or not 0 < lines[n - 1].y - li.y < 1.6 * first.size:
                break
            self._append(rows, li.page, li.latex)
            n += 1
        rows = rows or [(first.page, "")]
        rows[0] = (first.page, f"\\footnotetext[{mark[1] or mark[2]}]{{{rows[0][1]}")
        rows[-1] = (rows[-1][0], rows[-1][1] + "}")
        self._aside(_Block("float", rows))
        return n

    def _comment(self, line: Line) -> None:
        """Keep a line where nothing reads it; an open paragraph goes on behind it."""
        row = (line.page, f"%: {_uncommented(line.latex)}")
        if self.current is not None:
            self.current.rows.append(row)
        elif self.blocks and self.blocks[-1].kind == "comment":
            self.blocks[-1].rows.append(row)
        else:
            self.blocks.append(_Block("comment", [row]))

    # -- references -----------------------------------------------------------------------------
    def _references(self, lines: Sequence[Line], i: int) -> int:
        self._close()
        if self.in_abstract:
            self.blocks.append(_Block("tex", [(lines[i].page, "\\end{abstract}")]))
            self.in_abstract = False
        own: list[Line] = []
        n = i + 1
        size = None
        while n < len(lines):
            li = lines[n]
            after = lines[n + 1] if n + 1 < len(lines) else None
            found = self.paper.heading(li, lines[n - 1], after)
            if (
                found
                and not _ITEM.match(li.text)
                and (found[1] or li.size > 1.06 * self.paper.body)
            ):
                break
            if _CAPTION.match(li.text) and li.size > (size or 0) + 0.5:
                break
            if self._is_note(lines, n) and (size is None or li.size < size - 0.3):
                n = self._note(lines, n)
                continue
            size = size or li.size
            own.append(li)
            n += 1
        numbered = sum(_ITEM.match(li.text) is not None for li in own) >= max(1, len(own) // 12)
        items: list[list[Line]] = []
        for k, li in enumerate(own):
            if not items or self._item_begins(li, own[k - 1], numbered=numbered):
                items.append([])
            items[-1].append(li)
        block = _Block(
            "references", [(lines[i].page, f"\\begin{{thebibliography}}{{{len(items)}}}")]
        )
        self.numeric = 0
        for item in items:
            block.rows += self._item(item)
        block.rows.append((block.rows[-1][0], "\\end{thebibliography}"))
        self.blocks.append(block)
        return n

    def _item_begins(self, line: Line, before: Line, *, numbered: bool) -> bool:
        if numbered:
            return _ITEM.match(line.text) is not None
        edge = self.paper.edge(line)
        # Hanging indent: the first line of an entry stands at the column's edge.
        left = min(line.x0, edge.x0)
        moved = (before.page, before.column) != (line.page, line.column)
        indented = before.x0 > line.x0 + 0.5 * line.size
        return (
            indented or (abs(line.x0 - left) < 2 and (moved or before.x1 < edge.x1 - line.size))
        ) and bool(_FULL_STOP.search(before.text) or re.search(r"\d$", before.text))

    def _item(self, item: Sequence[Line]) -> list[tuple[int, str]]:
        rows: list[tuple[int, str]] = []
        for li in item:
            self._append(rows, li.page, li.latex)
        mark = _ITEM.match(rows[0][1])
        if mark is not None:
            key = mark["n"] or mark["m"]
            rows[0] = (rows[0][0], rows[0][1][mark.end() :])
            if key.isdigit() and self.numeric is not None:
                self.numeric = max(self.numeric, int(key))
        else:
            said = " ".join(text for _, text in rows)
            year = re.search(r"\b((?:19|20)\d\d[a-z]?)\b(?!.*\b(?:19|20)\d\d[a-z]?\b)", said)
            names = re.findall(r"[A-Z][A-Za-z'’-]+", said.split(". ")[0][:80])
            name = _surname(said, names)
            if year is None or not name:
                return [(rows[0][0], "\\bibitem{} " + rows[0][1]), *rows[1:]]
            key = f"{name.lower()}{year[1]}"
            self.keys[name.lower(), year[1]] = key
        return [(rows[0][0], f"\\bibitem{{{key}}} {rows[0][1]}"), *rows[1:]]

    # -- the end --------------------------------------------------------------------------------
    def _close(self) -> None:
        if self.current is not None:
            self.blocks += [self.current, *self.pending]
            self.current, self.pending = None, []

    def _written(self) -> str:
        out = ["\\documentclass{article}", "%% page 1"]
        if self.title:
            out.append(f"\\title{{{self.title[0][1]}}}")
        out.append("\\begin{document}")
        page = 1
        for block in self.blocks:
            rows = block.rows
            if block.kind == "prose":
                rows = self._finished(rows)
            if not rows:
                continue
            if block.kind not in ("tex", "comment"):
                out.append("")
            for at, text in rows:
                if at != page:
                    out.append(f"%% page {at}")
                    page = at
                out.append(text)
            if block.kind not in ("tex", "comment"):
                out.append("")
        if self.in_abstract:
            out.append("\\end{abstract}")
        out.append("\\end{document}")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).replace(SOFT, "-") + "\n"

    def _finished(self, rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Citations and footnote marks of a paragraph, which may go over its line ends."""
        pages = [p for p, _ in rows]
        text = "\n".join(t for _, t in rows)
        text = self._cited(text)
        text = _TAGGED.sub(lambda m: f"(\\ref{{eq:{m[1]}}})" if m[1] in self.tags else m[0], text)
        text = _MARK.sub(lambda m: m[0] if m["unit"] else f"{m['word']}\\thanks{{{m['n']}}}", text)
        parts = text.split("\n")
        if len(parts) != len(pages):
            return rows
        # What is no prose stays as it was drawn.
        return [
            row if row[1].startswith("%") else (row[0], part)
            for row, part in zip(rows, parts, strict=True)
        ]

    def _cited(self, text: str) -> str:
        def numbers(match: re.Match[str]) -> str:
            keys: list[str] = []
            for part in re.split(r"\s*,\s*", match[1].strip()):
                ends = re.split(r"\s*[–-]\s*", part)
                if len(ends) == 2 and 0 < int(ends[1]) - int(ends[0]) < 25:
                    keys += [str(k) for k in range(int(ends[0]), int(ends[1]) + 1)]
                else:
                    keys += ends
            most = self.numeric if self.numeric else 999
            if not all(0 < int(k) <= most for k in keys):
                return match[0]
            return f"\\cite{{{','.join(keys)}}}" + "\n" * match[0].count("\n")

        if not self.keys:
            text = _NUMBERS_CITED.sub(numbers, text)
        else:
            text = _NAMES_CITED.sub(self._named, text)
        return text

    def _named(self, match: re.Match[str]) -> str:
        keys = []
        for part in match[1].split(";"):
            found = _AUTHOR_YEAR.fullmatch(" ".join(part.split()))
            key = found and self.keys.get((found[1].lower(), found[2]))
            if not key:
                return match[0]
            keys.append(key)
        return f"\\cite{{{','.join(keys)}}}" + "\n" * match[0].count("\n")


def _surname(said: str, names: Sequence[str]) -> str:
    """Surname of the first author of an entry: "Aaron Harlap, ..." or "Harlap, A., ..."."""
    first = re.split(r",| and ", said, maxsplit=1)[0].split()
    if len(first) == 1 or (len(first) > 1 and re.fullmatch(r"[A-Z]\.?", first[-1])):
        return re.sub(r"[^A-Za-z'’-]", "", first[0])
    return re.sub(r"[^A-Za-z'’-]", "", first[-1]) if first else (names[0] if names else "")


_TAG = re.compile(r"(?:^|\s)\((\d{1,3})\)$")
_TAGGED = re.compile(r"(?<![\w.])\((\d{1,3})\)")
_NUMBERS_CITED = re.compile(
    r"(?<![\w\])}])\[(\d{1,3}(?:\s*[–-]\s*\d{1,3})?(?:\s*,\s*\d{1,3}(?:\s*[–-]\s*\d{1,3})?)*)\]"
)
_NAMES_CITED = re.compile(r"\(((?:[^()]|\n)*?\b(?:19|20)\d\d[a-z]?)\)")
_AUTHOR_YEAR = re.compile(
    r"(?:see |e\.g\.,? |cf\. )?([A-Z][\w'’-]+)(?: et al\.?| (?:and|\\&) [A-Z][\w'’-]+)?,? ((?:19|20)\d\d[a-z]?)"
)
# A raised number behind a word is a footnote's mark, behind a unit or a digit an exponent.
_MARK = re.compile(
    r"(?P<unit>(?<![A-Za-z])(?:[munk]?m|cm|in|ft|s|ms|mil)(?=\$\^))?"
    r"(?P<word>(?:(?<=[A-Za-z]{3})|(?<=[.,;:)”’?!])))\$\^\{(?P<n>\d{1,2})\}\$"
)


def _uncommented(latex: str) -> str:
    return latex.replace("\n", " ").replace(SOFT, "-")
