"""Device memory through one step: what is live when, by pipeline stage, under the capacity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tanaka.records import dataclass
from tanaka.rules.api import Layer, TimelineFigure, TimelineLayer, TimelineStage
from tanaka.views.printing import digits, equation, quantity, recomputes
from tanaka.views.svg.drawing import (
    Anchor,
    Canvas,
    Drawing,
    Mark,
    Scale,
    Size,
    Theme,
    clean,
    round_steps,
)
from tanaka.views.svg.frame import Frame, finish, sidebar, spread_out, wrap, y_axis
from tanaka.views.svg.widths import text_width

_MARKS: dict[Layer, Mark] = {
    Layer.STATE: "ink",
    Layer.VERSIONS: "held",
    Layer.ACTIVATIONS: "ours",
    Layer.PASSING: "ink",
}
_STAGES = 4
"""Columns that leave room for a label and a number over each."""
_PIECES = 24
"""More pieces than that are thinner than the line between them."""
_RISES = ("fill", "forward")
_RAMPS = (*_RISES, "drain", "backward")
_SEAM = 1.5
_LOW = 0.3
"""Share of the capacity under which the layers would be lines: then the scale is theirs."""


def timeline(figure: TimelineFigure, size: Size, theme: Theme) -> Drawing:
    """Stages side by side, layers stacked; a hover has room for the stage that needs most."""
    worst = max(figure.stages, key=_least)
    stages = _chosen(figure.stages) if size is Size.PANEL else (worst,)
    peak, capacity = max(_peak(s) for s in stages), figure.capacity
    far = capacity is not None and peak < _LOW * capacity
    highest = 1.2 * peak if far else max(peak, capacity or 0.0)
    shown = quantity(highest, "byte")
    unit, scale = shown.unit, shown.scale
    decimals = max(0, 2 - math.floor(math.log10(peak / scale) + 1e-9))
    words = [w for w in (_sum(figure, worst), _rest(figure, worst), _most(worst)) if w]
    several = len(figure.stages) > 1
    title = f"Memory of {figure.holder or 'one device'} through a step" + (", by stage" if several else "")  # fmt: skip
    frame = _frame(size, title if not several or size is Size.PANEL else f"Memory of {worst.label}", words)  # fmt: skip
    c = frame.canvas
    steps = round_steps(1.02 * highest / scale, 5 if size is Size.PANEL else 4)
    y = Scale(0, steps[-1] * scale, frame.bottom, frame.top)
    y_axis(frame, y, [(v * scale, digits(v)) for v in steps], unit)
    gap = 22.0
    width = (frame.right - frame.left - gap * (len(stages) - 1)) / len(stages)
    ends: list[tuple[float, str, Mark]] = []
    seen: set[str] = set()
    for i, stage in enumerate(stages):
        left = frame.left + i * (width + gap)
        _stage(c, stage, figure, left, left + width, y)
        number = _number(stage, scale, decimals)
        _words(
            frame,
            stage,
            figure,
            left,
            left + width,
            y,
            number,
            first=i == 0,
            big=size is Size.PANEL,
        )
    for stage in reversed(stages):
        for label, colour, at in _labels(stage, y):
            if label not in seen:
                seen.add(label)
                ends.append((at, label, colour))
    if capacity is not None:
        mark: Mark = "fault" if figure.fault else "ink"
        name = f"capacity {quantity(capacity, 'byte', 3).text}"
        if far:
            ends.append((frame.top, f"{name} \N{UPWARDS ARROW}", mark))
        else:
            at = y(capacity)
            c.line([(frame.left, at), (frame.right, at)], mark=mark, width=1.5, dash="5 3")
            ends.append((at, name, mark))
    ends.sort(key=lambda e: e[0])
    rows = spread_out([at for at, _, _ in ends], 1.35 * c.size, frame.bottom - 2)
    for row, (_, label, mark) in zip(rows, ends, strict=True):
        c.text(frame.right + 10, row + 4, label, mark=mark, bold=True)
    return finish(c, size, theme, "timeline", title, _described(figure, worst), words)


def _frame(size: Size, title: str, words: Sequence[str]) -> Frame:
    if size is Size.PANEL:
        return Frame(Canvas(900, 270, size=13), 62, 716, 44, 206)
    canvas = Canvas(700, 200)
    sidebar(canvas, title, words, room=222)
    return Frame(canvas, 274, 548, 34, 162)


def _chosen(stages: tuple[TimelineStage, ...]) -> tuple[TimelineStage, ...]:
    """As many stages as there is room for: the ends, the one that needs most, and some between."""
    if len(stages) <= _STAGES:
        return stages
    last = len(stages) - 1
    worst = max(range(len(stages)), key=lambda i: _peak(stages[i]))
    kept = {0, last, worst}
    for i in (round(last * k / (_STAGES - 1)) for k in range(_STAGES)):
        if len(kept) < _STAGES:
            kept.add(i)
    return tuple(stages[i] for i in sorted(kept))


def _peak(stage: TimelineStage) -> float:
    return max(_totals(stage))


def _totals(stage: TimelineStage, *, sure: bool = False) -> list[float]:
    """Everything in each phase [byte], or what must be there."""
    counted = [layer.sizes for layer in stage.layers if layer.sure or not sure]
    return [sum(sizes) for sizes in zip(*counted, strict=True)] or [0.0]


def _least(stage: TimelineStage) -> float:
    """Peak of what must be there; of everything where nothing must."""
    return max(_totals(stage, sure=True)) or _peak(stage)


def _number(stage: TimelineStage, scale: float, decimals: int) -> str:
    """The peak over a stage, with what is there at most."""
    low, high = (f"{v / scale:,.{decimals}f}" for v in (_least(stage), _peak(stage)))
    return low if low == high else f"{low}\N{EN DASH}{high}"


def _at_peak(stage: TimelineStage, phases: Sequence[str]) -> int:
    """Phase of the peak: where it lasts, not where it is only reached."""
    totals = _totals(stage, sure=True)
    if not max(totals):
        totals = _totals(stage)
    at = [i for i, total in enumerate(totals) if total == max(totals)]
    return next((i for i in at if phases[i] not in _RAMPS), at[0])


# -- one stage --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cut:
    """A stretch of the step [share of it] in which nothing changes.

    ``share`` is how far into its phase it reaches, ``of`` how many stretches the phase has.
    """

    start: float
    end: float
    phase: int
    share: float
    of: int


def _cuts(stage: TimelineStage, phases: Sequence[str]) -> list[_Cut]:
    """Stretches of the step; a phase in which activations come or go is cut once for each."""
    moves = [[layer.pieces for layer in stage.layers if _moves(layer, p)] for p in phases]
    # All stairs together are no more than the pieces of one layer, so that the drawing stays small.
    most = max(1, _PIECES // max(1, sum(map(bool, moves))))
    cuts = []
    for i, pieces in enumerate(moves):
        count = min(max(pieces, default=1), most)
        for k in range(count):
            start, end = (i + k / count) / len(phases), (i + (k + 1) / count) / len(phases)
            cuts.append(_Cut(start, end, i, (k + 1) / count, count))
    return cuts


def _moves(layer: TimelineLayer, phase: str) -> bool:
    return layer.what is Layer.ACTIVATIONS and layer.pieces > 1 and phase in _RAMPS


def _height(layer: TimelineLayer, cut: _Cut, phases: Sequence[str]) -> float:
    """Size of a layer in a stretch [byte]."""
    size = layer.sizes[cut.phase]
    if not _moves(layer, phases[cut.phase]):
        return size
    if phases[cut.phase] in _RISES:
        before = layer.sizes[cut.phase - 1] if cut.phase else 0.0
        return before + (size - before) * cut.share
    # A drain begins at its size and gives it back piece by piece, down to what comes after it.
    after = layer.sizes[cut.phase + 1] if cut.phase + 1 < len(layer.sizes) else 0.0
    share = cut.share - 1 / cut.of
    return size + (after - size) * share


def _stage(
    c: Canvas, stage: TimelineStage, figure: TimelineFigure, left: float, right: float, y: Scale
) -> None:
    cuts = _cuts(stage, figure.phases)
    bases = [0.0] * len(cuts)
    for layer in stage.layers:
        heights = [_height(layer, cut, figure.phases) for cut in cuts]
        mark = _MARKS[layer.what]
        runs = list(_runs(cuts, bases, heights))
        apart = layer.what is not Layer.ACTIVATIONS and layer.pieces * len(runs) <= _PIECES
        for start, end, base, height in runs:
            x1, x2 = left + start * (right - left), left + end * (right - left)
            for low, high in _pieces(layer.pieces if apart else 1, base, height):
                top, bottom = y(high), y(low)
                # A seam parts two layers of one colour, where it does not eat the layer.
                seam = _SEAM if bottom - top > 3 * _SEAM else 0.0
                if layer.sure:
                    c.bar(x1, top + seam, x2, bottom, mark=mark)
                elif bottom - top > _SEAM:
                    around = [(x1, bottom), (x1, top), (x2, top), (x2, bottom)]
                    c.line(around, mark=mark, dash="2 2")
        bases = [b + h for b, h in zip(bases, heights, strict=True)]
    c.line([(left, y(0)), (right, y(0))])


def _pieces(count: int, base: float, height: float) -> Iterator[tuple[float, float]]:
    """Lower and upper end of the equal parts of a layer."""
    for k in range(count):
        yield base + height * k / count, base + height * (k + 1) / count


def _runs(
    cuts: list[_Cut], bases: list[float], heights: list[float]
) -> Iterator[tuple[float, float, float, float]]:
    """Neighbouring stretches of one base and one height, joined: start, end, base, height."""
    i = 0
    while i < len(cuts):
        k = i
        while k + 1 < len(cuts) and (bases[k + 1], heights[k + 1]) == (bases[i], heights[i]):
            k += 1
        if heights[i] > 0:
            yield cuts[i].start, cuts[k].end, bases[i], heights[i]
        i = k + 1


def _words(
    frame: Frame, stage: TimelineStage, figure: TimelineFigure, left: float, right: float, y: Scale,
    shown: str, *, first: bool, big: bool,
) -> None:  # fmt: skip
    """Label and peak over a stage, phases and note under it."""
    c, peak = frame.canvas, _peak(stage)
    over = figure.capacity is not None and _least(stage) > figure.capacity
    mark: Mark = "fault" if over else "ink"
    if big:
        c.text(right, frame.top - 18, shown, mark=mark, anchor="end", bold=True)
        c.text(left, frame.top - 18, stage.label, bold=True,
               room=right - left - text_width(shown, c.size, bold=True) - 10)  # fmt: skip
    else:
        at = _at_peak(stage, figure.phases)
        # What rises through a phase is at its most at the end of it.
        reach = 1.0 if figure.phases[at] in _RISES and at + 1 < len(figure.phases) else 0.5
        middle = left + (at + reach) / len(figure.phases) * (right - left)
        above = y(peak) - 6
        if figure.capacity is not None and above - c.size < y(figure.capacity) < above + 4:
            above = y(figure.capacity) - 6  # beside the capacity's line, not through it
        c.label([(middle, above, "middle"), (right, frame.top - 12, "end")], shown, mark=mark, bold=True)  # fmt: skip
    share = (right - left) / len(figure.phases)
    # All the names or none: two of four would be read as the whole step.
    named = all(text_width(p, c.size) + 6 <= share for p in figure.phases)
    if named and (first or not big):
        for i, phase in enumerate(figure.phases):
            c.text(left + (i + 0.5) * share, frame.bottom + 1.35 * c.size, phase, anchor="middle")
    elif first or not big:
        ends: list[tuple[float, Anchor, str]] = [
            (left, "start", figure.phases[0]),
            (right, "end", figure.phases[-1] if len(figure.phases) > 1 else ""),
        ]
        for x, anchor, name in ends:
            c.text(x, frame.bottom + 1.35 * c.size, name, anchor=anchor, room=(right - left) / 2 - 6)  # fmt: skip
    for k, line in enumerate(wrap(clean(stage.note), c.size, right - left)[:2]):
        below = frame.bottom + (2.75 + 1.3 * k) * c.size
        c.text((left + right) / 2, below, line, anchor="middle", room=right - left)


def _labels(stage: TimelineStage, y: Scale) -> Iterator[tuple[str, Mark, float]]:
    """Label, colour and height [px] of each layer of a stage, where it is largest."""
    for i, layer in enumerate(stage.layers):
        size = max(layer.sizes)
        if size > 0:
            at = layer.sizes.index(size)
            base = sum(under.sizes[at] for under in stage.layers[:i])
            yield layer.label, _MARKS[layer.what], y(base + size / 2)


# -- its words --------------------------------------------------------------------------------


def _sum(figure: TimelineFigure, stage: TimelineStage) -> str:
    """The layers at the peak as a sum, with the fewest decimals from which it follows."""
    at = _at_peak(stage, figure.phases)
    return _added([layer.sizes[at] for layer in stage.layers if layer.sure and layer.sizes[at] > 0])


def _most(stage: TimelineStage) -> str:
    """The peak of what must be there, and what comes to it at most."""
    totals = _totals(stage)
    at = totals.index(max(totals))
    more = [layer.sizes[at] for layer in stage.layers if not layer.sure and layer.sizes[at] > 0]
    return _added([totals[at] - sum(more), *more]) if more else ""


def _added(sizes: list[float]) -> str:
    if len(sizes) < 2:
        return ""
    total = sum(sizes)
    whole_of = quantity(total, "byte")
    unit, scale = whole_of.unit, whole_of.scale
    for decimals in range(1, 6):
        text = " + ".join(f"{s / scale:,.{decimals}f} {unit}" for s in sizes)
        # With as many decimals as its parts, where it may be: "20 GB" of "1.8 GB + 18.3 GB" looks wrong.
        alike = f"{total / scale:,.{decimals}f} {unit}"
        if decimals < 3 and recomputes(text, alike):
            return f"{text} = {alike}"
    for decimals in range(1, 6):
        text = " + ".join(f"{s / scale:,.{decimals}f} {unit}" for s in sizes)
        for significant in (3, 4, 5):
            whole = f"{digits(total / scale, significant)} {unit}"
            if recomputes(text, whole):
                return f"{text} = {whole}"
    return ""


def _rest(figure: TimelineFigure, stage: TimelineStage) -> str:
    """What is left of the capacity, or what it lacks."""
    if figure.capacity is None:
        return ""
    need, there = quantity(_least(stage), "byte").text, quantity(figure.capacity, "byte").text
    left = figure.capacity - _least(stage)
    return equation(f"{need} − {there}" if left < 0 else f"{there} − {need}", abs(left), "byte")


def _described(figure: TimelineFigure, stage: TimelineStage) -> str:
    peak = _least(stage)
    phase = figure.phases[_at_peak(stage, figure.phases)]
    text = f"{stage.label[:1].upper() + stage.label[1:] or 'The device'} needs most, {quantity(peak, 'byte', 3).text} in the phase {phase or 'shown'}"
    if figure.capacity is not None:
        above = "above" if peak > figure.capacity else "below"
        text += f", {above} the capacity of {quantity(figure.capacity, 'byte', 3).text}"
    if _peak(stage) > peak:
        text += f"; {quantity(_peak(stage), 'byte', 3).text} at most"
    return " ".join([text + ".", *(f"{line}." for line in figure.left_out)])
