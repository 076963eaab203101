"""Factors and percentages whose two values stand somewhere near: in the passage, by reason of words.

Nothing here is read as firmly as in `tanaka.paper.change.changes`.  A change gets the two values that its
words point to, and beside them all values of the passage that could be meant instead: a rule
doubts it only where no two of these give it.  Three forms are read: a change said of the value
beside it ("The old runtime takes A. ... Ours needs B, F less."), a sentence that sums up the one
before ("This is a factor of F over X."), and counts that are given as shares ("in 161 (27%)").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.change.continued import ELSEWHERE
from tanaka.paper.change.joined import joined
from tanaka.paper.change.operands import (
    MEASURED,
    dimension,
    is_change,
    is_factor,
    is_measured,
    is_setting,
    is_share,
    is_value,
)
from tanaka.paper.change.respective import respectively
from tanaka.paper.change.wording import change_word, may_concern, names_its_measure
from tanaka.paper.model import Asserted, ChangeWord, Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.records import dataclass

At = tuple[int, int]
"""Sentence and reading of a passage."""


@dataclass(frozen=True, slots=True)
class LocalNear:
    """A change with the values that its words point to, and all that could be meant.

    ``firm`` where no value elsewhere in the paper can be meant; without ``old`` a table may have
    the value of the ``comparand``.
    """

    change: At
    old: At | None
    new: At
    word: ChangeWord
    among: tuple[At, ...]
    firm: bool = False
    comparand: str = ""


_BACK = 3
_MOST = 14


def near_changes(said: tuple[Sentence, ...], taken: frozenset[At]) -> Iterator[LocalNear]:
    """Changes of a passage that nothing has paired yet, with what stands near them.

    Parameters
    ----------
    said : tuple of Sentence
    taken : frozenset
        Sentence and reading of the changes that have their values already.
    """
    if sum(len(s.readings) for s in said) < 2:
        return
    yield from _counted(said, taken)
    for k, sentence in enumerate(said):
        for i, f in enumerate(sentence.readings):
            if (k, i) in taken or not is_change(sentence, f):
                continue
            if f.quantity.shown_unit == "points" or _WIDE.search(sentence.text):
                continue
            word = change_word(sentence, f, False) or _of_the_list(sentence, i)
            if word is None and is_factor(sentence, f) and _TIMES_THE.match(sentence.after(f, 60)):
                word = ChangeWord.TIMES_FASTER
            if word is None or word in _FIXED:
                continue
            by_words = _listed(said, k, i) or _sums_up(said, k, i)
            found: tuple[At | None, At] | None = (
                by_words or _said_of(said, k, i) or _predicated(said, k, i)
            )
            firm = by_words is not None
            if found is None:
                continue
            old, new = found
            comparand = ""
            if old is None:
                comparand = _comparand(sentence, f)
                if not comparand:
                    continue
            near = old or new
            first = said[near[0]].readings[near[1]]
            if not may_concern(sentence, f, first):
                continue
            since = sentence.readings[i - 1].end if i else 0
            if not names_its_measure(sentence.text[since : f.start], first):
                continue
            start = near[0] if firm else 0
            told = said[start : k + 1] if firm else said
            among = _like(told, first, start)
            yield LocalNear((k, i), old, new, word, among, firm, comparand)


_FIXED = (ChangeWord.RELATIVE_LESS, ChangeWord.RELATIVE_MORE, ChangeWord.SHARE)
_WIDE = Lazy(
    r"\b(?:across|on average|average|mean|geomean|geometric|median|overall|combined|together|cumulative\w*|in total|at least|up to|ideal\w*|"
    r"theoretical\w*|further|another|additional\w*|suite)\b",
    re.I,
)


def _like(said: tuple[Sentence, ...], value: Reading, start: int) -> tuple[At, ...]:
    """All values of some sentences, from one on, that may be of the dimension of a value."""
    return tuple(
        (k, i)
        for k, s in enumerate(said, start)
        for i, r in enumerate(s.readings)
        if is_value(r) and _alike(r, value)
    )


# -- "In 8,374 rounds (20.0%) ... and in 6,281 (15.0%) none" --------------------------------------

_THEN_SHARE = Lazy(
    r"(?:[\s\u2009][a-z][\w-]*){0,3}[\s\u2009]*(?:\([\s\u2009]*(?:or |about )?|,[\s\u2009]or[\s\u2009])"
)
_SHARE_ENDS = Lazy(r"[),.;]|[\s\u2009](?:of|and|are|were|is|was)\b")


def _count(r: Reading) -> bool:
    q = r.quantity
    return (
        q.unit == "1" and q.shown_unit == "" and not isinstance(q.value, tuple)
        and q.literal.ulp == 1 and q.scale == 1.0 and not q.hedged and q.point >= 2
    )  # fmt: skip


def _counted(said: tuple[Sentence, ...], taken: frozenset[At]) -> Iterator[LocalNear]:
    """Counts with the share that they are of a whole that stands before them."""
    for k, s in enumerate(said):
        if "%" not in s.text:
            continue
        wholes = tuple(
            (j, n)
            for j in range(max(0, k - 1), k + 1)
            for n, r in enumerate(said[j].readings)
            if _count(r)
        )
        items = [
            i for i in range(len(s.readings) - 1)
            if _count(s.readings[i]) and is_share(s.readings[i + 1]) and not isinstance(s.readings[i + 1].quantity.value, tuple)
            and _THEN_SHARE.fullmatch(s.between(s.readings[i], s.readings[i + 1]))
            and _SHARE_ENDS.match(s.text, s.readings[i + 1].end)
        ]  # fmt: skip
        for i in items:
            if (k, i + 1) in taken:
                continue
            part = s.readings[i]
            larger = [
                at for at in wholes
                if at < (k, i) and said[at[0]].readings[at[1]].quantity.point > part.quantity.point and at[1:] not in [(n,) for n in items if at[0] == k]
            ]  # fmt: skip
            others = [n for n in items if n != i]
            fit = [
                at
                for at in larger
                if any(_is_share_of(s, n, said[at[0]].readings[at[1]]) for n in others)
            ]
            named = [
                at for at in larger if part.noun and said[at[0]].readings[at[1]].noun == part.noun
            ]
            chosen = fit if len(fit) == 1 else named if len(named) == 1 and not others else []
            if chosen:
                yield LocalNear((k, i + 1), chosen[0], (k, i), ChangeWord.SHARE, (*wholes,))


def _is_share_of(s: Sentence, n: int, whole: Reading) -> bool:
    share = s.readings[n].quantity.point / whole.quantity.point
    return s.readings[n + 1].quantity.nominal.contains(share)


# -- "takes A with X, as opposed to B with Y and C with Z, which makes it F and G times faster" -----

_LIST = Lazy(
    r"[\s\u2009]*(?:,|,?\s*(?:and|or|resp\.)(?:\s+(?:by|of))?|/)\s*(?:by\s+|of\s+)?[≈∼~+−-]?"
)


def _listed(said: tuple[Sentence, ...], k: int, i: int) -> tuple[At, At] | None:
    """A change of a list of n of one sentence that has n + 1 values of one dimension before it."""
    s = said[k]
    if not respectively(s):
        return None
    readings = s.readings
    low = high = i
    while low > 0 and _beside(s, low - 1):
        low -= 1
    while high + 1 < len(readings) and _beside(s, high):
        high += 1
    size = high - low + 1
    values = [
        n
        for n in range(low)
        if is_value(readings[n]) and not is_setting(s, readings[n]) and not is_share(readings[n])
    ]
    if size < 2 or not values:
        return None
    last = readings[values[-1]]
    alike = [n for n in values if _alike(readings[n], last)]
    if len(alike) != size + 1:
        return None
    # The one that all are compared with is told first or last; a rule tries the others.
    first_is_own = (
        re.search(
            r"\b(?:opposed|against|compared|versus|vs\.?|while|instead)\b",
            s.between(readings[alike[0]], readings[alike[1]]),
        )
        is not None
    )
    own = alike[0] if first_is_own else alike[-1]
    rest = [n for n in alike if n != own]
    return (k, rest[i - low]), (k, own)


def _of_the_list(s: Sentence, i: int) -> ChangeWord | None:
    """The words of a change in a list of several: they stand behind the last."""
    n = i
    while n + 1 < len(s.readings) and _beside(s, n):
        n += 1
    return change_word(s, s.readings[n], False) if n > i and respectively(s) else None


def _alike(a: Reading, b: Reading) -> bool:
    bare = (
        a.quantity.unit == "1" == b.quantity.unit
        and not a.quantity.shown_unit
        and not b.quantity.shown_unit
    )
    return dimension(a) == dimension(b) or (bare and not (a.noun and b.noun))


def _beside(s: Sentence, n: int) -> bool:
    a, b = s.readings[n], s.readings[n + 1]
    return (
        is_change(s, a) and is_change(s, b) and a.quantity.shown_unit == b.quantity.shown_unit
        and _LIST.fullmatch(s.between(a, b)) is not None
    )  # fmt: skip


# -- "The old one takes A.  ...  Ours needs B, F less." ----------------------------------------------

_APPOSED = Lazy(
    r"(?:\s(?:on|in|at|for|with|under|using|by|per|of)\s[^,;:()—–]{1,30})?(?:\s\([^()]*\))?[\s\u2009]*[,;—–:(]+\s*"
    r"(?:(?:i\.e\.,?|that is,?|or|which is|hence|thus|so|a|an|still|this is|that is|about|around|roughly|nearly|another|"
    r"(?:loss|drop|decrease|reduction|increase|gain|rise|savings?|speed-?up|slow-?down|overhead|penalty|improvement|decline|cut|factor) (?:of|by))\s+)*[≈∼~]?$",
    re.I,
)
_COMPARATIVE = Lazy(
    r"\s*(?:longer|shorter|faster|slower|quicker|less|lower|fewer|smaller|larger|more|higher|cheaper|greater|as (?:fast|long|much|many|large))\b"
)
_COMPARED = Lazy(
    r"\W*(?:[\w-]+\s){0,3}?(?:than|over|compared (?:to|with)|relative to|against|that of|with respect to|below|above|as)\s+(?P<np>[^,.;()]{1,40})|"
    r"\s+(?=(?:the|our|its|that of)\s)(?P<of>[^,.;()]{1,40})",
    re.I,
)
# "4.2x the CPU server"
_TIMES_THE = Lazy(
    r"\s+(?:the|our|its)\s(?:[\w-]+\s){0,3}?[\w-]+\s*(?:[.,;)]|$|\s(?:and|on|in|at|for)\b)"
)
# "Without streaming the rate falls to 9.87 req/s, a loss of 25%": over the whole
_REMOVED = Lazy(
    r"(?:(?:When|If)\s(?:we\s)?(?:remove|disable|drop|omit|leave out|turn off|switch off)|Without|Removing|Disabling|Dropping|Omitting|Turning off|Leaving out|"
    r"With\s[^,;:()]{3,40}\s(?:turned off|disabled|removed|off)\b|w/o)\b"
)
_WHOLE = "full complete entire everything default ours"
_FELL_TO = Lazy(
    r"(?P<what>[A-Za-z-]+)(?:\s(?:of|per|between|in|on|at)\s[^,;:()]{1,30}?)?\s(?:then |thus |again |further )?(?:falls?|fell|drops?|dropped|goes|went|shrinks?|rises?|rose|"
    r"grows?|grew|climbs?|decreases?|decreased|increases?|increased|is (?:cut|reduced|lowered)|declines?)\s(?:down |up |back |further )?to\s(?:only |just |about )?[≈∼~]?$"
)
_AND_OVER = Lazy(
    r"\s(?:[\w-]+\s){1,3}?(?:than|over|below|above)\s[^,;:()]{2,40}?,?\s(?:and|but)\s(?:still )?(?:about )?[≈∼~]?"
)
_GENERAL = frozenset(
    {
        "the",
        "that",
        "this",
        "with",
        "what",
        "best",
        "other",
        "before",
        "system",
        "model",
        "baseline",
        "version",
        "full",
    }
)


def _value(s: Sentence, r: Reading) -> bool:
    cut = s.text[r.end : r.end + 1] == "/"  # "images/s/W"
    return (
        is_value(r)
        and r.quantity.unit in MEASURED
        and is_measured(r)
        and not is_setting(s, r)
        and not cut
    )


def _comparand(s: Sentence, f: Reading) -> str:
    """What a change is said to be over, or ""."""
    compared = _COMPARED.match(s.after(f, 80))
    if compared is None:
        return _WHOLE if _REMOVED.match(s.text) else ""
    return re.split(r"\s(?:and|but|or)\s", compared.group("np") or compared.group("of"))[0]


def _said_of(said: tuple[Sentence, ...], k: int, i: int) -> tuple[At | None, At] | None:
    """A change that stands beside one value; the other was told before, or stands in a table."""
    s = said[k]
    f, m = s.readings[i], i - 1
    # "1.09 s, 44% less than X and 20% less than Y": both are said of the value
    while (
        m > 0
        and is_change(s, s.readings[m])
        and _AND_OVER.fullmatch(s.between(s.readings[m], s.readings[m + 1]))
    ):
        m -= 1
    if m < 0 or not _value(s, s.readings[m]):
        return None
    own = s.readings[m]
    if not _APPOSED.match(s.between(own, s.readings[m + 1])):
        return None
    if any(n != m and dimension(r) == dimension(own) for n, r in enumerate(s.readings)):
        return None
    # "Without the queue it takes A" tells of a run as any other
    if not s.text.startswith("Without") and asserted(s.text, own.start, Where.BODY) is Asserted.NO:
        return None
    after = s.after(f, 80)
    compared = _COMPARED.match(after)
    if compared is None and not _COMPARATIVE.match(after):
        if _REMOVED.match(s.text):
            return None, (k, m)
        before = _fell_from(said, k, m, [])
        return (before, (k, m)) if before is not None else None
    names = [
        w
        for w in re.findall(r"[A-Za-z][\w-]+", _comparand(s, f) if compared else "")
        if len(w) > 3 and w.lower() not in _GENERAL
    ]
    before = _fell_from(said, k, m, names)
    if before is not None:
        return before, (k, m)
    if compared and not names:
        return None, (k, m)
    for j in range(k - 1, max(-1, k - 1 - _BACK), -1):
        t = said[j]
        found = [
            n for n, r in enumerate(t.readings)
            if _value(t, r) and dimension(r) == dimension(own)
            and r.quantity.shown_unit == own.quantity.shown_unit
            and asserted(t.text, r.start, Where.BODY) is not Asserted.NO
        ]  # fmt: skip
        if names:
            found = [n for n in found if any(w in _around(t, n) for w in names)]
        if len(found) == 1:
            return (j, found[0]), (k, m)
        if found:
            return None
    return None, (k, m)


_BRINGS_IT = Lazy(
    r"\b(?:brings?|brought|cuts?|reduces?|reduced|lowers?|lowered|raises?|raised|lifts?|lifted|pushes|pushed|gets|improves?|improved|shortens?|shrinks?)\s"
    r"(?:this|it|that|these|them)(?:\s(?:time|latency|rate|number|value|figure|footprint|cost|gap))?\s(?:further\s)?(?:down\s|up\s|back\s)?to\s(?:only |just |about )?[≈∼~]?$"
)


def _fell_from(said: tuple[Sentence, ...], k: int, m: int, names: list[str]) -> At | None:
    """Where the value stood that falls: "The gap grows from A to B.  With chunks the gap falls to C, F less"."""
    s, t = said[k], said[k - 1]
    own = s.readings[m]
    lead = s.before(own, 90)
    fell = _FELL_TO.search(lead)
    brought = _BRINGS_IT.search(lead) is not None
    if k == 0 or not (fell or brought) or any(n[0].isupper() for n in names):
        return None
    if fell and not brought and not re.search(rf"\b{re.escape(fell.group('what'))}", t.text, re.I):
        return None
    alike = [
        n
        for n, r in enumerate(t.readings)
        if _value(t, r)
        and dimension(r) == dimension(own)
        and r.quantity.shown_unit == own.quantity.shown_unit
    ]
    if len(alike) == 1:
        return k - 1, alike[0]
    pairs = [p for p in joined(t) if p.ordered and {p.old, p.new} == set(alike)]
    return (k - 1, pairs[0].new) if len(pairs) == 1 else None


_IT_IS = Lazy(
    r"(?:It|This|That|Ours|We|Our\s[\w-]+|[A-Z][\w-]*)\s(?:is|are|runs)\s(?:thus |therefore |hence |then |still |also |about |roughly |nearly )*[≈∼~]?$"
)


def _predicated(said: tuple[Sentence, ...], k: int, i: int) -> tuple[At | None, At] | None:
    """A change of the one value of the sentence before, over what a table has: "It is F as fast as X and G as fast as Y"."""
    s, m = said[k], i
    while (
        m > 0
        and is_change(s, s.readings[m - 1])
        and _AND_AS.fullmatch(s.between(s.readings[m - 1], s.readings[m]))
    ):
        m -= 1
    if k == 0 or m > 0 or not _IT_IS.match(s.text[: s.readings[m].start]):
        return None
    if any(_value(s, r) for r in s.readings) or _COMPARED.match(s.after(s.readings[i], 80)) is None:
        return None
    t = said[k - 1]
    values = [n for n, r in enumerate(t.readings) if _value(t, r)]
    if len(values) != 1 or asserted(t.text, t.readings[values[0]].start, Where.BODY) is Asserted.NO:
        return None
    return None, (k - 1, values[0])


_AND_AS = Lazy(
    r"\s(?:[\w-]+\s){0,3}?(?:than|as|over|below|above)\s[^,;:()]{2,40}?,?\s(?:and|but)\s(?:still |even )?(?:about )?[≈∼~]?"
)


def _around(t: Sentence, n: int) -> str:
    """The words of a reading: back and on to the next comma, bracket or reading."""
    r = t.readings[n]
    start = t.readings[n - 1].end if n else 0
    end = t.readings[n + 1].start if n + 1 < len(t.readings) else len(t.text)
    before = re.split(r"[,;:)]|\band\b", t.text[max(start, r.start - 60) : r.start])[-1]
    return f"{before} {re.split('[,;]', t.text[r.end : min(end, r.end + 40)])[0]}"


# -- "It is A with X, B with Y and C with Z.  This is a factor of F over X and of G over Y." ----------

_LOOKS_BACK = Lazy(
    r"(?:(?:This|That|It|These|Those|We|Ours)\b|(?:Hence|Thus|Therefore|So|Consequently|Overall|In other words),?\s|"
    r"(?:The|This|Our)\s(?:resulting\s|corresponding\s)?(?:speed-?\s?up|saving|savings|reduction|improvement|gain|difference|gap|increase|decrease|factor|ratio|overhead)\b)"
)
# "We thus save 41% of the time"
_SAVES = Lazy(
    r"\b(?:sav(?:es?|ed|ing)|cuts?|removes?|eliminates?)\s(?:about |around |roughly |nearly )?[≈∼~]?$"
)
_OF_IT = Lazy(r"\s*(?:of (?:the|this|that|its) (?:[a-z]+\s?){1,2})?\s*(?:[.,;]|$)")
_PLACED = Lazy(r"\b(?:on|for|when|if|under)\s+(?!average|top)(?:the\s)?[A-Z\d]")


def _sums_up(said: tuple[Sentence, ...], k: int, i: int) -> tuple[At, At] | None:
    """A change without a value beside it, in a sentence that looks back at the one before."""
    if k == 0:
        return None
    s, t = said[k], said[k - 1]
    f = s.readings[i]
    if not _LOOKS_BACK.match(s.text) or any(_value(s, r) for r in s.readings):
        return None
    if (
        _PLACED.search(s.text)
        or _WIDE.search(t.text)
        or ELSEWHERE.search(f"{s.text[: f.start]} {s.after(f)}")
    ):
        return None
    if any(is_factor(t, r) for r in t.readings):
        return None
    values = [n for n, r in enumerate(t.readings) if _value(t, r) and may_concern(s, f, r)]
    if (
        not 2 <= len(values) <= 4
        or len({(dimension(t.readings[n]), t.readings[n].quantity.shown_unit) for n in values}) != 1
    ):
        return None
    compared = _COMPARED.match(s.after(f, 80))
    names = [w for w in re.findall(r"[A-Z][\w-]+", compared.group("np") or "")] if compared else []
    if compared and not names:
        return None
    old = [n for n in values if any(w in _around(t, n) for w in names)]
    if names and len(old) == 1:
        rest = [n for n in values if n != old[0]]
        return (k - 1, old[0]), (k - 1, rest[-1])
    if (
        names
        or len(values) != 2
        or not _SAVES.search(s.before(f, 30))
        or not _OF_IT.match(s.after(f, 40))
    ):
        return None
    return (k - 1, values[0]), (k - 1, values[1])
