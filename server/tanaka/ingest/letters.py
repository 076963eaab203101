r"""Letters of a drawing to letters of LaTeX: ligatures, scripts, words cut at line ends, specials.

What a special character becomes is chosen by how `tanaka.latex` reads it back: ``\%`` is a
percent sign, ``$^{6}$`` an exponent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

SOFT = "\u00ad"
"""A hyphen that the reader of the PDF holds for one at a line's end."""

_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st",
    # Where a font tells no names, pdfium gives the slot: those of TeX's T1 and OT1 fonts.
    "\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl",
    "\x0b": "ff", "\x0c": "fi", "\x0d": "fl", "\x0e": "ffi", "\x0f": "ffl",
    "\x10": "“", "\x11": "”", "\x15": "–", "\x16": "—",
    "\u00a0": " ", "\u2217": "*", "\u2044": "/", "\u2215": "/", "\u2236": ":",
}  # fmt: skip
_ESCAPED = {
    "%": r"\%", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "\\": r"\textbackslash{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def clean(text: str) -> str:
    """Text without ligatures, styled alphabets, and characters that are none.

    Digits, letters and signs stay; nothing but what no reader sees is dropped.
    """
    out: list[str] = []
    for char in text:
        if char in _LIGATURES:
            out.append(_LIGATURES[char])
            continue
        kind = unicodedata.category(char)
        if kind == "Cf":
            out.append(char if char == SOFT else "")
        elif kind[0] == "C":
            out.append("")  # control and private characters, halves of pairs
        elif "\U0001d400" <= char <= "\U0001d7ff":
            out.append(unicodedata.normalize("NFKC", char))
        elif (kind == "Zs" and char != "\u2009") or kind in ("Zl", "Zp"):
            out.append(" ")
        else:
            out.append(char)
    return "".join(out)


def escaped(text: str) -> str:
    """Text as LaTeX prints it.  A caret between a base and its exponent becomes a superscript."""
    pieces: list[str] = []
    at = 0
    for match in re.finditer(r"(?<=\w)\^(?:\{([−-]?\d+)\}|([−-]?\d+))", text):
        pieces += [_escaped(text[at : match.start()]), script(match[1] or match[2], "^")]
        at = match.end()
    return "".join([*pieces, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(c, c) for c in text)


def script(text: str, sign: str) -> str:
    """A superscript (``^``) or subscript (``_``) of letters and digits."""
    inside = _escaped(text.strip())
    return f"${sign}{{{inside}}}$" if inside else ""


_PREFIXES = frozenset({
    "non", "multi", "self", "high", "low", "data", "model", "tensor", "pipeline", "state", "end",
    "off", "on", "in", "well", "long", "short", "real", "full", "half", "large", "small", "fine",
    "coarse", "cross", "sub", "time", "cost", "memory", "compute", "latency", "energy", "mixed",
})  # fmt: skip


def joined(left: str, right: str, words: Container[str]) -> str:
    """Two halves of what a line end cut at a hyphen, as one word.

    Parameters
    ----------
    left, right : str
        The last word of a line, without its hyphen, and the first of the next.
    words : container of str
        Lower-case words of the paper, those with hyphens too: they say how it is spelled.
    """
    a, b = left.lower(), right.lower()
    if f"{a}{b}" in words:
        return left + right
    if f"{a}-{b}" in words:
        return f"{left}-{right}"
    plain = left[-1:].isalpha() and right[:1].islower() and not left.isupper()
    # Both halves are words of the paper: "batch-size" is likelier than "batchsize".
    compound = b in words and len(b) > 3 and (a in _PREFIXES or (a in words and len(a) > 3))
    return left + right if plain and not compound else f"{left}-{right}"
