"""Expected wait at a barrier for the slowest of n, against n."""

from __future__ import annotations

import math
from collections.abc import Callable

from hwmodels.straggler import expected_max_normal
from tanaka.rules.api import StragglerFigure
from tanaka.views.printing import digits, in_units, quantity, recomputes
from tanaka.views.svg.drawing import Drawing, Mark, Scale, Size, Theme, round_steps
from tanaka.views.svg.frame import curve, finish, plot, spread_out, x_axis, y_axis


def straggler(figure: StragglerFigure, size: Size, theme: Theme) -> Drawing:
    """One curve for each deviation: the assumed ones, the stated one, and the one that eats the gain."""
    n = max(2, figure.n)
    e = expected_max_normal(n)
    workers = figure.workers or "workers"
    one = workers.removesuffix("s")
    base = quantity(figure.base, "s", 3)
    ratio = figure.sigma / figure.base if figure.sigma else figure.wait / (e * figure.base)
    gone = figure.gain / (e * figure.base) if figure.gain and figure.gain > 0 else None

    spread = quantity(figure.sigma, "s", 3).text if figure.sigma else ""
    words = [
        _worked(
            lambda n: (
                f"{spread} × {digits(e, n)}"
                if spread
                else f"{_percent(ratio)} × {digits(e, n)} × {base.text}"
            ),
            figure.wait,
            "s",
        )
    ]
    if gone is not None and figure.gain is not None:
        gain = quantity(figure.gain, "s", 3).text
        words.append(_worked(lambda n: f"{gain} / ({digits(e, n)} × {base.text})", gone, "%"))
    words = [w for w in words if w]
    note = "σ of the step time" if figure.sigma else "σ of the step time, assumed: normal"
    title = f"Wait for the slowest {one}"
    lines = [*words, f"E[max of {n:,}] = {digits(e, 3)} σ", note]

    frame = plot(size, title, lines)
    c = frame.canvas
    last = 2.0 ** (math.ceil(math.log2(n)) + 2)
    curves: list[tuple[float, Mark]] = [(a, "ink") for a in sorted(set(figure.assumed))]
    if figure.sigma:
        curves = [c for c in curves if _percent(c[0]) != _percent(ratio)] + [(ratio, "ours")]
    if gone is not None:
        curves.append((gone, "fault"))
    peak = max(
        [r * expected_max_normal(int(last)) * figure.base for r, _ in curves] + [figure.wait, 1e-12]
    )
    _, unit, scale = in_units(peak, "s")
    steps = round_steps(peak / scale, 5 if size is Size.PANEL else 3)
    x = Scale(1, last, frame.left, frame.right, log=True)
    y = Scale(0, steps[-1], frame.bottom, frame.top)
    y_axis(frame, y, [(v, digits(v)) for v in steps], unit)
    powers = round(math.log2(last))
    stride = max(1, math.ceil(powers / (9 if size is Size.PANEL else 5)))
    x_axis(
        frame,
        x,
        [(2.0**k, f"{2**k:,}") for k in range(0, powers + 1, stride)],
        f"{workers} in lock-step, n",
    )
    c.line([(x(n), frame.bottom), (x(n), frame.top)], dash="2 3")
    xs = [2.0**k for k in range(powers + 1)]
    ends = []
    for r, mark in curves:
        points = curve(_wait(r * figure.base / scale), xs, x, y)
        c.line(points, mark=mark, width=1.5 if mark == "ink" else 2, clear=True)
        ends.append((points[-1][1], r, mark))
    if gone is not None and figure.gain is not None:
        gx, gy = x(n), y(figure.gain / scale)
        c.dot(gx, gy, mark="fault", radius=5)
        c.label([(gx - 11, gy - 5, "end"), (gx - 11, gy - 12, "end"), (gx - 11, gy - 19, "end"), (gx + 11, gy + 16, "start")],
                f"the gain, {quantity(figure.gain, 's', 3).text}", mark="fault", bold=True)  # fmt: skip
    wx, wy = x(n), y(figure.wait / scale)
    c.dot(wx, wy, mark="ours" if figure.sigma else "ink")
    c.label([(wx + 8, wy + 16, "start"), (wx + 8, wy - 8, "start"), (wx - 8, wy - 8, "end"), (wx - 8, wy + 16, "end"),
             (wx + 8, wy - 14, "start"), (wx - 8, wy - 14, "end")],
            quantity(figure.wait, "s", 3).text)  # fmt: skip
    ends.sort(key=lambda t: t[0])
    rows = spread_out([end for end, _, _ in ends], 1.35 * c.size, frame.bottom - 4)
    for row, (_, r, mark) in zip(rows, ends, strict=True):
        c.label(
            [(frame.right + 10, row + 4, "start")],
            f"σ = {_percent(r)}",
            mark=mark,
            bold=mark != "ink",
        )
    described = f"At {n:,} {workers} a deviation of {_percent(ratio)} of {base.text} costs {quantity(figure.wait, 's', 3).text} a step."
    if gone is not None:
        described += f" A deviation of {_percent(gone)} uses up the gain."
    return finish(c, size, theme, "straggler", title, described, words)


def _worked(expression: Callable[[int], str], value: float, unit: str) -> str:
    """The equation with the fewest digits of the expected maximum that give the result drawn."""
    result = quantity(value, unit, 3).text
    for n in (3, 4, 5, 6):
        if recomputes(expression(n), result):
            return f"{expression(n)} = {result}"
    return ""


def _wait(sigma: float) -> Callable[[float], float]:
    return lambda n: sigma * expected_max_normal(round(n))


def _percent(ratio: float) -> str:
    return quantity(ratio, "%", 2).text
