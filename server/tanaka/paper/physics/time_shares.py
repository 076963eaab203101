"""Shares of the time and gains of the whole that are told less tightly than `amdahl` reads.

"Exposed communication accounts for 19% of it. Nothing about this is necessary. We hide most of it,
and an end-to-end gain of 1.2x is left": a share by a pronoun, by "of which" or in brackets, and a
gain up to three sentences on or right before.  Nothing that is read here is ever a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_REACH = 3
"""How many sentences behind its share a gain may stand."""
_NAME = r"[\w./-]+"
_TIMED = (
    r"(?:(?:step|iteration|training|inference|decod\w+|prefill|execution|run|wall-?clock|end-to-end|e2e|total|overall|processing|GPU|query|request|job|epoch|per-token|token|forward|backward)[- ]?)*"
    r"(?:time|runtime|latency|step|iteration|duration|epoch|pass|wall-?clock|run)"
)
_WHOLE_TIME = Lazy(
    rf"\s*of (?:the |its |our |each |every |all |total |a |an |one |whole |entire |this )*(?:(?!(?:its|the|a|an|of|in|to|and|time)\b){_NAME} ){{0,3}}?{_TIMED}\b(?!-)",
    re.I,
)
_NO_TIME = Lazy(
    r"\b(?:FLOPs?|parameters?|energy|memory|operations|power|traffic|bytes|area|lines|tokens|gap|difference|runs|improvement|speed-?up|gain)\b",
    re.I,
)
_OF_IT = Lazy(r"\s*of (?:it|that|this|which)\b(?! \w+ (?:bandwidth|memory))")
_A_TIME = Lazy(rf"\b{_TIMED}s?\b", re.I)
_WHOSE = r"(?P<part>[A-Za-z][\w-]*(?: [\w-]+){0,5}?)"
_TAKES = Lazy(
    rf"{_WHOSE}(?:, which [^,.;]{{3,40}},)?\s(?:still |alone |together |also |only |now |then |already )*"
    r"(?:takes? up|takes?|took|accounts? for|accounted for|consum(?:es?|ed)|occup\w+|makes? up|made up|represent(?:s|ed)?|(?:is|are|was|were) responsible for|is|are|was|were|had accounted for|had taken|had been|wastes?|wasted|"
    r"used to (?:be|take|account for|make up)|costs?|uses?|used|amount(?:s|ed)? to|contribut(?:es?|ed)|constitut(?:es?|ed)|(?:stalls?|blocks?|delays?) [\w ]{2,20} for)\s"
    r"(?:us |only |just |about |roughly |some |nearly |almost |another |as much as )*$"
)
_AT = Lazy(
    rf"\b(?:shows?|puts?|finds?|found|sees?|saw|with|places?|has) (?:the |our |its )?{_WHOSE} at (?:about |only |roughly )?$"
)
_OF_A_STEP = Lazy(rf"\b[Oo]f (?:the )?[^,;.]{{0,30}}{_TIMED},? (?:about |only |some )?$")
_FRACTION = Lazy(
    rf"{_WHOSE}\s(?:is|are|takes?|took|makes? up|accounts? for|costs?)\s(?:about |roughly |nearly |almost )?(?:an? |one |two |three )?(?:half|third|quarter|fifth|sixth|seventh|eighth|tenth)s? of (?:the |a |its |each )?(?:{_NAME} )?{_TIMED} \((?:about )?$",
    re.I,
)
_SHARE_OF = Lazy(
    rf"\bshare of (?:the |its )?{_WHOSE} (?:in|of) (?:the |a |its |each )?(?:{_NAME} )?{_TIMED} (?:is|was|amounts to|reaches|are)\s(?:only |just |about |roughly )?$",
    re.I,
)
_RELATIVE = Lazy(
    rf"\b(?:[Rr]elative to|[Oo]f|[Cc]ompared (?:to|with)) (?:the |a |this )?(?:{_NAME} )?{_TIMED}(?: of \d[\d.,]*\s?\w+)?,? (?:the |our |this )?{_WHOSE} (?:is|are|was|amounts to|makes up|takes)\s(?:only |just |about )?$"
)
_BRACKETS = Lazy(rf"{_WHOSE} \($")
_APPOSED = Lazy(rf"\b(?:the|our|its) {_WHOSE},\s$")
_SPENT = Lazy(
    r"\s*(?:(?:is|are|goes|go|spent|was|were|lies?|went)?\s?(?:spent\s)?(?:in|on|by|to|into|waiting for|due to)|is|are|was|were)\s(?:the\s)?(?P<part>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)(?=[.,;:)]|\s(?:and|so|which|but|when|while|on|for)\b|$)"
)
_WHICH_IS = Lazy(
    r"\s*(?:(?:is|are|was|were) (?:spent (?:in|on|waiting for)|due to)|(?:is|are|was|were|goes? to|goes? into))\s(?:the\s)?(?P<part>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)(?=[.,;:)]|\s(?:and|so|which|but|when|while|on|for)\b|$)"
)
_OF_WHICH = Lazy(r"\bof which (?:about |roughly |some )?$")
_PRONOUNS = frozenset({"it", "they", "this", "these", "that", "which", "both", "those"})
_LONGER = frozenset({"step", "time", "iteration", "epoch", "phase", "stage", "layer", "layers", "kernel", "kernels", "baseline", "this", "with", "model", "whole", "profile", "rest", "batch", "operation", "operations", "part", "parts", "data", "that", "their"})  # fmt: skip

# -- gains ------------------------------------------------------------------------------------

_WHOLE = Lazy(
    r"\b(?:end[- ]to[- ]end|e2e|overall|in total|whole|entire|steps?|iterations?|training|inference|decoding|throughput|rate|application|job|run|serving|generation|epochs?|wall-?clock|forward pass|speed-?up|gain|requests?|runs?|jobs?|pipeline)\b",
    re.I,
)
# What the share is of, where it is no step: "22% of the time of the kernel", "a layer spends".
_OWN_WHOLE = Lazy(
    r"\b(?:an?|each|every|the|its)\s(?:[\w-]+\s)?(?P<a>layer|kernel|block|query|operator|search|frame|sample)\s(?:spends?|takes?|needs?)\b|"
    r"\b(?P<b>layer|kernel|block|query|operator|search|frame|sample)(?:['’]s)?[- ](?:run)?time\b|\btime of (?:the|an?|each|every) (?:[\w-]+ )?(?P<c>layer|kernel|block|query|operator|search|frame|sample)\b",
    re.I,
)
_SEEN = Lazy(
    r"\b(?:we|it|this|that|which|and) (?:see|saw|get|got|observ\w+|measur\w+|obtain\w*|gain\w*|gives?|gave|yields?|yielded|brings?|brought)\s(?:only |just |about |an? )*$",
    re.I,
)
_LIMIT = Lazy(
    r"\b(?:bounds?|bounded|limit(?:s|ed)?|at most|(?:no|not) more than|never more than|cannot|could|would|ideal\w*|ceiling|maximum|allows?)\b",
    re.I,
)
_GONE = Lazy(
    r"\binfinitely\b|\bremov\w+ (?:all|it|them|the whole)\b|\beliminat\w+ (?:all|it|them)\b|\b(?:free|for nothing|perfect\w*)\b|\bno more than\b|\bAmdahl\b",
    re.I,
)
_INNER_BEFORE = Lazy(
    r"\b(?:runs?|makes?|computes?|executes?|finishes|speeds? up) (?:them|it|these|that part)\s(?:up by |about )?$|\b(?:ours|our (?:version|kernels?|implementation)|the new (?:one|kernel))\s(?:is|are|runs?)\s(?:about )?$|"
    r"\b(?:kernels?|operators?|primitives?|routine|itself|by one that is|one that is)\b[^.;,]{0,36}$",
    re.I,
)
_INNER_AFTER = Lazy(
    r"\s*(?:as fast|faster|quicker)\s(?:as|than) (?:the|its|our) (?:[\w-]+ ){0,2}?(?:kernels?|one|routine|operators?|implementation|version)\b|\s*(?:faster|quicker) (?:[\w-]+ ){0,2}?(?:kernels?|operators?|GEMMs?|routine)\b",
    re.I,
)
_FASTER = Lazy(
    r"\s*(?:times )?(?:faster|quicker|speed-?ups?|higher|more|better|gain|improvement|acceleration|overall|shorter|end[- ]to[- ]end|e2e|as (?:fast|many|much|short|long|high)|(?:the|its) (?:throughput|rate|speed)|for the (?:whole|entire)|by \w+ing\b|[.,;:)]|$|and\b|which\b)",
    re.I,
)
_OVER = Lazy(
    r"[^.;,()]{0,24}\b(?:than|over|against|relative to|compared (?:to|with)|vs|versus)\b(?!\s(?:before|(?:the|our|this) (?:original|unmodified|same|own|dense|unfused)?\s?(?:step|one|baseline)\b))",
    re.I,
)
# "takes 31% less time", "is 24% faster"
_LESS = Lazy(r"\s(?:less time|shorter)\b(?! than)")
_QUICKER = Lazy(
    r"\s(?:faster|quicker|higher throughput|more (?:tokens|samples|images|throughput))\b(?! than| kernel)"
)
_COMPARED = Lazy(r"\b(?:compared (?:to|with)|relative to|against|over) (?:[A-Z]\w+|the (?:first|previous|old|same|original) (?!step))", re.I)  # fmt: skip
_SHORTENS = Lazy(
    r"\b(?:reduc|cut|shorten|lower|decreas)\w*\s[^.;,%]{0,40}?\b(?:time|latency|step|iteration|runtime|duration|epoch|it)s?\s(?:by\s)(?:about )?$",
    re.I,
)
_RAISES = Lazy(
    r"\b(?:improv|increas|rais|boost|lift)\w*\s[^.;,%]{0,30}?\b(?:throughput|rate)\s(?:by\s)(?:about )?$|\b(?:throughput|rate)\s(?:improves|increases|rises|grows|goes up)\s(?:by\s)(?:about )?$",
    re.I,
)

_FALLS = Lazy(r"\b(?:falls?|fell|drops?|dropped|shrinks?|shrank|goes|went|reduc\w+|shorten\w*|cuts?|decreas\w+|improv\w+|is down)\b[^.;]{0,40}$", re.I)  # fmt: skip
_EACH_STEP = Lazy(r"\b(?:steps?|iterations?|epochs?|decode step|runtime)\b", re.I)
_FALLS_TO = Lazy(r"\b(?:the|a|each|its|every)\s(?:[\w-]+\s){0,2}?(?:step|iteration|epoch)(?:\stime)?\s(?:then |now |thus )?(?:falls?|fell|drops?|dropped|shrinks?|shrank|goes|went|is (?:reduced|shortened|down|cut))(?:\sdown)?\sto\s(?:about )?$", re.I)  # fmt: skip
_LASTS = Lazy(
    rf"\b{_TIMED}\b[^.;]{{0,40}}\b(?:takes?|took|lasts?|lasted|needs?|needed|is|of)\s(?:about )?$",
    re.I,
)

# -- what joins them --------------------------------------------------------------------------

_DOES_AWAY = Lazy(
    r"\b(?:remov|eliminat|hid|avoid|skip|reduc|shorten|mov|fus|replac|accelerat|overlap|prefetch|cach|mak|halv|cut|attack|optimi[sz]|speed|shrink|offload|precomput|take|took|run|ran)\w*\s"
    r"(?:up\s|away\s|out\s)?(?:(?:most|all|some|half|much|part|nearly all|almost all) of\s)?(?:it|this|them|these|those|that|the latter|the two|both|(?:this|these|that|those) \w+)\b|\bget(?:s|ting)? rid of (?:it|this|them)\b|\b\w+ (?:removes|hides|eliminates|avoids) (?:it|this|them)\b",
    re.I,
)
_IS_DONE_AWAY = Lazy(
    r"\s*of [\w\s-]{2,40}?\)?,? (?:(?:is|are|was|were|has been|and (?:is|was|were)) )?(?:moved|removed|eliminated|hidden|fused|replaced|avoided|overlapped|cached|offloaded|accelerated)\b",
    re.I,
)
_NOTHING_ELSE = Lazy(
    r"\bnothing else\b|\bno other change\b|\b(?:everything|all) else\b(?![^.;]{0,30}\b(?:faster|quicker|too|as well)\b)|\b(?:this|that|which) alone\b|\bonly (?:removes?|hides?|replac\w+|touch\w+|chang\w+|accelerat\w+)\b|\bbatch is the same\b|\botherwise (?:unchanged|identical)\b|\b(?:untouched|as before|the same as before)\b",
    re.I,
)
_BY_AMDAHL = Lazy(
    r"\bAmdahl\b|\b(?:close to|near|just below|below|at|within \d+ ?% of) (?:the|what|its|that)\s(?:[^.;]{0,30}\b)?(?:most|limit|bound|maximum|allows?|could be had)\b|\binfinitely fast\b",
    re.I,
)
_BECAUSE = Lazy(r"\b(?:which (?:had|has|took|was|made|used|accounted|takes|accounts)|since|because|as|although|even though|where|whose|though|considering that)\b", re.I)  # fmt: skip
_OTHER_CHANGE = Lazy(
    r"\b(?:also|together|combin(?:ed|es|ing|ations?)|in addition|besides|as well\b|both (?:changes|optimi[sz]ations|techniques)|followed|plus|furthermore|moreover|not enough|larger batch\w*|bigger batch\w*|batch that fits|more requests|"
    r"new (?:cluster|machine|hardware|server|GPUs?|version)|since the first|all optimi[sz]ations|same p\d\d|fewer|speculat\w+|respectively)\b|\bwe skip it for\b",
    re.I,
)
_AND_DOES_MORE = Lazy(r"\b(?:it|this|them|these|that)\s?,? and (?!nothing|changing nothing)\w+ing\b|\b(?:a|the) \w+ (?:kernel|schedule) and (?:with|without)\b", re.I)  # fmt: skip
_PHASE = Lazy(r"\b(decod\w+|prefill|training|inference|forward|backward|generation)\b", re.I)
_ELSEWHERE_NOW = Lazy(r"[;,] (?:and |but )?(?:at|on|for|in) (?:the )?(?:\d|[A-Z])")
_BOTH = Lazy(r"\b(?:both|the two)\b|\banother \d+(?:\.\d+)?\s?%", re.I)
_ANOTHER_TOOL = Lazy(r"\b(?:FP8|FP4|INT8|INT4|quanti[sz]\w+|prun\w+|GEMM kernels?|CUDA graphs?|compil\w+|distill\w+)\b", re.I)  # fmt: skip
_SETTING = Lazy(r"\s*(?:On|In|At|For|When|Where|Under|During|Above|Beyond|Compared)\b[^.;]{1,40},")
_ELSEWHERE = Lazy(r"\b(?:at|for|with|on) (?:\d|the (?:largest|longest|\d))", re.I)
CUES = {
    "queue": Lazy(r"\bp\d{2}\b|\btail\b|\bunder load\b|\bSLO\b|\bgoodput\b|\bqueu\w+|\bTTFT\b|\bload at\b", re.I),
    "energy": Lazy(r"\benergy\b|\bJ/token\b|\bper watt\b|\bcheaper\b|\b(?:dollar|serving) costs?\b|\bcost per\b", re.I),
    "work": Lazy(r"\bconverg\w+|\btime[- ]to[- ]accuracy|\bsaved memory|\bmemory sav\w+|\bsaves memory\b|\blines of code\b", re.I),
    "average": Lazy(r"\b(?:on average|average|mean)\b", re.I),
    "after": Lazy(r"\b(?:remaining|remains?)\b", re.I),
}  # fmt: skip
_FACTOR_OF = Lazy(r"\b(?:an? |the |by a )?factor of (?:about |only |roughly )?$")
_ABOUT = Lazy(r"\b(?:at least|more than|up to|as much as|at most|less than|over|below|above|under)\s(?:an? |the )?$", re.I)  # fmt: skip


def read(scene: Scene, told: set[Spot]) -> Iterator[LocalPhysical]:
    """Shares with a gain behind or before them, where `amdahl` has told neither."""
    for k, sentence in enumerate(scene.sentences):
        if "%" not in sentence.text:
            continue
        for share, part in shares(scene, k):
            if share in told or _ABOUT.search(scene.around(share, 20, 0)[0]):
                continue
            backwards = _backwards(scene, share, part)
            for claim in (backwards,) if backwards is not None else _onwards(scene, share, part):
                if claim.number not in told:
                    told.add(claim.number)
                    yield claim


def shares(scene: Scene, k: int) -> list[tuple[Spot, str]]:
    """The percentages of a sentence that are shares of the time of a step or run, each with whose."""
    found = []
    for spot in scene.spots(k, where=_percent):
        part = _part(scene, spot)
        if part:
            found.append((spot, part))
    return found


def _percent(reading: Reading) -> bool:
    return reading.quantity.shown_unit == "%" and 0 < reading.quantity.point < 1


def _part(scene: Scene, spot: Spot) -> str:
    """Whose share of the time a percentage is, "" where it is none."""
    sentence, r = scene.sentences[spot[0]], scene.reading(spot)
    before, after = sentence.text[: r.start], sentence.text[r.end :]
    if named := _SHARE_OF.search(before) or _RELATIVE.search(before):
        return named["part"]
    if named := _AT.search(before) if _WHOLE_TIME.match(after) else _FRACTION.search(before):
        return named["part"]
    if (_OF_WHICH.search(before) and _A_TIME.search(before)) or _OF_A_STEP.search(before):
        found = _WHICH_IS.match(after)
        return found["part"] if found else ""
    of = _WHOLE_TIME.match(after)
    if of is not None and _NO_TIME.search(of.group()):
        return ""
    if of is None:
        of = _OF_IT.match(after) if _A_TIME.search(before) else None
        taken = _TAKES.search(before) if of is not None else None
        return taken["part"] if taken else ""
    if taken := _TAKES.search(before):
        return taken["part"]
    if spent := _SPENT.match(after, of.end()):
        return spent["part"]
    if after[of.end() : of.end() + 1] == ")" and (named := _BRACKETS.search(before)):
        return named["part"]
    named = _APPOSED.search(before)
    return named["part"] if named and after[of.end() : of.end() + 1] in (",", ".") else ""


def _stems(part: str) -> tuple[str, ...]:
    words = [w for w in re.findall(r"[a-z][\w-]+", part.lower()) if w not in _LONGER and w not in _PRONOUNS and len(w) > 3]  # fmt: skip
    return tuple(w[: max(4, len(w) - 3)] for w in words[-3:])


class _Gains:
    """The gains of one sentence, by what they are of."""

    def __init__(self) -> None:
        self.whole: list[tuple[Spot, str]] = []
        self.inner: list[Spot] = []
        self.limit: list[Spot] = []
        self.other = False


def _gains(scene: Scene, k: int, j: int, low: int, high: int, stems: tuple[str, ...]) -> _Gains:
    """Gains in a stretch of a sentence: of the whole, of the part, at most, and of nobody knows what."""
    out = _Gains()
    own = ""
    if m := _OWN_WHOLE.search(scene.sentences[k].text):
        own = (m["a"] or m["b"] or m["c"]).lower()
    text = scene.sentences[j].text
    for spot in scene.spots(j, where=lambda r: r.quantity.unit == "1"):
        r = scene.reading(spot)
        if not low <= r.start < high:
            continue
        if r.quantity.shown_unit not in ("×", "%") and r.kind is not Kind.SPEEDUP and not _FACTOR_OF.search(text[: r.start]):  # fmt: skip
            continue
        if not text[r.start].isdigit() and not text.startswith(" as fast", r.end):
            continue  # "at twice the rate" is of neither
        before, after = text[max(low, r.start - 70) : r.start], text[r.end : min(high, r.end + 50)]
        if r.quantity.shown_unit == "%":
            if _ABOUT.search(before):
                continue
            around = f"{re.split('[;:,]', before)[-1]} {re.split('[;:,.]', after)[0]}"
            clear = _WHOLE.search(around) or (own and own in around.lower())
            if _SHORTENS.search(before) or (clear and _LESS.match(after)):
                out.whole.append((spot, "less"))
            elif _RAISES.search(before) or (clear and _QUICKER.match(after)):
                out.whole.append((spot, "faster"))
            continue
        if r.kind not in (Kind.SPEEDUP, Kind.OTHER):
            continue
        before = _FACTOR_OF.sub("", before)
        clause = re.split(r"[;:]|,? (?=which\b|so\b|and\b|but\b)", before)[-1]
        near = re.split(r"[;:,.]|\band\b|\b(?:makes?|gives?|speeds?|shortens?|yields?|brings?|lets?)\b", after)[0]  # fmt: skip
        if own and own in f"{clause} {near}".lower() and _FASTER.match(after) and not re.search(r"\b(?:it|them)\s$", clause):  # fmt: skip
            out.whole.append((spot, "times"))
        elif _INNER_AFTER.match(after) or (
            _INNER_BEFORE.search(clause) and not _WHOLE.search(near)
        ):
            out.inner.append(spot)
        elif (
            _OVER.match(after) or not _FASTER.match(after) or _foreign_baseline(scene, k, j, after)
        ):
            out.other = True
        elif _LIMIT.search(clause) and not _SEEN.search(before):
            out.limit.append(spot)
        elif _ABOUT.search(before):
            out.other = True
        elif _WHOLE.search(f"{clause} {near}") or _SEEN.search(before):
            out.whole.append((spot, "times"))
        elif any(stem in clause.lower() for stem in stems):
            out.inner.append(spot)
        else:
            out.other = True
    return out


def _foreign_baseline(scene: Scene, k: int, j: int, after: str) -> bool:
    """Whether a gain is over a baseline, and the share is not said to be of one."""
    over = re.match(r"[^.;,()]{0,24}\bbaseline\b", after)
    return bool(over) and scene.sentences[k].text.count("baseline") < (2 if j == k else 1)


def _onwards(scene: Scene, share: Spot, part: str) -> Iterator[LocalPhysical]:
    """The gain of the whole, and the most that is said to be possible, in the rest of the sentence of a share or in the next ones."""
    k, r = share[0], scene.reading(share)
    stems, said = _stems(part), ""
    inner = _inner_before(scene, k, r.start)
    for j in range(k, min(k + _REACH + 1, len(scene.sentences))):
        text = scene.sentences[j].text
        if j > k and (_SETTING.match(text) or shares(scene, j)):
            return
        low = r.end if j == k else 0
        if j == k and any(s > share for s, _ in shares(scene, k)):
            return
        found = _gains(scene, k, j, low, len(text), stems)
        said += " " + text[low:]
        times = _times(scene, j, low, share) if not found.whole and not found.other else None
        if found.inner:
            inner = found.inner
        if found.other and not found.whole:
            return
        limits = [(spot, "times") for spot in found.limit] if _GONE.search(said) else []
        if times is not None and not limits and len(inner) <= 1:
            claim = _claim(scene, share, part, times[1], "times", inner, said, range(k, j + 1))
            if claim is not None:
                yield replace(claim, given=(*claim.given, ("before", times[0])))
            return
        if not found.whole and not limits:
            continue
        if len(found.whole) > 1 or len(limits) > 1 or len(inner) > 1 or (j > k + 1 and not _WHOLE.search(text)):  # fmt: skip
            return
        for told, cue in ((found.whole, ""), (limits, "limit")):
            for whole, kind in told:
                claim = _claim(scene, share, part, whole, kind, inner if not cue else [], said, range(k, j + 1))  # fmt: skip
                if claim is not None:
                    yield replace(claim, cues=claim.cues | {cue}) if cue else claim
        return


def _times(scene: Scene, j: int, low: int, share: Spot) -> tuple[Spot, Spot] | None:
    """The time of a step before and after: "falls from 5.2 s to 4.6 s", or to what, where the share's sentence has the other."""
    text = scene.sentences[j].text
    times = [s for s in scene.spots(j, "s", where=lambda r: r.quantity.bounded) if scene.reading(s).start >= low]  # fmt: skip
    if len(times) == 2:
        a, b = (scene.reading(s) for s in times)
        falls = _FALLS.search(text[low : a.start]) and text[: a.start].endswith("from ") and text[a.end : b.start] == " to "  # fmt: skip
        return (times[0], times[1]) if falls and _EACH_STEP.search(text[low : a.start]) and a.quantity.point > b.quantity.point else None  # fmt: skip
    if len(times) != 1 or not _FALLS_TO.search(text[low : scene.reading(times[0]).start]):
        return None
    k, start = share[0], scene.reading(share).start
    before = [s for s in scene.spots(k, "s", where=lambda r: r.quantity.bounded) if scene.reading(s).start < start]  # fmt: skip
    if len(before) != 1 or not _LASTS.search(scene.sentences[k].text[: scene.reading(before[0]).start]):  # fmt: skip
        return None
    fits = scene.reading(before[0]).quantity.point > scene.reading(times[0]).quantity.point
    return (before[0], times[0]) if fits else None


def _backwards(scene: Scene, share: Spot, part: str) -> LocalPhysical | None:
    """The gain of the whole before its share in one sentence: "1.9x faster, since the lookup made up 35% of it"."""
    k, r = share[0], scene.reading(share)
    text = scene.sentences[k].text
    found = _gains(scene, k, k, 0, r.start, _stems(part))
    if len(found.whole) != 1 or found.other or len(found.inner) > 1:
        return None
    gain = scene.reading(found.whole[0][0])
    between = text[gain.end : r.start]
    if not _BECAUSE.search(between):
        return None
    return _claim(scene, share, part, *found.whole[0], found.inner, between, range(k, k + 1))


def _inner_before(scene: Scene, k: int, high: int) -> list[Spot]:
    """The gain of a kernel in the sentence before or at the head of this one: "1.9 times as fast as the kernel it replaces"."""
    out = _gains(scene, k, k, 0, high, ()).inner
    if not out and k:
        text = scene.sentences[k - 1].text
        out = [s for s in _gains(scene, k, k - 1, 0, len(text), ()).inner if _INNER_AFTER.match(text, scene.reading(s).end)]  # fmt: skip
    return out


def _phases(text: str) -> set[str]:
    return {m.group(1).lower()[:5] for m in _PHASE.finditer(text)}


def _claim(
    scene: Scene, share: Spot, part: str, whole: Spot, kind: str, inner: list[Spot], said: str,
    sentences: range,
) -> LocalPhysical | None:  # fmt: skip
    stems = _stems(part)
    if any(scene.reading(x).quantity.point == scene.reading(whole).quantity.point for x in inner):
        return None  # the gain of a kernel carried to the whole as it is, which another rule tells
    done = None
    joined = (
        _DOES_AWAY.search(said)
        or (done := _IS_DONE_AWAY.match(said)) is not None
        or _NOTHING_ELSE.search(said)
        or _BY_AMDAHL.search(" ".join(s.text for s in scene.sentences[sentences.start : sentences.stop + 1]))
        or bool(inner)
        or any(stem in said.lower() for stem in stems)
        or (len(sentences) == 1 and _BECAUSE.search(scene.sentences[share[0]].text))
    )  # fmt: skip
    if not joined or _OTHER_CHANGE.search(said) or _COMPARED.search(said):
        return None
    if (_BOTH.search(said) and " and " not in part) or _AND_DOES_MORE.search(said):
        return None
    of = _phases(scene.sentences[share[0]].text[: scene.reading(share).end + 40])
    if (of and _phases(said) - of) or _ELSEWHERE_NOW.search(said) or (part == "which" and whole[0] == share[0] and whole > share):  # fmt: skip
        return None
    if (
        _ANOTHER_TOOL.search(said[done.end() + 40 :] if done else said)
        and not inner
        and not _ANOTHER_TOOL.search(part)
    ):
        return None
    whole_text = " ".join(scene.sentences[j].text for j in sentences)
    cues = {"wide", *(name for name, p in CUES.items() if p.search(whole_text))}
    if len(sentences) > 1 and _ELSEWHERE.search(scene.sentences[sentences.stop - 1].text):
        cues.add("workload")
    given = (("share", share), *((("inner", inner[0]),) if inner else ()))
    return LocalPhysical(
        "amdahl", whole, given, (("part", part), ("kind", kind)), far=frozenset({"share"}), cues=frozenset(cues)
    )  # fmt: skip
