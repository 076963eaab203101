"""Is it asserted?  Hypothetical, negated, wished-for and quoted numbers prove nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.model import Asserted, Where
from tanaka.patterns import Lazy

_CLAUSE = Lazy(r"[;:]|, (?:but|while|whereas|although|though|which|so|yet)\b| — |—|\. ")
_NEGATED = Lazy(
    r"\b(?:not|n't|never|cannot|fails? to|rather than|instead of|far from|without|neither|nor|no longer|hardly)\b",
    re.I,
)
_REPLACED = Lazy(r"(?:instead of|rather than)\b[^()]*\d[^()]*\([^()]*", re.I)
# "8 heads instead of 64 make the cache 8x smaller": a number alone is replaced, and the verb goes on
_REPLACED_AND_ON = Lazy(
    r"(?:instead of|rather than) (?:the (?:usual )?|all )?\$?\d[\d.,]*\$?(?:[- ][\w-]+){0,3}? "
    r"(?:makes?|made|cuts?|reduc(?:es?|ed)|shrinks?|shrank|lowers?|lowered|gives?|gave|yields?|yielded|saves?|saved|leaves?|left|"
    r"speeds?|rais(?:es?|ed)|improves?|improved|increas(?:es?|ed)|brings?|brought|means?|halves?|decreas(?:es?|ed))\b[^,;:()]*",
    re.I,
)  # fmt: skip
# "an H100 instead of an A100 is 1.5x faster": the verb behind it is the sentence's own
_REPLACED_PART = Lazy(
    r"(?:instead of|rather than) (?:an?|the|one|two|four|eight|\d+) [\w-]+(?: [\w-]+){0,2} (?:is|are|was|were|makes?|gives?|speeds|yields?|takes?)\b[^()]*"
)
_SAYS = Lazy(
    r": (?:[\w-]+ ){1,8}(?:is|are|was|were|has|have|had|runs?|ran|reach(?:es|ed)?|attains?|sustains?|takes?|took|needs?|needed|"
    r"achieves?|delivers?|holds?|fits?|completes?|processe[sd]|trains?|gives?|gets?|costs?|rises?|falls?)\b"
)
"""A clause with a verb of its own behind a colon."""
_OF_THE_TIME = Lazy(r"[\d.,]+\s?%\s+of\s+(?:the|all)\s+(?:time|cases|runs|trials|rounds|days)\b")
# "Of the writes, 14% never leave": of that part it is denied, and the part is as large as stated
_PART_OF = Lazy(
    r"\bof (?:the|these|those|all|our|its|them)\b[^,.;:()]{0,60},\s*(?:only |just |about )?[≈∼~]?$",
    re.I,
)
_SHARE = Lazy(r"[\d.,]+\s?%")
_DENIED = Lazy(
    r"[^,;:()]{0,48}?\b(?:(?:is|was|are|were|has|have|does|do|did|can|could|will)\s?(?:not|n't)|never|nowhere)\b"
)
_HYPOTHETICAL = Lazy(
    r"\b(?:would|could(?! not)|might|if|suppose|supposing|assum(?:e|es|ed|ing)|imagine|let us|e\.g\.|"
    r"in theory|ideal(?:ly)?|theoretical(?:ly)?|upper bound|lower bound|na[iï]vely|worst[- ]case|best[- ]case|"
    r"na[iï]ve (?:bound|estimate|calculation|count|analysis|expectation|extrapolation|model)|"
    r"projected|extrapolat\w+|estimat\w+|expected|toy|hypothetical|consider (?:a|an|the case)|say,)\b",
    re.I,
)
_EXAMPLE = Lazy(r"\bfor (?:example|instance)\b", re.I)
# An example that tells what was seen is asserted as much as any other sentence.
_SEEN = Lazy(
    r"\b(?:sees?|saw|reach\w*|achiev\w*|attain\w*|obtain\w*|observ\w*|measur\w*|improv\w*|reduc\w*|drop\w*|falls?|fell|"
    r"rises?|rose|gain\w*|outperform\w*|deliver\w*|took|runs?|ran|yield\w*|show\w*|report\w*|needs?|exceed\w*)\b",
    re.I,
)
_NORMATIVE = Lazy(
    r"\b(?:goals?|aims?|targets?|objectives?) (?:is|are|was|were|to|for)\b|\b(?:aim(?:s|ed|ing)?|plan(?:s|ned)?|want|wish\w*) (?:to|at|for)\b|"
    r"\b(?:must|should|roadmap|future work|next[- ]generation|desired|requires? (?:a|at least))\b|"
    r"\b(?:targets?|goals?|SLOs?|budgets?(?! (?:takes?|took|lasts?|lasted|finish\w*|is (?:done|spent|used))\b)|requirements?|deadlines?|thresholds?|constraints?)\s+(?:(?:of|is|at|to be|was)\s+|=\s*)?"
    r"(?:\w+\s){0,2}$",
    re.I,
)
# "meets the objective for 96% of the requests"
_MET = Lazy(
    r"\b(?:meets?|met|meeting|keeps?|kept|satisf\w+|reach(?:es|ed)?|attain(?:s|ed)?|miss(?:es|ed)?|violat\w+|hits?)\s+(?:the |its |this |our |an? |their )?(?:\w+ )?$",
    re.I,
)
_NOW = Lazy(r"\b(?:for now|today|currently|at present|so far|already|as it is)\b", re.I)
_NORM = Lazy(
    r"[~≈∼<>≤≥]?\s?[\d.,–-]+(?!\d|\s?\S{0,3}\sof\b|[^.;]{1,24}\bwithin\s)\s?(?:[\w%×/]{1,10}\s){0,3}?(?:[\w-]+\s)?"
    r"(?:targets?|goals?|SLOs?|budgets?|requirements?|deadlines?|thresholds?|constraints?)\b",
    re.I,
)
_QUOTED = Lazy(
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


def _negated(text: str, at: int) -> bool:
    """Whether a negation stands before an offset, back to the last comma, or denies what follows it.

    Further on it negates something else: "gains 15% without touching the weights".
    """
    start = max(text.rfind(", ", 0, at), text.rfind(" that ", 0, at), text.rfind("; ", 0, at), -1)
    colon = text.rfind(": ", 0, at)
    if colon > start and _SAYS.search(text, colon, at):
        start = colon  # "The rest is not lost here: both kernels run at 250 TFLOP/s"
    found = _NEGATED.search(text, start + 1, at)
    if found and (
        _REPLACED.fullmatch(text, found.start(), at)
        or _REPLACED_PART.fullmatch(text, found.start(), at)
        or _past(text, found.start(), at)
    ):
        found = None  # "1 GB instead of 4 GB (4x)" denies the value, and not what stands in the brackets
    # "9% of the time the transfer could not start" denies what happened then
    if found or not _DENIED.match(text, at):
        return bool(found)
    part = _SHARE.match(text, at) and _PART_OF.search(text, max(0, at - 90), at)
    return not (part or _OF_THE_TIME.match(text, at))


def _past(text: str, denied: int, at: int) -> bool:
    """Whether only a number is replaced there, and a verb without a negation leads to an offset."""
    on = _REPLACED_AND_ON.fullmatch(text, denied, at)
    return on is not None and not _NEGATED.search(text, denied + len("instead of"), at)


@lru_cache(maxsize=1024)
def asserted(text: str, at: int, where: Where) -> Asserted:
    """Whether the paper itself claims the number at an offset of a sentence."""
    start, end = clause(text, at)
    part = text[start:end]
    if where is Where.FUTURE and not _NOW.search(part):
        return Asserted.NO
    supposed, quoted = _mood(part)
    if supposed or text.rstrip().endswith("?") or _negated(text, at):
        return Asserted.NO
    norm = _NORMATIVE.search(text[start:at])
    if (norm and not _MET.search(text[start : start + norm.start()])) or _NORM.match(text, at):
        return Asserted.NO
    return Asserted.QUOTED if quoted or where is Where.RELATED else Asserted.YES


@lru_cache(maxsize=256)
def _mood(part: str) -> tuple[bool, bool]:
    """Whether a clause only supposes what it says, and whether it reports what others say."""
    supposed = _HYPOTHETICAL.search(part) or (_EXAMPLE.search(part) and not _SEEN.search(part))
    return bool(supposed), bool(_QUOTED.search(part))
