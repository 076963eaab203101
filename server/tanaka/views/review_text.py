"""A review for a terminal and as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from tanaka.text import Span
from tanaka.views.hover import escaped
from tanaka.views.places import Places
from tanaka.views.review import Paragraph, Part, Review
from tanaka.views.terminal import WIDTH, plain


def words(paragraph: Paragraph) -> str:
    """A paragraph without its links."""
    return "".join(r.text for r in paragraph)


def as_text(review: Review, places: Places) -> str:
    """The review for a terminal: ASCII signs, under 80 columns."""
    return "\n".join(line.rstrip() for line in _text(review, places)) + "\n"


def _text(review: Review, places: Places) -> Iterator[str]:
    yield _fill(f"{review.title}  ({places.label(review.at)})")
    yield _fill(_numbers(review))
    if review.findings:
        yield ""
        for f in review.findings:
            yield _fill(
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
            yield _fill(words(paragraph))
        if part.table is not None:
            yield ""
            yield from _table(part)
        for figure in part.figures:
            for equation in figure.equations:
                yield _fill(f"  {equation}", hang="  ")
        if part.survive:
            yield ""
            yield _fill(words(part.survive))
    if review.questions:
        yield ""
        yield "Questions"
        yield "---------"
        for q in review.questions:
            yield _fill(
                f"[{'x' if q.answered else ' '}] {q.text} [{places.label(q.at)}]", hang="    "
            )
    yield ""
    yield _fill(review.footer)


def _numbers(review: Review) -> str:
    c = review.coverage
    found = ", ".join(f"{n} {v}" for v, n in review.tally.items() if n) or "nothing found"
    return f"{found}; {c.quantities} numbers, {c.read} read, {c.checked} checked; {review.source}"


def _table(part: Part) -> Iterator[str]:
    assert part.table is not None
    rows = [[plain(words(cell)) for cell in row] for row in part.table.rows]
    head = [plain(h) for h in part.table.head]
    width = max(len(r) for r in rows)
    widths = [
        max(len(r[i]) for r in ([head] if head else []) + rows if i < len(r)) for i in range(width)
    ]
    if sum(widths) + 2 * (width - 1) + 2 <= WIDTH:
        for row in ([head] if head else []) + rows:
            yield (
                "  "
                + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)).rstrip()
            )
        return
    for row in rows:
        yield _fill("  " + "; ".join(c for c in row if c), hang="    ")


def _fill(text: str, hang: str = "") -> str:
    return textwrap.fill(
        plain(text), WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def as_markdown(review: Review, places: Places, link: Callable[[Span], str] | None = None) -> str:
    """The review as Markdown; ``link`` gives the target of a place, if there is one."""

    def runs(paragraph: Paragraph) -> str:
        out = []
        for r in paragraph:
            text = escaped_keeping_edges(r.text)
            if r.at is not None and link is not None:
                text = f"[{text}]({link(r.at)})"
            elif r.at is not None:
                text = f"`{r.text}`"
            out.append(f"**{text}**" if r.strong else text)
        return "".join(out)

    lines = [
        f"# {escaped(review.title)}",
        "",
        f"`{places.label(review.at)}`. {escaped(_numbers(review))}.",
    ]
    if review.findings:
        lines += ["", "## Findings", ""]
        lines += [
            f"- **{f.verdict}** {f.code}: **{escaped(f.say)}** {escaped(f.rest)} `{places.label(f.at)}`".replace(
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
            lines += [f"\n{escaped(e)}" for e in figure.equations]
        if part.survive:
            lines += ["", f"**{runs(part.survive)}**"]
    if review.questions:
        lines += ["", "## Questions", ""]
        lines += [
            f"- [{'x' if q.answered else ' '}] {escaped(q.text)} `{places.label(q.at)}`"
            for q in review.questions
        ]
    return "\n".join([*lines, "", escaped(review.footer)]) + "\n"


def escaped_keeping_edges(text: str) -> str:
    """`escaped`, with a space at either end kept: runs are joined without one."""
    body = escaped(text)
    return (
        (" " if text[:1].isspace() else "") + body + (" " if text[-1:].isspace() and body else "")
    )
