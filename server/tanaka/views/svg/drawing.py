"""A small SVG canvas that knows how wide its texts are and refuses to let two of them touch.

One palette for all themes: four marks with at least 3.6:1 on white and on VS Code's dark ground.
Text is ``currentColor``, set once on the root.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from html import escape
from itertools import pairwise
from typing import Literal

from tanaka.records import dataclass
from tanaka.views.svg.widths import fitted, text_width

FONT = "system-ui,-apple-system,'Segoe UI','Liberation Sans',sans-serif"

Mark = Literal["ink", "ours", "fault", "held"]
Anchor = Literal["start", "middle", "end"]
PALETTE: dict[Mark, str] = {
    "ink": "#7e7e7e",
    "ours": "#3584d0",
    "fault": "#d9503f",
    "held": "#a8790f",
}


_AIR = 4.0

# Where the line to a label may lead, the likeliest first: right and down are positive.
_DIRECTIONS = (
    (0.8, 0.6), (0.8, -0.6), (0.95, 0.3), (0.95, -0.3), (0.5, 0.87), (0.5, -0.87),
    (-0.8, 0.6), (-0.8, -0.6), (-0.95, 0.3), (-0.95, -0.3), (-0.5, 0.87), (-0.5, -0.87),
    (0.2, 0.98), (-0.2, 0.98), (0.2, -0.98), (-0.2, -0.98), (1.0, 0.0), (-1.0, 0.0),
)  # fmt: skip

# What XML 1.0 allows, lone surrogates left out.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """A paper's words on one line, without what no XML may hold (form feeds from a PDF, say)."""
    return " ".join(_FORBIDDEN.sub("", text).split())


class Theme(StrEnum):
    """Ground that a drawing lies on; neutral serves both."""

    NEUTRAL = "neutral"
    DARK = "dark"
    LIGHT = "light"

    @property
    def ink(self) -> str:
        """Colour of the text."""
        return {"neutral": "#7e7e7e", "dark": "#cccccc", "light": "#3b3b3b"}[self]


class Size(StrEnum):
    """Where a drawing is shown."""

    HOVER = "hover"
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG with the words around it.

    Attributes
    ----------
    title, description : str
        Also inside the SVG, for a screen reader.
    svg : str
    equations : tuple of str
        The worked equations that belong to it; drawn inside the hover's, beside the panel's.
    """

    title: str
    description: str
    svg: str
    equations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle [px] from its upper left to its lower right corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def text_box(x: float, y: float, text: str, size: float, *, bold: bool, anchor: Anchor) -> Box:
    """Box of a line of text whose baseline begins, ends or is centred at a point."""
    width = text_width(text, size, bold=bold)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - 0.78 * size, left + width, y + 0.24 * size)


class Canvas:
    """Collects elements.  A text is placed only where it lies inside and touches no other."""

    def __init__(self, width: int, height: int, *, size: float = 12) -> None:
        self.width, self.height, self.size = width, height, size
        self._elements: list[str] = []
        self._texts: list[Box] = []
        self._kept_free: list[Box] = []

    # -- text ---------------------------------------------------------------------------------
    def text(
        self, x: float, y: float, text: str, *, mark: Mark = "ink", anchor: Anchor = "start", bold: bool = False,
        room: float | None = None,
    ) -> bool:  # fmt: skip
        """Draw a line of text, cut to ``room`` [px]; False where there is no place for it."""
        text = fitted(
            clean(text),
            self.size,
            self._room(x, anchor) if room is None else min(room, self._room(x, anchor)),
            bold=bold,
        )
        if not text:
            return False
        box = text_box(x, y, text, self.size, bold=bold, anchor=anchor)
        if not self._free(box):
            return False
        self._texts.append(box)
        attributes = f' class="t-{mark}" fill="{PALETTE[mark]}"' if mark != "ink" else ""
        attributes += f' text-anchor="{anchor}"' if anchor != "start" else ""
        attributes += ' font-weight="600"' if bold else ""
        self._elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text, quote=False)}</text>'
        )
        return True

    def label(
        self,
        places: Iterable[tuple[float, float, Anchor]],
        text: str,
        *,
        mark: Mark = "ink",
        bold: bool = False,
    ) -> bool:
        """Draw a text, uncut, at the first of several places that is free; False where none is."""
        text = clean(text)
        for x, y, anchor in places:
            if text_width(text, self.size, bold=bold) <= self._room(x, anchor):
                box = text_box(x, y, text, self.size, bold=bold, anchor=anchor)
                if self._free(box) and not any(box.meets(k) for k in self._kept_free):
                    return self.text(x, y, text, mark=mark, anchor=anchor, bold=bold)
        return False

    def call_out(self, x: float, y: float, text: str, *, mark: Mark = "ink") -> bool:
        """Name a point: beside it, else at the end of a thin line; False where there is no place.

        A label that had to go far from its point would be read as another's without the line.
        """
        near: list[tuple[float, float, Anchor]] = [
            (x + 11, y + 5, "start"), (x + 11, y - 6, "start"), (x + 11, y + 16, "start"),
            (x - 11, y + 5, "end"), (x - 11, y - 6, "end"), (x - 11, y + 16, "end"),
            (x, y - 10, "middle"), (x, y + 20, "middle"),
        ]  # fmt: skip
        if self.label(near, text, mark=mark, bold=True):
            return True
        for reach in (20, 30, 42, 56, 72, 90, 110):
            for right, down in _DIRECTIONS:
                end = (x + right * reach, y + down * reach)
                anchor: Anchor = "start" if right > 0 else "end"
                beside = end[0] + (3 if right > 0 else -3)
                if self._crosses(x, y, *end):
                    continue
                if self.label([(beside, end[1] + 4, anchor)], text, mark=mark, bold=True):
                    start = (x + 6 * right, y + 6 * down)
                    self.line([start, end], mark=mark, width=0.8, clear=True)
                    return True
        return False

    def _crosses(self, x: float, y: float, right: float, down: float) -> bool:
        """Whether a line from a point runs through a text."""
        for k in range(2, 13):
            at = x + (right - x) * k / 12, y + (down - y) * k / 12
            spot = Box(at[0] - 1, at[1] - 1, at[0] + 1, at[1] + 1)
            if any(spot.meets(t) for t in self._texts):
                return True
        return False

    def keep_free(self, left: float, top: float, right: float, bottom: float) -> None:
        """Keep labels off a part that marks lie in."""
        self._kept_free.append(Box(left, top, right, bottom))

    def _room(self, x: float, anchor: Anchor) -> float:
        after, before = self.width - x, x
        return {"start": after, "end": before, "middle": 2 * min(after, before)}[anchor]

    def _free(self, box: Box) -> bool:
        inside = (
            box.left >= -0.01
            and box.top >= -0.01
            and box.right <= self.width + 0.01
            and box.bottom <= self.height + 0.01
        )
        # Two labels on one line are told apart by a space between them.
        aired = Box(box.left - _AIR, box.top, box.right + _AIR, box.bottom)
        return inside and not any(aired.meets(t) for t in self._texts)

    # -- marks --------------------------------------------------------------------------------
    def line(
        self, points: Sequence[tuple[float, float]], *, mark: Mark = "ink", width: float = 1, dash: str = "",
        opacity: float = 1, clear: bool = False,
    ) -> None:  # fmt: skip
        """Draw a line through points; with ``clear``, labels stay off it."""
        if clear:
            for (x1, y1), (x2, y2) in pairwise(points):
                pieces = max(1, math.ceil(max(abs(x2 - x1), abs(y2 - y1)) / 4))
                for k in range(pieces):
                    ax, ay = x1 + (x2 - x1) * k / pieces, y1 + (y2 - y1) * k / pieces
                    bx, by = x1 + (x2 - x1) * (k + 1) / pieces, y1 + (y2 - y1) * (k + 1) / pieces
                    self.keep_free(min(ax, bx), min(ay, by) - 0.5, max(ax, bx), max(ay, by) + 0.5)
        at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        attributes = f' stroke-dasharray="{dash}"' if dash else ""
        attributes += f' opacity="{opacity:g}"' if opacity < 1 else ""
        self._elements.append(
            f'<polyline class="l-{mark}" points="{at}" fill="none" stroke="{PALETTE[mark]}" stroke-width="{width:g}"{attributes}/>'
        )

    def bar(self, left: float, top: float, right: float, bottom: float, *, mark: Mark) -> None:
        """Draw a filled rectangle."""
        self._elements.append(
            f'<rect class="f-{mark}" x="{left:.1f}" y="{top:.1f}" width="{max(0.0, right - left):.1f}" '
            f'height="{max(0.0, bottom - top):.1f}" fill="{PALETTE[mark]}"/>'
        )

    def dot(self, x: float, y: float, *, mark: Mark, radius: float = 4) -> None:
        """Draw a point; labels stay off it."""
        self._elements.append(
            f'<circle class="f-{mark}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{PALETTE[mark]}"/>'
        )
        self._kept_free.append(Box(x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1))

    # -- all of it ----------------------------------------------------------------------------
    def render(self, title: str, description: str, theme: Theme, name: str) -> str:
        """The SVG, with a title and a description for those who cannot see it."""
        body = "\n  ".join(self._elements)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" '
            f'color="{theme.ink}" fill="currentColor" font-family="{FONT}" font-size="{self.size:g}" role="img" aria-labelledby="{name}-t {name}-d">\n'
            f'  <title id="{name}-t">{escape(title, quote=False)}</title>\n  <desc id="{name}-d">{escape(description, quote=False)}</desc>\n'
            f"  {body}\n</svg>\n"
        )


# -- scales -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to pixels, linear or logarithmic, clamped to the axis."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Pixel of a value."""
        if self.log:
            value, low, high = (
                math.log10(max(value, 1e-300)),
                math.log10(self.low),
                math.log10(self.high),
            )
        else:
            low, high = self.low, self.high
        share = (value - low) / (high - low) if high > low else 0.0
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def decades(low: float, high: float, at_most: int = 6) -> list[float]:
    """Powers of ten over a range, thinned to at most so many."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    stride = max(1, math.ceil((last - first) / max(1, at_most - 1)))
    return [10.0**k for k in range(first, last + 1, stride)]


def round_steps(high: float, at_most: int = 5) -> list[float]:
    """Round values from zero to at least ``high``, evenly spaced, at most so many gaps."""
    if not math.isfinite(high) or high <= 0:
        return [0.0, 1.0]
    raw = high / at_most
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= raw * (1 - 1e-9))
    return [step * k for k in range(math.ceil(high / step - 1e-9) + 1)]
