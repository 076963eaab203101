"""Figures as SVG text: the look of the hover (700 px wide) and of the panel (900 px wide)."""

from tanaka.views.svg.drawing import Drawing, Size, Theme
from tanaka.views.svg.figures import draw, is_drawn

__all__ = ["Drawing", "Size", "Theme", "draw", "is_drawn"]
