"""What a sentence says of the configuration and the tuning of each side of a comparison.

Keys: ``config-has`` and ``config-lacks`` with the settings ``item`` (as in `ITEMS`), ``side``
("ours", "baseline" or the name of a system) and ``words``; ``tuned`` and ``untuned`` with ``side``,
``item`` and, where trials are counted, ``trials``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

ITEMS = ("mixed precision", "gradient clipping", "fused kernels", "graph compilation")
# Item: words that say it is there, words that say it is not.
_CONFIG: tuple[tuple[str, Lazy, Lazy], ...] = tuple(
    (item, Lazy(has, re.I), Lazy(lacks, re.I))
    for item, has, lacks in (
        (
            "mixed precision",
            r"\bmixed[- ]precision\b(?: (?:training|in BF16|in FP16|with BF16|with FP16))?|\b(?:trains?|runs?|uses?|computes?|enabl\w+|in|with) (?:\w+ ){0,2}?(?:BF16|FP16|bfloat16|AMP)\b",
            r"\b(?:without|no|lacks?|disabl\w+|not use) (?:\w+ ){0,2}?mixed[- ]precision\b|"
            r"\b(?:trains?|runs?|ran|trained|computes?|executed?|kept|stays?|uses?|in) (?:entirely |everything |\w+ ){0,2}?(?:FP32|full precision|single precision|32-bit floats?)\b(?! (?:master|accumul|optimi|moment|copy|copies|for))",
        ),
        (
            "gradient clipping",
            r"\bgradient[- ](?:norm )?clipping\b|\bclip(?:s|ped)? (?:the |all |its |our )?gradients?(?: norm)?\b|\bgradients? (?:are |is |norm is )?clipped\b",
            r"\b(?:without|no|lacks?|disabl\w+|not use) (?:\w+ ){0,2}?(?:gradient[- ])?(?:norm )?clipping\b|\bunclipped gradients?\b|\bclipping (?:is |was )?(?:off|disabled|turned off)\b|\b(?:does|did|do) not clip\b",
        ),
        (
            "fused kernels",
            r"\bfused (?:\w+ )?(?:kernels?|attention|optimi[sz]er|Adam\w*|layer norm)\b|\bFlashAttention(?:-\d)?\b|\bflash attention\b",
            r"\b(?:without|no|lacks?|disabl\w+|not use) (?:\w+ ){0,2}?(?:fused (?:\w+ )?(?:kernels?|attention|optimi[sz]er)|FlashAttention(?:-\d)?|flash attention)\b|\bunfused\b|\b(?:eager|na[iï]ve|standard|unfused) attention\b",
        ),
        (
            "graph compilation",
            r"\bgraph compilation\b|\btorch\.compile\b|\bCUDA graphs?\b|\bcompiled (?:with|by|mode)\b|\bXLA\b",
            r"\b(?:without|no|lacks?|disabl\w+|not use) (?:\w+ ){0,2}?(?:torch\.compile|CUDA graphs?|compilation|XLA)\b|\beager mode\b|\buncompiled\b|\bcompil\w+ (?:is |was )?(?:off|disabled|turned off)\b",
        ),
    )
)
_CLAUSE = Lazy(r"[;:]|,? \b(?:while|whereas|but|although|though)\b|, and (?=(?:the|our|its|we)\b)|, (?=(?:the baseline|our|we)\b)")  # fmt: skip
_BASELINE = Lazy(
    r"\b(?:the |our |its |this |both )?(?:baselines?|reference (?:implementation|system|run)|competitors?|vanilla \w+)\b",
    re.I,
)
_OURS = Lazy(r"\b(?:we|our|ours)\b", re.I)
_NAMED = Lazy(r"^\s*(?P<name>[A-Z][a-z0-9]*[A-Z][A-Za-z0-9-]*)\b")
_BOTH = Lazy(
    r"\b(?:both|all|every|each) (?:\w+ )?(?:systems?|sides?|methods?|runs?|configurations?)\b|\b(?:both|all)\b (?=use|run|train|are|were|have)",
    re.I,
)
# "... to match the baseline" makes both sides alike.
_MATCHES = Lazy(
    r"\b(?:to match|matching|as (?:in|for)|just like|the same (?:\w+ ){0,2}as) (?:the|its|our) baselines?\b", re.I
)  # fmt: skip
# A baseline that is called by its format is a control of the format.
_CONTROL = Lazy(
    r"\b(?:FP32|float32|full[- ]precision|single[- ]precision|32-bit) (?:baselines?|references?|controls?|runs?)\b", re.I
)  # fmt: skip
_FASTER = Lazy(r"\b(?:faster|slower|speed-?ups?|throughput|time)\b|×", re.I)
# A reason why the baseline cannot have it is the answer.
_CANNOT = Lazy(
    r"\b(?:because|since|as it)\b[^.;]{0,80}\b(?:not|n't|no|un\w+|lacks?|cannot|missing)\b|\b(?:does|do|did) not support\b|\bunsupported\b|\bnot (?:available|supported|implemented)\b|\bunavailable\b|\bcannot\b|\bdoes not exist\b",
    re.I,
)
_PROPOSES = Lazy(
    r"\b(?:we|this paper|this work) (?:propose|present|introduce|contribute)\b|\bour (?:contribution|novel)\b",
    re.I,
)
_KNOB = r"(?P<item>learning[- ]rates?(?: schedules?)?|schedules?|warm-?ups?|hyper-?parameters?|momentum|weight decay|optimi[sz]er settings|(?:all |the )?settings)"
_TUNES = Lazy(
    rf"\b(?:tun(?:e|es|ed|ing)|swe(?:ep|eps|pt)|search(?:es|ed)?(?: over| for)?|optimi[sz]ed?|grid[- ]search(?:ed)?(?: over| for)?|select(?:ed)?|chos(?:e|en)|pick(?:ed)?)\b(?: the| its| our| their| best| all| a| an| for)*\s(?:\w+ )?{_KNOB}|"
    rf"{_KNOB.replace('item', 'knob')}\b[^.;,]{{0,30}}\b(?:is|are|was|were) (?:tuned|swept|searched|grid-searched|optimi[sz]ed)\b",
    re.I,
)
_DEFAULT = Lazy(
    rf"\b(?:defaults?|out[- ]of[- ]the[- ]box|untuned|unmodified|published|recommended|original|unchanged|stock)\b(?: (?:values? of|values? for|the|their|its))*\s(?:\w+ )?{_KNOB}|"
    rf"{_KNOB.replace('item', 'knob')}\b[^.;,]{{0,30}}\b(?:at|to|with) (?:its|their|the) defaults?\b|\b(?:keeps?|kept|uses?|used|left at|with|runs? with|ran with|at) (?:its|their|the|all)? ?(?P<plain>defaults?(?:\s(?:values?|settings?|configuration|hyper-?parameters?|learning[- ]rates?(?: schedules?)?|schedules?|warm-?ups?|momentum))?)\b",
    re.I,
)
_TRIALS = Lazy(
    r"\b(?P<n>\d+)\s(?:configurations|settings|combinations|trials|runs|learning rates|points|candidates)\b",
    re.I,
)


@lru_cache(maxsize=16384)
def fairness_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """Configuration and tuning that the sentence states, by clause and side."""
    if where in (Where.RELATED, Where.FUTURE):
        return ()
    out: list[LocalWord] = []
    text = sentence.text
    excused = _CANNOT.search(text) is not None
    proposed = _PROPOSES.search(text) is not None
    controls = _CONTROL.search(text) is not None and _FASTER.search(text) is None
    for start, end in _clauses(text):
        clause = text[start:end]
        sides = _sides(clause)
        if not sides:
            continue
        for item, has, lacks in _CONFIG:
            missing, there = lacks.search(clause), has.search(clause)
            chosen = missing or there
            if chosen is None:
                continue
            what = "config-lacks" if missing else "config-has"
            control = item == "mixed precision" and controls
            if (missing and (excused or control)) or (there and not missing and proposed):
                what = "config-excused"
            out.extend(_word(what, side, item, chosen, start) for side in sides)
        for what, pattern in (("untuned", _DEFAULT), ("tuned", _TUNES)):
            if (match := pattern.search(clause)) is None:
                continue
            named = match.groupdict()
            item = (named.get("item") or named.get("knob") or "hyper-parameters").lower()
            trials = _TRIALS.search(clause)
            more = (("trials", trials.group("n")),) if trials else ()
            if excused and what == "untuned":
                continue
            out.extend(_word(what, side, item, match, start, more) for side in sides)
            break
    return tuple(out)


def _clauses(text: str) -> list[tuple[int, int]]:
    ends = [(m.start(), m.end()) for m in _CLAUSE.finditer(text)]
    starts = [0, *(e for _, e in ends)]
    stops = [*(s for s, _ in ends), len(text)]
    return list(zip(starts, stops, strict=True))


def _sides(clause: str) -> tuple[str, ...]:
    """Whose configuration a clause is about; none where it does not say."""
    if _BOTH.search(clause):
        return ("ours", "baseline")
    baseline, ours = _BASELINE.search(clause), _OURS.search(clause)
    if baseline and ours and _MATCHES.search(clause):
        return ("ours", "baseline")
    if baseline and (
        not ours or (ours.group().lower() == "our" and ours.start() == baseline.start())
    ):
        return ("baseline",)
    if baseline and ours:
        # "we run the baseline without clipping": of the baseline; "unlike the baseline we clip": ours
        apart = re.search(r"\b(?:unlike|than|over|against|compared (?:to|with)|in contrast to)\b[^,;]{0,12}$", clause[: baseline.start()], re.I)  # fmt: skip
        return ("ours",) if apart else ("baseline",)
    if ours:
        return ("ours",)
    named = _NAMED.match(clause)
    return (named.group("name"),) if named else ()


def _word(
    what: str,
    side: str,
    item: str,
    match: re.Match[str],
    start: int,
    more: tuple[tuple[str, str], ...] = (),
) -> LocalWord:
    settings = (("item", item), ("side", side), ("words", match.group().strip()), *more)
    role = "ours" if side == "ours" else "baseline" if side == "baseline" else "compared"
    return LocalWord(what, role, start + match.start(), start + match.end(), settings)
