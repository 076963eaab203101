"""Times of encoding and decoding what is sent, and what they save."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_CODE = r"(?:en|de)cod(?:e[sd]?|ing|ers?)|(?:de)?compress(?:ing|ion|es|ed|ors?)?|codecs?|(?:de)?quanti[sz](?:ing|ation|e)|sparsif(?:ying|ication)|top-?k selection"  # fmt: skip
_CODE_BEFORE = Lazy(rf"\b(?:{_CODE})\b(?:\s(?:to|into|in|from)\s(?:INT|FP)?\d+(?:[- ]bits?)?)?[^;.\d]{{0,40}}?\s?(?:takes?|took|costs?|cost|adds?|requires?|needs?|is|are|of|spends?|\()\s?(?:only\s|just\s|another\s|about\s|us\s)*[≈∼~]?$", re.I)  # fmt: skip
_CODE_AFTER = Lazy(rf"[\s-](?:(?:are spent|is spent|goes|go)\s)?(?:of\s|for\s|to\s|on\s|in\s|per step (?:to|for)\s)(?:the\s)?(?:{_CODE})\b", re.I)  # fmt: skip
_DECODE = Lazy(r"\b(?:decod\w+|decompress\w+|dequanti\w+)\b[^;.\d]{0,24}$", re.I)
_SAVED = Lazy(r"\bsav(?:es?|ed|ing|ings of)\b[^;.\d]{0,24}$|\b(?:cuts?|reduc\w+|shorten\w*)\b[^;.\d]{0,40}\bby\s$", re.I)  # fmt: skip
# "cuts the exposed communication from 160 ms to 31 ms": what is saved is the difference.
_FROM = Lazy(r"\b(?:communication|synchroni[sz]ation|exchange|transfers?|all[- ]?reduc\w*|collectives?|wire)\b(?:\s(?:time|latency|overheads?))?[^;.\d]{0,40}?\bfrom\s[≈∼~]?$", re.I)  # fmt: skip
# The codec runs once for many exchanges, or its time is of other steps.
_OTHER_PERIOD = Lazy(
    r"\b(?:once|only|in total|altogether|following|first|amorti[sz]\w+)\b|\b(?:every|of|for|over) [\d,]+ (?:\w+ )?(?:steps|iterations|rounds)\b|\bper (?:round|epoch|run)\b", re.I
)  # fmt: skip
_CONCEDES = Lazy(r"\b(?:while|but|although|though|however|yet|whereas|despite|even if)\b", re.I)
_OWN_LINK = Lazy(
    r"^(?:On|Over|With|At|For|In) (?:an? |the )?(?:\w+ )?[\d.]+[\s-]?[GM](?:b/s|bps|B/s|bE)\b"
)
_TO = Lazy(r"^\s?(?:down\s)?to\s(?:only\s|just\s|about\s)?[≈∼~]?$")
_SQUEEZED = Lazy(
    r"\bcompress\w*|\bshr(?:ink|unk)\w*|\btop-?k\b|\bsmaller\b|\bratio\b|\bfewer bytes\b|\bless (?:data|traffic)\b|\breduc\w+",
    re.I,
)
_NOT_LINE = Lazy(
    r"\b(?:memory|HBM\w*|DRAM|effective|bus bandwidth)\b|\b(?:en|de)cod\w+ (?:\w+ )?at\b", re.I
)
CUES = {
    "gain": Lazy(r"\bspeed(?:s|ing)? ?-?up\b|\bspeedups?\b|\bfaster\b|\baccelerat\w+|\bpays? off\b|\bpays\b|\bshorten\w*|\b(?:reduc|improv|lower)\w+ (?:the )?(?:\w+ )?(?:step|training|iteration|throughput|time)\b|\bbenefi\w+|\bworth\w*", re.I),
    "denied": Lazy(r"\blonger\b|\bwhich is why\b|\bonly (?:between|across) (?:nodes|machines)\b|\b(?:between|across) nodes only\b|\bmake up for\b|\bcannot\b|\bno (?:benefit|gain|speed-?up)\b|\bnot (?:pay|help|worth|speed|reduce|improve)\w*|n't\b|\bslower\b|\bslows?\b|\bhurts?\b|\boutweigh\w*|\bnegat\w+|\bnever\b|\bmore than (?:it|they|what)\b|\bloses?\b|\b(?:is|are|was|were|stays?|kept|turned|switched) (?:thus |therefore |hence |then )?off\b|\bdisabl\w+|\bwithout (?:the|our|a|an)\b|\bused to\b|\boff-the-shelf\b|\bwould\b|\bbreak-?even\b", re.I),
    "measured": Lazy(r"\bend[- ]to[- ]end\b|\bmeasur\w+|\bin practice\b|\bobserv\w+|\bwall[- ]?clock\b", re.I),
    "beside": Lazy(r"\bside stream\b|\boverlap\w*|\bhid(?:es?|den|ing)\b|\basynchron\w+|\bconcurrent\w*|\bin parallel\b|\bbackground\b|\bseparate stream\b|\bpipelin\w+|\bCPU\b|\bNIC\b[^.;]{0,20}\boffload", re.I),
    "fused": Lazy(r"\bfus(?:ed?|ing|ion)\b|\bneeded anyway\b", re.I),
    "subset": Lazy(r"\bonly inter-node\b|\binter-node (?:traffic )?only\b|\bper bucket\b|\bper layer\b|\beach (?:layer|bucket)\b", re.I),
    "even": Lazy(r"\bbreak-?even\b|\bbelow \d|\bslower than \d|\bunder \d[\d.]* ?[GM]b", re.I),
    "gathered": Lazy(r"\ball[- ]?gather\w*|\bgather(?:s|ed|ing)\b", re.I),
    "another": Lazy(r"\b(?:video|images?|JPEG|PNG|gzip|zstd|checkpoints?|prompts?|tokens?|audio)\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """What a codec takes, and either what it saves or what is sent with and without it, over which link."""
    for k in range(len(scene.sentences)):
        times = scene.spots(k, "s")
        drop = _drop(scene, times)
        times = [s for s in times if s not in drop]
        codec = [s for s in times if _codes(scene, s)]
        saved = [s for s in times if s not in codec and _SAVED.search(scene.around(s, 60)[0])]
        if not codec or len(codec) > 2 or len(codec) + len(saved) != len(times):
            continue
        cues: set[str] = set()
        for j in range(max(0, k - 1), min(len(scene.sentences), k + 2)):
            heard = scene.heard(CUES, j)
            # "On a 10 Gb/s network, ...": where it did not pay before was another network.
            own = j < k and _OWN_LINK.match(scene.sentences[k].text)
            cues |= heard - {"denied"} if own else heard
        given: list[tuple[str, Spot]] = []
        if len(codec) == 2:
            if not _DECODE.search(scene.around(codec[1], 60)[0]):
                continue
            given.append(("decode", codec[1]))
        if drop:
            if not saved and not _OTHER_PERIOD.search(scene.sentences[k].text):
                # "..., while encoding takes 70 ms" weighs the one against the other itself.
                worth = set() if _CONCEDES.search(scene.sentences[k].text) else {"gain"}
                roles = (("before", drop[0]), ("after", drop[1]))
                yield LocalPhysical("codec", codec[0], (*given, *roles), cues=frozenset(cues | worth))  # fmt: skip
        elif len(saved) == 1:
            yield LocalPhysical(
                "codec", codec[0], (*given, ("saved", saved[0])), cues=frozenset(cues)
            )
        elif not saved:
            sent, far = _sent(scene, k)
            if sent:
                yield LocalPhysical(
                    "codec", codec[0], (*given, *sent), far=far, cues=frozenset(cues)
                )


def _drop(scene: Scene, times: list[Spot]) -> list[Spot]:
    """From and to what a time of communication falls; nothing where no two times are so joined."""
    for first, second in pairwise(times):
        s = scene.sentences[first[0]]
        a, b = scene.reading(first), scene.reading(second)
        led = _FROM.search(scene.around(first, 90)[0])
        if led and _TO.match(s.between(a, b)) and a.quantity.point > b.quantity.point:
            return [first, second]
    return []


def _codes(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 70, 50)
    return (
        bool(_CODE_BEFORE.search(before) or _CODE_AFTER.match(after) or _DECODE.search(before))
        and _SAVED.search(before) is None
    )


def _sent(scene: Scene, k: int) -> tuple[tuple[tuple[str, Spot], ...], frozenset[str]]:
    """Payload, code or ratio, link and ends; nothing where one is missing or two are there."""
    given: list[tuple[str, Spot]] = []
    far: set[str] = set()
    roles = {"payload": _payload, "link": _link, "ends": _ends}
    for role, find in roles.items():
        for j in range(k, max(-1, k - 4), -1):
            found = find(scene, j)
            if found is None:
                return (), frozenset()
            if found:
                given += found
                if j != k:
                    far.add(role)
                break
        else:
            if role != "ends":
                return (), frozenset()
    return tuple(given), frozenset(far)


def _payload(scene: Scene, j: int) -> list[tuple[str, Spot]] | None:
    """Bytes with and without the codec, or bytes and a ratio; none is empty, too many is None."""
    if not _SQUEEZED.search(scene.sentences[j].text):
        return []
    sizes = scene.spots(j, "byte")
    ratios = [s for s in scene.spots(j) if scene.reading(s).quantity.shown_unit == "×" and _SQUEEZED.search(" ".join(scene.around(s, 40, 40)))]  # fmt: skip
    if len(sizes) == 2 and not ratios:
        small, large = sorted(sizes, key=lambda s: scene.reading(s).quantity.point)
        return [("payload", large), ("code", small)]
    if len(sizes) == 1 and len(ratios) == 1:
        return [("payload", sizes[0]), ("ratio", ratios[0])]
    return [] if not (sizes and ratios) else None


def _link(scene: Scene, j: int) -> list[tuple[str, Spot]] | None:
    rates = [s for s in scene.spots(j, "byte/s") if not _NOT_LINE.search(" ".join(scene.around(s, 30, 30)))]  # fmt: skip
    return None if len(rates) > 1 else [("link", r) for r in rates]


def _ends(scene: Scene, j: int) -> list[tuple[str, Spot]] | None:
    nodes, devices = scene.spots(j, noun="node"), scene.spots(j, noun="gpu")
    found = nodes or devices
    return None if len(found) > 1 else [("ends", s) for s in found]
