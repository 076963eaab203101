"""A review for a terminal and as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Protocol

from tanaka.views.hover import escaped
from tanaka.views.places import Places
from tanaka.views.review import Paragraph, Part, Review, Run, Table
from tanaka.views.terminal import WIDTH, columns, plain


def words(paragraph: Paragraph) -> str:
    """A paragraph without its links; what is said of a number's source stands behind it."""
    return "".join(f"{r.text} {r.mark}" if r.mark else r.text for r in paragraph)


def as_text(review: Review, places: Places, *, width: int = WIDTH) -> str:
    """The review for a terminal: ASCII signs, lines of at most ``width`` columns."""
    pieces = [head_text(review, places, width=width)]
    pieces += [part_text(part, width=width) for part in review.parts]
    return "".join([*pieces, tail_text(review, places, width=width)])


def head_text(review: Review, places: Places, *, width: int = WIDTH) -> str:
    """What stands before the parts: counts and findings."""
    return _lines(_head(review, places, _filler(width)))


def part_text(part: Part, *, width: int = WIDTH) -> str:
    """One part, with the blank line before it."""
    return _lines(_part(part, width, _filler(width)))


def tail_text(review: Review, places: Places, *, width: int = WIDTH) -> str:
    """What stands behind the parts: the questions."""
    return _lines(_tail(review, places, _filler(width)))


def _lines(lines: Iterable[str]) -> str:
    return "".join(line.rstrip() + "\n" for line in lines)


class _Fill(Protocol):
    """Wraps a paragraph."""

    def __call__(self, text: str, *, start: str = "", hang: str = "") -> str:
        """The lines of a paragraph as one text."""


def _filler(width: int) -> _Fill:
    def fill(text: str, *, start: str = "", hang: str = "") -> str:
        return textwrap.fill(
            plain(text), width, initial_indent=start, subsequent_indent=hang,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip

    return fill


def _head(review: Review, places: Places, fill: _Fill) -> Iterator[str]:
    yield fill(f"{review.title} ({places.label(review.at)})")
    yield fill(_numbers(review))
    if review.findings:
        yield ""
        for f in review.findings:
            yield fill(
                f"{f.verdict} {f.code}: {f.say} {f.rest}".rstrip() + f" [{places.label(f.at)}]",
                hang="  ",
            )


def _part(part: Part, width: int, fill: _Fill) -> Iterator[str]:
    yield ""
    yield part.title
    yield "-" * len(part.title)
    for i, paragraph in enumerate(part.voice):
        if i:
            yield ""
        yield fill(words(paragraph))
    if part.law:
        yield ""
        yield fill(part.law, start="    ", hang="      ")
    if part.table is not None:
        yield ""
        yield from _table(part.table, width, fill)
    for figure in part.figures:
        yield ""
        for equation in figure.equations:
            yield fill(f"{figure.title}: {equation}", start="  ", hang="    ")
    if part.survive:
        yield ""
        yield fill(words(part.survive))


def _tail(review: Review, places: Places, fill: _Fill) -> Iterator[str]:
    if review.questions:
        yield ""
        yield "Questions"
        yield "---------"
        for q in review.questions:
            yield fill(
                f"[{'x' if q.answered else ' '}] {q.text} [{places.label(q.at)}]", hang="    "
            )
    yield ""
    yield fill(review.footer)


def _numbers(review: Review) -> str:
    c = review.coverage
    found = ", ".join(f"{n} {v}" for v, n in review.tally.items() if n) or "nothing found"
    return f"{found}; {c.quantities} numbers, {c.read} read, {c.checked} checked; {review.source}"


_SHORT = 12  # columns of a first cell that names the second ("kept", "nearest work")


def _table(table: Table, width: int, fill: _Fill) -> Iterator[str]:
    """Aligned where it fits; else a row is a heading line with its other cells under it."""
    cells = [[plain(words(cell)) for cell in row] for row in table.rows]
    head = [plain(h) for h in table.head]
    lines = [head, *cells] if head else cells
    widths = [max(columns(r[i]) for r in lines if i < len(r)) for i in range(len(lines[0]))]
    if sum(widths) + 2 * len(widths) <= width:
        for line in lines:
            yield "".join("  " + c + " " * (w - columns(c)) for c, w in zip(line, widths, strict=False))  # fmt: skip
        return
    for row, texts in zip(table.rows, cells, strict=True):
        entries: list[tuple[str, str]] = []
        places: list[str] = []
        for i, (cell, text) in enumerate(zip(row, texts, strict=True)):
            name = head[i].lower() if head else ""
            if i == len(row) - 1 and name and _is_place(cell):
                places.append(text)
            elif head and not name and _is_place(cell) and entries:
                entries[-1] = (entries[-1][0], f"{entries[-1][1]} [{text}]")
            else:
                entries.append((name, text))
        taken = 2 if columns(entries[0][1]) <= _SHORT and len(entries) > 1 else 1
        lead = ": ".join(text for _, text in entries[:taken])
        yield fill(" ".join([lead, *(f"[{p}]" for p in places)]), start="  ", hang="    ")
        for name, text in entries[taken:]:
            if text:
                yield fill(f"{name}: {text}" if name else text, start="    ", hang="      ")


def _is_place(cell: Paragraph) -> bool:
    return bool(cell) and all(run.at is not None and not run.mark for run in cell)


def as_markdown(review: Review, places: Places) -> str:
    """The review as Markdown; places are code spans."""

    def runs(paragraph: Paragraph) -> str:
        return "".join(map(_run, paragraph))

    lines = [
        f"# {escaped(review.title)}",
        "",
        f"{_code(places.label(review.at))}. {escaped(_numbers(review))}.",
    ]
    if review.findings:
        lines += ["", "## Findings", ""]
        lines += [
            f"- **{f.verdict}** {f.code}: **{escaped(f.say)}** {escaped(f.rest)} {_code(places.label(f.at))}".replace(
                "  ", " "
            )
            for f in review.findings
        ]
    for part in review.parts:
        lines += ["", f"## {escaped(part.title)}"]
        for paragraph in part.voice:
            lines += ["", runs(paragraph)]
        if part.law:
            lines += ["", f"    {' '.join(part.law.split())}"]
        if part.table is not None:
            head = part.table.head or ("",) * max(len(r) for r in part.table.rows)
            lines += [
                "",
                "| " + " | ".join(escaped(h) for h in head) + " |",
                "|" + " --- |" * len(head),
            ]
            lines += [
                "| " + " | ".join(runs(cell) for cell in row) + " |" for row in part.table.rows
            ]
        for figure in part.figures:
            lines += [f"\n{escaped(f'{figure.title}: {e}')}" for e in figure.equations]
        if part.survive:
            lines += ["", f"**{runs(part.survive)}**"]
    if review.questions:
        lines += ["", "## Questions", ""]
        lines += [
            f"- [{'x' if q.answered else ' '}] {escaped(q.text)} {_code(places.label(q.at))}"
            for q in review.questions
        ]
    return "\n".join([*lines, "", escaped(review.footer)]) + "\n"


def _run(r: Run) -> str:
    """A place as a code span, a value with its source behind it, or words."""
    if r.at is not None and not r.step and not r.mark:
        return _code(r.text)
    text = escaped_keeping_edges(r.text)
    if not r.mark:
        return text
    if r.at is not None:
        return f"{text} \\[{_code(r.mark[1:-1])}\\]"
    return f"{text} {escaped(r.mark)}"


def escaped_keeping_edges(text: str) -> str:
    """`escaped`, with a space at either end kept: runs are joined without one."""
    body = escaped(text)
    return (
        (" " if text[:1].isspace() else "") + body + (" " if text[-1:].isspace() and body else "")
    )


def _code(text: str) -> str:
    """A file's name as a code span, which has no escapes: a backtick in it becomes an apostrophe."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
