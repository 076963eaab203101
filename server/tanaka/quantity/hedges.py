"""What stands before a number and bounds it, and what it is stated per."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity.model import Qualifier

_S = r"[ \t\u2009\u202f\u00a0\n]"

_PHRASES: tuple[tuple[Qualifier, str], ...] = (
    (Qualifier.APPROX, "about,around,roughly,approximately,approx.,approx,circa,ca.,some,nearly,almost,close to,just under,just over,"
     "on the order of,in the order of,approaching,an estimated,estimated,order of"),
    (Qualifier.MAX, "up to,as much as,as many as,at most,at best,no more than,not more than,a maximum of,maximum of,within,max,max.,"
     "up to about,up to around,as high as,as large as,as long as,capped at"),
    (Qualifier.MIN, "at least,no less than,not less than,minimum of,as low as,down to,no fewer than,as little as,as few as,upwards of"),
    (Qualifier.GT, "more than,over,above,exceed,exceeds,exceeding,greater than,beyond,well over,larger than,higher than,longer than"),
    (Qualifier.LT, "less than,fewer than,under,below,well under,lower than,smaller than,shorter than"),
    (Qualifier.MEAN, "on average,average of,mean of,averaging"),
)  # fmt: skip
_HEDGES = {phrase: qualifier for qualifier, phrases in _PHRASES for phrase in phrases.split(",")}
_SIGNS = {
    "≈": Qualifier.APPROX, "∼": Qualifier.APPROX, "~": Qualifier.APPROX, "≃": Qualifier.APPROX, "≅": Qualifier.APPROX,
    "≤": Qualifier.MAX, "≥": Qualifier.MIN, "⩽": Qualifier.MAX, "⩾": Qualifier.MIN, ">": Qualifier.GT, "<": Qualifier.LT,
    "≲": Qualifier.MAX, "≳": Qualifier.MIN, "≪": Qualifier.LT, "≫": Qualifier.GT,
}  # fmt: skip
_UNDERSTATED = frozenset(("nearly", "almost", "close to", "just under", "approaching"))
_ARTICLES = frozenset(("a", "an", "the"))

# After such a word "over 24 nodes" is more than 24; after any other it is across them.
_MORE_THAN = Lazy(
    r"\b(?:with|using|uses?|used|on|of|has|have|had|needs?|requires?|by|to|from|for|at|and|contains?|employ\w*|in|span\w*|are|is|"
    r"was|were|well|takes?|took)$|^$",
    re.I,
)
_COMPARED = Lazy(r"(?:×|\dx|%|times|points?|twice|percent)$")
_PLACED = Lazy(
    r"(?:×|x|%|\d|speed-?ups?|gains?|improvements?|faster|higher|lower|spread|split|shard\w*|reduc\w*|divided|"
    r"sum\w*|averaged?|evenly|equally|uniformly|partitioned|placed|striped|balanced|sweeps?|swept|stored|hosted|assigned|ring|all-?reduce|parallelism|distributed|scattered|ratio|accumulat\w+|epochs?|passes|"
    r"\d\s?(?:[kM]?W|[KMGT]i?B|[KMGT]bit)|\bpower|\bpoints?|\bpp)$"
)
_ADDS = Lazy(r"\b(?:add|sum|amount)(?:s|ing|ed|med|ming)?$")
_ENDS = Lazy(
    r"\bfrom\b[^;]*\d[^;]*$|→|\b(?:brings?|brought|cuts?|pushes|pushed|gets?|got|drives?|drove|pulls?|pulled)\s(?:this|it|that|these|them)(?:\s[a-z]+)?$|"
    r"\b(?:is|was|falls?|fell|drops?|dropped|goes|went|comes?|came|shrinks?|shrank|reduced|brought|cut)$"
)
# "Over 3.5 s this amounts to 900 J" is a duration.
_LASTS = Lazy(
    r"[\d.,]+[\s\u2009\u202f]?(?:m?s|h|min|seconds?|minutes?|hours?|days?)\b(?:[^.;]|\.\d){0,30}?\b(?:this|it|these|they|the|we|that)\b"
)
# "Over 25 GB/s Ethernet" is by way of it.
_ON_LINK = Lazy(
    r"[\d.,]+[\s\u2009\u202f]?[KMGT]i?(?:B|b|bit)(?:/s|ps)[\s\u2009\u202f](?:Ethernet|InfiniBand|NVLink|PCIe|RoCE|LAN|links?|NICs?|ports?|networks?|fabric|"
    r"interconnects?|connections?)\b"
)
_COUNTED_OVER = ("gpu", "node", "replica", "core", "run")


def before(text: str, start: int, noun: str) -> tuple[Qualifier, int, bool]:
    """Hedge that ends at a number.

    Returns
    -------
    qualifier : Qualifier
    start : int
        Where the hedge begins, or the number where there is none.
    understated : bool
        Whether the truth lies below ("nearly 60").
    """
    tail = text[max(0, start - 32) : start]
    lean = tail.rstrip(" \t\n\u2009\u202f\u00a0$")
    sign = _SIGNS.get(lean[-1:])
    if sign is not None:
        return sign, start - len(tail) + len(lean) - 1, False
    if not lean or len(lean) == len(tail):
        return Qualifier.EXACT, start, False
    words = lean.split()
    if words and words[-1].lower() in _ARTICLES:
        if [w.lower() for w in words[-2:]] == ["over", "the"]:
            return Qualifier.EXACT, start, False  # what is known is gone over, and not exceeded
        words.pop()
    for size in (3, 2, 1):
        if len(words) < size:
            continue
        phrase = " ".join(words[-size:]).lower().lstrip("([{“\"'—–,;:")
        qualifier = _HEDGES.get(phrase)
        if qualifier is None:
            continue
        at = tail.rfind(words[-size]) if size > 1 else lean.rfind(words[-1])
        at += len(words[-size]) - len(words[-size].lstrip("([{“\"'—–,;:"))
        begin = start - len(tail) + max(at, 0)
        head = text[:begin].rstrip()[-40:]
        if _places(phrase, head, noun) or (
            phrase == "over"
            and ((not head and _LASTS.match(text, start)) or (head and _ON_LINK.match(text, start)))
        ):
            return Qualifier.EXACT, start, False
        return qualifier, begin, phrase in _UNDERSTATED
    return Qualifier.EXACT, start, False


def _places(phrase: str, head: str, noun: str) -> bool:
    """Whether a word compares or places, and bounds nothing: "2x over 48 GPUs"."""
    if phrase.endswith("than"):
        # "20% more than 14.8T": the percentage is more, not the value
        return _COMPARED.search(head) is not None
    if phrase == "over" and noun in _COUNTED_OVER and not _MORE_THAN.search(head):
        return True
    if phrase.startswith("up to"):
        return _ADDS.search(head) is not None
    if phrase in ("over", "above", "within", "under", "below"):
        return _PLACED.search(head) is not None
    if phrase == "down to":
        # "from 3 s down to 1 s" is where a change ends, and no bound
        return _ENDS.search(head) is not None
    if phrase == "order of":
        return head.endswith(("the", "an", "by"))
    return False


_PER_AFTER = Lazy(
    rf"{_S}?(?:per|/|a|(?:for|on|in|by|from|of){_S}(?:each|every|an?|one|a{_S}single)){_S}?(?:(?:NVIDIA|AMD|[ABHLPV]\d{{2,3}}S?){_S})?"
    rf"(GPU|device|card|node|chip|token|layer|image|sample|step|core|user|stream|stage|replica|worker|expert|parameter|"
    rf"param|weight|element|value|iteration|request|query|epoch|second|inference|sequence|batch|link|port|direction|"
    rf"[ABHLPV]\d{{2,3}}S?)(?![A-Za-z0-9])"
)
_PER_BEFORE = Lazy(
    rf"(?:[Ee]ach|[Ee]very|[Pp]er|[Ss]ingle|[Oo]ne){_S}(?:[A-Z][\w-]*{_S})?(GPU|device|card|node|chip|accelerator|[ABHLPV]\d{{2,3}}S?)(?![A-Za-z0-9])[^.;]*$"
)
_OF_ALL = Lazy(r"\b(?:total|totall?ing|altogether|aggregate|overall|combined)\b")
_EACH = Lazy(rf"{_S}?each\b|{_S}?apiece")
_SAME = {
    "device": "gpu", "card": "gpu", "param": "parameter", "weight": "parameter", "iteration": "step",
}  # fmt: skip
_LEADS = ("ach ", "very ", "er ", "ingle ", "ne ")


def per(text: str, start: int, end: int) -> str:
    """What a number is stated per: "per GPU" and "each" bind its scale."""
    after = text[end : end + 1]
    if after and after in " \t\n\u2009\u202f\u00a0/":
        if match := _PER_AFTER.match(text, end):
            word = match.group(1).lower()
            if word[1:2].isdigit():
                return "gpu"
            return _SAME.get(word, word)
        if _EACH.match(text, end):
            return "each"
    head = text[max(0, start - 48) : start]
    if any(lead in head for lead in _LEADS) and (match := _PER_BEFORE.search(head)):
        if _OF_ALL.search(match.group()):
            return ""  # "each node has 8 GPUs, for a total of 128": the second number is of all
        if match.group()[1:3] == "er" and re.search(r"\d", head[: match.start()]):
            return ""  # "8 GPUs per node and 16 nodes": the first number is per node
        return "node" if match.group(1) == "node" else "gpu"
    return ""


_IN_UNIT = Lazy(r"(?:/|per )(GPU|device|chip|TPU|accelerator|user|node)(?:/s|/sec|/second|/h)?$")


def per_in_unit(surface: str) -> str:
    """What the unit itself is per: "tokens/s/GPU", "TFLOP/s per GPU"."""
    if "/" not in surface and "per " not in surface:
        return ""
    match = _IN_UNIT.search(surface)
    if not match:
        return ""
    word = match.group(1).lower()
    return word if word in ("user", "node") else "gpu"
