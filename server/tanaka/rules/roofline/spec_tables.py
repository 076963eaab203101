"""Tables of parts: a part in each row or each column, with memory, bandwidth, power, link and peak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hwmodels.catalog import find
from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities
from tanaka.paper.model import Paper, Physical, Table, TableCell
from tanaka.patterns import Lazy

_UNITS = {"capacity": ("byte",), "bandwidth": ("byte/s",), "tdp": ("W",), "link": ("byte/s",), "peak": ("FLOP/s", "op/s")}  # fmt: skip
_COLUMNS = (
    ("tdp", Lazy(r"^(?:max(?:imum)?\.? )?(?:TDP|thermal design power|board power)\b", re.I)),
    ("link", Lazy(r"^(?:NVLink|interconnect NVLink)\b", re.I)),
    ("bandwidth", Lazy(r"^(?:peak )?(?:(?:HBM|GPU|device|memory|mem\.?|DRAM|VRAM)\S* )?(?:bandwidth|BW)\b", re.I)),
    ("capacity", Lazy(r"^(?:(?:HBM|GPU|device) )?(?:memory|mem\.?|VRAM|HBM\w*|memory (?:size|capacity)|HBM capacity|capacity)\b(?! (?:bandwidth|BW|used|usage|clock|bus|footprint))", re.I)),
    ("peak", Lazy(r"\bpeak\b.*\b(?:BF16|FP16|FP8|TF32|FP64)\b|\b(?:BF16|FP16|FP8|TF32|FP64)\b.*\bpeak\b|^dense (?:BF16|FP16|FP8|TF32|FP64)\b|^(?:BF16|FP16|FP8|TF32),? \(?dense\b|"
                  r"^(?:tensor[- ]core |peak |matrix |performance )?(?:BF16|FP16|FP8|TF32)(?: (?:tensor(?:[- ]cores?)?|matrix|dense|performance|compute|throughput))*\s*(?:[(\[]?\s*[TP]FLOPS?(?:/s)?\s*[)\]]?)?\s*$", re.I)),
)  # fmt: skip
# "Peak (TFLOPS)": in the format that the caption names
_PEAK_IN_CAPTION = Lazy(
    r"^\W*(?:(?:dense|theoretical|nominal|tensor(?:[- ]core)?|peak|max(?:imum)?\.?)\s)*(?:peak|compute|performance|throughput|[TP]FLOPS?(?:/s)?)(?:\s(?:rate|performance|compute|throughput|FLOPS))?\s*(?:[(\[]?\s*[TP]FLOPS?(?:/s)?\s*[)\]]?)?\W*$",
    re.I,
)
# Columns and tables of what is used, measured, or of several parts together.
_OTHER = Lazy(
    r"\b(?:used|usage|measured|achiev\w+|effective|sustained|available|free|total|node|nodes|system|server|instance\w*|aggregate|footprint|consum\w+|"
    r"host|CPU|L[12]|cache|shared|SRAM|L2|utili\w+|simulat\w+|hypothetical|modified|laptop|cluster\w*|limit\w*|capped|caps?|left|leaves|needs?|requir\w+|training|inference|runs?|per token|traffic|network|inter-node|all)\b",
    re.I,
)
_IN_USE = Lazy(r"\b(?:GPUs?|accelerators?|devices|parts|hardware|machines?|platforms?) (?:that (?:are|were|we) )?used\b(?: (?:in|throughout|for)\b)?", re.I)  # fmt: skip
# "refer to one GPU", and where the parts stand: a cell may then count several.
_OF_ONE = Lazy(
    r"\b(?:total |both-way )?(?:[\w-]+ )?(?:bandwidths?|rates?|figures?|values?|numbers?)? ?(?:(?:is|are) (?:those |that )?(?:of|for)|refers? to|(?:is|are) given (?:per|for)|per|of|for) (?:one|a single|each|a|every)? ?(?:GPU|accelerator|card|device)\b|\b(?:Ethernet|network|InfiniBand)(?: bandwidth)?(?: is)?(?: that)?(?: to| of| per| for) (?:one|each|a) (?:node|server)\b",
    re.I,
)
_PLACE = Lazy(
    r"\b(?:clusters?|machines?|servers?|nodes?|systems?|instances?|testbeds?|network|total|all)\b",
    re.I,
)
_PART_ROW = Lazy(
    r"^\W*(?:GPUs?|accelerators?|devices?|cards?|parts?|chips?)(?:\s(?:type|model|name))?\W*$", re.I
)
_PLAIN = Lazy(r"^(?:[\s,()/*†‡-]|NVIDIA|AMD|Google|Tesla|GeForce|Instinct|GPUs?|Tensor Core|\d{2,3} ?Gi?B|SXM\d?|PCIe|HBM\w*|OAM)*$", re.I)  # fmt: skip
_SIZED = Lazy(r"^\W*\d+\s?G(?:i?B)\W+(?:of )?(?:HBM|GDDR)\w*\W*$", re.I)
_SPARSE = Lazy(r"(?<!without )(?<!without 2:4 )(?<!without structured )(?<!no )(?<!non-)\bspars\w+|(?<!without )\b2:4\b", re.I)  # fmt: skip


def tables(paper: Paper) -> Iterator[tuple[tuple[Physical, ...], ...]]:
    """The specifications of each table of parts that has two sorts of them, sort by sort."""
    for table in paper.tables:
        caption = _OF_ONE.sub(" ", _IN_USE.sub(" ", table.caption))
        placed = caption == _IN_USE.sub(" ", table.caption) and _PLACE.search(caption) is not None
        if _OTHER.search(_PLACE.sub(" ", caption)):
            continue
        heads = _heads(table)
        found = tuple(c for cells in table.rows for c in _row(paper, table, cells))
        turned = tuple(c for cells in table.rows for c in _turned(paper, table, cells, heads))
        if placed:
            found, turned = (tuple(replace(c, cues=c.cues | {"placed"}) for c in cs) for cs in (found, turned))  # fmt: skip
        columns: dict[tuple[str, str], list[Physical]] = {}
        for c in turned if len(turned) > len(found) else found:
            columns.setdefault((c.name("kind"), c.name("precision")), []).append(c)
        if len(columns) >= 2:
            yield tuple(tuple(column) for column in columns.values())


def _row(paper: Paper, table: Table, cells: tuple[TableCell, ...]) -> Iterator[Physical]:
    """Specifications of the part of a row."""
    label = next((c.text for c in cells if c.number is None and c.text.strip()), "") or (cells[0].text if cells else "")  # fmt: skip
    if not _device(label):
        return
    for cell in cells:
        if cell.text != label:
            yield from _claim(paper, table, label, " ".join(cell.column).strip(), cell)


def _heads(table: Table) -> tuple[str, ...]:
    """The parts that columns are of: in the header, or in a row of its own that says so."""
    header = table.header[1:]
    if sum(bool(_device(h)) for h in header) >= 1:
        heads = tuple(h if _device(h) or _short(h) else "" for h in header)
        return heads if sum(bool(h) for h in heads) >= 2 else ()
    for cells in table.rows:
        label = " ".join(dict.fromkeys(cells[0].row)) if cells else ""
        if cells and _PART_ROW.search(label or cells[0].text):
            heads = tuple(c.text if _device(c.text) or _short(c.text) else "" for c in cells[1:])
            return heads if any(_device(h) for h in heads) else ()
    return ()


def _turned(paper: Paper, table: Table, cells: tuple[TableCell, ...], heads: tuple[str, ...]) -> Iterator[Physical]:  # fmt: skip
    """One specification of the parts that the columns are of."""
    if not cells or not heads:
        return
    for head, cell in zip(heads, cells[1:], strict=False):
        if head:
            label = " ".join(dict.fromkeys(cell.row)).strip() or cells[0].text
            yield from _claim(paper, table, head, label, cell)


def _short(label: str) -> str:
    """A part whose name is too short to be one but beside others: "A10"."""
    name = label.strip()
    return name if re.fullmatch(r"[A-Z]\d{1,2}", name) and find(name) else ""


def _device(label: str) -> str:
    """The one part that a label is the name of, and of nothing else; "" for none."""
    named = [e for e in entities(label) if e.kind is EntityKind.DEVICE]
    plain = len(named) == 1 and _PLAIN.match(label.replace(named[0].name, " ", 1))
    return named[0].name if plain else ""


def _claim(
    paper: Paper, table: Table, label: str, header: str, cell: TableCell
) -> Iterator[Physical]:
    device = _device(label) or _short(label)
    kind = next((name for name, words in _COLUMNS if words.search(header)), "")
    formats = precision_names(header)
    if not kind and _PEAK_IN_CAPTION.match(header):
        kind, formats = "peak", precision_names(table.caption)
    at = cell.number
    if at is None and len(cell.also) == 1 and _SIZED.match(cell.text):
        at = cell.also[0]  # "80 GB HBM3"
    if at is None or not device or not kind or _OTHER.search(header):
        return
    number = paper.number(at)
    if number.quantity.unit not in _UNITS[kind]:
        return
    names = [("device", " ".join(label.split()) if kind != "peak" else device), ("kind", kind)]
    cues = {"claimed", "single", "table"}
    if kind == "peak":
        if len(formats) != 1 or _SPARSE.search(f"{header} {label} {cell.text} {table.caption}"):
            return
        names.append(("precision", formats[0]))
        dense = re.search(r"\bdense\b", f"{header} {table.caption}", re.I)
        cues |= {"dense"} if dense else set()
    yield Physical(
        "specification", number.id, (), tuple(names), (("devices", 1.0),), frozenset({"table"}),
        frozenset(cues), number.asserted,
    )  # fmt: skip
