"""Tables of parts: a part in each row, its memory, bandwidth, power, link or peak in the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.model import Paper, Physical, Table, TableCell
from tanaka.patterns import Lazy

_UNITS = {"capacity": ("byte",), "bandwidth": ("byte/s",), "tdp": ("W",), "link": ("byte/s",), "peak": ("FLOP/s", "op/s")}  # fmt: skip
_COLUMNS = (
    ("tdp", Lazy(r"^(?:max(?:imum)?\.? )?(?:TDP|thermal design power|board power)\b", re.I)),
    ("link", Lazy(r"^NVLink\b", re.I)),
    ("bandwidth", Lazy(r"^(?:peak )?(?:(?:HBM|GPU|device|memory|mem\.?|DRAM|VRAM)\S* )?(?:bandwidth|BW)\b", re.I)),
    ("capacity", Lazy(r"^(?:(?:HBM|GPU|device) )?(?:memory|mem\.?|VRAM|HBM\w*|memory (?:size|capacity)|HBM capacity|capacity)\b(?! (?:bandwidth|BW|used|usage|clock|bus|footprint))", re.I)),
    ("peak", Lazy(r"\bpeak\b.*\b(?:BF16|FP16|FP8|TF32|FP64)\b|\b(?:BF16|FP16|FP8|TF32|FP64)\b.*\bpeak\b|^dense (?:BF16|FP16|FP8|TF32|FP64)\b", re.I)),
)  # fmt: skip
# Columns and tables of what is used, measured, or of several parts together.
_OTHER = Lazy(
    r"\b(?:used|usage|measured|achiev\w+|effective|sustained|available|free|total|node|nodes|system|server|instance\w*|aggregate|footprint|consum\w+|"
    r"host|CPU|L[12]|cache|shared|SRAM|L2|utili\w+|simulat\w+|hypothetical|modified|laptop|cluster\w*|per token|traffic|network|inter-node|all)\b",
    re.I,
)
_PLAIN = Lazy(r"^(?:[\s,()/*†‡-]|NVIDIA|AMD|Google|Tesla|GeForce|Instinct|GPUs?|Tensor Core|\d{2,3} ?Gi?B|SXM\d?|PCIe|HBM\w*|OAM)*$", re.I)  # fmt: skip
_SPARSE = Lazy(r"\bspars\w+|\b2:4\b", re.I)


def tables(paper: Paper) -> Iterator[tuple[Physical, ...]]:
    """The specifications of each table of parts that has two sorts of them."""
    for table in paper.tables:
        if _OTHER.search(table.caption):
            continue
        found = tuple(c for cells in table.rows for c in _row(paper, table, cells))
        if len({c.name("kind") for c in found}) >= 2:
            yield found


def _row(paper: Paper, table: Table, cells: tuple[TableCell, ...]) -> Iterator[Physical]:
    label = next((c.text for c in cells if c.number is None and c.text.strip()), "") or (cells[0].text if cells else "")  # fmt: skip
    named = [e for e in entities(label) if e.kind is EntityKind.DEVICE]
    if len(named) != 1 or not _PLAIN.match(label.replace(named[0].name, " ", 1)):
        return
    for cell in cells:
        if cell.number is None or cell.text == label:
            continue
        header = " ".join(cell.column).strip()
        kind = next((name for name, words in _COLUMNS if words.search(header)), "")
        number = paper.number(cell.number)
        if not kind or _OTHER.search(header) or number.quantity.unit not in _UNITS[kind]:
            continue
        names = [("device", " ".join(label.split()) if kind != "peak" else named[0].name), ("kind", kind)]  # fmt: skip
        formats = precision_names(header)
        if kind == "peak":
            if len(formats) != 1 or _SPARSE.search(f"{header} {table.caption}"):
                continue
            names.append(("precision", formats[0]))
        yield Physical(
            "specification", number.id, (), tuple(names), (("devices", 1.0),), frozenset(),
            frozenset({"claimed", "single", "table"}), number.asserted,
        )  # fmt: skip
