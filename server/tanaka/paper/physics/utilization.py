"""Utilisation beside a rate: "138 TFLOP/s per A100, 44% of peak", "an MFU of 20%", "54% of its 312 TFLOP/s"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from tanaka.paper.assertion import asserted
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.apart import clause_of, die, format_of, is_explained, is_peak, part_of
from tanaka.paper.physics.before import format_before, part_seen_before
from tanaka.paper.physics.scene import LocalPhysical, Part, Scene, Spot
from tanaka.patterns import Lazy

_UTILISATION = (
    r"(?:[Mm]odel|[Hh]ardware)?[- ]?FLOP(?:s|S|/s)?[- ]?(?:per second )?[Uu]tili[sz]ation"
)
_WHICH = Lazy(
    rf"(?P<hfu>\bHFUs?\b|\b[Hh]ardware[- ]FLOPs?[- ][Uu]tili[sz]ation)|(?P<mfu>\bMFUs?\b|{_UTILISATION})"
)
_LEADS = Lazy(
    rf"(?:\bMFUs?|\bHFUs?|{_UTILISATION}s?|(?:peak|compute|hardware|tensor[- ]core) utili[sz]ation)\s?(?:\((?:MFU|HFU)\))?\s?"
    r"(?:(?:\s(?!(?:and|or|while|whereas|but|than|by|from|with|which|loss(?:es)?|gains?|differ\w*|gap|improve\w*|increase\w*|decrease\w*|reduction|drop|error|deviation|penalty|overhead|higher|lower|more|less|points|up(?= to)|close|respect|proportion\w*|due|thanks|relative|compared|equal)\b|\d[\d.]*\s)[\w-]+){0,4}?\s(?:of|is|was|are|were|at|to)\s)?"
    r"(?:,|:|=|\()?\s?(?:(?:of|is|was|at|reaches|reached|to|an? average of|being|i\.e\.,?)\s)?(?:about|around|roughly|only|just|approximately|≈|∼|~)?\s?$"
)
_FOLLOWS = Lazy(rf"\s(?:of\s)?(?:MFU\b|HFU\b|{_UTILISATION})")
_OBJECT = (
    r"(?:the |its |their |that |this |an? |each )?(?:[A-Z][\w-]*(?: \d{2,3} ?GB)?(?:['’]s?)? |GPU(?:['’]s)? |device(?:['’]s)? |part(?:['’]s)? )?"
    r"(?P<words>(?:theoretical |nominal |dense |sparse |hardware |device |tensor[- ]core |maximum |advertised |vendor |stated |"
    r"(?:BF|FP|TF)\d{1,2} |bf16 |fp16 |fp8 |half-precision |non-sparse ){0,3})"
)
_OF_PEAK = Lazy(rf"\s?of {_OBJECT}(?:peak\b|maximum FLOP|maximum performance)")
# "62% (peak: 125 TFLOP/s)"
_BESIDE_PEAK = Lazy(
    r"\s?[(,;]\s?(?:(?:the|its|a|of a|of the) )?(?:(?:theoretical|dense|nominal|hardware|[BF][FP]\d+) )*peak(?::| of| is| being|,)?\s?$"
)
_OF_VALUE = Lazy(rf"\s?of {_OBJECT}(?:(?:peak|maximum)(?: performance| throughput)?(?: of)?|the)?\s?\(?$")  # fmt: skip
# "of its 125": so many TFLOP/s
_OF_BARE = Lazy(
    rf"\s?of {_OBJECT}(?:(?:peak|maximum)(?: of)?\s|the\s)?(?P<bare>\d{{2,4}}(?:\.\d+)?)(?=\s?(?:[.,;)](?!\d)|$|(?:and|while|whereas|but|on|for)\b))"
)
# "against the dense peak, that is 25%"
_PEAK_LED = Lazy(
    rf"\b(?:against|relative to|out of|of|over|to|by|[Gg]iven|[Ww]ith|[Aa]t) {_OBJECT}peak(?: of [\d.,]+\s[TP]FLOP/s)?,?\s(?:(?:that|this|it|which|we)\s)?(?:are at|is at|is|are|was|makes?|amounts? to|corresponds? to|comes? to|stands? at|gives?|reach\w*)\s(?:about |only |just |roughly |an? )?$"
)
_CAN_DO = Lazy(
    r"\s?of (?:(?:the|each|every|an?|our|one) )?(?:GPU|device|card|chip|accelerator|hardware|[A-Z]+\d+\w*)(?:['’]s)?\s(?:peak )?(?:arithmetic|compute|floating-point|tensor[- ]core|FLOPs?)(?: (?:throughput|capability|capacity|power|performance|rate|peak))?(?=\s?[(.,;)]|$)|"
    r"\s?of what (?:(?:the|this|that|our|an?|one|each|every) [\w-]+(?: [\w-]+)?|it|they) (?:can (?:do|deliver|reach|offer|give)|could(?: (?:do|deliver|reach|give))?|offers?|provides?|promises|is capable of|is rated (?:for|at)|has to offer|is good for|allows)\b(?! (?:in |at )?(?:bandwidth|memory))"
)
_ANOTHER = Lazy(
    r"\b(?:bandwidth|roofline|cuBLAS|cuDNN|library|STREAM|attainable|achievable|power|memory|links?|network|linear|ideal)\b",
    re.I,
)
_OTHER_RUN = Lazy(
    r"\b(?:on average|average|averag\w+|mean|at best|best|at worst|up to|as high as|improv\w+|increas\w+|from|versus|vs|compared|while|whereas|"
    r"respectively|over the (?:whole )?run|end-to-end|overall|peaks at|instead of|than|relative to|baseline)\b",
    re.I,
)
_TO_THE_PEAK = Lazy(
    r"\b(?:relative|compared) (?:to|with) (?:the|its|this|that|their) (?:[\w-]+ ){0,3}?peak\b", re.I
)
# Before the first of the two only a change tells of another run: "on average 160 TFLOP/s, 51%" is of one
_CHANGED = Lazy(
    r"\b(?:improv\w+|increas\w+|from|versus|vs|compared|while|whereas|respectively|over the (?:whole )?run|end-to-end|instead of|than|relative to|baseline)\b",
    re.I,
)
_JOINS = Lazy(
    r"[\s(,;:—–-]*(?:(?:i\.e\.,?|or|that is,?|which is|which are|equal to|corresponding to|equivalent to|amounting to|about|around|roughly|"
    r"an?|the|in|BF16|FP16|FP8|bf16|fp16|fp8|per|each|on|at|of|GPU|GPUs|device|card|chip|accelerator|and|for|with|this|it|reaching|giving|"
    r"achieving|puts|brings|us|hence|thus|are|were|was|amounts to|makes?|means|therefore|translates?|into|that|makes|gives|yields|gets to|reaches|one|single|every|our|MFU|HFU|is|to|model|hardware|FLOPs|utilization|utilisation|only|≈|~)\b[\s(,:=/]*|[A-Z]+\d+\w*[-\w]*[\s(,:]*)*"
)
# Between a rate and a percentage of another run, system or device.
_ANOTHER_SUBJECT = Lazy(
    r";(?!\s(?:in absolute terms|that is|this is|this makes|or|i\.e\.|hence|thus|so|it is|relative to|against|measured (?:against|by)|with respect to|as an? (?:share|fraction|percentage))\b)|\b(?:while|whereas|but|our|we|ours|and|baseline|instead|although|though|then|another|other|when|if|until)\b|\d\s?%",
    re.I,
)
# A sentence that goes on about the rate of the one before.
_GOES_ON = Lazy(
    r"^\W*(?:As an? (?:fraction|share|percentage|part)|This|That|It|Which|Given|With an? (?:\w+ )?peak|At an? (?:\w+ )?peak|Thus|Hence|Therefore|So|i\.e\.|In other words|Measured|Relative|Against|Compared (?:to|with) (?:the|its) (?:\w+ )?peak|The (?:resulting|corresponding|MFU|HFU|utili[sz]ation|model FLOPs?)|MFU|HFU)\b"
)
CUES = {
    "recompute": Lazy(r"\brecomput\w*|\bcheckpointing\b|\bHFU\b|\bhardware FLOPs", re.I),
    "attention": Lazy(r"\battention (?:term|FLOPs|is counted)\b|\b6N\b|\b(?:with|without|including|excluding) (?:the )?attention\b", re.I),
    "achievable": Lazy(r"\b(?:achievable|attainable|roofline|cuBLAS|sustained peak|power[- ]limit\w*|power[- ]capp\w*|capped|clock\w*)\b", re.I),
    "sparse": Lazy(r"\b2:4\b|\bspars\w+|\bprun\w+", re.I),
    "effective": Lazy(r"\b(?:effective|equivalent|Winograd|Strassen|useful)\b", re.I),
    "busy": Lazy(r"\bnvidia-smi\b|\bSM (?:active|occupancy|utili[sz]ation)\b|\boccupancy\b|\bGPU utili[sz]ation\b", re.I),
    "mixed": Lazy(r"\bmixed\b(?! FP8| fp8)|\bmixed (?:FP8|fp8)", re.I),
    "accumulate": Lazy(r"\baccumulat\w+", re.I),
}  # fmt: skip
_COUNTED_SO = {**{n: CUES[n] for n in ("recompute", "effective", "busy")}, "attention": Lazy(r"\battention\b")}  # fmt: skip
_WORK = Lazy(r"\s?(?:per|for (?:each|every|a|one)|of) (?:[\w-]+ )?(?:tokens?|steps?|samples?|images?|layers?|quer(?:y|ies)|pass|iterations?)\b")  # fmt: skip
_MASKED = Lazy(
    r"\bof what [^,.;]{0,30}could\b|\bnot (?:quite|even|more than|less than)\b|\btheoretical(?:ly)?\b|\bideal\b|\bmax(?:imum)?\b",
    re.I,
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Shares of a peak with the rate that is meant: of the sentence, or the only one before it."""
    for k, sentence in enumerate(scene.sentences):
        if "%" not in sentence.text and "percent" not in sentence.text:
            continue
        shares = [s for s in scene.spots(k, where=lambda r: r.quantity.shown_unit == "%")]
        rates = [s for s in scene.spots(k, "FLOP/s") if not _WORK.match(sentence.text, scene.reading(s).end)]  # fmt: skip
        told = [(s, *found) for s in shares if (found := peak_share(scene, s, rates)) is not None]
        if not told and len(shares) == 1 and len(rates) == 2:
            told = (
                [(shares[0], "peak", rates[0], "")]
                if _out_of(scene, k, rates[0], rates[1], shares[0])
                else []
            )
        if not told and len(shares) == len(rates) == 1 and _of_bare(scene, k, rates[0]) and scene.reading(rates[0]).end < scene.reading(shares[0]).end + 60:  # fmt: skip
            told = [(shares[0], "peak", None, "")]
        if not told:
            continue
        paired = list(_paired(scene, k, shares, rates, told))
        if paired:
            yield from paired
            continue
        # "163 TFLOP/s (52% of peak), compared with 138 TFLOP/s (44%)"
        own = {t[0] for t in told}
        told += [(s, told[0][1], None, "") for s in shares if s not in own and _in_brackets(scene, s, rates)]  # fmt: skip
        peaks = {p for _, _, p, _ in told if p is not None}
        peaks |= {r for r in rates if r not in peaks and is_peak(scene, r)}
        achieved = [r for r in rates if r not in peaks]
        for share, kind, peak, words in told:
            rate, far = _rate_of(scene, k, share, achieved, alone=len(told) == 1)
            if rate is None:
                continue
            if peak is None and len(peaks) == 1 and len(told) == 1:
                peak = next(iter(peaks))
            yield _claim(scene, share, rate, kind, peak, words, far=far)


# "Of the 312 TFLOP/s that a GPU has, the model uses 165, i.e. 53%"
_OUT_OF = Lazy(
    r"^\W*(?:Out )?[Oo]f (?:an?|the|its|their|these|a GPU's|each GPU's) (?:(?:peak|theoretical|possible|dense|nominal|maximum of|[BF][FP]\d+) )*$"
)
_OWNED = Lazy(
    r"\s(?:(?:dense )?[BF][FP]\d+ )?(?:peak\b|(?:that|which) (?:an?|the|each|one|every|our)\b[^,]*\b(?:has|offers?|provides?|delivers?|can (?:do|deliver)|promises)\b|(?:of|on|in) (?:an?|the|each|one|every)\b)[^,]*,\s|,\s"
)
_IS_A_SHARE = Lazy(
    r"\s?(?:per GPU|each)?\s?(?:[,(:;—–-]|\bor\b)\s?(?:(?:i\.e\.,?|or|which is|that is,?|about|only|roughly|just|an?|share of|fraction of|utili[sz]ation of|this is|this makes|which makes|which means|or about)\s)*$"
)


def _out_of(scene: Scene, k: int, peak: Spot, rate: Spot, share: Spot) -> bool:
    """Whether a sentence begins with a peak and says how much of it is used."""
    text = scene.sentences[k].text
    p, r, s = scene.reading(peak), scene.reading(rate), scene.reading(share)
    return bool(
        _OUT_OF.match(text[: p.start])
        and p.end <= r.start < s.start
        and _OWNED.match(text, p.end)
        and _IS_A_SHARE.fullmatch(text[r.end : s.start])
    )


def peak_share(scene: Scene, spot: Spot, rates: list[Spot]) -> tuple[str, Spot | None, str] | None:
    """What a percentage is a share of: MFU, HFU or a peak, the peak's number, and words about it."""
    before, after = scene.around(spot, 70, 90)
    own = scene.reading(spot)
    behind = [r for r in rates if scene.reading(r).start > own.end]
    if behind:
        next_ = scene.reading(behind[0])
        text = scene.sentences[spot[0]].text[own.end : next_.start]
        found = _OF_VALUE.fullmatch(text)
        if found and not _ANOTHER.search(text):
            return "peak", behind[0], found["words"]
        if _BESIDE_PEAK.fullmatch(text) and _UTILISED.search(before):
            return "peak", behind[0], ""
    lead = _LEADS.search(before)
    follow = _FOLLOWS.match(after)
    if lead or follow:
        which = _WHICH.search(lead.group() if lead else follow.group() if follow else "")
        kind = "HFU" if which and which["hfu"] else "MFU" if which else "peak"
        of = _OF_PEAK.match(after)
        return kind, None, of["words"] if of else ""
    if (
        any(0 < own.start - scene.reading(r).end < 60 for r in rates)
        and _BARE_LED.search(before)
        and not _ANOTHER.search(f"{before} | {after[:40]}")
        and not _BUSY.search(before)
    ):
        return "peak", None, ""
    if _CAN_DO.match(after):
        return "peak", None, ""
    if _bare_peak(after):
        return "peak", None, ""
    led = _PEAK_LED.search(before)
    if led and not _ANOTHER.search(led.group()):
        return "peak", None, led["words"]
    found = _OF_PEAK.match(after)
    if found and not _ANOTHER.search(after[found.start() : found.end() + 22]):
        return "peak", None, found["words"]
    return None


# "a utilization of 49%" beside FLOP/s
_BARE_LED = Lazy(r"(?:^|[,;:(—–]|\b(?:an?|its|the|which is|that is|i\.e\.,?|or|and))\s?utili[sz]ation\s(?:of|is|was|at)\s(?:about |only |just |roughly )?$", re.I)  # fmt: skip
_BUSY = Lazy(r"\b(?:GPU utili[sz]ation|SM|core|nvidia-smi|busy|occupan\w+|memory|average)\b", re.I)
_UTILISED = Lazy(r"\b(?:utili[sz]ation|efficiency|share|fraction)s?\b[^.;%]{0,24}$", re.I)


def _bare_peak(after: str) -> str:
    """The number without a unit that a percentage is said to be of: "38% of its 125"; "" for none."""
    found = _OF_BARE.match(after)
    return found["bare"] if found else ""


_RATE_OF_BARE = Lazy(
    r"\s?(?:(?:out )?of|from) (?:the |its |a |an |possible |theoretical |peak |dense )*(?P<bare>\d{2,3}(?:\.\d)?|\d,?\d{3})(?=\s?(?:[.,;)](?!\d)|$|[a-z]))"
)


def _of_bare(scene: Scene, k: int, rate: Spot) -> str:
    """The number without a unit that a rate is so much of: "140 TFLOP/s of the 312 are used"; "" for none."""
    found = _RATE_OF_BARE.match(scene.sentences[k].text, scene.reading(rate).end)
    return found["bare"].replace(",", "") if found else ""


_LIST = Lazy(r"\s*(?:,|,?\s*(?:and|or|to)|/)\s*(?:≈|∼|~|an?\s)?\s*")
_RESPECTIVELY = Lazy(r"\brespectively\b|\bresp\.")
_MOST_PAIRED = 5


def _one_list(scene: Scene, k: int, spots: list[Spot]) -> bool:
    """Whether numbers follow each other with nothing but separators between."""
    text = scene.sentences[k].text
    ends = [scene.reading(s) for s in spots]
    return all(
        b[1] == a[1] + 1 and _LIST.fullmatch(_UNIT_BETWEEN.sub("", text[x.end : y.start]))
        for (a, x), (b, y) in pairwise(zip(spots, ends, strict=True))
    )


_UNIT_BETWEEN = Lazy(r"^\s?(?:MFU|HFU)\b|^\s?(?:per|/)\s?(?:GPU|device|[A-Z]+\d+\w*)\b")


def _paired(
    scene: Scene, k: int, shares: list[Spot], rates: list[Spot], told: list[tuple[Spot, str, Spot | None, str]]
) -> Iterator[LocalPhysical]:  # fmt: skip
    """Shares and rates of two lists, one to one: "172 and 163 TFLOP/s, an MFU of 55% and 52%"."""
    peaks = {p for _, _, p, _ in told if p is not None}
    # one of a list is no peak: "from 138 to 156 TFLOP/s, or from 44% to 50% of peak"
    peaks |= {r for r in rates if r not in peaks and is_peak(scene, r) and len(rates) == len(shares) + 1}  # fmt: skip
    runs = [r for r in rates if r not in peaks]
    if not 2 <= len(runs) == len(shares) <= _MOST_PAIRED or len(peaks) > 1:
        return
    if not (_one_list(scene, k, runs) and _one_list(scene, k, shares)):
        return
    text = scene.sentences[k].text
    first, second = sorted((runs, shares), key=lambda s: scene.reading(s[0]).start)
    between = text[scene.reading(first[-1]).end : scene.reading(second[0]).start]
    ordered = bool(_RESPECTIVELY.search(text, scene.reading(second[-1]).end))
    if not ordered and not _JOINS.fullmatch(between):
        return
    names = {p.name for p in scene.parts(k)}
    kinds = {kind for _, kind, _, _ in told}
    if len(names) > 1 or len(kinds) > 1 or _ANOTHER.search(between):
        return
    _, kind, peak, words = next((t for t in told if t[2] is not None), told[0])
    apiece = any(scene.reading(r).per == "gpu" for r in runs) or _PER_DEVICE.match(text, scene.reading(runs[-1]).end) is not None  # fmt: skip
    for share, rate in zip(shares, runs, strict=True):
        claim = _claim(scene, share, rate, kind, peak, words, far=False)
        counted = (("devices", 1.0),) if apiece else claim.counted
        given = tuple(g for g in claim.given if g[0] != "devices" or not apiece)
        far = claim.far | (frozenset() if ordered else frozenset({"pairing"}))
        yield replace(claim, given=given, counted=counted, far=far, cues=claim.cues - {"other-run", "loose"})  # fmt: skip


_PER_DEVICE = Lazy(r"\s?(?:per|/|on each|for each)\s?(?:GPU|device|card|accelerator|chip|[A-Z]+\d+\w*)\b")  # fmt: skip


def _in_brackets(scene: Scene, spot: Spot, rates: list[Spot]) -> bool:
    """Whether a percentage stands alone in brackets right behind a rate."""
    text, own = scene.sentences[spot[0]].text, scene.reading(spot)
    return text[own.end : own.end + 1] == ")" and any(
        text[scene.reading(r).end : own.start].strip() == "(" for r in rates
    )


_EXPRESSED = Lazy(
    r"^\W*(?:In absolute (?:terms|numbers)|Expressed|(?:That|This|It) (?:is|equals|means|amounts to|corresponds to|translates (?:in)?to)|In FLOP/s|Per (?:GPU|device)|The rate is)\b"
)
_POINTED = Lazy(r"\b(?:[Tt]he )?(?:latter|former)\s(?:(?:is|are|being|makes?|equals?|amounts? to|corresponds? to|means|about|only|just)\s)+(?:an? MFU of\s)?$")  # fmt: skip


def _rate_of(
    scene: Scene, k: int, share: Spot, achieved: list[Spot], *, alone: bool
) -> tuple[Spot | None, bool]:
    """The rate that a share is of, and whether it stands in the sentence before."""
    own = scene.reading(share)
    text = scene.sentences[k].text
    if len(achieved) == 1 and alone:
        between = _between(scene, share, achieved[0])
        fine = _JOINS.fullmatch(between) or not _ANOTHER_SUBJECT.search(between)
        return (achieved[0] if fine else None), False
    pointed = _POINTED.search(text[: own.start])
    if pointed and alone and len(achieved) == 2 and scene.reading(achieved[1]).end <= own.start:
        return achieved[1 if "atter" in pointed.group() else 0], False
    for r in reversed(achieved):
        rate = scene.reading(r)
        if rate.end <= own.start:
            joined = _JOINS.fullmatch(text[rate.end : own.start])
            return (r, False) if joined else (None, False)
    if achieved or not alone:
        return None, False
    counted = scene.heard(_COUNTED_SO, k) | (scene.heard(_COUNTED_SO, k + 1) if k + 1 < len(scene.sentences) else set())  # fmt: skip
    if (
        k + 1 < len(scene.sentences)
        and not counted
        and _EXPRESSED.match(scene.sentences[k + 1].text)
    ):
        behind = scene.spots(k + 1, "FLOP/s", where=lambda r: r.quantity.bounded)
        if len(behind) == 1 and not is_peak(scene, behind[0]) and "%" not in scene.sentences[k + 1].text:  # fmt: skip
            return behind[0], True
    if k == 0 or not _GOES_ON.match(text):
        return None, False
    before = scene.spots(k - 1, "FLOP/s", where=lambda r: r.quantity.bounded)
    before = [s for s in before if not is_peak(scene, s)]
    shares = [s for s in scene.spots(k - 1) if scene.reading(s).quantity.shown_unit == "%"]
    return (before[0], True) if len(before) == 1 and not shares else (None, False)


def _between(scene: Scene, share: Spot, rate: Spot) -> str:
    """The words between a percentage and a rate, the peak that it is of left out."""
    text = scene.sentences[share[0]].text
    a, b = scene.reading(share), scene.reading(rate)
    if b.end <= a.start:
        return text[b.end : a.start]
    gap = text[a.end : b.start]
    of = _OF_PEAK.match(gap)
    return gap[of.end() :] if of else gap


def _claim(
    scene: Scene, share: Spot, rate: Spot, kind: str, peak: Spot | None, words: str, *, far: bool
) -> LocalPhysical:
    k = share[0]
    text = scene.sentences[k].text
    own, of_rate = scene.reading(share), scene.reading(rate)
    part = scene.part(k)
    roles_far: set[str] = {"rate"} if far else set()
    apart, low, high = False, 0, 0
    rates = scene.spots(k, "FLOP/s") if not far else []
    if rate in rates and max(len(rates), len(scene.parts(k))) > 1:
        low, high = clause_of(scene, rates, rates.index(rate))
        if part is None and len(scene.parts(k)) > 1 and (len(rates) > 1 or own.start < high):
            found = part_of(scene, k, rate, low, high, alone=False)
            part = found[0] if found is not None and (of_rate.per == "gpu" or not found[1]) else None  # fmt: skip
            apart = part is not None
    single_die = die(text[: of_rate.end + 24]) if part is None and not far else ""
    if part is None and not scene.parts(k) and not single_die:
        part = scene.part(k - 1) if far else part_seen_before(scene, k)
        roles_far.add("device")
    formats = scene.formats(k)
    pointed = _POINTED.search(text[: own.start]) is not None
    if len(formats) > 1 and len(rates) > 1 and peak is None and (own.start < high or pointed):
        formats = format_of(scene, k, rate, text[low:high], alone=False) or formats
    if not formats:
        formats = scene.formats(k - 1) if far else tuple(f for f in (format_before(scene, k),) if f)
        roles_far |= {"precision"} if formats else set()
    named = [("kind", kind)]
    if part is not None:
        named.append(("device", part.name))
    elif single_die and not scene.parts(k):
        named.append(("device", single_die))
    if len(formats) == 1:
        named.append(("precision", formats[0]))
    given = [("rate", rate)]
    counted: list[tuple[str, float]] = []
    if peak is not None:
        given.append(("peak", peak))
    if of_rate.per == "gpu" or single_die or (part is not None and (part.each or (part.count == 1 and "device" in roles_far and not far))):  # fmt: skip
        counted.append(("devices", 1.0))
    else:
        _counted(scene, rate[0], part, given, counted)
    bare = _bare_peak(text[own.end : own.end + 60]) or ("" if far else _of_bare(scene, k, rate))
    if peak is None and bare:
        named.append(("bare peak", bare))
    cues = set(scene.heard(CUES, k)) | (set(scene.heard(CUES, k - 1)) if far else set())
    between = text[min(own.start, of_rate.start) : max(own.end, of_rate.end)] if not far else text
    lead = text[max(0, min(own.start, of_rate.start) - 24) : own.start] if not far else text
    between, lead = _TO_THE_PEAK.sub(" ", between), _TO_THE_PEAK.sub(" ", lead)
    if _OTHER_RUN.search(between) or _CHANGED.search(lead):
        cues.add("other-run")
    if not far and not _JOINS.fullmatch(_between(scene, share, rate)) and peak is None:
        cues.add("loose")
    if peak is not None and own.start > of_rate.start and not _JOINS.fullmatch(_between(scene, share, rate)):  # fmt: skip
        cues.add("loose")
    if len(formats) > 1:
        cues.add("formats")
    if len(scene.parts(k)) > 1 and part is None:
        cues.add("parts")
    if is_explained(scene, k, text, each=("devices", 1.0) in counted):
        cues.add("explained")
    if apart:
        cues.add("loose")
    if "dense" in words or "non-sparse" in words:
        cues.add("dense")
    masked = _MASKED.sub(lambda m: "x" * len(m.group()), text)
    if asserted(masked, own.start, Where.BODY) is not Asserted.NO:
        cues.add("claimed")
    return LocalPhysical(
        "utilization", share, tuple(given), tuple(named), tuple(counted), frozenset(roles_far), frozenset(cues)
    )  # fmt: skip


def _counted(
    scene: Scene, k: int, part: Part | None, given: list[tuple[str, Spot]], counted: list[tuple[str, float]]
) -> None:  # fmt: skip
    """How many devices a rate may be of, where the sentence counts them."""
    if part is not None and part.count is not None:
        if part.count_at is not None and part.nodes_at is None and not part.system:
            given.append(("devices", part.count_at))
        counted.append(("devices", part.count))
        return
    counts = scene.spots(k, noun="gpu")
    if len(counts) == 1:
        given.append(("devices", counts[0]))
