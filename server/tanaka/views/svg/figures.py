"""From the numbers of a figure to its drawing."""

from __future__ import annotations

from tanaka.rules.api import (
    BarsFigure,
    Figure,
    FitFigure,
    RooflineFigure,
    StragglerFigure,
    TimelineFigure,
)
from tanaka.views.svg.bars import bars
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


def _positive(*values: float) -> bool:
    return all(_LEAST <= v <= _MOST for v in values)
