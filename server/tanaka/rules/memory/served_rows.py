"""Models that tables say were run: the rate or latency of a line, on its part, in its format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hwmodels.models import find_model
from tanaka.paper.model import Paper, Physical, Table
from tanaka.patterns import Lazy
from tanaka.rules import machine
from tanaka.rules.roofline.decode_rows import format_of
from tanaka.rules.table_lines import Entry, Line, asserted, lines, models, plain

_RUN = Lazy(
    r"\btok\w*\b|\bthroughput\b|\blatency\b|\bTPOT\b|\bTTFT\b|\bITL\b|\bprefill\b|\bdecod\w*", re.I
)
# Where a model is not wholly in the memory of the devices, or is not run on them.
_ELSE = Lazy(
    r"\btrain\w*|\bfine-?tun\w*|\boff-?load\w*|\bswap\w*|\bstream\w*|\bspars\w*|\bprun\w*|\bcompress\w*|\bexperts?\b|\bMoE\b|\bFlexGen\b|\bDeepSpeed\b|\bAccelerate\b|\bmmap\b|\bCPU\b|\bhost\b|\bhybrid\b|"
    r"\bsimulat\w*|\bestimat\w*|\bpredict\w*|\bproject\w*|\btheor\w*|\broof\w*|\bideal\b|\bmodell?ed\b|\bextrapolat\w*|\blayers?\b|\bkernel\w*|\bshard\w*|\bstages?\b|\bpipeline\w*|\bnodes?\b|"
    r"\bQ?LoRA\b|\badapter\w*|\bdraft\w*|\bspec\w*|\bper (?:GPU|device|chip)\b|/\s?GPU\b|\bdisk\b|\bNVMe\b|\bheterogeneous\b|\bAPI\b|\bdistribut\w*|\bunified\b|\bPowerInfer\b",
    re.I,
)


_ON = Lazy(
    r"\bon (?:only |just )?(one|a single|an?|two|three|four|six|eight|sixteen|\d{1,3})\b(?!\s?[%×.]\d)",
    re.I,
)


def served_rows(paper: Paper) -> Iterator[Physical]:
    """One claim for each model, format and part of a line, which proves nothing."""
    if machine.excuses(paper, "offload"):
        return
    for table in paper.tables:
        if _ELSE.search(table.caption) or len({m.lower() for m in _ON.findall(table.caption)}) > 1:
            continue  # "X runs on one H100, Y on four": which line has which
        for line in lines(paper, table):
            if _ELSE.search(line.said):
                continue
            found = [c for e in line.entries if (c := _claim(table, line, e)) is not None]
            yield from {(c.named, c.counted): c for c in reversed(found)}.values()


def _claim(table: Table, line: Line, entry: Entry) -> Physical | None:
    number, label = entry.number, entry.label
    if not (plain(number, "token/s") or plain(number, "s")) or _ELSE.search(label):
        return None
    if not _RUN.search(f"{label} | {table.caption}"):
        return None
    model, device = line.one(entry, models), line.part(entry)
    width = format_of(line, entry)[0]
    devices = line.devices(entry)
    if not model or find_model(model) is None or not device or not width or devices is None:
        return None
    given = (("devices", devices[1]),) if devices[1] is not None else ()
    return Physical(
        "residence", number.id, given, (("device", device), ("model", model), ("precision", width)),
        (("devices", devices[0]),), frozenset({"table"}), frozenset(), asserted(number),
    )  # fmt: skip
