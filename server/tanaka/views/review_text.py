"""A review for a terminal and as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from tanaka.views.hover import escaped
from tanaka.views.places import Places
from tanaka.views.review import Paragraph, Review, Table
from tanaka.views.terminal import WIDTH, columns, plain


def words(paragraph: Paragraph) -> str:
    """A paragraph without its links."""
    return "".join(r.text for r in paragraph)


def as_text(review: Review, places: Places, *, width: int = WIDTH) -> str:
    """The review for a terminal: ASCII signs, lines of at most ``width`` columns."""
    return "\n".join(line.rstrip() for line in _text(review, places, width)) + "\n"


def _text(review: Review, places: Places, width: int) -> Iterator[str]:
    def fill(text: str, *, start: str = "", hang: str = "") -> str:
        return textwrap.fill(
            plain(text), width, initial_indent=start, subsequent_indent=hang,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip

    yield fill(f"{review.title} ({places.label(review.at)})")
    yield fill(_numbers(review))
    if review.findings:
        yield ""
        for f in review.findings:
            yield fill(
                f"{f.verdict} {f.code}: {f.say} {f.rest}".rstrip() + f" [{places.label(f.at)}]",
                hang="  ",
            )
    for part in review.parts:
        yield ""
        yield part.title
        yield "-" * len(part.title)
        for i, paragraph in enumerate(part.voice):
            if i:
                yield ""
            yield fill(words(paragraph))
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


def _table(table: Table, width: int, fill: Callable[..., str]) -> Iterator[str]:
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
        taken = 2 if columns(texts[0]) <= _SHORT and len(texts) > 1 else 1
        lead = ": ".join(texts[:taken])
        rest = list(zip(head or [""] * len(texts), texts, strict=False))[taken:]
        if any(run.at is not None for run in row[-1]):
            lead += f" [{texts[-1]}]"
            rest = rest[:-1]
        yield fill(lead, start="  ", hang="    ")
        for name, text in rest:
            if text:
                yield fill(f"{name.lower()}: {text}" if name else text, start="    ", hang="      ")


def as_markdown(review: Review, places: Places) -> str:
    """The review as Markdown; places are code spans."""

    def runs(paragraph: Paragraph) -> str:
        return "".join(
            _code(r.text) if r.at is not None else escaped_keeping_edges(r.text) for r in paragraph
        )

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


def escaped_keeping_edges(text: str) -> str:
    """`escaped`, with a space at either end kept: runs are joined without one."""
    body = escaped(text)
    return (
        (" " if text[:1].isspace() else "") + body + (" " if text[-1:].isspace() and body else "")
    )


def _code(text: str) -> str:
    """A file's name as a code span, which has no escapes: a backtick in it becomes an apostrophe."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"
