"""Tables of rates with parts and formats as their lines and columns, where no label says that they are rates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.model import Number, Paper, Table, TableCell
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.table_lines import formats, parts

_RATES = Lazy(r"\b[TP]FLOPs?\b|\b[TP]FLOP/s", re.I)
_ONE = Lazy(
    r"\b(?:on|of|for|per|by) (?:one|a single|each|an?|every) (?:GPU|device|card|accelerator|chip|part)\b|\bper-(?:GPU|device)\b|\bGEMMs?\b|\bmat(?:rix )?-?(?:muls?|multipl\w+|products?)\b|\bkernels?\b",
    re.I,
)
_OTHER = Lazy(
    r"\bpeaks?\b|\btheor\w+|\bdata ?sheet|\bspecification|\bspars\w+|\b2:4\b|\beffective|\bequivalent|\baccumulat\w+|\bcausal\b|\battention\b|\bWinograd\b|\bconvolution\w*|\bmask\w*|\bcount(?:s|ed|ing)\b|\bskip\w*|\bzeros?\b|\b8[- ]bits?\b|\bW8A8\b|\bquanti[sz]\w*|\bpredict\w*|\bsimulat\w*|"
    r"\bnodes?\b|\bservers?\b|\bclusters?\b|\baggregate\b|\btotal\b|\bsystems?\b|\bDGX\b|\bHGX\b|\bmulti-?GPU\b|\bGPUs? together\b|\bINT8\b|\bint8\b|\bnormali[sz]ed\b|\brelative\b|\bspeed-?ups?\b|\d\s?[×x]\s?[A-Z]|\b(?:two|four|eight|2|4|8|16) (?:GPUs|cards|devices)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A rate, and the part and the format of its line and column; "" where the caption and they name none."""

    number: Number
    device: str
    precision: str


def cells(paper: Paper) -> Iterator[Cell]:
    """Rates of one device in tables whose lines or columns are parts."""
    for table in paper.tables:
        said = " ".join((table.caption, *table.header, *table.stubs))
        if not _RATES.search(table.caption) or any(_RATES.search(h) for h in (*table.header, *table.stubs)):  # fmt: skip
            continue
        if not _ONE.search(table.caption) or _OTHER.search(said):
            continue
        for row in table.rows:
            for cell in row:
                found = _cell(paper, table, cell)
                if found is not None:
                    yield found


def _cell(paper: Paper, table: Table, cell: TableCell) -> Cell | None:
    if cell.number is None or cell.also:
        return None
    number = paper.number(cell.number)
    own = " | ".join((*cell.row, *cell.column))
    named = parts(own) or (parts(table.caption) if not any(map(parts, (*table.header, *table.stubs))) else ())  # fmt: skip
    told = formats(own) or (formats(table.caption) if not any(map(formats, (*table.header, *table.stubs))) else ())  # fmt: skip
    if number.quantity.unit != "FLOP/s" or not number.quantity.bounded or len(named) != 1 or len(told) > 1:  # fmt: skip
        return None
    return Cell(number, named[0], told[0] if told else "")
