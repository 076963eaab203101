"""Rates of training and of reading prompts in tables: size, part, count and format of the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.networks import find_network
from tanaka.paper.model import NumberId, Paper, Physical, Table
from tanaka.paper.physics.throughput import CUES
from tanaka.patterns import Lazy
from tanaka.quantity import Kind
from tanaka.rules import machine
from tanaka.rules.table_lines import Entry, Line, asserted, formats, lines, models, plain

_TRAINS = Lazy(r"\b(?:pre-?)?train(?:s|ed|ing)?\b", re.I)
_PROMPTS = Lazy(r"\bprefill\w*|\bprompt (?:tokens?|processing)\b", re.I)
_OTHER = Lazy(
    r"\bdecod(?:e|es|ed|ing)\b|\bgenerat\w+|\boutput\b|\bend-to-end\b|\btotal tokens\b|\bspeculat\w+|\bdraft\w*|\bserv(?:e|es|ed|ing)\b|\binferen\w+|"
    r"\btokeni[sz]\w*|\bdata ?load\w*|\breward\b|\brollout\w*|\bRLHF\b|\bPPO\b|\bsimulat\w*|\bestimat\w*|\bpredict\w*|\btheor\w*|\bideal\w*|\bencoder\b|\bspeech\b|\bvision\b|\bimages?\b|"
    r"\bfine-?tun\w*|\bsorted\b|\bpack\w*|\bkernels?\b|\battention only\b|\bQ?LoRA\b|\bhybrid\b|\bexperts?\b|\bMoE\b|\bsingle layer\b|\bone layer\b|\blayers? of\b",
    re.I,
)
_EACH = Lazy(r"\bper (?:GPU|device|chip|accelerator|card|TPU)\b|/\s?(?:GPU|device|chip|accelerator|card|TPU)\b|\beach (?:GPU|device)\b", re.I)  # fmt: skip
_OF_OTHERS = Lazy(r"\bper (?:node|user|request|stage|replica|host|core|server|machine|instance|layer)\b|/\s?(?:node|user|request|replica|host|core|layer)\b", re.I)  # fmt: skip
_PARAMS = Lazy(r"\bparam\w*|\bsize\b|^\W*(?:N|Model|#P)\W*$", re.I)
_ACTIVE = Lazy(r"\bactiv(?:e|ated)\b", re.I)
_MOST_DEVICES = 1e5


def throughput_rows(paper: Paper) -> Iterator[Physical]:
    """Rates of tokens in tables of training or prefill, as claims."""
    sparse = bool(machine.excuses(paper, "experts", "adapter", "early-exit"))
    for table in paper.tables:
        if _OTHER.search(table.caption) or not any(
            n is not None and paper.number(n).quantity.unit == "token/s"
            for row in table.rows
            for n in (c.number for c in row)
        ):
            continue
        for line in lines(paper, table):
            for entry in line.entries:
                claim = _claim(table, line, entry)
                if claim is not None and not (sparse and claim.at("params")):
                    yield claim


def _claim(table: Table, line: Line, entry: Entry) -> Physical | None:
    number, label = entry.number, entry.label
    said = f"{label} | {line.said}"
    everything = f"{said} | {table.caption}"
    if (
        not plain(number, "token/s")
        or entry.cell.also
        or _OTHER.search(said)
        or _OF_OTHERS.search(label)
    ):
        return None
    phase = _phase(said) or _phase(table.caption)
    sized = _size(line, entry)
    device = line.part(entry)
    own = dict.fromkeys((*formats(line.said), *formats(label)))
    # a format that other lines name is open here: the fastest that the part has is tried
    width = line.one(entry, formats) if len(own) < 2 else None
    if not phase or sized is None or device is None or len(own) > 1:
        return None
    each = _EACH.search(label) or number.per in ("gpu", "each")
    devices = (1.0, None) if each else line.devices(entry)
    if devices is None or devices[0] > _MOST_DEVICES:
        return None
    given, named = list(sized[0]), [("phase", phase), *sized[1]]
    if devices[1] is not None:
        given.append(("devices", devices[1]))
    if device:
        named.append(("device", device))
    if width:
        named.append(("precision", width))
    cues = frozenset(name for name, p in CUES.items() if p.search(everything))
    # a caption, or the text, may say more of what a column has: nothing is proven
    return Physical(
        "throughput", number.id, tuple(given), tuple(named), (("devices", devices[0]),), frozenset({"table"}),
        cues, asserted(number),
    )  # fmt: skip


def _phase(text: str) -> str:
    """What is done at a rate; "" where a text names none, or both."""
    training, prompts = _TRAINS.search(text), _PROMPTS.search(text)
    if bool(training) == bool(prompts):
        return ""
    return "training" if training else "prefill"


def _size(
    line: Line, entry: Entry
) -> tuple[tuple[tuple[str, NumberId], ...], tuple[tuple[str, str], ...]] | None:
    """The size of a line's model, or the name of a model that is known; None where neither is told."""
    name = line.one(entry, models)
    if name and find_network(name):
        return (), (("model", name),)
    if any(_ACTIVE.search(e.label) for e in line.entries):
        return None
    found = [
        e.number
        for e in line.entries
        if (_PARAMS.search(e.label) or e.number.kind is Kind.PARAM_COUNT)
        and plain(e.number, "1", 3e7)
        and e.number.quantity.shown_unit not in ("%", "×")
    ]
    return ((("params", found[0].id),), ()) if len({n.id for n in found}) == 1 else None
