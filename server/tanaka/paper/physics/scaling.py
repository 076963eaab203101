"""Scaling over devices: an efficiency beside two scales and what was measured at each of them.

"From 8 to 64 GPUs throughput grows from 1,024 to 6,553 samples/s, 80% efficiency."
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scales import ladder
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass

_SORT = r"(?:(?:strong|weak|parallel\w*|scaling|scale-out|scalability|multi-?(?:node|GPU)|data-parallel|near-linear|linear|speed-?up)[- ])"
_BEFORE = Lazy(
    rf"(?:{_SORT}*efficienc\w+|\b(?:strong|weak)[- ]scaling)\b[^.;,%()]{{0,36}}[\s(,]*$", re.I
)
_AFTER = Lazy(
    rf"\s*(?:{_SORT}*(?:efficien\w+|scaling)\b|of\s(?:the\s|an?\s)?(?:linear|ideal|perfect)\b(?!\s(?:layer|attention)))",
    re.I,
)
_OTHER_EFFICIENCY = Lazy(
    r"\b(?:energy|power|cost|memory|sample|data(?!-parallel)|parameter|bandwidth|area|kernel|GEMM|storage|communication|network|fuel|label|pipeline|cache|(?<!multi-)GPU|hardware|compute|computational|training|inference|thermal|bus|link|overlap|packing|routing|load)[- ]efficien",
    re.I,
)
_LOSES = Lazy(
    r"\b(?:los(?:e|es|t|ing)|loss of|overhead of|penalty of|drop of)\s(?:only\s|just\s|about\s|some\s)?$",
    re.I,
)
_LOSS_AFTER = Lazy(
    r"\s*(?:scaling\s|of\s(?:the\s)?(?:ideal|linear|throughput|efficiency|performance)\b|(?:loss|overhead|penalty)\b|(?:to|in)\s(?:communication|efficiency|synchroni[sz]ation)|[.;,)]|$)",
    re.I,
)
_UTILISED = Lazy(r"\s*(?:M?MFU|HFU|of\s(?:the\s|its\s)?(?:\w+\s){0,2}peak)\b")
_COMPARED = Lazy(
    r"\s*(?:lower|smaller|less|fewer|shorter|higher|larger|more|faster|better|worse|slower|of (?:the\s)?(?:memory|parameters|GPUs|time))\b"
)
_MADE_OF = Lazy(r"(?:\bi\.e\.,?|\bthat is,?|\bor|=|\()\s*$", re.I)
_ENDS = Lazy(r"\s*(?:[.;,)]|$)")
_OF_EACH = Lazy(r"\bper[- ](?:GPU|device|chip|accelerator|node|worker|core)\b|\beach (?:GPU|device|node)\b", re.I)  # fmt: skip
_SCALE = Lazy(r"\bscal(?:e|es|ed|ing|ability)\b", re.I)
_CHANGE = Lazy(r"\b(?:by|than)\s(?:up to\s|about\s|only\s)?$|\b(?:improv|increas|rais|gain)\w*\s(?:of\s)?$", re.I)  # fmt: skip
_BASE_ONE = Lazy(
    r"\b(?:over|than|vs\.?|versus|relative to|compared (?:to|with)|against|from|of)\s(?:a\s|that of\sa\s)?(?:single|one|1)[- ](?:GPU|device|node|machine|worker|thread|core|chip|replica|server|accelerator|rank)\b"
    # "as fast as on one", "compared with 2,711 images/s with a single one"
    r"|\b(?:as|than|over|against|relative to|compared (?:to|with)|that|those)\s(?:on|with|using|of|for)\s(?:only |just )?(?:a single one|one|1)(?=\s?(?:[.,;)]|$|\sand\b|\sbut\b))",
    re.I,
)
# "as fast as on eight": the base, its noun left out.
_BASE_MORE = Lazy(
    r"\b(?:as|than|over|against|relative to|compared (?:to|with)|that|those)\s(?:on|with|using|of|for)\s(?:only |just )?(?P<n>two|three|four|six|eight|ten|twelve|sixteen|\d{1,4})(?=\s?(?:[.,;)]|$|\sand\b|\sbut\b))",
    re.I,
)
_WORDS = {"two": 2.0, "three": 3.0, "four": 4.0, "six": 6.0, "eight": 8.0, "ten": 10.0, "twelve": 12.0, "sixteen": 16.0}  # fmt: skip
_OF_GPU = Lazy(r"(?:GPU|device|core|chip)$", re.I)
_COUNTED = ("gpu", "node", "core", "replica")
_BEHIND = ("step", "iteration", "epoch", "token", "sample", "request")
"""What a sentence goes on with behind devices: "on 4 GPUs a step takes"."""
_RATES = ("sample/s", "token/s", "request/s", "step/s", "FLOP/s")

CUES = {
    "weak": Lazy(r"\bweak(?:ly)?[- ]scal|\b(?:fixed|constant|same) per-(?:GPU|device|node) (?:micro-?)?batch|\bper-(?:GPU|device|node) batch (?:size )?(?:is )?(?:held |kept )?(?:constant|fixed)|\b(?:fixed|constant|same) (?:local )?batch(?: size)? (?:per|on each|for each|of each) (?:GPU|device|node|worker)|\bbatch(?: size)? (?:per|of each) (?:GPU|device|node|worker) (?:is )?(?:held |kept )?(?:constant|fixed)", re.I),
    "strong": Lazy(r"\bstrong(?:ly)?[- ]scal|\bfixed (?:global|total) batch|\b(?:global|total) batch (?:size )?(?:is |stays )?(?:constant|fixed)", re.I),
    "each": _OF_EACH,
    "goodput": Lazy(r"\bgoodput\b|\brestarts?\b|\bfailures?\b|\bcheckpoint(?:s|ing)\b|\bdowntime\b", re.I),
    "constant total": Lazy(r"\bconstant total\b|\btotal [^.;]{0,30}(?:constant|unchanged|fixed)\b|\bsame (?:total|overall) (?:number of )?v?CPUs\b", re.I),
    "batch": Lazy(r"\b(?:larger|smaller|different|growing|doubled|increased|reduced|tuned) (?:\w+[- ])?batch|\bbatch(?: size)?s? (?:grows?|doubles?|increases?|shrinks?|changes?|differs?)", re.I),
    "best": Lazy(r"\b(?:best|maximum|fastest|peak|median) (?:of|over|run)|\bbest-case\b", re.I),
    "another": Lazy(r"\bbaseline|\bwhereas\b|\bwhile\b|\bunlike\b|\bothers\b|\bprior\b|\bwithout\b|\bHorovod\b|\boutperform|\bbut\b", re.I),
    "other time": Lazy(r"\bstart-?up|\bwarm-?up|\bcommunicat\w+ (?:time|takes|latency)|\ball-?reduce (?:time|takes|latency)|\bsynchroni[sz]\w+ (?:time|takes)|\bcompil\w+|\bloading\b|\binitiali[sz]\w+|\blaunch|\bp\d{2}\b|\btail\b|\bqueue?ing\b|\bTTFT\b", re.I),
    "compute": Lazy(r"(?<!not )\bcompute[- ]bound\b|\blimited by (?:compute|arithmetic)\b", re.I),
    "mean": Lazy(r"\b(?:average|mean|geomean)\b", re.I),
}  # fmt: skip

CAUSES = Lazy(
    r"\bcaches?\b|\bL[123]\b|\bfits?\b|\bbatch|\bmemory\b|\boff-?load|\bswap|\bpool\b|\bKV\b|\brelative to\b|\brecomput|\bcheckpointing\b|\bnois|\bvarian|"
    r"\bsearch\b|\bsolution|\bworking set\b|\blocality\b|\bTLB\b|\bwithin (?:error|measurement)|±|\bdeviation\b|\bNUMA\b|\bbandwidth\b|\bfragment|\bbecause\b|\bsince\b|"
    r"\bdue to\b|\bowing to\b|\bthanks to\b|\bper (?:watt|dollar)\b|\bsparser\b|\bshar(?:es?|ed|ing)\b|\bprefix\w*|\b(?:improv|grow|ris|increas)\w* with (?:scale|more|the number)\b|\breus\w+|\bsmaller (?:shards?|partitions?|tables?)\b|\bhit rates?\b|\bbase(?:line)? of\b|\bturbo\b|\bthrottl",
    re.I,
)
"""What makes more devices more than as many times as fast, or as if they were."""


_FIXED = Lazy(
    r"\b(?:fixed|constant|same|equal)\s(?:per-(?:GPU|device|node)\s)?(?:local\s)?batch(?: size)?|\bbatch(?: size)? (?:per|of each) (?:GPU|device|node|worker) (?:is )?(?:held |kept )?(?:constant|fixed|unchanged)|\bper-(?:GPU|device|node) batch (?:size )?(?:is )?(?:held |kept )?(?:constant|fixed|unchanged)"
    r"|\b(?:because|since|as)\b[^.;,]{0,40}\b(?:compute[- ]bound|limited by (?:compute|arithmetic))|\bdue to (?:its|the) compute[- ]bound\w*",
    re.I,
)


# A batch that grows with the devices is weak scaling, and no cause.
_GROWN = Lazy(r"\b(?:the |a )?(?:global )?batch(?: size)?\s(?:that\s)?(?:grows?|scales?|increases?)\s(?:with|in proportion|proportionally)\b", re.I)  # fmt: skip


# What grows with the devices and makes them slower.
_TRAFFIC = Lazy(r"\b(?:communication|traffic|overhead|synchroni[sz]ation|contention|latency)\s(?:\w+\s){0,2}(?:grows?|rises?|increases?) with\b", re.I)  # fmt: skip


def caused(text: str) -> bool:
    """Whether a text names what makes more devices more than as many times as fast."""
    return CAUSES.search(_FIXED.sub("", _TRAFFIC.sub("", text))) is not None


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Two scales and what was measured at each; a scale may be missing."""

    values: tuple[Spot, Spot]
    counts: tuple[Spot, Spot] | None
    kind: str


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Efficiencies with their two scales, and those above all."""
    for k, sentence in enumerate(scene.sentences):
        for i, reading in enumerate(sentence.readings):
            form = efficiency_form(scene, (k, i))
            if not form:
                continue
            claim = (k, i)
            if form == "efficiency" and reading.quantity.nominal.low > 1.0:
                lost = _lost(scene, claim) or _odd(scene, claim)
                cues = {"lost"} if lost else set()
                # what explains a loss is no cause of a gain
                if caused(_BECAUSE.sub("", scene.text) if lost else scene.text):
                    cues.add("cause")
                if not CAUSES.search(_GROWN.sub("", sentence.text)):
                    cues.add("cause elsewhere")
                yield LocalPhysical("superlinear", claim, cues=scene.heard(CUES, k) | cues)
            yield from _scaling(scene, claim, form)
        yield from _speedup(scene, k)
        if k and _SAME.search(sentence.text):
            before = [s for s in scene.spots(k - 1) if efficiency_form(scene, s) == "efficiency"]
            if len(before) == 1:
                yield from _by_scale(scene, before[0], "efficiency", k)


# "the same efficiency" is that of the sentence before
_SAME = Lazy(
    r"(?<!\bnot )\b(?:the|an|at) (?:very )?(?:same|identical|equal) (?:scaling |parallel )?efficiency\b",
    re.I,
)
# With these words an efficiency is what is left, and no gain.
_BECAUSE = Lazy(r"\b(?:because|since|(?:due|owing|thanks) to)\b", re.I)
_LOST = Lazy(
    r"\b(?:remains?|is left|falls?|fell|drops?|dropped|declines?|declined|decreases?|decreased|degrades?|degraded|sinks?|shrinks?|deteriorat\w+|goes down|down to|begins? to show|still|retain\w*|keeps?|kept|stays? at|preserv\w+)\b",
    re.I,
)
_THE_LOSS = Lazy(r"(?:The|This|Most of the|What is|The remaining)\s(?:\w+\s)?(?:loss|losses|lost|missing|gap|decline|drop|rest|overhead)\b")  # fmt: skip


def _lost(scene: Scene, spot: Spot) -> bool:
    """Whether the words say that something is lost at an efficiency."""
    k = spot[0]
    before, after = scene.around(spot, 120, 60)
    on = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    return bool(_LOST.search(before) or _LOST.search(after) or _THE_LOSS.match(on))


def _odd(scene: Scene, spot: Spot) -> bool:
    """Whether it is the only efficiency of its sentence above all, beside two that are not."""
    told = [
        s for s in scene.spots(spot[0], where=lambda r: r.quantity.shown_unit == "%") if s != spot
    ]
    others = [scene.reading(s).quantity.point for s in told]
    return (
        bool(others)
        and all(0.5 <= x <= 1.0 for x in others)
        and not _COMPARES.search(scene.sentences[spot[0]].text)
    )


_COMPARES = Lazy(
    r"\b(?:predict\w*|expect\w*|estimat\w*|project\w*|simulat\w*|MFU|utili[sz]ation|accuracy|baselines?|memory|peak|faster|hit)\b",
    re.I,
)


def efficiency_form(scene: Scene, spot: Spot) -> str:
    """Whether a number is an efficiency of scaling, what is lost to it, or neither ("")."""
    reading = scene.reading(spot)
    q = reading.quantity
    before, after = scene.around(spot, 48, 40)
    if isinstance(q.value, tuple) or _in_pair(scene, spot):
        return ""
    if q.shown_unit != "%":
        bare = q.unit == "1" and q.shown_unit in ("", "1") and not reading.noun and not q.count
        plain = bare and 0 < q.point <= 2 and "." in q.literal.text
        named = plain and re.search(r"efficienc\w+\s(?:of|is|to|at)\s$", before)
        return "efficiency" if named and not _OTHER_EFFICIENCY.search(before + after) else ""
    if _OTHER_EFFICIENCY.search(before + after) or _CHANGE.search(before):
        return ""
    if _UTILISED.match(after) or _COMPARED.match(after):
        return ""
    if (_LOSES.search(before) and _LOSS_AFTER.match(after)) or re.match(
        r"\s*scaling (?:loss|overhead)\b", after
    ):
        return "loss"
    if _AFTER.match(after) or _BEFORE.search(before):
        return "efficiency"
    text = scene.sentences[spot[0]].text
    made = _MADE_OF.search(before) and _ENDS.match(after)
    return "efficiency" if made and _OF_EACH.search(text) else ""


def _in_pair(scene: Scene, spot: Spot) -> bool:
    own = scene.reading(spot)
    return own.series != 0 and any(
        r.series == own.series and r is not own for r in scene.sentences[spot[0]].readings
    )


def _scaling(scene: Scene, claim: Spot, form: str) -> Iterator[LocalPhysical]:
    k = claim[0]
    pairs, far = _pairs(scene, k, claim), frozenset[str]()
    if pairs is None and k and not counts_of_devices(scene, k) and _refers(scene.sentences[k].text):
        pairs, far = _pairs(scene, k - 1, claim), frozenset({"few", "many", "at few", "at many"})
    if pairs is None and k and (told := _base_before(scene, k, claim)) is not None:
        pairs, far = told, frozenset({"few", "at few"})
    if pairs is not None and pairs.counts is not None and pairs.counts[0] == pairs.counts[1]:
        yield from _over_one(scene, claim, form, pairs)
        return
    if pairs is not None and pairs.counts is None and k:
        before = [g for noun in _COUNTED if (g := scene.spots(k - 1, noun=noun, where=_plain))]
        if len(before) == 1 and len(before[0]) == 2 and not counts_of_devices(scene, k):
            pairs = _Pairs(pairs.values, (before[0][0], before[0][1]), pairs.kind)
            far = frozenset({"few", "many"})
    if pairs is None or pairs.counts is None:
        by_scale = list(_by_scale(scene, claim, form))
        if by_scale:
            yield from by_scale
            return
    if pairs is None:
        return
    given: list[tuple[str, Spot]] = []
    values = pairs.values
    if pairs.counts is not None:
        few, many = pairs.counts
        a, b = scene.reading(few).quantity.point, scene.reading(many).quantity.point
        if a == b:
            return
        if a > b:
            few, many, values = many, few, (values[1], values[0])
        given = [("few", few), ("many", many)]
    given += [("at few", values[0]), ("at many", values[1])]
    at = values[0][0]
    cues = scene.heard(CUES, k) | (scene.heard(CUES, at) if at != k else frozenset())
    yield LocalPhysical(
        "scaling", claim, tuple(given), (("kind", pairs.kind), ("form", form)), far=far, cues=cues
    )


def _by_scale(
    scene: Scene, claim: Spot, form: str, k: int | None = None
) -> Iterator[LocalPhysical]:
    """An efficiency beside rates whose units or nouns are left out, of its sentence or of another."""
    k = claim[0] if k is None else k
    told = ladder(scene, k)
    if told is None or claim in (told.few.value, told.many.value):
        return
    if k == claim[0] and claim > told.many.value:
        between = _between(scene, max(told.few.value, told.many.value), claim)
        if _OF_ELSE.search(between):
            return
    given: list[tuple[str, Spot]] = []
    counted: list[tuple[str, float]] = []
    for role, scale in (("few", told.few), ("many", told.many)):
        if scale.at is not None:
            given.append((role, scale.at))
        else:
            counted.append((role, scale.devices))
    given += [("at few", told.few.value), ("at many", told.many.value)]
    far = frozenset({"few", "many", "at few", "at many"})
    named = (("kind", told.kind), ("form", form))
    yield LocalPhysical(
        "scaling", claim, tuple(given), named, tuple(counted), far, scene.heard(CUES, k)
    )


# An efficiency behind another clause may be of other runs: "...; adding CPUs gives 60%".
_OF_ELSE = Lazy(r";\s(?!(?:the|this|that|an?|scaling|which|its|so|hence|thus|i\.e)\b)|\b(?:instead|without|whereas|while|baseline)\b", re.I)  # fmt: skip


def _refers(text: str) -> bool:
    return re.match(r"(?:This|That|These|It|The|Hence|Thus|So|i\.e\.|Scaling|Parallel|Efficiency|We lose)\b", text) is not None  # fmt: skip


_ONE_OF_THEM = Lazy(r"\s?(?:\w+/s\s)?(?:on|with|of|by|from|using|for)\s(?:only |just )?(?:a single (?:one|GPU|node|device)|one)(?=\s?(?:[.,;)]|$))", re.I)  # fmt: skip


def _over_one(scene: Scene, claim: Spot, form: str, pairs: _Pairs) -> Iterator[LocalPhysical]:
    """Rates on many and on one of them, whose noun is left out."""
    assert pairs.counts is not None
    roles = (("many", pairs.counts[0]), ("at few", pairs.values[0]), ("at many", pairs.values[1]))
    named = (("kind", pairs.kind), ("form", form))
    yield LocalPhysical("scaling", claim, roles, named, (("few", 1.0),), frozenset({"few"}), scene.heard(CUES, claim[0]))  # fmt: skip


def _one_left_out(scene: Scene, many: Spot, first: Spot, second: Spot, kind: str) -> _Pairs | None:
    """Where the base is one of many ("20,900 images/s on eight GPUs, compared with 2,711 on one")."""
    alone = [s for s in (first, second) if _ONE_OF_THEM.match(scene.around(s)[1])]
    if kind != "rate" or len(alone) != 1 or scene.reading(many).quantity.point < 2:
        return None
    rest = second if alone[0] == first else first
    return _Pairs((alone[0], rest), (many, many), kind)


# Runs of two sentences that are not alike, and a base that is named behind the efficiency.
_UNLIKE = Lazy(
    r"\bbatch\w*|\bwith(?:out)? (?!a\b|one\b|\d|two\b|four\b|eight\b|sixteen\b)\w+ing\b|\bwithout\b|\bbaselines?\b|\b(?:slow|old|fast)\w*|\bearlier\b|\banother\b|\bother\b",
    re.I,
)
ANOTHER_BASE = Lazy(
    r"\s?(?:,\s)?(?:over|relative to|compared|against|with respect to|from)\b", re.I
)


def _base_before(scene: Scene, k: int, claim: Spot) -> _Pairs | None:
    """One rate on few in the sentence before, one on many in this: "One replica completes 5.2 ..."."""
    sides = []
    if ANOTHER_BASE.match(scene.around(claim)[1]):
        return None
    for j in (k - 1, k):
        if _UNLIKE.search(scene.sentences[j].text):
            return None
        values = [(kind, v) for kind, v in _values(scene, j, claim) if kind == "rate" and v]
        groups = [(n, g) for n in _COUNTED if (g := scene.spots(j, noun=n, where=_plain))]
        if len(values) != 1 or len(values[0][1]) != 1 or len(groups) != 1 or len(groups[0][1]) != 1:
            return None
        value, count = values[0][1][0], groups[0][1][0]
        sides.append((groups[0][0], scene.reading(value).quantity.unit, count, value))
    (noun, unit, few, low), (other, same, many, high) = sides
    a, b = scene.reading(few).quantity.point, scene.reading(many).quantity.point
    if noun != other or unit != same or not a < b:
        return None
    return _Pairs((low, high), (few, many), "rate")


_NAMED_BEFORE = Lazy(
    r"\b(?:GPUs?|devices?|nodes?|workers?|machines?|accelerators?|servers?|threads?|cores?|chips?|replicas?)\s(?:(?:is|was|are|were|grows?|increased?|raised?|scaled?|used)\s)?from\s$",
    re.I,
)


def _bare(scene: Scene, k: int) -> list[Spot]:
    """Two counts whose noun stands before them: "the number of nodes from 4 to 32"."""
    bare = scene.spots(k, "1", where=_without_noun)
    led = [s for s in bare if _NAMED_BEFORE.search(scene.around(s, 40)[0])]
    if len(led) != 1:
        return []
    both = [s for s in bare if scene.reading(s).series == scene.reading(led[0]).series]
    return both if len(both) == 2 else []


def _without_noun(reading: Reading) -> bool:
    return reading.series != 0 and not reading.noun and reading.quantity.shown_unit in ("", "1")


def counts_of_devices(scene: Scene, k: int) -> list[Spot]:
    """What counts devices, nodes, cores or replicas in a sentence."""
    return [s for noun in _COUNTED for s in scene.spots(k, noun=noun, where=_plain)]


def _plain(reading: Reading) -> bool:
    return (
        reading.per in ("", reading.noun, *_BEHIND)
        and reading.quantity.bounded
        and reading.quantity.point >= 1
    )


def _pairs(scene: Scene, k: int, claim: Spot) -> _Pairs | None:
    """The one pair of values that a sentence measures, with the one pair of scales."""
    found = [(kind, spots) for kind, spots in _values(scene, k, claim) if spots]
    if len(found) != 1 or len(found[0][1]) != 2:
        return None
    kind, (first, second) = found[0]
    groups = [g for noun in _COUNTED if (g := scene.spots(k, noun=noun, where=_plain))]
    if not groups and (bare := _bare(scene, k)):
        groups = [bare]
    if kind == "rate" and groups and _AGAINST.search(_between(scene, first, second)):
        # "from 64 to 512 GPUs, 8,100 vs. 60,900": more devices have the higher rate, all together
        first, second = sorted((first, second), key=lambda s: scene.reading(s).quantity.point)
    elif _turned(scene, first, second):
        first, second = second, first
    if not groups:
        text = scene.sentences[k].text
        return (
            _Pairs((first, second), None, kind)
            if _SCALE.search(text) or _OF_EACH.search(text)
            else None
        )
    two = [g for g in groups if len(g) == 2]
    if not two and len(groups) == 1 and len(groups[0]) == 1:
        left_out = _one_left_out(scene, groups[0][0], first, second, kind)
        if left_out is not None:
            return left_out
    if not two:
        return (
            _Pairs((first, second), None, kind)
            if len(groups) == 1 and len(groups[0]) == 1
            else None
        )
    if any(len(g) > 2 for g in groups) or len({_ratio(scene, g) for g in two}) != 1:
        return None
    counts = two[0]
    order = sorted([(s, "n") for s in counts] + [(first, "v"), (second, "v")])
    shape = "".join(what for _, what in order)
    if shape in ("nnvv", "vvnn"):
        return _Pairs((first, second), (counts[0], counts[1]), kind)
    spots = [s for s, _ in order]
    pair = [(a, b) if shape[2 * i] == "n" else (b, a) for i, (a, b) in enumerate((spots[:2], spots[2:]))]  # fmt: skip
    return _Pairs((pair[0][1], pair[1][1]), (pair[0][0], pair[1][0]), kind)


_INSTEAD = Lazy(r"\b(?:instead of|rather than|up from|down from|versus|vs\.?|against|compared (?:to|with)|where it was)\b", re.I)  # fmt: skip


_AGAINST = Lazy(r"\b(?:versus|vs\.?|against)(?=\W)", re.I)


def _between(scene: Scene, first: Spot, second: Spot) -> str:
    s = scene.sentences[first[0]]
    return s.between(scene.reading(first), scene.reading(second))


def _turned(scene: Scene, first: Spot, second: Spot) -> bool:
    """Whether the value at the many stands first: "1.52 s instead of 1.43 s"."""
    s = scene.sentences[first[0]]
    between = s.between(scene.reading(first), scene.reading(second))
    return _INSTEAD.search(between) is not None


def _ratio(scene: Scene, pair: list[Spot]) -> float:
    a, b = (scene.reading(s).quantity.point for s in pair)
    return round(b / a, 6)


def _achieved(reading: Reading) -> bool:
    return reading.kind in (Kind.ACHIEVED_COMPUTE, Kind.THROUGHPUT)


def _values(scene: Scene, k: int, claim: Spot) -> Iterator[tuple[str, list[Spot]]]:
    """Rates, times and utilisations of a sentence that are measured, each with its numbers."""

    def own(spots: list[Spot]) -> list[Spot]:
        return [s for s in spots if s != claim and scene.reading(s).quantity.bounded and scene.reading(s).quantity.point > 0]  # fmt: skip

    for unit in _RATES:
        yield "rate", own(scene.spots(k, unit, where=_achieved))
    yield "time", own(scene.spots(k, "s"))
    shares = own(scene.spots(k, where=lambda r: r.quantity.shown_unit == "%"))
    said = re.search(r"\bMFU\b|\butili[sz]ation\b", scene.sentences[k].text)
    yield "share", shares if said else []


_FASTER = Lazy(r"\s*(?:(?:parallel|strong|end-to-end|overall)[- ])*(?:speed-?ups?|faster|acceleration|scaling)\b", re.I)  # fmt: skip
_OVER = Lazy(
    r"[^.;,()]{0,30}\b(?:than|over|against|relative to|compared (?:to|with)|vs|versus)\b", re.I
)
_SLOWER = Lazy(r"\s*(?:as (?:long|slow|much|large|many)|longer|slower|more (?:time|memory|tokens)|the (?:time|batch|cost|memory|devices|GPUs|nodes))\b", re.I)  # fmt: skip
_GROWTH = Lazy(r"\s*(?:increase|growth|rise|scale-?up|scale-?out|as many|the (?:devices|GPUs|nodes|hardware|scale)|(?:larger|bigger|wider) (?:cluster|machine|system|scale))\b(?! (?:in|of) (?:throughput|performance|speed|rate|tokens|samples))", re.I)  # fmt: skip
_SPED = Lazy(r"\bspeed-?ups?\b[^.;×%]{0,40}\s$", re.I)


def _form_any(scene: Scene, k: int) -> bool:
    return any(efficiency_form(scene, s) == "efficiency" for s in scene.spots(k))


def _speedup(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """A speed-up over one device on many, alone or with the efficiency that it amounts to."""
    gains = []
    for spot in scene.spots(k, where=lambda r: r.quantity.shown_unit == "×"):
        before, after = scene.around(spot, 30, 50)
        if _OVER.match(after) and not _BASE_ONE.search(after):
            continue  # over another system
        if _SLOWER.match(after):
            continue
        if _GROWTH.match(after):
            continue  # "over the fourfold increase", of the devices
        if scene.reading(spot).kind is Kind.SPEEDUP or _FASTER.match(after) or _SPED.search(before):
            gains.append(spot)
    if len(gains) != 1:
        return
    groups = [g for noun in _COUNTED if (g := scene.spots(k, noun=noun, where=_plain))]
    text = scene.sentences[k].text
    if len(groups) != 1 or len(groups[0]) > 2:
        return
    counts = sorted(groups[0], key=lambda s: scene.reading(s).quantity.point)
    base = _BASE_ONE.search(text)
    single = base is not None
    grouped = scene.spots(k, noun="gpu", where=lambda r: r.per not in ("", "gpu"))
    if base is not None and grouped and _OF_GPU.search(base.group()):
        return  # "four workers with two GPUs each, 7.2 times one GPU"
    first = scene.reading(counts[0])
    spanned = (
        len(counts) == 2 and first.series != 0 and first.series == scene.reading(counts[1]).series
    )
    if len(counts) == 2 and not spanned and (not single or first.quantity.point != 1):
        return
    many = counts[-1]
    if scene.reading(many).quantity.point < 2:
        return
    more = None if base is not None else _BASE_MORE.search(text)
    if more is not None:
        n = _WORDS.get(more["n"].lower()) or float(more["n"])
        if (
            len(counts) != 1
            or not 1 < n < scene.reading(many).quantity.point
            or _form_any(scene, k)
        ):
            return
        cues = scene.heard(CUES, k) - {"another"} | ({"cause"} if caused(scene.text) else set())
        yield LocalPhysical(
            "superlinear", gains[0], (("many", many),), (("kind", "speedup"), ("form", "efficiency")), (("few", n),), cues=cues
        )  # fmt: skip
        return
    named = (("kind", "speedup"), ("form", "efficiency"))
    counted: tuple[tuple[str, float], ...] = () if spanned else (("few", 1.0),)
    far = frozenset() if single or spanned else frozenset({"few"})
    given = (*((("few", counts[0]),) if spanned else ()), ("many", many), ("at many", gains[0]))
    cues = scene.heard(CUES, k) - ({"another"} if single else set())
    claims = [s for s in scene.spots(k) if efficiency_form(scene, s) == "efficiency"]
    if len(claims) == 1:
        yield LocalPhysical("scaling", claims[0], given, named, counted, far, cues)
    if not claims:
        cause = {"cause"} if caused(scene.text) else set()
        if single and not spanned:
            yield LocalPhysical(
                "superlinear", gains[0], (("many", many),), named, counted, cues=cues | cause
            )
