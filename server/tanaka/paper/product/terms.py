"""What a number is in the field's identities: a rate, a step time, device-hours, a price.

A term is told by the unit, by what is counted, and by the few words beside the number.  It depends
on nothing else, so that every reader of products takes the same number for the same thing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A reading of a sentence, by index, as the part of an identity that it can be.

    ``role`` is a name such as "tokens/s", "device-time" or "price"; one that is stated for each of
    several devices ends with " each", one for each node with " node".
    """

    role: str
    index: int


_RATES = {"token/s": "tokens/s", "sample/s": "samples/s", "request/s": "requests/s", "step/s": "steps/s"}  # fmt: skip
_COUNTS = {
    "gpu": "devices", "node": "nodes", "token": "tokens", "request": "requests", "step": "steps",
    "epoch": "epochs", "parameter": "params", "port": "ports", "sample": "samples",
    "sequence": "samples",
}  # fmt: skip
_UNITS = {
    "W": "power", "J": "energy", "USD/s": "price", "USD/token": "price of tokens", "byte": "bytes",
    "byte/s": "bandwidth", "FLOP/s": "FLOP/s", "transfer/s": "transfers/s", "bit": "bits",
}  # fmt: skip
_ALIKE = {"query": "request", "prompt": "request", "image": "sample"}
_ONE_OF = frozenset(("sequence", "sample", "request"))
_SCALED = frozenset((*_RATES.values(), "power", "bytes", "bandwidth", "FLOP/s", "energy"))
_OF_DEVICE = Lazy(r"(?:/|per )(?:GPU|device|chip|TPU|accelerator|card|worker|rank|NPU)\b")
_DEVICE_TIME = Lazy(r"^(?:[KMB] )?(\w+)-(?:hours?|days?|years?|weeks?|months?)$")
_STEP_BEFORE = Lazy(
    r"\b(?:(?:training|optimizer|global|full|single|one|each|a|every|per)[- ])?(?:step|iteration)s?(?:[- ](?:times?|latency|duration))?"
    r"(?:\s+(?:of|is|was|at|takes?|took|lasts?|averages?|stays?|needs?|requires?|with|completes?|in|about|only|just|=|:))*\s*$",
    re.I,
)
_STEP_TAKES = Lazy(
    r"\b(?:step|iteration)\b[^.;,()]{0,30}\b(?:takes?|took|lasts?|needs?|requires?|completes in)\s*(?:only |about )?$|"
    r"\b(?:each|every|an?|one) (?:training |optimizer )?(?:step|iteration|update)\b[^.;()]{0,40}\bin (?:only |about )?$",
    re.I,
)
# "400 steps take 9.1 hours": the time of all of them.
_STEPS_TAKE = Lazy(
    r"(?<![\w.])(?!1 )[\d,.{}]*\d[KkM]?(?: [a-z]+)? (?:steps|iterations) (?:take|took|last|lasted|need|needed|require|required|complete|completed)(?: (?:only|about|just|in))*\s*$",
    re.I,
)
_EPOCH_BEFORE = Lazy(
    r"\b(?:each|every|one|an?|per) epoch(?:\s+(?:takes?|took|lasts?|needs?|requires?|of|is|at|about|only))*\s*$",
    re.I,
)
_STEP_AFTER = Lazy(
    r"\s*(?:/|per|a|each|for (?:a|one|each)|every)\s*(?:training )?(?:step|iteration)s?\b", re.I
)
_EVERY = Lazy(r"\b(?:every|once every|per|in each)\s*$", re.I)
_TOKEN_AFTER = Lazy(r"\s*(?:/|per|for each|a)\s*(?:output |generated )?(?:token|tok)\b", re.I)
_TOKEN_BEFORE = Lazy(
    r"\btoken every\s*$|\b(?:TPOT|ITL|inter-token latency|time per (?:output )?token|per-token latency|token latency|time between tokens|[Ee](?:ach|very) (?:output )?token (?:takes|took|needs|requires))"
    r"(?:\s+(?:of|is|was|at|averages?|stays?|around|roughly|about|=|:))*\s*$",
    re.I,
)
_BATCH = Lazy(
    r"\bbatch(?:es)?(?: size)?s?(?:\s+(?:of|is|was|at|with|=|:|to|are))*\s*$|\b(?:process\w*|consum\w*|handl\w*)\s*$",
    re.I,
)
_PER_PARAMETER = Lazy(r"\s*(?:/|per|for (?:each|every)|a)\s*(?:param(?:eter)?|weight)\b", re.I)
_PARAMETERS = Lazy(r"\b(?:parameters|weights)(?:,? (?:at|of|with|stored (?:in|as|at))| \()\s*$")
_EACH = Lazy(r"\s*(?:each\b|apiece\b)", re.I)
_PER_KWH = Lazy(r"\s*(?:/|per|a)\s*(kWh|MWh|kilowatt[- ]hour)", re.I)
_PER_BYTES = Lazy(r"\s*(?:/|per|a|for each)\s*([KMGTP]i?)B\b")
_PER_PERIOD = Lazy(r"\s*(?:/|per|a|an|each|every) (?:month|year|day|week|run)\b")
_ASKED = Lazy(r"\s(?:[a-z]+ )?(?:prompts|replies|responses|answers|conversations|questions)\b")
_OTHER_TIME = Lazy(
    r"\s(?:[\w-]+\s)?(?:resets?|timeouts?|delays?|gaps?|pauses?|windows?|intervals?|budgets?|deadlines?|overheads?|warm-?ups?|slack|sleeps?)\b"
)
_MICRO = Lazy(
    r"\bmicro[ -]?batch\w*(?:[ -]size)?(?:\s+\w+){0,2}\s*$|\bmicro[ -]?batch\w*\s*=\s*$", re.I
)
_BATCHES = Lazy(r"(?:mini-?)?batches\b")
_COST_OF = Lazy(
    r"\b(?:an?|each|every|one|per) (?:\w+ ){0,2}?(token|request|query|image|sample|prompt|step)s?(?: on \w+)?"
    r"(?:,? (?:thus|then|therefore|now))? (?:costs?|takes?|needs?|consumes?|requires?|uses?)"
    r"(?: (?:about|only|around|roughly|some))?\s*$",
    re.I,
)
_ENERGY_OF = Lazy(
    r"\b(?:energy|consumption|joules) (?:per|of an?|of one|for (?:an?|each|one)) (?:\w+ )?(token|request|query|image|sample|prompt|step)"
    r"(?: (?:is|was|of|amounts to|thus|then|therefore|about|only|comes to))*\s*$",
    re.I,
)
_STEPS_OF = Lazy(r"\b(?:steps|iterations|updates|batches) (?:of|with|at)(?: about)?\s*$", re.I)
_OF_REQUEST = Lazy(
    r"\b(?:an?|each|every|one|per|(?:the|all) \w+) (?:\w+ ){0,2}?(?:request|query|prompt|reply|response|answer|user|conversation)\w*"
    r" (?:has|have|had|of|with|asks? for|generates?|produces?|emits?)\b[^.;()]{0,40}$",
    re.I,
)
_PRICE_OF_DEVICE = Lazy(r"(?:GPU|device|chip|TPU|accelerator|[AHBV]\d00|card)s?\b")
_PER_DEVICE = Lazy(
    r"-?(?:\s?(?:hour|hr|h)\b)?\s*(?:/|per|for (?:each|a|every|one)|an?|each|and)?[\s-]*(?:NVIDIA )?(?:GPU|device|chip|TPU|accelerator|[AHBV]\d00|card)s?\b"
)
# "the last 4,096 tokens": a window of something longer, and no amount.
_WINDOW = Lazy(
    r"\b(?:last|latest|recent|first|previous|preceding|nearest|neighbou?ring|surrounding)\s+(?:about )?$|\battend(?:s|ed|ing)? to\s+(?:only |at most |just )?$",
    re.I,
)
_LONGEST_WINDOW = 1e6
_LENGTH = Lazy(
    r"\b(?:length|context|window)(?:\s+(?:of|is|=))*\s*$|\b(?:sequences?|samples|documents) (?:ha(?:ve|s)|are|contains?|holds?)(?: exactly)?\s*$|\b(?:sequences?|samples|prompts|documents) (?:of|with)(?: length)?\s*$",
    re.I,
)
_PARAMS_AFTER = Lazy(r"(?:-|\s)?(?:\w+\s)?(?:model|LLM|network|decoder|transformer|dense)\b", re.I)


@lru_cache(maxsize=16384)
def terms(sentence: Sentence) -> tuple[Term, ...]:
    """Terms of a sentence, in order; numbers that are none of them are left out."""
    out: list[Term] = []
    for i, r in enumerate(sentence.readings):
        role = _role(sentence, r)
        if role in _PLAIN and out and (before := _listed(sentence, out[-1], r)):
            role = before
        if role:
            out.append(Term(role, i))
    return tuple(out)


_PLAIN = ("energy", "time", "tokens")
_LIST = Lazy(
    r"[^.;,()]{0,40}?(?:\([^()]{0,24}\)\s*)?\b(?:and|to|against|instead of|rather than|vs\.?|versus|compared (?:with|to))\s(?:only |just |merely |about )?"
)


def _listed(sentence: Sentence, before: Term, r: Reading) -> str:
    """What a number is where it stands in one list with the one before: "costs 14 J with X and 9 J with Y"."""
    first = sentence.readings[before.index]
    if first.quantity.unit != r.quantity.unit or first.per != r.per:
        return ""
    return before.role if _LIST.fullmatch(sentence.between(first, r)) else ""


def _role(sentence: Sentence, r: Reading) -> str:
    q = r.quantity
    if q.unit == "s":
        return _time(sentence, r)
    if q.unit == "1":
        return _counted(sentence, r) if q.shown_unit not in ("%", "×", "points") else ""
    if q.unit == "USD":
        after = sentence.after(r, 20)
        priced = _PER_KWH.match(after)
        if not priced and (of := _PER_BYTES.match(after)):
            return f"price of {of.group(1)}B"
        return f"price of {priced.group(1)[:3]}" if priced else "cost"
    role = _RATES.get(q.unit) or _UNITS.get(q.unit, "")
    if role == "price":
        surface = sentence.text[r.literal_end : r.end]
        told = _PRICE_OF_DEVICE.search(surface) or _PER_DEVICE.match(sentence.text, r.end)
        return "price of device" if told else role
    if role in ("bytes", "bits"):
        if r.per == "parameter" or _PER_PARAMETER.match(sentence.after(r, 24)):
            return f"{role} per parameter"
        if (
            (r.per == "each" or _EACH.match(sentence.after(r, 8)))
            and q.point <= 32
            and _PARAMETERS.search(sentence.before(r, 24))
        ):
            return f"{role} per parameter"
        if role == "bits":
            return "bits per parameter" if r.per == "each" else role
    if role == "energy" and r.per in ("token", "sample", "request", "step"):
        return f"energy per {r.per}"
    if role == "energy" and (
        of := _COST_OF.search(sentence.before(r, 60)) or _ENERGY_OF.search(sentence.before(r, 60))
    ):
        return f"energy per {_ALIKE.get(of.group(1).lower(), of.group(1).lower())}"
    if role in _RATES.values() and r.per == "step":
        return role  # "at 6,000 images/s a step takes"
    if r.per in ("token", "sample", "request", "step", "layer", "head", "core"):
        return ""
    return role + _scale(sentence, r) if role in _SCALED else role


def _scale(sentence: Sentence, r: Reading) -> str:
    """Whether an amount is of one device or of one node: " each", " node", or ""."""
    if r.per == "node":
        return " node"
    surface = sentence.text[r.literal_end : r.end + 16]
    if (
        r.per in ("gpu", "each", "port")
        or _OF_DEVICE.search(surface)
        or _EACH.match(sentence.after(r, 8))
    ):
        return " each"  # fmt: skip
    return ""


def _time(sentence: Sentence, r: Reading) -> str:
    of = _DEVICE_TIME.match(r.quantity.shown_unit)
    if of:
        part = of.group(1)
        return {"node": "node-time", "core": ""}.get(part, "device-time")
    before, after = sentence.before(r, 44), sentence.after(r, 28)
    if _OTHER_TIME.match(after):
        return ""
    if r.per == "token" or _TOKEN_AFTER.match(after) or _TOKEN_BEFORE.search(before):
        return "time per token"
    if r.per == "epoch" or _EPOCH_BEFORE.search(before):
        return "epoch time"
    if _STEPS_TAKE.search(before):
        return "time"
    if (
        r.per == "step"
        or _STEP_AFTER.match(after)
        or _STEP_BEFORE.search(before)
        or _STEP_TAKES.search(before)
    ):
        return "step time"
    if _EACH.match(after) and "step" in before.lower():
        return "step time"
    if r.per in ("sample", "request", "layer", "sequence") or _EVERY.search(before):
        return "step time" if _EVERY.search(before) and r.quantity.point < 3600 else ""
    return "time"


# "360-degree sequences" are not 360 long: what is glued to a number says what it measures.
_OF_ANOTHER = Lazy(
    r"-(?!(?:long|lengths?|context|window|batch|sample|model|network|thousand|million|billion|trillion|[KMBT])\b)[a-z]{2,}"
)


def is_window(sentence: Sentence, r: Reading) -> bool:
    """Whether tokens are a window of something longer: "attends to the last 4,096 tokens"."""
    return r.quantity.point < _LONGEST_WINDOW and _WINDOW.search(sentence.before(r, 40)) is not None


def _counted(sentence: Sentence, r: Reading) -> str:
    before = sentence.before(r, 40)
    if not r.noun and _OF_ANOTHER.match(sentence.text, r.literal_end):
        return ""
    if r.noun == "gpu":
        return "devices of a node" if r.per in ("node", "each") else "devices"
    if r.noun == "token":
        if is_window(sentence, r):
            return ""
        if _OF_REQUEST.search(sentence.before(r, 90)):
            return "tokens of a request"
        if r.kind is Kind.SEQ_LEN or _LENGTH.search(before) or r.per in _ONE_OF:
            return "length"
        stepwise = r.per == "step" or _STEPS_OF.search(before)
        return "tokens of a batch" if stepwise or _BATCH.search(before) else "tokens"
    if r.kind is Kind.SEQ_LEN:
        return "length"
    if r.noun in ("sample", "sequence"):
        return "batch" if _BATCH.search(before) or r.kind is Kind.BATCH_SIZE else "samples"
    if r.noun == "step" and _EVERY.search(before):
        return ""  # "every 500 steps": how often, and not how many
    if r.noun in _COUNTS:
        return _COUNTS[r.noun]
    if not r.noun and _ASKED.match(sentence.text, r.literal_end):
        return "requests"
    if r.kind is Kind.BATCH_SIZE and r.noun in ("", "batch") and not r.per:
        if _MICRO.search(sentence.before(r, 40)):
            return ""
        return "" if _BATCHES.search(sentence.text[r.literal_end : r.end + 1]) else "batch"
    if r.kind is Kind.PARAM_COUNT and (
        r.noun == "parameter" or _PARAMS_AFTER.match(sentence.after(r, 30))
    ):
        return "params"  # fmt: skip
    return ""
