"""Idle time of a pipeline beside its stages and micro-batches: "8 stages, 32 micro-batches, an 18% bubble"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Reading

_BUBBLE = r"(?:pipeline\s)?(?:bubbles?(?:\s(?:ratio|fraction|share|overhead|time|rate|size|cost))?|idle (?:time|share|fraction)|idles?)"
_BEFORE = Lazy(
    rf"\b{_BUBBLE}(?:\b(?P<gap>[^.;%]{{0,60}}))?[\s(=≈]*$"
    rf"|\b{_BUBBLE}\b(?P<wide>[^.;%]{{0,120}}?)\b(?:is|are|was|were|amounts? to|comes? to|takes?|costs?|reach(?:es)?|equals?|makes? up|be|(?:stands?|stays?|remains?) at)\s(?:only\s|just\s|about\s|some\s|roughly\s|then\s|still\s|up\s)*$",
    re.I,
)
# Between a bubble and its share the sentence goes on to nothing else: "the bridge has no bubble but ... 5% ahead".
_ELSEWHERE = Lazy(r"\b(?:but|while|whereas|yet|although|though|however|half|twice|compared|instead of|rather than|what it was|(?<!\bless )(?<!\bmore )than)\b|;|,\s(?:and|or)\s(?!so\b|thus\b|hence\b|therefore\b)", re.I)  # fmt: skip
_NONE = Lazy(
    rf"\b(?:no|zero|without(?: a| any)?|free (?:of|from)|avoids?(?: all| any| the)?|eliminat\w+(?: all| the)?|remov\w+(?: all| the)?|neither|nor)\s(?:\w+\s)?{_BUBBLE}\b|\bbubble-free\b",
    re.I,
)
_AFTER = Lazy(
    rf"\s*(?:(?:of|the|each|its|every|step|iteration|training|total|time|is|are|was|goes?|lost|spent|in|to|as|an?|wasted|by|on|stage|GPU|pipeline|filling|draining|and)\b\s*){{0,9}}(?:{_BUBBLE}|idle)\b",
    re.I,
)
_PART = Lazy(
    r"\s*of (?:the |this |that |its |each |our |all )?(?:pipeline )?(?:bubbles?|idle)\b", re.I
)
_IDLE_ELSEWHERE = Lazy(r"\s(?:of|for|in|on)\s(?:the\s|an?\s|our\s|its\s|each\s)?(?:data|input|loader|network|link|wire|CPU|host|NIC|disk|storage|optimi|copy|tensor|memory)", re.I)  # fmt: skip
# What a pipeline pays where the sentence itself, or the one before, speaks of its bubble: "loses 7%".
_PAID = Lazy(
    r"\b(?:los(?:e|es|ing|t)|wast(?:e|es|ed|ing)|idl(?:e|es|ed|ing)|gives? up|forfeits?|sacrific\w+|stands? still|sits? idle)\s(?:idle\s)?(?:for\s|to\s)?(?:about\s|roughly\s|some\s|only\s|just\s|another\s)?(?:\S+\s)?$|\b(?:it|this|that|which|the (?:share|fraction|loss|figure|overhead))\s(?:is|was|are|were|comes? to|amounts? to|makes?|takes?|equals?)\s(?:about\s|roughly\s|only\s|then\s)?$",
    re.I,
)
_ON = Lazy(r"\s*(?:[.,;)]|$|(?:of|to)\s(?:the\s|each\s|every\s|a\s|its\s|all\s)?(?:training\s)?(?:step|iteration|time|it|them|this)\b|for\b|with\b|in\b|when\b|at\b|and\b)", re.I)  # fmt: skip
_BY = Lazy(r"\b(?:by|(?<!\bless )(?<!\bmore )than)\s(?:up to\s|about\s)?$|\b(?:reduc|cut|shrink|sav|improv|decreas)\w*\s(?:\w+\s){0,4}(?:by\s)?$", re.I)  # fmt: skip
_COMPARED = Lazy(
    r"\s*(?:points?|lower|smaller|less|fewer|shorter|higher|larger|more|faster|better|worse|slower|ahead|behind|above|below|of (?:the )?(?:peak|memory|linear|ideal throughput)|MFU|HFU|speed-?ups?|efficien\w+|utili[sz]ation)\b"
)
_OF_LEFT = Lazy(r"\bfrom\s(?:about\s)?$", re.I)
_STAGES = Lazy(
    r"\b(?:p|P|PP|S|pp|K)\s?=\s?$|\b(?:PP|pipeline (?:parallel\w*|(?:of |with )?(?:depth|degree)|size)(?: (?:of )?(?:degree|size|depth))?|(?:number|count) of (?:pipeline )?stages|(?:pipeline|stage) count)\s?(?:of\s|=\s?|is\s|was\s|to\s|at\s)?$"
)
_MICRO = Lazy(
    r"\b(?:m|M|n_micro|N|B)\s?=\s?$|\b(?:(?:number|count) of micro-?\s?batches|micro-?\s?batch(?:es)? (?:count|number)|micro-?\s?batches)\s(?:per \w+\s)?(?:of|is|was|to|at|=|:)\s?$|\baccumulat\w+ (?:of |over |across )?$"
)
_CHUNKS = Lazy(r"\b(?:v|V|VPP|v_pp)\s?=\s?$|\binterleav\w+\s(?:degree|factor)\s(?:of\s)?$", re.I)
_CHUNKS_AFTER = Lazy(
    r"\s*-?(?:way\s)?(?:virtual (?:stages?|pipeline)|(?:model )?chunks?\b|interleav\w+)", re.I
)
_DEEP = Lazy(
    r"\s*(?:pipeline|PP)\b|\s*-?(?:stage|deep)\b|\s*-?way (?:pipeline|PP)\b|\s*pipeline stages?\b",
    re.I,
)
_ACCUMULATED = Lazy(r"\bgradients?[- ]accumulat\w+ (?:\w+ )?(?:of|over|across|with) $", re.I)
_MANY = Lazy(r"\s*micro-?\s?batch|\s*(?:gradient[- ])?accumulation steps?\b", re.I)
# "enough micro-batches: with 4 stages and 64 of them"
_OF_THEM = Lazy(r"\s?of (?:them|these|those|such)\b", re.I)
_MICRO_SAID = Lazy(r"\bmicro-?\s?batch", re.I)
# Where nothing is called a micro-batch, what a batch or a prompt is cut into goes through the stages.
_CUT = Lazy(r"\b(?:cut|split|divided?|dividing|chopped|broken|sliced|partitioned|splits?|cuts?|splitting|cutting)\s(?:up\s)?(?:[\w-]+\s){0,6}?in(?:to)?\s$", re.I)  # fmt: skip
_PIECES = Lazy(r"\s?(?:equal\s|smaller\s)?(?:chunks|pieces|parts|slices|portions|segments)\b", re.I)
# "a pipeline of four GPUs", where nothing counts stages
_A_LINE_OF = Lazy(r"\bpipelines?\s(?:of|over|across|through|with|on)\s(?:the\s|all\s|our\s|these\s)?$", re.I)  # fmt: skip
_NEGLIGIBLE = Lazy(
    r"\bnegligible\b|\bvanish\w*|\b(?:almost|nearly|virtually) (?:no|bubble-free|free of)\b|\bbubble-free\b",
    re.I,
)
_SAID = Lazy(rf"\b{_BUBBLE}\b|\bbubble-free\b", re.I)
# Other words for what a stage does in a bubble; with micro-batches and one share they tell enough.
_WAITS = Lazy(
    r"\bbubbles?\b|\bidl(?:e|es|ed|ing|eness)\b|\bwait(?:s|ed|ing)?\b|\bwarm-?\s?up\b|\bramp(?:s|ed|ing)?\b|\bpipeline (?:inefficiency|overhead|loss|waste)\b|\bdrain(?:s|ed|ing)?\b|\bcool-?\s?down\b|\bfill(?:s|ed|ing)?[- ](?:and[- ])?(?:the |a |our )?(?:drain\w*|pipeline)|\bnothing to do\b|\b(?:without|no) work\b|\bstall(?:s|ed|ing)?\b|\bstarv\w+|\bunused\b|\bunoccupied\b|\bnot (?:busy|working|computing)\b",
    re.I,
)
_PIPELINED = Lazy(r"\bpipelin\w+|\bstages?\b|\bPP\b|\bGPipe\b|\b1F1B\b", re.I)
_CHUNK_WORDS = Lazy(r"\b(?P<n>two|three|four|six|eight|\d{1,2})\s(?:(?:model|virtual|layer)\s)?(?:chunks|virtual stages)\b|\b(?P<w>two|three|four|six|eight|\d{1,2})-(?:way|fold)\sinterleav\w+|\binterleav\w+ (?:degree |factor )?of (?P<v>two|three|four|six|eight|\d{1,2})\b", re.I)  # fmt: skip
_AMOUNTS = {"two": 2.0, "three": 3.0, "four": 4.0, "six": 6.0, "eight": 8.0}

CUES = {
    "interleaved": Lazy(r"\binterleav\w+|\bvirtual\b|\bVPP\b|\blooped\b|\bbreadth-first\b|\b(?:model )?chunks? (?:per|on each|for each|of each|in each|a) (?:stage|device|GPU|rank|worker)\b|\bmodel chunks?\b|\b(?:each|every|a|per) (?:stage|device|GPU|rank|worker)\b[^.;]{0,24}\bchunks?\b", re.I),
    "zero": Lazy(r"\bslices?\b|\bTeraPipe\b|\bSeq1F1B\b|\bzero[- ]?bubble\b|\bDual-?Pipe\b|\bZB(?:-|1|2|\b)|\bV-(?:shape|schedule|Half|Min)|\bChimera\b|\bHanayo\b|\bbidirectional\b|\btwo-way (?:schedul|pipelin)\w*|\bweight[- ]gradient|\bsplit(?:s|ting)? (?:the )?backward", re.I),
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
    "another": Lazy(r"\bbaseline|\bwhereas\b|\bcompared\b|\bversus\b|\bvs\b|\binstead of\b|\bunlike\b|\bdown to\b|\bcuts?\b(?! (?:up |\w+ ){0,4}?in(?:to)?\b)|\breduc\w+", re.I),
}  # fmt: skip


# "47% for 8, 30% for 16 and 18% for 32 micro-batches": whose counts have no noun
_LISTED = Lazy(r"\s?(?:for|with|at) \d+\s?(?:,|;|and\b)")
# What is denied of a schedule, and the filling that every pipeline needs, tell of no other schedule.
_DENIED = Lazy(
    r"\b(?:no|without|neither|nor|not|never|rather than|instead of|non)[\s-](?:[\w-]+[\s-]){0,2}?(?:interleav\w+|virtual (?:pipeline )?stages?|model chunks?|zero[- ]?bubble|overlap\w*|looped|asynchron\w+)"
    r"|\b(?:fill(?:s|ed|ing)?[\s-](?:and[\s-])?(?:then )?drain\w*|drain\w* and (?:re)?fill\w*|fill(?:s|ing|ed)? (?:up )?(?:the|a|each|our) pipelines?|until the pipeline is (?:full|filled))",
    re.I,
)
_WOULD = Lazy(r"\b(?:would|will|should)\b(?![^.;]*\b(?:not|n't|never)\b)[^.;%]{0,60}$", re.I)
_DOUBTFUL = Lazy(
    r"\b(?:not|never|if|unless|whether|cannot|even|suppose|no longer)\b|n't\b|\?", re.I
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Bubbles as shares, and those that are said to be negligible."""
    for k, sentence in enumerate(scene.sentences):
        said = _SAID.search(sentence.text) is not None
        waits = "%" in sentence.text and _WAITS.search(sentence.text) is not None
        if not said and not waits and not (k and _SAID.search(scene.sentences[k - 1].text)):
            continue
        claims = [s for s in scene.spots(k, where=_share) if said and _bubble(scene, s)]
        claims = _listed(scene, k, claims)
        if not claims:
            claims = [s for s in scene.spots(k, where=_percent) if _paid(scene, s, said)]
        if not claims and waits:
            claims = _waited(scene, k)
        if not claims and not (said and _NEGLIGIBLE.search(sentence.text)):
            continue
        if len(claims) == 1 and _LISTED.match(scene.around(claims[0])[1]):
            continue
        found = list(_setups(scene, k, claims))
        if not found and len(claims) == 1 and said and not _micro(scene, k):
            # "The bubble of the baseline is 7% of the step": what it runs is told elsewhere
            clause = _clause_of(scene, claims[0])
            if not _LOOSE.search(clause) and not _SCHEDULED.search(scene.sentences[k].text):
                yield LocalPhysical("far-bubble", claims[0], cues=schedule_words(clause) - {"another"})  # fmt: skip
            continue
        for claim, given, far in found:
            cues = _heard(scene, k)
            for role in far:
                # a baseline that the sentence before describes is what this one is about
                cues |= _heard(scene, dict(given)[role][0]) - {"another"}
            if claim is None:
                named = (("kind", "negligible"),)
                micro = dict(given).get("micro")
                if micro is not None and "stages" in dict(given):
                    yield LocalPhysical("bubble", micro, given, named, far=far, cues=cues)
                continue
            told = None if "chunks" in dict(given) else _chunk_words(scene, k)
            counted = (("chunks", told),) if told else ()
            cues |= {"interleaved"} if told else set()
            before = scene.around(claim, 200)[0]
            if _WOULD.search(before) and not _DOUBTFUL.search(before):
                cues |= {"would"}
            far |= {"chunks"} if told else set()
            yield LocalPhysical("bubble", claim, given, (), counted, far, cues)


_SCHEDULED = Lazy(r"\bmicro-?\s?batch\w*|\b\d+ stages\b", re.I)
_CUTS = Lazy(r"[;:]\s|,\s(?:and|but|while|whereas|so|which)\s")
_LOOSE = Lazy(r"\b(?:at most|at least|up to|below|under|less than|more than|between|target\w*|could|might|if|prior|related|per stage|points?)\b|\[\d", re.I)  # fmt: skip


def _clause_of(scene: Scene, spot: Spot) -> str:
    """The clause around a number."""
    text, r = scene.sentences[spot[0]].text, scene.reading(spot)
    low = max((m.end() for m in _CUTS.finditer(text, 0, r.start)), default=0)
    behind = _CUTS.search(text, r.end)
    return text[low : behind.start() if behind else len(text)]


_SUPPOSED = Lazy(r"\b(?:would|could|might|if|instead|rather|planned|future|also (?:tried|tested)|not)\b|n't\b", re.I)  # fmt: skip


def _chunk_words(scene: Scene, k: int) -> float | None:
    """Chunks of an interleaved schedule, as a word, in the sentence or in one of the two before it."""
    for j in range(k, max(-1, k - 3), -1):
        text = _DENIED.sub(" ", scene.sentences[j].text)
        if "interleaved" not in schedule_words(text) or _SUPPOSED.search(text):
            continue
        found = {(m["n"] or m["w"] or m["v"]).lower() for m in _CHUNK_WORDS.finditer(text)}
        if len(found) == 1:
            word = found.pop()
            return _AMOUNTS.get(word) or float(word)
    return None


_SPAN = Lazy(r"\bfrom\s(?:about\s)?$", re.I)
_TO = Lazy(r"\s?(?:down |up )?to\s(?:about\s|only\s|just\s)?")


def _waited(scene: Scene, k: int) -> list[Spot]:
    """The only share of a sentence in which stages wait, or its first and last ("from 27% to 4%")."""
    sentence = scene.sentences[k]
    near = " ".join(s.text for s in scene.sentences[max(0, k - 2) : k + 1])
    if (
        _NONE.search(sentence.text)
        or _OTHER_SHARE.search(sentence.text)
        or not _PIPELINED.search(near)
    ):
        return []
    if not _micro(scene, k) and not (k and _micro(scene, k - 1)):
        return []
    shares = scene.spots(k, where=_percent)
    if len(shares) == 2 and len(_micro(scene, k)) == 2:
        first, last = shares
        between = sentence.between(scene.reading(first), scene.reading(last))
        if (
            _SPAN.search(scene.around(first)[0])
            and _TO.fullmatch(between)
            and "bubble" in sentence.text
        ):
            return shares
    if len(shares) != 1:
        return []
    before, after = scene.around(shares[0], 60, 60)
    if (
        _BY.search(before)
        or _OF_LEFT.search(before)
        or _COMPARED.match(after)
        or _PART.match(after)
    ):
        return []
    if _OF_OTHER.match(after):
        return []
    return [] if _ELSEWHERE_WAIT.search(sentence.text) else shares


# "2% of the workers", "10% later"
_OF_OTHER = Lazy(r"\s*(?:later|earlier|of\s(?!(?:(?:the|an?|each|every|all|its|any|our|their)\s)?(?:(?:training|GPU|device|total|whole|stage|compute)\s)*(?:steps?|time|iterations?|batch|capacity|cycles|runtime)\b))", re.I)  # fmt: skip
# What waits for a network, a disk or a host, and what is said of a gain.
_ELSEWHERE_WAIT = Lazy(r"\b(?:network|link|wire|CPUs?|host|NIC|disk|storage|optimi[sz]er|loaders?|load(?:s|ed|ing)?|checkpoint\w*|data(?![- ]parallel)|tokeni[sz]\w+|locks?|Python|launch\w*|requests?|inputs?|dataset|tensor[- ]parallel|all-?reduce|synchroni[sz]\w+|straggler|learning rate|iterations? of warm|speed-?up|faster|slower|gain|baseline|compared|instead)\b", re.I)  # fmt: skip
_AND = Lazy(r"\s?(?:,\s?(?:and\s)?|and\s)(?:only\s)?")


def _listed(scene: Scene, k: int, claims: list[Spot]) -> list[Spot]:
    """A share with those that are listed behind it: "bubbles of 27%, 16% and 5%"."""
    sentence = scene.sentences[k]
    out = list(claims)
    for spot in scene.spots(k, where=_percent):
        last = [s for s in out if s < spot]
        if last and spot not in out:
            between = sentence.between(scene.reading(last[-1]), scene.reading(spot))
            if _AND.fullmatch(between):
                out.append(spot)
    return out


def _heard(scene: Scene, k: int) -> frozenset[str]:
    return schedule_words(scene.sentences[k].text)


def schedule_words(said: str) -> frozenset[str]:
    """What a text says of the schedule (`CUES`), without what it denies."""
    text = _DENIED.sub(" ", said)
    return frozenset(name for name, p in CUES.items() if p.search(text))


def _percent(reading: Reading) -> bool:
    return reading.quantity.shown_unit == "%"


def _share(reading: Reading) -> bool:
    """A percentage, or a fraction such as 0.18."""
    q = reading.quantity
    bare = q.unit == "1" and q.shown_unit in ("", "1") and not reading.noun and not q.count
    return _percent(reading) or (bare and "." in q.literal.text and 0 < q.point < 1)


_FRACTION = Lazy(r"\bbubble (?:ratio|fraction|share|overhead|rate)\b[^.;%]{0,40}[\s(=≈]*$", re.I)


def _bubble(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 160, 70)
    if _BY.search(before) or _OF_LEFT.search(before) or _COMPARED.match(after):
        return False
    if not _percent(scene.reading(spot)):
        return _FRACTION.search(before) is not None
    if _PART.match(after):
        return False
    if _AFTER.match(after):
        return _NONE.search(after) is None
    m = _BEFORE.search(before)
    if m is None:
        return False
    between = m["gap"] or m["wide"] or ""
    return not (
        _ELSEWHERE.search(between)
        or _IDLE_ELSEWHERE.match(between)
        or _NONE.search(before, max(0, m.start() - 24))
    )


_OTHER_SHARE = Lazy(r"\b(?:MFU|HFU|efficien\w+|utili[sz]ation|throughput|accuracy|memory)\b", re.I)


def _paid(scene: Scene, spot: Spot, said: bool) -> bool:
    """Whether a sentence with micro-batches says what is lost, its bubble being spoken of."""
    k = spot[0]
    text = scene.sentences[k].text
    before, after = scene.around(spot, 90, 60)
    if _BY.search(before) or _COMPARED.match(after) or not _ON.match(after):
        return False
    if not _PAID.search(before) or not _micro(scene, k):
        return False
    lead = text if said else f"{scene.sentences[k - 1].text} {text}"
    return not (_NONE.search(lead) or _OTHER_SHARE.search(lead))


# "with half as many stages": their number is no other's
_DEPTH = Lazy(r"\bstages\b|\bdepth\b|\b(?:deeper|shallower|longer|shorter)\b", re.I)
_Given = tuple[tuple[str, Spot], ...]


def _setups(
    scene: Scene, k: int, claims: list[Spot]
) -> Iterator[tuple[Spot | None, _Given, frozenset[str]]]:
    """Each share with its stages, micro-batches and chunks: in the sentence, or in those before it.

    A list of shares goes with a list of as many micro-batches or stages, by their places. The stages
    may be left to what the paper says elsewhere.
    """
    roles: list[tuple[str, list[Spot]]] = []
    many = max(1, len(claims))
    for role, find in (("stages", _stages), ("micro", _micro), ("chunks", _chunks)):
        for j in range(k, max(-1, k - 3), -1):
            found = find(scene, j)
            if any(isinstance(scene.reading(s).quantity.value, tuple) for s in found):
                return
            if len(found) not in (0, 1, many) or (len(found) > 1 and j != k):
                return
            if found:
                roles.append((role, found))
                break
        else:
            if role == "micro":
                return
    if many > 1 and not any(len(found) == many for _, found in roles):
        return
    for i in range(many):
        given = tuple((role, found[i] if len(found) > 1 else found[0]) for role, found in roles)
        elsewhere = "stages" not in dict(given)
        if elsewhere and (dict(given)["micro"][0] != k or _DEPTH.search(scene.sentences[k].text)):
            return
        far = frozenset(role for role, spot in given if spot[0] != k)
        yield claims[i] if claims else None, given, far


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
    if not found:
        found = [
            s
            for s in scene.spots(k, where=lambda r: r.noun in ("gpu", "node") and r.per == "")
            if _A_LINE_OF.search(scene.around(s, 36)[0])
        ]
    return [s for s in found if not _CHUNKS_AFTER.match(scene.around(s)[1])]


_PART_OF = Lazy(
    r"\b(?:\d+|[a-z]+) of (?:the|its|our|these|all) (?:the )?$|\b(?:first|last|remaining|other)\s$",
    re.I,
)
_OF_ALL = Lazy(r"\s?of (?:the|its|our|these|all)(?: the)? \d", re.I)


def _micro(scene: Scene, k: int) -> list[Spot]:
    text = scene.sentences[k].text
    found = _numbers(scene, k, ("micro-batch",), _MICRO, _MANY)
    if not found:
        found = [
            s for s in scene.spots(k, "1", noun="step") if _ACCUMULATED.search(scene.around(s)[0])
        ]
    # "32 of the 128 micro-batches": a pipeline sees the part, which nobody reads
    if any(_PART_OF.search(scene.around(s, 36)[0]) or _OF_ALL.match(scene.around(s)[1]) for s in found):  # fmt: skip
        return []
    if not found and _MICRO_SAID.search(text):
        found = [s for s in _numbers(scene, k, (), _OF_THEM, _OF_THEM) if _OF_THEM.match(scene.around(s)[1])]  # fmt: skip
    if not found and not any(_MICRO_SAID.search(s.text) for s in scene.sentences[: k + 1]):
        found = _pieces(scene, k)
    if len(found) == 1 and (series := scene.reading(found[0]).series):
        # "8 and 32 micro-batches": the noun stands behind the last one
        listed = scene.spots(k, "1", where=lambda r: r.series == series and r.noun in ("", "micro-batch"))  # fmt: skip
        found = sorted({*found, *listed})
    # "a depth of 8 and 16 micro-batches" is no list of micro-batches.
    return [s for s in found if not _STAGES.search(scene.around(s, 36)[0])]


def _pieces(scene: Scene, k: int) -> list[Spot]:
    """What a batch is cut into."""
    text = scene.sentences[k].text
    out = []
    for i, r in enumerate(scene.sentences[k].readings):
        before, after = scene.around((k, i), 60, 24)
        counted = r.quantity.unit == "1" and r.quantity.shown_unit in ("", "1")
        named = _PIECES.match(text[r.start : r.end].lstrip("0123456789,- ")) or _PIECES.match(after)
        if counted and named and _CUT.search(before) and not _LAYERS.search(before):
            out.append((k, i))
    return out


_LAYERS = Lazy(r"\b(?:model|layers|stages?|network|weights|buffer|sequence|gradients?|tensors?|message|experts)\b", re.I)  # fmt: skip


def _chunks(scene: Scene, k: int) -> list[Spot]:
    pieces = _pieces(scene, k)
    virtual = [
        (k, i)
        for i, r in enumerate(scene.sentences[k].readings)
        if r.noun == "stage" and "virtual" in scene.sentences[k].text[r.start : r.end]
    ]
    found = virtual or _numbers(scene, k, ("chunk",), _CHUNKS, _CHUNKS_AFTER)
    return [s for s in found if s not in pieces]
