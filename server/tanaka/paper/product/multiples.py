"""Amounts that a sentence multiplies: "40 layers of 650 MB each (26 GB in all)", "1,912 x 512 = 979 KB".

A total needs the words for one ("in total", "together"), and a written product its sign of
equality; both are held against every count that the sentence offers.
"""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.product.identities import is_total
from tanaka.paper.product.relations import FORMATS, Constant
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalMultiple:
    """A total and the ways that may make it: readings by index, and a constant."""

    relation: str
    total: int
    ways: tuple[tuple[tuple[tuple[str, int], ...], Constant | None], ...]


_UNITS = frozenset(("byte", "byte/s", "W", "J", "FLOP/s", "FLOP", "token/s", "sample/s", "request/s", "USD/s", "USD"))  # fmt: skip
_WORDS = {
    "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "eight": 8.0, "ten": 10.0, "twelve": 12.0,
    "sixteen": 16.0, "twenty": 20.0, "thirty-two": 32.0, "both": 2.0,
}  # fmt: skip
_WORD = Lazy(r"\b(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b", 2)
_COUNT_BEFORE = Lazy(r"\b(" + "|".join(_WORDS) + r"|\d{1,3})\s*(?:[×x]\s*)?$", 2)
_COUNT_OF = Lazy(
    r"(?<![\w.,])("
    + "|".join(_WORDS)
    + r"|\d[\d,]*) [a-z][\w-]*(?: [a-z][\w-]*)? (?:of|with|at|holding|having) $",
    2,
)
_EACH_AFTER = Lazy(r"\s*(?:\w+\s)?(?:each|apiece)\b")
_EACH_BEFORE = Lazy(
    r"\b(?:each|every|per|an?|one) (?:of the )?[\w-]+ (?:[\w-]+ ){0,3}?(?:about |only )?$"
)
_IN_ALL = Lazy(
    r"\s*(?:\w+\s)?(?:in all|in total|together|altogether|combined|overall|in aggregate)\b"
)
# What makes a total other than the product of its parts, wherever it stands.
_NOT_ALL = Lazy(
    r"\b(?:since|because|as (?:some|one|two|few|not)|broken|fail(?:s|ed|ures?)?|lost|dropp?\w*|offline|spares?|stalls?|limited|expect\w*|instead|one would|would)\b",
    2,
)
_STOPS = Lazy(
    r"[;]|\bof (?:which|these|those|them|it)\b|\b(?:while|whereas|but|instead|compared)\b|\band (?:the|our|its) (?!(?:\w+ )?(?:total|whole|sum|\d))"
)


def multiples(sentence: Sentence) -> Iterator[LocalMultiple]:
    """Totals of equal parts, and products that are written out with a unit."""
    if len(sentence.readings) > 1:
        yield from _totals(sentence)
    if sentence.readings:
        yield from _written(sentence)


def _single(r: Reading) -> bool:
    return r.quantity.qualifier is Qualifier.EXACT and not isinstance(r.quantity.value, tuple)


def _totals(sentence: Sentence) -> Iterator[LocalMultiple]:
    readings = sentence.readings
    if _NOT_ALL.search(sentence.text):
        return
    for t, total in enumerate(readings):
        unit = total.quantity.unit
        if unit not in _UNITS or not _single(total) or total.per:
            continue
        if not (_IN_ALL.match(sentence.after(total, 24)) or is_total(sentence, total)):
            continue
        parts = [
            i for i, r in enumerate(readings[:t])
            if r.quantity.unit == unit and _single(r) and _is_part(sentence, r)
            and not _STOPS.search(sentence.between(r, total))
        ]  # fmt: skip
        if len(parts) != 1:
            continue
        part = readings[parts[0]]
        ways: list[tuple[tuple[tuple[str, int], ...], Constant | None]] = []
        # The nearest count before the part is the likeliest.
        order = sorted(
            enumerate(readings), key=lambda it: (it[0] > parts[0], abs(it[0] - parts[0]))
        )
        for i, r in order:
            counted = r.noun and r.noun not in ("token", "step", "epoch")
            if r.quantity.count and counted and r.quantity.point > 1 and _single(r):
                ways.append(((("count", i), ("of one", parts[0])), None))
        before = _COUNT_BEFORE.search(sentence.before(part, 14))
        counted_of = _COUNT_OF.search(sentence.before(part, 50))
        if counted_of and not before and not any(way[1] is None for way in ways):
            many = _WORDS.get(counted_of.group(1).lower()) or float(
                counted_of.group(1).replace(",", "")
            )
            ways.append(((("of one", parts[0]),), (counted_of.group(1), many)))
        if before:
            said = before.group(1).lower()
            many = _WORDS.get(said) or float(said)
            ways = [((("of one", parts[0]),), (f"{said} of them", many))]
        for m in _WORD.finditer(sentence.text):
            if not before:
                many = _WORDS[m.group(1).lower()]
                ways.append(((("of one", parts[0]),), (f"{m.group(1).lower()} of them", many)))
        batch = [
            i
            for i, r in enumerate(readings[:t])
            if r.kind.value == "batch_size" and r.quantity.point > 1
        ]
        ways += [((("count", i), ("of one", parts[0])), None) for i in batch]
        if ways:
            yield LocalMultiple("aggregate", t, tuple(ways))


def _is_part(sentence: Sentence, r: Reading) -> bool:
    """Whether an amount is that of one among several."""
    return bool(
        r.per in ("each", "gpu", "port", "layer", "node", "stream", "request")
        or _EACH_AFTER.match(sentence.after(r, 24))
        or _EACH_BEFORE.search(sentence.before(r, 44))
        or _COUNT_BEFORE.search(sentence.before(r, 14))
    )


_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_CHAIN = Lazy(
    rf"(?<![\w.,^/+−-])(?<![×x·*/+] )({_NUMBER}(?:\s?[×x·*]\s?{_NUMBER})+)(?![\w.]*[A-Za-z]*[×·*^])"
)
_DIGITS = Lazy(_NUMBER)
_ENDS = Lazy(
    r"(?:\s(?!(?:and|or|with|to|per|for|pixels?|tokens?)\b)[A-Za-z][\w-]*){0,5}?\s*(?:[=≈]|,?\s*i\.e\.,?|,?\s*(?:that|which) is|\(|,?\s*or)\s*(?:about |roughly )?"
)
_FORMAT = Lazy(r"\b(?:" + "|".join(sorted(FORMATS, key=len, reverse=True)) + r")\b", 2)


def _written(sentence: Sentence) -> Iterator[LocalMultiple]:
    """Products in digits that end in an amount with a unit; not each digit there is a reading."""
    text, readings = sentence.text, sentence.readings
    for chain in _CHAIN.finditer(text):
        t = next((i for i, r in enumerate(readings) if r.start >= chain.end()), -1)
        if t < 0:
            continue
        total = readings[t]
        known = {r.literal_start: i for i, r in enumerate(readings[:t])}
        factors: list[tuple[str, int]] = []
        plain: list[str] = []
        end = chain.end()
        for m in _DIGITS.finditer(text, chain.start(), chain.end()):
            i = known.get(m.start())
            if i is None:
                plain.append(m.group())
            else:
                factors.append((f"factor {len(factors) + 1}", i))
                end = max(end, readings[i].end)
        gap, unit = text[end : total.start], total.quantity.unit
        units = {readings[i].quantity.unit for _, i in factors} - {"1"}
        if unit not in ("byte", "J", "USD", "W", "byte/s") or not _single(total):
            continue
        if not _ENDS.fullmatch(gap) or text[total.end : total.end + 3].lstrip()[:1] in tuple(
            "×·*/+−^"
        ):
            continue
        if (
            not all(_single(readings[i]) for _, i in factors)
            or len(units) > 1
            or (units and units != {unit})
        ):
            continue
        value = 1.0
        for p in plain:
            value *= float(p.replace(",", ""))
        ways: list[tuple[str, float]] = [("", 1.0)]
        formats = {m.group(): FORMATS[m.group().lower()] for m in _FORMAT.finditer(gap)}
        if formats:
            ways = [(f"{f:g} B", f) for f in formats.values()]
        elif not units:
            if "=" not in gap or unit != "byte":
                continue
            ways += [("2 B", 2.0), ("4 B", 4.0), (total.quantity.shown_unit, total.quantity.scale)]
        made = []
        for name, times in ways:
            shown = " × ".join((*plain, name) if name else plain)
            constant = (shown, value * times) if shown else None
            made.append((tuple(factors), constant))
        yield LocalMultiple("written", t, tuple(made))
