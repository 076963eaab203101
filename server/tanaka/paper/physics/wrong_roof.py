"""What a gain of decoding or prefill is credited to: faster arithmetic, or fewer and faster bytes.

"At batch 1, decoding is 2x faster because FP8 tensor cores double the FLOP rate."
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.decode import batch_of
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

_DECODING = Lazy(r"\bdecod(?:e|es|ed|ing)\b|\btoken generation\b|\bgeneration phase\b", re.I)
_PREFILL = Lazy(r"\bprefill\w*|\bprompt (?:processing|phase)\b", re.I)
_GAIN = Lazy(r"\bfast\w*|\bspeed\w*|\baccelerat\w*|\bthroughput\b|\bgain\w*|\bimprov\w+|\bquick\w*|\blatency\b", re.I)  # fmt: skip
_FASTER = Lazy(r"\b(?:faster|sped up|speeds? up|accelerat\w+)\b", re.I)
_WHY = Lazy(
    r"\b(?:because|since|as|thanks to|owing to|due to|by virtue of|(?:comes?|stems?|results?|derives?) from|"
    r"attribut\w+ (?:this |it |the \w+ )?to|credit\w* (?:this |it |the \w+ )?to|explained by|driven by)\b(?P<why>[^.;]*)",
    re.I,
)
_SO = Lazy(
    r"(?P<why>[^.;]*?)(?:,? (?:so|which (?:makes|speeds|accelerates)|and (?:therefore|thus|hence|so))|, (?:making|speeding|accelerating))\b",
    re.I,
)
_ARITHMETIC = Lazy(
    r"\b(?:tensor|matrix|CUDA) cores?\b|\bFLOPs?\b(?:/s| rate| throughput)?|\b[TP]FLOP\w*|\b(?:compute|arithmetic|math|matmul|GEMM) (?:throughput|rate|peak|power|capacity|performance|speed)\b|"
    r"\bfaster (?:arithmetic|math|matrix (?:units?|engines?|multipl\w+)|GEMMs?)\b|\bmore compute\b",
    re.I,
)
_BYTES = Lazy(
    r"\bbandwidth\b|\bHBM\w*|\bbytes?\b|\bmemory (?:traffic|reads?|accesses|bound|-bound)\b|\bmemory-bound\b|\bsmaller weights\b|"
    r"\bweights? (?:traffic|reads?|loads?|bytes)\b|\bdata movement\b|\bhalf the (?:size|memory|weights)\b|\bfootprint\b",
    re.I,
)
_OTHER = Lazy(
    r"\blaunch\w*|\bgraphs?\b|\bfus(?:e|ed|es|ing|ion)\b|\bpersistent\b|\bsoftmax\b|\bexp(?:onentials?)?\b|\bverif\w+|\bspeculat\w+|\bdraft\w*|"
    r"\bde-?quanti[sz]\w+|\bMLA\b|\bMQA\b|\bGQA\b|\battention\b|\bsampl\w+|\bschedul\w+|\bPCIe\b|\bCPU\b|\bhost\b|\bL2\b|\bhid(?:e|es|ing|den)\b|"
    r"\bidle\b|\bmulti-token\b|\bdiffusion\b|\bparallel decoding\b|\bbeam\b|\blarger batch\w*|\bbatch(?:ing|es) (?:more|grow)",
    re.I,
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """The one gain of a sentence that says what it is from."""
    for k, sentence in enumerate(scene.sentences):
        gains = scene.spots(
            k, where=lambda r: r.quantity.shown_unit == "×" or (r.quantity.shown_unit == "%" and r.kind is Kind.SPEEDUP)
        )  # fmt: skip
        if len(gains) > 1 or not _GAIN.search(sentence.text):
            continue
        if not gains:  # "faster", by how much is not said: its batch stands for it
            _, at = batch_of(sentence)
            gains = [(k, at)] if at is not None and _FASTER.search(sentence.text) else []
        claim = _credited(scene, k, gains[0]) if gains else None
        if claim is not None:
            yield claim


def _credited(scene: Scene, k: int, gain: Spot) -> LocalPhysical | None:
    sentence = scene.sentences[k]
    text = sentence.text
    decoding, prefill = _DECODING.search(text), _PREFILL.search(text)
    if bool(decoding) == bool(prefill) or _OTHER.search(text):
        return None
    why = _WHY.search(text) or _SO.match(text)
    if why is None:
        return None
    arithmetic, moved = _ARITHMETIC.search(why.group("why")), _BYTES.search(text)
    if arithmetic and not moved:
        credit = "arithmetic"
    elif _BYTES.search(why.group("why")) and not _ARITHMETIC.search(text):
        credit = "bytes"
    else:
        return None
    phase = "decoding" if decoding else "prefill"
    named = [("phase", phase), ("credit", credit)]
    parts = list(dict.fromkeys(p.name for p in scene.parts(k)))
    formats = scene.formats(k)
    if len(parts) > 2 or len(formats) > 2:
        return None
    # of two the rule takes what is friendlier
    named += zip(("device", "other device"), parts, strict=False)
    named += zip(("precision", "other precision"), formats, strict=False)
    given: list[tuple[str, Spot]] = []
    counted: list[tuple[str, float]] = []
    batch, at = batch_of(sentence)
    if at is not None:
        given.append(("batch", (k, at)))
    if batch is not None:
        counted.append(("batch", batch))
    lengths = scene.spots(k, where=lambda r: r.kind is Kind.SEQ_LEN or (r.noun == "token" and r.quantity.unit == "1"))  # fmt: skip
    if prefill and len(lengths) == 1:
        given.append(("length", lengths[0]))
    # a section on the background quotes nothing by its title alone
    own = asserted(text, scene.reading(gain).start, Where.BODY) is Asserted.YES
    cues = frozenset({"own"} if own else ())
    return LocalPhysical("credited", gain, tuple(given), tuple(named), tuple(counted), cues=cues)
