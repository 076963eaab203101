"""Lists that pair by their place: "by F and G, from A to B and from C to D, respectively".

The factors stand in one list; their values in as many pairs, in two lists, or in one list beside
one value that all of them share.  Where the counts differ, nothing is paired.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.change.joined import joined
from tanaka.paper.change.operands import (
    LocalChange,
    dimension,
    is_change,
    is_factor,
    is_setting,
    is_share,
    is_value,
    made,
)
from tanaka.paper.change.wording import change_word, may_concern
from tanaka.paper.model import ChangeWord, How
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

_SEPARATOR = Lazy(
    r"[\s\u2009]*(?:,|,?\s*(?:and|or|resp\.)(?:\s+(?:by|from|to))?|/)\s*(?:by\s+)?[≈∼~+−-]?"
)
_IN_BRACKETS = Lazy(r"\(\s*[≈∼~]?$")
_BETWEEN_BRACKETS = Lazy(r"[\s\u2009]*\)\s*(?:,|,?\s*and|/)\s*[^(),;]{1,40}\(\s*[≈∼~]?")


def _runs(sentence: Sentence, indices: list[int]) -> list[list[int]]:
    """Readings cut into lists: neighbours with nothing but a separator between them."""
    readings = sentence.readings
    out: list[list[int]] = []
    for k in indices:
        if out and k == out[-1][-1] + 1:
            gap = sentence.between(readings[k - 1], readings[k])
            if _SEPARATOR.fullmatch(gap) or _BETWEEN_BRACKETS.fullmatch(gap):
                out[-1].append(k)
                continue
        out.append([k])
    return out


_RESPECTIVELY = Lazy(r"\brespectively\b|\bresp\.\s*[≈∼~]?[\d.,]+\s?[%×\w]*")


def respectively(sentence: Sentence) -> int:
    """Where the lists of a sentence end that pair by their place, 0 where it has none."""
    if "resp" not in sentence.text:
        return 0
    found = _RESPECTIVELY.search(sentence.text)
    return found.end() if found else 0


def respective(sentence: Sentence) -> Iterator[LocalChange]:
    """Changes of a sentence with "respectively", by the place of each in its list."""
    readings = sentence.readings
    # What follows the word is no part of its lists: "..., respectively, and 4.4x faster than Z".
    end = respectively(sentence)
    inside = [k for k, r in enumerate(readings) if r.start < end]
    listed = _factors(sentence, inside)
    if listed is None:
        return
    size = len(listed)
    values = [
        k
        for k in inside
        if k not in listed and is_value(readings[k]) and not is_setting(sentence, readings[k])
    ]
    paired = _pairs(sentence, values, size) or _two_lists(sentence, values, size)
    how = How.STATED
    if paired is None:
        paired = _shared(sentence, values, size, listed[0])
    if paired is None:
        return
    words = [_word(sentence, k, is_share(readings[paired[0][0]])) for k in listed]
    word = words[-1] or words[0]
    for n, k in enumerate(listed):
        old, new, ordered = paired[n]
        if not all(may_concern(sentence, readings[m], readings[old]) for m in (k, listed[-1])):
            return
        yield made(sentence, k, old, new, word or _plain(sentence, k), ordered=ordered, how=how)


def _factors(sentence: Sentence, inside: list[int]) -> list[int] | None:
    """The one list of factors, or of percentages, among some readings of a sentence."""
    readings = sentence.readings
    found = [k for k in inside if is_change(sentence, readings[k])]
    factors = [k for k in found if not is_share(readings[k])]
    lists = [run for run in _runs(sentence, factors or found) if len(run) > 1]
    if len(lists) != 1:
        return None
    (run,) = lists
    units = {readings[k].quantity.shown_unit for k in run}
    others = [k for k in factors if k not in run]
    return run if len(units) == 1 and not others else None


def _word(sentence: Sentence, k: int, of_shares: bool) -> ChangeWord | None:
    return change_word(sentence, sentence.readings[k], of_shares)


def _plain(sentence: Sentence, k: int) -> ChangeWord:
    """How a factor is read that no word tells the direction of."""
    r = sentence.readings[k]
    if is_factor(sentence, r):
        return ChangeWord.TIMES_FASTER
    return ChangeWord.PERCENT_FASTER if is_share(r) else ChangeWord.POINTS


_Paired = list[tuple[int, int, bool]]


def _pairs(sentence: Sentence, values: list[int], size: int) -> _Paired | None:
    """As many pairs as factors, and no value beside them."""
    both = [p for p in joined(sentence) if not p.turned and p.old in values and p.new in values]
    inside = {k for p in both for k in (p.old, p.new)}
    if len(both) != size or len(inside) != 2 * size or inside != set(values):
        return None
    return [(p.old, p.new, p.ordered) for p in both]


def _two_lists(sentence: Sentence, values: list[int], size: int) -> _Paired | None:
    """Two lists of values, alike place by place: "from A and B to C and D"."""
    lists = _runs(sentence, values)
    if [len(run) for run in lists] != [size, size]:
        return None
    first, second = lists
    readings = sentence.readings
    if any(dimension(readings[a]) != dimension(readings[b]) for a, b in zip(first, second, strict=True)):  # fmt: skip
        return None
    gap = sentence.between(readings[first[-1]], readings[second[0]])
    ordered = re.search(r"\bto\b|→", gap) is not None
    return [(a, b, ordered) for a, b in zip(first, second, strict=True)]


def _shared(sentence: Sentence, values: list[int], size: int, factor: int) -> _Paired | None:
    """One list of values, and one value that all factors are of."""
    readings = sentence.readings
    kinds = {dimension(readings[k]) for k in values}
    if len(values) != size + 1 or len(kinds) != 1:
        return None
    lists = _runs(sentence, values)
    if sorted(len(run) for run in lists) != [1, size]:
        return None
    single = next(run[0] for run in lists if len(run) == 1)
    many = next(run for run in lists if len(run) == size)
    amounts = [readings[k].quantity.point for k in values]
    if max(amounts) > 500 * min(amounts):
        return None
    if many[0] > factor and not _IN_BRACKETS.search(sentence.text[: readings[many[0]].start]):
        return None
    return [(k, single, True) for k in many]
