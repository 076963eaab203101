"""A quantity against another: where a gain breaks even, where a loss is least."""

from __future__ import annotations

import math

from tanaka.rules.api import Axis, CurvesFigure
from tanaka.views.calculation import scaled
from tanaka.views.printing import digits, in_units
from tanaka.views.svg.drawing import (
    Anchor,
    Canvas,
    Drawing,
    Mark,
    Scale,
    Size,
    Theme,
    decades,
    round_steps,
)
from tanaka.views.svg.frame import finish, plot, spread_out, x_axis, y_axis

_MOST = 5
"""Curves that can be told apart."""


def curves(figure: CurvesFigure, size: Size, theme: Theme) -> Drawing:
    """Curves with their names at their ends, a level, and the points that matter."""
    shown = figure.curves[:_MOST]
    frame = plot(size, figure.title, figure.equations)
    c = frame.canvas
    xs = [x for curve in shown for x, _ in curve.points]
    ys = [y for curve in shown for _, y in curve.points]
    level = figure.level
    top_y = max([*ys, *(p.y for p in figure.points), *((level[0],) if level else ()), 1e-30])
    x, x_unit, x_scale = _scale(figure.x, min(xs), max(xs), frame.left, frame.right)
    if figure.y.log:
        heights = [v for v in (*ys, *(p.y for p in figure.points), top_y) if v > 0]
        y_scale, y_unit = _unit(math.sqrt(min(heights)) * math.sqrt(top_y), figure.y.unit)
        ends_y = min(heights) / y_scale, top_y / y_scale
        low_y, high_y = 10.0 ** math.floor(math.log10(ends_y[0])), 10.0 ** math.ceil(math.log10(ends_y[1]))  # fmt: skip
        y = Scale(low_y, max(high_y, 10 * low_y), frame.bottom, frame.top, log=True)
        steps = [v for v in decades(y.low, y.high, 5) if v <= y.high * (1 + 1e-9)]
    else:
        y_scale, y_unit = _unit(top_y, figure.y.unit)
        steps = round_steps(1.02 * top_y / y_scale, 5 if size is Size.PANEL else 4)
        y = Scale(0, steps[-1], frame.bottom, frame.top)
    y_axis(frame, y, [(v, digits(v)) for v in steps], _named(figure.y.name, y_unit))
    low, high = x.low, x.high
    marks = decades(low, high, 7 if size is Size.PANEL else 5) if figure.x.log else round_steps(high, 5)  # fmt: skip
    x_axis(
        frame,
        x,
        [(v, digits(v)) for v in marks if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)],
        _named(figure.x.name, x_unit),
    )

    ends: list[tuple[float, str, Mark]] = []
    if level is not None:
        at = y(level[0] / y_scale)
        c.line([(frame.left, at), (frame.right, at)], dash="5 3", clear=True)
        ends.append((at, level[1], "ink"))
    for curve in shown:
        points = [(x(a / x_scale), y(b / y_scale)) for a, b in curve.points]
        c.line(points, mark=curve.mark, width=1.5 if curve.mark == "ink" else 2, clear=True)
        ends.append((points[-1][1], curve.label, curve.mark))
    spots = [(x(p.x / x_scale), y(p.y / y_scale), p) for p in figure.points]
    for px, py, p in spots:
        c.line([(px, frame.bottom), (px, py)], dash="2 3", clear=True)
        c.dot(px, py, mark="fault" if p.fault else "ours")
    ends.sort(key=lambda e: e[0])
    rows = spread_out([at for at, _, _ in ends], 1.35 * c.size, frame.bottom - 2)
    for row, (_, label, colour) in zip(rows, ends, strict=True):
        _end(c, frame.right + 10, row + 4, label, colour)
    for px, py, p in spots:
        mark: Mark = "fault" if p.fault else "ours"
        c.call_out(px, py, p.label, mark=mark)
    described = "; ".join(p.label for p in figure.points) or figure.title
    return finish(c, size, theme, "curves", figure.title, f"{described}.", figure.equations)


def _end(c: Canvas, x: float, y: float, label: str, mark: Mark) -> None:
    places: list[tuple[float, float, Anchor]] = [(x, y, "start")]
    if not c.label(places, label, mark=mark, bold=mark != "ink"):
        c.text(x, y, label, mark=mark, bold=mark != "ink")


def _named(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


def _unit(value: float, unit: str) -> tuple[float, str]:
    """Base units in one of the unit that suits a value, and its name."""
    if unit == "s":  # minutes and hours, which the prefixes of the field do not know
        one, name = scaled(value, unit)
        return one, name.replace("us", "µs")
    _, name, one = in_units(value, unit)
    return one, name


def _scale(
    axis: Axis, low: float, high: float, start: float, end: float
) -> tuple[Scale, str, float]:
    """Scale of an axis, its unit, and the base units in one of it."""
    one, unit = _unit(math.sqrt(low) * math.sqrt(high) if axis.log else high, axis.unit)
    return Scale(low / one, high / one, start, end, log=axis.log), unit, one
