"""Rates of tables that leave a role open: what line, column, group and caption say of each, as claims.

`throughput_rows` and `decode_rows` read tables that say it all.  A role that nothing here fills is
looked up by `open_rates`, at the friendliest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.catalog import find
from hwmodels.networks import find_network
from tanaka.paper.model import Number, NumberId, Paper, Physical, Table
from tanaka.paper.physics.rates import DECODES, PROMPTS, RELATION, TRAINS
from tanaka.paper.physics.throughput import CUES, UNITS
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules.roofline.decode_rows import ELSE, batch_of, context_of, format_of
from tanaka.rules.roofline.friendliest import system
from tanaka.rules.table_lines import (
    Entry,
    Line,
    asserted,
    counted_by_model,
    formats,
    lines,
    models,
    parts,
    plain,
)

_NOT = Lazy(
    r"\b(?:end-to-end|E2E|overall|combined|simulat\w*|estimat\w*|predict\w*|project\w*|theor\w*|roof\w*|bound\w*|limits?|ideal\w*|target\w*|tokeni[sz]\w*|data ?load\w*|loader|reward|rollouts?|RLHF|PPO|"
    r"kernels?|layers?|attention|LoRA|adapters?|hybrid|MoE|experts?|speech|replicas?|instances?|fleet|service|CPUs?|cores?|per dollar|USD|total tokens?|(?:prompts?|inputs?) and (?:outputs?|answers?)|(?:prompts?|inputs?) (?:included|counted)|arriv\w*|offered|requests? rate|goodput|SLOs?)\b|\$\s?/|/\s?(?:W|J|\$)|\bper (?:watt|joule)\b",
    re.I,
)
_PER_OTHERS = Lazy(r"\bper (?:node|stage|replica|host|core|server|machine|instance|layer|watt|joule)\b|/\s?(?:node|replica|host|core|layer)\b", re.I)  # fmt: skip
_PER_ONE = Lazy(r"\bper (?:user|request|sequence|stream)\b|/\s?(?:user|request|sequence|stream|s/user)\b", re.I)  # fmt: skip
_EACH = Lazy(r"\bper (?:GPU|device|chip|accelerator|card|TPU)\b|/\s?(?:GPU|device|chip|accelerator|card|TPU)\b|\b(?:each|a single|one) (?:GPU|device|card|accelerator)\b", re.I)  # fmt: skip
_COUNTS = Lazy(r"^\W*(?:#|no\.?|num(?:ber)?\.?|total)?\s*(?:of\s)?(?:GPUs?|TPUs?|devices|chips|accelerators|cards)(?:\s(?:count|used))?\W*$", re.I)  # fmt: skip
_COUNTS_ALSO = Lazy(r"\b(?:GPUs|TPUs|devices|chips|accelerators|cards)\W*$", re.I)
_COUNTED = Lazy(r"(?<![\w.,/-])(?P<n>\d{1,5}|one|two|four|eight)\s?(?:[×x]\s?)?(?:GPUs?|devices|accelerators|cards|chips|(?:NVIDIA )?(?P<part>[A-Z]{1,3}\d{1,4}[A-Z]?s?))\b", re.I)  # fmt: skip
_HARMLESS = Lazy(r"\((?:sum|summed|total|totals)\b[^)]*\)|\b(?:sum|summed|total) over (?:all|the) (?:requests|sequences|streams|batch)(?: of the batch)?|\bpeak (?:\w+ )?memory\b|\bmemory peaks?\b|\bfirst (?:stage|column|row|line)s?\b|\bserving (?=throughput|rate)|\b\w+ replicas\b(?=[,)])|\bper sequence\b|\b(?:one|a single|an?|each|the) (?:\w+ )?(?:instance|replica)\b", re.I)  # fmt: skip
# What explains a column harms no rate: these words count where a caption speaks of rates.
_OF_A_COLUMN = Lazy(
    r"\b(?:layers?|kernels?|attention|replicas?|instances?|experts?|data[- ]parallel\w*|first|requests?|users?|streams|peaks?|cores?|total|overall)\b",
    re.I,
)
_OF_RATES = Lazy(r"\bthroughputs?\b|\btok(?:en)?s?/s\b|\btokens (?:per|a) second\b|\brates?\b|\bspeeds?\b|\bimages/s\b", re.I)  # fmt: skip
_STOP = Lazy(r"(?<=[.;:])\s")
_TOKENS_EACH = Lazy(r"\b(?:tok(?:en)?s?/s|tokens (?:per|a) second|throughput|images/s)(?:,? (?:and|,) [\w/]+(?: [\w/]+)?){0,2} (?:per|of each|of one|for each) (?:GPU|device|card|accelerator)\b", re.I)  # fmt: skip
_NODES = Lazy(r"\b(?:nodes?|servers?|machines?|DGX|HGX|clusters?|instances?|systems?)\b")
_SPLIT = Lazy(r"\b(?:TP|PP|DP|EP)\s?=?\s?\d|\b(?:tensor|pipeline|data|expert)[- ]parallel\w*", re.I)
_WORDS = {"one": 1.0, "two": 2.0, "four": 4.0, "eight": 8.0}
SIZE = Lazy(
    r"(?<![\w.])(?P<n>\d{1,4}(?:\.\d{1,3})?)\s?(?P<s>[BM])\b(?![- ](?:\w+ )?(?:tokens?|samples?|images?|words?|documents?)\b)"
)
_ON = r"\b(?:on|with|over|using) (?:the |our |an? |one |single |all |\d+ |eight |four |two )*(?:NVIDIA |AMD )?"
_BATCHES = Lazy(r"\bbatch\w*|\bconcurren\w*|\busers?\b|\bstreams\b|\bsequences\b", re.I)
_PLACES = Lazy(r"^\W*(?:machines?|systems?|clusters?|platforms?|sites?|testbeds?)\W*$", re.I)
_A_NAME = Lazy(r"[A-Z][a-z]{2,}\w*")
_GROWS = Lazy(r"\b(?:speed-?ups?|relative|normali[sz]ed|ratio|improvement)\b", re.I)


def open_rows(paper: Paper) -> Iterator[Physical]:
    """Rates of tokens and images in tables that name what is done, or leave it to their section."""
    for table in paper.tables:
        caption = _of_rates(table.caption)
        if _NOT.search(caption) or ELSE.search(caption):
            continue
        if not any(c.number is not None and _rate(paper.number(c.number)) for row in table.rows for c in row):  # fmt: skip
            continue
        group = ""
        for line in lines(paper, table):
            group = line.name.strip() or group
            said = line.said if line.name.strip() else f"{group} | {line.said}"
            if _NOT.search(said) or ELSE.search(said):
                continue
            for entry in line.entries:
                claim = _claim(paper, table, line, entry, said)
                if claim is not None:
                    yield claim


def _of_rates(caption: str) -> str:
    """A caption without what is said of its other columns."""
    title, *rest = _STOP.split(_HARMLESS.sub(" ", caption))
    return " ".join(
        [title, *(s if _OF_RATES.search(s) else _OF_A_COLUMN.sub(" ", s) for s in rest)]
    )


def _rate(number: Number) -> bool:
    if plain(number, "token/s"):
        return True
    shown = number.quantity.shown_unit.removesuffix("/s").lstrip("kKM ")
    return plain(number, "sample/s") and shown in UNITS


def _claim(paper: Paper, table: Table, line: Line, entry: Entry, said: str) -> Physical | None:
    number, label = entry.number, entry.label
    own = f"{label} | {said}"
    if not _rate(number) or entry.cell.also or _NOT.search(label) or ELSE.search(label) or _PER_OTHERS.search(label) or _GROWS.search(label):  # fmt: skip
        return None
    named: dict[str, str] = {"phase": _phase(own) or _phase(table.caption)}
    given: dict[str, NumberId] = {}
    counted: dict[str, float] = {}
    if not _model(paper, table, line, own, named, given):
        return None
    if not _device(paper, table, line, entry, own, named):
        return None
    if not _count(table, line, entry, own, given, counted):
        return None
    width, cache = format_of(line, entry)
    if width:
        named["weights"] = width
    if cache:
        named["cache"] = cache
    precise = dict.fromkeys(formats(own)) or (
        {} if any(formats(o) for o in line.others) else dict.fromkeys(formats(table.caption))
    )
    if len(precise) == 1:
        named["precision"] = next(iter(precise))
    batch, at = batch_of(line, entry)
    if batch is not None:
        counted["batch"] = batch
        if at is not None:
            given["batch"] = at
    context = context_of(line)
    if context is not None:
        given["context"] = context
    cues = {
        name
        for name, p in CUES.items()
        if name != "cached" and p.search(f"{own} | {table.caption}")
    }
    if not width:
        cues.add("format open")
    if not all(parts(text) or models(text) or formats(text) or not text.strip() for _, text in line.words) and not formats(own):  # fmt: skip
        cues.add("method")  # of which the caption's format may not be said
    if batch is None and _BATCHES.search(f"{own} | {table.caption}"):
        cues.add("batch open")
    if _PER_ONE.search(label):
        cues.add("of one")
    cues -= {"effective", "frozen"} if "synthetic" in table.caption.lower() else set()
    return Physical(
        RELATION, number.id, tuple(given.items()), tuple(named.items()), tuple(counted.items()),
        frozenset({"open", "table"}), frozenset(cues), asserted(number),
    )  # fmt: skip


def _phase(text: str) -> str:
    found = {name for name, p in (("training", TRAINS), ("prefill", PROMPTS), ("decode", DECODES)) if p.search(text)}  # fmt: skip
    return found.pop() if len(found) == 1 else ""


def _model(
    paper: Paper, table: Table, line: Line, own: str, named: dict[str, str], given: dict[str, NumberId]
) -> bool:  # fmt: skip
    """Fill in the model of a rate; False where two could be meant."""
    known = [m for m in models(own) if find_network(m)]
    sizes = [
        e.number for e in line.entries
        if e.number.kind is Kind.PARAM_COUNT and plain(e.number, "1", 3e7) and e.number.quantity.shown_unit not in ("%", "×")
    ]  # fmt: skip
    written = {float(m["n"]) * (1e9 if m["s"] == "B" else 1e6) for m in SIZE.finditer(own)} if not known else set()  # fmt: skip
    if len(known) > 1 or len(written) > 1 or len({n.quantity.point for n in sizes}) > 1:
        return False
    if known:
        named["model"] = known[0]
        return True
    if sizes:
        given["params"] = sizes[0].id
        return True
    if written:
        return of_value(paper, written.pop(), given)
    if any(models(o) or SIZE.search(o) for o in line.others):
        return False
    told = [m for m in models(table.caption) if find_network(m)]
    if len(told) == 1:
        named["model"] = told[0]
        return True
    written = {float(m["n"]) * (1e9 if m["s"] == "B" else 1e6) for m in SIZE.finditer(table.caption)}  # fmt: skip
    return not told and len(written) < 2 and (not written or of_value(paper, written.pop(), given))


def of_value(paper: Paper, value: float, given: dict[str, NumberId]) -> bool:
    """Take the number of the paper that states a size: a label is none itself."""
    found = next((n for n in paper.numbers_of(Kind.PARAM_COUNT) if abs(n.quantity.point / value - 1) < 1e-6), None)  # fmt: skip
    if found is None:
        return False
    given["params"] = found.id
    return True


def _device(
    paper: Paper, table: Table, line: Line, entry: Entry, own: str, named: dict[str, str]
) -> bool:
    """Fill in the part; False where it is one that nobody knows."""
    part = line.part(entry)
    if part:
        named["device"] = part
        return True
    exact = next((t for t in (entry.label.strip(), line.name.strip()) if t and find(t)), "")
    if exact:
        named["device"] = exact
        return True
    places = [text if len(text) > 1 else f"{head.strip()} {text}" for head, text in line.words if _PLACES.search(head)]  # fmt: skip
    if len(places) == 1 and not parts(own) and system(paper, places[0])[0]:
        named["place"] = places[0]
        return True
    if part is None:
        # beside "baseline" a caption may name the part of another's: not where it says "on the H100s"
        told = parts(table.caption)
        if len(told) != 1 or parts(own) or not re.search(_ON + re.escape(told[0]), table.caption):
            return False
        named["device"] = told[0]
        return not any(parts(o) for o in line.others)
    if len(places) == 1 and _A_NAME.fullmatch(places[0]):
        named["place"] = places[0]
        return True
    # a column or a line that is called by a part elsewhere is one of another part
    return not any(find(o.strip()) for o in (*line.others, *table.header))


def _count_before(line: Line, entry: Entry) -> Number | None:
    """The count of the last column before a rate, where a line has several: one for each rate."""
    found = [(i, e.number) for i, e in enumerate(line.entries) if _COUNTS_ALSO.search(e.label) and plain(e.number, "1", 1.0)]  # fmt: skip
    at = next((i for i, e in enumerate(line.entries) if e.cell is entry.cell), -1)
    before = [n for i, n in found if i < at and n.quantity.point.is_integer()]
    return before[-1] if len(found) > 1 and before else None


def _count(
    table: Table, line: Line, entry: Entry, own: str, given: dict[str, NumberId],
    counted: dict[str, float],
) -> bool:  # fmt: skip
    """Fill in how many devices a rate is of, where that is told; False where it is told of others only."""
    beside = _count_before(line, entry)
    if (
        _EACH.search(entry.label)
        or (_TOKENS_EACH.search(table.caption) and beside is None)
        or entry.number.per in ("gpu", "each")
    ):
        counted["devices"] = 1.0
        return True
    if beside is not None:
        counted["devices"], given["devices"] = beside.quantity.point, beside.id
        return True
    at = line.only(_COUNTS, lambda n: plain(n, "1", 1.0) and n.quantity.point.is_integer())
    if at is not None:
        counted["devices"], given["devices"] = at.quantity.point, at.id
        return True
    if _COUNTS.search(table.header[0] if table.header else "") and line.name.strip().isdigit():
        counted["devices"] = float(line.name)
        return True
    if any(_COUNTS.search(e.label) for e in line.entries) or _NODES.search(own):
        return True
    if len(counted_by_model(table.caption)) > 1:
        told = line.devices(entry)
        if told is not None:
            counted["devices"] = told[0]
        return told is not None
    for text in (own, table.caption):
        found = {
            _WORDS.get(m["n"].lower()) or float(m["n"])
            for m in _COUNTED.finditer(text)
            if m["part"] is None or find(m["part"].removesuffix("s"))
        }
        found |= {1.0} if not found and _EACH.search(text) else set()
        if text is table.caption and any(_COUNTED.search(o) or _SPLIT.search(o) for o in line.others):  # fmt: skip
            return True
        if len(found) > 1 or _SPLIT.search(text):
            return True
        if found:
            counted["devices"] = found.pop()
            return True
    return True
