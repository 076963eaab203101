"""Results that sentences state, with the words that say of what: to hold places together by.

A result is a factor, a percentage or a measurement.  What it is of is kept as words (metrics,
names, settings, comparands, stems), so that a rule may hold the abstract against a table or against
another section without the text of either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tanaka.paper.result_words import TOKEN, metrics_of, names_of, of_unit, spelled, stems
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Quantity, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalResult:
    """A result of a sentence; ``number`` is the index of its reading.  See `Result` of the model."""

    number: int
    unit: str
    aggregate: str
    change: bool
    metrics: frozenset[str]
    near: frozenset[str]
    words: frozenset[str]
    named: frozenset[str]
    names: frozenset[str]
    against: frozenset[str]
    subject: str
    settings: frozenset[str]
    fronted: str
    than: str
    zone: str
    said: str
    cues: frozenset[str]


# -- what a result is -------------------------------------------------------------------------

_SETTINGS = frozenset({
    Kind.PARAM_COUNT, Kind.TOKEN_COUNT, Kind.BATCH_SIZE, Kind.SEQ_LEN, Kind.GPU_COUNT, Kind.NODE_COUNT, Kind.DEGREE,
})  # fmt: skip
_NO_RESULT = _SETTINGS | {
    Kind.PEAK_COMPUTE, Kind.LINK_BANDWIDTH, Kind.LEARNING_RATE, Kind.HYPERPARAMETER, Kind.PROCESS_NODE,
}  # fmt: skip
_SCORED = (
    r"accuracy|BLEU|F1|ROUGE(?:-\w)?|perplexity|PPL|WER|recall|precision|mAP|EM|pass@\d+|scores?"
)
_SCORE_BEFORE = Lazy(
    rf"\b(?:{_SCORED})(?: scores?)?(?:\s(?:of|is|was|at|to|from|reaches|only|about|stays|remains|rises|falls|drops|improves|increases))*\s*[:=]?\s*$",
    re.I,
)
_SCORE_AFTER = Lazy(rf"\s?(?:\w+\s)?(?:{_SCORED})\b", re.I)
_FACTOR_BEFORE = Lazy(
    r"\b(?:factors? of|speed-?ups? (?:of|is|reaches)|speed-?up:?)\s*(?:about |up to |nearly |over |almost )?[≈∼~]?$"
)
_PART_AFTER = Lazy(
    r"\s?(?:of )?(?:HBM|DRAM|RAM|[A-Z]+\d+\b|NVIDIA|GPUs?\b|cards?\b|devices?\b|memory per)"
)
_PART_BEFORE = Lazy(r"[A-Z]+\d+[\w-]*[\s(-]+$")
# "saturates the link at 11 GB/s" is measured, and no property of the link.
_SATURATED = Lazy(
    r"\b(?:saturat|fill)\w+ (?:the |its |each |one |all )?(?:\w+ )?links? at (?:about )?$"
)
_DIGIT = Lazy(r"\d")
_NO_UNITS = frozenset({"bit", "Hz", "m", "V"})  # of formats, clocks and sizes of things
_COUNTED = Lazy(r"\s?(?:of|/)\s?[\d({]")


def unit_of(q: Quantity, kind: Kind) -> str:
    """Class of a quantity that others are compared with: "×", "%", "score", a base unit, or ""."""
    shown = q.shown_unit
    if shown == "×" or (kind is Kind.SPEEDUP and q.unit == "1" and shown != "%"):
        return "×"
    if shown in ("%", "points"):
        return "%"
    if q.unit != "1":
        if q.unit in _NO_UNITS:
            return ""
        return "device-s" if q.unit == "s" and "-hour" in shown else q.unit
    return "score" if kind is Kind.ACCURACY else ""


def _unit(sentence: Sentence, r: Reading) -> str:
    q = r.quantity
    reached = r.kind is Kind.LINK_BANDWIDTH and _SATURATED.search(sentence.before(r, 48))
    if (
        r.noun
        or q.count
        or (r.kind in _NO_RESULT and not reached)
        or q.qualifier is Qualifier.ORDER
    ):
        return ""
    if sentence.text[r.end : r.end + 1] == "/":
        return ""  # of a unit that is not read in full
    if not _DIGIT.search(q.literal.text):
        return ""
    found = unit_of(q, r.kind)
    if found == "byte" and (
        _PART_AFTER.match(sentence.text, r.end) or _PART_BEFORE.search(sentence.before(r, 24))
    ):
        return ""  # the size of a part
    if found != "score" and (found or q.shown_unit):
        return found
    before = sentence.before(r, 48)
    if _FACTOR_BEFORE.search(before):
        return "×"
    if q.point > 1000 or _COUNTED.match(sentence.text, r.end):
        return ""
    if found or _SCORE_AFTER.match(sentence.text, r.end) or _SCORE_BEFORE.search(before):
        return "score"
    return ""


# -- reading ----------------------------------------------------------------------------------

_BREAK = Lazy(
    r"[;:()]|, (?:while|whereas|but|although|though|which|where|and|with|at|so)\b|\.\s|\b(?:while|whereas)\b"
)
_AND = Lazy(r",? and |, ")
_LISTED = Lazy(r"(?:\s[\w-]+){0,5},?\s(?:and\s|or\s)?(?:about\s)?")
_ELIDED = Lazy(
    r"[^.;:()\d]{0,60}(?:,? and|,? or|,) (?:even )?(?:by )?(?:an? (?:average )?(?:factor|reduction|saving|drop|decrease|increase|speed-?up|gain|"
    r"improvement|loss|cut) of )?(?:up to|about|nearly|almost|over|roughly|at most|at least)?\s*[≈∼~]?"
)
"""Between two results, the second of which has no words of its own."""
_SHARE = Lazy(r"\bof (?:the |its )?(?:\w+ ){0,2}(?:time|runtime|cost)\b")
_PAID = Lazy(r"^.*\bat (?:the|a) (?:price|cost|expense) of\b")
_AT = Lazy(r" (?:at|with) ")
_MEAN = Lazy(r"\b(?:averag\w*|means?|geo-?means?)\b", re.I)
_MEAN_VALUE = Lazy(
    r"\s*(?:[Tt]he )?(?:[Mm]ean|[Aa]verage) (?:[\w-]+ ){0,3}(?:time|latency|power|energy|throughput|JCT|TTFT|TPOT)\b"
    r"(?! (?:reduction|saving|speed|gain|improvement|decrease|increase))"
)
"""A metric that is a mean of its own: its ratio is no mean of ratios."""
_ALL_MEANS = Lazy(
    r"\((?:all )?(?:(?:geometric |harmonic |arithmetic )?means?|geo-?means?|averages?)\b[^()]*\)[.\s]*$",
    re.I,
)
_MAX = Lazy(
    r"\b(?:up to|as much as|as high as|at most|maximum|at best|max\.?)(?: (?:a |an )?(?:factor of|(?:\w+ ){1,2}of))?\s*(?:about |nearly |almost )?[≈∼~]?$",
    re.I,
)
_UPPER = Lazy(r"(?<!from )(?<![\d.])[\d.]+(?:×|x)? ?(?:to|–|--) ?$")
_LOWER = Lazy(r" ?(?:to|–|--) ?[\d.]+ ?(?:×|x\b)")
_BY_UPPER = Lazy(
    r"\b(?:by|between|saves?|gains? of|savings? of|reductions? of) [\d.]+ ?%? ?(?:to|and|–|--) ?$"
)
_BY_LOWER = Lazy(r" ?(?:to|and|–|--) ?[\d.]+ ?%")
_BY = Lazy(r"\b(?:by|between|saves?|gains? of|savings? of|reductions? of) $")
_AGAINST = Lazy(
    r"\b(?:than|over|versus|vs\.?|against|compared (?:to|with)|relative to|instead of|below|above|(?:throughput|speed|latency|rate|that) of)\s",
    re.I,
)
_CHANGED = Lazy(
    r"\b(?:by|up to|additional|further|sav(?:es?|ed|ing)|cuts?|removes?|eliminates?|avoids?|hides?|adds?|gains?|los(?:es?|ing|t)|"
    r"(?:price|expense|loss|reduction|saving|increase|decrease|drop|gain|improvement|penalty) of)\s*"
    r"(?:as much as |up to |about |nearly |over |more than |an average of )?[≈∼~]?$",
    re.I,
)
_CHANGING = Lazy(
    r"\s?(?:\w+ ){0,2}?(?:less|lower|fewer|more|higher|faster|slower|better|smaller|larger|shorter|cheaper|reduc\w+|improve\w+|"
    r"increas\w+|decreas\w+|sav\w+|gains?|drop|speed-?ups?|overhead|above|below|points)\b",
    re.I,
)
_OLD = Lazy(
    r"\b(?:from|instead of|rather than|against|versus|vs\.?|compared (?:to|with)|than|where \w+ (?:needs?|takes?|serves?|has|uses?))\s*"
    r"(?:about |the |only )?[≈∼~]?$",
    re.I,
)
_ON = Lazy(r"[,;:()]|\b(?:on|for|at|with|in|across|by|when|while|to|and|under|as)\b|\.\s")
_SLOW = Lazy(r"\brespectively\b", re.I)
_VERB = (
    r"(?:reach|achiev|attain|sustain|deliver|obtain|cut|rais|lower|serv|improv|reduc|increas|outperform|shorten|sav|keep|tak|need|"
    r"process|decod|train|run|us|requir|send|shrink|yield|get|gain|speed|boost|halv|writ|read|brings?|accelerat|decreas|retain|"
    r"match|exceed|los|spend|consum|finish|complet|generat|handl|provid|show|give|hit|is|was|has|stay)(?:e?s|ed|s|t)?"
)
_PLURALS = (
    r"(?:model|layer|system|gpu|kernel|block|token|result|node|task|parameter|experiment|benchmark|dataset|baseline|weight|instance|card|"
    r"processor|unit|core|machine|server|cluster|network|variant|image|paper|case|trace|request|prompt|job|user|link|switche)s\b"
)
_SUBJECT = Lazy(
    rf"\b([A-Z][\w-]*(?:\+\+|\d)?)(?:'s)? (?:also |still |now |only |thus |itself |further )?(?:{_VERB}\b|(?!{_PLURALS})(?P<any>[a-z]{{3,}}[^s\W]s)\b)"
)
_NOUN = Lazy(
    r"(?:ing|ion|ity|ness|ment|ency|ance|ence|ery|ure|age|ism|ics|ions|ties|ments|ings|els|ers|ors)$"
)
_PRONOUN = Lazy(r"\b(?:[Ww]e|[Oo]ur|[Ii]ts?|us)\b")
_LINKS = Lazy(
    r"[\s,]*(?:(?:to|from|against|instead|of|rather|than|versus|vs\.?|and|or|down|up|on|average|only|about|the|a|an|at|for|it|is|was|"
    r"compared|with|over|by)[\s,]*)*"
)
_NO_SUBJECT = frozenset({
    "the", "this", "that", "it", "we", "our", "table", "figure", "training", "decoding", "inference", "throughput", "latency", "memory",
    "traffic", "step", "each", "all", "both", "one", "peak", "energy", "accuracy", "average", "mean", "checkpoint", "checkpoints",
    "these", "those", "which", "performance", "speedup", "perplexity", "power", "cost", "results", "prefill", "a", "an", "its", "time",
    "utilization", "overhead", "communication", "gpu", "gpus", "cpu", "i", "section", "here", "there", "what", "mfu", "ttft", "tpot",
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "every", "no", "only", "another", "other", "such",
    "bleu", "in", "on", "at", "with", "as", "for", "llm", "llms", "half", "most", "some", "model", "models", "batch", "decode",
})  # fmt: skip


def results(sentence: Sentence) -> Iterator[LocalResult]:
    """Results that a sentence states, in order."""
    units = [(i, r, u) for i, r in enumerate(sentence.readings) if (u := _unit(sentence, r))]
    if not units:
        return
    text = sentence.text
    tokens = [(m.start(), m.group()) for m in TOKEN.finditer(text)]
    # Words of a number's own surface (its unit, its hedge) are none of its matter.
    inside = [(r.literal_start, r.end) for _, r, _ in units]
    tokens = [(a, t) for a, t in tokens if not any(s <= a < e for s, e in inside)]
    words, names, said = stems(tokens), names_of(tokens), spelled(text)
    subjects = _subjects(text)
    names |= {name for _, name in subjects}
    settings = frozenset(
        f"{r.noun or r.kind.value}={r.quantity.point:g}"
        for r in sentence.readings
        if (r.kind in _SETTINGS or r.noun)
        and not isinstance(r.quantity.value, tuple)  # "8 to 64 GPUs" are those of every paper
        and r.quantity.point > 1
        and r.kind is not Kind.PARAM_COUNT
    )
    cues = frozenset({"respectively"}) if _SLOW.search(text) else frozenset()
    fronted = _condition(text, subjects)
    means = _ALL_MEANS.search(text) is not None
    breaks = [(m.start(), m.end()) for m in _BREAK.finditer(text)]
    before_low, change = 0, False
    previous: LocalResult | None = None
    for k, (i, r, unit) in enumerate(units):
        low, high = before_low, len(text)
        if k:
            last = units[k - 1][1].end
            if units[k - 1][2] != unit or not _LINKS.fullmatch(text, last, r.start):
                low = _last(text, last, r.start) or last
        if k + 1 < len(units):
            after = units[k + 1][1].start
            joined = units[k + 1][2] == unit and _LINKS.fullmatch(text, r.end, after)
            high = after if joined else _last(text, r.end, after) or after
        low = _opening(text, low, r.start, breaks)
        high = min((s for s, _ in breaks if s >= r.end and s < high), default=high)
        before_low = low
        zone = f"{text[low : r.literal_start]} … {text[r.end : high]}"
        mine = [(a, t) for a, t in tokens if low <= a < high]
        metrics = metrics_of(_SHARE.sub(" ", zone) if unit == "%" else zone)
        if metrics and _PAID.search(zone):  # with what it is paid is no metric of it
            metrics = metrics_of(_SHARE.sub(" ", _PAID.sub(" ", zone)))
        if not metrics and (len(units) == 1 or len(mine) < 2):
            whole = metrics_of(text)
            metrics = whole if len(whole) == 1 else metrics
        metrics = of_unit(metrics, unit)
        before, after_ = text[max(low, r.literal_start - 44) : r.literal_start], text[r.end : high]
        against: frozenset[str] = frozenset()
        than = ""
        if m := _AGAINST.search(text, r.end, high) or _AGAINST.search(text, low, high):
            stop = _ON.search(text, m.end())
            end = stop.start() if stop else len(text)
            against = names_of([(a, t) for a, t in tokens if m.end() <= a < end])
            than = spelled(text[m.end() : end])
        near, named = stems(mine), names_of(mine)
        inside_ = [name for at, name in subjects if low <= at < r.start]
        subject = (
            inside_[-1]
            if inside_
            else subjects[0][1]
            if subjects and not named and subjects[0][0] < r.start
            else ""
        )
        if inside_:
            named |= {subject}
        before_zone = ""
        elided = (
            previous is not None
            and not near
            and not named
            and not than
            and _ELIDED.fullmatch(text, units[k - 1][1].end, r.literal_start) is not None
        )
        if elided and previous is not None:
            # "raises the rate by 2.0× over FIFO and by up to 2.3×", "falls from 8 s to 4 s, a factor of 2"
            near, named, subject = previous.near, previous.named, subject or previous.subject
            metrics = of_unit(metrics or previous.metrics, unit)
            than, against = previous.than, previous.against
            before_zone = previous.zone
        # "It saves 0.7 GB of buffers and 0.8 GB of state": the second is saved, too.
        listed = (
            change
            and k > 0
            and units[k - 1][2] == unit
            and _LISTED.fullmatch(text, units[k - 1][1].end, r.literal_start) is not None
        )
        change = _changes(r, before, after_) or listed
        averaged = "mean" if unit == "×" and means else ""
        previous = LocalResult(
            i, unit, _aggregate(r, before, text[r.end : r.end + 16], zone) or averaged, change,
            metrics, near, words, named, names, against, subject or ("we" if _PRONOUN.search(zone) else ""), settings,
            fronted, than, before_zone.rstrip() + spelled(zone), said, cues | {"before"} if _OLD.search(before) else cues,
        )  # fmt: skip
        yield previous


_FRONT = r"(?:On|With|At|For|When|Under|If|In|Using|Without|Across|Once|Given|After|Before|Beyond|From|Between|Even|Here|Now|Over|Within)"
_FRONTED = Lazy(
    rf"{_FRONT}\s((?:[^,:.;()]|\.\d|,\d|\([^()]{{0,40}}\)){{3,90}}),\s|"
    r"[^,:;()]{10,80}?\s(?:on|with|for|under|using)\s((?:[^,:.;()]){3,60}):\s"
)
_LEADS = Lazy(rf"{_FRONT}\s")
_WHEN = Lazy(r"(?:When|If|Once)\b")
_IS = Lazy(r"\b(?:is|are|was|were|has|have|takes?|needs?|reaches)\b")
_WORD = Lazy(r"[^\s(]+|\([^()]*\)")
_STARTS = frozenset({"the", "we", "it", "our", "its", "a", "an", "this", "each", "both"})
_JOINS = frozenset({"of", "in", "on", "for", "to", "with", "at", "by", "under", "from", "and", "between", "over", "than"})  # fmt: skip


def _up_to_subject(told: str) -> str:
    """What comes before "the mean iteration drops": of a condition whose comma is missing."""
    before = ""
    for k, word in enumerate(_WORD.finditer(told)):
        w = word.group().lower()
        if k and w in _STARTS and before not in _JOINS and not before.endswith("ing"):
            return told[: word.start()]
        before = w
    return told


def _condition(text: str, subjects: Sequence[tuple[int, str]]) -> str:
    """The condition that a sentence begins with, spelled, or ""; its comma may be missing."""
    m = _FRONTED.match(text)
    if m and (_WHEN.match(text) or not _IS.search(m.group())):
        told: str = m.group(1) or m.group(2)
        if m.group(1) and not _WHEN.match(text):
            told = _up_to_subject(told)
        return spelled(told)
    if not (m := _LEADS.match(text)):
        return ""
    first = subjects[0][0] if subjects else len(text)
    before = ""
    for k, word in enumerate(_WORD.finditer(text, m.end(), m.end() + 110)):
        w = word.group().lower()
        if word.start() >= first or (k and w in _STARTS and before not in _JOINS):
            return spelled(text[m.end() : word.start()]) if k else ""
        if w.startswith("("):
            continue
        before = w
        if w[-1] in ",;:":
            return ""
    return ""


_LABEL = Lazy(r"(?:[\w/@-]+[ ]){0,5}[\w/@-]+(?: \([^()]*\))?:")
"""What an item of a list is about: its first words, up to a colon."""


def _opening(text: str, low: int, at: int, breaks: Sequence[tuple[int, int]]) -> int:
    """Where a number's own words begin; in brackets, those of what they are an aside to."""
    found = [(s, e) for s, e in breaks if e <= at and e > low]
    if found and text[found[-1][0]] == "(" and len(text[found[-1][1] : at].split()) <= 4:
        found.pop()
    elif len(found) == 1 and _LABEL.fullmatch(text, 0, found[0][1]):
        found.pop()  # "Cost of energy: 27.2% lower"
    return found[-1][1] if found else low


def _subjects(text: str) -> list[tuple[int, str]]:
    """Names that a sentence has as subjects, and where they stand."""
    return [
        (m.start(1), spelled(m.group(1)).strip())
        for m in _SUBJECT.finditer(text)
        if len(m.group(1)) > 1
        and (m.start() or not m.group("any"))
        and m.group(1).lower() not in _NO_SUBJECT
        and not _NOUN.search(m.group(1))
    ]


def _changes(r: Reading, before: str, after: str) -> bool:
    """Whether a result says by how much something differs."""
    unit = r.quantity.shown_unit
    return unit in ("points", "×") or bool(_CHANGED.search(before) or _CHANGING.match(after))


def _aggregate(r: Reading, before: str, after: str, zone: str) -> str:
    q = r.quantity.qualifier
    if isinstance(r.quantity.value, tuple):
        return "range"
    if r.quantity.shown_unit == "×" and _UPPER.search(before):
        return "range"  # "1.37 to 3.14 times faster"
    if r.quantity.shown_unit == "×" and _LOWER.match(after):
        return "least"
    if r.quantity.shown_unit == "%" and _BY_UPPER.search(before):
        return "range"  # "is reduced by 30.2% to 40.8%"
    if r.quantity.shown_unit == "%" and _BY_LOWER.match(after) and _BY.search(before):
        return "least"
    if q is Qualifier.MAX or _MAX.search(before):
        return "max"
    if q is Qualifier.MEAN or (_MEAN.search(zone) and not _MEAN_VALUE.match(zone)):
        return "mean"
    return "min" if q is Qualifier.MIN or q is Qualifier.GT else ""


def _last(text: str, low: int, high: int) -> int | None:
    """Where the words of a later result begin between two of a sentence, or None."""
    found = [m.start() for m in _AND.finditer(text, low, high)]
    if not found and (m := _AT.search(text, low, high)):
        return m.start()
    return found[-1] if found else None
