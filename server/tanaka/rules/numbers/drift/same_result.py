"""Whether two sentences, or a sentence and a cell, state one result: by metric, names and unit."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from tanaka.paper.model import Result, Where
from tanaka.paper.result_words import compatible
from tanaka.patterns import Lazy
from tanaka.rules.numbers.drift.ledger import DEVICE, HEADLINES, Entry

# Words that part two results of one metric, by phase, statistic, part, size or scope: the first
# wherever one result has one, the second where each has one that the other has not.
_PARTING = frozenset({
    "prefill", "decod", "decode", "forward", "backward", "read", "writ", "median", "tail", "longer",
    "shorter", "offlin", "onlin", "cold", "warm", "encod", "client", "server", "desktop", "mobil", "static",
    "dynamic", "weak", "strong", "worst", "without", "ablation", "stag", "largest", "smallest", "longest", "shortest",
    "steady", "activ", "simulat", "simulation", "synthetic", "local", "global", "remain",
    "activation", "weight", "gradient", "optimizer", "attention", "validation", "theoretical", "ideal", "scal", "initial",
    "naiv", "session", "addition", "additional",
})  # fmt: skip
_SOFT = frozenset({
    "train", "inferenc", "peak", "best", "total", "end-to-end", "kernel", "layer", "small", "larg", "larger", "long", "short", "test",
    "real", "singl", "idle", "comput", "communication", "half", "multi", "overall", "final",
})  # fmt: skip


def apart(a: Entry, b: Entry, own: frozenset[str]) -> bool:
    """Whether the words of two results say that they are of different things."""
    x, y = a.result, b.result
    if x.unit != y.unit or not compatible(a.metrics, b.metrics):
        return True
    ratio = x.unit in ("×", "%")
    if (
        x.aggregate
        and y.aggregate
        and _end(x) != _end(y)
        and (ratio or "min" not in (x.aggregate, y.aggregate))
    ):
        return True
    if (
        (x.unit == "×" or (ratio and x.change))
        and "mean" in (x.aggregate, y.aggregate)
        and x.aggregate != y.aggregate
    ):
        return True
    if x.unit != "×" and x.change != y.change:
        return True
    # A condition in front of a sentence of the body makes a case of its own.
    if (not a.sums_up and 2 * _heard(x, y, own) < 1) or (not b.sums_up and not _heard(y, x, own)):
        return True
    if x.unit not in ("×", "%") and (" per gpu " in x.said) != (" per gpu " in y.said):
        return True
    if not ratio and _of_others(x) != _of_others(y):
        return True
    if _numbered_apart(x.said, y.said):
        return True
    if (" with no " in x.zone) != (" with no " in y.zone) or _rivals(x.settings, y.settings):
        return True
    if x.against - own and y.against - own and not (x.against - own) & y.against:
        return True
    if x.subject != y.subject and _sure(x.subject) and _sure(y.subject):
        return True
    if _parting(x, y, _PARTING) or _parting(y, x, _PARTING):
        return True
    if _parting(x, y, _SOFT) and _parting(y, x, _SOFT):
        return True
    mine, theirs = x.named - own - x.against, y.named - own - y.against
    if (x.against and theirs and not x.against & y.names) or (
        y.against and mine and not y.against & x.names
    ):
        return True
    return bool((mine - theirs) and (theirs - mine))


# Things that are told apart by a number: "Variant 3", "configuration 2", "testbed 1".
_NUMBERED = Lazy(
    r" (varian\w*|config\w*|case|cas|setup|setting|scenario|workload|experiment|testb\w*|cluster|group|level|phase|stag\w*|task|"
    r"quer\w*|class|typ\w*|tier|run|trial|option|version|system|method|design|model|dataset|benchmark|cohort|site|region|job|round) "
    r"(\d{1,2})(?= )"
)


def _numbered_apart(a: str, b: str) -> bool:
    """Whether two sentences speak of things of one kind with other numbers: variant 3, variant 7."""
    mine = {(m.group(1), m.group(2)) for m in _NUMBERED.finditer(a)}
    if not mine:
        return False
    theirs = {(m.group(1), m.group(2)) for m in _NUMBERED.finditer(b)}
    return bool({k for k, _ in mine} & {k for k, _ in theirs}) and not mine & theirs


_OTHERS = Lazy(r" (?:baseline|prior|previou|existing|competitor|unmodified|vanilla) ")


def _of_others(r: Result) -> bool:
    """Whether a measurement is of what the paper compares with: no comparand, but the subject."""
    zone = r.zone.replace(r.than.rstrip(), " ") if r.than.strip() else r.zone
    return _OTHERS.search(zone) is not None


_SUMMARY = frozenset((*HEADLINES, Where.CAPTION))


def two_places(a: Entry, b: Entry) -> bool:
    """Whether one result stands in a part that sums up and the other elsewhere: not beside it.

    Two values of one abstract, or of one section, are of two things.
    """
    x, y = a.number, b.number
    if x.where is y.where or not {x.where, y.where} & _SUMMARY:
        return False
    return Where.CAPTION not in (x.where, y.where) or x.section != y.section


def of_one_metric(a: Entry, b: Entry) -> bool:
    """Whether two results name one metric, or else share half of their own words.

    Those are two words at least, or one where a digit of the two prints differs; names with digits
    are none: of a model all that is told of it is.
    """
    x, y = a.result.metrics, b.result.metrics
    if x and y:
        return compatible(x, y)
    one, other = ({w for w in r.near if w.isalpha()} for r in (a.result, b.result))
    shared = len(one & other)
    enough = 1 if slip(a, b) else 2
    return shared >= enough and 2 * shared >= min(len(one), len(other))


def _end(r: Result) -> str:
    """The statistic of a result: the upper end of a range is a maximum."""
    return "max" if r.aggregate == "range" else r.aggregate


_PLAIN = frozenset({
    "the", "an", "of", "and", "or", "all", "our", "its", "this", "that", "these", "it", "we", "with", "on", "in", "at", "for",
    "to", "by", "average", "table", "figure", "section", "addition", "fact", "particular", "contrast", "general", "comparison",
    "both", "each", "every", "case", "experiment", "evaluation", "result", "paper", "work", "same", "other", "total",
})  # fmt: skip


def _heard(x: Result, y: Result, own: frozenset[str]) -> float:
    """What part of the condition that one sentence begins with the other has, too; 1 without any."""
    told = x.fronted.split()
    # "With 100 Gb/s Ethernet" beside "25 Gb/s Ethernet": another value of one setting.
    if any(
        a[0].isdigit()
        and f" {a} " not in y.said
        and re.search(rf" \d[\d.]* {re.escape(b)} ", y.said) is not None
        for a, b in pairwise(told)
    ):
        return 0.0
    words = [w for w in told if w.isalpha() and len(w) > 1 and w not in _PLAIN and w not in own]
    words = words or [w for w in told if w not in _PLAIN and w not in own]
    return sum(f" {w} " in y.said for w in words) / len(words) if words else 1.0


_FREE = Lazy(
    r" without (?:a |an )?(?:the )?(?:single|any|extra|los\w*|additional|more|chang\w+|retrain\w*|touch\w+|hurt\w+|sacrific\w+|accuracy|quality|"
    r"further|degrad\w+|affect\w+) "
)
"""What does not part a result from others: that nothing is paid for it."""


def _sure(subject: str) -> bool:
    """Whether a subject is a name."""
    return subject not in ("", "we")


def _parting(x: Result, y: Result, words: frozenset[str]) -> bool:
    """Whether one result has such a word among its own, and the other has it nowhere."""
    return any(
        w not in y.words
        and f" {w[:5]}" in x.zone
        and f" our {w}" not in x.said
        and not (w == "without" and _FREE.search(x.zone))
        for w in x.near & words
    )


def parting(r: Result, text: str) -> bool:
    """Whether a result's own words part it from what another text says nothing of."""
    return any(f" {w[:5]}" not in text for w in r.near & (_PARTING | _SOFT))


def _rivals(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of settings give one noun two values ("gpu=64" and "gpu=128")."""
    if not a or not b or a & b:
        return False
    return bool({s.partition("=")[0] for s in a} & {s.partition("=")[0] for s in b})


def likeness(a: Entry, b: Entry, own: frozenset[str]) -> int:
    """How much two results share: telling words, metrics, settings, and twice each name."""
    x, y = a.result, b.result
    names = (x.named & y.names) | (y.named & x.names)
    # Where a number has next to no words of its own, those of its sentence stand in for them.
    poor = min(len(x.near), len(y.near)) < 2
    words = min(2, len(x.words & y.words)) if poor else len(x.near & y.near)
    return (
        max(words, len(x.near & y.near))
        + bool(x.metrics & y.metrics)
        + len(x.settings & y.settings)
        + len(names)
        + len(names - own)
        + slip(a, b)
    )


def share(a: Entry, b: Entry) -> float:
    """What part of its own words the result with fewer of them shares."""
    x, y = a.result.near, b.result.near
    fewer = min(len(x), len(y))
    return len(x & y) / fewer if fewer else 0.0


@lru_cache(maxsize=4096)
def _digits(text: str) -> str:
    return re.sub(r"[^\d.]", "", text)


def slip(a: Entry, b: Entry) -> bool:
    """Whether two prints differ by one digit, by two that changed places, or by their point alone."""
    x, y = _digits(a.number.quantity.literal.text), _digits(b.number.quantity.literal.text)
    if x.replace(".", "") == y.replace(".", "") and len(x) > 2:
        return True
    if len(x) != len(y) or len(x) < 2:
        return False
    differ = [i for i in range(len(x)) if x[i] != y[i]]
    if len(differ) == 1:
        return len(x.replace(".", "")) > 2
    return len(differ) == 2 and sorted(x) == sorted(y)


def contradict(a: Entry, b: Entry, own: frozenset[str]) -> bool:
    """Whether two results that are not apart cannot both be, for what they are of.

    The maximum over all may be larger than that over some, and a value of one case is none of
    another.
    """
    x, y = a.result, b.result
    more, less = x.named - y.names - own - y.against, y.named - x.names - own - x.against
    if not any(DEVICE.fullmatch(n) for n in x.names) or not any(
        DEVICE.fullmatch(n) for n in y.names
    ):  # what all runs on is named in one place and not in the other
        more, less = (frozenset(n for n in z if not DEVICE.fullmatch(n)) for z in (more, less))
    more |= {s for s in x.settings - y.settings if s.startswith(("gpu", "batch", "node"))}
    less |= {s for s in y.settings - x.settings if s.startswith(("gpu", "batch", "node"))}
    if ("before" in x.cues) != ("before" in y.cues) and likeness(a, b, own) < 5:
        return False
    low = a.reach.high < b.reach.low
    if _end(x) == "max" and _end(y) != "max":
        return False
    if _end(y) == "max" and _end(x) != "max":
        return not low and not less  # beyond the maximum
    if _end(x) == "max":
        return not (more and low) and not (less and not low)
    return True
