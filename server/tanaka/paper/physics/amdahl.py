"""A gain of the whole beside the share of the time that is made faster.

"Softmax takes 30% of the step; replacing only softmax makes the step 1.6x faster."
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics import gains_near, time_shares
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_TIMED = r"(?:(?:step|iteration|training|inference|decod\w+|prefill|execution|run|wall-?clock|end-to-end|e2e|total|overall|processing|GPU|query|request|job|epoch|kernel|compute|per-token|token|search)[- ]?)*(?:time|runtime|latency|step|iteration|duration|epoch|pass|wall-?clock)"
_OF_TIME = Lazy(
    rf"\s*of (?:the |its |our |each |all |every |total |a |an |whole |entire )*{_TIMED}\b", re.I
)
_OF_OTHER = Lazy(
    r"\b(?:FLOPs?|parameters?|energy|memory|operations|power|traffic|bytes|area|lines|tokens|kernels?)\b",
    re.I,
)
_TAKES = Lazy(
    r"(?P<part>[A-Za-z][\w-]*(?: [\w-]+){0,4}?)\s(?:takes? up|takes?|took|accounts? for|accounted for|consumes?|occup\w+|makes? up|represents?|is responsible for|is|are|costs?|uses?|amounts? to)\s(?:only |just |about |roughly |some |the remaining )?$"
)
_WHICH = Lazy(r"(?P<part>[A-Za-z][\w-]*(?: [\w-]+)?),\s$")
_SPENDS = Lazy(
    r"\s*(?:is|are|goes|go|spent|was|were|lies?)?\s?(?:spent\s)?(?:in|on|to|into|by|waiting for)\s(?:the\s)?(?P<part>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)(?=[.,;:)]|\s(?:and|so|which|but|when|while|on|for)\b|$)"
)
_WHOLE = Lazy(
    r"\b(?:end[- ]to[- ]end|e2e|overall|in total|whole|entire|step|iteration|training|inference|throughput|application|pipeline|job|run|serving|generation|epochs?|wall-?clock)\b",
    re.I,
)
_CARRIES = Lazy(
    r"\b(?:gives?|yields?|brings?|translat\w+ (?:in)?to|amounts? to|results? in|for an?|delivers?|means|leads to)\b[^.;]{0,30}$",
    re.I,
)
_GIVES = Lazy(
    r"\b(?:gives?|yields?|brings?|delivers?|means|translates? (?:in)?to|amounts? to)\s(?:only |just |an? |about |an overall )*$"
)
_OF_PART = Lazy(
    r"\s*(?:faster|quicker|speed-?up)\s(?:of the\s|on the\s|for the\s|in the\s)?(?:[\w-]+\s){0,2}?(?:kernels?|operators?|primitives?|implementation|unit|GEMMs?|routine|op)\b|\s*speed-?up (?:of|on|for|in) (?P<of>[\w-]+)",
    re.I,
)
_PART_BEFORE = Lazy(
    r"\b(?:kernels?|operators?|primitives?|routine|which|it|itself)\b[^.;,]{0,36}$", re.I
)
_FASTER = Lazy(
    r"\s*(?:faster|quicker|speed-?ups?|higher|more|better|gain|improvement|acceleration|overall|end[- ]to[- ]end|e2e|as fast|the throughput|[.,;)]|$)",
    re.I,
)
_ONLY = Lazy(
    r"\b(?:only|just|solely|nothing else|alone|nothing but|merely|all else (?:equal|unchanged)|no other change)\b",
    re.I,
)
_OVER = Lazy(
    r"[^.;,()]{0,24}\b(?:than|over|against|relative to|compared (?:to|with)|vs|versus)\b(?!\s(?:before|the (?:original|unmodified) (?:step|one)))",
    re.I,
)
_ALONE = Lazy(
    r"\bnothing else\b|\balone\b|\ball else (?:equal|unchanged)\b|\bno other change\b", re.I
)
_IT = Lazy(
    r"\b(?:remov|eliminat|mak|hid|accelerat|fus|replac|skipp|optimi[sz]|speeding|shorten|avoid|cach|precomput|memoi[sz]|mov|shift|port|halv|reduc)\w*\s(?:up\s)?(?:(?:most|much|half|part|some|all) of\s)?(?:it|this|them|that part)\b",
    re.I,
)
_STOP = frozenset({"the", "a", "an", "our", "of", "and", "time", "computation", "phase", "stage", "operation", "operations", "layer", "layers", "this", "it", "which", "that", "alone", "still", "step"})  # fmt: skip
_WORKLOAD = Lazy(
    r"\b(?:on|for|with|at) (?:long|short|large|small|other|some|other|the (?:largest|longest)|[A-Z][\w.-]*|\d)"
)
_PHASE = Lazy(
    r"\b(its|their|attention|forward|backward|decod\w+|prefill|training|inference|sampling|serving|generation|communication)\s(?:\w+\s)?(?:step|time|pass|latency|iteration)s?\b|"
    r"(?<=makes )(decoding|training|inference|prefill|serving|generation)\b",
    re.I,
)
# "On the phone, replacing only softmax ...": the share was of another run
_SETTING = Lazy(r"\s*(?:On|In|At|For|When|Where|Under|During|Above|Beyond)\b[^.;]{1,40},")

CUES = {
    "work": Lazy(r"\b(?:larger|bigger|doubl\w+|increas\w+|higher) (?:the )?(?:\w+ )?(?:batch|concurrency)|\bbatch(?: size)?s? (?:grows?|doubles?|fits?|can)|\bdoubles the batch|\bsaved memory|\bmemory sav\w+|\bfewer (?:GPUs|devices|nodes|steps|tokens|iterations|epochs)|\bmore (?:concurrent )?(?:requests|sequences)|\bconverg\w+|\btime[- ]to[- ]accuracy", re.I),
    "queue": Lazy(r"\bp\d{2}\b|\btail\b|\bunder load\b|\bSLO\b|\bgoodput\b|\bqueu\w+|\bsaturat\w+|\bTTFT\b|\bcontention\b", re.I),
    "energy": Lazy(r"\benergy\b|\bJ/token\b|\bper watt\b|\bcheaper\b|\bcost\b(?! (?:nothing|no time|zero|no more))", re.I),
    "together": Lazy(r"\btogether\b|\b\w+ing (?:it|this|that|them) and (?:the|its|our|all|also)\b|\b\w+ing (?:only )?(?:the )?[\w-]+ and (?!(?:so|thus|hence|nothing|only|just)\b)(?:the |its )?[\w-]+ (?:makes?|gives?|yields?|brings?|speeds?|improves?|reduces?)\b|\bonly (?:the )?[\w-]+(?: \w+)? and (?:the|its|their|our)\b|\bcombin(?:ed|es|ing|ations?)|\bin addition\b|\balso\b|\bas well\b|\balong with\b|\bboth\b|\bplus\b|\btwo (?:changes|optimi[sz]ations|techniques)\b|\band (?:graph|CUDA|the other|fus|quanti|compress|cach|batch)\w*\b(?!\s(?:only|just|nothing|(?:it|this|them|that)(?!\s(?:with|and|into|together|to)\b))\b)", re.I),
    "bounds": Lazy(r"\b(?:at least|more than|over|up to|as much as|at most|between|less than)\b", re.I),
    "overlap": Lazy(r"\boverlap\w*|\bpipelin(?:e|es|ed|ing)\b|\bhid(?:e|es|den|ing)\b|\bconcurrent\w*|\basynchron\w+", re.I),
    "average": Lazy(r"\b(?:on average|average|mean|across)\b", re.I),
    "after": Lazy(r"\b(?:after|now|still|remaining|remains?|then)\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Shares of the time with the gain that follows, in one sentence or in two, and what is told less tightly."""
    told: set[Spot] = set()
    gains: set[Spot] = set()
    for claim in _tight(scene):
        told |= {claim.number, *(spot for role, spot in claim.given if role == "share")}
        if not ("bounds" in claim.cues and not claim.cues & {*_ELSE}):
            gains.add(claim.number)
        yield claim
    for claim in time_shares.read(scene, told):
        gains.add(claim.number)
        yield claim
    for claim in gains_near.read(scene):
        first = min(claim.number, *(spot for _, spot in claim.given))[0]
        said = " ".join(s.text for s in scene.sentences[first : claim.number[0] + 1])
        if claim.number not in gains and not any(CUES[cue].search(said) for cue in _ELSE):
            yield claim


_ELSE = ("work", "queue", "energy", "together")


def _tight(scene: Scene) -> Iterator[LocalPhysical]:
    """Shares of the time with the gain that follows, in one sentence or in two."""
    for k, sentence in enumerate(scene.sentences):
        shares = [(s, p) for s in scene.spots(k, where=_percent) if (p := _part(scene, s))]
        if len(shares) != 1:
            continue
        share, part = shares[0]
        stems = _stems(part)
        for j in (k, k + 1):
            if j >= len(scene.sentences):
                break
            found = _gains(scene, j, share, stems)
            if found is None:
                break
            whole, inner = found
            kind = "times"
            if whole is None:
                percent = _percent_gain(scene, j, share)
                if percent is None:
                    continue
                whole, kind = percent
            text = sentence.text[scene.reading(share).end :] if j == k else scene.sentences[j].text
            only = bool(_ONLY.search(text))
            if not (
                only or inner or _IT.search(text) or any(stem in text.lower() for stem in stems)
            ):
                break
            cues = scene.heard(CUES, k) | scene.heard(CUES, j)
            if _ALONE.search(text) or any(
                re.search(
                    rf"\b(?:only|just|solely|merely) (?:\w+ ){{0,2}}?{re.escape(s)}", text, re.I
                )
                for s in stems
            ):
                cues |= {"only"}
            if _WORKLOAD.search(text) or (j != k and _SETTING.match(text)):
                cues |= {"workload"}
            if (
                _phases(text) - _phases(sentence.text[: scene.reading(share).end + 40])
                or len(scene.formats(k)) > 1
            ):
                cues |= {"other-whole"}
            given = (("share", share), *((("inner", inner),) if inner else ()))
            far = frozenset() if j == k else frozenset({"share"})
            yield LocalPhysical(
                "amdahl", whole, given, (("part", part), ("kind", kind)), far=far, cues=cues
            )
            break


def _phases(text: str) -> set[str]:
    """What steps and times are said to be of: "the decode step", "its step"."""
    return {(m.group(1) or m.group(2)).lower()[:5] for m in _PHASE.finditer(text)}


def _percent(reading: Reading) -> bool:
    return reading.quantity.shown_unit == "%"


def _part(scene: Scene, spot: Spot) -> str:
    """Whose share of the time a percentage is, "" where it is none."""
    s, r = scene.sentences[spot[0]], scene.reading(spot)
    after = s.text[r.end :]
    of = _OF_TIME.match(after)
    if of is None or _OF_OTHER.search(of.group()):
        return ""
    if taken := _TAKES.search(s.text[: r.start]):
        named = (
            _WHICH.search(s.text[: taken.start("part")])
            if taken["part"] in ("which", "that")
            else None
        )
        return named["part"] if named else taken["part"]
    if spent := _SPENDS.match(after, of.end()):
        return spent["part"]
    return ""


def _stems(part: str) -> tuple[str, ...]:
    words = [w for w in re.findall(r"[a-z][\w-]+", part.lower()) if w not in _STOP and len(w) > 3]
    return tuple(w[: max(4, len(w) - 3)] for w in words[-3:])


_QUICKER = Lazy(
    r"\s*(?:faster|higher (?:end-to-end |overall |training |decoding )?throughput|more throughput|speed-?up)\b(?![^.;,()]{0,24}\b(?:than|over)\b)",
    re.I,
)
_RAISES = Lazy(r"\b(?:improv|increas|rais|boost)\w*\s[^.;,%]{0,30}\bthroughput\s(?:by\s)$", re.I)
_SHORTENS = Lazy(
    r"\b(?:reduc|cut|shorten|lower|decreas)\w*\s[^.;,%]{0,40}\b(?:time|latency|step|iteration|runtime|duration)\s(?:by\s)$",
    re.I,
)


def _percent_gain(scene: Scene, k: int, share: Spot) -> tuple[Spot, str] | None:
    """The one percentage by which the whole is faster, or shorter."""
    found = []
    for spot in scene.spots(k, where=_percent):
        if spot == share or (spot[0] == share[0] and spot < share):
            continue
        before, after = scene.around(spot, 60, 40)
        if _SHORTENS.search(before):
            found.append((spot, "less"))
        elif _RAISES.search(before) or (
            _QUICKER.match(after) and _WHOLE.search(re.split(r"[;:,]", before)[-1] + after)
        ):
            found.append((spot, "faster"))
    return found[0] if len(found) == 1 else None


def _gains(
    scene: Scene, k: int, share: Spot, stems: tuple[str, ...]
) -> tuple[Spot | None, Spot | None] | None:
    """The gain of the whole and that of the part; None where there are too many to tell."""
    whole: list[Spot] = []
    inner: list[Spot] = []
    for spot in scene.spots(k, where=lambda r: r.quantity.shown_unit == "×"):
        if spot[0] == share[0] and spot < share:
            continue
        r = scene.reading(spot)
        before, after = scene.around(spot, 50, 40)
        if _OVER.match(after):
            return None  # over another system
        if r.kind not in (Kind.SPEEDUP, Kind.OTHER) or not _FASTER.match(after):
            continue
        clause = re.split(r"[;:]|,? (?=which\b|so\b|and\b|but\b)", before)[-1]
        near = re.split(r"[;:,.]|\band\b|\b(?:makes?|gives?|speeds?|shortens?|yields?|brings?|lets?)\b", after)[0]  # fmt: skip
        of = _OF_PART.match(after)
        of_part = of is not None and (
            of["of"] is None or of["of"].lower().startswith(stems or ("\0",))
        )
        if of is None and _GIVES.search(clause):
            whole.append(spot)
        elif of_part or (_PART_BEFORE.search(clause) and not _WHOLE.search(clause + near)):
            inner.append(spot)
        elif _WHOLE.search(f"{clause} {near}") or _CARRIES.search(clause):
            whole.append(spot)
        elif any(stem in clause.lower() for stem in stems):
            inner.append(spot)
        else:
            return None
    if len(whole) > 1 or len(inner) > 1:
        return None
    return (whole[0] if whole else None), (inner[0] if inner else None)
