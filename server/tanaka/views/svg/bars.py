"""Values side by side: as written, and as recomputed."""

from __future__ import annotations

import math

from tanaka.rules.api import BarsFigure
from tanaka.views.printing import digits, in_units
from tanaka.views.svg.drawing import Canvas, Drawing, Mark, Size, Theme
from tanaka.views.svg.frame import finish
from tanaka.views.svg.widths import fitted, text_width

_MOST = 8


def bars(figure: BarsFigure, size: Size, theme: Theme) -> Drawing:
    """One bar a value, on one scale from zero, the value at its end."""
    shown = figure.bars[:_MOST]
    big = size is Size.PANEL
    c = Canvas(900 if big else 560, 34 + 28 * max(1, len(shown)), size=13 if big else 12)
    values = [v for _, v, _ in shown if math.isfinite(v)]
    largest = max([abs(v) for v in values] + [1e-300])
    unit, scale = _unit(figure.unit, largest)
    glue = "" if unit in ("", "%", "×") else " "
    count = _digits(values, scale)
    texts = [f"{digits(v / scale, count)}{glue}{unit}" for _, v, _ in shown]
    labels = [fitted(name, c.size, 0.32 * c.width) for name, _, _ in shown]
    left = max([text_width(t, c.size) for t in labels] + [0.0]) + 12
    right = c.width - max([text_width(t, c.size, bold=True) for t in texts] + [0.0]) - 12
    c.text(0, 14, figure.title, bold=True)
    for i, (label, text, (_, value, fault)) in enumerate(zip(labels, texts, shown, strict=True)):
        top = 28 + 28 * i
        mark: Mark = "fault" if fault else "ours"
        end = left + (right - left) * (max(0.0, value) / largest if math.isfinite(value) else 1.0)
        c.text(0, top + 14, label)
        c.bar(left, top, max(end, left + 1), top + 18, mark=mark)
        c.text(max(end, left + 1) + 6, top + 14, text, mark=mark, bold=True)
    described = "; ".join(
        f"{name}: {text}" for (name, _, _), text in zip(shown, texts, strict=True)
    )
    return finish(c, size, theme, "bars", figure.title, described + ".", ())


def _digits(values: list[float], scale: float) -> int:
    """The fewest digits, three or more, that print different values differently."""
    different = len(set(values))
    fits = (n for n in range(3, 9) if len({digits(v / scale, n) for v in values}) == different)
    return next(fits, 9)


def _unit(unit: str, largest: float) -> tuple[str, float]:
    if unit in ("%", "×", "", "1"):
        return ("" if unit == "1" else unit), 1.0
    _, name, scale = in_units(largest, unit)
    return name, scale
