"""What is needed against what there is, as one bar over one rule."""

from __future__ import annotations

from tanaka.rules.api import FitFigure
from tanaka.views.printing import digits, equation, quantity, recomputes
from tanaka.views.svg.drawing import Anchor, Canvas, Drawing, Mark, Size, Theme
from tanaka.views.svg.frame import finish


def fit(figure: FitFigure, size: Size, theme: Theme) -> Drawing:
    """Bar of parts, the capacity under it, and what is missing or left."""
    need = sum(p.size for p in figure.parts)
    largest = quantity(max(need, figure.capacity), "byte")
    unit, scale = largest.unit, largest.scale

    def shown(value: float) -> str:
        return digits(value / scale, 4 if abs(value / scale) < 10 else 3)

    short = need - figure.capacity
    # Three digits on the bar, four in the equation, so that the difference recomputes.
    fine = quantity(need, "byte").text, quantity(figure.capacity, "byte").text
    rest = equation(
        f"{fine[0]} − {fine[1]}" if short > 0 else f"{fine[1]} − {fine[0]}", abs(short), "byte"
    )
    words = [w for w in (_sum(figure, need, unit, scale), rest) if w]
    over = short > 0
    title = f"{shown(need)} {unit} needed, {figure.holder} hold{'s' if _one(figure.holder) else ''} {shown(figure.capacity)} {unit}"
    missing = f"{shown(abs(short))} {unit} {'short' if over else 'free'}"

    big = size is Size.PANEL
    c = Canvas(900 if big else 560, 110 if big else 96, size=13 if big else 12)
    span = c.width - (4 if big else 0)
    px = span / max(need, figure.capacity, 1e-300)
    top, bottom, label_y, rule_y = (30, 54, 21, 70) if big else (28, 48, 20, 60)
    needed = f"needed {shown(need)} {unit}"
    end = need * px
    c.label([(end, label_y, "end"), (end + 8, (top + bottom) / 2 + 4, "start")], needed, bold=True)
    x = 0.0
    for i, part in enumerate(figure.parts):
        width = part.size * px
        mark: Mark = "held" if part.held else "ours"
        left = x + (1.5 if i else 0)
        c.bar(left, top, x + width, bottom, mark=mark)
        places: list[tuple[float, float, Anchor]] = [(left, label_y, "start")]
        if not c.label(places, f"{part.label}: {shown(part.size)}", mark=mark, bold=True):
            c.label(places, shown(part.size), mark=mark, bold=True)
        x += width
    cap = figure.capacity * px
    mark_cap: Mark = "fault" if over else "ink"
    c.line([(cap, top - 4), (cap, rule_y + 6)], mark=mark_cap, width=2)
    c.line([(0, rule_y), (cap, rule_y)], mark=mark_cap)
    c.line([(min(cap, end), rule_y), (max(cap, end), rule_y)], dash="2 3")
    below = rule_y + 20
    holds = (
        f"{figure.holder} hold{'s' if _one(figure.holder) else ''} {shown(figure.capacity)} {unit}"
    )
    if not c.label([(0, below, "start")], holds, mark=mark_cap, bold=True):
        c.text(0, below, f"capacity {shown(figure.capacity)} {unit}", mark=mark_cap, bold=True)
    edge = min(cap, end) + 6
    c.label(
        [(edge, below, "start"), (c.width, below, "end"), (c.width, below + 15, "end")],
        missing,
        bold=True,
    )
    return finish(c, size, theme, "fit", title, f"{needed}, {holds}, {missing}.", words)


def _one(holder: str) -> bool:
    return holder.lower().startswith(("one ", "a ", "an ", "1 ")) or holder.lower() == "it"


def _sum(figure: FitFigure, need: float, unit: str, scale: float) -> str:
    """The parts as a sum, with the fewest decimals from which four digits of it follow."""
    if len(figure.parts) < 2:
        return ""
    for decimals in range(1, 6):
        sizes = " + ".join(f"{p.size / scale:,.{decimals}f} {unit}" for p in figure.parts)
        whole = quantity(need, "byte").text
        if recomputes(sizes, whole):
            return f"{sizes} = {whole}"
    return ""
