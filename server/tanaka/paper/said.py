"""What a sentence calls a number, where its unit and its noun do not say it.

"Hidden size 5,120" and "a vocabulary of 50,257" are two bare counts; the words before them are all
that tells them apart.  A number is called one thing at most.
"""

from __future__ import annotations

import re

from tanaka.paper.claims import DEVICE_NAME
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_IS = r"(?:\s(?:of|is|are|was|to|at|about|only|equals?))*\s*[=:≈∼~]?\s*$"
_DEVICE = r"(?:GPU|device|worker|node|replica|rank|accelerator|card)"

_BEFORE: tuple[tuple[str, Lazy], ...] = (
    (
        "deviation",
        Lazy(
            r"(?:standard deviation|std\.? dev\.?|spread|σ)(?: of| is| =|, about)*\s*(?:about )?[≈∼~]?$",
            re.I,
        ),
    ),
    (
        "hidden size",
        Lazy(
            rf"\b(?:hidden|model|embedding)[- ](?:size|dimension(?:ality)?|dim|width)s?(?:\s[hd])?{_IS}|"
            rf"\bd_\{{?model\}}?{_IS}",
            re.I,
        ),
    ),
    ("vocabulary", Lazy(rf"\bvocab(?:ulary)?(?:[- ]size)?(?:\s\|?[Vv]\|?)?{_IS}", re.I)),
    (
        "sequence length",
        Lazy(rf"\b(?:sequence|context) (?:length|size)s?(?:\s[snL])?{_IS}", re.I),
    ),
    (
        "micro-batch size",
        Lazy(r"\bmicro-?\s?batch(?:es)?(?: size)?(?:\s(?:of|is|are|has|holds))*\s*=?\s*$", re.I),
    ),
    (
        "batch per device",
        Lazy(
            rf"\bbatch(?:es)?(?: size)?s?[^.;,]{{0,12}}\b(?:per|on (?:each|every)|for (?:each|every)|of (?:each|every)) {_DEVICE}{_IS}|"
            rf"\bper-{_DEVICE} (?:mini-?)?batch(?: size)?{_IS}|\blocal (?:mini-?)?batch(?: size)?{_IS}",
            re.I,
        ),
    ),
    (
        "staleness bound",
        Lazy(
            r"\b(?:staleness|delay)(?: bound| threshold| limit| parameter)?(?:\s[SsτK])?(?:\s(?:of|is|to|at|by|most|up))*\s*[=≤]?\s*$",
            re.I,
        ),
    ),
    ("training state", Lazy(r"\b(?:together|altogether|in all|in total)\s*$", re.I)),
    ("warm-up", Lazy(r"\bwarm(?:s|ed|ing)?[- ]?up\b[^.;,]{0,30}$", re.I)),
)  # fmt: skip
# "L = 32 (number of layers)": what a letter counts, in brackets or behind "is the number of".
_COUNTS = Lazy(
    r"\s*[(,]\s*(?:(?:the )?number of )?(?:transformer |decoder |attention |total )?(?:(?P<layers>layers)|(?P<kv>(?:KV|key-value)[- ]heads)|(?P<heads>heads)|"
    r"(?P<size>(?:dimension(?:ality)? (?:of|per) (?:each |a )?head|(?:per-)?head[- ](?:dimension(?:ality)?|dim|size|width))))\s*[),]",
    re.I,
)
_LETTER = Lazy(r"(?<![\w\\])(?:[A-Za-z]{1,2}|[A-Za-z]_\{?\w{1,6}\}?)\s*=\s*$")
_COUNTED = {"layers": "layers", "kv": "KV heads", "heads": "heads", "size": "head size"}
_GRADIENTS = Lazy(
    r"\bgradients?\b[^.;]{0,60}\b(?:magnitudes?|scales?|median|typical(?:ly)?|as small as|sizes?|norms? per (?:entry|element)|order)\b"
    r"[^.;]{0,24}$",
    re.I,
)
_MOMENTUM = Lazy(r"\bmomentum(?:\s(?:of|is|to|at|=))*\s*$", re.I)
_NORM = Lazy(r"\bbatch[- ]?norm", re.I)
_AHEAD = Lazy(
    r"\s*(?:(?:steps?|iterations?|updates?|versions?)\s)?(?:ahead|behind|stale|old|late)\b", re.I
)
_HELD = Lazy(
    rf"\b(?:an?|each|every|one|the) {_DEVICE}(?: then)? (?:holds?|has|keeps?|stores?|owns?)\s*(?:about |only )?[≈∼~]?$",
    re.I,
)
_TAKES = Lazy(
    rf"\b(?:an?|each|every|one) {_DEVICE} (?:takes|processes|gets|sees|has|handles|draws|trains on)\s*(?:only |about )?$",
    re.I,
)
_VERSION = Lazy(r"\bundo\b|\bversions?\b|\broll(?:s|ed)?[- ]?back|\bstash|\bsnapshot", re.I)
_STATE = Lazy(r"\bweights?\b.*\boptimi[sz]er\b|\boptimi[sz]er\b.*\bweights?\b", re.I | re.S)
_DEGREE = Lazy(r"\s*(?:-?way)?[-\s](tensor|pipeline|data)(?:[- ]parallel|\s?$|\s?\W)", re.I)
_DEGREE_OF = Lazy(
    rf"\b(tensor|pipeline|data)[- ](?:model[- ])?parallel(?:ism)?(?: degree| size| width| group size)?{_IS}",
    re.I,
)
_SYMBOL = Lazy(r"(?<![\w\\])(S|s|K|k|τ)\s*=\s*$")
_MEASURED = Lazy(r"\b(?:mean|average|measure\w*|discard\w*|median|report\w*)\b", re.I)


def said(sentence: Sentence, r: Reading) -> tuple[tuple[str, str], ...]:
    """Context of a number from the words around it.

    Returns
    -------
    tuple of (str, str)
        ("said", what it is called), ("symbol", the letter that it is given to) and, for a count of
        devices, ("device", the one part that its sentence names).
    """
    found: list[tuple[str, str]] = []
    called = _called(sentence, r)
    if called:
        found.append(("said", called))
    if r.quantity.unit == "1" and (symbol := _SYMBOL.search(sentence.before(r, 12))):
        found.append(("symbol", symbol.group(1)))
    if r.noun in ("gpu", "node"):
        places = list(DEVICE_NAME.finditer(sentence.text))
        names = dict.fromkeys(m.group(1) for m in places)
        inside = any(
            m.start() <= r.literal_start < m.end() for m in places
        )  # "an RTX 3060 machine"
        if len(names) == 1 and not inside:
            found.append(("device", next(iter(names))))
    return tuple(found)


def _called(sentence: Sentence, r: Reading) -> str:
    before = sentence.before(r, 70)
    unit = r.quantity.unit
    for name, pattern in _BEFORE:
        if name not in ("deviation", "training state") and unit != "1":
            continue
        if not pattern.search(before):
            continue
        if name == "training state" and not (unit == "byte" and _STATE.search(sentence.text)):
            continue
        if name == "warm-up" and (r.noun != "step" or _MEASURED.search(sentence.text)):
            continue
        if name == "micro-batch size" and r.noun not in ("", "sequence", "sample"):
            continue
        return name
    if unit == "byte":
        each = r.per in ("each", "step") or re.match(r"\s*(?:each|per step|a step)\b", sentence.after(r, 20))  # fmt: skip
        return "version" if each and _VERSION.search(sentence.text) else ""
    if unit != "1":
        return ""
    if _LETTER.search(before) and (counts := _COUNTS.match(sentence.text, r.literal_end)):
        return _COUNTED[counts.lastgroup or ""]
    if r.noun in ("tp", "pp", "dp"):
        return {"tp": "tensor", "pp": "pipeline", "dp": "data"}[r.noun] + " degree"
    if r.noun in ("", "way") and (
        degree := _DEGREE_OF.search(before)
        or (_DEGREE.match(sentence.after(r, 24)) if r.noun == "way" else None)
    ):
        return degree.group(1).lower() + " degree"
    if r.kind is Kind.PARAM_COUNT:
        return "parameters of one device" if r.per == "gpu" or _HELD.search(before) else ""
    if r.noun in ("sample", "sequence") and (r.per in ("gpu", "worker", "replica") or _TAKES.search(before)):  # fmt: skip
        return "batch per device"
    around = sentence.text[r.start : r.end] + sentence.after(r, 20)
    if r.noun == "step" and re.search(r"\bwarm[- ]?up\b", around, re.I):
        return "" if _MEASURED.search(sentence.text) else "warm-up"
    if r.noun in ("", "step") and _AHEAD.match(sentence.after(r, 30)):
        return "staleness bound"
    if 0 < r.quantity.point < 1:
        if _MOMENTUM.search(before) and _NORM.search(sentence.text):
            return "momentum of batch norm"
        if r.quantity.point < 0.01 and r.quantity.shown_unit == "" and _GRADIENTS.search(before):
            return "gradient scale"
    return ""
