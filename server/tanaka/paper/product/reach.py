"""Totals whose operands stand near them: in the same sentence, or in those before it.

Where `tanaka.paper.product.identities` wants the words to join all numbers, here a total is held against
every way in which the numbers of its paragraph can make it.  None of the ways is certain, so a
rule may ask where all of them fail, and may prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product as every

from tanaka.paper.product.apiece import apieces
from tanaka.paper.product.by_the_day import by_the_day
from tanaka.paper.product.equivalences import equivalences
from tanaka.paper.product.flows import is_moved, moves_it, of_other_work
from tanaka.paper.product.identities import CUES, JOIN, of_several, roles_of, thing
from tanaka.paper.product.multiples import multiples
from tanaka.paper.product.relations import EXTRA, RELATIONS, Constant, Relation
from tanaka.paper.product.terms import terms
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Qualifier, Reading
from tanaka.records import dataclass

Spot = tuple[int, int]
"""A reading of a passage: its sentence, and its place among the readings of that."""


@dataclass(frozen=True, slots=True)
class LocalWay:
    """Operands that a total may have; ``far`` counts the sentences between it and them.

    ``lacking`` is a role that no number nearby has: "devices", or "".
    """

    factors: tuple[tuple[str, Spot], ...]
    divisors: tuple[tuple[str, Spot], ...]
    constant: Constant | None
    far: int
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class LocalReach:
    """A total and the ways in which the numbers near it can make it."""

    relation: str
    total: Spot
    ways: tuple[LocalWay, ...]
    bound: str
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A term of a passage."""

    roles: tuple[str, ...]
    spot: Spot
    reading: Reading
    subject: str
    rival: bool


_BACK = 5
_MOST_WAYS = 24
_TIMED = ("tokens", "samples", "requests", "steps", "transfer")
# What each relation is asked for; the other numbers are its operands.
_ASKED: dict[str, tuple[str, ...]] = {
    "cost": ("cost",), "price": ("price",), "price of tokens": ("price of tokens",),
    "device-hours": ("device-time", "node-time"), "energy": ("energy",),
    "energy of one": ("energy per token", "energy per request", "energy per sample"),
    "batch rate": ("tokens/s", "samples/s", "step time"), "run time": ("time",),
    "work of steps": ("tokens", "samples"), "work of requests": ("tokens",),
    "tokens of a batch": ("tokens of a batch", "tokens"), "aggregate": (),
    "tokens": ("time", "tokens/s"), "samples": ("time", "samples/s"), "requests": ("time", "requests/s"),
    "transfer": ("time", "bandwidth"), "epochs in time": ("time",), "reciprocal of a list": ("tokens/s",),
    **{f"cost by the {word}": (f"cost by the {word}",) for word in ("day", "week", "month", "year")},
}  # fmt: skip
# Totals that are products of such operands whatever the words say.
_ALWAYS = frozenset(
    ("cost", "price", "price of tokens", "device-hours", "energy of one", "cost by the day", "cost by the week",
     "cost by the month", "cost by the year")
)  # fmt: skip
_AGO = Lazy(r"\s*(?:later|ago|earlier|old|apart|before|after)\b")
_CONTEXT = Lazy(r"\d{1,3}[Kk]")
_BY = Lazy(r"/(month|year|week|day)$")
_PRONOUN = Lazy(r"\b(?:them|it|this|these|that|those|both|its|their)\b", re.I)
_RUNS_AT = Lazy(
    r"\b(?:at|rates? of|sustain\w*|reach\w*|deliver\w*|effective|measured|achiev\w*|read\w*|writ\w+)\b[^,;]{0,24}$",
    re.I,
)
_LIST_GAP = Lazy(
    r"\s*(?:\([^()]*\)\s*)?(?:,?\s*(?:and|or|to|against|instead of|rather than|vs\.?)\s)?.{0,28}$"
)
_GOES_ON = Lazy(
    r"\s*(?:(?:This|That|It|These|They|Them|Hence|Thus|Therefore|So|Consequently|Together|Altogether|Overall|In total|"
    r"Over (?:the )?[\d$]|Written|Read|Over (?:these|those|this|that)|At (?:this|that|an?|these|\$|[\d€]))\b|At \$)"
)
_OF = Lazy(
    r"\s*(?:\([^()]{1,24}\)\s*)?(?:(?:per|an?) \w+ )?(?:with|for|by|under|using|without|on|in) (?:the |our |plain |full |stock )?([A-Z][\w-]+|[a-z]+[A-Z]\w*|(?:stock|baseline|synchronous|dense|naive) ?\w*)"
)
_RIVAL = Lazy(
    r"\b(?:against|instead of|rather than|versus|vs\.?|compared (?:to|with)|down from|up from|in place of|than|save[sd]?|saving)\W*(?:the |its )?\W*$",
    re.I,
)


def reaches(said: Sequence[Sentence]) -> Iterator[LocalReach]:
    """Totals of a passage with the ways in which its numbers can make them."""
    for k, s in enumerate(said):
        for m in multiples(s):
            ways = tuple(
                LocalWay(
                    tuple((n, (k, i)) for n, i in factors),
                    (),
                    constant,
                    0 if m.relation == "written" else rank,
                )
                for rank, (factors, constant) in enumerate(m.ways)
            )
            yield LocalReach(m.relation, (k, m.total), ways, "", frozenset())
    for a in apieces(said):
        several: tuple[tuple[str, Spot], ...] = (("count", a.count),)
        amount = (("of all" if a.shared else "of one", a.other),)
        factors, divisors = (amount, several) if a.shared else (several + amount, ())
        way = LocalWay(factors, divisors, None, 0)
        yield LocalReach("aggregate", a.claim, (way,), "", frozenset())
    for p in by_the_day(said):
        over = tuple(
            LocalWay((("rate", p.rate),), (), (p.name, t), i) for i, t in enumerate(p.seconds)
        )
        yield LocalReach("aggregate", p.total, over, "", frozenset())
    found: list[tuple[_Found, ...]] = [_found(s, k) for k, s in enumerate(said)]
    for k, own in enumerate(found):
        if not own:
            continue
        near = [f for group in found[max(0, k - _BACK) : k + 1] for f in group]
        if len(near) < 2:
            continue
        present = {role for f in near for role in f.roles}
        asked = {role for f in own for role in f.roles}
        for relation, operands in _oriented():
            if relation.total not in asked or not operands - present <= _MAY_LACK:
                continue
            claims = [
                f
                for f in own
                if relation.total == f.roles[0]
                or (relation.total in f.roles and not _alone(relation.total))
            ]
            if not claims:
                continue
            missing = [r for r in (*relation.factors, *relation.divisors) if r not in present]
            lacking = missing[0] if missing else ""
            if len(missing) > 1 or (lacking and (relation.name, lacking) not in _OPEN):
                continue
            for claim in claims:
                if _DIFFERENCE.search(said[k].before(claim.reading, 40)) or not _digits(
                    claim.reading
                ):
                    continue
                made = _reach(said, near, claim, relation, lacking)
                if made is not None:
                    yield made


_OPEN = frozenset((("device-hours", "devices"),))
_MAY_LACK = frozenset(role for _, role in _OPEN)


_DIFFERENCE = Lazy(
    r"\b(?:sav(?:e|es|ed|ing|ings)|difference|reduction|reduc\w+|fewer|less|more|gains?|extra|additional|overhead|another|further)\b(?:\s+(?:of|by|us|is|only|about|roughly|another))*\W*$",
    re.I,
)


def _digits(r: Reading) -> bool:
    return r.quantity.literal.text[:1].isdigit()


def _alone(role: str) -> bool:
    """Whether a role has to be a term's own, and not one that it may have as well."""
    return role in ("time", "tokens", "samples", "price", "tokens of a batch", "batch")


def _found(sentence: Sentence, k: int) -> tuple[_Found, ...]:
    readings = sentence.readings
    if not readings:
        return ()
    again = {q.right for q in equivalences(sentence)}
    out = []
    for t in terms(sentence):
        r = readings[t.index]
        q = r.quantity
        if t.index in again or q.literal.text[:1] in "aA" or isinstance(q.value, tuple):
            continue
        if _AGO.match(sentence.text, r.end) or (_CONTEXT.fullmatch(q.shown) and t.role == "tokens"):
            continue
        if q.qualifier not in (Qualifier.EXACT, Qualifier.APPROX, Qualifier.MEAN):
            continue
        of = _OF.match(sentence.text, r.end)
        rival = _RIVAL.search(sentence.before(r, 24)) is not None
        roles = roles_of(sentence, t)
        if roles[0].startswith("price") and (by := _BY.search(q.shown_unit)):
            roles = (f"cost by the {by.group(1)}",)
        out.append(_Found(roles, (k, t.index), r, of.group(1).lower() if of else "", rival))
    return tuple(out)


_ORIENTED: list[tuple[Relation, frozenset[str]]] = []


def _oriented() -> list[tuple[Relation, frozenset[str]]]:
    """Relations solved for what they are asked for, each with the roles of its operands."""
    if not _ORIENTED:
        for r in (*RELATIONS, *EXTRA):
            for role in _ASKED.get(r.name, ()):
                turned = r.solved_for(role)
                if turned is not None:
                    _ORIENTED.append((turned, frozenset((*turned.factors, *turned.divisors))))
    return _ORIENTED


def _reach(
    said: Sequence[Sentence],
    near: Sequence[_Found],
    claim: _Found,
    relation: Relation,
    lacking: str,
) -> LocalReach | None:
    operands = [r for r in (*relation.factors, *relation.divisors) if r != lacking]
    choices = [
        [
            f
            for f in near
            if role in f.roles and f.spot != claim.spot and not f.rival and _like(role, f)
        ]
        for role in operands
    ]
    ways: list[LocalWay] = []
    k = claim.spot[0]
    for chosen in every(*choices):
        spots = [f.spot for f in chosen]
        if len(set(spots)) < len(spots) or not _admissible(said, claim, chosen, relation):
            continue
        named = dict(zip(operands, spots, strict=True))
        ways.append(
            LocalWay(
                tuple((r, named[r]) for r in relation.factors if r != lacking),
                tuple((r, named[r]) for r in relation.divisors if r != lacking),
                relation.constant,
                _distance(near, claim, chosen, operands),
                lacking,
            )
        )
        if len(ways) > _MOST_WAYS:
            return None
    if not ways:
        return None
    cues = _cues(said[k], claim, ways)
    bound = "at least" if relation.flow else ""
    return LocalReach(relation.name, claim.spot, tuple(ways), bound, cues)


def _cues(sentence: Sentence, claim: _Found, ways: Sequence[LocalWay]) -> frozenset[str]:
    """Words around a total and its operands that leave another reading."""
    k = claim.spot[0]
    own = [
        sentence.readings[i] for w in ways for _, (at, i) in (*w.factors, *w.divisors) if at == k
    ]
    start = min(r.start for r in (claim.reading, *own))
    end = max(r.end for r in (claim.reading, *own))
    part = sentence.text[max(0, start - 30) : end + 30]
    return (
        frozenset(m.group().lower() for m in CUES.finditer(part))
        - {
            "baseline",
            "effective",
        }
        | _limits(part)
        | _at_once(sentence)
    )


_AT_ONCE = Lazy(r"\bin[- ]flight\b|\bconcurren\w+|\boverlap\w*|\bpipelin\w+", re.I)


def _at_once(sentence: Sentence) -> frozenset[str]:
    """Words by which a rate is not the reverse of a time, wherever they stand."""
    return frozenset(m.group().lower() for m in _AT_ONCE.finditer(sentence.text))


_LIMIT = Lazy(
    r"\b(?:limits? (?:is|of|to)|(?:power|speed|bandwidth) limit|caps?|capped|rated|budget|up to|at most|no more than|peaks?)\b",
    re.I,
)


def _limits(part: str) -> frozenset[str]:
    """A word that makes one of the numbers a bound and no value, as "peak"."""
    return frozenset(("peak",)) if _LIMIT.search(part) else frozenset()


def _distance(
    near: Sequence[_Found], claim: _Found, chosen: Sequence[_Found], operands: Sequence[str]
) -> int:
    """How far operands stand from a total: sentences, others of their role between, and what comes after."""
    far = 0
    for role, f in zip(operands, chosen, strict=True):
        low, high = sorted((f.spot, claim.spot))
        between = sum(role in o.roles and low < o.spot < high for o in near)
        far += 20 * (claim.spot[0] - f.spot[0]) + between + (5 if f.spot > claim.spot else 0)
    return far


def _like(role: str, f: _Found) -> bool:
    """Whether a term may have a role where nothing joins it to the others."""
    return role == f.roles[0] or role in (
        "devices",
        "step time",
        "length",
        "batch",
        "samples",
        "tokens of a batch",
    )


def _admissible(
    said: Sequence[Sentence], claim: _Found, chosen: Sequence[_Found], relation: Relation
) -> bool:
    k = claim.spot[0]
    subjects = {f.subject for f in (claim, *chosen) if f.subject}
    if len(subjects) > 1:
        return False
    same = [f for f in chosen if f.spot[0] == k]
    if claim.reading.series and relation.name == "device-hours" and len(same) < len(chosen):
        return False  # "20 hours and 30 ... 400 and 960 GPU-hours": a list with another
    if any("samples" in f.roles and f.reading.quantity.point == 1 for f in chosen):
        return False
    if any(";" in said[k].text[claim.reading.end : f.reading.start] for f in same):
        return False
    if any(claim.reading.series and f.reading.series == claim.reading.series for f in same):
        return False
    sentence = said[k]
    things = {t for f in (claim, *chosen) if (t := thing(said[f.spot[0]], f.reading))}
    if len(things) > 1 or of_several(sentence, [claim.reading, *(f.reading for f in same)]):
        return False
    there = [f.spot[0] for f in chosen]
    least = min(there, default=k)
    here = len(same)
    all_here = here == len(there)
    goes_on = _GOES_ON.match(sentence.text) is not None
    if relation.name == "reciprocal of a list":
        return bool(claim.reading.series) and all_here and chosen[0].reading.series > 0
    if relation.name in _TIMED and any(
        f.roles[0] == "time"
        and _ATTRIBUTE.search(said[f.spot[0]].text[f.reading.literal_end : f.reading.end])
        for f in (claim, *chosen)
    ):
        return False
    if relation.name == "device-hours" and _OTHER_RUN.search(_lead(sentence, claim, same)):
        return False
    if relation.name in _ALWAYS:
        if any(
            "cost" in relation.name and f.roles[0] == "time" and f.reading.quantity.point < 60
            for f in chosen
        ):
            return False
        if relation.name == "energy of one" and "time" in relation.factors and least < k - 1:
            return False
        return here > 0 or goes_on or max(there) >= k - 1
    if relation.name in ("tokens of a batch", "work of steps", "work of requests"):
        return here > 0 and _made(sentence, claim, same) and _counts(relation, claim, chosen)
    if relation.name == "energy":
        if not relation.factors[0].startswith("power"):
            return here > 0
        if _ON_ALL.match(sentence.after(claim.reading, 16)):
            return False
        if least >= k - 1:
            return here > 0 or goes_on
        lead = " ".join(t.text for t in said[max(0, least - 1) : least + 1])
        run = least >= k - 3 and _RUN.search(sentence.text) and _RUN.search(lead)
        return here > 0 and (bool(run) or _related(said, k, least))
    if relation.name == "transfer" and not (
        _measured(said, claim, chosen) and _moved(said, claim, chosen)
    ):
        return False
    if (
        relation.flow
        and relation.name != "transfer"
        and of_other_work(" ".join(said[i].text for i in {k, *there}))
    ):
        return False
    if relation.name in _TIMED and relation.total.endswith(("/s", "bandwidth")):
        work = [f for f in chosen if f.roles[0] == "time"]
        if any(
            f.reading.quantity.point < 1 or not _LASTS.search(said[f.spot[0]].before(f.reading, 28))
            for f in work
        ):
            return False
        return here > 0 and (all_here or _related(said, k, least))
    if all_here:
        return True
    if least < k - 1:
        return here == len(there) - 1 and _related(said, k, least)
    to_claim = sentence.text[: claim.reading.start]
    return here == len(there) - 1 and (goes_on or _PRONOUN.search(to_claim) is not None)


_RUN = Lazy(r"\b(?:runs?|ran|train(?:s|ed|ing)?|sweeps?|jobs?)\b", re.I)
_ATTRIBUTE = Lazy(r"^-")  # "a 48-hour trace"
_OTHER_RUN = Lazy(
    r"\b(?:final|all|(?:whole|entire)(?! (?:cluster|machine|system|fleet|pod|testbed))|projects?|other|another|remaining|useful|wasted|experiments|ablations?|development|search|tuning|runs|budget)\b|\bof (?:the|these|those|our|its) ?$",
    re.I,
)


def _lead(sentence: Sentence, claim: _Found, same: Sequence[_Found]) -> str:
    """The words between a total and what stands before it of its operands."""
    start = max((f.reading.end for f in same if f.reading.end <= claim.reading.start), default=0)
    return sentence.text[start : claim.reading.start]


def _made(sentence: Sentence, claim: _Found, same: Sequence[_Found]) -> bool:
    """Whether the words make a total of what stands before it."""
    last = max((f.reading.end for f in same if f.reading.end <= claim.reading.start), default=-1)
    gap = sentence.text[last : claim.reading.start]
    return (
        last >= 0 and len(gap) < 60 and (JOIN.search(gap) is not None or gap.strip() in (",", "("))
    )


def _counts(relation: Relation, claim: _Found, chosen: Sequence[_Found]) -> bool:
    """Whether counts have their own roles, and their total is no smaller than they are."""
    if any(f.reading.quantity.point > claim.reading.quantity.point for f in chosen):
        return False
    own = [f.roles[0] for f in chosen]
    if relation.name == "tokens of a batch":
        return own[0] in ("batch", "samples") and (
            own[1] == "length" or (own[1] == "tokens" and chosen[1].reading.quantity.point < 2e6)
        )
    return True


_ON_ALL = Lazy(r"\s*(?:on all|in total|together|altogether|overall)\b")


_LASTS = Lazy(
    r"\b(?:takes?|took|lasts?|lasted|needs?|needed|requires?|required|in|within|for|after|over|during|of|at)\W*(?:only |about |just |the |these |those )*$",
    re.I,
)


_LINK = Lazy(r"\b(?:over|across|through|via) (?:(?:an?|the|its|our|one|each)\s)?(?:\w+ )?$")


def _measured(said: Sequence[Sentence], claim: _Found, chosen: Sequence[_Found]) -> bool:
    """Whether a bandwidth is that of a transfer, and not what is printed on a link."""
    for f in (claim, *chosen):
        if "bandwidth" in f.roles[0]:
            before = said[f.spot[0]].before(f.reading, 50)
            return _RUNS_AT.search(before) is not None and _LINK.search(before) is None
    return False


def _moved(said: Sequence[Sentence], claim: _Found, chosen: Sequence[_Found]) -> bool:
    """Whether the bytes of a transfer are moved."""
    size = next(f for f in (claim, *chosen) if f.roles[0].startswith("bytes"))
    there, k = size.spot[0], claim.spot[0]
    if there != k and moves_it(said[k]):
        return True  # "16 GB in BF16. We broadcast them at"
    return is_moved(said[there], size.reading)


_WORD = Lazy(r"[A-Za-z]{4,}")
_COMMON = frozenset(
    "this that with from have takes took hours time step steps tokens token samples second seconds than them then they "
    "when which while where about after before over under also only same more most less each every training system "
    "model models GPUs nodes batch uses used using".lower().split()
)


def _related(said: Sequence[Sentence], k: int, there: int) -> bool:
    """Whether two sentences speak of one thing: a word that is no common one."""
    a, b = (
        {
            m.group().lower()[:5]
            for m in _WORD.finditer(said[i].text)
            if m.group().lower() not in _COMMON
        }
        for i in (k, there)
    )
    return bool(a & b)
