"""What the speed of an update, a codec, an attention kernel, a decode or a matrix product is said to come from.

"The Adam update gains only 1.6x, as one expects from a kernel whose speed is set by memory bandwidth":
told as a mention of its words, for it need not stand beside a number.  Gains of decoding and prefill with
their batch beside them are read by `wrong_roof`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.assertion import asserted
from tanaka.paper.entities import same_name
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.scene import parts_of
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind

CREDIT = "credit-to-a-roof"

_CUE = Lazy(r"\bbandwidth\b|\b(?:memory|compute)[- ]bound\b|\b(?:tensor|matrix)[- ](?:cores?|units?)\b|\bcores?\b|\btraffic\b|\bbytes\b|\bFLOP|\barithmetic\b|\bmath\b|\bHBM|\bfaster memory\b|\bcompute\b|\bmatrix units\b", re.I)  # fmt: skip
_TENSOR = r"(?:tensor|matrix)[- ](?:cores?|units?|engines?)(?:[- ](?:peak|throughput|rate|math|performance|arithmetic|speed|FLOPS?|FLOP/s))*|(?:tensor|matrix)[- ]?(?:math|throughput|peak|arithmetic)"
_ARITHMETIC = rf"{_TENSOR}|peak (?:FLOPS?|FLOP/s|compute|arithmetic)|number of (?:FLOPs|operations)|FLOPs per second|arithmetic units|(?:compute|arithmetic|math|FLOP) (?:throughput|rate|peak|power|capacity|performance|speed)|(?:faster|more) (?:arithmetic|math|compute|FLOPs?|multipl\w+)|(?:lower|reduced|mixed|half)[- ]precision (?:math|arithmetic|compute|products?|units?|multipl\w+)|FLOP/s|arithmetic intensity"
_BYTES = (
    r"(?:memory|HBM\w*|DRAM|device-memory|VRAM) ?(?:bandwidth|traffic|speed|rate|reads?)|bandwidth of (?:the |its |their )?(?:memory|HBM\w*|DRAM)|HBM\d\w*|(?:weight|cache) (?:traffic|bytes|reads?)|"
    r"(?:halved|smaller|fewer|less|reduced) (?:memory |weight )?(?:bytes|traffic)|faster (?:memory|HBM\w*)|(?<!network )(?<!link )(?<!PCIe )(?<!NVLink )(?<!port )(?<!interconnect )bandwidth\b"
)
_HOW = r"(?:(?:the|its|their|an?|our|this|one|both|mere|raw|sheer|available|attainable|doubled|higher|better|improved|increased|greater|larger|faster|new|newer|wider|stronger|superior|bigger|extra|additional|quicker|halved|smaller|much|use|of|in|by|from|on|two|parts'?|GPUs?'?|gain|increase|ratio|difference|FP8|FP16|BF16|more|fewer)\s){0,7}"
_CAUSE = Lazy(
    rf"\b(?:because of|due to|thanks to|owing to|by virtue of|(?:comes?|came|stems?|stemmed|results?|derives?|follows?|arises?) (?:\w+ )?from|(?:are|is|was|were|be) (?:a )?(?:result|consequence|matter|effect) of|"
    rf"attribut\w+ (?:\w+ ){{0,3}}?to|credit\w* (?:\w+ ){{0,3}}?to|explained (?:\w+ )?by|expects? (?:\w+ )?from|in (?:line|keeping|proportion) with|proportional to|consistent with|reflects?|mirrors?|tracks?|follows|scales with|goes with|grows with|matches|lies? in|lay in|rests? on|hinges? on|(?:profits?|profited|benefits?|benefited|gains?|gained) from|boils down to|a matter of|waits? (?:for|on)|trac\w+ (?:\w+ ){0, 3}?(?:back )?to|driven by|owes? (?:[^.;,]{{1,70}}? )?to)\s{_HOW}(?P<what>{_BYTES}|{_ARITHMETIC})",
    re.I,
)
_LIMIT = Lazy(
    rf"\b(?:limited|bound(?:ed)?|set|determined|governed|dominated|constrained|dictated|capped|held back|paced|decided|throttled) (?:only |mainly |largely |purely |solely |entirely |everywhere )?by\s{_HOW}(?P<what>{_BYTES}|{_ARITHMETIC})|"
    rf"\b(?:saturates?|exhausts?|at the limit of|bottleneck (?:[\w -]{{1,24}} )?(?:is|lies in)|bottlenecked by)\s{_HOW}(?P<what2>{_BYTES}|{_ARITHMETIC})|\b(?P<what3>(?:memory|compute|bandwidth)[- ]bound)\b",
    re.I,
)
_DECIDES = r"(?:counts?|matters?|decides?|helps?|pays(?: off)?|limits?|governs?|determines?|dictates?|sets? the pace|is (?:decisive|scarce|needed|wanted))"
_COUNTS = Lazy(
    rf"\b[Ww]hat (?:really |mainly |actually )?{_DECIDES}(?: (?:here|now|it|them|this|there|the speed|the rate|the pace|the time|us))*,? (?:is|are|was|were) (?:only |mainly |above all )?{_HOW}(?P<what>{_BYTES}|{_ARITHMETIC})|"
    rf"\b(?P<what2>{_BYTES}|{_ARITHMETIC}) (?:[\w ]{{0,30}}\b)?(?:(?:is|are|was|were) (?:what|the (?:bottleneck|limit|decisive|cause|reason|scarce|limiting|binding))|(?:makes?|made) (?:all )?the difference|governs?|dictates?)\b|"
    rf"\b(?:because|since|as) (?:[\w -]{{1,50}}) (?:runs?|go(?:es)?|pass(?:es)?|executes?|is done|are done|is computed|are computed) (?:now )?(?:through|on|in|over|by) {_HOW}(?P<what3>{_ARITHMETIC})",
    re.I,
)
_IS_BYTES = Lazy(rf"^(?:{_BYTES}|memory-bound|memory bound|bandwidth[- ]bound)", re.I)
_DENIED = Lazy(r"\b(?:not|neither|nor|never|hardly|no longer|rather than|instead of|cannot|isn't)\b[^.;,]{0,40}$", re.I)  # fmt: skip
# What may limit it besides, and work that turns the tables.
_OTHER = Lazy(
    r"\blaunch\w*|\bpersistent\b|\bexponentials?\b|\bspecial[- ]function\b|\bSFUs?\b|\bspeculat\w+|\bdraft\w*|\bverif\w+|\bMLA\b|\blatent attention\b|\bMQA\b|\bCPU\b|\bhost\b|\bL2\b|\bdiffusion\b|\bbeams?\b|\bbest-of\b|\bparallel sampl\w+|"
    r"\bMuon\b|\bShampoo\b|\bSOAP\b|\bK-FAC\b|\bsecond-order\b|\bNewton\b|\bHadamard\b|\brotation\w*|\bnetwork\b|\bInfiniBand\b|\bNVLink\b|\bPCIe\b|\bEthernet\b|\ball-?reduce\b|\bcrossover\b|\bridge\b|"
    r"\bbecomes? (?:compute|memory)[- ]bound\b|\bcompute[- ]bound (?:regime|phase) and\b|\bboth\b(?! (?:parts|GPUs|cards|machines))|\bas well as\b|\bmixed\b|\bsmall (?:prompts?|matri\w+)|\bshort (?:prompts?|sequences?)|\bsome\b|\b(?:large|larger|bigger) batch\w*|\bhold(?:s|ing)?\b|\bfits?\b|\bhigh batch\w*|\b(?:larger|more|bigger|its|higher) (?:memory )?capacity\b",
    re.I,
)
# Fewer kernels; where each of them moves bytes and hardly computes, fusing them is fewer bytes.
_FUSED = Lazy(r"\bfus(?:ed (?:attention|kernels? with)|ing(?! (?:them|it|these)\b))", re.I)
_SMALL = Lazy(r"\b(?:small|tiny|low|modest) batch(?:es| sizes?)?\b|\b(?:a|the|so) few (?:sequences|requests|users|streams)\b", re.I)  # fmt: skip
_KERNEL = Lazy(r"\b(?:attention|paged) (?:\w+ )?kernels?\b|\bflash-?decod\w+|\bpaged attention\b", re.I)  # fmt: skip
_FEW_TOKENS = 64.0
# What makes a credit one of another case, in its own clause.
_SUPPOSED = Lazy(r"\bif\b|\bwould\b|\bwhether\b|\bonce the\b|\bdepends\b|(?<!\bwe )\bcould\b|\bmight\b|\bone (?:may|might) think\b", re.I)  # fmt: skip
_CLAUSE = Lazy(r"[;:] |, (?:so|and|but|hence|while|whereas|which|thus|therefore|although|though) ")
_BATCH = Lazy(r"\bbatch(?:es)?(?: sizes?)?(?: of| is)?\s*=?\s?(\d[\d,]*)", re.I)
_FEW = Lazy(r"\b(?:sees?|gets?|receives?|has|holds?|processes)\s(?:only |about |just )?(?P<n>one|two|three|four|five|six|eight|[1-9]|1[0-6]) tokens?\b", re.I)  # fmt: skip
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8}
_WORK: tuple[tuple[str, Lazy], ...] = (
    ("update", Lazy(r"\b(?:fused )?(?:Adam\w?|SGD|LAMB|optimi[sz]er|momentum)(?:[- ](?:step|update|kernel|state)s?)+\b|\bAdam\w?(?= (?:performs?|reads?|writes?|moves?|touche[sd]|updates?|does|streams?|itself|spends?|runs?)\b)|\boptimi[sz]er\b|\bweight updates?\b|\bparameter update\b|\bthe update\b", re.I)),
    ("elementwise", Lazy(r"\belement-?wise\b|\b(?:layer|RMS|batch)[- ]?norm\w*|\bresidual add\w*|\bactivation functions?\b|\bdropout\b|\btranspos\w+|\b(?:cop(?:y|ies)|scatter|gather|packing|memset) kernels?\b|\bcodec\b|\b(?-i:STREAM)\b|\bhistogram\b|\bfew (?:operations|FLOPs?) (?:per|for (?:each|a|every)) byte\b|\b(?:low|small) (?:arithmetic|operational) intensity\b|\brotary\b|\bresidual addi\w+|\bnormali[sz]ation\b|\bembedding look-?ups?\b", re.I)),
    ("attention", Lazy(r"\b(?:decode|decoding)[- ](?:phase )?attention\b|\battention (?:kernel |part )?(?:of|in|during) (?:the )?(?:decod\w+|decode step)|\battention over the (?:KV )?cache\b|\bKV[- ]cache reads?\b", re.I)),
    ("single", Lazy(r"\b(?:batch(?: size)?(?: of)?\s?(?:=\s?)?(?:1|one)(?![\d.,]\d|\d)|single[- ](?:stream|request|user|sequence)|one request|(?:one|a single|a lone|the lone|single|lone) (?:user|sequence|request|stream)|time per token|one sequence at a time|GEMVs?|matrix-vector)\b", re.I)),
    ("prefill", Lazy(r"\bprefill\w*|\bprompt (?:processing|phase)\b|\bprompts? (?:is|are|was|were) processed\b|\bprocessing (?:the |of )?(?:long )?prompts?\b", re.I)),
    ("products", Lazy(r"\b(?:large(?:st|r)?|big|square|dense|training)? ?(?:matrix (?:products?|multipl\w+)|matmuls?|GEMMs?)\b", re.I)),
    ("other", Lazy(r"\b(?:backward|forward)(?: pass)?\b|\b(?:dense|linear|MLP|first|last|convolution\w*|attention) layers?\b|\bMLPs?\b|\bconvolutions?\b|\ball-?(?:reduce|gather|to-?all)\b|\bexchange\b|\bsoftmax\b|\bprojections?\b|\bcollectives?\b|\bhead\b", re.I)),
    ("decode", Lazy(r"\bdecod(?:e|es|ed|ing)\b|\btoken generation\b|\btokens? (?:is|are) generated\b", re.I)),
)  # fmt: skip
_NARROW = Lazy(r"\bskinny\b|\bsmall\b|\bgrouped\b|\bexperts?\b|\bLoRA\b|\blow-rank\b|\bnarrow\b|\bthin\b|\bsingle token\b|\b[248]-bit\b|\bdepthwise\b|\bdecod\w+|\bunfused\b|\bbatch\b", re.I)  # fmt: skip
_WIDE = Lazy(r"\b(?:large(?:st|r)?|big|square|dense|training|prefill|prompts?|\d{1,3}(?:\.\d)?B model|forward and backward)\b", re.I)  # fmt: skip
_GOES_ON = Lazy(r"\b(?:this|that|the|its|these)\s(?:\w+\s)?(?:gain|factor|improvement|speed-?up|difference|ratio|advantage|step|kernel|phase|loop|pass|operation|part|work|reason|cause|rate|speed)\b|\b(?:it|this|they|them|that it|here)\b", re.I)  # fmt: skip
_LENGTH = Lazy(
    r"\b(\d[\d,]*)(?:[- ]tokens?)? prompts?\b|\b(?:prompts?|chunks?) of (\d[\d,]*)", re.I
)
_MORE = Lazy(r"\b(?:rais|improv|increas|faster|higher|gain)\w*", re.I)
_FACTOR = Lazy(r"\bfactor of (?:about )?$")
_BACK = 2


def credit_words(said: Sequence[Sentence], i: int, where: Where) -> tuple[LocalWord, ...]:
    """The words of a sentence that credit a speed to bytes or to arithmetic, with the work that they are said of."""
    text = said[i].text
    del where  # a section on the background tells the paper's own view: the rule asks for its title
    if not _CUE.search(text) or _OTHER.search(text):
        return ()
    found = [m for p in (_CAUSE, _LIMIT, _COUNTS) for m in p.finditer(text) if not _DENIED.search(text[: m.start()])]  # fmt: skip
    cuts = [m.end() for m in re.finditer(r";\s", text)]
    told = []
    # "decoding is bound by the bytes; prefill, by arithmetic": each part has a credit of its own
    for low, high in pairwise([0, *cuts, len(text)]):
        here = [m for m in found if low <= m.start() < high]
        if here and (word := _credited(said, i, here)) is not None:
            told.append(word)
    return tuple(told)


def _credited(said: Sequence[Sentence], i: int, found: list[re.Match[str]]) -> LocalWord | None:
    """The one credit of a stretch of a sentence."""
    text = said[i].text
    sides = {_side(m) for m in found}
    if len(sides) != 1 or asserted(text, found[0].start(), Where.BODY) is Asserted.NO:
        return None
    first = found[0]
    low = max((m.end() for m in _CLAUSE.finditer(text, 0, first.start())), default=0)
    behind = _CLAUSE.search(text, first.end())
    if _SUPPOSED.search(text[low : behind.start() if behind else len(text)]):
        return None
    if _denied_other(text, first.end(), sides):
        return None
    work, far = _work(said, i, first.start())
    if _BOUND.search(first.group()) and (
        far or _USUALLY.search(text) or "bytes" in sides or len(_phases(text)) > 1
    ):
        return None  # what a phase is bound by in general, or one of two
    if _FUSED.search(text) and work not in ("update", "elementwise"):
        return None
    near = [said[j] for j in ((i, i - 1) if i and _GOES_ON.search(text) else (i,))]
    batch = next((m.group(1) for s in near if (m := _BATCH.search(s.text))), "").replace(",", "")
    if work == "decode" and any(_KERNEL.search(said[j].text) for j in range(max(0, i - _BACK), i + 1)):  # fmt: skip
        work = "attention"
    few = next((m["n"] for s in near if (m := _FEW.search(s.text))), "") if work == "few" else ""
    if work == "decode" and batch and float(batch) <= _FEW_TOKENS:
        work, few = "few", batch
    elif work == "decode" and not batch and any(_SMALL.search(s.text) for s in near):
        work = "few"
    settings = [("credit", sides.pop()), ("work", work), ("words", first.group().strip())]
    if batch:
        settings.append(("batch", batch))
    if few:
        settings.append(("tokens", str(_NUMBERS.get(few.lower(), few))))
    if any(re.search(r"tensor|matrix|FLOP|precision", m.group(), re.I) for m in found):
        settings.append(("tensor", "yes"))
    if length := next((m.group(1) or m.group(2) for x in near if (m := _LENGTH.search(x.text))), ""):  # fmt: skip
        settings.append(("length", length.replace(",", "")))
    if _NARROW.search(text):
        settings.append(("narrow", "yes"))
    if any(_WIDE.search(s.text) for s in near):
        settings.append(("wide", "yes"))
    settings += _gain(near)
    settings += [("part", p.name) for s in near for p in parts_of(s)]
    if far:
        settings.append(("far", "yes"))
    # what is underlined has to fit a line of a terminal: of a long credit, what it names
    start = first.start() if first.end() - first.start() <= _WIDEST else _named(first)
    return LocalWord(CREDIT, "ours", start, first.end(), tuple(settings))


_WIDEST = 56


def _named(m: re.Match[str]) -> int:
    """Where the resource begins that a credit names."""
    return max(m.start(name) for name in m.groupdict())


_BOUND = Lazy(r"^(?:memory|compute|bandwidth)[- ]bound$", re.I)
_USUALLY = Lazy(r"\b(?:often|since|when(?! one)|where|can|could|usually|typically|becomes?|becoming|sometimes|less|more|likely|until|regime|or)\b", re.I)  # fmt: skip


def _phases(text: str) -> set[str]:
    return {"prefill" if m.group().lower()[0] == "p" else "decode" for m in re.finditer(r"\bprefill|\bprompt|\bdecod|\bgenerat", text, re.I)}  # fmt: skip


def _side(m: re.Match[str]) -> str:
    groups = m.groupdict()
    what = (groups.get("what") or groups.get("what2") or groups.get("what3") or "").strip()
    return "bytes" if _IS_BYTES.match(what) else "arithmetic"


def _denied_other(text: str, at: int, sides: set[str]) -> bool:
    """Whether the rest of the clause credits the other roof too: "bandwidth and tensor cores"."""
    rest = re.split(
        r"[;.]|,? (?:and |but )?(?:not|rather|instead|merely)\b|\bwhile\b|,", text[at:]
    )[0]
    other = _ARITHMETIC if "bytes" in sides else _BYTES
    return re.search(other, rest, re.I) is not None


def _work(said: Sequence[Sentence], i: int, before: int) -> tuple[str, bool]:
    """The work that a speed is of: the last that is named before the credit, else in the sentences before."""
    own = said[i].text[:before]
    if _FEW.search(own):
        return "few", False
    if work := _last(own):
        return work, False
    if not _GOES_ON.search(said[i].text):
        behind = _last(said[i].text[before:])
        return (behind, False) if behind else ("", False)
    for j in range(i - 1, max(-1, i - _BACK - 1), -1):
        if _FEW.search(said[j].text):
            return "few", True
        if work := _last(said[j].text, first=True):
            several = sum(r.quantity.shown_unit == "×" for r in said[j].readings) > 1
            return ("" if several and work != _last(said[j].text) else work), True
    return _last(said[i].text[before:]), False


_WITHIN = Lazy(
    r"\b(?:of|in|during) (?:the|each|a|its) (?:forward|backward)(?:(?: and backward)? pass(?:es)?)?"
)


def _last(text: str, *, first: bool = False) -> str:
    """The work that a text names last, or first: what a sentence is on stands at its head."""
    text = _WITHIN.sub(lambda m: " " * len(m.group()), text)
    places = [(m.start(), -n, name) for n, (name, p) in enumerate(_WORK) for m in p.finditer(text)]
    if not places:
        return ""
    names = {name for _, _, name in places}
    if "attention" in names or "single" in names:  # which say more than "decode"
        places = [p for p in places if p[2] != "decode"]
    return (min(places, key=lambda p: (p[0], -p[1])) if first else max(places))[2]


def _gain(near: Sequence[Sentence]) -> list[tuple[str, str]]:
    """A gain of one part over another: "2.7 times as fast on an H100 as on an A100"."""
    parts = next((found for s in near if len(found := {same_name(p.name): p.name for p in parts_of(s)}) == 2), {})  # fmt: skip
    for s in near:
        gains = [
            r for r in s.readings
            if not isinstance(r.quantity.value, tuple) and r.quantity.unit == "1"
            and (r.quantity.shown_unit == "×" or (r.quantity.shown_unit == "%" and _MORE.search(s.text)) or r.kind is Kind.SPEEDUP or _FACTOR.search(s.text[: r.start]))
        ]  # fmt: skip
        if len(gains) == 1 and parts:
            value = gains[0].quantity.point + (1 if gains[0].quantity.shown_unit == "%" else 0)
            return [("gain", f"{value:g}"), *(("device", name) for name in parts.values())]
        if gains:
            return []
    return []
