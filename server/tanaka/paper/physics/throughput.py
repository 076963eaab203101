"""Rates of training, of reading prompts and of classifying images, with model and devices.

"Llama-2-70B ingests 60,000 prompt tokens/s on eight A100s".  Decoding is read by
`tanaka.paper.decode`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind
from tanaka.paper.physics.devices import counted_devices
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot, in_whole
from tanaka.paper.physics.sizes import SOME_ACTIVE, is_active, row_named, sizes
from tanaka.patterns import Lazy

_TRAINING = Lazy(r"\b(?:pre-?)?train(?:s|ed|ing)?\b|\bfine-?tun(?:e|es|ed|ing)\b", re.I)
_PROMPTS = Lazy(
    r"\bprefill\w*|\bprompt (?:tokens?|processing|phase)\b|\bingest\w*|"
    r"\b(?:reads?|reading|process(?:es|ed|ing)?|consum(?:es|ed|ing)|encod(?:es|ed|ing)|digests?|digested) (?:the |its |our |all |long |short |incoming |input |user )*prompts?\b",
    re.I,
)
_OUTPUT = Lazy(
    r"\bdecod(?:e|es|ed|ing)\b|\bgenerat\w+|\boutput\b|\bend-to-end\b|\btotal\b|\bspeculat\w+|\bdraft\w*",
    re.I,
)
_INFERENCE = Lazy(r"\binfer\w*|\bclassif\w*|\bpredict\w*|\bprocess\w*|\bserv\w*|\bforward\b", re.I)
# "without prefix caching", "with prefix caching disabled": it opens nothing
DENIED = Lazy(
    r"\b(?:without|no)\s(?:[\w-]+\s){0,3}?(?:cach\w+|reuse|sparsity|pruning|speculation)\b|"
    r"\b(?:[\w-]+\s)?(?:cach\w+|reuse|sparsity|pruning|speculation) (?:(?:is|are|was|being) )?(?:disabled|off|turned off|switched off)\b",
    re.I,
)
_COMPARED = Lazy(r"\bwhere (?:an?|the(?! same\b)|one)\b|\bwhereas\b|\binstead of\b|\bcompared\b|\bversus\b|\bunlike\b", re.I)  # fmt: skip
SIDE = Lazy(
    r"\b(\d{2,4})\s?[×x]\s?\1\b|\b(\d{2,4})[ -]?(?:px|pixels?)\b|\b(?:resolution|images?) (?:of |at )?(\d{2,4})\b|\bat (\d{3})\b(?! ?[\w/%])",
)
_ON_EACH = Lazy(r"\s*(?:on|for|by|from|in) (?:each|every)\b", re.I)
ON_NODE = Lazy(
    r"[^.;,]{0,40}\b(?:an?|one|each|every|per|single)[- ](?:\w[\w-]* ){0,3}?(?:node|server|machine|host|instance|system|box|pod|cluster|slice|rack|replica|group|pair)\b",
    re.I,
)
UNITS = {"img", "imgs", "image", "images", "sample", "samples", "frame", "frames", "FPS", "fps"}

CUES = {
    "cached": Lazy(r"\bcach\w+|\bhits?\b|\breus\w+|\bshared? (?:a )?(?:common )?prefix\w*|\bprecomput\w+", re.I),
    "skipped": Lazy(r"\bprun\w+|\bmerg\w+|\bearly[- ]exit\w*|\bskip\w*|\bdrop(?:s|ped|ping)?\b|\bspars\w+|\b2:4\b|\bmask\w*|\bmixture of depths\b", re.I),
    "resized": Lazy(r"\bprogressive\w*|\bresiz\w+|\b(?:low|smaller|reduced)[- ]resolution\b|\bcrops?\b", re.I),
    "frozen": Lazy(r"\bfrozen\b|\bfreez\w+|\bQ?LoRA\b|\badapters?\b|\bhead trains?\b|\blinear prob\w+|\bPEFT\b|\bembeddings?\b|\balone\b|\brouters?\b|\bper layer\b|\bonly the\b", re.I),
    "fleet": Lazy(r"\bservice\b|\bfleet\b|\bdata ?cent(?:er|re)\b|\bproduction\b|\bglobally\b|\bloader\b|\bpipeline (?:feeds|delivers|supplies)\b|\bdecoding images\b|\baugment\w*", re.I),
    "effective": Lazy(r"\beffective\w*|\bequivalent\b|\bnormali[sz]ed\b|\bsimulat\w+|\bpadd\w+|\bsynthetic\b", re.I),
    "tokenizer": Lazy(r"\btokeni[sz]\w+", re.I),
    "distilled": Lazy(r"\bstudent\b|\bteacher\b|\bdistill\w*|\bdraft\b", re.I),
    "encoder-decoder": Lazy(r"\bT5\b|\bBART\b|\bencoder[- /]decoder|\bseq2seq\b|\btranslation\b", re.I),
    "encoder": Lazy(r"\bBERT\b|\bRoBERTa\b", re.I),
    "experts": Lazy(r"\bMoEs?\b|\bmixture[- ]of[- ]experts\b|\bexperts\b|\bactivated\b"),
    "decoder": Lazy(r"\bdense\b|\bdecoder\b|\bautoregressive\b|\bGPT-(?:style|like)\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """The one rate of a sentence that names its phase, its model and its devices."""
    for k in range(len(scene.sentences)):
        rates = scene.spots(k, where=lambda r: r.quantity.unit in ("token/s", "sample/s"))
        if len(rates) > 1:
            yield from _each_clause(scene, k)
        if len(rates) == 1:
            claim = rate_claim(scene, k, rates[0])
            if claim is not None:
                yield claim


def _each_clause(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    """Rates of a sentence of which each clause names the part: "one A100 processes 2,700 images/s, one V100 1,400"."""
    whole = scene.sentences[k].text
    if _COMPARED.search(whole) or sizes(scene, k):
        return
    models = scene.named(k, EntityKind.MODEL)
    for alone, kept in scene.clauses(k):
        rates = alone.spots(k, where=lambda r: r.quantity.unit in ("token/s", "sample/s"))
        parts = alone.parts(k)
        if len(rates) != 1 or len(parts) != 1 or parts[0].count is None:
            continue
        own = alone.named(k, EntityKind.MODEL)
        if models and len(own) != 1:
            continue  # whose rate it is another clause says
        images = alone.reading(rates[0]).quantity.unit == "sample/s"
        phase = _phase(whole if images else alone.sentences[k].text, images=images)
        if not phase:
            continue
        claim = rate_claim(alone, k, rates[0], phase)
        if claim is not None:
            yield in_whole(claim, k, kept)


_IN_TRAINING = Lazy(r"\b(?:in|during|while|when) (?:its )?training\b|\btraining (?:throughput|speed|rate)\b", re.I)  # fmt: skip
_PROCESS = Lazy(r"\bprocess\w*", re.I)
"""What is done in training too."""


def rate_claim(scene: Scene, k: int, rate: Spot, phase: str = "") -> LocalPhysical | None:
    """A rate with its phase, model and devices; None where one of them is not told, or two are.

    Parameters
    ----------
    scene : Scene
    k : int
    rate : Spot
    phase : str
        What is done at the rate, where that is known otherwise.
    """
    text = DENIED.sub(" ", scene.sentences[k].text)
    reading = scene.reading(rate)
    images = reading.quantity.unit == "sample/s"
    shown = reading.quantity.shown_unit.removesuffix("/s").lstrip("kKM ")
    phase = phase or _phase(text, images=images)
    row = row_named(text)
    told = _OUTPUT.search(text) or _PROMPTS.search(text) or _INFERENCE.search(text)
    if not (phase or (row and not told)) or (images and shown not in UNITS):
        return None
    if reading.per in ("user", "request", "layer", "node", "second"):
        return None
    far: set[str] = set()
    given: dict[str, Spot] = {}
    named: dict[str, str] = {"phase": phase}
    counted: dict[str, float] = {}
    for j in (k, k - 1):
        if j < 0:
            break
        models = [e for e in scene.named(j, EntityKind.MODEL) if e.key or not e.name[0].isdigit()]
        whole = [s for s in sizes(scene, j) if not is_active(scene, s)]
        active = [s for s in sizes(scene, j) if is_active(scene, s)]
        if len(models) > 1 or any(len({scene.reading(s).quantity.point for s in w}) > 1 for w in (whole, active)):  # fmt: skip
            return None
        if models or whole or active:
            if models:
                named["model"] = models[0].name
            if whole:
                given["params"] = whole[0]
            if active:
                given["active"] = active[0]
            if j != k:
                far |= {"model", "params"}
            break
    if not (named.keys() & {"model"} or given):
        if not row or images:
            return None
        named["row"] = row  # of a table of the paper's own models, which says what it is
        far.add("params")
    elif not phase:
        return None
    if _COMPARED.search(text) or ("active" not in given and SOME_ACTIVE.search(text)):
        return None  # of two systems, or of fewer parameters than are stated
    after = scene.around(rate, 0, 60)[1]
    if ON_NODE.match(after):
        return None
    each = reading.per in ("gpu", "each") or _ON_EACH.match(after) is not None
    for j in (k, k - 1):
        parts = counted_devices(scene, j) if j >= 0 else None
        if j >= 0 and parts is None:
            return None
        if parts is None:
            break
        if parts.name:
            named["device"] = parts.name
            if j != k:
                far.add("device")
        if not each and parts.total is not None:
            parts.fill(given, counted)
            if j != k:
                far.add("devices")
        if parts.name or parts.total is not None:
            break
    if each:
        counted["devices"] = 1.0
    if "devices" not in counted:
        return None
    formats = scene.formats(k)
    if len(formats) == 1:
        named["precision"] = formats[0]
    elif formats:
        return None
    sides = {int(next(g for g in m.groups() if g)) for m in SIDE.finditer(text)} if images else set()  # fmt: skip
    if len(sides) > 1:
        return None
    if sides:
        named["side"] = str(sides.pop())
    cues = frozenset(name for name, p in CUES.items() if p.search(text))
    return LocalPhysical(
        "throughput", rate, tuple(given.items()), tuple(named.items()), tuple(counted.items()), frozenset(far), cues
    )  # fmt: skip


def _phase(text: str, *, images: bool) -> str:
    """What is done at the rate: "" where the sentence does not say, or says two things."""
    training, prompts = _TRAINING.search(text), _PROMPTS.search(text)
    if images:
        inference = _INFERENCE.search(
            _PROCESS.sub(" ", text) if _IN_TRAINING.search(text) else text
        )
        return "training" if training and not inference else "inference"
    if _OUTPUT.search(text) or bool(training) == bool(prompts):
        return ""
    return "training" if training else "prefill"
