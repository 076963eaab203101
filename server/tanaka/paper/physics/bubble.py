"""Idle time of a pipeline beside its stages and micro-batches: "8 stages, 32 micro-batches, an 18% bubble"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_BUBBLE = r"(?:pipeline\s)?(?:bubbles?(?:\s(?:ratio|fraction|share|overhead|time|rate|size|cost))?|idle (?:time|share|fraction)|idles?)"
_BEFORE = Lazy(rf"\b{_BUBBLE}(?:\b[^.;%]{{0,60}})?[\s(=≈]*$", re.I)
_AFTER = Lazy(
    rf"\s*(?:(?:of|the|each|its|every|step|iteration|training|total|time|is|are|was|goes?|lost|spent|in|to|as|an?|wasted|by|on|stage|GPU)\b\s*){{0,9}}(?:{_BUBBLE}|idle)\b",
    re.I,
)
_BY = Lazy(r"\b(?:by|than)\s(?:up to\s|about\s)?$|\b(?:reduc|cut|shrink|sav|improv|decreas)\w*\s(?:\w+\s){0,4}(?:by\s)?$", re.I)  # fmt: skip
_COMPARED = Lazy(
    r"\s*(?:points?|lower|smaller|less|fewer|shorter|higher|larger|more|faster|better|worse|slower)\b"
)
_OF_LEFT = Lazy(r"\bfrom\s(?:about\s)?$", re.I)
_STAGES = Lazy(
    r"\b(?:p|P|PP|S|pp|K)\s?=\s?$|\b(?:PP|pipeline (?:parallel\w*|depth|degree)(?: (?:of )?(?:degree|size|depth))?)\s?(?:of\s|=\s?|is\s)?$"
)
_MICRO = Lazy(r"\b(?:m|M|n_micro|N|B)\s?=\s?$")
_CHUNKS = Lazy(r"\b(?:v|V|VPP|v_pp)\s?=\s?$|\binterleav\w+\s(?:degree|factor)\s(?:of\s)?$", re.I)
_CHUNKS_AFTER = Lazy(
    r"\s*-?(?:way\s)?(?:virtual (?:stages?|pipeline)|(?:model )?chunks?\b|interleav\w+)", re.I
)
_DEEP = Lazy(
    r"\s*(?:pipeline|PP)\b|\s*-?(?:stage|deep)\b|\s*-?way (?:pipeline|PP)\b|\s*pipeline stages?\b",
    re.I,
)
_MANY = Lazy(r"\s*micro-?\s?batch", re.I)
_NEGLIGIBLE = Lazy(
    r"\bnegligible\b|\bvanish\w*|\b(?:almost|nearly|virtually) (?:no|bubble-free|free of)\b|\bbubble-free\b",
    re.I,
)
_SAID = Lazy(rf"\b{_BUBBLE}\b|\bbubble-free\b", re.I)

CUES = {
    "interleaved": Lazy(r"\binterleav\w+|\bvirtual\b|\bVPP\b|\blooped\b|\bbreadth-first\b|\b(?:model )?chunks? (?:per|on each|for each|of each|in each|a) (?:stage|device|GPU|rank|worker)\b|\bmodel chunks?\b|\b(?:each|every|a|per) (?:stage|device|GPU|rank|worker)\b[^.;]{0,24}\bchunks?\b", re.I),
    "zero": Lazy(r"\bslices?\b|\bTeraPipe\b|\bSeq1F1B\b|\bzero[- ]?bubble\b|\bDual-?Pipe\b|\bZB(?:-|1|2|\b)|\bV-(?:shape|schedule|Half|Min)|\bChimera\b|\bHanayo\b|\bbidirectional\b|\bweight[- ]gradient|\bsplit(?:s|ting)? (?:the )?backward", re.I),
    "asynchronous": Lazy(r"\basynchron\w+|\bsteady[- ]state\b|\bPipeDream\b(?!-(?:Flush|flush))|\bPipeMare\b|\bwithout (?:a )?flush|\bno flush|\bstale\w*", re.I),
    "filled": Lazy(r"\bfill(?:s|ed|ing)?\b|\bhid(?:e|es|den|ing)\b|\boverlap\w*|\breus(?:e|es|ed|ing)\b|\bharvest\w*", re.I),
    "serving": Lazy(r"\bserving\b|\brequests?\b|\binference\b|\bdecod(?:e|ing)\b|\bprefill\b|\bforward[- ]only\b", re.I),
    "uneven": Lazy(r"\bimbalanc\w+|\bunequal\b|\buneven\b|\bbalanc\w+|\bsequence[- ]level\b|\bslices?\b|\bsliced\b|\bembeddings?\b|\bends\b|\bslow\w*|\btoken[- ]level\b", re.I),
    "plain": Lazy(r"\b1F1B\b|\bGPipe\b|\bone[- ]forward[- ]one[- ]backward\b|\bPipeDream-[Ff]lush\b|\bfill-(?:and-)?drain\b"),
    "global": Lazy(r"\b(?:global|total|all) (?:micro-?batches|batch)|\bmicro-?batches (?:in total|globally|across)", re.I),
    "derived": Lazy(r"\bglobal batch\b|\bmicro-?batch size\b", re.I),
    "of step": Lazy(r"%\s*of\s(?:the\s|each\s|every\s|a\s|its\s)?(?:training\s)?(?:step|iteration|time|total)", re.I),
    "of ideal": Lazy(r"\b(?:of|over|relative to|to) (?:the )?(?:ideal|useful|compute)\b", re.I),
    "measured": Lazy(r"\bmeasur\w+|\bprofil\w+|\bobserv\w+", re.I),
    "another": Lazy(r"\bbaseline|\bwhereas\b|\bcompared\b|\bversus\b|\bvs\b|\binstead of\b|\bunlike\b|\bdown to\b|\bcuts?\b|\breduc\w+", re.I),
}  # fmt: skip


# "47% for 8, 30% for 16 and 18% for 32 micro-batches"
_LISTED = Lazy(r"\s?(?:for|with|at) \d+\s?(?:,|;|and\b)")


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Bubbles as percentages, and those that are said to be negligible."""
    for k, sentence in enumerate(scene.sentences):
        if not _SAID.search(sentence.text):
            continue
        claims = [s for s in scene.spots(k, where=_percent) if _bubble(scene, s)]
        if len(claims) > 1 or (claims and _LISTED.match(scene.around(claims[0])[1])):
            continue
        if not claims and not _NEGLIGIBLE.search(sentence.text):
            continue
        setup = _setup(scene, k)
        if setup is None:
            continue
        given, far = setup
        cues = scene.heard(CUES, k)
        for role in far:
            cues |= scene.heard(CUES, dict(given)[role][0])
        if claims:
            yield LocalPhysical("bubble", claims[0], given, far=far, cues=cues)
        else:
            named = (("kind", "negligible"),)
            micro = dict(given)["micro"]
            yield LocalPhysical("bubble", micro, given, named, far=far, cues=cues)


def _percent(reading: Reading) -> bool:
    return reading.quantity.shown_unit == "%"


def _bubble(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 70, 50)
    if _BY.search(before) or _OF_LEFT.search(before) or _COMPARED.match(after):
        return False
    return bool(_AFTER.match(after) or _BEFORE.search(before))


def _setup(scene: Scene, k: int) -> tuple[tuple[tuple[str, Spot], ...], frozenset[str]] | None:
    """Stages, micro-batches and chunks, in the sentence or in one of the two before it."""
    given: list[tuple[str, Spot]] = []
    far = set()
    for role, find in (("stages", _stages), ("micro", _micro), ("chunks", _chunks)):
        for j in range(k, max(-1, k - 3), -1):
            found = find(scene, j)
            if len(found) > 1 or (found and isinstance(scene.reading(found[0]).quantity.value, tuple)):  # fmt: skip
                return None
            if found:
                given.append((role, found[0]))
                if j != k:
                    far.add(role)
                break
        else:
            if role != "chunks":
                return None
    return tuple(given), frozenset(far)


def _numbers(scene: Scene, k: int, nouns: tuple[str, ...], before: Lazy, after: Lazy) -> list[Spot]:
    out = []
    for i, r in enumerate(scene.sentences[k].readings):
        q = r.quantity
        if q.unit != "1" or q.shown_unit not in ("", "1") or r.per == "node":
            continue
        lead, tail = scene.around((k, i), 36, 30)
        named = r.noun in nouns or (r.noun in ("", "way") and (before.search(lead) or after.match(tail)))  # fmt: skip
        if named and not (nouns != ("chunk",) and "virtual" in scene.sentences[k].text[r.start : r.end]):  # fmt: skip
            out.append((k, i))
    return out


def _stages(scene: Scene, k: int) -> list[Spot]:
    found = _numbers(scene, k, ("stage", "pp"), _STAGES, _DEEP)
    listed = _numbers(scene, k, ("micro-batch",), _STAGES, _DEEP)
    found += [s for s in listed if s not in found and _STAGES.search(scene.around(s, 36)[0])]
    return [s for s in found if not _CHUNKS_AFTER.match(scene.around(s)[1])]


_PART_OF = Lazy(r"\b(?:\d+|[a-z]+) of (?:the|its|our|these|all) (?:the )?$", re.I)


def _micro(scene: Scene, k: int) -> list[Spot]:
    found = _numbers(scene, k, ("micro-batch",), _MICRO, _MANY)
    # "32 of the 128 micro-batches": a pipeline sees the part, which nobody reads
    if any(_PART_OF.search(scene.around(spot, 36)[0]) for spot in found):
        return []
    # "a depth of 8 and 16 micro-batches" is no list of micro-batches.
    return [s for s in found if not _STAGES.search(scene.around(s, 36)[0])]


def _chunks(scene: Scene, k: int) -> list[Spot]:
    virtual = [
        (k, i)
        for i, r in enumerate(scene.sentences[k].readings)
        if r.noun == "stage" and "virtual" in scene.sentences[k].text[r.start : r.end]
    ]
    return virtual or _numbers(scene, k, ("chunk",), _CHUNKS, _CHUNKS_AFTER)
