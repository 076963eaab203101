"""What a sentence claims about its numbers: who, compared with whom, in what, which way, how firmly.

Bindings are by grammar (see `tanaka.paper.cues` and `tanaka.paper.parties`).  Where the words do not
settle one it stays unbound; an empty string is better than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.latex.plain import CITE
from tanaka.paper import cues
from tanaka.paper.assertion import asserted
from tanaka.paper.change.changes import changes
from tanaka.paper.clause import Clause, Clauses, is_change, listed, spans_of_changes
from tanaka.paper.cues import CHANGING, LOOSE_PHRASE, PHRASE_END, Cue, effect_of, last_of
from tanaka.paper.hedges import CASE, condition_listed, condition_of, hedges_of, printed
from tanaka.paper.measures import higher_is_better, measure_of_unit, measures_in
from tanaka.paper.model import (
    Asserted,
    ClaimSort,
    Direction,
    How,
    NumberId,
    Paper,
    Statement,
    Where,
)
from tanaka.paper.parties import (
    COMPARED_BEFORE,
    FINITE,
    Names,
    Subject,
    comparand,
    name_of,
    object_range,
    subject_of,
    whole_of,
)
from tanaka.paper.reads import query
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalStatement:
    """A statement with the indices of its readings in the sentence; the rest as in `Statement`.

    ``denial`` is where a negation stands that is part of the claim itself ("never exceeds"), and
    ``settled`` says that a citation in reach belongs to the comparand and not to the claim.
    """

    number: int
    sort: ClaimSort
    subject: str = ""
    subject_how: How = How.NONE
    object: str = ""
    metric: str = ""
    metric_how: How = How.NONE
    direction: Direction = Direction.NONE
    better: bool | None = None
    hedge: tuple[str, ...] = ()
    condition: str = ""
    old: int | None = None
    new: int | None = None
    denial: tuple[int, int] | None = None
    settled: bool = False


# -- a sentence's statements, and a paper's --------------------------------------------------------


# Kept by nobody: to look a sentence up, all its readings are hashed, which takes longer than to see
# that most claim nothing; a block keeps what was made of it.
def local_statements(sentence: Sentence) -> tuple[LocalStatement, ...]:
    """Statements of a sentence, each number's at most one."""
    todo = _todo(sentence)
    return _Reader(sentence).read(todo) if todo else ()


def statements(sentence: Sentence, ids: Sequence[NumberId], where: Where) -> Iterator[Statement]:
    """Statements of a sentence with the ids of its numbers.

    Parameters
    ----------
    sentence : Sentence
    ids : sequence of NumberId
        One for each of its readings.
    where : Where
        What part of the paper it stands in.
    """
    for s in local_statements(sentence):
        yield Statement(
            ids[s.number], s.sort,
            None if s.old is None else ids[s.old], None if s.new is None else ids[s.new],
            s.subject, s.subject_how, s.object, How.STATED if s.object else How.NONE,
            s.metric, s.metric_how, s.direction, s.better, s.hedge, s.condition, _asserted(sentence, s, where),
        )  # fmt: skip


def _asserted(sentence: Sentence, s: LocalStatement, where: Where) -> Asserted:
    """Whether the paper claims it: as for its number, but what belongs to the claim denies nothing.

    "Never exceeds" is a bound and no denial, "in the best case" a hedge, and a citation behind the
    system that ours is compared with does not make the claim another's.
    """
    text, at = sentence.text, sentence.readings[s.number].start
    if s.denial is not None:
        a, b = s.denial
        text = text[:a] + "x" * (b - a) + text[b:]
    if "best case" in s.hedge or "worst case" in s.hedge:
        text = CASE.sub(lambda m: "x" * len(m.group()), text)
    claimed = asserted(text, at, where)
    if claimed is Asserted.QUOTED and s.settled and where is not Where.RELATED and CITE in text:
        return asserted(text.replace(CITE, " "), at, where)
    return claimed


def statements_of(paper: Paper, number: NumberId) -> tuple[Statement, ...]:
    """Statements of a paper that a number takes part in, as their number or as a value of theirs."""
    return _index(paper).get(number, ())


@query
def _index(paper: Paper) -> dict[NumberId, tuple[Statement, ...]]:
    found: dict[NumberId, list[Statement]] = {}
    for s in paper.statements:
        for id in dict.fromkeys((s.number, s.old, s.new)):
            if id is not None:
                found.setdefault(id, []).append(s)
    return {id: tuple(its) for id, its in found.items()}


# -- what is worth a look -------------------------------------------------------------------------

_SIDE = Lazy(
    r"(?:exceed(?:s|ed|ing)?|below|under|above|over|at most|less than|more than|fewer than|lower than|greater than|at least|within|"
    r"bounded by|limited to|capped at)\s*(?:about\s+|roughly\s+)?[≈∼~<>≤≥]?\s*$",
    re.I,
)
_SIGNS = " \t\n\u2009≈∼~<>≤≥"
# The last word of one of these; only then is it worth a look at the whole of it.
_SIDE_ENDS = frozenset({
    "exceed", "exceeds", "exceeded", "exceeding", "below", "under", "above", "over", "most", "least", "than", "within", "by", "to",
    "at", "about", "roughly",
})  # fmt: skip
_ABLE_KINDS = frozenset(
    {Kind.PARAM_COUNT, Kind.SEQ_LEN, Kind.TOKEN_COUNT, Kind.GPU_COUNT, Kind.NODE_COUNT, Kind.BATCH_SIZE}
)  # fmt: skip
_USERS = frozenset({"user", "client", "query", "stream", "session", "job", "adapter", "request"})
_DEVICES = frozenset({"gpu", "node", "device", "chip", "worker", "core", "tpu"})
_ABLE_NOUNS = _USERS | _DEVICES
_ONE = frozenset({"a", "an", "one", "single", "1"})


@dataclass(frozen=True, slots=True)
class _Todo:
    """Which of its readers a sentence is worth, by what is cheap to see."""

    factors: tuple[int, ...]
    levels: tuple[int, ...]
    spans: bool
    abilities: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.factors or self.levels or self.spans or self.abilities)


def _todo(sentence: Sentence) -> _Todo:
    text, factors, levels, abilities = sentence.text, [], [], []
    for i, r in enumerate(sentence.readings):
        shown, unit = r.quantity.shown_unit, r.quantity.unit
        if is_change(text, r):
            factors.append(i)
        if shown == "%" or (unit != "1" and shown != "×"):
            before = text[max(0, r.literal_start - 26) : r.literal_start]
            word = before.rstrip(_SIGNS).rpartition(" ")[2].lower()
            if word in _SIDE_ENDS and _SIDE.search(before):
                levels.append(i)
        able = r.kind in _ABLE_KINDS or r.noun in _ABLE_NOUNS or (unit == "byte" and "fit" in text)
        if able and r.quantity.literal.text.lower() not in _ONE:
            abilities.append(i)
    spans = len(sentence.readings) > 1 and ("from " in text or "From " in text)
    return _Todo(tuple(factors), tuple(levels), spans, tuple(abilities))


# -- which way ------------------------------------------------------------------------------------


def _direction(effect: str, metric: str) -> tuple[Direction, bool | None]:
    """Which way an effect takes a metric, and whether that is better."""
    better = higher_is_better(metric)
    toward = {True: Direction.HIGHER, False: Direction.LOWER, None: Direction.NONE}[better]
    away = {True: Direction.LOWER, False: Direction.HIGHER, None: Direction.NONE}[better]
    if effect == "up":
        return Direction.HIGHER, better
    if effect == "down":
        return Direction.LOWER, None if better is None else not better
    if effect in ("good", "beats", "fast"):
        return toward, True
    return away, False


# -- metrics that stand with another value ---------------------------------------------------------

_LINKED = Lazy(
    r"[\s\u2009]?(?:×|%)?(?:\s+(?:[\w-]+\s+)?(?:accuracy|utili[sz]ation))?(?:\s*(?:per|on|at|in|for|with)\s[^,;:()]{1,40})?[\s\u2009]*"
    r"(?:\(|,|—|–|which (?:is|are))[\s\u2009]*"
    r"(?:(?:which|that) (?:is|are|means|corresponds to|makes it)|i\.e\.,?|or|about|an?|thus|hence|roughly|\s)*\s*",
)
_AHEAD = Lazy(
    r"[\s\u2009]?(?:×|%)?(?P<np>[^,;:()]{0,50}?)\s*,\s*(?:thus |thereby |and )?(?:\w+ing)\s*"
)


def _measured(r: Reading) -> str:
    """Metric of a value by its unit, or by its kind where it is a percentage."""
    if r.quantity.shown_unit in ("×", "points"):
        return ""
    if r.quantity.shown_unit == "%":
        return {Kind.ACCURACY: "accuracy", Kind.UTILIZATION: "utilization"}.get(r.kind, "")
    return measure_of_unit(r.quantity.unit)


def _of_value_before(sentence: Sentence, i: int, at: Clause) -> str:
    """Metric of the value that a bare factor follows: "reaches 0.4 QPS, which is 6.7x better"."""
    before = reversed(sentence.readings[max(0, i - 3) : i])
    r = next((r for r in before if r.quantity.shown_unit or r.quantity.unit != "1"), None)
    linked = _LINKED.fullmatch(at.text, r.end, max(at.start, r.end)) if r else None
    if r is None or linked is None:
        return ""
    return "accuracy" if "accuracy" in linked.group() else _measured(r)


def _of_value_beaten(sentence: Sentence, i: int, at: Clause, cue: Cue) -> str:
    """Metric in which one beats another: that of the value right before ", outperforming X by F"."""
    if cue.object is None:
        return ""
    a, b = cue.object
    inside = [r for r in sentence.readings if a <= r.start and r.end <= b]
    if inside:
        return _measured(inside[-1])
    r = next((r for r in reversed(sentence.readings[:i]) if r.end <= a), None)
    told = _AHEAD.fullmatch(at.text, r.literal_end, a) if r else None
    if r is None or told is None:
        return ""
    named = measures_in(told.group("np"))
    return named[0] if len(named) == 1 else _measured(r)


# -- words around shares, levels and abilities -----------------------------------------------------

_OF = Lazy(r"\s*of\s+(?P<np>[^,;:()—]{1,70})", re.I)
_OF_END = Lazy(
    r"\s(?:on|at|in|for|with|when|while|under|across|by|using|and|or|during|is|are|was|were|that|which|to|from|but|as|even|leaving|"
    r"than|vs|due)\b|\.(?:\s|$)",
    re.I,
)
_CLAUSE = Lazy(r"\s*(?:what|that|which|how|all)\b", re.I)
_TAKES = Lazy(
    r"\b(?:takes?|took|taking|accounts? for|accounted for|accounting for|consum(?:es?|ed|ing)|occup(?:y|ies|ied|ying)|makes? up|made up|"
    r"represents?|represented|constitutes?|compris(?:es?|ing)|contributes?|spends?|spent|uses?|used|using|is|are|was|were|utili[sz]\w+|"
    r"dominates?|drives?|equals?|requires?|needs?|amounts? to|responsible for|adds?|costs?)\s*$",
    re.I,
)
_REACHES = Lazy(
    r"\b(?:reach|achiev|retain|attain|preserv|deliver|sustain|maintain)(?:es|e|s|ed|ing)?\s*$", re.I
)
_SAVES = Lazy(
    r"\b(?:(?P<down>sav(?:es?|ed|ing)|avoid(?:s|ed|ing)?|eliminat(?:es?|ed|ing)|remov(?:es?|ed|ing)|cut(?:s|ting)?|hid(?:es?|ing)|"
    r"reduc(?:es?|ed|ing)|los(?:es?|t|ing)|shav(?:es?|ed|ing)(?: off)?)|(?P<up>recover(?:s|ed|ing)?|regain(?:s|ed|ing)?))\s*$",
    re.I,
)
_STEP = Lazy(r"\b(?:step|iteration)$")
_SPAN_GOES_ON = Lazy(r"\s*to\s+(?:about\s+)?[≈∼~+−-]?\d")
_WITHIN_OF = Lazy(r"\s*(?:of|from)\s+", re.I)
_WITHIN = Lazy(r"\bwithin\s*(?:about\s+)?[≈∼~]?\s*$", re.I)
_UPPER = Lazy(
    r"(?:\b(?:at most|less than|under|below|no more than|not more than|fewer than)|[<≤])\s*$", re.I
)
_STATES = Lazy(
    r"(?:is|are|was|were|sees?|saw|shows?|showed|exhibits?|remains?|stays?|reach(?:es|ed)?|becomes?|can|could|may|will|would|has|have)$"
)
_LASTS = Lazy(r"(?:takes?|took|lasts?)$")
_VALUE_OF = Lazy(r"(?P<np>[\w-]+(?:\s[\w-]+){0,3})\s+(?:of|is|was)\s*$", re.I)
_IN_METRIC = Lazy(r"\s*(?:in (?:terms of )?|on )(?P<np>[^,;:()]{1,40})")
_ALSO = Lazy(r"[^;:.]{0,90}?(?:,\s*(?:and\s+)?|\s+and\s+)")

_KEPT = (
    r"(?:stays?|stayed|remains?|remained|(?:is|are|was|were|being)(?: always| consistently| kept| held)?|keeps?\s[^,;:()]{1,40}?|kept|"
    r"holds?\s[^,;:()]{1,30}?|held|maintain(?:s|ed|ing)?\s[^,;:()]{1,40}?)(?:\s(?:consistently|always|well|comfortably|mostly))*"
)
_USES = (
    r"(?:uses?|using|needs?|needing|requires?|requiring|takes?|taking|consumes?|consuming|adds?|adding|incurs?|costs?|completes? in|"
    r"finish(?:es)? in|with|runs in)"
)
_END = r"\s*(?:about\s+|roughly\s+)?[≈∼~<>≤≥]?\s*$"
_LEVEL = Lazy(
    rf"(?:(?P<never>\b(?:never|not|without)\s+(?:ever\s+)?exceed(?:s|ed|ing)?)|"
    rf"(?P<over>\b{_KEPT}\s+(?:above|over|at or above|at least|more than|greater than))|"
    rf"(?P<under>\b{_KEPT}\s+(?:below|under|within|at or below|at most|less than|no more than|lower than|bounded by|limited to|capped at))|"
    rf"(?P<exceeds>\b(?:accuracy|utili[sz]ation|recall|rate|throughput|precision|loss|errors?)\s+(?:above|exceeding|exceeds))|"
    rf"(?P<uses>\b{_USES}\s+(?:only\s+)?(?:at most|less than|under|below|no more than|fewer than))){_END}",
    re.I,
)
_NO_LEVEL = Lazy(
    r"\b(?:when|whenever|if|until|unless|once|where|than the|threshold|target)\b", re.I
)
_OF_METRIC = Lazy(r"^\s*(?:of|in)\s+(?:the |its |our )?")

_FROM = Lazy(r"\b[Ff]rom\s+(?:(?:about|around|roughly|an?|the)\s+)?[≈∼~]?\s*$")
_TO = Lazy(
    r"[\s\u2009]*[\w/%$×²³°µμ·.-]{0,14}(?:[\s\u2009]+[\w/-]+){0,2}?[\s\u2009]+(?:down |up )?to\s+"
    r"(?:(?:about|around|only|just|under|over|a mere|roughly)\s+)*[≈∼~]?\s*"
)

_ABLE = Lazy(
    r"\b(?:(?P<fit>fits?|fitting)|(?P<support>supports?|supporting|accommodates?|accommodating|handles?|handling)|"
    r"(?P<scale>(?:scales?|scaling|scaled)(?:\s(?:up|out|efficiently|well|linearly|training|inference|models?))?\sto|extend(?:s|ing)?(?:\s[\w-]+){0,3}?\sto)|"
    r"(?P<train>trains?|training)|(?P<serve>serves?|serving|hosts?|hosting)|(?P<run>runs?|running|processes)|"
    r"(?P<enable>(?:enabl(?:es?|ing)|allow(?:s|ing)?|permit(?:s|ting)?)\s(?:the\s)?(?:training|inference|serving|fine-?tuning)\s(?:of|on)))\b"
)  # fmt: skip
_ABLE_REACH = 90  # from a verb to what it can take
_DONE = frozenset({"train", "serve", "run"})
_ABLE_GAP = Lazy(
    r"(?:[\s\u2009]+(?:a|an|the|up|to|of|more|than|over|about|around|nearly|roughly|at|least|most|as|many|much|large|long|with|only|"
    r"contexts?|sequences?|models?|windows?|lengths?|sizes?|batch(?:es)?|prompts?|inputs?|training|inference|single|entire|full|whole|dense|"
    r"sparse|language|transformers?|MoE|longer|larger|concurrent|simultaneous|parameters?|tokens?|in|into|within|on|"
    r"[A-Z][\w-]*(?:[ -][\d.]+)?))*[\s\u2009]*[≈∼~]?",
)  # fmt: skip
_CAN = Lazy(
    r"\b(?:can|could|able to|capable of|possible to|allows? (?:\w+ ){1,3}to|enables? (?:\w+ ){1,3}to|lets? \w+)\s+(?:\w+ly )?$"
)
_NAMES_A_NOUN = Lazy(r"\b(?:the|of|these|our|for|all|in|per|each)\s+$")


def _ability(verb: str, r: Reading) -> str:
    """Metric of a capability, by what is counted; "" where it is none."""
    kind, noun = r.kind, r.noun
    if kind is Kind.PARAM_COUNT:
        return "model size"
    if verb in ("train", "run", "enable"):
        return ""
    if kind in (Kind.SEQ_LEN, Kind.TOKEN_COUNT) and verb != "serve":
        return "context length"
    if verb == "fit" and r.quantity.unit == "byte":
        return "memory"
    if kind in (Kind.GPU_COUNT, Kind.NODE_COUNT) or noun in _DEVICES:
        return "devices" if verb in ("scale", "support") else ""
    if noun in _USERS and verb != "fit":
        return "concurrency"
    return "batch size" if kind is Kind.BATCH_SIZE else ""


_TIMES = frozenset({"time", "latency", "step time", "training time"})
_OF_UNIT = {
    "time": _TIMES | {"communication", "bubble", "overhead", "cost", "compute"},
    "memory": frozenset({"memory", "traffic", "size", "communication", "overhead"}),
    "bandwidth": frozenset({"bandwidth", "throughput", "traffic", "memory bandwidth"}),
    "throughput": frozenset({"throughput", "performance", "speed", "utilization", "compute"}),
    "energy": frozenset({"energy", "cost", "overhead"}),
}


def _fits(metric: str, r: Reading) -> bool:
    """Whether a value can be of a metric, by its unit."""
    if r.quantity.unit == "1":
        plain = not r.noun and r.quantity.shown_unit != "%"
        return plain or metric not in _TIMES | {"memory", "energy", "power"}
    measure = measure_of_unit(r.quantity.unit)
    return metric == measure or metric in _OF_UNIT.get(measure, frozenset())


class _Reader:
    """Reads the statements of one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.readings = sentence.readings
        self.clauses = Clauses(sentence)
        self.names = Names(sentence.text)
        self.found: dict[int, LocalStatement] = {}
        self.effects: dict[int, str] = {}

    def read(self, todo: _Todo) -> tuple[LocalStatement, ...]:
        """All statements, in the order of their numbers."""
        if todo.factors:
            self.spans = spans_of_changes(self.sentence)
            paired = changes(self.sentence) if len(self.readings) > 2 else ()
            self.pairs = {c.change: (c.old, c.new) for c in paired}
        for i in todo.factors:
            self.factor(i)
        for i in todo.levels:
            if i not in self.found:
                self.level(i)
        if todo.spans:
            self.from_to()
        for i in todo.abilities:
            if i not in self.found:
                self.ability(i)
        return tuple(self.found[i] for i in sorted(self.found))

    # -- a factor or a percentage -------------------------------------------------------------
    def factor(self, i: int) -> None:
        """A claim about a factor or a percentage, where its words make one."""
        r, (first, last) = self.readings[i], listed(self.sentence, i)
        own = self.clauses.at(r)
        at = own if first == last else self.clauses.over(self.readings[first], self.readings[last], r)  # fmt: skip
        if self.within(i, at) or (r.quantity.shown_unit == "%" and self.share(i, at)):
            return
        others = [s for s in self.spans if not at.start <= s[0] < at.end]
        if _SPAN_GOES_ON.match(at.text, at.end, at.right):
            return
        cue = self.cue(i, at, others)
        if cue is None:
            return
        place, count = i - first, last - first + 1
        shown = [a for a, _ in others if at.end <= a < at.right and at.text[a] != " "]
        limit = min(shown, default=at.right)
        respectively = count > 1 and "respectively" in at.tail
        subject = subject_of(at.text, at.end if cue.verb else at.start, self.names)
        object, end = comparand(at, cue, count, place, limit, self.names)
        metric, metric_how = self.metric(first, i, at, cue, subject)
        if cue.verb and not metric:
            return  # "doubling the core count" turns a knob
        name, how = self.who(i, at, cue, subject, object)
        shared = name.split(" and ")
        if respectively and not object and len(shared) == count:
            name = shared[place]
        hedge = hedges_of(own, r)
        upper = _UPPER.search(own.text, max(own.left, r.literal_start - 20), r.literal_start)
        sort = (
            ClaimSort.BOUND if upper and "up to" not in hedge
            else ClaimSort.COMPARATIVE if object or cue.adjective
            else ClaimSort.CHANGE
        )  # fmt: skip
        direction, better = _direction(cue.effect, metric)
        condition = condition_listed(at, place, count) if respectively else condition_of(at, max(end, cue.end), limit)  # fmt: skip
        old, new = self.pairs.get(i, (None, None))
        self.effects[i] = cue.effect
        self.found[i] = LocalStatement(
            i, sort, name, how, object, metric, metric_how, direction, better, hedge, condition, old, new,
            settled=bool(object) and name == "ours",
        )  # fmt: skip

    def cue(self, i: int, at: Clause, others: Sequence[tuple[int, int]]) -> Cue | None:
        """The words that make a number a claim; those nearest to it win."""
        r, head = self.readings[i], at.head
        if found := cues.doubles(at, r):
            return found
        by = cues.BY.search(head, max(0, len(head) - 30)) is not None
        if by and (found := cues.verbal(at, others)):
            return found
        if found := cues.after(at):
            return found
        if cues.OF.search(head, max(0, len(head) - 16)) and (found := cues.noun_of(at)):
            return found
        if not by and (found := cues.verbal(at, others)):
            return found
        found = cues.relative(at, r)
        previous = self.previous(i)
        if found is None or not found.bare or by or previous is None:
            return found or cues.plain(at, r)
        gap = at.text[max((b for _, b in self.spans if b <= r.literal_start), default=0) : at.start]
        if not _ALSO.fullmatch(gap) or FINITE.search(gap.rpartition(",")[2]):
            return found
        effect = self.effects.get(previous.number, found.effect)
        return Cue(effect, (), found.end, object=found.object, adjective=True, inherits=True)

    def previous(self, i: int) -> LocalStatement | None:
        """The statement about the number before, of the same sentence."""
        return next((self.found[k] for k in range(i - 1, -1, -1) if k in self.found), None)

    def who(self, i: int, at: Clause, cue: Cue, subject: Subject, object: str) -> tuple[str, How]:
        """Subject of a claim, and how it was found."""
        if cue.inherits and (previous := self.previous(i)):
            return previous.subject, previous.subject_how
        if at.aside and COMPARED_BEFORE.search(at.low, max(0, at.left - 70), at.left):
            return "", How.NONE  # "(39% lower)" behind a comparand's value is said of that
        if subject.name and subject.name != object:
            return subject.name, subject.how
        seen = subject.watched and not subject.name and object and cue.effect not in ("slow", "bad")
        return ("ours", How.INFERRED) if seen and self.names.foreign(object) else ("", How.NONE)

    def metric(self, first: int, i: int, at: Clause, cue: Cue, subject: Subject) -> tuple[str, How]:
        """Metric of a claim, and how it was found; ``first`` begins its list."""
        metrics = cue.metrics
        if len(metrics) > 1:
            each = "respectively" in at.tail and i - first < len(metrics)
            return (metrics[i - first], How.STATED) if each else ("", How.NONE)
        if metrics:
            return metrics[0], How.STATED
        if cue.effect == "beats" and (told := _IN_METRIC.match(at.tail)):
            named = measures_in(told.group("np"))
            if len(named) == 1:
                return named[0], How.STATED
        if cue.effect == "beats":
            before = _of_value_beaten(self.sentence, first, at, cue)
        elif cue.bare or cue.effect in ("fast", "slow") or (cue.effect in ("good", "bad") and not cue.named):  # fmt: skip
            before = _of_value_before(self.sentence, first, at)
        else:
            before = ""
        if before:
            return before, How.INFERRED
        if cue.bare and (of := _VALUE_OF.search(at.head[-70:])):
            named = measures_in(of.group("np"))
            if len(named) == 1:
                return named[0], How.STATED
        stated = (cue.bare or _STATES.match(subject.verb)) and not cue.named
        if stated and cue.effect != "beats" and subject.metrics:
            each = "respectively" in at.tail and i - first < len(subject.metrics)
            if each or len(subject.metrics) == 1:
                return subject.metrics[i - first if each else 0], How.STATED
        if cue.bare and cue.effect in ("up", "down") and _LASTS.match(subject.verb):
            return "time", How.STATED  # "takes 12% longer"
        if cue.inherits and (previous := self.previous(i)):
            return previous.metric, previous.metric_how
        default = {"fast": "speed", "slow": "speed", "beats": "performance"}.get(cue.effect, "")
        return default, How.STATED if default else How.NONE

    # -- shares -------------------------------------------------------------------------------
    def share(self, i: int, at: Clause) -> bool:
        """Read "takes 12% of the step" and "saves 30% of the energy"; whether it was one."""
        of = _OF.match(at.text, at.end, at.right)
        if of is None:
            return False
        saved, part = _SAVES.search(at.head[-24:]), _TAKES.search(at.head[-24:]) or _REACHES.search(at.head[-24:])  # fmt: skip
        if saved is None and part is None:
            return False
        phrase = of.group("np")
        if stop := _OF_END.search(phrase):
            phrase = phrase[: stop.start()]
        named = () if _CLAUSE.match(phrase) else measures_in(phrase)
        metric = named[0] if len(named) == 1 else ""
        subject = subject_of(at.text, at.start, self.names, part=saved is None)
        hedge = hedges_of(at, self.readings[i])
        condition = condition_of(at, of.start("np") + len(phrase), at.right)
        old, new = self.pairs.get(i, (None, None))
        if saved is not None:
            direction, better = _direction("up" if saved.group("up") else "down", metric)
            self.found[i] = LocalStatement(
                i, ClaimSort.CHANGE, subject.name, subject.how, "", metric, _how(metric), direction, better,
                hedge, condition, old, new,
            )  # fmt: skip
            return True
        if not metric and _STEP.search(phrase.strip()):
            metric = "step time"
        self.found[i] = LocalStatement(
            i, ClaimSort.SHARE, subject.name, subject.how, whole_of(printed(phrase)), metric, _how(metric),
            hedge=hedge, condition=condition, old=old, new=new,
        )  # fmt: skip
        return True

    # -- bounds -------------------------------------------------------------------------------
    def within(self, i: int, at: Clause) -> bool:
        """Read "within 2% of the baseline"; whether it was one."""
        of = _WITHIN_OF.match(at.text, at.end, at.right)
        if of is None or not _WITHIN.search(at.text, at.start, self.readings[i].literal_start):
            return False
        a, b = object_range(at.text, of.end(), at.right)
        subject = subject_of(at.text, at.start, self.names)
        named = subject.metrics or measures_in(at.text[a:b])
        metric = named[0] if len(named) == 1 else ""
        self.found[i] = LocalStatement(
            i, ClaimSort.BOUND, subject.name, subject.how, name_of(at.text[a:b], a, self.names), metric,
            _how(metric), hedge=("within",), condition=condition_of(at, b, at.right),
        )  # fmt: skip
        return True

    def level(self, i: int) -> None:
        """Read "memory never exceeds 70 GB", "accuracy stays above 95%", "needs at most 8 GB"."""
        r = self.readings[i]
        at = self.clauses.at(r)
        head = at.text[at.left : r.literal_start]
        m = _LEVEL.search(head, max(0, len(head) - 80))
        if m is None or _NO_LEVEL.search(head, max(0, len(head) - 90)):
            return
        never = m.lastgroup == "never"
        start, end = at.left + m.start(), at.left + m.end()
        subject = subject_of(at.text, end, self.names)
        named = subject.metrics or measures_in(m.group())
        if not named:
            said = _OF_METRIC.sub("", at.low[at.end : min(at.right, at.end + 60)])
            stop = PHRASE_END.search(said)
            named = measures_in(said[: stop.start()] if stop else said)
        metric, how = (named[0], How.STATED) if len(named) == 1 else ("", How.NONE)
        if not metric and (metric := measure_of_unit(r.quantity.unit)):
            how = How.INFERRED
        if not metric or (m.lastgroup == "uses" and metric in ("throughput", "bandwidth")):
            return
        higher = m.lastgroup in ("over", "exceeds")
        most = never or r.quantity.qualifier is Qualifier.MAX
        self.found[i] = LocalStatement(
            i, ClaimSort.BOUND, subject.name, subject.how, "", metric, how,
            Direction.HIGHER if higher else Direction.LOWER, None,
            ("more than" if higher else "at most" if most else "less than",),
            condition_of(at, r.end, at.right), denial=(start, end) if never else None,
        )  # fmt: skip

    # -- from A to B --------------------------------------------------------------------------
    def from_to(self) -> None:
        """Read "reduces memory from 80 GB to 31 GB", where no factor is stated for the two."""
        covered = {k for s in self.found.values() for k in (s.number, s.old, s.new)}
        text = self.sentence.text
        for i in range(len(self.readings) - 1):
            a, b = self.readings[i], self.readings[i + 1]
            if {i, i + 1} & covered or a.quantity.shown_unit == "×":
                continue
            if not _FROM.search(text, max(0, a.literal_start - 22), a.literal_start) or not _TO.fullmatch(
                text, a.literal_end, b.literal_start
            ):  # fmt: skip
                continue
            at, end = self.clauses.at(a), self.clauses.at(b)
            before = at.text[at.left : max(at.left, at.text.rfind("rom", 0, a.literal_start) - 1)]
            cue = last_of(CHANGING.finditer(before.lower(), max(0, len(before) - 110)))
            if cue is None or effect_of(cue) == "beats":
                continue
            phrase = before[cue.end() :]
            subject = subject_of(at.text, at.left + len(before), self.names)
            metrics = measures_in(phrase) if phrase.strip() else subject.metrics
            if LOOSE_PHRASE.search(phrase) or len(metrics) != 1 or not _fits(metrics[0], b):
                continue
            direction, better = _direction(effect_of(cue), metrics[0])
            self.found[i + 1] = LocalStatement(
                i + 1, ClaimSort.CHANGE, subject.name, subject.how, "", metrics[0], How.STATED, direction, better,
                hedges_of(end, b), condition_of(end, b.end, end.right), i, i + 1,
            )  # fmt: skip

    # -- what is able to do what ---------------------------------------------------------------
    def ability(self, i: int) -> None:
        """Read "fits a 70B model on one GPU", "scales to 1,024 GPUs"."""
        r, text = self.readings[i], self.sentence.text
        m = last_of(_ABLE.finditer(text, max(0, r.start - _ABLE_REACH), r.start))
        verb = m.lastgroup if m else None
        if m is None or verb is None or not (metric := _ability(verb, r)):
            return
        if not _ABLE_GAP.fullmatch(text, m.end(), r.start):
            return
        if verb in _DONE and not _is_ability(text, m):
            return
        at = self.clauses.at(r)
        subject = subject_of(at.text, m.end(), self.names)
        self.found[i] = LocalStatement(
            i, ClaimSort.CAPABILITY, subject.name, subject.how, "", metric, How.STATED,
            hedge=hedges_of(at, r), condition=condition_of(at, r.end, at.right),
        )  # fmt: skip


def _how(found: str) -> How:
    return How.STATED if found else How.NONE


def _is_ability(text: str, m: re.Match[str]) -> bool:
    """Whether a verb of doing tells what can be done, and not what was done once."""
    before = text[max(0, m.start() - 40) : m.start()]
    if _CAN.search(before):
        return True
    return m.group().endswith("s") and not _NAMES_A_NOUN.search(before)
