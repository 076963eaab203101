"""What a number of a set-up is called in its sentence, and of what it is an attribute."""

from __future__ import annotations

from tanaka.paper.attribute.clauses import (
    SUBJECT,
    bounds,
    entity_of,
    of_a_place,
    place_of,
    singular,
)
from tanaka.paper.attribute.names import before, behind, group_size
from tanaka.patterns import Lazy
from tanaka.quantity import Kind, Reading

_PLACES = Lazy(r"(?:node|server|machine|host|worker|instance|box|computer)$")
_PARTS = Lazy(r"(?:gpu|device|accelerator|card|chip)$")
_LANGUAGE = Lazy(
    r"\s*(?:of (?:\w+ )?)?(c\+\+(?: and cuda|/cuda)?|python|cuda|rust|go|java|scala|c|triton|verilog)(?![\w+])"
)
_LINK_NAME = Lazy(
    r"(?<![\w-])(nic|infiniband|ethernet|nvlink|nvswitch|pcie|roce|slingshot|efa|ici)s?(?![\w-])"
)
_HAS_A = Lazy(r"(?<![\w-])(?:has|have|with|and|one|an?|two|four|eight)\s*$")
_JOINED = Lazy(
    r"(?<![\w-])(?:connected|interconnected|linked|networked|communicate|attached|equipped)(?: with| by| via| over| to| through| using)*(?: an?| the)?\s*$"
)
_MEMORY = Lazy(
    r"\s*(?:of )?(?:\w+ )?(?:hbm\w*|memory|dram|ram|gddr\w*|device memory|gpu memory|host memory|main memory)(?![\w-])"
)
_IN_PLACES = frozenset(("gpus", "cores", "cpus", "threads", "ports"))
_SOCKETS = Lazy(
    r"(?<![\w-])(socket|cpu|processor|numa domain|gpu|card|chip)s?(?: \S+)?,? (?:each )?(?:with|of|having|has|have|provid\w+|contains?)\s*$"
)
_ACTIVE = Lazy(
    r"\s*(?:parameters |of which )?(?:(?:are|is|being) )?(?:activ|per token|for each token)"
)
_ACTIVATES = Lazy(
    r"(?<![\w-])(?:activat(?:es?|ing)|selects?|routes? (?:each token )?to)(?: only| the top)?\s*$"
)
_HOST_MEMORY = Lazy(
    r" (?:of )?(?:ddr\d? )?(?:dram|ram|host memory|main memory|system memory|cpu memory)(?![\w-])"
)
_SIZED_OF = Lazy(
    r"(?<![\w-])(?:an?|each|every|one) ((?!(?:[\w-]+ )?(?:total|size|capacity|bandwidth|memory|footprint|peak|maximum|rate|speed|reduction|increase|saving|"
    r"overhead|limit|budget|average|minimum|mean|working|pool|amount|volume|gain|cost|use|usage|message|payload|transfer|chunk|part|fraction|batch|file)(?:\s|$))"
    r"(?:[a-z][\w-]* )?[a-z][\w-]*) of\s*$"
)
_PART = r"((?:rtx|gtx) ?\d{4}(?: ?ti)?|[abhvtp]\d{2,3}s?|l40s?|l4|mi\d{3}x?|gh200|gb200|tpu ?v\d\w?|jetson(?: \w+){0,2}|orin)(?:[- ](?:gpus?|cards?|accelerators?|sxm\d?|pcie))*"
_PART_BEFORE = Lazy(
    rf"(?<![\w-]){_PART}(?: \((?:[\d.,]+ ?[gt]i?b,? (?:and )?)?| (?:has|have|with|offers?|provides?|features?|delivers?)(?: its| a bandwidth of| a memory bandwidth of| only)? (?:[\d.,]+ ?[gt]i?b(?: of \w+)?,? (?:and )?)?)$"
)
_PART_AFTER = Lazy(rf"(?: of (?:hbm\w*|memory|gddr\w*))? of (?:an?|the|each|one) {_PART}(?![\w-])")


def call_of(low: str, r: Reading) -> tuple[str, str, int]:
    """Name and entity of what a reading states, and where the words of the name begin."""
    q = r.quantity
    if q.unit == "byte":
        if grouped := group_size(low, r):
            return grouped, "", r.start
        if part := part_of(low, r):
            return "memory", part, r.start
        return (*_size(low, r), r.start)
    if q.unit == "byte/s" and (part := part_of(low, r)):
        return "bandwidth", part, r.start
    if q.unit in ("byte/s", "bit/s"):
        return (*_link(low, r), r.start)
    if q.unit.startswith("USD"):
        named = "price" if q.unit == "USD/s" else ""
        return named, "gpu" if "gpu" in low[r.start : r.end + 20] else "", r.start
    if q.unit == "s":
        m = SUBJECT.match(low[bounds(low, r)[0] : r.start])
        if (
            m
            and m["np"].split()[-1] in ("trace", "traces", "log", "workload")
            and m["verb"] in ("spans", "covers", "span", "cover")
        ):
            return "span", m["np"], r.start
        return "", "", r.start
    if q.unit != "1":
        return "", "", r.start
    if grouped := group_size(low, r):
        return grouped, "", r.start
    name, at = before(low, r.literal_start)
    counted = behind(low, r)
    if (
        name
        and counted
        and name.endswith("steps") != counted.endswith("steps")
        and counted not in ("tokens", "sequences", "samples", "entries", "pages")
    ):
        name = ""
    if counted == "steps" and "warm" in low[max(0, r.start - 36) : r.start]:
        return "warm-up steps", "", r.start
    if not name:
        name, at = counted, r.start
    if not name and r.kind is Kind.PARAM_COUNT and _ACTIVE.match(low, r.end):
        name = "parameters"
    if name == "parameters" and (
        _ACTIVE.match(low, r.end) or _ACTIVATES.search(low[max(0, r.start - 24) : r.start])
    ):
        name = "parameters activated"
    if name in ("experts", "routed experts") and (
        _ACTIVE.match(low, r.end) or _ACTIVATES.search(low[max(0, r.start - 24) : r.start])
    ):
        return "experts activated", "", at
    if name == "lines of code":
        language = _LANGUAGE.match(low, r.end)
        return name, language.group(1) if language else entity_of(low, r, at), at
    if name == "cpus" and low.startswith((" core", "-core"), r.end):
        name = "cores"
    if name in _IN_PLACES and (socket := _SOCKETS.search(low[bounds(low, r)[0] : r.start])):
        return f"{name} per {socket.group(1)}", "", at
    if name in _IN_PLACES and (r.per in ("each", "node") or of_a_place(low, r)):
        return f"{name} per node", place_of(low, r), at
    if name == "pipeline stages":
        name = "stages"
    return name, entity_of(low, r, at), at


def _size(low: str, r: Reading) -> tuple[str, str]:
    """A size in bytes: the memory of a part or a machine, or the size of a named object."""
    start = bounds(low, r)[0]
    m = SUBJECT.match(low[start : r.start])
    if _HOST_MEMORY.match(low, r.end):
        return "host memory", ""
    if not m or m["gap"].strip() not in ("", "a size of", "a capacity of"):
        of = _SIZED_OF.search(low[start : r.start])
        return ("size", singular(of.group(1))) if of and not _MEMORY.match(low, r.end) else ("", "")
    np = m["np"]
    memory = _MEMORY.match(low, r.end)
    if _PARTS.search(np) or _PLACES.search(np) or Lazy(r"^[abhvptl]\d{2,3}$").search(np):
        if _PLACES.search(np):
            return ("host memory", "") if memory else ("", "")
        return (
            ("memory", np)
            if memory and m["verb"] not in ("uses", "use", "used", "takes", "consumes", "keeps")
            else ("", "")
        )
    if m["verb"] in ("uses", "use", "used", "holds", "consumes", "with", "keeps", "runs") or memory:
        return "", ""
    return "size", singular(np)


def part_of(low: str, r: Reading) -> str:
    """The named part whose memory or bandwidth a number gives: "an RTX 4090 (24 GB, 1,008 GB/s)"."""
    m = _PART_BEFORE.search(low[max(0, r.start - 70) : r.start]) or _PART_AFTER.match(low, r.end)
    return "" if m is None or r.per in ("port", "link") else m.group(1).rstrip("s")


def _link(low: str, r: Reading) -> tuple[str, str]:
    """A speed of a named link that connects the paper's machines."""
    name = _LINK_NAME.search(low, r.end, min(len(low), r.end + 24)) or _LINK_NAME.search(
        low, max(0, r.start - 24), r.start
    )
    if name and name.group(1) == "nic" and _HAS_A.search(low[max(0, r.start - 40) : r.start]):
        return "link speed", "nic"
    if not name or not _JOINED.search(low[max(0, r.start - 60) : r.start]):
        return "", ""
    return "link speed", name.group(1)
