"""Amounts over a time that stands in words: "the pools draw 62.4 kW; a day takes 1,498 kWh"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tanaka.paper.product.terms import terms
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.records import dataclass

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LocalSpan:
    """A total, what it is of each second, the name of its time, and the seconds that this may have."""

    total: Spot
    rate: Spot
    name: str
    seconds: tuple[float, ...]


_RATE = {"energy": ("power",), "cost": ("price",), "tokens": ("tokens/s",), "samples": ("samples/s",), "requests": ("requests/s",)}  # fmt: skip
_SECONDS = {
    "hour": (3600.0,), "day": (86400.0,), "week": (604800.0,), "month": (2592000.0, 2628000.0, 2678400.0), "year": (31536000.0,),
}  # fmt: skip
_TIME = Lazy(
    r"\b(?:an?|one|each|every|per|single)\s+(?:full |whole |single |entire )?(hour|day|week|month|year)\b(?:\s+of\s+\w+)?",
    2,
)
# Words that make a rate a bound, or the time another.
_OTHER = Lazy(
    r"\b(?:peaks?|max\w*|up to|at most|at least|limit\w*|caps?|capped|rated|budget|TDP|idle|PUE|sav(?:e|es|ed|ing|ings)|reduc\w+|fewer|less|"
    r"more|extra|additional\w*|discount\w*|reserved|spot|utili[sz]\w+|duty|average load|per (?:GPU|node|card|device)|each (?:GPU|node|card)|"
    r"cool\w+|since|because|half|third|quarter|nights?|sleeps?|load|includ\w+|overheads?|plus|facility|of which|restart\w*|night|weekend|working|business|between|respectively|instead|versus|vs|than|while|whereas|but|although|if)\b",
    2,
)


def by_the_day(said: Sequence[Sentence]) -> Iterator[LocalSpan]:
    """Totals over "a day" or the like, with the one rate that they can be made of."""
    for k, s in enumerate(said):
        if not s.readings or (time := _time(s)) is None or _OTHER.search(s.text):
            continue
        found = [t for t in terms(s) if t.role in _RATE and _plain(s.readings[t.index])]
        if len(found) != 1 or any(r.quantity.unit == "s" for r in s.readings):
            continue
        total = found[0]
        if not _beside(s, s.readings[total.index], time[1], time[2]):
            continue
        for at in (k, k - 1):
            if at < 0:
                continue
            rates = [t for t in terms(said[at]) if t.role in _RATE[total.role]]
            if len(rates) > 1 or (at < k and _OTHER.search(said[at].text)):
                break
            if rates and _plain(said[at].readings[rates[0].index]):
                rate = said[at].readings[rates[0].index]
                if not rate.per:
                    yield LocalSpan(
                        (k, total.index), (at, rates[0].index), f"1 {time[0]}", _SECONDS[time[0]]
                    )
                break


def _plain(r: Reading) -> bool:
    q = r.quantity
    exact = q.qualifier in (Qualifier.EXACT, Qualifier.APPROX, Qualifier.MEAN)
    return (
        exact and not isinstance(q.value, tuple) and not r.series and q.literal.text[:1].isdigit()
    )


def _time(s: Sentence) -> tuple[str, int, int] | None:
    """The one time in words of a sentence that is no part of a unit, and where it stands."""
    free = [
        m for m in _TIME.finditer(s.text)
        if not any(r.start < m.end() and m.start() < r.end and r.quantity.unit.endswith("/s") for r in s.readings)
    ]  # fmt: skip
    return (free[0].group(1).lower(), free[0].start(), free[0].end()) if len(free) == 1 else None


_BETWEEN = Lazy(
    r"[^.;()\d]{0,28}?\b(?:takes?|costs?|needs?|uses?|consumes?|requires?|covers?|is|are|means|amounts to|comes to|makes|gives|draws|yields|"
    r"process(?:es)?|serves?|handles?|sees|burns?|adds up to)\s(?:about |roughly |around |almost |nearly )?\\?[$€]?"
)
_RIGHT_AFTER = Lazy(r"[\s,]*")


def _beside(s: Sentence, total: Reading, start: int, end: int) -> bool:
    """Whether a total is that of the time: "a day takes 5 kWh", "over a year ... this is", "5 kWh a day"."""
    if start >= total.literal_end:
        return _RIGHT_AFTER.fullmatch(s.text[total.end : start]) is not None or start < total.end
    between = s.text[end : total.start]
    if _BETWEEN.fullmatch(between):
        return True
    lead = s.text[max(0, start - 8) : start].lower()
    return (
        bool(lead.rstrip().endswith(("over", "in", "for", "within")))
        and len(between) < 60
        and _IS.search(between) is not None
    )


_IS = Lazy(
    r"\b(?:this|that|it) (?:is|amounts to|comes to|adds up to|makes|means)\s(?:about )?\\?[$€]?$|\b(?:takes?|costs?|needs?|uses?|consumes?|amounts to)\s(?:about )?\\?[$€]?$"
)
