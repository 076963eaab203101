"""Times of collectives in tables: message size and time of the line, ends and link of the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.collective import CUES, KINDS
from tanaka.paper.physics.exchange import SMALLER
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Entry, Line, asserted, lines, plain

_SIZE = Lazy(
    r"^\W*(?:(?:message|buffer|payload|data|tensor|gradients?|msg\.?|input|transfer)\s(?:sizes?|volume)|sizes?|message|payload|buffer|bytes|volume)\b(?!\s?(?:per|/))",
    re.I,
)
_SENT = Lazy(
    r"^\W*(?:gradients?|messages?|payload|buffers?|exchanged|sent)\b(?!\s?(?:per|/))", re.I
)
_MODEL_SIZE = Lazy(r"^\W*(?:model|weights?)(?:\s(?:size|bytes))?\b", re.I)
_TIME = Lazy(r"\b(?:time|latency|duration|took|runtime|completion)\b|\(\s?(?:ms|s|us|µs|μs)\s?\)", re.I)  # fmt: skip
# Of less than the whole, or of more than the links.
_ELSE = Lazy(
    r"\bbandwidth|\bBW\b|\bspeed-?up|\boverhead|\bexposed\b|\bstep\b|\biteration\b|\bepoch|\bcompute\b|\bstart-?up\b|\bfirst\b|\bper[- ](?:layer|chunk|bucket|step|token|hop|stage)\b|"
    r"\bestimat\w*|\bpredict\w*|\bsimulat\w*|\bmodell?ed\b|\btheor\w*|\bideal\b|\bbound\b|\bspars\w*|\bcompress\w*|\bquanti[sz]\w*|\btop-?k\b|\bSwitch\w*|\boptical\b|\bin-network\b|\bchiplet\w*|\bwafer\b|"
    r"\b(?:\d-?bit|FP8|INT8|INT4)\b|\bsaved?\b|\bsaving\w*|\breduction\b|\bdelta\b|\bdifference\b|\bCPU\b|\bhost\b|\bintra\b",
    re.I,
)
_MEASURED = Lazy(r"\b(?:achiev|measur|attain|effective|observ|sustain|memory|HBM|DRAM|bus ?b|alg)\w*", re.I)  # fmt: skip
_RANKS = Lazy(r"^\W*(?:#|no\.?|num(?:ber)?)?\s*(?:of\s)?(?P<who>GPUs?|ranks?|workers?|devices|processes|nodes?|machines|servers)\W*$", re.I)  # fmt: skip
_LINK = Lazy(
    r"^\W*(?:link|network|NIC|line|interconnect|fabric)\b(?:\s(?:rate|speed|bandwidth|capacity))?",
    re.I,
)
_RING = Lazy(r"\bring\b(?!\s(?:attention|buffer))", re.I)
_NETWORK = Lazy(
    r"\bNICs?\b|\bEthernet\b|\bInfiniBand\b|\bIB\b|\bnetwork\w*|\bRoCE\b|\bRDMA\b|bps\b|b/s\b|\binter-node\b|\bcluster"
)
_PORTS = Lazy(
    r"\b(?P<n>one|a single|single|two|four|eight|\d{1,2})\s(?:[\w./-]+\s){0,3}?(?:NICs?|HCAs?|ports?|adapters?|links?|rails?)\s(?:in|per|of|for|on|at)?\s?(?:each\s|every\s|an?\s)?(?P<who>node|machine|server|GPU|rank)\b",
    re.I,
)
_EACH_RANK = Lazy(r"\b(?:per|for each|for every|each|every)[ -](?:GPU|rank|device|accelerator|worker)\b|/\s?GPU\b|\bNICs\b|\brails?\b|\bmulti-?rail\b", re.I)  # fmt: skip
_BETWEEN_NODES = Lazy(
    r"\b(?:nodes|servers|machines|hosts|cluster|testbed|network|Ethernet|InfiniBand)\b", re.I
)
_INSIDE = Lazy(r"\bNVLink\b|\b(?:inside|within|in|of|on) (?:a|one|the|a single|each) (?:node|server|machine)\b|\bintra\b", re.I)  # fmt: skip
_FAST = 20e9
_COUNTS = {"one": 1, "a single": 1, "single": 1, "two": 2, "four": 4, "eight": 8}
_NODES = Lazy(r"nodes?|machines|servers", re.I)


def collective_rows(paper: Paper) -> Iterator[Physical]:
    """Claims of all lines of tables of one collective that state a size and a time."""
    for table in paper.tables:
        if _ELSE.search(table.caption) or not any(p.search(" ".join((table.caption, *table.header, *table.stubs))) for p in KINDS.values()):  # fmt: skip
            continue
        for line in lines(paper, table):
            if _ELSE.search(line.said):
                continue
            for entry in line.entries:
                claim = _claim(paper, table, line, entry)
                if claim is not None:
                    yield claim


def _claim(paper: Paper, table: Table, line: Line, entry: Entry) -> Physical | None:
    label = entry.label
    if not plain(entry.number, "s") or entry.cell.also or _ELSE.search(label):
        return None
    if not (_TIME.search(label) or _TIME.search(table.caption)):
        return None
    kind = line.one(entry, _kinds)
    payload = line.only(_SIZE, lambda n: plain(n, "byte"))
    if payload is None:
        payload = line.only(_SENT, lambda n: plain(n, "byte"))
    if payload is None and kind == "broadcast":
        payload = line.only(_MODEL_SIZE, lambda n: plain(n, "byte"))
    if not kind or payload is None:
        return None
    everything = f"{label} | {line.said} | {table.caption}"
    given: list[tuple[str, NumberId]] = [("payload", payload.id)]
    named: list[tuple[str, str]] = [("kind", kind)]
    at, link = _link(paper, line, entry)
    who = _ends(paper, line)
    if (at is None and not link) or (kind != "broadcast" and not who):
        return (
            _by_set_up(kind, payload, entry, who, everything) if at is None and not link else None
        )
    given += [("link", at), *who] if at is not None else who
    named += link
    cues = {c for c, p in CUES.items() if p.search(everything)} | {"named"}
    if _RING.search(everything):
        cues.add("ring")
    if at is not None and _NETWORK.search(everything):
        cues.add("network")
    counted: tuple[tuple[str, float], ...] = ()
    ports = list(_PORTS.finditer(table.caption)) if at is not None or named[-1][0] == "link" else []
    if (
        kind == "broadcast"
        and not ports
        and at is not None
        and paper.number(at).quantity.point >= _FAST
    ):
        return None  # a node often has several of these
    if len(ports) == 1:
        word = ports[0]["n"].lower()
        counted = (("links", float(_COUNTS.get(word) or word)),)
        cues |= {"each", "network"}
        named.append(("holder", "rank" if ports[0]["who"].lower() in ("gpu", "rank") else "node"))
    elif at is not None and _EACH_RANK.search(everything):
        named.append(("holder", "rank"))
    # a caption, or the text, may say more of what a column has: nothing is proven
    return Physical(
        "collective", entry.number.id, tuple(given), tuple(named), counted, frozenset({"table"}), frozenset(cues),
        asserted(entry.number, payload),
    )  # fmt: skip


def _by_set_up(
    kind: str, payload: Number, entry: Entry, who: list[tuple[str, NumberId]], said: str
) -> Physical | None:
    """A row whose link is the set-up's: between nodes, as far as the words say so."""
    if not (_BETWEEN_NODES.search(said) or any(role == "nodes" for role, _ in who)):
        return None
    if _INSIDE.search(said) or SMALLER.search(said) or kind == "all-to-all":
        return None
    cues = {c for c, p in CUES.items() if p.search(said)} | {"dense"}
    if _RING.search(said):
        cues.add("ring")
    named = (("kind", kind), ("level", "between"))
    return Physical(
        "exchange", entry.number.id, (("payload", payload.id), *who), named, (), frozenset({"table"}), frozenset(cues),
        asserted(entry.number, payload),
    )  # fmt: skip


def _kinds(text: str) -> tuple[str, ...]:
    return tuple(name for name, p in KINDS.items() if p.search(text))


def _link(paper: Paper, line: Line, entry: Entry) -> tuple[NumberId | None, list[tuple[str, str]]]:
    """The rate of the link, or the names that tell it; neither where two could be meant."""
    caption = line.table.caption
    own = line.only(_LINK, lambda n: plain(n, "byte/s"))
    if own is not None:
        return own.id, []
    if any(n.quantity.unit == "byte/s" for n in (paper.number(i) for i in line.table.heads)):
        return None, []
    rates = [n for n in (paper.number(i) for i in line.table.stated) if n.quantity.unit == "byte/s"]
    if rates:
        # "over 100 Gb/s" may be read as more; the bound leaves room for it
        sure = (
            len(rates) == 1
            and not isinstance(rates[0].quantity.value, tuple)
            and not _MEASURED.search(caption)
        )
        return (rates[0].id if sure else None), []
    said = f"{entry.label} | {line.said} | {caption}"
    links = {same_name(e.name): e.name for e in entities(said) if e.kind is EntityKind.LINK}
    fast = [n for n in links.values() if "nvlink" in n.lower()]
    if len(links) - len(fast) == 1 and not fast:
        return None, [("link", next(iter(links.values())))]
    device = line.part(entry)
    if device and len(links) == len(fast) and not _NETWORK.search(said):
        return None, [("device", device)]
    return None, []


def _ends(paper: Paper, line: Line) -> list[tuple[str, NumberId]]:
    """What counts nodes and devices: a column, else the caption."""
    found: dict[str, list[Number]] = {}
    for e in line.entries:
        m = _RANKS.search(e.label)
        if m and _counts(e.number):
            found.setdefault("nodes" if _NODES.match(m["who"]) else "devices", []).append(e.number)
    if not found:
        for n in (paper.number(i) for i in line.table.stated):
            if n.noun in ("gpu", "replica", "node") and _counts(n):
                found.setdefault("nodes" if n.noun == "node" else "devices", []).append(n)
    if any(len(numbers) > 1 or numbers[0].per for numbers in found.values()):
        return []
    if len(found) == 2:
        del found["devices"]  # of all nodes, or of each
    return [(role, numbers[0].id) for role, numbers in found.items()]


def _counts(number: Number) -> bool:
    return plain(number, "1", 1.0) and number.quantity.point.is_integer()
