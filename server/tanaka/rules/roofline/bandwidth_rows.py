"""Bandwidths that tables say were reached: of the memory of a part, or of a collective over its links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Paper, Physical, Table
from tanaka.paper.physics.bandwidth import CUES
from tanaka.patterns import Lazy
from tanaka.rules.table_lines import Entry, Line, asserted, lines, plain

_REACHED = Lazy(r"\b(?:achiev|measur|sustain|attain|reach|observ)\w*\b|\b(?:Babel)?STREAM\b|\btriad\b|\bkernels?\b", re.I)  # fmt: skip
_MEMORY = Lazy(r"\b(?:Babel)?STREAM\b|\bBabelStream\b|\bHBM\w*|\bDRAM\b|\bGDDR\w*|\b(?:device|global|GPU|off-chip) memory\b|\b[Mm]emory bandwidth\b|\b[Tt]riad\b|\b[Bb]andwidth of (?:the |our |each |all )?(?:[\w-]+ ){0,3}kernels?\b|\b[Kk]ernel bandwidth\b")  # fmt: skip
_BUS = Lazy(r"\bbus[- ]?(?:bandwidth|bw)\b|\bbusbw\b", re.I)
# What a part has and not what was reached, other memories, and more than one part.
_ELSE = Lazy(
    r"\bpeak\b|\btheor\w*|\bnominal\b|\bdata ?sheet\b|\bspec\w*|\bmax\w*|\bceiling\b|\broof\w*|\bavailable\b|\bneed\w*|\brequir\w*|\bdemand\w*|\bideal\b|\bsimulat\w*|\bmodell?ed\b|\bpredict\w*|\bestimat\w*|"
    r"\bCPUs?\b|\bhost\b|\bFPGA\b|\bDDR\d?\b|\bSSD\b|\bNVMe\b|\bdisk\b|\bPIM\b|\bin-memory\b|\bPCIe\b|\bNVLink\b|\bnodes?\b|\bnetwork\b|\bGPUs\b|\bfused\b|\bspeed-?up\b|\bcompress\w*|\bspars\w*|\bgain\b",
    re.I,
)
_LARGE = 1e9
_SILENT = frozenset({"cache", "effective", "aggregate", "duplex", "page cache", "clock", "other memory"})  # fmt: skip


def bandwidth_rows(paper: Paper) -> Iterator[Physical]:
    """Bandwidths of tables, as claims that prove nothing: over how many parts is not counted."""
    for table in paper.tables:
        for line in lines(paper, table):
            for entry in line.entries:
                if plain(entry.number, "byte/s", 1e9) and not entry.cell.also:
                    claim = _claim(table, line, entry)
                    if claim is not None:
                        yield claim


def _claim(table: Table, line: Line, entry: Entry) -> Physical | None:
    label, caption = entry.label, table.caption
    said = f"{label} | {line.said}"
    everything = f"{said} | {caption}"
    cues = frozenset(name for name, p in CUES.items() if p.search(everything))
    device = line.part(entry)
    if not device:
        return None
    if _BUS.search(label) or (_BUS.search(caption) and not _ELSE.search(label)):
        kind, cues = "link", cues | {"bus", "collective"}
        if cues & {"summed", "effective", "cache"}:
            return None
    elif _MEMORY.search(everything) and (_REACHED.search(said) or _REACHED.search(caption)):
        kind = "memory"
        if any(plain(e.number, "byte") and e.number.quantity.point < _LARGE for e in line.entries):
            return None  # a cache may hold it
        if _ELSE.search(said) or _ELSE.search(caption.replace(device, " ")) or cues & _SILENT:
            return None
    else:
        return None
    named = (("kind", kind), ("device", device))
    return Physical(
        "bandwidth", entry.number.id, (), named, (), frozenset({"table"}), cues, asserted(entry.number)
    )  # fmt: skip
