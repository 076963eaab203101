"""What a codec takes and what it saves, told over a sentence or two and in other words than `codec` reads.

The gross saving is a time that falls ("from 9 to 5 ms", "takes 9 ms, and in INT8 5 ms") or is said to be
saved, to disappear, to be there to be saved; the net one is what is left of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_CODE = (
    r"(?:en|de)cod(?:e[sd]?|ing|ers?)|(?:de)?compress(?:ing|ion|es|ed|ors?)|codecs?|(?:de)?quanti[sz](?:ing|ation|e)|sparsif(?:ying|ication)|"
    r"(?:top-?k )?selection|selecting|conver(?:ting|sions?)|casts?|casting|(?:un)?packing|(?:low-rank|random|down-|up-)\s?projections?|projection and its inverse|orthogonali[sz]\w+|(?:de)?quanti[sz]ers?|sketching"
)
_ABOUT_CODE = Lazy(rf"\b(?:{_CODE})\b", re.I)
_CODE_BEFORE = Lazy(
    rf"\b(?:{_CODE})\b[^;.\d]{{0,50}}?\b(?:takes?|took|costs?|adds?|requires?|needs?|is|are|of|spends?|eats? up|consumes?|amounts? to|runs? for|accounts? for|lasts?|(?:occup(?:y|ies)|keeps?|blocks?) (?:the )?\w+ (?:busy )?for)\s(?:only\s|just\s|another\s|about\s|us\s|a mere\s|some\s|together\s|in all\s|up\s)*[≈∼~]?$|\b(?:{_CODE})\s\([≈∼~]?$",
    re.I,
)
_CODE_AFTER = Lazy(
    rf"^\s(?:(?:are|is) (?:spent|lost|needed|paid)\s|goes?\s|per (?:step|iteration|exchange)\s)?(?:of|for|to|on|in|by|inside)\s(?:the\s|its\s|our\s|both\s)?(?:\w+\s){{0,2}}?(?:{_CODE})\b",
    re.I,
)
_SAVED_BEFORE = Lazy(
    r"\b(?:sav(?:es?|ed|ing|ings of)|spar(?:es?|ed|ing)|avoid(?:s|ed|ing)?|remov(?:es?|ed|ing)|recover(?:s|ed)?|wins?|gains?|buys?(?: us)?|in return for|in exchange for|out of|of|(?:shorten\w*|shrink\w*|cuts?|reduc\w+) (?:the |each |every |an? )?(?:\w+ )?(?:exchange|all-reduce|communication|synchroni[sz]ation|transfer|all-gather)(?: time)? by)\s(?:at (?:most|best)\s|only\s|just\s|about\s|up to\s|us\s|the\s|those\s|these\s|some\s|as much as\s)*[≈∼~]?$",
    re.I,
)
_SAVED_AFTER = Lazy(
    r"^\s(?:less|faster|shorter)\b|^[^.;:\d]{0,60}?\b(?:(?:that|which) (?:can|could|may|might) be (?:saved|won|hidden|recovered)|(?:that|which) (?:disappears?|vanish(?:es)?|goes? away|it (?:saves|spares|removes)|(?:is|are) (?:saved|spared|removed|avoided|gone))|(?:is|are|was|were) (?:saved|spared|removed|avoided|gone)|to be saved|less (?:on the wire|communication|traffic|exposed)|sav(?:ed|ing))\b",
    re.I,
)
_STEP_LEADS = Lazy(r"\b(?:steps?|iterations?|training|epochs?)\b[^,;.]{0,24}$", re.I)
_PRONOUN_COSTS = Lazy(r"^\W*(?:But |However, |Yet |Still, |In turn, |And )?(?:it|this|they|that)\s(?:\w+\s){0,2}?(?:costs?|takes?|needs?|adds?|requires?)\b", re.I)  # fmt: skip
_DECODES = Lazy(r"\b(?:decod\w+|decompress\w+|dequanti\w+|unpack\w+)\b(?:\s\w+){0,2}\s\(?$", re.I)
_SAVES = Lazy(
    r" by\b|\bsav|\bspar|\bavoid|\bremov|\brecover|\bwin|\bbuy|\breturn|\bexchange for", re.I
)
_NET = Lazy(
    r"\bnet (?:gain|saving|benefit|win|reduction|improvement|effect)s?\s(?:of\s|is\s|being\s)?(?:about\s|only\s)?$|"
    r"\b(?:shorten\w*|shrink\w*|reduc\w+|cut\w*|improv\w+|speed\w* up) (?:the |a |each |every |our )?(?:\w+ )?(?:step|iteration|training)s?\s(?:\w+\s)?by\s(?:about\s|only\s)?$|"
    r"\b(?:so|thus|hence|therefore|which|that)\b[^;.\d]{0,40}?\b(?:saves?|gains?|wins?|leaves?|shortens?)\b[^;.\d]{0,30}?$",
    re.I,
)
_LEFT = Lazy(r"\bnet\b|\bleav(?:es?|ing)\b|\bremains?\b", re.I)
_WITH_IT = Lazy(
    r"\b(?:with it|with them|altogether|in sum|overall|in total|net|thus|therefore|so)\b", re.I
)
_COMMUNICATES = Lazy(
    r"\b(?:communication|synchroni[sz]ation|exchanges?|transfers?|all[- ]?reduc\w*|all[- ]?gather\w*|all[- ]?to[- ]?all|collectives?|wire|dispatch|combine|phase|ring|time|traffic|it|this|broadcast\w*|send\w*|hop)\b",
    re.I,
)
_FALLS = Lazy(
    r"\b(?:from)\s[≈∼~]?$",
    re.I,
)
_OF_STEP = Lazy(r"(?<!of a )(?<!of the )(?<!per )(?<!of each )(?<!of every )\bsteps?\b(?: times?)?(?:\s\w+){0,2}\s$", re.I)  # fmt: skip
_TO = Lazy(r"^\s?(?:ms|s|us|µs)?\s?(?:down\s)?to\s(?:only\s|just\s|about\s)?[≈∼~]?$", re.I)
# "takes 9 ms, and in INT8 5 ms": the second is with a narrower format, or with the codec.
_WITHOUT = Lazy(r"\b(?:without|with no|no|before) (?:the |any |our )?\w+", re.I)
_AGAINST = Lazy(
    r"^(?:[^.;\d]{0,24}?)(?:[,;]|\b(?:and|but|while|whereas|against|versus|or)\b)[^.;]{0,60}?\b(?:with|in|using|after|under|for)\b[^.;]{0,50}?\b(?:INT[48]|FP8|FP4|[1-8][- ]bits?|four[- ]bit|eight[- ]bit|one[- ]bit|codecs?|codes?|compress\w*|quanti[sz]\w*|spars\w*|half the bytes|it)\b[^.;]{0,40}$",
    re.I,
)
_BESIDE_WORDS = r"\bside stream\b|\boverlap\w*|\bhid(?:es?|den|ing)\b|\basynchron\w+|\bconcurrent\w*|\bin parallel\b|\bbackground\b|\bseparate stream\b|\bpipelin\w+|\bCPUs?\b|\bcop(?:y|ies) engines?\b|\bfus(?:ed?|ing|ion)\b|\banyway\b|\bbeside\b|\balongside\b|\bidle\b|\bduring the\b|\bat the same time\b|\bsimultaneous\w*"
_BESIDE = Lazy(_BESIDE_WORDS, re.I)
_CODE_BESIDE = Lazy(rf"\b(?:{_CODE})\b[^.;,:]{{0,60}}(?:{_BESIDE_WORDS})", re.I)
_NOT_BESIDE = Lazy(
    r"\b(?:overlap\w*|hiding)(?: (?:is|was|being))? (?:switched off|turned off|disabled|off|excluded)\b|\b(?:without|no|with no|not) (?:\w+ ){0,2}?(?:overlap\w*|hiding|hidden|fus\w+|pipelin\w+)\b",
    re.I,
)
_PERIOD = Lazy(
    r"\b(?:once|in total|altogether|amorti[sz]\w+)\b|\bevery \d+|\bper (?:round|epoch|run|bucket|layer|chunk|tensor|message)\b|\bevery (?:\w+ )?(?:steps|iterations)\b|\beach (?:bucket|layer|chunk|tensor)\b",
    re.I,
)
CUES = {
    "gain": Lazy(r"\bspeed(?:s|ing)?[- ]?ups?\b|\bfaster\b|\baccelerat\w+|\bpays? (?:off|for itself|here|there)\b|\bpays\b|\bshorten\w*|\bimprove\w*|\bnet (?:gain|saving|benefit|win)\b|\bgains?\b(?! (?:nothing|little|no|is lost))|\bworth\w*|\bin (?:return|exchange) for\b|\bshorter\b|\bwins?\b|\bbenefi\w+|\b(?:so|thus|hence|therefore)\b[^;.]{0,30}\bsaves?\b|\bsaves? time\b|\bwe (?:use|enable|keep|switch on) (?:it|the codec|compression)\b|\bbreaks? even\b", re.I),
    "denied": Lazy(r"\bloses?\b|\blost\b|\bslower\b|\bslows\b|\bno (?:gain|benefit|speed-?up|use|point|net)\b|\b(?:not|never|hardly|cannot|rarely) (?:\w+ )?(?:pay|help|worth|gain|save|improve|shorten|speed|benefit|break)\w*|n't\b|(?<!no )\blonger\b|\bhurts?\b|\buseless\b|\bpointless\b|\boutweigh\w*|\bmore than (?:it|they|what|is|the)\b|\bnothing (?:is|to be|to)\b|\bnegative\b|\beats? (?:up )?(?:all|the whole|everything)\b|\bexceeds?\b|\bdid not pay\b|\bfails?\b|\bwe (?:do not|therefore do not|leave)\b|\bonly (?:between|across)\b|\b(?:is|are) (?:thus |therefore |hence )?(?:switched |turned )?off (?:there|here)\b|\bdisabled? (?:it|the codec|compression)\b|\b(?:would|could) (?:only )?(?:pay|help|gain)\w* (?:only )?(?:if|when|on|below|under)\b|\bat a loss\b|\bovershadow\w*|\binstead\b", re.I),
    "measured": Lazy(r"\bend[- ]to[- ]end\b|\bin practice\b|\bwall[- ]?clock\b", re.I),
    "concluded": Lazy(r"\b(?:so|thus|hence|therefore|which means)\b[^.;]{0,60}\b(?:gains?|wins?|pays?|faster|shorter|saves? time|worth)\b", re.I),
    "another": Lazy(r"\b(?:per|a|each|every|next) token\b|\b(?:video|images?|loading|prompts?|JPEG|PNG|gzip|zstd|checkpoints?|audio|disk|tokeni[sz]\w+|speculat\w+)\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """What encoding and decoding take, what they save of the exchange, and what is left of it."""
    if not _ABOUT_CODE.search(scene.text):
        return
    for k, sentence in enumerate(scene.sentences):
        about = _ABOUT_CODE.search(sentence.text) or (k and _PRONOUN_COSTS.match(sentence.text))
        if not about:
            continue
        claim = _pays(scene, k)
        if claim is not None:
            yield claim


def _pays(scene: Scene, k: int) -> LocalPhysical | None:
    times = scene.spots(k, "s")
    drop = _drop(scene, k)
    net = [s for s in times if s not in drop and _NET.search(scene.around(s, 80)[0])]
    saved = [s for s in times if s not in drop and s not in net and is_saved(scene, s)]
    codec = [s for s in times if s not in (*drop, *net, *saved) and _codes(scene, s)]
    if not codec and k and (m := _PRONOUN_COSTS.match(text := scene.sentences[k].text)) and _ABOUT_CODE.match(scene.sentences[k - 1].text.lstrip("The Our")):  # fmt: skip
        codec = [s for s in times if s not in (*drop, *net) and scene.reading(s).start - m.end() in range(8)]  # fmt: skip
        saved = [s for s in saved if s not in codec]
        del text
    decode = codec[1:] if len(codec) == 2 and _DECODES.search(scene.around(codec[1], 50)[0]) else []
    if not decode and len(codec) == 1:
        # "Our encoder needs 26 ms and the decoder 21 ms"
        decode = [s for s in times if s not in (*codec, *drop, *net, *saved) and s > codec[0] and _DECODES.search(scene.around(s, 50)[0])]  # fmt: skip
    codec = [s for s in codec if s not in decode]
    if len(decode) > 1 or len(codec) != 1 or len(net) > 1 or len(saved) > 1:
        return None
    far: frozenset[str] = frozenset()
    if not drop and not saved:
        for j in range(k - 1, max(-1, k - 3), -1):
            drop = _drop(scene, j)
            if drop:
                far = frozenset(("before", "after"))
                break
            saved = [s for s in scene.spots(j, "s") if is_saved(scene, s)]
            if saved:
                far = frozenset(("saved",))
            if len(scene.spots(j, "s")) > 0:
                break
        if len(saved) > 1:
            return None
    if not drop and not saved and k + 1 < len(scene.sentences):
        behind = scene.spots(k + 1, "s")
        saved = [s for s in behind if is_saved(scene, s)]
        if len(saved) != 1 or len(behind) != 1:
            saved = []
    given: list[tuple[str, Spot]] = [("decode", decode[0])] if decode else []
    if saved and not drop:
        given.append(("saved", saved[0]))
    elif drop:
        given += [("before", drop[0]), ("after", drop[1])]
    elif not net:
        return None
    if net:
        given.append(("net", net[0]))
    if net and not (drop or saved):
        return None  # what is saved in all is not told
    return LocalPhysical("codec-pays", codec[0], tuple(given), (), (), far, cues_of(scene, k, bool(net)))  # fmt: skip


def cues_of(scene: Scene, k: int, net: bool) -> frozenset[str]:
    """What the words around say of the codec: that it pays, that it does not, that it runs beside other work."""
    text = scene.sentences[k].text
    cues = {c for c, p in CUES.items() if p.search(text)}
    if net:
        cues.add("gain")
    if net and _LEFT.search(text):
        cues.add("net")
    if _PERIOD.search(text):
        cues.add("period")
    for j in (k - 1, k, k + 1, k + 2):
        if 0 <= j < len(scene.sentences):
            said = scene.sentences[j].text
            beside = _BESIDE if j == k else _CODE_BESIDE
            if beside.search(_NOT_BESIDE.sub(" ", said)):
                cues.add("beside")
            if j == k + 2:
                if (
                    "gain" not in cues
                    and _WITH_IT.search(said)
                    and CUES["gain"].search(said)
                    and not CUES["denied"].search(said)
                ):
                    cues.add("gain")
                continue
            if j != k:
                cues |= {c for c in ("measured", "another") if CUES[c].search(said)}
            if j == k + 1 and "gain" not in cues and CUES["denied"].search(said):
                cues.add("denied")
            elif j == k + 1 and not CUES["denied"].search(said) and CUES["gain"].search(said):
                cues.add("gain")
    return frozenset(cues)


def _codes(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 80, 50)
    return bool(_CODE_BEFORE.search(before) or _CODE_AFTER.match(after))


def is_saved(scene: Scene, spot: Spot) -> bool:
    """Whether a time is said to be saved of the exchange."""
    before, after = scene.around(spot, 60, 90)
    if _SAVED_AFTER.match(after):
        # "the all-reduce is 85 ms faster", but "the step is"
        return not _STEP_LEADS.search(before)
    m = _SAVED_BEFORE.search(before)
    return m is not None and _SAVES.search(m.group()) is not None


def _drop(scene: Scene, k: int) -> list[Spot]:
    """From and to what a time of communication falls; nothing where no two times are so joined."""
    times = scene.spots(k, "s")
    text = scene.sentences[k].text
    for first, second in pairwise(times):
        a, b = scene.reading(first), scene.reading(second)
        if a.quantity.point <= b.quantity.point:
            continue
        between = scene.sentences[k].between(a, b)
        lead = text[max(0, a.start - 90) : a.start]
        falls = _FALLS.search(lead) and _TO.match(between) and not _OF_STEP.search(lead)  # fmt: skip
        if (falls or _AGAINST.match(between)) and _COMMUNICATES.search(lead) and not _ABOUT_CODE.search(_WITHOUT.sub(" ", lead)[-40:]):  # fmt: skip
            return [first, second]
    return []
