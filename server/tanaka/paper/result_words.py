"""Words of results: the metrics, names and stems of a phrase, and what of it can be compared."""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.patterns import Lazy

_METRIC_OF = {
    "throughput": "throughput", "goodput": "goodput", "qps": "throughput", "rps": "throughput", "tps": "throughput",
    "faster": "speed", "fast": "speed", "slower": "speed", "speedup": "speed", "speedups": "speed", "speed": "speed",
    "speeds": "speed", "slowdown": "speed", "accelerates": "speed", "acceleration": "speed", "accelerate": "speed",
    "quicker": "speed", "performance": "speed", "outperforms": "speed", "speed-up": "speed", "speed-ups": "speed",
    "latency": "latency", "latencies": "latency", "ttft": "ttft", "tpot": "tpot", "itl": "tpot", "tbt": "tpot",
    "time": "time", "times": "time", "runtime": "time", "duration": "time", "makespan": "time", "jct": "time",
    "memory": "memory", "footprint": "memory", "vram": "memory", "energy": "energy", "power": "power",
    "traffic": "traffic", "communication": "traffic", "volume": "traffic", "bandwidth": "bandwidth",
    "accuracy": "accuracy", "bleu": "bleu", "f1": "f1", "perplexity": "perplexity", "ppl": "perplexity", "rouge": "rouge",
    "wer": "wer", "recall": "recall", "precision": "precision", "loss": "loss", "error": "error", "errors": "error",
    "mfu": "utilization", "hfu": "utilization", "utilization": "utilization", "utilisation": "utilization",
    "occupancy": "utilization", "hit": "hit rate", "hits": "hit rate", "misses": "miss rate", "miss": "miss rate",
    "acceptance": "acceptance", "cost": "cost", "costs": "cost", "price": "cost", "cheaper": "cost", "bubble": "bubble",
    "bubbles": "bubble", "overhead": "overhead", "overheads": "overhead", "area": "area", "compression": "compression",
    "flops": "compute", "stall": "stall", "stalls": "stall", "idle": "idle", "storage": "memory", "efficiency": "efficiency",
    "size": "size", "carbon": "carbon", "emissions": "carbon", "step": "time", "steps": "time",
    "shorter": "time", "shortens": "time", "quickly": "speed", "quality": "quality",
    "false": "false positives", "fp": "false positives", "fpr": "false positives",
}  # fmt: skip
_TTFT = Lazy(r"time[- ]to[- ]first[- ]token|first[- ]token latency", re.I)
_TPOT = Lazy(r"time per (?:output )?token|inter-?token latency|time between tokens", re.I)
_RATE = Lazy(
    r"\b(?:request|token|query|decod\w+|serving|generation|training|sampl\w+|image|frame) rates?\b|\bgoodput\b",
    re.I,
)
_OBJECTIVE = Lazy(
    r"\b(?:latency|time|TTFT|TPOT|accuracy|quality|memory|power|error|cost|recall)[ -]"
    r"(?:objectives?|SLOs?|targets?|constraints?|budgets?|bounds?|limits?|requirements?)\b|\bper (?:training )?steps?\b"
)
"""What a value is held under is no metric of it: "the highest rate under the latency objective"."""
_TAIL = Lazy(r"\b[pP]\s?(?:50|90|95|99|999|99\.9)\b|\btail\b")
_GENERIC = {"speed": frozenset({"throughput", "goodput", "time", "latency", "ttft", "tpot"}),
            "time": frozenset({"latency", "stall", "idle"}), "efficiency": frozenset({"utilization", "energy"})}  # fmt: skip


SCORES = frozenset(
    {"accuracy", "bleu", "f1", "perplexity", "rouge", "wer", "recall", "precision", "loss", "error"}
)
"""Metrics whose values are mostly bare."""
_LEVELS = SCORES | {"utilization", "hit rate", "miss rate", "acceptance"}
_OF_UNIT = {
    "s": frozenset({"time", "latency", "ttft", "tpot", "stall", "idle", "overhead"}),
    "byte": frozenset({"memory", "traffic", "size"}), "J": frozenset({"energy"}), "W": frozenset({"power"}),
    "USD": frozenset({"cost"}), "device-s": frozenset({"compute", "cost"}), "byte/s": frozenset({"bandwidth", "throughput", "traffic"}), "score": SCORES,
}  # fmt: skip


def metric_of_unit(unit: str) -> frozenset[str]:
    """The metric that a base unit is of, where it is of one."""
    name = {"s": "time", "J": "energy", "W": "power", "USD": "cost"}.get(unit)
    name = name or ("throughput" if unit.endswith("/s") and unit != "byte/s" else "")
    return frozenset({name}) if name else frozenset()


def of_unit(metrics: frozenset[str], unit: str) -> frozenset[str]:
    """Those metrics that can have a unit; the metric of the unit where there is none."""
    allowed = _OF_UNIT.get(unit)
    if allowed is None and unit.endswith("/s"):
        allowed = frozenset({"throughput", "goodput"})
    if allowed is None:
        return metrics
    return metrics & allowed or metric_of_unit(unit)


def is_level(metrics: frozenset[str]) -> bool:
    """Whether percentages of these metrics are values, and not by how much something differs."""
    return bool(metrics & _LEVELS)


def compatible(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of metrics may be of one; what names none may be of any."""
    if not a or not b or a & b:
        return True
    return any(y in _GENERIC.get(x, ()) or x in _GENERIC.get(y, ()) for x in a for y in b)


_COMMON = frozenset({
    "when", "with", "from", "that", "this", "than", "then", "over", "into", "onto", "their", "these", "those", "which",
    "while", "compar", "compared", "using", "used", "also", "only", "more", "most", "less", "such", "each", "both",
    "across", "achieve", "achiev", "yield", "result", "reach", "provide", "provid", "deliver", "show", "improve",
    "improv", "respectively", "approach", "method", "system", "work", "paper", "have", "been", "they", "where",
    "between", "other", "same", "factor", "time", "about", "reduc", "reduce", "increas", "increase", "higher", "lower",
    "averag", "average", "table", "figure", "section", "need", "tak", "us", "requir", "consum", "evaluation", "overall",
    "just", "even", "thus", "hence", "therefor", "here", "however", "moreover", "already", "further", "itself", "still", "indeed",
})  # fmt: skip
TOKEN = Lazy(r"[A-Za-z](?:[A-Za-z0-9+@]|[-_/](?=[A-Za-z0-9])|\.(?=\d))*")
_NO_NAMES = frozenset({
    "table", "tables", "figure", "figures", "section", "we", "our", "the", "in", "on", "a", "an", "gpu", "gpus", "cpu",
    "cpus", "ttft", "tpot", "itl", "mfu", "hfu", "bleu", "f1", "ppl", "wer", "gb", "mb", "tb", "gib", "mib", "kb", "ms",
    "tflops", "gflops", "pflops", "tflop/s", "gb/s", "tb/s", "fig", "tab", "sec", "eq", "appendix", "it", "this", "these",
    "kv", "llm", "llms", "dnn", "dnns", "kwh", "mwh", "pp", "i", "slo", "api", "em", "rouge", "map", "ml", "ai", "nlp",
    "moe", "jct", "hbm", "dram", "flops", "flop", "sota", "qps", "rps", "usd", "kw", "w", "j", "s", "x",
})  # fmt: skip
_PIECE = Lazy(r"[a-z]+|\d+(?:\.\d+)?")
_IDLE = frozenset({
    "need", "take", "use", "require", "occupy", "occupie", "consume", "have", "has", "is", "are", "wa", "was", "were", "be", "been",
    "get", "got", "now", "then", "also", "still", "only", "just", "even", "thus", "hence", "therefore", "here", "however", "moreover",
    "already", "about", "up", "further", "itself", "indeed", "clearly", "notably", "importantly",
})  # fmt: skip
"""Words that say nothing of what a number is of: a sentence that is reworded with them states the same."""


@lru_cache(maxsize=4096)
def spelled(text: str) -> str:
    """Words and digits of a phrase with spaces around each: "LLaMA-13B" and "Llama 13b" are alike.

    Idle words are left out.
    """
    words = (
        w[:-1] if w.endswith("s") and len(w) > 3 and not w.endswith("ss") else w
        for w in _PIECE.findall(text.lower())
    )
    return f" {' '.join(w for w in words if w not in _IDLE)} "


def metrics_of(text: str) -> frozenset[str]:
    """Metrics that a phrase names."""
    if _OBJECTIVE.search(text):
        text = _OBJECTIVE.sub(" ", text)
    found = {m for w in TOKEN.findall(text) if (m := _METRIC_OF.get(w.lower()))}
    if (not found and "per second" in text) or _RATE.search(text):
        found.add("throughput")
    if not found and _TAIL.search(text):
        found = {"latency"}
    if "oken" in text:
        if _TTFT.search(text):
            found = (found - {"time", "latency"}) | {"ttft"}
        elif _TPOT.search(text):
            found = (found - {"time", "latency"}) | {"tpot"}
    return frozenset(found)


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    return re.sub(r"(?:ings?|ed|es|s|e)$", "", word)


def stems(tokens: list[tuple[int, str]]) -> frozenset[str]:
    """Stems of the telling words of four letters or more among tokens with their places."""
    found: set[str] = set()
    for _, t in tokens:
        low = t.lower()
        parts = (
            [w for w in low.split("-") if len(w) >= 4]
            if "-" in low and low.replace("-", "").isalpha()
            else []
        )
        if parts:
            found.update(map(_stem, parts))
        elif len(low) >= 4:
            found.add(_stem(low))
    return frozenset(found - _COMMON)


def names_of(tokens: list[tuple[int, str]]) -> frozenset[str]:
    """Names among tokens with their places, spelled: what is capital inside a sentence, or has digits."""
    found = []
    for at, t in tokens:
        low = t.lower()
        if low in _NO_NAMES or low in _METRIC_OF or len(t) < 2:
            continue
        inner = any(c.isupper() for c in t[1:]) or any(c.isdigit() for c in t)
        if inner or (at and t[0].isupper()):
            found.append(spelled(t).strip())
    return frozenset(found)
