"""What the experiments that the corner cases insert share: a place, and numbers as LaTeX."""

from __future__ import annotations

from tanaka.paper.model import Mention, Paper, Where
from tanaka.rules.api import AppendToSection, Fix, FixKind
from tanaka.rules.derivation import printed
from tanaka.rules.sections import evaluation


def insert(title: str, paper: Paper, near: Mention, text: str) -> tuple[Fix, ...]:
    """A fix that adds an experiment to the evaluation, else to the section that asks for it."""
    section = evaluation(paper) or near.section
    return (Fix(title, FixKind.INSERT, (AppendToSection(section, text),)),) if section else ()


_ORDER = (Where.BODY, Where.APPENDIX, Where.INTRODUCTION, Where.CONCLUSION, Where.ABSTRACT)


def first(mentions: tuple[Mention, ...]) -> Mention | None:
    """The mention to underline: in the body rather than the introduction, never in a caption."""
    ranked = sorted((m for m in mentions if m.where in _ORDER), key=lambda m: _ORDER.index(m.where))
    return ranked[0] if ranked else None


def seconds(value: float) -> str:
    """A time as read: "8.48 s", "200 ms"."""
    return f"{short(value)} s" if value >= 1 else f"{short(1e3 * value)} ms"


def short(value: float) -> str:
    """Three digits at most, without zeros at the end: "8.48", "17", "0.5"."""
    digits = printed(value)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def latex(text: str) -> str:
    r"""A printed quantity as LaTeX: ``8.48\,s``, ``57\%``, ``1{,}024``."""
    return text.replace("%", "\\%").replace(" ", "\\,").replace(",", "{,}").replace("\\{,}", "\\,")


def halvings(n: int) -> list[int]:
    """A count and its halves, three at most and none below eight."""
    levels = [n]
    while levels[-1] > 8 and len(levels) < 4:
        levels.append(max(8, levels[-1] // 2))
    return sorted(set(levels))
