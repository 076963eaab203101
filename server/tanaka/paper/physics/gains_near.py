"""Gains of the whole behind any share of the time of their paragraph, whatever the words that join them.

"Turning this overlap off, we found the exposed exchange to be 20% of the step; the overlap is worth
2.5x", "Even if all of it were free, the step would be 1.3x faster.  Ours makes it 1.5x faster": told by
what is a share of a time and what is a gain of a whole, where no share of the paragraph allows it.
Nothing that is read here is ever a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_REACH = 3
_ALLOWED = 1.04
"""How far beyond what all shares of the paragraph allow a gain must be to be told."""
_TIME = r"(?:(?:run|wall-?clock|execution|processing|step|iteration|decod\w+|training|inference|epoch)[- ])?(?:time|runtime|latency|step|iteration|duration|epoch|run|wall-?clock|pass|time to first token|TTFT|second|hour|minute)s?"
_OF_TIME = Lazy(
    rf"\s*(?:of|in) (?:(?:the|its|our|their|each|every|all|a|an|one|whole|entire|total|this|that)\s)*(?:[\w-]+ ){{0,3}}?{_TIME}\b(?!-)",
    re.I,
)
_TIMED = Lazy(rf"\b{_TIME}\b", re.I)
_ENDS = Lazy(r"\s*(?:[.,;:)]|$|(?:and|so|but|while|there|here)\b)")
_PLAIN_TIME = Lazy(
    r"\b(?:time|runtime|latency|step|iteration|epoch|run|wall-?clock|duration|first token)\b", re.I
)
_NO_TIME = Lazy(
    r"\b(?:FLOPs?|parameters?|energy|power|traffic|bytes|area|lines|tokens(?! removes)|gap|difference|improvement|speed-?up|gain|faster|slower|longer|shorter|less|more than before|higher|lower|peak|MFU|utili[sz]ation|bandwidth|accuracy|"
    r"requests?|memory|saved|(?<!-)reduc\w+|bubble|hit|overhead|price|cost|within|variance|spread|deviation|noise|error)\b",
    re.I,
)
_A_SHARE = Lazy(r"\b(?:share|fraction|portion|proportion) (?:of|that)\b[^;]{3,80}\b(?:is|was|are|were|to|takes?|at|of)\s(?:about |only |just )?$", re.I)  # fmt: skip
_TAKES = Lazy(r"(?<!energy )(?<!power )(?<!memory )(?<!FLOPs )\b(?:takes?|took|accounts? for|accounted for|makes? up|made up|consumes?|occup(?:y|ies))\s(?:about |only |some |roughly )?$", re.I)  # fmt: skip
_PRONOUNED = Lazy(r"\bof which\b[^.;]{0,40}$|\b(?:makes?|made) up\s$", re.I)
_WHOLE = Lazy(
    r"\b(?:trains?|trained|request latency|response time|latency|requests?|steps per hour|end[- ]to[- ]end|e2e|overall|in total|whole|entire|steps?|iterations?|training|inference|decoding|generation|throughput|token rate|application|job|runs?|serving|epochs?|wall-?clock|first token|pipeline)\b",
    re.I,
)
_WORTH = Lazy(
    r"\b(?:is|are|was|were)\s(?:therefore |thus |hence |then |only |alone )*worth\s(?:about |an? )*$|\b(?:that|this|which|it) (?:is|was|gives?|gave|brings?|brought|yields?|makes?) (?:an? )?(?:overall )?(?:improvement|gain|speed-?up|factor)(?: of)? $|"
    r"\b(?:we|it|this|that) (?:obtain|get|see|reach|measure|gain|observe)s? (?:an? )?(?:improvement|gain|speed-?up) of $",
    re.I,
)
_FALLS = Lazy(r"\b(?:falls?|fell|drops?|shrinks?|decreases?|is (?:cut|reduced|shortened)|goes down|improves?|reduc\w+|shorten\w*)\b[^.;]{0,30}\bby (?:a factor of )?$", re.I)  # fmt: skip
_FACTOR_OF = Lazy(r"\b(?:an? |the |by a )?factor of (?:about |only )?$")
_FACTOR_AFTER = Lazy(
    r"\s*(?:(?:times )?(?:faster|quicker|sooner|earlier|shorter|less|speed-?up|gain|improvement|higher|more|over|as (?:fast|short|many|much)|overall|end[- ]to[- ]end|for the|in (?:throughput|the|total)|the (?:\w+ )?(?:rate|throughput|speed))|[.,;:)]|$|and\b)",
    re.I,
)
_ELSEWHERE = Lazy(
    r"\b(?:than|over|against|relative to|compared (?:to|with)|vs\.?|versus)\s(?!(?:before|without|(?:the|our|this|an?|its)\s(?:original|unmodified|same|synchronous|plain|uncompressed|unfused|unhidden|sequential|blocking|serial|old)?\s?(?:step|one|run|version|schedule|baseline)))",
    re.I,
)
_INNER = Lazy(r"\b(?:exposed (?:time|communication|exchange|part|share)|(?:exchange|communication|stall|waiting|idle|loading|transfer|synchroni[sz]ation|exposed) time|kernels?|operators?|primitives?|routine|itself|alone|GEMMs?|lookups?|copies|layers?|part|it|them|compressor|codec|transfers?|exchange|all-?reduce|collective)\s(?:\w+\s){0,3}?$", re.I)  # fmt: skip
_ABOUT = Lazy(
    r"\b(?:at least|up to|as much as|at most|less than|below|above|under|not|no|than)\s(?:an? |the )?$",
    re.I,
)
_OTHER_CHANGE = Lazy(
    r"\b(?:also|together|combin(?:ed|es|ing|ations?)|in addition|besides|as well|both (?:changes|optimi[sz]ations|techniques)|plus|furthermore|moreover|larger batch\w*|bigger batch\w*|more requests|double the batch|new (?:cluster|machine|hardware|server|GPUs?|version)|"
    r"all optimi[sz]ations|fewer|speculat\w+|respectively|FP8|FP4|INT8|INT4|quanti[sz]\w+|prun\w+|CUDA graphs?|compil\w+|distill\w+|tail|p\d\d|under load|load|queu\w+|energy|SLO|goodput|converg\w+|accuracy|memory sav\w+|frees? memory|per watt|cost(?! (?:nothing|no time|zero|no more)))\b",
    re.I,
)
_MAY_BE = Lazy(r"\b(?:would|could|might|can|should|ideal\w*|bound\w*|limit\w*|at most|predict\w*|expect\w*|model|simulat\w+|project\w+|hop(?:e|ing)|goal|target|if)\b", re.I)  # fmt: skip
_JOIN = Lazy(
    r"\b(?:remov|eliminat|hid|avoid|skip|reduc|shorten|mov|fus|replac|accelerat|overlap|prefetch|cach|halv|cut|attack|optimi[sz]|speed|shrink|offload|compress|asynchron|stream|without|gets? rid|background|concurren|parallel|replac|turn\w* (?:it|this|that|them) off|doubles?)\w*",
    re.I,
)
_POINTS_BACK = Lazy(r"\b(?:it|this|these|them|that|those|the (?:overlap|part|exchange|transfer|latter|same)|which|thus|therefore|hence|so|alone|nothing else|unchanged)\b", re.I)  # fmt: skip
_THEM = Lazy(r"\b\w+(?:ing|s|d) (?:it|them|this|these|that)\b(?! (?:\w+ ){0,2}(?:section|paper|work|table|figure|case)\b)", re.I)  # fmt: skip
_PHASE = Lazy(
    r"\b(decod\w+|prefill|training|inference|forward|backward|generation|fine-?tuning)\b", re.I
)
_SETTING = Lazy(r"\s*(?:On|In|At|For|When|Where|Under|During|Above|Beyond|Compared)\b[^.;]{1,40},")
_BOTH = Lazy(r"\b(?:both|the two|all (?:three|four|of them))\b", re.I)
_EVEN_IF = Lazy(
    r"\b(?:[Ee]ven )?[Ii]f (?:[^.;,]{3,70}) (?:were|was|took|cost|had|went|vanished|disappeared|needed|came|ran)\b[^.;,]{0,50}\b(?:free|no time|nothing|zero|away|vanished|disappeared|infinitely fast|for free|hidden)\b|"
    r"\b(?:[Ww]ere|[Hh]ad) (?:[^.;,]{3,50}) (?:free|no cost|infinitely fast|taken no time)\b|\b(?:[Ww]ithout any|[Rr]emoving all|[Ee]liminating all) [^.;,]{3,50}",
)
_AT_MOST = Lazy(r"\b(?:would|could)\b[^.;]{0,60}$")
_STOP = frozenset({"the", "and", "this", "that", "with", "which", "time", "step", "steps", "takes", "take", "about", "only", "from", "spends", "spent", "goes", "into", "each", "every", "model", "their", "found", "accounts", "makes", "costs", "total", "share", "baseline", "whole", "iteration", "epoch", "training", "inference"})  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Gains of the whole that no share of the time of their paragraph allows, however they are joined."""
    if "%" not in scene.text and " if " not in scene.text.lower():
        return
    for j, sentence in enumerate(scene.sentences):
        if not sentence.readings:
            continue
        if "%" in sentence.text and (limit := _by_limit(scene, j)) is not None:
            yield limit
        for gain in scene.spots(j, where=lambda r: _factor(r) or _percent(r)):
            kind = _kind(scene, gain)
            if not kind:
                continue
            claim = _by_shares(scene, gain, kind) or (_by_ceiling(scene, gain) if kind == "times" else None)  # fmt: skip
            if claim is not None:
                yield claim


# What a part is said to gain: "speeds up attention, 20% of the step, by 1.3x".
_OF_THE_PART = Lazy(
    r"\b(?:speed\w* up|accelerat\w+|shorten\w*|improv\w+|mak\w+|run\w*|execut\w+|comput\w+)\s(?:[\w-]+\s){0,5}?[\w-]+(?:,| \(|, which (?:is|was|takes?|took|accounts for|makes up))\s(?:about |only )?\d[\d.]*\s?%\s(?:of|in)\s[^;)]{3,60}?(?:,|\))\s(?:by )?(?:a factor of )?(?:about )?$",
    re.I,
)
_IN_ALL = Lazy(r"\b(?:in total|altogether|all in all|overall|in sum|taken together)\b", re.I)


def _part_gain(scene: Scene, k: int) -> list[Spot]:
    """The gain of the part whose share a sentence states beside it."""
    text = scene.sentences[k].text
    return [s for s in scene.spots(k, where=_factor) if _OF_THE_PART.search(text[: scene.reading(s).start])]  # fmt: skip


# The most that there could be, where all of a part were gone.
_COULD_BE = Lazy(r"\b(?:would|could|cannot|can(?:not)?|can't|at most|no more than|not more than|limits?|limited|bounds?|bounded|caps?|capped|ceiling|maximum|best case|upper bound|allows?)\b", re.I)  # fmt: skip
_ALL_GONE = Lazy(
    r"\b(?:all of (?:it|this|that|them)|the whole of it|everything|any (?:overlap|kernel|fusion|cache|hiding|prefetch\w*|optimi[sz]ation|schedule|improvement)|perfect\w*|complete\w*|entire\w*|fully|altogether|free|for nothing|nothing|infinitely|zero|none of (?:it|this)|even if|were (?:it|this|that|they|all)|without (?:it|this|them|any)|Amdahl\w*|(?:this|that|which|it) (?:thus |therefore )?(?:limits?|bounds?|caps?)|hid(?:e|ing|den) (?:it|this|them|all)|remov\w+ (?:it|this|them|all))\b",
    re.I,
)


def _by_limit(scene: Scene, k: int) -> LocalPhysical | None:
    """The limit that a paper itself draws from a share, where the share allows less."""
    found = _shares(scene, k)
    if len(found) != 1 or not scene.reading(found[0][0]).quantity.bounded:
        return None
    share, words = found[0]
    end = scene.reading(share).end
    for j in range(k, min(k + 3, len(scene.sentences))):
        text = scene.sentences[j].text
        low = end if j == k else 0
        if j > k and (_shares(scene, j) or _SETTING.match(text)):
            return None
        spots = [s for s in scene.spots(j, where=_factor) if scene.reading(s).start > low]
        if not spots:
            continue
        said = text[low : scene.reading(spots[0]).start]
        fits = _COULD_BE.search(said) and _ALL_GONE.search(text[low:])
        if not fits or _OTHER_CHANGE.search(text[low:]) or _INNER.search(said) or _part_gain(scene, k):  # fmt: skip
            return None
        r = scene.reading(spots[0])
        near = j == k or any(s in text.lower() for s in _stems(words)) or _POINTS_BACK.search(text) or _ALL_GONE.search(text)  # fmt: skip
        clear = r.quantity.shown_unit == "×" or _FACTOR_OF.search(said)
        if not near or not clear or isinstance(r.quantity.value, tuple):
            return None
        claim = _told(spots[0], share, "times")
        return replace(claim, cues=claim.cues | {"limit", "wide"})
    return None


def _factor(r: Reading) -> bool:
    return r.quantity.unit == "1" and r.quantity.shown_unit != "%" and r.kind in (Kind.SPEEDUP, Kind.OTHER) and 1 < r.quantity.point < 100  # fmt: skip


def _percent(r: Reading) -> bool:
    return r.quantity.shown_unit == "%" and 0 < r.quantity.point < 1 and r.quantity.bounded


def _kind(scene: Scene, spot: Spot) -> str:
    """Whether a number is a gain of the whole: a factor, so much faster or so much less time; "" for none."""
    r = scene.reading(spot)
    if not _percent(r):
        return "times" if _of_whole(scene, spot) else ""
    text = scene.sentences[spot[0]].text
    before, after = _clause(text, r.start, r.end)
    if _ABOUT.search(before) or _MAY_BE.search(before) or _ELSEWHERE.search(after):
        return ""
    if _RAISES.search(before) or (_WHOLE.search(before + after) and _QUICKER.match(text, r.end)):
        return "faster"
    return "less" if _SHORTENS.search(before) else ""


_RAISES = Lazy(r"\b(?:throughput|token rate|(?:training|decoding) (?:speed|rate))\s(?:thus |then |now )?(?:rises|rose|grows|grew|improves|improved|increases|increased|goes up|is (?:raised|improved|increased))\sby\s(?:about )?$|"
               r"\b(?:improv|increas|rais|boost|lift)\w*\s(?:the |its |our )?(?:\w+ )?throughput\sby\s(?:about )?$", re.I)  # fmt: skip
_SHORTENS = Lazy(r"\b(?:reduc|cut|shorten|lower|decreas)\w*\s(?:the |its |our |each |every )?(?:\w+ )?(?:step time|iteration time|step|iteration|epoch|runtime|training time|wall-clock time)s?\sby\s(?:about )?$|"
                 r"\b(?:step|iteration|epoch|runtime|training time|step time|iteration time)s?\s(?:thus |then |now )?(?:falls?|fell|drops?|dropped|shrinks?|shrank|decreases?|(?:is|are) (?:reduced|cut|shortened))\sby\s(?:about )?$", re.I)  # fmt: skip
_QUICKER = Lazy(r"\s(?:faster|quicker|higher throughput)\b(?! than| kernel)")
_WAS = Lazy(
    r"\b(?:took|had|was|were|used to|before|previously|made up|accounted|spent|cost)\b", re.I
)


def _times(kind: str, stated: float) -> float:
    return stated if kind == "times" else 1 + stated if kind == "faster" else 1 / (1 - stated)


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    before = re.split(r"[;:(]|,? (?=(?:which|so|and|but|while)\b)", text[max(0, start - 110) : start])[-1]  # fmt: skip
    return before, re.split(r"[;:,.)]|\b(?:and|while|but)\b", text[end : end + 60])[0]


# "Ours reaches 1.4x", where the sentence before says what it could be
_REACHES = Lazy(r"\b(?:reach\w*|realis\w+|realiz\w+|achiev\w+|attain\w*|gets?|obtain\w*|measured?|sees?|saw|observed?|deliver\w*|is at|comes to)\s(?:only |just |about )?$", re.I)  # fmt: skip


def _limited(scene: Scene, spot: Spot) -> bool:
    """Whether the words before, or the sentence before, say the most that there could be."""
    here = scene.sentences[spot[0]].text[: scene.reading(spot).start]
    before = scene.sentences[spot[0] - 1].text
    return any(_COULD_BE.search(t) and _ALL_GONE.search(t) and "×" in t for t in (here, before))


def _of_whole(scene: Scene, spot: Spot) -> bool:
    """Whether a factor is by how much a step, a run or a rate gained, seen and not only possible."""
    text, r = scene.sentences[spot[0]].text, scene.reading(spot)
    before, after = _clause(text, r.start, r.end)
    q = r.quantity
    if q.shown_unit != "×" and r.kind is not Kind.SPEEDUP and not _FACTOR_OF.search(before):
        return False
    if not text[r.start].isdigit() or isinstance(q.value, tuple) or not q.bounded:
        return False
    if not _FACTOR_AFTER.match(text, r.end) or _ELSEWHERE.search(after) or _ABOUT.search(before):
        return False
    if _OF_THE_PART.search(text[: r.start]):
        return False
    inner = _INNER.search(before)
    if _MAY_BE.search(before) or (inner and not _WHOLE.search(before, inner.start())):
        return False
    if _REACHES.search(before) and q.shown_unit == "×" and spot[0] and _limited(scene, spot):
        return True
    return bool(_WHOLE.search(f"{before} {after}") or _WORTH.search(before)) or bool(
        _FALLS.search(before) and _PLAIN_TIME.search(before)
    )


def _shares(scene: Scene, k: int) -> list[tuple[Spot, str]]:
    """Percentages of a sentence that are of a time, each with the words around."""
    text, found = scene.sentences[k].text, []
    for spot in scene.spots(k, where=lambda r: r.quantity.shown_unit == "%" and 0 < r.quantity.point < 1):  # fmt: skip
        r = scene.reading(spot)
        before, after = text[: r.start], text[r.end :]
        clause = re.split(r"[;]|, (?:and|but|while|whereas) ", before)[-1]
        of = _OF_TIME.match(after)
        if (
            of is not None
            and not _NO_TIME.search(of.group())
            and (_TAKES.search(clause) or not _NO_TIME.search(clause[-40:]))
        ):
            found.append((spot, clause + after[of.end() : of.end() + 40]))
        elif _A_SHARE.search(clause) and _PLAIN_TIME.search(clause) and not _NO_TIME.search(clause) and _ENDS.match(after):  # fmt: skip
            found.append((spot, clause))
        elif (
            _PRONOUNED.search(before)
            and _PLAIN_TIME.search(before)
            and (_ENDS.match(after) or re.match(r" (?:is|are|was|were|goes?) ", after))
        ):
            found.append((spot, clause + after[:40]))
    return found


def _stems(words: str) -> set[str]:
    return {w[: max(5, len(w) - 3)] for w in re.findall(r"[a-z][a-z-]{4,}", words.lower()) if w not in _STOP}  # fmt: skip


def _by_shares(scene: Scene, gain: Spot, kind: str) -> LocalPhysical | None:
    """The gain with the largest share before it, where all of them together do not allow it."""
    j, r = gain[0], scene.reading(gain)
    low, top = max(0, j - _REACH), min(j + 1, len(scene.sentences) - 1)
    every = [(s, w) for k in range(low, top + 1) for s, w in _shares(scene, k)]
    found = [x for x in every if x[0] < gain]
    if not found:  # "Throughput rises by 40%. Before, the exchange took 15% of every step."
        found = [x for x in every if x[0][0] == j or _WAS.search(scene.sentences[x[0][0]].text)]
        if len(found) != 1:
            return None
        return _behind(scene, gain, kind, found[0])
    last = found[-1]
    near = [x for x in found if x[0][0] == last[0][0]]
    k = last[0][0]
    said = scene.sentences[k].text[scene.reading(last[0]).end :] if k < j else scene.sentences[k].text[scene.reading(last[0]).end : r.end]  # fmt: skip
    between = [scene.sentences[i].text for i in range(k + 1, j)]
    own = scene.sentences[j].text if j > k else ""
    said = " ".join((said, *between, own))
    if _OTHER_CHANGE.search(said) or (j > k and any(_SETTING.match(t) for t in (*between, own))):
        return None
    lead, text = scene.sentences[k].text, scene.sentences[j].text
    of = {m.group(1).lower()[:5] for m in _PHASE.finditer(lead[: scene.reading(last[0]).end + 36])}
    if of and {m.group(1).lower()[:5] for m in _PHASE.finditer(said)} - of:
        return None
    stems = _stems(" ".join(w for _, w in near))
    joined = any(s in said.lower() for s in stems) or (
        _POINTS_BACK.search(said) and (_JOIN.search(said) or _THEM.search(said))
    )
    if not joined or (scene.parts(j) and scene.parts(k) and scene.part(j) != scene.part(k)):
        return None
    if (
        "baseline" in text[r.end : r.end + 40]
        and "baseline" not in lead[: scene.reading(last[0]).end]
    ):
        return None  # of another system
    if len(found) == 1 and _BOTH.search(said):
        return None
    whole = sum(scene.reading(s).quantity.point for s, _ in found)
    if len(found) > 1 and (whole >= 1 or _times(kind, r.quantity.point) <= _ALLOWED / (1 - whole)):
        return None
    share = max((s for s, _ in found), key=lambda s: scene.reading(s).quantity.point)
    if not scene.reading(share).quantity.bounded:
        return None
    if _IN_ALL.search(own) and any(
        _kind(scene, s) for i in range(k, j) for s in scene.spots(i, where=_factor)
    ):
        return None  # of all changes, after the gain of one
    inner = _part_gain(scene, share[0])
    claim = _told(gain, share, kind)
    return replace(claim, given=(*claim.given, ("inner", inner[0]))) if len(inner) == 1 else claim


def _behind(scene: Scene, gain: Spot, kind: str, share: tuple[Spot, str]) -> LocalPhysical | None:
    """A gain whose one share stands behind it, and is of what the gain's sentence does away with."""
    spot, words = share
    text = scene.sentences[gain[0]].text
    behind = scene.sentences[spot[0]].text
    said = f"{text} {behind if spot[0] != gain[0] else ''}"
    stems = _stems(words)
    joined = _JOIN.search(text) and (
        any(s in text.lower() for s in stems) or re.search(r"\b(?:it|this|they|these)\b", behind)
    )
    if not joined or _OTHER_CHANGE.search(said) or _SETTING.match(behind.removeprefix("Before,")):
        return None
    return _told(gain, spot, kind) if scene.reading(spot).quantity.bounded else None


def _told(gain: Spot, share: Spot, kind: str) -> LocalPhysical:
    return LocalPhysical(
        "amdahl", gain, (("share", share),), (("part", "what is made faster"), ("kind", kind)), far=frozenset({"share"}), cues=frozenset({"near"})
    )  # fmt: skip


def _by_ceiling(scene: Scene, gain: Spot) -> LocalPhysical | None:
    """The gain with the most that the paragraph says there could be."""
    j = gain[0]
    limits = []
    for k in range(max(0, j - 2), min(j + 3, len(scene.sentences))):
        even = _EVEN_IF.search(scene.sentences[k].text)
        if even is None:
            continue
        for spot in scene.spots(k, where=_factor):
            before = scene.sentences[k].text[even.start() : scene.reading(spot).start]
            if spot != gain and _AT_MOST.search(before):
                limits.append(spot)
    said = " ".join(scene.sentences[k].text for k in range(min(j, *(s[0] for s in limits)), j + 1)) if limits else ""  # fmt: skip
    if len(limits) != 1 or _OTHER_CHANGE.search(said):
        return None
    if j != limits[0][0] and _SETTING.match(scene.sentences[max(j, limits[0][0])].text):
        return None
    top = scene.reading(limits[0]).quantity
    if scene.reading(gain).quantity.nominal.low <= top.nominal.high * 1.02:
        return None
    return LocalPhysical(
        "amdahl", gain, (("ceiling", limits[0]),), (("part", "what could be free"), ("kind", "ceiling")), far=frozenset({"share"}), cues=frozenset({"wide"})
    )  # fmt: skip
