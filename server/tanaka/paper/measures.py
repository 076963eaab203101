"""Metrics as authors write them: one name for each, and which way is better.

Knows phrases only ("end-to-end latency", "peak memory footprint"); who claims what of a metric is
the business of `tanaka.paper.statements`.
"""

from __future__ import annotations

from functools import lru_cache

from tanaka.patterns import Lazy

# Name, whether higher is better (None where that depends), and its spellings in lower case.
_MEASURES: tuple[tuple[str, bool | None, str], ...] = (
    ("energy efficiency", True,
     r"(?:energy|power)(?: and area)?[- ]efficien(?:cy|t)|perf(?:ormance)?(?:/| per )watts?|tops/w|gops/w|tokens?(?:/j| per joule)"),
    ("cost efficiency", True, r"cost[- ](?:efficien(?:cy|t)|effective(?:ness)?)|perf(?:ormance)?(?:/| per )(?:dollars?|\$)"),
    ("efficiency", True, r"(?:memory|compute|computational|sample|data|parameter|hardware|resource|communication)[- ]efficien(?:cy|t)"),
    ("scaling efficiency", True, r"scaling efficiency|(?:strong|weak) scaling"),
    ("latency", False,
     r"time[- ]to[- ]first[- ]tokens?|first[- ]tokens?|time per (?:output )?token|time between tokens|ttft|tpot|tbt|itl|"
     r"latenc(?:y|ies)|response times?|service time|turnaround(?: time)?|round[- ]trip time|rtt"),
    ("step time", False,
     r"(?:(?:training|decode|decoding|mini-?batch|per)[- ])?(?:step|iteration)[- ]times?|time per (?:step|iteration)|"
     r"(?:step|iteration) (?:latency|duration)"),
    ("throughput", True,
     r"throughputs?|goodput|qps|rps|tps|(?:tokens?|tok|samples?|sequences|images|requests?|queries|frames|steps|iterations)"
     r"(?: ?/ ?s\b| per (?:second|sec)\b)|(?:serving|processing|request|token|training|inference|decoding|generation) rates?"),
    ("memory bandwidth", None, r"(?:memory|hbm|dram) bandwidths?"),
    ("bandwidth", None, r"(?:network |link |interconnect |communication )?bandwidths?"),
    ("traffic", False,
     r"(?:memory|dram|hbm|data|global memory|off-chip)[- ]accesses|(?:off-chip |global )?memory access|traffic|"
     r"(?:communication|data|network|transfer(?:red)?)(?: data)?[- ]volumes?|(?:data|memory) (?:movement|transfers?|copies)|"
     r"bytes (?:sent|moved|transferred|communicated)|payloads?|communicated data|data transferred|i/o volume"),
    ("communication", False, r"communication(?:s)?(?: costs?| times?| overheads?| latency)?"),
    ("energy", False, r"energy(?: (?:consumption|usage|use|cost|per \w+))?|joules?(?: per \w+)?"),
    ("emissions", False, r"(?:carbon |co2 )?(?:emissions|footprint of carbon)"),
    ("power", False, r"power(?: (?:consumption|usage|draw|use))?"),
    ("memory", False,
     r"memory(?: (?:usage|use|footprints?|consumption|requirements?|overhead|demands?|costs?|pressure))?|"
     r"kv[- ]caches?(?: (?:size|footprint|memory))?|cache (?:size|footprint|memory)|footprints?|storage(?: \w+)?|vram|activation memory"),
    ("hit rate", True, r"(?:cache )?hit[- ]rates?|acceptance(?: rates?)?"),
    ("miss rate", False, r"(?:cache )?miss(?:[- ]rates?|es)"),
    ("utilization", True, r"utili[sz]ations?|mfu|hfu|occupancy"),
    ("perplexity", False, r"perplexit(?:y|ies)|ppl"),
    ("error", False, r"errors?(?: rates?)?|wer"),
    ("accuracy", True,
     r"accurac(?:y|ies)|accurate|f1(?:[- ]scores?)?|bleu(?: scores?)?|recall|precision|auc|map|pass@\d+|win[- ]rates?|rouge(?:-\w)?"),
    ("quality", True, r"(?:model |output |image |generation )?quality"),
    ("training time", False, r"(?:pre-?)?training(?: wall[- ]clock)? times?|time[- ]to[- ](?:accuracy|train|convergence|solution)"),
    ("time", False,
     r"(?:execution|run|running|completion|inference|compute|computation|compilation|compile|prefill|decode|decoding|"
     r"processing|wall[- ]clock|cpu|gpu|kernel|generation|loading|start-?up|job completion|total|end-to-end|per-token|stall|idle|"
     r"waiting|queueing|transfer)[- ]?times?|wall[- ]?(?:clock[- ]?)?times?|wall[- ]clock|runtimes?|times?|makespan|durations?|jct|delays?"),
    ("cycles", False, r"(?:clock |machine )?cycles(?: counts?)?|cycle counts?"),
    ("bubble", False, r"(?:pipeline )?bubbles?(?: (?:time|ratio|fraction|size))?"),
    ("cost", False, r"(?:training |serving |inference |total |dollar |monetary )?costs?|prices?|expenses?|tco|expensive"),
    ("compute", False, r"flops?|computations?|compute|operations|macs|multiplications|gpu[- ]hours?"),
    ("parameters", None, r"param(?:eter)?s?(?: counts?)?"),
    ("size", None, r"(?:model |code |binary |file |checkpoint )?(?<!batch )sizes?"),
    ("area", False, r"(?:die |chip |silicon )?area"),
    ("compression", True, r"compression(?: ratios?| rates?)?"),
    ("context length", True, r"(?:context|sequence) (?:lengths?|windows?|sizes?)|(?:longer |larger )?contexts?"),
    ("speed", True, r"(?:(?:training|inference|decoding|generation|serving|processing|end-to-end)[- ])?speeds?"),
    ("performance", True, r"performance(?: portability)?"),
    ("efficiency", True, r"efficien(?:cy|t)"),
    ("overhead", False, r"overheads?"),
)  # fmt: skip
_PATTERN = Lazy(
    r"(?<![\w-])(?:" + "|".join(f"(?P<m{i}>{p})" for i, (_, _, p) in enumerate(_MEASURES)) + r")(?![\w])"
)  # fmt: skip
_NAME = {f"m{i}": name for i, (name, _, _) in enumerate(_MEASURES)}
_BETTER = {name: better for name, better, _ in _MEASURES}
# Words that only tell what is said of the metric beside them: "latency overhead", "memory size".
_LOOSE = frozenset({"overhead", "size", "performance", "efficiency", "speed", "compression"})
_LINK = Lazy(r"\s(?:of|in|on|for|at|with|by|per|over|under|from|to|across|when|between|during|using|while|than|that|which)\s")  # fmt: skip
# "The amount of traffic" is traffic; "the frequency of transfers" is none that is known.
_AMOUNT_OF = Lazy(r"(?:amount|use|usage|consumption|level|degree|sum|total|requirements?)\sof\s$")
_AND = Lazy(r"\s(?:and|or)\s|,|/|&")


@lru_cache(maxsize=4096)
def measures_in(phrase: str) -> tuple[str, ...]:
    """Metrics that a noun phrase speaks of: one by its head, several where they are listed.

    "Training throughput" is throughput, "the cost of communication" is cost, "latency and memory"
    are both; a phrase without a metric gives none.
    """
    phrase = phrase.lower()
    found = [(m.start(), m.end(), _NAME[m.lastgroup or "m0"]) for m in _PATTERN.finditer(phrase)]
    if not found:
        return ()
    cut = len(phrase)
    for link in _LINK.finditer(phrase):
        if not any(start < link.start() < end for start, end, _ in found):
            cut = link.start()
            break
    heads = [f for f in found if f[0] < cut]
    if not heads:
        return (found[0][2],) if _AMOUNT_OF.search(phrase[: cut + 4]) else ()
    out: list[str] = []
    for i, (_, end, name) in enumerate(heads):
        last = i == len(heads) - 1
        if last or _AND.search(phrase[end : heads[i + 1][0]]):
            if last and name in _LOOSE and i and not _AND.search(phrase[heads[i - 1][1] : end]):
                name = heads[i - 1][2]
            out.append(name)
    return tuple(dict.fromkeys(out))


def higher_is_better(measure: str) -> bool | None:
    """Whether more of a metric is better; None where that depends or it is not known."""
    return _BETTER.get(measure)


_OF_UNIT = {
    "s": "time", "byte": "memory", "J": "energy", "W": "power", "USD": "cost", "token/s": "throughput",
    "sample/s": "throughput", "request/s": "throughput", "FLOP/s": "throughput", "op/s": "throughput",
    "byte/s": "bandwidth", "op/J": "energy efficiency", "FLOP": "compute", "op": "compute",
}  # fmt: skip


def measure_of_unit(unit: str) -> str:
    """Metric that a value of a base unit is most likely of, or ""."""
    return _OF_UNIT.get(unit, "")
