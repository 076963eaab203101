"""What all figures share: a title and worked equations at the left of a hover, axes, ticks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tanaka.records import dataclass
from tanaka.views.svg.drawing import Canvas, Drawing, Scale, Size, Theme, clean
from tanaka.views.svg.widths import text_width


@dataclass(frozen=True, slots=True)
class Frame:
    """Canvas with the box of the plot: left, right, top and bottom [px]."""

    canvas: Canvas
    left: float
    right: float
    top: float
    bottom: float


def plot(size: Size, title: str, words: Sequence[str]) -> Frame:
    """Frame of a plot: 700 x 200 with the words at its left, or 900 x 260 without them.

    The panel shows title and equations as text of its own.
    """
    if size is Size.PANEL:
        return Frame(Canvas(900, 260, size=13), 62, 752, 30, 206)
    canvas = Canvas(700, 200)
    sidebar(canvas, title, words, room=236)
    return Frame(canvas, 284, 578, 30, 158)


def sidebar(canvas: Canvas, title: str, words: Sequence[str], *, room: float) -> None:
    """Title and equations at the left, wrapped, as many as there is height for."""
    y = 13.0
    for line in wrap(title, canvas.size, room, bold=True)[:2]:
        canvas.text(0, y, line, bold=True, room=room)
        y += 16
    y += 9
    for i, paragraph in enumerate(with_minus(words)):
        lines = wrap(paragraph, canvas.size, room)
        if y + 17 * (len(lines) - 1) + 4 > canvas.height:
            break
        for line in lines:
            canvas.text(0, y, line, room=room)
            y += 17
        y += 8 if i + 1 < len(words) else 0


def with_minus(equations: Sequence[str]) -> tuple[str, ...]:
    """Equations with a minus sign where a derivation, which can be typed, has a hyphen."""
    return tuple(e.replace(" - ", " − ") for e in equations)


def wrap(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """A paragraph cut into lines; an equation is cut before its sign, if it must be."""
    if text_width(text, size, bold=bold) <= room:
        return [text]
    head, sign, tail = text.rpartition(" = ")
    if sign and text_width(head, size) <= room and text_width("= " + tail, size) <= room:
        return [head, "= " + tail]
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= room:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def x_axis(frame: Frame, scale: Scale, ticks: Sequence[tuple[float, str]], name: str) -> None:
    """Baseline with ticks below it and its name in the middle."""
    c = frame.canvas
    c.line([(frame.left, frame.bottom), (frame.right, frame.bottom)], clear=True)
    # Low enough for the first tick to stand beside the lowest value of the other axis.
    below = frame.bottom + 1.45 * c.size
    for value, text in ticks:
        x = scale(value)
        if c.label([(x, below, "middle")], text):
            c.line([(x, frame.bottom), (x, frame.bottom + 4)])
    c.text(
        (frame.left + frame.right) / 2,
        below + 1.35 * c.size,
        name,
        anchor="middle",
        room=frame.right - frame.left,
    )


def y_axis(frame: Frame, scale: Scale, ticks: Sequence[tuple[float, str]], name: str) -> None:
    """Gridlines with their values at the left, and the unit above them."""
    c = frame.canvas
    for i, (value, text) in enumerate(ticks):
        y = scale(value)
        if i:
            c.line([(frame.left, y), (frame.right, y)], opacity=0.28)
        c.label([(frame.left - 8, y + 4, "end")], text)
    c.label([(frame.left - 8 if len(name) < 4 else frame.left - 34, frame.top - 14, "end" if len(name) < 4 else "start"),
             (frame.left, frame.top - 14, "start")], name)  # fmt: skip


def spread_out(wanted: Sequence[float], gap: float, lowest: float) -> list[float]:
    """Heights [px] of labels at the ends of curves, moved apart where two would touch.

    Parameters
    ----------
    wanted : sequence of float
        Where the curves end, from the highest on the page to the lowest.
    gap : float
        Least distance of two labels.
    lowest : float
        No label goes below this.
    """
    rows: list[float] = []
    for y in wanted:
        rows.append(max(y, rows[-1] + gap) if rows else y)
    limit = lowest
    for i in range(len(rows) - 1, -1, -1):
        rows[i] = min(rows[i], limit)
        limit = rows[i] - gap
    return rows


def curve(
    f: Callable[[float], float], xs: Sequence[float], x: Scale, y: Scale
) -> list[tuple[float, float]]:
    """Points of a function in pixels."""
    return [(x(v), y(f(v))) for v in xs]


def finish(
    frame: Canvas,
    size: Size,
    theme: Theme,
    name: str,
    title: str,
    description: str,
    equations: Sequence[str],
) -> Drawing:
    """The drawing with its words."""
    title, description = clean(title), clean(description)
    svg = frame.render(title, description, theme, f"{name}-{size}")
    return Drawing(title, description, svg, with_minus(equations))
