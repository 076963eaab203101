"""What the words of one sentence bind its numbers to.

A thing that stands right beside a number is the number's; else the only one in its clause; else
the only one in its sentence, where nothing says that the clause is about another.  Two candidates
bind nothing, "respectively" pairs lists in order, and pronouns are not followed: whatever is bound
here is as good as said, and a proof may stand on it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import cache

from tanaka.latex.plain import CITE
from tanaka.paper.entities import YARDSTICK, Entity, EntityKind, entities, platform, same
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.records import dataclass

OURS = "our system"
"""What a number is about where the sentence says "we" or "our approach"."""


@dataclass(frozen=True, slots=True)
class Local:
    """What a sentence binds one of its numbers to.

    Attributes
    ----------
    entity : str
        The system, model or part that it is about, as written; "" where none is sure.
    context : tuple of (str, str)
        Pairs of a role's name and its value, in the order of the roles (see `tanaka.paper.about`).
    phrase : tuple of str
        Roles, "entity" included, whose words stand right beside the number.
    """

    entity: str = ""
    context: tuple[tuple[str, str], ...] = ()
    phrase: tuple[str, ...] = ()


# -- which numbers can be bound to what -------------------------------------------------------

_MEASURED = frozenset({
    Kind.ACHIEVED_COMPUTE, Kind.LATENCY, Kind.THROUGHPUT, Kind.SPEEDUP, Kind.UTILIZATION, Kind.ENERGY, Kind.POWER,
    Kind.COST, Kind.DURATION, Kind.MEMORY_CAPACITY,
})  # fmt: skip
_RATED = frozenset({Kind.PEAK_COMPUTE, Kind.MEMORY_CAPACITY, Kind.MEMORY_BANDWIDTH, Kind.POWER})
_SHAPED = frozenset({Kind.PARAM_COUNT, Kind.BATCH_SIZE, Kind.SEQ_LEN, Kind.ACCURACY, Kind.TOKEN_COUNT})  # fmt: skip
_SETTINGS = frozenset({Kind.GPU_COUNT, Kind.NODE_COUNT, Kind.BATCH_SIZE, Kind.SEQ_LEN})
_SHAPE_NOUNS = frozenset({"layer", "head", "expert", "parameter"})

_METRICS: dict[Kind, frozenset[str]] = {
    Kind.LATENCY: frozenset({"latency", "tail latency", "time to first token", "time per output token", "step time", "training time", "time", "communication time", "overhead"}),
    Kind.DURATION: frozenset({"training time", "time", "step time", "latency", "communication time", "overhead"}),
    Kind.THROUGHPUT: frozenset({"throughput", "goodput"}),
    Kind.ENERGY: frozenset({"energy"}),
    Kind.POWER: frozenset({"power"}),
    Kind.COST: frozenset({"cost"}),
    Kind.MEMORY_CAPACITY: frozenset({"memory", "memory capacity", "communication volume"}),
    Kind.MEMORY_BANDWIDTH: frozenset({"memory bandwidth", "bandwidth"}),
    Kind.LINK_BANDWIDTH: frozenset({"bandwidth"}),
    Kind.UTILIZATION: frozenset({"MFU", "HFU", "utilization", "hit rate", "miss rate", "acceptance rate", "bubble", "scaling efficiency", "overhead"}),
    Kind.ACCURACY: frozenset({"accuracy", "F1", "BLEU", "perplexity", "loss", "error"}),
}  # fmt: skip


class _Far(Enum):
    """How far from a number its candidate may stand."""

    BESIDE = 0
    CLAUSE = 1
    LEAD = 2
    """Also in the words that a sentence begins with ("On 64 GPUs, ...")."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """What a number is, as far as it decides what it can be bound to.

    Attributes
    ----------
    ratio : bool
        A factor, a percentage or a difference in points.
    measured, counted, rated, peak, setting : bool
        A measurement; a count of devices or nodes; what a part may be rated for; what only a part
        has; a number that others are measured at.
    reach : mapping
        For each role that the number can have, how far from it the words may stand.
    firm : frozenset of str
        Roles that may be bound to what something is held against, where it stands beside.
    metrics : frozenset of str or None
        Metrics of its kind.
    """

    ratio: bool
    measured: bool
    counted: bool
    rated: bool
    peak: bool
    setting: bool
    reach: Mapping[str, _Far]
    firm: frozenset[str]
    metrics: frozenset[str] | None


@cache
def _sort(kind: Kind, noun: str, shown_unit: str) -> _Sort:
    ratio = kind is Kind.SPEEDUP or shown_unit in ("%", "×", "points")
    measured = kind in _MEASURED or (ratio and not noun and kind is not Kind.ACCURACY)
    counted = kind in (Kind.GPU_COUNT, Kind.NODE_COUNT) or noun in ("gpu", "node")
    shaped = kind in _SHAPED or noun in _SHAPE_NOUNS
    rated, peak = kind in _RATED, kind in (Kind.PEAK_COMPUTE, Kind.MEMORY_BANDWIDTH)
    runs = measured and kind not in (Kind.POWER, Kind.MEMORY_CAPACITY)
    beside, clause, lead = _Far.BESIDE, _Far.CLAUSE, _Far.LEAD
    reach: dict[str, _Far] = {}
    if measured or counted or rated:
        reach["device"] = lead if measured else clause
    if runs:
        reach |= {"gpus": lead, "nodes": lead}
    if runs or kind is Kind.LINK_BANDWIDTH:
        reach["link"] = beside if ratio else clause
    if measured or kind in (Kind.PEAK_COMPUTE, Kind.ACCURACY):
        reach["precision"] = beside if ratio else clause
    if measured or shaped or counted:
        reach["model"] = beside if kind is Kind.TOKEN_COUNT else lead if measured else clause
    if measured or kind is Kind.ACCURACY:
        reach["dataset"] = lead
    elif kind is Kind.TOKEN_COUNT or noun in ("sample", "sequence"):
        reach["dataset"] = beside
    if measured and kind is not Kind.POWER:
        reach |= {"batch": lead, "seq_len": lead}
    if (measured and kind is not Kind.POWER) or counted:
        reach["phase"] = beside if ratio else clause
    if measured or kind is Kind.ACCURACY:
        reach["experiment"] = clause
    firm = {"device": peak or counted, "link": not runs, "model": shaped}
    return _Sort(
        ratio, measured, counted, rated, peak, kind in _SETTINGS or noun != "", reach,
        frozenset(role for role, so in firm.items() if so), _METRICS.get(kind),
    )  # fmt: skip


def _sort_of(r: Reading) -> _Sort:
    return _sort(r.kind, r.noun, r.quantity.shown_unit)


# -- places in a sentence ---------------------------------------------------------------------

_BREAK = Lazy(
    r"[;:—]| [–-] | \(|\) ?|,? (?=(?:and (?=\w+ly\b|(?:we|it|they|the|this|our|its|an?) )|while|whereas|whilst|although|though|but|because|since|despite|which|so|yet|then|whose|where|that is|i\.e\.)\b)"
    r"|, (?=(?:and|we|it|they|this|our|with|the (?:latter|former|others?))\b)"
)
_LEAD = Lazy(
    r"\W*(?:On|At|In|For|With|Using|Under|During|When|Across|After|Over|Running|Training|Serving|Trained|Given)\b[^,;:]*$"
)
_NEXT = Lazy(r"\b(?:and|or|but|with|to|than|while)\b")
_NO_LIST_COMMA = Lazy(r",(?!\s?\d)")
# Words between a comparison and what it holds a number against.
_FILLER = frozenset({
    "the", "a", "an", "its", "plain", "vanilla", "original", "default", "standard", "existing", "prior", "optimized", "naive",
    "popular", "system", "systems", "baseline", "baselines", "such", "as", "running", "using", "of", "to", "both", "on", "with", "including",
})  # fmt: skip
_COMPARES = Lazy(
    r"than|versus|vs|against|unlike|outperform\w*|beat(?:s|ing)?|surpass\w*|exceed\w*|baselines?|behind|like|replac\w+|state-of-the-art|trails?|"
    r"(?:compar(?:ed?|es|ing|ison)) (?:to|with|against)|relative to|respect to|opposed to|instead of|rather than|(?:that|those) of|close to|similar to|(?:gap|distance|difference|margin) (?:to|from|with|over)|"
    r"(?:improv\w+|gains?|speed-?ups?|reductions?|savings?|advantages?|better|higher|lower|faster|slower|times|\S*[×%xX]|increase|decrease) over"
)
_GROUND = frozenset({"the", "a", "an", "plain", "vanilla", "existing", "original", "standard"})


def _held_against(text: str, at: int, *, link: bool) -> bool:
    """Whether the words before a name hold something against it ("faster than the plain X").

    Over a link something is sent: "over" holds nothing against it.
    """
    if YARDSTICK.search(text, max(0, at - 64), at):
        return True
    words = text[max(0, at - 64) : at].lower().split()
    for i in range(len(words) - 1, max(-1, len(words) - 7), -1):
        word = words[i].strip(",:.(")
        if _COMPARES.fullmatch(word):
            return True
        if i and _COMPARES.fullmatch(f"{words[i - 1]} {word}"):
            return not (link and word == "over")
        if word == "over" and not link and i + 1 < len(words) and words[i + 1] in _GROUND:
            return True
        if word and word not in _FILLER and "-" not in word and word != CITE:
            return False
    return False


_JOINED = Lazy(rf"(?:\s|{CITE}|\([^()]*\))*(?:,|/|&|,? and|,? or|vs\.?)\s*(?:the |an? |NVIDIA |on |of |for )?$")  # fmt: skip
_CONTRAST = Lazy(
    r"^\W*(?:while|whereas|but|although|though|however|instead|by contrast|yet)\b", re.I
)
_OTHER = Lazy(
    r"\b(?:it|its|they|their|them|these|those|the (?:latter|former|others?|rest|same|second|first|baselines?|original|default)|others?|another|both|either|each of|the two|respective)\b",
    re.I,
)
_ELSEWHERE = Lazy(r"\b(?:on|with|using|in) (?:an?|the|our|its|their|one|two|other|another|each) (?!aver|order|total|case|same|paper|work|whole|absence|presence|range|best|worst|first|second|end|form|sense|long|short)", re.I)  # fmt: skip
_RESPECTIVELY = Lazy(r"\brespectively\b|\bresp\.", re.I)
_HEDGE = r"(?:only|about|around|roughly|approximately|nearly|almost|over|up to|more than|less than|at least|at most|just|as much as|as high as|as low as|an average of|a total of|a|an|the|its|some|≈|∼|~|<|>|≤|≥|\$|\+)"
_GIVES = (
    r"has|have|had|with|offers?|offering|provides?|providing|features?|featuring|delivers?|delivering|reaches|reached|reach|achieves?|achieved|achieving|attains?|attained|"
    r"sustains?|sustained|gets?|obtains?|takes?|took|needs?|needed|requires?|required|uses?|used|using|consumes?|consumed|draws?|runs? at|running at|is|are|was|were|at|of|for|in|by|to|"
    r"contains?|holds?|equipped with|operates? at|serves?|generates?|processes|decodes?(?: at)?|trains? at|supports?|peaks? at|costs?|incurs?|spends?|yields?|improves?|scores?|records?|hits?|"
    r"bandwidth|throughput|latency|accuracy|capacity|memory|efficiency|energy|power|speed-?up|performance|utili[sz]ation|peak|average|mean|median|total|rate"
)
_BEFORE = Lazy(
    rf"^(?:['’]s?)?(?:\s|{CITE})*(?:GPUs?|cards?|accelerators?|models?|chips?|board|class|-class|itself|alone|\)|also|now|still|then|thus|already|can|could|\s)*"
    rf"(?:\(|\[|=|:|\s|{_GIVES})*(?:\s|{_HEDGE}\b|[≈∼~<>≤≥$+])*$",
    re.I,
)
_AFTER = Lazy(
    rf"^(?:-|\s)*(?:(?:on|for|of|with|in|by|using|per|from|under|via|through|achieved by|obtained by|delivered by|across)\s+)?"
    rf"(?:an?\s|the\s|one\s|each\s|single\s|entire\s|every\s|our\s|this\s|latest\s|{CITE})*$",
    re.I,
)
_WE_REACH = Lazy(
    r"\s+(?:can |could |also |then |now |thus |further |still |even |already |\w+ly )*(?:achiev|reach|obtain|attain|sustain|gain|improv|reduc|cut|lower|outperform|speed up|sped up|save|"
    r"deliver|complet|finish|serve|surpass|beat|match|shrink|halve|double)(?:e?s|e?d|ing|e)?\b"
)
# What may stand before the subject of a clause.
_SUBJECT = Lazy(
    r"\W*(?:(?:and|but|so|yet|while|whereas|thus|hence|then|therefore|however|that|which|where|the|as a result|in contrast|by contrast|in total|overall|"
    r"similarly|also|for (?:example|instance)|because|since|although|though|when|if|\w+ly|both|even|our)\b[,\s]*)*$|"
    r"\W*(?:Figure|Table|Fig\.|Section|We|Results?|It)\b[^,;]{0,50}\bthat\s(?:the\s)?$|"
    r"\W*(?:On|At|In|For|Under|During|When|Across|After|Over|As|Compared|Unlike|To)\b[^;:]{0,100},\s(?:the\s)?$|\W*(?:With|Using|Under|For|In)\s(?:the\s)?$",
    re.I,
)


_HEDGES = frozenset({
    "only", "about", "around", "roughly", "approximately", "nearly", "almost", "up", "more", "less", "at", "least", "most", "just", "an", "a",
    "average", "the", "its", "some", "≈", "∼", "~", "$",
})  # fmt: skip
_FORMER = Lazy(
    r"from|than|vs|versus|against|whereas|over|original(?:ly)?|baseline|baseline['’]s|(?:instead|baseline) of|compared (?:to|with)|relative to"
)


def _is_former(text: str, at: int) -> bool:
    """Whether a number is what another is held against ("from 420 ms", "instead of 3 GB")."""
    words = text[max(0, at - 40) : at].lower().split()
    while words and words[-1] in _HEDGES:
        words.pop()
    return bool(words) and (
        _FORMER.fullmatch(words[-1].strip(",.(")) is not None
        or _FORMER.fullmatch(" ".join(words[-2:])) is not None
    )


class _Scene:
    """A sentence taken apart, once for all its numbers.

    Attributes
    ----------
    sentence : Sentence
    named : dict
        Its entities by kind.
    compared : set of int
        Starts of the entities that something is held against.
    paired : bool
        Whether the sentence says "respectively".
    """

    __slots__ = ("_starts", "compared", "named", "paired", "sentence")

    def __init__(self, sentence: Sentence) -> None:
        text = sentence.text
        self.sentence = sentence
        self.named: dict[EntityKind, list[Entity]] = {}
        self.compared: set[int] = set()
        self.paired = "resp" in text and _RESPECTIVELY.search(text) is not None
        self._starts: tuple[int, ...] | None = None
        last: Entity | None = None
        for e in entities(text):
            self.named.setdefault(e.kind, []).append(e)
            if e.kind is EntityKind.METRIC:
                continue
            if _held_against(text, e.start, link=e.kind is EntityKind.LINK) or (
                last is not None and last.start in self.compared and last.kind is e.kind and _also(text, last, e)
            ):  # fmt: skip
                self.compared.add(e.start)
            last = e

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each clause begins."""
        if self._starts is None:
            self._starts = (0, *(m.end() for m in _BREAK.finditer(self.sentence.text)))
        return self._starts

    def clause(self, at: int) -> int:
        """Index of the clause around an offset."""
        return bisect_right(self.starts, at) - 1

    def text(self, k: int) -> str:
        """Words of a clause."""
        end = self.starts[k + 1] if k + 1 < len(self.starts) else len(self.sentence.text)
        return self.sentence.text[self.starts[k] : end]


_ENDS = Lazy(rf"(?:\s|{CITE}|\([^()]*\))*(?:[,.;)]|and\b|or\b|$)")


def _also(text: str, last: Entity, e: Entity) -> bool:
    """Whether a name is the next of a list, and not the subject of what follows ("than X, Y gains")."""
    gap = text[last.end : e.start]
    return _JOINED.fullmatch(gap) is not None and (
        "," not in gap or _ENDS.match(text, e.end) is not None
    )


# -- one role ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Named:
    """A candidate: its value, what makes it equal to another, and where it stands."""

    value: str
    same: str
    start: int
    end: int
    compared: bool = False
    loose: bool = False
    """Whether it is bound only to a number beside it."""


@dataclass(frozen=True, slots=True)
class _Found:
    value: str
    near: bool


def _distinct(candidates: Iterable[_Named]) -> list[_Named]:
    """One of each thing; a shorter name behind a longer one is the same ("A100-80GB ... each A100")."""
    kept: list[_Named] = []
    for c in sorted(candidates, key=lambda c: c.start):
        if not any(k.same.startswith(c.same) for k in kept):
            kept.append(c)
    return kept


def _beside(scene: _Scene, r: Reading, c: _Named) -> bool:
    """Whether a candidate stands in the noun phrase of a number."""
    text = scene.sentence.text
    if c.start < r.end and r.start < c.end:
        return True
    if c.end <= r.start:
        gap = text[c.end : r.start]
        if len(gap) > 1 and gap[:2] == " (" and ")" not in gap and len(gap) <= 60:
            return True  # "X (14M parameters, 71.3%)"
        return len(gap) <= 40 and _BEFORE.match(gap) is not None
    gap = text[r.end : c.start]
    if len(gap) > 25 or _AFTER.match(gap) is None:
        return False
    # "2.3× of X" is a share of X
    return not (_sort_of(r).ratio and re.match(r"\s*of\b", gap))


def _one(
    scene: _Scene, r: Reading, candidates: Sequence[_Named], far: _Far, *, firm: bool = False
) -> _Found | None:
    """The one candidate that a number is bound to.

    Parameters
    ----------
    far : _Far
    firm : bool
        Whether what something is held against may be bound where it stands beside the number.
    """
    if not candidates:
        return None
    if scene.paired and r.series:
        return _in_order(scene, r, candidates)
    candidates = [c for c in candidates if not _is_of_another(scene, r, c)]
    inside = [c for c in candidates if c.start < r.end and r.start < c.end]
    if len(_distinct(inside)) == 1:
        return _Found(inside[0].value, True)
    beside = [c for c in candidates if (firm or not c.compared) and _beside(scene, r, c)]
    if beside:
        rivals = [
            c
            for c in candidates
            if c not in beside and c.compared == beside[0].compared and _joined(scene, c, beside[0])
        ]
        return _Found(beside[0].value, True) if len(_distinct([*beside, *rivals])) == 1 else None
    if far is _Far.BESIDE or scene.paired:
        return None
    k = scene.clause(r.start)
    here = [c for c in candidates if scene.clause(c.start) == k]
    if here:
        mine = _distinct(c for c in here if not c.compared)
        sure = len(mine) == 1 and not mine[0].loose and _reaches(scene, mine[0], r)
        return _Found(mine[0].value, False) if sure else None
    if far is not _Far.LEAD or k == 0 or k > 2:
        return None
    leading = [c for c in candidates if scene.clause(c.start) == 0]
    c = leading[0] if leading else candidates[0]
    if len(_distinct(candidates)) != 1 or c.compared or c.loose or not _leads(scene, c):
        return None
    words = scene.text(k)
    if _OTHER.search(words) or _ELSEWHERE.search(words) or _CONTRAST.match(words):
        return None
    return _Found(c.value, False)


_OWNS = Lazy(r"\s?(?:of|for|with|by)\s(?:the\s|an?\s|plain\s|vanilla\s|baseline\s)*")
_TURNS = Lazy(r"(?:['’]s?)?(?:\s[A-Za-z]+)?(?:\s|\ue000)*(?:,?\s)?(?:down |up )?(?:in)?to\b", re.I)


def _is_of_another(scene: _Scene, r: Reading, c: _Named) -> bool:
    """Whether a thing owns the number before, which becomes this one ("the 420 ms of X to 140")."""
    if c.end > r.start:
        return False
    text = scene.sentence.text
    if not _TURNS.match(text, c.end, r.start):
        return False
    return any(
        s.quantity.unit == r.quantity.unit and _OWNS.fullmatch(text, s.end, c.start)
        for s in scene.sentence.readings
        if s.end <= c.start
    )


def _leads(scene: _Scene, c: _Named) -> bool:
    """Whether a candidate stands in the adverbial that its sentence begins with."""
    text = scene.sentence.text
    return _LEAD.match(text[: c.start]) is not None


_FITS = Lazy(r"\bfit(?:s|ting|ted)?\b|\bexceed(?:s|ed|ing)?\b")


def _reaches(scene: _Scene, c: _Named, r: Reading) -> bool:
    """Whether no comma parts a candidate from a number of its clause, but one behind a lead."""
    text = scene.sentence.text
    if c.end <= r.start:
        if _FITS.search(text, c.end, r.start):
            return False  # "X does not fit into 40 GB": of the part
        commas = len(_NO_LIST_COMMA.findall(text, c.end, r.start))
        return commas == 0 or (commas == 1 and _leads(scene, c))
    if _NO_LIST_COMMA.search(text, r.end, c.start) or _NEXT.search(text, r.end, c.start):
        return False
    between = [s for s in scene.sentence.readings if r.end <= s.start and s.end <= c.start]
    return all((s.series and s.series == r.series) or _sort_of(s).setting for s in between)


def _joined(scene: _Scene, c: _Named, beside: _Named) -> bool:
    """Whether a candidate stands in one list with another ("A and B", "A, B")."""
    a, b = (c, beside) if c.start < beside.start else (beside, c)
    gap = scene.sentence.text[a.end : b.start]
    return len(gap) < 30 and _JOINED.fullmatch(gap) is not None


def _in_order(scene: _Scene, r: Reading, candidates: Sequence[_Named]) -> _Found | None:
    """Pairing of two lists of one length: the third number is the third name's."""
    numbers = [s for s in scene.sentence.readings if s.series == r.series]
    runs: list[list[_Named]] = []
    for c in sorted(candidates, key=lambda c: c.start):
        if runs and _JOINED.fullmatch(scene.sentence.text[runs[-1][-1].end : c.start]):
            runs[-1].append(c)
        else:
            runs.append([c])
    lists = [run for run in runs if len(run) > 1]
    if len(lists) == 1 and len(lists[0]) == len(numbers) and len(_distinct(candidates)) == len(numbers):  # fmt: skip
        return _Found(lists[0][numbers.index(r)].value, True)
    if not lists and len(_distinct(candidates)) == 1 and not candidates[0].compared:
        return _Found(candidates[0].value, False)
    return None


# -- words that name no entity ----------------------------------------------------------------

_PRECISION = Lazy(
    r"\b(?:BF16|bf16|[Bb]float16|BFloat16|FP16|fp16|[Hh]alf[- ]precision|float16|TF32|tf32|FP32|fp32|[Ss]ingle[- ]precision|float32|"
    r"FP64|fp64|[Dd]ouble[- ]precision|FP8|fp8|E4M3|E5M2|MXFP8|INT8|int8|NVFP4|MXFP4|FP4|fp4|INT4|int4|[Mm]ixed[- ]precision|W4A16|W8A8|Q[2-8]_[A-Z0-9_]+)\b"
)
_WIDTH = Lazy(r"\b(\d{1,2})-bit\b")
_NOT_RUN = Lazy(r"\s*(?:master|accumulat|moments?|optimi[sz]er|copy|copies|gradients?)", re.I)
_INTO = Lazy(r"\baccumulat\w+ (?:in|into|to) $", re.I)
_PHASE = Lazy(
    r"\b(?=[ptrfdcaigsPTRFDCAIGS])(?:(?P<training>pre-?training|(?:re)?training(?! (?:set|data\w*|samples?|examples?|images?|loss|accuracy|infrastructure|frameworks?|curves?|corpus|tokens?|recipes?|objective))|fine-?tuning)|"
    r"(?P<prefill>pre-?fill(?:ing)?|prompt processing)|(?P<decode>decod(?:e|es|ing)(?! transformer)|token generation|generation phase)|"
    r"(?P<communication>communication|all-?reduce|all-?to-?all|all-?gather|reduce-?scatter)|(?P<inference>inference|serving))\b(?!-)",
    re.I,
)
_EXPERIMENT = Lazy(
    r"\b(?:(?P<weak>weak[- ]scaling)|(?P<strong>strong[- ]scaling)|(?P<ablation>ablations?)|(?P<micro>micro-?benchmarks?)|"
    r"(?P<e2e>end[- ]to[- ]end)|(?P<case>case study)|(?P<simulation>in simulation|simulated))\b",
    re.I,
)
# Letters, in lower case, of which whatever a pattern finds holds some: asking for them is cheap.
_PHASE_CUES = ("train", "tun", "fill", "decod", "generat", "communic", "all-", "allr", "allg", "allt", "all r", "all g", "all t", "reduce", "inferen", "serving", "prompt p")  # fmt: skip
_EXPERIMENT_CUES = ("scaling", "ablation", "benchmark", "end-to", "end to", "case stu", "simulat")
_PRECISION_CUES = ("fp", "f16", "float", "precision", "int4", "int8", "tf32", "e4m3", "e5m2", "w4a", "w8a", "q2_", "q3_", "q4_", "q5_", "q6_", "q8_")  # fmt: skip
_EXPERIMENTS = {"weak": "weak scaling", "strong": "strong scaling", "ablation": "ablation", "micro": "microbenchmark",
                "e2e": "end to end", "case": "case study", "simulation": "simulation"}  # fmt: skip


def _precisions(text: str, low: str) -> list[_Named]:
    if not any(cue in low for cue in _PRECISION_CUES):
        return []
    from hwmodels.catalog import precision_name

    found = []
    for m in _PRECISION.finditer(text):
        if _NOT_RUN.match(text, m.end()) or _INTO.search(text, 0, m.start()):
            continue
        low = m.group().lower()
        name = low if low.startswith(("int4", "w", "q")) else precision_name(low)
        value = {"half": "16-bit"}.get(name, name) or low
        found.append(_Named(value, value, m.start(), m.end()))
    # "4-bit weights and an FP16 cache": what is computed in is not sure.
    if found and "-bit" in text:
        widths = {w for w in _WIDTH.findall(text) if not any(w in c.value for c in found)}
        if widths:
            found = [replace(c, loose=True) for c in found]
    return found


def precision_names(text: str) -> tuple[str, ...]:
    """Number formats that a text computes in, each once ("bf16")."""
    return tuple(dict.fromkeys(p.value for p in _precisions(text, text.lower())))


def phase_names(text: str) -> tuple[str, ...]:
    """Phases that a text speaks of, each once ("training", "decode")."""
    low = text.lower()
    found = _grouped(_PHASE, text) if any(c in low for c in _PHASE_CUES) else []
    return tuple(dict.fromkeys(p.value for p in found))


def roles_of(kind: Kind, noun: str, shown_unit: str) -> frozenset[str]:
    """Roles that a number of this sort can have: a learning rate runs on no part."""
    return frozenset(_sort(kind, noun, shown_unit).reach)


def measures(kind: Kind, metric: str) -> bool:
    """Whether a number of a kind may be a value of a metric, by its canonical name."""
    return kind not in _METRICS or metric in _METRICS[kind]


def _grouped(pattern: Lazy, text: str, names: Mapping[str, str] | None = None) -> list[_Named]:
    """Words that a pattern finds, by the name of its group."""
    found = []
    for m in pattern.finditer(text):
        group = m.lastgroup or ""
        name = names[group] if names is not None else group
        found.append(_Named(name, name, m.start(), m.end()))
    return found


def _within(count: _Named, devices: Sequence[_Named]) -> bool:
    """Whether the digits of a count are a part's name ("an RTX 4090 GPU")."""
    return any(d.start < count.start < d.end for d in devices)


def _counts(sentence: Sentence, noun: str, kind: Kind) -> list[_Named]:
    """Numbers of a sentence that count something, as candidates."""
    found = []
    for r in sentence.readings:
        if r.kind is not kind and (not noun or r.noun != noun):
            continue
        value = f"{r.quantity.point:.0f}"
        several = r.per != "" or isinstance(r.quantity.value, tuple) or r.series != 0
        bounded = r.quantity.qualifier not in (Qualifier.EXACT, Qualifier.LIST)
        if several or bounded or not 1 <= r.quantity.point <= 1e6:
            found.append(_Named(value, f"{value} among others", r.start, r.end, True))
        else:
            spelled = r.quantity.literal.text.isalpha()  # "one", "single": of what is not sure
            found.append(_Named(value, f"{value} alone", r.start, r.end, False, spelled))
    return found


# -- metrics ----------------------------------------------------------------------------------

_METRIC_BEFORE = Lazy(
    rf"^(?:\s*\([A-Z0-9@-]+\))?(?:\s+(?:by|of|from|to|is|are|was|were|at|reaches|drops?|falls?|fell|rises?|rose|grows?|improves?|improved|increases?|increased|decreases?|decreased|"
    rf"reduced|reaching|reduction|reductions|improvements?|gains?|savings?|as|being|stays?|remains?|=|:|further|only|even|an|average))*(?:\s|=|:|{_HEDGE}\b|[≈∼~<>≤≥$+])*$",
    re.I,
)
_METRIC_AFTER = Lazy(
    r"^[\s-]*(?:(?:higher|lower|better|greater|more|less|fewer|smaller|larger|shorter|worse|increases?|reductions?|decreases?|improvements?|improved|reduced|gains?|savings?|in|of|the|end-to-end|average|mean|"
    r"overall|peak|total|absolute|relative|maximum|its|our|model|test|drop|loss|on)[\s-]+)*$",
    re.I,
)


_BESIDE_ONLY = frozenset({"overhead", "time", "communication volume", "cost"})


def _metric(scene: _Scene, r: Reading) -> _Found | None:
    """The metric that a number is a value of, or a change in."""
    text = scene.sentence.text
    sort = _sort_of(r)
    allowed, relative = sort.metrics, sort.ratio
    metrics = scene.named.get(EntityKind.METRIC)
    if not metrics or (allowed is None and not relative):
        return None
    candidates = [
        e
        for e in metrics
        if (allowed is None or relative or e.key in allowed)
        and not (relative and e.key in ("bandwidth", "memory bandwidth", "memory capacity") and r.kind is Kind.SPEEDUP)
    ]  # fmt: skip
    if not candidates:
        return None
    others = [s for s in scene.sentence.readings if s is not r]
    near: dict[str, Entity] = {}
    for e in candidates:
        if e.end <= r.start:
            gap = text[e.end : r.start]
            if len(gap) <= 45 and _METRIC_BEFORE.match(gap):
                near[e.key] = e
        elif r.end <= e.start:
            gap = text[r.end : e.start]
            if (
                len(gap) <= 45
                and _METRIC_AFTER.match(gap)
                and not any(r.end <= s.start < e.start for s in others)
            ):
                near[e.key] = e
    if len(near) == 1:
        return _Found(next(iter(near)), True)
    if near or relative:
        return None
    k = scene.clause(r.start)
    here = [e for e in candidates if e.end <= r.start and scene.clause(e.start) == k]
    if len({e.key for e in here}) != 1 or here[0].key in _BESIDE_ONLY:
        return None
    if any(e.end <= s.start < r.start for e in here for s in others):
        return None  # of another number
    return _Found(here[0].key, False)


# -- what a number is about -------------------------------------------------------------------


def _subjects(scene: _Scene) -> list[_Named]:
    """Systems that a sentence may be about, ours with those that are named."""
    text = scene.sentence.text
    found = []
    for e in scene.named.get(EntityKind.SYSTEM, ()):
        if platform(e.name):
            continue
        if e.ours:
            if e.name.lower() == "we" and not _WE_REACH.match(text, e.end):
                continue
            found.append(_Named(OURS, OURS, e.start, e.end, e.start in scene.compared))
        else:
            found.append(_Named(e.name, e.key or e.name, e.start, e.end, e.start in scene.compared))
    return found


def _things(scene: _Scene, kind: EntityKind) -> list[_Named]:
    return [
        _Named(e.name, same(e), e.start, e.end, e.start in scene.compared)
        for e in scene.named.get(kind, ())
    ]


_SIZED_NAME = Lazy(r"(.*?)(\d+(?:\.\d+)?[BM])((?:[- ].*)?)")
_SIZES_BEFORE = Lazy(r"(?:\d+(?:\.\d+)?[BM](?:, and |, or |, | and | or |/| & ))+$")
_SIZES_AFTER = Lazy(
    r"(?:(?:, and |, or |, | and | or |/| & )\d+(?:\.\d+)?[BM](?![\w.]|[- ][a-z]*(?:token|param)))+"
)
_ONE_SIZE = Lazy(r"\d+(?:\.\d+)?[BM]")


def _models(scene: _Scene) -> list[_Named]:
    """Models of a sentence, with those of a list whose name is said once: "7B and 13B models"."""
    found = _things(scene, EntityKind.MODEL)
    text = scene.sentence.text
    for c in tuple(found):
        parts = _SIZED_NAME.fullmatch(c.value)
        if parts is None:
            continue
        head, _, tail = parts.groups()
        sizes: list[re.Match[str]] = []
        if not head and (before := _SIZES_BEFORE.search(text, max(0, c.start - 60), c.start)):
            sizes += _ONE_SIZE.finditer(text, before.start(), before.end())
        if not tail and (after := _SIZES_AFTER.match(text, c.end)):
            sizes += _ONE_SIZE.finditer(text, after.start(), after.end())
        for m in sizes:
            if not any(k.start < m.end() and m.start() < k.end for k in found):
                name = f"{head}{m.group()}{tail}"
                found.append(_Named(name, name, m.start(), m.end(), c.compared))
    return sorted(found, key=lambda c: c.start)


_RATING = Lazy(
    r"\s*(?:of )?(?:HBM|GDDR|DDR|DRAM|VRAM|on-?board|device memory|GPU memory|memory (?:capacity|bandwidth)|peak|TDP|each)",
    re.I,
)
_RATING_BEFORE = Lazy(r"\b(?:TDP|peak|capacity|bandwidth)\b[^.;,]{0,16}$", re.I)


def _rated(scene: _Scene, r: Reading, devices: Sequence[_Named]) -> _Found | None:
    """The part whose specification a number is: beside it, or the only one where it reads so."""
    firm = [c for c in devices if _beside(scene, r, c)]
    if firm:
        found = _one(scene, r, devices, _Far.BESIDE, firm=True)
        return found if found is not None and (r.kind is not Kind.MEMORY_CAPACITY or _reads_rated(scene, r, firm[0])) else None  # fmt: skip
    if r.kind is Kind.PEAK_COMPUTE or r.kind is Kind.MEMORY_BANDWIDTH or _RATING.match(scene.sentence.text, r.end) or _RATING_BEFORE.search(scene.sentence.before(r)):  # fmt: skip
        before = [c for c in devices if c.end <= r.start]
        return _one(scene, r, before, _Far.CLAUSE) if len(_distinct(devices)) == 1 else None
    return None


_SAYS_RATED = Lazy(
    r"\b(?:has|have|had|with|offers?|provides?|features?|equipped|holds?|contains?)\b|\(|^\s*-?\s*$",
    re.I,
)


def _reads_rated(scene: _Scene, r: Reading, c: _Named) -> bool:
    """Whether bytes beside a part are its capacity: "A100 (80 GB)", "80 GB A100"."""
    text = scene.sentence.text
    if c.start < r.end and r.start < c.end:
        return True
    if c.end <= r.start:
        return _SAYS_RATED.search(text[c.end : r.start]) is not None
    return not text[r.end : c.start].strip(" -\u2009") or bool(
        re.match(r"\s*per\b|\s*of (?:an?|each|the)\b", text[r.end : c.start])
    )


def _entity(those: _Candidates, r: Reading, sort: _Sort) -> _Found | None:
    """The system, model or part that a number is about."""
    scene, devices, models = those.scene, those.devices, those.models
    if sort.rated and devices and (part := _rated(scene, r, devices)) is not None:
        return part
    if sort.peak:  # of a part that the paper makes
        return None if devices else _one(scene, r, those.systems, _Far.CLAUSE)
    if r.kind is Kind.LINK_BANDWIDTH:
        return _one(scene, r, those.links, _Far.CLAUSE, firm=True)
    if r.kind is Kind.PARAM_COUNT or r.noun in _SHAPE_NOUNS:
        return _one(scene, r, models, _Far.CLAUSE, firm=True)
    if r.noun or not (sort.measured or r.kind is Kind.ACCURACY):
        return None
    systems = those.systems
    if not (systems or models or devices):
        return None
    former = _is_former(scene.sentence.text, r.start)
    near = _one(scene, r, systems, _Far.BESIDE, firm=not sort.ratio)
    if near is not None or former:
        return near
    pronoun = _OTHER.search(scene.text(scene.clause(r.start))) is not None
    if systems:
        far = _one(scene, r, systems, _Far.CLAUSE)
        return far if far is not None and not pronoun and _subject(scene, r, systems) else None
    if sort.ratio:
        return None  # a gain on a model is not about that model
    if pronoun:
        return _one(scene, r, models, _Far.BESIDE)
    found = _one(scene, r, models, _Far.CLAUSE)
    if found is None and r.kind is Kind.ACHIEVED_COMPUTE:
        return _one(scene, r, devices, _Far.CLAUSE)
    return found


def _subject(scene: _Scene, r: Reading, systems: Sequence[_Named]) -> bool:
    """Whether a system of a number's clause is what the clause speaks of."""
    k = scene.clause(r.start)
    begin = scene.starts[k]
    return any(
        scene.clause(c.start) == k
        and c.end <= r.start
        and _SUBJECT.fullmatch(scene.sentence.text, begin, c.start)
        for c in systems
        if not c.compared
    )


# -- the whole --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Everything in a sentence that a number may be bound to."""

    scene: _Scene
    systems: list[_Named]
    devices: list[_Named]
    models: list[_Named]
    links: list[_Named]
    roles: tuple[tuple[str, list[_Named]], ...]
    """Candidates by role, in the order of `tanaka.paper.about.Role`; those without any left out."""


def bind(sentence: Sentence) -> tuple[Local, ...]:
    """What each number of a sentence is bound to by the words of that sentence.

    Returns
    -------
    tuple of Local
        One for each reading, in their order.
    """
    if not sentence.readings:
        return ()
    scene = _Scene(sentence)
    text = sentence.text
    low = text.lower()
    devices, models = _things(scene, EntityKind.DEVICE), _models(scene)
    links = _things(scene, EntityKind.LINK)
    roles = (
        ("device", devices),
        ("gpus", [c for c in _counts(sentence, "gpu", Kind.GPU_COUNT) if not _within(c, devices)]),
        ("nodes", _counts(sentence, "node", Kind.NODE_COUNT)),
        ("link", links),
        ("precision", _precisions(text, low)),
        ("model", models),
        ("dataset", _things(scene, EntityKind.DATASET)),
        ("batch", _counts(sentence, "", Kind.BATCH_SIZE)),
        ("seq_len", _counts(sentence, "", Kind.SEQ_LEN)),
        ("phase", _grouped(_PHASE, text) if any(c in low for c in _PHASE_CUES) else []),
        ("experiment", _grouped(_EXPERIMENT, text, _EXPERIMENTS) if any(c in low for c in _EXPERIMENT_CUES) else []),
    )  # fmt: skip
    those = _Candidates(
        scene, _subjects(scene), devices, models, links, tuple(r for r in roles if r[1])
    )
    return tuple(_local(those, r) for r in sentence.readings)


def _local(those: _Candidates, r: Reading) -> Local:
    sort = _sort_of(r)
    entity = _entity(those, r, sort)
    near = [] if entity is None or not entity.near else ["entity"]
    pairs: list[tuple[str, str]] = []

    def put(role: str, found: _Found | None) -> None:
        if found is not None:
            pairs.append((role, found.value))
            if found.near:
                near.append(role)

    spelled = sort.counted and r.quantity.literal.text.isalpha()
    for role, things in those.roles:
        far = sort.reach.get(role)
        if spelled and role == "phase":
            continue  # "a single node of failure"
        # a ratio of two parts, models or formats is of neither
        if far is not None and not (sort.ratio and any(c.compared for c in things)):
            put(role, _one(those.scene, r, things, far, firm=role in sort.firm))
    if not sort.counted and not r.noun:
        put("metric", _metric(those.scene, r))
    return Local(entity.value if entity is not None else "", tuple(pairs), tuple(near))
