"""From the numbers of a figure to its drawing."""

from __future__ import annotations

from itertools import pairwise

from tanaka.rules.api import (
    BarsFigure,
    CurvesFigure,
    Figure,
    FitFigure,
    RooflineFigure,
    StragglerFigure,
    TimelineFigure,
)
from tanaka.views.svg.bars import bars
from tanaka.views.svg.curves import curves
from tanaka.views.svg.drawing import Drawing, Size, Theme
from tanaka.views.svg.fit import fit
from tanaka.views.svg.roofline import roofline
from tanaka.views.svg.straggler import straggler
from tanaka.views.svg.timeline import timeline

_LEAST, _MOST = 1e-30, 1e30
"""No machine is outside; the products and quotients of two such numbers are finite."""


def is_drawn(figure: Figure | None) -> bool:
    """Whether a figure has something to show: positive numbers of a possible size."""
    match figure:
        case RooflineFigure():
            return _positive(
                figure.peak,
                figure.bandwidth,
                *(ceiling.rate for ceiling in figure.ceilings),
                *(p.rate for p in figure.points),
                *(p.intensity for p in figure.points if p.intensity is not None),
            )
        case FitFigure():
            return bool(figure.parts) and _positive(
                figure.capacity, *(p.size for p in figure.parts)
            )
        case StragglerFigure():
            return (
                figure.n >= 2
                and _positive(figure.base, figure.wait, *figure.assumed)
                and all(_positive(v) for v in (figure.sigma, figure.gain) if v)
                and bool(figure.sigma or figure.assumed)
            )
        case BarsFigure():
            return any(v > 0 for _, v, _ in figure.bars) and all(
                v == 0 or _positive(abs(v)) for _, v, _ in figure.bars
            )
        case TimelineFigure():
            layers = [layer for stage in figure.stages for layer in stage.layers]
            sizes = [size for layer in layers for size in layer.sizes]
            return (
                bool(figure.phases)
                and all(stage.layers for stage in figure.stages)
                and all(len(layer.sizes) == len(figure.phases) for layer in layers)
                and all(layer.pieces >= 1 for layer in layers)
                and all(size == 0 or _positive(size) for size in sizes)
                and any(size > 0 for size in sizes)
                and (figure.capacity is None or _positive(figure.capacity))
            )
        case CurvesFigure():
            return _curved(figure)
        case None:
            return False


def draw(figure: Figure, size: Size = Size.HOVER, theme: Theme = Theme.NEUTRAL) -> Drawing:
    """Drawing of a figure that `is_drawn`."""
    match figure:
        case RooflineFigure():
            return roofline(figure, size, theme)
        case FitFigure():
            return fit(figure, size, theme)
        case StragglerFigure():
            return straggler(figure, size, theme)
        case TimelineFigure():
            return timeline(figure, size, theme)
        case BarsFigure():
            return bars(figure, size, theme)
        case CurvesFigure():
            return curves(figure, size, theme)


def _curved(figure: CurvesFigure) -> bool:
    """Whether there is a curve, of positive numbers from the left to the right."""
    drawn = [curve.points for curve in figure.curves]
    ends = [x for points in drawn for x, _ in points]
    heights = [y for points in drawn for _, y in points] + [p.y for p in figure.points]
    return (
        bool(drawn)
        and all(len(points) >= 2 for points in drawn)
        and all(a[0] < b[0] for points in drawn for a, b in pairwise(points))
        and _positive(*ends, *(p.x for p in figure.points))
        and all(y == 0 or _positive(y) for y in heights)
        and any(y > 0 for y in heights)
        and (figure.level is None or _positive(figure.level[0]))
    )


def _positive(*values: float) -> bool:
    return all(_LEAST <= v <= _MOST for v in values)
