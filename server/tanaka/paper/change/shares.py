"""Shares with their part and their whole: "A, which is F of the B", "90 of 301 kernels (30%)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.change.operands import (
    MEASURED,
    LocalChange,
    comparable,
    dimension,
    is_change,
    made,
)
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

# -- "A, which is F of the B" -------------------------------------------------------------------

_PREDICATE = Lazy(
    r"[^;:]{0,40}?(?:[,(—–]|\b(?:is|are|represents?|utili[sz](?:es|ing)|us(?:es|ing)|accounts? for|makes? up|consum(?:es|ing)|"
    r"corresponds? to|equals?|or|i\.e\.)\b)\s*(?:(?:which is|i\.e\.,?|that is,?|or|only|just|about|around|roughly|merely|some)\s*)*[≈∼~]?",
    re.I,
)


def parts(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Shares of a measured whole that is named behind them."""
    text, readings = sentence.text, sentence.readings
    for i in range(1, len(readings) - 1):
        f, b = readings[i], readings[i + 1]
        if i in taken or f.quantity.shown_unit != "%" or not is_change(sentence, f):
            continue
        a = readings[i - 1]
        if not comparable(a, b) or a.quantity.unit not in MEASURED or a.quantity.unit == "FLOP/s":
            continue  # a rate of a peak is a utilisation: see `tanaka.paper.physics.utilization`
        whole = re.fullmatch(
            r"[\s\u2009]+of[\s\u2009]+(?:the|its|our|all|their)[\s\u2009]+(?:[\w-]+[\s\u2009]+){0,4}?(?:of\s+)?[≈∼~]?",
            sentence.between(f, b),
        )
        if not whole or not _PREDICATE.fullmatch(sentence.between(a, f)):
            continue
        if re.match(r"[^.;,]{0,60}\b(?:is|are|was|were|goes|spent|comes?)\b", text[b.end :]):
            continue
        if any(
            dimension(r) == dimension(a) for k, r in enumerate(readings) if k not in (i - 1, i + 1)
        ):
            continue
        yield made(sentence, i, i + 1, i - 1, ChangeWord.SHARE, ordered=True, how=How.STATED)


# -- "90 of 301 kernels (30%)" ------------------------------------------------------------------

_OF = Lazy(
    r"[\s\u2009]*(?:(?:[a-z]+[\s\u2009])?(?:out of|of|from)(?:[\s\u2009](?:the|all|a total of|our|its|their|these|those))?(?:[\s\u2009][\w-]+['’]s?)?"
    r"(?:[\s\u2009](?:total|available|peak|overall|same|original|possible))?)[\s\u2009]*|\s?/\s?"
)
_ENDS = Lazy(
    r"[),.;:]|[\s\u2009]*\(|$|[\s\u2009](?:of the|in|on|for|with|as|and|while|whereas|are|were|is|was)\b"
)


def shares(sentence: Sentence, taken: frozenset[int]) -> Iterator[LocalChange]:
    """Shares of counts: "90 of 301 kernels (30%)", "30% (90/301)", "0.6% (27 ms out of 4521 ms)"."""
    readings, text = sentence.readings, sentence.text
    for i in range(len(readings) - 2):
        a, b, c = readings[i : i + 3]
        if (
            _OF.fullmatch(sentence.between(a, b))
            and c.quantity.shown_unit == "%"
            and re.fullmatch(r"[^()%;,.]{0,40}?[\s\u2009]*[(,=][\s\u2009]*(?:or |i\.e\.,? |about )?", sentence.between(b, c))
            and _part_of(a, b)
            and _ENDS.match(text, c.end)
        ):  # fmt: skip
            yield LocalChange(i + 2, i + 1, i, ChangeWord.SHARE, True, How.STATED, frozenset())
        elif (
            c.quantity.shown_unit == "%"
            and _part_of(b, a)
            and _out_of(sentence, i)
            and re.fullmatch(r"[^()%;,.]{0,40}?\(\s*(?:about )?", sentence.between(b, c))
            and text[c.end : c.end + 1] == ")"
        ):
            yield LocalChange(i + 2, i, i + 1, ChangeWord.SHARE, True, How.STATED, frozenset())
        elif (
            a.quantity.shown_unit == "%"
            and re.fullmatch(r"[^()%;,.]{0,30}?[\s\u2009]*\([\s\u2009]*", sentence.between(a, b))
            and _OF.fullmatch(sentence.between(b, c))
            and _part_of(b, c)
            and re.match(r"[^()]{0,40}\)", text[c.end :])
        ):  # fmt: skip
            yield LocalChange(i, i + 2, i + 1, ChangeWord.SHARE, True, How.STATED, frozenset())


def _out_of(sentence: Sentence, i: int) -> bool:
    """Whether a count is the whole of the next: "Of the 720 runs, 281 diverge"."""
    whole, part = sentence.readings[i], sentence.readings[i + 1]
    return (
        re.search(
            r"(?:^|[,;:(]\s*)[Oo]f (?:(?:the|all|these|our|those) )*$", sentence.text[: whole.start]
        )
        is not None
        and re.fullmatch(r"[^;:()]{0,44},\s*(?:only |just )?", sentence.between(whole, part))
        is not None
        and part.quantity.point <= whole.quantity.point
    )


def _part_of(part: Reading, whole: Reading) -> bool:
    """Whether two readings are counts of the same things, or amounts of one measured unit."""
    if all(_whole(r) for r in (part, whole)):
        return True
    return (
        comparable(part, whole)
        and part.quantity.unit in MEASURED
        and whole.kind is not Kind.SPEEDUP
        and part.quantity.point <= whole.quantity.point
    )


def _whole(r: Reading) -> bool:
    return (
        r.quantity.unit == "1"
        and r.quantity.shown_unit == ""
        and not isinstance(r.quantity.value, tuple)
        and float(r.quantity.point).is_integer()
    )
