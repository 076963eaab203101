"""Text for a terminal: ASCII for our own signs, no control characters, colour or none."""

from __future__ import annotations

import unicodedata

WIDTH = 79
_SIGNS = str.maketrans({
    "×": "x", "·": "x", "−": "-", "–": "-", "—": "-", "≤": "<=", "≥": ">=", "≈": "~", "≠": "!=",
    "µ": "u", "μ": "u", "σ": "sigma", "…": "...", "“": '"', "”": '"', "’": "'", "‘": "'",
    "\u2009": " ", "\u00a0": " ", "²": "^2", "³": "^3", "→": "->", "√": "sqrt", "±": "+-",
})  # fmt: skip


class Paint:
    """ANSI colour, or none.  Nothing depends on it."""

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, code: str) -> str:
        """Text in a colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self._on and text.strip() else text


def plain(text: str) -> str:
    """Our signs in ASCII ("×" is "x"), control characters gone, letters of the paper kept."""
    return safe(text.translate(_SIGNS), "")


def safe(text: str, instead: str) -> str:
    """Text on one line, with something else in the place of each control character."""
    # A paper is untrusted text: an escape sequence in it must not reach the terminal.
    return "".join(
        " " if c in "\t\r\n" else instead if unicodedata.category(c)[0] == "C" else c for c in text
    )


def columns(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
