"""How many bits a value has, as sentences say it: "FP16", "4-bit", "Q4_K_M", "2 bytes per weight"."""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.patterns import Lazy
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Width:
    """Bits that a value has.

    Attributes
    ----------
    name : str
        As written ("FP16", "4-bit").
    bits : float
        Of one value, scales left out.
    most : float
        With the scales and the tensors that such a format leaves wide.
    cache : bool
        Whether it is said of a key-value cache.
    start, end : int
        In the text.
    """

    name: str
    bits: float
    most: float
    cache: bool
    start: int
    end: int


_NUMBER = {"one": 1, "two": 2, "three": 3, "four": 4, "eight": 8, "sixteen": 16}
_FORMAT = Lazy(
    r"(?<![\w.-])(?:(?P<sixteen>BF16|FP16|bfloat16|float16|half[- ]precision|F16)|(?P<double>FP64|float64|double[- ]precision)|"
    r"(?P<single>FP32|TF32|float32|single[- ]precision|full[- ]precision)|(?P<eight>M?X?FP8|E4M3|E5M2|INT8)|(?P<four>INT4|NF4|MXFP4|NVFP4|FP4)|"
    r"INT(?P<int>[2356])|W(?P<w>\d{1,2})A\d{1,2}|Q(?P<q>[2-8])_\w+|"
    r"(?P<each>\d+(?:\.\d+)?|one|two|three|four|eight|sixteen)[- ](?P<unit>bits?|bytes?|B)(?P<of>(?:[- ](?:per|a|/)[- ]?|/)(?:param\w*|weights?|elements?|values?|entry|entries|scalar|number))?)(?![\w])",
    re.I,
)
_CACHE_BEHIND = Lazy(r"[- ](?:\w+[- ])?(?:KV|key[- ]value|keys)|[- ]cache", re.I)
_CACHE_BEFORE = Lazy(r"\b(?:KV|key[- ]value)[- ]?caches?\b(?:\s+(?:is|are|kept|stored|held|in|at|of|to|as|an?)){0,4}\s$", re.I)  # fmt: skip
# Said of what computes, or of something that lies elsewhere.
_ASIDE = Lazy(
    r"[- ](?:activations?|accumulat\w*|arithmetic|comput\w*|GEMMs?|MACs?|multipl\w*|tensor[- ]cores?|TOPS|T?FLOPS?|peak|master|moments?|optimi[sz]er|integers?|bus|link|CPU|machine|counter|training|throughput)\b",
    re.I,
)


@lru_cache(maxsize=8192)
def widths(text: str) -> tuple[Width, ...]:
    """Widths of values that a text names, in order, those of arithmetic left out."""
    out = []
    for m in _FORMAT.finditer(text):
        if _ASIDE.match(text, m.end()):
            continue
        bits, most = _bits(m)
        if not 0 < bits <= 64:
            continue
        behind = _CACHE_BEHIND.match(text, m.end())
        cache = bool(behind or _CACHE_BEFORE.search(text[max(0, m.start() - 60) : m.start()]))
        out.append(Width(m.group(), bits, most, cache, m.start(), m.end()))
    return tuple(out)


def _bits(m: re.Match[str]) -> tuple[float, float]:
    """Bits of a match, and the most that such a format takes."""
    if m.group("each"):
        word = m.group("each").lower()
        value = float(_NUMBER[word]) if word in _NUMBER else float(word)
        if not m.group("unit").lower().startswith("bit"):
            # "2 B" alone is a size, "2-byte" and "2 bytes per weight" are widths
            said = m.group("of") or m.group()[len(m.group("each"))] == "-"
            return (8 * value, 8 * value) if said else (0.0, 0.0)
        if m.group("of"):
            return value, 1.05 * value
        return (value, value) if value >= 16 else (value, value + 1.6)
    if m.group("sixteen"):
        return 16.0, 16.0
    if m.group("single"):
        return 32.0, 32.0
    if m.group("double"):
        return 64.0, 64.0
    low = 8.0 if m.group("eight") else 4.0 if m.group("four") else 0.0
    low = low or float(m.group("int") or m.group("w") or m.group("q"))
    return (low, low) if low >= 16 else (low, low + 1.6)
