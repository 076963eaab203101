"""The roof of one device with the paper's operating points on it, above it, or below it."""

from __future__ import annotations

import math

from tanaka.rules.api import RooflineFigure
from tanaka.views.printing import digits, equation, quantity
from tanaka.views.svg.drawing import Anchor, Drawing, Scale, Size, Theme, decades
from tanaka.views.svg.frame import finish, plot, spread_out, x_axis, y_axis


def roofline(figure: RooflineFigure, size: Size, theme: Theme) -> Drawing:
    """Log-log roofline.  A rate whose intensity is not known is a line across."""
    ridge = figure.peak / figure.bandwidth
    peak, bandwidth = quantity(figure.peak, "FLOP/s"), quantity(figure.bandwidth, "byte/s")
    # All rates of a drawing share a unit: that of the peak, or of what lies between it and the
    # lowest point, which would be all zeros in it.
    lowest = min([figure.peak, *(p.rate for p in figure.points)])
    between = quantity(math.sqrt(figure.peak) * math.sqrt(lowest), "FLOP/s")
    unit, scale = between.unit, between.scale
    title = f"Roofline, {figure.device}, {figure.precision}"
    words = [w for w in (equation(f"{peak.text} / {bandwidth.text}", ridge, "FLOP/byte"),) if w]
    sentences = []
    for p in figure.points:
        rate = digits(p.rate / scale, 3)
        if p.fault and p.rate > figure.peak:
            words.append(equation(f"{rate} {unit} / {peak.text}", p.rate / figure.peak, "1"))
            sentences.append(f"{p.label}, {rate} {unit}, lies above the peak of {peak.text}.")
        elif p.intensity is not None:
            roof = min(figure.peak, p.intensity * figure.bandwidth)
            if roof < figure.peak:
                words.append(
                    equation(f"{digits(p.intensity, 4)} FLOP/B × {bandwidth.text}", roof, "FLOP/s")
                )
            sentences.append(
                f"{p.label}, {rate} {unit} at {digits(p.intensity, 3)} FLOP per byte, of a roof of {quantity(roof, 'FLOP/s', 3).text}."
            )
        else:
            sentences.append(f"{p.label}, {rate} {unit}.")
    words = [w for w in words if w]

    frame = plot(size, title, words)
    c = frame.canvas
    intensities = [p.intensity for p in figure.points if p.intensity]
    low_x = 10.0 ** math.floor(math.log10(min([ridge / 300, *intensities])))
    high_x = 10.0 ** math.ceil(math.log10(max([ridge * 20, *intensities])))
    rates = [p.rate for p in figure.points if p.rate > 0]
    rates += [k.rate for k in figure.ceilings]
    high_y = 10.0 ** math.ceil(math.log10(1.05 * max([figure.peak, *rates]) / scale))
    low_y = 10.0 ** math.floor(
        math.log10(min([low_x * figure.bandwidth, *rates, figure.peak / 100]) / scale) + 1e-9
    )
    x, y = (
        Scale(low_x, high_x, frame.left, frame.right, log=True),
        Scale(low_y, high_y, frame.bottom, frame.top, log=True),
    )
    y_axis(frame, y, [(v, digits(v)) for v in decades(low_y, high_y, 5)], unit)
    x_axis(
        frame,
        x,
        [(v, digits(v)) for v in decades(low_x, high_x, 7)],
        "arithmetic intensity, FLOP/byte",
    )

    top, corner = y(figure.peak / scale), x(ridge)
    foot = max(low_x, low_y * scale / figure.bandwidth)
    c.line(
        [(x(foot), y(foot * figure.bandwidth / scale)), (corner, top), (x(high_x), top)],
        width=2,
        clear=True,
    )
    c.line([(corner, top), (corner, frame.bottom)], dash="2 3", clear=True)
    lower = [k for k in figure.ceilings if k.rate < figure.peak]
    for k in lower:
        at = y(k.rate / scale)
        c.line([(x(k.rate / figure.bandwidth), at), (x(high_x), at)], clear=True)
    c.keep_free(0, frame.top, frame.left, frame.bottom)

    # Points first: their labels matter most, the roof's give way.
    above = [p for p in figure.points if p.intensity is None]
    for p in above:
        c.line(
            [(frame.left, y(p.rate / scale)), (frame.right, y(p.rate / scale))],
            mark="fault" if p.fault else "ours",
            width=2,
            clear=True,
        )
    spots = [
        (x(p.intensity), y(p.rate / scale), p) for p in figure.points if p.intensity is not None
    ]
    for px, py, p in spots:
        c.dot(px, py, mark="fault" if p.fault else "ours", radius=5 if p.fault else 4)
    for p in above:
        py = y(p.rate / scale)
        text = f"{p.label} {digits(p.rate / scale, 3)}"
        places: list[tuple[float, float, Anchor]] = [
            (frame.right + 10, py + 4, "start"), (frame.left + 6, py - 6, "start"), (frame.left + 6, py + 15, "start"),
            (frame.right - 4, py - 6, "end"), (frame.right - 4, py + 15, "end"),
        ]  # fmt: skip
        mark = "fault" if p.fault else "ours"
        if not c.label(places, text, mark=mark, bold=True):  # type: ignore[arg-type]
            c.label(places, digits(p.rate / scale, 3), mark=mark, bold=True)  # type: ignore[arg-type]
    for px, py, p in spots:
        text = f"{p.label} {digits(p.rate / scale, 3)}"
        mark = "fault" if p.fault else "ours"
        if not c.call_out(px, py, text, mark=mark):  # type: ignore[arg-type]
            c.call_out(px, py, digits(p.rate / scale, 3), mark=mark)  # type: ignore[arg-type]

    ends = sorted(lower, key=lambda k: -k.rate)
    rows = spread_out([y(k.rate / scale) for k in ends], 1.35 * c.size, frame.bottom - 2)
    for row, k in zip(rows, ends, strict=True):
        c.text(frame.right + 10, row + 4, f"{k.label} {digits(k.rate / scale, 4)}")
    over: list[tuple[float, float, Anchor]] = [(corner + 4, top - 7, "start")]
    under: list[tuple[float, float, Anchor]] = [(corner + 10, top + 15, "start"), (frame.right - 2, top + 15, "end")]  # fmt: skip
    # Above another line the peak's name would seem to be that line's.
    crowded = any(0 <= top - y(p.rate / scale) < 24 for p in above)
    named = [*under, *over] if crowded else [*over, *under]
    c.label([*named, (frame.right + 10, top + 4, "start"), (frame.right + 10, top + 16, "start"), (frame.right - 2, top - 7, "end")],
            f"peak {digits(figure.peak / scale)}")  # fmt: skip
    beside: list[tuple[float, float, Anchor]] = []
    for share in (0.5, 0.65, 0.8, 0.35, 0.2):
        there = foot ** (1 - share) * ridge**share
        mx, my = x(there), y(there * figure.bandwidth / scale)
        beside += [(mx - 14, my - 2, "end"), (mx - 14, my - 11, "end"), (mx + 14, my + 12, "start"), (mx + 24, my + 16, "start")]  # fmt: skip
    c.label([*beside, (frame.left + 4, frame.bottom - 8, "start")], f"HBM {bandwidth.text}")
    c.label(
        [(corner + 7, frame.bottom - 8, "start"), (corner - 7, frame.bottom - 8, "end")],
        f"ridge {digits(ridge, 3)}",
    )
    return finish(c, size, theme, "roofline", title, " ".join(sentences) or title + ".", words)
