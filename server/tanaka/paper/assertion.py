"""Is it asserted?  Hypothetical, negated, wished-for and quoted numbers prove nothing."""

from __future__ import annotations

import re

from tanaka.latex.plain import CITE
from tanaka.paper.model import Asserted, Where

_CLAUSE = re.compile(r"[;:]|, (?:but|while|whereas|although|though|which|so|yet)\b| — |—|\. ")
_NEGATED = re.compile(
    r"\b(?:not|n't|never|cannot|fails? to|rather than|instead of|far from|without|neither|nor|no longer|hardly)\b",
    re.I,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:would|could|might|if|suppose|supposing|assum(?:e|es|ed|ing)|imagine|let us|e\.g\.|for example|for instance|"
    r"in theory|ideal(?:ly)?|theoretical(?:ly)?|upper bound|lower bound|na[iï]ve(?:ly)?|worst[- ]case|best[- ]case|"
    r"projected|extrapolat\w+|estimat\w+|expected|toy|hypothetical|consider (?:a|an|the case)|say,)\b",
    re.I,
)
_NORMATIVE = re.compile(
    r"\b(?:targets?|goals?|aims?|SLOs?|budgets?|requirements?|must|should|deadlines?|thresholds?|"
    r"constraints?|roadmap|future work|plan to|next[- ]generation|desired|requires? (?:a|at least))\b",
    re.I,
)
_QUOTED = re.compile(
    rf"{CITE}|\b(?:reports?|reported|claims?|claimed|according to|as shown (?:in|by) \[|prior work|previous work|"
    r"et al\.|the authors|they (?:report|show|achieve|claim))\b"
)


def clause(text: str, at: int) -> tuple[int, int]:
    """Range of the clause around an offset."""
    start, end = 0, len(text)
    for match in _CLAUSE.finditer(text):
        if match.end() <= at:
            start = match.end()
        elif match.start() > at:
            end = match.start()
            break
    return start, end


def _segment(text: str, at: int) -> str:
    """Words between the commas around an offset: a negation reaches no further."""
    start = max(text.rfind(", ", 0, at), text.rfind(" that ", 0, at), -1)
    end = text.find(", ", at)
    return text[start + 1 : end if end >= 0 else len(text)]


def asserted(text: str, at: int, where: Where) -> Asserted:
    """Whether the paper itself claims the number at an offset of a sentence."""
    start, end = clause(text, at)
    part = text[start:end]
    if where is Where.FUTURE:
        return Asserted.NO
    if _HYPOTHETICAL.search(part) or _NEGATED.search(_segment(text, at)) or _NORMATIVE.search(part):
        return Asserted.NO
    if where is Where.RELATED or _QUOTED.search(part):
        return Asserted.QUOTED
    return Asserted.YES
